/*
 * Random operations on an engine from a seed, rolled into a digest: results, errors, bytes read, and the whole region. Equal
 * engines give the same digest after every operation, wherever they run.
 */

import {
	type Engine,
	type EngineConstructor,
	FLAG_INTEGRITY,
	FLAG_WIPE,
	MODE_KEEP,
	MODE_ONE_PAGE,
	MODE_UNPACKED,
	PLAN_GRANULE_COUNT,
	PLAN_GRANULE_LENGTH,
	PLAN_METADATA,
	PLAN_SCRATCH,
	planWords,
} from "zram/engine/interface";
import { Memory } from "zram/memory";
import { digest, fill, KINDS, NOISE } from "./bytes.ts";
import { Random } from "./random.ts";

const KB = 1024;

export interface Shape {
	name: string;
	pageLength: number;
	pageCount: number;
	arenaLength: number;
	/** In bytes. Default: 7/8 of a page. */
	threshold?: number;
	flags?: number;
	/** Once in this many operations a byte of the region is overwritten; some time later everything is reset. */
	damage?: number;
	/** Its share of all operations. */
	share: number;
	/** How many operations lie between two digests of the whole region. Default: 1. */
	every?: number;
}

/** All page lengths, granules of 64 to 256 bytes, roomy arenas and full ones, intact and damaged. */
export const SHAPES: Shape[] = [
	{ name: "4 KB pages", pageLength: 4096, pageCount: 48, arenaLength: 96 * KB, share: 0.15, every: 4 },
	{ name: "4 KB pages, full", pageLength: 4096, pageCount: 32, arenaLength: 24 * KB, share: 0.2 },
	{ name: "4 KB, integrity", pageLength: 4096, pageCount: 32, arenaLength: 40 * KB, flags: FLAG_INTEGRITY, share: 0.1 },
	{ name: "2 KB, wipe", pageLength: 2048, pageCount: 40, arenaLength: 20_004, flags: FLAG_WIPE, share: 0.1 },
	{
		name: "1 KB, both",
		pageLength: 1024,
		pageCount: 50,
		arenaLength: 15_000,
		flags: FLAG_INTEGRITY | FLAG_WIPE,
		share: 0.1,
	},
	{ name: "512 bytes, smallest", pageLength: 512, pageCount: 20, arenaLength: 256 + 160 + 32 + 512, share: 0.1 },
	{ name: "512 bytes, threshold 1", pageLength: 512, pageCount: 64, arenaLength: 9000, threshold: 1, share: 0.05 },
	{ name: "granules of 128", pageLength: 4096, pageCount: 64, arenaLength: 5120 * KB, share: 0.005, every: 100 },
	{ name: "granules of 256", pageLength: 2048, pageCount: 99, arenaLength: 9216 * KB, share: 0.005, every: 100 },
	{ name: "damaged", pageLength: 1024, pageCount: 24, arenaLength: 8000, damage: 20, share: 0.09 },
	{
		name: "damaged, integrity and wipe",
		pageLength: 512,
		pageCount: 24,
		arenaLength: 5000,
		flags: FLAG_INTEGRITY | FLAG_WIPE,
		damage: 10,
		share: 0.1,
	},
];

export class Trace {
	readonly shape: Shape;
	/** An int32 into which everything so far was rolled. */
	digest = 0;
	readonly region: Memory;
	#random: Random;
	#engine: Engine;
	#scratch: Memory;
	#buffer: Uint8Array;
	#operations = 0;
	#damaged = false;
	/** Results to roll into the digest next. */
	#results = new Int32Array(6);
	#header = new ArrayBuffer(256);

	constructor(Engine: EngineConstructor, shape: Shape, seed: number) {
		const { pageLength, pageCount, arenaLength, threshold = (pageLength / 8) * 7, flags = 0 } = shape;
		const plan = planWords({ arenaLength, pageCount, pageLength, flags, threshold });
		Engine.plan(plan.buffer);
		this.shape = shape;
		this.region = new Memory(arenaLength, "external");
		this.#scratch = new Memory(plan[PLAN_SCRATCH] as number, "internal");
		this.#random = new Random(seed);
		fill(this.region as unknown as HostBuffer, 0, arenaLength, NOISE, seed);
		const [region, scratch] = [this.region, this.#scratch] as unknown as [HostBuffer, HostBuffer];
		this.#engine = new Engine(region, scratch, plan.buffer);
		this.#buffer = new Uint8Array(4 * pageLength + 4);
		this.#roll(plan[PLAN_GRANULE_LENGTH] as number, plan[PLAN_GRANULE_COUNT] as number, plan[PLAN_METADATA] as number);
		this.#look();
	}

	/** Does one operation. */
	step() {
		const what = this.#random.below(1000);
		const engine = this.#engine;
		if (what < 450) this.#transfer(true);
		else if (what < 750) this.#transfer(false);
		else if (what < 940) this.#trim();
		else if (what < 960) this.#roll(engine.markIdle(this.#random.once(8) ? this.#random.below(300) : 1));
		else if (what < 965) this.#repack();
		else if (what < 975) this.#setLimit();
		else if (what < 980) this.#roll(engine.check(), engine.stopped);
		else if (what < 985) this.#roll(engine.resetPeak());
		else if (what < 995) this.#wrong();
		else if (what < 998) this.#walk();
		else this.#reset();
		if (this.shape.damage) this.#damage(this.shape.damage);
		if (++this.#operations % (this.shape.every ?? 1) === 0) this.#look();
	}

	close() {
		this.#engine.close();
		this.#look();
		this.#scratch.close();
		this.region.close();
	}

	/** Repacks a page at rest, or one that may not be. */
	#repack() {
		const page = this.#engine.nextResting();
		const other = this.#random.below(this.shape.pageCount + 1);
		this.#roll(page, this.#engine.repack(page < 0 || this.#random.once(4) ? other : page));
	}

	/** Rolls results into the digest. */
	#roll(a: number, b = 0, c = 0, d = 0) {
		const results = this.#results;
		results[0] = a;
		results[1] = b;
		results[2] = c;
		results[3] = d;
		this.digest = digest(this.digest, new Uint8Array(results.buffer), 0, 16);
	}

	#look() {
		this.digest = digest(this.digest, this.region as unknown as HostBuffer, 0, this.shape.arenaLength);
	}

	/** Whole pages half of the time, else any range. */
	#range(): [byteOffset: number, byteLength: number] {
		const { pageLength, pageCount } = this.shape;
		const random = this.#random;
		let byteOffset = random.below(pageCount * pageLength);
		let byteLength = random.below(3 * pageLength);
		if (random.once(2)) {
			byteOffset -= byteOffset % pageLength;
			byteLength = (1 + random.below(3)) * pageLength;
		}
		return [byteOffset, Math.min(byteLength, pageCount * pageLength - byteOffset)];
	}

	#mode(): number {
		return (this.#random.once(3) ? 0 : MODE_KEEP) | (this.#random.once(16) ? MODE_ONE_PAGE : 0);
	}

	#transfer(isWrite: boolean) {
		const random = this.#random;
		const engine = this.#engine;
		const [byteOffset, byteLength] = this.#range();
		const start = random.once(4) ? random.below(4) : 0;
		const bytes = this.#buffer.subarray(start, start + byteLength);
		const mode = this.#mode();
		let result: number;
		if (isWrite) {
			fill(bytes, 0, byteLength, random.below(KINDS), random.next());
			if (random.once(8)) result = engine.append(bytes.subarray(0, random.below(80)), byteOffset);
			else
				result = engine.write(bytes, byteOffset, undefined, undefined, 0, mode | (random.once(8) ? MODE_UNPACKED : 0));
		} else {
			result = engine.read(bytes, byteOffset, undefined, undefined, 0, mode);
			// what a damaged page leaves in the buffer is undefined
			this.digest = digest(this.digest, bytes, 0, result < 0 ? engine.done : result);
		}
		this.#roll(result, engine.done, engine.stopped);
	}

	#trim() {
		const [byteOffset, byteLength] = this.#range();
		const result = this.#engine.trim(byteOffset, byteLength, 0, this.#mode());
		this.#roll(result, this.#engine.done, this.#engine.stopped);
	}

	#setLimit() {
		const { arenaLength } = this.shape;
		this.#roll(this.#engine.setLimit(this.#random.once(2) ? arenaLength : this.#random.below(arenaLength + 1)));
	}

	/** Requests with bad arguments. */
	#wrong() {
		const engine = this.#engine;
		const end = this.shape.pageCount * this.shape.pageLength;
		const overlapping = new Uint8Array(this.region as unknown as ArrayBuffer, this.#random.below(100), 8);
		const offset = end - this.#random.below(8);
		this.#roll(
			engine.write(overlapping, 0),
			engine.read(this.#buffer, offset),
			engine.trim(offset, 9),
			engine.read(undefined as unknown as Uint8Array, 0.5),
		);
		this.#roll(engine.done, engine.stopped);
	}

	/** The header and all entries. */
	#walk() {
		const engine = this.#engine;
		this.#roll(engine.header(this.#header));
		this.digest = digest(this.digest, this.#header, 0, 256);
		for (let page = 0; page < this.shape.pageCount; page++) {
			page = engine.nextPage(page, this.shape.pageCount, this.#header);
			this.#roll(page);
			this.digest = digest(this.digest, this.#header, 0, 8);
		}
	}

	#reset() {
		this.#roll(this.#engine.reset());
		this.#damaged = false;
	}

	#damage(once: number) {
		const random = this.#random;
		if (random.once(once)) {
			const { arenaLength } = this.shape;
			// half of it where it hurts more: header, table, links
			const place = random.below(random.once(2) ? arenaLength : Math.min(1000, arenaLength));
			const length = Math.min(1 + random.below(2), arenaLength - place);
			fill(this.region as unknown as HostBuffer, place, length, NOISE, random.next());
			this.#damaged = true;
		}
		if (this.#damaged && random.once(40)) this.#reset();
	}
}

/** How many operations lie between two entries of a record. */
export const RECORD_EVERY = 500;

/**
 * Does `operations` in all, and returns for every shape digests after each RECORD_EVERY operations and at its end; none for
 * a shape whose region doesn't fit in `memory` bytes.
 */
export function record(Engine: EngineConstructor, seed: number, operations: number, memory: number): number[][] {
	return SHAPES.map((shape, index) => {
		if (shape.arenaLength > memory) return [];
		const trace = new Trace(Engine, shape, seed + index);
		const digests: number[] = [];
		for (let i = 1; i <= Math.ceil(operations * shape.share); i++) {
			trace.step();
			if (i % RECORD_EVERY === 0) digests.push(trace.digest);
		}
		trace.close();
		digests.push(trace.digest);
		return digests;
	});
}

/** Compares two records. Undefined if they are equal, else the first shape and operations where they differ. */
export function difference(recorded: number[][], replayed: number[][]): string | undefined {
	for (const [index, digests] of recorded.entries()) {
		const other = replayed[index] ?? [];
		const at = digests.findIndex((value, i) => value !== other[i]);
		if (at < 0 && digests.length === other.length) continue;
		return `${SHAPES[index]?.name}: between operations ${at * RECORD_EVERY} and ${(at + 1) * RECORD_EVERY}`;
	}
	return undefined;
}
