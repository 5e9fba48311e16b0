/*
 * zram/flash: what the Moddable SDK's own tests require of any Flash, bits that only go to 0, and the RAM it takes.
 */
// needs: js
// firmware: --slots 14336 --chunk 160000

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramOptions } from "zram";
import ZramFlash, { type Flash } from "zram/flash";
import { equal, fill, NOISE } from "./support/bytes.ts";
import { pageOf } from "./support/device.ts";
import { fails, refuses, throws } from "./support/expect.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const BLOCK = 4096;
const BLOCKS = 8;
const PATH = "xs_test";
const SIZE = BLOCK * BLOCKS;

/** Arguments of any type at all. */
// biome-ignore lint/suspicious/noExplicitAny: wrong arguments are what this suite is about
type Wrong = any;

function makeFlash(options: Partial<ZramOptions> = {}) {
	const zram = new Zram({ byteLength: 16 * BLOCK, arena: { byteLength: 64 * 1024 }, ...options });
	return { zram, flash: new ZramFlash({ device: zram, partitions: { [PATH]: BLOCKS, other: 4 } }) };
}

/** Expects all bytes to be `value`. */
function isAll(bytes: ArrayBuffer | Uint8Array, value: number) {
	const expected = new Uint8Array(bytes.byteLength).fill(value);
	assert.ok(equal(expected, 0, bytes, 0, bytes.byteLength), `not all ${value}`);
}

test("open: modes, formats, and errors", () => {
	const { flash } = makeFlash();
	for (const mode of [undefined, "r", "r+"] as const) flash.open({ path: PATH, mode }).close();
	flash.open({ path: PATH, format: "buffer" }).close();
	for (const mode of ["rw", "w", "xyzzy", "", null])
		refuses(() => flash.open({ path: PATH, mode: mode as Wrong }), Error, /^mode: /);
	refuses(() => flash.open({ path: PATH, format: "xyzzy" as Wrong }), RangeError, /^format: /);
	refuses(() => flash.open({} as Wrong), Error, /^path: is missing/);
	for (const path of ["xyzzy", "", "toString", "__proto__"])
		refuses(() => flash.open({ path }), Error, /^path: there is no partition/);
	throws(TypeError, () => (flash as Wrong).open());
	throws(TypeError, () => flash.open({ path: Symbol() as Wrong }));
	throws(TypeError, () => flash.open({ path: PATH, mode: Symbol() as Wrong }));
});

test("iterator: gives each path once, even if it is left early", () => {
	const { flash } = makeFlash();
	assert.equal([...flash], [PATH, "other"]);
	for (const path of flash) {
		assert.is(path, PATH);
		break;
	}
});

test("status: sizes, alignment 1, erased bytes are 0xFF", () => {
	const { flash } = makeFlash();
	const status = { size: SIZE, blocks: BLOCKS, blockLength: BLOCK, writeAlign: 1, eraseValue: 0xff };
	assert.equal(flash.open({ path: PATH }).status(), status);
	const small = makeFlash({ pageLength: 512 }).flash.open({ path: "other" }).status();
	assert.equal([small.blockLength, small.blocks, small.size], [512, 4, 2048]);
});

test("format: buffer, and nothing else", () => {
	const f = makeFlash().flash.open({ path: PATH });
	assert.is(f.format, "buffer");
	f.format = "buffer";
	for (const value of ["xyzzy", undefined, 1])
		refuses(
			() => {
				f.format = value as Wrong;
			},
			RangeError,
			/^format: /,
		);
	assert.is(f.format, "buffer");
});

test("close: twice is fine; then every call is a SyntaxError", () => {
	const { flash } = makeFlash();
	const f = flash.open({ path: PATH });
	f.close();
	f.close();
	const calls = [
		() => f.read(12, 0),
		() => f.write(new ArrayBuffer(12), 0),
		() => f.eraseBlock(0),
		() => f.status(),
		() => f.format,
	];
	for (const call of calls) throws(SyntaxError, call);
	const other = flash.open({ path: PATH });
	flash.close();
	throws(SyntaxError, () => other.read(12, 0));
	other.close();
});

test("receivers: anything but a flash is a SyntaxError", () => {
	const { flash, zram } = makeFlash();
	const f = flash.open({ path: PATH }) as Wrong;
	const calls: [string, unknown[]][] = [
		["write", [Uint8Array.of(1), 0]],
		["read", [5, 0]],
		["eraseBlock", [0]],
		["status", []],
		["close", []],
	];
	for (const [name, parameters] of calls)
		for (const receiver of ["a string", [], {}, 1, null, undefined, zram, flash, Object.create(f)])
			throws(SyntaxError, () => f[name].apply(receiver, parameters), `${name} of ${typeof receiver}`);
});

test("a new partition is erased", () => {
	const { flash } = makeFlash();
	isAll(flash.open({ path: PATH }).read(SIZE, 0), 0xff);
	isAll(flash.open({ path: "other" }).read(4 * BLOCK, 0), 0xff);
});

test("write and read: across blocks, and over written bytes", () => {
	const f = makeFlash().flash.open({ path: PATH });
	f.write(new ArrayBuffer(BLOCK), 0);
	isAll(f.read(BLOCK, 0), 0);
	f.eraseBlock(0);
	isAll(f.read(BLOCK, 0), 0xff);
	f.write(new Uint8Array(BLOCK / 2).fill(0x80), BLOCK / 2);
	isAll(f.read(BLOCK / 2, 0), 0xff);
	isAll(f.read(BLOCK / 2, BLOCK / 2), 0x80);
	f.eraseBlock(0, 2);
	f.write(Uint8Array.of(0xfe, 0xfc), BLOCK - 1);
	isAll(f.read(BLOCK - 1, 0), 0xff);
	assert.equal(new Uint8Array(f.read(2, BLOCK - 1)), Uint8Array.of(0xfe, 0xfc));
	isAll(f.read(BLOCK - 1, BLOCK + 1), 0xff);
	f.write(Uint8Array.of(0xf0, 0xe0), BLOCK - 1);
	assert.equal(new Uint8Array(f.read(2, BLOCK - 1)), Uint8Array.of(0xf0, 0xe0));
	f.write(Uint8Array.of(0xff, 0x1f), BLOCK - 1);
	const into = new Uint8Array(2);
	assert.is(f.read(into, BLOCK - 1), 2);
	assert.equal(into, Uint8Array.of(0xf0, 0x00));
	const rest = new Uint8Array(BLOCK - 1);
	assert.is(f.read(rest, 0), BLOCK - 1);
	isAll(rest, 0xff);
});

test("eraseBlock: one or several, arguments converted as the SDK does", () => {
	const f = makeFlash().flash.open({ path: PATH }) as Wrong;
	f.write(new ArrayBuffer(SIZE), 0);
	f.eraseBlock(0);
	f.eraseBlock(BLOCKS - 1);
	isAll(f.read(BLOCK, 0), 0xff);
	isAll(f.read(BLOCK, SIZE - BLOCK), 0xff);
	isAll(f.read(SIZE - 2 * BLOCK, BLOCK), 0);
	f.eraseBlock("1", "3");
	isAll(f.read(3 * BLOCK, 0), 0xff);
	isAll(f.read(SIZE - 4 * BLOCK, 3 * BLOCK), 0);
	throws(SyntaxError, () => f.eraseBlock());
	throws(TypeError, () => f.eraseBlock(1n));
	throws(TypeError, () => f.eraseBlock(0, 1n));
	for (const [start, end] of [[-1], [BLOCKS], [0, 0], [2, 1], [0, BLOCKS + 1], [0, -1], [Number.POSITIVE_INFINITY]])
		refuses(() => f.eraseBlock(start, end), RangeError, /^start, end: /);
	isAll(f.read(SIZE - 4 * BLOCK, 3 * BLOCK), 0);
});

test("partitions: nothing reaches past the end or into another one", () => {
	const { flash } = makeFlash();
	const f = flash.open({ path: PATH });
	const other = flash.open({ path: "other" });
	other.write(new ArrayBuffer(4 * BLOCK), 0);
	const calls = [
		() => f.read(1, SIZE),
		() => f.read(new Uint8Array(2), SIZE - 1),
		() => f.read(-1, 0),
		() => f.read(1, -1),
		() => f.write(new ArrayBuffer(2), SIZE - 1),
		() => f.write(new ArrayBuffer(SIZE + 1), 0),
		() => f.write(new ArrayBuffer(1), -1),
	];
	for (const call of calls) refuses(call, RangeError, /^byteOffset: /);
	assert.is(f.read(new Uint8Array(0), SIZE), 0);
	f.eraseBlock(0, BLOCKS);
	isAll(other.read(4 * BLOCK, 0), 0);
	isAll(f.read(SIZE, 0), 0xff);
});

test("arguments: a missing one is a SyntaxError, a non-buffer a TypeError", () => {
	const f = makeFlash().flash.open({ path: PATH }) as Wrong;
	throws(SyntaxError, () => f.read(12));
	throws(SyntaxError, () => f.write(new ArrayBuffer(12)));
	throws(TypeError, () => f.read(12, 1n));
	for (const wrong of ["bytes", null, undefined, {}, [1, 2]]) {
		throws(TypeError, () => f.write(wrong, 0));
		throws(TypeError, () => f.read(wrong, 0));
	}
	f.write(Uint16Array.of(0x1234, 0x5678), 2);
	assert.equal(new Uint8Array(f.read(8, 0)), Uint8Array.of(255, 255, 0x34, 0x12, 0x78, 0x56, 255, 255));
});

test('mode "r": reads, and changes nothing', () => {
	const { flash } = makeFlash();
	const reader = flash.open({ path: PATH, mode: "r" });
	refuses(() => reader.write(new ArrayBuffer(12), 0), Error, /read-only/);
	isAll(reader.read(12, 0), 0xff);
	flash.open({ path: PATH }).write(new ArrayBuffer(12), 0);
	refuses(() => reader.eraseBlock(0), Error, /read-only/);
	isAll(reader.read(12, 0), 0);
});

test("erased blocks take no room; a full arena refuses, and the old block stands", () => {
	const { flash, zram } = makeFlash({ arena: { byteLength: 32 * 1024 } });
	const f = flash.open({ path: PATH });
	const empty = zram.status().memUsed;
	assert.is(empty, Zram.layout({ byteLength: 16 * BLOCK, arena: { byteLength: 32 * 1024 } }).metadata);
	const noise = new Uint8Array(SIZE);
	fill(noise, 0, SIZE, NOISE, 1);
	fails(() => f.write(noise, 0), "ENOSPC");
	const whole = Math.floor((zram.status().memUsed - empty) / BLOCK);
	assert.ok(whole >= 6);
	assert.ok(equal(new Uint8Array(f.read(whole * BLOCK, 0)), 0, noise, 0, whole * BLOCK));
	isAll(f.read(SIZE - whole * BLOCK, whole * BLOCK), 0xff);
	f.eraseBlock(0, BLOCKS);
	assert.is(zram.status().memUsed, empty);
	zram.check();
});

test("writing the same bytes again stores nothing", () => {
	const { flash, zram } = makeFlash();
	const f = flash.open({ path: PATH });
	const page = pageOf("compressed", 3);
	f.write(page, BLOCK);
	const { numWrites } = zram.status();
	f.write(page, BLOCK);
	f.write(page.subarray(100, 300), BLOCK + 100);
	f.eraseBlock(3);
	assert.is(zram.status().numWrites, numWrites);
});

test("options: errors name the option", () => {
	const { zram } = makeFlash();
	const device = zram;
	const wrong: [Wrong, ErrorConstructor, RegExp][] = [
		[undefined, TypeError, /^options: /],
		[{ partitions: {} }, TypeError, /^device: /],
		[{ device: {}, partitions: {} }, TypeError, /^device: /],
		[{ device }, TypeError, /^partitions: /],
		[{ device, partitions: { a: 0 } }, RangeError, /^partitions\.a: 0 is not an integer from 1 to 16$/],
		[{ device, partitions: { a: 10, b: 7 } }, RangeError, /^partitions\.b: 7 is not an integer from 1 to 6$/],
		[{ device, partitions: { a: "1" } }, TypeError, /^partitions\.a: /],
	];
	for (const [options, type, message] of wrong) refuses(() => new ZramFlash(options), type, message);
});

/** A flash next to a plain array whose bits only go to 0. */
class Model {
	#random: Random;
	#flash: Flash;
	#expected = new Uint8Array(SIZE).fill(0xff);
	#buffer = new Uint8Array(3 * BLOCK);

	constructor(flash: Flash, seed: number) {
		this.#flash = flash;
		this.#random = new Random(seed);
	}

	step() {
		const random = this.#random;
		const byteOffset = random.below(SIZE);
		const length = Math.min(random.below(random.once(3) ? 3 * BLOCK : 300), SIZE - byteOffset);
		const bytes = this.#buffer.subarray(0, length);
		const what = random.below(10);
		if (what < 4) {
			this.#flash.read(bytes, byteOffset);
			assert.ok(equal(bytes, 0, this.#expected, byteOffset, length), `wrong bytes at ${byteOffset}`);
		} else if (what < 8) {
			fill(bytes, 0, length, random.below(5), random.next());
			this.#flash.write(bytes, byteOffset);
			for (let i = 0; i < length; i++) (this.#expected[byteOffset + i] as number) &= bytes[i] as number;
		} else {
			const start = Math.floor(byteOffset / BLOCK);
			const end = start + 1 + random.below(BLOCKS - start);
			this.#flash.eraseBlock(start, end);
			this.#expected.fill(0xff, start * BLOCK, end * BLOCK);
		}
	}
}

test("random operations against an array whose bits only go to 0", () => {
	const { flash, zram } = makeFlash();
	const model = new Model(flash.open({ path: PATH }), SEED);
	try {
		for (let i = 0; i < scaled(3000); i++) model.step();
		zram.check();
	} catch (error) {
		throw new Error(`seed ${SEED}: ${error}`);
	}
});

test.run();
