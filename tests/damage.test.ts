/*
 * An operation that answers ECORRUPT in a damaged region leaves every page as it read before. This tests both engines;
 * c/damage-test.c searches the native one further.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import Engine from "zram/engine";
import { ENTRY_LENGTH } from "zram/engine/entry";
import {
	FREE_HEAD,
	FRONTIER,
	GRANULE_COUNT,
	HEADER_LENGTH,
	LIMIT,
	READS,
	SLOT_COUNT,
	USED_GRANULES,
} from "zram/engine/header";
import {
	ERROR_CORRUPT,
	FLAG_INTEGRITY,
	FLAG_WIPE,
	MODE_KEEP,
	PLAN_GRANULE_COUNT,
	PLAN_SCRATCH,
	planWords,
} from "zram/engine/interface";
import { Memory } from "zram/memory";
import { equal, fill, NOISE } from "./support/bytes.ts";
import { fails } from "./support/expect.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const PAGE = 512;
const PAGES = 12;
const REGION = 3072;
const GRANULE = 64;
/** Where the header's counters are: they may change. */
const COUNTERS = 4 * READS;
const COUNTERS_END = 4 * SLOT_COUNT;

/** A region in use, damaged and mended again and again. */
class Search {
	readonly #random: Random;
	readonly #arena = new ArrayBuffer(REGION);
	readonly #region = new Uint8Array(this.#arena);
	readonly #header = new Uint32Array(this.#arena, 0, 64);
	readonly #table = new Uint32Array(this.#arena, HEADER_LENGTH, 2 * PAGES);
	readonly #links: Uint16Array;
	readonly #engine: InstanceType<typeof Engine>;
	readonly #intact = new Uint8Array(REGION);
	readonly #damaged = new Uint8Array(REGION);
	readonly #page = new Uint8Array(PAGE);
	readonly #noise = new Uint8Array(4096);
	readonly #before = new Uint8Array(PAGES * PAGE);
	readonly #after = new Uint8Array(PAGES * PAGE);
	/** How many operations answered ECORRUPT. */
	refused = 0;

	constructor(flags: number, seed: number) {
		this.#random = new Random(seed);
		fill(this.#noise, 0, this.#noise.length, NOISE, seed);
		const sizes = { arenaLength: REGION, pageCount: PAGES, pageLength: PAGE };
		const plan = planWords({ ...sizes, flags, mode: MODE_KEEP });
		Engine.plan(plan.buffer);
		const scratch = new Memory(plan[PLAN_SCRATCH] as number, "internal") as unknown as HostBuffer;
		this.#engine = new Engine(this.#arena, scratch, plan.buffer);
		const linksOffset = HEADER_LENGTH + PAGES * (ENTRY_LENGTH + (flags & FLAG_INTEGRITY ? 4 : 0));
		this.#links = new Uint16Array(this.#arena, linksOffset, plan[PLAN_GRANULE_COUNT] as number);
		this.#intact.set(this.#region);
	}

	/** Uses the intact region a little more. */
	goOn() {
		this.#region.set(this.#intact);
		if (this.#random.once(64)) this.#engine.reset();
		for (let count = this.#random.below(12); count > 0; count--) this.#operate();
		this.#intact.set(this.#region);
	}

	/** Writes a page or part of one, or trims, anywhere. */
	#operate(): number {
		const random = this.#random;
		const start = random.below(PAGES) * PAGE + (random.below(4) ? 0 : random.below(PAGE));
		const most = PAGE - (start % PAGE);
		const length = random.below(4) ? most : 1 + random.below(most);
		if (!random.below(4)) return this.#engine.trim(start, length);
		const noise = random.below(8) * GRANULE + random.below(GRANULE);
		const from = random.below(this.#noise.length - PAGE);
		this.#page.fill(0);
		this.#page.set(this.#noise.subarray(from, from + Math.min(noise, PAGE)));
		return this.#engine.write(this.#page, start, 0, length);
	}

	#damage() {
		const random = this.#random;
		const granules = this.#links.length;
		const page = 2 * random.below(PAGES);
		const kind = random.below(8);
		if (kind === 0) this.#header[FRONTIER] = random.below(granules + 2);
		else if (kind === 1) this.#header[USED_GRANULES] = random.below(granules + 2);
		else if (kind === 2) this.#header[FREE_HEAD] = random.below(granules + 2);
		else if (kind === 3) this.#header[LIMIT + random.below(READS - LIMIT)] = random.next() >> random.below(24);
		else if (kind === 4) this.#table[page] = random.below(granules + 2);
		else if (kind === 5) this.#table[page + 1] = (this.#table[page + 1] as number) ^ (1 << random.below(32));
		else this.#links[random.below(granules)] = random.below(8) ? random.below(granules + 1) : 0xffff;
	}

	/** Damages the region and operates on it. Throws if an operation answers ECORRUPT and changes more than counters. */
	try(looks: boolean) {
		this.#region.set(this.#intact);
		for (let count = 1 + this.#random.below(3); count > 0; count--) this.#damage();
		const codes = looks ? this.#readAll(this.#before) : "";
		this.#damaged.set(this.#region);
		if (this.#operate() !== ERROR_CORRUPT) return;
		this.refused++;
		if (!this.#isUnchanged()) throw new Error("the region has changed");
		if (!looks) return;
		assert.is(this.#readAll(this.#after), codes);
		assert.ok(equal(this.#before, 0, this.#after, 0, this.#before.length), "a page reads other bytes");
	}

	/** Reads all pages, and returns the engine's answer for each. Unreadable pages become zeros. */
	#readAll(into: Uint8Array): string {
		const codes: number[] = [];
		for (let page = 0; page < PAGES; page++) {
			const code = this.#engine.read(into, page * PAGE, page * PAGE, PAGE);
			if (code < 0) into.fill(0, page * PAGE, (page + 1) * PAGE);
			codes.push(code);
		}
		return codes.join();
	}

	#isUnchanged(): boolean {
		return (
			equal(this.#region, 0, this.#damaged, 0, COUNTERS) &&
			equal(this.#region, COUNTERS_END, this.#damaged, COUNTERS_END, REGION - COUNTERS_END)
		);
	}
}

for (const [name, flags] of [
	["plain", 0],
	["integrity", FLAG_INTEGRITY],
	["wipe", FLAG_WIPE],
	["integrity and wipe", FLAG_INTEGRITY | FLAG_WIPE],
] as const)
	test(`a refused operation leaves everything as it was: ${name}`, () => {
		const search = new Search(flags, SEED + flags);
		const trials = scaled(25_000);
		for (let i = 0; i < trials; i++) {
			if (i % 256 === 0) search.goOn();
			try {
				search.try(i % 16 === 0);
			} catch (error) {
				throw new Error(`seed ${SEED}, trial ${i}: ${(error as Error).message}`);
			}
		}
		assert.ok(search.refused > trials / 50, `${search.refused} of ${trials} are refused`);
	});

test("a frontier that is too low: the page that couldn't be written reads as before, and so do the others", () => {
	const arena = new ArrayBuffer(REGION);
	const header = new Uint32Array(arena, 0, 64);
	const zram = new Zram({ byteLength: PAGES * PAGE, pageLength: PAGE, arena, integrity: true });
	const noisy = (length: number, seed: number) => {
		const bytes = new Uint8Array(PAGE);
		fill(bytes, 0, length, NOISE, seed);
		return bytes;
	};
	for (let page = 0; page < 3; page++) zram.write(noisy(60, page), page * PAGE);
	zram.trim(0, 3 * PAGE);
	zram.write(noisy(150, 4), 0); // its chain runs backwards, through granules used before
	zram.write(noisy(100, 5), PAGE);
	const intact = new Uint8Array(arena.slice(0));
	const read = () => new Uint8Array(zram.read(2 * PAGE, 0));
	const before = read();
	let refused = 0;
	for (let frontier = 0; frontier <= (header[GRANULE_COUNT] as number); frontier++) {
		header[FRONTIER] = frontier;
		try {
			zram.write(noisy(PAGE, 9), 0);
		} catch {
			refused++;
			assert.equal(read(), before, `frontier ${frontier}`);
		}
		new Uint8Array(arena).set(intact);
	}
	assert.ok(refused > 3);
	header[FRONTIER] = 1;
	fails(() => zram.write(noisy(PAGE, 9), 0), "ECORRUPT");
});

test.run();
