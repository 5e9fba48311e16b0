/*
 * The portable engine: the columns codec, for samples, pixels and records: how a column is predicted, and how its
 * residuals are written. pack.ts calls it. It follows DESIGN.md's specification ("Columns") step by step;
 * ../native/zramColumns.c makes the same blocks in other ways.
 */

import {
	ALL_ZERO,
	BYTES,
	blueOf,
	columnsOf,
	FORM_BITS,
	firstParameter,
	fold,
	GROUP,
	greenOf,
	HALVES,
	HALVES_BIG,
	halfAt,
	isPixels16,
	KIND_BITS,
	ORDER_BITS,
	PARAMETER_BITS,
	PIXELS_16,
	PIXELS_16_BIG,
	PIXELS_24,
	QUOTIENTS,
	RICE,
	redOf,
	SHIFT_BITS,
} from "zram/engine/portable/columnsBlock";
import { ColumnsDecoder } from "zram/engine/portable/columnsDecode";
import { KindFinder } from "zram/engine/portable/columnsKind";
import type { Codec } from "zram/engine/portable/pack";

const ORDER_SAMPLES_MOST = 32;
const ORDER_SAMPLES_LEAST = 10;

/** Encodes pages, one at a time. */
export class ColumnsEncoder {
	readonly #finder = new KindFinder();
	#page!: Uint8Array;
	#block!: Uint8Array;
	/** Bytes of the block so far; then the bits that are not written yet, and how many, less than 16. */
	#length = 0;
	#bits = 0;
	#count = 0;

	#kind = BYTES;
	#form = 0;
	// The column: its number, its first byte, bytes from unit to unit, units, bits of a unit, and how many of a half's
	// lowest bits are left out.
	#index = 0;
	#start = 0;
	#stride = 0;
	#units = 0;
	#width = 0;
	#shift = 0;
	// What the next unit is predicted from.
	#order = 0;
	#last = 0;
	#slope = 0;
	/** A group's residuals, folded. */
	readonly #folded = new Uint16Array(GROUP);

	/**
	 * Encodes all of `page` (512, 1024, 2048 or 4096 bytes) to `block`.
	 *
	 * @returns the length of the block; 0 if it would be longer than `capacity`, and then the content of `block` is
	 * undefined; or undefined if it is likely to be longer, and then nothing is written
	 */
	encode(page: Uint8Array, block: Uint8Array, capacity: number): number | undefined {
		if (!this.#finder.find(page, capacity)) return undefined;
		return this.encodeAs(page, block, capacity, this.#finder.kind, this.#finder.form);
	}

	/** Encodes a page as one of this kind and form. */
	encodeAs(page: Uint8Array, block: Uint8Array, capacity: number, kind: number, form: number): number {
		this.#page = page;
		this.#block = block;
		this.#length = this.#bits = this.#count = 0;
		this.#kind = kind;
		this.#form = form;
		this.#put(kind, KIND_BITS);
		this.#put(form, FORM_BITS);
		for (this.#index = 0; this.#index < columnsOf(kind, form); this.#index++) {
			this.#setColumn();
			if (!this.#putColumn(this.#roomFor(capacity))) return 0;
		}
		if (this.#count) this.#put(0, 16 - this.#count);
		return this.#length <= capacity ? this.#length : 0;
	}

	/**
	 * How long the block may be once this column is written. Green, the first column of 16-bit pixels, has 3/8 of their
	 * bits: if it takes more than 9/16 of the room, red and blue will hardly fit in the rest.
	 */
	#roomFor(capacity: number): number {
		return this.#index === 0 && isPixels16(this.#kind) ? (capacity * 9) >> 4 : capacity;
	}

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

	#setColumn() {
		const length = this.#page.length;
		const index = this.#index;
		this.#shift = 0;
		if (isPixels16(this.#kind)) {
			this.#start = 0;
			this.#stride = 2;
			this.#width = index ? 5 : 6;
		} else if (this.#kind === HALVES || this.#kind === HALVES_BIG) {
			this.#start = 2 * index;
			this.#stride = 2 * (this.#form + 1);
			this.#shift = this.#zeros();
			this.#width = 16 - this.#shift;
		} else {
			this.#start = index;
			this.#stride = this.#kind === BYTES ? this.#form + 1 : this.#kind === PIXELS_24 ? 3 : 4;
			this.#width = 8;
		}
		this.#units = Math.ceil((length - this.#start) / this.#stride);
	}

	/** How many of the lowest bits are 0 in all of a column's halves; 0 if all bits are. */
	#zeros(): number {
		let any = 0;
		for (let at = this.#start; at < this.#page.length; at += this.#stride)
			any |= halfAt(this.#page, at, this.#kind === HALVES_BIG);
		return any ? 31 - Math.clz32(any & -any) : 0;
	}

	/** A unit of the column. */
	#unit(number: number): number {
		const page = this.#page;
		const at = this.#start + number * this.#stride;
		switch (this.#kind) {
			case BYTES:
				return page[at] as number;
			case HALVES:
			case HALVES_BIG:
				return halfAt(page, at, this.#kind === HALVES_BIG) >> this.#shift;
			case PIXELS_16:
			case PIXELS_16_BIG:
				return this.#field(halfAt(page, at, this.#kind === PIXELS_16_BIG));
			default:
				return ((page[at] as number) - this.#green(at)) & 0xff;
		}
	}

	#field(pixel: number): number {
		if (this.#index === 0) return greenOf(pixel);
		return this.#index === 1 ? redOf(pixel) : blueOf(pixel);
	}

	/** What a pixel's byte is relative to: the green beside it, or 0 if that is not in this page. */
	#green(at: number): number {
		const channel = (this.#index + this.#form) % this.#stride;
		if (channel === 0) return this.#page[at + 1] ?? 0;
		return channel === 2 ? (this.#page[at - 1] ?? 0) : 0;
	}

	/** Writes a column. False if the block passes the limit. */
	#putColumn(capacity: number): boolean {
		this.#putHead();
		let parameter = firstParameter(this.#width);
		for (let number = 1; number < this.#units; number += GROUP) {
			const count = Math.min(GROUP, this.#units - number);
			for (let i = 0; i < count; i++) this.#folded[i] = this.#residual(this.#unit(number + i));
			const before = parameter;
			parameter = this.#parameter(count);
			this.#putParameter(parameter, before);
			if (parameter !== ALL_ZERO)
				for (let i = 0; i < count; i++) this.#putResidual(this.#folded[i] as number, parameter);
			if (this.#length > capacity) return false;
		}
		return true;
	}

	#putHead() {
		this.#order = this.#findOrder();
		this.#put(this.#order, ORDER_BITS);
		if (this.#kind === HALVES || this.#kind === HALVES_BIG) {
			this.#put(this.#shift ? 1 : 0, 1);
			if (this.#shift) this.#put(this.#shift, SHIFT_BITS);
		}
		this.#last = this.#unit(0);
		this.#slope = 0;
		this.#put(this.#last, this.#width);
	}

	/** Picks the order whose residuals are smallest, by some units in the middle of the column. */
	#findOrder(): number {
		const least = Math.min(this.#units, ORDER_SAMPLES_LEAST);
		const count = Math.max(least, Math.min(this.#units >> 3, ORDER_SAMPLES_MOST));
		const start = (this.#units - count) >> 1;
		const width = this.#width;
		let zero = 0;
		let one = 0;
		let two = 0;
		for (let i = 2; i < count; i++) {
			const unit = this.#unit(start + i);
			const last = this.#unit(start + i - 1);
			const slope = last - this.#unit(start + i - 2);
			zero += fold(unit, width) >> 1;
			one += fold(unit - last, width) >> 1;
			two += fold(unit - last - slope, width) >> 1;
		}
		if (two < one) return two < zero ? 2 : 0;
		return one < zero ? 1 : 0;
	}

	/** The folded residual of the next unit. */
	#residual(unit: number): number {
		const slope = unit - this.#last;
		const residual = this.#order === 0 ? unit : this.#order === 1 ? slope : slope - this.#slope;
		this.#last = unit;
		this.#slope = slope;
		return fold(residual, this.#width);
	}

	#parameter(count: number): number {
		const folded = this.#folded;
		let sum = 0;
		let most = 0;
		for (let i = 0; i < count; i++) {
			sum += folded[i] as number;
			most = Math.max(most, folded[i] as number);
		}
		if (most === 0) return ALL_ZERO;
		const bound = (count * 27) >> 4;
		let k = 0;
		while (sum >= bound << k && k < this.#width - 1) k++;
		if (most >> k < QUOTIENTS) return RICE + k;
		let length = this.#riceLength(count, k);
		for (; k > 0; k--) {
			const shorter = this.#riceLength(count, k - 1);
			if (shorter >= length) break;
			length = shorter;
		}
		return RICE + k;
	}

	/** How many bits a group takes with Rice parameter k. */
	#riceLength(count: number, k: number): number {
		let length = count * (k + 1);
		for (let i = 0; i < count; i++) {
			const quotient = (this.#folded[i] as number) >> k;
			length += quotient < QUOTIENTS ? quotient : QUOTIENTS - 1 + this.#width - k;
		}
		return length;
	}

	#putParameter(parameter: number, before: number) {
		if (parameter === before) this.#put(1, 1);
		else if (parameter === before + 1) this.#put(3, 3);
		else if (parameter === before - 1) this.#put(2, 3);
		else this.#put(parameter, 2 + PARAMETER_BITS);
	}

	#putResidual(folded: number, parameter: number) {
		if (parameter === this.#width) {
			this.#put(folded, this.#width);
			return;
		}
		const k = parameter - RICE;
		const quotient = folded >> k;
		if (quotient < QUOTIENTS) {
			this.#put(0, quotient);
			this.#put((1 << k) | (folded & ((1 << k) - 1)), k + 1);
		} else {
			this.#put(0, QUOTIENTS);
			this.#put(folded, this.#width);
		}
	}
}

/**
 * Tried only if LZ4 leaves a fifth of a page or more: with less it does well enough, and is read three times as fast.
 * Kept if it saves a tenth of that.
 */
export const COLUMNS: Codec = Object.freeze({
	name: "columns",
	tried: 51,
	saves: 26,
	makeCoder() {
		const encoder = new ColumnsEncoder();
		const decoder = new ColumnsDecoder();
		return {
			encode: (page: Uint8Array, block: Uint8Array, capacity: number) => encoder.encode(page, block, capacity),
			decode: (block: Uint8Array, length: number, page: Uint8Array) => decoder.decode(block, length, page),
		};
	},
});
