/* picture.c: makes the buffers to store, and turns a region's state into a picture. Allocates nothing. */

import type { ByteBuffer } from "zram/engine/interface";

/** Kinds of buffers: pixels, JSON lines, sensor samples, data that is compressed already, and one repeated byte. */
export const FRAME = 0;
export const LOG = 1;
export const SAMPLES = 2;
export const PHOTO = 3;
export const BLANK = 4;

/** Fills a buffer. The same kind and seed give the same bytes. */
export function make(this: unknown, buffer: ByteBuffer, kind: number, seed: number): void {
	native("xs_picture_make").call(this, buffer, kind, seed);
}

/** Whether make() would give these bytes. */
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

/** Clears the bits in `into` that are 0 in `from`. */
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

/** Bytes that cells() needs for a picture of so many cells. */
export function pictureLength(columns: number, rows: number): number {
	const cells = columns * rows;
	return ((cells + 2 * rows + 1) & ~1) + cells * 6 * 2;
}

/**
 * Divides the arena into cells of equal size, in address order, and gives each the state of most of its bytes. `picture`
 * keeps the cells from one call to the next, a byte each, followed by the first and the last changed column of each row.
 * Returns how many cells have changed.
 */
export function cells(this: unknown, region: ByteBuffer, picture: Uint8Array, columns: number, rows: number): number {
	return native("xs_picture_cells").call(this, region, picture, columns, rows);
}

/** What figures() fills in, by index. Lengths are in bytes. */
export const PAYLOAD = 0;
export const USED = 1;
export const USED_MAX = 2;
/** Pages by codec; columns and dense are at the end. */
export const LZ4_PAGES = 3;
export const RAW_PAGES = 4;
export const SAME_PAGES = 5;
export const OFFLOADED_PAGES = 6;
/** Pages read, written and trimmed since the start. */
export const OPERATIONS = 7;
export const SLOTS = 8;
/** Erases of slots for pages since the start. */
export const ERASES = 9;
export const COLUMNS_PAGES = 10;
export const DENSE_PAGES = 11;
export const FIGURES_LENGTH = 12 * 4;

/** Fills in the figures above. All are 0 if `region` is not a device's. */
export function figures(this: unknown, region: ByteBuffer, into: ArrayBuffer): void {
	native("xs_picture_figures").call(this, region, into);
}

/**
 * How worn the flash is: a byte a cell, which stands for one block or more, as an index into WEAR_COLORS. Returns how
 * many cells have changed.
 */
export function wear(this: unknown, region: ByteBuffer, into: Uint8Array): number {
	return native("xs_picture_wear").call(this, region, into);
}
