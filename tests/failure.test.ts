/*
 * When room runs out the old page stands, bytesWritten is right, and limits lose nothing. And the numbers: every counter
 * of status(), ages, pages().
 */
// needs: xs

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type PageState, type ZramOptions, type ZramStatus } from "zram";
import { equal } from "./support/bytes.ts";
import { holds, makeDevice, PAGE, PAGES, pageOf, pageTaking, readPage, STATES } from "./support/device.ts";
import { fails } from "./support/expect.ts";
import { Random } from "./support/random.ts";
import { holding } from "./support/room.ts";

const GRANULE = 64;
const ARENA = 36 * 1024;
const FAILED_WRITES = 128; // the counter's offset in the region

/** An arena, and a device of 16 empty pages in it. */
function emptyDevice(options: Partial<ZramOptions> = {}) {
	const arena = new ArrayBuffer(ARENA);
	return { arena, zram: new Zram({ byteLength: PAGES * PAGE, arena, ...options }) };
}

/** How many granules a page takes, measured on a device with room for it. */
function granulesOf(bytes: Uint8Array): number {
	const { zram } = emptyDevice();
	zram.write(bytes, 0);
	const { memUsed } = zram.status();
	zram.trim(0, PAGE);
	return (memUsed - zram.status().memUsed) / GRANULE;
}

/** Sets the limit to allow `granules` more. */
function leave(zram: Zram, granules: number, more = 0) {
	zram.limit = zram.status().memUsed + granules * GRANULE + more;
}

/** The whole region except the count of failed writes. */
function essence(arena: ArrayBuffer): ArrayBuffer {
	const copy = arena.slice(0);
	new Uint8Array(copy, FAILED_WRITES, 8).fill(0);
	return copy;
}

/** Expects `work` to fail for lack of room and to change nothing in the region but the count of failed writes. */
function failsWithoutTrace(zram: Zram, arena: ArrayBuffer, work: () => void): number {
	const before = essence(arena);
	const { failedWrites } = zram.status();
	const error = fails(work, "ENOSPC");
	const counted = FAILED_WRITES + 8;
	const same = (start: number, end: number) => equal(before, start, arena, start, end - start);
	assert.ok(same(0, FAILED_WRITES) && same(counted, arena.byteLength), "the region has changed");
	assert.is(zram.status().failedWrites, failedWrites + 1);
	zram.check();
	return error.bytesWritten as number;
}

const VARIANTS: [string, Partial<ZramOptions>][] = [
	["plain", {}],
	["integrity", { integrity: true }],
	["wipe", { wipe: true }],
	["integrity and wipe", { integrity: true, wipe: true }],
];
/** Pages of every state and many lengths. */
const CONTENTS = [...STATES.map((state) => pageOf(state, 7)), ...[1, 2, 17, 40, 62].map((n) => pageTaking(n, n))];

for (const [name, options] of VARIANTS)
	test(`a page that doesn't fit leaves the old one, whatever it was, and no trace: ${name}`, () => {
		const lengths = CONTENTS.map(granulesOf);
		CONTENTS.forEach((old, o) => {
			CONTENTS.forEach((fresh, f) => {
				const more = (lengths[f] as number) - (lengths[o] as number);
				if (more <= 0) return;
				const { zram, arena } = emptyDevice(options);
				zram.write(pageOf("raw", 1), 3 * PAGE);
				zram.write(old, PAGE);
				for (const room of [0, more - 1]) {
					leave(zram, room, 63);
					const done = failsWithoutTrace(zram, arena, () => zram.write(fresh, PAGE));
					assert.is(done, 0);
					assert.ok(equal(readPage(zram, 1), 0, old, 0, PAGE));
				}
				leave(zram, more);
				zram.write(fresh, PAGE);
				assert.ok(equal(readPage(zram, 1), 0, fresh, 0, PAGE));
				holds(zram, 3 * PAGE, pageOf("raw", 1));
				zram.check();
				zram.close();
			});
		});
	});

test("a full arena: the old page stands, and the new one fits after a trim", () => {
	for (const state of STATES) {
		const { zram, arena } = emptyDevice();
		const old = pageOf(state, 3);
		zram.write(old, 0);
		if (state === "empty") zram.trim(0, PAGE);
		let page = 1;
		for (const granules of [62, 30, 10, 3, 2, 1]) {
			while (zram.limit - zram.status().memUsed >= granules * GRANULE && page < PAGES)
				zram.write(pageTaking(granules, page), page++ * PAGE);
			if (page === PAGES) leave(zram, 0);
		}
		if (state === "raw") continue; // nothing is longer
		assert.is(
			failsWithoutTrace(zram, arena, () => zram.write(pageOf("raw", 4), 0)),
			0,
		);
		holds(zram, 0, old);
		zram.trim(PAGE, 2 * PAGE);
		zram.write(pageOf("raw", 4), 0);
		holds(zram, 0, pageOf("raw", 4));
	}
});

test("parts of pages: a failed partial write leaves the old page, in every state", () => {
	for (const state of ["empty", "same", "compressed"] as const)
		for (const [start, length] of [
			[0, 4000],
			[4, 4092],
			[1, 4001],
			[96, 4000],
		] as const) {
			const { zram, arena } = emptyDevice({ integrity: true });
			const old = pageOf(state, 5);
			if (state !== "empty") zram.write(old, 2 * PAGE);
			leave(zram, 0);
			const noise = pageOf("raw", 9).subarray(3, 3 + length);
			assert.is(
				failsWithoutTrace(zram, arena, () => zram.write(noise, 2 * PAGE + start)),
				0,
			);
			holds(zram, 2 * PAGE, old);
		}
});

/** Noise in which no page compresses. */
function noise(byteLength: number, seed: number): Uint8Array {
	const bytes = new Uint8Array(byteLength);
	for (let at = 0; at < byteLength; at += PAGE)
		bytes.set(pageOf("raw", seed + at).subarray(0, Math.min(PAGE, byteLength - at)), at);
	return bytes;
}

/** How many bytes get written to pages that take nothing yet when `room` granules are left. */
function bytesThatFit(before: Uint8Array, bytes: Uint8Array, start: number, room: number): number {
	const wanted = before.slice();
	wanted.set(bytes, start);
	const end = start + bytes.length;
	for (let at = start - (start % PAGE); at < end; at += PAGE) {
		room -= granulesOf(wanted.slice(at, at + PAGE));
		if (room < 0) return Math.max(at - start, 0);
	}
	return bytes.length;
}

holding(6 * ARENA)(
	"bytesWritten: the bytes in front of the page that did not fit, for any start, length and room",
	() => {
		const before = new Uint8Array(7 * PAGE);
		for (let page = 0; page < 7; page++) before.set(pageOf("same", page), page * PAGE);
		for (const start of [0, 1, 4, 2048, 4095, PAGE + 9])
			for (const byteLength of [PAGE, 2 * PAGE, 3 * PAGE - 5, 4 * PAGE])
				for (const room of [0, 1, 63, 64, 130, 200, 300]) {
					const { zram } = emptyDevice();
					zram.write(before, PAGE);
					leave(zram, room, 63);
					const bytes = noise(byteLength, start);
					const fits = bytesThatFit(before, bytes, start, room);
					if (fits === byteLength) zram.write(bytes, PAGE + start);
					else assert.is(fails(() => zram.write(bytes, PAGE + start), "ENOSPC").bytesWritten, fits);
					const expected = before.slice();
					expected.set(bytes.subarray(0, fits), start);
					holds(zram, PAGE, expected);
					zram.check();
					zram.close();
				}
	},
);

test("bytesWritten: exact when every page is raw", () => {
	for (const start of [0, 300])
		for (let room = 0; room < 4; room++)
			for (const view of ["aligned", "unaligned", "wide", "DataView"]) {
				const { zram } = emptyDevice();
				for (let page = 0; page < 5; page++) zram.write(pageOf("raw", page), page * PAGE);
				zram.trim(room * PAGE, (5 - room) * PAGE); // these need room; the ones before have it
				leave(zram, 0, 63);
				const buffer = new ArrayBuffer(4 * PAGE + 1);
				const bytes = new Uint8Array(buffer, view === "unaligned" ? 1 : 0, 4 * PAGE);
				bytes.set(noise(4 * PAGE, 77));
				const wide = view === "wide" ? new Uint32Array(buffer, 0, PAGE) : new DataView(buffer, 0, 4 * PAGE);
				const error = fails(() => zram.write(view.includes("aligned") ? bytes : wide, start), "ENOSPC");
				assert.is(error.bytesWritten, Math.max(room * PAGE - start, 0));
				const text = `^ENOSPC: page ${room} needs \\d+ bytes, 0 of ${zram.limit} are free: trim pages or raise limit$`;
				assert.match(error.message, new RegExp(text));
				holds(zram, start, bytes.slice(0, error.bytesWritten));
			}
});

test("bytesWritten: a write can continue from there", () => {
	const { zram } = emptyDevice();
	const bytes = noise(6 * PAGE, 5);
	leave(zram, 2 * 64);
	const first = fails(() => zram.write(bytes, 1000), "ENOSPC").bytesWritten as number;
	zram.limit = ARENA;
	zram.write(bytes.subarray(first), 1000 + first);
	holds(zram, 1000, bytes);
});

test("trim: a partial page that needs room and finds none stays, and bytesWritten says where", () => {
	const { zram, arena } = emptyDevice();
	for (const page of [1, 2, 3, 4]) zram.write(pageOf("same", page), page * PAGE);
	leave(zram, 0);
	assert.is(
		failsWithoutTrace(zram, arena, () => zram.trim(PAGE, 100)),
		0,
	);
	assert.is(
		failsWithoutTrace(zram, arena, () => zram.trim(PAGE + 100, 3 * PAGE)),
		0,
	);
	const error = fails(() => zram.trim(PAGE, 2 * PAGE + 100), "ENOSPC");
	assert.is(error.bytesWritten, 2 * PAGE);
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[3, 4],
	);
	for (const page of [3, 4]) holds(zram, page * PAGE, pageOf("same", page));
	leave(zram, 1);
	zram.trim(3 * PAGE, 100);
	const expected = pageOf("same", 3).fill(0, 0, 100);
	holds(zram, 3 * PAGE, expected);
});

test("limit 0: a write that uses no more than it replaces succeeds", () => {
	const { zram } = emptyDevice();
	zram.write(pageOf("raw", 1), 0);
	zram.write(pageTaking(30, 1), PAGE);
	zram.limit = 0;
	const steps: [number, Uint8Array][] = [
		[0, pageOf("raw", 2)],
		[1, pageTaking(30, 2)],
		[1, pageTaking(29, 3)],
		[0, pageTaking(62, 4)],
		[0, pageTaking(1, 5)],
		[0, pageOf("same", 6)],
		[5, pageOf("same", 7)],
		[6, new Uint8Array(PAGE)],
	];
	for (const [page, bytes] of steps) {
		zram.write(bytes, page * PAGE);
		holds(zram, page * PAGE, bytes);
		zram.check();
	}
	fails(() => zram.write(pageTaking(30, 2), PAGE), "ENOSPC"); // one granule more than the 29 it has now
	fails(() => zram.write(pageTaking(1, 2), 0), "ENOSPC");
	zram.trim(0, zram.byteLength);
	assert.is(zram.status().pagesStored, 0);
});

test("limit: lowering it loses nothing, raising it heals", () => {
	const { zram } = emptyDevice();
	const pages = Array.from({ length: 12 }, (_, i) => (i % 3 ? pageTaking(5 * i, i) : pageOf("raw", i)));
	pages.forEach((bytes, page) => void zram.write(bytes, page * PAGE));
	const before = zram.status();
	for (const limit of [before.memUsed - 1, before.memUsed / 2, 1, 0]) {
		zram.limit = Math.floor(limit);
		assert.equal({ ...zram.status(), memLimit: 0, numReads: 0, failedWrites: 0 }, {
			...before,
			memLimit: 0,
			numReads: 0,
		} as ZramStatus);
		for (const [page, bytes] of pages.entries()) holds(zram, page * PAGE, bytes);
		fails(() => zram.write(pageTaking(1, 1), 13 * PAGE), "ENOSPC");
		zram.check();
	}
	zram.limit = before.memUsed;
	fails(() => zram.write(pageTaking(1, 1), 13 * PAGE), "ENOSPC");
	zram.limit = before.memUsed + GRANULE - 1;
	fails(() => zram.write(pageTaking(1, 1), 13 * PAGE), "ENOSPC");
	zram.limit = before.memUsed + GRANULE;
	zram.write(pageTaking(1, 1), 13 * PAGE);
	holds(zram, 13 * PAGE, pageTaking(1, 1));
});

test("status: every word, after a known history", () => {
	const { zram, arena } = emptyDevice({ threshold: 2048 });
	const { metadata } = Zram.layout({ byteLength: PAGES * PAGE, arena });
	const expected: ZramStatus = {
		origDataSize: 0,
		comprDataSize: 0,
		memUsed: metadata,
		memLimit: ARENA,
		memUsedMax: metadata,
		samePages: 0,
		pagesCompacted: 0,
		hugePages: 0,
		hugePagesSince: 0,
		pagesStored: 0,
		rawPages: 0,
		codecs: {
			lz4: { pages: 0, comprDataSize: 0 },
			columns: { pages: 0, comprDataSize: 0 },
			dense: { pages: 0, comprDataSize: 0 },
		},
		numReads: 0,
		numWrites: 0,
		notifyFree: 0,
		bdCount: 0,
		bdReads: 0,
		bdWrites: 0,
		bdMoves: 0,
		bdErases: 0,
		failedReads: 0,
		failedWrites: 0,
		invalidIO: 0,
		pagesRepacked: 0,
		failedRepacks: 0,
	};
	const is = (what: string, changes: Partial<ZramStatus>) => {
		Object.assign(expected, changes);
		assert.equal(zram.status(), expected, what);
	};
	const lengthOf = (page: number) => [...zram.pages()].find((state) => state.page === page)?.storedLength as number;
	is("new", {});

	const bytes = new Uint8Array(3 * PAGE);
	bytes.set(pageOf("same", 1), 0);
	bytes.set(pageTaking(10, 1), PAGE);
	bytes.set(pageTaking(40, 2), 2 * PAGE);
	zram.write(bytes, 0);
	const [small, large] = [lengthOf(1), lengthOf(2)];
	const none = { pages: 0, comprDataSize: 0 };
	const others = { columns: none, dense: none };
	is("three pages written", {
		codecs: { lz4: { pages: 2, comprDataSize: small + large }, ...others },
		...{ origDataSize: 3 * PAGE, comprDataSize: small + large, numWrites: 3, pagesStored: 3, samePages: 1 },
		...{ memUsed: metadata + 50 * GRANULE, memUsedMax: metadata + 50 * GRANULE, hugePages: 1, hugePagesSince: 1 },
	});
	zram.write(pageOf("raw", 1), 3 * PAGE);
	is("a raw page", {
		...{ origDataSize: 4 * PAGE, comprDataSize: small + large + PAGE, numWrites: 4, pagesStored: 4, rawPages: 1 },
		...{ memUsed: metadata + 114 * GRANULE, memUsedMax: metadata + 114 * GRANULE, hugePages: 2, hugePagesSince: 2 },
	});
	zram.write(pageOf("raw", 2), 3 * PAGE);
	is("overwritten", { numWrites: 5, hugePagesSince: 3 });
	zram.read(2 * PAGE, 100);
	is("parts of three pages read", { numReads: 3 });
	zram.trim(2 * PAGE, 2 * PAGE);
	is("two trimmed", {
		codecs: { lz4: { pages: 1, comprDataSize: small }, ...others },
		...{ origDataSize: 2 * PAGE, comprDataSize: small, notifyFree: 2, pagesStored: 2, rawPages: 0, hugePages: 0 },
		memUsed: metadata + 10 * GRANULE,
	});
	zram.trim(8 * PAGE, PAGE);
	is("an empty page trimmed", { notifyFree: 3 });
	zram.trim(8 * PAGE, 100);
	is("a part of an empty page trimmed", {});
	zram.write(new Uint8Array(8), 0);
	is("a part of a same-filled page written", {
		codecs: { lz4: { pages: 2, comprDataSize: small + lengthOf(0) }, ...others },
		...{ comprDataSize: small + lengthOf(0), numWrites: 6, samePages: 0, memUsed: metadata + 11 * GRANULE },
	});
	leave(zram, 5);
	fails(() => zram.write(noise(2 * PAGE, 1), 2 * PAGE), "ENOSPC");
	is("refused", { failedWrites: 1, memLimit: zram.limit });
});

test("status: requests with bad arguments, and damaged pages", () => {
	const { zram, arena } = makeDevice();
	for (const call of [() => zram.read(4, -4), () => zram.write(new Uint8Array(4), 1e9), () => zram.trim(5, Number.NaN)])
		assert.throws(call);
	assert.is(zram.status().invalidIO, 3);
	new Uint8Array(arena)[256 + 2 * 8 + 7] ^= 0x80;
	fails(() => zram.read(3 * PAGE, PAGE), "ECORRUPT");
	fails(() => zram.write(new Uint8Array(1), 2 * PAGE), "ECORRUPT");
	fails(() => zram.trim(2 * PAGE, 4), "ECORRUPT");
	const { failedReads, failedWrites, numReads, invalidIO } = zram.status();
	assert.equal([failedReads, failedWrites, numReads, invalidIO], [1, 2, 1, 3]);
});

test("status: a failed trim doesn't count as a trim", () => {
	const { zram, arena } = makeDevice();
	new Uint8Array(arena)[256 + 2 * 8 + 7] ^= 0x80;
	const error = fails(() => zram.trim(0, 4 * PAGE), "ECORRUPT");
	assert.is(error.bytesWritten, 2 * PAGE);
	const { notifyFree, failedWrites } = zram.status();
	assert.equal([notifyFree, failedWrites], [2, 1]);
});

test("status: counters continue past 32 bits", () => {
	const { zram, arena } = makeDevice();
	const header = new DataView(arena);
	const offsets = { numReads: 96, numWrites: 104, notifyFree: 112, failedReads: 120, failedWrites: 128 };
	for (const offset of Object.values(offsets)) header.setUint32(offset, 0xffffffff, true);
	zram.read(PAGE, 0);
	zram.write(new Uint8Array(PAGE), 0);
	zram.trim(0, PAGE);
	zram.limit = 0;
	fails(() => zram.write(pageOf("raw", 1), 0), "ENOSPC");
	const status = zram.status();
	for (const name of ["numReads", "numWrites", "notifyFree", "failedWrites"] as const)
		assert.is(status[name], 2 ** 32, name);
});

test("resetPeak: memUsedMax starts over from what is in use", () => {
	const { zram } = makeDevice();
	const peak = zram.status().memUsed;
	zram.trim(3 * PAGE, PAGE);
	assert.is(zram.status().memUsedMax, peak);
	zram.resetPeak();
	assert.is(zram.status().memUsedMax, zram.status().memUsed);
	zram.write(pageOf("raw", 1), 3 * PAGE);
	zram.trim(3 * PAGE, PAGE);
	assert.is(zram.status().memUsedMax, peak);
	zram.check();
});

holding(2 * PAGES * PAGE + ARENA)("reset: drops pages and statistics, keeps limit and options", () => {
	const { zram, arena } = makeDevice({ integrity: true, threshold: 1000 });
	zram.limit = 30_000;
	assert.throws(() => zram.read(1, -1));
	zram.markIdle();
	zram.reset();
	const fresh = makeDevice({ integrity: true, threshold: 1000 });
	fresh.zram.reset();
	fresh.zram.limit = 30_000;
	assert.equal(zram.status(), fresh.zram.status());
	assert.is(zram.limit, 30_000);
	assert.equal([...zram.pages()], []);
	assert.equal(new Uint8Array(zram.read(zram.byteLength, 0)), new Uint8Array(zram.byteLength));
	zram.check();
	zram.write(pageOf("compressed", 4), 0);
	fresh.zram.write(pageOf("compressed", 4), 0);
	const { hugePages } = zram.status();
	assert.is(hugePages, 1);
	fails(() => zram.write(noise(8 * PAGE, 1), 0), "ENOSPC");
	assert.is(new DataView(arena).getUint32(8, true), 1);
});

test("reset and close with wipe: leave nothing of the pages in the region", () => {
	const { zram, arena } = makeDevice({ wipe: true });
	const { metadata } = Zram.layout({ byteLength: PAGES * PAGE, arena });
	const used = () => new Uint8Array(arena).subarray(metadata).some(Boolean);
	assert.ok(used());
	zram.trim(0, zram.byteLength);
	assert.not(used());
	zram.write(pageOf("raw", 1), 0);
	zram.reset();
	assert.not(used());
	zram.write(pageOf("raw", 1), 0);
	zram.close();
	assert.not(new Uint8Array(arena).some(Boolean));
});

const ages = (zram: Zram) => [...zram.pages()].map(({ age }) => age);

test("markIdle: ages pages by one, up to 255; reading or writing makes a page new", () => {
	const { zram } = makeDevice({ integrity: true });
	assert.equal(ages(zram), [0, 0, 0]);
	zram.markIdle();
	zram.markIdle();
	assert.equal(ages(zram), [2, 2, 2]);
	zram.read(1, 2 * PAGE);
	assert.equal(ages(zram), [2, 0, 2]);
	zram.write(new Uint8Array(1), 3 * PAGE + 5);
	assert.equal(ages(zram), [2, 0, 0]);
	zram.read(PAGE, PAGE);
	assert.equal(ages(zram), [0, 0, 0]);
	zram.markIdle();
	zram.trim(PAGE, 8);
	assert.equal(ages(zram), [0, 1, 1]);
	for (let i = 0; i < 253; i++) zram.markIdle();
	assert.equal(ages(zram), [253, 254, 254]);
	for (let i = 0; i < 10; i++) zram.markIdle();
	assert.equal(ages(zram), [255, 255, 255]);
	zram.check();
	holds(zram, 2 * PAGE, pageOf("compressed", 2));
	assert.equal(ages(zram), [255, 0, 255]);
});

test("markIdle: empty pages stay empty; refused writes keep the age", () => {
	const { zram } = makeDevice();
	zram.markIdle();
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[1, 2, 3],
	);
	zram.limit = 0;
	fails(() => zram.write(pageOf("raw", 9), 2 * PAGE), "ENOSPC");
	assert.equal(ages(zram), [1, 1, 1]);
	zram.check();
});

test("pages: lists every non-empty page in ascending order, with state, length, huge, age", () => {
	const { zram } = emptyDevice({ threshold: 1000 });
	zram.write(pageOf("raw", 1), 15 * PAGE);
	zram.write(pageTaking(20, 1), 0);
	zram.write(pageTaking(2, 1), 7 * PAGE);
	zram.markIdle();
	zram.write(pageOf("same", 1), 3 * PAGE);
	const states: PageState[] = [...zram.pages()];
	const [long, short] = [states[0]?.storedLength as number, states[2]?.storedLength as number];
	assert.ok(long > 19 * GRANULE && long <= 20 * GRANULE && short > GRANULE && short <= 2 * GRANULE);
	assert.equal(states, [
		{ page: 0, state: "compressed", codec: "lz4", storedLength: long, huge: true, age: 1 },
		{ page: 3, state: "same", storedLength: 0, huge: false, age: 0 },
		{ page: 7, state: "compressed", codec: "lz4", storedLength: short, huge: false, age: 1 },
		{ page: 15, state: "raw", storedLength: PAGE, huge: true, age: 1 },
	]);
	const iterator = zram.pages();
	assert.is(iterator.next().value?.page, 0);
	zram.trim(PAGE, 8 * PAGE);
	assert.is(iterator.next().value?.page, 15);
	assert.equal(
		[iterator.next(), iterator.next()],
		[
			{ done: true, value: undefined },
			{ done: true, value: undefined },
		],
	);
});

test("threshold: a page of exactly that many bytes isn't huge; one byte more is", () => {
	const bytes = pageTaking(30, 3);
	const { zram } = emptyDevice();
	zram.write(bytes, 0);
	const length = zram.status().comprDataSize;
	for (const [threshold, huge] of [
		[length, 0],
		[length - 1, 1],
	] as const) {
		const device = emptyDevice({ threshold }).zram;
		device.write(bytes, 0);
		assert.equal([device.status().hugePages, device.status().hugePagesSince], [huge, huge]);
		assert.is([...device.pages()][0]?.huge, Boolean(huge));
		device.trim(0, PAGE);
		assert.is(device.status().hugePages, 0);
		device.check();
	}
	const whole = emptyDevice({ threshold: PAGE }).zram;
	whole.write(pageOf("raw", 1), 0);
	assert.equal([whole.status().hugePages, whole.status().rawPages], [0, 1]);
});

test("same-filled: costs nothing, for any 32-bit word and page length", () => {
	const random = new Random(1);
	const words = [0, 0xffffffff, 0x80000000, 0x01010101, 0x00ff00ff];
	for (let bit = 0; bit < 32; bit++) words.push(2 ** bit, random.next() * 256 + random.below(256));
	for (const pageLength of [512, 1024, 2048, 4096]) {
		const { zram } = emptyDevice({ pageLength, byteLength: words.length * pageLength });
		const { memUsed } = zram.status();
		words.forEach((word, page) => void zram.write(new Uint32Array(pageLength / 4).fill(word), page * pageLength));
		const status = zram.status();
		assert.equal([status.samePages, status.memUsed, status.comprDataSize], [words.length, memUsed, 0]);
		words.forEach((word, page) => {
			const read = new Uint32Array(zram.read(pageLength, page * pageLength));
			assert.equal(read, new Uint32Array(pageLength / 4).fill(word));
		});
		zram.check();
		zram.close();
	}
});

test("same-filled: not if a single bit differs anywhere", () => {
	const { zram } = emptyDevice({ pageLength: 512, byteLength: 512 });
	for (let word = 0; word < 128; word++) {
		const words = new Uint32Array(128).fill(0xdeadbeef);
		words[word] = 0xdeadbeef ^ (1 << (word & 31));
		zram.write(words, 0);
		assert.is(zram.status().samePages, 0);
		assert.equal(new Uint32Array(zram.read(512, 0)), words);
	}
});

test("parts of pages: written in every state, at any offset, they leave the rest", () => {
	const random = new Random(2);
	for (const state of STATES)
		for (let round = 0; round < 30; round++) {
			const { zram } = emptyDevice({ integrity: true });
			const expected = pageOf(state, round);
			if (state !== "empty") zram.write(expected, PAGE);
			const start = random.below(PAGE);
			const part = pageOf("raw", round).slice(0, 1 + random.below(PAGE - start));
			zram.write(part, PAGE + start);
			expected.set(part, start);
			holds(zram, 0, new Uint8Array(PAGE));
			holds(zram, PAGE, expected);
			holds(zram, 2 * PAGE, new Uint8Array(PAGE));
			zram.check();
			zram.close();
		}
});

test("parts of pages: a same-filled page can become one again", () => {
	const { zram } = emptyDevice();
	const { memUsed } = zram.status();
	zram.write(pageOf("same", 1), 0);
	zram.write(new Uint8Array(3), 100);
	assert.is(zram.status().samePages, 0);
	zram.write(pageOf("same", 1).subarray(100, 104), 100);
	assert.equal([zram.status().samePages, zram.status().memUsed], [1, memUsed]);
});

test("trim: a partial trim that leaves only zeros frees the page", () => {
	for (const state of ["same", "compressed", "raw"] as const) {
		const { zram } = emptyDevice({ integrity: true });
		const { memUsed } = zram.status();
		zram.write(pageOf(state, 2), PAGE);
		zram.trim(PAGE, PAGE / 2);
		assert.is(zram.status().pagesStored, 1);
		const half = pageOf(state, 2).fill(0, 0, PAGE / 2);
		holds(zram, PAGE, half);
		zram.check();
		zram.trim(PAGE + PAGE / 2 - 7, PAGE / 2 + 7);
		assert.equal([zram.status().pagesStored, zram.status().memUsed], [0, memUsed]);
		assert.equal([...zram.pages()], []);
		zram.check();
	}
});

test("trim: frees a page whose rest is zero; writing zeros doesn't", () => {
	const { zram } = emptyDevice();
	zram.write(new Uint8Array(4).fill(1), 50);
	zram.trim(50, 4);
	assert.is(zram.status().pagesStored, 0);
	zram.write(new Uint8Array(PAGE), 0);
	assert.is(zram.status().pagesStored, 1);
	zram.trim(17, 1);
	assert.is(zram.status().pagesStored, 0);
});

test("trim: a range over many pages that begins and ends inside pages", () => {
	const { zram } = emptyDevice();
	const bytes = new Uint8Array(6 * PAGE).fill(0xee);
	zram.write(bytes, 0);
	zram.trim(100, 5 * PAGE);
	bytes.fill(0, 100, 100 + 5 * PAGE);
	holds(zram, 0, bytes);
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[0, 5],
	);
	assert.is(zram.status().notifyFree, 4);
});

test.run();
