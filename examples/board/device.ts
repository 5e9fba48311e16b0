/* Opens a device with the board's flash behind it, or without flash: better no flash than an app that does not start. */

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

/** A device and the options that it was opened with. */
export interface Opened {
	zram: Zram;
	options: ZramOptions;
}

const open = (options: ZramOptions): Opened => ({ zram: new Zram(options), options });

/**
 * Opens a device with the partition "zram" behind it. If that fails, as it does when the partition holds foreign data,
 * prints why and what to do, and opens the device without flash.
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
