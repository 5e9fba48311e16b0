/* Once warm, offload allocates nothing on the XS heap: writing to flash, reading from it, erasing, moving, recording. */
// needs: xs

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { BackingOptions, ZramOptions } from "zram";

import { fill, NOISE, TEXT } from "./support/bytes.ts";
import { allocated } from "./support/heap.ts";
import { scaled } from "./support/host.ts";
import { makeBed } from "./support/offload.ts";
import { Random } from "./support/random.ts";

const PAGE = 4096;
const CALLS = Math.min(scaled(3000), 3000);
const NOTHING = [0, 0, 0];

const DEVICES: [string, Partial<ZramOptions>, Partial<BackingOptions>][] = [
	["any", {}, {}],
	["integrity", { integrity: true }, {}],
	["erased-only", {}, { offload: "erased-only" }],
];

for (const [name, options, backing] of DEVICES)
	test(`heap: ${name}`, () => {
		const { bootLate, chip, clock } = makeBed({ blocks: 24, endurance: 1e9 });
		// the emulator allocates a block when it is first programmed, and keeps it
		for (let block = 0; block < chip.blocks; block++) chip.program(new Uint8Array(1), 0, 1, block * PAGE);
		for (let block = 0; block < chip.blocks; block++) chip.erase(block);
		const zram = bootLate({ arena: { byteLength: 40 * 1024 }, ...options }, { endurance: 10_000_000, ...backing });
		const noise = new Uint8Array(8 * PAGE);
		fill(noise, 0, noise.length, NOISE, 1);
		const text = new Uint8Array(PAGE);
		fill(text, 0, PAGE, TEXT, 1);
		const into = new Uint8Array(PAGE);
		const random = new Random(1);
		// pages that stay put, so that others must move
		for (let page = 0; page < 6; page++) zram.write(noise, page * PAGE, page * 100, PAGE);
		assert.is(zram.writeback({ type: "huge" }), 6);
		const work = () => {
			for (let i = 0; i < CALLS; i++) {
				const page = 6 + random.below(12);
				zram.write(noise, page * PAGE, random.below(7 * PAGE), PAGE);
				zram.read(into, page * PAGE);
				zram.read(noise, page * PAGE + 100, 0, 50);
				if (i % 16 === 0) zram.write(text, page * PAGE);
				if (i % 16 === 1) zram.trim(page * PAGE, PAGE);
				if (i % 16 === 2) zram.write(text, page * PAGE + 5, 0, 100);
				if (i % 4 === 3) zram.maintain(500);
				clock.now += 100_000;
			}
		};
		// warm up every path
		work();
		work();
		const { erases } = chip.statistics;
		assert.equal(allocated(work), NOTHING);
		const { bdMoves, bdErases } = zram.status();
		assert.ok(bdErases > 0 && chip.statistics.erases > erases);
		if (CALLS === 3000 && name === "any") assert.ok(bdMoves > 0, "no page moved");
	});

test.run();
