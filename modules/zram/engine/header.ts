/*
 * The header of a region, by index of 32-bit words: HEADER_LENGTH bytes at its start, with the geometry, the free list
 * and the statistics. native/zramHeader.h is the same in C; tests/layout.test.ts compares the two.
 */

/** Bytes of the header. */
export const HEADER_LENGTH = 256;
/** Its first word: "zram". */
export const REGION_MAGIC = 0x6d61727a;
/** Its second word, the version of the layout. */
export const REGION_VERSION = 1;

// Geometry: written once, and only read by check() and by tools that look at dumps. Lengths and offsets are in bytes.

export const MAGIC = 0;
export const VERSION = 1;
export const FLAGS = 2;
export const REGION_LENGTH = 3;
export const PAGE_LENGTH = 4;
export const PAGE_COUNT = 5;
export const GRANULE_LENGTH = 6;
export const GRANULE_COUNT = 7;
export const TABLE_OFFSET = 8;
/** 0 without INTEGRITY. */
export const SUMS_OFFSET = 9;
export const LINKS_OFFSET = 10;
export const GRANULES_OFFSET = 11;
export const THRESHOLD = 12;

// State.

/** Bytes of the region that may be used, metadata included. */
export const LIMIT = 13;
/** First granule of the free chain, or 0xffff. */
export const FREE_HEAD = 14;
/** Granules from here up have never been used. */
export const FRONTIER = 15;
export const USED_GRANULES = 16;
/** Since the start or the last reset() or resetPeak(). */
export const USED_GRANULES_MAX = 17;
/** Sum of stored lengths in bytes. */
export const PAYLOAD = 18;
export const SAME_PAGES = 19;
export const COMPRESSED_PAGES = 20;
export const RAW_PAGES = 21;
/** Pages that take more than the threshold, raw ones included. */
export const HUGE_PAGES = 22;
export const OFFLOADED_PAGES = 23;

// Pages since the start or the last reset; two words each, low word first.

export const READS = 24;
export const WRITES = 26;
export const TRIMS = 28;
export const FAILED_READS = 30;
export const FAILED_WRITES = 32;
export const HUGE_PAGES_SINCE = 34;

// Flash: all 0 without it.

/** Geometry. */
export const SLOT_COUNT = 36;
export const SLOTS_OFFSET = 37;
/** Pages since the start or the last reset; two words each, low word first. */
export const SLOT_READS = 38;
export const SLOT_WRITES = 40;
export const SLOT_MOVES = 42;
/** Likewise, slots. */
export const SLOT_ERASES = 44;

/** Each codec's share of COMPRESSED_PAGES and PAYLOAD, by id: two words each, its pages and the bytes they take. */
export const CODEC_COUNTS = 46;
/** Codecs with ids below this have such words. */
export const CODECS_COUNTED = 4;
/** Mean age at which huge pages are overwritten or trimmed, in 1/256 age steps. */
export const HUGE_LIFE = 54;
