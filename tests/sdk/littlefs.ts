/*
 * examples/littlefs on the SDK's littlefs: a file system in compressed RAM that is overwritten many times, filled up, emptied
 * and filled again.
 */

import LittleFS from "littlefs";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import ZramFlash, { type Flash } from "zram/flash";
import { equal, fill, NOISE, TEXT } from "../support/bytes.ts";
import { scaled } from "../support/host.ts";
import { Random } from "../support/random.ts";

const KB = 1024;
const BLOCK = 4 * KB;
const NO_SPACE = /error -28/;

/** A file system of this many blocks, and the device below. */
function make(blocks: number, arena = 512 * KB) {
	const zram = new Zram({ byteLength: blocks * BLOCK, arena: { byteLength: arena } });
	const io = new ZramFlash({ device: zram, partitions: { files: blocks } });
	const mount = (format = false, wrap = (flash: Flash) => flash as object) =>
		new LittleFS(wrap(io.open({ path: "files" })) as Flash, format);
	return { zram, mount };
}

function content(length: number, kind: number, seed: number): ArrayBuffer {
	const buffer = new ArrayBuffer(length);
	fill(buffer, 0, length, kind, seed);
	return buffer;
}

function assertFile(files: LittleFS, path: string, expected: ArrayBuffer) {
	const found = files.read(path);
	assert.is(found.byteLength, expected.byteLength, path);
	assert.ok(equal(found, 0, expected, 0, expected.byteLength), path);
}

/** Does it. True if it worked, false if littlefs lacked room; any other error is thrown. */
function hasRoom(work: () => void): boolean {
	try {
		work();
		return true;
	} catch (error) {
		assert.match((error as Error).message, NO_SPACE, `${error}`);
		return false;
	}
}

const test = suite("littlefs");

for (const blocks of [1024, 256, 120])
	test(`a file of 48 KB, written 2,000 times in ${blocks} blocks and 512 KB`, () => {
		const { zram, mount } = make(blocks);
		const files = mount(true);
		for (let i = 0, count = scaled(2000); i < count; i++) {
			const state = content(48 * KB, i & 1 ? TEXT : NOISE, i);
			files.write("state", state);
			if (i % 100 === 0 || i === count - 1) assertFile(files, "state", state);
		}
		files.close();
		zram.check();
		zram.close();
	});

test("trim: removed files give their memory back; the others stay", () => {
	const { zram, mount } = make(128);
	const files = mount(true);
	const kept = content(20 * KB, NOISE, 1);
	files.write("a/kept", kept);
	files.trim();
	const before = zram.status().memUsed;
	files.write("b", content(100 * KB, NOISE, 2));
	files.remove("b");
	assert.ok(zram.status().memUsed > before + 90 * KB, "littlefs has no use for it, and says so to nobody");
	files.trim();
	assert.ok(zram.status().memUsed <= before + BLOCK, `${zram.status().memUsed}, ${before}`);
	assertFile(files, "a/kept", kept);
	files.close();
	assertFile(mount(), "a/kept", kept);
	zram.close();
});

test("a file that doesn't fit: the old one stays, a new one isn't there, and there is as much room as before", () => {
	const { zram, mount } = make(128, 128 * KB);
	const files = mount(true);
	const old = content(30 * KB, NOISE, 1);
	files.write("old", old);
	for (let i = 0; i < 5; i++) {
		assert.not.ok(hasRoom(() => files.write("old", content(150 * KB, NOISE, 2))));
		assert.not.ok(hasRoom(() => files.write("new", content(150 * KB, NOISE, 3))));
		assertFile(files, "old", old);
		assert.throws(() => files.read("new"), /error -2/);
	}
	files.write("new", content(50 * KB, NOISE, 4));
	files.close();
	assertFile(mount(), "old", old);
	zram.close();
});

test("the flash refuses every write from one on: the old file stays, and later a folder is written as if nothing had happened", () => {
	for (let allowed = 0; allowed < 12; allowed++) {
		const { zram, mount } = make(128, 256 * KB);
		let left = Number.POSITIVE_INFINITY;
		const files = mount(true, (flash) => ({
			status: () => flash.status(),
			read: (buffer: Uint8Array, offset: number) => flash.read(buffer, offset),
			write(buffer: Uint8Array, offset: number) {
				if (left-- <= 0) throw Object.assign(new Error("refused"), { code: "ENOSPC" });
				flash.write(buffer, offset);
			},
			eraseBlock: (first: number, end: number) => flash.eraseBlock(first, end),
		}));
		const old = content(10 * KB, TEXT, 1);
		const next = content(10 * KB, TEXT, 2);
		files.write("a/file", old);
		files.write("b/file", old);
		left = allowed;
		const isWritten = hasRoom(() => files.write("a/file", next));
		left = Number.POSITIVE_INFINITY;
		files.write("b/file", next);
		assertFile(files, "a/file", isWritten ? next : old);
		assertFile(files, "b/file", next);
		files.close();
		assertFile(mount(), "a/file", isWritten ? next : old);
		zram.close();
	}
});

test("filled, emptied and filled again: as much fits each time, and every byte is right", () => {
	const { zram, mount } = make(1024);
	const files = mount(true);
	const written = (i: number) => content(1 + ((i * 7919) % (24 * KB)), i & 1 ? TEXT : NOISE, i);
	const fillUp = () => {
		let count = 0;
		while (hasRoom(() => files.write(`folder${count % 5}/file${count}`, written(count)))) count++;
		return count;
	};
	const counts: number[] = [];
	for (let round = 0; round < 3; round++) {
		const count = fillUp();
		for (let i = 0; i < count; i++) assertFile(files, `folder${i % 5}/file${i}`, written(i));
		for (let i = 0; i < count; i++) files.remove(`folder${i % 5}/file${i}`);
		counts.push(count);
	}
	assert.ok((counts[0] as number) > 40, counts.join());
	for (const count of counts) assert.ok(Math.abs(count - (counts[0] as number)) <= 2, counts.join());
	zram.check();
	zram.close();
});

test("random files at the edge of the room, against a Map", () => {
	const random = new Random(12);
	const { zram, mount } = make(256, 256 * KB);
	let files = mount(true);
	const model = new Map<string, ArrayBuffer>();
	let refused = 0;
	for (let i = 0, count = scaled(3000); i < count; i++) {
		const path = `${random.below(3)}/${random.below(30)}`;
		if (random.once(3)) {
			if (model.has(path) && hasRoom(() => files.remove(path))) model.delete(path);
		} else {
			const value = content(random.below(random.once(4) ? 40 * KB : 3 * KB), random.once(2) ? NOISE : TEXT, i);
			if (hasRoom(() => files.write(path, value))) model.set(path, value);
			else refused++;
		}
		if (random.once(40)) files.trim();
		if (random.once(100)) {
			files.close();
			files = mount();
		}
		const known = [...model.keys()][random.below(Math.max(1, model.size))];
		if (known) assertFile(files, known, model.get(known) as ArrayBuffer);
	}
	for (const [path, value] of model) assertFile(files, path, value);
	assert.ok(refused >= Math.trunc(scaled(3000) / 60), `${refused} refused`);
	zram.check();
	zram.close();
});

test.run();
