/* What the demo's app needs to know about the board. */

import { openFlashStorage } from "zram/pico/flash";

export function psram(this: unknown): number {
	return native("xs_zram_board_psram").call(this);
}

export function flash() {
	return openFlashStorage();
}
