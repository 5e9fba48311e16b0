/* Chips as ECMA-419 Flash: in the shape of the Moddable SDK's "embedded:storage/flash", doing what its tests demand. */

import type { Chip } from "./chip.ts";

/** What a flash needs of a chip, emulated or not. Ranges and alignment have been checked. */
export type FlashChip = Pick<
	Chip,
	"size" | "blocks" | "blockLength" | "writeAlign" | "eraseValue" | "read" | "program" | "erase"
>;

/** A buffer, or a view of bytes. */
type Buffer = ArrayBufferLike | ArrayBufferView | HostBuffer;

export interface FlashOptions {
	path: string;
	/** "r+" (default) or "r". */
	mode?: string;
	/** "buffer". */
	format?: string;
}

export interface FlashStatus {
	size: number;
	blockLength: number;
	blocks: number;
	writeAlign: number;
	eraseValue: number;
}

/** Opens flashes: the default export of "embedded:storage/flash". */
export interface FlashStorage {
	open(options: FlashOptions): Flash;
	[Symbol.iterator](): IterableIterator<string>;
}

// What typeof says. On XS a literal would create a new string on each call, and suites check what is allocated.
const NUMBER = typeof 0;
const OBJECT = typeof {};

function toInteger(value: unknown): number {
	return Math.trunc(+(value as number)) || 0; // a BigInt throws here
}

/** A view of any buffer; views of bytes are returned as they are, so nothing is allocated. */
function bytesOf(buffer: Buffer): Uint8Array {
	if (buffer instanceof Uint8Array) return buffer;
	if (ArrayBuffer.isView(buffer)) return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
	if (typeof buffer !== OBJECT || buffer === null) throw new TypeError("buffer: must be a buffer or a view of one");
	return new Uint8Array(buffer as ArrayBuffer);
}

/** An open partition. After close(), and on any other receiver, every method throws a SyntaxError. */
export class Flash {
	#chip: FlashChip | undefined;
	#readOnly: boolean;

	constructor(chip: FlashChip, readOnly: boolean) {
		this.#chip = chip;
		this.#readOnly = readOnly;
	}

	static #chipOf(flash: unknown): FlashChip {
		const chip = Flash.#isFlash(flash) ? flash.#chip : undefined;
		if (!chip) throw new SyntaxError("the receiver is not an open flash");
		return chip;
	}

	static #isFlash(value: unknown): value is Flash {
		return typeof value === OBJECT && value !== null && #chip in (value as object);
	}

	get format(): "buffer" {
		return "buffer";
	}
	set format(value: "buffer") {
		if (value !== "buffer") throw new RangeError('format: must be "buffer"');
	}

	/**
	 * Reads `byteLength` bytes into a new ArrayBuffer, or fills `buffer`.
	 *
	 * @throws RangeError past the end
	 */
	read(byteLength: number, byteOffset: number): ArrayBuffer;
	read(buffer: Buffer, byteOffset: number): number;
	read(target: number | Buffer, byteOffset: number): ArrayBuffer | number {
		const chip = Flash.#chipOf(this);
		const position = toInteger(byteOffset);
		if (typeof target !== NUMBER) {
			const bytes = bytesOf(target as Buffer);
			Flash.#expectWithin(chip, position, bytes.length);
			chip.read(bytes, 0, bytes.length, position);
			return bytes.length;
		}
		const length = target as number;
		Flash.#expectWithin(chip, position, length);
		const buffer = new ArrayBuffer(length);
		chip.read(new Uint8Array(buffer), 0, length, position);
		return buffer;
	}

	/**
	 * Programs all of `buffer`: bits go from the erase value to the other one, never back.
	 *
	 * @throws RangeError past the end, or not at multiples of writeAlign; Error if the partition was opened for reading
	 * only
	 */
	write(buffer: Buffer, byteOffset: number): void {
		const chip = Flash.#chipOf(this);
		if (this.#readOnly) throw new Error('the flash is read-only: open it with mode "r+"');
		const bytes = bytesOf(buffer);
		const position = toInteger(byteOffset);
		Flash.#expectWithin(chip, position, bytes.length);
		if (position % chip.writeAlign || bytes.length % chip.writeAlign)
			throw new RangeError(`byteOffset: a write must begin and end at multiples of ${chip.writeAlign}`);
		if (bytes.length) chip.program(bytes, 0, bytes.length, position);
	}

	/** Erases the blocks from `start` to `end` - 1; without `end`, only `start`. */
	eraseBlock(start: number, end?: number): void {
		const chip = Flash.#chipOf(this);
		if (start === undefined) throw new SyntaxError("start: is missing");
		if (this.#readOnly) throw new Error('the flash is read-only: open it with mode "r+"');
		const first = toInteger(start);
		const last = end === undefined ? first + 1 : toInteger(end);
		if (first < 0 || last <= first || last > chip.blocks)
			throw new RangeError(`start, end: ${first} to ${last} is not a range of blocks within 0 to ${chip.blocks}`);
		for (let block = first; block < last; block++) chip.erase(block);
	}

	status(): FlashStatus {
		const { size, blockLength, blocks, writeAlign, eraseValue } = Flash.#chipOf(this);
		return { size, blockLength, blocks, writeAlign, eraseValue };
	}

	/** May be called more than once. */
	close(): void {
		if (!Flash.#isFlash(this)) throw new SyntaxError("the receiver is not a flash");
		this.#chip = undefined;
	}

	static #expectWithin(chip: FlashChip, position: number, length: number) {
		if (!(position >= 0 && length >= 0 && position + length <= chip.size))
			throw new RangeError(`byteOffset: ${length} bytes at ${position} reach past the partition's ${chip.size}`);
	}
}

/** Chips by the name of their partition, to be opened as Flash. */
export function flashStorage(partitions: Record<string, FlashChip>): FlashStorage {
	return Object.freeze({
		open(options: FlashOptions): Flash {
			const { path, mode = "r+", format = "buffer" } = options;
			if (path === undefined) throw new Error("path: is missing");
			const chip = Object.hasOwn(partitions, `${path}`) ? partitions[path] : undefined;
			if (!chip) throw new Error(`path: there is no partition ${path}`);
			if (`${mode}` !== "r" && mode !== "r+") throw new Error('mode: must be "r" or "r+"');
			if (format !== "buffer") throw new RangeError('format: must be "buffer"');
			return new Flash(chip, mode === "r");
		},
		[Symbol.iterator]() {
			return Object.keys(partitions).values() as IterableIterator<string>;
		},
	});
}
