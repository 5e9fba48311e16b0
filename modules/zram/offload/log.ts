/*
 * The log: what must outlive a reboot is in areas of its own at the start of the partition. Erases of each unit, units
 * that were retired, and the budget; no pages.
 *
 *   area     ┌──────┬────────┬──────────────────┬────────┬────────┬──────────┬─────────────┐
 *            │ mark │ header │ erases, 2 B a    │ record │ record │ …        │   erased    │
 *            │      │        │ unit             │        │        │          │             │
 *            └──────┴────────┴──────────────────┴────────┴────────┴──────────┴─────────────┘
 *             step   step     pieces             each a multiple of a step, written once
 *
 *   mark     16 B: a checksum of version and geometry, then "xs-zram log "
 *   header   0 checksum of the rest  4 version  6 step  8 generation  12 unitLength  16 units  20 areaUnits  22 areas
 *            24 base  28 logBase  32 checksum of the erases  36 uptime in seconds  40 credit, a double
 *   record   0 checksum of the rest, with generation and place  4 type  5 entries  8 credit  16 uptime in seconds
 *            20 a u16 for each entry, its unit; behind them, at a multiple of 4, a u32 for each, what the unit held
 *
 * The area with the highest generation counts. When it is full, the next in turn is erased and gets the erases as they
 * are, and its header last: until that is there, the old one counts. A record is never written twice, nor over another.
 *
 * A BATCH announces erases, and counts them, before they are done; it says what each unit held, so that after a power cut
 * it can be seen which of the last batch were not begun. An erase in the log's own areas is announced by a BATCH too.
 */

import Engine from "zram/engine";
import { type Engine as EngineInstance, SLOT_LOG, SLOT_RETIRED, SLOT_UNKNOWN } from "zram/engine/interface";
import type { Budget } from "zram/offload/budget";
import {
	AREA_HEADER_LENGTH,
	BATCH,
	type FlashGeometry,
	MARK_LENGTH,
	PIECE,
	RECORD_LENGTH,
	recordLength,
	recordsStart,
	roundUp,
} from "zram/offload/geometry";
import type { Port } from "zram/offload/port";

/** Of this format. The package's version is that of its API. */
const VERSION = 1;
const TEXT = 0x7a2d7378; // "xs-z", "ram ", "log "
const TEXT_2 = 0x206d6172;
const TEXT_3 = 0x20676f6c;

/** Erases that are about to be done. */
const BATCH_RECORD = 1;
/** The last batch again, as far as it is still open: nothing is counted. */
const OPEN_RECORD = 2;
/** Units that have failed. */
const RETIRE_RECORD = 3;
/** Credit and uptime, which every record has. */
const BUDGET_RECORD = 4;
/** Units of the last batch that were not erased before the power was cut: their count is taken back. */
const UNDONE_RECORD = 5;

/** What a start finds. */
export const FOUND = 0;
/** Nothing but erased bytes, or a first start that was interrupted. */
export const EMPTY = 1;
/** A log of another version, or with another geometry. */
export const OTHER_GEOMETRY = 2;
/** Something that is not ours. */
export const FOREIGN = 3;

export class Log {
	/** The last batch: units, what they held (checksums), how many there are, and which is erased next. */
	readonly batchUnits = new Uint16Array(BATCH);
	readonly batchSums = new Uint32Array(BATCH);
	batchLength = 0;
	batchNext = 0;
	/** No area will take another record: nothing may be erased any more. */
	dead = false;
	/** May an area be erased to make room? Not while a write must not erase. */
	mayRotate = true;

	readonly #geometry: FlashGeometry;
	readonly #engine: EngineInstance;
	readonly #port: Port;
	readonly #budget: Budget;
	readonly #areaLength: number;
	readonly #headerStart: number;
	readonly #start: number;
	readonly #end: number;

	/** The longest record, with views of every length that one may have. */
	readonly #record: DataView;
	readonly #views: Uint8Array[] = [];
	readonly #blank: Uint8Array;
	readonly #wear: Uint32Array;
	readonly #failed: Uint8Array;

	#area = 0;
	#generation = 0;
	#offset = 0;
	/** Units at the start of batchUnits whose count is to be taken back. */
	#undone = 0;
	/** The area whose erase is on record, and was perhaps interrupted; or -1. */
	#announced = -1;

	constructor(geometry: FlashGeometry, engine: EngineInstance, port: Port, budget: Budget, wear: Uint32Array) {
		const { step, units, areaUnits, areas, unitLength, eraseValue } = geometry;
		const longest = recordLength(BATCH, step);
		this.#geometry = geometry;
		this.#engine = engine;
		this.#port = port;
		this.#budget = budget;
		this.#wear = wear;
		this.#areaLength = areaUnits * unitLength;
		this.#headerStart = roundUp(MARK_LENGTH, step);
		this.#start = recordsStart(units, step);
		// behind the last record there is room for the one that announces the next area
		this.#end = this.#areaLength - longest - recordLength(areaUnits, step);
		const buffer = new ArrayBuffer(longest);
		this.#record = new DataView(buffer);
		for (let length = step; length <= longest; length += step) this.#views.push(new Uint8Array(buffer, 0, length));
		this.#blank = new Uint8Array(Math.max(PIECE, longest)).fill(eraseValue);
		this.#failed = new Uint8Array(areas);
	}

	// --- starting

	/** Reads what there is: wear, budget, and the last batch. */
	open(): number {
		const { areas, areaUnits, group } = this.#geometry;
		this.#engine.markSlots(0, areas * areaUnits * group, SLOT_LOG, 0, 0);
		let below = Number.POSITIVE_INFINITY;
		for (;;) {
			const area = this.#newest(below);
			if (area < 0) return this.#unmarked();
			below = this.#generation;
			if (this.#loadErases(area)) {
				this.#area = area;
				this.#replay();
				return FOUND;
			}
		}
	}

	/** Starts a log in a partition that has none: `erases` is what each unit may have behind it. False: it fails. */
	create(erases: number): boolean {
		const { units, group, areas, areaUnits } = this.#geometry;
		const log = areas * areaUnits * group;
		this.#engine.markSlots(0, log, SLOT_LOG, erases, 0);
		this.#engine.markSlots(log, units * group - log, SLOT_UNKNOWN, erases, 0);
		this.#generation = 0;
		this.#area = areas - 1;
		this.batchLength = this.batchNext = 0;
		this.#announced = -1;
		return this.#rotate();
	}

	/** The area with the highest generation below `below`, or -1; its generation, credit and uptime are taken over. */
	#newest(below: number): number {
		const { areas } = this.#geometry;
		let newest = -1;
		this.#generation = 0;
		for (let area = 0; area < areas; area++) {
			const generation = this.#readHeader(area) ? this.#record.getUint32(8, true) : 0;
			if (generation <= this.#generation || generation >= below) continue;
			this.#generation = generation;
			newest = area;
		}
		return newest;
	}

	#headerView(): Uint8Array {
		return this.#view(AREA_HEADER_LENGTH);
	}

	/** A view of the record buffer with `length` bytes, rounded up to a step. */
	#view(length: number): Uint8Array {
		return this.#views[Math.ceil(length / this.#geometry.step) - 1] as Uint8Array;
	}

	/** Whether an area has a header of ours, which is then in the record buffer. */
	#readHeader(area: number): boolean {
		const { step, unitLength, units, areaUnits, areas } = this.#geometry;
		const header = this.#record;
		if (!this.#port.read(this.#headerView(), area * this.#areaLength + this.#headerStart)) return false;
		return (
			header.getUint32(0, true) === Engine.checksum(header, 4, AREA_HEADER_LENGTH - 4) &&
			header.getUint16(4, true) === VERSION &&
			header.getUint16(6, true) === step &&
			header.getUint32(12, true) === unitLength &&
			header.getUint32(16, true) === units &&
			header.getUint16(20, true) === areaUnits &&
			header.getUint16(22, true) === areas
		);
	}

	/** Takes over an area's erases, credit and uptime. False if they are damaged. */
	#loadErases(area: number): boolean {
		if (!this.#readHeader(area)) return false;
		const header = this.#record;
		const base = header.getUint32(24, true);
		const logBase = header.getUint32(28, true);
		const sum = header.getUint32(32, true);
		this.#budget.restore(header.getFloat64(40, true), header.getUint32(36, true) * 1000);
		return this.#eachPiece(area, sum, -1, 0) && this.#eachPiece(area, sum, base, logBase);
	}

	/** Reads the pieces with an area's erases: to see if their checksum is `sum`, or with a `base` to take them over. */
	#eachPiece(area: number, sum: number, base: number, logBase: number): boolean {
		const { units, group } = this.#geometry;
		const { piece } = this.#port;
		const start = area * this.#areaLength + this.#start - roundUp(2 * units, PIECE);
		let found = 0;
		for (let unit = 0; unit < units; unit += PIECE / 2) {
			if (!this.#port.read(piece, start + 2 * unit)) return false;
			if (base < 0) found = (Math.imul(found, 31) + Engine.checksum(piece, 0, PIECE)) | 0;
			else this.#engine.loadWear(unit, Math.min(PIECE / 2, units - unit), group, base, logBase, piece);
		}
		return base >= 0 || found >>> 0 === sum;
	}

	/** Goes through the records of the area that counts. */
	#replay() {
		const { step } = this.#geometry;
		this.batchLength = this.batchNext = 0;
		this.#announced = -1;
		this.#offset = this.#start;
		for (let offset = this.#start; offset < this.#areaLength; ) {
			if (!this.#port.read(this.#view(this.#record.byteLength), this.#area * this.#areaLength + offset)) break;
			const isBlank = Engine.equal(this.#record, 0, this.#blank, 0, step) === 1;
			const length = isBlank ? 0 : this.#apply(offset);
			offset += length || step;
			if (!isBlank) this.#offset = offset;
		}
	}

	/** Applies the record in the buffer, if it is one; its length, or 0. */
	#apply(offset: number): number {
		const record = this.#record;
		const type = record.getUint8(4);
		const count = record.getUint8(5);
		if (count > BATCH) return 0;
		const length = recordLength(count, this.#geometry.step);
		if (record.getUint32(0, true) !== this.#sumOf(offset, length)) return 0;
		this.#budget.restore(record.getFloat64(8, true), record.getUint32(16, true) * 1000);
		if (type === BATCH_RECORD) this.#applyBatch(count, 1);
		else if (type === OPEN_RECORD) this.#applyBatch(count, 0);
		else if (type === UNDONE_RECORD) this.#applyUndone(count);
		if (type === RETIRE_RECORD)
			for (let i = 0; i < count; i++) this.retire(record.getUint16(RECORD_LENGTH + 2 * i, true));
		return length;
	}

	#applyBatch(count: number, erases: number) {
		const { group, areas, areaUnits } = this.#geometry;
		const isLog = count > 0 && this.#record.getUint16(RECORD_LENGTH, true) < areas * areaUnits;
		this.#announced = isLog ? (this.#record.getUint16(RECORD_LENGTH, true) / areaUnits) | 0 : -1;
		if (!isLog) this.batchLength = count;
		for (let i = 0; i < count; i++) {
			const unit = this.#record.getUint16(RECORD_LENGTH + 2 * i, true);
			this.#engine.markSlots(unit * group, group, isLog ? SLOT_LOG : SLOT_UNKNOWN, erases, 0);
			if (isLog) continue;
			this.batchUnits[i] = unit;
			this.batchSums[i] = this.#record.getUint32(RECORD_LENGTH + roundUp(2 * count, 4) + 4 * i, true);
		}
	}

	#applyUndone(count: number) {
		const { group } = this.#geometry;
		this.batchLength = 0;
		for (let i = 0; i < count; i++) {
			const unit = this.#record.getUint16(RECORD_LENGTH + 2 * i, true);
			this.#engine.markSlots(unit * group, group, SLOT_UNKNOWN, -1, 0);
		}
	}

	/** Marks a unit as retired, those slots of it that hold no page. */
	retire(unit: number) {
		const { group } = this.#geometry;
		for (let i = 0; i < group; i++) this.#engine.markSlots(unit * group + i, 1, SLOT_RETIRED, 0, 0);
	}

	#sumOf(offset: number, length: number): number {
		return (Engine.checksum(this.#record, 4, length - 4) ^ Math.imul(this.#generation, 0x9e3779b1) ^ offset) >>> 0;
	}

	/** No header: what else is there? */
	#unmarked(): number {
		const mark = this.#view(MARK_LENGTH);
		this.#putMark();
		const { piece } = this.#port;
		if (!this.#port.read(piece, 0)) return FOREIGN;
		if (Engine.equal(piece, 0, mark, 0, mark.length) === 1) return EMPTY;
		if (Engine.equal(piece, 4, mark, 4, MARK_LENGTH - 4) === 1) return OTHER_GEOMETRY;
		return this.#isBlankBut(mark) ? EMPTY : FOREIGN;
	}

	/** Whether the partition is erased, but for a mark of which a part may be there. */
	#isBlankBut(mark: Uint8Array): boolean {
		const { units, unitLength, eraseValue } = this.#geometry;
		const { piece } = this.#port;
		for (let position = 0; position < units * unitLength; position += PIECE) {
			if (!this.#port.read(piece, position)) return false;
			if (position === 0) {
				// every bit that is not erased must be one of the mark's
				const [from, of] = eraseValue ? [piece, mark] : [mark, piece];
				if (Engine.and(of, 0, from, 0, mark.length) !== 0) return false;
				if (Engine.equal(piece, mark.length, this.#blank, 0, PIECE - mark.length) !== 1) return false;
			} else if (Engine.equal(piece, 0, this.#blank, 0, PIECE) !== 1) return false;
		}
		return true;
	}

	#putMark() {
		const { step, unitLength, units, areaUnits, areas } = this.#geometry;
		const mark = this.#record;
		this.#clear();
		mark.setUint32(4, TEXT, true);
		mark.setUint32(8, TEXT_2, true);
		mark.setUint32(12, TEXT_3, true);
		let sum = Math.imul(VERSION, 31) + step;
		sum = Math.imul(sum, 31) + unitLength;
		sum = Math.imul(sum, 31) + units;
		sum = Math.imul(sum, 31) + areaUnits;
		mark.setUint32(0, Math.imul(sum, 31) + areas, true);
	}

	// --- records

	/**
	 * Sees to it that the next record finds room, moving on to the next area if it must. To be called before anything is
	 * marked that the record shall announce: what is marked is in the new area already. False if no area will do, or one
	 * would have to be erased and must not.
	 */
	reserve(): boolean {
		if (this.#undone > 0 && this.#hasRoom) this.#recordUndone();
		if (this.#hasRoom) return true;
		if (!this.mayRotate || this.dead || !this.#rotate()) return false;
		this.#undone = 0; // the new area has it right
		return true;
	}

	get #hasRoom(): boolean {
		return this.#offset <= this.#end && this.#announced < 0;
	}

	#recordUndone() {
		this.batchLength = this.#undone;
		this.#append(UNDONE_RECORD, 0); // if that fails, they are counted too often, which does no harm
		this.batchLength = this.#undone = 0;
	}

	/** The next record finds no room: an area will be erased. */
	get isFull(): boolean {
		return this.#offset > this.#end;
	}

	/** After a reboot: the first `count` of batchUnits were not erased. On record before the next batch. */
	settle(count: number) {
		this.batchLength = this.batchNext = 0;
		this.#undone = count;
	}

	/** Announces the erases of the first `count` of batchUnits. After reserve(). False, or an exception: none may be erased. */
	announce(count: number): boolean {
		this.batchLength = this.batchNext = count;
		if (!this.#append(BATCH_RECORD, 0)) return false;
		this.batchNext = 0;
		return true;
	}

	/** Of the batch only what is to be erased yet stays in doubt over a power cut; the rest is done. */
	closeBatch(): boolean {
		return this.reserve() && this.#append(OPEN_RECORD, this.batchNext);
	}

	/** A unit is not used again, in this life and the next. */
	recordRetirement(unit: number): boolean {
		if (!this.reserve()) return false;
		this.#clear();
		this.#record.setUint16(RECORD_LENGTH, unit, true);
		return this.#put(RETIRE_RECORD, 1);
	}

	/** Credit and uptime as they are. */
	recordBudget(): boolean {
		if (!this.reserve()) return false;
		this.#clear();
		return this.#put(BUDGET_RECORD, 0);
	}

	#clear() {
		(this.#views[this.#views.length - 1] as Uint8Array).fill(this.#geometry.eraseValue);
	}

	/** Writes the entries of the batch from number `first` on. */
	#append(type: number, first: number): boolean {
		const count = this.batchLength - first;
		const sums = RECORD_LENGTH + roundUp(2 * count, 4);
		this.#clear();
		for (let i = 0; i < count; i++) {
			this.#record.setUint16(RECORD_LENGTH + 2 * i, this.batchUnits[first + i] as number, true);
			this.#record.setUint32(sums + 4 * i, this.batchSums[first + i] as number, true);
		}
		return this.#put(type, count);
	}

	/** Writes the record whose entries are in the buffer; if that fails, once more behind it. */
	#put(type: number, count: number): boolean {
		const record = this.#record;
		const length = recordLength(count, this.#geometry.step);
		const view = this.#view(length);
		record.setUint8(4, type);
		record.setUint8(5, count);
		record.setFloat64(8, this.#budget.credit, true);
		record.setUint32(16, Math.floor(this.#budget.uptime / 1000), true);
		for (let attempt = 0; attempt < 2 && this.#offset + length <= this.#areaLength; attempt++) {
			const offset = this.#offset;
			record.setUint32(0, this.#sumOf(offset, length), true);
			this.#offset += length;
			if (this.#port.program(view, this.#area * this.#areaLength + offset)) return true;
		}
		return false;
	}

	// --- areas

	/** Moves on to the next area. False if there is none. */
	#rotate(): boolean {
		const { areas } = this.#geometry;
		for (let attempt = 0; attempt < areas; attempt++) {
			const next = this.#next();
			if (next === this.#area && this.#generation > 0) break;
			if (this.#announced !== next) this.#announceArea(next);
			this.#announced = -1;
			if (this.#writeArea(next))
				return this.batchNext < this.batchLength ? this.#append(OPEN_RECORD, this.batchNext) : true;
			this.#failed[next] = 1;
		}
		this.dead = true;
		return false;
	}

	/** The next area that has not failed: perhaps the one that is in use. */
	#next(): number {
		const { areas } = this.#geometry;
		let next = this.#announced >= 0 ? this.#announced : (this.#area + 1) % areas;
		while (this.#failed[next] && next !== this.#area) next = (next + 1) % areas;
		return next;
	}

	/** Counts the erase of an area, on record if there is a log already. */
	#announceArea(area: number) {
		const { areaUnits, group } = this.#geometry;
		this.#clear();
		for (let i = 0; i < areaUnits; i++) this.#record.setUint16(RECORD_LENGTH + 2 * i, area * areaUnits + i, true);
		if (this.#generation > 0) this.#put(BATCH_RECORD, areaUnits);
		this.#engine.markSlots(area * areaUnits * group, areaUnits * group, SLOT_LOG, 1, 0);
	}

	/** Erases an area and makes it the one that counts. */
	#writeArea(area: number): boolean {
		const { areaUnits } = this.#geometry;
		const start = area * this.#areaLength;
		const generation = this.#generation + 1;
		if (!this.#port.erase(area * areaUnits, areaUnits)) return false;
		this.#putMark();
		if (!this.#port.program(this.#view(MARK_LENGTH), start)) return false;
		this.#engine.wear(this.#wear.buffer as ArrayBuffer);
		const base = this.#wear[0] as number;
		const logBase = this.#wear[8] as number;
		const sum = this.#writeErases(start, base, logBase);
		if (sum < 0) return false;
		this.#putHeader(generation, base, logBase, sum);
		if (!this.#port.program(this.#view(AREA_HEADER_LENGTH), start + this.#headerStart)) return false;
		this.#area = area;
		this.#generation = generation;
		this.#offset = this.#start;
		return true;
	}

	/** Writes the erases of all units; their checksum, or -1 if that fails. */
	#writeErases(area: number, base: number, logBase: number): number {
		const { units, group, eraseValue } = this.#geometry;
		const { piece } = this.#port;
		const start = area + this.#start - roundUp(2 * units, PIECE);
		let sum = 0;
		for (let unit = 0; unit < units; unit += PIECE / 2) {
			piece.fill(eraseValue);
			this.#engine.saveWear(unit, Math.min(PIECE / 2, units - unit), group, base, logBase, piece);
			sum = (Math.imul(sum, 31) + Engine.checksum(piece, 0, PIECE)) | 0;
			if (!this.#port.program(piece, start + 2 * unit)) return -1;
		}
		return sum >>> 0;
	}

	#putHeader(generation: number, base: number, logBase: number, sum: number) {
		const { step, unitLength, units, areaUnits, areas } = this.#geometry;
		const header = this.#record;
		this.#clear();
		header.setUint16(4, VERSION, true);
		header.setUint16(6, step, true);
		header.setUint32(8, generation, true);
		header.setUint32(12, unitLength, true);
		header.setUint32(16, units, true);
		header.setUint16(20, areaUnits, true);
		header.setUint16(22, areas, true);
		header.setUint32(24, base, true);
		header.setUint32(28, logBase, true);
		header.setUint32(32, sum, true);
		header.setUint32(36, Math.floor(this.#budget.uptime / 1000), true);
		header.setFloat64(40, this.#budget.credit, true);
		header.setUint32(0, Engine.checksum(header, 4, AREA_HEADER_LENGTH - 4), true);
	}
}
