/*
 * The portable engine: which page is in which slot of the flash, and how worn each slot is; zramSlots.c in TypeScript,
 * which has a diagram. binding.ts, engine.ts and place.ts call it. A slot is four words of the region: erases, page,
 * state, checksum.
 */

import { SLOT_ERASES } from "zram/engine/header";
import {
	ERROR_CORRUPT,
	ERROR_OFFSET,
	MODE_TRIMMED,
	MODE_WRITTEN,
	SLOT_ERASED,
	SLOT_FREE,
	SLOT_LOG,
	SLOT_RETIRED,
	SLOT_ROTTEN,
	SLOT_SUSPECT,
	SLOT_UNKNOWN,
	SLOT_USED,
} from "zram/engine/interface";
import type { Arena } from "zram/engine/portable/arena";
import type { Bytes } from "zram/engine/portable/bytes";
import {
	ERASED_SLOTS,
	LEAST,
	LEAST_DIRTY,
	LEAST_ERASED,
	LEAST_UNKNOWN,
	LEAST_USED,
	LOG_LEAST,
	LOG_MOST,
	MOST,
	NO_SLOT,
	RETIRED_SLOTS,
	SLOTS,
	SUM_HIGH,
	SUM_LOW,
	USED_SLOTS,
} from "zram/engine/survey";

const ERASES = 0;
const PAGE = 1;
const STATE = 2;
const SUM = 3;

// What saveWear() writes for a slot: its erases in 15 bits, and whether it is suspect; or that it is retired.
const RETIRED = 0xffff;
const SUSPECT = 0x8000;
const UINT32 = 2 ** 32;

/** Puts `slot` and its `erases` in the two words at `at` if it is less worn than the slot there. */
function compare(into: Uint32Array, at: number, slot: number, erases: number) {
	if (into[at] !== NO_SLOT && erases >= (into[at + 1] as number)) return;
	into[at] = slot;
	into[at + 1] = erases;
}

/** Whether the mode of Engine.offload() says that the page has changed. */
export function hasChanged(mode: number): boolean {
	return (mode & (MODE_WRITTEN | MODE_TRIMMED)) !== 0;
}

export class Slots {
	readonly #arena: Arena;

	constructor(arena: Arena) {
		this.#arena = arena;
	}

	#word(slot: number, word: number): number {
		return this.#arena.slots[4 * slot + word] as number;
	}

	stateOf(slot: number): number {
		return this.#word(slot, STATE);
	}

	sumOf(slot: number): number {
		return this.#word(slot, SUM);
	}

	#isOwned(slot: number): boolean {
		const state = this.stateOf(slot);
		return state === SLOT_USED || state === SLOT_ROTTEN;
	}

	/** The slot that the entry of `page` names, or -1 if the slot does not belong to the page. */
	slotOf(page: number): number {
		const slot = this.#arena.table[2 * page] as number;
		if (slot >= this.#arena.layout.slotCount) return -1;
		return this.#isOwned(slot) && this.#word(slot, PAGE) === page ? slot : -1;
	}

	/** Frees the slot of a page that has left it. A rotten slot becomes unknown: what it holds is anybody's guess. */
	free(slot: number) {
		const { slots } = this.#arena;
		if (!this.#isOwned(slot)) return;
		slots[4 * slot + STATE] = this.stateOf(slot) === SLOT_USED ? SLOT_FREE : SLOT_UNKNOWN;
		slots[4 * slot + PAGE] = 0;
		slots[4 * slot + SUM] = 0;
	}

	freeAll() {
		for (let slot = 0; slot < this.#arena.layout.slotCount; slot++) this.free(slot);
	}

	/** Gives a slot to `page`, whose checksum is `sum`. */
	take(slot: number, page: number, sum: number) {
		const { slots } = this.#arena;
		slots[4 * slot + PAGE] = page;
		slots[4 * slot + STATE] = SLOT_USED;
		slots[4 * slot + SUM] = sum;
	}

	/** Engine.slot(). */
	copy(slot: number, into: Uint32Array): number {
		if (slot >= this.#arena.layout.slotCount) return ERROR_OFFSET;
		for (let word = 0; word < 4; word++) into[word] = this.#word(slot, word);
		return 0;
	}

	#mayBecome(slot: number, state: number): boolean {
		if (this.#isOwned(slot)) return state === SLOT_ROTTEN;
		return state <= SLOT_LOG && state !== SLOT_USED && state !== SLOT_ROTTEN;
	}

	/** Engine.setSlot(). */
	set(slot: number, state: number, erases: number, sum: number): number {
		const { slots, header, layout } = this.#arena;
		if (slot >= layout.slotCount || !this.#mayBecome(slot, state)) return ERROR_CORRUPT;
		if (state === SLOT_ERASED && this.stateOf(slot) === SLOT_SUSPECT) {
			(header[SLOT_ERASES] as number)++;
			if (header[SLOT_ERASES] === 0) (header[SLOT_ERASES + 1] as number)++;
		}
		slots[4 * slot + STATE] = state;
		if (state === SLOT_ROTTEN) return 0;
		slots[4 * slot + ERASES] = erases;
		slots[4 * slot + SUM] = sum;
		return 0;
	}

	/** Engine.survey(). */
	survey(except: number, into: Uint32Array) {
		// variables, not an array: survey() must not allocate
		let least = NO_SLOT;
		let most = 0;
		let logLeast = NO_SLOT;
		let logMost = 0;
		let sum = 0;
		let count = 0;
		let used = 0;
		let erased = 0;
		let retired = 0;
		for (let at = LEAST_USED; at <= LEAST_UNKNOWN; at += 2) {
			into[at] = NO_SLOT;
			into[at + 1] = 0;
		}
		for (let slot = 0; slot < this.#arena.layout.slotCount; slot++) {
			const erases = this.#word(slot, ERASES);
			const state = this.stateOf(slot);
			if (state === SLOT_RETIRED) retired++;
			else if (state === SLOT_LOG) {
				logLeast = Math.min(logLeast, erases);
				logMost = Math.max(logMost, erases);
			} else {
				least = Math.min(least, erases);
				most = Math.max(most, erases);
				sum += erases;
				count++;
				used += this.#isOwned(slot) ? 1 : 0;
				erased += state === SLOT_ERASED ? 1 : 0;
				if (slot !== except) this.#choose(into, slot, state, erases);
			}
		}
		into[LEAST] = least === NO_SLOT ? 0 : least;
		into[MOST] = most;
		into[SUM_LOW] = sum % UINT32;
		into[SUM_HIGH] = Math.floor(sum / UINT32);
		into[SLOTS] = count;
		into[USED_SLOTS] = used;
		into[ERASED_SLOTS] = erased;
		into[RETIRED_SLOTS] = retired;
		into[LOG_LEAST] = logLeast === NO_SLOT ? 0 : logLeast;
		into[LOG_MOST] = logMost;
	}

	#choose(into: Uint32Array, slot: number, state: number, erases: number) {
		if (state === SLOT_USED) compare(into, LEAST_USED, slot, erases);
		else if (state === SLOT_ERASED) compare(into, LEAST_ERASED, slot, erases);
		else if (state <= SLOT_SUSPECT) compare(into, LEAST_DIRTY, slot, erases);
		if (state === SLOT_UNKNOWN) compare(into, LEAST_UNKNOWN, slot, erases);
	}

	/** How many of `count` slots from `slot` on exist. */
	#slotsFrom(slot: number, count: number): number {
		return Math.max(0, Math.min(count, this.#arena.layout.slotCount - slot));
	}

	/** Engine.saveWear(). */
	save(slot: number, count: number, base: number, logBase: number, into: Bytes) {
		const end = slot + this.#slotsFrom(slot, count);
		for (let at = 0; slot < end; slot++, at += 2) {
			const state = this.stateOf(slot);
			let above = (this.#word(slot, ERASES) - (state === SLOT_LOG ? logBase : base)) >>> 0;
			above = Math.min(above, SUSPECT - 2);
			if (state === SLOT_SUSPECT) above |= SUSPECT;
			if (state === SLOT_RETIRED) above = RETIRED;
			into[at] = above & 0xff;
			into[at + 1] = above >> 8;
		}
	}

	/** Engine.loadWear(). */
	load(slot: number, count: number, base: number, logBase: number, from: Bytes) {
		const end = slot + this.#slotsFrom(slot, count);
		for (let at = 0; slot < end; slot++, at += 2) {
			const above = ((from[at] as number) & 0xff) | (((from[at + 1] as number) & 0xff) << 8);
			if (!this.#isOwned(slot)) this.#load(slot, above, base, logBase);
		}
	}

	#load(slot: number, above: number, base: number, logBase: number) {
		const { slots } = this.#arena;
		if (this.stateOf(slot) === SLOT_LOG) {
			slots[4 * slot + ERASES] = above + logBase;
			return;
		}
		const isRetired = above === RETIRED;
		slots[4 * slot + ERASES] = isRetired ? 0 : (above & ~SUSPECT) + base;
		slots[4 * slot + PAGE] = 0;
		slots[4 * slot + STATE] = isRetired ? SLOT_RETIRED : above & SUSPECT ? SLOT_SUSPECT : SLOT_UNKNOWN;
		slots[4 * slot + SUM] = 0;
	}
}
