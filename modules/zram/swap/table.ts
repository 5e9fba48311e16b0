/*
 * The table of values: the length and priority of each, its place in the order of use, and its key if it has one. One
 * column for each of these, outside the XS heap; only the keys themselves, and a map from them, are on it.
 *
 *   lengths     u32   bytes
 *   older       u16   the value used before this one; for the sentinel, number `count`, the most recently used one
 *   newer       u16   the value used after this one; for the sentinel the least recently used, for a free number the next free one
 *   priorities  u8
 *
 * A value without a key is not in the order of use: it is its own neighbour.
 */

import { Memory } from "zram/memory";

/** The name of a buffer: a string, or a safe integer. */
export type Key = string | number;

/** Most values that a table can have: numbers have 16 bits, and two of them are the sentinel and NONE. */
export const VALUES_MAX = 0xfffe;
/** Length of the longest value in bytes: lengths have 32 bits. */
export const LENGTH_MAX = 0xffffffff;
const NONE = 0xffff;

export class Table {
	readonly count: number;
	/** Values in use. */
	used = 0;
	/** Total length of all values in bytes. */
	byteLengthTotal = 0;
	#numbers = new Map<Key, number>();
	#memory: Memory;
	#lengths: Uint32Array;
	#older: Uint16Array;
	#newer: Uint16Array;
	#priorities: Uint8Array;
	/** First free number that was used before, or NONE. */
	#free = NONE;
	/** Numbers from here up have never been used. */
	#frontier = 0;

	/** Bytes of memory for `count` values. */
	static memoryLength(count: number): number {
		return 9 * count + 4;
	}

	constructor(count: number) {
		this.count = count;
		this.#memory = new Memory(Table.memoryLength(count));
		const buffer = this.#memory as unknown as ArrayBuffer;
		this.#lengths = new Uint32Array(buffer, 0, count);
		this.#older = new Uint16Array(buffer, 4 * count, count + 1);
		this.#newer = new Uint16Array(buffer, 6 * count + 2, count + 1);
		this.#priorities = new Uint8Array(buffer, 8 * count + 4, count);
		this.#older[count] = count;
		this.#newer[count] = count;
	}

	get keyCount(): number {
		return this.#numbers.size;
	}

	/** Whether no number is free. */
	get isFull(): boolean {
		return this.#free === NONE && this.#frontier === this.count;
	}

	/** The number of the value with this key, or undefined. */
	find(key: Key): number | undefined {
		// add() never stores -0, which some versions of XS treat as a different key than 0
		return this.#numbers.get(key) ?? (key === 0 ? this.#numbers.get(0) : undefined);
	}

	keys(): IterableIterator<Key> {
		return this.#numbers.keys();
	}

	/** A number for a new, empty value; one must be free. Without a key, the value is not in the order of use. */
	add(key: Key | undefined, priority: number): number {
		let number = this.#free;
		if (number === NONE) number = this.#frontier++;
		else this.#free = this.#newer[number] as number;
		this.used++;
		this.#lengths[number] = 0;
		this.#priorities[number] = priority;
		this.#older[number] = number;
		this.#newer[number] = number;
		if (key !== undefined) {
			this.#numbers.set(key === 0 ? 0 : key, number);
			this.#insert(number);
		}
		return number;
	}

	remove(number: number, key: Key | undefined) {
		if (key !== undefined) this.#numbers.delete(key === 0 ? 0 : key);
		this.setByteLength(number, 0);
		this.#unlink(number);
		this.#newer[number] = this.#free;
		this.#free = number;
		this.used--;
	}

	/** Gives a value another key, which must be unused. */
	rename(number: number, from: Key, to: Key) {
		this.#numbers.delete(from === 0 ? 0 : from);
		this.#numbers.set(to === 0 ? 0 : to, number);
	}

	byteLength(number: number): number {
		return this.#lengths[number] as number;
	}

	setByteLength(number: number, byteLength: number) {
		this.byteLengthTotal += byteLength - (this.#lengths[number] as number);
		this.#lengths[number] = byteLength;
	}

	setPriority(number: number, priority: number) {
		this.#priorities[number] = priority;
	}

	/** Makes a value the most recently used, if it has a key. */
	touch(number: number) {
		if (this.#older[this.count] === number || this.#older[number] === number) return;
		this.#unlink(number);
		this.#insert(number);
	}

	/**
	 * The value with a key that was used next after `number`; by default the least recently used one. Undefined if there
	 * is none.
	 */
	next(number = this.count): number | undefined {
		const newer = this.#newer[number] as number;
		return newer === this.count ? undefined : newer;
	}

	/**
	 * The value that is needed least: of those with the lowest priority, the least recently used one that is not held.
	 * Undefined if there is none.
	 */
	victim(isHeld: (number: number) => boolean): number | undefined {
		let least: number | undefined;
		let priority = 256;
		let number = this.#newer[this.count] as number;
		for (; number !== this.count && priority > 0; number = this.#newer[number] as number) {
			const own = this.#priorities[number] as number;
			if (own >= priority || isHeld(number)) continue;
			least = number;
			priority = own;
		}
		return least;
	}

	/** The key of a value. Searches all of them. */
	keyOf(number: number): Key | undefined {
		for (const [key, value] of this.#numbers) if (value === number) return key;
		return undefined;
	}

	close() {
		this.#numbers.clear();
		this.#memory.close();
	}

	#insert(number: number) {
		const newest = this.#older[this.count] as number;
		this.#older[number] = newest;
		this.#newer[number] = this.count;
		this.#newer[newest] = number;
		this.#older[this.count] = number;
	}

	#unlink(number: number) {
		const older = this.#older[number] as number;
		const newer = this.#newer[number] as number;
		this.#newer[older] = newer;
		this.#older[newer] = older;
	}
}
