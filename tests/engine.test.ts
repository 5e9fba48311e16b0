/*
 * The engine by itself, as zram.ts sees it: it reports a page that cannot be compressed and leaves the decision to the
 * caller.
 */
// needs: xs

import { test } from "uvu";
import * as assert from "uvu/assert";
import Engine from "zram/engine";
import { INCOMPRESSIBLE, KEEP, OFFSET, OVERLAP, PLAN_LENGTH } from "zram/engine/interface";
import { Memory } from "zram/memory";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";

const PAGE_LENGTH = 4096;
const PAGES = 8;

/** An engine that does not keep incompressible pages unless a call says so. */
function makeEngine(mode = 0) {
	const arena = new ArrayBuffer(64 * 1024);
	const plan = new Uint32Array(PLAN_LENGTH / 4);
	assert.is(Engine.plan(arena.byteLength, PAGES, PAGE_LENGTH, 0, plan.buffer), 1);
	const scratch = new Memory(plan[3] as number, "internal") as unknown as HostBuffer;
	return { arena, engine: new Engine(arena, scratch, PAGES, PAGE_LENGTH, 3584, 0, mode) };
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
	assert.is(engine.write(bytes.subarray(PAGE_LENGTH), PAGE_LENGTH), INCOMPRESSIBLE);
	assert.equal([engine.done, engine.stopped], [0, 1]);
	assert.ok(equal(before, 0, arena, 0, arena.byteLength));
	assert.is(engine.write(bytes, 0), INCOMPRESSIBLE);
	assert.equal([engine.done, engine.stopped], [PAGE_LENGTH, 1]);
});

test("engine: goes on from there, the page kept, when the call says KEEP", () => {
	const { engine } = makeEngine();
	const bytes = pages(TEXT, NOISE, TEXT);
	assert.is(engine.write(bytes, 0), INCOMPRESSIBLE);
	assert.is(engine.write(bytes, 0, engine.done, KEEP), bytes.length);
	const back = new Uint8Array(bytes.length);
	assert.is(engine.read(back, 0), bytes.length);
	assert.ok(equal(back, 0, bytes, 0, bytes.length));
	assert.is(engine.check(), 0);
});

test("engine: a mode given at construction holds for every call", () => {
	const { engine } = makeEngine(KEEP);
	assert.is(engine.write(pages(NOISE), 0), PAGE_LENGTH);
});

test("engine: codes are answers, not exceptions", () => {
	const { arena, engine } = makeEngine();
	assert.is(engine.read(new Uint8Array(arena, 100, 4), 0), OVERLAP);
	assert.is(engine.read(new Uint8Array(1), PAGES * PAGE_LENGTH), OFFSET);
});

test.run();
