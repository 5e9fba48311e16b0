/*
 * The log holds what must outlive a reboot, in areas of its own at the start of the partition: the erases of each unit,
 * units that are suspect or retired, and the budget; no pages. DESIGN.md ("The log") draws an area and gives an example.
 *
 *   header   0 checksum of the rest  4 "xs-zram log2"  16 checksum of the geometry  20 generation  24 base  28 logBase
 *            32 checksum of the snapshot. Without a snapshot, nothing was erased before: generations 1 and 2 have none
 *   record   0 checksum of the rest, generation, place  4 what (below)  8 credit, a float rounded down  12 uptime in s
 *   what     bits 0-19 unit, or area  20-21 type  22 DOUBT  23 LAST  24-31 erases, or generation, modulo 256
 *
 * What always holds:
 *
 * 1. A record is programmed and read back before what it announces begins. One record, one erase.
 * 2. Of the areas that have a sound header, a sound snapshot and one record at least, the youngest counts.
 * 3. A header is read back before the first record behind it is programmed, so a torn one never counts.
 * 4. Before an area is written, its units are erased, each on record, and it is announced: a torn area is erased again.
 * 5. No decision relies on a place reading as erased. Once a life, the place behind the last record is skipped; on flash
 *    whose erased state can be read, so is everything that does not read as erased.
 */

import Engine from "zram/engine";
import {
	type Engine as EngineInstance,
	SLOT_LOG,
	SLOT_RETIRED,
	SLOT_SUSPECT,
	SLOT_UNKNOWN,
} from "zram/engine/interface";
import { NO_SLOT, Slot, Survey } from "zram/engine/survey";
import type { Budget } from "zram/offload/budget";
import { type FlashGeometry, HEADER_LENGTH, RECORD_LENGTH, SPARE } from "zram/offload/geometry";
import { DONE, REFUSED, type VerifiedFlash } from "zram/offload/verified-flash";

// Types of records. All have credit and uptime, a budget record has nothing else.
const BUDGET = 0 << 20;
const ERASE = 1 << 20; // a unit is about to be erased, and will then have had this many erases
const RETIRE = 2 << 20; // a unit has failed
const AREA = 3 << 20; // an area, whose units are erased, is about to be written, with this generation
const TYPE = 3 << 20;
const SUBJECT = 0xfffff;

/** The erase that the previous record announced may not be done: another life announced it, or the driver refused. */
const DOUBT = 1 << 22;
const LAST = 1 << 23; // nothing follows in this life

const TEXT = 0x7a2d7378; // "xs-z", "ram ", "log2"; version 1 had "log "
const TEXT_2 = 0x206d6172;
const TEXT_3 = 0x32676f6c;
const TEXT_3_VERSION_1 = 0x20676f6c;

const HOUR = 3_600_000;
/** The generation of a new log; the area it falls back to has the one before. */
const FIRST = 2;

/** Results of eraseUnit(): the driver says that it is done, it refuses, or the erase could not be put on record. */
export const ERASED = 0;
export const NOT_ERASED = 1;
export const NOT_RECORDED = 2;

/**
 * The number nearest to `known`, and not below it, that equals `low` modulo 256; `known` itself if that would be far
 * off.
 */
function recent(known: number, low: number): number {
	const more = (low - known) & 0xff;
	return more < 128 ? known + more : known;
}

export class Log {
	readonly #geometry: FlashGeometry;
	readonly #engine: EngineInstance;
	readonly #flash: VerifiedFlash;
	readonly #budget: Budget;
	readonly #geometrySum: number;
	readonly #slot = new Slot();
	readonly #survey = new Survey();

	/** The area that counts, its generation, and the place of the next record. */
	#area = 0;
	#generation = 0;
	#place = 0;
	/** The highest generation that any area may have. */
	#newest = 0;
	/** The area to use next, and how many of its units are erased. */
	#next = 0;
	#prepared = 0;
	/** What the next record says about the previous one. */
	#isDoubtful = true;
	/** The unit of the last record, if that announces an erase; else -1. */
	#announced = -1;
	/** Uptime and credit when they were last recorded. */
	#recordedAt = 0;
	#recordedCredit = 0;

	constructor(geometry: FlashGeometry, engine: EngineInstance, flash: VerifiedFlash, budget: Budget) {
		this.#geometry = geometry;
		this.#engine = engine;
		this.#flash = flash;
		this.#budget = budget;
		const { areas, areaUnits, step, unitLength, units } = geometry;
		const words = [step, unitLength, units, areaUnits, areas];
		this.#geometrySum = words.reduce((sum, word) => Math.imul(sum, 31) + word, 0) >>> 0;
	}

	// --- starting: what cannot be read is thrown, and nothing was changed

	/**
	 * Takes over what the log has; or starts a log in a partition that is erased, or, if `format`, whatever it holds.
	 * Throws what the driver throws, and an Error for a partition that is not ours or does not work.
	 */
	open(format: boolean) {
		this.#clear();
		// all generations differ, except that of an area that was never finished; then the area's number decides
		let rank = this.#youngest(Number.POSITIVE_INFINITY);
		while (rank >= 0 && !(this.#loadErases(rank % this.#geometry.areas) && this.#replay())) rank = this.#youngest(rank);
		if (rank < 0) this.#start(format);
		this.#noteRecord();
	}

	/** The highest rank (generation · areas + number) below `below` of the areas with a header; -1 if there is none. */
	#youngest(below: number): number {
		const { areas } = this.#geometry;
		let youngest = -1;
		for (let area = 0; area < areas; area++) {
			if (!this.#loadHeader(area)) continue;
			const generation = this.#flash.words.getUint32(20, true);
			this.#newest = Math.max(this.#newest, generation);
			const rank = generation * areas + area;
			if (rank < below) youngest = Math.max(youngest, rank);
		}
		return youngest;
	}

	#startOf(area: number): number {
		return area * this.#geometry.areaUnits * this.#geometry.unitLength;
	}

	/** Whether an area has a header of ours. It is in words then. */
	#loadHeader(area: number): boolean {
		const { words, work } = this.#flash;
		this.#flash.load(work, this.#geometry.headerLength, this.#startOf(area));
		const isSound = words.getUint32(0, true) === Engine.checksum(work, 4, HEADER_LENGTH - 4);
		return isSound && words.getUint32(12, true) === TEXT_3 && words.getUint32(16, true) === this.#geometrySum;
	}

	/** Takes over an area's erase counts. False if they are damaged. */
	#loadErases(area: number): boolean {
		const { words } = this.#flash;
		if (!this.#loadHeader(area)) return false;
		this.#use(area, words.getUint32(20, true), 0);
		const sum = words.getUint32(32, true);
		if (this.#generation <= FIRST) return this.#clear();
		return this.#snapshot(area, words.getUint32(24, true), words.getUint32(28, true), false) === sum;
	}

	/** Writes an area's snapshot, or takes it over. Returns its checksum, or -1 if it cannot be written. */
	#snapshot(area: number, base: number, logBase: number, isNew: boolean): number {
		const { units, unitLength, headerLength, snapshotLength, eraseValue } = this.#geometry;
		const { work } = this.#flash;
		let sum = 0;
		for (let done = 0; done < snapshotLength; done += unitLength) {
			const position = this.#startOf(area) + headerLength + done;
			const length = Math.min(unitLength, snapshotLength - done);
			const count = Math.min(length, 2 * units - done) / 2;
			if (isNew) {
				work.fill(eraseValue, 0, length);
				if (this.#engine.saveWear(done / 2, count, base, logBase, work) < 0) return -1;
				if (this.#flash.program(work, length, position) !== DONE) return -1;
			} else {
				this.#flash.load(work, length, position);
				this.#engine.loadWear(done / 2, count, base, logBase, work);
			}
			sum = (Math.imul(sum, 31) + Engine.checksum(work, 0, length)) >>> 0;
		}
		return sum;
	}

	/** Starts with no unit erased yet. */
	#clear(): boolean {
		const { units } = this.#geometry;
		for (let unit = 0; unit < units; unit++)
			this.#engine.setSlot(unit, unit < this.#geometry.logUnits ? SLOT_LOG : SLOT_UNKNOWN, 0, 0);
		return true;
	}

	/** Makes this the area that records go to. */
	#use(area: number, generation: number, place: number) {
		this.#area = area;
		this.#generation = generation;
		this.#place = place;
		this.#pass(area);
		this.#announced = -1;
	}

	/** Makes the area behind `area` the next to be prepared, skipping the one in use. */
	#pass(area: number) {
		const { areas } = this.#geometry;
		this.#next = (area + 1) % areas;
		if (this.#next === this.#area) this.#next = (this.#next + 1) % areas;
		this.#prepared = 0;
	}

	/** Goes through the records of the loaded area. False if it has none. */
	#replay(): boolean {
		const { step, unitLength, places, eraseValue } = this.#geometry;
		const { work, words, staging } = this.#flash;
		staging.fill(eraseValue);
		let last = -1;
		let programmed = -1;
		let isLast = false;
		let canTell = false;
		for (let place = 0; place < places; place++) {
			const at = (place * step) % unitLength;
			if (at === 0) this.#flash.load(work, Math.min(unitLength, (places - place) * step), this.#position(place));
			if (words.getUint32(at, true) === this.#sealOf(at, place)) {
				isLast = this.#apply(at);
				last = place;
			}
			if (Engine.equal(work, at, staging, 0, RECORD_LENGTH)) canTell = true;
			else programmed = place;
		}
		if (last < 0) return false;
		if (!isLast) this.#doubt();
		this.#place = last + (isLast ? 1 : 2);
		// encrypted flash never reads as erased; if any of it does, the rest was programmed
		if (canTell) this.#place = Math.max(this.#place, programmed + 1);
		// maybe there was no place to record that the next area was written: none was left, or a torn record took it
		if (this.#place >= places || (this.isFull && canTell && programmed > last)) this.#prepared = 0;
		return true;
	}

	#position(place: number): number {
		const { headerLength, snapshotLength, step } = this.#geometry;
		return this.#startOf(this.#area) + headerLength + snapshotLength + place * step;
	}

	/** The checksum that a record must have in this area, at this place. */
	#sealOf(at: number, place: number): number {
		const sum = Engine.checksum(this.#flash.work, at + 4, RECORD_LENGTH - 4);
		return (sum ^ Math.imul(this.#generation, 0x9e3779b1) ^ place) >>> 0;
	}

	/** Applies a record. Returns whether it is the last one of its life. */
	#apply(at: number): boolean {
		const { words } = this.#flash;
		const what = words.getUint32(at + 4, true);
		const subject = what & SUBJECT;
		const low = what >>> 24;
		if (what & DOUBT) this.#doubt();
		this.#announced = -1;
		this.#budget.restore(words.getFloat32(at + 8, true), words.getUint32(at + 12, true) * 1000);
		const type = what & TYPE;
		if (type === ERASE) this.#applyErase(subject, low);
		else if (type === RETIRE) this.#engine.setSlot(subject, SLOT_RETIRED, 0, 0);
		else if (type === AREA) {
			this.#newest = Math.max(this.#newest, recent(this.#generation, low));
			this.#next = subject;
			this.#prepared = 0;
		}
		return (what & LAST) !== 0;
	}

	#applyErase(unit: number, low: number) {
		const { areaUnits, logUnits } = this.#geometry;
		const isLog = unit < logUnits;
		this.#engine.setSlot(unit, isLog ? SLOT_LOG : SLOT_UNKNOWN, recent(this.#erasesOf(unit), low), 0);
		this.#announced = unit;
		if (!isLog) return;
		this.#next = Math.floor(unit / areaUnits);
		this.#prepared = (unit % areaUnits) + 1;
	}

	/** Treats the erase that was last announced as possibly not done. */
	#doubt() {
		const unit = this.#announced;
		if (unit >= this.#geometry.logUnits) this.#engine.setSlot(unit, SLOT_SUSPECT, this.#erasesOf(unit), 0);
		else if (unit >= 0) this.#prepared = unit % this.#geometry.areaUnits;
	}

	#erasesOf(unit: number): number {
		this.#engine.slot(unit, this.#slot.buffer);
		return this.#slot.erases;
	}

	/** Says what a partition holds whose log cannot be used. */
	#identify(): string {
		const { words, work } = this.#flash;
		for (let unit = 0; unit < this.#geometry.logUnits; unit++) {
			this.#flash.load(work, this.#geometry.headerLength, unit * this.#geometry.unitLength);
			if (words.getUint32(4, true) !== TEXT || words.getUint32(8, true) !== TEXT_2) continue;
			if (words.getUint32(12, true) === TEXT_3_VERSION_1) return "has a log of version 1, and this is version 2";
			const isSame = words.getUint32(16, true) === this.#geometrySum;
			return isSame ? "is ours, but its log is damaged" : "was last used with another pageLength or driver";
		}
		return "is not erased and not ours (flash with transparent encryption never looks erased)";
	}

	/**
	 * Whether the partition is erased, except for areas that a first start has begun: a header, no snapshot, a record.
	 */
	#isUntouched(): boolean {
		const { areas, units, unitLength, headerLength, snapshotLength, step } = this.#geometry;
		for (let area = 0; area < areas; area++) {
			const places = this.#startOf(area) + headerLength + snapshotLength;
			if (!this.#isErased(this.#startOf(area), places, true)) return false;
			const begun = this.#loadHeader(area) ? step : 0;
			if (!this.#isErased(places + begun, this.#startOf(area + 1))) return false;
		}
		return this.#isErased(this.#startOf(areas), units * unitLength);
	}

	/**
	 * Whether nothing is programmed from `start` to `end`, except at the start, if `mayBegin`, part of a new log's
	 * header.
	 */
	#isErased(start: number, end: number, mayBegin = false): boolean {
		const { unitLength, headerLength, eraseValue } = this.#geometry;
		const { work, staging } = this.#flash;
		this.#putHeader(FIRST, 0, 0, 0);
		staging.fill(eraseValue);
		if (mayBegin) Engine.copy(staging, 0, work, 0, headerLength);
		for (let position = start, length = 0; position < end; position += length) {
			length = Math.min(end - position, unitLength - (position % unitLength));
			this.#flash.load(work, length, position);
			// every programmed bit must be one of the header's
			if (Engine.and(eraseValue ? staging : work, 0, eraseValue ? work : staging, 0, length) !== 0) return false;
			staging.fill(eraseValue);
		}
		return true;
	}

	#start(format: boolean) {
		const isUntouched = this.#isUntouched();
		if (!isUntouched && !format)
			throw new Error(`backing: the partition ${this.#identify()}; pass format: true to start anew`);
		// a torn erase would leave a partition that no start takes for untouched
		if (!((isUntouched && this.#create(false)) || this.#create(true)))
			throw new Error("backing: the partition cannot be erased and programmed: check the driver and write protection");
	}

	/** Makes an area that counts and, if possible, an older one without credit to fall back to. False if that fails. */
	#create(mayErase: boolean): boolean {
		const { areas } = this.#geometry;
		const { credit } = this.#budget;
		this.#clear();
		this.#newest = FIRST;
		let count = 1;
		while (count <= areas && !this.#establish(count % areas, FIRST, mayErase)) count++;
		const place = this.#place;
		this.#budget.credit = 0;
		if (count < areas) this.#establish(count - 1, FIRST - 1, mayErase);
		this.#budget.credit = credit;
		this.#use(count % areas, FIRST, place);
		return count <= areas;
	}

	/** Makes an area of a new log, with its first record. False if that fails. */
	#establish(area: number, generation: number, mayErase: boolean): boolean {
		const { areaUnits } = this.#geometry;
		const isErased = this.#isErased(this.#startOf(area), this.#startOf(area + 1));
		if (!isErased && !mayErase) return false;
		// no log exists yet to record these: they are the only erases that are not counted
		for (let i = 0; i < areaUnits && !isErased; i++) if (!this.#flash.erase(area * areaUnits + i)) return false;
		if (!this.#writeArea(area, generation)) return false;
		return this.#append(generation === FIRST ? BUDGET : AREA | (area + 1) | (FIRST << 24));
	}

	// --- records

	get #left(): number {
		return this.#geometry.places - this.#place;
	}

	/** Whether no place is left for erases of pages: step() makes room. */
	get isFull(): boolean {
		return this.#left <= SPARE;
	}

	/** Whether units of the next area are still to be erased, one with each step(). If not, a step() is a snapshot. */
	get isLate(): boolean {
		return this.#prepared < this.#geometry.areaUnits;
	}

	/** Whether a step() fits. */
	fits(milliseconds: number): boolean {
		const { programming, erasing } = this.#flash;
		const pages = 1 + this.#geometry.snapshotLength / this.#geometry.unitLength; // at most, with the header
		return this.isLate ? erasing.fits(milliseconds) : programming.fits(milliseconds / pages);
	}

	/**
	 * Erases a unit: puts it on record, counts it, pays for it unless it is the log's, then erases. The caller notes the
	 * result.
	 */
	eraseUnit(unit: number): number {
		const flash = this.#flash;
		const isLog = unit < this.#geometry.logUnits;
		const erases = this.#erasesOf(unit) + 1;
		const { sum } = this.#slot;
		const before = flash.ticks();
		// a unit of the log is erased without a record if no place is left, or there would never be one again
		const isRecorded = this.#append(ERASE | unit | (erases << 24), isLog ? 0 : 1);
		if (!isRecorded && !(isLog && this.#left <= 0)) return NOT_RECORDED;
		this.#engine.setSlot(unit, isLog ? SLOT_LOG : SLOT_SUSPECT, erases, sum);
		this.#announced = unit;
		this.#isDoubtful = !flash.erase(unit);
		flash.erasing.add((flash.ticks() - before) >>> 0);
		return this.#isDoubtful ? NOT_ERASED : ERASED;
	}

	/** Stops using a unit, in this life and the next. If that cannot be recorded, the unit will fail once more. */
	retire(unit: number) {
		if (this.#append(RETIRE | unit)) this.#engine.setSlot(unit, SLOT_RETIRED, 0, 0);
	}

	/** Ends a call, or a life, with a record if one is due. */
	keep(isEnd: boolean) {
		const { uptime, credit } = this.#budget;
		// otherwise the next life would not know that an erase of the log is done, or would take an area without a record
		const isLogs = this.#announced >= 0 && this.#announced < this.#geometry.logUnits && !this.#isDoubtful;
		const isOpen = (isLogs || this.#place === 0) && this.#left > 0;
		// once an hour, and at the end, if at least one erase was earned
		const isDue = (isEnd || uptime - this.#recordedAt >= HOUR) && credit - this.#recordedCredit >= 1 && !this.isFull;
		if (isOpen || isDue) this.#append(isEnd ? BUDGET | LAST : BUDGET);
	}

	#noteRecord() {
		this.#recordedAt = this.#budget.uptime;
		this.#recordedCredit = this.#budget.credit;
	}

	/** Programs a record; once more behind it if it comes out wrong. False: what it announces must not begin. */
	#append(what: number, cost = 0): boolean {
		const { step } = this.#geometry;
		const { work } = this.#flash;
		for (let attempt = 0; attempt < 2 && this.#left > 0; attempt++) {
			const position = this.#position(this.#place);
			const before = this.#flash.checksum(step, position);
			if (before < 0) return false;
			this.#putRecord(what, this.#budget.credit - cost);
			const result = this.#flash.program(work, step, position);
			// a place that the driver has not touched is not spent: it may refuse for a long time
			if (result !== REFUSED || this.#flash.checksum(step, position) !== before) this.#place++;
			if (result === REFUSED) return false;
			if (result !== DONE) continue;
			this.#announced = -1;
			this.#isDoubtful = false;
			this.#budget.credit -= cost;
			this.#noteRecord();
			return true;
		}
		return false;
	}

	#putRecord(what: number, credit: number) {
		const { words, work } = this.#flash;
		work.fill(this.#geometry.eraseValue, 0, this.#geometry.step);
		words.setUint32(4, what | (this.#isDoubtful ? DOUBT : 0), true);
		words.setFloat32(8, credit, true);
		if (words.getFloat32(8, true) > credit) words.setFloat32(8, credit * (1 - 2 ** -23), true);
		words.setUint32(12, Math.floor(this.#budget.uptime / 1000), true);
		words.setUint32(0, this.#sealOf(0, this.#place), true);
	}

	/** Erases a unit of the next area; or, if all are erased, moves on to that area. False if that failed. */
	step(): boolean {
		if (!this.isLate) return this.#moveOn();
		const result = this.eraseUnit(this.#next * this.#geometry.areaUnits + this.#prepared);
		if (result === ERASED) this.#prepared++;
		// as long as other units can be erased, it is the area's fault
		else if (result === NOT_ERASED && !this.isFull) this.#pass(this.#next);
		return result === ERASED;
	}

	#moveOn(): boolean {
		const area = this.#next;
		const generation = this.#newest + 1;
		if (this.#left > 0 && !this.#append(AREA | area | (generation << 24))) return false;
		this.#newest = generation;
		if (this.#writeArea(area, generation)) return true;
		this.#pass(area);
		return false;
	}

	/** Writes an area whose units are erased; its first record makes it count. */
	#writeArea(area: number, generation: number): boolean {
		this.#engine.survey(NO_SLOT, this.#survey.buffer);
		const { least: base, logLeast: logBase } = this.#survey;
		const sum = generation <= FIRST ? 0 : this.#snapshot(area, base, logBase, true);
		if (sum < 0) return false;
		this.#putHeader(generation, base, logBase, sum);
		if (this.#flash.program(this.#flash.work, this.#geometry.headerLength, this.#startOf(area)) !== DONE) return false;
		this.#use(area, generation, 0);
		return true;
	}

	#putHeader(generation: number, base: number, logBase: number, sum: number) {
		const { words, work } = this.#flash;
		work.fill(this.#geometry.eraseValue, 0, this.#geometry.headerLength);
		words.setUint32(4, TEXT, true);
		words.setUint32(8, TEXT_2, true);
		words.setUint32(12, TEXT_3, true);
		words.setUint32(16, this.#geometrySum, true);
		words.setUint32(20, generation, true);
		words.setUint32(24, base, true);
		words.setUint32(28, logBase, true);
		words.setUint32(32, sum, true);
		words.setUint32(0, Engine.checksum(work, 4, HEADER_LENGTH - 4), true);
	}
}
