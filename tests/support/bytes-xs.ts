/* For bytes.ts: operations on many bytes in C (bytes.c). */

import type { ByteBuffer } from "zram/engine/interface";

export function equal(
	this: unknown,
	a: ByteBuffer,
	aStart: number,
	b: ByteBuffer,
	bStart: number,
	length: number,
): boolean {
	return native("xs_test_equal").call(this, a, aStart, b, bStart, length);
}

export function copy(
	this: unknown,
	to: ByteBuffer,
	toStart: number,
	from: ByteBuffer,
	fromStart: number,
	length: number,
): void {
	native("xs_test_copy").call(this, to, toStart, from, fromStart, length);
}

export function erase(this: unknown, buffer: ByteBuffer, start: number, length: number): void {
	native("xs_test_erase").call(this, buffer, start, length);
}

/** The same kind, seed and length give the same bytes on every host. */
export function fill(
	this: unknown,
	buffer: ByteBuffer,
	start: number,
	length: number,
	kind: number,
	seed: number,
): void {
	native("xs_test_fill").call(this, buffer, start, length, kind, seed);
}

/** Rolls bytes into a digest (an int32) that starts as `seed`. */
export function digest(this: unknown, seed: number, buffer: ByteBuffer, start: number, length: number): number {
	return native("xs_test_digest").call(this, seed, buffer, start, length);
}

/** Makes a host buffer read-only, like a resource in flash. Undefined on hosts without such buffers. */
export function protect<T extends object>(this: unknown, buffer: T): T | undefined {
	return native("xs_test_protect").call(this, buffer);
}
