/* What the programs of the bench do in C (bench/native/bench.c). Pages are 4096 bytes, one behind the other. */

import type { Memory } from "zram/memory";

export type Buffer = Memory | ArrayBuffer | Uint8Array;

/**
 * Counts instructions (on the emulated microcontrollers), or nanoseconds (elsewhere). Under callgrind each call is a mark: what was counted since
 * the last one is in callgrind's own file.
 */
export function counter(this: unknown): number {
	return native("xs_bench_counter").call(this);
}

/** Reads the first `length` bytes of a file. False if it has not as many. */
export function load(this: unknown, path: string, into: Buffer, length: number): boolean {
	return native("xs_bench_load").call(this, path, into, length);
}

/** The first of `length` bytes that differs, from 0, or `length`. */
export function mismatch(this: unknown, a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): number {
	return native("xs_bench_mismatch").call(this, a, aStart, b, bStart, length);
}

/**
 * Compares a region's table (from byte 256 on) and links with `before`, a copy of as many bytes of the region, for the
 * audit (audit.ts), and makes `before` equal to it. Bytes of pages other than `page` that are in another place.
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

/** Bytes of a block of lz4Encode at most; they are so far apart. */
export function blockLength(this: unknown): number {
	return native("xs_bench_blockLength").call(this);
}

/** Reference LZ4, a block a page. */
export function lz4Encode(this: unknown, pages: Buffer, count: number, blocks: Buffer, lengths: ArrayBuffer): void {
	native("xs_bench_lz4Encode").call(this, pages, count, blocks, lengths);
}

/** The number of blocks that hold a page. Each is decoded to the same place. */
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

/** Makes a packer ready. `codecs`: names with commas between, or "" for all. */
export function packStart(this: unknown, packer: Memory, codecs: string): void {
	native("xs_bench_packStart").call(this, packer, codecs);
}

/** Chooses a codec for each page and encodes it: no device, no granules. */
export function packPages(this: unknown, packer: Memory, pages: Memory, count: number, packed: Memory): void {
	native("xs_bench_packPages").call(this, packer, pages, count, packed);
}

/** Decodes each page to the same place, but for those that were kept as they are. The number of pages that came back. */
export function unpackPages(this: unknown, packer: Memory, packed: Memory, count: number, into: Buffer): number {
	return native("xs_bench_unpackPages").call(this, packer, packed, count, into);
}

/** A device without JavaScript; `scratch` has what Zram.layout() says, `codecs` are as for packStart. */
export function engineStart(this: unknown, scratch: Memory, region: Memory, pageCount: number, codecs: string): void {
	native("xs_bench_engineStart").call(this, scratch, region, pageCount, codecs);
}

/** Page i of `pages` is written to page i of the device. The number of pages that were stored. */
export function engineWrite(this: unknown, scratch: Memory, pages: Memory, count: number): number {
	return native("xs_bench_engineWrite").call(this, scratch, pages, count);
}

/** The number of pages that were read, each to the same place. */
export function engineRead(this: unknown, scratch: Memory, count: number, into: Buffer): number {
	return native("xs_bench_engineRead").call(this, scratch, count, into);
}
