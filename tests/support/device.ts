/* A small device whose arena the suite can look at, with a page of every kind. */

import Zram, { type ZramOptions } from "zram";
import { equal, fill, NOISE, TEXT } from "./bytes.ts";

export const PAGE = 4096;
export const PAGES = 16;

/** The kinds of pages a device has. pageOf() makes one. */
export const STATES = ["empty", "same", "compressed", "raw"] as const;
export type State = (typeof STATES)[number];

/** Bytes that get stored in this state, different for each seed. */
export function pageOf(state: State, seed: number, byteLength = PAGE): Uint8Array {
	const bytes = new Uint8Array(byteLength);
	if (state === "same") new Uint32Array(bytes.buffer).fill(0x1000193 * (seed + 1));
	else if (state === "compressed") fill(bytes, 0, byteLength, TEXT, seed);
	else if (state === "raw") fill(bytes, 0, byteLength, NOISE, seed);
	return bytes;
}

/** A page that takes this many granules, up to one less than a whole page: zeros, then noise. */
export function pageTaking(granules: number, seed: number, byteLength = PAGE, granuleLength = 64): Uint8Array {
	const bytes = new Uint8Array(byteLength);
	const noise = granules * granuleLength - 32;
	if (granules) fill(bytes, byteLength - noise, noise, NOISE, seed);
	return bytes;
}

export interface Device {
	zram: Zram;
	/** The whole region. */
	arena: ArrayBuffer;
}

/** 16 pages of 4 KB in an arena of 32 KB. Pages 1, 2, 3 are same-filled, compressed and raw; the others are empty. */
export function makeDevice(options: Partial<ZramOptions> = {}, arenaLength = 32 * 1024): Device {
	const arena = new ArrayBuffer(arenaLength);
	const zram = new Zram({ byteLength: PAGES * PAGE, arena, ...options });
	STATES.forEach((state, page) => {
		if (state !== "empty") zram.write(pageOf(state, page, zram.pageLength), page * zram.pageLength);
	});
	return { zram, arena };
}

/** Throws an Error if `work` changes a single bit of the region. */
export function unchanged(arena: ArrayBuffer, work: () => void) {
	const before = arena.slice(0);
	work();
	if (!equal(arena, 0, before, 0, arena.byteLength)) throw new Error("the region has changed");
}

/** The bytes of a page. */
export function readPage(zram: Zram, page: number): Uint8Array {
	return new Uint8Array(zram.read(zram.pageLength, page * zram.pageLength));
}

/** Throws an Error unless the device has these bytes at `byteOffset`. */
export function holds(zram: Zram, byteOffset: number, bytes: Uint8Array) {
	const read = new Uint8Array(zram.read(bytes.length, byteOffset));
	if (!equal(read, 0, bytes, 0, bytes.length)) throw new Error(`wrong bytes at ${byteOffset}`);
}

/** Lets all promise jobs run. */
export async function jobs() {
	for (let i = 0; i < 10; i++) await undefined;
}
