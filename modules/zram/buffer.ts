/* What callers bring as buffers. */

import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";

/** Whether the length of a buffer, or of the one under a view, may change. */
export function isResizable(buffer: unknown): boolean {
	const { resizable, growable } = (ArrayBuffer.isView(buffer) ? buffer.buffer : buffer) as {
		resizable?: boolean;
		growable?: boolean;
	};
	return Boolean(resizable || growable);
}

/** The bytes of a view with wider elements, which engines do not take; undefined if that is not what is wrong. */
export function bytesOfWide(target: unknown): Uint8Array | undefined {
	if (!ArrayBuffer.isView(target) || !((target as Uint16Array).BYTES_PER_ELEMENT > 1)) return undefined;
	const { buffer, byteOffset, byteLength } = target;
	// a view that its resizable buffer has left behind says that it has no bytes: that is no empty write
	if (Engine.bufferLength(buffer, 1) < 0 || (byteLength === 0 && isResizable(buffer))) return undefined;
	return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * `target` as engines take it: itself, or the bytes of a wider view.
 *
 * @throws TypeError naming `name` if it is no buffer, or detached.
 */
export function toBytes(name: string, target: unknown): ByteBuffer {
	if (Engine.bufferLength(target, 1) >= 0) return target as ByteBuffer;
	const bytes = bytesOfWide(target);
	if (bytes) return bytes;
	throw new TypeError(`${name}: must be a buffer or a view of one, and not detached`);
}
