/* Flash behind a device, as callers see it: the options, what a driver must do, and what status() says. */

import type { Engine as EngineInstance } from "zram/engine/interface";
import { Offload } from "zram/offload";
import { VerifiedFlash } from "zram/offload/verified-flash";
import type { Backing } from "zram/options";

/** Flash for pages that cannot be compressed, within what the flash can bear. */
export interface BackingOptions {
	/** What "embedded:storage/flash" exports, or anything of that shape. */
	io: FlashIO;
	/**
	 * Name of the partition. All of it is used, by one device at a time. Two that have it open at once cannot know: their
	 * pages then fail with `EIO`, never with wrong bytes, and erases of either go uncounted. It must be erased, or have been
	 * used like this before, else `format`. Its blocks must not be longer than pageLength: 4 KB sectors mean pages of 4 KB.
	 * Shorter ones are erased several at a time.
	 */
	path: string;
	/** Erases that a block is good for, 100 to 10,000,000; data sheets have it. Default: 100,000. */
	endurance?: number;
	/**
	 * Years of uptime that the flash shall last, 0.1 to 100. With `endurance` this makes the budget: 1 % of all erases at
	 * once, then so many a day, and never more than a year's in hand. When it is used up, pages stay in memory. Default: 10.
	 */
	lifetime?: number;
	/**
	 * What a write may do that finds no room in the arena, before it is refused. "any" (default): erase a block, and a second
	 * one for the log or for a page that moves, each 45 to 400 ms. "erased-only": nothing is erased, and a page goes to flash
	 * only if maintain() has erased for it.
	 */
	offload?: "any" | "erased-only";
	/**
	 * A millisecond counter instead of the host's, for tests and simulations. May wrap at 2^32; must not go back. The device
	 * answers `EBUSY` while it runs.
	 */
	ticks?: () => number;
	/**
	 * Take the partition whatever it holds. What is known of its wear is kept. Flash with transparent encryption, which never
	 * looks erased, needs this the first time. Default: false.
	 */
	format?: boolean;
}

/** What status() of an ECMA-419 Flash says; some drivers leave out the last two. */
export interface FlashStatus {
	/** Bytes of the partition. What is behind its last block is not used. */
	size: number;
	/** Bytes of an erase block. */
	blockLength: number;
	/** Erase blocks of the partition. */
	blocks: number;
	/** Programs begin and end at multiples of this, a power of two up to 256. Default: 1. */
	writeAlign?: number;
	/** What an erased byte reads as, 255 or 0. Default: 255. Flash that is encrypted need not read so. */
	eraseValue?: number;
}

/**
 * A flash that is open, as far as it is used here. The buffers are memory of their own, and hold nothing between calls.
 * What a method throws counts as a refusal: nothing is retired for it.
 */
export interface FlashDevice {
	/** What kind of flash it is. */
	status(): FlashStatus;
	/** Reads as many bytes as `buffer` holds; the number of them. */
	read(buffer: Uint8Array, byteOffset: number): number;
	/** Programs: bits only go from the erased value to the other one. */
	write(buffer: Uint8Array, byteOffset: number): void;
	/** Erases the blocks from `start` to `end` - 1. */
	eraseBlock(start: number, end: number): void;
	/** Called once, at the end. */
	close(): void;
}

/** What "embedded:storage/flash" exports, as far as it is used here. */
export interface FlashIO {
	/** Opens a partition by its name; throws if there is none. */
	open(options: {
		/** The partition's name. */
		path: string;
		/** "r": it is read only; "r+": written and erased as well. */
		mode: "r" | "r+";
	}): FlashDevice;
}

/** What status() says about the flash. A slot is a page's length, which is erased as one. */
export interface BackingStatus {
	/** Slots for pages, those of the log and retired ones excluded. */
	slots: number;
	/** Slots that hold a page. */
	slotsUsed: number;
	/** Slots that are erased: a page goes there without waiting. */
	slotsErased: number;
	/** Slots that have failed and are not used any more. */
	slotsRetired: number;
	/** Erases of the least worn slot for pages, in its whole life. */
	wearLeast: number;
	/** Erases of the most worn slot for pages. */
	wearMost: number;
	/** Erases of the slots for pages, their mean. */
	wearMean: number;
	/** Erases of the most worn slot of the log. */
	wearLog: number;
	/** Erases that may be done now. */
	budget: number;
	/** Erases that a day of uptime adds to the budget. */
	budgetPerDay: number;
	/** Years of uptime that the flash lasts at the pace of its life so far. */
	yearsLeft: number;
	/** Stores that found no room, and no page in memory that could go to flash. This and the next since the start or reset. */
	refusedRoom: number;
	/** Pages that were to go to flash and did not, for want of budget. */
	refusedBudget: number;
	/** Likewise, because the driver refused, or the flash did not hold what was programmed. */
	refusedDriver: number;
	/** Likewise, because no slot was free, or none erased where a write must not erase. */
	refusedSlots: number;
}

/** Opens the flash for an engine that was made for it, with its scratch of so many bytes. Throws as Log.open(). */
export function openBacking(
	backing: Backing,
	engine: EngineInstance,
	scratch: ArrayBufferLike,
	length: number,
): Offload {
	const device = backing.io.open({ path: backing.path, mode: "r+" });
	let flash: VerifiedFlash | undefined;
	try {
		flash = new VerifiedFlash(device, backing, engine, scratch, length);
		return new Offload(engine, flash, backing);
	} catch (error) {
		(flash ?? device).close();
		throw error;
	}
}

/** What status() says of the flash. */
export function backingStatus(offload: Offload): BackingStatus {
	const { budget, refused } = offload;
	const survey = offload.survey();
	return {
		slots: survey.slots,
		slotsUsed: survey.usedSlots,
		slotsErased: survey.erasedSlots,
		slotsRetired: survey.retiredSlots,
		wearLeast: survey.least,
		wearMost: survey.most,
		wearMean: survey.slots ? survey.sum / survey.slots : 0,
		wearLog: survey.logMost,
		budget: Math.floor(budget.credit),
		budgetPerDay: budget.perDay,
		yearsLeft: budget.yearsLeft(survey.sum),
		refusedRoom: refused.room,
		refusedBudget: refused.budget,
		refusedDriver: refused.driver,
		refusedSlots: refused.slots,
	};
}
