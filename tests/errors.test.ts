/* The messages that docs/errors.md quotes: each is thrown by a call, word for word. */
// needs: node

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramOptions } from "zram";
import SwapPool from "zram/swap";
import { root } from "../tools/paths.ts";
import { pageOf } from "./support/device.ts";
import { thrown } from "./support/expect.ts";
import { makeBed } from "./support/offload.ts";

const KB = 1024;
const PAGE = 4 * KB;
const page = readFileSync(join(root, "docs/errors.md"), "utf8");

function fill(zram: Zram) {
	for (let i = 0; i < 64; i++) zram.write(pageOf("raw", i), i * PAGE);
}

function makePool(options: object = {}) {
	return new SwapPool({ arena: 64 * KB, resident: { slots: 2, byteLength: PAGE }, ...options });
}

function makeSmall(options: Partial<ZramOptions> = {}) {
	return new Zram({ arena: 64 * KB, byteLength: 16 * PAGE, ...options });
}

/** What does not fit, by who says so. */
const shortages: (() => void)[] = [
	() => fill(new Zram({ arena: 64 * KB })),
	() => {
		const zram = new Zram({ arena: 64 * KB });
		zram.limit = 17 * KB;
		fill(zram);
	},
	() => fill(makeBed({ blocks: 4 }).bootLate({ arena: 64 * KB })),
	() =>
		makePool().write(
			"photo",
			new Uint8Array(64 * KB).map(() => Math.random() * 256),
		),
	() => new SwapPool({ devices: [makeSmall()] }).write("photo", new Uint8Array(80 * KB)),
	() => {
		const pool = makePool({ keys: 2 });
		for (const key of [1, 2, 3]) pool.create(key, 1);
	},
];

const others: (() => void)[] = [
	() => {
		const zram = makeSmall();
		zram.close();
		zram.trim(0, PAGE);
	},
	() => {
		const pool = makePool();
		pool.close();
		pool.read("photo");
	},
	() => {
		const zram = makeSmall();
		const pool = new SwapPool({ devices: [zram] });
		zram.reset();
		pool.read("photo");
	},
	() => {
		const zram = makeSmall({ onOperation: () => zram.check() });
		zram.write(pageOf("raw", 1), 0);
	},
	() => {
		const pool = makePool();
		pool.create("photo", 1);
		pool.acquire("photo");
		pool.delete("photo");
	},
	() => {
		const pool = makePool();
		for (const key of [1, 2, 3]) {
			pool.create(key, 1);
			pool.acquire(key);
		}
	},
	() => {
		const zram = makeSmall();
		new SwapPool({ devices: [zram] });
		new SwapPool({ devices: [zram] });
	},
	() => {
		const { chip, boot } = makeBed();
		const zram = boot();
		zram.write(pageOf("raw", 1), 0);
		for (let block = 0; block < chip.blocks; block++) chip.flip(block * PAGE + 2000, 1);
		zram.read(PAGE, 0);
	},
	() => {
		const arena = new ArrayBuffer(64 * KB);
		const zram = makeSmall({ arena, integrity: true });
		zram.write(pageOf("raw", 1), 2 * PAGE);
		new Uint8Array(arena).fill(0, 48 * KB);
		new Uint8Array(arena).fill(0, 4 * KB, 48 * KB);
		zram.read(PAGE, 2 * PAGE);
	},
];

test("every message on the page is thrown, and none else is quoted", () => {
	const messages = [...shortages, ...others].map((call) => (thrown(call) as Error).message);
	const quoted = page.match(/^E[A-Z]+: .*$/gm) ?? [];
	assert.equal([...quoted].sort(), messages.sort());
});

test.run();
