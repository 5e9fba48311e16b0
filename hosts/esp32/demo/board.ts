/* What the demos, with a display and without, need to know about the board. */

import storage from "embedded:storage/flash";

export function psram(this: unknown): number {
	return native("xs_zram_board_psram").call(this);
}

export function flash() {
	return storage;
}

export const POWER = "Reset";

/** Resets the chip: RAM comes up empty, and the flash keeps its wear and its budget. Does not return. */
export function cutPower(this: unknown, write: () => void): boolean {
	return native("xs_zram_board_reset").call(this, write);
}
