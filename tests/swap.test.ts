/* SwapPool's promises, case by case. The model (swap-model) tries the rest. */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type FlashIO, type ZramOptions } from "zram";
import ZramFlash from "zram/flash";
import SwapPool, { type Pressure, type SwapOptions } from "zram/swap";
import { equal } from "./support/bytes.ts";
import { jobs, PAGE, pageOf } from "./support/device.ts";
import { fails, refuses, throws } from "./support/expect.ts";
import { detach } from "./support/host.ts";
import { makeBed } from "./support/offload.ts";

/** Arguments of any type at all. */
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what this suite is about
type Wrong = any;

const KB = 1024;
const FRAME = 3 * PAGE + 100;

function makeZram(arena = 256 * KB, options: Partial<ZramOptions> = {}): Zram {
	return new Zram({ byteLength: 128 * PAGE, arena: { byteLength: arena }, ...options });
}

function makePool(options: Partial<SwapOptions> = {}, zram = makeZram()) {
	const resident = { slots: 2, byteLength: FRAME };
	return { zram, pool: new SwapPool({ devices: [zram], resident, ...options }) };
}

const frame = (seed: number) => pageOf("compressed", seed, FRAME);
const noise = (seed: number, byteLength = FRAME) => pageOf("raw", seed, byteLength);

function same(bytes: ArrayBuffer | Uint8Array | undefined, expected: Uint8Array, what = "bytes") {
	assert.is(bytes?.byteLength, expected.length, what);
	assert.ok(equal(bytes as Uint8Array, 0, expected, 0, expected.length), `wrong ${what}`);
}

/** Fills a pool with pages of noise until nothing fits. Returns how many buffers there are. */
function fillUp(pool: SwapPool, byteLength = PAGE): number {
	for (let count = 0; ; count++)
		try {
			pool.write(count, noise(count, byteLength));
		} catch {
			return count;
		}
}

test("read, write, has, delete, byteLength: like key-value storage", () => {
	const { pool } = makePool();
	pool.write("a", frame(1));
	pool.write(1, Uint8Array.of(1, 2, 3));
	pool.write("1", Uint8Array.of(4));
	pool.write("", new ArrayBuffer(0));
	assert.equal([...pool], ["a", 1, "1", ""]);
	same(pool.read("a"), frame(1));
	same(pool.read(1), Uint8Array.of(1, 2, 3));
	same(pool.read("1"), Uint8Array.of(4));
	same(pool.read(""), new Uint8Array(0));
	assert.is(pool.byteLength("a"), FRAME);
	assert.is(pool.read("b"), undefined);
	assert.is(pool.read("b", new Uint8Array(5)), undefined);
	assert.is(pool.byteLength("b"), undefined);
	assert.equal([pool.has("a"), pool.has("b"), pool.has(2)], [true, false, false]);
	assert.equal([pool.delete("a"), pool.delete("a")], [true, false]);
	assert.equal([...pool], [1, "1", ""]);
	pool.write(1, Uint16Array.of(0x0201, 0x0403));
	same(pool.read(1), Uint8Array.of(1, 2, 3, 4));
});

test("read(key, into, offset): as much as there is and fits", () => {
	const { pool } = makePool();
	const bytes = frame(1);
	pool.write("a", bytes);
	const into = new Uint8Array(1000);
	assert.is(pool.read("a", into, PAGE - 10), 1000);
	same(into, bytes.slice(PAGE - 10, PAGE + 990));
	assert.is(pool.read("a", into, FRAME - 7), 7);
	same(into.slice(0, 7), bytes.slice(FRAME - 7));
	assert.is(pool.read("a", into, FRAME), 0);
	const words = new Uint32Array(2);
	assert.is(pool.read("a", words, 4), 8);
	same(new Uint8Array(words.buffer), bytes.slice(4, 12));
	refuses(() => pool.read("a", into, FRAME + 1), RangeError, /^offset: /);
});

test("arguments: keys, buffers, offsets, options", () => {
	const { pool } = makePool();
	pool.write("a", frame(1));
	for (const key of [undefined, null, 1.5, Number.NaN, 2 ** 53, 1n, true, Symbol("a"), ["a"], {}] as Wrong[])
		for (const call of [
			() => pool.read(key),
			() => pool.write(key, new Uint8Array(1)),
			() => pool.create(key, 1),
			() => pool.append(key, new Uint8Array(1)),
			() => pool.resize(key, 1),
			() => pool.delete(key),
			() => pool.has(key),
			() => pool.byteLength(key),
			() => pool.acquire(key),
			() => pool.release(key),
		])
			refuses(call, TypeError, "key: must be a string or an integer");
	for (const wrong of ["bytes", undefined, null, 12, {}, [1]] as Wrong[]) {
		refuses(() => pool.write("a", wrong), TypeError, /^buffer: /);
		refuses(() => pool.write("a", wrong, 0), TypeError, /^buffer: /);
		refuses(() => pool.append("a", wrong), TypeError, /^buffer: /);
		if (wrong !== undefined && typeof wrong !== "number") refuses(() => pool.read("a", wrong), TypeError, /^into: /);
		if (typeof wrong !== "number") refuses(() => pool.own(wrong), TypeError, /^buffer: /);
	}
	const one = new Uint8Array(1);
	for (const offset of [-1, 0.5, FRAME, Number.NaN])
		refuses(
			() => pool.write("a", one, offset),
			RangeError,
			`offset: ${offset} is not an integer from 0 to ${FRAME - 1}`,
		);
	for (const offset of ["0", null, true, 1n] as Wrong[]) {
		if (offset !== null) refuses(() => pool.write("a", one, offset), TypeError, /^offset: /);
		refuses(() => pool.read("a", one, offset), TypeError, /^offset: /);
	}
	refuses(() => pool.write("a", new Uint8Array(FRAME + 1), 0), RangeError, /^buffer\.byteLength: /);
	refuses(() => pool.write("b", one, 0), RangeError, /^key: there is no buffer b/);
	for (const priority of [-1, 256, 0.5]) refuses(() => pool.write("a", one, { priority }), RangeError, /^priority: /);
	refuses(() => pool.write("a", one, { priority: "1" as Wrong }), TypeError, /^priority: /);
	refuses(() => pool.write("a", one, { replace: 1 as Wrong }), TypeError, /^replace: /);
	refuses(() => pool.write("a", one, null as Wrong), TypeError, /^options: /);
	for (const options of [5, "abc", null, () => 1] as Wrong[])
		refuses(() => pool.create("b", 1, options), TypeError, "options: must be { priority, replace }");
	refuses(() => pool.create("b", -1), RangeError, /^byteLength: /);
	refuses(() => pool.create("b", 128 * PAGE + 1), RangeError, /^byteLength: .* 0 to 524288$/);
	refuses(() => pool.acquire("a", "w" as Wrong), RangeError, /^mode: /);
	refuses(() => pool.acquire("b"), RangeError, /^key: there is no buffer b/);
	refuses(() => pool.release("a"), RangeError, /not acquired/);
	same(pool.read("a"), frame(1));
	pool.acquire("a").fill(7);
	for (const discard of ["no", 1, 0, null, {}] as Wrong[])
		refuses(() => pool.release("a", discard), TypeError, "discard: must be a boolean");
	pool.release("a", undefined);
	assert.is(new Uint8Array(pool.read("a") as ArrayBuffer)[0], 7);
	const owned = pool.own(1);
	owned.acquire();
	refuses(() => owned.release("no" as Wrong), TypeError, "discard: must be a boolean");
	assert.is(pool.status().keys, 1);
});

test("options: errors name them, before anything is done", () => {
	const zram = makeZram();
	zram.write(Uint8Array.of(1), 0);
	const small = makeZram(64 * KB, { pageLength: 512, byteLength: 64 * KB });
	const devices = [zram];
	const wrong: [Wrong, ErrorConstructor, RegExp][] = [
		[undefined, TypeError, /^options: /],
		[{}, TypeError, /^devices: /],
		[{ devices, arena: 65536 }, TypeError, /^devices, arena: pass one of them, not both/],
		[{ arena: null }, TypeError, /^arena: must be a number of bytes/],
		[{ arena: 0 }, RangeError, /^arena: 0 is not an integer from 1/],
		[{ devices, slots: 4 }, TypeError, /^slots: is not an option; the options are arena, devices, keys, resident, /],
		[{ devices, resident: { slots: 1, byteLength: 1, kind: 1 } }, TypeError, /^resident.kind: is not an option/],
		[{ devices: [] }, TypeError, /^devices: /],
		[{ devices: zram }, TypeError, /^devices: /],
		[{ devices: [{}] }, TypeError, /^devices: /],
		[{ devices: [zram, small] }, RangeError, /^devices: .*same pageLength/],
		[{ devices: [zram, zram] }, RangeError, /^devices: .*twice/],
		[{ devices, keys: 0 }, RangeError, /^keys: 0 is not an integer from 1 to 65534$/],
		[{ devices, keys: "1" }, TypeError, /^keys: /],
		[{ devices, evict: "fifo" }, RangeError, /^evict: /],
		[{ devices, onPressure: 1 }, TypeError, /^onPressure: /],
		[{ devices, finalization: 1 }, TypeError, /^finalization: /],
		[{ devices, resident: 1 }, TypeError, /^resident: /],
		[{ devices, resident: { slots: 0, byteLength: 1 } }, RangeError, /^resident\.slots: /],
		[{ devices, resident: { slots: 257, byteLength: 1 } }, RangeError, /^resident\.slots: /],
		[{ devices, resident: { slots: 1, byteLength: 0 } }, RangeError, /^resident\.byteLength: /],
		[{ devices, resident: { slots: 1 } }, TypeError, /^resident\.byteLength: /],
		[{ devices, resident: { slots: 1, byteLength: 1, memory: "slow" } }, RangeError, /^resident\.memory: /],
	];
	for (const [options, type, message] of wrong) {
		refuses(() => new SwapPool(options), type, message);
		refuses(() => SwapPool.layout(options), type, message);
	}
	same(zram.read(1, 0), Uint8Array.of(1));
	new SwapPool({ devices });
	same(zram.read(1, 0), Uint8Array.of(0), "device: the pool has it for itself");
});

test("a pool with an arena makes its device, eight times as long, and closes it", () => {
	const arena = new ArrayBuffer(64 * KB);
	for (const given of [64 * KB, { byteLength: 64 * KB, memory: "internal" as const }, arena]) {
		const pool = new SwapPool({ arena: given, resident: { slots: 1, byteLength: FRAME } });
		const { pagesFree, bytesLeft } = pool.status();
		assert.is(pagesFree, (8 * 64 * KB) / PAGE);
		assert.ok(bytesLeft > 60 * KB && bytesLeft < 64 * KB);
		pool.write("a", frame(1));
		same(pool.read("a"), frame(1));
		same(pool.acquire("a"), frame(1));
		pool.close();
		pool.close();
		fails(() => pool.read("a"), "ECLOSED");
	}
	assert.equal(
		SwapPool.layout({ arena: 64 * KB, keys: 10 }),
		SwapPool.layout({ devices: [new Zram({ arena: 64 * KB })], keys: 10 }),
	);
	refuses(() => new SwapPool({ arena: 400 }), RangeError, /^arena.byteLength: 400 is too small/);
	detach(arena);
	const lost = new SwapPool({ arena: new ArrayBuffer(64 * KB) });
	lost.close();
});

test("write: one that doesn't fit leaves the old value, its priority, and no trace", () => {
	const { zram, pool } = makePool({}, makeZram(32 * KB));
	pool.write("a", frame(1));
	const { memUsed } = zram.status();
	fails(() => pool.write("a", noise(2, 12 * PAGE)), "ENOSPC");
	same(pool.read("a"), frame(1));
	fails(() => pool.write("b", noise(2, 12 * PAGE)), "ENOSPC");
	assert.equal([...pool], ["a"]);
	assert.equal([zram.status().memUsed, pool.status().pagesUsed], [memUsed, 4]);
	zram.check();
});

test("write with replace: frees the old value first, so it needs no room for both", () => {
	const { pool } = makePool({}, makeZram(32 * KB));
	pool.write("a", noise(1, 5 * PAGE));
	fails(() => pool.write("a", noise(2, 5 * PAGE)), "ENOSPC");
	same(pool.read("a"), noise(1, 5 * PAGE));
	pool.write("a", noise(2, 5 * PAGE), { replace: true });
	same(pool.read("a"), noise(2, 5 * PAGE));
	fails(() => pool.write("a", noise(3, 12 * PAGE), { replace: true }), "ENOSPC");
	assert.is(pool.has("a"), false);
	assert.is(pool.status().pagesUsed, 0);
});

test("partial write: page by page; bytesWritten says how far it came", () => {
	const { pool } = makePool({}, makeZram(32 * KB));
	pool.create("a", 20 * PAGE);
	const bytes = noise(1, 20 * PAGE - 100);
	const error = fails(() => pool.write("a", bytes, 100), "ENOSPC");
	const done = error.bytesWritten as number;
	assert.ok(done > 5 * PAGE);
	assert.is((done + 100) % PAGE, 0);
	const expected = new Uint8Array(20 * PAGE);
	expected.set(bytes.subarray(0, done), 100);
	same(pool.read("a"), expected);
});

test("create: zeros that take no room, to fill through acquire", () => {
	const { zram, pool } = makePool();
	const { memUsed } = zram.status();
	pool.create("a", FRAME);
	assert.is(zram.status().memUsed, memUsed);
	const view = pool.acquire("a");
	same(view, new Uint8Array(FRAME));
	view.set(frame(3));
	pool.release("a");
	same(pool.read("a"), frame(3));
});

test("no gaps: whatever was deleted, all free pages can be used", () => {
	const { pool } = makePool({ keys: 200 }, makeZram(4096 * KB));
	const { pagesFree } = pool.status();
	for (let i = 0; i < 64; i++) pool.create(i, (1 + (i % 3)) * PAGE);
	for (let i = 0; i < 64; i += 2) pool.delete(i);
	const free = pool.status().pagesFree;
	pool.write("large", noise(1, free * PAGE));
	assert.is(pool.status().pagesFree, 0);
	same(pool.read("large"), noise(1, free * PAGE));
	for (const key of [...pool]) pool.delete(key);
	assert.is(pool.status().pagesFree, pagesFree);
});

test("acquire: gives the bytes themselves, the same view to everyone until the last release", () => {
	const { pool } = makePool();
	pool.write("a", frame(1));
	const view = pool.acquire("a");
	same(view, frame(1));
	assert.is(pool.acquire("a", "r"), view);
	view[5] = 77;
	pool.release("a");
	same(pool.read("a"), frame(1), "bytes before the last release");
	pool.release("a");
	const expected = frame(1);
	expected[5] = 77;
	same(pool.read("a"), expected);
	refuses(() => pool.release("a"), RangeError, /not acquired/);
	assert.is(pool.acquire("a"), view, "a buffer that is still there is not read again");
	assert.is(pool.status().misses, 1);
});

test("a view whose slot was reused is dead: it reads nothing, and writes into nobody's data", () => {
	const { pool } = makePool({ resident: { slots: 1, byteLength: FRAME } });
	pool.write("a", frame(1));
	pool.write("b", frame(2));
	const stale = pool.acquire("a");
	pool.release("a");
	const view = pool.acquire("b");
	stale[0] = 99;
	stale[FRAME - 1] = 99;
	assert.is(stale.length, 0);
	assert.is(stale[0], undefined);
	throws(TypeError, () => stale.fill(1));
	same(view, frame(2));
	pool.release("b");
	same(pool.read("a"), frame(1));
	same(pool.read("b"), frame(2));
	same(pool.acquire("a"), frame(1));
});

test("slots: the one released longest ago is reused; all held is EBUSY; too large is a RangeError", () => {
	const { pool } = makePool();
	for (const key of ["a", "b", "c"]) pool.write(key, frame(1));
	pool.acquire("a");
	pool.release("a");
	pool.acquire("b");
	pool.release("b");
	pool.acquire("a");
	pool.release("a");
	pool.acquire("c");
	pool.acquire("a");
	assert.is(pool.status().misses, 3, "a stayed, b went");
	fails(() => pool.acquire("b"), "EBUSY");
	assert.equal([pool.status().slotsHeld, pool.status().slotsShown], [2, 2]);
	pool.release("c");
	pool.acquire("b");
	pool.write("large", new Uint8Array(FRAME + 1));
	pool.release("a");
	refuses(
		() => pool.acquire("large"),
		RangeError,
		`acquire: the buffer has ${FRAME + 1} bytes, slots have ${FRAME}: raise resident.byteLength`,
	);
	const { pool: none } = makePool({ resident: undefined });
	none.write("a", new Uint8Array(1));
	refuses(() => none.acquire("a"), RangeError, /slots have 0/);
	none.write("b", new Uint8Array(0));
	fails(() => none.acquire("b"), "EBUSY");
});

test("an acquired buffer can't be written or deleted; one that is merely in a slot can", () => {
	const { pool } = makePool();
	pool.write("a", frame(1));
	const view = pool.acquire("a");
	for (const call of [
		() => pool.write("a", frame(2)),
		() => pool.write("a", Uint8Array.of(1), 0),
		() => pool.write("a", frame(2), { replace: true }),
		() => pool.create("a", 1),
		() => pool.append("a", Uint8Array.of(1)),
		() => pool.resize("a", 1),
		() => pool.move("a", "b"),
		() => pool.delete("a"),
	])
		fails(call, "EBUSY");
	same(pool.read("a"), frame(1));
	pool.release("a");
	pool.write("a", Uint8Array.of(9), 3);
	const expected = frame(1);
	expected[3] = 9;
	same(pool.acquire("a"), expected);
	assert.is(view.length, 0);
	pool.release("a");
	pool.write("a", frame(2));
	same(pool.acquire("a"), frame(2));
	pool.release("a");
	pool.delete("a");
	assert.is(pool.status().slotsShown, 0);
});

test('"r" is never written; "r+" only where it differs', () => {
	const { zram, pool } = makePool();
	pool.write("a", frame(1));
	const writes = () => zram.status().numWrites;
	const before = writes();
	pool.acquire("a", "r")[0] ^= 1;
	pool.release("a");
	assert.is(writes(), before);
	same(pool.read("a"), frame(1));
	pool.write("a", frame(1));
	const fresh = writes();
	const view = pool.acquire("a");
	pool.release("a");
	assert.is(writes(), fresh, "nothing has changed");
	pool.acquire("a");
	view[2 * PAGE] ^= 1;
	view[2 * PAGE] ^= 1;
	view[PAGE + 17] ^= 1;
	view[FRAME - 1] ^= 1;
	pool.release("a");
	assert.is(writes(), fresh + 2, "two pages have changed");
	assert.is(pool.status().pagesWritten, 2);
	same(pool.read("a"), view);
});

test("release with discard: drops the slot's bytes in either mode; the next acquire reads what is stored", () => {
	const { pool } = makePool();
	pool.write("a", frame(1));
	for (const mode of ["r+", "r"] as const) {
		pool.acquire("a", mode).fill(1);
		pool.release("a", true);
		same(pool.read("a"), frame(1), mode);
		same(pool.acquire("a", "r"), frame(1), mode);
		pool.release("a");
		const owned = pool.own(frame(2));
		owned.acquire(mode).fill(1);
		owned.release(true);
		same(owned.acquire("r+"), frame(2), mode);
		owned.release();
		same(owned.read(), frame(2), mode);
	}
	const view = pool.acquire("a");
	pool.acquire("a", "r");
	view[0] = 77;
	pool.release("a", true);
	pool.release("a");
	assert.is(new Uint8Array(pool.read("a") as ArrayBuffer)[0], 77, "only the last discard counts");
});

test("a resident buffer is a real buffer: starts at 0, exactly as long as its value, with byteLength and slice", () => {
	const { pool } = makePool({ resident: { slots: 3, byteLength: FRAME } });
	const lengths = { a: 1000, b: 0, c: FRAME };
	for (const [key, length] of Object.entries(lengths)) pool.write(key, frame(length).subarray(0, length));
	for (let turn = 0; turn < 2; turn++)
		for (const [key, length] of Object.entries(lengths)) {
			const expected = frame(length).subarray(0, length);
			const view = pool.acquire(key, "r");
			const buffer = view.buffer as ArrayBuffer;
			assert.equal([view.byteOffset, view.length, buffer.byteLength], [0, length, length]);
			same(buffer.slice(0), expected);
			same(buffer.slice(-10, 5000), expected.slice(-10, 5000));
			same(new Uint8Array(buffer), expected);
			assert.is(new Uint16Array(buffer, 0, length >> 1).length, length >> 1);
			assert.is(new DataView(buffer).byteLength, length);
			pool.write(`${key} again`, buffer);
			same(pool.read(`${key} again`), expected);
			pool.release(key);
		}
});

test("holding a buffer can't take it from the pool: the next acquire is whole", () => {
	const { pool } = makePool();
	pool.write("a", frame(1));
	const take = (view: Uint8Array) => {
		for (const name of ["close", "transfer", "detach"]) (view.buffer as Wrong)[name]?.();
	};
	take(pool.acquire("a", "r"));
	pool.release("a");
	same(pool.acquire("a"), frame(1));
	pool.release("a");
	const view = pool.acquire("a");
	pool.release("a");
	take(view);
	same(pool.acquire("a"), frame(1));
	const held = pool.acquire("a");
	held[0] = 7;
	pool.release("a");
	take(held);
	if (held.length === 0) {
		// JavaScript's own buffers can be detached: the bytes have moved elsewhere, and no zeros are stored
		refuses(() => pool.acquire("a"), TypeError, "acquire: the view was detached: release it with discard = true");
		refuses(() => pool.release("a"), TypeError, "release: the view was detached: release it with discard = true");
		pool.release("a", true);
		same(pool.acquire("a"), frame(1));
	} else assert.is(pool.acquire("a")[0], 7);
});

test("debug: release throws if a view in mode r was changed; discard drops the change", () => {
	const { pool } = makePool({ debug: true });
	pool.write("a", frame(1));
	const changed = /^release: the view was changed: acquire it in mode "r\+"$/;
	for (const at of [0, 17, FRAME - 1]) {
		const view = pool.acquire("a", "r");
		view[at] = (view[at] as number) ^ 1;
		refuses(() => pool.release("a"), TypeError, changed);
		assert.is(pool.status().slotsHeld, 1);
		pool.release("a", true);
	}
	const view = pool.acquire("a", "r");
	pool.acquire("a", "r");
	view[5] = (view[5] as number) ^ 1;
	pool.release("a");
	refuses(() => pool.release("a"), TypeError, changed);
	view[5] = (view[5] as number) ^ 1;
	pool.release("a");
	pool.acquire("a", "r")[5] = 99;
	pool.acquire("a", "r+");
	pool.release("a");
	pool.release("a");
	const expected = frame(1);
	expected[5] = 99;
	same(pool.read("a"), expected, "bytes of who shares the view with r+");
	pool.write("none", new Uint8Array(0));
	pool.acquire("none", "r");
	pool.release("none");
	assert.equal([pool.status().slotsHeld, pool.status().slotsShown], [0, 0]);
});

test("debug: a released view is dead at once, and writing into it changes nothing", () => {
	const { pool } = makePool({ debug: true });
	pool.write("a", frame(1));
	for (const [discard, mode] of [
		[false, "r"],
		[false, "r+"],
		[true, "r+"],
	] as const) {
		const view = pool.acquire("a", mode);
		assert.is(pool.acquire("a", "r"), view);
		pool.release("a", discard);
		same(view, frame(1), "bytes before the last release");
		pool.release("a", discard);
		assert.equal([view.length, pool.status().slotsShown], [0, 0]);
		view[0] = 9;
		same(pool.acquire("a"), frame(1));
		pool.release("a");
	}
	pool.acquire("a").fill(3);
	pool.release("a");
	same(pool.read("a"), new Uint8Array(FRAME).fill(3));
	refuses(() => makePool({ debug: 1 as Wrong }), TypeError, "debug: must be a boolean");
});

test("release that finds no room: the buffer stays acquired, nothing is lost, and it works once there is room", () => {
	const { pool } = makePool({}, makeZram(32 * KB));
	pool.create("a", FRAME);
	const count = fillUp(pool);
	const view = pool.acquire("a");
	view.set(noise(50));
	fails(() => pool.release("a"), "ENOSPC");
	fails(() => pool.release("a"), "ENOSPC");
	same(view, noise(50));
	fails(() => pool.delete("a"), "EBUSY");
	for (let i = 0; i < count; i++) pool.delete(i);
	pool.release("a");
	same(pool.read("a"), noise(50));
});

test("several devices: new buffers go where most room is, then to the next; all of it can be used", () => {
	const devices = [makeZram(20 * KB), makeZram(64 * KB)] as const;
	const pool = new SwapPool({ devices });
	const pages = () => devices.map((zram) => zram.status().rawPages);
	pool.write("a", noise(1, 12 * PAGE));
	assert.equal(pages(), [0, 12]);
	pool.write("b", noise(2, 6 * PAGE));
	assert.equal(pages(), [4, 14]);
	same(pool.read("b"), noise(2, 6 * PAGE));
	fails(() => pool.write("c", noise(3, 3 * PAGE)), "ENOSPC");
	assert.equal(pages(), [4, 14]);
});

test("several devices: a page that no longer fits on its own moves to another", () => {
	const devices = [makeZram(20 * KB), makeZram(64 * KB)] as const;
	const pool = new SwapPool({ devices });
	pool.create("a", 4 * PAGE);
	pool.write("full", noise(1, 15 * PAGE));
	assert.equal(
		devices.map((zram) => zram.status().rawPages),
		[0, 15],
	);
	const last = noise(2, 4 * PAGE);
	const expected = new Uint8Array(4 * PAGE);
	for (const [start, end] of [
		[2 * PAGE, 3 * PAGE], // first, last, middle; whole pages and parts
		[100, 4000],
		[3 * PAGE + 50, 4 * PAGE],
		[PAGE, 2 * PAGE],
	] as const) {
		pool.write("a", last.subarray(start, end), start);
		expected.set(last.subarray(start, end), start);
		same(pool.read("a"), expected);
	}
	assert.is(devices[0].status().pagesStored, 4);
	same(pool.read("full"), noise(1, 15 * PAGE));
	assert.is(pool.status().pagesUsed, 19);
	pool.delete("a");
	assert.is(devices[0].status().pagesStored, 0);
	for (const zram of devices) zram.check();
});

test("several devices: a run of pages ends where its device ends", () => {
	const devices = [0, 1, 2].map(() => makeZram(64 * KB, { byteLength: 4 * PAGE }));
	const pool = new SwapPool({ devices });
	const bytes = noise(1, 11 * PAGE + 7);
	for (let round = 0; round < 2; round++) {
		pool.write("a", bytes);
		same(pool.read("a"), bytes);
		const into = new Uint8Array(3 * PAGE);
		pool.read("a", into, 3 * PAGE - 5);
		same(into, bytes.slice(3 * PAGE - 5, 6 * PAGE - 5));
		pool.delete("a");
		for (const zram of devices) assert.is(zram.status().pagesStored, 0);
	}
});

test("a buffer read in part and then rewritten is read from its new pages", () => {
	const { pool } = makePool();
	const into = new Uint8Array(100);
	for (const seed of [1, 2, 3]) {
		pool.write("a", frame(seed));
		pool.read("a", into, 2 * PAGE);
		same(into, frame(seed).slice(2 * PAGE, 2 * PAGE + 100));
	}
	pool.delete("a");
	pool.write("b", frame(4));
	pool.read("b", into, 2 * PAGE);
	same(into, frame(4).slice(2 * PAGE, 2 * PAGE + 100));
});

test("evict lru: lowest priority first, then least recently used; never what is acquired, owned, or being written", () => {
	const { pool } = makePool({ evict: "lru", resident: { slots: 2, byteLength: PAGE } }, makeZram(38 * KB));
	const owned = pool.own(noise(90, PAGE));
	pool.write("important", noise(1, PAGE), { priority: 2 });
	pool.write("held", noise(2, PAGE));
	pool.write("old", noise(3, PAGE));
	pool.write("read", noise(4, PAGE));
	pool.write("middle", noise(5, PAGE), { priority: 1 });
	pool.acquire("held");
	pool.read("old", new Uint8Array(1));
	const evicted = (work: () => void) => {
		const before = [...pool];
		work();
		return before.filter((key) => !pool.has(key));
	};
	const evictedBy = (key: string, priority = 0) =>
		evicted(() => pool.write(key, noise(key.charCodeAt(0), PAGE), { priority }));
	for (const [key, priority, expected] of [
		["p", 0, []],
		["q", 0, []],
		["r", 0, ["read"]],
		["s", 0, ["old"]],
		["t", 1, ["p"]],
	] as const)
		assert.equal(evictedBy(key, priority), expected, key);
	fails(() => pool.write("q", noise(9, 20 * PAGE)), "ENOSPC");
	assert.equal([...pool], ["held", "q"]);
	same(pool.read("q"), noise(113, PAGE), "old value");
	same(owned.read(), noise(90, PAGE));
	assert.is(pool.status().evictions, 8);
});

test("the table of keys is bounded: ENOSPC, or the least needed goes", () => {
	const { pool } = makePool({ keys: 3 });
	for (const key of [1, 2, 3]) pool.write(key, Uint8Array.of(key));
	fails(() => pool.write(4, Uint8Array.of(4)), "ENOSPC");
	fails(() => pool.own(1), "ENOSPC");
	pool.write(3, Uint8Array.of(33));
	assert.equal([...pool], [1, 2, 3]);
	const { pool: lru } = makePool({ keys: 3, evict: "lru" });
	for (const key of [1, 2, 3]) lru.write(key, Uint8Array.of(key));
	lru.read(1);
	lru.write(4, Uint8Array.of(4));
	assert.equal([...lru], [1, 3, 4]);
});

test("onPressure: fires after the call, once for many, says what would help, and may use the pool", async () => {
	const reports: Pressure[] = [];
	const { pool } = makePool(
		{
			onPressure(pressure) {
				assert.is(this, pool);
				reports.push(pressure);
				if (pressure.key !== undefined) this.delete(pressure.key);
			},
		},
		makeZram(32 * KB),
	);
	pool.write("a", noise(1), { priority: 1 });
	pool.write("b", noise(2, PAGE));
	for (let i = 0; i < 3; i++) fails(() => pool.write("c", noise(3, 4 * PAGE)), "ENOSPC");
	assert.is(reports.length, 0);
	await jobs();
	assert.is(reports.length, 1);
	const { shortage, byteLength, bytesLeft, key } = reports[0] as Pressure;
	assert.equal([shortage, byteLength, key], ["arena", 4 * PAGE, "b"]);
	assert.ok(bytesLeft > 0 && bytesLeft < 4 * PAGE);
	assert.is(pool.has("b"), false);
	pool.write("c", noise(3, 2 * PAGE));
	fails(() => pool.create("d", 123 * PAGE), "ENOSPC");
	await jobs();
	assert.equal([reports.length, (reports[1] as Pressure).shortage], [2, "pages"]);
	fails(() => pool.write("d", noise(4, 12 * PAGE)), "ENOSPC");
	pool.close();
	await jobs();
	assert.is(reports.length, 2);
});

test("owned buffers: have no key; their handle reads, writes and acquires; close frees", () => {
	const { zram, pool } = makePool();
	const { memUsed } = zram.status();
	const handle = pool.own(frame(1));
	assert.is(handle.byteLength, FRAME);
	same(handle.read(), frame(1));
	handle.write(Uint8Array.of(1, 2, 3), 10);
	const into = new Uint8Array(3);
	assert.is(handle.read(into, 10), 3);
	same(into, Uint8Array.of(1, 2, 3));
	assert.equal([...pool], []);
	assert.equal([pool.status().owned, pool.status().keys], [1, 0]);
	const view = handle.acquire();
	view[0] = 200;
	fails(() => handle.close(), "EBUSY");
	handle.release();
	assert.is(new Uint8Array(handle.read())[0], 200);
	const zeros = pool.own(100);
	same(zeros.read(), new Uint8Array(100));
	handle.close();
	handle.close();
	zeros.close();
	for (const call of [() => handle.read(), () => handle.acquire(), () => handle.byteLength])
		refuses(call, Error, /the buffer is closed: own a new one/);
	assert.equal([pool.status().owned, zram.status().memUsed], [0, memUsed]);
});

test("close: every method throws ECLOSED, views are dead, the devices are empty and stay open", () => {
	const { zram, pool } = makePool();
	pool.write("a", frame(1));
	const handle = pool.own(frame(2));
	const view = pool.acquire("a");
	pool.close();
	pool.close();
	assert.is(view.length, 0);
	const calls = [
		() => pool.read("a"),
		() => pool.write("a", frame(1)),
		() => pool.write("a", frame(1), 0),
		() => pool.create("a", 1),
		() => pool.append("a", frame(1)),
		() => pool.resize("a", 1),
		() => pool.move("a", "b"),
		() => pool.delete("a"),
		() => pool.has("a"),
		() => pool.byteLength("a"),
		() => pool.acquire("a"),
		() => pool.release("a"),
		() => pool.own(1),
		() => pool.status(),
		() => [...pool],
		() => handle.read(),
		() => handle.acquire(),
		() => handle.close(),
	];
	for (const call of calls) fails(call, "ECLOSED");
	assert.is(zram.status().pagesStored, 0);
	const { pool: other, zram: closed } = makePool();
	other.write("a", frame(1));
	closed.close();
	fails(() => other.read("a"), "ECLOSED");
	other.close();
});

test("from inside a callback of its device: EBUSY, and nothing has changed", () => {
	const errors: unknown[] = [];
	let pool: SwapPool | undefined;
	const zram = makeZram(256 * KB, {
		onOperation() {
			try {
				pool?.write("b", frame(2));
			} catch (error) {
				errors.push(error);
			}
			try {
				pool?.delete("a");
			} catch (error) {
				errors.push(error);
			}
		},
	});
	pool = new SwapPool({ devices: [zram] });
	pool.write("a", frame(1));
	assert.is(errors.length, 4, "a page, a write; a is not there yet");
	pool.read("a");
	assert.is(errors.length, 4 + 2 * 4);
	for (const error of errors)
		fails(() => {
			throw error;
		}, "EBUSY");
	same(pool.read("a"), frame(1));
	assert.equal([...pool], ["a"]);
});

test("a damaged page: ECORRUPT for its buffer; delete works, and the page is never reused", () => {
	const arena = new ArrayBuffer(64 * KB);
	const zram = new Zram({ byteLength: 16 * PAGE, arena });
	const { pool } = makePool({}, zram);
	pool.write("a", noise(1, 3 * PAGE));
	pool.write("b", noise(2, 2 * PAGE));
	new Uint32Array(arena, 256 + 8, 1)[0] = 0xffffff; // page 1's chain
	fails(() => pool.read("a"), "ECORRUPT");
	fails(() => pool.acquire("a"), "ECORRUPT");
	assert.is(pool.status().slotsShown, 0);
	same(pool.read("b"), noise(2, 2 * PAGE));
	assert.is(pool.delete("a"), true);
	const { pagesLost, pagesFree, pagesUsed } = pool.status();
	assert.equal([pagesLost, pagesFree, pagesUsed], [1, 13, 2]);
	pool.create("c", 13 * PAGE);
	same(pool.read("c"), new Uint8Array(13 * PAGE));
	fails(() => pool.create("d", 1), "ENOSPC");
});

test("a page that rots on flash while its buffer is acquired: release rewrites it", () => {
	const { chip, boot } = makeBed();
	const { pool, zram } = makePool({ resident: { slots: 1, byteLength: 4 * PAGE } }, boot());
	const bytes = noise(1, 4 * PAGE - 100);
	pool.write("a", bytes);
	assert.is(zram.writeback({ type: "huge" }), 4);
	pool.acquire("a")[0] ^= 1;
	bytes[0] ^= 1;
	chip.rot(10_000);
	fails(() => pool.read("a"), "EIO");
	pool.release("a");
	same(pool.read("a"), bytes);
});

test("write: what can't fit even after evicting all it may is refused, and nothing is evicted", () => {
	const { pool } = makePool({ evict: "lru", resident: { slots: 1, byteLength: FRAME } }, makeZram(512 * KB));
	for (let i = 0; i < 20; i++) pool.write(i, frame(i), { priority: i % 3 });
	pool.create("large", 40 * PAGE);
	pool.acquire(19, "r");
	const handle = pool.own(5 * PAGE);
	const hopeless = [
		() => pool.write("a", new Uint8Array(128 * PAGE)), // next to what is owned and held
		() => pool.create("a", 120 * PAGE),
		() => pool.own(120 * PAGE),
		() => pool.own(new Uint8Array(129 * PAGE)),
		() => pool.create("large", 80 * PAGE), // next to the old value
		() => pool.write("large", new Uint8Array(120 * PAGE), { replace: true }),
	];
	for (const call of hopeless) fails(call, "ENOSPC");
	assert.equal([pool.status().keys, pool.status().evictions, pool.status().refusals], [21, 0, hopeless.length]);
	same(pool.read("large"), new Uint8Array(40 * PAGE));
	pool.create("a", 119 * PAGE);
	assert.equal([...pool], [19, "a"]);
	same(handle.read(), new Uint8Array(5 * PAGE));
	const { pool: full } = makePool({ evict: "lru", keys: 2 });
	for (const key of [1, 2]) full.write(key, Uint8Array.of(key));
	fails(() => full.write(3, new Uint8Array(128 * PAGE + 1)), "ENOSPC");
	assert.equal([...full], [1, 2]);
});

test("release that finds no room says how far it got; discard then leaves new pages before old ones", () => {
	const { pool } = makePool({ resident: { slots: 1, byteLength: 8 * PAGE } }, makeZram(32 * KB));
	const old = new Uint8Array(8 * PAGE).fill(1);
	pool.write("a", old);
	const view = pool.acquire("a");
	view.set(noise(1, 8 * PAGE));
	const error = fails(() => pool.release("a"), "ENOSPC");
	const done = error.bytesWritten as number;
	assert.is(done, 7 * PAGE);
	same(view, noise(1, 8 * PAGE));
	pool.release("a", true);
	old.set(noise(1, 8 * PAGE).subarray(0, done));
	same(pool.read("a"), old);
});

test("devices belong to one pool or flash until it is closed; a refused one has changed nothing", () => {
	const [first, second, third] = [makeZram(), makeZram(), makeZram()];
	third.write(Uint8Array.of(7), 0);
	const pool = new SwapPool({ devices: [first, second] });
	pool.write("a", frame(1));
	fails(() => new SwapPool({ devices: [third, second] }), "EBUSY");
	fails(() => new ZramFlash({ device: first, partitions: { log: 4 } }), "EBUSY");
	same(pool.read("a"), frame(1));
	same(third.read(1, 0), Uint8Array.of(7));
	second.close();
	fails(() => new SwapPool({ devices: [third, second] }), "ECLOSED");
	same(third.read(1, 0), Uint8Array.of(7));
	pool.close();
	const flash = new ZramFlash({ device: first, partitions: { log: 4 } });
	fails(() => new SwapPool({ devices: [third, first] }), "EBUSY");
	flash.close();
	const other = new SwapPool({ devices: [third, first] });
	other.write("a", frame(2));
	same(other.read("a"), frame(2));
});

for (const end of ["reset", "close"] as const)
	test(`a device that is ${end} under a pool: the pool's methods throw ECLOSED; closing it works, and leaves the device alone`, () => {
		const devices = [makeZram(), makeZram()] as const;
		const pool = new SwapPool({ devices, resident: { slots: 1, byteLength: FRAME } });
		for (let i = 0; i < 8; i++) pool.write(i, frame(i));
		const handle = pool.own(frame(9));
		const view = pool.acquire(0);
		devices[1][end]();
		const calls = [
			() => pool.read(1),
			() => pool.read(1, new Uint8Array(5)),
			() => pool.write(1, frame(1)),
			() => pool.write("new", frame(1)),
			() => pool.write(1, frame(1), 0),
			() => pool.create("new", 5),
			() => pool.own(5),
			() => pool.own(frame(1)),
			() => pool.delete(1),
			() => pool.has(1),
			() => pool.byteLength(1),
			() => pool.acquire(1),
			() => pool.release(0),
			() => pool.append(0, frame(1)),
			() => pool.status(),
			() => [...pool],
			() => handle.read(),
			() => handle.write(frame(1), 0),
			() => handle.close(),
		];
		for (const call of calls) fails(call, "ECLOSED");
		same(view, frame(0));
		if (end === "reset") new SwapPool({ devices: [devices[1]] }).write("a", frame(20));
		const { pagesStored } = end === "reset" ? devices[1].status() : { pagesStored: 0 };
		pool.close();
		pool.close();
		assert.is(devices[0].status().pagesStored, 0);
		if (end === "reset") assert.equal([devices[1].status().pagesStored, pagesStored], [4, 4]);
	});

test("in the middle of a pool's operation its device can't be reset or closed, nor the pool closed", () => {
	const calls: (() => void)[] = [];
	let count = 0;
	const onOperation = () => {
		for (const call of calls) fails(call, "EBUSY");
		count += calls.length;
	};
	const devices = [makeZram(256 * KB, { onOperation }), makeZram()] as const;
	const pool = new SwapPool({ devices });
	calls.push(
		() => devices[1].reset(),
		() => devices[1].close(),
		() => pool.close(),
		() => new SwapPool({ devices: [devices[0]] }),
	);
	for (let i = 0; i < 4; i++) pool.write(i, frame(i));
	for (let i = 0; i < 4; i++) same(pool.read(i), frame(i));
	assert.ok(count > 0);
	calls.length = 0;
	pool.close();
});

test("inside a callback of a device that others called: EBUSY, and nothing has changed", () => {
	let call = () => {};
	const { io, boot } = makeBed();
	const calling: FlashIO = {
		open(options) {
			const device = io.open(options);
			const eraseBlock = device.eraseBlock.bind(device);
			device.eraseBlock = (start, end) => {
				call();
				eraseBlock(start, end);
			};
			return device;
		},
	};
	const zram = boot({}, { io: calling });
	const pool = new SwapPool({ devices: [zram] });
	pool.write("a", frame(1));
	const handle = pool.own(frame(2));
	for (let i = 0; i < 8; i++) pool.write("changing", noise(i)); // on flash, so there is something to erase
	pool.delete("changing");
	let count = 0;
	const expectBusy = () => {
		for (const each of [
			() => pool.write("a", frame(3), { replace: true }),
			() => pool.delete("a"),
			() => handle.close(),
			() => pool.write("b", frame(3)),
			() => pool.close(),
			() => zram.reset(),
		])
			fails(each, "EBUSY");
		count++;
	};
	call = expectBusy;
	zram.maintain(1000);
	call = () => {};
	assert.ok(count > 0);
	same(pool.read("a"), frame(1));
	same(handle.read(), frame(2));
	assert.equal([...pool], ["a"]);
	pool.close();
});

test("close: works if the arena is detached", () => {
	const arena = new ArrayBuffer(64 * KB);
	const { pool, zram } = makePool({}, new Zram({ byteLength: 16 * PAGE, arena }));
	pool.write("a", frame(1));
	detach(arena);
	throws(TypeError, () => pool.read("a"));
	throws(TypeError, () => pool.write("b", frame(1)));
	throws(TypeError, () => pool.delete("a"));
	assert.equal([...pool], ["a"]);
	pool.close();
	pool.close();
	fails(() => pool.has("a"), "ECLOSED");
	zram.close();
});

test("close: what a device throws comes after everything is done", () => {
	let isFailing = false;
	const onOperation = () => {
		if (isFailing) throw new Error("recorder");
	};
	const devices = [makeZram(256 * KB, { onOperation }), makeZram()] as const;
	const pool = new SwapPool({ devices });
	for (let i = 0; i < 4; i++) pool.write(i, frame(i));
	isFailing = true;
	refuses(() => pool.close(), Error, "recorder");
	fails(() => pool.has(0), "ECLOSED");
	assert.is(devices[1].status().pagesStored, 0);
	isFailing = false;
	pool.close();
	new SwapPool({ devices });
});

test("a released view may be the source of a write", () => {
	const make = (evict: "lru" | "never") => {
		const { pool } = makePool({ evict, resident: { slots: 1, byteLength: FRAME } }, makeZram(64 * KB));
		pool.write("a", noise(1));
		const view = pool.acquire("a");
		pool.release("a");
		return { pool, view };
	};
	for (const replace of [false, true]) {
		const { pool, view } = make("never");
		pool.write("a", view, { replace });
		same(pool.read("a"), noise(1));
		assert.is(view.length, 0);
	}
	{
		const { pool, view } = make("never");
		pool.write("a", view.subarray(0, 2 * PAGE), PAGE);
		const expected = noise(1);
		expected.set(noise(1).subarray(0, 2 * PAGE), PAGE);
		same(pool.read("a"), expected);
		refuses(() => pool.write("a", view, { replace: true }), TypeError, /^buffer: /);
		same(pool.read("a"), expected);
	}
	{
		const { pool, view } = make("lru");
		let count = 0;
		for (; pool.has("a"); count++) pool.write(count, view);
		same(pool.read(count - 1), noise(1), "bytes of a buffer that was evicted while they were written");
		const keys = [...pool];
		refuses(() => pool.write("c", view), TypeError, /^buffer: /);
		assert.equal([...pool], keys);
	}
});

test("the key -0 is 0", () => {
	const { pool } = makePool({ evict: "lru", keys: 2 });
	pool.write(-0, Uint8Array.of(1));
	assert.is(Object.is([...pool][0], 0), true);
	same(pool.read(0), Uint8Array.of(1));
	pool.write(0, Uint8Array.of(2));
	same(pool.read(Math.round(-0.2)), Uint8Array.of(2));
	assert.equal(
		[pool.status().keys, pool.has(-0), pool.byteLength(-0), pool.delete(-0), pool.has(0)],
		[1, true, 1, true, false],
	);
});

/** How many of a device's pages are stored uncompressed. */
const rawPages = (zram: Zram) => [...zram.pages()].filter(({ state }) => state === "raw").length;

test("append: at the end, all or nothing; returns the new length", () => {
	const { pool } = makePool();
	const bytes = frame(9);
	assert.is(pool.append("a", bytes.subarray(0, 10)), 10);
	assert.is(pool.append("a", bytes.subarray(10, 10)), 10);
	assert.is(pool.append("a", bytes.subarray(10, PAGE)), PAGE);
	assert.is(pool.append("a", bytes.subarray(PAGE, 3 * PAGE - 1)), 3 * PAGE - 1);
	assert.is(pool.append("a", bytes.subarray(3 * PAGE - 1)), FRAME);
	same(pool.read("a"), bytes);
	assert.is(pool.append("", new Uint8Array(0)), 0);
	assert.ok(pool.has(""));
	assert.is(pool.append("words", new Uint32Array(5)), 20);
	pool.acquire("a", "r");
	fails(() => pool.append("a", bytes), "EBUSY");
	pool.release("a");
});

test("append: pieces of any length, at any place, among other calls", () => {
	const { pool } = makePool({ evict: "lru" });
	const bytes = frame(3);
	const between = [
		() => pool.byteLength("a"),
		() => pool.status(),
		() => pool.read("a", 1, 0),
		() => pool.write("a", bytes.subarray(0, 1), 0),
		() => pool.release("a", pool.acquire("a", "r").length < 0),
		() => pool.append("b", bytes.subarray(0, 7)),
		() => undefined,
		() => undefined,
	];
	for (let start = 0, i = 1; start < bytes.length; i++) {
		const piece = bytes.subarray(start, start + ((i * 37) % 97));
		assert.is(pool.append("a", piece), start + piece.length);
		start += piece.length;
		(between[i % between.length] as () => void)();
		assert.is(pool.byteLength("a"), start);
	}
	same(pool.read("a"), bytes);
	assert.is(pool.status().byteLength, bytes.length + (pool.byteLength("b") as number));
});

test("append: bytes just appended don't hinder what replaces them", () => {
	const { pool } = makePool();
	const grow = () => {
		for (let i = 0; i < 5; i++) pool.append("a", frame(1).subarray(0, 20));
	};
	grow();
	pool.write("a", frame(2));
	same(pool.read("a"), frame(2));
	grow();
	pool.create("a", 9);
	same(pool.read("a"), new Uint8Array(9));
	grow();
	pool.delete("a");
	assert.is(pool.append("b", frame(3).subarray(0, 5)), 5);
	assert.is(pool.status().byteLength, 5);
});

test("append: a page being filled isn't compressed, a full one is; four at a time", () => {
	const { pool, zram } = makePool();
	const text = frame(1);
	const grow = (key: number, from: number, to: number) => pool.append(key, text.subarray(from, to));
	for (let key = 0; key < 4; key++) {
		for (let start = 0; start < 200; start += 20) grow(key, start, start + 20);
		assert.is(rawPages(zram), key + 1);
	}
	for (let start = 0; start < 200; start += 20) grow(4, start, start + 20);
	assert.is(rawPages(zram), 4);
	grow(1, 200, PAGE);
	assert.is(rawPages(zram), 3);
	for (let key = 0; key < 5; key++) same(pool.read(key), text.subarray(0, key === 1 ? PAGE : 200));
	zram.check();
});

test("append: pages being filled make room when it is needed, before anything is evicted or refused", () => {
	for (const evict of ["never", "lru"] as const) {
		const { pool, zram } = makePool({ evict }, makeZram(32 * KB));
		const text = frame(1);
		for (let i = 0; i < 20; i++)
			for (const key of ["a", "b", "c"]) pool.append(key, text.subarray(20 * i, 20 * i + 20));
		assert.is(rawPages(zram), 3);
		pool.write("noise", noise(1, 4 * PAGE));
		pool.write("more", noise(2, PAGE));
		assert.is(pool.status().evictions, 0);
		assert.is(pool.status().refusals, 0);
		for (const key of ["a", "b", "c"]) same(pool.read(key), text.subarray(0, 400));
	}
});

test("append: a page that doesn't fit uncompressed is compressed each time", () => {
	const zram = makeZram(16 * KB);
	const { pool } = makePool({}, zram);
	zram.limit = zram.status().memUsed + 1000;
	const text = frame(1);
	for (let start = 0; start < 500; start += 20) pool.append("a", text.subarray(start, start + 20));
	same(pool.read("a"), text.subarray(0, 500));
	assert.is(rawPages(zram), 0);
});

test("resize: cuts, or adds zeros, which take no room", () => {
	const { pool, zram } = makePool();
	const bytes = frame(2);
	pool.write("a", bytes);
	pool.resize("a", PAGE + 5);
	same(pool.read("a"), bytes.subarray(0, PAGE + 5));
	assert.is(pool.status().pagesUsed, 2);
	const { memUsed } = zram.status();
	pool.resize("a", 40 * PAGE + 1);
	const grown = new Uint8Array(40 * PAGE + 1);
	grown.set(bytes.subarray(0, PAGE + 5));
	same(pool.read("a"), grown);
	assert.ok(zram.status().memUsed <= memUsed);
	pool.resize("a", 0);
	same(pool.read("a"), new Uint8Array(0));
	assert.is(pool.status().pagesUsed, 0);
	refuses(() => pool.resize("b", 1), RangeError, /^key: there is no buffer b/);
	refuses(() => pool.resize("a", -1), RangeError, /^byteLength: /);
	refuses(() => pool.resize("a", 128 * PAGE + 1), RangeError, /^byteLength: .*524288/);
});

test("move: gives another key without copying; what had that key is gone", () => {
	const { pool, zram } = makePool();
	pool.write("part", frame(1), { priority: 3 });
	pool.write("whole", frame(2));
	const { numWrites, numReads } = zram.status();
	assert.ok(pool.move("part", "whole"));
	assert.is(zram.status().numWrites, numWrites);
	assert.is(zram.status().numReads, numReads);
	assert.equal([...pool], ["whole"]);
	same(pool.read("whole"), frame(1));
	assert.is(pool.status().pagesUsed, 4);
	assert.is(pool.move("part", "other"), false);
	assert.ok(pool.move("whole", "whole"));
	assert.ok(pool.move("whole", -0));
	same(pool.read(0), frame(1));
	pool.append("x", frame(3).subarray(0, 30));
	pool.append("x", frame(3).subarray(30, 60));
	pool.move("x", "y");
	assert.is(pool.append("x", frame(4).subarray(0, 9)), 9);
	assert.is(pool.append("y", frame(3).subarray(60, 90)), 90);
	same(pool.read("y"), frame(3).subarray(0, 90));
	for (const [from, to] of [
		["y", "x"],
		["x", "y"],
	] as const) {
		pool.acquire("y", "r");
		fails(() => pool.move(from, to), "EBUSY");
		pool.release("y");
	}
	refuses(() => pool.move({} as Wrong, "y"), TypeError, /^from: /);
	refuses(() => pool.move("y", 0.5), TypeError, /^to: /);
});

test("read: at most that many bytes, from there on", () => {
	const { pool } = makePool();
	pool.write("a", frame(1));
	same(pool.read("a", 10, 100), frame(1).subarray(100, 110));
	same(pool.read("a", 3), frame(1).subarray(0, 3));
	same(pool.read("a", 1e9, FRAME - 3), frame(1).subarray(FRAME - 3));
	same(pool.read("a", 5, FRAME), new Uint8Array(0));
	assert.is(pool.read("b", 5, 0), undefined);
	for (const count of [-1, 0.5, Number.NaN, 2 ** 53])
		refuses(() => pool.read("a", count, 0), RangeError, /^count: .*0 to 9007199254740991/);
	refuses(() => pool.read("a", 1, FRAME + 1), RangeError, /^offset: .*0 to 12388/);
});

test.run();
