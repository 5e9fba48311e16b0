/*
 * The interface of an engine, which keeps pages in one fixed region. zram.ts decides what is done, an engine does it.
 * Two implement it: native/binding.ts and portable/binding.ts. An engine's methods return codes and throw nothing.
 *
 * A range operation (read, write, trim) stops before a page that it cannot do. Call it again with `done`, the
 * bytes of the request that are finished, and it goes on from there. So a request that goes well is a single call.
 */

declare global {
	/** XS's buffers outside its heap, for projects without XS's typings. */
	interface HostBuffer {
		readonly byteLength: number;
	}
}

/** Bytes that an engine reads or writes in place. Wrap views of wider elements in one of these first. */
export type ByteBuffer = ArrayBufferLike | HostBuffer | Uint8Array | Int8Array | Uint8ClampedArray | DataView;

// Codes that operations return instead of 0 or more. native/zramInterface.h has the same ones.

/** Done, and the region is running out of room. */
export const PRESSURE = -1;
/** With MODE_ONE_PAGE: one page is done. */
export const STOP_PAGE = -2;
/**
 * Without MODE_KEEP: a huge page, one that takes more than the threshold, has to wait. Either it finds no room outside
 * the reserve, or its slot already seems to hold the same bytes (the checksums are equal). It is in staging; the old
 * page stands.
 */
export const STOP_HUGE = -3;
/** No room under the limit; the old page stands. */
export const ERROR_FULL = -4;
/** The region is damaged at this page. */
export const ERROR_CORRUPT = -5;
/** The page is on flash: read its slot into staging, and go on with MODE_STAGED. */
export const STOP_ON_FLASH = -6;
/** Staging holds something else than was written to the page's slot. */
export const ERROR_ROT = -7;
/** No page is left to do. */
export const STOP_NOTHING = -8;
/** The host is out of memory. */
export const ERROR_MEMORY = -9;
/**
 * Without MODE_KEEP: no room for a page that does not wait, because it is not huge or stays unpacked; the old page
 * stands.
 */
export const STOP_FULL = -10;
/** After close(). */
export const ERROR_CLOSED = -11;
/** While hold(true). */
export const ERROR_BUSY = -12;
/** The region was detached, or its length changed. */
export const ERROR_ARENA = -13;
/** The buffer is not a ByteBuffer, is detached, or is read-only and would be written to. */
export const ERROR_BUFFER = -14;
/** An offset or length is not an integer, or reaches past the end of the device or the buffer. */
export const ERROR_OFFSET = -15;
/** The buffer overlaps the region. */
export const ERROR_OVERLAP = -16;

// Flags of a plan.

/** Keep a checksum of every page. */
export const FLAG_INTEGRITY = 1;
/** Zero granules when they are freed. */
export const FLAG_WIPE = 2;

// Modes of a call, combined by |.

/** There is no flash, or it would not help: refuse what does not fit. */
export const MODE_KEEP = 1;
/** Stop after each page. */
export const MODE_ONE_PAGE = 2;
/** The page at which the last call stopped with STOP_ON_FLASH is in staging now. */
export const MODE_STAGED = 4;
/** Of offload(): the page has just been written, and counts as written. */
export const MODE_WRITTEN = 8;
/** Of offload(): part of the page has just been trimmed. It has changed, but does not count as written. */
export const MODE_TRIMMED = 16;
/** Of write(): keep pages in the region uncompressed, which makes it cheap to add to them. */
export const MODE_UNPACKED = 32;

// What reserve() returns.

/** All of the reserve is free. */
export const RESERVE_FULL = 0;
/** Less than half of it is used. */
export const RESERVE_USED = 1;
/** Half of it or more is used, or more granules are in use than the limit allows. */
export const RESERVE_LOW = 2;

// States of a slot, a page's length of flash that is erased at once. native/zramSlots.c has a diagram of them.

/** Nobody knows what it holds, as after a reboot. */
export const SLOT_UNKNOWN = 0;
/** What was programmed there is no longer needed. */
export const SLOT_FREE = 1;
/** Its erase is counted and on record, but may not have happened, or only in part. */
export const SLOT_SUSPECT = 2;
/** Ready to be programmed. */
export const SLOT_ERASED = 3;
/** It holds a page. */
export const SLOT_USED = 4;
/** It belongs to a page, but what is on flash is not that page any more, or cannot be read. */
export const SLOT_ROTTEN = 5;
/** It has failed. */
export const SLOT_RETIRED = 6;
/** It is for the log, not for pages. */
export const SLOT_LOG = 7;

/** Bytes of a slot in the region's slot table: four words, which are erases, page, state and checksum. */
export const SLOT_LENGTH = 16;

// The invariants that check() asserts.

/** The header's geometry is the engine's own. */
export const INVARIANT_GEOMETRY = 1;
/** Every entry is well-formed. */
export const INVARIANT_ENTRY = 2;
/** A page's chain has the granules its length needs, all below the frontier. */
export const INVARIANT_CHAIN = 3;
/** No granule is in two chains, the free chain included. */
export const INVARIANT_SHARED = 4;
/** The free chain holds every granule below the frontier that no page uses. */
export const INVARIANT_FREE = 5;
/** USED_GRANULES counts the granules of all pages, and is at most USED_GRANULES_MAX. */
export const INVARIANT_USED = 6;
/** Payload and page counts are those of the table; the limit is the engine's own. */
export const INVARIANT_STATISTICS = 7;
/** The unused end of a page's last granule is zero. */
export const INVARIANT_TAIL = 8;
/** With FLAG_INTEGRITY, every page's checksum is right, also an empty page's. */
export const INVARIANT_SUM = 9;
/** Every block decodes to a page. */
export const INVARIANT_BLOCK = 10;
/** With FLAG_WIPE, the granules of the free chain are zero. */
export const INVARIANT_WIPED = 11;
/** Offloaded pages and used slots belong to each other, one to one. */
export const INVARIANT_SLOT = 12;

// Words of a plan. These say what an engine is to be:

export const PLAN_ARENA_LENGTH = 0;
export const PLAN_PAGE_COUNT = 1;
export const PLAN_PAGE_LENGTH = 2;
/** 0 without flash. */
export const PLAN_SLOT_COUNT = 3;
/** FLAG_INTEGRITY and FLAG_WIPE. */
export const PLAN_FLAGS = 4;
/** Bytes, 1 to the page's length. */
export const PLAN_THRESHOLD = 5;
/** Added to the mode of every call. */
export const PLAN_MODE = 6;
/** The codecs that pages may be packed with, as a set of bits 1 << id. Ids that the build lacks are ignored. */
export const PLAN_CODECS = 7;

// EngineConstructor.plan() fills in these; the first three are 0 if the arena is too short or too long.

export const PLAN_GRANULE_LENGTH = 8;
export const PLAN_GRANULE_COUNT = 9;
/** Bytes of the region that hold no data. */
export const PLAN_METADATA = 10;
/** Bytes of scratch that the engine needs. */
export const PLAN_SCRATCH = 11;
/** The shortest and the longest arena that will do, in bytes; two words each, low word first. */
export const PLAN_ARENA_MIN = 12;
export const PLAN_ARENA_MAX = 14;
export const PLAN_WORDS = 16;

/** Every codec that the build has. */
export const CODECS_ALL = 0xff;

/** What an engine is to be; PLAN_… say more of each. */
export interface Plan {
	arenaLength: number;
	pageCount: number;
	pageLength: number;
	/** Default 0. */
	slotCount?: number;
	/** Default 0. */
	flags?: number;
	/** Bytes. Default: a page's length, and then no page is huge. */
	threshold?: number;
	/** Default 0. */
	mode?: number;
	/** Default: CODECS_ALL. */
	codecs?: number;
}

/** The words of `plan`, for EngineConstructor.plan() to complete and for the constructor. */
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
	 * Reads from the device at `byteOffset` to all of `buffer`, or to the `length` bytes of it from `start` on; so a
	 * piece of a larger buffer needs no view of its own. The first `done` bytes of the request (default 0) are skipped:
	 * earlier calls have finished them. `mode` (default 0) is added to the plan's.
	 *
	 * @returns the length of the request, `done` included; or a negative code
	 */
	read(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done?: number, mode?: number): number;
	/** Writes to the device at `byteOffset`; the arguments are those of read(). Returns 0 or a negative code. */
	write(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done?: number, mode?: number): number;
	/**
	 * Writes all of `buffer` if that is simple: it goes to a single page that MODE_UNPACKED has left uncompressed, ends
	 * before the end of that page, and the plan's mode does not ask for one page at a time.
	 *
	 * @returns the length of `buffer`; or 0 or a negative code with nothing done
	 */
	append(buffer: ByteBuffer, byteOffset: number): number;
	/** Makes `byteLength` bytes read as zeros; `done` and `mode` are those of read(). Returns 0 or a negative code. */
	trim(byteOffset: number, byteLength: number, done?: number, mode?: number): number;

	/** Bytes that the last range operation finished, not counting its argument `done`. */
	readonly done: number;
	/** The page at which the last operation stopped; after check() it may be a granule or a slot. */
	readonly stopped: number;
	/**
	 * How the last page was packed, whether it was then stored or not: its codec's id * 8192 + its stored length. The
	 * length is a page's if the page cannot be compressed, and 0 if it is same-filled.
	 */
	readonly packed: number;

	/** Copies the region's header to `into`, HEADER_LENGTH bytes. */
	header(into: ArrayBuffer): number;
	/**
	 * Finds the first page from `page` to `end` - 1 that is not empty, and copies its entry to `into`, ENTRY_LENGTH
	 * bytes.
	 *
	 * @returns the page; `end`, or the number of pages if that is less, if there is none; or a negative code
	 */
	nextPage(page: number, end: number, into: ArrayBuffer): number;

	// Flash: the engine knows which slot holds which page, and how worn each slot is. Its caller (modules/zram/offload)
	// decides what is programmed and erased, and when. A page passes through staging, the last pageLength bytes of the
	// scratch. Between two calls the caller may use the pageLength bytes before staging as well.

	/** Loads a page into staging. 0, STOP_ON_FLASH (word 0 of its entry is the slot), or another negative code. */
	stage(page: number): number;
	/**
	 * Chooses the page that leaves the region for flash to make room for `page`, or for none in particular if `page` is
	 * the number of pages. It is the huge page that has rested longest, and if there are several, the first one after
	 * the last victim. It is never `page`.
	 *
	 * @param forHuge whether `page` is huge itself. Then its victim must have rested for at least twice the mean age at
	 * which huge pages are overwritten or trimmed.
	 * @returns the victim; STOP_NOTHING if there is none, or if more is in use than the limit allows, so that `page`
	 * would not fit anyway; or another negative code
	 */
	victim(page: number, forHuge: boolean): number;
	/** How much is left of the 2 % of the room that huge pages leave to the others: RESERVE_…, or a negative code. */
	reserve(): number;
	/**
	 * Moves `page` to `slot`, to which the caller has programmed it and which was erased before. `sum` is the page's
	 * checksum(). What the page took before is freed. Or `slot` already holds the page, with the same bytes.
	 *
	 * @param mode MODE_WRITTEN or MODE_TRIMMED if the page has changed, 0 if it has not
	 * @returns 0 or a negative code; on ERROR_CORRUPT nothing has changed
	 */
	offload(page: number, slot: number, mode: number, sum: number): number;
	/** Copies a slot of the slot table to `into`, SLOT_LENGTH bytes. Slot has its words. */
	slot(slot: number, into: ArrayBuffer): number;
	/**
	 * Sets a slot's state, erases and sum. A used slot can only become rotten, which leaves its erases and sum as they
	 * are; any other can become anything but used or rotten; everything else is ERROR_CORRUPT. From suspect to erased
	 * counts as an erase.
	 */
	setSlot(slot: number, state: number, erases: number, sum: number): number;
	/** Walks all slots once and writes the words of a Survey to `into`. Slot `except` is counted, but never chosen. */
	survey(except: number, into: ArrayBuffer): number;
	/**
	 * Writes the erases of `count` slots from `slot` on to `into`, two bytes each, little-endian. The low 15 bits count
	 * erases above `base`, or above `logBase` for a slot of the log, up to 0x7ffe; the highest bit marks a suspect
	 * slot; 0xffff is a retired one.
	 */
	saveWear(slot: number, count: number, base: number, logBase: number, into: ByteBuffer): number;
	/**
	 * Reads back what saveWear() wrote. Slots that are neither suspect nor retired become unknown; those of the log
	 * keep their state, and those with a page keep everything.
	 */
	loadWear(slot: number, count: number, base: number, logBase: number, from: ByteBuffer): number;

	/** Sets the limit, 0 to the region's length in bytes. What is in use stays; stores that need more are refused. */
	setLimit(limit: number): number;
	/** Drops all pages and statistics. Limit, threshold and the erases of slots stay. */
	reset(): number;
	/** Lowers the high-water mark, USED_GRANULES_MAX, to what is in use now. */
	resetPeak(): number;
	/**
	 * Makes every page that is not empty older by `steps`, up to 255. Reading or writing a page makes its age 0 again.
	 */
	markIdle(steps: number): number;
	/**
	 * Finds the page that rests and has the most stored bytes, the first if there are several. A page rests if it has
	 * not been read or written for an age step or more, and if a codec that no write tries may make it smaller.
	 *
	 * @returns the page, STOP_NOTHING, or another negative code
	 */
	nextResting(): number;
	/**
	 * Repacks a page that rests; its age stays. The native engine asks the host for the encoder's memory and frees
	 * it before it returns.
	 *
	 * @returns 1 if the page is smaller now; 0 if not, or if it is damaged: then it no longer rests until it is
	 * written; or a negative code. On ERROR_MEMORY nothing has changed.
	 */
	repack(page: number): number;
	/** 0, the number of the first broken invariant (INVARIANT_…), or a negative code. */
	check(): number;
	/** While `busy`, every operation returns ERROR_BUSY. */
	hold(busy: boolean): void;
	/** Closes the engine, whatever code it returns; only if that is ERROR_BUSY, the engine stays open. */
	close(): number;
}

export interface EngineConstructor {
	/**
	 * The caller has validated the plan. `region` is 4-aligned; `scratch` has the PLAN_SCRATCH bytes that plan() asks
	 * for, and the garbage collector does not move it. Throws a TypeError or RangeError otherwise.
	 */
	new (region: ByteBuffer, scratch: ByteBuffer, plan: ArrayBuffer): Engine;

	/** Completes the words of a plan. Returns 1 if an arena of PLAN_ARENA_LENGTH bytes will do, else 0. */
	plan(plan: ArrayBuffer): number;

	/** The name of a codec in options and dumps; undefined if the build has no codec with this id. */
	codecName(id: number): string | undefined;

	/**
	 * The byte length of `value` if it is a ByteBuffer that is not detached, that starts at a multiple of `alignment`
	 * (a power of two), and that is not read-only if it has to be `writable`; else -1. It never asks the value's
	 * properties: host buffers of the SDK may have none.
	 */
	bufferLength(value: unknown, alignment: number, writable?: boolean): number;

	// Kernels for pieces of any two buffers: a loop over bytes in JavaScript costs a hundred times as much. They return
	// ERROR_BUFFER if one of them is not a ByteBuffer, and ERROR_OFFSET if a piece is not within its buffer.

	/**
	 * A 32-bit checksum of `length` bytes; a change within a single word is never missed. Throws a TypeError if
	 * `buffer` is not a ByteBuffer, a RangeError if the bytes are not within it.
	 */
	checksum(buffer: ByteBuffer, start: number, length: number): number;

	/** 1 if the `length` bytes are the same in both, 0 if they are not, or a negative code. */
	equal(a: ByteBuffer, aStart: number, b: ByteBuffer, bStart: number, length: number): number;

	/** Copies `length` bytes. Returns 0 or a negative code. */
	copy(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number;

	/**
	 * Clears the bits in `into` that are 0 in `from`, as programming a NOR flash does. Returns 1 if one of them was 1,
	 * 0 if none was, or a negative code.
	 */
	and(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number;
}
