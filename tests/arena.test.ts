/*
 * The arena: a store succeeds exactly when it needs no more granules than are free plus those of the page it replaces, at
 * every fill level, whatever came before. No granule is ever lost.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { ZramError, type ZramOptions } from "zram";
import { equal } from "./support/bytes.ts";
import { holds, pageOf, pageTaking } from "./support/device.ts";
import { fails } from "./support/expect.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";
import { holding } from "./support/room.ts";

const KB = 1024;

/** Free granules, according to status() alone. */
function freeGranules(zram: Zram, granuleLength: number): number {
	const { memLimit, memUsed } = zram.status();
	return Math.floor((memLimit - memUsed) / granuleLength);
}

/** Granules of a page, according to pages() alone. */
function heldGranules(zram: Zram, page: number, granuleLength: number): number {
	for (const state of zram.pages()) if (state.page === page) return Math.ceil(state.storedLength / granuleLength);
	return 0;
}

/** A ladder: pages that take 0, 1, 2 … granules, up to a whole page's. */
function ladder(pageLength: number, granuleLength: number): Uint8Array[] {
	const most = pageLength / granuleLength;
	const pages = Array.from({ length: most }, (_, n) => pageTaking(n, n + 1, pageLength, granuleLength));
	return [...pages, pageOf("raw", 2, pageLength)];
}

/** Length of a ladder in bytes. */
function ladderLength({ pageLength = 4096 }: ZramOptions, granuleLength = 64): number {
	return (pageLength / granuleLength + 1) * pageLength;
}

/** How many granules each page of a ladder takes, measured on a separate device. */
function needsOf(pages: Uint8Array[], options: ZramOptions): number[] {
	const { granuleLength } = Zram.layout(options);
	const zram = new Zram(options);
	const needs = pages.map((bytes) => {
		zram.write(bytes, 0);
		return heldGranules(zram, 0, granuleLength);
	});
	zram.close();
	assert.equal(needs, [...needs.keys()]);
	return needs;
}

/** Fills all but the last `left` granules. */
function fillUp(zram: Zram, left: number, rungs: Uint8Array[], granuleLength: number) {
	for (let page = 2; ; page++) {
		const free = freeGranules(zram, granuleLength) - left;
		if (free === 0) return;
		zram.write(rungs[Math.min(free, rungs.length - 1)] as Uint8Array, page * zram.pageLength);
	}
}

/** With `free` granules left, writes pages of every size over old pages of every size, or a sample of them. */
function tryAll(zram: Zram, rungs: Uint8Array[], needs: number[], free: number, olds: number[], granuleLength: number) {
	for (const old of olds) {
		if ((needs[old] as number) > free) continue;
		for (let rung = 0; rung < rungs.length; rung++) {
			zram.write(rungs[old] as Uint8Array, 0);
			const room = freeGranules(zram, granuleLength) + heldGranules(zram, 0, granuleLength);
			assert.is(room, free);
			const bytes = rungs[rung] as Uint8Array;
			if ((needs[rung] as number) <= room) zram.write(bytes, 0);
			else fails(() => zram.write(bytes, 0), "ENOSPC");
			holds(zram, 0, (needs[rung] as number) <= room ? bytes : (rungs[old] as Uint8Array));
			zram.trim(0, zram.pageLength);
		}
	}
}

const SHAPES: { name: string; options: ZramOptions; granuleLength: number; levels: number; olds: number[] }[] = [
	{
		name: "4 KB pages, granules of 64",
		options: { byteLength: 1024 * KB, arena: { byteLength: 20 * KB } },
		granuleLength: 64,
		levels: 140,
		olds: [0, 1, 30],
	},
	{
		name: "512-byte pages, integrity",
		options: { byteLength: 128 * KB, arena: { byteLength: 8 * KB }, pageLength: 512, integrity: true },
		granuleLength: 64,
		levels: 30,
		olds: [0, 1, 2, 3, 4, 5, 6, 8],
	},
	{
		name: "2 KB pages, granules of 128",
		options: { byteLength: 8192 * KB, arena: { byteLength: 6144 * KB }, pageLength: 2048 },
		granuleLength: 128,
		levels: 18,
		olds: [0, 1, 9],
	},
	{
		name: "4 KB pages, granules of 512",
		options: { byteLength: 32768 * KB, arena: { byteLength: 20 * KB * KB } },
		granuleLength: 512,
		levels: 10,
		olds: [0, 3],
	},
];

const needless = (levels: number, name: string) =>
	`no needless refusal, none that is due missing, at the last ${levels} levels: ${name}`;

for (const { name, options, granuleLength, levels, olds } of SHAPES)
	holding(ladderLength(options, granuleLength), Zram.layout(options).arenaLength)(needless(levels, name), () => {
		assert.is(Zram.layout(options).granuleLength, granuleLength);
		const pageLength = options.pageLength ?? 4096;
		const rungs = ladder(pageLength, granuleLength);
		const needs = needsOf(rungs, options);
		const zram = new Zram(options);
		fillUp(zram, levels, rungs, granuleLength);
		for (let free = levels; free >= 0; free--) {
			tryAll(zram, rungs, needs, free, olds, granuleLength);
			if (free) zram.write(rungs[1] as Uint8Array, zram.byteLength - (free + 1) * pageLength);
		}
		assert.is(zram.status().memUsed, Zram.layout(options).arenaLength);
		zram.check();
		zram.close();
	});

/** A device, and how many granules each of its pages should have. */
class Ledger {
	readonly zram: Zram;
	readonly random: Random;
	readonly pages: number;
	refused = 0;
	#rungs: Uint8Array[];
	#needs: number[];
	/** Which rung of the ladder each page holds. */
	#held: number[];
	#free: number;
	#granuleLength: number;

	constructor(options: ZramOptions, seed: number) {
		const { pageLength, granuleLength, data, pageCount } = Zram.layout(options);
		this.random = new Random(seed);
		this.pages = pageCount;
		this.#rungs = ladder(pageLength, granuleLength);
		this.#needs = needsOf(this.#rungs, options);
		this.zram = new Zram(options);
		this.#held = new Array(pageCount).fill(0);
		this.#free = data / granuleLength;
		this.#granuleLength = granuleLength;
	}
	/** Writes a page of random size, or trims, anywhere. Throws an Error if that broke the rule. */
	step() {
		const what = this.random.next();
		const page = (what >>> 3) % this.pages;
		if ((what & 7) < 2) this.trim(page);
		else this.store(page, (what >>> 12) % this.#rungs.length);
	}
	trim(page: number) {
		this.zram.trim(page * this.zram.pageLength, this.zram.pageLength);
		this.#free += this.#needs[this.#held[page] as number] as number;
		this.#held[page] = 0;
	}
	store(page: number, rung: number): boolean {
		const left = this.#free + (this.#needs[this.#held[page] as number] as number) - (this.#needs[rung] as number);
		const stored = this.#attempt(page, this.#rungs[rung] as Uint8Array);
		if (stored !== left >= 0) throw new Error(`${stored ? "stored" : "refused"} with ${left} granules to spare`);
		if (!stored) return false;
		this.#free = left;
		this.#held[page] = rung;
		return true;
	}
	#attempt(page: number, bytes: Uint8Array): boolean {
		try {
			this.zram.write(bytes, page * this.zram.pageLength);
			return true;
		} catch (error) {
			if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
			this.refused++;
			return false;
		}
	}
	/** The books balance, and every page reads right. */
	audit() {
		const { zram } = this;
		zram.check();
		assert.is(freeGranules(zram, this.#granuleLength), this.#free);
		const bytes = new Uint8Array(zram.pageLength);
		this.#held.forEach((rung, page) => {
			zram.read(bytes, page * zram.pageLength);
			if (!equal(bytes, 0, this.#rungs[rung] as Uint8Array, 0, bytes.length)) throw new Error(`page ${page} differs`);
		});
	}
}

const LEDGERS: { name: string; share: number; options: ZramOptions }[] = [
	{ name: "4 KB pages", share: 0.4, options: { byteLength: 256 * KB, arena: { byteLength: 32 * KB } } },
	{
		name: "512-byte pages",
		share: 0.2,
		options: { byteLength: 32 * KB, arena: { byteLength: 8 * KB }, pageLength: 512 },
	},
	{
		name: "1 KB pages, integrity and wipe",
		share: 0.2,
		options: { byteLength: 64 * KB, arena: new ArrayBuffer(16_004), pageLength: 1024, integrity: true, wipe: true },
	},
	{
		name: "the smallest arena of 2 KB pages",
		share: 0.2,
		options: { byteLength: 32 * KB, arena: { byteLength: 256 + 16 * 8 + 64 + 2 * KB }, pageLength: 2048 },
	},
];

for (const { name, share, options } of LEDGERS)
	holding(ladderLength(options))(`nothing leaks, and the rule holds at each operation: ${name}`, () => {
		const ledger = new Ledger(options, SEED);
		const operations = scaled(1_000_000 * share);
		try {
			for (let i = 0; i < operations; i++) ledger.step();
			ledger.audit();
		} catch (error) {
			throw new Error(`seed ${SEED}: ${error}`);
		}
		assert.ok(ledger.refused > operations / 20, `only ${ledger.refused} refusals: the arena was hardly full`);
		const { zram } = ledger;
		zram.trim(0, zram.byteLength);
		assert.is(zram.status().memUsed, Zram.layout(options).metadata);
		zram.check();
		zram.close();
	});

/** A page of mixed content, the same each time for an index. */
function mixture(index: number, pageLength: number): Uint8Array {
	if (index % 7 === 0) return pageOf("raw", index, pageLength);
	if (index % 5 === 0) return pageOf("same", index, pageLength);
	if (index % 3 === 0) return pageOf("compressed", index, pageLength);
	return pageTaking(1 + ((index * 29) % (pageLength / 64 - 2)), index, pageLength);
}

/** Writes pages in ascending order until one is refused. Returns how many were stored. */
function refill(zram: Zram, page: (index: number) => Uint8Array): number {
	for (let index = 0; ; index++) {
		try {
			zram.write(page(index), index * zram.pageLength);
		} catch (error) {
			if ((error as ZramError).code !== "ENOSPC") throw error;
			return index;
		}
	}
}

/** Orders in which pages 0 to count - 1 are trimmed. */
const ORDERS: [string, (count: number) => number[]][] = [
	["ascending", (count) => [...new Array(count).keys()]],
	["descending", (count) => [...new Array(count).keys()].reverse()],
	["odd ones, then even", (count) => [...new Array(count).keys()].sort((a, b) => (b % 2) - (a % 2) || a - b)],
	[
		"shuffled",
		(count) => {
			const random = new Random(count);
			const order = [...new Array(count).keys()];
			for (let i = count - 1; i > 0; i--) {
				const j = random.below(i + 1);
				[order[i], order[j]] = [order[j] as number, order[i] as number];
			}
			return order;
		},
	],
];

for (const pageLength of [512, 4096])
	for (const integrity of [false, true])
		test(`full, trimmed, refilled to the same count: ${pageLength}-byte pages, integrity ${integrity}`, () => {
			const options = { byteLength: 1024 * pageLength, arena: { byteLength: 80 * KB }, pageLength, integrity };
			const zram = new Zram(options);
			const { metadata } = Zram.layout(options);
			const page = (index: number) => mixture(index, pageLength);
			const count = refill(zram, page);
			const full = zram.status();
			assert.ok(count > 10);
			for (let round = 0; round < 3; round++)
				for (const [name, order] of ORDERS) {
					for (const index of order(count)) zram.trim(index * pageLength, pageLength);
					assert.is(zram.status().memUsed, metadata, name);
					assert.is(refill(zram, page), count, name);
					const { memUsed, comprDataSize, samePages, rawPages, hugePages } = zram.status();
					assert.equal(
						[memUsed, comprDataSize, samePages, rawPages, hugePages],
						[full.memUsed, full.comprDataSize, full.samePages, full.rawPages, full.hugePages],
					);
					for (let index = 0; index < count; index++) holds(zram, index * pageLength, page(index));
					zram.check();
				}
			zram.reset();
			assert.is(refill(zram, page), count, "after reset");
			zram.close();
		});

test("half of the pages trimmed: exactly as many fit again, in place or elsewhere", () => {
	const zram = new Zram({ byteLength: 4096 * KB, arena: { byteLength: 300 * KB } });
	const raw = pageOf("raw", 1);
	const count = refill(zram, () => raw);
	for (let round = 0; round < 8; round++) {
		let trimmed = 0;
		for (let page = round % 2; page < count; page += 2, trimmed++) zram.trim(page * 4096, 4096);
		let stored = 0;
		const first = round % 4 < 2 ? 512 : 0;
		for (; stored < count; stored++)
			try {
				zram.write(raw, (first + 2 * stored + (first ? 0 : round % 2)) * 4096);
			} catch {
				break;
			}
		assert.is(stored, trimmed);
		zram.trim(512 * 4096, 512 * 4096);
		for (let page = 0; page < count; page++) zram.write(raw, page * 4096);
		zram.check();
	}
});

holding(ladderLength({ byteLength: 0, arena: { byteLength: 0 } }))(
	"one page shrinks, another grows by what it gave back, a granule at a time in a full arena",
	() => {
		const zram = new Zram({ byteLength: 64 * KB, arena: { byteLength: 12 * KB } });
		const rungs = ladder(4096, 64);
		zram.limit = zram.status().memUsed + 64 * 64;
		for (let round = 0; round < 20; round++) {
			const [shrinking, growing] = [(round % 2) * 4096, ((round + 1) % 2) * 4096];
			for (let rung = 0; rung <= 64; rung++) {
				zram.write(rungs[64 - rung] as Uint8Array, shrinking);
				zram.write(rungs[rung] as Uint8Array, growing);
				assert.is(zram.status().memUsed, zram.limit);
				fails(() => zram.write(rungs[1] as Uint8Array, 8192), "ENOSPC");
				holds(zram, shrinking, rungs[64 - rung] as Uint8Array);
				holds(zram, growing, rungs[rung] as Uint8Array);
			}
			zram.check();
		}
	},
);

test.run();
