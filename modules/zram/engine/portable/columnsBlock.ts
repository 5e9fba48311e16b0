/*
 * The portable engine: what a block of the columns codec is made of, for the encoder and the decoder. DESIGN.md
 * describes it in words ("Columns").
 */

/** The kinds of a page: what its units are. Blocks hold these numbers. */
export const BYTES = 0;
/** 16 bits, little-endian. */
export const HALVES = 1;
export const HALVES_BIG = 2;
/** RGB565, red in the highest bits, little-endian. */
export const PIXELS_16 = 3;
export const PIXELS_16_BIG = 4;
/** Three bytes, green in the middle. */
export const PIXELS_24 = 5;
/** And a fourth byte before or after them. */
export const PIXELS_32 = 6;
export const KINDS = 7;

/** The longest record, in bytes. */
export const RECORD_MOST = 64;

/** Residuals that share a parameter. */
export const GROUP = 16;
/** A Rice code has fewer zeros; this many mean an escape, followed by the raw residual. */
export const QUOTIENTS = 8;
/**
 * A group's parameter: ALL_ZERO if all residuals are 0, RICE + k for Rice codes, the width for raw residuals.
 */
export const ALL_ZERO = 0;
export const RICE = 1;
/** Widths of fields, in bits. */
export const KIND_BITS = 4;
export const FORM_BITS = 6;
export const ORDER_BITS = 2;
export const SHIFT_BITS = 4;
export const PARAMETER_BITS = 5;

/** How many forms a kind has; a form is less than that. */
export function formsOf(kind: number): number {
	if (kind === BYTES) return RECORD_MOST;
	if (kind <= HALVES_BIG) return RECORD_MOST / 2;
	if (kind <= PIXELS_16_BIG) return 1;
	return kind === PIXELS_24 ? 3 : 4;
}

export function isPixels16(kind: number): boolean {
	return kind === PIXELS_16 || kind === PIXELS_16_BIG;
}

/** A column's first parameter is coded relative to this. */
export function firstParameter(width: number): number {
	return RICE + (width >> 2);
}

export function columnsOf(kind: number, form: number): number {
	return kind <= HALVES_BIG ? form + 1 : kind === PIXELS_32 ? 4 : 3;
}

/** Folds a difference modulo 2^width: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
export function fold(difference: number, width: number): number {
	const high = difference << (32 - width);
	return ((high >> (31 - width)) ^ (high >> 31)) >>> 0;
}

export function unfold(folded: number): number {
	return (folded >> 1) ^ -(folded & 1);
}

/** The 16 bits that begin at a byte. */
export function halfAt(page: Uint8Array, at: number, isBig: boolean): number {
	const first = page[at] as number;
	const second = page[at + 1] as number;
	return isBig ? (first << 8) | second : first | (second << 8);
}

/** The fields of a 16-bit pixel: red and blue less half of green, modulo 32. */
export function greenOf(pixel: number): number {
	return (pixel >> 5) & 63;
}

export function redOf(pixel: number): number {
	return ((pixel >> 11) - (pixel >> 6)) & 31;
}

export function blueOf(pixel: number): number {
	return (pixel - (pixel >> 6)) & 31;
}
