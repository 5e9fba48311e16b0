/*
 * The portable engine: pages in, pages out. zramEngine.c in TypeScript, with the same effects in the same order, also on
 * a region that is damaged. Whole pages travel through `staging`; who reads or writes bytes does it there.
 *
 * The way of a page in:  store: same-filled? encode; room? -> arena.resize -> scatter
 * and out:               load: fill, or gather -> decode
 */

import {
	COMPRESSED,
	CORRUPT,
	EMPTY,
	FULL,
	INCOMPRESSIBLE,
	KEEP,
	OFFLOADED,
	ON_FLASH,
	PRESSURE,
	RAW,
	ROT,
	SAME,
	WIPE,
} from "zram/engine/interface";
import type { Arena } from "zram/engine/portable/arena";
import type { Bytes } from "zram/engine/portable/bytes";
import {
	COMPRESSED_PAGES,
	END,
	FREE_HEAD,
	geometryWords,
	HUGE_PAGES,
	HUGE_PAGES_SINCE,
	LIMIT,
	metadataLength,
	OFFLOADED_PAGES,
	PAYLOAD,
	RAW_PAGES,
	SAME_PAGES,
	SLOT_COUNT,
	SLOT_READS,
	SLOTS_OFFSET,
	USED_GRANULES,
	USED_GRANULES_MAX,
} from "zram/engine/portable/layout";
import { Decoder, Encoder, TABLE_LENGTH } from "zram/engine/portable/lz4";
import { Slots } from "zram/engine/portable/slots";

const STATE_MASK = 7;
const LENGTH_SHIFT = 6;
const AGE_SHIFT = 18;
export const AGE_MASK = 0xff << AGE_SHIFT;
/** Bits 26-31, and the codec: there is one so far, 0. */
const RESERVED_MASK = 0xfc000038;
/** Any number that is no page's: with it no sum of an empty page is 0. */
const SUM_START = 0x7a72616d;
const SUM_MULTIPLIER = 0x9e3779b1;

/** What granulesOf() says of an entry that no operation can have written. */
export const BAD_ENTRY = -1;
/** What `staged` is when nothing is. */
export const NO_PAGE = -1;

/** Bytes of scratch that the engine needs: the encoder's table, and two pages. */
export function scratchLength(pageLength: number): number {
	return 2 * TABLE_LENGTH + 2 * pageLength;
}

/** Each step is a bijection of the word and of the sum so far: a change within one word is always found. */
function mix(sum: number, word: number): number {
	sum = Math.imul(sum ^ word, SUM_MULTIPLIER);
	return sum ^ (sum >>> 15);
}

const CHECKSUM_START = 0x7a736c74; // any number but that of the pages' sums

/** EngineConstructor.checksum. */
export function checksum(bytes: Bytes, start: number, length: number): number {
	const at = (i: number) => (i < length ? (bytes[start + i] as number) & 0xff : 0);
	let sum = CHECKSUM_START;
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

export class Pages {
	readonly arena: Arena;
	readonly slots: Slots;
	readonly threshold: number;
	/** What the header has in front of LIMIT. */
	readonly geometry: Uint32Array;
	/** Page (check: or granule) at which the last operation stopped. */
	stopped = 0;
	/** Page whose slot's content is in staging, or NO_PAGE. */
	staged = NO_PAGE;
	/** Bytes of the region that may be used, and granules that may be in use under this limit. */
	limit: number;
	#limitGranules: number;
	/** Pressure was reported and has not eased since. */
	#pressed = false;
	/** Pressure is to be reported when the operation ends. */
	#pressure = false;

	/** The encoder's table, which check() borrows. */
	readonly table: Uint16Array;
	/** A page's length each: stored bytes on their way in or out, and a page as it is outside. */
	readonly block: Uint8Array;
	readonly blockWords: Uint32Array;
	readonly staging: Uint8Array;
	readonly #stagingWords: Uint32Array;
	readonly #encoder: Encoder;
	readonly #decoder = new Decoder();

	/** `scratchOffset`: of scratchLength() bytes in `scratch`, a multiple of 4. `threshold`: bytes, 1 to pageLength. */
	constructor(arena: Arena, scratch: ArrayBufferLike, scratchOffset: number, threshold: number) {
		const { regionLength, granuleCount, pageLength } = arena.layout;
		const blockOffset = scratchOffset + 2 * TABLE_LENGTH;
		const stagingOffset = blockOffset + pageLength;
		this.arena = arena;
		this.slots = new Slots(arena);
		this.threshold = threshold;
		this.geometry = new Uint32Array(geometryWords(arena.layout, threshold));
		this.limit = regionLength;
		this.#limitGranules = granuleCount;
		this.table = new Uint16Array(scratch, scratchOffset, TABLE_LENGTH);
		this.block = new Uint8Array(scratch, blockOffset, pageLength);
		this.blockWords = new Uint32Array(scratch, blockOffset, pageLength / 4);
		this.staging = new Uint8Array(scratch, stagingOffset, pageLength);
		this.#stagingWords = new Uint32Array(scratch, stagingOffset, pageLength / 4);
		this.#encoder = new Encoder(this.table);
		arena.slots.fill(0);
		this.#empty();
	}

	/** Drops all pages and statistics; limit and threshold stay, and how worn the slots are. */
	reset() {
		const { bytes, slots } = this.arena;
		const start = slots.byteOffset - bytes.byteOffset;
		this.slots.freeAll();
		this.#wipe(start, start + slots.byteLength);
		this.#empty();
	}

	/** With WIPE: region and scratch are zeroed. */
	wipe() {
		this.#wipe(0, 0);
	}

	/** Likewise, but for the bytes of the region from `kept` to `keptEnd` - 1. */
	#wipe(kept: number, keptEnd: number) {
		const { bytes, layout } = this.arena;
		if (!(layout.flags & WIPE)) return;
		bytes.fill(0, 0, kept);
		bytes.fill(0, keptEnd);
		this.block.fill(0);
		this.staging.fill(0);
	}

	#empty() {
		const { header, table, sums } = this.arena;
		this.stopped = 0;
		this.staged = NO_PAGE;
		this.#pressed = this.#pressure = false;
		header.fill(0);
		header.set(this.geometry);
		header[LIMIT] = this.limit;
		header[FREE_HEAD] = END;
		header[SLOT_COUNT] = this.arena.layout.slotCount;
		header[SLOTS_OFFSET] = this.arena.layout.slotsOffset;
		table.fill(0);
		for (let page = 0; page < sums.length; page++) sums[page] = this.#sumOf(page, 0, EMPTY, 0);
	}

	// --- statistics

	/** Adds 1 to a counter of the header. */
	count(counter: number) {
		const { header } = this.arena;
		header[counter] = (header[counter] as number) + 1;
		if (header[counter] === 0) header[counter + 1] = (header[counter + 1] as number) + 1;
	}

	#add(word: number, amount: number) {
		this.arena.header[word] = (this.arena.header[word] as number) + amount;
	}

	/** Adds a page with this word 1 to the statistics (sign 1), or takes it out (sign -1). */
	#tally(word1: number, sign: 1 | -1) {
		const state = word1 & STATE_MASK;
		if (state === EMPTY) return;
		if (state === SAME || state === OFFLOADED) {
			this.#add(state === SAME ? SAME_PAGES : OFFLOADED_PAGES, sign);
			return;
		}
		const length = this.lengthOf(word1);
		this.#add(state === COMPRESSED ? COMPRESSED_PAGES : RAW_PAGES, sign);
		this.#add(PAYLOAD, sign * length);
		if (length > this.threshold) this.#add(HUGE_PAGES, sign);
	}

	// --- room

	/** Pressure is reported once when 1/16 of the room or less is left, and again only after more than 1/8 was free. */
	#notePressure() {
		const limit = this.#limitGranules;
		const left = Math.max(limit - (this.arena.header[USED_GRANULES] as number), 0);
		if (left >= (limit >> 3) + 1) this.#pressed = false;
		else if (!this.#pressed && left <= limit >> 4) this.#pressed = this.#pressure = true;
	}

	/** What an operation that went well answers. */
	succeed(): number {
		const code = this.#pressure ? PRESSURE : 0;
		this.#pressure = false;
		return code;
	}

	/** A refusal says it already. */
	forgetPressure() {
		this.#pressure = false;
	}

	/** limit: 0 to regionLength bytes. Returns 0 or PRESSURE. */
	setLimit(limit: number): number {
		const { layout, header } = this.arena;
		const metadata = metadataLength(layout);
		this.limit = header[LIMIT] = limit;
		this.#limitGranules = limit > metadata ? (limit - metadata) >> layout.granuleShift : 0;
		this.#notePressure();
		return this.succeed();
	}

	/** The high-water mark starts again from what is used now. */
	resetPeak() {
		const { header } = this.arena;
		header[USED_GRANULES_MAX] = header[USED_GRANULES] as number;
	}

	/** Gives a chain a new length, if limit and free granules allow it. Its first granule, or FULL, or CORRUPT. */
	#resize(first: number, have: number, need: number): number {
		const { header } = this.arena;
		if (need > have && (header[USED_GRANULES] as number) + need - have > this.#limitGranules) return FULL;
		const resized = this.arena.resize(first, have, need);
		if (resized < 0) return resized;
		if ((header[USED_GRANULES_MAX] as number) < (header[USED_GRANULES] as number)) this.resetPeak();
		this.#notePressure();
		return resized;
	}

	// --- entries

	stateOf(page: number): number {
		return (this.arena.table[2 * page + 1] as number) & STATE_MASK;
	}

	/** Stored bytes, by word 1 of an entry. */
	lengthOf(word1: number): number {
		return ((word1 >>> LENGTH_SHIFT) & 0xfff) + 1;
	}

	/** Granules that a page has, or BAD_ENTRY. */
	granulesOf(page: number): number {
		const { table, layout } = this.arena;
		const word1 = table[2 * page + 1] as number;
		const state = word1 & STATE_MASK;
		const length = this.lengthOf(word1);
		if (word1 & RESERVED_MASK) return BAD_ENTRY;
		if (state === COMPRESSED)
			return length <= layout.pageLength - layout.granuleLength ? this.arena.granulesFor(length) : BAD_ENTRY;
		if (state === RAW) return length === layout.pageLength ? this.arena.granulesFor(length) : BAD_ENTRY;
		if (state === SAME) return length === 1 ? 0 : BAD_ENTRY;
		if (state === OFFLOADED) return length === 1 && (table[2 * page] as number) < layout.slotCount ? 0 : BAD_ENTRY;
		return word1 === 0 && table[2 * page] === 0 ? 0 : BAD_ENTRY;
	}

	/** The checksum of a page with this entry whose `length` stored bytes are in `words`, zeros behind them. */
	#sumOf(page: number, word0: number, word1: number, length: number, words = this.blockWords): number {
		let sum = mix(mix(mix(SUM_START, page), word0), word1 & ~AGE_MASK);
		for (let i = 0, end = (length + 3) >> 2; i < end; i++) sum = mix(sum, words[i] as number);
		return sum >>> 0;
	}

	/** Whether the checksum of a page is that of its entry and the bytes in `words`; true without INTEGRITY. */
	sumMatches(page: number, length: number, words = this.blockWords): boolean {
		const { sums, table } = this.arena;
		if (sums.length === 0) return true;
		return sums[page] === this.#sumOf(page, table[2 * page] as number, table[2 * page + 1] as number, length, words);
	}

	/** The page's new entry, once its chain is written; `words` has its stored bytes. */
	#setEntry(page: number, word0: number, word1: number, length: number, words = this.blockWords) {
		const { table, sums } = this.arena;
		if (this.stateOf(page) === OFFLOADED) this.slots.free(table[2 * page] as number);
		this.#tally(table[2 * page + 1] as number, -1);
		this.#tally(word1, 1);
		table[2 * page] = word0;
		table[2 * page + 1] = word1;
		if (sums.length) sums[page] = this.#sumOf(page, word0, word1, length, words);
	}

	// --- one page

	/** Whether `staging` is its first word all over. */
	#isSame(): boolean {
		const words = this.#stagingWords;
		const first = words[0];
		for (let i = 1; i < words.length; i++) if (words[i] !== first) return false;
		return true;
	}

	/** As granulesOf(); BAD_ENTRY also for a page on flash whose slot is another page's. */
	#granulesOf(page: number): number {
		const granules = this.granulesOf(page);
		if (granules === 0 && this.stateOf(page) === OFFLOADED && this.slots.slotOf(page) < 0) return BAD_ENTRY;
		return granules;
	}

	/** Frees what the page's entry has and gives it one that has no granules. 0 or CORRUPT. */
	storeWord(page: number, word: number, word1: number): number {
		const have = this.#granulesOf(page);
		if (have === BAD_ENTRY) return CORRUPT;
		if (have && this.#resize(this.arena.table[2 * page] as number, have, 0) < 0) return CORRUPT;
		this.#setEntry(page, word, word1, 0);
		return 0;
	}

	/** The page gets a chain: `words` holds its `length` bytes and behind them zeros up to a whole granule. */
	#storeChain(page: number, words: Uint32Array, length: number, state: number): number {
		const have = this.#granulesOf(page);
		const need = this.arena.granulesFor(length);
		if (have === BAD_ENTRY) return CORRUPT;
		const first = this.#resize(this.arena.table[2 * page] as number, have, need);
		if (first < 0) return first;
		this.arena.scatter(first, words, need);
		this.#setEntry(page, first, state | ((length - 1) << LENGTH_SHIFT), length, words);
		if (length > this.threshold) this.count(HUGE_PAGES_SINCE);
		return 0;
	}

	/** Stores what is in `staging`. 0, INCOMPRESSIBLE unless `mode` has KEEP, FULL, or CORRUPT: then the old page stands. */
	store(page: number, mode: number): number {
		const { pageLength, granuleLength, granuleShift } = this.arena.layout;
		if (this.#isSame()) return this.storeWord(page, this.#stagingWords[0] as number, SAME);
		// a block is worth having when it saves at least a granule
		const length = this.#encoder.encode(this.staging, this.block, pageLength - granuleLength);
		if ((length || pageLength) > this.threshold && !(mode & KEEP)) return INCOMPRESSIBLE;
		if (length === 0) return this.#storeChain(page, this.#stagingWords, pageLength, RAW);
		this.block.fill(0, length, this.arena.granulesFor(length) << granuleShift);
		return this.#storeChain(page, this.blockWords, length, COMPRESSED);
	}

	/** A page on flash, which the caller has read into staging. */
	#loadStaged(page: number): number {
		const slot = this.slots.slotOf(page);
		if (slot < 0 || !this.sumMatches(page, 0)) return CORRUPT;
		if (this.staged !== page) return ON_FLASH;
		if (this.slots.sumOf(slot) !== this.stagingSum()) return ROT;
		this.count(SLOT_READS);
		return 0;
	}

	/** The checksum that slots keep, of what is in staging. */
	stagingSum(): number {
		return checksum(this.staging, 0, this.staging.length);
	}

	/** Loads a page into `staging`. 0, CORRUPT, ON_FLASH or ROT; changes nothing in the region. */
	load(page: number): number {
		const { arena } = this;
		const have = this.granulesOf(page);
		if (have === BAD_ENTRY) return CORRUPT;
		if (this.stateOf(page) === OFFLOADED) return this.#loadStaged(page);
		const first = arena.table[2 * page] as number;
		if (have === 0) {
			if (!this.sumMatches(page, 0)) return CORRUPT;
			this.#stagingWords.fill(first);
			return 0;
		}
		const length = this.lengthOf(arena.table[2 * page + 1] as number);
		const isRaw = this.stateOf(page) === RAW;
		const words = isRaw ? this.#stagingWords : this.blockWords;
		if (arena.gather(first, words, have) || !this.sumMatches(page, length, words)) return CORRUPT;
		return isRaw || this.#decoder.decode(this.block, length, this.staging) ? 0 : CORRUPT;
	}

	/** Frees a page's memory; it reads as zeros. 0 or CORRUPT. */
	free(page: number): number {
		return this.storeWord(page, 0, EMPTY);
	}

	/** Whether `staging` is all zeros. */
	isZero(): boolean {
		return this.#stagingWords[0] === 0 && this.#isSame();
	}

	/** The page was used just now. */
	touch(page: number) {
		const { table } = this.arena;
		const word1 = table[2 * page + 1] as number;
		if (word1 & AGE_MASK) table[2 * page + 1] = word1 & ~AGE_MASK;
	}

	/** Every page that is not empty gets one older, up to 255. */
	markIdle() {
		const { table } = this.arena;
		for (let i = 1; i < table.length; i += 2) {
			const word1 = table[i] as number;
			if ((word1 & STATE_MASK) !== EMPTY && (word1 & AGE_MASK) !== AGE_MASK) table[i] = word1 + (1 << AGE_SHIFT);
		}
	}
}
