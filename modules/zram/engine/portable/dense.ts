/*
 * The portable engine: the dense codec, for pages that rest: how a page is split into literals and copies, and which
 * codes these get. rest.ts asks for it, pack.ts calls it. It follows DESIGN.md's specification ("Dense") step by step,
 * as does ../native/zramDenseEncode.c.
 */

import {
	CODE_MAX,
	COPY_MAX,
	COPY_MIN,
	FIRST_CODE_LENGTH,
	FIRST_DISTANCE,
	FIRST_SYMBOLS,
	LENGTHS_DIRECT,
	LITERALS,
	REPEAT,
	SECOND_SYMBOLS,
	SYMBOLS,
} from "zram/engine/portable/denseBlock";
import { DenseDecoder } from "zram/engine/portable/denseDecode";
import type { Codec } from "zram/engine/portable/pack";

const PAGE_MAX = 4096;
const HASH_BITS = 11;
/** No position. */
const NONE = 0xffff;
const WINDOW = 768;
/** A copy of this length is taken without looking further. */
const NICE = 32;
/** Candidates that a parse may look at, and how many of them at each position. */
const STEPS = 16384;
const FIRST_DEPTH = 2;
const SECOND_DEPTH = 8;
/** Price of a symbol that has no code yet. */
const ABSENT = 12;
const GAP_MAX = 121;

/** Huffman's algorithm: the code lengths that give the fewest bits, none above CODE_MAX. */
class Huffman {
	/** Weight times 2^9, plus the symbol; sorted. */
	readonly #leaves = new Uint32Array(FIRST_SYMBOLS);
	/** Of inner nodes, in the order they are made. */
	readonly #weights = new Uint16Array(FIRST_SYMBOLS);
	/** Of leaves, then of inner nodes; in the end, their depths. */
	readonly #parents = new Uint16Array(2 * FIRST_SYMBOLS);

	/**
	 * Sets the code lengths of the `count` symbols from `start` on: a complete code, or none if no symbol occurs.
	 * Changes `counts`.
	 */
	measure(counts: Uint16Array, lengths: Uint8Array, start: number, count: number) {
		lengths.fill(0, start, start + count);
		for (;;) {
			const leaves = this.#gather(counts, start, count);
			if (leaves === 0) return;
			if (leaves === 1) {
				// a complete code needs two symbols of one bit each
				counts[start + ((this.#leaves[0] as number) & 511 ? 0 : 1)] = 1;
				continue;
			}
			this.#sort(leaves);
			if (this.#grow(leaves) <= CODE_MAX) {
				for (let i = 0; i < leaves; i++)
					lengths[start + ((this.#leaves[i] as number) & 511)] = this.#parents[i] as number;
				return;
			}
			for (let i = start; i < start + count; i++) counts[i] = ((counts[i] as number) + 1) >> 1;
		}
	}

	#gather(counts: Uint16Array, start: number, count: number): number {
		let leaves = 0;
		for (let i = 0; i < count; i++)
			if (counts[start + i]) this.#leaves[leaves++] = ((counts[start + i] as number) << 9) | i;
		return leaves;
	}

	#sort(count: number) {
		const leaves = this.#leaves;
		for (let gap = GAP_MAX; gap; gap = Math.floor(gap / 3))
			for (let i = gap; i < count; i++) {
				const leaf = leaves[i] as number;
				let at = i;
				for (; at >= gap && (leaves[at - gap] as number) > leaf; at -= gap) leaves[at] = leaves[at - gap] as number;
				leaves[at] = leaf;
			}
	}

	/**
	 * Joins the two lightest nodes until one is left; if two weigh the same, leaves come first. Returns the deepest
	 * leaf's depth.
	 */
	#grow(count: number): number {
		const parents = this.#parents;
		let leaf = 0;
		let joint = 0;
		let deepest = 0;
		for (let fresh = 0; fresh + 1 < count; fresh++) {
			let weight = 0;
			for (let i = 0; i < 2; i++) {
				const light = leaf < count ? (this.#leaves[leaf] as number) >>> 9 : Number.POSITIVE_INFINITY;
				if (joint === fresh || light <= (this.#weights[joint] as number)) {
					weight += light;
					parents[leaf++] = count + fresh;
				} else {
					weight += this.#weights[joint] as number;
					parents[count + joint++] = count + fresh;
				}
			}
			this.#weights[fresh] = weight;
		}
		parents[2 * count - 2] = 0;
		for (let i = 2 * count - 3; i >= 0; i--) {
			parents[i] = (parents[parents[i] as number] as number) + 1;
			deepest = Math.max(deepest, parents[i] as number);
		}
		return deepest;
	}
}

/** How many bits follow the slot of `value`, with 2^log2 slots for each power of two. */
function extraOf(value: number, log2: number): number {
	return Math.max(31 - Math.clz32(value | 1) - log2, 0);
}

function slotOf(value: number, log2: number): number {
	const extra = extraOf(value, log2);
	return (extra << log2) + (value >> extra);
}

function lengthSymbol(length: number): number {
	return LITERALS + slotOf(length - COPY_MIN, 2);
}

function distanceSymbol(distance: number): number {
	return FIRST_SYMBOLS + slotOf(distance - 1, 1);
}

/** Encodes pages, one at a time. It keeps 36 KB of arrays. */
export class DenseEncoder {
	readonly #huffman = new Huffman();
	#page!: Uint8Array;
	/** The last earlier position whose three bytes have the same hash. */
	readonly #before = new Uint16Array(PAGE_MAX);
	readonly #heads = new Uint16Array(1 << HASH_BITS);
	/** For each copy, how many literals precede it, its length and its distance. */
	readonly #literals = new Uint16Array(Math.ceil(PAGE_MAX / COPY_MIN));
	readonly #lengthsOfCopies = new Uint16Array(Math.ceil(PAGE_MAX / COPY_MIN));
	readonly #distances = new Uint16Array(Math.ceil(PAGE_MAX / COPY_MIN));
	#copies = 0;
	readonly #counts = new Uint16Array(SYMBOLS);
	readonly #lengths = new Uint8Array(SYMBOLS);
	readonly #codes = new Uint16Array(SYMBOLS);

	// The parse: where it is, literals since the last copy, that copy's distance, candidates that it may still look at.
	#at = 0;
	#run = 0;
	#repeat = FIRST_DISTANCE;
	#steps = 0;
	// The cheapest path to each position of the window: its bits, the distance of its last copy, and the length and
	// distance of the copy that leads here; length 1 is a literal.
	readonly #prices = new Uint16Array(WINDOW + 1);
	readonly #repeats = new Uint16Array(WINDOW + 1);
	readonly #nodeLengths = new Uint16Array(WINDOW + 1);
	readonly #nodeDistances = new Uint16Array(WINDOW + 1);
	/** A copy of NICE bytes or more; its length is 0 if there is none. */
	#longLength = 0;
	#longDistance = 0;

	// Bytes of the block so far; then the bits that are not written yet, and how many, less than 16.
	#block!: Uint8Array;
	#length = 0;
	#bits = 0;
	#count = 0;

	/**
	 * Encodes all of `page` (512, 1024, 2048 or 4096 bytes) to `block`, which has room for 8 bytes more than
	 * `capacity`.
	 *
	 * @returns the length of the block; or 0 if it would be longer than `capacity`, and then the content of `block` is
	 * undefined
	 */
	encode(page: Uint8Array, block: Uint8Array, capacity: number): number {
		this.#page = page;
		this.#block = block;
		this.#length = this.#bits = this.#count = 0;
		this.#linkPositions();
		this.#guessCounts();
		this.#measureCodes();
		this.#parse(FIRST_DEPTH);
		this.#measureCodes();
		this.#parse(SECOND_DEPTH);
		this.#measureCodes();
		this.#assignCodes(0, FIRST_SYMBOLS);
		this.#assignCodes(FIRST_SYMBOLS, SECOND_SYMBOLS);
		if (!this.#putLengths(capacity) || !this.#putTokens(capacity)) return 0;
		if (this.#count) this.#put(0, 16 - this.#count);
		return this.#length <= capacity ? this.#length : 0;
	}

	// --- codes

	#measureCodes() {
		this.#huffman.measure(this.#counts, this.#lengths, 0, FIRST_SYMBOLS);
		this.#huffman.measure(this.#counts, this.#lengths, FIRST_SYMBOLS, SECOND_SYMBOLS);
	}

	/** Assigns codes by their lengths: shorter ones first; those of one length in the symbols' order. */
	#assignCodes(start: number, count: number) {
		let code = 0;
		for (let length = 1; length <= CODE_MAX; length++, code <<= 1)
			for (let i = start; i < start + count; i++) if (this.#lengths[i] === length) this.#codes[i] = code++;
	}

	// --- the parse

	#linkPositions() {
		const page = this.#page;
		this.#heads.fill(NONE);
		for (let at = 0; at + COPY_MIN <= page.length; at++) {
			const bytes = (page[at] as number) | ((page[at + 1] as number) << 8) | ((page[at + 2] as number) << 16);
			const hash = Math.imul(bytes, 2654435761) >>> (32 - HASH_BITS);
			this.#before[at] = this.#heads[hash] as number;
			this.#heads[hash] = at;
		}
	}

	/** Guesses the counts that the first prices are computed from. */
	#guessCounts() {
		const counts = this.#counts;
		const { length } = this.#page;
		counts.fill(0, 0, LITERALS);
		for (let i = 0; i < length; i++) {
			const byte = this.#page[i] as number;
			counts[byte] = (counts[byte] as number) + 1;
		}
		counts.fill(length >> 5, LITERALS, LITERALS + LENGTHS_DIRECT);
		counts.fill(length >> 7, LITERALS + LENGTHS_DIRECT, FIRST_SYMBOLS);
		counts.fill(1, FIRST_SYMBOLS, SYMBOLS);
		counts[FIRST_SYMBOLS + REPEAT] = 4;
	}

	#priceOf(symbol: number): number {
		return this.#lengths[symbol] || ABSENT;
	}

	/** Parses the page. The result is the copies, and how often each symbol occurs. */
	#parse(depth: number) {
		this.#counts.fill(0);
		this.#copies = this.#at = this.#run = 0;
		this.#repeat = FIRST_DISTANCE;
		this.#steps = STEPS;
		// prices come from the old code lengths, which are not measured anew until the parse is done
		while (this.#at < this.#page.length) this.#parseWindow(depth);
	}

	#parseWindow(depth: number) {
		const prices = this.#prices;
		const window = Math.min(this.#page.length - this.#at, WINDOW);
		prices.fill(0xffff);
		prices[0] = 0;
		this.#repeats[0] = this.#repeat;
		this.#longLength = 0;
		let i = 0;
		for (; i < window; i++) {
			this.#offerCopies(i, window - i, depth);
			if (this.#longLength) break;
			const price = (prices[i] as number) + this.#priceOf(this.#page[this.#at + i] as number);
			if (price < (prices[i + 1] as number)) this.#setNode(i + 1, price, this.#repeats[i] as number, 1, 0);
		}
		this.#takeWay(i);
		if (this.#longLength) this.#takeCopy(this.#longLength, this.#longDistance);
	}

	#setNode(node: number, price: number, repeat: number, length: number, distance: number) {
		this.#prices[node] = price;
		this.#repeats[node] = repeat;
		this.#nodeLengths[node] = length;
		this.#nodeDistances[node] = distance;
	}

	/** Offers all copies that begin at `node` to the nodes up to `room` after it. Stops when it finds a long one. */
	#offerCopies(node: number, room: number, depth: number) {
		const page = this.#page;
		const at = this.#at + node;
		const most = Math.min(page.length - at, COPY_MAX);
		if (most < COPY_MIN) return;
		let best = COPY_MIN - 1;
		const repeat = this.#repeats[node] as number;
		if (repeat <= at) {
			const price = this.#priceOf(FIRST_SYMBOLS + REPEAT);
			best = Math.max(this.#offerCopy(node, room, most, COPY_MIN, repeat, price), best);
			if (this.#longLength) return;
		}
		let from = this.#before[at] as number;
		for (; from !== NONE && depth && this.#steps && best < most; from = this.#before[from] as number, depth--) {
			this.#steps--;
			if (page[from + best] !== page[at + best]) continue;
			const distance = at - from;
			const price = this.#priceOf(distanceSymbol(distance)) + extraOf(distance - 1, 1);
			best = Math.max(this.#offerCopy(node, room, most, best + 1, distance, price), best);
			if (this.#longLength) return;
		}
	}

	/** Offers a copy with each length from `least` on. Returns its full length. */
	#offerCopy(node: number, room: number, most: number, least: number, distance: number, price: number): number {
		const page = this.#page;
		const at = this.#at + node;
		let length = 0;
		while (length < most && page[at + length] === page[at + length - distance]) length++;
		if (length >= NICE) {
			this.#longLength = length;
			this.#longDistance = distance;
			return length;
		}
		const end = Math.min(length, room);
		price += this.#prices[node] as number;
		for (let l = least; l <= end; l++) {
			const sum = price + this.#priceOf(lengthSymbol(l)) + extraOf(l - COPY_MIN, 2);
			if (sum < (this.#prices[node + l] as number)) this.#setNode(node + l, sum, distance, l, distance);
		}
		return length;
	}

	/** Takes the path to node `end`. */
	#takeWay(end: number) {
		const next = this.#prices; // no longer needed as prices
		next[end] = 0;
		for (let at = end; at; ) {
			const from = at - (this.#nodeLengths[at] as number);
			next[from] = at;
			at = from;
		}
		if (end === 0) return;
		for (let at = next[0] as number; at; at = next[at] as number) {
			const length = this.#nodeLengths[at] as number;
			if (length > 1) this.#takeCopy(length, this.#nodeDistances[at] as number);
			else {
				this.#add(this.#page[this.#at++] as number);
				this.#run++;
			}
		}
	}

	#add(symbol: number) {
		this.#counts[symbol] = (this.#counts[symbol] as number) + 1;
	}

	#takeCopy(length: number, distance: number) {
		this.#add(lengthSymbol(length));
		this.#add(distance === this.#repeat ? FIRST_SYMBOLS + REPEAT : distanceSymbol(distance));
		this.#literals[this.#copies] = this.#run;
		this.#lengthsOfCopies[this.#copies] = length;
		this.#distances[this.#copies++] = distance;
		this.#run = 0;
		this.#repeat = distance;
		this.#at += length;
	}

	// --- the block

	/** Writes the `length` bits of `value`, at most 16. */
	#put(value: number, length: number) {
		this.#bits = (this.#bits << length) | value;
		this.#count += length;
		if (this.#count < 16) return;
		this.#count -= 16;
		const half = this.#bits >>> this.#count;
		this.#block[this.#length++] = half;
		this.#block[this.#length++] = half >> 8;
	}

	#putLengths(capacity: number): boolean {
		let last = FIRST_CODE_LENGTH;
		for (let i = 0; i < SYMBOLS; ) {
			const length = this.#lengths[i] as number;
			if (length === 0) i += this.#putRun(i);
			else {
				this.#putLength(length, length - last);
				last = length;
				i++;
			}
			if (this.#length > capacity) return false;
		}
		return true;
	}

	#putLength(length: number, difference: number) {
		if (difference === 0) this.#put(0, 2);
		else if (difference === 1) this.#put(2, 3);
		else if (difference === -1) this.#put(3, 3);
		else if (difference === 2) this.#put(4, 3);
		else if (difference === -2) this.#put(5, 3);
		else this.#put((7 << 4) | length, 7);
	}

	/** Writes the run of symbols without a code from `start` on. Returns its length. */
	#putRun(start: number): number {
		let end = start;
		while (end < SYMBOLS && !this.#lengths[end]) end++;
		const run = end - start;
		const digits = 31 - Math.clz32(run);
		this.#put(6, 3);
		this.#put(0, digits);
		this.#put(run, digits + 1);
		return run;
	}

	#putSymbol(symbol: number) {
		this.#put(this.#codes[symbol] as number, this.#lengths[symbol] as number);
	}

	/** Writes a slot's symbol, and the lowest bits of the value after it. */
	#putSlot(symbol: number, value: number, extra: number) {
		this.#putSymbol(symbol);
		this.#put(value & ((1 << extra) - 1), extra);
	}

	#putLiterals(from: number, to: number, capacity: number): boolean {
		for (; from < to; from++) {
			this.#putSymbol(this.#page[from] as number);
			if (this.#length > capacity) return false;
		}
		return true;
	}

	#putTokens(capacity: number): boolean {
		let at = 0;
		let repeat = FIRST_DISTANCE;
		for (let i = 0; i < this.#copies; i++) {
			const start = at + (this.#literals[i] as number);
			const length = this.#lengthsOfCopies[i] as number;
			const distance = this.#distances[i] as number;
			if (!this.#putLiterals(at, start, capacity)) return false;
			this.#putSlot(lengthSymbol(length), length - COPY_MIN, extraOf(length - COPY_MIN, 2));
			if (distance === repeat) this.#putSymbol(FIRST_SYMBOLS + REPEAT);
			else this.#putSlot(distanceSymbol(distance), distance - 1, extraOf(distance - 1, 1));
			if (this.#length > capacity) return false;
			repeat = distance;
			at = start + length;
		}
		return this.#putLiterals(at, this.#page.length, capacity);
	}
}

/** Too slow while somebody waits: no write tries it. */
export const DENSE: Codec = Object.freeze({
	name: "dense",
	tried: 257,
	saves: 0,
	makeCoder(workspace: Uint8Array) {
		const decoder = new DenseDecoder(workspace);
		let encoder: DenseEncoder | undefined;
		return {
			encode(page: Uint8Array, block: Uint8Array, capacity: number) {
				encoder ??= new DenseEncoder(); // most devices never need one
				return encoder.encode(page, block, capacity);
			},
			decode: (block: Uint8Array, length: number, page: Uint8Array) => decoder.decode(block, length, page),
		};
	},
});
