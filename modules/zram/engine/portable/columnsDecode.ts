/*
 * The portable engine: the columns decoder, which turns a block back into a page or refuses it. columns.ts calls it.
 * DESIGN.md specifies blocks, and which of them are refused ("Columns"); ../native/zramColumnsDecode.c refuses the same
 * ones.
 */

import {
	ALL_ZERO,
	BYTES,
	columnsOf,
	FORM_BITS,
	firstParameter,
	formsOf,
	GROUP,
	HALVES,
	HALVES_BIG,
	isPixels16,
	KIND_BITS,
	KINDS,
	ORDER_BITS,
	PARAMETER_BITS,
	PIXELS_16,
	PIXELS_16_BIG,
	PIXELS_24,
	QUOTIENTS,
	RICE,
	SHIFT_BITS,
	unfold,
} from "zram/engine/portable/columnsBlock";

/** Decodes blocks, one at a time. */
export class ColumnsDecoder {
	#page!: Uint8Array;
	#block!: Uint8Array;
	/** Bits of the block, and how many have been taken: more than there are if the block ends too early. */
	#end = 0;
	#taken = 0;

	#kind = BYTES;
	#index = 0;
	#width = 0;
	#shift = 0;

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
		this.#kind = this.#take(KIND_BITS);
		const form = this.#take(FORM_BITS);
		if (this.#kind >= KINDS || form >= formsOf(this.#kind)) return false;
		for (this.#index = 0; this.#index < columnsOf(this.#kind, form); this.#index++)
			if (!this.#takeColumn(form)) return false;
		if (Math.ceil(this.#taken / 16) !== length / 2) return false;
		if (this.#kind >= PIXELS_24) this.#addGreen(form);
		return true;
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

	#takeColumn(form: number): boolean {
		const size = this.#kind === BYTES || this.#kind >= PIXELS_24 ? 1 : 2;
		const isPixel16 = isPixels16(this.#kind);
		const start = isPixel16 ? 0 : size * this.#index;
		const stride = isPixel16 ? 2 : this.#kind <= HALVES_BIG ? size * (form + 1) : this.#kind === PIXELS_24 ? 3 : 4;
		const order = this.#take(ORDER_BITS);
		this.#shift = 0;
		this.#width = isPixel16 ? (this.#index ? 5 : 6) : 8 * size;
		if ((this.#kind === HALVES || this.#kind === HALVES_BIG) && this.#take(1)) {
			this.#shift = this.#take(SHIFT_BITS);
			this.#width -= this.#shift;
		}
		return order < 3 && this.#takeUnits(order, start, stride);
	}

	#takeUnits(order: number, start: number, stride: number): boolean {
		let unit = this.#take(this.#width);
		let slope = 0;
		let parameter = firstParameter(this.#width);
		this.#store(start, unit);
		for (let at = start + stride; at < this.#page.length; ) {
			parameter = this.#takeParameter(parameter);
			if (parameter < 0 || parameter > this.#width || this.#taken > this.#end) return false;
			for (let i = 0; i < GROUP && at < this.#page.length; i++, at += stride) {
				const residual = this.#takeResidual(parameter);
				slope = ((order === 2 ? slope : 0) + residual) | 0;
				unit = ((order ? unit : 0) + slope) | 0;
				this.#store(at, unit);
			}
		}
		return true;
	}

	#takeParameter(before: number): number {
		if (this.#takeBit()) return before;
		if (!this.#takeBit()) return this.#take(PARAMETER_BITS);
		return this.#takeBit() ? before + 1 : before - 1;
	}

	#takeResidual(parameter: number): number {
		if (parameter === ALL_ZERO) return 0;
		if (parameter === this.#width) return unfold(this.#take(this.#width));
		const k = parameter - RICE;
		let zeros = 0;
		while (zeros < QUOTIENTS && !this.#takeBit()) zeros++;
		return unfold(zeros === QUOTIENTS ? this.#take(this.#width) : (zeros << k) | this.#take(k));
	}

	/** Stores a unit where it belongs. Its bits above its width do not matter. */
	#store(at: number, unit: number) {
		switch (this.#kind) {
			case HALVES:
			case HALVES_BIG:
				this.#storeHalf(at, unit << this.#shift, this.#kind === HALVES_BIG);
				break;
			case PIXELS_16:
			case PIXELS_16_BIG:
				this.#storeField(at, unit, this.#kind === PIXELS_16_BIG);
				break;
			default:
				this.#page[at] = unit;
		}
	}

	#storeHalf(at: number, half: number, isBig: boolean) {
		this.#page[at] = isBig ? half >> 8 : half;
		this.#page[at + 1] = isBig ? half : half >> 8;
	}

	/** Green comes first, then red, then blue. */
	#storeField(at: number, unit: number, isBig: boolean) {
		const high = at + (isBig ? 0 : 1);
		const low = at + (isBig ? 1 : 0);
		const green = (((this.#page[high] as number) & 7) << 2) | ((this.#page[low] as number) >> 6);
		if (this.#index === 0) this.#storeHalf(at, (unit & 63) << 5, isBig);
		else if (this.#index === 1) this.#page[high] = ((this.#page[high] as number) & 7) | (((unit + green) & 31) << 3);
		else this.#page[low] = ((this.#page[low] as number) & 0xe0) | ((unit + green) & 31);
	}

	/** Adds green to the bytes beside it, which are relative to it if it is in this page. */
	#addGreen(form: number) {
		const page = this.#page;
		const length = this.#kind === PIXELS_24 ? 3 : 4;
		for (let green = (length + 1 - form) % length; green < page.length; green += length) {
			if (green > 0) page[green - 1] = (page[green - 1] as number) + (page[green] as number);
			if (green + 1 < page.length) page[green + 1] = (page[green + 1] as number) + (page[green] as number);
		}
	}
}
