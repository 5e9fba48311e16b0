/*
 * The log: what must outlive a reboot is in areas of its own at the start of the partition. Erases of each unit, units
 * that are suspect or retired, and the budget; no pages.
 *
 *   area     ┌────────┬──────────────────┬────────┬────────┬──────────┬─────────────┐
 *            │ header │ snapshot, 2 B a  │ record │ record │ …        │   erased    │
 *            │        │ unit             │        │        │          │             │
 *            └────────┴──────────────────┴────────┴────────┴──────────┴─────────────┘
 *               steps   steps              a step each, programmed once
 *
 *   header   0 checksum of the rest  4 "xs-zram log2"  16 checksum of the geometry  20 generation  24 base  28 logBase
 *            32 checksum of the snapshot. Without a snapshot, nothing was erased before: generations 1 and 2 have none
 *   record   0 checksum of the rest, with generation and place  4 what it says (below)  8 credit, a float, rounded down
 *            12 uptime in seconds
 *   what     bits 0-19 unit, or area  20-21 type  22 DOUBT  23 LAST  24-31 erases, or generation, modulo 256
 *
 * What holds, whatever happens:
 *
 * 1. A record is programmed and read back before what it announces begins. One record, one erase.
 * 2. Of the areas that have a sound header, a sound snapshot and one record at least, the youngest counts.
 * 3. A header is read back before the first record behind it is programmed: so a torn one never counts.
 * 4. Before an area is written, its units are erased, each on record, and then a record says that it is written: who
 *    finds that record, and no such area, erases it again.
 * 5. Nothing is decided because a place reads as erased. Behind the last record one is skipped, once a life; on flash
 *    that can tell, so is everything that does not.
 *
 * So an erase that was begun is never lost, and of a life that ended in a power cut the last one announced counts, be it
 * done or not. Its unit is suspect until it is erased again.
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
import { DONE, type Port, REFUSED } from "zram/offload/port";

// Types of records. All have credit and uptime, a budget nothing else.
const BUDGET = 0;
/** A unit is about to be erased, which makes so many erases. */
const ERASE = 1;
/** A unit has failed. */
const RETIRE = 2;
/** An area, whose units are erased, is about to be written, with this generation. */
const AREA = 3;

/** The erase that the record before has announced may not be done: another life wrote that, or the driver refused. */
const DOUBT = 1 << 22;
/** Nothing follows in this life. */
const LAST = 1 << 23;
const SUBJECT = 0xfffff;

const TEXT = 0x7a2d7378; // "xs-z", "ram ", "log2"; version 1 had "log "
const TEXT_2 = 0x206d6172;
const TEXT_3 = 0x32676f6c;
const TEXT_3_VERSION_1 = 0x20676f6c;

const HOUR = 3_600_000;
/** The generation of a new log; the one before is there to fall back to. */
const FIRST = 2;

/** What eraseUnit() comes to: the driver says that it is done, refuses, or it could not be put on record. */
export const ERASED = 0;
export const NOT_ERASED = 1;
export const NOT_RECORDED = 2;

/** The number nearest to `known`, and not below, that ends in `low` modulo 256; `known` itself if it would be far off. */
function recent(known: number, low: number): number {
	const more = (low - known) & 0xff;
	return more < 128 ? known + more : known;
}

export class Log {
	readonly #geometry: FlashGeometry;
	readonly #engine: EngineInstance;
	readonly #port: Port;
	readonly #budget: Budget;
	readonly #logUnits: number;
	readonly #slot = new Slot();
	readonly #survey = new Survey();

	/** The area that counts, its generation, and the place of the next record. */
	#area = 0;
	#generation = 0;
	#place = 0;
	/** The greatest generation that any area may have. */
	#newest = 0;
	/** The area that comes next, and how many of its units are erased. */
	#next = 0;
	#prepared = 0;
	/** What the next record says of the one before. */
	#isDoubtful = true;
	/** Unit of the last record, if that announces an erase; else -1. */
	#announced = -1;
	/** The last record was refused: perhaps all are, and places must not be spent on it. */
	#wasRefused = false;
	/** Uptime and credit when they were on record last. */
	#recordedAt = 0;
	#recordedCredit = 0;

	constructor(geometry: FlashGeometry, engine: EngineInstance, port: Port, budget: Budget) {
		this.#geometry = geometry;
		this.#engine = engine;
		this.#port = port;
		this.#budget = budget;
		this.#logUnits = geometry.areas * geometry.areaUnits;
	}

	// --- starting: what cannot be read is thrown, and nothing was changed

	/** Takes over erases and budget. If there is no log: why the partition is not ours to take, or "" if it is erased. */
	open(): string | undefined {
		this.#clear();
		// generations are all different, but for an area that was never finished; then the number tells them apart
		let rank = this.#youngest(Number.POSITIVE_INFINITY);
		while (rank >= 0 && !(this.#loadErases(rank % this.#geometry.areas) && this.#replay())) rank = this.#youngest(rank);
		this.#noteRecord();
		return rank >= 0 ? undefined : this.#isUntouched() ? "" : this.#identify();
	}

	/** Of the areas with a header, and a rank (generation · areas + number) below `below`, the highest one's; or -1. */
	#youngest(below: number): number {
		const { areas } = this.#geometry;
		let youngest = -1;
		for (let area = 0; area < areas; area++) {
			if (!this.#loadHeader(area)) continue;
			const generation = this.#port.words.getUint32(20, true);
			this.#newest = Math.max(this.#newest, generation);
			const rank = generation * areas + area;
			if (rank < below) youngest = Math.max(youngest, rank);
		}
		return youngest;
	}

	#startOf(area: number): number {
		return area * this.#geometry.areaUnits * this.#geometry.unitLength;
	}

	/** Whether an area has a header of ours, which is then in the port's words. */
	#loadHeader(area: number): boolean {
		const { words, work } = this.#port;
		this.#port.load(work, this.#geometry.headerLength, this.#startOf(area));
		const isSound = words.getUint32(0, true) === Engine.checksum(work, 4, HEADER_LENGTH - 4);
		return isSound && words.getUint32(12, true) === TEXT_3 && words.getUint32(16, true) === this.#geometrySum();
	}

	/** Takes over an area's erases. False if they are damaged. */
	#loadErases(area: number): boolean {
		const { words } = this.#port;
		if (!this.#loadHeader(area)) return false;
		this.#use(area, words.getUint32(20, true), 0);
		const sum = words.getUint32(32, true);
		if (this.#generation <= FIRST) return this.#clear();
		return this.#snapshot(area, words.getUint32(24, true), words.getUint32(28, true), false) === sum;
	}

	/** Writes an area's snapshot, or takes it over. Its checksum, or -1 if it cannot be written. */
	#snapshot(area: number, base: number, logBase: number, isNew: boolean): number {
		const { units, unitLength, headerLength, snapshotLength, eraseValue } = this.#geometry;
		const { work } = this.#port;
		let sum = 0;
		for (let done = 0; done < snapshotLength; done += unitLength) {
			const position = this.#startOf(area) + headerLength + done;
			const length = Math.min(unitLength, snapshotLength - done);
			const count = Math.min(length, 2 * units - done) / 2;
			if (isNew) {
				work.fill(eraseValue, 0, length);
				if (this.#engine.saveWear(done / 2, count, base, logBase, work) < 0) return -1;
				if (this.#port.program(work, length, position) !== DONE) return -1;
			} else {
				this.#port.load(work, length, position);
				this.#engine.loadWear(done / 2, count, base, logBase, work);
			}
			sum = (Math.imul(sum, 31) + Engine.checksum(work, 0, length)) >>> 0;
		}
		return sum;
	}

	/** No unit was erased yet. */
	#clear(): boolean {
		const { units } = this.#geometry;
		for (let unit = 0; unit < units; unit++)
			this.#engine.setSlot(unit, unit < this.#logUnits ? SLOT_LOG : SLOT_UNKNOWN, 0, 0);
		return true;
	}

	/** From now on records go to this area. */
	#use(area: number, generation: number, place: number) {
		this.#area = area;
		this.#generation = generation;
		this.#place = place;
		this.#pass(area);
		this.#announced = -1;
	}

	/** The area behind `area` is to be prepared next, not the one in use. */
	#pass(area: number) {
		const { areas } = this.#geometry;
		this.#next = (area + 1) % areas;
		if (this.#next === this.#area) this.#next = (this.#next + 1) % areas;
		this.#prepared = 0;
	}

	/** Goes through the records of the area that was loaded. False if there is none. */
	#replay(): boolean {
		const { step, unitLength, places } = this.#geometry;
		const { work } = this.#port;
		let last = -1;
		let programmed = -1;
		let isLast = false;
		let canTell = false;
		for (let place = 0; place < places; place++) {
			const at = (place * step) % unitLength;
			if (at === 0) this.#port.load(work, Math.min(unitLength, (places - place) * step), this.#position(place));
			if (this.#isRecord(at, place)) {
				isLast = this.#apply(at);
				last = place;
			}
			if (this.#isBlank(at)) canTell = true;
			else programmed = place;
		}
		if (last < 0) return false;
		if (!isLast) this.#doubt();
		this.#place = last + (isLast ? 1 : 2);
		// encrypted flash never reads as erased; where some of it does, the rest was programmed
		if (canTell) this.#place = Math.max(this.#place, programmed + 1);
		if (this.#place >= places) this.#prepared = 0; // no place was left to say that the next area was written
		return true;
	}

	#position(place: number): number {
		const { headerLength, snapshotLength, step } = this.#geometry;
		return this.#startOf(this.#area) + headerLength + snapshotLength + place * step;
	}

	#isRecord(at: number, place: number): boolean {
		return this.#port.words.getUint32(at, true) === this.#sealOf(at, place);
	}

	/** The checksum that a record has, which must be one of this area's and this place. */
	#sealOf(at: number, place: number): number {
		const sum = Engine.checksum(this.#port.work, at + 4, RECORD_LENGTH - 4);
		return (sum ^ Math.imul(this.#generation, 0x9e3779b1) ^ place) >>> 0;
	}

	#isBlank(at: number): boolean {
		const blank = this.#geometry.eraseValue ? 0xffffffff : 0;
		for (let i = 0; i < RECORD_LENGTH; i += 4) if (this.#port.words.getUint32(at + i, true) !== blank) return false;
		return true;
	}

	/** Applies a record. Whether it is its life's last. */
	#apply(at: number): boolean {
		const { words } = this.#port;
		const what = words.getUint32(at + 4, true);
		const subject = what & SUBJECT;
		const low = what >>> 24;
		if (what & DOUBT) this.#doubt();
		this.#announced = -1;
		this.#budget.restore(words.getFloat32(at + 8, true), words.getUint32(at + 12, true) * 1000);
		const type = (what >>> 20) & 3;
		if (type === ERASE) this.#applyErase(subject, low);
		else if (type === RETIRE) this.#engine.setSlot(subject, SLOT_RETIRED, 0, 0);
		else if (type === AREA) {
			this.#newest = Math.max(this.#newest, recent(this.#generation, low));
			this.#pass(subject - 1);
			this.#next = subject;
		}
		return (what & LAST) !== 0;
	}

	#applyErase(unit: number, low: number) {
		const { areaUnits } = this.#geometry;
		const isLog = unit < this.#logUnits;
		this.#engine.setSlot(unit, isLog ? SLOT_LOG : SLOT_UNKNOWN, recent(this.#erasesOf(unit), low), 0);
		this.#announced = unit;
		if (!isLog) return;
		this.#next = Math.floor(unit / areaUnits);
		this.#prepared = (unit % areaUnits) + 1;
	}

	/** The erase that was announced last may not be done. */
	#doubt() {
		const unit = this.#announced;
		if (unit >= this.#logUnits) this.#engine.setSlot(unit, SLOT_SUSPECT, this.#erasesOf(unit), 0);
		else if (unit >= 0) this.#prepared = unit % this.#geometry.areaUnits;
	}

	#erasesOf(unit: number): number {
		this.#engine.slot(unit, this.#slot.buffer);
		return this.#slot.erases;
	}

	/** No area counts, and it is not erased. */
	#identify(): string {
		const { words, work } = this.#port;
		let reason = "is not erased and not ours (flash with transparent encryption never looks erased)";
		for (let unit = 0; unit < this.#logUnits; unit++) {
			this.#port.load(work, this.#geometry.headerLength, unit * this.#geometry.unitLength);
			if (words.getUint32(4, true) !== TEXT || words.getUint32(8, true) !== TEXT_2) continue;
			if (words.getUint32(12, true) === TEXT_3_VERSION_1) return "has a log of version 1, and this is version 2";
			if (words.getUint32(16, true) !== this.#geometrySum()) return "was used with another pageLength or driver";
			reason = "is ours, but its log is damaged";
		}
		return reason;
	}

	/** Whether the partition is erased, but for areas that a first start has begun: a header, no snapshot, a record. */
	#isUntouched(): boolean {
		const { areas, units, headerLength, snapshotLength, step } = this.#geometry;
		for (let area = 0; area < areas; area++) {
			const start = this.#startOf(area);
			const places = start + headerLength + snapshotLength;
			if (!this.#isPartOfHeader(start, FIRST) && !this.#isPartOfHeader(start, FIRST - 1)) return false;
			const begun = this.#loadHeader(area) ? step : 0;
			if (!this.#isErased(start + headerLength, places) || !this.#isErased(places + begun, this.#startOf(area + 1)))
				return false;
		}
		return this.#isErased(this.#startOf(areas), units * this.#geometry.unitLength);
	}

	/** Whether what is there is erased, or a new log's header of which some bits are still missing. */
	#isPartOfHeader(position: number, generation: number): boolean {
		const { headerLength, eraseValue } = this.#geometry;
		const { work, staging } = this.#port;
		this.#putHeader(generation, 0, 0, 0);
		Engine.copy(staging, 0, work, 0, headerLength);
		this.#port.load(work, headerLength, position);
		// every bit that is not erased must be one of the header's
		return Engine.and(eraseValue ? staging : work, 0, eraseValue ? work : staging, 0, headerLength) === 0;
	}

	/** Whether bytes of the flash read as erased. */
	#isErased(position: number, end: number): boolean {
		const { unitLength, eraseValue } = this.#geometry;
		const { work, staging } = this.#port;
		staging.fill(eraseValue);
		for (let length = 0; position < end; position += length) {
			length = Math.min(end - position, unitLength - (position % unitLength));
			this.#port.load(work, length, position);
			if (Engine.equal(work, 0, staging, 0, length) !== 1) return false;
		}
		return true;
	}

	// --- a new log

	/**
	 * Starts a log in a partition that has none. isErased: only areas that read as erased are used, and none is erased. False
	 * if that fails.
	 */
	create(isErased: boolean): boolean {
		const { credit } = this.#budget;
		const { areas } = this.#geometry;
		this.#clear();
		this.#newest = FIRST;
		let count = 1;
		while (count <= areas && !this.#establish(count % areas, FIRST, isErased)) count++;
		if (count > areas) return false;
		const area = count % areas;
		const place = this.#place;
		// the one before it in the ring is there to fall back to, and has no credit; if that fails there is none
		this.#budget.credit = 0;
		if (area > 0) this.#establish(area - 1, FIRST - 1, isErased);
		this.#budget.credit = credit;
		this.#use(area, FIRST, place);
		this.#noteRecord();
		return true;
	}

	/** Makes an area of a new log, with its first record. False if that fails. */
	#establish(area: number, generation: number, isErased: boolean): boolean {
		if (!(isErased ? this.#isErased(this.#startOf(area), this.#startOf(area + 1)) : this.#eraseArea(area)))
			return false;
		if (!this.#writeArea(area, generation)) return false;
		this.#use(area, generation, 0);
		return generation === FIRST ? this.#append(BUDGET, 0, 0, 0) : this.#append(AREA, area + 1, FIRST, 0);
	}

	/** There is no log yet that could have it on record: the only erases that are not counted. */
	#eraseArea(area: number): boolean {
		const { areaUnits } = this.#geometry;
		let unit = area * areaUnits;
		const end = unit + areaUnits;
		while (unit < end && this.#port.erase(unit)) unit++;
		return unit === end;
	}

	// --- records

	get #left(): number {
		return this.#geometry.places - this.#place;
	}

	/** No place is left for erases of pages: step() makes room. */
	get isFull(): boolean {
		return this.#left <= SPARE;
	}

	/** Units of the next area are still to be erased, by a step() each. Then a step() is a snapshot. */
	get isLate(): boolean {
		return this.#prepared < this.#geometry.areaUnits;
	}

	/** What a snapshot programs, in pages' lengths. */
	get snapshotPages(): number {
		return 1 + this.#geometry.snapshotLength / this.#geometry.unitLength;
	}

	/** Erases a unit of the next area; or, if all are, goes on to that one. False if that failed. */
	step(): boolean {
		return this.isLate ? this.#prepare() : this.#moveOn();
	}

	/**
	 * Erases a unit: on record, counted, then done. It was paid for, and is suspect until the driver says that it is done,
	 * which is for the caller to note.
	 */
	eraseUnit(unit: number): number {
		const isLog = unit < this.#logUnits;
		const erases = this.#erasesOf(unit) + 1;
		const { sum } = this.#slot;
		const port = this.#port;
		let isRecorded = false;
		let isErased = false;
		port.enter();
		try {
			const before = port.ticks();
			// one of the log goes without where no place is left: else there would never be one again
			isRecorded = (isLog && this.#left <= 0) || this.#append(ERASE, unit, erases, 0);
			if (isRecorded) {
				this.#announced = unit;
				this.#isDoubtful = true;
				isErased = port.erase(unit);
				this.#isDoubtful = !isErased;
				port.erasing.add((port.ticks() - before) >>> 0);
			}
		} finally {
			port.leave();
			if (isRecorded) this.#engine.setSlot(unit, isLog ? SLOT_LOG : SLOT_SUSPECT, erases, sum);
		}
		return isErased ? ERASED : isRecorded ? NOT_ERASED : NOT_RECORDED;
	}

	/** A unit is not used again, in this life and the next. False if that is not on record. */
	retire(unit: number): boolean {
		return this.#append(RETIRE, unit, 0, 0);
	}

	/**
	 * Ends a call. Another record is due if the last one announced an erase of the log, of which the next life would not know
	 * that it is done; if the area has none; and once an hour, if what was earned makes an erase.
	 */
	keep() {
		const isOpen = this.#place === 0 || (this.#announced >= 0 && this.#announced < this.#logUnits && !this.#isDoubtful);
		const isDue = this.#budget.uptime - this.#recordedAt >= HOUR && this.#hasGrown && !this.isFull;
		if ((isOpen && this.#left > 0) || isDue) this.#append(BUDGET, 0, 0, 0);
	}

	/** Ends a life: what has been earned goes on record, if it makes an erase. */
	close() {
		this.#budget.advance();
		if (this.#hasGrown && this.#left > SPARE) this.#append(BUDGET, 0, 0, LAST);
	}

	get #hasGrown(): boolean {
		return this.#budget.credit - this.#recordedCredit >= 1;
	}

	#noteRecord() {
		this.#recordedAt = this.#budget.uptime;
		this.#recordedCredit = this.#budget.credit;
	}

	/** Programs a record; if it does not come out, once more behind it. False: what it announces must not begin. */
	#append(type: number, subject: number, count: number, flags: number): boolean {
		const { step } = this.#geometry;
		const { work } = this.#port;
		for (let attempt = 0; attempt < 2 && this.#left > 0; attempt++) {
			const position = this.#position(this.#place);
			const before = this.#wasRefused ? this.#look(position) : 0;
			if (before < 0) return false;
			this.#putRecord(subject | (type << 20) | flags | (count << 24));
			const result = this.#port.program(work, step, position);
			// a place that the driver has not touched is not spent
			const isUntouched = result === REFUSED && this.#wasRefused && this.#look(position) === before;
			if (!isUntouched) this.#place++;
			this.#wasRefused = result === REFUSED;
			if (result === REFUSED) return false;
			if (result !== DONE) continue;
			this.#announced = -1;
			this.#isDoubtful = false;
			this.#noteRecord();
			return true;
		}
		return false;
	}

	/** A checksum of what is at a place, or -1 if it cannot be read. */
	#look(position: number): number {
		const { work } = this.#port;
		const { step } = this.#geometry;
		return this.#port.read(work, step, position) ? Engine.checksum(work, 0, step) : -1;
	}

	#putRecord(what: number) {
		const { words, work } = this.#port;
		const { credit, uptime } = this.#budget;
		work.fill(this.#geometry.eraseValue, 0, this.#geometry.step);
		words.setUint32(4, what | (this.#isDoubtful ? DOUBT : 0), true);
		words.setFloat32(8, credit, true);
		if (words.getFloat32(8, true) > credit) words.setFloat32(8, credit * (1 - 2 ** -23), true);
		words.setUint32(12, Math.floor(uptime / 1000), true);
		words.setUint32(0, this.#sealOf(0, this.#place), true);
	}

	// --- areas

	#prepare(): boolean {
		const result = this.eraseUnit(this.#next * this.#geometry.areaUnits + this.#prepared);
		if (result === ERASED) this.#prepared++;
		// while other units are erased, it is the area's fault
		else if (result === NOT_ERASED && !this.isFull) this.#pass(this.#next);
		return result === ERASED;
	}

	#moveOn(): boolean {
		const area = this.#next;
		const generation = this.#newest + 1;
		if (this.#left > 0 && !this.#append(AREA, area, generation, 0)) return false;
		this.#newest = generation;
		this.#prepared = 0;
		if (!this.#writeArea(area, generation)) {
			this.#pass(area);
			return false;
		}
		this.#use(area, generation, 0); // the next record makes it count
		return true;
	}

	/** Writes all of an area, whose units are erased, but records. */
	#writeArea(area: number, generation: number): boolean {
		this.#engine.survey(NO_SLOT, this.#survey.buffer);
		const { least: base, logLeast: logBase } = this.#survey;
		const sum = generation <= FIRST ? 0 : this.#snapshot(area, base, logBase, true);
		if (sum < 0) return false;
		this.#putHeader(generation, base, logBase, sum);
		return this.#port.program(this.#port.work, this.#geometry.headerLength, this.#startOf(area)) === DONE;
	}

	#geometrySum(): number {
		const { step, unitLength, units, areaUnits, areas } = this.#geometry;
		let sum = Math.imul(step, 31) + unitLength;
		sum = Math.imul(sum, 31) + units;
		sum = Math.imul(sum, 31) + areaUnits;
		return (Math.imul(sum, 31) + areas) >>> 0;
	}

	#putHeader(generation: number, base: number, logBase: number, sum: number) {
		const { words, work } = this.#port;
		work.fill(this.#geometry.eraseValue, 0, this.#geometry.headerLength);
		words.setUint32(4, TEXT, true);
		words.setUint32(8, TEXT_2, true);
		words.setUint32(12, TEXT_3, true);
		words.setUint32(16, this.#geometrySum(), true);
		words.setUint32(20, generation, true);
		words.setUint32(24, base, true);
		words.setUint32(28, logBase, true);
		words.setUint32(32, sum, true);
		words.setUint32(0, Engine.checksum(work, 4, HEADER_LENGTH - 4), true);
	}
}
