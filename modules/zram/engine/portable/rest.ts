/*
 * The portable engine: pages that rest; zramRest.c in TypeScript. It decides which page is packed again, and packs it.
 * maintain() in zram.ts calls it. A page that nobody has read or written for an age step or more is packed once with a
 * codec that takes too long for a write.
 */

import {
	codecOf,
	ENTRY_AGE_MASK,
	ENTRY_TRIED_MASK,
	lengthOf,
	STATE_COMPRESSED,
	STATE_RAW,
	stateOf,
} from "zram/engine/entry";
import { STOP_NOTHING } from "zram/engine/interface";
import type { EngineCore } from "zram/engine/portable/engine";
import { CODEC_IDS } from "zram/engine/portable/pack";

export class Rest {
	readonly #core: EngineCore;

	constructor(core: EngineCore) {
		this.#core = core;
	}

	/** Engine.nextResting(). */
	next(): number {
		const { packer, place } = this.#core;
		const codec = packer.densest;
		let next = STOP_NOTHING;
		if (codec === CODEC_IDS) return next;
		let most = 0;
		for (let page = 0; page < place.arena.layout.pageCount; page++) {
			const length = lengthOf(place.word1Of(page));
			if (length <= most || !this.#granulesOf(page, codec)) continue;
			most = length;
			next = page;
		}
		return next;
	}

	/** Engine.repack(). */
	repack(page: number): number {
		const { packer, place } = this.#core;
		const codec = packer.densest;
		if (codec === CODEC_IDS || page >= place.arena.layout.pageCount) return 0;
		const granules = this.#granulesOf(page, codec);
		if (!granules) return 0;
		const capacity = (granules - 1) * place.arena.layout.granuleLength;
		const isSmaller =
			!this.#core.stage(page) && packer.packWith(codec, capacity) && !place.replace(page, packer.packed);
		if (!isSmaller) place.arena.table[2 * page + 1] = place.word1Of(page) | ENTRY_TRIED_MASK;
		place.succeed();
		return isSmaller ? 1 : 0;
	}

	/**
	 * How many granules a page that rests has; 0 if it does not rest. One that has a single granule has nothing to
	 * gain.
	 */
	#granulesOf(page: number, codec: number): number {
		const word1 = this.#core.place.word1Of(page);
		const state = stateOf(word1);
		if (!(word1 & ENTRY_AGE_MASK) || word1 & ENTRY_TRIED_MASK) return 0;
		if (state !== STATE_RAW && (state !== STATE_COMPRESSED || codecOf(word1) === codec)) return 0;
		const granules = this.#core.place.granulesOf(page);
		return granules < 2 ? 0 : granules;
	}
}
