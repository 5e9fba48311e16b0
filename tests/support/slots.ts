/* What the region's slot table says about each unit of the flash. */

const SLOT_COUNT = 36;
const SLOTS_OFFSET = 37;

export interface Unit {
	erases: number;
	state: number;
}

/** The units of a device's flash, according to the table in its arena. */
export function unitsOf(arena: ArrayBuffer): Unit[] {
	const header = new Uint32Array(arena, 0, 64);
	const slots = new Uint32Array(arena, header[SLOTS_OFFSET], 4 * (header[SLOT_COUNT] as number));
	return Array.from({ length: header[SLOT_COUNT] as number }, (_, unit) => ({
		erases: slots[4 * unit] as number,
		state: slots[4 * unit + 2] as number,
	}));
}
