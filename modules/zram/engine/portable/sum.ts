/*
 * The portable engine: 32-bit checksums, of pages for FLAG_INTEGRITY (place.ts) and of bytes for slots; zramSum.c in
 * TypeScript.
 */

import { ENTRY_AGE_MASK, ENTRY_TRIED_MASK } from "zram/engine/entry";
import type { Bytes } from "zram/engine/portable/bytes";

/** Any number that is not a page's number, so that no empty page's sum is 0. */
const PAGE_START = 0x7a72616d;
/** Any number other than PAGE_START. */
const BYTES_START = 0x7a736c74;
const MULTIPLIER = 0x9e3779b1;

/** Each step is a bijection of the word, and one of the sum so far, so it never misses a change within one word. */
function mix(sum: number, word: number): number {
	sum = Math.imul(sum ^ word, MULTIPLIER);
	return sum ^ (sum >>> 15);
}

/** The checksum of a page: of its number, its entry without age and mark, and its `length` stored bytes, `words`. */
export function pageSum(page: number, word0: number, word1: number, length = 0, words?: Uint32Array): number {
	let sum = mix(mix(mix(PAGE_START, page), word0), word1 & ~(ENTRY_AGE_MASK | ENTRY_TRIED_MASK));
	for (let i = 0, end = (length + 3) >> 2; i < end; i++) sum = mix(sum, words?.[i] as number);
	return sum >>> 0;
}

/** EngineConstructor.checksum(). */
export function checksum(bytes: Bytes, start: number, length: number): number {
	const at = (i: number) => (i < length ? (bytes[start + i] as number) & 0xff : 0);
	let sum = BYTES_START;
	let i = 0;
	for (; i + 4 <= length; i += 4) {
		const place = start + i;
		const low = ((bytes[place] as number) & 0xff) | (((bytes[place + 1] as number) & 0xff) << 8);
		const high = ((bytes[place + 2] as number) & 0xff) | (((bytes[place + 3] as number) & 0xff) << 8);
		sum = mix(sum, low | (high << 16));
	}
	if (i < length) sum = mix(sum, at(i) | (at(i + 1) << 8) | (at(i + 2) << 16));
	return sum >>> 0;
}
