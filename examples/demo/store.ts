/*
 * Buffers of an app, kept in a Zram, each with a checksum that was taken before it went in. Nothing that comes out is
 * believed: every difference is noted.
 */

import { crc32 } from "host";
import Zram, { ZramError, type ZramOptions } from "zram";
import { Memory } from "zram/memory";

export interface Entry {
	/** Index of the kind of data. */
	kind: number;
	/** Where it lies on the device, at a page boundary. */
	byteOffset: number;
	byteLength: number;
	/** Bytes from byteOffset that belong to it and to what may replace it. */
	capacity: number;
	checksum: number;
}

export class BufferStore {
	readonly zram: Zram;
	readonly entries: Entry[] = [];
	/** Of all buffers, bytes. */
	byteLength = 0;
	/** Writes for which there was no room. */
	refused = 0;
	/** What came back otherwise than it went in, in words. */
	readonly differences: string[] = [];

	/** Ready memory for one buffer: outside of the XS heap, where a frame of a display would be too much. */
	#work: Memory;
	#end = 0;

	/** longest: bytes of the longest buffer that will come. */
	constructor(options: ZramOptions, longest: number) {
		this.zram = new Zram(options);
		this.#work = new Memory(longest, "external");
	}

	/** Stores a buffer and keeps `capacity` bytes of the device for it. False, and nothing is stored, if it does not fit. */
	add(kind: number, bytes: ArrayBuffer, capacity: number): boolean {
		const { zram } = this;
		const { byteLength } = bytes;
		const byteOffset = this.#end;
		if (!this.#write(bytes, byteOffset)) {
			zram.trim(byteOffset, byteLength);
			return false;
		}
		this.entries.push({ kind, byteOffset, byteLength, capacity, checksum: crc32(bytes, 0, byteLength) });
		this.#end += Math.ceil(capacity / zram.pageLength) * zram.pageLength;
		this.byteLength += byteLength;
		return true;
	}

	/** Reads a buffer and compares all of it; the view is good until the next call. */
	load({ byteOffset, byteLength, checksum }: Entry): Uint8Array {
		const bytes = new Uint8Array(this.#work, 0, byteLength);
		try {
			this.zram.read(bytes, byteOffset);
			if (crc32(bytes, 0, byteLength) !== checksum)
				this.differences.push(`bytes differ in the buffer at ${byteOffset}`);
		} catch (error) {
			if (!(error instanceof ZramError) || error.code !== "ECORRUPT") throw error;
			this.differences.push(`the buffer at ${byteOffset}: ${error.message}`);
		}
		return bytes;
	}

	/** Reads a buffer, inverts `length` bytes of it from `start` and writes them back, as far as there is room. */
	modify(entry: Entry, start: number, length: number): void {
		const bytes = this.load(entry);
		const changed = bytes.subarray(start, start + length);
		for (let i = 0; i < length; i++) changed[i] = ~(changed[i] as number);
		try {
			this.zram.write(changed, entry.byteOffset + start);
		} catch (error) {
			for (let i = this.#refusal(error); i < length; i++) changed[i] = ~(changed[i] as number);
		}
		entry.checksum = crc32(bytes, 0, entry.byteLength);
	}

	/** Trims a buffer and writes other bytes in its place, or the old ones again if those do not fit. */
	replace(entry: Entry, bytes: ArrayBuffer): void {
		const old = this.load(entry);
		this.zram.trim(entry.byteOffset, entry.byteLength);
		if (!this.#write(bytes, entry.byteOffset)) {
			this.zram.trim(entry.byteOffset, bytes.byteLength);
			this.zram.write(old, entry.byteOffset);
			return;
		}
		this.byteLength += bytes.byteLength - entry.byteLength;
		entry.byteLength = bytes.byteLength;
		entry.checksum = crc32(bytes, 0, entry.byteLength);
	}

	/** False if there is no room. */
	#write(bytes: ArrayBuffer, byteOffset: number): boolean {
		try {
			this.zram.write(bytes, byteOffset);
			return true;
		} catch (error) {
			this.#refusal(error);
			return false;
		}
	}

	/** Bytes that a write has done before it was refused. Every other error goes on. */
	#refusal(error: unknown): number {
		if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
		this.refused++;
		return error.bytesWritten as number;
	}
}
