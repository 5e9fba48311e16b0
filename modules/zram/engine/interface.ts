/*
 * What an engine is: pages in one fixed region. zram.ts decides, an engine does; it throws nothing after its
 * construction but answers codes.
 *
 * A range operation stops in front of the page that it cannot do; called again with `done`, the bytes of the request that
 * are finished, it goes on from there. So a request is one call when all goes well. Its `mode` (default 0) adds to the
 * one given to the constructor.
 */

declare global {
	/** XS's buffers outside of its heap, for those who have no typings of XS. */
	interface HostBuffer {
		readonly byteLength: number;
	}
}

/** Bytes that an engine reads or writes in place. Views of wider elements must be wrapped first. */
export type ByteBuffer = ArrayBufferLike | HostBuffer | Uint8Array | Int8Array | Uint8ClampedArray | DataView;

// Codes that operations answer instead of 0 or more. zramEngine.h has the engine's own, zramBinding.c the rest.

/** Done, and the region has begun to run out. */
export const PRESSURE = -1;
/** With MODE_ONE_PAGE: a page is done. */
export const STOP_PAGE = -2;
/**
 * Without MODE_KEEP: the page's stored length is above the threshold, and it has to wait. There is no room, but for what such
 * pages leave to others; or it is on flash with the same bytes, as far as their checksum says. It is in staging.
 */
export const STOP_HUGE = -3;
/** No room under the limit. */
export const ERROR_FULL = -4;
/** The region is damaged at this page. */
export const ERROR_CORRUPT = -5;
/** The page is on flash: read what its slot has into staging, and go on with MODE_STAGED. */
export const STOP_ON_FLASH = -6;
/** What is in staging is not what was written to the page's slot. */
export const ERROR_ROT = -7;
/** No page is left to do. */
export const STOP_NOTHING = -8;
/** The host has no memory for this. */
export const ERROR_MEMORY = -9;
/** Without MODE_KEEP: there is no room for a page that is not as long. */
export const STOP_FULL = -10;
/** After close(). */
export const ERROR_CLOSED = -11;
/** While hold(true). */
export const ERROR_BUSY = -12;
/** The region was detached, or its length changed. */
export const ERROR_ARENA = -13;
/** The buffer is not a ByteBuffer, or detached, or what is read would go to one that is read-only. */
export const ERROR_BUFFER = -14;
/** An offset or length is no integer, or reaches past the end of the device, or of the buffer. */
export const ERROR_OFFSET = -15;
/** The buffer overlaps the region. */
export const ERROR_OVERLAP = -16;

/** Flags of the constructor: a checksum for every page. */
export const FLAG_INTEGRITY = 1;
/** Granules are zeroed when they are freed. */
export const FLAG_WIPE = 2;

/** Modes of an operation: there is no flash, or it does not help, so what has no room is refused. */
export const MODE_KEEP = 1;
/** Stop after each page. */
export const MODE_ONE_PAGE = 2;
/** The page at which the last call stopped with STOP_ON_FLASH is in staging. */
export const MODE_STAGED = 4;
/** Of offload(): the caller has just written the page, and it counts as such. */
export const MODE_WRITTEN = 8;
/** Likewise, but trimmed in part: it has changed, and does not count as written. */
export const MODE_TRIMMED = 16;
/** Of write(): pages stay in the region as they are, not compressed. So more can be written to them for little. */
export const MODE_UNPACKED = 32;

/** All of the reserve is there. */
export const RESERVE_FULL = 0;
/** Some of it is used. */
export const RESERVE_USED = 1;
/** Half of it or more; or more is used than the limit allows. */
export const RESERVE_LOW = 2;

/** States of a slot, a page's length of flash that is erased as one; zramSlots.c has them in a picture. */
export const SLOT_UNKNOWN = 0;
export const SLOT_FREE = 1;
export const SLOT_SUSPECT = 2;
export const SLOT_ERASED = 3;
export const SLOT_USED = 4;
export const SLOT_ROTTEN = 5;
export const SLOT_RETIRED = 6;
export const SLOT_LOG = 7;

/** Bytes of a slot in the region's slot table: four words, erases, page, state, checksum. */
export const SLOT_LENGTH = 16;

// What check() asserts.

/** The header's geometry is the engine's. */
export const INVARIANT_GEOMETRY = 1;
/** Every entry is well-formed. */
export const INVARIANT_ENTRY = 2;
/** A page's chain has as many granules as its length needs, all below the frontier. */
export const INVARIANT_CHAIN = 3;
/** No granule is in two chains, the free chain included. */
export const INVARIANT_SHARED = 4;
/** The free chain holds every granule below the frontier that no page uses. */
export const INVARIANT_FREE = 5;
/** The granules in use are those of the chains, and at most what they were at the peak. */
export const INVARIANT_USED = 6;
/** Payload and the page counts are those of the table; limit is within the region. */
export const INVARIANT_STATISTICS = 7;
/** What a page leaves unused of its last granule is zero. */
export const INVARIANT_TAIL = 8;
/** Every page's checksum is right, empty ones included. */
export const INVARIANT_SUM = 9;
/** Every block decodes to a page. */
export const INVARIANT_BLOCK = 10;
/** With FLAG_WIPE, the granules of the free chain are zero. */
export const INVARIANT_WIPED = 11;
/** Offloaded pages and used slots are each other's, one to one. */
export const INVARIANT_SLOT = 12;

// Words of a plan. First what an engine is to be:

export const PLAN_ARENA_LENGTH = 0;
export const PLAN_PAGE_COUNT = 1;
export const PLAN_PAGE_LENGTH = 2;
/** 0 without flash. */
export const PLAN_SLOT_COUNT = 3;
/** FLAG_INTEGRITY, FLAG_WIPE. */
export const PLAN_FLAGS = 4;
/** Bytes, 1 to the page's length. */
export const PLAN_THRESHOLD = 5;
/** What is added to the mode of every call. */
export const PLAN_MODE = 6;
/** The codecs that pages may be packed with: a set of bits 1 << id. Ids that the engine lacks do not matter. */
export const PLAN_CODECS = 7;

// Then what plan() says of it; the first three are 0 if the arena will not do.

export const PLAN_GRANULE_LENGTH = 8;
export const PLAN_GRANULE_COUNT = 9;
/** Bytes of the region that hold no data. */
export const PLAN_METADATA = 10;
/** Bytes of scratch that the engine needs. */
export const PLAN_SCRATCH = 11;
/** The least and the greatest arena length that will do; two words each, low word first. */
export const PLAN_ARENA_MIN = 12;
export const PLAN_ARENA_MAX = 14;
export const PLAN_WORDS = 16;

/** All codecs there are. */
export const CODECS_ALL = 0xff;

/** What an engine is to be; see the words of a plan. */
export interface Plan {
	arenaLength: number;
	pageCount: number;
	pageLength: number;
	/** Default 0. */
	slotCount?: number;
	/** Default 0. */
	flags?: number;
	/** Default: a page. */
	threshold?: number;
	/** Default 0. */
	mode?: number;
	/** Default: all. */
	codecs?: number;
}

/** The words of a plan, for EngineConstructor.plan() to complete. */
export function planWords(plan: Plan): Uint32Array<ArrayBuffer> {
	const words = new Uint32Array(PLAN_WORDS);
	words[PLAN_ARENA_LENGTH] = plan.arenaLength;
	words[PLAN_PAGE_COUNT] = plan.pageCount;
	words[PLAN_PAGE_LENGTH] = plan.pageLength;
	words[PLAN_SLOT_COUNT] = plan.slotCount ?? 0;
	words[PLAN_FLAGS] = plan.flags ?? 0;
	words[PLAN_THRESHOLD] = plan.threshold ?? plan.pageLength;
	words[PLAN_MODE] = plan.mode ?? 0;
	words[PLAN_CODECS] = plan.codecs ?? CODECS_ALL;
	return words;
}

export interface Engine {
	/**
	 * Transfers all of `buffer` from byte `done` on; `byteOffset` is where byte 0 of it lies on the device. With `start`,
	 * `buffer` means the `length` bytes of it from there on: so a piece of a larger buffer needs no view. `read` returns the
	 * length of the request, `write` and `trim` 0, or all a negative code.
	 */
	read(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done?: number, mode?: number): number;
	write(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done?: number, mode?: number): number;
	/**
	 * Writes all of `buffer` if that is simple: it goes to one page, which is as MODE_UNPACKED leaves it and stays so, as it
	 * has room for more, and no mode asks for one page at a time. Returns the length of `buffer`; or 0 or a negative code, and
	 * nothing was done.
	 */
	append(buffer: ByteBuffer, byteOffset: number): number;
	/** Likewise for `byteLength` bytes that shall read as zeros. */
	trim(byteOffset: number, byteLength: number, done?: number, mode?: number): number;

	/** Bytes that the last range operation has finished, not counting its argument `done`. */
	readonly done: number;
	/** Page (check: or granule) at which the last operation stopped. */
	readonly stopped: number;
	/**
	 * The page that was packed last, whether it was stored or not: its codec's id * 8192 + its stored length, which is a
	 * page's if it cannot be compressed and 0 if it is same-filled.
	 */
	readonly packed: number;

	/** Copies the region's header to `into`, HEADER_LENGTH bytes. */
	header(into: ArrayBuffer): number;
	/**
	 * The first page from `page` to `end` - 1 that is not empty; its entry goes to `into`, ENTRY_LENGTH bytes. `end` (at
	 * most the number of pages) if there is none, or a negative code.
	 */
	nextPage(page: number, end: number, into: ArrayBuffer): number;

	// Flash: the engine knows which slot holds which page, and how worn each is; what is programmed and erased, and when,
	// is decided by the caller (offload/). A page passes through `staging`, the last pageLength bytes of the scratch; the
	// pageLength bytes in front of it are the caller's to use from one call to the next. Codes as elsewhere.

	/** A page to staging. 0, STOP_ON_FLASH (its slot is then word 0 of its entry), or ERROR_CORRUPT. */
	stage(page: number): number;
	/**
	 * Which page leaves the region for flash when `page` has no room: of those above the threshold the one that has rested
	 * longest; of several the next behind the last one. Without a page that needs room, `page` is how many there are.
	 * STOP_NOTHING if there is none; if, for a page above the threshold (`forHuge`), none has rested for twice as long as such
	 * pages do on the mean until they are overwritten or trimmed; or if the page would not fit all the same, as more is used
	 * than the limit allows. Or another code.
	 */
	victim(page: number, forHuge: boolean): number;
	/** What is left of the 2 % of the region that pages above the threshold leave to others: RESERVE_FULL, or a code. */
	reserve(): number;
	/**
	 * `page` is from now on in `slot`, an erased one, to which the caller has programmed it; `sum` is its checksum. What it
	 * took before is free. Or `slot` is the one it has, with the same bytes. mode: MODE_WRITTEN, MODE_TRIMMED, or 0 if it is what the
	 * page was before. 0, or ERROR_CORRUPT: then nothing has changed.
	 */
	offload(page: number, slot: number, mode: number, sum: number): number;
	/** Copies a slot to `into`, SLOT_LENGTH bytes. */
	slot(slot: number, into: ArrayBuffer): number;
	/**
	 * A slot's state, erases and sum. A used slot can become rotten, which leaves the rest as it is, and any other anything
	 * but used and rotten; else ERROR_CORRUPT. From suspect to erased counts as an erase.
	 */
	setSlot(slot: number, state: number, erases: number, sum: number): number;
	/** One walk over all slots, the words of a Survey in `into`. `except` is counted, and not chosen. */
	survey(except: number, into: ArrayBuffer): number;
	/**
	 * Erases of `count` slots from `slot` on, two bytes each: above `base` (slots of the log: `logBase`) in 15 bits, the
	 * highest bit for suspect ones, 0xffff for retired ones. And back: then slots that are neither, nor the log's, are
	 * unknown.
	 */
	saveWear(slot: number, count: number, base: number, logBase: number, into: ByteBuffer): number;
	loadWear(slot: number, count: number, base: number, logBase: number, from: ByteBuffer): number;

	setLimit(limit: number): number;
	reset(): number;
	resetPeak(): number;
	/** Every page that is not empty gets so many steps older, up to 255. */
	markIdle(steps: number): number;
	/**
	 * Pages that rest have not been read or written for an age step at least, and may become smaller with a codec that no
	 * write tries. The one that takes most, the first of several; or STOP_NOTHING, or another code.
	 */
	nextResting(): number;
	/**
	 * Packs a page that rests, which stays as old as it is. 1; or 0 if that does not make it smaller, or it is damaged, and it
	 * does not rest any more until it was written. Codes as elsewhere; ERROR_MEMORY, and nothing has changed, if there is no
	 * memory for the encoder, which the native engine asks the host for during the call.
	 */
	repack(page: number): number;
	/** 0, the number of the first broken invariant (INVARIANT_…), or a negative code. */
	check(): number;
	/** While held, every operation answers ERROR_BUSY. */
	hold(busy: boolean): void;
	/** ERROR_BUSY if held; else the engine is closed, whatever else is answered. */
	close(): number;
}

export interface EngineConstructor {
	/** All arguments have been validated; `scratch` has what plan() asks for and is not the collector's to move. */
	new (region: ByteBuffer, scratch: ByteBuffer, plan: ArrayBuffer): Engine;

	/** Completes the words of a plan. Returns 1 if its arena length will do, else 0. */
	plan(plan: ArrayBuffer): number;

	/** The name of a codec, as options and dumps have it; undefined if the engine has none of this id. */
	codecName(id: number): string | undefined;

	/**
	 * Bytes of `value` if it is a ByteBuffer, not detached, at a multiple of `alignment` (a power of two), and not
	 * read-only if it is to be `writable`; else -1. What its properties say is not asked.
	 */
	bufferLength(value: unknown, alignment: number, writable?: boolean): number;

	// Kernels for pieces of buffers, both of which may be anything: a loop over bytes in JavaScript costs a hundred times
	// as much. They answer ERROR_BUFFER or ERROR_OFFSET if the pieces are none.

	/** A checksum of `length` bytes, 32 bits: a change within one word is never missed. Throws for what is no buffer. */
	checksum(buffer: ByteBuffer, start: number, length: number): number;

	/** 1 if the `length` bytes are the same in both, else 0. */
	equal(a: ByteBuffer, aStart: number, b: ByteBuffer, bStart: number, length: number): number;

	/** Copies `length` bytes: 0. */
	copy(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number;

	/** Clears in `into` the bits that are 0 in `from`, as programming a NOR flash does: 1 if one of them was 1, else 0. */
	and(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number;
}
