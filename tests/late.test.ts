/* Late offload: which page goes to flash, when, and what is refused. Other suites test the flash itself. */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import type Zram from "zram";
import type { BackingStatus, FlashDevice } from "zram/backing";
import { HUGE_LIFE } from "zram/engine/header";
import SwapPool from "zram/swap";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";
import { fails } from "./support/expect.ts";
import { makeBed } from "./support/offload.ts";

const PAGE = 4096;
const GRANULE = 64;

function bytes(kind: number, seed: number): Uint8Array {
	const result = new Uint8Array(PAGE);
	fill(result, 0, PAGE, kind, seed);
	return result;
}
const noise = (seed: number) => bytes(NOISE, seed);
/** Text that takes some ten granules. */
function text(seed: number): Uint8Array {
	const result = new Uint8Array(PAGE);
	fill(result, 0, 700, TEXT, seed);
	return result;
}

const backingOf = (zram: Zram) => zram.status().backing as BackingStatus;

/** The pages on flash. */
const onFlash = (zram: Zram) => [...zram.pages()].filter(({ state }) => state === "offloaded").map(({ page }) => page);

function holds(zram: Zram, page: number, expected: Uint8Array) {
	const read = new Uint8Array(zram.read(PAGE, page * PAGE));
	if (!equal(read, 0, expected, 0, PAGE)) throw new Error(`wrong bytes in page ${page}`);
}

/** A device with room for `pages` pages of noise, and the reserve. */
function tight(pages: number, backing = {}, byChip = false) {
	const bed = makeBed();
	// the clock follows the data sheet
	const clock = byChip ? { ticks: () => Math.floor(bed.chip.statistics.typical / 1000) } : {};
	const zram = bed.bootLate({ arena: { byteLength: 160 * 1024 } }, { ...clock, ...backing });
	const room = (pages * PAGE) / GRANULE;
	zram.limit = zram.status().memUsed + Math.ceil((room * 50) / 49) * GRANULE;
	return { ...bed, zram };
}

/** Fills pages with noise, starting at `first`. */
function fillWith(zram: Zram, count: number, first = 0) {
	for (let page = first; page < first + count; page++) zram.write(noise(page + 1), page * PAGE);
}

test("incompressible pages stay in memory while there is room; then the next one in turn goes", () => {
	const { zram, chip } = tight(4);
	fillWith(zram, 4);
	assert.equal([onFlash(zram), chip.statistics.erases], [[], 0]);
	for (const [page, flash] of [
		[4, [0]],
		[5, [0, 1]],
		[6, [0, 1, 2]],
	] as const) {
		fillWith(zram, 1, page);
		assert.equal(onFlash(zram), flash);
	}
	for (let page = 0; page < 7; page++) holds(zram, page, noise(page + 1));
	assert.equal(onFlash(zram), [0, 1, 2], "reading brings nothing back");
	zram.trim(3 * PAGE, 2 * PAGE);
	fillWith(zram, 2);
	assert.equal(onFlash(zram), [0, 1, 2], "the same bytes stay there");
	assert.is(zram.status().bdWrites, 3);
	zram.write(noise(100), 0);
	assert.equal(onFlash(zram), [1, 2], "other bytes have room");
	zram.check();
});

test("the page that has rested longest goes, if it has rested twice as long as such pages live; else the new one", () => {
	const { zram } = tight(4);
	fillWith(zram, 4);
	zram.markIdle();
	holds(zram, 0, noise(1));
	fillWith(zram, 1, 4);
	assert.equal(onFlash(zram), [1]);
	// pages live for eight steps before they are overwritten or trimmed
	for (let i = 0; i < 100; i++) {
		for (let step = 0; step < 8; step++) zram.markIdle();
		zram.write(noise(200 + i), 2 * PAGE);
		zram.read(PAGE, 0);
		if (i % 2) {
			zram.trim(4 * PAGE, PAGE);
			zram.write(noise(5), 4 * PAGE);
		} else zram.write(noise(50), 4 * PAGE);
	}
	for (const page of [0, 2, 3, 4]) zram.read(PAGE, page * PAGE);
	for (let step = 0; step < 14; step++) zram.markIdle();
	fillWith(zram, 1, 10);
	assert.equal(onFlash(zram), [1, 10]);
	for (let step = 0; step < 2; step++) zram.markIdle();
	fillWith(zram, 1, 11);
	assert.equal(onFlash(zram).length, 3);
	assert.ok(!onFlash(zram).includes(11));
	zram.check();
});

test("how old huge pages get: each one overwritten or trimmed, wherever it is, moves the mean by a sixteenth", () => {
	const arena = new ArrayBuffer(160 * 1024);
	const zram = makeBed().bootLate({ arena });
	const header = new Uint32Array(arena);
	const rest = (steps: number) => {
		for (let step = 0; step < steps; step++) zram.markIdle();
	};
	const expected: number[] = [];
	const seen: number[] = [];
	let life = 0;
	/** Does something to a page of this age. */
	const lives = (age: number | undefined, work: () => void) => {
		work();
		if (age !== undefined) life += Math.trunc((age * 256 - life) / 16);
		expected.push(life);
		seen.push(header[HUGE_LIFE] as number);
	};
	fillWith(zram, 6);
	zram.write(text(7), 7 * PAGE);
	rest(16);
	lives(16, () => zram.write(noise(10), 0));
	lives(16, () => zram.trim(PAGE, PAGE));
	lives(16, () => zram.write(new Uint8Array(PAGE), 2 * PAGE));
	lives(undefined, () => zram.write(text(8), 7 * PAGE));
	lives(undefined, () => zram.writeback({ type: "page", pages: [3, 4, 5] }));
	rest(100);
	lives(undefined, () => zram.read(PAGE, 4 * PAGE));
	lives(116, () => zram.write(noise(11), 3 * PAGE));
	lives(0, () => zram.write(noise(5), 4 * PAGE)); // the same bytes
	zram.read(PAGE, 0);
	rest(1);
	zram.limit = zram.status().memUsed;
	zram.write(noise(12), 9 * PAGE);
	assert.equal(onFlash(zram), [4, 5, 9]);
	lives(117, () => zram.write(noise(13), 5 * PAGE)); // goes to flash itself
	assert.equal(onFlash(zram), [4, 5, 9]);
	lives(undefined, () => zram.maintain(1000));
	assert.equal(seen, expected);
});

test("a compressible page finds room in the reserve; when that is gone a huge page goes, however young", () => {
	const { zram } = tight(4);
	fillWith(zram, 4);
	for (let i = 0; i < 100; i++) {
		zram.markIdle();
		zram.write(noise(300 + i), 3 * PAGE);
	}
	zram.read(4 * PAGE, 0);
	let page = 20;
	while (onFlash(zram).length === 0) zram.write(text(page), page++ * PAGE);
	assert.equal(onFlash(zram), [0]);
	for (let each = 20; each < page; each++) holds(zram, each, text(each));
	zram.check();
});

test("maintain: huge pages go until the reserve is back, or until a lowered limit holds", () => {
	const { zram } = tight(20);
	fillWith(zram, 20);
	zram.write(text(1), 40 * PAGE);
	while (!zram.maintain(1000));
	assert.equal(onFlash(zram), [], "less than a half of the reserve of 26 granules is gone");
	zram.write(text(2), 42 * PAGE);
	while (!zram.maintain(1000));
	assert.equal(onFlash(zram), [0]);
	zram.limit = zram.status().memUsed - 5 * PAGE;
	assert.is(fails(() => zram.write(text(2), 41 * PAGE), "ENOSPC").bytesWritten, 0);
	assert.equal(onFlash(zram), [0]);
	zram.write(text(3), 40 * PAGE);
	while (!zram.maintain(1000));
	const { memUsed: used, memLimit } = zram.status();
	assert.ok(used <= memLimit && memLimit - used < 2 * PAGE, `${used} of ${memLimit}`);
	zram.write(text(2), 41 * PAGE);
	zram.check();
});

test("maintain: stays within its time; pages that can't go aren't work left", () => {
	const { zram, chip } = tight(20, {}, true);
	fillWith(zram, 20);
	zram.limit = zram.status().memUsed - 10 * PAGE;
	let calls = 0;
	for (let isDone = false; !isDone; calls++) {
		const before = chip.statistics.typical;
		isDone = zram.maintain(70);
		assert.ok(chip.statistics.typical - before <= 70_000, `${chip.statistics.typical - before} us`);
		assert.ok(calls < 100);
	}
	assert.ok(calls > 3);
	zram.limit = 0;
	while (!zram.maintain(1000)); // ends, although most pages have nowhere to go
	assert.is(onFlash(zram).length, 20);
});

test("one stored page sends at most one page to flash; beyond that it is refused, and what went stays there", () => {
	const { zram } = tight(4);
	fillWith(zram, 4);
	const three = new Uint8Array(3 * PAGE);
	for (let i = 0; i < 3; i++) three.set(noise(60 + i), i * PAGE);
	zram.write(three, 10 * PAGE);
	assert.equal(onFlash(zram), [0, 1, 2]);
	zram.trim(10 * PAGE, 3 * PAGE);
	// flash is gone after the first page
	const { zram: other, chip } = tight(4);
	fillWith(other, 4);
	chip.cutPower(chip.operations + 1, "torn");
	const error = fails(() => other.write(three, 10 * PAGE), "ENOSPC");
	assert.is(error.bytesWritten, PAGE);
	chip.restorePower();
	assert.equal(onFlash(other), [0]);
	assert.is(other.status().failedWrites, 1);
	holds(other, 10, three.subarray(0, PAGE));
	holds(other, 11, new Uint8Array(PAGE));
	for (let page = 0; page < 4; page++) holds(other, page, noise(page + 1));
	other.check();
});

test("what flash refuses stays in memory, which may use the reserve; the reasons are counted", () => {
	// as many erases as the initial budget, and no more
	const { zram } = tight(30, { endurance: 100 });
	fillWith(zram, 30);
	const { budget, slotsErased } = backingOf(zram);
	assert.is(slotsErased, 0);
	let seed = 1000;
	const next = () => zram.write(noise(seed++), (30 + (seed % 30)) * PAGE);
	fails(() => {
		for (;;) next();
	}, "ENOSPC");
	const { refusedBudget, refusedSlots, refusedDriver, refusedRoom } = backingOf(zram);
	assert.equal([refusedDriver, refusedRoom], [0, 0]);
	assert.ok(refusedBudget + refusedSlots > 0 && budget < 40);
	zram.reset();
	assert.is(backingOf(zram).refusedBudget + backingOf(zram).refusedSlots, 0);
	const { zram: full } = tight(2);
	fails(() => {
		for (let page = 0; ; page++) full.write(text(page), page * PAGE);
	}, "ENOSPC");
	assert.is(backingOf(full).refusedRoom, 1);
});

test("a driver that throws or calls back: the victim stays, and the page being written keeps its old bytes", () => {
	for (const failing of ["write", "eraseBlock"] as const) {
		const bed = makeBed();
		let calls = 0;
		const state: { fault?: () => void } = {};
		const io = {
			open(options: { path: string; mode: "r" | "r+" }): FlashDevice {
				const flash = bed.io.open(options);
				const call = flash[failing].bind(flash) as (a: never, b: never) => void;
				return Object.assign(flash, {
					[failing](a: never, b: never) {
						calls++;
						state.fault?.();
						call(a, b);
					},
				});
			},
		};
		const zram = bed.bootLate({}, { io });
		zram.limit = zram.status().memUsed + 4 * PAGE + 10 * GRANULE;
		fillWith(zram, 4);
		zram.write(text(9), 9 * PAGE);
		for (let i = 0; i < 40; i++) fillWith(zram, 1, 10 + (i % 10)); // no slot is free any more, so writes erase
		state.fault = () => {
			throw new Error("a bad day");
		};
		const before = calls;
		zram.trim(10 * PAGE, 10 * PAGE);
		let page = 30;
		const error = fails(() => {
			for (; page < 50; page++) zram.write(noise(page), page * PAGE);
		}, "ENOSPC");
		assert.is(error.bytesWritten, 0);
		assert.ok(calls > before && backingOf(zram).refusedDriver > 0);
		holds(zram, page, new Uint8Array(PAGE));
		state.fault = () => fails(() => zram.write(text(1), 0), "EBUSY");
		for (; page < 40; page++) zram.write(noise(page), page * PAGE);
		for (let each = 30; each < 40; each++) holds(zram, each, noise(each));
		for (let each = 0; each < 4; each++) holds(zram, each, noise(each + 1));
		holds(zram, 9, text(9));
		zram.check();
	}
});

test("partial writes and trims of pages, on flash or in memory, make room as well", () => {
	const { zram } = tight(6);
	const expected = new Uint8Array(12 * PAGE);
	for (let page = 0; page < 12; page++) expected.set(page % 3 ? noise(page) : text(page), page * PAGE);
	zram.write(expected, 0);
	for (let i = 0; i < 60; i++) {
		const [start, length] = [(i * 3331) % (9 * PAGE), 1 + ((i * 977) % (2 * PAGE))];
		if (i % 4 === 3) {
			zram.trim(start, length);
			expected.fill(0, start, start + length);
		} else {
			const part = noise(i).subarray(0, Math.min(length, PAGE));
			zram.write(part, start);
			expected.set(part, start);
		}
		const read = new Uint8Array(zram.read(12 * PAGE, 0));
		assert.ok(equal(read, 0, expected, 0, read.length), `after ${i}`);
		zram.check();
	}
	assert.ok(zram.status().bdWrites > 10);
});

test("onOperation hears of the page written, not of the one that went", () => {
	const bed = makeBed();
	const seen: string[] = [];
	const zram = bed.bootLate({
		onOperation(operation, page) {
			seen.push(`${operation} ${page}`);
		},
	});
	zram.limit = zram.status().memUsed + 2 * PAGE + 10 * GRANULE;
	fillWith(zram, 3);
	assert.equal([seen, onFlash(zram)], [["write 0", "write 1", "write 2"], [0]]);
});

test("a pool offloads first, and evicts when nothing more can go; bytesLeft counts what can still go", () => {
	const { zram } = tight(6);
	const pool = new SwapPool({ devices: [zram], evict: "lru" });
	const before = pool.status().bytesLeft;
	for (let key = 0; key < 20; key++) pool.write(key, noise(key + 1));
	assert.equal([pool.status().evictions, pool.status().keys, onFlash(zram).length], [0, 20, 14]);
	const { bytesLeft } = pool.status();
	assert.ok(bytesLeft >= 6 * PAGE && bytesLeft < before + PAGE, `${bytesLeft}`);
	for (let key = 20; key < 50; key++) pool.write(key, noise(key + 1));
	const { evictions, keys } = pool.status();
	const { slots } = backingOf(zram);
	assert.ok(evictions > 0 && keys >= slots + 4, `${evictions} evictions, ${keys} of ${slots} + 6`);
	for (let key = 49; key > 45; key--)
		assert.ok(equal(new Uint8Array(pool.read(key) as ArrayBuffer), 0, noise(key + 1), 0, PAGE));
	pool.close();
	zram.check();
});

test("a growing value: its last page may go to flash, and stays intact if there is no room once it stops growing", () => {
	const { zram } = tight(3);
	const pool = new SwapPool({ devices: [zram] });
	pool.append("log", noise(1).subarray(0, 100));
	pool.append("log", noise(1).subarray(100, 2900));
	for (let key = 0; key < 3; key++) pool.write(key, noise(10 + key));
	assert.is(onFlash(zram).length, 1, "the page of the log was the first in turn");
	for (let key = 0; key < 3; key++) pool.delete(key);
	fails(() => {
		for (let key = 100; ; key++) pool.write(key, text(key));
	}, "ENOSPC");
	fails(() => pool.append("more", noise(3).subarray(0, 900)), "ENOSPC");
	assert.equal(new Uint8Array(pool.read("log") as ArrayBuffer), noise(1).slice(0, 2900));
	pool.close();
	zram.check();
});

test("writeback takes the largest first", () => {
	const bed = makeBed();
	const zram = bed.bootLate();
	zram.write(text(1), 0);
	zram.write(noise(2), PAGE);
	zram.write(text(3), 2 * PAGE);
	zram.write(noise(4), 3 * PAGE);
	zram.markIdle();
	assert.is(zram.writeback({ type: "idle", bytes: 2 * PAGE }), 2);
	assert.equal(onFlash(zram), [1, 3]);
	assert.is(zram.writeback({ type: "page", pages: [0, 2], bytes: 2 * PAGE }), 2);
});

test("a page at rest makes way for a new one; a page in use doesn't", () => {
	const { zram } = tight(3);
	fillWith(zram, 3);
	zram.markIdle();
	zram.read(PAGE, 0);
	zram.read(PAGE, 2 * PAGE);
	fillWith(zram, 1, 5);
	assert.equal(onFlash(zram), [1]);
});

test.run();
