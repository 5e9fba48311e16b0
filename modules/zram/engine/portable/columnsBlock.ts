/* The portable engine: what blocks of the columns codec are made of. DESIGN.md has it in words ("Columns"). */

/** What a page's units are. The numbers are in blocks. */
export const BYTES = 0;
/** 16 bits, little-endian. */
export const HALVES = 1;
export const HALVES_BIG = 2;
/** Red, green, blue in 5, 6, 5 bits of 16, little-endian. */
export const PIXELS_16 = 3;
export const PIXELS_16_BIG = 4;
/** Three bytes, green in the middle. */
export const PIXELS_24 = 5;
/** And a fourth one before or after them. */
export const PIXELS_32 = 6;
export const KINDS = 7;

/** Bytes of a record, at most. */
export const RECORD_MOST = 64;

/** Residuals that have a parameter in common. */
export const GROUP = 16;
/** So many zeros are no Rice code's. */
export const QUOTIENTS = 8;
/** Parameters: a group's residuals are all 0, or Rice codes of k = parameter - RICE; the width says: as they are. */
export const ALL_ZERO = 0;
export const RICE = 1;
/** Bits of fields. */
export const KIND_BITS = 4;
export const FORM_BITS = 6;
export const ORDER_BITS = 2;
export const SHIFT_BITS = 4;
export const PARAMETER_BITS = 5;

/** How many forms a kind has: form is less. */
export function formsOf(kind: number): number {
	if (kind === BYTES) return RECORD_MOST;
	if (kind <= HALVES_BIG) return RECORD_MOST / 2;
	if (kind <= PIXELS_16_BIG) return 1;
	return kind === PIXELS_24 ? 3 : 4;
}

export function isPixels16(kind: number): boolean {
	return kind === PIXELS_16 || kind === PIXELS_16_BIG;
}

/** What a column's first parameter is told relative to. */
export function firstParameter(width: number): number {
	return RICE + (width >> 2);
}

export function columnsOf(kind: number, form: number): number {
	return kind <= HALVES_BIG ? form + 1 : kind === PIXELS_32 ? 4 : 3;
}

/** A difference modulo 2^width, folded: 0, -1, 1, -2 ... are 0, 1, 2, 3 ... */
export function fold(difference: number, width: number): number {
	const high = difference << (32 - width);
	return ((high >> (31 - width)) ^ (high >> 31)) >>> 0;
}

export function unfold(folded: number): number {
	return (folded >> 1) ^ -(folded & 1);
}

/** The 16 bits at a byte. */
export function halfAt(page: Uint8Array, at: number, isBig: boolean): number {
	const first = page[at] as number;
	const second = page[at + 1] as number;
	return isBig ? (first << 8) | second : first | (second << 8);
}

/** The fields of a pixel of 16 bits: red and blue are less half of green, modulo 32. */
export function greenOf(pixel: number): number {
	return (pixel >> 5) & 63;
}

export function redOf(pixel: number): number {
	return ((pixel >> 11) - (pixel >> 6)) & 31;
}

export function blueOf(pixel: number): number {
	return (pixel - (pixel >> 6)) & 31;
}
