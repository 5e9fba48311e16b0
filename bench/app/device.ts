/* The programs' devices. */

import Zram, { type ZramLayout, type ZramOptions } from "zram";
import { Memory } from "zram/memory";
import { Failure } from "./program.ts";

/** A device's option `codecs`. */
export type Codecs = NonNullable<ZramOptions["codecs"]>;

export interface DeviceParameters {
	/** Bytes of the arena. */
	arena: number;
	/** Bytes of the device. */
	size: number;
	/** The codecs that may be used. Default: all. */
	codecs?: Codecs;
}

export interface Device {
	zram: Zram;
	layout: ZramLayout;
	/** The arena, to look into. */
	region: Memory;
}

/** How many pages the columns codec holds. */
export function columnsPages(zram: Zram): number {
	return zram.status().codecs.columns?.pages ?? 0;
}

/** How many pages the dense codec holds. */
export function densePages(zram: Zram): number {
	return zram.status().codecs.dense?.pages ?? 0;
}

/** More milliseconds than anything takes. */
const LONG = 0x7fffffff;
/** Spreads the resting pages over all; coprime with 100. */
const STRIDE = 37;

/** Lets this percentage of the pages rest and be repacked, by default all. The others are read before. */
export function rest(zram: Zram, percent = 100) {
	zram.markIdle();
	const page = new Uint8Array(zram.pageLength);
	if (percent < 100)
		for (const each of zram.pages())
			if ((each.page * STRIDE) % 100 >= percent) zram.read(page, each.page * zram.pageLength);
	while (!zram.maintain(LONG))
		if (zram.status().failedRepacks) throw new Failure(1, "there is no memory to repack resting pages");
}

/** Opens a device. If it cannot have such an arena, the message names the command's argument. */
export function openDevice({ arena, size, codecs }: DeviceParameters, pageLength: number): Device {
	const options = { byteLength: size, pageLength, arena: { byteLength: arena }, ...(codecs && { codecs }) };
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
