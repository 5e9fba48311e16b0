/*
 * The portable engine: which page is in which slot of the flash, and how worn the flash is; zramSlots.c in TypeScript,
 * which has it in a picture. A slot is four words of the region: erases, page, state, checksum.
 */

import { SLOT_ERASES } from "zram/engine/header";
import {
	CORRUPT,
	OFFSET,
	SLOT_COMMITTED,
	SLOT_ERASED,
	SLOT_FREE,
	SLOT_LOG,
	SLOT_RETIRED,
	SLOT_ROTTEN,
	SLOT_UNKNOWN,
	SLOT_USED,
	TRIMMED,
	WRITTEN,
} from "zram/engine/interface";
import type { Arena } from "zram/engine/portable/arena";
import type { Bytes } from "zram/engine/portable/bytes";

const PAGE = 1;
const STATE = 2;
const SUM = 3;

/** What stands for the erases of a unit that was retired. */
const RETIRED = 0xffff;
const UINT32 = 2 ** 32;

/** Whether a page has changed since it was last stored, by the mode of keep() and offload(). */
export function hasChanged(mode: number): boolean {
	return (mode & (WRITTEN | TRIMMED)) !== 0;
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

	/** The slot in the entry of `page`, or -1 if it is not that page's. */
	slotOf(page: number): number {
		const slot = this.#arena.table[2 * page] as number;
		if (slot >= this.#arena.layout.slotCount) return -1;
		return this.#isOwned(slot) && this.#word(slot, PAGE) === page ? slot : -1;
	}

	/** A page has left its slot. What a rotten one holds is anybody's guess. */
	free(slot: number) {
		const { slots } = this.#arena;
		if (!this.#isOwned(slot)) return;
		slots[4 * slot + STATE] = this.stateOf(slot) === SLOT_USED ? SLOT_FREE : SLOT_UNKNOWN;
		slots[4 * slot + PAGE] = 0;
	}

	freeAll() {
		for (let slot = 0; slot < this.#arena.layout.slotCount; slot++) this.free(slot);
	}

	/** `page`, whose checksum is `sum`, is in a slot now. */
	take(slot: number, page: number, sum: number) {
		const { slots } = this.#arena;
		slots[4 * slot + PAGE] = page;
		slots[4 * slot + STATE] = SLOT_USED;
		slots[4 * slot + SUM] = sum;
	}

	/** Engine.slot. */
	copy(slot: number, into: Uint32Array): number {
		if (slot >= this.#arena.layout.slotCount) return OFFSET;
		for (let word = 0; word < 4; word++) into[word] = this.#word(slot, word);
		return 0;
	}

	#mayBecome(slot: number, state: number): boolean {
		if (this.#isOwned(slot)) return state === SLOT_ROTTEN;
		return state <= SLOT_LOG && state !== SLOT_USED && state !== SLOT_ROTTEN;
	}

	/** Engine.markSlots. */
	mark(slot: number, count: number, state: number, erases: number, sum: number): number {
		const { slots, header, layout } = this.#arena;
		if (slot >= layout.slotCount || count > layout.slotCount - slot) return CORRUPT;
		for (let each = slot; each < slot + count; each++) if (!this.#mayBecome(each, state)) return CORRUPT;
		if (state === SLOT_ERASED && this.stateOf(slot) === SLOT_COMMITTED) {
			(header[SLOT_ERASES] as number)++;
			if (header[SLOT_ERASES] === 0) (header[SLOT_ERASES + 1] as number)++;
		}
		for (let each = slot; each < slot + count; each++) {
			const before = this.stateOf(each);
			if (state === SLOT_FREE && before !== SLOT_FREE && before !== SLOT_COMMITTED) slots[4 * each + SUM] = sum;
			slots[4 * each + STATE] = state;
			(slots[4 * each] as number) += erases;
		}
		return 0;
	}

	/** Engine.leastWorn. */
	leastWorn(all: number, any: number, below: number, group: number): number {
		const { slotCount } = this.#arena.layout;
		let best = -1;
		for (let slot = 0; slot + group <= slotCount; slot += group) {
			const erases = this.#word(slot, 0);
			if (erases >= below) continue;
			let states = 0;
			for (let each = slot; each < slot + group; each++) states |= 1 << (this.stateOf(each) & 31);
			if (!(states & any) || states & ~all) continue;
			below = erases;
			best = slot;
		}
		if (best < 0) return OFFSET;
		while (!((1 << (this.stateOf(best) & 31)) & any)) best++;
		return best;
	}

	/** Engine.wear. */
	wear(into: Uint32Array) {
		let [least, most, logLeast, logMost] = [UINT32 - 1, 0, UINT32 - 1, 0];
		let [sum, count, used, erased, retired] = [0, 0, 0, 0, 0];
		for (let slot = 0; slot < this.#arena.layout.slotCount; slot++) {
			const erases = this.#word(slot, 0);
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
			}
		}
		into[0] = least === UINT32 - 1 ? 0 : least;
		into[1] = most;
		into[2] = sum % UINT32;
		into[3] = Math.floor(sum / UINT32);
		into[4] = count;
		into[5] = used;
		into[6] = erased;
		into[7] = retired;
		into[8] = logLeast === UINT32 - 1 ? 0 : logLeast;
		into[9] = logMost;
	}

	/** How many of `count` units from `unit` on there are. */
	#unitsFrom(unit: number, count: number, group: number): number {
		const units = Math.floor(this.#arena.layout.slotCount / group);
		return Math.max(0, Math.min(count, units - unit));
	}

	/** Engine.saveWear. */
	save(unit: number, count: number, group: number, base: number, logBase: number, into: Bytes) {
		const end = unit + this.#unitsFrom(unit, count, group);
		for (let at = 0; unit < end; unit++, at += 2) {
			const state = this.stateOf(unit * group);
			let above = (this.#word(unit * group, 0) - (state === SLOT_LOG ? logBase : base)) >>> 0;
			if (above >= RETIRED) above = RETIRED - 1;
			if (state === SLOT_RETIRED) above = RETIRED;
			into[at] = above & 0xff;
			into[at + 1] = above >> 8;
		}
	}

	/** Engine.loadWear. */
	load(unit: number, count: number, group: number, base: number, logBase: number, from: Bytes) {
		const { slots } = this.#arena;
		const end = unit + this.#unitsFrom(unit, count, group);
		for (let at = 0; unit < end; unit++, at += 2) {
			const above = ((from[at] as number) & 0xff) | (((from[at + 1] as number) & 0xff) << 8);
			for (let slot = unit * group; slot < (unit + 1) * group; slot++) {
				slots[4 * slot] = above + (this.stateOf(slot) === SLOT_LOG ? logBase : base);
				if (above !== RETIRED) continue;
				slots[4 * slot] = 0;
				slots[4 * slot + STATE] = SLOT_RETIRED;
			}
		}
	}
}
