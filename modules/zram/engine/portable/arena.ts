/*
 * The portable engine: which granules a page gets, and how chains of granules grow, shrink and are copied; zramArena.c
 * in TypeScript, which has a diagram. place.ts calls it. It has the same effects in the same order as the native
 * engine, also in a damaged region.
 *
 * A chain is identified by its first granule (END if it has none) and its length, which the page's entry knows. Free
 * granules are those in the chain at FREE_HEAD, FRONTIER - USED_GRANULES of them, and all from FRONTIER up. No loop
 * runs longer than a chain's length, whatever the links say.
 */

import { FREE_HEAD, FRONTIER, HEADER_LENGTH, USED_GRANULES } from "zram/engine/header";
import { ERROR_CORRUPT, FLAG_WIPE } from "zram/engine/interface";
import { type Bytes, copyBytes } from "zram/engine/portable/bytes";
import { END, type Layout } from "zram/engine/portable/layout";

export class Arena {
	readonly layout: Layout;
	/** The region as bytes, and its parts. They have length 0 once the region is detached. */
	readonly bytes: Uint8Array;
	readonly header: Uint32Array;
	/** Two words a page. */
	readonly table: Uint32Array;
	/** A word a page; none without FLAG_INTEGRITY. */
	readonly sums: Uint32Array;
	/** Four words a slot; none without flash. */
	readonly slots: Uint32Array;
	readonly links: Uint16Array;
	readonly granules: Uint32Array;
	/** The link of the last granule that #walk() reached. */
	#next = END;
	/** What #joinFree() left of the free chain. */
	#rest = END;

	/** `offset`: where the region begins in `buffer`, a multiple of 4. */
	constructor(buffer: ArrayBufferLike, offset: number, layout: Layout) {
		const { pageCount, granuleCount, granuleLength } = layout;
		this.layout = layout;
		this.bytes = new Uint8Array(buffer, offset, layout.regionLength);
		this.header = new Uint32Array(buffer, offset, HEADER_LENGTH / 4);
		this.table = new Uint32Array(buffer, offset + layout.tableOffset, 2 * pageCount);
		this.sums = new Uint32Array(buffer, offset + layout.sumsOffset, layout.sumsOffset ? pageCount : 0);
		this.slots = new Uint32Array(buffer, offset + layout.slotsOffset, 4 * layout.slotCount);
		this.links = new Uint16Array(buffer, offset + layout.linksOffset, granuleCount);
		this.granules = new Uint32Array(buffer, offset + layout.granulesOffset, (granuleCount * granuleLength) / 4);
	}

	/** Granules that `length` bytes take. */
	granulesFor(length: number): number {
		return (length + this.layout.granuleLength - 1) >> this.layout.granuleShift;
	}

	/**
	 * Follows `count` (>= 1) granules from `first`. Returns the last one, and leaves its link in #next; or END if one
	 * of them is not below `limit`.
	 */
	#walk(first: number, count: number, limit: number): number {
		const { links } = this;
		let last: number;
		do {
			last = first;
			if (last >= limit) return END;
			first = links[last] as number;
		} while (--count);
		this.#next = first;
		return last;
	}

	/** The last granule of a chain of `count` granules, all below `limit`; END if there is no such chain at `first`. */
	#lastOf(first: number, count: number, limit: number): number {
		const last = this.#walk(first, count, limit);
		return this.#next === END ? last : END;
	}

	/**
	 * Gives the chain at `first`, which has `have` granules, `need` granules: cuts it, or adds free granules to its
	 * end. The caller has checked that there is room. It verifies everything before it changes anything.
	 *
	 * @returns the first granule (END if `need` is 0); or ERROR_CORRUPT with nothing changed
	 */
	resize(first: number, have: number, need: number): number {
		if (need < have) return this.#shrink(first, have, need);
		if (need > have) return this.#grow(first, have, need);
		return this.#lastOf(first, have, this.layout.granuleCount) === END ? ERROR_CORRUPT : first;
	}

	#shrink(first: number, have: number, need: number): number {
		const { header, links } = this;
		const { granuleCount } = this.layout;
		let kept = END;
		let rest = first;
		if (have - need > (header[USED_GRANULES] as number)) return ERROR_CORRUPT;
		if (need) {
			kept = this.#walk(first, need, granuleCount);
			if (kept === END) return ERROR_CORRUPT;
			rest = this.#next;
		}
		const last = this.#lastOf(rest, have - need, granuleCount);
		if (last === END) return ERROR_CORRUPT;

		if (need) links[kept] = END;
		this.#free(rest, last, have - need);
		return need ? first : END;
	}

	/** Puts the chain from `first` to `last`, which the caller has verified, at the front of the free chain. */
	#free(first: number, last: number, count: number) {
		const { header, links } = this;
		if (this.layout.flags & FLAG_WIPE) this.#wipe(first, count);
		links[last] = header[FREE_HEAD] as number;
		header[FREE_HEAD] = first;
		(header[USED_GRANULES] as number) -= count;
	}

	#wipe(first: number, count: number) {
		const words = this.layout.granuleLength / 4;
		for (; count; count--, first = this.links[first] as number)
			this.granules.fill(0, first * words, (first + 1) * words);
	}

	/**
	 * Takes free granules from the free chain, then from the frontier. It writes links from the frontier up only when
	 * nothing can fail any more: if the frontier is damaged they may be in use, and nothing would tell.
	 */
	#grow(first: number, have: number, need: number): number {
		const { header, links } = this;
		const frontier = header[FRONTIER] as number;
		const used = header[USED_GRANULES] as number;
		if (used > frontier || frontier > this.layout.granuleCount) return ERROR_CORRUPT;
		const chained = Math.min(frontier - used, need - have);
		const end = frontier + (need - have - chained);
		let rest = header[FREE_HEAD] as number;
		let last = END;
		if (end > this.layout.granuleCount) return ERROR_CORRUPT;
		if (have) {
			last = this.#lastOf(first, have, frontier);
			if (last === END) return ERROR_CORRUPT;
		} else first = chained ? rest : frontier;
		if (chained) {
			last = this.#joinFree(first, have, last, chained);
			if (last === END) return ERROR_CORRUPT;
			rest = this.#rest;
		}
		for (let fresh = frontier; fresh < end; last = fresh++) if (last !== END) links[last] = fresh;
		links[last] = END;
		header[USED_GRANULES] = used + need - have;
		header[FREE_HEAD] = rest;
		header[FRONTIER] = end;
		return first;
	}

	/**
	 * Appends the first `count` (>= 1) granules of the free chain to the chain at `first`, which has `have` granules
	 * and ends at `last`. Returns the new last granule, and leaves the rest of the free chain in #rest. If a granule is
	 * free twice, or both free and in this chain, the longer chain ends too early: then it puts all links back and
	 * returns END.
	 */
	#joinFree(first: number, have: number, last: number, count: number): number {
		const { header, links } = this;
		const frontier = header[FRONTIER] as number;
		const freeHead = header[FREE_HEAD] as number;
		const cut = this.#walk(freeHead, count, frontier);
		if (cut === END) return END;
		this.#rest = this.#next;
		links[cut] = END;
		if (have) links[last] = freeHead;
		if (this.#lastOf(first, have + count, frontier) !== END) return cut;
		links[cut] = this.#rest;
		if (have) links[last] = END;
		return END;
	}

	/**
	 * Overwrites `length` bytes of a chain of `have` granules, from byte `start` on, with those of `from` from `place`
	 * on. All of them lie within the chain. 0, or ERROR_CORRUPT with nothing changed.
	 */
	patch(first: number, have: number, start: number, from: Bytes, place: number, length: number): number {
		const { bytes, links, layout } = this;
		const { granuleLength, granulesOffset } = layout;
		if (this.#lastOf(first, have, layout.granuleCount) === END) return ERROR_CORRUPT;
		for (; start >= granuleLength; start -= granuleLength) first = links[first] as number;
		for (const end = place + length; place < end; start = 0) {
			const part = Math.min(granuleLength - start, end - place);
			copyBytes(bytes, granulesOffset + first * granuleLength + start, from, place, part);
			place += part;
			first = links[first] as number;
		}
		return 0;
	}

	/** Copies `count` granules from `words` to a chain that was just resized. */
	scatter(first: number, words: Uint32Array, count: number) {
		const { granules, links } = this;
		const length = this.layout.granuleLength / 4;
		for (let from = 0; count; count--) {
			let to = first * length;
			for (const end = from + length; from < end; ) granules[to++] = words[from++] as number;
			first = links[first] as number;
		}
	}

	/**
	 * Copies a chain of `count` granules to `words`. 0, or ERROR_CORRUPT if the chain is shorter or longer, or leads
	 * out of the arena.
	 */
	gather(first: number, words: Uint32Array, count: number): number {
		const { granules, links } = this;
		const { granuleCount, granuleLength } = this.layout;
		const length = granuleLength / 4;
		for (let to = 0; count; count--) {
			if (first >= granuleCount) return ERROR_CORRUPT;
			let from = first * length;
			for (const end = from + length; from < end; ) words[to++] = granules[from++] as number;
			first = links[first] as number;
		}
		return first === END ? 0 : ERROR_CORRUPT;
	}
}
