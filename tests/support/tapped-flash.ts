/* A driver between device and emulated flash whose calls a suite can intercept. */

import type { FlashDevice, FlashIO } from "zram/backing";
import type { Bed } from "./offload.ts";

/** Called with a call's arguments before it reaches the chip. May throw, or answer "skip" to do nothing. */
export interface Taps {
	read?: ((buffer: Uint8Array, position: number) => number | undefined) | undefined;
	write?: ((buffer: Uint8Array, position: number) => "skip" | undefined) | undefined;
	/** Called afterwards, when the bytes are there. */
	written?: ((buffer: Uint8Array, position: number) => void) | undefined;
	erase?: ((block: number) => "skip" | undefined) | undefined;
}

export interface Tapped {
	io: FlashIO;
	taps: Taps;
	/** How many calls so far, refused ones included. */
	calls: { reads: number; writes: number; erases: number };
}

/** Reads what the chip holds, unless a tap answers a different count. */
export function tap({ io: chipIO }: Bed): Tapped {
	const taps: Taps = {};
	const calls = { reads: 0, writes: 0, erases: 0 };
	const io: FlashIO = {
		open(options): FlashDevice {
			const flash = chipIO.open(options);
			return {
				status: () => flash.status(),
				close: () => flash.close(),
				read(buffer, position) {
					calls.reads++;
					flash.read(buffer, position);
					return taps.read?.(buffer, position) ?? buffer.length;
				},
				write(buffer, position) {
					calls.writes++;
					if (taps.write?.(buffer, position) === "skip") return;
					flash.write(buffer, position);
					taps.written?.(buffer, position);
				},
				eraseBlock(start, end) {
					calls.erases++;
					for (let block = start; block < end; block++)
						if (taps.erase?.(block) !== "skip") flash.eraseBlock(block, block + 1);
				},
			};
		},
	};
	return { io, taps, calls };
}
