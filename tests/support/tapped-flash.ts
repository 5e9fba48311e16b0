/* A driver between device and emulated flash, into whose calls a suite can break. */

import type { FlashDevice, FlashIO } from "zram/backing";
import type { Bed } from "./offload.ts";

/** Called before a call goes to the chip, with what it is about: throws, or answers "skip" so that nothing is done. */
export interface Taps {
	read?: ((buffer: Uint8Array, position: number) => number | undefined) | undefined;
	write?: ((buffer: Uint8Array, position: number) => "skip" | undefined) | undefined;
	/** After it: the bytes are there. */
	written?: ((buffer: Uint8Array, position: number) => void) | undefined;
	erase?: ((block: number) => "skip" | undefined) | undefined;
}

export interface Tapped {
	io: FlashIO;
	taps: Taps;
	/** Calls so far, refused ones included. */
	calls: { reads: number; writes: number; erases: number };
}

/** Bytes read are as the chip has them, unless a tap answers another number of them. */
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
