/*
 * How a partition is divided. All of it follows from the flash and the length of a page:
 *
 *   unit             what is erased at once: a block, or as many blocks as a page takes
 *   slot             a page's length; a unit is one slot, or several where blocks are longer than pages
 *   area             so many units of the log; the areas lie at the start of the partition
 *
 *   ├─ area 0 ─┼─ area 1 ─┼─ … ─┼─ unit ─┼─ unit ─┼─ … ─┤
 */

/** What status() of an ECMA-419 Flash says; some drivers leave out the last two. */
export interface FlashStatus {
	/** Bytes of the partition. */
	size: number;
	/** Bytes of an erase block. */
	blockLength: number;
	/** Erase blocks of the partition. */
	blocks: number;
	/** Programs begin and end at multiples of this. Default: 1. */
	writeAlign?: number;
	/** What an erased byte reads as. Default: 255. */
	eraseValue?: number;
}

/** A flash that is open, as far as it is used here. */
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

/** Bytes that are read back at once, and alignment of the log's larger parts. */
export const PIECE = 256;
/** Erases that a record of the log announces at most. */
export const BATCH = 8;
/** Bytes of a record without entries, and of an entry. */
export const RECORD_LENGTH = 20;
export const RECORD_ENTRY_LENGTH = 6;
/** Bytes of an area's mark and header. */
export const MARK_LENGTH = 16;
export const AREA_HEADER_LENGTH = 48;

export interface FlashGeometry {
	eraseValue: number;
	blockLength: number;
	blocksPerUnit: number;
	unitLength: number;
	units: number;
	/** Slots of a unit. */
	group: number;
	slotCount: number;
	/** Records of the log begin and end at multiples of this. */
	step: number;
	/** Units of an area, and areas. */
	areaUnits: number;
	areas: number;
}

const UNITS_MOST = 65535; // a record's entry has 16 bits for one
const AREA_UNITS_MOST = BATCH; // one record announces the erase of an area

export function roundUp(length: number, step: number): number {
	return Math.ceil(length / step) * step;
}

/** Bytes that a record with so many entries takes. */
export function recordLength(entries: number, step: number): number {
	return roundUp(RECORD_LENGTH + entries * RECORD_ENTRY_LENGTH, step);
}

/** Where in an area its records begin: behind mark, header, and two bytes for each unit. */
export function recordsStart(units: number, step: number): number {
	const snapshot = roundUp(roundUp(MARK_LENGTH, step) + roundUp(AREA_HEADER_LENGTH, step), PIECE);
	return snapshot + roundUp(2 * units, PIECE);
}

/**
 * The log's areas. With R records of one erase each in an area of g units, m areas wear no more than the others when
 * m · R >= units - m · g: each is erased once in m · R erases, a unit for pages once in units - m · g. Of all g the one
 * that takes the fewest units.
 */
function planLog(units: number, unitLength: number, step: number): { areaUnits: number; areas: number } {
	let best = { areaUnits: 0, areas: 0 };
	for (let areaUnits = 1; areaUnits <= AREA_UNITS_MOST; areaUnits++) {
		const spare = recordLength(BATCH, step) + recordLength(areaUnits, step);
		const room = areaUnits * unitLength - recordsStart(units, step) - spare;
		const records = Math.floor(room / recordLength(1, step));
		if (records < BATCH) continue;
		const areas = Math.max(2, Math.ceil(units / (records + areaUnits)));
		if (best.areas === 0 || areas * areaUnits < best.areas * best.areaUnits) best = { areaUnits, areas };
	}
	return best;
}

function isPower(value: number): boolean {
	return (value & (value - 1)) === 0;
}

/**
 * Divides a partition for pages of this length.
 *
 * @throws RangeError that says what is wrong with the flash
 */
export function planFlash(status: FlashStatus, pageLength: number): FlashGeometry {
	const { size, blockLength, blocks, writeAlign = 1, eraseValue = 0xff } = status;
	const isCount = (value: number) => Number.isInteger(value) && value > 0;
	if (!isCount(size) || !isCount(blockLength) || !isCount(blocks) || size > 0x7fffffff || blockLength * blocks !== size)
		throw new RangeError(`backing: a flash of ${size} bytes in ${blocks} blocks of ${blockLength} cannot be`);
	if (!isCount(writeAlign) || !isPower(writeAlign) || writeAlign > PIECE)
		throw new RangeError(`backing: writeAlign is ${writeAlign}, not a power of two from 1 to ${PIECE}`);
	if (eraseValue !== 0 && eraseValue !== 0xff)
		throw new RangeError(`backing: eraseValue is ${eraseValue}, neither 255 nor 0`);
	if (!isPower(blockLength) || blockLength < writeAlign)
		throw new RangeError(`backing: blocks of ${blockLength} bytes are no power of two`);
	const unitLength = Math.max(blockLength, pageLength);
	const units = Math.min(Math.floor(size / unitLength), UNITS_MOST);
	const group = unitLength / pageLength;
	const step = Math.max(16, writeAlign);
	const { areaUnits, areas } = planLog(units, unitLength, step);
	if (areas === 0 || areaUnits * areas + 2 > units)
		throw new RangeError(`backing: ${size} bytes of flash are too small; it needs two areas for its log and two units`);
	const blocksPerUnit = unitLength / blockLength;
	const slotCount = units * group;
	return { eraseValue, blockLength, blocksPerUnit, unitLength, units, group, slotCount, step, areaUnits, areas };
}
