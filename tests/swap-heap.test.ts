/*
 * What a pool and zram/flash take on the XS heap: nothing where we promise that, a bounded number of slots where it is
 * documented. And the safety net for handles that nobody closed.
 */
// needs: xs

import { collect, heapStats, print } from "host";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import ZramFlash from "zram/flash";
import SwapPool, { type SwapOptions } from "zram/swap";
import { Chains } from "zram/swap/chains";
import { equal } from "./support/bytes.ts";
import { PAGE, pageOf } from "./support/device.ts";
import { allocated, kept } from "./support/heap.ts";
import { isPreloaded } from "./support/host.ts";

const NOTHING = [0, 0, 0];
const CALLS = 2000;
const FRAME = 3 * PAGE + 100;

function makeZram(): Zram {
	return new Zram({ byteLength: 256 * PAGE, arena: { byteLength: 512 * 1024 } });
}

function makePool(options: Partial<SwapOptions> = {}): SwapPool {
	return new SwapPool({ devices: [makeZram()], resident: { slots: 2, byteLength: FRAME }, ...options });
}

test("read into a buffer and partial writes allocate nothing", () => {
	const pool = makePool();
	const handle = pool.own(pageOf("compressed", 9, FRAME));
	const into = new Uint8Array(2 * PAGE);
	const record = pageOf("raw", 1, 200);
	for (const key of [0, 1, 2, 3]) pool.write(key, pageOf("compressed", key, FRAME));
	const work = () => {
		for (let i = 0; i < CALLS; i++) {
			pool.read(i & 3, into, (i * 77) % PAGE);
			pool.write(i & 3, record, (i * 101) % (FRAME - 200));
			handle.read(into, i & 1023);
			handle.write(record, i);
			pool.has(i);
			pool.byteLength(i & 3);
		}
	};
	assert.equal(allocated(work), NOTHING);
});

test("append allocates nothing, even for whole pages and several values in turn; nor does resize", () => {
	const pool = makePool();
	const record = pageOf("raw", 1, 200);
	for (const key of [0, 1, 2, 3]) pool.append(key, record);
	const work = () => {
		for (let i = 0; i < CALLS; i++) {
			const key = (i >> 3) & 3;
			if (pool.append(key, record) > FRAME) pool.resize(key, i & 2047);
		}
	};
	assert.equal(allocated(work), NOTHING);
});

test("acquire and release of a resident buffer allocate nothing, changed or not", () => {
	const pool = makePool();
	const key = "a"; // a variable, because a literal is a new string each time
	pool.write(key, pageOf("compressed", 1, FRAME));
	pool.acquire(key, "r");
	pool.release(key);
	const work = () => {
		for (let i = 0; i < CALLS; i++) {
			const view = pool.acquire(key);
			if (i & 1) view[i] = i;
			pool.release(key);
		}
	};
	assert.equal(allocated(work), NOTHING);
	assert.is(pool.status().misses, 1);
});

test("acquire that must read allocates 9 slots, 10 on XS 17, and no bytes, and keeps none of them", () => {
	const pool = makePool();
	for (const key of [0, 1, 2, 3]) pool.write(key, pageOf("compressed", key, FRAME));
	const work = (calls: number) => {
		for (let i = 0; i < calls; i++) {
			pool.acquire(i & 3);
			pool.release(i & 3);
		}
	};
	const [taken, ...others] = allocated(() => work(100));
	assert.ok(taken === 900 || taken === 1000, `${taken} slots`);
	assert.equal(others, [0, 0]);
	const [slots, chunkBytes] = kept(() => work(CALLS)) as [number, number];
	assert.ok(slots <= 0 && chunkBytes <= 0, `${slots} slots, ${chunkBytes} bytes`);
});

test("zram/flash: read, write and eraseBlock allocate nothing", () => {
	const flash = new ZramFlash({ device: makeZram(), partitions: { log: 8 } }).open({ path: "log" });
	const record = pageOf("compressed", 1, 256);
	const into = new Uint8Array(256);
	const work = () => {
		for (let i = 0; i < CALLS; i++) {
			const byteOffset = (i * 256) % (8 * PAGE);
			if (byteOffset % PAGE === 0) flash.eraseBlock(byteOffset / PAGE);
			flash.write(record, byteOffset);
			flash.read(into, byteOffset);
		}
	};
	assert.equal(allocated(work), NOTHING);
	assert.ok(equal(into, 0, record, 0, 256));
});

test("1,000 buffers: a bounded number of XS slots each, and no bytes but the key's", () => {
	const COUNT = 1000;
	const stats = new Int32Array(6);
	const bytes = pageOf("compressed", 1, 1024);
	const measure = (name: string, keyOf: (index: number) => string | number, slotsMost: number, bytesMost: number) => {
		const zram = new Zram({ byteLength: COUNT * PAGE, arena: { byteLength: 1 << 20 } });
		const pool = new SwapPool({ devices: [zram], keys: COUNT, resident: { slots: 4, byteLength: 1024 } });
		const [before, after] = [stats.subarray(0, 3), stats.subarray(3)];
		pool.write("warm", bytes);
		pool.delete("warm");
		collect();
		heapStats(before);
		for (let i = 0; i < COUNT; i++) pool.write(keyOf(i), bytes);
		collect();
		heapStats(after);
		const slots = ((after[0] as number) - (before[0] as number)) / COUNT;
		const chunks = ((after[1] as number) - (before[1] as number)) / COUNT;
		print(`swap-heap: 1,000 buffers by ${name}: ${slots.toFixed(2)} slots and ${chunks.toFixed(1)} bytes each`);
		assert.ok(slots <= slotsMost && chunks <= bytesMost, `${name}: ${slots} slots, ${chunks} bytes for each buffer`);
		pool.close();
		zram.close();
	};
	measure("integer", (index) => index, 3.1, 20);
	measure("string of 12 characters", (index) => `buffer-${10_000 + index}`, 3.1, 60);
});

test("layout: exactly the bytes of tables and slots", () => {
	const devices = [makeZram(), makeZram()];
	const resident = { slots: 3, byteLength: 1000 };
	assert.equal(SwapPool.layout({ devices, keys: 100, resident }), {
		tables: 2 * (512 + 100 + 2) + 9 * 100 + 4,
		slots: 3000,
		scratch: PAGE,
	});
	assert.is(SwapPool.layout({ devices }).slots, 0);
	assert.is(Chains.linksLength(65_534, 10), 2 * (65_534 + 12));
	assert.is(Chains.linksLength(65_535, 10), 4 * (65_535 + 12));
});

test("links of 4 bytes for devices of more than 65,534 pages", () => {
	const zram = new Zram({ byteLength: 70_000 * 512, arena: { byteLength: 1 << 20 }, pageLength: 512 });
	const pool = new SwapPool({ devices: [zram], keys: 300 });
	for (let i = 0; i < 260; i++) pool.create(i, 512 * 256);
	const last = pageOf("compressed", 1, 3000);
	pool.write("last", last);
	assert.ok(equal(pool.read("last") as ArrayBuffer, 0, last, 0, 3000));
	assert.is(pool.status().pagesUsed, 260 * 256 + 6);
});

/** Lets promise jobs run, and after them finalization callbacks; at the next turn, if there are turns. */
async function settle() {
	for (let i = 0; i < 3; i++) {
		collect();
		await (globalThis.setTimeout && new Promise((resolve) => setTimeout(resolve, 1)));
	}
}

/** In its own function, and with another handle that is closed: XS may remember the last one. */
function forget(pool: SwapPool, count: number) {
	for (let i = 0; i < count; i++) pool.own(pageOf("compressed", i, FRAME));
	pool.own(1).close();
}

test("forgotten handles: their buffers are freed after a collection", async () => {
	const pool = makePool();
	let handle: ReturnType<SwapPool["own"]> | undefined = pool.own(pageOf("compressed", 1, FRAME));
	const kept = pool.own(pageOf("compressed", 2, FRAME));
	forget(pool, 5);
	assert.is(pool.status().owned, 7);
	await settle();
	assert.is(pool.status().owned, 2);
	assert.is(handle.byteLength, FRAME);
	handle = undefined;
	await settle();
	assert.is(pool.status().owned, 1);
	assert.is(pool.status().pagesUsed, 4);
	kept.close();
	await settle();
	assert.is(pool.status().owned, 0);
});

test("handles forgotten while acquired stay, and so does the view", async () => {
	const pool = makePool();
	const acquire = () => {
		const handle = pool.own(pageOf("compressed", 1, FRAME));
		return { view: handle.acquire(), reference: new WeakRef(handle) };
	};
	const { view, reference } = acquire();
	forget(pool, 1);
	await settle();
	assert.is(pool.status().owned, 1);
	const expected = pageOf("compressed", 1, FRAME);
	assert.ok(equal(view, 0, expected, 0, FRAME));
	reference.deref()?.release();
	forget(pool, 1);
	await settle();
	assert.is(pool.status().owned, 0);
	assert.is(reference.deref(), undefined);
});

test("closed handles aren't freed twice: their number may be another's by then", async () => {
	const pool = makePool();
	for (let i = 0; i < 5; i++) pool.own(10).close();
	for (let i = 0; i < 5; i++) pool.write(i, Uint8Array.of(i));
	await settle();
	assert.equal([...pool], [0, 1, 2, 3, 4]);
	for (let i = 0; i < 5; i++) assert.is(new Uint8Array(pool.read(i) as ArrayBuffer)[0], i);
});

test("a view outlives its pool and its slot's memory, without bytes or with its own", async () => {
	let view: Uint8Array;
	{
		const pool = makePool();
		pool.write("a", pageOf("compressed", 1, FRAME));
		view = pool.acquire("a");
	}
	await settle();
	for (let i = 0; i < 20; i++) makePool().close();
	const expected = pageOf("compressed", 1, FRAME);
	assert.ok(equal(view, 0, expected, 0, FRAME));
	view[0] = 1;
});

/** Acts like native code that keeps a buffer and its address: reads there, whatever has become of the buffer. */
function remember(this: unknown, buffer: ArrayBufferLike): void {
	native("xs_test_keep").call(this, buffer);
}
function remembered(this: unknown, length: number, byte: number): number {
	return native("xs_test_kept").call(this, length, byte);
}

test("native code that keeps a buffer and its address reads its slot's memory, even after pool.close()", async () => {
	const pools = [false, true].map((debug) => makePool({ debug, resident: { slots: 1, byteLength: FRAME } }));
	for (const pool of pools) {
		pool.write("a", new Uint8Array(FRAME).fill(1));
		pool.write("b", new Uint8Array(FRAME).fill(2));
		const { buffer } = pool.acquire("a", "r");
		remember(buffer);
		assert.is(remembered(FRAME, 1), FRAME);
		pool.release("a");
		assert.is(remembered(FRAME, pool === pools[1] ? 0xdb : 1), FRAME, "after its release");
		pool.acquire("b", "r");
		assert.is(remembered(FRAME, 2), FRAME, "what has its slot now");
		pool.close();
		assert.is(remembered(FRAME, pool === pools[1] ? 0xdb : 2), FRAME, "after close()");
		await settle();
		const others = Array.from({ length: 20 }, () => makePool());
		assert.is(remembered(FRAME, pool === pools[1] ? 0xdb : 2), FRAME, "after a collection");
		assert.is(buffer.byteLength, 0);
		for (const other of others) other.close();
	}
});

test("closed pools' slots go back to the host when nobody has a buffer of theirs", () => {
	const resident = { slots: 4, byteLength: 1 << 20 };
	for (let i = 0; i < 100; i++) {
		const pool = makePool({ resident });
		pool.write("a", pageOf("compressed", 1, FRAME));
		pool.acquire("a");
		pool.close();
	}
});

// preloaded code keeps the globals it was linked with, so there is nothing to take away
(isPreloaded ? test.skip : test)("without a FinalizationRegistry, close() does it all", async () => {
	const registry = globalThis.FinalizationRegistry;
	Reflect.deleteProperty(globalThis, "FinalizationRegistry");
	const pool = makePool();
	try {
		pool.own(10);
		pool.own(10).close();
	} finally {
		globalThis.FinalizationRegistry = registry;
	}
	await settle();
	assert.is(pool.status().owned, 1);
});

test("without a FinalizationRegistry, close() does it all", async () => {
	const pool = makePool({ finalization: false });
	pool.own(10);
	pool.own(10).close();
	await settle();
	assert.is(pool.status().owned, 1);
});

test.run();
