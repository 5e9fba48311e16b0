/*
 * Damaged regions, exhaustively: in a small region every byte takes every other value, and every field takes the values
 * that hurt. Pages are read, written, trimmed and read again. Nothing crashes, hangs, or touches a byte outside the region
 * and the caller's buffer. With integrity, reads are right or report damage.
 */
// needs: js

import { test } from "uvu";
import Engine from "zram/engine";
import { FREE_HEAD } from "zram/engine/header";
import {
	ERROR_CORRUPT,
	ERROR_FULL,
	FLAG_INTEGRITY,
	FLAG_WIPE,
	MODE_KEEP,
	PLAN_GRANULE_COUNT,
	PLAN_SCRATCH,
	planWords,
} from "zram/engine/interface";
import { Memory } from "zram/memory";
import { copy, equal, erase, fill, NOISE, TEXT, WORD } from "./support/bytes.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const PAGE = 512;
const PAGES = 6;
const REGION = 2304;
const MARGIN = 512;
const CANARY = 0xc5;
/** Words of the header, from `freeHead` to `hugePages`. */
const STATE = 56;
const STATE_LENGTH = 36;

/** A device between canaries, and what its pages should hold. */
class Patient {
	readonly memory = new ArrayBuffer(MARGIN + REGION + MARGIN);
	readonly region = new Uint8Array(this.memory, MARGIN, REGION);
	readonly isStrict: boolean;
	readonly linksOffset: number;
	readonly granuleCount: number;
	#engine: InstanceType<typeof Engine>;
	#expected = new Uint8Array(PAGES * PAGE);
	/** Region and pages before any damage. */
	#healthy: Uint8Array;
	#pages: Uint8Array;
	#canaries = new Uint8Array(MARGIN).fill(CANARY);
	#target = new Uint8Array(8 + PAGE + 8).fill(CANARY);
	#view = new Uint8Array(this.#target.buffer, 8, PAGE);
	#fresh = [TEXT, NOISE, TEXT].map((kind, seed) => {
		const bytes = new Uint8Array(PAGE);
		fill(bytes, 0, seed === 2 ? 150 : PAGE, kind, seed + 100);
		return bytes;
	});
	#before = new Uint8Array(STATE_LENGTH);
	/** How many requests found damage. */
	found = 0;

	constructor(flags: number) {
		const plan = planWords({ arenaLength: REGION, pageCount: PAGES, pageLength: PAGE, flags, mode: MODE_KEEP });
		Engine.plan(plan.buffer);
		this.granuleCount = plan[PLAN_GRANULE_COUNT] as number;
		this.linksOffset = 256 + PAGES * (flags & FLAG_INTEGRITY ? 12 : 8);
		this.isStrict = (flags & FLAG_INTEGRITY) !== 0;
		new Uint8Array(this.memory).fill(CANARY);
		const scratch = new Memory(plan[PLAN_SCRATCH] as number, "internal") as unknown as HostBuffer;
		this.#engine = new Engine(this.region, scratch, plan.buffer);
		// a page of every kind, a longish disordered free chain, and granules never used
		const kinds = [TEXT, NOISE, WORD, TEXT, NOISE, TEXT];
		for (const [page, kind] of kinds.entries()) {
			fill(this.#expected, page * PAGE, page === 5 ? 200 : PAGE, kind, page + 1);
			this.#write(page, 0, this.#expected.subarray(page * PAGE, (page + 1) * PAGE));
		}
		this.#trim(4);
		this.#write(4, 0, this.#fresh[2] as Uint8Array);
		this.#trim(3);
		if (this.#engine.check() !== 0) throw new Error("not healthy to begin with");
		this.#healthy = this.region.slice();
		this.#pages = this.#expected.slice();
	}

	/** Uses every page of the region in its damaged state, then restores it. */
	suffer() {
		for (let page = 0; page < PAGES; page++) this.#read(page);
		this.#write(0, 0, this.#fresh[1] as Uint8Array);
		this.#write(5, 0, this.#fresh[0] as Uint8Array);
		this.#write(4, 30, (this.#fresh[1] as Uint8Array).subarray(0, 100));
		this.#trim(1);
		for (let page = 0; page < PAGES; page++) this.#read(page);
		if (!equal(this.memory, 0, this.#canaries, 0, MARGIN)) throw new Error("written in front of the region");
		if (!equal(this.memory, MARGIN + REGION, this.#canaries, 0, MARGIN)) throw new Error("written behind the region");
		copy(this.region, 0, this.#healthy, 0, REGION);
		copy(this.#expected, 0, this.#pages, 0, PAGES * PAGE);
	}

	/** What check() says about the damaged region, which is then restored. */
	check(): number {
		const invariant = this.#engine.check();
		copy(this.region, 0, this.#healthy, 0, REGION);
		return invariant;
	}

	/** Whether this code means the request was done. */
	#isDone(code: number): boolean {
		if (code === ERROR_CORRUPT) this.found++;
		else if (code < 0 && code !== ERROR_FULL && code !== -1) throw new Error(`the engine answers ${code}`);
		return code !== ERROR_CORRUPT && code !== ERROR_FULL;
	}

	#read(page: number) {
		const view = this.#view;
		if (!this.#isDone(this.#engine.read(view, page * PAGE))) return;
		if (this.isStrict && !equal(view, 0, this.#expected, page * PAGE, PAGE)) throw new Error(`page ${page} is wrong`);
		const canaries = this.#canaries;
		if (!equal(this.#target, 0, canaries, 0, 8) || !equal(this.#target, 8 + PAGE, canaries, 0, 8))
			throw new Error("read wrote outside of its buffer");
	}

	#write(page: number, start: number, bytes: Uint8Array) {
		copy(this.#before, 0, this.region, STATE, STATE_LENGTH);
		if (this.#isDone(this.#engine.write(bytes, page * PAGE + start)))
			copy(this.#expected, page * PAGE + start, bytes, 0, bytes.length);
		else if (!equal(this.#before, 0, this.region, STATE, STATE_LENGTH))
			throw new Error("a write that failed has changed the free list or the statistics");
	}

	#trim(page: number) {
		if (this.#isDone(this.#engine.trim(page * PAGE, PAGE))) erase(this.#expected, page * PAGE, PAGE);
	}
}

/** All values; in short runs some of them, different ones each time. */
const stride = Math.max(1, Math.round(1000 / scaled(1000)));
const random = new Random(SEED);

for (const [name, flags] of [
	["integrity", FLAG_INTEGRITY],
	["none", 0],
	["integrity and wipe", FLAG_INTEGRITY | FLAG_WIPE],
] as const)
	test(`every byte of a region with ${name} takes every other value`, () => {
		const patient = new Patient(flags);
		// the wiped region only shows what wiping adds: a share of the cases is enough
		const step = flags & FLAG_WIPE ? 16 * stride : stride;
		for (let offset = 0; offset < REGION; offset++)
			for (let change = 1 + random.below(step); change < 256; change += step) {
				patient.region[offset] ^= change;
				try {
					patient.suffer();
				} catch (error) {
					throw new Error(`byte ${offset} changed by ${change}: ${error}`);
				}
			}
		if (patient.found === 0) throw new Error("no damage was found: this test measures nothing");
	});

test("with integrity, check() finds every change to what it covers", () => {
	const patient = new Patient(FLAG_INTEGRITY);
	const { region, linksOffset } = patient;
	for (let offset = 0; offset < REGION; offset++) {
		const old = region[offset] as number;
		// ages, counters, peaks and reserved words may be anything, and so may unused links and granules
		const isCovered = offset < 52 || (offset >= 56 && offset < 68) || (offset >= 72 && offset < 92);
		const isTable = offset >= 256 && offset < linksOffset;
		const isAge = isTable && offset < 256 + PAGES * 8 && offset % 8 >= 6;
		for (let change = 1 + random.below(stride); change < 256; change += stride) {
			region[offset] = old ^ change;
			const invariant = patient.check();
			if (invariant === 0 && (isCovered || (isTable && !isAge)))
				throw new Error(`byte ${offset} changed by ${change} was not found`);
		}
	}
});

/** Values that may hurt in a field: limits, their neighbours, sign bits, and the values of other fields. */
function valuesFor(patient: Patient, old: number): number[] {
	const { granuleCount } = patient;
	const ends = [
		0, 1, 2, 0x7f, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
	];
	const around = [granuleCount - 1, granuleCount, granuleCount + 1, old - 1, old + 1, -old, ~old, PAGES, REGION];
	const any = Array.from({ length: 16 }, () => random.next() * random.below(300));
	return [...ends, ...around, ...any, ...Array.from({ length: granuleCount }, (_, granule) => granule)];
}

for (const flags of [0, FLAG_INTEGRITY])
	test(`every field of a region, and pairs of them, take the values that hurt; integrity ${flags === FLAG_INTEGRITY}`, () => {
		const patient = new Patient(flags);
		const { memory, linksOffset, granuleCount } = patient;
		const words = new Uint32Array(memory, MARGIN, linksOffset / 4);
		const links = new Uint16Array(memory, MARGIN + linksOffset, granuleCount);
		const set = (fields: Uint32Array | Uint16Array, index: number, value: number) => {
			fields[index] = value;
			// half of the time damage another field as well
			if (random.once(2)) words[FREE_HEAD + random.below(4)] = random.below(granuleCount + 2);
			if (random.once(4)) links[random.below(granuleCount)] = random.below(granuleCount + 2);
			try {
				patient.suffer();
			} catch (error) {
				throw new Error(`${fields === words ? "word" : "link"} ${index} = ${value}: ${error}`);
			}
		};
		for (const fields of [words, links])
			for (let index = 0; index < fields.length; index++)
				for (const value of valuesFor(patient, fields[index] as number)) set(fields, index, value);
	});

test.run();
