/**
 * Computes how many pages of a corpus zsmalloc, Linux zram's allocator, can keep, as a bench cannot run a kernel. Real
 * kernels stored 303 and 125 pages of their mixture (linux.ts) in 1 MB; for the bench's mixture the computation gives
 * much the same.
 *
 * @module
 */

import { Encoder, TABLE_LENGTH } from "../modules/zram/engine/portable/lz4.ts";
import { type Longest, type SizeClass, zsmallocClasses } from "../zramctl/replay/allocators/zsmalloc.ts";

const PAGE = 4096;

export interface ZsmallocRow {
	name: string;
	/** For each arena: pages stored before the first refusal, and the payload as a share of the arena. */
	pages: number[];
	utilisation: number[];
}

/** Stores the objects in order, over and over, until the pages within the limit are used up. */
function fill(lengths: number[], arena: number, longest: Longest): { stored: number; payload: number } {
	const classOf = zsmallocClasses(longest);
	const used = new Map<SizeClass, number>();
	let [total, stored, payload] = [0, 0, 0];
	for (; ; stored++) {
		const length = lengths[stored % lengths.length] as number;
		if (length === 0) continue;
		const each = classOf(length);
		const count = used.get(each) ?? 0;
		if (count % each.objects === 0) total += each.pages;
		if (total * PAGE > arena) return { stored, payload };
		used.set(each, count + 1);
		payload += length;
	}
}

/** Bytes of each page's LZ4 block; 0 if it is one repeated word. */
function lz4Lengths(bytes: Uint8Array): number[] {
	const encoder = new Encoder(new Uint16Array(TABLE_LENGTH));
	const block = new Uint8Array(2 * PAGE);
	return Array.from({ length: bytes.length / PAGE }, (_, i) => {
		const page = bytes.slice(i * PAGE, (i + 1) * PAGE);
		const words = new Uint32Array(page.buffer);
		if (words.every((word) => word === words[0])) return 0;
		return encoder.encode(page, block, PAGE - 1) || PAGE;
	});
}

/** Both of Linux's usual configurations. */
export function zsmalloc(bytes: Uint8Array, arenas: number[]): ZsmallocRow[] {
	const lengths = lz4Lengths(bytes);
	return [
		{ name: "computed: Linux 6.1's size classes, lz4", longest: 4 as const },
		{ name: "computed: Linux 7.3's size classes, lz4", longest: 8 as const },
	].map(({ name, longest }) => {
		const filled = arenas.map((arena) => fill(lengths, arena, longest));
		return {
			name,
			pages: filled.map(({ stored }) => stored),
			utilisation: filled.map(({ payload }, i) => payload / (arenas[i] as number)),
		};
	});
}
