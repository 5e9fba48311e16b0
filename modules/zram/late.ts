/*
 * Late offload: a page goes to flash when there is no room for it in memory, not before. The engine says which page
 * (zramLate.c), offload/ whether it can go, and where to.
 */

import type { BackingStatus } from "zram/backing";
import { type Engine as EngineInstance, RESERVE_FULL, RESERVE_LOW, STOP_HUGE } from "zram/engine/interface";
import type { Offload } from "zram/offload";

/** Offloads that did not happen, by reason: see BackingStatus. */
export class Refusals {
	room = 0;
	budget = 0;
	driver = 0;
	slots = 0;
}

/**
 * Makes room for the page at which the engine has stopped: with STOP_HUGE, when it is in staging, or with STOP_FULL. A
 * page that can be spared goes to flash, or this one does; in that case it is stored, and this returns true. Otherwise
 * there is now as much room as there can be. mode: see Engine.offload().
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
 * What maintain() does for a flash, in at most `milliseconds`: pages that can be spared go there until the reserve is
 * back, then Offload.maintain() runs. True if nothing is left to do.
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
			// what the budget or the flash refuses now can wait for the next call
			if (victim < 0 || engine.stage(victim) < 0 || !offload.store(victim, 0, true)) break;
			left = milliseconds - ((offload.ticks() - before) >>> 0) - 1;
		}
	return offload.maintain(Math.max(left, 0));
}

/** Pages that the flash would take now, one after the other. */
export function flashLeft({ slots, slotsUsed, slotsErased, budget }: BackingStatus, erasedOnly: boolean): number {
	// the last slot is kept for pages that are rewritten
	return Math.max(Math.min(slots - slotsUsed - 1, slotsErased + (erasedOnly ? 0 : budget)), 0);
}
