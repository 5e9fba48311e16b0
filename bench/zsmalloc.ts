/**
 * How many pages zsmalloc, Linux zram's allocator, keeps of a corpus: its size classes computed after mm/zsmalloc.c, since
 * a kernel cannot be run in a bench. On the mixture with which real kernels were measured (linux.ts) they stored 303 and
 * 125 pages in 1 MB; on this one the computation gives much the same.
 *
 * @module
 */

import { Encoder, TABLE_LENGTH } from "../modules/zram/engine/portable/lz4.ts";

const PAGE = 4096;
/** Classes are so far apart, from LEAST up. */
const DELTA = 16;
const LEAST = 32;
/** Each object has a handle in front of it. */
const HANDLE = 8;

/** Objects of a class lie in chains of `pages` pages, `objects` in each. */
interface SizeClass {
	pages: number;
	objects: number;
	used: number;
}

export interface ZsmallocRow {
	name: string;
	/** Pages stored before the first refusal, and payload by arena, for each arena. */
	pages: number[];
	utilisation: number[];
}

/** The chain of at most `longest` pages that wastes least, for objects of a size. */
function chainFor(size: number, longest: number): number {
	let [best, most] = [1, 0];
	for (let pages = 1; pages <= longest; pages++) {
		const length = pages * PAGE;
		const used = Math.floor(((length - (length % size)) * 100) / length);
		if (used > most) [best, most] = [pages, used];
	}
	return best;
}

/** The class of each size. From the largest down, one like its neighbour is the same class. */
function classesFor(longest: number): Map<number, SizeClass> {
	const classes = new Map<number, SizeClass>();
	let last: SizeClass | undefined;
	for (let size = PAGE; size >= LEAST; size -= DELTA) {
		const pages = chainFor(size, longest);
		const objects = Math.floor((pages * PAGE) / size);
		if (last?.pages !== pages || last.objects !== objects) last = { pages, objects, used: 0 };
		classes.set(size, last);
	}
	return classes;
}

/** Stores objects, in order and again from the first one, until the pages under the limit are used up. */
function fill(lengths: number[], arena: number, longest: number): { stored: number; payload: number } {
	const classes = classesFor(longest);
	// zram keeps a page as it is when its object would have pages of its own
	const huge = Math.min(
		...[...classes].filter(([, { pages, objects }]) => pages * objects === 1).map(([size]) => size),
	);
	let [total, stored, payload] = [0, 0, 0];
	for (; ; stored++) {
		const length = lengths[stored % lengths.length] as number;
		if (length === 0) continue;
		const size = length + HANDLE >= huge ? PAGE : Math.max(LEAST, Math.ceil((length + HANDLE) / DELTA) * DELTA);
		const each = classes.get(size) as SizeClass;
		if (each.used % each.objects === 0) total += each.pages;
		if (total * PAGE > arena) return { stored, payload };
		each.used++;
		payload += length;
	}
}

/** Bytes of each page's LZ4 block; 0 if it is one word all over. */
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

/** Linux's two usual configurations. */
export function zsmalloc(bytes: Uint8Array, arenas: number[]): ZsmallocRow[] {
	const lengths = lz4Lengths(bytes);
	return [
		{ name: "computed: Linux 6.1's size classes, lz4", longest: 4 },
		{ name: "computed: Linux 7.3's size classes, lz4", longest: 8 },
	].map(({ name, longest }) => {
		const filled = arenas.map((arena) => fill(lengths, arena, longest));
		return {
			name,
			pages: filled.map(({ stored }) => stored),
			utilisation: filled.map(({ payload }, i) => payload / (arenas[i] as number)),
		};
	});
}
