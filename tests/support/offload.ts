/* Devices with an emulated flash, and a clock that the suite moves. */

import Zram, { type BackingOptions, type Bytes, type ZramOptions } from "zram";
import Engine from "zram/engine";
import { Chip, type ChipOptions } from "../../modules/nor/chip.ts";
import { type FlashStorage, flashStorage } from "../../modules/nor/nor-flash.ts";
import { copy } from "./bytes.ts";

/** Loops over bytes where those of JavaScript are slow. */
export const kernels = { copy, and: Engine.and.bind(Engine) };

/** Milliseconds that only the suite moves. */
export class Clock {
	/** May be any number: it is seen modulo 2^32. */
	now = 0;
	readonly ticks = () => this.now | 0;
}

/**
 * A device whose huge pages go to flash with the write or trim that makes them, while late offload would have them wait: for
 * suites of what the flash does with pages, not of which ones come.
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

	/** No more pages than so many bytes are: a walk over all of them takes long. */
	#writeback(byteLength: number) {
		const { pageLength } = this;
		this.writeback({ type: "huge", bytes: Math.ceil(byteLength / pageLength) * pageLength });
	}
}

export interface Bed {
	chip: Chip;
	io: FlashStorage;
	clock: Clock;
	/** A device on this flash that offloads at once: the first one, or the next after a reboot. And one that does so late. */
	boot(options?: Partial<ZramOptions>, backing?: Partial<BackingOptions>): Zram;
	bootLate(options?: Partial<ZramOptions>, backing?: Partial<BackingOptions>): Zram;
}

/** A chip of 32 blocks of 4 KB, and devices of 64 pages in 96 KB that use it. */
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
