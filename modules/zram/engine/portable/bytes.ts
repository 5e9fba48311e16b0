/* The portable engine: bytes of the buffers that callers bring. */

import { bufferOf, byteLengthOf, byteOffsetOf, isByteArray } from "zram/view";

/** What has its bytes at an index. An Int8Array says negative numbers, whose low 8 bits are right. */
export type Bytes = Uint8Array | Int8Array | Uint8ClampedArray;

const { at } = Uint8Array.prototype;

/** Whether there are bytes behind a view: it is not detached, nor left behind by a buffer that was resized. */
function isAlive(bytes: Bytes): boolean {
	if (byteLengthOf(bytes) > 0) return true;
	try {
		at.call(bytes, 0);
		return true;
	} catch {
		return false;
	}
}

/** A view of a buffer, or of what a DataView shows; undefined if `value` is neither, or detached. */
function makeView(value: unknown): Bytes | undefined {
	try {
		if (!ArrayBuffer.isView(value)) {
			new DataView(value as ArrayBuffer); // throws for what is no buffer; new Uint8Array() would make one of it
			return new Uint8Array(value as ArrayBuffer);
		}
		if (!(value instanceof DataView)) return undefined;
		return new Uint8Array(bufferOf(value), byteOffsetOf(value), byteLengthOf(value));
	} catch {
		return undefined;
	}
}

/** Bytes of a ByteBuffer, or undefined if `value` is none, or detached. Allocates, unless `value` is bytes itself. */
export function bytesOf(value: unknown): Bytes | undefined {
	const bytes = isByteArray(value) ? value : makeView(value);
	return bytes && isAlive(bytes) ? bytes : undefined;
}

/**
 * Bytes of buffers, one after the other. Views allocate, and a caller that uses a buffer again and again must not pay for
 * one each time: so the last view is kept, and with it the caller's buffer, until another one comes or clear().
 */
export class LastView {
	#value: unknown;
	#view: Bytes | undefined;

	/** As bytesOf(). */
	bytesOf(value: unknown): Bytes | undefined {
		if (isByteArray(value)) return bytesOf(value);
		if (value === this.#value && this.#view && isAlive(this.#view)) {
			// a DataView may follow the length of its buffer, which the view of it does not
			if (!ArrayBuffer.isView(value) || byteLengthOf(this.#view) === lengthOf(value)) return this.#view;
		}
		this.#value = value;
		this.#view = bytesOf(value);
		return this.#view;
	}

	clear() {
		this.#value = this.#view = undefined;
	}
}

/** Bytes of a DataView; -1 if it has lost them. */
function lengthOf(view: ArrayBufferView): number {
	try {
		return byteLengthOf(view);
	} catch {
		return -1;
	}
}

/** Whether bytes can be changed: XS has read-only buffers, such as resources in flash. */
export function isWritable(bytes: Bytes): boolean {
	try {
		if (byteLengthOf(bytes) > 0) bytes[0] = bytes[0] as number;
		return true;
	} catch {
		return false;
	}
}

/** Copies `count` bytes. */
export function copyBytes(to: Bytes, toStart: number, from: Bytes, fromStart: number, count: number) {
	for (const end = fromStart + count; fromStart < end; ) to[toStart++] = from[fromStart++] as number;
}
