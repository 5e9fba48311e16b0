/*
 * The portable engine: granules, and chains of them. zramArena.c in TypeScript, with the same effects in the same order,
 * also on a region that is damaged.
 *
 * A chain is named by its first granule (END for no granules) and by its length, which the page's entry knows. Free
 * granules are those in the chain at FREE_HEAD, of which there are FRONTIER - USED_GRANULES, then all from FRONTIER up.
 * Nothing in here loops longer than a chain's length, whatever the links say.
 */

import { CORRUPT, HEADER_LENGTH, WIPE } from "zram/engine/interface";
import { END, FREE_HEAD, FRONTIER, type Layout, USED_GRANULES } from "zram/engine/portable/layout";

export class Arena {
	readonly layout: Layout;
	/** The region as bytes, and its parts. Of no length once the region is detached. */
	readonly bytes: Uint8Array;
	readonly header: Uint32Array;
	/** Two words a page. */
	readonly table: Uint32Array;
	/** A word a page; none without INTEGRITY. */
	readonly sums: Uint32Array;
	/** Four words a slot; none without flash. */
	readonly slots: Uint32Array;
	readonly links: Uint16Array;
	readonly granules: Uint32Array;
	/** What the link of the last granule says that walk() has come to. */
	next = END;
	/** The last granule that #take() got from the free chain. */
	#cut = END;

	/** `offset`: of the region in `buffer`, a multiple of 4. */
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
	 * Follows `count` (>= 1) granules from `first`. Returns the last of them, and leaves what its link says in `next`; or
	 * END when a link leads out of the arena.
	 */
	walk(first: number, count: number): number {
		const { links } = this;
		const { granuleCount } = this.layout;
		let last: number;
		do {
			last = first;
			if (last >= granuleCount) return END;
			first = links[last] as number;
		} while (--count);
		this.next = first;
		return last;
	}

	/**
	 * Makes the chain at `first` with `have` granules one of `need` granules: cuts it, or adds free granules to its end.
	 * The caller has seen that there is room. Everything that it is going to change is verified first.
	 *
	 * @returns the first granule (END if `need` is 0), or CORRUPT, and then nothing has changed
	 */
	resize(first: number, have: number, need: number): number {
		return need < have ? this.#shrink(first, have, need) : this.#grow(first, have, need);
	}

	#shrink(first: number, have: number, need: number): number {
		const { header, links } = this;
		let kept = END;
		let rest = first;
		if (have - need > (header[USED_GRANULES] as number)) return CORRUPT;
		if (need) {
			kept = this.walk(first, need);
			if (kept === END) return CORRUPT;
			rest = this.next;
		}
		const last = this.walk(rest, have - need);
		if (last === END || this.next !== END) return CORRUPT;

		if (need) links[kept] = END;
		this.#free(rest, last, have - need);
		return need ? first : END;
	}

	/** The chain from `first` to `last` was verified; it goes to the front of the free chain as it is. */
	#free(first: number, last: number, count: number) {
		const { header, links } = this;
		if (this.layout.flags & WIPE) this.#wipe(first, count);
		links[last] = header[FREE_HEAD] as number;
		header[FREE_HEAD] = first;
		(header[USED_GRANULES] as number) -= count;
	}

	#wipe(first: number, count: number) {
		const words = this.layout.granuleLength / 4;
		for (; count; count--, first = this.links[first] as number)
			this.granules.fill(0, first * words, (first + 1) * words);
	}

	/** A granule that is free twice, or free and in this chain, shows when the longer chain ends too early. */
	#grow(first: number, have: number, need: number): number {
		const { header, links } = this;
		let last = END;
		if (have) {
			last = this.walk(first, have);
			if (last === END || this.next !== END) return CORRUPT;
		}
		if (need === have) return first;

		const freeHead = header[FREE_HEAD] as number;
		const frontier = header[FRONTIER] as number;
		const used = header[USED_GRANULES] as number;
		if (used > frontier || frontier > this.layout.granuleCount) return CORRUPT;
		const fromChain = Math.min(frontier - used, need - have);
		const more = this.#take(need - have, fromChain);
		if (more === END) return CORRUPT;
		if (have) links[last] = more;
		if (this.walk(have ? first : more, need) !== END && this.next === END) return have ? first : more;

		// as it was: the last granule that came from the free chain leads on to the rest of it again
		if (have) links[last] = END;
		if (fromChain) links[this.#cut] = header[FREE_HEAD] as number;
		header[FREE_HEAD] = freeHead;
		header[FRONTIER] = frontier;
		header[USED_GRANULES] = used;
		return CORRUPT;
	}

	/** Makes `count` free granules a chain, the first `fromChain` of them from the free one. Its first, or END. */
	#take(count: number, fromChain: number): number {
		const { header, links } = this;
		let frontier = header[FRONTIER] as number;
		let first = frontier;
		let last = END;
		if (count - fromChain > this.layout.granuleCount - frontier) return END;
		if (fromChain) {
			first = header[FREE_HEAD] as number;
			last = this.walk(first, fromChain);
			if (last === END) return END;
			this.#cut = last;
			header[FREE_HEAD] = this.next;
		}
		(header[USED_GRANULES] as number) += count;
		header[FRONTIER] = frontier + count - fromChain;
		for (let i = fromChain; i < count; i++) {
			if (last !== END) links[last] = frontier;
			last = frontier++;
		}
		links[last] = END;
		return first;
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

	/** Copies a chain of `count` granules to `words`. 0, or CORRUPT if it is shorter, longer, or leads out of the arena. */
	gather(first: number, words: Uint32Array, count: number): number {
		const { granules, links } = this;
		const { granuleCount, granuleLength } = this.layout;
		const length = granuleLength / 4;
		for (let to = 0; count; count--) {
			if (first >= granuleCount) return CORRUPT;
			let from = first * length;
			for (const end = from + length; from < end; ) words[to++] = granules[from++] as number;
			first = links[first] as number;
		}
		return first === END ? 0 : CORRUPT;
	}
}
