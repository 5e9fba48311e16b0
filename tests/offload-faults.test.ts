/*
 * Offload in adversity: drivers that refuse, reads that fail during a start, cells that are neither erased nor programmed,
 * bits of the log that rot, short lives, clocks that jump. What must not happen, and what must.
 */
// needs: js
// firmware: --slots 12800 --chunk 200000

import { test } from "uvu";
import * as assert from "uvu/assert";
import type Zram from "zram";
import type { BackingStatus } from "zram/backing";
import Engine from "zram/engine";
import { SLOT_LOG, SLOT_SUSPECT, SLOT_USED } from "zram/engine/interface";
import type { ZramError } from "zram/error";
import { Budget } from "zram/offload/budget";
import { planFlash } from "zram/offload/geometry";
import { Pace } from "zram/offload/pace";
import { equal, fill, NOISE } from "./support/bytes.ts";
import { fails, refuses } from "./support/expect.ts";
import { SEED, scaled } from "./support/host.ts";
import { type Bed, makeBed } from "./support/offload.ts";
import { Random } from "./support/random.ts";
import { holding } from "./support/room.ts";
import { unitsOf } from "./support/slots.ts";
import { type Tapped, tap } from "./support/tapped-flash.ts";

const KB = 1024;
const PAGE = 1024;
const DAY = 24 * 3600 * 1000;

/** Noise to cut pages from, a different one each time. */
const pool = new Uint8Array(64 * KB);
fill(pool, 0, pool.length, NOISE, SEED);
let cut = 0;
function write(zram: Zram, page: number) {
	cut = (cut + 36) % (pool.length - zram.pageLength);
	zram.write(pool, page * zram.pageLength, cut, zram.pageLength);
}

const backingOf = (zram: Zram) => zram.status().backing as BackingStatus;
const sum = (numbers: Iterable<number>) => [...numbers].reduce((total, each) => total + each, 0);

const arena = new ArrayBuffer(64 * KB);
const OPTIONS = { byteLength: 40 * PAGE, pageLength: PAGE, arena };
const makeSmall = (more = {}) => makeBed({ blocks: 24, blockLength: PAGE, seed: SEED, ...more });

/** Erases of each data unit in order: as counted in the region, and as the chip has done them. */
function counts({ chip }: Bed): { counted: number[]; real: number[] } {
	const units = unitsOf(arena);
	const isData = (unit: number) => units[unit]?.state !== SLOT_LOG;
	const counted = units.filter((_, unit) => isData(unit)).map(({ erases }) => erases);
	return { counted, real: [...chip.erases].filter((_, unit) => isData(unit)) };
}

/** Blocks of the log. */
const logOf = ({ chip }: Bed) =>
	[...chip.erases].slice(0, unitsOf(arena).filter(({ state }) => state === SLOT_LOG).length);

// --- drivers that throw

test("driver: refused erases retire nothing; a write tries one, and so does maintain", () => {
	const bed = makeSmall();
	const { io, taps, calls } = tap(bed);
	let zram = bed.boot(OPTIONS, { io });
	for (let i = 0; i < 100; i++) write(zram, i % 12);
	taps.erase = () => {
		throw new Error("busy");
	};
	const tried = new Set<number>();
	for (let i = 0; i < 40; i++) {
		const before = calls.erases;
		write(zram, i % 12);
		assert.is(calls.erases - before, 1, `write ${i}`);
		tried.add(unitsOf(arena).findIndex(({ state }) => state === SLOT_SUSPECT));
	}
	assert.ok(tried.size > 1, "always the same unit");
	const before = calls.erases;
	assert.is(zram.maintain(100_000), false);
	assert.is(calls.erases - before, 1);
	assert.is(backingOf(zram).slotsRetired, 0);
	taps.erase = undefined;
	for (let i = 0; i < 300; i++) write(zram, i % 12);
	assert.equal([zram.status().rawPages, backingOf(zram).slotsRetired], [0, 0]);
	zram = bed.boot(OPTIONS, { io });
	assert.is(backingOf(zram).slotsRetired, 0);
	const { counted, real } = counts(bed);
	for (const [unit, erases] of counted.entries()) assert.ok(erases >= (real[unit] as number), `unit ${unit}`);
});

test("driver: refused programs retire nothing, and cost at most three tries per write", () => {
	const bed = makeSmall();
	const { io, taps, calls } = tap(bed);
	const zram = bed.boot(OPTIONS, { io });
	for (let i = 0; i < 100; i++) write(zram, i % 12);
	zram.maintain(100_000); // some are refused their page, others their record
	taps.write = () => {
		throw new Error("the other core does not stop");
	};
	const { writes } = calls;
	for (let i = 0; i < 30; i++) write(zram, i % 12);
	assert.ok(calls.writes - writes <= 90, `${calls.writes - writes} programs tried`);
	taps.write = undefined;
	zram.writeback({ type: "huge" });
	const { bdWrites } = zram.status();
	for (let i = 0; i < 1500; i++) write(zram, i % 12);
	const after = zram.status();
	assert.equal([after.bdWrites - bdWrites, after.rawPages, backingOf(zram).slotsRetired], [1500, 0, 0]);
	assert.is(backingOf(bed.boot(OPTIONS, { io })).slotsRetired, 0);
});

test("driver: an outage of a thousand writes, of any kind and wherever it begins, doesn't end offload", () => {
	for (const what of ["erase", "write", "read"] as const)
		for (let lead = 0; lead < 60; lead += 7) {
			const bed = makeSmall();
			const { io, taps } = tap(bed);
			const zram = bed.boot(OPTIONS, { io });
			for (let i = 0; i < 60 + lead; i++) write(zram, i % 12);
			taps[what] = () => {
				throw new Error("an outage");
			};
			const before = logOf(bed);
			for (let i = 0; i < scaled(1000); i++) write(zram, i % 12);
			const worn = sum(logOf(bed)) - sum(before);
			if (what === "write") assert.ok(worn <= 2, `${worn} erases of the log while nothing can be recorded`);
			taps[what] = undefined;
			for (let i = 0; i < 24; i++) write(zram, i % 12);
			for (let i = 0; i < 12; i++) write(zram, i);
			const { rawPages } = zram.status();
			assert.equal([rawPages, backingOf(zram).slotsRetired], [0, 0], `${what}, after ${lead} more writes`);
		}
});

test("driver: a block that alone refuses to be erased is retired, and stays retired over reboots, in every mode", () => {
	for (const offload of ["any", "erased-only"] as const) {
		const bed = makeSmall();
		const { io, taps } = tap(bed);
		let zram = bed.boot(OPTIONS, { io, offload });
		taps.erase = (block) => {
			if (block === 10) throw new Error("stuck");
			return undefined;
		};
		for (let i = 0; i < 2000; i++) {
			write(zram, i % 12);
			if (offload === "erased-only") zram.maintain(1000);
		}
		for (let boot = 0; boot < 3; boot++) {
			assert.is(backingOf(zram).slotsRetired, 1, `${offload}, boot ${boot}`);
			zram = bed.boot(OPTIONS, { io, offload });
			for (let i = 0; i < 200; i++) write(zram, i % 12);
		}
	}
});

test("driver: a block that refuses, and would always be next, doesn't hold up the others", () => {
	const bed = makeSmall();
	const { io, taps } = tap(bed);
	const zram = bed.boot(OPTIONS, { io });
	write(zram, 0);
	const pinned = unitsOf(arena).findIndex(({ state }) => state === SLOT_USED);
	for (let i = 0; i < 600; i++) write(zram, 1 + (i % 6));
	zram.trim(0, PAGE);
	taps.erase = (block) => {
		if (block === pinned) throw new Error("stuck");
		return undefined;
	};
	const { bdWrites } = zram.status();
	for (let i = 0; i < 40; i++) write(zram, 1 + (i % 6));
	assert.ok(zram.status().bdWrites - bdWrites >= 36, `${zram.status().bdWrites - bdWrites} of 40`);
	assert.is(backingOf(zram).slotsRetired, 1);
});

test("driver: one wrong read-back retires nothing", () => {
	const bed = makeSmall();
	const { io, taps } = tap(bed);
	const zram = bed.boot(OPTIONS, { io });
	for (let i = 0; i < 60; i++) write(zram, i % 12);
	let wrong = false;
	taps.written = (buffer) => {
		wrong = buffer.length === PAGE;
	};
	taps.read = (buffer) => {
		if (wrong) buffer[7] = ~(buffer[7] as number);
		wrong = false;
		return undefined;
	};
	for (let i = 0; i < 60; i++) write(zram, i % 12);
	taps.read = taps.written = undefined;
	assert.is(backingOf(zram).slotsRetired, 0);
	for (let i = 0; i < 60; i++) write(zram, i % 12);
	assert.is(zram.status().rawPages, 0);
});

test("driver: a block wrong in two read-backs is retired at once, on record wherever the log is, and never erased again", () => {
	for (const offload of ["any", "erased-only"] as const)
		for (let lead = 0; lead < 80; lead += 3) {
			const bed = makeSmall();
			const { io, taps } = tap(bed);
			let zram = bed.boot(OPTIONS, { io, offload });
			for (let i = 0; i < 30 + lead; i++) {
				write(zram, i % 8);
				if (offload === "erased-only") zram.maintain(i % 2 ? 0 : 1000);
			}
			let bad = -1;
			taps.written = (bytes, position) => {
				if (bytes.length !== PAGE || (bad >= 0 && bad !== position / PAGE)) return;
				bad = position / PAGE;
				bed.chip.flip(position + 5, 1);
			};
			for (let i = 0; i < 4 && bad < 0; i++) {
				write(zram, i);
				zram.maintain(1000);
			}
			write(zram, 5);
			taps.written = undefined;
			const erases = bed.chip.erases[bad];
			assert.is(backingOf(zram).slotsRetired, 1, `${offload}, ${lead}`);
			zram = bed.boot(OPTIONS, { io, offload });
			assert.is(backingOf(zram).slotsRetired, 1, `${offload}, ${lead}, after a reboot`);
			for (let i = 0; i < 100; i++) {
				write(zram, i % 8);
				if (offload === "erased-only") zram.maintain(1000);
			}
			assert.is(bed.chip.erases[bad], erases);
		}
});

test("driver: nothing it does to its buffer reaches the engine; ticks and driver get EBUSY", () => {
	const bed = makeSmall();
	const { io, taps } = tap(bed);
	let inTicks: (() => void) | undefined;
	const ticks = () => {
		inTicks?.();
		return 0;
	};
	const zram = bed.boot(OPTIONS, { io, ticks });
	for (let page = 0; page < 6; page++) write(zram, page);
	const expected = new Uint8Array(zram.read(PAGE, PAGE));
	taps.read = (buffer) => {
		const all = new Uint8Array(buffer.buffer);
		assert.is(all.length, PAGE, "not memory of its own");
		all.fill(0x41, 0, 64);
		return undefined;
	};
	fails(() => zram.read(PAGE, PAGE), "EIO");
	taps.read = undefined;
	assert.ok(equal(new Uint8Array(zram.read(PAGE, PAGE)), 0, expected, 0, PAGE));
	zram.check();
	const seen: string[] = [];
	inTicks = () => {
		inTicks = undefined;
		for (const work of [
			() => zram.read(PAGE, 0),
			() => zram.write(pool, 3 * PAGE, 0, PAGE),
			() => zram.trim(0, PAGE),
			() => zram.maintain(10),
			() => zram.check(),
			() => zram.reset(),
			() => zram.close(),
		])
			seen.push(fails(work, "EBUSY").code);
	};
	write(zram, 0);
	assert.is(seen.length, 7);
	assert.ok(equal(new Uint8Array(zram.read(PAGE, 0)), 0, pool, cut, PAGE), "the outer write");
	assert.ok(equal(new Uint8Array(zram.read(PAGE, PAGE)), 0, expected, 0, PAGE), "another page");
	// a driver that closes its buffer has none any more; the device carries on without it
	taps.read = (buffer) => {
		(buffer.buffer as unknown as { close(): void }).close();
		return undefined;
	};
	fails(() => zram.read(PAGE, PAGE), "EIO");
	taps.read = undefined;
	for (let page = 6; page < 12; page++) write(zram, page);
	assert.is(backingOf(zram).slotsRetired, 0);
	zram.check();
	zram.close();
});

// --- starting

test("start: fails, and changes nothing, if a read fails or comes short, even with format", () => {
	const bed = makeSmall();
	const { io, taps, calls } = tap(bed);
	let zram = bed.boot(OPTIONS, { io });
	for (let i = 0; i < 250; i++) write(zram, i % 12);
	zram = bed.boot(OPTIONS, { io });
	const { wearMean, budget } = backingOf(zram);
	const { reads } = calls;
	bed.boot(OPTIONS, { io });
	const all = calls.reads - reads;
	assert.ok(all > 5, `${all} reads`);
	for (const format of [false, true])
		for (const isShort of [false, true])
			for (let at = 1; at <= all; at++) {
				const { operations } = bed.chip;
				let left = at;
				taps.read = (buffer) => {
					if (--left) return undefined;
					if (isShort) return buffer.length - 1;
					throw new Error("timeout");
				};
				refuses(() => bed.boot(OPTIONS, { io, format }), Error, isShort ? /returned less than/ : /timeout/);
				taps.read = undefined;
				assert.is(bed.chip.operations, operations, `read ${at}`);
			}
	zram = bed.boot(OPTIONS, { io });
	assert.equal([backingOf(zram).wearMean, backingOf(zram).budget], [wearMean, budget]);
	for (let i = 0; i < 30; i++) write(zram, i % 12);
	bed.boot(OPTIONS, { io });
	const { counted, real } = counts(bed);
	assert.ok(sum(counted) - sum(real) <= 1);
});

test("start: a first one cut twice anywhere works the third time, and erases nothing that is erased", () => {
	for (const shape of [{ blocks: 4 }, { blocks: 24 }, { blocks: 24, writeAlign: 64, eraseValue: 0 }])
		for (let seed = 1; seed <= Math.ceil(scaled(10)); seed++) {
			const bed = makeSmall({ ...shape, seed });
			const { chip } = bed;
			const attempt = () => {
				try {
					bed.boot(OPTIONS).close();
				} catch (error) {
					if (chip.powered) throw error;
				}
			};
			for (let first = 0; first < 5; first++)
				for (const when of ["before", "torn", "after"] as const) {
					const blank = makeSmall({ ...shape, seed: seed + 1000 * first }).chip.snapshot();
					chip.restore(blank);
					chip.cutPower(chip.operations + first, when);
					attempt();
					chip.restorePower();
					const snapshot = chip.snapshot();
					for (let second = 0; second < 6; second++)
						for (const whenAgain of ["before", "torn", "after"] as const) {
							chip.restore(snapshot);
							chip.cutPower(chip.operations + second, whenAgain);
							attempt();
							chip.restorePower();
							const zram = bed.boot(OPTIONS);
							write(zram, 0);
							assert.is(zram.status().bdCount, 1);
						}
				}
			if (shape.blocks > 4) assert.is(sum(chip.erases), 0);
		}
});

// --- what cells and bits do

test("cells: a block being erased at a power cut isn't programmed before it is erased again, however late", () => {
	for (let seed = 1; seed <= 30; seed++) {
		const bed = makeSmall({ seed });
		const { io, taps } = tap(bed);
		let zram = bed.boot(OPTIONS, { io });
		for (let i = 0; i < 60 + 2 * seed; i++) write(zram, i % 8);
		let victim = -1;
		taps.erase = (block) => {
			if (victim >= 0 || unitsOf(arena)[block]?.state === SLOT_LOG) return undefined;
			victim = block;
			bed.chip.cutPower(bed.chip.operations, "torn");
			return undefined;
		};
		for (let i = 0; i < 8 && victim < 0; i++) write(zram, i);
		bed.chip.restorePower();
		const erases = bed.chip.erases[victim] as number;
		let isErased = false;
		taps.erase = (block) => {
			isErased ||= block === victim;
			return undefined;
		};
		taps.read = (buffer, position) => {
			if (!isErased && Math.floor(position / PAGE) === victim) buffer.fill(0xff); // as if it were erased
			return undefined;
		};
		taps.write = (_, position) => {
			if (!isErased && Math.floor(position / PAGE) === victim) throw new Error("programmed as it was");
			return undefined;
		};
		// a few writes per life: others are erased, the log moves on, and in the end it is this one's turn
		for (let life = 0; life < 200 && !isErased; life++) {
			zram = bed.boot(OPTIONS, { io });
			assert.ok((unitsOf(arena)[victim]?.erases as number) >= erases, "not counted");
			for (let i = 0; i < 2; i++) write(zram, i);
			assert.is(zram.status().bdCount, 2);
		}
		assert.ok(isErased);
	}
});

test("cells: an erase counts even if it leaves its block as it was, or unreadable", () => {
	for (const isUnreadable of [false, true]) {
		const bed = makeSmall({ blocks: 6 });
		const { io, taps } = tap(bed);
		bed.boot(OPTIONS, { io });
		const bad = new Set<number>();
		taps.read = (_, position) => {
			if (isUnreadable && bad.has(Math.floor(position / PAGE))) throw new Error("ECC: uncorrectable");
			return undefined;
		};
		// an app that writes its picture at each start, and a battery that dies in the middle of it
		for (let life = 0; life < 60; life++) {
			const zram = bed.boot(OPTIONS, { io });
			taps.write = (bytes, position) => {
				if (bytes.length !== PAGE) return undefined;
				bad.add(position / PAGE);
				bed.chip.cutPower(bed.chip.operations, "torn");
				return undefined;
			};
			taps.erase = (block) => {
				bad.delete(block);
				return undefined;
			};
			zram.write(pool, 0, 0, PAGE);
			taps.write = undefined;
			bed.chip.restorePower();
		}
		const { budget, slots } = backingOf(bed.boot(OPTIONS, { io }));
		const { counted, real } = counts(bed);
		assert.equal(counted, real);
		assert.is(budget, slots * 1000 - sum(real));
	}
});

test("power: nothing is ever programmed twice, wherever records and areas are torn", () => {
	for (let seed = 1; seed <= scaled(200); seed++) {
		const bed = makeSmall({ seed });
		const { io, taps } = tap(bed);
		const random = new Random(seed);
		let twice = 0;
		taps.write = (buffer, position) => {
			const block = bed.chip.content(Math.floor(position / PAGE));
			const at = position % PAGE;
			if (block.subarray(at, at + buffer.length).some((byte) => byte !== 0xff)) twice++;
			return undefined;
		};
		bed.boot(OPTIONS, { io });
		for (let life = 0; life < 40; life++) {
			const { operations } = bed.chip;
			// tears the first record of a life again and again, and sometimes a later one
			bed.chip.cutPower(operations + random.below(random.once(3) ? 30 : 3), random.once(3) ? "before" : "torn");
			try {
				const zram = bed.boot(OPTIONS, { io });
				for (let i = 0; i < 12 && bed.chip.powered; i++) write(zram, i);
			} catch (error) {
				if (bed.chip.powered) throw error;
			}
			bed.chip.restorePower();
		}
		const zram = bed.boot(OPTIONS, { io });
		for (let i = 0; i < 30; i++) write(zram, i % 12);
		assert.equal([twice, zram.status().rawPages, backingOf(zram).slotsRetired], [0, 0, 0], `seed ${seed}`);
	}
});

test("rot: a flipped bit in the log costs what was recorded since, and never gives credit", () => {
	const bed = makeSmall();
	let zram = bed.boot(OPTIONS);
	const start = backingOf(zram).budget;
	for (const writes of [40, 150]) {
		for (let i = 0; i < writes; i++) write(zram, i % 8);
		const now = backingOf(zram);
		const snapshot = bed.chip.snapshot();
		for (let block = 0; block < 3; block++)
			for (let bit = 0; bit < 160 * 8; bit += 3) {
				bed.chip.restore(snapshot);
				bed.chip.flip(block * PAGE + (bit >> 3), bit & 7);
				zram = bed.boot(OPTIONS);
				const { budget, wearMean, slots } = backingOf(zram);
				const spent = Math.round(wearMean * slots);
				const where = `block ${block}, bit ${bit} after ${writes}: ${budget} and ${spent} of ${start}`;
				if (budget > now.budget) assert.is(budget + spent, start, where);
				assert.ok(budget < start || spent === 0, where);
				if (writes === 40) assert.ok(budget <= now.budget, where);
			}
		bed.chip.restore(snapshot);
		zram = bed.boot(OPTIONS);
	}
});

test("rot: a record lost, or written twice, changes a count by one at most", () => {
	const bed = makeSmall();
	const { io, taps } = tap(bed);
	let zram = bed.boot(OPTIONS, { io });
	for (let i = 0; i < 30; i++) write(zram, i % 8);
	// each record comes out wrong the first time, and is written again behind it
	let seen = -1;
	taps.read = (buffer, position) => {
		if (buffer.length === 16 && position !== seen) {
			seen = position;
			buffer[4] = ~(buffer[4] as number);
			return undefined;
		}
		return undefined;
	};
	for (let i = 0; i < 40; i++) write(zram, i % 8);
	taps.read = undefined;
	zram = bed.boot(OPTIONS, { io });
	const { counted, real } = counts(bed);
	for (const [unit, erases] of counted.entries())
		assert.ok(Math.abs(erases - (real[unit] as number)) <= 1, `unit ${unit}: ${erases} of ${real[unit]}`);
	for (let i = 0; i < 100; i++) write(zram, i % 8);
	assert.is(zram.status().rawPages, 0);
});

test("areas: one whose header wasn't read back is never taken for the current one", () => {
	for (const count of [1, 2, 3]) {
		const bed = makeSmall();
		const { io, taps } = tap(bed);
		let zram = bed.boot(OPTIONS, { io });
		let failed = 0;
		taps.read = (buffer) => {
			if (buffer.length === 48 && failed < count) {
				failed++;
				throw new Error("timeout");
			}
			return undefined;
		};
		for (let i = 0; i < 400; i++) write(zram, i % 8);
		assert.is(failed, count);
		taps.read = undefined;
		for (let i = 0; i < 60; i++) write(zram, i % 8);
		const { budget } = backingOf(zram);
		const generations = [0, 1, 2].map((block) => new DataView(bed.chip.content(block).buffer).getUint32(20, true));
		assert.is(new Set(generations).size, 3, `generations ${generations}`);
		zram = bed.boot(OPTIONS, { io });
		const { counted, real } = counts(bed);
		assert.ok(sum(counted) >= sum(real), `${sum(counted)} counted of ${sum(real)}`);
		assert.ok(backingOf(zram).budget <= budget);
	}
});

test("areas: one that can't be written is skipped; with all of them broken offload ends, and nothing is lost", () => {
	const bed = makeSmall();
	const { io, taps } = tap(bed);
	const zram = bed.boot(OPTIONS, { io });
	taps.written = (bytes, position) => {
		if (bytes.length === 48 && Math.floor(position / PAGE) === 2) bed.chip.flip(position, 1);
	};
	for (let i = 0; i < 1000; i++) write(zram, i % 8);
	assert.ok(zram.status().rawPages <= 1);
	assert.ok(zram.status().bdWrites > 950);
	taps.written = (bytes, position) => {
		if (bytes.length === 48) bed.chip.flip(position, 1);
	};
	for (let i = 0; i < 1000; i++) write(zram, i % 8);
	zram.check();
	assert.is(zram.status().pagesStored, 8);
});

/** Cuts the power in `work` at the program that `isIt` picks by its length and its place in a block. */
function cutAt(bed: Bed, taps: Tapped["taps"], isIt: (buffer: Uint8Array, at: number) => boolean, work: () => void) {
	let area = -1;
	taps.write = (buffer, position) => {
		if (!bed.chip.powered || !isIt(buffer, position % PAGE)) return undefined;
		area = Math.floor(position / PAGE);
		bed.chip.cutPower(bed.chip.operations, "torn");
		return undefined;
	};
	work();
	taps.write = undefined;
	bed.chip.restorePower();
	return area;
}

test("areas: one announced but not finished doesn't count as erased: it is erased again before it is written", () => {
	const isAnnouncement = (buffer: Uint8Array) => buffer.length === 16 && ((buffer[6] as number) & 0x30) === 0x30;
	// what is torn: the snapshot, the header behind it, the first record; all announcements, until no place is left; and
	// then the last announcement reads as erased
	for (const [what, at] of [
		["snapshot", 48],
		["header", 0],
		["record", 96],
		["announcements", 48],
		["announcements, weak", 48],
	] as const)
		for (let seed = 1; seed <= Math.ceil(scaled(10)); seed++)
			for (const encrypted of what.startsWith("announcements") ? [false] : [false, true]) {
				const bed = makeSmall({ seed, encrypted, writeAlign: 16 });
				const { io, taps } = tap(bed);
				const boot = () => bed.boot(OPTIONS, { io, format: encrypted });
				boot();
				const before = logOf(bed);
				let [area, torn] = [-1, -1];
				for (let life = 0; life < 8 && area < 0; life++) {
					const isIt = (buffer: Uint8Array, place: number) => {
						if (what.startsWith("announcements") && isAnnouncement(buffer)) {
							torn = PAGE + place;
							return true;
						}
						return place === at && buffer.length === (at === 96 ? 16 : 48);
					};
					const found = cutAt(bed, taps, isIt, () => {
						const zram = boot();
						for (let i = 0; i < 120 && bed.chip.powered; i++) write(zram, i % 8);
					});
					if (found !== 1) area = found; // the announcements are in area 1
				}
				const where = `${what}, seed ${seed}, ${encrypted ? "encrypted" : "plain"}`;
				assert.is(area, 2, where);
				const erases = bed.chip.erases[area] as number;
				assert.ok(erases - (before[area] as number) >= 1, where);
				let early = 0;
				taps.write = (_, position) => {
					if (Math.floor(position / PAGE) === area && bed.chip.erases[area] === erases) early++;
					return undefined;
				};
				if (what === "announcements, weak")
					taps.read = (buffer, position) => {
						if (torn >= position && torn < position + buffer.length)
							buffer.fill(0xff, torn - position, torn - position + 16);
						return undefined;
					};
				let zram = boot();
				for (let i = 0; i < 20; i++) write(zram, i % 8);
				assert.equal([early, (bed.chip.erases[area] as number) - erases], [0, 1], where);
				taps.write = taps.read = undefined;
				// the announced generation isn't used again
				if (!encrypted && torn < 0)
					assert.is(new DataView(bed.chip.content(area).buffer).getUint32(20, true), 4, where);
				zram = boot();
				for (let i = 0; i < 20; i++) write(zram, i % 8);
				assert.equal([zram.status().rawPages, backingOf(zram).slotsRetired], [0, 0], where);
			}
});

test("an unreadable page doesn't hold up the others", () => {
	for (const isRotten of [false, true]) {
		const bed = makeSmall();
		const { io, taps } = tap(bed);
		const zram = bed.boot(OPTIONS, { io });
		write(zram, 0);
		const pinned = unitsOf(arena).findIndex(({ state }) => state === SLOT_USED);
		if (isRotten) bed.chip.flip(pinned * PAGE + 9, 1);
		else
			taps.read = (_, position) => {
				if (Math.floor(position / PAGE) === pinned) throw new Error("ECC");
				return undefined;
			};
		const { bdWrites } = zram.status();
		for (let i = 0; i < 4000; i++) write(zram, 1 + (i % 6));
		assert.is(zram.status().bdWrites - bdWrites, 4000);
		const others = counts(bed).real.filter((_, unit) => unit + 3 !== pinned);
		assert.ok(Math.max(...others) - Math.min(...others) <= 66);
		// the page is gone, so its unit is used again
		taps.read = undefined;
		zram.trim(0, PAGE);
		for (let i = 0; i < 40; i++) write(zram, 1 + (i % 6));
		assert.ok((bed.chip.erases[pinned] as number) > 1);
	}
});

// --- encryption, short lives

test("encrypted: needs format, as the error says; then reads right, and the log wears no more than the data", () => {
	for (const pages of [1, 2, 20]) {
		const bed = makeSmall({ encrypted: true, writeAlign: 16 });
		refuses(() => bed.boot(OPTIONS), Error, /encryption.*format: true/);
		bed.boot(OPTIONS, { format: true }).close();
		const read = new Uint8Array(PAGE);
		for (let life = 0; life < Math.ceil(scaled(600)); life++) {
			const zram = bed.boot(OPTIONS);
			for (let page = 0; page < pages; page++) {
				write(zram, page);
				zram.read(read, page * PAGE);
				assert.ok(equal(read, 0, pool, cut, PAGE));
			}
			assert.is(zram.status().bdCount, Math.min(pages, 20));
		}
		const { real } = counts(bed);
		assert.ok(Math.max(...logOf(bed)) <= Math.max(...real, 2), `${logOf(bed)} of ${Math.max(...real)}`);
	}
});

/** Lives of that many pages: wear of the most worn log block and data block, and pages that stayed in memory. */
function shortLives(bed: Bed, lives: number, pages: number, end: (zram: Zram, life: number) => void) {
	let missing = 0;
	for (let life = 0; life < lives; life++) {
		bed.clock.now = life * 3_600_000;
		const zram = bed.boot(OPTIONS);
		bed.clock.now += 10_000;
		for (let page = 0; page < pages; page++) write(zram, page);
		missing += pages - zram.status().bdWrites;
		end(zram, life);
	}
	bed.boot(OPTIONS);
	return { log: Math.max(...logOf(bed)), data: Math.max(...counts(bed).real), missing };
}

holding(160 * KB)("short lives: pay for their erases, and the log wears no more than the data", () => {
	const ends: Record<string, (zram: Zram, life: number) => void> = {
		"simply gone": () => {},
		closed: (zram) => zram.close(),
		"idle for a minute, and closed": (zram) => {
			(zram as unknown as { bed: Bed }).bed.clock.now += 60_000;
			zram.close();
		},
		maintained: (zram, life) => {
			zram.maintain(life % 2 ? 60 : 500);
		},
	};
	for (const shape of [{}, { writeAlign: 64 }, { blocks: 64 }])
		for (const [name, end] of Object.entries(ends))
			for (const pages of [1, 2, 4]) {
				const bed = makeSmall(shape);
				const lives = Math.ceil(scaled(3000) / pages);
				const { log, data, missing } = shortLives(bed, lives, pages, (zram, life) =>
					end(Object.assign(zram, { bed }), life),
				);
				const what = `${JSON.stringify(shape)}, ${name}, ${pages} pages: log ${log}, data ${data}`;
				assert.is(missing, 0, what);
				assert.ok(log <= Math.max(data, 3), what);
				const spent = backingOf(bed.boot(OPTIONS));
				assert.ok(spent.wearMean * spent.slots - sum(counts(bed).real) <= 1, what);
			}
});

test("short lives: with a step of maintain() in each, the log wears no more than the data", () => {
	const bed = makeSmall();
	const ticks = () => Math.floor(bed.chip.statistics.typical / 1000) | 0;
	let missing = 0;
	for (let life = 0; life < Math.ceil(scaled(1000)); life++) {
		const zram = bed.boot(OPTIONS, { ticks, offload: "erased-only" });
		zram.maintain(50);
		zram.maintain(50);
		write(zram, 0);
		missing += life > 3 && zram.status().bdCount < 1 ? 1 : 0;
	}
	bed.boot(OPTIONS);
	const { real } = counts(bed);
	assert.ok(Math.max(...logOf(bed)) <= Math.max(...real, 2), `${logOf(bed)} of ${Math.max(...real)}`);
	assert.ok(missing <= scaled(1000) / 20, `${missing} stayed in memory`);
});

test("short lives: what maintain() erased of the log in one isn't erased again in the next", () => {
	const bed = makeSmall();
	const { io, taps } = tap(bed);
	const ticks = () => Math.floor(bed.chip.statistics.typical / 1000) | 0;
	let unit = -1;
	taps.erase = (block) => {
		if (block < 3) unit = block;
		return undefined;
	};
	for (let life = 0; life < 3; life++) {
		const zram = bed.boot(OPTIONS, { io, ticks, offload: "erased-only" });
		zram.maintain(50);
		write(zram, 0);
		zram.maintain(50);
	}
	assert.is(unit, 2);
	assert.equal(logOf(bed), [0, 0, 1]);
});

test("short lives: close() records the credit earned, from one erase up", () => {
	const bed = makeSmall();
	let zram = bed.boot(OPTIONS, { endurance: 1000 });
	for (let i = 0; i < 400; i++) write(zram, i % 8);
	const { budget, budgetPerDay } = backingOf(zram);
	assert.is(budget, 0);
	bed.clock.now += (1.2 * DAY) / budgetPerDay;
	zram.close();
	zram = bed.boot(OPTIONS, { endurance: 1000 });
	assert.is(backingOf(zram).budget, 1);
	const { operations } = bed.chip;
	zram.close();
	assert.is(bed.chip.operations, operations, "nothing to record");
});

// --- time

test("clocks: one that may be set earns nothing for jumps back, or of more than a day", () => {
	let now = 0;
	const make = (isMonotonic: boolean) => new Budget(100_000, 10, 250, () => now | 0, isMonotonic);
	const budgets = [make(true), make(false)];
	const earned = () => {
		const before = budgets.map(({ uptime }) => uptime);
		for (const budget of budgets) budget.advance();
		return budgets.map(({ uptime }, i) => uptime - (before[i] as number));
	};
	now += 3000;
	assert.equal(earned(), [3000, 3000]);
	now += DAY;
	assert.equal(earned(), [DAY, DAY]);
	now += DAY + 1;
	assert.equal(earned(), [DAY + 1, 0]);
	now -= 5000;
	assert.equal(earned()[1], 0);
	now += 7000;
	assert.equal(earned()[1], 7000);
});

test("maintain: one slow step doesn't raise the bar for good, and usual ones are believed", () => {
	const pace = new Pace(45);
	for (let i = 0; i < 20; i++) pace.add(45);
	assert.ok(pace.fits(46) && !pace.fits(45));
	pace.add(250);
	assert.ok(!pace.fits(250) && pace.fits(251));
	let waits = 0;
	while (!pace.fits(60)) waits++;
	assert.ok(waits > 5 && waits < 40, `${waits} waits`);
	for (let i = 0; i < 100; i++) assert.ok(!pace.fits(45));
	assert.ok(!pace.fits(46) || pace.slowest <= 46);
});

test("maintain: makes progress with any time that covers its slowest step, and never takes more", () => {
	for (const [milliseconds, slow] of [
		[50, 45],
		[60, 45],
		[99, 45],
		[500, 250],
	] as const) {
		const bed = makeSmall();
		const { io, taps } = tap(bed);
		let extra = 0;
		const ticks = () => Math.floor(bed.chip.statistics.typical / 1000 + extra) | 0;
		let erases = 0;
		taps.erase = () => {
			extra += ++erases === 20 ? slow - 45 : 0;
			return undefined;
		};
		const zram = bed.boot(OPTIONS, { io, ticks, offload: "erased-only" });
		const writes = Math.ceil(scaled(600));
		for (let i = 0; i < writes; i++) {
			write(zram, i % 16);
			for (let call = 0; call < 3; call++) {
				const before = ticks();
				zram.maintain(milliseconds);
				assert.ok(ticks() - before <= milliseconds + (erases === 20 ? slow : 0), `${ticks() - before} ms`);
			}
		}
		assert.is(zram.status().bdWrites, writes, `maintain(${milliseconds})`);
	}
});

test("erased-only: a write reads at most three units to find an erased one", () => {
	const bed = makeSmall();
	const { io, calls } = tap(bed);
	let zram: Zram = bed.boot(OPTIONS, { io });
	for (let i = 0; i < 200; i++) write(zram, i % 20);
	zram = bed.bootLate(OPTIONS, { io, offload: "erased-only" });
	zram.limit = zram.status().memUsed + PAGE; // room for the reserve, and for a page that finds no unit
	const { reads } = calls;
	write(zram, 0);
	assert.ok(calls.reads - reads <= 3, `${calls.reads - reads} reads`);
});

// --- cost

test("a page takes at most 30 engine calls, 4 of them hold, one checksum, and one walk over the slots", () => {
	const bed = makeSmall();
	const zram = bed.bootLate(OPTIONS);
	zram.limit = 0;
	for (let i = 0; i < 100; i++) write(zram, i % 8);
	zram.maintain(100_000);
	const calls: Record<string, number> = {};
	const restore: (() => void)[] = [];
	const count = (target: object, names: string[]) => {
		for (const name of names) {
			const original = Object.getOwnPropertyDescriptor(target, name);
			if (typeof original?.value !== "function" || name === "constructor" || !original.configurable) continue;
			const method = original.value as (...args: unknown[]) => unknown;
			Object.defineProperty(target, name, {
				...original,
				value(this: unknown, ...args: unknown[]) {
					calls[name] = (calls[name] ?? 0) + 1;
					return method.apply(this, args);
				},
			});
			restore.push(() => Object.defineProperty(target, name, original));
		}
	};
	try {
		const prototype = (Engine as unknown as { prototype: object }).prototype;
		count(prototype, Object.getOwnPropertyNames(prototype));
		count(Engine, ["equal", "copy", "checksum"]);
	} catch {
		return; // frozen, as on firmware
	}
	write(zram, 20);
	for (const each of restore) each();
	const total = sum(Object.values(calls));
	if (total === 0) return;
	const { hold = 0, checksum = 0, survey = 0 } = calls;
	assert.ok(total <= 30 && hold <= 4 && checksum === 1 && survey === 1, `${total}: ${JSON.stringify(calls)}`);
	assert.is(zram.status().bdCount, 9);
});

// --- sizes

test("sizes: which work, and what the error suggests instead", () => {
	const plan = (size: number, blockLength = 4096, pageLength = 4096, writeAlign = 1) =>
		planFlash({ size, blockLength, blocks: Math.floor(size / blockLength), writeAlign }, pageLength);
	assert.is(plan(1_000_000).units, 244);
	assert.is(plan(64 * KB * KB).units, 16_384);
	assert.is(plan(KB * KB, 512, 512).units, 2048);
	assert.is(plan(256 * KB, 512).blocksPerUnit, 8);
	for (const units of [4, 5, 7, 8, 9, 20, 256, 4096, 100_001]) {
		const { areas, areaUnits, places } = plan(units * 4096);
		assert.ok(units - areas * areaUnits >= 2 && places > 3 * areaUnits + 8, `${units}`);
		assert.is(areas >= 3, units >= 8);
	}
	const refused = (work: () => unknown, message: RegExp) => refuses(work, RangeError, message);
	refused(() => plan(3 * 4096), /too small: this pageLength needs at least 16384/);
	refused(() => plan(KB * KB * KB, 512, 512), /2097152 pages of 512, more than 1048576/);
	refused(() => plan(KB * KB, 65_536), /pageLength, 4096, .* blockLength, 65536/);
	refused(() => plan(64 * KB, 512, 512, 256), /pages of 512 are too short for a writeAlign of 256/);
	refused(() => planFlash({ size: 10_000, blockLength: 4096, blocks: 3 }, 4096), /impossible/);
	// what the error suggests works
	for (const writeAlign of [1, 64, 256]) {
		let message = "";
		try {
			plan(4096, 4096, 4096, writeAlign);
		} catch (error) {
			message = (error as ZramError).message;
		}
		plan(Number(/at least (\d+)/.exec(message)?.[1]), 4096, 4096, writeAlign);
	}
});

test("wear: counts beyond 16 bits survive reboots", () => {
	const bed = makeBed({ blocks: 5, blockLength: 512, endurance: 1e9 });
	const options = { byteLength: 8 * 512, pageLength: 512, arena };
	const backing = { endurance: 10_000_000, lifetime: 0.1 };
	let zram = bed.boot(options, backing);
	for (let i = 0; i < scaled(210_000); i++) {
		write(zram, i % 2);
		if (i % 1000 === 0) bed.clock.now += DAY;
	}
	const { wearMost } = backingOf(zram);
	zram = bed.boot(options, backing);
	assert.is(backingOf(zram).wearMost, wearMost);
	assert.is(wearMost, Math.max(...bed.chip.erases.subarray(2)));
	if (scaled(1) >= 1 && scaled(1000) >= 1000) assert.ok(wearMost > 65_535);
});

test.run();
