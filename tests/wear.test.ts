/* Wear: blocks are erased evenly, the log lives as long as they do, and the budget holds over years. */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import type Zram from "zram";
import type { ZramStatus } from "zram";
import type { BackingStatus } from "zram/backing";
import { fill, NOISE } from "./support/bytes.ts";
import { SEED, scaled } from "./support/host.ts";
import { makeBed } from "./support/offload.ts";
import { Random } from "./support/random.ts";

const KB = 1024;

const IS_NODE = "versions" in globalThis.process;
const YEAR = 365.25 * 24 * 3600 * 1000;
const DAY = 24 * 3600 * 1000;
const PAGE = 1024;

/** Noise to cut pages from, so that making them costs nothing. */
const pool = new Uint8Array(64 * KB);
fill(pool, 0, pool.length, NOISE, SEED);
const noise = (random: Random) => random.below((pool.length - PAGE) / 4) * 4;

const backingOf = (zram: Zram) => zram.status().backing as BackingStatus;

/** What is on flash while the blocks wear: this share of `pages` stays put while the device is up. */
interface Load {
	name: string;
	pages: number;
	pinned: number;
	/** The others are written in turn, or at random. */
	inTurn: boolean;
	spread: number;
}

const LOADS: Load[] = [
	{ name: "nothing pinned", pages: 128, pinned: 0, inTurn: true, spread: 2 },
	{ name: "25 % pinned", pages: 128, pinned: 0.25, inTurn: false, spread: 66 },
	{ name: "90 % pinned", pages: 128, pinned: 0.9, inTurn: false, spread: 66 },
];

for (const { name, pages, pinned, inTurn, spread } of LOADS)
	test(`levelling: ${name}`, () => {
		const offloads = IS_NODE ? scaled(1_000_000) : scaled(20_000);
		const reboots = Math.ceil(offloads / 1000);
		const random = new Random(SEED);
		const bed = makeBed({ blocks: 256, blockLength: PAGE, seed: SEED });
		const options = { byteLength: 256 * PAGE, pageLength: PAGE, arena: new ArrayBuffer(24 * KB) };
		const backing = { endurance: 10_000_000 };
		const fixed = Math.floor(pages * pinned);
		const totals = { erases: 0, moves: 0 };
		let zram = bed.boot(options, backing);
		let last = { bdMoves: 0, bdErases: 0 } as ZramStatus;
		let written = 0;
		const write = (page: number) => {
			const start = noise(random);
			zram.write(pool, page * PAGE, start, PAGE);
			written++;
		};
		for (let boot = 0; boot < reboots; boot++) {
			// reboots come at any time
			const end = Math.min(offloads, written + 1 + random.below(2000));
			for (let page = 0; page < pages && written < end; page++) write(page);
			for (let i = 0; written < end; i++) write(fixed + (inTurn ? i % (pages - fixed) : random.below(pages - fixed)));
			last = zram.status();
			totals.erases += last.bdErases;
			totals.moves += last.bdMoves;
			assert.is(last.bdCount, Math.min(pages, last.bdCount));
			zram.check();
			zram = bed.boot(options, backing);
			const { wearLeast, wearMost, wearLog, slots } = backingOf(zram);
			const log = bed.chip.erases.subarray(0, 256 - slots);
			const data = bed.chip.erases.subarray(256 - slots);
			const [least, most] = [Math.min(...data), Math.max(...data)];
			if (most - least > spread) throw new Error(`boot ${boot}: from ${least} to ${most} erases`);
			if (wearMost < most || wearLeast < least) throw new Error(`boot ${boot}: counted ${wearMost} of ${most} erases`);
			if (Math.max(...log) > Math.max(most, 2))
				throw new Error(`boot ${boot}: the log has ${wearLog} erases of ${most}`);
		}
		const { erases, moves } = totals;
		console.log(
			`${name}: ${written} offloads, ${erases} erases, ${moves} moves (${((100 * moves) / erases).toFixed(2)} %),`,
			`log ${Math.max(...bed.chip.erases.subarray(0, 256 - backingOf(zram).slots))} of ${backingOf(zram).wearMost}`,
		);
		if (offloads > 10_000) assert.ok(moves <= 0.02 * erases, `${moves} moves, ${erases} erases`);
		if (pinned && offloads > 100_000) assert.ok(moves > 0);
	});

/** Writes a random page every `interval` milliseconds of `days`, skipping pages that find no room. Returns the erases. */
function writeAllDay(
	bed: ReturnType<typeof makeBed>,
	zram: Zram,
	random: Random,
	{ days, perDay }: { days: number; perDay: number },
) {
	const interval = DAY / perDay;
	for (let i = 0; i < days * perDay; i++) {
		bed.clock.now += interval;
		zram.write(pool, random.below(24) * PAGE, noise(random), PAGE);
	}
}

/** A small flash whose blocks bear 1,000 erases, and a device whose memory could hold everything. */
function smallFlash(endurance = 1000) {
	const bed = makeBed({ blocks: 16, blockLength: PAGE, seed: SEED, endurance: 1e9 });
	const options = { byteLength: 32 * PAGE, pageLength: PAGE, arena: new ArrayBuffer(64 * KB) };
	const boot = (lifetime = 10) => bed.boot(options, { endurance, lifetime });
	return { bed, boot, most: () => Math.max(...bed.chip.erases) };
}

test("budget: an app that writes all day uses nearly all of the endurance over the lifetime, and no more", () => {
	const { bed, boot, most } = smallFlash();
	const random = new Random(SEED);
	let zram = boot();
	for (let year = 1; year <= 10; year++) {
		// more than the budget gives: 9 data units, 1,000 erases each, 3,650 days
		for (let month = 0; month < 12; month++) {
			writeAllDay(bed, zram, random, { days: 30.4375, perDay: 16 });
			if (random.once(3)) zram = boot();
		}
		const allowed = 1000 * (0.01 + (0.99 * year) / 10);
		assert.ok(most() <= allowed + 1, `year ${year}: ${most()} erases, ${allowed} allowed`);
		assert.ok(backingOf(zram).wearMean > 0.75 * allowed - 66, `year ${year}: only ${backingOf(zram).wearMean}`);
	}
	assert.ok(most() <= 1000);
	zram.check();
});

test("budget: starts with 1 % of all erases, once in the life of the flash", () => {
	const { bed, boot } = smallFlash();
	const random = new Random(SEED);
	const slots = backingOf(boot()).slots;
	assert.is(backingOf(boot()).budget, slots * 10);
	const zram = boot();
	for (let i = 0; i < 2000; i++) zram.write(pool, random.below(24) * PAGE, noise(random), PAGE);
	assert.is(backingOf(zram).budget, 0);
	const erases = Math.max(...bed.chip.erases.subarray(16 - slots));
	// without credit pages stay in memory, and are right
	const { bdCount, rawPages } = zram.status();
	assert.ok(rawPages > 0, `${bdCount} on flash, ${rawPages} in memory`);
	for (let i = 0; i < 50; i++) {
		const again = boot();
		assert.is(backingOf(again).budget, 0);
		for (let page = 0; page < 24; page++) again.write(pool, page * PAGE, noise(random), PAGE);
	}
	assert.is(Math.max(...bed.chip.erases.subarray(16 - slots)), erases);
});

test("budget: a loop of reboots gains nothing, however long each life", () => {
	const { bed, boot } = smallFlash();
	const random = new Random(SEED);
	const start = bed.clock.now;
	for (let i = 0; i < 3000; i++) {
		const zram = boot();
		bed.clock.now += random.below(7_200_000);
		for (let page = 0; page < 3; page++) zram.write(pool, page * PAGE, noise(random), PAGE);
		if (random.once(2)) zram.maintain(1000);
	}
	const { wearMean, slots } = backingOf(boot());
	const earned = (1000 * slots * (bed.clock.now - start)) / (10 * YEAR);
	assert.ok(wearMean * slots <= earned + 10 * slots, `${wearMean * slots} erases, ${earned} earned`);
});

test("budget: a month without a call is earned, a wrapping tick counter does no harm, a year is the limit", () => {
	const { bed, boot } = smallFlash();
	const random = new Random(SEED);
	bed.clock.now = 2 ** 31 - 5000;
	const zram = boot();
	for (let i = 0; i < 2000; i++) zram.write(pool, random.below(24) * PAGE, noise(random), PAGE);
	assert.is(backingOf(zram).budget, 0);
	const { budgetPerDay } = backingOf(zram);
	bed.clock.now += 30 * DAY; // through 2^31, where an int32 turns negative
	assert.is(backingOf(zram).budget, Math.floor(30 * budgetPerDay));
	bed.clock.now += 30 * DAY; // and through 2^32
	assert.ok(Math.abs(backingOf(zram).budget - 60 * budgetPerDay) <= 1);
	for (let i = 0; i < 50; i++) {
		bed.clock.now += 40 * DAY;
		zram.status();
	}
	assert.ok(Math.abs(backingOf(zram).budget - 365.25 * budgetPerDay) <= 1, `${backingOf(zram).budget}`);
	// all of it can be spent at once
	const before = backingOf(zram).wearMean * backingOf(zram).slots;
	for (let i = 0; i < 3000; i++) zram.write(pool, random.below(24) * PAGE, noise(random), PAGE);
	const spent = backingOf(zram).wearMean * backingOf(zram).slots - before;
	assert.ok(Math.abs(spent - 365.25 * budgetPerDay) <= 1, `${spent}`);
});

test("budget: what was earned is recorded once an hour", () => {
	const { bed, boot } = smallFlash();
	const random = new Random(SEED);
	const zram = boot();
	for (let i = 0; i < 2000; i++) zram.write(pool, random.below(24) * PAGE, noise(random), PAGE);
	const { budgetPerDay } = backingOf(zram);
	bed.clock.now += 20 * DAY;
	zram.maintain(0);
	const { bytesProgrammed } = bed.chip.statistics;
	bed.clock.now += 59 * 60_000;
	zram.maintain(0);
	assert.is(bed.chip.statistics.bytesProgrammed, bytesProgrammed, "too early");
	assert.is(backingOf(boot()).budget, Math.floor(20 * budgetPerDay));
	bed.clock.now += 60_000;
	zram.maintain(0);
	assert.is(bed.chip.statistics.bytesProgrammed, bytesProgrammed, "an hour, but not an erase");
	bed.clock.now += DAY / budgetPerDay;
	zram.maintain(0);
	assert.ok(bed.chip.statistics.bytesProgrammed > bytesProgrammed, "not at all");
});

test("budget: the pace so far gives the years left", () => {
	const { bed, boot } = smallFlash();
	const zram = boot();
	assert.is(backingOf(zram).yearsLeft, Number.POSITIVE_INFINITY);
	writeAllDay(bed, zram, new Random(SEED), { days: 365.25, perDay: 4 });
	const { wearMean, yearsLeft } = backingOf(zram);
	assert.ok(Math.abs(yearsLeft - (1000 - wearMean) / wearMean) < 0.02, `${yearsLeft}, ${wearMean}`);
	assert.ok(Math.abs(backingOf(boot()).yearsLeft - yearsLeft) < 0.02, "after a reboot");
});

test("reserve: a page on flash can be rewritten when the flash is full", () => {
	const { boot } = smallFlash();
	const random = new Random(SEED);
	const zram = boot();
	const { slots } = backingOf(zram);
	for (let page = 0; page < 32; page++) zram.write(pool, page * PAGE, noise(random), PAGE);
	assert.is(zram.status().bdCount, slots - 1);
	const { rawPages } = zram.status();
	for (let i = 0; i < 50; i++) zram.write(pool, (i % (slots - 1)) * PAGE, noise(random), PAGE);
	assert.equal([zram.status().bdCount, zram.status().rawPages], [slots - 1, rawPages]);
});

test.run();
