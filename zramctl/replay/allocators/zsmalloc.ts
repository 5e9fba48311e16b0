/**
 * zsmalloc, Linux zram's allocator: its size classes, computed as in mm/zsmalloc.c, as a tool cannot run a kernel.
 *
 * Objects of a class lie in chains of pages ("zspages") of the length that wastes least. An object goes to the fullest
 * chain that has room, and a chain whose objects are all gone is given back. Compaction, which the kernel does when all
 * of its memory is short, is not simulated.
 *
 * @module
 */

import { type Allocator, NONE } from "../allocator.ts";

const PAGE = 4096;
/** The distance between classes, from LEAST up. */
const DELTA = 16;
const LEAST = 32;
/** Each object has a handle before it. */
const HANDLE = 8;

/** The most pages of a chain: 4 up to Linux 6.1, 8 since 6.2. */
export type Longest = 4 | 8;

/** Objects of a class lie in chains of `pages` pages, `objects` in each. */
export interface SizeClass {
	pages: number;
	objects: number;
}

/** The chain of at most `longest` pages that wastes least for objects of a size. */
function chainFor(size: number, longest: number): number {
	let [best, most] = [1, 0];
	for (let pages = 1; pages <= longest; pages++) {
		const length = pages * PAGE;
		const used = Math.floor(((length - (length % size)) * 100) / length);
		if (used > most) [best, most] = [pages, used];
	}
	return best;
}

/** The class of each size. From the largest down, a class like its neighbour is merged with it. */
function classesFor(longest: number): Map<number, SizeClass> {
	const classes = new Map<number, SizeClass>();
	let last: SizeClass | undefined;
	for (let size = PAGE; size >= LEAST; size -= DELTA) {
		const pages = chainFor(size, longest);
		const objects = Math.floor((pages * PAGE) / size);
		if (last?.pages !== pages || last.objects !== objects) last = { pages, objects };
		classes.set(size, last);
	}
	return classes;
}

/** The class that an object of `length` bytes goes to. */
export function zsmallocClasses(longest: Longest): (length: number) => SizeClass {
	const classes = classesFor(longest);
	// zram keeps a page as it is if its object would need pages of its own
	const huge = Math.min(
		...[...classes].filter(([, { pages, objects }]) => pages * objects === 1).map(([size]) => size),
	);
	return (length) => {
		const size = length + HANDLE >= huge ? PAGE : Math.max(LEAST, Math.ceil((length + HANDLE) / DELTA) * DELTA);
		return classes.get(size) as SizeClass;
	};
}

/** A chain, and how many objects it has. */
interface Chain {
	readonly size: SizeClass;
	used: number;
}

export class Zsmalloc implements Allocator {
	readonly moved = 0;
	readonly #classOf: (length: number) => SizeClass;
	readonly #pageCount: number;
	#pages = 0;
	/** The chains with room, by class and by how many objects they have. */
	readonly #open = new Map<SizeClass, Set<Chain>[]>();
	/** By handle. */
	readonly #chains: (Chain | undefined)[] = [];
	readonly #spare: number[] = [];

	constructor(length: number, longest: Longest) {
		this.#pageCount = Math.floor(length / PAGE);
		this.#classOf = zsmallocClasses(longest);
	}

	get used(): number {
		return this.#pages * PAGE;
	}

	malloc(length: number): number {
		const size = this.#classOf(length);
		const chain = this.#fullest(size) ?? this.#newChain(size);
		if (!chain) return NONE;
		this.#count(chain, 1);
		const handle = this.#spare.pop() ?? this.#chains.length;
		this.#chains[handle] = chain;
		return handle;
	}

	free(handle: number): void {
		const chain = this.#chains[handle] as Chain;
		this.#count(chain, -1);
		this.#chains[handle] = undefined;
		this.#spare.push(handle);
		if (chain.used === 0) this.#pages -= chain.size.pages;
	}

	check(): void {
		const counts = new Map<Chain, number>();
		for (const chain of this.#chains) if (chain) counts.set(chain, (counts.get(chain) ?? 0) + 1);
		let pages = 0;
		for (const [{ size, used }, count] of counts) {
			if (used !== count || used > size.objects) throw new Error(`zsmalloc: ${count} objects in a chain of ${used}`);
			pages += size.pages;
		}
		if (pages !== this.#pages) throw new Error(`zsmalloc: ${pages} pages in chains, ${this.#pages} in use`);
	}

	#openOf(size: SizeClass): Set<Chain>[] {
		let open = this.#open.get(size);
		if (!open) {
			open = Array.from({ length: size.objects }, () => new Set<Chain>());
			this.#open.set(size, open);
		}
		return open;
	}

	#fullest(size: SizeClass): Chain | undefined {
		const open = this.#openOf(size);
		for (let used = size.objects - 1; used > 0; used--) for (const chain of open[used] as Set<Chain>) return chain;
		return undefined;
	}

	#newChain(size: SizeClass): Chain | undefined {
		if (this.#pages + size.pages > this.#pageCount) return undefined;
		this.#pages += size.pages;
		return { size, used: 0 };
	}

	/** Notes that a chain has one object more or less. Full and empty chains are not open. */
	#count(chain: Chain, change: 1 | -1) {
		const open = this.#openOf(chain.size);
		open[chain.used]?.delete(chain);
		chain.used += change;
		if (chain.used) open[chain.used]?.add(chain);
	}
}
