/* The demo's BufferStore notices every difference, and keeps what it has when room runs out. */
// needs: xs

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramOptions } from "zram";
import { BufferStore, type Entry } from "../examples/demo/store.ts";
import { fill, NOISE, TEXT } from "./support/bytes.ts";

const LENGTH = 10_000;

/** Noise takes its full length, text less. */
function make(kind: number, seed: number, length = LENGTH): ArrayBuffer {
	const bytes = new ArrayBuffer(length);
	fill(bytes, 0, length, kind, seed);
	return bytes;
}

/** A store full of noise, and its arena, for the caller to damage. */
function fullStore(options: Partial<ZramOptions> = {}) {
	const arena = new Uint8Array(64 * 1024);
	const all = { byteLength: 1024 * 1024, arena, ...options };
	const store = new BufferStore(all, LENGTH);
	for (let seed = 1; store.add(0, make(NOISE, seed), LENGTH); seed++);
	return { store, arena, metadata: Zram.layout(all).metadata };
}

function loadAll(store: BufferStore) {
	for (const entry of store.entries) store.load(entry);
}

test("stores until room runs out, and keeps nothing of what was refused", () => {
	const { store } = fullStore();
	assert.is(store.entries.length, 6);
	assert.is(store.byteLength, 6 * LENGTH);
	assert.is(store.refused, 1);
	assert.is(store.zram.status().pagesStored, 6 * 3);
	loadAll(store);
	assert.equal(store.differences, []);
});

for (const integrity of [false, true])
	test(`one flipped bit anywhere in the data, integrity: ${integrity}`, () => {
		const { store, arena, metadata } = fullStore({ integrity });
		for (let at = metadata; at < metadata + 50_000; at += 4999) {
			const before = store.differences.length;
			arena[at] = (arena[at] as number) ^ 4;
			loadAll(store);
			assert.is(store.differences.length, before + 1, `bit at ${at}`);
			arena[at] = (arena[at] as number) ^ 4;
		}
		loadAll(store);
		assert.is(store.differences.length, 11);
	});

test("replace: stores other bytes of another length, or the old ones again", () => {
	const { store } = fullStore();
	const entry = store.entries[2] as Entry;
	store.replace(entry, make(TEXT, 9, 7_000));
	assert.is(entry.byteLength, 7_000);
	assert.is(store.byteLength, 5 * LENGTH + 7_000);
	while (store.add(0, make(NOISE, 8, 1_000), LENGTH));
	const { refused } = store;
	store.replace(entry, make(NOISE, 10));
	assert.is(entry.byteLength, 7_000);
	assert.is(store.refused, refused + 1);
	loadAll(store);
	assert.equal(store.differences, []);
	store.zram.check();
});

test("modify: changes bytes across pages; what finds no room stays as it was", () => {
	const { store } = fullStore();
	const entry = store.entries[1] as Entry;
	const { checksum } = entry;
	store.modify(entry, 4000, 200);
	assert.is.not(entry.checksum, checksum);
	store.replace(entry, make(TEXT, 3));
	while (store.add(0, make(NOISE, 8, 600), LENGTH));
	for (let start = 0; start < 9_000; start += 500) store.modify(entry, start, 400);
	loadAll(store);
	assert.equal(store.differences, []);
	store.zram.check();
});

test.run();
