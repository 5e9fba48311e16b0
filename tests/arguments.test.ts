/*
 * Every argument of everything public: what is refused, with which error, and that a refused call leaves the region
 * unchanged.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type Bytes, type ZramOptions } from "zram";
import { makeDevice, PAGE, PAGES, pageOf, readPage, unchanged } from "./support/device.ts";
import { fails, refuses } from "./support/expect.ts";
import { detach } from "./support/host.ts";

const END = PAGES * PAGE;
const KB = 1024;

/** Arguments of any type at all. */
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what this suite is about
type Wrong = any;

/** Values that aren't numbers and must not be converted to one. */
const NO_NUMBERS: [string, Wrong][] = [
	["missing", undefined],
	["null", null],
	["digits", "16"],
	["a bigint", 16n],
	["a boolean", true],
	["a symbol", Symbol("16")],
	["an array", [16]],
	["an object", { valueOf: () => 16 }],
];
const NO_POSITIONS = [Number.NaN, 0.5, 4095.999, -1, -0.5, -4096, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
const HUGE = [2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 4096, 2 ** 53, Number.MAX_VALUE];

/** Expects the call to throw this error, leave the region unchanged, and count in invalidIO. */
function isInvalid(work: (zram: Zram) => unknown, type: ErrorConstructor, message: string | RegExp) {
	const { zram, arena } = makeDevice();
	unchanged(arena, () => refuses(() => work(zram), type, message));
	assert.is(zram.status().invalidIO, 1);
	zram.check();
	zram.close();
}

/** Passes every wrong value for the argument `name`, a position or length from 0 to `most`. */
function tryPositions(name: string, most: number, call: (zram: Zram, value: Wrong) => unknown) {
	for (const [, value] of NO_NUMBERS) isInvalid((zram) => call(zram, value), TypeError, `${name}: must be a number`);
	for (const value of [...NO_POSITIONS, ...HUGE, most + 1])
		isInvalid((zram) => call(zram, value), RangeError, `${name}: ${value} is not an integer from 0 to ${most}`);
}

test("read(buffer, byteOffset): byteOffset", () => {
	tryPositions("byteOffset", END - 100, (zram, value) => zram.read(new Uint8Array(100), value));
	tryPositions("byteOffset", END - 200, (zram, value) => zram.read(new Uint16Array(100), value));
});

test("read(byteLength, byteOffset): both", () => {
	tryPositions("byteOffset", END - 100, (zram, value) => zram.read(100, value));
	for (const value of [...NO_POSITIONS, ...HUGE, END + 1])
		isInvalid((zram) => zram.read(value, 0), RangeError, `byteLength: ${value} is not an integer from 0 to ${END}`);
});

test("write(buffer, byteOffset): byteOffset", () => {
	tryPositions("byteOffset", END - 100, (zram, value) => zram.write(new Uint8Array(100), value));
	tryPositions("byteOffset", END - 800, (zram, value) => zram.write(new Float64Array(100), value));
});

test("trim(byteOffset, byteLength): both", () => {
	tryPositions("byteOffset", END - 100, (zram, value) => zram.trim(value, 100));
	tryPositions("byteLength", END, (zram, value) => zram.trim(4096, value));
	isInvalid((zram) => zram.trim(undefined as Wrong, undefined as Wrong), TypeError, /^byteLength: must be a number$/);
});

test("ranges: one byte past the end", () => {
	const past = `byteOffset: ${END} is not an integer from 0 to ${END - 1}`;
	isInvalid((zram) => zram.read(new ArrayBuffer(1), END), RangeError, past);
	isInvalid((zram) => zram.read(1, END), RangeError, past);
	isInvalid((zram) => zram.write(new ArrayBuffer(1), END), RangeError, past);
	isInvalid((zram) => zram.trim(END, 1), RangeError, past);
});

test("ranges: a buffer longer than the device", () => {
	const long = `buffer.byteLength: ${END + 1} is not an integer from 0 to ${END}`;
	isInvalid((zram) => zram.read(new ArrayBuffer(END + 1), 0), RangeError, long);
	isInvalid((zram) => zram.write(new ArrayBuffer(END + 1), 0), RangeError, long);
});

test("ranges: a request that reaches past the end does nothing at all", () => {
	isInvalid((zram) => zram.write(new Uint8Array(2 * PAGE).fill(7), END - PAGE), RangeError, /^byteOffset: /);
	isInvalid((zram) => zram.trim(PAGE, END), RangeError, /^byteOffset: /);
});

test("zero bytes: accepted anywhere from 0 to the very end, and nothing happens", () => {
	const { zram, arena } = makeDevice();
	unchanged(arena, () => {
		for (const byteOffset of [0, -0, 1, PAGE, END - 1, END]) {
			assert.is((zram.read(0, byteOffset) as ArrayBuffer).byteLength, 0);
			for (const empty of [
				new ArrayBuffer(0),
				new Uint8Array(0),
				new Uint32Array(0),
				new DataView(new ArrayBuffer(0)),
			]) {
				assert.is(zram.read(empty, byteOffset), 0);
				assert.is(zram.write(empty, byteOffset), undefined);
			}
			zram.trim(byteOffset, 0);
		}
	});
	assert.is(zram.status().invalidIO, 0);
	isInvalid((device) => device.read(0, END + 1), RangeError, /^byteOffset: /);
	isInvalid((device) => device.write(new ArrayBuffer(0), END + 1), RangeError, /^byteOffset: /);
	isInvalid((device) => device.trim(END + 1, 0), RangeError, /^byteOffset: /);
});

const NO_SOURCE = "buffer: must be a buffer or a view of one, and not detached";
const NO_TARGET = `${NO_SOURCE} or read-only`;

test("buffer: anything that isn't one is refused", () => {
	const wrong: Wrong[] = [
		undefined,
		null,
		"abcd",
		16n,
		true,
		Symbol(),
		{},
		[1, 2, 3],
		() => 1,
		new Date(),
		{ byteLength: 4 },
	];
	for (const value of wrong) {
		isInvalid((zram) => zram.read(value, 0), TypeError, NO_TARGET);
		isInvalid((zram) => zram.write(value, 0), TypeError, NO_SOURCE);
	}
	isInvalid((zram) => zram.write(100 as Wrong, 0), TypeError, NO_SOURCE);
	isInvalid((zram) => (zram.write as Wrong)(), TypeError, NO_SOURCE);
	isInvalid((zram) => (zram.read as Wrong)(), TypeError, NO_TARGET);
	isInvalid((zram) => zram.read(new Proxy(new Uint8Array(4), {}), 0), TypeError, NO_TARGET);
});

test("read(byteLength, byteOffset): a subclass's read makes no difference", () => {
	class Numbers extends Zram {
		override read(byteLength: Wrong, byteOffset: Wrong): Wrong {
			if (typeof byteLength !== "number") throw new Error("only numbers");
			return super.read(byteLength, byteOffset);
		}
	}
	const zram = new Numbers({ byteLength: END, arena: { byteLength: 32 * 1024 } });
	zram.write(Uint8Array.of(1, 2, 3), 10);
	assert.equal(new Uint8Array(zram.read(4, 9)), Uint8Array.of(0, 1, 2, 3));
});

/** Views of a buffer of `length` bytes: one of every byte type, and a wider one. */
function viewsOf(buffer: ArrayBuffer): Bytes[] {
	return [buffer, new Uint8Array(buffer), new Uint16Array(buffer), new DataView(buffer), new Float64Array(buffer, 8)];
}

test("buffer: detached ones, and views of them", () => {
	for (let i = 0; i < 5; i++) {
		const buffer = new ArrayBuffer(64);
		const view = viewsOf(buffer)[i] as Bytes;
		detach(buffer);
		isInvalid((zram) => zram.read(view, 0), TypeError, NO_TARGET);
		isInvalid((zram) => zram.write(view, 0), TypeError, NO_SOURCE);
	}
});

test("buffer: detached after use", () => {
	const { zram } = makeDevice();
	for (let i = 0; i < 4; i++) {
		const buffer = new ArrayBuffer(64);
		const view = viewsOf(buffer)[i] as Bytes;
		assert.is(zram.read(view, 0), 64);
		detach(buffer);
		refuses(() => zram.read(view, 0), TypeError, NO_TARGET);
	}
	zram.close();
});

test("buffer: a resizable one counts at its current length; a view out of bounds is refused", () => {
	const { zram } = makeDevice();
	const buffer = new (ArrayBuffer as Wrong)(64, { maxByteLength: 256 });
	const rest = new Uint8Array(buffer, 16);
	const fixed = new Uint8Array(buffer, 16, 32);
	const wide = new Uint16Array(buffer, 16, 16);
	buffer.resize(200);
	assert.equal([zram.read(buffer, 0), zram.read(rest, 0), zram.read(fixed, 0)], [200, 184, 32]);
	buffer.resize(20);
	assert.equal([zram.read(buffer, 0), zram.read(rest, 0)], [20, 4]);
	isInvalid((device) => device.read(fixed, 0), TypeError, /^buffer: /);
	isInvalid((device) => device.write(wide, 0), TypeError, /^buffer: /);
	isInvalid((device) => device.write(new DataView(buffer, 8), END - 11), RangeError, /^byteOffset: /);
	zram.close();
});

test("buffer: every kind of view, written and read back, whole and in part", () => {
	const kinds = [
		...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array],
		...[Float32Array, Float64Array, BigInt64Array, BigUint64Array, DataView],
	] as Wrong[];
	const bytes = pageOf("raw", 99, 2 * PAGE);
	const { zram } = makeDevice({}, 64 * 1024);
	for (const Kind of kinds)
		for (const byteOffset of [5 * PAGE, 5 * PAGE + 1000, 5 * PAGE + 1001]) {
			zram.trim(5 * PAGE, 4 * PAGE);
			const units = 1024 / (Kind.BYTES_PER_ELEMENT ?? 1);
			zram.write(new Kind(bytes.buffer, 2048, units), byteOffset);
			const target = new ArrayBuffer(4096);
			assert.is(zram.read(new Kind(target, 512, units), byteOffset), 1024);
			assert.equal(new Uint8Array(target, 512, 1024), bytes.slice(2048, 3072), Kind.name);
			assert.not(new Uint8Array(target, 0, 512).some(Boolean) || new Uint8Array(target, 1536).some(Boolean));
			assert.equal(new Uint8Array(zram.read(1024, byteOffset)), bytes.slice(2048, 3072));
		}
	assert.is(zram.status().invalidIO, 0);
	zram.close();
});

test("read and write part of a buffer: start and length", () => {
	const bytes = new Uint8Array(100);
	for (const call of [
		(zram: Zram, start: Wrong, length: Wrong) => zram.read(bytes, 0, start, length),
		(zram: Zram, start: Wrong, length: Wrong) => zram.write(bytes, 0, start, length),
		(zram: Zram, start: Wrong, length: Wrong) => zram.write(new Uint16Array(50), 0, start, length),
	]) {
		for (const [, value] of NO_NUMBERS) {
			isInvalid((zram) => call(zram, 10, value), TypeError, "length: must be a number");
			isInvalid((zram) => call(zram, value, 0), TypeError, "start: must be a number");
		}
		for (const value of [...NO_POSITIONS, ...HUGE, 101])
			isInvalid((zram) => call(zram, value, 0), RangeError, `start: ${value} is not an integer from 0 to 100`);
		for (const value of [...NO_POSITIONS, ...HUGE, 91])
			isInvalid((zram) => call(zram, 10, value), RangeError, `length: ${value} is not an integer from 0 to 90`);
	}
	isInvalid((zram) => zram.write(bytes, END - 9, 90, 10), RangeError, /^byteOffset: /);
	isInvalid((zram) => zram.write({} as Wrong, 0, 0, 10), TypeError, /^buffer: /);
	for (const piece of [[5, 10], [undefined, 10], [0]] as Wrong[])
		isInvalid(
			(zram) => zram.read(100 as Wrong, 0, ...(piece as [number, number])),
			TypeError,
			/need a buffer to read into/,
		);
});

test("read and write part of a buffer: every kind of view, and nothing around the part", () => {
	const { zram } = makeDevice();
	const source = pageOf("raw", 5, 2 * PAGE);
	for (const [start, length] of [
		[0, 2 * PAGE],
		[100, 5000],
		[8, 0],
		[2 * PAGE, 0],
		[2 * PAGE - 8, 8],
	] as const)
		for (const wrap of [
			(bytes: Uint8Array) => bytes,
			(bytes: Uint8Array) => bytes.buffer as ArrayBuffer,
			(bytes: Uint8Array) => new DataView(bytes.buffer),
			(bytes: Uint8Array) => new Uint32Array(bytes.buffer),
		]) {
			zram.trim(0, 3 * PAGE);
			zram.write(wrap(source), 1000, start, length);
			assert.equal(new Uint8Array(zram.read(length, 1000)), source.slice(start, start + length));
			assert.equal(new Uint8Array(zram.read(8, 1000 + length)), new Uint8Array(8));
			const into = new Uint8Array(2 * PAGE).fill(7);
			assert.is(zram.read(wrap(into), 1000, start, length), length);
			const expected = new Uint8Array(2 * PAGE).fill(7);
			expected.set(source.subarray(start, start + length), start);
			assert.equal(into, expected);
		}
	assert.is(zram.status().invalidIO, 0);
	zram.check();
});

test("buffer: a SharedArrayBuffer, and views of one", () => {
	const { zram } = makeDevice();
	const shared = new SharedArrayBuffer(256);
	new Uint8Array(shared).fill(3);
	zram.write(shared, 7000);
	zram.write(new Uint16Array(shared, 2, 8), 9000);
	assert.is(zram.read(new Uint8Array(shared), 7000), 256);
	assert.is(new Uint8Array(zram.read(16, 9000))[15], 3);
	zram.close();
});

/** A device whose arena is bytes 8192 to 40959 of a larger buffer. */
function embedded() {
	const memory = new ArrayBuffer(48 * 1024);
	const arena = new Uint8Array(memory, 8192, 32768);
	const zram = new Zram({ byteLength: END, arena });
	zram.write(pageOf("compressed", 1), 0);
	return { memory, zram };
}

test("overlap: a buffer that contains any byte of the arena is refused", () => {
	const [first, end] = [8192, 40960];
	const { memory, zram } = embedded();
	const views: Bytes[] = [
		new Uint8Array(memory, first - 1, 2),
		new Uint8Array(memory, first, 1),
		new Uint8Array(memory, end - 1, 1),
		new Uint8Array(memory, end - 1, 100),
		new Uint8Array(memory, first - 4, 32768 + 8),
		new Uint8Array(memory, first, 32768),
		new DataView(memory, 20000, 4096),
		new Uint16Array(memory, first - 2, 2),
		new Float64Array(memory, end - 8, 1),
		memory,
	];
	unchanged(memory, () => {
		for (const view of views) {
			refuses(() => zram.read(view, 0), RangeError, "buffer: must not overlap the arena");
			refuses(() => zram.write(view, 0), RangeError, "buffer: must not overlap the arena");
		}
	});
	assert.is(zram.status().invalidIO, 2 * views.length);
	zram.close();
	const whole = makeDevice();
	refuses(() => whole.zram.read(whole.arena, 0), RangeError, "buffer: must not overlap the arena");
});

test("overlap: right next to the arena is fine, and so is an empty view inside it", () => {
	const { memory, zram } = embedded();
	const before = new Uint8Array(memory, 8192 - 4096, 4096);
	const behind = new Uint8Array(memory, 40960, 4096);
	for (const view of [before, behind, new Uint16Array(memory, 40960, 2048), new DataView(memory, 4096, 4096)]) {
		assert.is(zram.read(view, 0), 4096);
		zram.write(view, 4096);
		zram.check();
	}
	assert.equal(before, pageOf("compressed", 1));
	assert.equal(behind, pageOf("compressed", 1));
	assert.is(zram.read(new Uint8Array(memory, 20000, 0), 0), 0);
	zram.write(new Uint16Array(memory, 20000, 0), 0);
	zram.close();
});

test("limit: an integer from 0 to the arena's length; a refused value has no effect", () => {
	const { zram, arena } = makeDevice();
	zram.limit = 30_000;
	const most = arena.byteLength;
	unchanged(arena, () => {
		for (const [name, value] of NO_NUMBERS)
			refuses(() => (zram.limit = value), TypeError, name && "limit: must be a number");
		for (const value of [...NO_POSITIONS, ...HUGE, most + 1])
			refuses(() => (zram.limit = value), RangeError, `limit: ${value} is not an integer from 0 to ${most}`);
		assert.is(zram.limit, 30_000);
		assert.is(zram.status().memLimit, 30_000);
		assert.is(zram.status().invalidIO, 0); // counts only read, write and trim requests
	});
	for (const value of [0, 1, most - 1, most]) {
		zram.limit = value;
		assert.equal([zram.limit, zram.status().memLimit], [value, value]);
	}
	zram.close();
});

test("format: only the value buffer", () => {
	const { zram } = makeDevice();
	zram.format = "buffer";
	for (const value of ["number", "", undefined, 1, null] as Wrong[])
		refuses(() => (zram.format = value), RangeError, 'format: must be "buffer"');
	assert.is(zram.format, "buffer");
	zram.close();
});

/** Every call a device has. */
const CALLS: [string, (zram: Zram) => unknown][] = [
	["read(buffer)", (zram) => zram.read(new ArrayBuffer(16), 0)],
	["read(wide)", (zram) => zram.read(new Uint16Array(16), 0)],
	["read(byteLength)", (zram) => zram.read(16, 0)],
	["write", (zram) => zram.write(new ArrayBuffer(16), 0)],
	["write, no bytes", (zram) => zram.write(new ArrayBuffer(0), 0)],
	["trim", (zram) => zram.trim(0, 16)],
	["status", (zram) => zram.status()],
	["reset", (zram) => zram.reset()],
	["resetPeak", (zram) => zram.resetPeak()],
	["markIdle", (zram) => zram.markIdle()],
	["check", (zram) => zram.check()],
	["pages", (zram) => zram.pages()],
	["limit =", (zram) => (zram.limit = 16_000)],
];

test("close: afterwards every method throws ECLOSED, whatever its arguments; closing again is fine", () => {
	const { zram, arena } = makeDevice();
	const pages = zram.pages();
	pages.next();
	assert.is(zram.close(), undefined);
	const late: [string, (zram: Zram) => unknown][] = [
		["next", () => pages.next()],
		["format =", (device) => (device.format = "buffer")],
		["wrong read", (device) => device.read(undefined as Wrong, undefined as Wrong)],
		["wrong length", (device) => device.read(-1, -1)],
		["wrong write", (device) => device.write(1n as Wrong, 1n as Wrong)],
		["wrong trim", (device) => device.trim(Number.NaN, "1" as Wrong)],
		["wrong limit", (device) => (device.limit = 1n as Wrong)],
	];
	unchanged(arena, () => {
		for (const [name, call] of [...CALLS, ...late]) {
			const { message } = fails(() => call(zram), "ECLOSED");
			assert.is(message, "ECLOSED: the device is closed: make a new one", name);
		}
		zram.close();
		zram.close();
	});
});

test("receivers: anything but a device is a TypeError", () => {
	const { zram } = makeDevice();
	const names = ["read", "write", "trim", "status", "reset", "resetPeak", "markIdle", "check", "pages", "close"];
	const prototype = Zram.prototype as Wrong;
	const setters = ["limit", "format"].map((name) => Object.getOwnPropertyDescriptor(prototype, name)?.set as Wrong);
	const receivers: Wrong[] = [{}, undefined, null, 16, "zram", [], new Uint8Array(4), Object.create(zram), prototype];
	for (const receiver of receivers) {
		for (const name of names) refuses(() => prototype[name].call(receiver, new ArrayBuffer(4), 0), TypeError, /./);
		for (const set of setters) refuses(() => set.call(receiver, 100), TypeError, /./);
	}
	refuses(() => (Zram as Wrong)({ byteLength: END, arena: new ArrayBuffer(32768) }), TypeError, /./);
	zram.check();
	zram.close();
});

test("onOperation: every call from inside it throws EBUSY and changes nothing", () => {
	const arena = new ArrayBuffer(32 * 1024);
	const operations: string[] = [];
	const zram = new Zram({
		byteLength: END,
		arena,
		onOperation(operation) {
			operations.push(operation);
			const calls = [...CALLS, ["close", () => this.close()] as const];
			unchanged(arena, () => {
				for (const [name, call] of calls) {
					const { message } = fails(() => call(this), "EBUSY");
					assert.match(message, "within its own callback", name);
				}
			});
		},
	});
	const pages = zram.pages();
	zram.write(pageOf("compressed", 1), 0);
	zram.read(PAGE, 0);
	zram.trim(0, 16);
	assert.equal(operations, ["write", "read", "trim"]);
	assert.is(zram.status().invalidIO, 0);
	assert.is([...pages].length, 1);
	zram.close();
	assert.is(zram.limit, 32 * 1024);
});

test("onOperation: another device can be used, and an iteration carries on after EBUSY", () => {
	const other = makeDevice();
	const zram = new Zram({
		byteLength: END,
		arena: new ArrayBuffer(32768),
		onOperation: () => {
			fails(() => pages.next(), "EBUSY");
			other.zram.write(pageOf("raw", 5), 0);
		},
	});
	const pages = zram.pages();
	zram.write(pageOf("same", 5), PAGE);
	assert.is(pages.next().value?.page, 1);
	assert.equal(readPage(other.zram, 0), pageOf("raw", 5));
	assert.equal([pages.next().done, pages.next().done], [true, true]);
});

/** Expects both the constructor and layout() to refuse these options. */
function refusesOptions(options: Wrong, type: ErrorConstructor, message: string | RegExp) {
	refuses(() => new Zram(options), type, message);
	refuses(() => Zram.layout(options), type, message);
}

const GOOD: ZramOptions = { byteLength: END, arena: { byteLength: 32768 } };

test("options: must be an object", () => {
	for (const options of [undefined, null, 1, "options", true, 1n, Symbol()])
		refusesOptions(options, TypeError, "options: must be an object");
	refusesOptions({}, TypeError, /^arena: must be a number of bytes, /);
});

test("options: byteLength", () => {
	const most = 0x0fffffff * PAGE;
	for (const [name, byteLength] of NO_NUMBERS)
		if (name !== "missing") refusesOptions({ ...GOOD, byteLength }, TypeError, "byteLength: must be a number");
	for (const byteLength of [...NO_POSITIONS, 0, 4095, most + PAGE, 2 ** 53])
		refusesOptions(
			{ ...GOOD, byteLength },
			RangeError,
			`byteLength: ${byteLength} is not an integer from 4096 to ${most}`,
		);
	refusesOptions({ ...GOOD, byteLength: 6000 }, RangeError, "byteLength: 6000 is not a multiple of pageLength, 4096");
	refusesOptions(
		{ ...GOOD, byteLength: 6000, pageLength: 512 },
		RangeError,
		"byteLength: 6000 is not a multiple of pageLength, 512",
	);
	for (const byteLength of [2 ** 31, 2 ** 32, most])
		assert.is(Zram.layout({ ...GOOD, byteLength }).pageCount, byteLength / PAGE);
});

test("options: with only an arena, a number of bytes or a buffer, the device is eight times as long", () => {
	const most = [KB, 4 * KB].map((length) => 8 * 100_003 - ((8 * 100_003) % length));
	assert.equal(Zram.layout({ arena: 100_003 }).pageCount, (most[1] as number) / PAGE);
	assert.equal(Zram.layout({ arena: 100_003, pageLength: 1024 }).pageCount, (most[0] as number) / 1024);
	assert.equal(Zram.layout({ arena: 2 ** 27 }).pageCount, 2 ** 30 / PAGE);
	assert.equal(Zram.layout({ arena: 1 }), Zram.layout({ arena: { byteLength: 1 }, byteLength: PAGE }));
	for (const arena of [64 * KB, { byteLength: 64 * KB }, new ArrayBuffer(64 * KB), new Uint8Array(64 * KB)]) {
		const zram = new Zram({ arena });
		assert.equal([zram.byteLength, zram.status().memLimit], [512 * KB, 64 * KB]);
		zram.write(pageOf("compressed", 1), 512 * KB - PAGE);
		assert.equal(readPage(zram, 127), pageOf("compressed", 1));
		zram.close();
	}
	assert.is(new Zram({ arena: 64 * KB, byteLength: undefined as Wrong }).byteLength, 512 * KB);
	refuses(
		() => new Zram({ arena: 500 }),
		RangeError,
		/^arena.byteLength: 500 is too small for this device: it needs at least /,
	);
});

test("options: pageLength", () => {
	const message = "pageLength: must be 512, 1024, 2048 or 4096";
	for (const [name, pageLength] of NO_NUMBERS)
		if (name !== "missing") refusesOptions({ ...GOOD, pageLength }, TypeError, "pageLength: must be a number");
	for (const pageLength of [...NO_POSITIONS, ...HUGE, 0, 256, 513, 3072, 8192])
		refusesOptions({ ...GOOD, pageLength }, RangeError, message);
	for (const pageLength of [512, 1024, 2048, 4096, undefined])
		assert.is(new Zram({ ...GOOD, pageLength }).pageLength, pageLength ?? 4096);
});

test("options: threshold", () => {
	for (const [name, threshold] of NO_NUMBERS)
		if (name !== "missing") refusesOptions({ ...GOOD, threshold }, TypeError, "threshold: must be a number");
	for (const threshold of [...NO_POSITIONS, ...HUGE, 0, 4097])
		refusesOptions({ ...GOOD, threshold }, RangeError, `threshold: ${threshold} is not an integer from 1 to 4096`);
	refusesOptions({ ...GOOD, pageLength: 512, threshold: 513 }, RangeError, /from 1 to 512$/);
	for (const threshold of [1, 4096]) new Zram({ ...GOOD, threshold }).close();
});

test("options: codecs", () => {
	const make = (codecs: unknown) =>
		Zram.layout({ byteLength: PAGE, arena: { byteLength: 8192 }, codecs } as ZramOptions);
	assert.equal(make(undefined).codecs, ["lz4", "columns", "dense"]);
	assert.equal(make(["lz4"]).codecs, ["lz4"]);
	assert.equal(make(["columns", "lz4", "columns"]).codecs, ["lz4", "columns"]);
	assert.equal(make(["dense"]).codecs, ["dense"]);
	for (const value of ["lz4", null, 1, {}, new Set(["lz4"])])
		refuses(() => make(value), TypeError, /^codecs: must be an array of lz4, columns, dense$/);
	refuses(() => make([]), RangeError, /^codecs: must name at least one of lz4, columns, dense$/);
	for (const value of ["LZ4", "zstd", 0, undefined, "toString"])
		refuses(() => make(["lz4", value]), RangeError, /^codecs: .* is not one of lz4, columns, dense$/);
});

test("options: integrity, wipe, callbacks", () => {
	for (const value of [null, 1, 0, "true", {}] as Wrong[])
		for (const name of ["integrity", "wipe"])
			refusesOptions({ ...GOOD, [name]: value }, TypeError, `${name}: must be a boolean`);
	for (const value of [null, 1, "f", {}, true] as Wrong[])
		for (const name of ["onPressure", "onError", "onOperation"])
			refusesOptions({ ...GOOD, [name]: value }, TypeError, `${name}: must be a function`);
});

test("options: an arena to allocate", () => {
	for (const arena of [undefined, null, 32768n, "external", true] as Wrong[])
		refusesOptions(
			{ ...GOOD, arena },
			TypeError,
			"arena: must be a number of bytes, { byteLength, memory }, or a buffer of bytes",
		);
	for (const arena of [...NO_POSITIONS, 0, 2 ** 31 - 63, 2 ** 31, 2 ** 32, 2 ** 53])
		refusesOptions({ ...GOOD, arena }, RangeError, `arena: ${arena} is not an integer from 1 to ${2 ** 31 - 64}`);
	for (const [, byteLength] of NO_NUMBERS)
		refusesOptions({ ...GOOD, arena: { byteLength } }, TypeError, "arena.byteLength: must be a number");
	for (const byteLength of [...NO_POSITIONS, 0, 2 ** 31, 2 ** 32, 2 ** 53])
		refusesOptions(
			{ ...GOOD, arena: { byteLength } },
			RangeError,
			`arena.byteLength: ${byteLength} is not an integer from 1 to ${2 ** 31 - 64}`,
		);
	for (const memory of ["", "psram", 1, null, {}] as Wrong[])
		refusesOptions(
			{ ...GOOD, arena: { byteLength: 32768, memory } },
			RangeError,
			'arena.memory: must be "external" or "internal"',
		);
	for (const memory of ["external", "internal", undefined] as const)
		new Zram({ ...GOOD, arena: { byteLength: 32768, memory } }).close();
	new Zram({ ...GOOD, arena: Object.assign(Object.create(null), { byteLength: 32768 }) }).close();
});

test("options: an arena too large for its pages", () => {
	const byteLength = 2 ** 26;
	const arena = { byteLength: 2 ** 30 };
	const message = /^arena.byteLength: 1073741824 is too large for this pageLength: at most (\d+)$/;
	refusesOptions({ byteLength, arena, pageLength: 512 }, RangeError, message);
});

test("options: the constructor refuses an arena that is too small, and says what is needed", () => {
	for (const arena of [new ArrayBuffer(0), new ArrayBuffer(4096), { byteLength: 4096 }, { byteLength: 1 }]) {
		const { minimum, data } = Zram.layout({ byteLength: END, arena });
		assert.is(data, 0);
		refuses(
			() => new Zram({ byteLength: END, arena }),
			RangeError,
			`arena.byteLength: ${arena.byteLength} is too small for this device: it needs at least ${minimum}`,
		);
	}
});

test("options: an existing buffer as arena must be of bytes, aligned, attached, and of fixed length", () => {
	const memory = new ArrayBuffer(32768 + 8);
	const message = "arena: a buffer must hold bytes, start at a multiple of 4, and be neither detached nor read-only";
	const detached = new ArrayBuffer(32768);
	detach(detached);
	const resizable = new (ArrayBuffer as Wrong)(32768, { maxByteLength: 65536 });
	const wrong: Wrong[] = [1, 2, 3, 5].map((offset) => new Uint8Array(memory, offset, 32768));
	for (const arena of [...wrong, new Uint32Array(8192), detached])
		refusesOptions({ ...GOOD, arena }, TypeError, message);
	for (const arena of [new Date(), new Map(), [1, 2], () => 1]) refusesOptions({ ...GOOD, arena }, TypeError, /^arena/);
	const shared = new SharedArrayBuffer(32768);
	for (const arena of [shared, new Uint8Array(shared)])
		refusesOptions({ ...GOOD, arena }, TypeError, "arena: a buffer must not be shared with other machines");
	for (const arena of [resizable, new Uint8Array(resizable), new DataView(resizable, 0, 32768)])
		refusesOptions({ ...GOOD, arena }, TypeError, "arena: a buffer must not be resizable");
	const right = [
		memory,
		new Uint8Array(memory, 4, 32768),
		new DataView(memory, 8),
		Object.create({ byteLength: 32768 }),
	];
	for (const arena of [...right, new Int8Array(memory), new Uint8ClampedArray(memory, 4)])
		new Zram({ ...GOOD, arena }).close();
});

test("options: an existing arena stays untouched when they are refused", () => {
	const arena = new ArrayBuffer(32768);
	new Uint8Array(arena).fill(0xa5);
	unchanged(arena, () => {
		refuses(() => new Zram({ byteLength: END, arena, threshold: 0 }), RangeError, /^threshold: /);
		refuses(() => new Zram({ byteLength: 2 ** 30, arena }), RangeError, /too small/);
		Zram.layout({ byteLength: END, arena });
	});
});

test("options: unknown names are refused at every level, and the error lists the known ones", () => {
	const known =
		"arena, byteLength, pageLength, threshold, integrity, wipe, codecs, backing, onPressure, onError, onOperation";
	refusesOptions(
		{ ...GOOD, pageLengths: 3 } as Wrong,
		TypeError,
		`pageLengths: is not an option; the options are ${known}`,
	);
	refusesOptions({ ...GOOD, constructor: 1 } as Wrong, TypeError, /^constructor: is not an option/);
	const arena = { byteLength: 32768, memroy: "internal" } as Wrong;
	refusesOptions({ ...GOOD, arena }, TypeError, "arena.memroy: is not an option; the options are byteLength, memory");
	const backing = { io: { open() {} }, path: "zram", lifetimes: 3 } as Wrong;
	refusesOptions({ ...GOOD, backing }, TypeError, /^backing.lifetimes: is not an option; the options are io, path, /);
});

test("options: later changes are ignored, and so are symbols and inherited properties", () => {
	const inherited = { pageLengths: 3 };
	const options = Object.assign(Object.create(inherited), { ...GOOD, [Symbol("x")]: 1 });
	const zram = new Zram(options);
	options.byteLength = 1;
	assert.is(zram.byteLength, END);
	zram.check();
	zram.close();
});

test("arena: once it is detached, every call but close throws a TypeError that says so", () => {
	const { zram, arena } = makeDevice();
	const pages = zram.pages();
	detach(arena);
	for (const [, call] of [...CALLS, ["next", () => pages.next()] as const])
		refuses(
			() => call(zram),
			TypeError,
			"arena: the buffer was detached or its length changed: its pages are lost, close the device",
		);
	zram.close();
	fails(() => zram.status(), "ECLOSED");
});

test("inspect: anything that isn't a buffer is refused", () => {
	for (const value of [undefined, null, 1, "region", {}, [], 1n] as Wrong[])
		refuses(() => Zram.inspect(value), TypeError, /./);
	const { arena } = makeDevice();
	detach(arena);
	refuses(() => Zram.inspect(arena), TypeError, /./);
	fails(() => Zram.inspect(new ArrayBuffer(0)), "ECORRUPT");
});

test.run();
