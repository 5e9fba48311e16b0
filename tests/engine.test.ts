/*
 * The engine by itself, as zram.ts sees it: it reports an incompressible page and leaves the decision to its caller.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Engine from "zram/engine";
import {
	ERROR_BUFFER,
	ERROR_FULL,
	ERROR_OFFSET,
	ERROR_OVERLAP,
	MODE_KEEP,
	PLAN_METADATA,
	PLAN_SCRATCH,
	planWords,
	RESERVE_FULL,
	RESERVE_LOW,
	RESERVE_USED,
	STOP_FULL,
	STOP_HUGE,
	STOP_NOTHING,
} from "zram/engine/interface";
import { Memory } from "zram/memory";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";
import { Random } from "./support/random.ts";

const PAGE_LENGTH = 4096;
const PAGES = 8;

/** An engine that stops where flash could help, unless a call says there is none. */
function makeEngine(mode = 0, arenaLength = 64 * 1024) {
	const arena = new ArrayBuffer(arenaLength);
	const sizes = { arenaLength: arena.byteLength, pageCount: PAGES, pageLength: PAGE_LENGTH };
	const plan = planWords({ ...sizes, threshold: 3584, mode });
	assert.is(Engine.plan(plan.buffer), 1);
	const scratch = new Memory(plan[PLAN_SCRATCH] as number, "internal") as unknown as HostBuffer;
	return { arena, engine: new Engine(arena, scratch, plan.buffer), metadata: plan[PLAN_METADATA] as number };
}

function pages(...kinds: number[]): Uint8Array {
	const bytes = new Uint8Array(kinds.length * PAGE_LENGTH);
	for (const [page, kind] of kinds.entries()) fill(bytes, page * PAGE_LENGTH, PAGE_LENGTH, kind, page + 7);
	return bytes;
}

/** Too little for two pages of noise. */
const TIGHT = 8 * 1024;

test("engine: stops at an incompressible page without room, says so, and changes nothing for it", () => {
	const { arena, engine } = makeEngine(0, TIGHT);
	const bytes = pages(NOISE, NOISE, TEXT);
	assert.is(engine.write(bytes.subarray(0, PAGE_LENGTH), 0), 0);
	engine.write(pages(TEXT), PAGE_LENGTH);
	const before = arena.slice(0);
	assert.is(engine.write(bytes.subarray(PAGE_LENGTH), PAGE_LENGTH), STOP_HUGE);
	assert.equal([engine.done, engine.stopped], [0, 1]);
	assert.ok(equal(before, 0, arena, 0, arena.byteLength));
	assert.is(engine.write(bytes, 0), STOP_HUGE);
	assert.equal([engine.done, engine.stopped], [PAGE_LENGTH, 1]);
});

test("engine: stops at any other page without room, too, which counts as refused only if the call says KEEP", () => {
	const { arena, engine } = makeEngine(0, TIGHT);
	engine.write(pages(NOISE, TEXT, TEXT), 0);
	const text = pages(TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT);
	assert.is(engine.write(text.subarray(PAGE_LENGTH), PAGE_LENGTH), STOP_FULL);
	const before = arena.slice(0);
	assert.is(engine.write(text, engine.stopped * PAGE_LENGTH, 0, PAGE_LENGTH), STOP_FULL);
	assert.ok(equal(before, 0, arena, 0, arena.byteLength));
	assert.is(engine.write(text, engine.stopped * PAGE_LENGTH, 0, PAGE_LENGTH, 0, MODE_KEEP), ERROR_FULL);
	assert.ok(!equal(before, 0, arena, 0, arena.byteLength));
	assert.is(engine.check(), 0);
});

test("engine: a huge page gets into the reserve only if the call says KEEP", () => {
	const { engine, metadata } = makeEngine();
	const bytes = pages(NOISE, NOISE, TEXT);
	engine.setLimit(metadata + 2 * PAGE_LENGTH);
	assert.is(engine.write(bytes, 0), STOP_HUGE);
	assert.equal([engine.done, engine.reserve()], [PAGE_LENGTH, RESERVE_FULL]);
	assert.is(engine.write(bytes, 0, undefined, undefined, engine.done, MODE_KEEP), ERROR_FULL);
	assert.equal([engine.stopped, engine.reserve()], [2, RESERVE_LOW]);
	const back = new Uint8Array(2 * PAGE_LENGTH);
	assert.is(engine.read(back, 0), back.length);
	assert.ok(equal(back, 0, bytes, 0, back.length));
	assert.is(engine.check(), 0);
});

test("engine: the reserve is low when half of it is gone, or when use exceeds the limit", () => {
	const { engine, metadata } = makeEngine();
	engine.write(pages(NOISE, NOISE, NOISE), 0);
	const states = [4, 3, 2, 1, 0, -1].map((left) => {
		engine.setLimit(metadata + 3 * PAGE_LENGTH + left * 64);
		return engine.reserve();
	});
	const [full, used, low] = [RESERVE_FULL, RESERVE_USED, RESERVE_LOW];
	assert.equal(states, [full, full, used, low, low, low]);
});

test("engine: the victim has rested longest, or is next after the last one; for a huge page it has rested twice the mean age", () => {
	const { engine } = makeEngine();
	const none = PAGES;
	assert.is(engine.victim(none, false), STOP_NOTHING);
	engine.write(pages(NOISE, TEXT, NOISE, NOISE), 0);
	assert.equal(
		[1, 2, 3, 4].map(() => engine.victim(none, true)),
		[0, 2, 3, 0],
		"all are as old",
	);
	assert.is(engine.victim(2, false), 3, "not the page itself");
	engine.markIdle(4);
	engine.write(pages(NOISE), 3 * PAGE_LENGTH);
	assert.equal(
		[1, 2, 3].map(() => engine.victim(none, false)),
		[0, 2, 0],
	);
	engine.markIdle(3);
	// one life of 4 steps: the mean is 4 / 16
	assert.is(engine.victim(none, true), 2);
	for (let i = 0; i < 100; i++) {
		engine.markIdle(4);
		engine.trim(3 * PAGE_LENGTH, PAGE_LENGTH);
		engine.write(pages(NOISE), 3 * PAGE_LENGTH);
		engine.read(new Uint8Array(3 * PAGE_LENGTH), 0);
	}
	for (const [steps, victim] of [
		[7, STOP_NOTHING],
		[1, 3],
	] as const) {
		engine.markIdle(steps);
		assert.is(engine.victim(none, true), victim);
	}
	assert.is(engine.victim(none, false), 0);
	engine.setLimit(0);
	assert.is(engine.victim(1, false), STOP_NOTHING, "more is used than the limit allows");
	assert.is(engine.victim(none, false), 2);
});

test("engine: a mode set at construction applies to every call", () => {
	const { engine } = makeEngine(MODE_KEEP);
	assert.is(engine.write(pages(NOISE), 0), 0);
});

test("engine: codes are answers, not exceptions", () => {
	const { arena, engine } = makeEngine();
	assert.is(engine.read(new Uint8Array(arena, 100, 4), 0), ERROR_OVERLAP);
	assert.is(engine.read(new Uint8Array(1), PAGES * PAGE_LENGTH), ERROR_OFFSET);
});

test("kernels: `and` clears bits and says whether it did, at every alignment and length", () => {
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

test("kernels: `equal` sees one byte that differs, within the piece only", () => {
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

test("kernels: a piece outside its buffer gets a code, and nothing is done", () => {
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
