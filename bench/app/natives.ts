/* What the bench's programs do in C (bench/native/bench.c). Pages are 4096 bytes, one after the other. */

import type { Memory } from "zram/memory";

export type Buffer = Memory | ArrayBuffer | Uint8Array;

/**
 * Counts instructions on the emulated microcontrollers, nanoseconds elsewhere. Under callgrind each call is a mark, and
 * callgrind's own file says what was counted since the previous one.
 */
export function counter(this: unknown): number {
	return native("xs_bench_counter").call(this);
}

/** Reads the first `length` bytes of a file. Returns false if it has fewer. */
export function load(this: unknown, path: string, into: Buffer, length: number): boolean {
	return native("xs_bench_load").call(this, path, into, length);
}

/** The index of the first of `length` bytes that differs, or `length`. */
export function mismatch(this: unknown, a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): number {
	return native("xs_bench_mismatch").call(this, a, aStart, b, bStart, length);
}

/**
 * For the audit (audit.ts): compares a region's table (from byte 256 on) and links with `before`, an earlier copy of
 * these bytes, then updates `before`. Returns how many bytes of pages other than `page` have moved.
 */
export function moved(
	this: unknown,
	region: Buffer,
	before: Buffer,
	pageCount: number,
	linksStart: number,
	granuleCount: number,
	granuleLength: number,
	page: number,
): number {
	return native("xs_bench_moved").call(this, region, before, pageCount, linksStart, granuleCount, granuleLength, page);
}

/** Copies `count` pages, each to the same place. */
export function copyPages(this: unknown, pages: Buffer, count: number, into: Buffer): void {
	native("xs_bench_copyPages").call(this, pages, count, into);
}

/** The most bytes of a block of lz4Encode, and the distance between blocks. */
export function blockLength(this: unknown): number {
	return native("xs_bench_blockLength").call(this);
}

/** Encodes each page as a block with reference LZ4. */
export function lz4Encode(this: unknown, pages: Buffer, count: number, blocks: Buffer, lengths: ArrayBuffer): void {
	native("xs_bench_lz4Encode").call(this, pages, count, blocks, lengths);
}

/** Decodes each block to the same place. Returns how many held a page. */
export function lz4Decode(this: unknown, blocks: Buffer, lengths: ArrayBuffer, count: number, into: Buffer): number {
	return native("xs_bench_lz4Decode").call(this, blocks, lengths, count, into);
}

/** Bytes of a packer, and of a packed page. */
export function packerLength(this: unknown): number {
	return native("xs_bench_packerLength").call(this);
}

export function packedLength(this: unknown): number {
	return native("xs_bench_packedLength").call(this);
}

/** Prepares a packer. `codecs`: names separated by commas, or "" for all. */
export function packStart(this: unknown, packer: Memory, codecs: string): void {
	native("xs_bench_packStart").call(this, packer, codecs);
}

/** Chooses a codec for each page and encodes it, without a device or granules. */
export function packPages(this: unknown, packer: Memory, pages: Memory, count: number, packed: Memory): void {
	native("xs_bench_packPages").call(this, packer, pages, count, packed);
}

/** Decodes each page to the same place, except those kept as they are. Returns how many came back. */
export function unpackPages(this: unknown, packer: Memory, packed: Memory, count: number, into: Buffer): number {
	return native("xs_bench_unpackPages").call(this, packer, packed, count, into);
}

/** Prepares a device without JavaScript. `scratch` is as long as Zram.layout() says; `codecs` as for packStart. */
export function engineStart(this: unknown, scratch: Memory, region: Memory, pageCount: number, codecs: string): void {
	native("xs_bench_engineStart").call(this, scratch, region, pageCount, codecs);
}

/** Writes page i of `pages` to page i of the device. Returns how many were stored. */
export function engineWrite(this: unknown, scratch: Memory, pages: Memory, count: number): number {
	return native("xs_bench_engineWrite").call(this, scratch, pages, count);
}

/** Reads each page to the same place. Returns how many were read. */
export function engineRead(this: unknown, scratch: Memory, count: number, into: Buffer): number {
	return native("xs_bench_engineRead").call(this, scratch, count, into);
}
