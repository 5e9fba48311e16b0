/*
 * The portable engine: late offload, zramLate.c in TypeScript. Which pages have to wait for room, and which one leaves the
 * region for flash, so that there is. A huge page makes room for a new one only if it has rested for twice as long as such
 * pages live on the mean; else the new one goes to flash itself, as it is no more likely to be overwritten soon.
 */

import { ageOf, lengthOf, STATE_COMPRESSED, STATE_OFFLOADED, STATE_RAW, stateOf } from "zram/engine/entry";
import { HUGE_LIFE, USED_GRANULES } from "zram/engine/header";
import { RESERVE_FULL, RESERVE_LOW, RESERVE_USED, STOP_NOTHING } from "zram/engine/interface";
import type { Place } from "zram/engine/portable/place";

/** The share of the room, 1 / RESERVE, that huge pages leave to the others. */
const RESERVE = 50;
/** HUGE_LIFE counts in steps of 1 / LIFE_UNIT, and is the mean of about so many lives. */
const LIFE_UNIT = 256;
const LIVES = 16;
const AGE_MAX = 255;

export class Late {
	readonly #place: Place;
	/** The page that has left the region last. */
	#last = -1;

	constructor(place: Place) {
		this.#place = place;
	}

	/** After a reset. */
	forget() {
		this.#last = -1;
	}

	/** Engine.victim(). */
	victim(page: number, forHuge: boolean): number {
		const { arena, limitGranules } = this.#place;
		const { pageCount } = arena.layout;
		if (page < pageCount && (arena.header[USED_GRANULES] as number) > limitGranules) return STOP_NOTHING;
		let victim = STOP_NOTHING;
		let next = this.#last;
		for (let left = pageCount; left; left--) {
			next = next + 1 < pageCount ? next + 1 : 0;
			if (next === page || !this.#isHuge(this.#place.word1Of(next))) continue;
			if (victim === STOP_NOTHING || this.#ageOf(next) > this.#ageOf(victim)) victim = next;
		}
		if (victim === STOP_NOTHING || (forHuge && !this.#hasOutlived(victim))) return STOP_NOTHING;
		this.#last = victim;
		return victim;
	}

	/** Engine.reserve(). */
	reserve(): number {
		const { arena, limitGranules } = this.#place;
		const left = limitGranules - (arena.header[USED_GRANULES] as number);
		const reserve = this.#reserve;
		if (left < 0) return RESERVE_LOW;
		if (left >= reserve) return RESERVE_FULL;
		return left <= reserve >> 1 ? RESERVE_LOW : RESERVE_USED;
	}

	/** Whether a huge page, which would be stored in so many bytes, has to wait: it would take of the reserve. */
	waits(page: number, length: number): boolean {
		const { arena, limitGranules } = this.#place;
		const have = this.#place.granulesOf(page);
		const more = arena.granulesFor(length) - have;
		return have >= 0 && more > 0 && (arena.header[USED_GRANULES] as number) + more > limitGranules - this.#reserve;
	}

	/** Granules that huge pages leave to the others. */
	get #reserve(): number {
		return Math.floor(this.#place.limitGranules / RESERVE);
	}

	/** A page was overwritten or trimmed whose entry had this word 1: if it was huge, that was how old such pages get. */
	noteLife(word1: number) {
		const { header } = this.#place.arena;
		if (!this.#isHuge(word1) && stateOf(word1) !== STATE_OFFLOADED) return;
		const life = header[HUGE_LIFE] as number;
		header[HUGE_LIFE] = life + Math.trunc(((ageOf(word1) * LIFE_UNIT - life) | 0) / LIVES);
	}

	#isHuge(word1: number): boolean {
		const state = stateOf(word1);
		return (state === STATE_RAW || state === STATE_COMPRESSED) && lengthOf(word1) > this.#place.threshold;
	}

	#ageOf(page: number): number {
		return ageOf(this.#place.word1Of(page));
	}

	/** Whether a page has rested for twice the mean life of huge pages, or for as long as ages go. */
	#hasOutlived(page: number): boolean {
		const age = this.#ageOf(page);
		return age === AGE_MAX || age * (LIFE_UNIT / 2) >= (this.#place.arena.header[HUGE_LIFE] as number);
	}
}
