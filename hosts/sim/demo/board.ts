/* What the dashboard needs from the simulator: an emulated flash, and a power cut in the middle of an operation. */

import { Chip } from "nor/chip";
import { type FlashStorage, flashStorage } from "nor/flash";
import { and, copy } from "picture";
import { FileStorage } from "./storage.ts";

/** Blocks of 4 KB. */
const BLOCKS = 88;

const chip = new Chip({ blocks: BLOCKS, kernels: { copy, and }, storage: new FileStorage("zram-dashboard.flash") });
const storage = flashStorage({ zram: chip });

/** The simulator has only one kind of memory. */
export function psram(): number {
	return 0;
}

export function flash(): FlashStorage {
	return storage;
}

export const POWER = "Cut";

/** Cuts the power in the middle of the flash's next operation, and restores it. */
export function cutPower(write: () => void): boolean {
	chip.cutPower(chip.operations, "torn");
	for (let i = 0; i < BLOCKS && chip.powered; i++) write();
	chip.restorePower();
	return true;
}
