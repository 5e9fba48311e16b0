/* picture.c: buffers to store, and what a region's state looks like. Allocates nothing. */

import type { ByteBuffer } from "zram/engine/interface";

/** Kinds of buffers: pixels, JSON lines, sensor samples, what is compressed already, and one byte all over. */
export const FRAME = 0;
export const LOG = 1;
export const SAMPLES = 2;
export const PHOTO = 3;
export const BLANK = 4;

/** The same kind and seed give the same bytes. */
export function make(this: unknown, buffer: ByteBuffer, kind: number, seed: number): void {
	native("xs_picture_make").call(this, buffer, kind, seed);
}

/** Whether the bytes are those that make() would make. */
export function isMade(this: unknown, buffer: ByteBuffer, kind: number, seed: number): boolean {
	return native("xs_picture_isMade").call(this, buffer, kind, seed);
}

export function copy(
	this: unknown,
	to: Uint8Array,
	toStart: number,
	from: Uint8Array,
	fromStart: number,
	length: number,
): void {
	native("xs_picture_copy").call(this, to, toStart, from, fromStart, length);
}

/** Clears in `into` the bits that are 0 in `from`. */
export function and(
	this: unknown,
	into: Uint8Array,
	intoStart: number,
	from: Uint8Array,
	fromStart: number,
	length: number,
): void {
	native("xs_picture_and").call(this, into, intoStart, from, fromStart, length);
}

/** States of a cell. */
export const FREE = 0;
export const LZ4 = 1;
export const COLUMNS = 2;
export const DENSE = 3;
export const RAW = 4;
export const METADATA = 5;

/** Bytes of a picture of so many cells, for cells(). */
export function pictureLength(columns: number, rows: number): number {
	const cells = columns * rows;
	return ((cells + 2 * rows + 1) & ~1) + cells * 6 * 2;
}

/**
 * The arena in cells of equal size, in the order of addresses: the state that most of a cell is in. `picture` keeps the
 * cells, a byte each, from one call to the next, and behind them for each row the first and the last column that have
 * changed. Returns how many cells have changed.
 */
export function cells(this: unknown, region: ByteBuffer, picture: Uint8Array, columns: number, rows: number): number {
	return native("xs_picture_cells").call(this, region, picture, columns, rows);
}

/** What figures() fills in, by index. Lengths are bytes. */
export const PAYLOAD = 0;
export const USED = 1;
export const USED_MAX = 2;
/** Pages by codec; the others are at the end. */
export const LZ4_PAGES = 3;
export const RAW_PAGES = 4;
export const SAME_PAGES = 5;
export const OFFLOADED_PAGES = 6;
/** Pages read, written and trimmed so far. */
export const OPERATIONS = 7;
export const SLOTS = 8;
/** Erases so far. */
export const ERASES = 9;
export const COLUMNS_PAGES = 10;
export const DENSE_PAGES = 11;
export const FIGURES_LENGTH = 12 * 4;

export function figures(this: unknown, region: ByteBuffer, into: ArrayBuffer): void {
	native("xs_picture_figures").call(this, region, into);
}

/**
 * How worn the flash is, a byte for each cell, which is one block or more: an index into WEAR_COLORS. Returns how many cells
 * have changed.
 */
export function wear(this: unknown, region: ByteBuffer, into: Uint8Array): number {
	return native("xs_picture_wear").call(this, region, into);
}
