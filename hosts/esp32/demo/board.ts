/* What the demo's app asks of the board. */

import storage from "embedded:storage/flash";

export function psram(this: unknown): number {
	return native("xs_zram_board_psram").call(this);
}

export function flash() {
	return storage;
}
