/* Devices with an emulated flash, and a clock the suite controls. */

import Zram, { type BackingOptions, type Bytes, type ZramOptions } from "zram";
import Engine from "zram/engine";
import { Chip, type ChipOptions } from "../../modules/nor/chip.ts";
import { type FlashStorage, flashStorage } from "../../modules/nor/nor-flash.ts";
import { copy } from "./bytes.ts";

/** Loops over bytes for hosts whose JavaScript is slow. */
export const kernels = { copy, and: Engine.and.bind(Engine) };

/** A millisecond clock that only the suite moves. */
export class Clock {
	/** Any number; the device sees it modulo 2^32. */
	now = 0;
	readonly ticks = () => this.now | 0;
}

/**
 * A device whose huge pages go to flash right with the write or trim that makes them, where late offload would let them
 * wait. For suites about what flash does with pages, not about which pages it gets.
 */
export class AtOnce extends Zram {
	override write(buffer: Bytes, byteOffset: number, start?: number, length?: number) {
		if (start === undefined) super.write(buffer, byteOffset);
		else super.write(buffer, byteOffset, start, length as number);
		this.#writeback(length ?? buffer.byteLength);
	}

	override trim(byteOffset: number, byteLength: number) {
		super.trim(byteOffset, byteLength);
		this.#writeback(byteLength);
	}

	/** Writes back at most as many pages as this many bytes make: walking all of them takes long. */
	#writeback(byteLength: number) {
		const { pageLength } = this;
		this.writeback({ type: "huge", bytes: Math.ceil(byteLength / pageLength) * pageLength });
	}
}

export interface Bed {
	chip: Chip;
	io: FlashStorage;
	clock: Clock;
	/** Boots a device on this flash, for the first time or after a reboot: `boot` offloads at once, `bootLate` late. */
	boot(options?: Partial<ZramOptions>, backing?: Partial<BackingOptions>): Zram;
	bootLate(options?: Partial<ZramOptions>, backing?: Partial<BackingOptions>): Zram;
}

/** A chip of 32 blocks of 4 KB, for devices of 64 pages in 96 KB. */
export function makeBed(chipOptions: Partial<ChipOptions> = {}, defaults: Partial<ZramOptions> = {}): Bed {
	const chip = new Chip({ blocks: 32, kernels, ...chipOptions });
	const io = flashStorage({ zram: chip });
	const clock = new Clock();
	const boot =
		(Device: typeof Zram) =>
		(options: Partial<ZramOptions> = {}, backing: Partial<BackingOptions> = {}) =>
			new Device({
				byteLength: 64 * 4096,
				arena: { byteLength: 96 * 1024 },
				...defaults,
				...options,
				backing: { io, path: "zram", ticks: clock.ticks, ...backing },
			});
	return { chip, io, clock, boot: boot(AtOnce), bootLate: boot(Zram) };
}
