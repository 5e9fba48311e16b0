/*
 * Buffers that callers pass in. The engine measures a buffer's length; its properties are not trusted: host buffers may
 * have no `byteLength`, and a caller's class may define its own.
 */

import Engine from "zram/engine";
import { bufferOf, byteLengthOf, byteOffsetOf, isArray, isByteArray } from "zram/view";

/** Whether the length of a buffer, or of the buffer under a view, may change. */
export function isResizable(buffer: unknown): boolean {
	const { resizable, growable } = (ArrayBuffer.isView(buffer) ? bufferOf(buffer) : buffer) as {
		resizable?: boolean;
		growable?: boolean;
	};
	return Boolean(resizable || growable);
}

/** The bytes of a view with wider elements, which engines do not take; undefined if something else is wrong. */
export function bytesOfWide(target: unknown): Uint8Array | undefined {
	if (!isArray(target)) return undefined;
	const byteLength = byteLengthOf(target);
	if (byteLength > 0 && isByteArray(target)) return undefined;
	const buffer = bufferOf(target);
	// a view that its resizable buffer has shrunk away from reports 0 bytes: that is not an empty write
	if (Engine.bufferLength(buffer, 1) < 0 || (byteLength === 0 && isResizable(buffer))) return undefined;
	return new Uint8Array(buffer, byteOffsetOf(target), byteLength);
}

/**
 * For a wider view, which the engine does not take as it is: a view of its bytes, whose `byteLength` can be trusted.
 *
 * @throws TypeError naming `name` if it is not a buffer, is detached, or is read-only although it must be `writable`.
 */
export function toBytes(name: string, target: unknown, writable = false): Uint8Array {
	const bytes = bytesOfWide(target);
	if (bytes && Engine.bufferLength(bytes, 1, writable) >= 0) return bytes;
	throw refuseBuffer(name, writable);
}

/** The error for something that is not a buffer, or not one that can be used. */
export function refuseBuffer(name: string, writable: boolean): TypeError {
	return new TypeError(
		`${name}: must be a buffer or a view of one, and not detached${writable ? " or read-only" : ""}`,
	);
}
