/* Devices of the programs. */

import Zram, { type ZramLayout } from "zram";
import { Memory } from "zram/memory";
import { Failure } from "./program.ts";

export interface DeviceParameters {
	/** Bytes of the arena. */
	arena: number;
	/** Bytes of the device. */
	size: number;
	integrity?: boolean;
}

export interface Device {
	zram: Zram;
	layout: ZramLayout;
	/** The arena itself, to look at. */
	region: Memory;
}

/** An arena that a device cannot have is the command's argument: says so in its words. */
export function openDevice({ arena, size, integrity = false }: DeviceParameters, pageLength: number): Device {
	const options = { byteLength: size, pageLength, integrity, arena: { byteLength: arena } };
	try {
		const layout = Zram.layout(options);
		if (layout.data === 0)
			throw new RangeError(`arena.byteLength: ${arena} is too small, at least ${layout.minimum} are needed`);
		const region = new Memory(arena, "external");
		return { zram: new Zram({ ...options, arena: region as unknown as ArrayBuffer }), layout, region };
	} catch (error) {
		if (!(error instanceof RangeError)) throw error;
		throw new Failure(2, error.message.replace("arena.byteLength", "--arena").replace("byteLength", "--size"));
	}
}
