/*
 * Buffers that callers pass: in every call that takes one, the length that counts is the one the engine measures. Buffers
 * that don't know their length or lie about it; things without bytes; read-only buffers.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type Bytes } from "zram";
import Engine from "zram/engine";
import { PLAN_SCRATCH, planWords } from "zram/engine/interface";
import ZramFlash from "zram/flash";
import { Memory } from "zram/memory";
import SwapPool from "zram/swap";
import { equal, protect } from "./support/bytes.ts";
import { pageOf } from "./support/device.ts";
import { refuses } from "./support/expect.ts";
import { detach } from "./support/host.ts";
import { holding } from "./support/room.ts";

/** Arguments of any type at all. */
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what this suite is about
type Wrong = any;

const KB = 1024;
const LENGTH = 5000;
const REFUSED = "buffer: must be a buffer or a view of one, and not detached";
const BYTES = pageOf("compressed", 7, LENGTH);

const makeZram = () => new Zram({ byteLength: 1024 * KB, arena: { byteLength: 256 * KB } });
const makePool = () => new SwapPool({ devices: [makeZram()], resident: { slots: 2, byteLength: 8 * KB } });
const makeFlash = () => new ZramFlash({ device: makeZram(), partitions: { a: 8 } }).open({ path: "a" });

/** A class whose objects claim these lengths, offsets and buffers, whatever they really have. */
function lying<T extends new (...parameters: Wrong[]) => object>(Base: T, length: unknown): T {
	class Lying extends (Base as Wrong) {
		get byteLength() {
			return length;
		}
		get length() {
			return length;
		}
		get byteOffset() {
			return 3;
		}
		get buffer() {
			return new ArrayBuffer(3);
		}
		get BYTES_PER_ELEMENT() {
			return 16;
		}
		at() {
			return undefined;
		}
	}
	return Lying as Wrong;
}

function memoryOf(bytes: Uint8Array): HostBuffer {
	const memory = new Memory(bytes.length, "internal") as unknown as HostBuffer;
	new Uint8Array(memory as Wrong).set(bytes);
	return memory;
}

/** Buffers that hold these bytes, a multiple of 8; most of them claim otherwise. */
function buffersOf(bytes: Uint8Array): [string, Bytes][] {
	const { buffer } = bytes.slice();
	const around = new Uint8Array(bytes.length + 16);
	around.set(bytes, 8);
	const own = bytes.slice();
	for (const name of ["byteLength", "length", "byteOffset"]) Object.defineProperty(own, name, { value: 7 });
	return [
		["a region", memoryOf(bytes)],
		["a view of a region", new Uint8Array(memoryOf(bytes) as Wrong)],
		["an array with properties of its own", own],
		...[-5, 2, 2 ** 33, Number.NaN, undefined, "4"].flatMap((length): [string, Bytes][] => [
			[`a Uint8Array that says ${length}`, new (lying(Uint8Array, length))(around.buffer, 8, bytes.length)],
			[`a Uint8ClampedArray that says ${length}`, new (lying(Uint8ClampedArray, length))(buffer)],
			[`a Uint32Array that says ${length}`, new (lying(Uint32Array, length))(around.buffer, 8, bytes.length / 4)],
			[`a DataView that says ${length}`, new (lying(DataView, length))(around.buffer, 8, bytes.length)],
		]),
	];
}

function same(bytes: ArrayBuffer | undefined, expected: Uint8Array, what: string) {
	assert.is(bytes?.byteLength, expected.length, what);
	assert.ok(equal(bytes as ArrayBuffer, 0, expected, 0, expected.length), `wrong bytes: ${what}`);
}

/** BYTES, and eight more. */
function followedBy(byte: number): Uint8Array {
	const bytes = new Uint8Array(LENGTH + 8).fill(byte);
	bytes.set(BYTES);
	return bytes;
}

test("write: stores the measured bytes in a device, in a pool in every way, and in a flash", () => {
	for (const [name, buffer] of buffersOf(BYTES)) {
		const zram = makeZram();
		zram.write(buffer, 100);
		same(zram.read(LENGTH + 8, 100), followedBy(0), name);
		const pool = makePool();
		pool.write("whole", buffer);
		pool.create("part", LENGTH + 10);
		pool.write("part", buffer, 10);
		const owned = pool.own(buffer);
		owned.write(buffer, 0);
		for (let times = 1; times <= 4; times++) assert.is(pool.append("grown", buffer), times * LENGTH, name);
		same(pool.read("grown")?.slice(3 * LENGTH), BYTES, name);
		pool.delete("grown");
		same(pool.read("whole"), BYTES, name);
		same(pool.read("part")?.slice(10), BYTES, name);
		same(owned.read(), BYTES, name);
		assert.equal([pool.byteLength("whole"), owned.byteLength], [LENGTH, LENGTH], name);
		assert.is(pool.status().byteLength, 3 * LENGTH + 10, name);
		refuses(() => pool.write("part", buffer, 11), RangeError, `offset: 11 is not an integer from 0 to 10`);
		const flash = makeFlash();
		flash.write(buffer, 50);
		same(flash.read(LENGTH + 8, 50), followedBy(255), name);
		refuses(() => flash.write(buffer, 8 * 4096 - LENGTH + 1), RangeError, /^byteOffset: 5000 bytes at/);
	}
});

test("read: fills the measured bytes and none beside them", () => {
	const zram = makeZram();
	zram.write(BYTES, 0);
	const pool = makePool();
	pool.write("a", BYTES);
	const owned = pool.own(BYTES);
	const flash = makeFlash();
	flash.write(BYTES, 0);
	const reads: [string, (into: Bytes) => number | undefined][] = [
		["device", (into) => zram.read(into, 0)],
		["pool", (into) => pool.read("a", into)],
		["owned", (into) => owned.read(into)],
		["flash", (into) => flash.read(into, 0)],
	];
	for (const [what, read] of reads)
		for (const [name, buffer] of buffersOf(new Uint8Array(4000))) {
			assert.is(read(buffer), 4000, `${what}: ${name}`);
			const back = makePool();
			back.write("b", buffer);
			same(back.read("b"), BYTES.subarray(0, 4000), `${what}: ${name}`);
		}
});

test("inspect: reads the measured bytes of a dump", () => {
	const arena = new ArrayBuffer(32 * KB);
	const zram = new Zram({ byteLength: 64 * KB, arena });
	zram.write(BYTES, 0);
	for (const [name, dump] of buffersOf(new Uint8Array(arena)))
		assert.is(Zram.inspect(dump).geometry.arenaLength, 32 * KB, name);
});

test("arena: uses the measured bytes, even of a buffer that looks like options", () => {
	const memory = memoryOf(new Uint8Array(32 * KB));
	Object.setPrototypeOf(memory, Object.prototype);
	Object.defineProperty(memory, "byteLength", { value: 16, enumerable: true });
	if (memory instanceof ArrayBuffer === false && Engine.bufferLength(memory, 4) > 0)
		assert.is(new Zram({ arena: memory }).status().memLimit, 32 * KB);
	for (const [name, arena] of buffersOf(new Uint8Array(32 * KB))) {
		if (name.includes("Uint32Array")) continue; // an arena consists of bytes
		const zram = new Zram({ byteLength: 64 * KB, arena: arena as Wrong });
		assert.is(zram.status().memLimit, 32 * KB, name);
		zram.write(BYTES, 0);
		same(zram.read(LENGTH, 0), BYTES, name);
		zram.check();
	}
});

test("anything without bytes is a TypeError, before anything changes", () => {
	const detached = new ArrayBuffer(8);
	const left = new Uint8Array(detached);
	detach(detached);
	const closed = new Memory(8, "internal");
	closed.close();
	const wrong: Wrong[] = [
		undefined,
		null,
		5,
		"abcd",
		{},
		[1],
		{ byteLength: 4 },
		{ length: 4 },
		detached,
		left,
		closed,
	];
	for (const buffer of wrong) {
		const pool = makePool();
		pool.write("a", BYTES);
		const before = JSON.stringify(pool.status());
		refuses(() => pool.write("a", buffer), TypeError, /^buffer: must be a buffer/);
		refuses(() => pool.write("a", buffer, { replace: true }), TypeError, /^buffer: must be a buffer/);
		refuses(() => pool.write("b", buffer), TypeError, /^buffer: must be a buffer/);
		refuses(() => pool.write("a", buffer, 0), TypeError, /^buffer: must be a buffer/);
		if (typeof buffer !== "number") refuses(() => pool.own(buffer), TypeError, /^buffer: must be a buffer/);
		if (buffer !== undefined && typeof buffer !== "number")
			refuses(() => pool.read("a", buffer), TypeError, /^into: must be a buffer/);
		assert.is(JSON.stringify(pool.status()), before);
		assert.is(pool.has("b"), false);
		same(pool.read("a"), BYTES, "the old value");
		const flash = makeFlash();
		refuses(() => flash.write(buffer, 0), TypeError, /^buffer: must be a buffer/);
		if (typeof buffer !== "number") refuses(() => flash.read(buffer, 0), TypeError, /^buffer: must be a buffer/);
	}
});

test("a read-only buffer, such as a resource in flash, can be a source but not a target", () => {
	const buffer = protect(memoryOf(BYTES)) as Wrong;
	if (!buffer) return; // JavaScript has none
	const zram = makeZram();
	const pool = makePool();
	const flash = makeFlash();
	pool.write("a", buffer);
	same(pool.read("a"), BYTES, "a read-only source");
	for (const view of [buffer, new Uint8Array(buffer), new DataView(buffer), new Uint16Array(buffer)]) {
		zram.write(view, 0);
		flash.write(view, 0);
		refuses(() => zram.read(view, 0), TypeError, `${REFUSED} or read-only`);
		refuses(() => flash.read(view, 0), TypeError, `${REFUSED} or read-only`);
		refuses(() => pool.read("a", view), TypeError, `${REFUSED.replace("buffer", "into")} or read-only`);
	}
	assert.equal([zram.status().invalidIO, zram.status().failedReads], [4, 0]);
	assert.is(Engine.equal(buffer, 0, BYTES, 0, LENGTH), 1);
});

holding(0, 16 << 20)("lengths beyond 2^32 are refused, not wrapped", () => {
	const zrams = [1, 2].map(() => new Zram({ byteLength: 2 ** 31, arena: { byteLength: 8 << 20 } }));
	const pool = new SwapPool({ devices: zrams, keys: 4 });
	const before = JSON.stringify(pool.status());
	for (const byteLength of [2 ** 32, 2 ** 32 + 5, 2 ** 53]) {
		const message = `byteLength: ${byteLength} is not an integer from 0 to ${2 ** 32 - 1}`;
		refuses(() => pool.create("a", byteLength), RangeError, message);
		refuses(() => pool.own(byteLength), RangeError, message);
	}
	assert.equal([pool.has("a"), JSON.stringify(pool.status())], [false, before]);
});

test("flash: a source that is detached in the middle of a write: earlier blocks are written, then an error", () => {
	let strike: (() => void) | undefined;
	const device = new Zram({
		byteLength: 64 * KB,
		arena: { byteLength: 64 * KB },
		onOperation() {
			strike?.();
			strike = undefined;
		},
	});
	const flash = new ZramFlash({ device, partitions: { a: 8 } }).open({ path: "a" });
	const bytes = new Uint8Array(8192);
	strike = () => detach(bytes.buffer);
	refuses(() => flash.write(bytes, 0), TypeError, /^buffer: must be a buffer/);
	const blocks = new Uint8Array(flash.read(8192, 0));
	assert.equal([blocks[0], blocks[4095], blocks[4096], blocks[8191]], [0, 0, 255, 255]);
});

test("an object whose getter closes the device: an error, and no read of freed memory", () => {
	const plan = planWords({ arenaLength: 64 * KB, pageCount: 16, pageLength: 4096 });
	Engine.plan(plan.buffer);
	const scratch = new Memory(plan[PLAN_SCRATCH] as number, "internal") as unknown as HostBuffer;
	const host = new Engine(new ArrayBuffer(64 * KB), scratch, plan.buffer) as Wrong;
	for (const call of [
		(zram: Zram) => zram.write(host, 0),
		(zram: Zram) => zram.read(host, 0),
		(zram: Zram) => zram.write(host, 0, 0, 8),
	]) {
		const zram = makeZram();
		zram.write(BYTES, 0);
		Object.defineProperty(host, "byteLength", {
			configurable: true,
			get() {
				zram.close();
				return 16;
			},
		});
		refuses(() => call(zram), TypeError, /^buffer: must be a buffer/);
		zram.close();
	}
});

test.run();
