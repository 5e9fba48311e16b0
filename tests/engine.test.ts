/*
 * The engine by itself, as zram.ts sees it: it reports a page that cannot be compressed and leaves the decision to the
 * caller.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Engine from "zram/engine";
import {
	ERROR_BUFFER,
	ERROR_OFFSET,
	ERROR_OVERLAP,
	MODE_KEEP,
	PLAN_SCRATCH,
	planWords,
	STOP_INCOMPRESSIBLE,
} from "zram/engine/interface";
import { Memory } from "zram/memory";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";
import { Random } from "./support/random.ts";

const PAGE_LENGTH = 4096;
const PAGES = 8;

/** An engine that does not keep incompressible pages unless a call says so. */
function makeEngine(mode = 0) {
	const arena = new ArrayBuffer(64 * 1024);
	const sizes = { arenaLength: arena.byteLength, pageCount: PAGES, pageLength: PAGE_LENGTH };
	const plan = planWords({ ...sizes, threshold: 3584, mode });
	assert.is(Engine.plan(plan.buffer), 1);
	const scratch = new Memory(plan[PLAN_SCRATCH] as number, "internal") as unknown as HostBuffer;
	return { arena, engine: new Engine(arena, scratch, plan.buffer) };
}

function pages(...kinds: number[]): Uint8Array {
	const bytes = new Uint8Array(kinds.length * PAGE_LENGTH);
	for (const [page, kind] of kinds.entries()) fill(bytes, page * PAGE_LENGTH, PAGE_LENGTH, kind, page + 7);
	return bytes;
}

test("engine: stops in front of an incompressible page, says so, and changes nothing for it", () => {
	const { arena, engine } = makeEngine();
	const bytes = pages(TEXT, NOISE, TEXT);
	engine.write(pages(TEXT), PAGE_LENGTH);
	engine.write(bytes.subarray(0, PAGE_LENGTH), 0);
	const before = arena.slice(0);
	assert.is(engine.write(bytes.subarray(PAGE_LENGTH), PAGE_LENGTH), STOP_INCOMPRESSIBLE);
	assert.equal([engine.done, engine.stopped], [0, 1]);
	assert.ok(equal(before, 0, arena, 0, arena.byteLength));
	assert.is(engine.write(bytes, 0), STOP_INCOMPRESSIBLE);
	assert.equal([engine.done, engine.stopped], [PAGE_LENGTH, 1]);
});

test("engine: goes on from there, the page kept, when the call says KEEP", () => {
	const { engine } = makeEngine();
	const bytes = pages(TEXT, NOISE, TEXT);
	assert.is(engine.write(bytes, 0), STOP_INCOMPRESSIBLE);
	assert.is(engine.write(bytes, 0, undefined, undefined, engine.done, MODE_KEEP), 0);
	const back = new Uint8Array(bytes.length);
	assert.is(engine.read(back, 0), bytes.length);
	assert.ok(equal(back, 0, bytes, 0, bytes.length));
	assert.is(engine.check(), 0);
});

test("engine: a mode given at construction holds for every call", () => {
	const { engine } = makeEngine(MODE_KEEP);
	assert.is(engine.write(pages(NOISE), 0), 0);
});

test("engine: codes are answers, not exceptions", () => {
	const { arena, engine } = makeEngine();
	assert.is(engine.read(new Uint8Array(arena, 100, 4), 0), ERROR_OVERLAP);
	assert.is(engine.read(new Uint8Array(1), PAGES * PAGE_LENGTH), ERROR_OFFSET);
});

test("kernels: and clears bits and tells whether it did, at every alignment and length", () => {
	const random = new Random(1);
	for (let i = 0; i < 500; i++) {
		const [intoStart, fromStart, length] = [random.below(9), random.below(9), random.below(40)];
		const into = new Uint8Array(64).map(() => random.below(256));
		const from = new Uint8Array(64).map(() => (random.once(8) ? random.below(256) : 255));
		const expected = into.slice();
		for (let j = 0; j < length; j++) expected[intoStart + j] &= from[fromStart + j] as number;
		const changes = expected.some((byte, j) => byte !== into[j]);
		assert.is(Engine.and(into, intoStart, from, fromStart, length), changes ? 1 : 0);
		assert.equal(into, expected);
	}
});

test("kernels: equal sees one byte that differs, within the piece only", () => {
	const a = pages(NOISE);
	const b = new Uint8Array(PAGE_LENGTH + 8);
	b.set(a, 3);
	assert.is(Engine.equal(a, 0, b, 3, PAGE_LENGTH), 1);
	assert.is(Engine.equal(a, 0, b, 2, PAGE_LENGTH), 0);
	assert.is(Engine.equal(a, 0, b, 0, 0), 1);
	for (const place of [0, 1, 2047, PAGE_LENGTH - 1]) {
		b[3 + place] ^= 1;
		assert.is(Engine.equal(a, 0, b, 3, PAGE_LENGTH), 0);
		assert.is(Engine.equal(a, 0, b, 3, place), 1);
		assert.is(Engine.equal(a, place + 1, b, 3 + place + 1, PAGE_LENGTH - place - 1), 1);
		b[3 + place] ^= 1;
	}
});

test("kernels: what is no piece of a buffer is answered with a code, and nothing is done", () => {
	const ten = new Uint8Array(10).fill(255);
	const zeros = new ArrayBuffer(10);
	for (const kernel of [Engine.equal, Engine.and]) {
		for (const [toStart, fromStart, length] of [
			[0, 0, 11],
			[5, 0, 6],
			[0, 5, 6],
			[11, 0, 0],
			[0, 11, 0],
			[-1, 0, 1],
			[0, 0.5, 1],
			[0, 0, Number.NaN],
		] as const)
			assert.is(kernel.call(Engine, ten, toStart, zeros, fromStart, length), ERROR_OFFSET);
		for (const wrong of [undefined, "bytes", {}, [1, 2], new Uint16Array(5)]) {
			assert.is(kernel.call(Engine, wrong as Uint8Array, 0, zeros, 0, 1), ERROR_BUFFER);
			assert.is(kernel.call(Engine, ten, 0, wrong as Uint8Array, 0, 1), ERROR_BUFFER);
		}
	}
	assert.equal(ten, new Uint8Array(10).fill(255));
});

test.run();
