/* The format of traces, for those who write them and those who read them. DESIGN.md specifies it ("Traces"). */

/** Length of a block in bytes, its head included. */
export const BLOCK_LENGTH = 512;
/** Length of a block's head: magic, kind, length of what follows (2 bytes), and its checksum (4). */
export const HEAD_LENGTH = 8;
export const BLOCK_MAGIC = 0x7a;

// Kinds of blocks.

/** Text that describes the device. */
export const KIND_HEADER = 0;
export const KIND_RECORDS = 1;

/** What the text of a header starts with, and each line on a console. */
export const FORMAT = "zram/trace 1";
/** The last word of a line; without it, the line was cut off. */
export const END = ".";

/** The lowest bits of a record's first number say what it is: one of this many. */
export const OPERATIONS = 16;

/** The rest of the number: milliseconds since the record before. */
export const TIME = 0;
// The rest is a page, as its distance from the page before.
export const READ = 1;
/** Followed by how it is stored. */
export const WRITE = 2;
/** Like WRITE, and it went to flash. */
export const WRITE_FLASH = 3;
/** Like WRITE, but there was no room for it. */
export const REFUSED = 4;
/** Stored uncompressed, because more will be added to it. */
export const UNPACKED = 5;
/** Followed by how many pages, from this one on. */
export const TRIM = 6;
/** It rested, and was packed again. Followed by how it is stored. */
export const REPACK = 7;
/** It was in memory, and is now on flash. */
export const OFFLOAD = 8;
/** It was there when recording began. Followed by how it is stored. */
export const HELD = 9;
/** The rest is one of the CALL_… numbers. Followed by its argument, 0 if it has none. */
export const CALL = 10;

export const CALL_RESET = 0;
/** Bytes. */
export const CALL_LIMIT = 1;
/** Milliseconds. */
export const CALL_MAINTAIN = 2;
export const CALL_WRITEBACK = 3;
/** Steps by which all pages have aged. */
export const CALL_AGE = 4;
export const CALL_RESET_PEAK = 5;
export const CALL_CLOSE = 6;

/**
 * How a page is stored: codec * STORED_CODEC + length. The length is a whole page's if it is uncompressed, and 0 if one
 * word fills it.
 */
export const STORED_CODEC = 8192;
