/*
 * The portable engine: walks a region and reports the first invariant that does not hold, in this order; zramCheck.c in
 * TypeScript. Tests, fuzzers and Zram.check() call it; interface.ts has the numbers.
 *
 *    1  GEOMETRY    the header's geometry is the engine's own                                        #isGeometryRight
 *    6  USED        no more granules are in use than lie below the frontier, which is in the arena   #checkChains
 *    2  ENTRY       every entry is well-formed                                                       #checkPages
 *    3  CHAIN       a page's chain has the granules its length needs, all below the frontier         #checkPages
 *    4  SHARED      no granule is in two chains, the free chain included                             #checkChain
 *    5  FREE        the free chain holds every granule below the frontier that no page uses          #checkChains
 *    6  USED        USED_GRANULES counts the granules of all pages, and is at most the peak          #checkStatistics
 *    7  STATISTICS  payload and page counts are those of the table; the limit is the engine's own    #checkStatistics
 *   12  SLOT        offloaded pages and used slots belong to each other, one to one                  #checkSlots
 *    8  TAIL        the unused end of a page's last granule is zero                                  #checkContent
 *    9  SUM         with FLAG_INTEGRITY, every page's checksum is right, also an empty page's        #checkContent
 *   10  BLOCK       every block decodes to a page                                                    #checkContent
 *   11  WIPED       with FLAG_WIPE, the granules of the free chain are zero                          #checkWiped
 *
 * To find granules that two chains share, it needs a bit for each granule and borrows the encoders' workspace. That has
 * 32,768 bits; larger arenas are walked twice, a window of granules at a time.
 */

import { codecOf, lengthOf, STATE_COMPRESSED, STATE_OFFLOADED, STATE_RAW, STATE_SAME } from "zram/engine/entry";
import {
	CODEC_COUNTS,
	CODECS_COUNTED,
	COMPRESSED_PAGES,
	FREE_HEAD,
	FRONTIER,
	HUGE_PAGES,
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
import {
	FLAG_WIPE,
	INVARIANT_BLOCK,
	INVARIANT_CHAIN,
	INVARIANT_ENTRY,
	INVARIANT_FREE,
	INVARIANT_GEOMETRY,
	INVARIANT_SHARED,
	INVARIANT_SLOT,
	INVARIANT_STATISTICS,
	INVARIANT_SUM,
	INVARIANT_TAIL,
	INVARIANT_USED,
	INVARIANT_WIPED,
	SLOT_LOG,
	SLOT_ROTTEN,
	SLOT_USED,
} from "zram/engine/interface";
import type { EngineCore } from "zram/engine/portable/engine";
import { END } from "zram/engine/portable/layout";
import { WORKSPACE_LENGTH } from "zram/engine/portable/pack";
import { BAD_ENTRY } from "zram/engine/portable/place";

/** Granules that have a bit in the workspace. */
const WINDOW = 8 * WORKSPACE_LENGTH;

export class Checker {
	readonly #core: EngineCore;
	/** What the header's statistics should be. */
	#used = 0;
	#payload = 0;
	#same = 0;
	#compressed = 0;
	#raw = 0;
	#huge = 0;
	#offloaded = 0;
	/** Likewise, the words from CODEC_COUNTS on. */
	readonly #codecs = new Uint32Array(2 * CODECS_COUNTED);

	constructor(core: EngineCore) {
		this.#core = core;
	}

	/** 0, or the first broken invariant; then core.stopped is the page, granule or slot where it was found. */
	check(): number {
		if (!this.#isGeometryRight()) return this.#broken(INVARIANT_GEOMETRY, 0);
		return this.#checkChains() || this.#checkSlots() || this.#checkContents() || this.#checkWiped();
	}

	#broken(invariant: number, where: number): number {
		this.#core.stopped = where;
		return invariant;
	}

	#isGeometryRight(): boolean {
		const { arena, geometry } = this.#core.place;
		for (let i = 0; i < geometry.length; i++) if (arena.header[i] !== geometry[i]) return false;
		const { slotCount, slotsOffset } = arena.layout;
		return arena.header[SLOT_COUNT] === slotCount && arena.header[SLOTS_OFFSET] === slotsOffset;
	}

	/**
	 * Checks the pages' chains and the free chain, a window at a time; then the statistics, which each window sums up
	 * anew.
	 */
	#checkChains(): number {
		const { arena } = this.#core.place;
		const { header } = arena;
		const frontier = header[FRONTIER] as number;
		const used = header[USED_GRANULES] as number;
		const freeHead = header[FREE_HEAD] as number;
		if (frontier > arena.layout.granuleCount || used > frontier) return this.#broken(INVARIANT_USED, 0);
		for (let window = 0; window < arena.layout.granuleCount; window += WINDOW) {
			this.#core.packer.workspace.fill(0);
			let invariant = this.#checkPages(window);
			if (invariant) return invariant;
			invariant = this.#checkChain(freeHead, frontier - used, window, INVARIANT_FREE);
			if (invariant) return this.#broken(invariant, freeHead);
		}
		return this.#checkStatistics();
	}

	/** Checks every page's entry, and its chain as far as it is in the window. */
	#checkPages(window: number): number {
		const { arena } = this.#core.place;
		this.#used = this.#payload = this.#same = this.#compressed = this.#raw = this.#huge = this.#offloaded = 0;
		this.#codecs.fill(0);
		for (let page = 0; page < arena.layout.pageCount; page++) {
			const granules = this.#core.place.granulesOf(page);
			if (granules === BAD_ENTRY) return this.#broken(INVARIANT_ENTRY, page);
			const first = arena.table[2 * page] as number;
			const invariant = granules ? this.#checkChain(first, granules, window, INVARIANT_CHAIN) : 0;
			if (invariant) return this.#broken(invariant, page);
			this.#addPage(page, granules);
		}
		return 0;
	}

	/**
	 * Checks that the chain at `first` has `count` granules, each below the frontier and in no other chain. Returns 0,
	 * or the broken invariant.
	 */
	#checkChain(first: number, count: number, window: number, invariant: number): number {
		const { header, links, layout } = this.#core.place.arena;
		const end = Math.min(header[FRONTIER] as number, layout.granuleCount);
		for (; count; count--) {
			if (first >= end) return invariant;
			if (!this.#mark(first - window)) return INVARIANT_SHARED;
			first = links[first] as number;
		}
		return first === END ? 0 : invariant;
	}

	/** Marks a granule by its place in the window, if it is in there. False if it was marked before. */
	#mark(place: number): boolean {
		const { workspace } = this.#core.packer;
		const bits = workspace[place >> 3] as number;
		const mask = 1 << (place & 7);
		if (place < 0 || place >= WINDOW) return true;
		workspace[place >> 3] = bits | mask;
		return (bits & mask) === 0;
	}

	#addPage(page: number, granules: number) {
		const state = this.#core.place.stateOf(page);
		if (state === STATE_SAME) this.#same++;
		else if (state === STATE_COMPRESSED) this.#compressed++;
		else if (state === STATE_RAW) this.#raw++;
		else if (state === STATE_OFFLOADED) this.#offloaded++;
		if (granules === 0) return;
		const length = this.#lengthOf(page);
		this.#used += granules;
		this.#payload += length;
		if (length > this.#core.place.threshold) this.#huge++;
		if (state === STATE_COMPRESSED) this.#addUse(codecOf(this.#core.place.word1Of(page)), length);
	}

	#addUse(codec: number, length: number) {
		if (codec >= CODECS_COUNTED) return;
		this.#codecs[2 * codec] = (this.#codecs[2 * codec] as number) + 1;
		this.#codecs[2 * codec + 1] = (this.#codecs[2 * codec + 1] as number) + length;
	}

	#lengthOf(page: number): number {
		return lengthOf(this.#core.place.word1Of(page));
	}

	#checkStatistics(): number {
		const { header } = this.#core.place.arena;
		if (header[USED_GRANULES] !== this.#used || (header[USED_GRANULES_MAX] as number) < this.#used)
			return this.#broken(INVARIANT_USED, 0);
		const right =
			header[PAYLOAD] === this.#payload &&
			header[SAME_PAGES] === this.#same &&
			header[RAW_PAGES] === this.#raw &&
			header[COMPRESSED_PAGES] === this.#compressed &&
			header[HUGE_PAGES] === this.#huge &&
			header[OFFLOADED_PAGES] === this.#offloaded &&
			header[LIMIT] === this.#core.place.limit &&
			this.#areCodecsCounted();
		return right ? 0 : this.#broken(INVARIANT_STATISTICS, 0);
	}

	/** A loop, since every() would take a new closure for each call. */
	#areCodecsCounted(): boolean {
		const { header } = this.#core.place.arena;
		for (let i = 0; i < this.#codecs.length; i++) if (header[CODEC_COUNTS + i] !== this.#codecs[i]) return false;
		return true;
	}

	/**
	 * Checks that each used slot has its page. As there are as many as offloaded pages, each of those has its own slot.
	 */
	#checkSlots(): number {
		const { header, slots, table, layout } = this.#core.place.arena;
		let owned = 0;
		for (let slot = 0; slot < layout.slotCount; slot++) {
			const page = slots[4 * slot + 1] as number;
			const state = slots[4 * slot + 2] as number;
			if (state !== SLOT_USED && state !== SLOT_ROTTEN) {
				if (page || state > SLOT_LOG) return this.#broken(INVARIANT_SLOT, slot);
				continue;
			}
			owned++;
			if (page >= layout.pageCount || this.#core.place.stateOf(page) !== STATE_OFFLOADED || table[2 * page] !== slot)
				return this.#broken(INVARIANT_SLOT, slot);
		}
		return owned === header[OFFLOADED_PAGES] ? 0 : this.#broken(INVARIANT_SLOT, 0);
	}

	#checkContents(): number {
		const { pageCount } = this.#core.place.arena.layout;
		for (let page = 0; page < pageCount; page++) {
			const invariant = this.#checkContent(page);
			if (invariant) return this.#broken(invariant, page);
		}
		return 0;
	}

	/** Checks the content of a page whose chain has been checked. Returns 0, or the broken invariant. */
	#checkContent(page: number): number {
		const { arena } = this.#core.place;
		const { block, blockWords } = this.#core.packer;
		const granules = this.#core.place.granulesOf(page);
		const length = granules ? this.#lengthOf(page) : 0;
		if (granules) {
			arena.gather(arena.table[2 * page] as number, blockWords, granules);
			for (let i = length; i < granules * arena.layout.granuleLength; i++) if (block[i] !== 0) return INVARIANT_TAIL;
		}
		if (!this.#core.place.sumMatches(page, length, blockWords)) return INVARIANT_SUM;
		if (this.#core.place.stateOf(page) === STATE_OFFLOADED) return 0;
		return this.#core.load(page) ? INVARIANT_BLOCK : 0;
	}

	#checkWiped(): number {
		const { header, links, granules, layout } = this.#core.place.arena;
		if (!(layout.flags & FLAG_WIPE)) return 0;
		const length = layout.granuleLength / 4;
		let granule = header[FREE_HEAD] as number;
		for (let count = (header[FRONTIER] as number) - (header[USED_GRANULES] as number); count; count--) {
			for (let i = granule * length; i < (granule + 1) * length; i++)
				if (granules[i] !== 0) return this.#broken(INVARIANT_WIPED, granule);
			granule = links[granule] as number;
		}
		return 0;
	}
}
