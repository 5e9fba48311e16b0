/*
 * What Engine.slot() and Engine.survey() write, word by word. native/zramEngine.h has the same in C, as zramSlot and
 * zramSurvey.
 */

import { SLOT_LENGTH } from "zram/engine/interface";

// Erases of slots for pages, then how many slots there are of each kind. Retired slots count nowhere else.
export const LEAST = 0;
export const MOST = 1;
export const SUM_LOW = 2;
export const SUM_HIGH = 3;
export const SLOTS = 4;
export const USED_SLOTS = 5;
export const ERASED_SLOTS = 6;
export const RETIRED_SLOTS = 7;
export const LOG_LEAST = 8;
export const LOG_MOST = 9;
// The least worn slot of each kind, the first if there are several, or NO_SLOT; its erases are in the next word.
export const LEAST_USED = 10;
export const LEAST_ERASED = 12;
export const LEAST_DIRTY = 14;
export const LEAST_UNKNOWN = 16;
export const SURVEY_WORDS = 18;

export const NO_SLOT = 0xffffffff;

/** A slot of the slot table, as Engine.slot() copies it. */
export class Slot {
	readonly #words = new Uint32Array(SLOT_LENGTH / 4);

	/** For Engine.slot(). */
	get buffer(): ArrayBuffer {
		return this.#words.buffer as ArrayBuffer;
	}
	get erases(): number {
		return this.#words[0] as number;
	}
	/** 0 unless it is used or rotten. */
	get page(): number {
		return this.#words[1] as number;
	}
	get state(): number {
		return this.#words[2] as number;
	}
	/** The page's checksum; of a slot without a page, what setSlot() was given. */
	get sum(): number {
		return this.#words[3] as number;
	}
}

/** How worn the slots are, and which one would be next: what Engine.survey() writes. */
export class Survey {
	readonly #words = new Uint32Array(SURVEY_WORDS);

	/** For Engine.survey(). */
	get buffer(): ArrayBuffer {
		return this.#words.buffer as ArrayBuffer;
	}

	#word(index: number): number {
		return this.#words[index] as number;
	}

	/** Erases of slots for pages: the least worn one's, the most worn one's, and their sum. */
	get least(): number {
		return this.#word(LEAST);
	}
	get most(): number {
		return this.#word(MOST);
	}
	get sum(): number {
		return this.#word(SUM_HIGH) * 2 ** 32 + this.#word(SUM_LOW);
	}

	/** Erases of the log's slots: the least worn one's and the most worn one's. */
	get logLeast(): number {
		return this.#word(LOG_LEAST);
	}
	get logMost(): number {
		return this.#word(LOG_MOST);
	}

	/**
	 * How many slots are for pages, how many of them are used (rotten ones included) and erased; then the retired ones.
	 */
	get slots(): number {
		return this.#word(SLOTS);
	}
	get usedSlots(): number {
		return this.#word(USED_SLOTS);
	}
	get erasedSlots(): number {
		return this.#word(ERASED_SLOTS);
	}
	get retiredSlots(): number {
		return this.#word(RETIRED_SLOTS);
	}

	/** The least worn slot that is used, erased, dirty (unknown, free or suspect) and unknown; each may be NO_SLOT. */
	get used(): number {
		return this.#word(LEAST_USED);
	}
	get erased(): number {
		return this.#word(LEAST_ERASED);
	}
	get dirty(): number {
		return this.#word(LEAST_DIRTY);
	}
	get unknown(): number {
		return this.#word(LEAST_UNKNOWN);
	}

	/** Erases of `used` and of `dirty`. */
	get leastUsed(): number {
		return this.#word(LEAST_USED + 1);
	}
	get leastDirty(): number {
		return this.#word(LEAST_DIRTY + 1);
	}
}
