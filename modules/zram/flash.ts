/*
 * A device as an ECMA-419 Flash, so that whatever runs on a Flash (a file system, a log, a database) can run in
 * compressed RAM.
 *
 * Its shape, and the errors for wrong receivers, options, and arguments, are those of the Moddable SDK's
 * `embedded:storage/flash`. An erase block is a page of the device. An erased block is a same-filled page, and takes no
 * room.
 */

import type Zram from "zram";
import type { Bytes, Claimant } from "zram";
import { toBytes } from "zram/buffer";
import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";
import { refuseInteger } from "zram/error";
import { Memory } from "zram/memory";

/** What a flash in RAM is made of. */
export interface ZramFlashOptions {
	/** Where the blocks are. The flash has the device to itself, and drops what it holds. */
	device: Zram;
	/** The partitions: how many blocks each has, by the path that opens it. */
	partitions: Readonly<Record<string, number>>;
}

/** Which partition to open, and what for. */
export interface FlashOpenOptions {
	/** One of the keys of `partitions`. */
	path: string;
	/** "r": for reading only; "r+" (default): for writing and erasing as well. */
	mode?: "r" | "r+";
	/** ECMA-419's data format: there is only one. */
	format?: "buffer";
}

/** What status() of an ECMA-419 Flash returns. */
export interface FlashStatus {
	/** Length of the partition in bytes. */
	size: number;
	/** Number of erase blocks. */
	blocks: number;
	/** Length of an erase block in bytes: a page of the device. */
	blockLength: number;
	/** 1: a write may begin and end anywhere. */
	writeAlign: number;
	/** What an erased byte reads as: 255. */
	eraseValue: number;
}

const ERASED = 0xff;
// Literals would create new strings on each call unless the code is preloaded.
const OBJECT = typeof Object.freeze({});
const NUMBER = typeof 0;

/** The blocks of all partitions, and what they share. */
class Blocks implements Claimant {
	readonly zram: Zram;
	readonly count: number;
	#memory: Memory;
	/** A block in transit. */
	#staging: Uint8Array;
	/** The content of an erased block. */
	#blank: Uint8Array;
	/** 1 for each block while it is erased. */
	#erased: Uint8Array;
	#closed = false;

	constructor(zram: Zram, count: number) {
		const { pageLength } = zram;
		this.zram = zram;
		this.count = count;
		this.#memory = new Memory(2 * pageLength + count, "internal");
		const buffer = this.#memory as unknown as ArrayBuffer;
		this.#staging = new Uint8Array(buffer, 0, pageLength);
		this.#blank = new Uint8Array(buffer, pageLength, pageLength).fill(ERASED);
		this.#erased = new Uint8Array(buffer, 2 * pageLength, count).fill(0);
		try {
			zram.claim(this);
			zram.trim(0, zram.byteLength);
			for (let block = 0; block < count; block++) this.erase(block);
		} catch (error) {
			this.close();
			throw error;
		}
	}

	get isClosed(): boolean {
		return this.#closed;
	}

	erase(block: number) {
		if (this.#erased[block]) return;
		this.zram.write(this.#blank, block * this.zram.pageLength);
		this.#erased[block] = 1;
	}

	/** Clears the bits that are 0 in `count` bytes of `bytes`, from `start` on, in those of a block from `skip` on. */
	program(block: number, skip: number, bytes: ByteBuffer, start: number, count: number) {
		const { zram } = this;
		const at = block * zram.pageLength;
		if (this.#erased[block]) {
			this.#erased[block] = 0;
			zram.write(bytes, at + skip, start, count);
			return;
		}
		zram.read(this.#staging, at);
		if (Engine.and(this.#staging, skip, bytes, start, count) !== 0) zram.write(this.#staging, at);
	}

	/** Never: during a call the device itself is busy. */
	get isBusy(): boolean {
		return false;
	}

	/** The device was reset or closed, and the blocks are gone. */
	lose() {
		this.#closed = true;
	}

	close() {
		this.#closed = true;
		this.zram.disclaim(this);
		this.#memory.close();
	}
}

/** Converts an argument as the SDK's natives do. */
function toInteger(value: unknown): number {
	if (value === undefined) throw new SyntaxError("an argument is missing");
	return Math.trunc(+(value as number)) || 0;
}

function isWithin(value: number, most: number): boolean {
	return value >= 0 && value <= most;
}

/** An open partition. Made by {@link ZramFlash.open}. */
class Partition {
	#blocks: Blocks;
	#first: number;
	#count: number;
	#isReadOnly: boolean;
	#isOpen = true;

	/** @internal */
	constructor(blocks: Blocks, first: number, count: number, isReadOnly: boolean) {
		this.#blocks = blocks;
		this.#first = first;
		this.#count = count;
		this.#isReadOnly = isReadOnly;
	}

	/** The receiver, if it is an open partition; the SDK throws a SyntaxError if it is not. */
	static #expectOpen(receiver: unknown): Partition {
		const partition = Partition.#expect(receiver);
		if (!partition.#isOpen || partition.#blocks.isClosed) throw new SyntaxError("the flash is closed");
		return partition;
	}

	static #expect(receiver: unknown): Partition {
		if (typeof receiver !== OBJECT || receiver === null || !(#blocks in (receiver as object)))
			throw new SyntaxError("the receiver is not a flash");
		return receiver as Partition;
	}

	/**
	 * Reads `byteLength` bytes into a new ArrayBuffer.
	 *
	 * @throws RangeError if they reach past the partition
	 */
	read(byteLength: number, byteOffset: number): ArrayBuffer;
	/**
	 * Fills `buffer` from the partition.
	 *
	 * @returns the number of bytes read
	 * @throws RangeError if they reach past the partition
	 */
	read(buffer: Bytes, byteOffset: number): number;
	read(target: number | Bytes, byteOffset: number): ArrayBuffer | number {
		const partition = Partition.#expectOpen(this);
		const offset = toInteger(byteOffset);
		if (typeof target === NUMBER) {
			const length = toInteger(target);
			partition.#checkRange(offset, length);
			const buffer = new ArrayBuffer(length);
			partition.#read(buffer, offset, length);
			return buffer;
		}
		let length = Engine.bufferLength(target, 1, true);
		if (length < 0) {
			target = toBytes("buffer", target, true);
			length = target.byteLength;
		}
		partition.#checkRange(offset, length);
		partition.#read(target as ByteBuffer, offset, length);
		return length;
	}

	/**
	 * Programs: bits that are 0 in `buffer` become 0, the others stay. Onto an erased block this is a plain store.
	 *
	 * @throws RangeError if it reaches past the partition; ZramError `ENOSPC`: the block that does not fit is as it was,
	 * those before it are programmed
	 */
	write(buffer: Bytes, byteOffset: number): void {
		const partition = Partition.#expectOpen(this);
		partition.#checkWritable();
		const offset = toInteger(byteOffset);
		let end = Engine.bufferLength(buffer, 1);
		if (end < 0) {
			buffer = toBytes("buffer", buffer);
			end = buffer.byteLength;
		}
		partition.#checkRange(offset, end);
		const { pageLength } = partition.#blocks.zram;
		let block = partition.#first + Math.floor(offset / pageLength);
		for (let start = 0, skip = offset % pageLength; start < end; block++, skip = 0) {
			const count = Math.min(pageLength - skip, end - start);
			partition.#blocks.program(block, skip, buffer as ByteBuffer, start, count);
			start += count;
		}
	}

	/**
	 * Erases the blocks from `start` to `end` - 1.
	 *
	 * @param end start + 1 by default
	 * @throws RangeError if they are not all in the partition, or there are none
	 */
	eraseBlock(start: number, end?: number): void {
		const partition = Partition.#expectOpen(this);
		partition.#checkWritable();
		const from = toInteger(start);
		const to = end === undefined ? from + 1 : toInteger(end);
		if (!isWithin(from, partition.#count - 1) || !isWithin(to, partition.#count) || from >= to)
			throw new RangeError(`start, end: ${from} to ${to} is not a range of blocks within 0 to ${partition.#count}`);
		for (let block = from; block < to; block++) partition.#blocks.erase(partition.#first + block);
	}

	/** The partition's length, its blocks, and how it can be written. */
	status(): FlashStatus {
		const partition = Partition.#expectOpen(this);
		const blockLength = partition.#blocks.zram.pageLength;
		const blocks = partition.#count;
		return { size: blocks * blockLength, blocks, blockLength, writeAlign: 1, eraseValue: ERASED };
	}

	/** ECMA-419's data format for read and write: always "buffer". */
	get format(): "buffer" {
		Partition.#expectOpen(this);
		return "buffer";
	}
	set format(value: "buffer") {
		Partition.#expectOpen(this);
		if (value !== "buffer") throw new RangeError('format: must be "buffer"');
	}

	/** Closing twice is fine. The content stays. */
	close(): void {
		Partition.#expect(this).#isOpen = false;
	}

	#read(bytes: ByteBuffer, offset: number, length: number) {
		const { zram } = this.#blocks;
		zram.read(bytes, this.#first * zram.pageLength + offset, 0, length);
	}

	#checkWritable() {
		if (this.#isReadOnly) throw new Error('the flash is read-only: open it with mode "r+"');
	}

	#checkRange(offset: number, length: number) {
		const size = this.#count * this.#blocks.zram.pageLength;
		if (!isWithin(length, size) || !isWithin(offset, size - length))
			throw new RangeError(`byteOffset: ${length} bytes at ${offset} reach past the partition's ${size}`);
	}
}

export type { Partition as Flash };

/** Whether the option `mode` means reading only. */
function isReadOnly(mode: unknown): boolean {
	const text = mode === undefined ? "r+" : `${mode}`;
	if (text !== "r" && text !== "r+") throw new Error('mode: must be "r" or "r+"');
	return text === "r";
}

/** Places partitions one behind the other: first block and number of blocks, by path. */
function place({ device, partitions }: ZramFlashOptions): Map<string, { first: number; count: number }> {
	if (typeof device?.trim !== "function") throw new TypeError("device: must be a Zram");
	if (typeof partitions !== "object" || partitions === null)
		throw new TypeError("partitions: must be an object of block counts by path");
	const places = new Map<string, { first: number; count: number }>();
	const blockCount = device.byteLength / device.pageLength;
	let first = 0;
	for (const [path, count] of Object.entries(partitions)) {
		const refusal = refuseInteger(`partitions.${path}`, count, 1, blockCount - first);
		if (refusal) throw refusal;
		places.set(path, { first, count });
		first += count;
	}
	return places;
}

/**
 * Partitions by name on one device. What the SDK exports as `embedded:storage/flash` is an object like an instance of
 * this class: pass an instance to whatever wants a flash.
 */
export default class ZramFlash {
	#blocks: Blocks;
	#places: Map<string, { first: number; count: number }>;

	/**
	 * Takes two pages and one byte a block of internal memory, empties the device, and erases all blocks.
	 *
	 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if the device belongs to another
	 * flash or a pool, `ECLOSED` if it is closed
	 */
	constructor(options: ZramFlashOptions) {
		if (typeof options !== "object" || options === null) throw new TypeError("options: must be an object");
		this.#places = place(options);
		const count = [...this.#places.values()].reduce((sum, each) => sum + each.count, 0);
		this.#blocks = new Blocks(options.device, count);
	}

	/**
	 * Opens a partition. It may be open any number of times at once.
	 *
	 * @throws Error if there is no such path, or the mode is invalid; RangeError if the format is; TypeError without
	 * options
	 */
	open(options: FlashOpenOptions): Partition {
		const { path, mode, format = "buffer" } = options;
		if (format !== "buffer") throw new RangeError('format: must be "buffer"');
		if (path === undefined) throw new Error("path: is missing");
		const found = this.#places.get(`${path}`);
		if (!found) throw new Error(`path: there is no partition ${path}; there are ${[...this].join(", ")}`);
		return new Partition(this.#blocks, found.first, found.count, isReadOnly(mode));
	}

	/** The paths of the partitions. */
	[Symbol.iterator](): IterableIterator<string> {
		return this.#places.keys();
	}

	/**
	 * For idle moments: calls {@link Zram.maintain} of the device.
	 *
	 * @throws Error if the flash is closed; otherwise as the device does
	 */
	maintain(milliseconds: number): boolean {
		if (this.#blocks.isClosed) throw new Error("the flash is closed");
		return this.#blocks.zram.maintain(milliseconds);
	}

	/** Closes open partitions, frees the memory, and gives back the device, which stays open. */
	close(): void {
		this.#blocks.close();
	}
}
