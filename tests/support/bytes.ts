/* What the suites do with many bytes, in C (bytes.c). Lengths and starts are bytes; out of range is a RangeError. */

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

/** Kinds of bytes that fill() makes. */
export const ZEROS = 0;
export const WORD = 1;
export const NOISE = 2;
export const TEXT = 3;
/** A slow ramp with noise in it, more or less by the seed. */
export const SIGNAL = 4;
export const KINDS = 5;

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
