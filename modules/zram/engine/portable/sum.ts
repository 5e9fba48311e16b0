/*
 * The portable engine: checksums of 32 bits, of pages as `integrity` keeps them, and of bytes as slots do.
 */

import { ENTRY_AGE_MASK, ENTRY_TRIED_MASK } from "zram/engine/entry";
import type { Bytes } from "zram/engine/portable/bytes";

/** Any number that is no page's: with it no sum of an empty page is 0. */
const PAGE_START = 0x7a72616d;
/** Any number but that of the pages' sums. */
const BYTES_START = 0x7a736c74;
const MULTIPLIER = 0x9e3779b1;

/** Each step is a bijection of the word and of the sum so far: a change within one word is always found. */
function mix(sum: number, word: number): number {
	sum = Math.imul(sum ^ word, MULTIPLIER);
	return sum ^ (sum >>> 15);
}

/** The checksum of a page with this entry, whose `length` stored bytes, if it has any, are in `words`. */
export function pageSum(page: number, word0: number, word1: number, length = 0, words?: Uint32Array): number {
	let sum = mix(mix(mix(PAGE_START, page), word0), word1 & ~(ENTRY_AGE_MASK | ENTRY_TRIED_MASK));
	for (let i = 0, end = (length + 3) >> 2; i < end; i++) sum = mix(sum, words?.[i] as number);
	return sum >>> 0;
}

/** EngineConstructor.checksum. */
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
