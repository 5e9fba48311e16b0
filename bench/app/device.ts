/* Devices of the programs. */

import Zram, { type ZramLayout, type ZramOptions } from "zram";
import { Memory } from "zram/memory";
import { Failure } from "./program.ts";

/** The option of a device. */
export type Codecs = NonNullable<ZramOptions["codecs"]>;

export interface DeviceParameters {
	/** Bytes of the arena. */
	arena: number;
	/** Bytes of the device. */
	size: number;
	/** Those that may be used; all if there is none. */
	codecs?: Codecs;
}

export interface Device {
	zram: Zram;
	layout: ZramLayout;
	/** The arena itself, to look at. */
	region: Memory;
}

/** How many pages the codec `columns` holds. */
export function columnsPages(zram: Zram): number {
	return zram.status().codecs.columns?.pages ?? 0;
}

/** How many pages the codec `dense` holds. */
export function densePages(zram: Zram): number {
	return zram.status().codecs.dense?.pages ?? 0;
}

/** More milliseconds than anything takes. */
const LONG = 0x7fffffff;
/** Spreads the pages that rest over all; has no factor with 100. */
const STRIDE = 37;

/** So many of a hundred pages rest, by default all, and are packed as they then are. The others are read before. */
export function rest(zram: Zram, percent = 100) {
	zram.markIdle();
	const page = new Uint8Array(zram.pageLength);
	if (percent < 100)
		for (const each of zram.pages())
			if ((each.page * STRIDE) % 100 >= percent) zram.read(page, each.page * zram.pageLength);
	while (!zram.maintain(LONG)) if (zram.status().failedRepacks) throw new Failure(1, "no memory to pack what rests");
}

/** An arena that a device cannot have is the command's argument: says so in its words. */
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
