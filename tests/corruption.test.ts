/*
 * Damaged memory: whatever a region holds, every call returns, touches nothing outside, and either works or throws
 * ECORRUPT (or ENOSPC, if the arena looks full). With integrity, no read gives wrong bytes. check() names each broken
 * invariant.
 */
// needs: js
// firmware: --slots 12288 --chunk 232000

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { ZramError, type ZramOptions } from "zram";
import {
	FREE_HEAD,
	FRONTIER,
	GRANULE_COUNT,
	GRANULES_OFFSET,
	LIMIT,
	LINKS_OFFSET,
	PAGE_COUNT,
	SUMS_OFFSET,
	TABLE_OFFSET,
	USED_GRANULES,
	USED_GRANULES_MAX,
} from "zram/engine/header";
import { copy, equal } from "./support/bytes.ts";
import { holds, makeDevice, PAGE, PAGES, pageOf, pageTaking, readPage } from "./support/device.ts";
import { fails } from "./support/expect.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";
import { fits } from "./support/room.ts";

const END = 0xffff;

/** Words of the header, by index. */
const WORD = {
	table: TABLE_OFFSET,
	sums: SUMS_OFFSET,
	links: LINKS_OFFSET,
	granules: GRANULES_OFFSET,
	limit: LIMIT,
	free: FREE_HEAD,
	frontier: FRONTIER,
	used: USED_GRANULES,
	peak: USED_GRANULES_MAX,
};

/** A region as the engine sees it, to break it. */
class Region {
	readonly words: Uint32Array;
	readonly bytes: Uint8Array;

	constructor(arena: ArrayBuffer) {
		this.words = new Uint32Array(arena);
		this.bytes = new Uint8Array(arena);
	}
	offset(part: keyof typeof WORD): number {
		return this.words[WORD[part]] as number;
	}
	/** The two words of a page's entry. */
	entry(page: number): Uint32Array {
		return this.words.subarray(this.offset("table") / 4 + 2 * page, this.offset("table") / 4 + 2 * page + 2);
	}
	get links(): Uint16Array {
		return new Uint16Array(this.words.buffer, this.offset("links"), this.words[GRANULE_COUNT] as number);
	}
	get sums(): Uint32Array {
		return this.words.subarray(this.offset("sums") / 4, this.offset("links") / 4);
	}
	granule(index: number): Uint8Array {
		return this.bytes.subarray(this.offset("granules") + 64 * index, this.offset("granules") + 64 * index + 64);
	}
	/** The granules of a page. */
	chain(page: number): number[] {
		return this.#follow(this.entry(page)[0] as number);
	}
	/** The granules of the free chain. */
	free(): number[] {
		return this.#follow(this.words[WORD.free] as number);
	}
	#follow(granule: number): number[] {
		return granule === END ? [] : [granule, ...this.#follow(this.links[granule] as number)];
	}
}

interface Broken {
	region: Region;
	zram: Zram;
}

/**
 * Expects check() to name the invariant after each of `breaks`, each on a healthy device of its own, whose pages 1, 2, 3 are
 * same-filled, compressed and raw, whose page 4 takes two granules, and which has some free granules.
 */
function names(number: number, name: string, breaks: ((broken: Broken) => void)[], options: Partial<ZramOptions> = {}) {
	for (const [index, work] of breaks.entries()) {
		const { zram, arena } = makeDevice(options);
		zram.write(pageTaking(2, 1), 4 * PAGE);
		zram.write(pageTaking(5, 1), 5 * PAGE);
		zram.trim(5 * PAGE, PAGE);
		zram.check();
		work({ region: new Region(arena), zram });
		const { message } = fails(() => zram.check(), "ECORRUPT");
		if (!message.startsWith(`ECORRUPT: invariant ${number}, ${name}, does not hold at page or granule `))
			throw new Error(`break ${index}: ${message}`);
		fails(() => zram.check(), "ECORRUPT"); // again, because it changes nothing
		zram.reset();
		zram.check();
		zram.write(pageOf("raw", 1), 0);
		holds(zram, 0, pageOf("raw", 1));
	}
}

/** Changes an element of an array. */
function flip(array: Uint8Array | Uint16Array | Uint32Array, index: number, bits = 1) {
	array[index] = (array[index] as number) ^ bits;
}

test("check: invariant 1, geometry", () => {
	const words = Array.from({ length: 13 }, (_, index) => index);
	names(
		1,
		"geometry",
		words.map(
			(index) =>
				({ region }) =>
					flip(region.words, index, 1 << (2 * index)),
		),
	);
});

test("check: invariant 2, entry", () => {
	names(2, "entry", [
		({ region }) => flip(region.entry(1), 1, 0x80000000), // a reserved bit
		({ region }) => flip(region.entry(1), 1, 1 << 3), // a codec on a page that has none
		({ region }) => flip(region.entry(3), 1, 1 << 5),
		({ region }) => flip(region.entry(1), 1, 5), // state 4
		({ region }) => flip(region.entry(1), 1, 1 << 6), // an impossible length
		({ region }) => flip(region.entry(3), 1, 1 << 6), // a raw page shorter than a page
		({ region }) => flip(region.entry(3), 1, 1), // compressed, yet as long as a page
		({ region }) => flip(region.entry(9), 0), // an empty page with a word
		({ region }) => flip(region.entry(9), 1, 1 << 18), // an empty page with an age
	]);
});

test("check: invariant 3, chain", () => {
	names(3, "chain", [
		({ region }) => (region.links[region.chain(3)[10] as number] = END), // too short
		({ region }) => (region.links[region.chain(3).at(-1) as number] = region.words[WORD.frontier] as number), // too long
		({ region }) => (region.links[region.chain(2)[0] as number] = 0xfffe), // outside the arena
		({ region }) => (region.entry(4)[0] = 0xffffffff),
		({ region }) => (region.entry(4)[0] = region.words[WORD.frontier] as number), // never used
	]);
});

test("check: invariant 4, shared granule", () => {
	names(4, "shared granule", [
		({ region }) => (region.entry(4)[0] = region.chain(3).at(-2) as number),
		({ region }) => (region.entry(4)[0] = region.free().at(-2) as number),
		({ region }) => (region.words[WORD.free] = region.chain(3)[0] as number),
		({ region }) => (region.links[region.chain(4)[0] as number] = region.chain(4)[0] as number), // a loop
		({ region }) => (region.links[region.words[WORD.free] as number] = region.words[WORD.free] as number),
	]);
});

test("check: invariant 5, free chain", () => {
	names(5, "free chain", [
		({ region }) => (region.words[WORD.free] = END),
		({ region }) => (region.words[WORD.free] = 0xffffffff),
		({ region }) => (region.links[region.words[WORD.free] as number] = END),
		({ region }) => region.words[WORD.used]--, // one granule too many passes for free
		({ region }) => region.words[WORD.used]++,
		({ region }) => region.words[WORD.frontier]++,
	]);
});

test("check: invariant 6, used granules", () => {
	names(6, "used granules", [
		({ region }) => (region.words[WORD.peak] = (region.words[WORD.used] as number) - 1),
		({ region }) => (region.words[WORD.used] = (region.words[WORD.frontier] as number) + 1),
		({ region }) => (region.words[WORD.frontier] = (region.words[GRANULE_COUNT] as number) + 1),
	]);
});

test("check: invariant 7, statistics", () => {
	const [limit, payload, huge] = [13, 18, 22];
	names(7, "statistics", [
		({ region }) => region.words[limit]--,
		...Array.from(
			{ length: huge - payload + 1 },
			(_, i) =>
				({ region }: Broken) =>
					region.words[payload + i]++,
		),
	]);
});

test("check: invariant 8, tail", () => {
	names(8, "tail", [({ region }) => (region.granule(region.chain(4).at(-1) as number)[63] = 1)]);
});

test("check: invariant 9, checksum", () => {
	const breaks: ((broken: Broken) => void)[] = [1, 2, 3, 4, 9].map(
		(page) =>
			({ region }) =>
				flip(region.sums, page, 0x100),
	);
	breaks.push(({ region }) => flip(region.granule(region.chain(3)[7] as number), 5, 0x10));
	breaks.push(({ region }) => flip(region.entry(1), 0, 0x10)); // another word
	names(9, "checksum", breaks, { integrity: true });
});

test("check: invariant 10, block", () => {
	names(10, "block", [
		({ region }) => void region.granule(region.chain(2)[0] as number).fill(0xff),
		({ region }) => void region.granule(region.chain(4)[0] as number).fill(0),
	]);
});

test("check: invariant 11, wiped", () => {
	names(11, "wiped", [({ region }) => (region.granule(region.words[WORD.free] as number)[63] = 1)], { wipe: true });
});

test("damage: a page about to take its own granules from the free chain keeps its old bytes", () => {
	const { zram, arena } = makeDevice();
	zram.reset();
	zram.write(pageTaking(2, 1), 0);
	zram.write(pageTaking(2, 2), PAGE);
	zram.trim(PAGE, PAGE);
	const region = new Region(arena);
	for (const granule of [0, 1]) {
		region.words[WORD.free] = granule
			? (region.links[region.entry(0)[0] as number] as number)
			: (region.entry(0)[0] as number);
		const before = arena.slice(0);
		fails(() => zram.write(pageTaking(3, 1), 0), "ECORRUPT");
		holds(zram, 0, pageTaking(2, 1));
		assert.ok(equal(before, 256, arena, 256, arena.byteLength - 256), "tables, links or granules have changed");
	}
});

test("damage: a page keeps its old bytes if the free chain is a loop", () => {
	const { zram, arena } = makeDevice();
	zram.reset();
	zram.write(pageTaking(9, 1), 0);
	zram.write(pageTaking(2, 2), PAGE);
	zram.trim(0, PAGE);
	const region = new Region(arena);
	const first = region.words[WORD.free] as number;
	region.links[region.links[first] as number] = first;
	fails(() => zram.write(pageTaking(8, 3), PAGE), "ECORRUPT");
	holds(zram, PAGE, pageTaking(2, 2));
});

test("damage: integrity detects a region of zeros, or a table of zeros", () => {
	const { zram, arena } = makeDevice({ integrity: true });
	new Uint8Array(arena).fill(0);
	for (const page of [0, 1, 2, 3]) fails(() => zram.read(PAGE, page * PAGE), "ECORRUPT");
});

test("damage: following a loop in the free chain stays within the region and ends", () => {
	const { zram, arena } = makeDevice();
	zram.reset();
	zram.write(pageTaking(9, 1), 0);
	zram.trim(0, PAGE);
	const region = new Region(arena);
	const first = region.words[WORD.free] as number;
	region.links[region.links[first] as number] = first;
	fails(() => zram.write(pageTaking(5, 1), 0), "ECORRUPT");
	fails(() => zram.check(), "ECORRUPT");
});

test("damage: pages() ends at the device's last page, whatever the header says", () => {
	const { zram, arena } = makeDevice();
	new Region(arena).words[PAGE_COUNT] = 0xffffffff;
	assert.equal(
		[...zram.pages()].map(({ page }) => page),
		[1, 2, 3],
	);
});

test("damage: the device ignores geometry and limit in the header", () => {
	const { zram, arena } = makeDevice({ integrity: true });
	const header = new Uint32Array(arena, 0, 14);
	for (let word = 0; word < 14; word++) header[word] = 0xdeadbeef;
	for (const [page, state] of (["empty", "same", "compressed", "raw"] as const).entries())
		holds(zram, page * PAGE, state === "empty" ? new Uint8Array(PAGE) : pageOf(state, page));
	zram.write(pageOf("compressed", 8), 8 * PAGE);
	zram.trim(PAGE, 2 * PAGE);
	holds(zram, 8 * PAGE, pageOf("compressed", 8));
	assert.is(zram.limit, 32 * 1024);
});

const CANARY = 0xc5;
const ARENA = 16 * 1024;

/** A small device between canaries, and what it should hold. */
class Victim {
	readonly memory = new ArrayBuffer(ARENA + 2 * 1024);
	readonly region = new Uint8Array(this.memory, 1024, ARENA);
	readonly expected = new Uint8Array(PAGES * PAGE);
	readonly zram: Zram;
	readonly random: Random;
	/** How many calls worked, were refused, or found damage. */
	readonly outcomes = { fine: 0, ENOSPC: 0, ECORRUPT: 0 };
	#buffer = new Uint8Array(3 * PAGE + 16);
	#pool: Uint8Array[];

	constructor(options: Partial<ZramOptions>, seed: number, pool: Uint8Array[]) {
		new Uint8Array(this.memory).fill(CANARY);
		this.zram = new Zram({ byteLength: PAGES * PAGE, arena: this.region, ...options });
		this.random = new Random(seed);
		this.#pool = pool;
		for (let i = 0; i < 12; i++) this.write(this.random.below(PAGES) * PAGE);
		this.trim(3);
	}
	/** Flips a bit anywhere, or where it hurts more: in the header's state, the table, the links. */
	damage() {
		const { random, region } = this;
		const table = 256;
		const links = table + PAGES * 12;
		const places = [
			[52, 40],
			[table, PAGES * 12],
			[links, 400],
			[0, ARENA],
		] as const;
		const [start, length] = places[random.below(4)] as readonly [number, number];
		region[start + random.below(length)] ^= 1 << random.below(8);
		if (random.once(4)) copy(region, links + 2 * random.below(200), region, links + 2 * random.below(200), 2);
	}
	attempt(work: () => void): boolean {
		try {
			work();
			this.outcomes.fine++;
			return true;
		} catch (error) {
			if (!(error instanceof ZramError) || (error.code !== "ECORRUPT" && error.code !== "ENOSPC")) throw error;
			this.outcomes[error.code]++;
			return false;
		}
	}
	write(byteOffset: number) {
		const bytes = this.#pool[this.random.below(this.#pool.length)] as Uint8Array;
		const part = this.random.once(3) ? bytes.subarray(0, 1 + this.random.below(PAGE - 1)) : bytes;
		const start = Math.min(byteOffset, this.expected.length - part.length);
		if (this.attempt(() => this.zram.write(part, start))) this.expected.set(part, start);
		else this.forgiveTo(start, part.length);
	}
	/** After a failed request over two pages, which may have done the first: notes what is there now. */
	forgiveTo(start: number, byteLength: number) {
		const boundary = start - (start % PAGE) + PAGE;
		if (start + byteLength <= boundary) return;
		const page = start - (start % PAGE);
		this.attempt(() => this.expected.set(readPage(this.zram, page / PAGE), page));
	}
	trim(page: number) {
		if (this.attempt(() => this.zram.trim(page * PAGE, PAGE))) this.expected.fill(0, page * PAGE, (page + 1) * PAGE);
	}
	/** Reads a page. With `strict` the bytes must be right. */
	read(page: number, strict: boolean) {
		const bytes = this.#buffer.fill(CANARY);
		const target = new Uint8Array(bytes.buffer, 8, PAGE);
		const fine = this.attempt(() => void this.zram.read(target, page * PAGE));
		if (bytes[7] !== CANARY || bytes[PAGE + 8] !== CANARY) throw new Error("read wrote outside of its buffer");
		if (fine && strict && !equal(target, 0, this.expected, page * PAGE, PAGE)) throw new Error(`page ${page} is wrong`);
	}
	step(strict: boolean) {
		const { random, zram } = this;
		const what = random.below(100);
		if (what < 40) this.read(random.below(PAGES), strict);
		else if (what < 75) this.write(random.below(PAGES) * PAGE + (random.once(3) ? random.below(PAGE) : 0));
		else if (what < 90) this.trim(random.below(PAGES));
		else if (what < 94) this.attempt(() => zram.check());
		else if (what < 95) zram.markIdle();
		else if (what < 96) this.attempt(() => void zram.maintain(50));
		else if (what < 98) this.attempt(() => void [...zram.pages()].length);
		else zram.limit = random.once(2) ? ARENA : random.below(ARENA);
	}
	/** Nothing around the region has changed, and reset heals it. */
	finish() {
		const memory = new Uint8Array(this.memory);
		if (memory.subarray(0, 1024).some((byte) => byte !== CANARY)) throw new Error("written in front of the region");
		if (memory.subarray(1024 + ARENA).some((byte) => byte !== CANARY)) throw new Error("written behind the region");
		this.zram.status();
		this.zram.reset();
		this.zram.limit = ARENA;
		this.zram.check();
		this.zram.write(pageOf("raw", 1), 0);
		holds(this.zram, 0, pageOf("raw", 1));
		this.zram.close();
	}
}

/** Pages to write, made once because making takes longer than storing. */
const STEP = fits(256 * 1024) ? 1 : 4;
const POOL = [
	...Array.from({ length: 8 / STEP }, (_, seed) => pageOf(seed % 2 ? "raw" : "compressed", seed)),
	...Array.from({ length: 12 / STEP }, (_, seed) => pageTaking(1 + seed * 4 * STEP, seed)),
	pageOf("same", 1),
	new Uint8Array(PAGE),
];

for (const integrity of [false, true])
	for (const wipe of [false, true])
		test(`damage: random flips, then random operations; integrity ${integrity}, wipe ${wipe}`, () => {
			const rounds = scaled(2000);
			const totals = { fine: 0, ENOSPC: 0, ECORRUPT: 0 };
			for (let round = 0; round < rounds; round++) {
				const seed = SEED + round;
				try {
					const victim = new Victim({ integrity, wipe }, seed, POOL);
					for (let flips = 1 + victim.random.below(4); flips > 0; flips--) victim.damage();
					for (let i = 0; i < 30; i++) victim.step(integrity);
					for (let page = 0; page < PAGES; page++) victim.read(page, integrity);
					victim.finish();
					for (const key of ["fine", "ENOSPC", "ECORRUPT"] as const) totals[key] += victim.outcomes[key];
				} catch (error) {
					throw new Error(`seed ${seed}: ${error}`);
				}
			}
			assert.ok(totals.ECORRUPT > rounds && totals.fine > rounds, JSON.stringify(totals));
		});

test("damage: integrity detects entries that swapped places, with or without their sums", () => {
	const { zram, arena } = makeDevice({ integrity: true });
	const region = new Region(arena);
	for (const [a, b] of [
		[2, 3],
		[1, 2],
		[3, 9],
	] as const) {
		const swap = (array: Uint32Array, i: number, j: number) => {
			[array[i], array[j]] = [array[j] as number, array[i] as number];
		};
		const entries = new Uint32Array(arena, region.offset("table"), 2 * PAGES);
		swap(entries, 2 * a, 2 * b);
		swap(entries, 2 * a + 1, 2 * b + 1);
		for (const page of [a, b]) fails(() => zram.read(PAGE, page * PAGE), "ECORRUPT");
		swap(region.sums, a, b);
		for (const page of [a, b]) if (region.entry(page)[1]) fails(() => zram.read(PAGE, page * PAGE), "ECORRUPT");
		swap(region.sums, a, b);
		swap(entries, 2 * a, 2 * b);
		swap(entries, 2 * a + 1, 2 * b + 1);
	}
	zram.check();
});

test("damage: integrity detects any single flipped bit in a page's entry, sum, links or bytes", () => {
	const { zram, arena } = makeDevice({ integrity: true });
	const region = new Region(arena);
	const found = (what: string) => {
		const error = fails(() => zram.read(PAGE, 2 * PAGE), "ECORRUPT");
		assert.is(
			error.message,
			"ECORRUPT: page 2 is damaged: overwrite or drop its data; if that fails, reset the device",
			what,
		);
	};
	const both = (array: Uint8Array | Uint16Array | Uint32Array, index: number, bit: number, what: string) => {
		flip(array, index, 1 << bit);
		found(`${what} ${index}, bit ${bit}`);
		flip(array, index, 1 << bit);
	};
	for (let bit = 0; bit < 32; bit++) {
		both(region.entry(2), 0, bit, "first granule");
		if (bit < 18 || bit > 26) both(region.entry(2), 1, bit, "entry"); // its age and its mark may be anything
		both(region.sums, 2, bit, "sum");
	}
	const chain = region.chain(2);
	for (const granule of chain) for (let bit = 0; bit < 16; bit++) both(region.links, granule, bit, "link");
	let left = (((region.entry(2)[1] as number) >>> 6) & 0xfff) + 1;
	for (const granule of chain) {
		for (let byte = 0; byte < Math.min(left, 64); byte++) both(region.granule(granule), byte, byte & 7, "byte");
		left -= 64;
	}
	holds(zram, 2 * PAGE, pageOf("compressed", 2));
});

test.run();
