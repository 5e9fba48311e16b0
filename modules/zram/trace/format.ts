/*
 * What a trace is made of, for those who write and those who read it. DESIGN.md specifies it ("Traces").
 */

/** Bytes of a block, its head included. */
export const BLOCK_LENGTH = 512;
/** Bytes of a block's head: magic, kind, length of what follows (2 bytes), and its checksum (4). */
export const HEAD_LENGTH = 8;
export const BLOCK_MAGIC = 0x7a;

// Kinds of blocks.

/** Words of text: what the device is. */
export const KIND_HEADER = 0;
export const KIND_RECORDS = 1;

/** What the text of a header starts with, and each line of a console. */
export const FORMAT = "zram/trace 1";
/** The last word of a line, without which it was cut off. */
export const END = ".";

/** What a record is, in the lowest bits of its first number. */
export const OPERATIONS = 16;

/** The rest of the number: milliseconds since the record before. */
export const TIME = 0;
// The rest is a page, as its distance from the page before.
export const READ = 1;
/** Then: how it is stored. */
export const WRITE = 2;
/** Likewise, and it went to flash. */
export const WRITE_FLASH = 3;
/** Likewise, but there was no room for it. */
export const REFUSED = 4;
/** It stays as it is, since more will be added to it. */
export const UNPACKED = 5;
/** Then: how many pages, from this one on. */
export const TRIM = 6;
/** It rested, and was packed anew. Then: how it is stored. */
export const REPACK = 7;
/** It was in memory, and is on flash now. */
export const OFFLOAD = 8;
/** It was there when the recording began. Then: how it is stored. */
export const HELD = 9;
/** The rest is one of CALLS. Then: its argument, 0 if it has none. */
export const CALL = 10;

export const CALL_RESET = 0;
/** Bytes. */
export const CALL_LIMIT = 1;
/** Milliseconds. */
export const CALL_MAINTAIN = 2;
export const CALL_WRITEBACK = 3;
/** Steps by which all pages got older. */
export const CALL_AGE = 4;
export const CALL_RESET_PEAK = 5;
export const CALL_CLOSE = 6;

/** How a page is stored is codec * STORED_CODEC + length; the length is a page's if it is as it was, 0 if one word fills it. */
export const STORED_CODEC = 8192;
