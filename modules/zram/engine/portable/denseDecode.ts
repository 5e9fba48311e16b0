/*
 * The portable engine: the dense decoder, which turns a block back into a page or refuses it. dense.ts calls it.
 * DESIGN.md specifies blocks, and which of them are refused ("Dense"); ../native/zramDenseDecode.c refuses the same
 * ones.
 */

import {
	CODE_MAX,
	COPY_MIN,
	DISTANCES_DIRECT,
	FIRST_CODE_LENGTH,
	FIRST_DISTANCE,
	FIRST_SYMBOLS,
	LENGTHS_DIRECT,
	LITERALS,
	REPEAT,
	RUN_MAX_LOG2,
	SECOND_SYMBOLS,
	SYMBOLS,
} from "zram/engine/portable/denseBlock";

/** What is added to the last code length, by the first three bits. */
const DIFFERENCES = Object.freeze([0, 0, 1, -1, 2, -2]);

/** A complete code, or none. */
class Code {
	/** Symbols in the order of their codes. */
	readonly #symbols: Uint16Array;
	/** How many symbols have codes of each length. */
	readonly #counts: Uint16Array;

	/** `words`: CODE_MAX + 1 of them, and one a symbol. */
	constructor(words: Uint16Array) {
		this.#counts = words.subarray(0, CODE_MAX + 1);
		this.#symbols = words.subarray(CODE_MAX + 1);
	}

	/**
	 * Lays out the code with `lengths` from `start` on. Returns the share of all bit strings that it covers, times
	 * 2^CODE_MAX.
	 */
	set(lengths: Uint8Array, start: number): number {
		const count = this.#symbols.length;
		let share = 0;
		let at = 0;
		for (let length = 1; length <= CODE_MAX; length++) {
			const first = at;
			for (let i = 0; i < count; i++) if (lengths[start + i] === length) this.#symbols[at++] = i;
			this.#counts[length] = at - first;
			share += (at - first) << (CODE_MAX - length);
		}
		return share;
	}

	countOf(length: number): number {
		return this.#counts[length] as number;
	}

	symbolAt(index: number): number {
		return this.#symbols[index] as number;
	}
}

/** Decodes blocks, one at a time. */
export class DenseDecoder {
	#page!: Uint8Array;
	#block!: Uint8Array;
	/** Bits of the block, and how many have been taken: more than there are if the block ends too early. */
	#end = 0;
	#taken = 0;
	readonly #lengths: Uint8Array;
	readonly #first: Code;
	readonly #second: Code;

	/** `workspace`: memory for the time of a call, at a multiple of 2. */
	constructor(workspace: Uint8Array) {
		const first = CODE_MAX + 1 + FIRST_SYMBOLS;
		const second = CODE_MAX + 1 + SECOND_SYMBOLS;
		const words = new Uint16Array(workspace.buffer, workspace.byteOffset, first + second);
		this.#first = new Code(words.subarray(0, first));
		this.#second = new Code(words.subarray(first));
		this.#lengths = workspace.subarray(2 * (first + second), 2 * (first + second) + SYMBOLS);
	}

	/**
	 * Decodes the first `length` bytes of `block`, which may be anything, to all of `page`.
	 *
	 * @returns whether they are a block of a page of exactly that length; if not, the content of `page` is undefined
	 */
	decode(block: Uint8Array, length: number, page: Uint8Array): boolean {
		if (length < 2 || length & 1) return false;
		this.#page = page;
		this.#block = block;
		this.#end = 8 * length;
		this.#taken = 0;
		return this.#takeCodes() && this.#takePage() && Math.ceil(this.#taken / 16) === length / 2;
	}

	#takeBit(): number {
		const at = this.#taken++;
		if (at >= this.#end) return 0;
		const half = at >> 4;
		const bit = 15 - (at & 15);
		return ((this.#block[2 * half + (bit >> 3)] as number) >> (bit & 7)) & 1;
	}

	#take(length: number): number {
		let value = 0;
		for (; length; length--) value = (value << 1) | this.#takeBit();
		return value;
	}

	#takeCodes(): boolean {
		if (!this.#takeLengths() || this.#first.set(this.#lengths, 0) !== 1 << CODE_MAX) return false;
		const share = this.#second.set(this.#lengths, FIRST_SYMBOLS);
		return share === 0 || share === 1 << CODE_MAX;
	}

	#takeLengths(): boolean {
		let last = FIRST_CODE_LENGTH;
		for (let i = 0; i < SYMBOLS; ) {
			let kind = this.#take(2);
			if (kind) kind = (kind << 1) | this.#takeBit();
			if (this.#taken > this.#end) return false;
			if (kind === 6) {
				const run = this.#takeRun();
				if (run === 0 || run > SYMBOLS - i) return false;
				for (const end = i + run; i < end; ) this.#lengths[i++] = 0;
			} else {
				last = kind === 7 ? this.#take(4) : last + (DIFFERENCES[kind] as number);
				if (last < 1 || last > CODE_MAX) return false;
				this.#lengths[i++] = last;
			}
		}
		return true;
	}

	/** Takes the length of a run of symbols without a code; 0 if the bits are invalid. */
	#takeRun(): number {
		for (let digits = 0; digits <= RUN_MAX_LOG2; digits++)
			if (this.#takeBit()) return (1 << digits) | this.#take(digits);
		return 0;
	}

	/** Takes a symbol; -1 if the code is empty. */
	#takeSymbol(code: Code): number {
		let bits = 0;
		let first = 0;
		let index = 0;
		for (let length = 1; length <= CODE_MAX; length++) {
			const count = code.countOf(length);
			bits = (bits << 1) | this.#takeBit();
			if (bits - first < count) return code.symbolAt(index + bits - first);
			index += count;
			first = (first + count) << 1;
		}
		return -1;
	}

	#takePage(): boolean {
		const page = this.#page;
		let distance = FIRST_DISTANCE;
		for (let at = 0; at < page.length; ) {
			const symbol = this.#takeSymbol(this.#first);
			if (this.#taken > this.#end) return false;
			if (symbol < LITERALS) {
				page[at++] = symbol;
				continue;
			}
			const length = COPY_MIN + this.#takeValue(symbol - LITERALS, 2, LENGTHS_DIRECT);
			const slot = this.#takeSymbol(this.#second);
			if (slot < 0) return false;
			if (slot !== REPEAT) distance = 1 + this.#takeValue(slot, 1, DISTANCES_DIRECT);
			if (distance > at || length > page.length - at) return false;
			for (const end = at + length; at < end; at++) page[at] = page[at - distance] as number;
		}
		return true;
	}

	/**
	 * Takes the value of a slot. The first `direct` slots are their own value; then there are 2^log2 slots a power of
	 * two.
	 */
	#takeValue(slot: number, log2: number, direct: number): number {
		if (slot < direct) return slot;
		const extra = (slot >> log2) - 1;
		return (((1 << log2) + (slot & ((1 << log2) - 1))) << extra) + this.#take(extra);
	}
}
