/*
 * The portable engine: placing, zramPlace.c in TypeScript. It decides whether a page's stored bytes fit and which
 * granules they take, and keeps the page table, the checksums and the statistics. engine.ts and rest.ts call it. It has
 * the same effects in the same order as the native engine, also in a damaged region. It knows no codec: it is given
 * bytes, and whose they are.
 */

import {
	codecOf,
	ENTRY_AGE_MASK,
	ENTRY_AGE_SHIFT,
	ENTRY_CODEC_MASK,
	ENTRY_CODEC_SHIFT,
	ENTRY_LENGTH_SHIFT,
	ENTRY_RESERVED_MASK,
	ENTRY_TRIED_MASK,
	lengthOf,
	STATE_COMPRESSED,
	STATE_EMPTY,
	STATE_OFFLOADED,
	STATE_RAW,
	STATE_SAME,
	stateOf,
} from "zram/engine/entry";
import {
	CODEC_COUNTS,
	CODECS_COUNTED,
	COMPRESSED_PAGES,
	FREE_HEAD,
	HUGE_PAGES,
	HUGE_PAGES_SINCE,
	LIMIT,
	OFFLOADED_PAGES,
	PAYLOAD,
	RAW_PAGES,
	SAME_PAGES,
	SLOT_COUNT,
	SLOTS_OFFSET,
	USED_GRANULES,
	USED_GRANULES_MAX,
} from "zram/engine/header";
import { ERROR_CORRUPT, ERROR_FULL, PRESSURE } from "zram/engine/interface";
import type { Arena } from "zram/engine/portable/arena";
import type { Bytes } from "zram/engine/portable/bytes";
import { Late } from "zram/engine/portable/late";
import { END, geometryWords, metadataLength } from "zram/engine/portable/layout";
import type { Packed } from "zram/engine/portable/pack";
import { Slots } from "zram/engine/portable/slots";
import { pageSum } from "zram/engine/portable/sum";

/** granulesOf() returns this for an entry that no operation can have written. */
export const BAD_ENTRY = -1;

export class Place {
	readonly arena: Arena;
	readonly slots: Slots;
	readonly late: Late;
	readonly threshold: number;
	/** The header's words before LIMIT. */
	readonly geometry: Uint32Array;
	/** Bytes of the region that may be used, and how many granules may be in use under that limit. */
	limit: number;
	limitGranules: number;
	/** Pressure was reported and has not eased since. */
	#pressed = false;
	/** Pressure is to be reported when the operation ends. */
	#pressure = false;

	/** `threshold`: bytes, 1 to pageLength. */
	constructor(arena: Arena, threshold: number) {
		this.arena = arena;
		this.slots = new Slots(arena);
		this.late = new Late(this);
		this.threshold = threshold;
		this.geometry = geometryWords(arena.layout, threshold);
		this.limit = arena.layout.regionLength;
		this.limitGranules = arena.layout.granuleCount;
		arena.slots.fill(0);
		this.empty();
	}

	/** Drops all pages and statistics. */
	empty() {
		const { header, table, sums } = this.arena;
		this.#pressed = this.#pressure = false;
		this.late.forget();
		header.fill(0);
		header.set(this.geometry);
		header[LIMIT] = this.limit;
		header[FREE_HEAD] = END;
		header[SLOT_COUNT] = this.arena.layout.slotCount;
		header[SLOTS_OFFSET] = this.arena.layout.slotsOffset;
		table.fill(0);
		for (let page = 0; page < sums.length; page++) sums[page] = pageSum(page, 0, STATE_EMPTY);
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

	/** Adds a page whose entry has this word 1 to the statistics (sign 1), or takes it out (sign -1). */
	#tally(word1: number, sign: 1 | -1) {
		const state = stateOf(word1);
		if (state === STATE_EMPTY) return;
		if (state === STATE_SAME || state === STATE_OFFLOADED) {
			this.#add(state === STATE_SAME ? SAME_PAGES : OFFLOADED_PAGES, sign);
			return;
		}
		const length = lengthOf(word1);
		this.#add(state === STATE_COMPRESSED ? COMPRESSED_PAGES : RAW_PAGES, sign);
		this.#add(PAYLOAD, sign * length);
		if (length > this.threshold) this.#add(HUGE_PAGES, sign);
		if (state !== STATE_COMPRESSED || codecOf(word1) >= CODECS_COUNTED) return;
		this.#add(CODEC_COUNTS + 2 * codecOf(word1), sign);
		this.#add(CODEC_COUNTS + 2 * codecOf(word1) + 1, sign * length);
	}

	// --- room

	/**
	 * Pressure is reported once when 1/16 of the room or less is left, then not again until more than 1/8 has been
	 * free.
	 */
	#notePressure() {
		const limit = this.limitGranules;
		const left = Math.max(limit - (this.arena.header[USED_GRANULES] as number), 0);
		if (left >= (limit >> 3) + 1) this.#pressed = false;
		else if (!this.#pressed && left <= limit >> 4) this.#pressed = this.#pressure = true;
	}

	/** Ends an operation that went well: 0, or PRESSURE if that is due. */
	succeed(): number {
		const code = this.#pressure ? PRESSURE : 0;
		this.#pressure = false;
		return code;
	}

	/** For an operation that is refused: its code says it already. */
	forgetPressure() {
		this.#pressure = false;
	}

	/** `limit`: 0 to regionLength bytes. Returns 0 or PRESSURE. */
	setLimit(limit: number): number {
		const { layout, header } = this.arena;
		const metadata = metadataLength(layout);
		this.limit = header[LIMIT] = limit;
		this.limitGranules = limit > metadata ? (limit - metadata) >> layout.granuleShift : 0;
		this.#notePressure();
		return this.succeed();
	}

	/** Lowers the high-water mark to what is in use now. */
	resetPeak() {
		const { header } = this.arena;
		header[USED_GRANULES_MAX] = header[USED_GRANULES] as number;
	}

	/** Resizes a chain if the limit allows it. Returns its first granule, ERROR_FULL or ERROR_CORRUPT. */
	#resize(first: number, have: number, need: number): number {
		const { header } = this.arena;
		if (need > have && (header[USED_GRANULES] as number) + need - have > this.limitGranules) return ERROR_FULL;
		const resized = this.arena.resize(first, have, need);
		if (resized < 0) return resized;
		if ((header[USED_GRANULES_MAX] as number) < (header[USED_GRANULES] as number)) this.resetPeak();
		this.#notePressure();
		return resized;
	}

	// --- entries

	word1Of(page: number): number {
		return this.arena.table[2 * page + 1] as number;
	}

	stateOf(page: number): number {
		return stateOf(this.word1Of(page));
	}

	/** How many granules a page has, or BAD_ENTRY. */
	granulesOf(page: number): number {
		const { table, layout } = this.arena;
		const word1 = this.word1Of(page);
		const state = stateOf(word1);
		const length = lengthOf(word1);
		if (word1 & ENTRY_RESERVED_MASK) return BAD_ENTRY;
		if (state === STATE_COMPRESSED)
			return length <= layout.pageLength - layout.granuleLength ? this.arena.granulesFor(length) : BAD_ENTRY;
		if (word1 & ENTRY_CODEC_MASK) return BAD_ENTRY;
		if (state === STATE_RAW) return length === layout.pageLength ? this.arena.granulesFor(length) : BAD_ENTRY;
		if (word1 & ENTRY_TRIED_MASK) return BAD_ENTRY;
		if (state === STATE_SAME) return length === 1 ? 0 : BAD_ENTRY;
		if (state === STATE_OFFLOADED)
			return length === 1 && (table[2 * page] as number) < layout.slotCount ? 0 : BAD_ENTRY;
		return word1 === 0 && table[2 * page] === 0 ? 0 : BAD_ENTRY;
	}

	/** Like granulesOf(), but also BAD_ENTRY if the page is on flash and its slot belongs to another page. */
	#ownGranules(page: number): number {
		const granules = this.granulesOf(page);
		if (granules === 0 && this.stateOf(page) === STATE_OFFLOADED && this.slots.slotOf(page) < 0) return BAD_ENTRY;
		return granules;
	}

	/** Whether a page's checksum is that of its entry and its stored bytes, `words`; true without FLAG_INTEGRITY. */
	sumMatches(page: number, length = 0, words?: Uint32Array): boolean {
		const { sums, table } = this.arena;
		if (sums.length === 0) return true;
		return sums[page] === pageSum(page, table[2 * page] as number, this.word1Of(page), length, words);
	}

	/** Writes the page's new entry, after its chain. `words` are its stored bytes. Frees the slot that it had. */
	#setEntry(page: number, word0: number, word1: number, length = 0, words?: Uint32Array) {
		const { table, sums } = this.arena;
		if (this.stateOf(page) === STATE_OFFLOADED) this.slots.free(table[2 * page] as number);
		this.#tally(this.word1Of(page), -1);
		this.#tally(word1, 1);
		table[2 * page] = word0;
		table[2 * page + 1] = word1;
		if (sums.length) sums[page] = pageSum(page, word0, word1, length, words);
	}

	// --- in

	/** Whether parts of the page can be overwritten in place: it is stored uncompressed, and has no checksum. */
	isPatchable(page: number): boolean {
		return this.stateOf(page) === STATE_RAW && this.granulesOf(page) !== BAD_ENTRY && this.arena.sums.length === 0;
	}

	/** Overwrites a part of a patchable page. 0, or ERROR_CORRUPT with nothing changed. */
	patch(page: number, start: number, from: Bytes, place: number, length: number): number {
		const { arena } = this;
		const have = arena.granulesFor(arena.layout.pageLength);
		return arena.patch(arena.table[2 * page] as number, have, start, from, place, length);
	}

	/**
	 * Frees what the page takes and gives it an entry without granules. 0, or ERROR_CORRUPT with nothing changed.
	 */
	storeWord(page: number, word: number, word1: number): number {
		const have = this.#ownGranules(page);
		if (have === BAD_ENTRY) return ERROR_CORRUPT;
		if (have) {
			if (this.arena.resize(this.arena.table[2 * page] as number, have, 0) === ERROR_CORRUPT) return ERROR_CORRUPT;
			this.#notePressure(); // freeing never raises the high-water mark
		}
		this.#setEntry(page, word, word1);
		return 0;
	}

	/** Like storeWord(), for a page that was overwritten or trimmed: its age counts as a life (Late.noteLife). */
	overwriteWord(page: number, word: number, word1: number): number {
		const old = this.word1Of(page);
		const code = this.storeWord(page, word, word1);
		if (code === 0) this.late.noteLife(old);
		return code;
	}

	/** Replaces what the page stores. 0; or ERROR_FULL or ERROR_CORRUPT, and the page keeps what it had. */
	place(page: number, packed: Packed): number {
		if (packed.length === 0) return this.overwriteWord(page, packed.word, packed.state);
		const old = this.word1Of(page);
		const code = this.#placeChain(page, packed);
		if (code) return code;
		this.late.noteLife(old);
		if (packed.length > this.threshold) this.count(HUGE_PAGES_SINCE);
		return 0;
	}

	/** Like place(), for a page in the region that nobody has written: it counts nothing, and the age stays. */
	replace(page: number, packed: Packed): number {
		const age = this.word1Of(page) & ENTRY_AGE_MASK;
		const code = this.#placeChain(page, packed);
		if (code === 0) this.arena.table[2 * page + 1] = this.word1Of(page) | age;
		return code;
	}

	#placeChain(page: number, { state, codec, length, words }: Packed): number {
		const have = this.#ownGranules(page);
		const need = this.arena.granulesFor(length);
		if (have === BAD_ENTRY) return ERROR_CORRUPT;
		const first = this.#resize(this.arena.table[2 * page] as number, have, need);
		if (first < 0) return first;
		this.arena.scatter(first, words, need);
		this.#setEntry(
			page,
			first,
			state | (codec << ENTRY_CODEC_SHIFT) | ((length - 1) << ENTRY_LENGTH_SHIFT),
			length,
			words,
		);
		return 0;
	}

	// --- out

	/**
	 * Copies the stored bytes of a page that is not on flash to `blockWords`, or to `pageWords` if they are the page as
	 * it is; `packed` says what they are. 0 or ERROR_CORRUPT. Changes nothing in the region.
	 */
	fetch(page: number, packed: Packed, pageWords: Uint32Array, blockWords: Uint32Array): number {
		const have = this.granulesOf(page);
		const word0 = this.arena.table[2 * page] as number;
		const word1 = this.word1Of(page);
		const state = stateOf(word1);
		if (have === BAD_ENTRY) return ERROR_CORRUPT;
		packed.set(
			have ? state : STATE_SAME,
			codecOf(word1),
			have && lengthOf(word1),
			state === STATE_RAW ? pageWords : blockWords,
		);
		packed.word = word0;
		if (have && this.arena.gather(word0, packed.words, have)) return ERROR_CORRUPT;
		return this.sumMatches(page, packed.length, packed.words) ? 0 : ERROR_CORRUPT;
	}

	// --- all pages

	/** The page was just read or written: its age is 0. */
	touch(page: number) {
		const word1 = this.word1Of(page);
		if (word1 & ENTRY_AGE_MASK) this.arena.table[2 * page + 1] = word1 & ~ENTRY_AGE_MASK;
	}

	/** Makes every page that is not empty older by `steps`, up to 255. */
	markIdle(steps: number) {
		const { table } = this.arena;
		for (let i = 1; i < table.length; i += 2) {
			const word1 = table[i] as number;
			const left = (ENTRY_AGE_MASK - (word1 & ENTRY_AGE_MASK)) >> ENTRY_AGE_SHIFT;
			if (stateOf(word1) !== STATE_EMPTY) table[i] = word1 + (Math.min(steps, left) << ENTRY_AGE_SHIFT);
		}
	}
}
