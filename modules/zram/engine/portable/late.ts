/*
 * The portable engine: late offload; zramLate.c in TypeScript, which has a diagram. It decides which huge pages have to
 * wait, and which page leaves the region for flash to make room. Every store asks the former, the policy in
 * modules/zram/late.ts the latter.
 *
 * A huge page makes room for a new one only if it has rested for at least twice the mean life of huge pages; else the
 * new one goes to flash itself, being no more likely to be overwritten soon.
 */

import { ageOf, lengthOf, STATE_COMPRESSED, STATE_OFFLOADED, STATE_RAW, stateOf } from "zram/engine/entry";
import { HUGE_LIFE, USED_GRANULES } from "zram/engine/header";
import { RESERVE_FULL, RESERVE_LOW, RESERVE_USED, STOP_NOTHING } from "zram/engine/interface";
import type { Place } from "zram/engine/portable/place";

/** Huge pages leave 1 / RESERVE of the room to the others. */
const RESERVE = 50;
/** HUGE_LIFE counts 1 / LIFE_UNIT of an age step, and is a running mean of about LIVES lives. */
const LIFE_UNIT = 256;
const LIVES = 16;
const AGE_MAX = 255;

export class Late {
	readonly #place: Place;
	/** The last page that victim() chose. */
	#last = -1;

	constructor(place: Place) {
		this.#place = place;
	}

	/** Forgets the last victim, for a reset. */
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

	/** Whether a huge page of `length` stored bytes has to wait: it would use up some of the reserve. */
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

	/**
	 * A page whose entry had this word 1 was overwritten or trimmed. If it was huge, its age goes into the mean,
	 * HUGE_LIFE.
	 */
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

	/** Whether a page has rested for twice the mean life of huge pages, or has the greatest age there is. */
	#hasOutlived(page: number): boolean {
		const age = this.#ageOf(page);
		return age === AGE_MAX || age * (LIFE_UNIT / 2) >= (this.#place.arena.header[HUGE_LIFE] as number);
	}
}
