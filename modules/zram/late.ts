/*
 * Late offload: a page goes to flash when there is no room for it in memory, not before. The engine says which page
 * (zramLate.c), offload/ whether it can and where to.
 */

import type { BackingStatus } from "zram/backing";
import { type Engine as EngineInstance, RESERVE_FULL, RESERVE_LOW, STOP_HUGE } from "zram/engine/interface";
import type { Offload } from "zram/offload";

/** Offloads that were wanted and were not, by reason: see BackingStatus. */
export class Refusals {
	room = 0;
	budget = 0;
	driver = 0;
	slots = 0;
}

/**
 * For the page at which the engine has stopped with STOP_HUGE, and which is in staging, or with STOP_FULL. A page that can
 * be spared goes to flash, or this one itself; then it is done, and this returns true. Else what there is of room is all
 * that there will be. mode: as of Engine.offload().
 */
export function makeRoom(offload: Offload, engine: EngineInstance, stop: number, mode: number): boolean {
	const isHuge = stop === STOP_HUGE;
	const page = engine.stopped;
	if (isHuge && offload.stays(page, mode)) return true;
	const victim = engine.victim(page, isHuge);
	if (victim < 0 && isHuge) return offload.store(page, mode, false);
	if (victim < 0) offload.refused.room++;
	else if (engine.stage(victim) === 0) offload.store(victim, 0, false);
	return false;
}

/**
 * What maintain() does for a flash, in so many milliseconds at most: pages that can be spared go there until the reserve is
 * back, then what Offload.maintain() does. True if nothing is left.
 */
export function maintainFlash(
	offload: Offload,
	engine: EngineInstance,
	pageCount: number,
	milliseconds: number,
): boolean {
	const before = offload.ticks();
	let left = milliseconds;
	if (engine.reserve() === RESERVE_LOW)
		while (engine.reserve() !== RESERVE_FULL) {
			if (!offload.fits(left)) return false;
			const victim = engine.victim(pageCount, false);
			// what the budget or the flash refuses now waits for the next call
			if (victim < 0 || engine.stage(victim) < 0 || !offload.store(victim, 0, true)) break;
			left = milliseconds - ((offload.ticks() - before) >>> 0) - 1;
		}
	return offload.maintain(Math.max(left, 0));
}

/** Pages that flash would take now, one after the other. */
export function flashLeft({ slots, slotsUsed, slotsErased, budget }: BackingStatus, erasedOnly: boolean): number {
	// the last slot is for those that are written anew
	return Math.max(Math.min(slots - slotsUsed - 1, slotsErased + (erasedOnly ? 0 : budget)), 0);
}
