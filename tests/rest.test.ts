/*
 * Pages at rest: which are repacked, what they become, and what that leaves untouched. The engine decides which
 * (engine/…/rest), Zram.maintain() when.
 */
// needs: js
// firmware: --slots 15872 --chunk 124000

import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { CodecName, ZramOptions } from "zram";
import Zram from "zram";
import Engine from "zram/engine";
import { MODE_KEEP, PLAN_SCRATCH, planWords, STOP_NOTHING } from "zram/engine/interface";
import ZramFlash from "zram/flash";
import { Memory } from "zram/memory";
import SwapPool from "zram/swap";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";

const PAGE = 4096;
const PAGES = 16;
const LONG = 1_000_000;

const test = suite("rest");

function makeDevice(options: Partial<ZramOptions> = {}) {
	const arena = new ArrayBuffer(40 * 1024);
	return new Zram({ arena, byteLength: PAGES * PAGE, ...options });
}

function textPage(seed: number): Uint8Array {
	const page = new Uint8Array(PAGE);
	fill(page, 0, PAGE, TEXT, seed);
	return page;
}

function noisePage(seed: number): Uint8Array {
	const page = new Uint8Array(PAGE);
	fill(page, 0, PAGE, NOISE, seed);
	return page;
}

const looks = (zram: Zram) => [...zram.pages()].map(({ state, codec }) => codec ?? state);
const lengthOf = (zram: Zram, page: number) =>
	[...zram.pages()].find((each) => each.page === page)?.storedLength as number;

function holds(zram: Zram, page: number, bytes: Uint8Array) {
	const read = new Uint8Array(PAGE);
	zram.read(read, page * PAGE);
	assert.ok(equal(read, 0, bytes, 0, PAGE), `page ${page}`);
}

for (const integrity of [false, true])
	test(`pages at rest become dense, keep their age, and read as before${integrity ? ", integrity" : ""}`, () => {
		const zram = makeDevice({ integrity });
		for (let page = 0; page < 4; page++) zram.write(textPage(page), page * PAGE);
		assert.is(zram.maintain(LONG), true);
		assert.equal(looks(zram), ["lz4", "lz4", "lz4", "lz4"], "nothing rests yet");
		zram.markIdle();
		zram.read(new Uint8Array(PAGE), PAGE);
		const before = zram.status();
		const lengths = [0, 1, 2, 3].map((page) => lengthOf(zram, page));
		assert.is(zram.maintain(LONG), true);
		assert.equal(looks(zram), ["dense", "lz4", "dense", "dense"], "page 1 was read");
		assert.equal(
			[...zram.pages()].map(({ age }) => age),
			[1, 0, 1, 1],
		);
		const after = zram.status();
		assert.ok(after.memUsed < before.memUsed);
		assert.is(after.pagesRepacked, 3);
		assert.is(after.numWrites, before.numWrites);
		assert.is(after.numReads, before.numReads);
		assert.is(after.memUsedMax, before.memUsedMax);
		assert.is(after.codecs.dense?.pages, 3);
		assert.ok(lengthOf(zram, 0) <= (lengths[0] as number) - 64);
		zram.check();
		for (let page = 0; page < 4; page++) holds(zram, page, textPage(page));
		assert.equal(looks(zram), ["dense", "lz4", "dense", "dense"], "what is read stays dense");
		zram.write(textPage(9), 0);
		zram.write(new Uint8Array(100), 2 * PAGE);
		assert.equal(looks(zram), ["lz4", "lz4", "lz4", "dense"], "what is written is packed as always");
		zram.check();
		zram.close();
	});

test("the engine: the largest come first, and pages in use stay as they are", () => {
	const plan = planWords({ arenaLength: 40 * 1024, pageCount: PAGES, pageLength: PAGE, mode: MODE_KEEP });
	Engine.plan(plan.buffer);
	const scratch = new Memory(plan[PLAN_SCRATCH] as number, "internal");
	const engine = new Engine(new ArrayBuffer(40 * 1024), scratch as unknown as HostBuffer, plan.buffer);
	const small = textPage(1);
	small.fill(0, 2000);
	for (const [page, bytes] of [small, textPage(2), noisePage(3), textPage(4)].entries())
		assert.is(engine.write(bytes, page * PAGE), 0);
	assert.is(engine.nextResting(), STOP_NOTHING);
	assert.is(engine.repack(1), 0);
	engine.markIdle(1);
	const order: number[] = [];
	for (let page = engine.nextResting(); page >= 0; page = engine.nextResting()) {
		assert.is(engine.repack(page), page === 2 ? 0 : 1);
		order.push(page);
	}
	assert.equal(order.slice(0, 1).concat(order.slice(-1)), [2, 0], `${order}`);
	assert.is(engine.repack(PAGES), 0);
	assert.is(engine.check(), 0);
	engine.close();
	scratch.close();
});

test("a page that gains nothing is tried once, and again after it is written", () => {
	const zram = makeDevice({ integrity: true });
	zram.write(noisePage(1), 0);
	zram.markIdle();
	assert.is(zram.maintain(0), false, "something is left");
	assert.is(zram.maintain(LONG), true);
	assert.is(zram.maintain(0), true, "it is marked");
	assert.equal(looks(zram), ["raw"]);
	zram.check();
	holds(zram, 0, noisePage(1));
	zram.markIdle();
	assert.is(zram.maintain(0), true, "reading leaves the mark");
	zram.write(noisePage(2), 0);
	zram.markIdle();
	assert.is(zram.maintain(0), false, "writing does not");
	zram.check();
	assert.is(zram.status().pagesRepacked, 0);
	zram.close();
});

test("a gain of less than a granule doesn't count", () => {
	for (let alphabet = 216; alphabet < 252; alphabet += 2) {
		const zram = makeDevice({ codecs: ["dense"] });
		const page = noisePage(alphabet).map((byte) => byte % alphabet);
		zram.write(page, 0);
		zram.markIdle();
		assert.is(zram.maintain(LONG), true);
		zram.check();
		assert.ok(looks(zram)[0] === "raw" || lengthOf(zram, 0) <= PAGE - 64, `${alphabet}`);
		holds(zram, 0, page);
		zram.close();
	}
});

test("codecs without dense: nothing to do", () => {
	const zram = makeDevice({ codecs: ["lz4", "columns"] as CodecName[] });
	zram.write(textPage(1), 0);
	zram.markIdle();
	assert.is(zram.maintain(0), true);
	assert.is(zram.maintain(LONG), true);
	assert.equal(looks(zram), ["lz4"]);
	zram.close();
});

test("reset starts counting over; same-filled and empty pages never rest", () => {
	const zram = makeDevice();
	zram.write(new Uint8Array(PAGE).fill(7), 0);
	zram.write(textPage(3), PAGE);
	zram.markIdle();
	assert.is(zram.maintain(LONG), true);
	assert.equal(looks(zram), ["same", "dense"]);
	assert.is(zram.status().pagesRepacked, 1);
	zram.reset();
	assert.is(zram.status().pagesRepacked, 0);
	assert.is(zram.maintain(0), true);
	zram.check();
	zram.close();
});

test("maintain of a pool and of a flash", () => {
	const devices = [makeDevice(), makeDevice()];
	const pool = new SwapPool({ devices });
	for (let i = 0; i < 12; i++) pool.write(`${i}`, textPage(i));
	for (const zram of devices) zram.markIdle();
	assert.is(pool.maintain(0), false);
	assert.is(pool.maintain(LONG), true);
	const dense = devices.reduce((sum, zram) => sum + (zram.status().codecs.dense?.pages ?? 0), 0);
	assert.is(dense, 12);
	for (let i = 0; i < 12; i++)
		assert.ok(equal(pool.read(`${i}`) as ArrayBuffer, 0, textPage(i), 0, PAGE), `buffer ${i}`);
	assert.throws(() => pool.maintain(-1), /milliseconds/);
	pool.close();
	assert.throws(() => pool.maintain(1), /ECLOSED/);

	const device = devices[0] as Zram;
	const flash = new ZramFlash({ device, partitions: { a: 4 } });
	const partition = flash.open({ path: "a", mode: "r+" });
	partition.write(textPage(1), 0);
	device.markIdle();
	assert.is(flash.maintain(LONG), true);
	assert.is(device.status().codecs.dense?.pages, 1);
	assert.ok(equal(partition.read(PAGE, 0), 0, textPage(1), 0, PAGE));
	flash.close();
	assert.throws(() => flash.maintain(1), /closed/);
	for (const zram of devices) zram.close();
});

/** Runs `work` with its own clock, where JavaScript can. The function it gets moves that by minutes, forward or back. */
function withClock(work: (pass: (minutes: number) => void) => void) {
	const { performance } = globalThis as { performance?: { now: () => number } };
	if (!performance) return;
	const now = performance.now;
	let ahead = 0;
	performance.now = () => now.call(performance) + ahead;
	try {
		work((minutes) => {
			ahead += minutes * 60_000;
		});
	} finally {
		performance.now = now;
	}
}

test("maintain: a full minute is one age step; a minute begun, or a clock set back, is none", () => {
	withClock((pass) => {
		const zram = makeDevice({ codecs: ["lz4"] });
		const ageOf = (page: number) => [...zram.pages()][page]?.age;
		zram.write(textPage(1), 0);
		zram.maintain(0);
		assert.is(ageOf(0), 0);
		pass(0.75);
		zram.maintain(0);
		assert.is(ageOf(0), 0);
		pass(0.75);
		zram.maintain(0);
		assert.is(ageOf(0), 1);
		zram.markIdle();
		pass(2);
		zram.write(textPage(2), PAGE);
		zram.maintain(0);
		assert.equal([ageOf(0), ageOf(1)], [4, 2]);
		zram.read(PAGE, 0);
		pass(-100);
		zram.maintain(0);
		assert.equal([ageOf(0), ageOf(1)], [0, 2]);
		pass(1);
		zram.maintain(0);
		assert.equal([ageOf(0), ageOf(1)], [1, 3]);
		pass(1000);
		zram.maintain(0);
		assert.equal([ageOf(0), ageOf(1)], [255, 255]);
		zram.check();
	});
});

test("maintain: packs what has rested for a minute, without a call of markIdle", () => {
	withClock((pass) => {
		const zram = makeDevice();
		zram.write(textPage(1), 0);
		assert.ok(zram.maintain(LONG));
		assert.equal(looks(zram), ["lz4"]);
		pass(1);
		assert.ok(zram.maintain(LONG));
		assert.equal(looks(zram), ["dense"]);
		holds(zram, 0, textPage(1));
	});
});

test.run();
