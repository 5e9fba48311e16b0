/*
 * What an engine is: pages in one fixed region. zram.ts decides, an engine does; it throws nothing after its
 * construction but answers codes.
 *
 * A range operation stops in front of the page that it cannot do; called again with `done`, the bytes of the request that
 * are finished, it goes on from there. So a request is one call when all goes well. Its `mode` (default 0) adds to the
 * one given to the constructor.
 */

/** Bytes that an engine reads or writes in place. Views of wider elements must be wrapped first. */
export type ByteBuffer = ArrayBufferLike | HostBuffer | Uint8Array | Int8Array | Uint8ClampedArray | DataView;

// Codes that operations answer instead of 0 or more. zramEngine.h has the engine's own, zramBinding.c the rest.

/** Done, and the region has begun to run out. */
export const PRESSURE = -1;
/** With ONE_PAGE: a page is done. */
export const PAGE = -2;
/** The page's stored length would be above the threshold, and the call does not say KEEP. */
export const INCOMPRESSIBLE = -3;
/** No room under the limit. */
export const FULL = -4;
/** The region is damaged at this page. */
export const CORRUPT = -5;
/** After close(). */
export const CLOSED = -10;
/** While hold(true). */
export const BUSY = -11;
/** The region was detached, or its length changed. */
export const ARENA = -12;
/** The buffer is not a ByteBuffer, or detached. */
export const BUFFER = -13;
/** An offset or length is no integer, or reaches past the end of the device, or of the buffer. */
export const OFFSET = -14;
/** The buffer overlaps the region. */
export const OVERLAP = -15;

/** Flags of the constructor: a checksum for every page. */
export const INTEGRITY = 1;
/** Granules are zeroed when they are freed. */
export const WIPE = 2;

/** Modes of an operation: incompressible pages stay in the region. */
export const KEEP = 1;
/** Stop after each page. */
export const ONE_PAGE = 2;

/** States of a page, in bits 0-2 of word 1 of its entry. */
export const EMPTY = 0;
export const SAME = 1;
export const COMPRESSED = 2;
export const RAW = 3;

/** Bytes of the region's header. */
export const HEADER_LENGTH = 256;
/** Bytes of a page's entry. */
export const ENTRY_LENGTH = 8;
/** Bytes that plan() writes. */
export const PLAN_LENGTH = 32;

export interface Engine {
	/**
	 * Transfers all of `buffer` from byte `done` on; `byteOffset` is where byte 0 of it lies on the device. Returns the
	 * length of `buffer`, or a negative code. With `start` and `length` (both or neither), `buffer` means these bytes of
	 * it: so a piece of a larger buffer needs no view.
	 */
	read(buffer: ByteBuffer, byteOffset: number, done?: number, mode?: number, start?: number, length?: number): number;
	write(buffer: ByteBuffer, byteOffset: number, done?: number, mode?: number, start?: number, length?: number): number;
	/** Likewise for `byteLength` bytes that shall read as zeros. */
	trim(byteOffset: number, byteLength: number, done?: number, mode?: number): number;

	/** Bytes that the last range operation has finished, not counting its argument `done`. */
	readonly done: number;
	/** Page (check: or granule) at which the last operation stopped. */
	readonly stopped: number;

	/** Copies the region's header to `into`, HEADER_LENGTH bytes. */
	header(into: ArrayBuffer): number;
	/**
	 * The first page from `page` to `end` - 1 that is not empty; its entry goes to `into`, ENTRY_LENGTH bytes. `end` (at
	 * most the number of pages) if there is none, or a negative code.
	 */
	nextPage(page: number, end: number, into: ArrayBuffer): number;

	setLimit(limit: number): number;
	reset(): number;
	resetPeak(): number;
	markIdle(): number;
	/** 0, the number of the first broken invariant (zramEngine.h lists them), or a negative code. */
	check(): number;
	/** While held, every operation answers BUSY. */
	hold(busy: boolean): void;
	/** BUSY if held; else the engine is closed, whatever else is answered. */
	close(): number;
}

export interface EngineConstructor {
	/** All arguments have been validated; `scratch` has what plan() asks for and is not the collector's to move. */
	new (
		region: ByteBuffer,
		scratch: ByteBuffer,
		pageCount: number,
		pageLength: number,
		threshold: number,
		flags: number,
		mode: number,
	): Engine;

	/**
	 * What a region of `arenaLength` bytes holds. Writes eight uint32 to `into`: granule length, number of granules,
	 * bytes of metadata, bytes of scratch, and the least and the greatest arena length that will do (low word, high
	 * word). Returns 1 if `arenaLength` will do, else 0, and then the first three are 0.
	 */
	plan(arenaLength: number, pageCount: number, pageLength: number, flags: number, into: ArrayBuffer): number;

	/** Bytes of `value` if it is a ByteBuffer, not detached, and at a multiple of `alignment` (a power of two); else -1. */
	bufferLength(value: unknown, alignment: number): number;

	// Kernels for pieces of buffers, both of which may be anything: a loop over bytes in JavaScript costs a hundred times
	// as much. They answer BUFFER or OFFSET if the pieces are none.

	/** 1 if the `length` bytes are the same in both, else 0. */
	equal(a: ByteBuffer, aStart: number, b: ByteBuffer, bStart: number, length: number): number;

	/** Clears in `into` the bits that are 0 in `from`, as programming a NOR flash does: 1 if one of them was 1, else 0. */
	and(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number;
}
