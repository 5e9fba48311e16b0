/*
 * The portable engine: which values are buffers of bytes, and how their bytes are reached and copied. binding.ts asks
 * it about every buffer that a caller passes.
 */

import { bufferOf, byteLengthOf, byteOffsetOf, isByteArray } from "zram/view";

/** An array of bytes. An Int8Array gives negative numbers, whose low 8 bits are right. */
export type Bytes = Uint8Array | Int8Array | Uint8ClampedArray;

const { at } = Uint8Array.prototype;

/** Whether a view still has its bytes: its buffer is neither detached nor resized to end before it. */
function isAlive(bytes: Bytes): boolean {
	if (byteLengthOf(bytes) > 0) return true;
	try {
		at.call(bytes, 0);
		return true;
	} catch {
		return false;
	}
}

/** A byte view of a buffer or a DataView; undefined if `value` is neither, or is detached. */
function makeView(value: unknown): Bytes | undefined {
	try {
		if (!ArrayBuffer.isView(value)) {
			new DataView(value as ArrayBuffer); // throws if it is not a buffer; new Uint8Array() would make one
			return new Uint8Array(value as ArrayBuffer);
		}
		if (!(value instanceof DataView)) return undefined;
		return new Uint8Array(bufferOf(value), byteOffsetOf(value), byteLengthOf(value));
	} catch {
		return undefined;
	}
}

/**
 * The bytes of a ByteBuffer; undefined if `value` is not one or is detached. Allocates a view unless `value` is Bytes.
 */
export function bytesOf(value: unknown): Bytes | undefined {
	const bytes = isByteArray(value) ? value : makeView(value);
	return bytes && isAlive(bytes) ? bytes : undefined;
}

/**
 * The bytes of one buffer after the other. A view takes memory, and a caller that passes the same buffer again and
 * again must not pay for one each time. So it keeps the last view, and with it the caller's buffer, until another one
 * comes or clear().
 */
export class LastView {
	#value: unknown;
	#view: Bytes | undefined;

	/** Like the function bytesOf(). */
	bytesOf(value: unknown): Bytes | undefined {
		if (isByteArray(value)) return bytesOf(value);
		if (value === this.#value && this.#view && isAlive(this.#view)) {
			// a DataView may track its buffer's length; the view of its bytes does not
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

/** The byte length of a DataView; -1 if it has lost its bytes. */
function lengthOf(view: ArrayBufferView): number {
	try {
		return byteLengthOf(view);
	} catch {
		return -1;
	}
}

/** Whether bytes can be written: XS has read-only buffers, such as resources in flash. */
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
