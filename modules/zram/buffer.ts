/*
 * What callers bring as buffers. A buffer's length is what the engine measures, never what its properties say: host
 * buffers may have no `byteLength`, and classes of the caller's may have one of their own.
 */

import Engine from "zram/engine";
import { bufferOf, byteLengthOf, byteOffsetOf, isArray, isByteArray } from "zram/view";

/** Whether the length of a buffer, or of the one under a view, may change. */
export function isResizable(buffer: unknown): boolean {
	const { resizable, growable } = (ArrayBuffer.isView(buffer) ? bufferOf(buffer) : buffer) as {
		resizable?: boolean;
		growable?: boolean;
	};
	return Boolean(resizable || growable);
}

/** The bytes of a view with wider elements, which engines do not take; undefined if that is not what is wrong. */
export function bytesOfWide(target: unknown): Uint8Array | undefined {
	if (!isArray(target)) return undefined;
	const byteLength = byteLengthOf(target);
	if (byteLength > 0 && isByteArray(target)) return undefined;
	const buffer = bufferOf(target);
	// a view that its resizable buffer has left behind says that it has no bytes: that is no empty write
	if (Engine.bufferLength(buffer, 1) < 0 || (byteLength === 0 && isResizable(buffer))) return undefined;
	return new Uint8Array(buffer, byteOffsetOf(target), byteLength);
}

/**
 * The bytes of what an engine does not take as it is: for a wider view a view of its bytes, whose `byteLength` can be
 * believed.
 *
 * @throws TypeError naming `name` if it is no buffer, detached, or read-only although it is to be `writable`.
 */
export function toBytes(name: string, target: unknown, writable = false): Uint8Array {
	const bytes = bytesOfWide(target);
	if (bytes && Engine.bufferLength(bytes, 1, writable) >= 0) return bytes;
	throw refuseBuffer(name, writable);
}

/** The error for what is no buffer, or not one that can be used. */
export function refuseBuffer(name: string, writable: boolean): TypeError {
	return new TypeError(
		`${name}: must be a buffer or a view of one, and not detached${writable ? " or read-only" : ""}`,
	);
}
