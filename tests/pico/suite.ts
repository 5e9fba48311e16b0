/* hosts/pico on a simulated chip (chip.c). ../pico.test.ts runs it for several boards. */

import { suite } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import { openFlashStorage } from "zram/pico/flash";
import { throws } from "../support/expect.ts";
import { Random } from "../support/random.ts";

declare const MULTICORE: boolean;
declare const PSRAM: boolean;

const test = suite(MULTICORE ? "RP2350, another core" : "RP2350");

function reset(this: unknown, image: number): void {
	native("xs_pico_reset").call(this, image);
}
function mod(this: unknown, length: number): void {
	native("xs_pico_mod").call(this, length);
}
function isUntouched(this: unknown, start: number, end: number): boolean {
	return native("xs_pico_isUntouched").call(this, start, end);
}
function faults(this: unknown): number {
	return native("xs_pico_faults").call(this);
}
function operations(this: unknown): number {
	return native("xs_pico_operations").call(this);
}
function other(this: unknown, can: boolean, will: boolean): void {
	native("xs_pico_other").call(this, can, will);
}
function allocate(this: unknown, byteLength: number, external: boolean): string {
	return native("xs_pico_allocate").call(this, byteLength, external);
}

function hasExternal(this: unknown): boolean {
	return native("xs_pico_hasExternal").call(this);
}
function freeAll(this: unknown): number {
	return native("xs_pico_freeAll").call(this);
}
function eraseBlock(this: unknown, block: number): void {
	native("xs_zram_pico_flash_erase").call(this, block);
}
function program(this: unknown, from: Uint8Array, start: number, length: number, position: number): void {
	native("xs_zram_pico_flash_program").call(this, from, start, length, position);
}

const BLOCK = 4096;
/** The end of the range: 64 KB for files and 32 KB for preferences follow, which end at 2 MB. */
const END = 0x1f8000 - 65536;
const SIZE = 1024 * 1024;
const START = END - SIZE;
const IMAGE = 0x83000;

const path = "zram";

function open(image = IMAGE) {
	reset(image);
	other(true, true);
	return openFlashStorage().open({ path });
}

test("range: exactly what lies between mod and files", () => {
	const flash = open();
	assert.equal(flash.status(), { size: SIZE, blockLength: BLOCK, blocks: 256, writeAlign: 1, eraseValue: 0xff });
	const zeros = new Uint8Array(BLOCK);
	for (let block = 0; block < 256; block++) {
		flash.eraseBlock(block);
		flash.write(zeros, block * BLOCK);
	}
	assert.ok(isUntouched(START, END));
	assert.is(faults(), 0);
	assert.not(isUntouched(START + 1, END));
	assert.not(isUntouched(START, END - 1));
});

test("range: no room once firmware or mod reach into it, and not before", () => {
	assert.is(open(START).status().size, SIZE);
	throws(Error, () => open(START + BLOCK));
	reset(IMAGE);
	mod(START - IMAGE);
	assert.is(openFlashStorage().open({ path }).status().size, SIZE);
	mod(START - IMAGE + 1);
	throws(Error, () => openFlashStorage());
});

test("range: a mod installed later, and blocks that don't exist, stay untouched", () => {
	const flash = open();
	mod(START - IMAGE + 1);
	throws(Error, () => flash.eraseBlock(0));
	throws(Error, () => flash.write(new Uint8Array(16), 0));
	throws(Error, () => flash.read(16, 0));
	open();
	for (const block of [-1, 256, 0x80000]) throws(RangeError, () => eraseBlock(block));
	for (const position of [-1, SIZE - 15, SIZE, 0x7fffffff])
		throws(RangeError, () => program(new Uint8Array(16), 0, 16, position));
	assert.is(operations(), 0);
	assert.ok(isUntouched(0, 0));
});

test("write: any length at any place, across pages of the chip; bits go one way only", () => {
	const flash = open();
	const random = new Random(7);
	const model = new Uint8Array(2 * BLOCK).fill(0xff);
	flash.eraseBlock(3, 5);
	for (let turn = 0; turn < 300; turn++) {
		const at = random.below(2 * BLOCK);
		const bytes = Uint8Array.from({ length: random.below(Math.min(700, 2 * BLOCK - at)) }, () => random.below(256));
		flash.write(bytes, 3 * BLOCK + at);
		for (let i = 0; i < bytes.length; i++) model[at + i] = (model[at + i] as number) & (bytes[i] as number);
	}
	assert.ok(new Uint8Array(flash.read(2 * BLOCK, 3 * BLOCK)).every((byte, i) => byte === model[i]));
	assert.ok(isUntouched(START + 3 * BLOCK, START + 5 * BLOCK));
	assert.is(faults(), 0);
});

test("a device on it: incompressible pages come back, and nothing else is touched", () => {
	open();
	const io = openFlashStorage();
	const options = { byteLength: SIZE, arena: { byteLength: 64 * 1024 } };
	const zram = new Zram({ ...options, backing: { io, path, format: true } });
	const random = new Random(8);
	const pages = new Map<number, number>();
	const fill = (seed: number) => {
		const each = new Random(seed);
		return Uint8Array.from({ length: BLOCK }, () => each.below(256));
	};
	for (let turn = 0; turn < 120; turn++) {
		const page = random.below(40);
		zram.write(fill(turn + 1), page * BLOCK);
		pages.set(page, turn + 1);
	}
	assert.ok(zram.status().bdCount > 20, `${zram.status().bdCount} pages on flash`);
	for (const [page, seed] of pages) {
		const expected = fill(seed);
		assert.ok(new Uint8Array(zram.read(BLOCK, page * BLOCK)).every((byte, i) => byte === expected[i]));
	}
	zram.close();
	assert.ok(isUntouched(START, END));
	assert.is(faults(), 0);
});

if (MULTICORE)
	test("the other core: waits during each operation; if it doesn't or can't, the operation is refused", () => {
		const flash = open();
		for (const [can, will] of [
			[false, true],
			[true, false],
		] as const) {
			other(can, will);
			throws(Error, () => flash.eraseBlock(0));
			throws(Error, () => flash.write(new Uint8Array(1), 0));
			assert.is(operations(), 0);
			assert.ok(isUntouched(0, 0));
		}
		other(true, true);
		flash.eraseBlock(0);
		flash.write(new Uint8Array(257), 0);
		assert.is(operations(), 3);
		assert.is(faults(), 0);
	});

test("memory: comes from where it was asked for, however small, until there is no more; nothing else is kept", () => {
	reset(IMAGE);
	assert.is(hasExternal(), PSRAM);
	for (const byteLength of [64, 4096, 12000]) {
		if (PSRAM) assert.is(allocate(byteLength, true), "PSRAM");
		assert.is(allocate(byteLength, false), "SRAM");
	}
	if (PSRAM) assert.is(allocate(0x30000, true), "PSRAM");
	if (PSRAM) assert.is(allocate(0x30000, true), "");
	assert.is(allocate(0xe000, false), "");
	assert.is(allocate(0x8000, false), "SRAM");
	assert.is(freeAll(), 0);
	assert.is(allocate(0xf000, false), "SRAM");
	if (PSRAM) assert.is(allocate(0x3f000, true), "PSRAM");
	assert.is(freeAll(), 0);
});

test.run();
