/* The NOR flash emulator: first what the SDK's own tests require of any Flash, then bits, wear, power cuts and failures. */
// needs: js

import { test } from "uvu";
import { Chip, ChipError, type ChipOptions, PowerCut } from "../modules/nor/chip.ts";
import { type Flash, flashStorage } from "../modules/nor/nor-flash.ts";
import { throws } from "./support/expect.ts";

const BLOCK = 4096;
const path = "xs_test";

function make(options: Partial<ChipOptions> = {}): { chip: Chip; flash: ReturnType<typeof flashStorage> } {
	const chip = new Chip({ blocks: 8, ...options });
	return { chip, flash: flashStorage({ [path]: chip, other: new Chip({ blocks: 1 }) }) };
}

function open(options: Partial<ChipOptions> = {}): { chip: Chip; flash: Flash } {
	const { chip, flash } = make(options);
	return { chip, flash: flash.open({ path }) };
}

function check(condition: unknown, message: string) {
	if (!condition) throw new Error(message);
}

function isAll(bytes: ArrayBuffer | Uint8Array, value: number): boolean {
	return new Uint8Array(bytes as ArrayBuffer).every((byte) => byte === value);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
	return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

test("open: modes, formats, paths, and the same errors as the SDK's drivers", () => {
	const { flash } = make();
	for (const options of [{ path }, { path, mode: "r" }, { path, mode: "r+" }, { path, format: "buffer" }])
		flash.open(options).close();
	throws(Error, () => flash.open({ path, mode: "rw" }));
	throws(Error, () => flash.open({ path, mode: "" }));
	throws(RangeError, () => flash.open({ path, format: "number" }));
	throws(Error, () => flash.open({} as never));
	throws(Error, () => flash.open({ path: "nowhere" }));
	throws(Error, () => flash.open({ path: "toString" }));
	throws(TypeError, () => flash.open(undefined as never));
	throws(TypeError, () => flash.open({ path: Symbol() as never }));
	throws(TypeError, () => flash.open({ path, mode: Symbol() as never }));
});

test("iterator: the paths, each once", () => {
	check(JSON.stringify([...make().flash]) === JSON.stringify([path, "other"]), "paths");
});

test("format: buffer, and nothing else", () => {
	const { flash } = open();
	flash.format = "buffer";
	throws(RangeError, () => {
		flash.format = "number" as never;
	});
	check(flash.format === "buffer", "format");
});

test("status: the geometry", () => {
	const { size, blockLength, blocks, writeAlign, eraseValue } = open({ writeAlign: 16 }).flash.status();
	check(size === 8 * BLOCK && blockLength === BLOCK && blocks === 8, "geometry");
	check(writeAlign === 16 && eraseValue === 0xff, "bits");
});

test("close: twice is fine; then calls are a SyntaxError, as with a wrong receiver", () => {
	const { flash } = open();
	for (const receiver of ["a string", [], {}, undefined, new Uint8Array(1)]) {
		throws(SyntaxError, () => flash.read.call(receiver as never, Uint8Array.of(1), 0));
		throws(SyntaxError, () => flash.write.call(receiver as never, Uint8Array.of(1), 0));
		throws(SyntaxError, () => flash.eraseBlock.call(receiver as never, 0));
		throws(SyntaxError, () => flash.status.call(receiver as never));
		throws(SyntaxError, () => flash.close.call(receiver as never));
	}
	flash.close();
	flash.close();
	throws(SyntaxError, () => flash.read(12, 0));
	throws(SyntaxError, () => flash.write(new ArrayBuffer(12), 0));
	throws(SyntaxError, () => flash.eraseBlock(0));
	throws(SyntaxError, () => flash.status());
});

test("eraseBlock: one block, several, numbers as strings; erases nothing outside", () => {
	const { flash } = open();
	flash.write(new ArrayBuffer(8 * BLOCK), 0);
	check(isAll(flash.read(8 * BLOCK, 0), 0), "programmed");
	flash.eraseBlock(0);
	flash.eraseBlock(7);
	flash.eraseBlock(3, undefined);
	flash.eraseBlock("1" as never, "3" as never);
	for (let block = 0; block < 8; block++)
		check(isAll(flash.read(BLOCK, block * BLOCK), block >= 4 && block < 7 ? 0 : 0xff), `block ${block}`);
	throws(SyntaxError, () => flash.eraseBlock(undefined as never));
	throws(TypeError, () => flash.eraseBlock(1n as never));
	throws(TypeError, () => flash.eraseBlock(0, 1n as never));
	for (const [start, end] of [[-1], [8], [2, 2], [2, 1], [0, 9]])
		throws(RangeError, () => flash.eraseBlock(start as number, end));
});

test("readonly: can read, and nothing else", () => {
	const { flash } = make();
	flash.open({ path }).write(new ArrayBuffer(12), 0);
	const readOnly = flash.open({ path, mode: "r" });
	throws(Error, () => readOnly.write(new ArrayBuffer(12), 0));
	throws(Error, () => readOnly.eraseBlock(0));
	check(isAll(readOnly.read(12, 0), 0), "bytes");
});

test("write: crosses block boundaries; bits go one way only", () => {
	const { flash } = open();
	flash.write(Uint8Array.of(0xfe, 0xfc), BLOCK - 1);
	flash.write(Uint8Array.of(0xf3, 0xe0), BLOCK - 1);
	const bytes = new Uint8Array(4);
	check(flash.read(bytes, BLOCK - 2) === 4, "count");
	check(isSame(bytes, Uint8Array.of(0xff, 0xf2, 0xe0, 0xff)), `${bytes}`);
	flash.write(new DataView(Uint8Array.of(0xaa).buffer), 5);
	flash.write(Uint8Array.of(0x0f).subarray(0), 5);
	check(new Uint8Array(flash.read(1, 5))[0] === 0x0a, "and");
	for (const [length, offset] of [
		[1, 8 * BLOCK],
		[2, 8 * BLOCK - 1],
		[1, -1],
		[-1, 0],
	] as [number, number][]) {
		throws(RangeError, () => flash.read(length, offset));
		if (length > 0) throws(RangeError, () => flash.write(new Uint8Array(length), offset));
	}
	throws(TypeError, () => flash.write("bytes" as never, 0));
});

test("writeAlign and eraseValue: chips of other kinds", () => {
	const { flash } = open({ writeAlign: 16, eraseValue: 0 });
	check(isAll(flash.read(BLOCK, 0), 0), "erased");
	throws(RangeError, () => flash.write(new Uint8Array(16), 8));
	throws(RangeError, () => flash.write(new Uint8Array(8), 16));
	flash.write(new Uint8Array(16).fill(0x50), 16);
	flash.write(new Uint8Array(16).fill(0x05), 16);
	check(isAll(flash.read(16, 16), 0x55), "or");
	flash.eraseBlock(0);
	check(isAll(flash.read(BLOCK, 0), 0), "erased again");
	throws(RangeError, () => new Chip({ blocks: 0 }));
	throws(RangeError, () => new Chip({ blocks: 1, writeAlign: 3 }));
	throws(RangeError, () => new Chip({ blocks: 1, eraseValue: 1 }));
});

test("wear and time: counts erases per block, and microseconds by the data sheet", () => {
	const { chip, flash } = open();
	flash.eraseBlock(2);
	flash.eraseBlock(2, 4);
	check(`${chip.erases}` === "0,0,2,1,0,0,0,0", `${chip.erases}`);
	flash.write(new Uint8Array(300), 0);
	flash.read(300, 0);
	const { reads, programs, erases, bytesRead, bytesProgrammed, typical, worst } = chip.statistics;
	check(reads === 1 && programs === 1 && erases === 3 && chip.operations === 4, "operations");
	check(bytesRead === 300 && bytesProgrammed === 300, "bytes");
	// three erases; a full page and 44 bytes of the next; 300 bytes over the bus
	check(typical === 3 * 45_000 + (30 + 255 * 2.5) + (30 + 43 * 2.5) + 300 * 0.1, `typical ${typical}`);
	check(worst === 3 * 400_000 + 3000 + (50 + 43 * 12) + 300 * 0.1, `worst ${worst}`);
});

test("snapshots: restore the chip as it was, any number of times, whatever happened since", () => {
	const { chip, flash } = open();
	flash.write(Uint8Array.of(1, 2, 3), 10);
	flash.eraseBlock(1);
	const snapshot = chip.snapshot();
	for (let i = 0; i < 3; i++) {
		flash.write(new Uint8Array(BLOCK), 0);
		flash.write(new Uint8Array(BLOCK), 2 * BLOCK);
		flash.eraseBlock(0, 2);
		chip.restore(snapshot);
		check(isSame(new Uint8Array(flash.read(4, 10)), Uint8Array.of(1, 2, 3, 0xff)), "content");
		check(isAll(flash.read(BLOCK, 2 * BLOCK), 0xff), "erased");
		check(`${chip.erases}` === "0,1,0,0,0,0,0,0", "wear");
	}
});

/** What remains of a block of 0x00 whose erase is cut at operation 1, and of an erased block whose program is. */
function cut(when: "before" | "torn" | "after", seed: number, eraseValue = 0xff) {
	const programmed = eraseValue ? 0 : 0xff;
	const results = [];
	for (const operation of ["erase", "program"]) {
		const { chip, flash } = open({ seed, eraseValue });
		const full = new Uint8Array(BLOCK).fill(programmed);
		if (operation === "erase") flash.write(full, 0);
		else flash.eraseBlock(1);
		chip.cutPower(1, when);
		throws(PowerCut, () => (operation === "erase" ? flash.eraseBlock(0) : flash.write(full, 0)));
		throws(PowerCut, () => flash.read(1, 0));
		throws(PowerCut, () => flash.eraseBlock(5));
		chip.restorePower();
		results.push({ wear: chip.erases[0], bytes: new Uint8Array(flash.read(BLOCK, 0)) });
		check(isAll(flash.read(BLOCK, BLOCK), eraseValue), "the next block");
		flash.eraseBlock(5);
	}
	return results as { wear: number; bytes: Uint8Array }[];
}

test("power: a cut before an operation leaves it undone, one after it done", () => {
	const [erasedBefore, programmedBefore] = cut("before", 1);
	check(isAll((erasedBefore as { bytes: Uint8Array }).bytes, 0) && erasedBefore?.wear === 0, "erase not begun");
	check(isAll((programmedBefore as { bytes: Uint8Array }).bytes, 0xff), "program not begun");
	const [erasedAfter, programmedAfter] = cut("after", 1);
	check(isAll((erasedAfter as { bytes: Uint8Array }).bytes, 0xff) && erasedAfter?.wear === 1, "erase done");
	check(isAll((programmedAfter as { bytes: Uint8Array }).bytes, 0), "program done");
});

test("power: a cut in the middle leaves it half done, differently for each seed", () => {
	for (const eraseValue of [0xff, 0]) {
		const halves = new Set<string>();
		for (let seed = 1; seed <= 20; seed++)
			for (const { bytes } of cut("torn", seed, eraseValue)) {
				const erased = bytes.filter((byte) => byte === eraseValue).length;
				halves.add(`${erased}`);
			}
		check(halves.size > 25, `only ${halves.size} different halves`);
	}
	const [erased] = cut("torn", 3);
	check(erased?.wear === 1, "a torn erase wears");
});

test("failures: reported or not, leave wrong bits; a worn block fails for good", () => {
	for (const what of ["failingPrograms", "failingErases"] as const) {
		const { chip, flash } = open({ seed: 7 });
		chip[what] = 0.5;
		let reported = 0;
		let silent = 0;
		for (let i = 0; i < 200; i++) {
			let failed = false;
			try {
				flash.eraseBlock(0);
				if (what === "failingPrograms") flash.write(new Uint8Array(BLOCK), 0);
			} catch (error) {
				check(error instanceof ChipError, `${error}`);
				failed = true;
			}
			const right = isAll(chip.content(0), what === "failingPrograms" ? 0 : 0xff);
			check(!failed || !right, "what is reported has happened");
			reported += Number(failed);
			silent += Number(!failed && !right);
		}
		check(reported > 25 && silent > 25 && reported + silent < 140, `${what}: ${reported} reported, ${silent} not`);
	}
	const { chip, flash } = open({ endurance: 10 });
	for (let i = 0; i < 10; i++) flash.eraseBlock(0);
	check(chip.isErased(0), "not worn yet");
	for (let i = 0; i < 10; i++) {
		try {
			flash.eraseBlock(0);
		} catch (error) {
			check(error instanceof ChipError, `${error}`);
		}
		check(!chip.isErased(0), "worn");
	}
});

test("rot: flips that many bits, anywhere", () => {
	const { chip, flash } = open({ seed: 5 });
	chip.rot(40);
	const bytes = new Uint8Array(flash.read(8 * BLOCK, 0));
	let bits = 0;
	for (const byte of bytes) for (let bit = 0; bit < 8; bit++) bits += Number(((byte >> bit) & 1) === 0);
	check(bits > 36 && bits <= 40, `${bits} bits`);
	chip.flip(100, 3);
	check(new Uint8Array(flash.read(1, 100))[0] === ((bytes[100] as number) ^ 8), "flip");
});

test("storage: content and wear outlive the chip", () => {
	const image = new Uint8Array(8 * BLOCK + 8 * 4);
	let length = 0;
	const storage = {
		read(position: number, into: Uint8Array) {
			if (position + into.length > length) return false;
			into.set(image.subarray(position, position + into.length));
			return true;
		},
		write(position: number, from: Uint8Array) {
			image.set(from, position);
			length = Math.max(length, position + from.length);
		},
	};
	const { flash } = open({ storage });
	flash.write(Uint8Array.of(1, 2, 3), 3 * BLOCK + 7);
	flash.eraseBlock(5);
	check(isSame(image.subarray(3 * BLOCK + 6, 3 * BLOCK + 11), Uint8Array.of(0xff, 1, 2, 3, 0xff)), "a dump");
	const again = open({ storage });
	check(isSame(new Uint8Array(again.flash.read(4, 3 * BLOCK + 7)), Uint8Array.of(1, 2, 3, 0xff)), "content");
	check(`${again.chip.erases}` === "0,0,0,0,0,1,0,0", "wear");
	again.flash.write(Uint8Array.of(0xf0), 3 * BLOCK + 8);
	check(new Uint8Array(again.flash.read(1, 3 * BLOCK + 8))[0] === 0, "programmed before");
});

test.run();
