/**
 * Granules: our allocator, using the portable engine's own code for chains. Each granule comes with a link of two bytes.
 *
 * @module
 */

import { FREE_HEAD, USED_GRANULES } from "zram/engine/header";
import { Arena } from "zram/engine/portable/arena";
import { END, planLayout } from "zram/engine/portable/layout";
import { type Allocator, NONE } from "../allocator.ts";

const PAGE = 4096;

export class Granules implements Allocator {
	readonly #arena: Arena;
	/** How many granules an object has, by its first one. */
	readonly #counts: Uint16Array;
	readonly moved = 0;

	constructor(length: number) {
		const layout = planLayout(length, 1, PAGE, 0, 0);
		if (!layout) throw new RangeError(`granules: an arena of ${length} bytes is too small or too large`);
		this.#arena = new Arena(new ArrayBuffer(length), 0, layout);
		this.#arena.header[FREE_HEAD] = END;
		this.#counts = new Uint16Array(layout.granuleCount);
	}

	get #usedGranules(): number {
		return this.#arena.header[USED_GRANULES] as number;
	}

	get used(): number {
		return this.#usedGranules * (this.#arena.layout.granuleLength + 2);
	}

	malloc(size: number): number {
		const need = this.#arena.granulesFor(size);
		if (this.#usedGranules + need > this.#counts.length) return NONE;
		const first = this.#arena.resize(END, 0, need);
		this.#counts[first] = need;
		return first;
	}

	free(handle: number): void {
		this.#arena.resize(handle, this.#counts[handle] as number, 0);
		this.#counts[handle] = 0;
	}

	check(): void {
		const sum = this.#counts.reduce((total, count) => total + count, 0);
		if (sum !== this.#usedGranules) throw new Error(`granules: ${sum} in chains, ${this.#usedGranules} in use`);
	}
}
