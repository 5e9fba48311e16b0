/* The backing flash as callers see it: options, what goes where, failing flash, and reboots. */
// needs: js
// firmware: --slots 13824 --chunk 172000 --stack 1536

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type BackingOptions, type ZramError } from "zram";
import type { BackingStatus, FlashDevice } from "zram/backing";
import { planFlash } from "zram/offload/geometry";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";
import { jobs } from "./support/device.ts";
import { fails, refuses } from "./support/expect.ts";
import { makeBed } from "./support/offload.ts";

const KB = 1024;
const PAGE = 4096;

function bytes(kind: number, seed: number, length = PAGE): Uint8Array {
	const result = new Uint8Array(length);
	fill(result, 0, length, kind, seed);
	return result;
}
const noise = (seed: number, length = PAGE) => bytes(NOISE, seed, length);

/** A page that LZ4 shrinks by about a tenth: above the threshold, but not raw. */
function nearlyNoise(seed: number): Uint8Array {
	const result = noise(seed);
	result.fill(7, 0, PAGE / 10);
	return result;
}

const backingOf = (zram: Zram) => zram.status().backing as BackingStatus;

function holds(zram: Zram, page: number, expected: Uint8Array) {
	const read = new Uint8Array(zram.read(PAGE, page * PAGE));
	if (!equal(read, 0, expected, 0, PAGE)) throw new Error(`wrong bytes in page ${page}`);
}

const stateOf = (zram: Zram, page: number) => [...zram.pages()].find((each) => each.page === page)?.state ?? "empty";

// --- options

test("options: each is validated, and errors name it", () => {
	const { io, boot } = makeBed();
	const refused = (backing: object | null, type: ErrorConstructor, message: RegExp) => {
		const options = { byteLength: 64 * PAGE, arena: { byteLength: 96 * KB }, backing: backing as BackingOptions };
		refuses(() => new Zram(options), type, message);
		refuses(() => Zram.layout(options), type, message);
	};
	const good = { io, path: "zram" };
	refused(null, TypeError, /^backing: /);
	refused({ path: "zram" }, TypeError, /^backing\.io: /);
	refused({ ...good, io: {} }, TypeError, /^backing\.io: /);
	refused({ io }, TypeError, /^backing\.path: /);
	for (const endurance of [0, 99, 10_000_001, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
		refused({ ...good, endurance }, RangeError, /^backing\.endurance: /);
	refused({ ...good, endurance: "1000" }, TypeError, /^backing\.endurance: /);
	for (const lifetime of [0, 0.09, 100.1, -1, Number.NaN, Number.POSITIVE_INFINITY])
		refused({ ...good, lifetime }, RangeError, /^backing\.lifetime: /);
	refused({ ...good, lifetime: "10" }, TypeError, /^backing\.lifetime: /);
	refused({ ...good, offload: "all" }, RangeError, /^backing\.offload: /);
	refused({ ...good, format: 1 }, TypeError, /^backing\.format: /);
	refused({ ...good, ticks: 1 }, TypeError, /^backing\.ticks: /);
	refuses(() => boot({}, { path: "nowhere" }), Error, /nowhere/);
});

test("options: impossible flashes are refused", () => {
	const good = { size: 64 * PAGE, blockLength: PAGE, blocks: 64 };
	const refused = (status: object, message: RegExp) =>
		refuses(() => planFlash({ ...good, ...status }, PAGE), RangeError, message);
	refused({ size: 63 * PAGE }, /impossible/);
	refused({ size: 0, blocks: 0 }, /impossible/);
	refused({ blockLength: 1.5 }, /impossible/);
	refused({ size: Number.NaN }, /impossible/);
	refused({ writeAlign: 3 }, /writeAlign/);
	refused({ writeAlign: 512 }, /writeAlign/);
	refused({ eraseValue: 1 }, /eraseValue/);
	refused({ size: 3 * PAGE, blocks: 3 }, /too small/);
	refused({ size: 60 * 4095, blockLength: 4095, blocks: 60 }, /power of two/);
	const { writeAlign: _, ...plain } = { ...good, writeAlign: 1 };
	assert.is(planFlash(plain, PAGE).step, 16, "as on esp32");
});

test("layout: exactly 16 bytes for each page of flash", () => {
	const { io } = makeBed({ blocks: 64 });
	const options = { byteLength: 64 * PAGE, arena: { byteLength: 96 * KB } };
	const without = Zram.layout(options);
	const with64 = Zram.layout({ ...options, backing: { io, path: "zram" } });
	assert.is(with64.minimum - without.minimum, 64 * 16);
	const { minimum } = with64;
	const zram = new Zram({ ...options, arena: new ArrayBuffer(minimum), backing: { io, path: "zram" } });
	assert.is(
		zram.status().memUsed,
		Zram.layout({ ...options, arena: new ArrayBuffer(minimum), backing: { io, path: "zram" } }).metadata,
	);
	refuses(
		() => new Zram({ ...options, arena: new ArrayBuffer(minimum - 1), backing: { io, path: "zram" } }),
		RangeError,
		/too small/,
	);
	zram.close();
});

test("inspect: a dump says which pages are on flash", () => {
	const { boot } = makeBed();
	const arena = new ArrayBuffer(96 * KB);
	const zram = boot({ arena });
	zram.write(noise(1), 3 * PAGE);
	zram.write(bytes(TEXT, 1), 4 * PAGE);
	const { geometry, statistics, pages } = Zram.inspect(arena);
	assert.is(geometry.slotCount, 32);
	assert.is(statistics.bdCount, 1);
	assert.equal(
		pages.map(({ page, state }) => [page, state]),
		[
			[3, "offloaded"],
			[4, "compressed"],
		],
	);
});

// --- what goes where

test("write: only pages above the threshold go to flash; reading leaves them there; overwriting and trimming free them", () => {
	const { boot } = makeBed();
	const zram = boot();
	zram.write(noise(1), 0);
	zram.write(nearlyNoise(2), PAGE);
	zram.write(bytes(TEXT, 3), 2 * PAGE);
	zram.write(new Uint8Array(PAGE).fill(5), 3 * PAGE);
	assert.equal(
		[0, 1, 2, 3].map((page) => stateOf(zram, page)),
		["offloaded", "offloaded", "compressed", "same"],
	);
	const { comprDataSize, origDataSize, pagesStored, hugePagesSince } = zram.status();
	assert.equal([origDataSize, pagesStored, hugePagesSince], [4 * PAGE, 4, 2]);
	assert.ok(comprDataSize > 0 && comprDataSize < PAGE);
	holds(zram, 0, noise(1));
	holds(zram, 1, nearlyNoise(2));
	assert.is(zram.status().bdCount, 2);
	zram.write(bytes(TEXT, 9), 0);
	zram.trim(PAGE, PAGE);
	assert.equal([zram.status().bdCount, backingOf(zram).slotsUsed], [0, 0]);
	holds(zram, 0, bytes(TEXT, 9));
	zram.check();
});

test("write: parts of pages on flash, and requests that span many pages", () => {
	const { boot } = makeBed();
	const zram = boot();
	const expected = new Uint8Array(8 * PAGE);
	for (let page = 0; page < 8; page++) expected.set(page % 2 ? bytes(TEXT, page) : noise(page), page * PAGE);
	zram.write(expected, 0);
	const part = noise(50, 5000);
	zram.write(part, 3000);
	expected.set(part, 3000);
	zram.trim(10_000, 8000);
	expected.fill(0, 10_000, 18_000);
	for (const [start, length] of [
		[0, 8 * PAGE],
		[100, 5],
		[4095, 2],
		[5000, 20_001],
	] as const) {
		const read = new Uint8Array(zram.read(length, start));
		assert.ok(equal(read, 0, expected, start, length), `${start}, ${length}`);
	}
	zram.check();
});

test("write: writing the same bytes again doesn't wear the flash", () => {
	const { boot, chip } = makeBed();
	const zram = boot();
	zram.write(noise(1), 0);
	const { operations } = chip;
	for (let i = 0; i < 10; i++) zram.write(noise(1), 0);
	zram.write(noise(1).subarray(7, 99), 7);
	assert.is(chip.operations, operations);
	assert.equal([zram.status().numWrites, zram.status().bdWrites], [12, 1]);
	zram.write(noise(2), 0);
	assert.is(zram.status().bdWrites, 2);
});

test("erased-only: write never erases, and uses what was erased ahead", () => {
	const { bootLate, chip } = makeBed();
	const zram = bootLate({}, { offload: "erased-only" });
	let erases = 0;
	for (let i = 0; i < 300; i++) {
		const before = chip.statistics.erases;
		zram.write(noise(i + 1), (i % 40) * PAGE);
		assert.is(chip.statistics.erases, before, `write ${i}`);
		if (i % 10 === 9) {
			while (!zram.maintain(1000));
			erases += chip.statistics.erases - before;
		}
	}
	assert.ok(erases > 50, `${erases} erases`);
	const { bdWrites, rawPages } = zram.status();
	assert.ok(bdWrites > 100 && rawPages > 0, `${bdWrites} on flash, ${rawPages} in memory`);
	for (let i = 260; i < 300; i++) holds(zram, i % 40, noise(i + 1));
	const error = fails(() => {
		for (let i = 0; i < 100; i++) zram.write(noise(i + 1), (i % 40) * PAGE);
	}, "ENOSPC");
	assert.is(error.bytesWritten, 0);
	assert.ok(backingOf(zram).refusedSlots > 0);
});

test("maintain: erases ahead, within its time; afterwards writes erase nothing", () => {
	const { boot, chip } = makeBed();
	// the clock follows the data sheet
	const ticks = () => Math.floor(chip.statistics.typical / 1000);
	const zram = boot({}, { ticks });
	for (let i = 0; i < 40; i++) zram.write(noise(i + 1), (i % 20) * PAGE);
	zram.trim(0, 20 * PAGE);
	const { erases } = chip.statistics;
	assert.is(zram.maintain(40), false);
	assert.is(chip.statistics.erases, erases, "no erase takes less than 45 ms");
	let calls = 0;
	for (let isDone = false; !isDone; calls++) {
		const start = ticks();
		isDone = zram.maintain(200);
		assert.ok(ticks() - start <= 200, `took ${ticks() - start} ms`);
	}
	assert.ok(calls > 3 && calls < 20, `${calls} calls`);
	assert.is(backingOf(zram).slotsErased, backingOf(zram).slots);
	const ahead = chip.statistics.erases;
	for (let i = 0; i < 20; i++) zram.write(noise(i + 100), i * PAGE);
	assert.is(chip.statistics.erases, ahead);
	assert.is(zram.maintain(1000), true);
	refuses(() => zram.maintain(-1), RangeError, /^milliseconds: /);
	refuses(() => zram.maintain("1" as never), TypeError, /^milliseconds: /);
});

test("writeback: idle, huge and chosen pages; limits; and what never goes", () => {
	const { boot } = makeBed();
	const zram = boot({ threshold: PAGE, arena: { byteLength: 256 * KB } });
	for (let page = 0; page < 6; page++) zram.write(bytes(TEXT, page + 1), page * PAGE);
	zram.write(new Uint8Array(PAGE).fill(1), 6 * PAGE);
	zram.markIdle();
	zram.read(PAGE, 0);
	assert.is(zram.writeback({ type: "idle", bytes: 2 * PAGE + 100 }), 2);
	assert.equal(
		[1, 2, 3].map((page) => stateOf(zram, page)),
		["offloaded", "offloaded", "compressed"],
	);
	assert.is(zram.writeback({ type: "idle", minAge: 2 }), 0);
	assert.is(zram.writeback({ type: "idle" }), 3);
	assert.equal([stateOf(zram, 0), stateOf(zram, 6)], ["compressed", "same"]);
	assert.is(zram.writeback({ type: "page", pages: [63, 6, 0, 1] }), 1);
	assert.is(zram.writeback({ type: "page" }), 0);
	for (let page = 0; page < 6; page++) holds(zram, page, bytes(TEXT, page + 1));
	zram.write(noise(9), 9 * PAGE); // not above the threshold, which is a whole page
	assert.is(stateOf(zram, 9), "raw");
	assert.is(zram.writeback({ type: "huge" }), 0);
	refuses(() => zram.writeback({ type: "all" as "idle" }), RangeError, /^type: /);
	refuses(() => zram.writeback({ type: "idle", minAge: 256 }), RangeError, /^minAge: /);
	refuses(() => zram.writeback({ type: "page", pages: [64] }), RangeError, /^pages: /);
	refuses(() => zram.writeback({ type: "idle", bytes: -1 }), RangeError, /^bytes: /);
	refuses(() => zram.writeback(undefined as never), TypeError, /^request: /);
	zram.check();
	const plain = new Zram({ byteLength: PAGE, arena: { byteLength: 16 * KB } });
	refuses(() => plain.writeback({ type: "idle" }), Error, /no flash/);
	assert.is(plain.maintain(100), true);
	assert.is(plain.status().backing, undefined);
});

test("writeback: huge pages kept in memory by an empty budget go once there is some", () => {
	const { boot, clock } = makeBed({ blocks: 16 });
	const zram = boot({ arena: { byteLength: 256 * KB } }, { endurance: 100 });
	const slots = backingOf(zram).slots;
	for (let i = 0; i < 2 * slots + 20; i++) zram.write(noise(i + 1), (i % 8) * PAGE);
	const { rawPages, bdCount } = zram.status();
	assert.is(rawPages + bdCount, 8);
	assert.ok(rawPages > 0);
	assert.is(zram.writeback({ type: "huge" }), 0);
	clock.now += 30 * 24 * 3600 * 1000;
	const { budget } = backingOf(zram);
	assert.is(zram.writeback({ type: "huge" }), Math.min(rawPages, budget));
	zram.check();
});

test("full: pages stay in memory while there is room; then write fails and the old page stands", () => {
	const { boot } = makeBed({ blocks: 8 });
	const zram = boot({ arena: { byteLength: 48 * KB } });
	let page = 0;
	const error = fails(() => {
		for (; page < 64; page++) zram.write(noise(page + 1), page * PAGE);
	}, "ENOSPC");
	assert.is(error.bytesWritten, 0);
	const { bdCount, rawPages } = zram.status();
	assert.equal([bdCount, bdCount + rawPages], [backingOf(zram).slots - 1, page]);
	for (let each = 0; each < page; each++) holds(zram, each, noise(each + 1));
	assert.is(stateOf(zram, page), "empty");
	const two = new Uint8Array(2 * PAGE);
	two.fill(7, 0, PAGE);
	two.set(noise(99), PAGE);
	zram.trim((page - 1) * PAGE, PAGE);
	zram.limit = zram.status().memUsed + 3072;
	assert.is(fails(() => zram.write(two, page * PAGE), "ENOSPC").bytesWritten, PAGE);
	holds(zram, page, new Uint8Array(PAGE).fill(7));
	assert.is(stateOf(zram, page + 1), "empty");
	zram.check();
});

// --- reboots and partitions

test("reboot: the device is empty, whatever is on flash; counts stay", () => {
	const { boot, chip } = makeBed();
	let zram = boot();
	for (let i = 0; i < 100; i++) zram.write(noise(i + 1), (i % 20) * PAGE);
	const { wearMean } = backingOf(zram);
	zram = boot();
	for (let page = 0; page < 64; page++) holds(zram, page, new Uint8Array(PAGE));
	assert.equal([zram.status().pagesStored, zram.status().bdCount], [0, 0]);
	assert.ok(Math.abs(backingOf(zram).wearMean - wearMean) < 0.3);
	assert.ok(Math.max(...chip.erases) > 1);
	zram.reset();
	zram.close();
});

test("reboot: counts match what the chip has done, however short each life", () => {
	const { boot, chip } = makeBed();
	let zram = boot();
	for (let i = 0; i < 60; i++) zram.write(noise(i + 1), (i % 20) * PAGE);
	// one page per life
	for (let i = 0; i < 40; i++) {
		zram = boot();
		zram.write(noise(i + 100), 0);
	}
	const { wearMean, slots } = backingOf(boot());
	const erases = chip.erases.subarray(32 - slots).reduce((sum, each) => sum + each, 0);
	assert.ok(Math.abs(wearMean * slots - erases) < 1, `${wearMean * slots} counted, ${erases} done`);
});

test("reboot: a block counts as erased even if it got the same bytes again", () => {
	const { boot, chip } = makeBed({ blocks: 12 });
	let zram = boot();
	for (let i = 0; i < 60; i++) {
		zram.write(noise(1), 0);
		zram.trim(0, PAGE);
		if (i % 7 === 6) zram = boot();
	}
	const { wearMean, slots } = backingOf(boot());
	const erases = chip.erases.subarray(12 - slots).reduce((sum, each) => sum + each, 0);
	assert.ok(wearMean * slots > erases - 0.5, `${wearMean * slots} counted, ${erases} done`);
});

test("reset: drops pages, keeps wear", () => {
	for (const wipe of [false, true]) {
		const { boot } = makeBed();
		const zram = boot({ wipe });
		for (let i = 0; i < 100; i++) zram.write(noise(i + 1), (i % 20) * PAGE);
		const before = backingOf(zram);
		zram.reset();
		zram.check();
		assert.equal(backingOf(zram), { ...before, slotsUsed: 0 });
		assert.equal([zram.status().bdCount, zram.status().bdWrites], [0, 0]);
		zram.write(noise(1), 0);
		holds(zram, 0, noise(1));
		zram.check();
	}
});

test("partition: foreign data stays untouched unless you pass format", () => {
	const { boot, chip, io } = makeBed();
	const flash = io.open({ path: "zram" });
	flash.write(noise(1, 100), 20 * PAGE);
	const { operations } = chip;
	refuses(() => boot(), Error, /^backing: the partition is not erased and not ours/);
	assert.is(chip.operations, operations);
	const zram = boot({}, { format: true });
	for (let i = 0; i < 60; i++) zram.write(noise(i + 1), (i % 20) * PAGE);
	const { wearMean } = backingOf(zram);
	assert.ok(wearMean > 1);
	// our own partition is kept, even with format
	assert.ok(Math.abs(backingOf(boot({}, { format: true })).wearMean - wearMean) < 0.3);
});

test("partition: blocks longer than pages are refused, with both lengths", () => {
	const { boot, chip } = makeBed();
	for (const pageLength of [512, 1024, 2048])
		refuses(
			() => boot({ pageLength }),
			RangeError,
			new RegExp(`^backing: pageLength, ${pageLength}, is less than the flash's blockLength, 4096: `),
		);
	assert.is(chip.operations, 0);
});

test("partition: last used with units of another length", () => {
	const { boot } = makeBed({ blocks: 64, blockLength: 1024 });
	boot();
	refuses(() => boot({ pageLength: 1024 }), Error, /used with another pageLength or driver/);
	boot({ pageLength: 1024 }, { format: true }).check();
});

/** The first 16 bytes of a version 1 log, in a partition with other data. */
function leaveVersion1(io: ReturnType<typeof makeBed>["io"]) {
	const flash = io.open({ path: "zram" });
	flash.write(Uint8Array.from([1, 2, 3, 4, ...Array.from("xs-zram log ", (letter) => letter.charCodeAt(0))]), 0);
	flash.write(noise(1), 20 * PAGE);
	flash.close();
}

test("partition: a log of format version 1 is refused by name and left untouched unless you pass format", () => {
	const { boot, chip, io } = makeBed();
	leaveVersion1(io);
	const { operations } = chip;
	refuses(
		() => boot(),
		Error,
		/^backing: the partition has a log of version 1, and this is version 2; pass format: true/,
	);
	assert.is(chip.operations, operations);
	boot({}, { format: true }).check();
	boot().check();
});

// --- failures

test("failures: a failing block is retired for good, and the caller notices nothing", () => {
	for (const what of ["failingPrograms", "failingErases"] as const) {
		const { boot, chip } = makeBed({ blocks: 28, seed: 3 });
		let zram = boot({ arena: { byteLength: 512 * KB } });
		for (let i = 0; i < 60; i++) zram.write(noise(i + 1), (i % 20) * PAGE);
		chip[what] = 0.05;
		for (let i = 0; i < 800; i++) zram.write(noise(i + 1), (i % 20) * PAGE);
		chip[what] = 0;
		for (let i = 780; i < 800; i++) holds(zram, i % 20, noise(i + 1));
		zram.check();
		const { slotsRetired, slots } = backingOf(zram);
		assert.ok(slotsRetired > 2, `${what}: ${slotsRetired} retired`);
		assert.is(zram.status().failedWrites, 0);
		zram = boot();
		assert.equal([backingOf(zram).slotsRetired, backingOf(zram).slots], [slotsRetired, slots], what);
	}
});

test("failures: rot gives EIO and calls onError, never gives wrong bytes; the page can be rewritten", async () => {
	const { boot, chip } = makeBed();
	const seen: string[] = [];
	const zram = boot({
		onError(error: ZramError) {
			seen.push(error.code);
		},
	});
	zram.write(noise(1), 0);
	zram.write(noise(2), PAGE);
	const slot = [...Array(32).keys()].find((block) => chip.content(block)[0] === noise(1)[0]) as number;
	chip.flip(slot * PAGE + 1234, 5);
	fails(() => zram.read(PAGE, 0), "EIO");
	assert.is(fails(() => zram.write(new Uint8Array(10), 5), "EIO").bytesWritten, 0);
	assert.is(fails(() => zram.trim(5, 10), "EIO").bytesWritten, 0);
	await jobs();
	assert.equal(seen, ["EIO"]);
	holds(zram, 1, noise(2));
	zram.check();
	zram.write(noise(3), 0);
	holds(zram, 0, noise(3));
	zram.check();
});

/** A flash whose driver misbehaves at the call with this number, counting from now; 0 for never. */
function faultyIO(bed: ReturnType<typeof makeBed>) {
	const state = { calls: 0, failAt: 0, fault: () => {} };
	const gate = () => {
		if (++state.calls === state.failAt) state.fault();
	};
	const io = {
		open(options: { path: string; mode: "r" | "r+" }): FlashDevice {
			const flash = bed.io.open(options);
			return {
				status: () => flash.status(),
				close: () => flash.close(),
				read(buffer, offset) {
					gate();
					return flash.read(buffer, offset);
				},
				write(buffer, offset) {
					gate();
					flash.write(buffer, offset);
				},
				eraseBlock(start, end) {
					gate();
					flash.eraseBlock(start, end);
				},
			};
		},
	};
	return { io, state };
}

test("failures: a driver that throws once, at any call, loses nothing", () => {
	for (let failAt = 1; failAt < 120; failAt++) {
		const bed = makeBed({ blocks: 12 });
		const { io, state } = faultyIO(bed);
		const zram = bed.boot({ arena: { byteLength: 256 * KB } }, { io });
		for (let i = 0; i < 12; i++) zram.write(noise(i + 1), (i % 6) * PAGE);
		state.calls = 0;
		state.failAt = failAt;
		state.fault = () => {
			throw new Error("a bad day");
		};
		let refused = 0;
		for (let i = 12; i < 24; i++) {
			zram.write(noise(i + 1), (i % 6) * PAGE);
			try {
				holds(zram, i % 6, noise(i + 1));
			} catch (error) {
				if ((error as ZramError).code !== "EIO") throw error;
				refused++;
			}
		}
		assert.ok(refused <= 1, `${refused} reads refused`);
		state.failAt = 0;
		for (let i = 18; i < 24; i++) holds(zram, i % 6, noise(i + 1));
		zram.check();
		zram.close();
	}
});

test("failures: a driver that calls back into the device gets EBUSY, and the device is unchanged", () => {
	for (let failAt = 1; failAt < 100; failAt++) {
		const bed = makeBed({ blocks: 12 });
		const { io, state } = faultyIO(bed);
		const zram = bed.boot({ arena: { byteLength: 256 * KB } }, { io });
		for (let i = 0; i < 12; i++) zram.write(noise(i + 1), (i % 6) * PAGE);
		state.calls = 0;
		state.failAt = failAt;
		const seen: string[] = [];
		state.fault = () => {
			for (const work of [
				() => zram.read(PAGE, 0),
				() => zram.write(noise(1), 0),
				() => zram.trim(0, PAGE),
				() => zram.status(),
				() => zram.maintain(10),
				() => zram.writeback({ type: "idle" }),
				() => zram.close(),
				() => zram.reset(),
			])
				seen.push(fails(work, "EBUSY").code);
			zram.read(PAGE, 0);
		};
		let page = 0;
		try {
			for (; page < 12; page++) zram.write(noise(page + 30), (page % 6) * PAGE);
		} catch (error) {
			assert.is((error as ZramError).code, "EBUSY");
		}
		state.fault = () => {};
		if (state.calls >= failAt) assert.is(seen.length, 8);
		// the interrupted write left the old page
		for (let i = Math.max(0, page - 6); i < page; i++) holds(zram, i % 6, noise(i + 30));
		if (page < 12) holds(zram, page % 6, page < 6 ? noise(page + 7) : noise(page + 24));
		zram.check();
		for (let i = 0; i < 6; i++) zram.write(noise(i + 60), i * PAGE);
		for (let i = 0; i < 6; i++) holds(zram, i, noise(i + 60));
		assert.is(backingOf(zram).slotsRetired, 0);
		// every erase that was done is on record
		const { wearMost, slots } = backingOf(bed.boot({}, { io: bed.io }));
		const most = Math.max(...bed.chip.erases.subarray(12 - slots));
		assert.ok(wearMost >= most, `call ${failAt}: ${wearMost} erases counted of ${most}`);
	}
});

test("failures: a flash smaller than it claims", () => {
	const bed = makeBed({ blocks: 16 });
	const io = {
		open(options: { path: string; mode: "r" | "r+" }): FlashDevice {
			const flash = bed.io.open(options);
			return {
				status: () => ({ ...flash.status(), size: 32 * PAGE, blocks: 32 }),
				read: (buffer, offset) => flash.read(buffer, offset),
				write: (buffer, offset) => flash.write(buffer, offset),
				eraseBlock: (start, end) => flash.eraseBlock(start, end),
				close: () => flash.close(),
			};
		},
	};
	for (const format of [false, true]) refuses(() => bed.boot({}, { io, format }), RangeError, /reach past/);
});

test("close: closes the flash, which a failing constructor does too", () => {
	const bed = makeBed();
	let open = 0;
	const io = {
		open(options: { path: string; mode: "r" | "r+" }): FlashDevice {
			const flash = bed.io.open(options);
			open++;
			const close = flash.close.bind(flash);
			return Object.assign(flash, {
				close() {
					open--;
					close();
				},
			});
		},
	};
	const zram = bed.boot({}, { io });
	assert.is(open, 1);
	zram.close();
	zram.close();
	assert.is(open, 0);
	for (const work of [() => zram.maintain(1), () => zram.writeback({ type: "idle" })]) fails(work, "ECLOSED");
	bed.chip.flip(0, 1);
	bed.chip.flip(3 * PAGE, 1);
	for (let block = 0; block < 3; block++) bed.chip.erase(block);
	refuses(() => bed.boot({}, { io }), Error, /not ours/);
	assert.is(open, 0);
});

test.run();
