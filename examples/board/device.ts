/* A device with the board's flash behind it; or without, as flash is not worth an app that does not start. */

import Zram, { type BackingOptions, type FlashIO, type ZramOptions } from "zram";

const PATH = "zram";

/** The partition, if there is one. */
function findBacking(io: FlashIO | undefined): BackingOptions | undefined {
	try {
		io?.open({ path: PATH, mode: "r" }).close();
	} catch {
		return undefined;
	}
	return io && { io, path: PATH };
}

/** A device, and the options that it was opened with. */
export interface Opened {
	zram: Zram;
	options: ZramOptions;
}

const open = (options: ZramOptions): Opened => ({ zram: new Zram(options), options });

/**
 * Opens a device on the partition "zram". If that is refused, as it is when the partition holds anything that is not a
 * Zram's, says why and what to do, and opens the device without.
 */
export function openDevice(options: ZramOptions, io: FlashIO | undefined): Opened {
	const backing = findBacking(io);
	if (!backing) return open(options);
	try {
		return open({ ...options, backing });
	} catch (error) {
		trace(`zram: going on without flash: ${error}\n`);
		trace(`zram: to use the partition "${PATH}", erase it, or open it once with format: true\n`);
		return open(options);
	}
}
