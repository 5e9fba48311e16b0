/**
 * TLSF, "two-level segregated fit": our own code after its authors' description, with compcache's changes: regions come
 * and go as needed, and each object has a header of 16 bytes.
 *
 * Free blocks are in lists: on the first level by powers of two, on the second by 32 equal parts of each. A block is in
 * the list of its size. A request searches from the next list up, so any block that it finds is long enough (a good
 * fit), and the rest of it is free again. Free blocks are merged with their neighbours at once. A region ends in a block
 * of no bytes that is always in use.
 *
 * @module
 */

import { type Allocator, NONE } from "../allocator.ts";

/** compcache measured that this takes the least. */
const REGION = 16 * 1024;
const HEADER = 16;
const ALIGN = 16;
const LEAST = 16;
const PARTS_SHIFT = 5;
const PARTS = 1 << PARTS_SHIFT;
/** Sizes below this are 4 bytes apart, in one first level. */
const SMALL = 128;
const SMALL_SHIFT = 7;
const LEVELS = 10;

// words of a block, which is named by its first byte: the block before it + 1, its size | FREE, links + 1
const PREVIOUS = 0;
const SIZE = 1;
const NEXT_FREE = 2;
const PREVIOUS_FREE = 3;
const FREE = 1;

export class Tlsf implements Allocator {
	readonly moved = 0;
	readonly #words: Uint32Array;
	readonly #heads = new Uint32Array(LEVELS * PARTS);
	readonly #bitmaps = new Uint32Array(LEVELS);
	#summary = 0;
	readonly #regionCount: number;
	#regions = 0;
	#fresh = 0;
	readonly #spare: number[] = [];

	constructor(length: number) {
		this.#regionCount = Math.floor(length / REGION);
		this.#words = new Uint32Array((this.#regionCount * REGION) / 4);
	}

	get used(): number {
		return this.#regions * REGION;
	}

	malloc(size: number): number {
		const need = Math.max(LEAST, Math.ceil(size / ALIGN) * ALIGN);
		const list = this.#findList(listFor(need));
		const block = list < 0 ? this.#newRegion() : (this.#heads[list] as number) - 1;
		if (block < 0) return NONE;
		this.#remove(block);
		this.#split(block, need);
		return block;
	}

	free(block: number): void {
		this.#set(block, SIZE, this.#word(block, SIZE) | FREE);
		const next = this.#next(block);
		if (this.#isFree(next)) {
			this.#remove(next);
			this.#resize(block, this.#sizeOf(block) + HEADER + this.#sizeOf(next));
		}
		const previous = this.#word(block, PREVIOUS) - 1;
		if (previous >= 0 && this.#isFree(previous)) {
			this.#remove(previous);
			this.#resize(previous, this.#sizeOf(previous) + HEADER + this.#sizeOf(block));
			block = previous;
		}
		if (this.#sizeOf(block) === REGION - 2 * HEADER) {
			this.#regions--;
			this.#spare.push(block);
		} else this.#insert(block);
	}

	check(): void {
		const spare = new Set(this.#spare);
		let free = 0;
		for (let region = 0; region < this.#fresh * REGION; region += REGION)
			if (!spare.has(region)) free += this.#checkRegion(region);
		let listed = 0;
		for (let list = 0; list < LEVELS * PARTS; list++) listed += this.#checkList(list);
		if (free !== listed) throw new Error(`TLSF: ${free} free blocks, ${listed} in lists`);
		if (this.#fresh - spare.size !== this.#regions) throw new Error(`TLSF: ${this.#regions} regions in use`);
	}

	/** Adds a region that is one free block, in its list. Returns the block, or NONE. */
	#newRegion(): number {
		if (this.#regions === this.#regionCount) return NONE;
		this.#regions++;
		const block = this.#spare.pop() ?? this.#fresh++ * REGION;
		this.#set(block, PREVIOUS, 0);
		this.#set(block, SIZE, FREE);
		this.#set(block + REGION - HEADER, SIZE, 0);
		this.#resize(block, REGION - 2 * HEADER);
		this.#insert(block);
		return block;
	}

	#word(block: number, word: number): number {
		return this.#words[block / 4 + word] as number;
	}

	#set(block: number, word: number, value: number) {
		this.#words[block / 4 + word] = value;
	}

	#sizeOf(block: number): number {
		return this.#word(block, SIZE) & ~FREE;
	}

	#isFree(block: number): boolean {
		return (this.#word(block, SIZE) & FREE) !== 0;
	}

	#next(block: number): number {
		return block + HEADER + this.#sizeOf(block);
	}

	/** Gives a block `size` bytes, and tells the next one where it starts. */
	#resize(block: number, size: number) {
		this.#set(block, SIZE, size | (this.#word(block, SIZE) & FREE));
		this.#set(this.#next(block), PREVIOUS, block + 1);
	}

	/** Takes `need` bytes of a free block that is in no list; the rest is free if it can be a block. */
	#split(block: number, need: number) {
		const rest = this.#sizeOf(block) - need;
		this.#set(block, SIZE, this.#sizeOf(block));
		if (rest < HEADER + LEAST) return;
		const free = block + HEADER + need;
		this.#set(free, SIZE, FREE);
		this.#resize(free, rest - HEADER);
		this.#resize(block, need);
		this.#insert(free);
	}

	/** The first list from `list` on that is not empty, or -1. */
	#findList(list: number): number {
		const level = list >> PARTS_SHIFT;
		if (level >= LEVELS) return -1;
		const near = (this.#bitmaps[level] as number) & (-1 << (list & (PARTS - 1)));
		if (near) return level * PARTS + lowest(near);
		const far = this.#summary & (-1 << (level + 1));
		return far ? lowest(far) * PARTS + lowest(this.#bitmaps[lowest(far)] as number) : -1;
	}

	#insert(block: number) {
		const list = listOf(this.#sizeOf(block));
		const head = this.#heads[list] as number;
		this.#set(block, NEXT_FREE, head);
		this.#set(block, PREVIOUS_FREE, 0);
		if (head) this.#set(head - 1, PREVIOUS_FREE, block + 1);
		this.#heads[list] = block + 1;
		const level = list >> PARTS_SHIFT;
		this.#bitmaps[level] = (this.#bitmaps[level] as number) | (1 << (list & (PARTS - 1)));
		this.#summary |= 1 << level;
	}

	#remove(block: number) {
		const list = listOf(this.#sizeOf(block));
		const next = this.#word(block, NEXT_FREE);
		const before = this.#word(block, PREVIOUS_FREE);
		if (next) this.#set(next - 1, PREVIOUS_FREE, before);
		if (before) this.#set(before - 1, NEXT_FREE, next);
		else this.#heads[list] = next;
		if (this.#heads[list]) return;
		const level = list >> PARTS_SHIFT;
		this.#bitmaps[level] = (this.#bitmaps[level] as number) & ~(1 << (list & (PARTS - 1)));
		if (!this.#bitmaps[level]) this.#summary &= ~(1 << level);
	}

	/** The free blocks of a region. */
	#checkRegion(region: number): number {
		let before = NONE;
		let free = 0;
		let block = region;
		for (; this.#sizeOf(block); before = block, block = this.#next(block)) {
			if (this.#word(block, PREVIOUS) - 1 !== before) throw new Error(`TLSF: block ${block} is not behind ${before}`);
			if (before !== NONE && this.#isFree(before) && this.#isFree(block))
				throw new Error(`TLSF: block ${block} is not merged`);
			if (this.#next(block) > region + REGION - HEADER) throw new Error(`TLSF: block ${block} is too long`);
			if (this.#isFree(block)) free++;
		}
		if (block !== region + REGION - HEADER) throw new Error(`TLSF: region ${region} ends at ${block}`);
		return free;
	}

	#checkList(list: number): number {
		let count = 0;
		for (let link = this.#heads[list] as number; link; link = this.#word(link - 1, NEXT_FREE), count++)
			if (listOf(this.#sizeOf(link - 1)) !== list || !this.#isFree(link - 1))
				throw new Error(`TLSF: list ${list} has another block`);
		const level = list >> PARTS_SHIFT;
		const isMarked = (((this.#bitmaps[level] as number) >>> (list & (PARTS - 1))) & 1) === 1;
		if (isMarked !== count > 0) throw new Error(`TLSF: the bitmap of list ${list}`);
		return count;
	}
}

/** The list of blocks of a size. */
function listOf(size: number): number {
	if (size < SMALL) return Math.floor(size / (SMALL / PARTS));
	const top = 31 - Math.clz32(size);
	return (top - SMALL_SHIFT + 1) * PARTS + (size >> (top - PARTS_SHIFT)) - PARTS;
}

/** The first list whose blocks all have `size` bytes. */
function listFor(size: number): number {
	if (size < SMALL) return listOf(size);
	return listOf(size + (1 << (31 - Math.clz32(size) - PARTS_SHIFT)) - 1);
}

/** The number of the lowest bit that is 1. */
function lowest(bits: number): number {
	return 31 - Math.clz32(bits & -bits);
}
