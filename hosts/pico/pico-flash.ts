/**
 * The RP2350's own flash as an ECMA-419 Flash; the SDK has "embedded:storage/flash" for other platforms, but not for this
 * one. There is one partition, `zram`, in a range that nothing else uses; zramPicoFlash.c says where.
 *
 * @module
 */

import { type FlashChip, flashStorage } from "nor/flash";

const BLOCK_LENGTH = 4096;

class PicoChip implements FlashChip {
	readonly blockLength = BLOCK_LENGTH;
	readonly writeAlign = 1;
	readonly eraseValue = 0xff;
	readonly size = sizeOfRange();
	readonly blocks = this.size / BLOCK_LENGTH;

	read(into: Uint8Array, start: number, length: number, position: number): void {
		native("xs_zram_pico_flash_read").call(this, into, start, length, position);
	}
	program(from: Uint8Array, start: number, length: number, position: number): void {
		native("xs_zram_pico_flash_program").call(this, from, start, length, position);
	}
	erase(block: number): void {
		native("xs_zram_pico_flash_erase").call(this, block);
	}
}

function sizeOfRange(this: unknown): number {
	return native("xs_zram_pico_flash_size").call(this);
}

/**
 * What `embedded:storage/flash` exports elsewhere.
 *
 * @throws Error if the firmware leaves no room for the range
 */
export function openFlashStorage() {
	const chip = new PicoChip();
	if (chip.size === 0) throw new Error("the firmware leaves no room in flash: set defines.zram.flash_size lower");
	return flashStorage({ zram: chip });
}
