/**
 * Computes how many pages of a corpus zsmalloc, Linux zram's allocator, can keep, as a bench cannot run a kernel. Real
 * kernels stored 303 and 125 pages of their mixture (linux.ts) in 1 MB; for the bench's mixture the computation gives
 * much the same.
 *
 * @module
 */

import { Encoder, TABLE_LENGTH } from "../modules/zram/engine/portable/lz4.ts";
import { fill } from "../tools/allocators.ts";
import type { Contender } from "../zramctl/replay/allocator.ts";
import { CONTENDERS } from "../zramctl/replay/contenders.ts";

const PAGE = 4096;

export interface ZsmallocRow {
	name: string;
	/** For each arena: pages stored before the first refusal, and the payload as a share of the arena. */
	pages: number[];
	utilisation: number[];
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
	return ["6.1", "7.3"].map((version) => {
		const { make } = CONTENDERS[`zsmalloc-${version}`] as Contender;
		const filled = arenas.map((arena) => fill(make(arena), lengths));
		return {
			name: `computed: Linux ${version}'s size classes, lz4`,
			pages: filled.map(({ stored }) => stored),
			utilisation: filled.map(({ payload }, i) => payload / (arenas[i] as number)),
		};
	});
}
