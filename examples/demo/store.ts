/*
 * An app's buffers, kept in a Zram, each with a checksum taken before it went in. Everything that comes out is checked, and
 * every difference recorded.
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
	/** Bytes from byteOffset that are set aside for it and for what may replace it. */
	capacity: number;
	checksum: number;
}

export class BufferStore {
	readonly zram: Zram;
	readonly entries: Entry[] = [];
	/** Bytes of all buffers. */
	byteLength = 0;
	/** Writes for which there was no room. */
	refused = 0;
	/** What did not come back as it went in, in words. */
	readonly differences: string[] = [];

	/** Memory for one buffer, allocated once. It is outside the XS heap, where a display frame would be too large. */
	#work: Memory;
	#end = 0;

	/** longest: bytes of the longest buffer to come. */
	constructor(options: ZramOptions, longest: number) {
		this.zram = new Zram(options);
		this.#work = new Memory(longest, "external");
	}

	/** Stores a buffer and sets `capacity` bytes of the device aside for it. False if it does not fit; nothing is stored then. */
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

	/** Reads a buffer and checks all of it. The view is valid until the next call. */
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

	/** Reads a buffer, inverts `length` bytes from `start`, and writes them back as far as there is room. */
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

	/** Trims a buffer and writes other bytes in its place, or the old ones again if the new ones do not fit. */
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

	/** Bytes that a write stored before it found no room. Rethrows every other error. */
	#refusal(error: unknown): number {
		if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
		this.refused++;
		return error.bytesWritten as number;
	}
}
