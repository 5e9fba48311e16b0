/*
 * How a partition is divided. All of it follows from the flash and the length of a page:
 *
 *   unit     a page's length, which is erased as one: a block, or so many shorter blocks. A slot of the engine
 *   area     so many units of the log; the areas lie at the start of the partition, the units for pages behind them
 *   place    room for one record of the log
 *
 *   ├─ area 0 ─┼─ area 1 ─┼─ … ─┼─ unit ─┼─ unit ─┼─ … ─┤
 */

import type { FlashStatus } from "zram/backing";

/** Bytes of an area's header, and of a record. */
export const HEADER_LENGTH = 48;
export const RECORD_LENGTH = 16;
/** Places that an area leaves: for the record that it is full, one that is skipped before it, and one that fails. */
export const SPARE = 3;

export interface FlashGeometry {
	eraseValue: number;
	blocksPerUnit: number;
	unitLength: number;
	units: number;
	/** What the log programs begins and ends at multiples of this; a place has this length. */
	step: number;
	/** Bytes of a header, and of a snapshot behind it, two for each unit. */
	headerLength: number;
	snapshotLength: number;
	/** Places of an area, behind these. */
	places: number;
	/** Units of an area, and areas. */
	areaUnits: number;
	areas: number;
}

const UNITS_MOST = 2 ** 20; // a record has 20 bits for one
const SIZE_MOST = 0x7fffffff;
/** With so many units a third area is worth its room: then there is always an older one to fall back to. */
const THREE_AREAS = 8;

function roundUp(length: number, step: number): number {
	return Math.ceil(length / step) * step;
}

type Plan = Pick<FlashGeometry, "headerLength" | "snapshotLength" | "places" | "areaUnits" | "areas">;

/**
 * The log's areas. At worst, with one erase in each life, an erase for pages takes two of an area's P places, as one is
 * skipped after a reboot. The g units of the next area take one each, and five are for the area itself (a first record,
 * the SPARE, and what is rounded off). So m areas wear no more than the units for pages if m · (P - 5 - g) / 2 >=
 * units - m · g. Of all g the one that takes the fewest units; areas is 0 if none will do.
 */
function planLog(units: number, unitLength: number, step: number): Plan {
	const lengths = { headerLength: roundUp(HEADER_LENGTH, step), snapshotLength: roundUp(2 * units, step) };
	const placesStart = lengths.headerLength + lengths.snapshotLength;
	const least = units < THREE_AREAS ? 2 : 3;
	let best = { ...lengths, places: 0, areaUnits: 0, areas: 0 };
	let length = units;
	for (let areaUnits = Math.ceil(placesStart / unitLength); least * areaUnits < length; areaUnits++) {
		const places = Math.floor((areaUnits * unitLength - placesStart) / step);
		if (places < 3 * areaUnits + 8) continue; // too few to erase the next area's units meanwhile, whatever happens
		const areas = Math.max(least, Math.ceil((2 * units) / (places - 5 + areaUnits)));
		if (areas * areaUnits >= length) continue;
		length = areas * areaUnits;
		best = { ...lengths, places, areaUnits, areas };
	}
	return units - length < 2 ? { ...best, areas: 0 } : best;
}

function isPower(value: number): boolean {
	return (value & (value - 1)) === 0;
}

/** Why status() of a flash cannot be right, or cannot be used; undefined if it can. */
function refuseStatus({
	size,
	blockLength,
	blocks,
	writeAlign = 1,
	eraseValue = 0xff,
}: FlashStatus): string | undefined {
	const isCount = (value: number) => Number.isInteger(value) && value > 0;
	if (!isCount(size) || !isCount(blockLength) || !isCount(blocks) || blockLength * blocks > size)
		return `a flash of ${size} bytes in ${blocks} blocks of ${blockLength} cannot be`;
	if (blockLength * blocks > SIZE_MOST) return `${size} bytes of flash are too many, at most ${SIZE_MOST} can be used`;
	if (!isCount(writeAlign) || !isPower(writeAlign) || writeAlign > 256)
		return `writeAlign is ${writeAlign}, not a power of two from 1 to 256`;
	if (eraseValue !== 0 && eraseValue !== 0xff) return `eraseValue is ${eraseValue}, neither 255 nor 0`;
	if (!isPower(blockLength) || blockLength < writeAlign)
		return `blocks of ${blockLength} bytes are no power of two, or shorter than writeAlign`;
	return undefined;
}

/** Why a flash whose status() is fine cannot be divided into pages of `pageLength` bytes, and what would do. */
function refuseLength({ size, blockLength, blocks }: FlashStatus, pageLength: number, step: number): string {
	if (blockLength > pageLength)
		return `pageLength, ${pageLength}, is less than the flash's blockLength, ${blockLength}: a page takes one block or more`;
	const units = Math.floor((blocks * blockLength) / pageLength);
	if (units > UNITS_MOST)
		return `${size} bytes of flash have ${units} pages of ${pageLength}, at most ${UNITS_MOST} are possible: use longer pages, or less flash`;
	let enough = Math.max(units, 3) + 1;
	while (enough <= UNITS_MOST && planLog(enough, pageLength, step).areas === 0) enough = Math.ceil(enough * 1.01);
	if (enough > UNITS_MOST) return `pages of ${pageLength} are too short for a writeAlign of ${step}`;
	return `${size} bytes of flash are too small, with this pageLength at least ${enough * pageLength} are needed`;
}

/**
 * Divides a partition for pages of this length.
 *
 * @throws RangeError that says what is wrong with the flash, and what would do
 */
export function planFlash(status: FlashStatus, pageLength: number): FlashGeometry {
	const { blockLength, blocks, writeAlign = 1, eraseValue = 0xff } = status;
	const refusal = refuseStatus(status);
	if (refusal) throw new RangeError(`backing: ${refusal}`);
	const step = Math.max(RECORD_LENGTH, writeAlign);
	const units = Math.floor((blocks * blockLength) / pageLength);
	const isPossible = blockLength <= pageLength && units <= UNITS_MOST;
	const plan = isPossible ? planLog(units, pageLength, step) : undefined;
	if (!plan?.areas) throw new RangeError(`backing: ${refuseLength(status, pageLength, step)}`);
	return { eraseValue, blocksPerUnit: pageLength / blockLength, unitLength: pageLength, units, step, ...plan };
}
