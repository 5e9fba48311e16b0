/*
 * A page's entry in the page table, bit by bit. native/zramEntry.h is the same in C; tests/layout.test.ts compares the
 * two.
 *
 *   word 0   first granule, the word that fills the page, or a slot
 *   word 1   31   27 26     25     18 17                6 5   3 2   0
 *            | zero | tried | age     | stored length - 1 |codec|state|
 */

/** Bytes of an entry. */
export const ENTRY_LENGTH = 8;

// States of a page.

/** It reads as zeros; the whole entry is zero. */
export const STATE_EMPTY = 0;
/** One 32-bit word all over, which is word 0. */
export const STATE_SAME = 1;
/** A codec's block; its first granule is word 0. */
export const STATE_COMPRESSED = 2;
/** The page itself, not compressed; its first granule is word 0. */
export const STATE_RAW = 3;
/** The page itself, on flash; its slot is word 0. */
export const STATE_OFFLOADED = 4;

export const ENTRY_STATE_MASK = 7;
export const ENTRY_CODEC_SHIFT = 3;
/** 0 unless the page is compressed. */
export const ENTRY_CODEC_MASK = 7 << ENTRY_CODEC_SHIFT;
export const ENTRY_LENGTH_SHIFT = 6;
export const ENTRY_LENGTH_MASK = 0xfff << ENTRY_LENGTH_SHIFT;
export const ENTRY_AGE_SHIFT = 18;
export const ENTRY_AGE_MASK = 0xff << ENTRY_AGE_SHIFT;
/** Repacking has not made it smaller; only pages with stored bytes have it. */
export const ENTRY_TRIED_MASK = 1 << 26;
export const ENTRY_RESERVED_MASK = 0xf8000000;

export function stateOf(word1: number): number {
	return word1 & ENTRY_STATE_MASK;
}

export function codecOf(word1: number): number {
	return (word1 & ENTRY_CODEC_MASK) >> ENTRY_CODEC_SHIFT;
}

/** The length in bytes of what the page stores; 1 if it stores nothing. */
export function lengthOf(word1: number): number {
	return ((word1 & ENTRY_LENGTH_MASK) >> ENTRY_LENGTH_SHIFT) + 1;
}

export function ageOf(word1: number): number {
	return (word1 & ENTRY_AGE_MASK) >> ENTRY_AGE_SHIFT;
}
