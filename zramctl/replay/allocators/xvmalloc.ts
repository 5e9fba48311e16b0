/**
 * xvMalloc, ramzswap's allocator: our own code after its description.
 *
 * Memory comes and goes in pages of 4 KB, and a block never leaves its page. Before each block are 4 bytes: its size,
 * and where in the page the previous block starts, with two flags in the low bits. Free blocks are in lists for sizes 8
 * bytes apart: a block is in the list of its size rounded down, and a request searches from its size rounded up, so any
 * block it finds will do. Two levels of bitmaps say which lists have blocks.
 *
 * @module
 */

import { type Allocator, NONE } from "../allocator.ts";

const PAGE = 4096;
const HEADER = 4;
const ALIGN = 4;
const LEAST = 32;
const MOST = PAGE - HEADER;
const APART = 8;
const LISTS = Math.floor((MOST - LEAST) / APART) + 1;

// in a header's second half
const FREE = 1;
const PREVIOUS_FREE = 2;
const FLAGS = FREE | PREVIOUS_FREE;

/** Blocks are named by the byte of their header. As the first one is 0, links are one more. */
const NO_BLOCK = 0;

export class XvMalloc implements Allocator {
	readonly moved = 0;
	/** Pages taken, and a stack of those given back. */
	#pages = 0;
	#fresh = 0;
	readonly #pageCount: number;
	readonly #spare: number[] = [];
	/** Headers: size, previous | flags. The links of free blocks come after them. */
	readonly #halves: Uint16Array;
	readonly #words: Uint32Array;
	readonly #heads = new Uint32Array(LISTS);
	readonly #bitmap = new Uint32Array(Math.ceil(LISTS / 32));
	#summary = 0;

	constructor(length: number) {
		this.#pageCount = Math.floor(length / PAGE);
		const memory = new ArrayBuffer(this.#pageCount * PAGE);
		this.#halves = new Uint16Array(memory);
		this.#words = new Uint32Array(memory);
	}

	get used(): number {
		return this.#pages * PAGE;
	}

	/** An object that leaves no room for a header gets a page of its own. */
	malloc(size: number): number {
		if (size > MOST) return this.#takePage();
		const need = Math.max(LEAST, Math.ceil(size / ALIGN) * ALIGN);
		const list = this.#findList(Math.ceil((need - LEAST) / APART));
		const block = list < 0 ? this.#newBlock() : (this.#heads[list] as number) - 1;
		if (block < 0) return NONE;
		if (list >= 0) this.#remove(block);
		this.#split(block, need);
		return block + HEADER;
	}

	free(handle: number): void {
		if (handle % PAGE === 0) this.#givePage(handle);
		else this.#merge(handle - HEADER);
	}

	check(): void {
		let found = 0;
		const spare = new Set(this.#spare);
		for (let page = 0; page < this.#fresh; page++)
			if (!spare.has(page * PAGE) && this.#sizeOf(page * PAGE)) found += this.#checkPage(page * PAGE);
		let listed = 0;
		for (let list = 0; list < LISTS; list++) listed += this.#checkList(list);
		if (found !== listed) throw new Error(`xvMalloc: ${found} free blocks, ${listed} in lists`);
		if (this.#fresh - spare.size !== this.#pages) throw new Error(`xvMalloc: ${this.#pages} pages in use`);
	}

	// --- pages

	/** Where a page starts, or NONE. A page without blocks has a first header of size 0. */
	#takePage(): number {
		if (this.#pages === this.#pageCount) return NONE;
		this.#pages++;
		const page = this.#spare.pop() ?? this.#fresh++ * PAGE;
		this.#setSize(page, 0);
		return page;
	}

	#givePage(page: number) {
		this.#pages--;
		this.#spare.push(page);
	}

	/** Takes a page that is one free block in no list. Returns the block, or NONE. */
	#newBlock(): number {
		const page = this.#takePage();
		if (page === NONE) return NONE;
		this.#setSize(page, MOST);
		this.#halves[page / 2 + 1] = FREE;
		return page;
	}

	// --- blocks

	#sizeOf(block: number): number {
		return this.#halves[block / 2] as number;
	}

	#setSize(block: number, size: number) {
		this.#halves[block / 2] = size;
	}

	#flags(block: number): number {
		return (this.#halves[block / 2 + 1] as number) & FLAGS;
	}

	#setFlag(block: number, flag: number, is: boolean) {
		const at = block / 2 + 1;
		this.#halves[at] = is ? (this.#halves[at] as number) | flag : (this.#halves[at] as number) & ~flag;
	}

	/** The block before one, in the same page. */
	#previous(block: number): number {
		return block - (block % PAGE) + ((this.#halves[block / 2 + 1] as number) & ~FLAGS);
	}

	#setPrevious(block: number, previous: number) {
		this.#halves[block / 2 + 1] = (previous % PAGE) | this.#flags(block);
	}

	/** The block after one, or NONE at the end of the page. */
	#next(block: number): number {
		const next = block + HEADER + this.#sizeOf(block);
		return next % PAGE ? next : NONE;
	}

	/** Takes `need` bytes of a free block that is in no list; the rest is free. */
	#split(block: number, need: number) {
		const rest = this.#sizeOf(block) - need;
		const behind = this.#next(block);
		this.#setFlag(block, FREE, false);
		if (rest) {
			const free = block + HEADER + need;
			this.#setSize(block, need);
			this.#setSize(free, rest - HEADER);
			this.#halves[free / 2 + 1] = (block % PAGE) | FREE;
			this.#insert(free);
			if (behind !== NONE) this.#setPrevious(behind, free);
		} else if (behind !== NONE) this.#setFlag(behind, PREVIOUS_FREE, false);
	}

	/** Frees a block, and merges it with free neighbours. */
	#merge(block: number) {
		const next = this.#next(block);
		if (next !== NONE && this.#flags(next) & FREE) {
			this.#remove(next);
			this.#setSize(block, this.#sizeOf(block) + HEADER + this.#sizeOf(next));
		}
		if (this.#flags(block) & PREVIOUS_FREE) {
			const previous = this.#previous(block);
			this.#remove(previous);
			this.#setSize(previous, this.#sizeOf(previous) + HEADER + this.#sizeOf(block));
			block = previous;
		}
		if (this.#sizeOf(block) === MOST) return this.#givePage(block);
		this.#setFlag(block, FREE, true);
		this.#insert(block);
		const behind = this.#next(block);
		if (behind === NONE) return;
		this.#setFlag(behind, PREVIOUS_FREE, true);
		this.#setPrevious(behind, block);
	}

	// --- lists

	/** The first list from `list` on that is not empty, or -1. */
	#findList(list: number): number {
		const word = list >> 5;
		const near = (this.#bitmap[word] as number) & (-1 << (list & 31));
		if (near) return 32 * word + lowest(near);
		const far = word === 31 ? 0 : this.#summary & (-1 << (word + 1));
		if (!far) return -1;
		return 32 * lowest(far) + lowest(this.#bitmap[lowest(far)] as number);
	}

	/** A block of less than LEAST bytes is in no list: it waits for a neighbour. */
	#insert(block: number) {
		const size = this.#sizeOf(block);
		if (size < LEAST) return;
		const list = Math.floor((size - LEAST) / APART);
		const head = this.#heads[list] as number;
		this.#words[block / 4 + 1] = head;
		this.#words[block / 4 + 2] = NO_BLOCK;
		if (head) this.#words[(head - 1) / 4 + 2] = block + 1;
		this.#heads[list] = block + 1;
		this.#bitmap[list >> 5] = (this.#bitmap[list >> 5] as number) | (1 << (list & 31));
		this.#summary |= 1 << (list >> 5);
	}

	#remove(block: number) {
		const size = this.#sizeOf(block);
		if (size < LEAST) return;
		const list = Math.floor((size - LEAST) / APART);
		const next = this.#words[block / 4 + 1] as number;
		const before = this.#words[block / 4 + 2] as number;
		if (next) this.#words[(next - 1) / 4 + 2] = before;
		if (before) this.#words[(before - 1) / 4 + 1] = next;
		else this.#heads[list] = next;
		if (this.#heads[list]) return;
		const word = list >> 5;
		this.#bitmap[word] = (this.#bitmap[word] as number) & ~(1 << (list & 31));
		if (!this.#bitmap[word]) this.#summary &= ~(1 << word);
	}

	// --- check

	/** The free blocks of a page that are in lists. */
	#checkPage(page: number): number {
		let before = NONE;
		let free = 0;
		for (let block = page; block !== NONE; before = block, block = this.#next(block)) {
			const wasFree = before !== NONE && (this.#flags(before) & FREE) !== 0;
			if (before !== NONE && this.#previous(block) !== before)
				throw new Error(`xvMalloc: block ${block} is not behind ${before}`);
			if (wasFree !== ((this.#flags(block) & PREVIOUS_FREE) !== 0))
				throw new Error(`xvMalloc: flags of block ${block}`);
			if (wasFree && this.#flags(block) & FREE) throw new Error(`xvMalloc: block ${block} is not merged`);
			if (block - page + HEADER + this.#sizeOf(block) > PAGE) throw new Error(`xvMalloc: block ${block} is too long`);
			if (this.#flags(block) & FREE && this.#sizeOf(block) >= LEAST) free++;
		}
		return free;
	}

	#checkList(list: number): number {
		let count = 0;
		for (let link = this.#heads[list] as number; link; link = this.#words[(link - 1) / 4 + 1] as number, count++)
			if (Math.floor((this.#sizeOf(link - 1) - LEAST) / APART) !== list)
				throw new Error(`xvMalloc: list ${list} has another block`);
		const isMarked = (((this.#bitmap[list >> 5] as number) >>> (list & 31)) & 1) === 1;
		if (isMarked !== count > 0) throw new Error(`xvMalloc: the bitmap of list ${list}`);
		return count;
	}
}

/** The number of the lowest bit that is 1. */
function lowest(bits: number): number {
	return 31 - Math.clz32(bits & -bits);
}
