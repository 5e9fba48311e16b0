/*
 * Operations on many bytes: in C on XS (bytes-xs.ts), where a loop over bytes costs a thousand times as much; in JavaScript
 * in Node (bytes-node.ts). package.json chooses. Lengths and starts are bytes; anything out of range is a RangeError.
 */

export { copy, digest, equal, erase, fill, protect } from "#tests/bytes";

/** Kinds of bytes that fill() makes. */
export const ZEROS = 0;
export const WORD = 1;
export const NOISE = 2;
export const TEXT = 3;
/** A slow ramp with more or less noise, depending on the seed. */
export const SIGNAL = 4;
/** Records of one to nine rising, noisy values: bytes, or 16 bits in either byte order, depending on the seed. */
export const RECORDS = 5;
export const KINDS = 6;
