/*
 * The portable engine: finds out what a page holds, by a few samples, for the columns encoder. It follows DESIGN.md's
 * specification ("Which kind") step by step; ../native/zramColumnsKind.c comes to the same in other ways.
 */

import {
	BYTES,
	blueOf,
	fold,
	greenOf,
	HALVES,
	HALVES_BIG,
	halfAt,
	PIXELS_16,
	PIXELS_16_BIG,
	PIXELS_24,
	PIXELS_32,
	RECORD_MOST,
	redOf,
} from "zram/engine/portable/columnsBlock";

const LETTERS = 24;
const PRINTABLE_LEAST = 22;
const ROUGH_LEAST = 8;
const WORDS_LEAST = 5;
const LAG_SAMPLES = 24;
const PAIRS = 24;
const ROUNDS = 4;
const COLUMN_COST = 5;
const NOISE_COST = 29;

/** What a difference costs, in quarters of a bit. */
function costOf(folded: number): number {
	return folded === 0 ? 1 : 4 * (32 - Math.clz32(folded)) + 4;
}

/** What two differences cost each, by their mean. */
function pairCost(first: number, second: number, width: number): number {
	return costOf((fold(first, width) + fold(second, width) + 1) >> 1);
}

/** Finds the kind and form that are likely to give the shortest block, and estimates its length. */
export class KindFinder {
	kind = BYTES;
	/** Units of a record, less 1; or which byte of a 24 or 32-bit pixel comes first in the page. */
	form = 0;
	/** Estimated length of the block. */
	length = 0;

	#page!: Uint8Array;
	/** The best lag, the second best, and what the best one costs. */
	#best = 1;
	#second = 1;
	#cost = 0;
	/** Length of a row, and how many rows samples are taken from. */
	#stride = 1;
	#rows = 0;

	/** Whether a block of at most `capacity` bytes is likely. If so, kind, form and length are set. */
	find(page: Uint8Array, capacity: number): boolean {
		this.#page = page;
		const step = (Math.floor((page.length - RECORD_MOST) / LAG_SAMPLES) - 1) | 1;
		if (this.#isText(step)) return false;
		this.#findLags(step);
		if (this.#cost >= LAG_SAMPLES * NOISE_COST) return false;
		const length = Math.floor((this.#cost * (page.length >> 8)) / (LAG_SAMPLES / 8));
		if (length > capacity + (capacity >> 2)) return false;
		this.length = Number.MAX_SAFE_INTEGER;
		this.#offerRecords(this.#best);
		this.#offerRecords(this.#second);
		this.#offerPixels16();
		if (this.#best % 3 === 0 || this.#second === 3) this.#offerPixels24();
		if (this.#best % 4 === 0 || this.#second === 4) this.#offerPixels32();
		return this.length <= capacity;
	}

	#isText(step: number): boolean {
		let printable = 0;
		let rough = 0;
		let words = 0;
		for (let i = 0, at = RECORD_MOST; i < LETTERS; i++, at += step) {
			const byte = this.#page[at] as number;
			const before = this.#page[at - 1] as number;
			if ((byte >= 0x20 && byte <= 0x7e) || (byte >= 0x09 && byte <= 0x0d)) printable++;
			if ((byte >= 0x61 && byte <= 0x7a) || byte === 0x20) words++;
			if (Math.abs(byte - before) > 8) rough++;
		}
		return printable >= PRINTABLE_LEAST && rough >= ROUGH_LEAST && words >= WORDS_LEAST;
	}

	#findLags(step: number) {
		let secondCost = Number.MAX_SAFE_INTEGER;
		this.#cost = Number.MAX_SAFE_INTEGER;
		this.#best = this.#second = 1;
		for (let lag = 1; lag <= RECORD_MOST; lag += lag < 10 ? 1 : lag < 32 ? 2 : 4) {
			const cost = this.#lagCost(step, lag);
			if (cost + (cost >> 4) < this.#cost) {
				secondCost = this.#cost;
				this.#second = this.#best;
				this.#cost = cost;
				this.#best = lag;
			} else if (cost < secondCost) {
				secondCost = cost;
				this.#second = lag;
			}
		}
	}

	#lagCost(step: number, lag: number): number {
		const page = this.#page;
		let sum = 0;
		for (let i = 0, at = RECORD_MOST; i < LAG_SAMPLES; i++, at += step)
			sum += costOf(fold((page[at] as number) - (page[at - lag] as number), 8));
		return sum;
	}

	#setRows(stride: number) {
		this.#stride = stride;
		this.#rows = Math.floor(this.#page.length / stride) - 3;
	}

	/** Where a sample's row begins. */
	#rowAt(place: number): number {
		return (2 + Math.floor((place * this.#rows) / PAIRS)) * this.#stride;
	}

	#offer(kind: number, form: number, cost: number, size: number, columns: number) {
		let length = Math.floor((cost * (this.#page.length >> 8)) / ((PAIRS / 8) * size));
		if (kind === BYTES) length += length >> 4;
		length += COLUMN_COST * columns;
		if (length >= this.length) return;
		this.kind = kind;
		this.form = form;
		this.length = length;
	}

	#offerRecords(lag: number) {
		this.#setRows(lag);
		this.#offer(BYTES, lag - 1, this.#bytesCost(), 1, lag);
		if (lag & 1) return;
		const columns = lag >> 1;
		this.#offer(HALVES, columns - 1, this.#halvesCost(false), 2, columns);
		this.#offer(HALVES_BIG, columns - 1, this.#halvesCost(true), 2, columns);
	}

	#bytesCost(): number {
		const page = this.#page;
		const stride = this.#stride;
		let sum = 0;
		let sample = 0;
		for (let round = 0; round < ROUNDS; round++)
			for (let place = round; place < PAIRS; place += ROUNDS, sample++) {
				const at = this.#rowAt(place) + Math.floor((sample * stride) / PAIRS);
				const now = page[at] as number;
				sum += pairCost((page[at + stride] as number) - now, now - (page[at - stride] as number), 8);
			}
		return sum;
	}

	#halvesCost(isBig: boolean): number {
		let sum = 0;
		for (let round = 0; round < ROUNDS; round++) sum += this.#halvesRound(round, isBig);
		return sum;
	}

	#halvesRound(round: number, isBig: boolean): number {
		const page = this.#page;
		const stride = this.#stride;
		let sample = (round * PAIRS) / ROUNDS;
		let first = 0;
		let second = 0;
		let any = 0;
		for (let place = round; place < PAIRS; place += ROUNDS, sample++) {
			const at = this.#rowAt(place) + Math.floor((sample * (stride >> 1)) / PAIRS) * 2;
			const next = halfAt(page, at + stride, isBig);
			const now = halfAt(page, at, isBig);
			const last = halfAt(page, at - stride, isBig);
			const before = halfAt(page, at - 2 * stride, isBig);
			any |= next | now | last | before;
			first += pairCost(next - now, now - last, 16);
			second += pairCost(next - 2 * now + last, now - 2 * last + before, 16);
		}
		let cost = Math.min(first, second);
		for (; any && !(any & 1) && cost >= (5 * PAIRS) / ROUNDS; any >>= 1) cost -= (4 * PAIRS) / ROUNDS;
		return cost;
	}

	#offerPixels16() {
		this.#setRows(2);
		this.#offer(PIXELS_16, 0, this.#pixels16Cost(false), 2, 0);
		this.#offer(PIXELS_16_BIG, 0, this.#pixels16Cost(true), 2, 0);
	}

	#pixels16Cost(isBig: boolean): number {
		let sum = 0;
		for (let place = 0; place < PAIRS; place++) {
			const at = this.#rowAt(place);
			const next = halfAt(this.#page, at + 2, isBig);
			const now = halfAt(this.#page, at, isBig);
			const last = halfAt(this.#page, at - 2, isBig);
			sum += pairCost(greenOf(next) - greenOf(now), greenOf(now) - greenOf(last), 6);
			sum += pairCost(redOf(next) - redOf(now), redOf(now) - redOf(last), 5);
			sum += pairCost(blueOf(next) - blueOf(now), blueOf(now) - blueOf(last), 5);
		}
		return sum;
	}

	#offerPixels24() {
		this.#setRows(3);
		for (let green = 0; green < 3; green++) this.#offer(PIXELS_24, (4 - green) % 3, this.#pixelsCost(green), 3, 0);
	}

	#offerPixels32() {
		this.#setRows(4);
		for (let green = 1; green < 3; green++) this.#offer(PIXELS_32, (5 - green) % 4, this.#pixelsCost(green), 4, 0);
	}

	/** `green`: its place in a row, which is a pixel. */
	#pixelsCost(green: number): number {
		const page = this.#page;
		const stride = this.#stride;
		let sum = 0;
		for (let place = 0; place < PAIRS; place++) {
			const at = this.#rowAt(place) + green;
			const now = page[at] as number;
			const after = (page[at + stride] as number) - now;
			const before = now - (page[at - stride] as number);
			sum += pairCost(after, before, 8);
			sum += this.#besideCost(at - 1, after, before);
			sum += this.#besideCost(at + 1, after, before);
			if (stride === 4) sum += this.#besideCost(at + (green === 1 ? 2 : -2), 0, 0);
		}
		return sum;
	}

	/** What the byte at `at` costs, relative to green, which changes by these amounts after and before. */
	#besideCost(at: number, after: number, before: number): number {
		const page = this.#page;
		const now = page[at] as number;
		const last = page[at - this.#stride] as number;
		return pairCost((page[at + this.#stride] as number) - now - after, now - last - before, 8);
	}
}
