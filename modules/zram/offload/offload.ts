/*
 * Offload: pages that cannot be compressed, on flash. This file decides where a page goes, what is erased when, and what
 * moves; log.ts keeps what must outlive a reboot, budget.ts says how much may be erased, port.ts is the way to the driver,
 * geometry.ts says where things are. Which page is in which slot is the engine's to know.
 *
 * What holds, whatever happens:
 *
 * 1. A slot is programmed and read back before the page's entry says that it is there, and freed after that.
 * 2. An erase is on record before it begins, and paid for.
 * 3. No unit for pages is erased when it then had more than 66 erases more than the least worn one with a page.
 * 4. The slot table starts empty: no page outlives a reboot.
 *
 * Nothing is allocated once a device is made, errors excepted.
 */

import Engine from "zram/engine";
import { OFFLOADED, stateOf } from "zram/engine/entry";
import {
	type ByteBuffer,
	type Engine as EngineInstance,
	SLOT_COMMITTED,
	SLOT_ERASED,
	SLOT_FREE,
	SLOT_RETIRED,
	SLOT_ROTTEN,
	SLOT_UNKNOWN,
	SLOT_USED,
	WEAR_LENGTH,
} from "zram/engine/interface";
import { Budget, SPREAD } from "zram/offload/budget";
import { BATCH, type FlashGeometry, type FlashIO } from "zram/offload/geometry";
import { EMPTY, FOUND, Log, OTHER_GEOMETRY } from "zram/offload/log";
import { Port } from "zram/offload/port";

const DIRTY = (1 << SLOT_UNKNOWN) | (1 << SLOT_FREE);
const ERASED = 1 << SLOT_ERASED;
const COMMITTED = 1 << SLOT_COMMITTED;
const USED = 1 << SLOT_USED;
const ANY = 0xff;
const NO_LIMIT = 0xffffffff;

/** A page moves when the next unit to be erased is so many erases ahead of the one that it is in. */
const THRESHOLD = 64;
/** Slots that a page is tried in before it stays in memory. */
const ATTEMPTS = 3;
const HOUR = 3_600_000;
/** Milliseconds that an erase is held to take until one has taken longer: the typical value of data sheets. */
const ERASE_TIME = 45;
/** And all else that comes with it: records, looking at what units hold. */
const OTHER_TIME = 10;

/** What status() says about the flash. */
export interface BackingStatus {
	/** Slots for pages, those of the log and retired ones excluded. */
	slots: number;
	/** Slots that hold a page. */
	slotsUsed: number;
	/** Slots that are erased: a page goes there without waiting. */
	slotsErased: number;
	/** Slots that have failed and are not used any more. */
	slotsRetired: number;
	/** Erases of the least worn unit for pages, in its whole life. A unit is what is erased at once. */
	wearLeast: number;
	/** Erases of the most worn unit for pages. */
	wearMost: number;
	/** Erases of the units for pages, their mean. */
	wearMean: number;
	/** Erases of the most worn unit of the log. */
	wearLog: number;
	/** Erases that may be done now. */
	budget: number;
	/** Erases that a day of uptime adds to the budget. */
	budgetPerDay: number;
	/** Years of uptime that the flash lasts at the pace of its life so far. */
	yearsLeft: number;
}

/** BackingOptions, validated. */
interface Backing {
	io: FlashIO;
	path: string;
	endurance: number;
	lifetime: number;
	offload: "any" | "erased-only";
	format: boolean;
	ticks: () => number;
	geometry: FlashGeometry;
}

/**
 * Opens the flash for an engine that was made for it. `scratch` is the engine's.
 *
 * @throws what the driver throws; Error for a partition that is not ours or does not work
 */
export function openBacking(
	backing: Backing,
	engine: EngineInstance,
	scratch: ByteBuffer,
	scratchLength: number,
	pageLength: number,
): Offload {
	const { io, path, endurance, lifetime, ticks, geometry } = backing;
	const device = io.open({ path, mode: "r+" });
	try {
		const port = new Port(device, geometry, engine, scratch as ArrayBufferLike, scratchLength, pageLength);
		const end = geometry.units * geometry.unitLength;
		if (!port.read(port.piece, end - port.piece.length))
			throw new Error(`backing: the flash says that it has ${end} bytes, and cannot read the last`);
		const units = geometry.units - geometry.areas * geometry.areaUnits;
		const budget = new Budget(endurance, lifetime, units, ticks);
		return new Offload(engine, port, geometry, budget, ticks, backing.offload === "erased-only", backing.format);
	} catch (error) {
		device.close();
		throw error;
	}
}

export class Offload {
	readonly #engine: EngineInstance;
	readonly #port: Port;
	readonly #geometry: FlashGeometry;
	readonly #budget: Budget;
	readonly #log: Log;
	readonly #erasedOnly: boolean;
	readonly #ticks: () => number;
	readonly #pageLength: number;
	/** What the engine wrote last: a slot, an entry, or figures of wear. */
	readonly #words = new Uint32Array(WEAR_LENGTH / 4);
	/** Checksums of a slot and a unit that are erased. */
	readonly #blankSum: number;
	#blankUnitSum = 0;
	/** collect() has come across a unit that is erased. */
	#found = false;
	/** Uptime and credit when they were on record last. */
	#recordedAt = 0;
	#recordedCredit = 0;
	#eraseTime = ERASE_TIME;

	constructor(
		engine: EngineInstance,
		port: Port,
		geometry: FlashGeometry,
		budget: Budget,
		ticks: () => number,
		erasedOnly: boolean,
		format: boolean,
	) {
		this.#engine = engine;
		this.#port = port;
		this.#geometry = geometry;
		this.#budget = budget;
		this.#ticks = ticks;
		this.#erasedOnly = erasedOnly;
		this.#pageLength = port.page.length;
		this.#blankSum = Engine.checksum(port.page.fill(geometry.eraseValue), 0, this.#pageLength);
		for (let slot = 0; slot < geometry.group; slot++)
			this.#blankUnitSum = (Math.imul(this.#blankUnitSum, 31) + this.#blankSum) >>> 0;
		this.#log = new Log(geometry, engine, port, budget, this.#words);
		this.#start(format);
	}

	#start(format: boolean) {
		const log = this.#log;
		const found = log.open();
		if (found === FOUND) this.#settleBatch();
		else if (found !== EMPTY && !format)
			throw new Error(
				found === OTHER_GEOMETRY
					? "backing: the partition was used by another version, pageLength or driver; pass format: true to start anew"
					: "backing: the partition is not erased and not ours; pass format: true to take it",
			);
		else if (!log.create(0)) throw new Error("backing: the partition cannot be erased and programmed");
		this.#noteRecord();
	}

	/** The last batch before the reboot: what still holds what it held then was not erased. */
	#settleBatch() {
		const { group } = this.#geometry;
		const log = this.#log;
		let undone = 0;
		for (let i = 0; i < log.batchLength; i++) {
			const unit = log.batchUnits[i] as number;
			this.#engine.slot(unit * group, this.#words.buffer);
			if (this.#words[2] === SLOT_RETIRED) continue;
			this.#inspect(unit, true);
			if (this.#unitSum(unit) !== log.batchSums[i]) continue;
			for (let each = 0; each < group; each++) this.#engine.markSlots(unit * group + each, 1, SLOT_FREE, -1, 0);
			log.batchUnits[undone++] = unit;
		}
		log.settle(undone);
	}

	// --- one page

	/**
	 * Brings the page in staging to flash. True if it is there; else it must stay in memory.
	 *
	 * mode: WRITTEN or TRIMMED if it was changed just now; 0 if it is what the page was before.
	 */
	store(page: number, mode: number): boolean {
		const mayErase = mode === 0 || !this.#erasedOnly;
		this.#budget.advance();
		this.#log.mayRotate = mayErase;
		const isStored = this.#store(page, mode, mayErase);
		this.#keepBudget();
		this.#log.mayRotate = true;
		return isStored;
	}

	#store(page: number, mode: number, mayErase: boolean): boolean {
		const old = this.#slotOf(page);
		if (old >= 0 && this.#isSame(old)) return this.#engine.offload(page, old, mode) === 0;
		if (old < 0 && !this.#hasRoom()) return false;
		const slot = this.#program(mayErase);
		return slot >= 0 && this.#engine.offload(page, slot, mode) === 0;
	}

	/** Whether a unit is left for pages that are on flash already, to be written anew. */
	#hasRoom(): boolean {
		this.#engine.wear(this.#words.buffer);
		return (this.#words[4] as number) - (this.#words[5] as number) > this.#geometry.group;
	}

	/** Reads what the slot of `page` has into staging; false if the driver cannot. */
	load(page: number): boolean {
		const slot = this.#slotOf(page);
		return slot >= 0 && this.#port.read(this.#port.staging, slot * this.#pageLength);
	}

	/** What is on flash is not the page any more: it is not moved again. */
	markRotten(page: number) {
		const slot = this.#slotOf(page);
		if (slot >= 0) this.#engine.markSlots(slot, 1, SLOT_ROTTEN, 0, 0);
	}

	/** Slot of a page on flash, or -1. */
	#slotOf(page: number): number {
		if (this.#engine.nextPage(page, page + 1, this.#words.buffer) !== page) return -1;
		return stateOf(this.#words[1] as number) === OFFLOADED ? (this.#words[0] as number) : -1;
	}

	/** Whether staging is what a used slot has already. */
	#isSame(slot: number): boolean {
		const { staging } = this.#port;
		this.#engine.slot(slot, this.#words.buffer);
		if (this.#words[2] !== SLOT_USED || this.#words[3] !== Engine.checksum(staging, 0, this.#pageLength)) return false;
		return this.#port.holds(staging, slot * this.#pageLength);
	}

	/** Programs staging to an erased slot. The slot, or -1. */
	#program(mayErase: boolean): number {
		for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
			const slot = this.#erasedSlot(mayErase);
			if (slot < 0) return -1;
			if (this.#programTo(slot, this.#port.staging)) return slot;
		}
		return -1;
	}

	/** Programs a page to an erased slot, which is retired if that fails. */
	#programTo(slot: number, bytes: Uint8Array): boolean {
		if (!this.#isTelling(slot, Engine.checksum(bytes, 0, this.#pageLength))) return false;
		let isThere: boolean | undefined;
		try {
			isThere = this.#port.program(bytes, slot * this.#pageLength);
		} finally {
			if (isThere === undefined) this.#engine.markSlots(slot, 1, SLOT_UNKNOWN, 0, 0);
		}
		if (isThere) return true;
		this.#engine.markSlots(slot, 1, SLOT_RETIRED, 0, 0);
		this.#retire((slot / this.#geometry.group) | 0);
		return false;
	}

	/**
	 * A unit of the batch that gets back what it held before would look as if it had never been erased: then the batch is
	 * closed first. False if that cannot be.
	 */
	#isTelling(slot: number, sum: number): boolean {
		const log = this.#log;
		const unit = (slot / this.#geometry.group) | 0;
		for (let i = 0; i < log.batchNext; i++)
			if (log.batchUnits[i] === unit && this.#unitSum(unit, slot, sum) === log.batchSums[i]) return log.closeBatch();
		return true;
	}

	// --- erased slots

	/** An erased slot, the least worn; erases one if it may and must. -1 if there is none to be had. */
	#erasedSlot(mayErase: boolean): number {
		const { group } = this.#geometry;
		for (;;) {
			const slot = this.#engine.leastWorn(ANY, ERASED, NO_LIMIT, group);
			if (slot >= 0) return slot;
			if (!(mayErase ? this.#eraseOne() : this.#findErased())) return -1;
		}
	}

	/** After a reboot: looks for a unit that is erased already. */
	#findErased(): boolean {
		const { group } = this.#geometry;
		for (;;) {
			const slot = this.#engine.leastWorn(DIRTY, 1 << SLOT_UNKNOWN, NO_LIMIT, group);
			if (slot < 0) return false;
			if (this.#inspect((slot / group) | 0, false)) return true;
		}
	}

	/** Erases the next unit of the batch, or of a new one. False if nothing may be erased, or need be. */
	#eraseOne(): boolean {
		const log = this.#log;
		if (log.batchNext >= log.batchLength && !this.#commit()) return false;
		if (log.batchNext < log.batchLength) this.#eraseNext();
		return true;
	}

	#eraseNext() {
		const { group } = this.#geometry;
		const log = this.#log;
		const unit = log.batchUnits[log.batchNext] as number;
		const before = this.#ticks();
		const erased = this.#port.erase(unit, 1);
		this.#eraseTime = Math.max(this.#eraseTime, (this.#ticks() - before) >>> 0);
		log.batchNext++;
		if (erased) this.#engine.markSlots(unit * group, group, SLOT_ERASED, 0, 0);
		else this.#retire(unit);
	}

	/**
	 * Makes a new batch of the least worn units that are free, or moves a page so that there will be one. False if there is
	 * none, or it cannot be paid for. True without a batch: look again.
	 */
	#commit(): boolean {
		const limit = this.#limit();
		if (this.#budget.credit < 1 || !this.#log.reserve()) return false;
		const count = this.#collect(limit, BATCH);
		if (count) return this.#announce(count);
		return this.#found || (limit < NO_LIMIT && this.#move(limit - THRESHOLD));
	}

	/** Units with so many erases must not be erased: the least worn one with a page is too far behind. */
	#limit(): number {
		if (this.#geometry.group > 1) return NO_LIMIT; // several pages a unit do not move
		const slot = this.#engine.leastWorn(ANY, USED, NO_LIMIT, 1);
		if (slot < 0) return NO_LIMIT;
		this.#engine.slot(slot, this.#words.buffer);
		return (this.#words[0] as number) + THRESHOLD;
	}

	/** Puts up to `most` units with less than `limit` erases in the next batch. How many. Ends at one that is erased. */
	#collect(limit: number, most: number): number {
		const wanted = Math.min(most, Math.floor(this.#budget.credit));
		let count = 0;
		let isComplete = false;
		this.#found = false;
		try {
			while (count < wanted && this.#collectOne(limit, count)) count++;
			isComplete = true;
		} finally {
			this.#markBatch(count, isComplete ? SLOT_COMMITTED : SLOT_FREE, isComplete ? 1 : 0);
		}
		return count;
	}

	/** Makes the least worn free unit number `index` of the next batch. False if there is none, or it is erased already. */
	#collectOne(limit: number, index: number): boolean {
		const { group } = this.#geometry;
		const slot = this.#engine.leastWorn(DIRTY | ERASED, DIRTY, limit, group);
		if (slot < 0) return false;
		const unit = (slot / group) | 0;
		this.#found = this.#inspect(unit, false);
		if (this.#found) return false;
		// of one that is blank already nobody could see whether it was erased: let it look as if it was
		const sum = this.#unitSum(unit);
		this.#log.batchSums[index] = sum === this.#blankUnitSum ? ~sum : sum;
		this.#log.batchUnits[index] = unit;
		this.#engine.markSlots(unit * group, group, SLOT_COMMITTED, 0, 0);
		return true;
	}

	#markBatch(count: number, state: number, erases: number) {
		const { group } = this.#geometry;
		for (let i = 0; i < count; i++)
			this.#engine.markSlots((this.#log.batchUnits[i] as number) * group, group, state, erases, 0);
	}

	/** Puts a batch of `count` units on record, and pays for it. If that fails nothing is erased, and all is as before. */
	#announce(count: number): boolean {
		let isRecorded = false;
		this.#budget.credit -= count;
		try {
			isRecorded = this.#log.announce(count);
		} finally {
			if (isRecorded) this.#noteRecord();
			else {
				this.#budget.credit += count;
				this.#markBatch(count, SLOT_FREE, -1);
			}
		}
		return isRecorded;
	}

	// --- what a unit holds

	/**
	 * Finds out what an unknown unit holds: true if it is erased. `isSuspect`: it may have been erased in part, and will
	 * not do as erased.
	 */
	#inspect(unit: number, isSuspect: boolean): boolean {
		const { group } = this.#geometry;
		let isBlank = !isSuspect;
		for (let slot = unit * group; slot < (unit + 1) * group; slot++) {
			this.#engine.slot(slot, this.#words.buffer);
			if (this.#words[2] !== SLOT_UNKNOWN) {
				isBlank = isBlank && this.#words[2] === SLOT_ERASED;
				continue;
			}
			const sum = this.#port.read(this.#port.page, slot * this.#pageLength)
				? Engine.checksum(this.#port.page, 0, this.#pageLength)
				: 0;
			isBlank = isBlank && sum === this.#blankSum;
			this.#engine.markSlots(slot, 1, SLOT_FREE, 0, sum);
		}
		if (isBlank) this.#engine.markSlots(unit * group, group, SLOT_ERASED, 0, 0);
		return isBlank;
	}

	/** A checksum of what a unit holds, made of those of its slots; as it were if `replaced` held something with `sum`. */
	#unitSum(unit: number, replaced = -1, sum = 0): number {
		const { group } = this.#geometry;
		let total = 0;
		for (let slot = unit * group; slot < (unit + 1) * group; slot++) {
			this.#engine.slot(slot, this.#words.buffer);
			const isErased = this.#words[2] === SLOT_ERASED;
			const each = slot === replaced ? sum : isErased ? this.#blankSum : (this.#words[3] as number);
			total = (Math.imul(total, 31) + each) | 0;
		}
		return total >>> 0;
	}

	// --- moving, retiring

	/**
	 * Moves the page in the least worn unit, with `least` erases, to the least worn free one, so that its own can be erased.
	 * False if that cannot be. A page waits in staging meanwhile.
	 */
	#move(least: number): boolean {
		const log = this.#log;
		if (!this.#collect(least + SPREAD, 1)) return this.#found;
		if (!this.#announce(1)) return false;
		const to = log.batchUnits[0] as number;
		this.#eraseNext();
		this.#engine.slot(to, this.#words.buffer);
		if (this.#words[2] !== SLOT_ERASED) return true;
		const from = this.#engine.leastWorn(ANY, USED, NO_LIMIT, 1);
		this.#engine.slot(from, this.#words.buffer);
		const page = this.#words[1] as number;
		const sum = this.#words[3];
		if (this.#slotOf(page) !== from) return false; // the region is damaged
		const { page: bytes } = this.#port;
		if (!this.#port.read(bytes, from * this.#pageLength)) return false;
		if (Engine.checksum(bytes, 0, this.#pageLength) !== sum) this.#engine.markSlots(from, 1, SLOT_ROTTEN, 0, 0);
		else if (this.#programTo(to, bytes)) return this.#engine.offload(page, to, 0) === 0;
		return true;
	}

	/** A unit has failed: what of it holds no page is not used again. */
	#retire(unit: number) {
		this.#log.retire(unit);
		this.#log.recordRetirement(unit);
	}

	// --- when there is time

	/** What has been earned goes on record once an hour, if it makes an erase, and nothing else was recorded meanwhile. */
	#keepBudget() {
		const { uptime, credit } = this.#budget;
		if (uptime - this.#recordedAt < HOUR || credit - this.#recordedCredit < 1) return;
		if (this.#log.recordBudget()) this.#noteRecord();
	}

	#noteRecord() {
		this.#recordedAt = this.#budget.uptime;
		this.#recordedCredit = this.#budget.credit;
	}

	/** Milliseconds that the next erase may take, with what comes with it. */
	get #nextTime(): number {
		return OTHER_TIME + this.#eraseTime * (this.#log.isFull ? 1 + this.#geometry.areaUnits : 1);
	}

	/** Erases what will be needed, for so many milliseconds at most. True if nothing is left to do. */
	maintain(milliseconds: number): boolean {
		const before = this.#ticks();
		this.#budget.advance();
		let isDone = false;
		while (!isDone && ((this.#ticks() - before) >>> 0) + this.#nextTime <= milliseconds) isDone = !this.#eraseOne();
		this.#keepBudget();
		return (
			isDone ||
			this.#engine.leastWorn(DIRTY | COMMITTED | ERASED, DIRTY | COMMITTED, NO_LIMIT, this.#geometry.group) < 0
		);
	}

	status(): BackingStatus {
		const budget = this.#budget;
		const wear = this.#words;
		budget.advance();
		this.#engine.wear(wear.buffer);
		const [least, most, sumLow, sumHigh, slots, used, erased, retired, , logMost] = wear as unknown as number[];
		const sum = (sumHigh as number) * 2 ** 32 + (sumLow as number);
		return {
			slots: slots as number,
			slotsUsed: used as number,
			slotsErased: erased as number,
			slotsRetired: retired as number,
			wearLeast: least as number,
			wearMost: most as number,
			wearMean: slots ? sum / slots : 0,
			wearLog: logMost as number,
			budget: Math.floor(budget.credit),
			budgetPerDay: budget.perDay,
			yearsLeft: budget.yearsLeft(sum / this.#geometry.group),
		};
	}

	close() {
		this.#port.close();
	}
}
