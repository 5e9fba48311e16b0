/*
 * How a partition is divided: areas of the log at its start, then units for pages. A unit is a page's length of flash,
 * erased as one: a block, or several shorter blocks. The engine calls it a slot. Within an area, a place holds one
 * record.
 */

import type { FlashStatus } from "zram/backing";

/** Length of an area's header, and of a record, in bytes. */
export const HEADER_LENGTH = 48;
export const RECORD_LENGTH = 16;
/**
 * Places that an area keeps free: for the record that it is full, one that is skipped before that, and one that fails.
 */
export const SPARE = 3;

export interface FlashGeometry {
	eraseValue: number;
	blocksPerUnit: number;
	unitLength: number;
	units: number;
	/** What the log programs begins and ends at multiples of this; it is also the length of a place. */
	step: number;
	/** Length of a header, and of the snapshot behind it, which has two bytes for each unit. */
	headerLength: number;
	snapshotLength: number;
	/** Places in an area, behind header and snapshot. */
	places: number;
	/** Units in an area, number of areas, and units in all of them. */
	areaUnits: number;
	areas: number;
	logUnits: number;
}

const UNITS_MOST = 2 ** 20; // a record has 20 bits for a unit
const SIZE_MOST = 0x7fffffff;
/** With this many units a third area is worth its room: there is then always an older one to fall back to. */
const THREE_AREAS = 8;

function roundUp(length: number, step: number): number {
	return Math.ceil(length / step) * step;
}

/**
 * Areas that wear no faster than the units for pages (DESIGN.md, "Sizes"), in as few units as possible; areas is 0 if
 * there are none.
 */
function planLog(units: number, unitLength: number, step: number) {
	const lengths = { headerLength: roundUp(HEADER_LENGTH, step), snapshotLength: roundUp(2 * units, step) };
	const placesStart = lengths.headerLength + lengths.snapshotLength;
	const least = units < THREE_AREAS ? 2 : 3;
	let best = { ...lengths, places: 0, areaUnits: 0, areas: 0, logUnits: units };
	for (let areaUnits = Math.ceil(placesStart / unitLength); least * areaUnits < best.logUnits; areaUnits++) {
		const places = Math.floor((areaUnits * unitLength - placesStart) / step);
		if (places < 3 * areaUnits + 8) continue; // too few to erase the next area's units in the meantime, in the worst case
		const areas = Math.max(least, Math.ceil((2 * units) / (places - 5 + areaUnits)));
		const logUnits = areas * areaUnits;
		if (logUnits < best.logUnits) best = { ...lengths, places, areaUnits, areas, logUnits };
	}
	return units - best.logUnits < 2 ? { ...best, areas: 0 } : best;
}

/** What is wrong with a flash for pages of `pageLength`, whatever its size; undefined if nothing is. */
function refuse({ size, blockLength, blocks, writeAlign = 1, eraseValue = 0xff }: FlashStatus, pageLength: number) {
	const isCount = (value: number) => Number.isInteger(value) && value > 0;
	const isPower = (value: number) => isCount(value) && (value & (value - 1)) === 0;
	const units = Math.floor((blocks * blockLength) / pageLength);
	if (!isCount(size) || !isCount(blockLength) || !isCount(blocks) || blockLength * blocks > size)
		return `the driver's status() is impossible: ${size} bytes in ${blocks} blocks of ${blockLength}`;
	if (blockLength * blocks > SIZE_MOST) return `${size} bytes of flash are too many: use at most ${SIZE_MOST}`;
	if (!isPower(writeAlign) || writeAlign > 256) return `writeAlign is ${writeAlign}, not a power of two from 1 to 256`;
	if (eraseValue !== 0 && eraseValue !== 0xff) return `eraseValue is ${eraseValue}, neither 255 nor 0`;
	if (!isPower(blockLength) || blockLength < writeAlign)
		return `blockLength is ${blockLength}, not a power of two of at least writeAlign, ${writeAlign}`;
	if (blockLength > pageLength)
		return `pageLength, ${pageLength}, is less than the flash's blockLength, ${blockLength}: raise pageLength`;
	if (units > UNITS_MOST)
		return `${size} bytes of flash are ${units} pages of ${pageLength}, more than ${UNITS_MOST}: raise pageLength or use less flash`;
	return undefined;
}

/** What would do instead of a flash that has too few units. */
function refuseUnits(units: number, pageLength: number, step: number): string {
	let enough = Math.max(units, 3) + 1;
	while (enough <= UNITS_MOST && planLog(enough, pageLength, step).areas === 0) enough = Math.ceil(enough * 1.01);
	if (enough > UNITS_MOST) return `pages of ${pageLength} are too short for a writeAlign of ${step}`;
	return `${units * pageLength} bytes of flash are too small: this pageLength needs at least ${enough * pageLength}`;
}

/** Divides a partition for pages of this length. Throws a RangeError that says what is wrong, and what would work. */
export function planFlash(status: FlashStatus, pageLength: number): FlashGeometry {
	const { blockLength, blocks, writeAlign = 1, eraseValue = 0xff } = status;
	const step = Math.max(RECORD_LENGTH, writeAlign);
	const units = Math.floor((blocks * blockLength) / pageLength);
	const refusal = refuse(status, pageLength);
	const plan = refusal ? undefined : planLog(units, pageLength, step);
	if (!plan?.areas) throw new RangeError(`backing: ${refusal ?? refuseUnits(units, pageLength, step)}`);
	return { eraseValue, blocksPerUnit: pageLength / blockLength, unitLength: pageLength, units, step, ...plan };
}
