/*
 * The flash behind a device, as callers see it: its options (options.ts validates them), what a driver must do, and what
 * status() says about it.
 */

import type { Engine as EngineInstance } from "zram/engine/interface";
import { Offload } from "zram/offload";
import { VerifiedFlash } from "zram/offload/verified-flash";
import type { Backing } from "zram/options";

/** Flash for pages that cannot be compressed, used no faster than the flash can bear. */
export interface BackingOptions {
	/** What "embedded:storage/flash" exports, or anything of that shape. */
	io: FlashIO;
	/**
	 * Name of the partition. The device uses all of it, and must be the only one to: two devices that have it open at
	 * once cannot notice; pages of theirs then fail with `EIO`, never with wrong bytes, and some erases go uncounted.
	 * The partition must be erased, or last used by a device like this one; else pass `format`. Its blocks must not be
	 * longer than pageLength: 4 KB sectors need pages of 4 KB. Shorter blocks are erased several at a time.
	 */
	path: string;
	/** Erases that a block endures, 100 to 10,000,000, as the data sheet says. Default: 100,000. */
	endurance?: number;
	/**
	 * Years of uptime that the flash must last, 0.1 to 100. Together with `endurance` this makes the budget: 1 % of all
	 * erases at once, then so many a day, and never more than a year's worth saved up. Once it is used up, pages stay in
	 * memory. Default: 10.
	 */
	lifetime?: number;
	/**
	 * What a write may do for each page that finds no room in the arena, before it is refused. "any" (default): erase one
	 * block, and a second one for the log or for a page that moves, each 45 to 400 ms. "erased-only": erase nothing; a
	 * page goes to flash only where maintain() has erased for it.
	 */
	offload?: "any" | "erased-only";
	/**
	 * A millisecond counter to use instead of the host's, for tests and simulations. It may wrap at 2^32; it must not go
	 * back. The device answers `EBUSY` while it runs.
	 */
	ticks?: () => number;
	/**
	 * Take over the partition whatever it holds. What is known about its wear is kept. Flash with transparent encryption
	 * never looks erased and needs this the first time. Default: false.
	 */
	format?: boolean;
}

/** What status() of an ECMA-419 Flash returns; some drivers leave out the last two. */
export interface FlashStatus {
	/** Length of the partition in bytes. What lies behind its last block is not used. */
	size: number;
	/** Length of an erase block in bytes. */
	blockLength: number;
	/** Number of erase blocks. */
	blocks: number;
	/** Writes begin and end at multiples of this, a power of two up to 256. Default: 1. */
	writeAlign?: number;
	/** What an erased byte reads as, 255 or 0. Default: 255. Encrypted flash need not read like that. */
	eraseValue?: number;
}

/**
 * An open flash: what the device calls of a driver. The buffers passed are separate memory, and hold nothing between
 * calls. If a method throws, the operation counts as refused, and no block is retired for it.
 */
export interface FlashDevice {
	/** Describes the flash. */
	status(): FlashStatus;
	/** Fills `buffer`, and returns the number of bytes read. */
	read(buffer: Uint8Array, byteOffset: number): number;
	/** Programs: bits only go from the erased value to the other one. */
	write(buffer: Uint8Array, byteOffset: number): void;
	/** Erases the blocks from `start` to `end` - 1. */
	eraseBlock(start: number, end: number): void;
	/** Called once, at the end. */
	close(): void;
}

/** What "embedded:storage/flash" exports, as far as the device uses it. */
export interface FlashIO {
	/** Opens a partition by name; throws if there is none. */
	open(options: {
		/** The partition's name. */
		path: string;
		/** "r": for reading only; "r+": for writing and erasing as well. */
		mode: "r" | "r+";
	}): FlashDevice;
}

/** What status() says about the flash. A slot is a page's length of flash, erased as one. */
export interface BackingStatus {
	/** Slots for pages, not counting those of the log and retired ones. */
	slots: number;
	/** Slots that hold a page. */
	slotsUsed: number;
	/** Erased slots: a page can go there without waiting for an erase. */
	slotsErased: number;
	/** Slots that have failed and are no longer used. */
	slotsRetired: number;
	/** Erases of the least worn slot for pages, over its whole life. */
	wearLeast: number;
	/** Erases of the most worn slot for pages. */
	wearMost: number;
	/** Erases of the slots for pages, on average. */
	wearMean: number;
	/** Erases of the log's most worn slot. */
	wearLog: number;
	/** Erases that may be done now. */
	budget: number;
	/** Erases that each day of uptime adds to the budget. */
	budgetPerDay: number;
	/** Years of uptime that the flash will last at its average pace so far. */
	yearsLeft: number;
	/**
	 * Stores that found no room, and no page in memory that could go to flash. This and the next three count since the
	 * start or the last reset.
	 */
	refusedRoom: number;
	/** Pages that did not get to flash because the budget was used up. */
	refusedBudget: number;
	/** Pages that did not get to flash because the driver refused, or the flash did not hold what was programmed. */
	refusedDriver: number;
	/** Pages that did not get to flash because no slot was free, or none was erased where a write must not erase. */
	refusedSlots: number;
}

/**
 * Opens the flash for the engine that was made for it, whose scratch has `length` bytes. Throws what Log.open() throws.
 */
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

/** What status() says about the flash. */
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
