/*
 * The portable engine: LZ4 for one page. DESIGN.md specifies encoder and decoder ("LZ4 for one page"); this is that
 * text, step by step. ../native/zramLZ4.c makes the same blocks in other ways.
 */

import type { Codec } from "zram/engine/portable/pack";

/** Entries of the encoder's table. */
export const TABLE_LENGTH = 2048;

const HASH_MULTIPLIER = 2654435761;
const HASH_SHIFT = 21; // 32 - log2(TABLE_LENGTH)
const MATCH_LEAST = 4;
/** A length in the token that says: more in the bytes that follow. */
const NIBBLE_MOST = 15;
/** The last bytes of a page are literals, and matches start at least LAST_MATCH_START bytes before its end. */
const LAST_LITERALS = 5;
const LAST_MATCH_START = 12;
/** Bytes that are searched at every position before the first match, and before others. */
const DENSE_FIRST = 128;
const DENSE_LATER = 192;
/** Behind them four positions are searched, these three so far from the first, ... */
const APART_SECOND = 4;
const APART_THIRD = 14;
const APART_FOURTH = 27;
/** ... and again so far behind the first, and as many bytes more as these bits of its byte say. */
const APART_LEAST = 48;
const APART_MASK = 28;

/** Bytes that a length takes besides its nibble of the token. */
function lengthBytes(length: number): number {
	return length < NIBBLE_MOST ? 0 : 1 + Math.floor((length - NIBBLE_MOST) / 255);
}

/** Encodes pages, one at a time. What it was used for before cannot be seen in a block. */
export class Encoder {
	/** Where the four bytes with a hash were last seen; 0 for nowhere, as position 0 is never entered. */
	readonly #table: Uint16Array;
	#page!: Uint8Array;
	#block!: Uint8Array;
	/** Bytes of the block so far. */
	#length = 0;
	/** First byte of the page that is not in the block yet. */
	#anchor = 0;
	/** A match that was found: where it starts, and where the same bytes are. */
	#position = 0;
	#match = 0;

	/** table: TABLE_LENGTH entries, whatever is in them. */
	constructor(table: Uint16Array) {
		this.#table = table;
	}

	/**
	 * Encodes all of `page` (512, 1024, 2048 or 4096 bytes) to `block`.
	 *
	 * @returns the length of the block, or 0 if it is longer than `capacity`; what is then in `block` is undefined
	 */
	encode(page: Uint8Array, block: Uint8Array, capacity: number): number {
		this.#page = page;
		this.#block = block;
		this.#length = this.#anchor = 0;
		this.#table.fill(0);
		const last = page.length - LAST_MATCH_START;
		while (this.#anchor < last && this.#search(last)) {
			this.#extendBackward();
			do if (!this.#putSequence(capacity)) return 0;
			while (this.#anchor < last && this.#lookBehind());
		}
		return this.#putLast(capacity);
	}

	#hash(position: number): number {
		return Math.imul(this.#sequence(position), HASH_MULTIPLIER) >>> HASH_SHIFT;
	}

	/** The four bytes at `position` as an int32. */
	#sequence(position: number): number {
		const page = this.#page;
		return (
			(page[position] as number) |
			((page[position + 1] as number) << 8) |
			((page[position + 2] as number) << 16) |
			((page[position + 3] as number) << 24)
		);
	}

	/** Enters `position`. Whether its four bytes were seen before: then that is a match. */
	#lookup(position: number): boolean {
		const table = this.#table;
		const sequence = this.#sequence(position);
		const hash = Math.imul(sequence, HASH_MULTIPLIER) >>> HASH_SHIFT;
		const seen = table[hash] as number;
		table[hash] = position;
		if (seen === 0 || this.#sequence(seen) !== sequence) return false;
		this.#position = position;
		this.#match = seen;
		return true;
	}

	/** Looks for a match that starts behind the anchor, and before `last`. */
	#search(last: number): boolean {
		const start = this.#anchor + 1;
		const end = Math.min(start + (this.#anchor ? DENSE_LATER : DENSE_FIRST), last - 3);
		let t = start;
		for (; t < end; t += 4) for (let i = 0; i < 4; i++) if (this.#lookup(t + i)) return true;
		t = (t + 3) & ~3;
		for (; t + APART_FOURTH < last; t += APART_LEAST + ((this.#page[t] as number) & APART_MASK))
			if (
				this.#lookup(t) ||
				this.#lookup(t + APART_SECOND) ||
				this.#lookup(t + APART_THIRD) ||
				this.#lookup(t + APART_FOURTH)
			)
				return true;
		return false;
	}

	#extendBackward() {
		const page = this.#page;
		while (this.#position > this.#anchor && this.#match > 0) {
			if (page[this.#position - 1] !== page[this.#match - 1]) return;
			this.#position--;
			this.#match--;
		}
	}

	/** Right behind a match: whether another one starts there. */
	#lookBehind(): boolean {
		const anchor = this.#anchor;
		this.#table[this.#hash(anchor - 2)] = anchor - 2;
		return this.#lookup(anchor);
	}

	/** How many bytes of the match are equal, 4 or more. */
	#matchLength(): number {
		const page = this.#page;
		const most = page.length - LAST_LITERALS - this.#position;
		let length = MATCH_LEAST;
		while (length < most && page[this.#position + length] === page[this.#match + length]) length++;
		return length;
	}

	/** Writes the literals up to the match, and the match. False if the block would be too long. */
	#putSequence(capacity: number): boolean {
		const matchLength = this.#matchLength();
		const literals = this.#position - this.#anchor;
		const more = matchLength - MATCH_LEAST;
		const length = 1 + lengthBytes(literals) + literals + 2 + lengthBytes(more);
		if (this.#length + length > capacity) return false;
		this.#putToken(literals, more);
		this.#putLiterals(literals);
		const offset = this.#position - this.#match;
		this.#put(offset & 0xff);
		this.#put(offset >> 8);
		this.#putLength(more);
		this.#anchor = this.#position + matchLength;
		return true;
	}

	/** Writes the last sequence, which is literals alone. Returns the length of the block, or 0 if it is too long. */
	#putLast(capacity: number): number {
		const literals = this.#page.length - this.#anchor;
		if (this.#length + 1 + lengthBytes(literals) + literals > capacity) return 0;
		this.#putToken(literals, 0);
		this.#putLiterals(literals);
		return this.#length;
	}

	#put(byte: number) {
		this.#block[this.#length++] = byte;
	}

	#putToken(literals: number, more: number) {
		this.#put((Math.min(literals, NIBBLE_MOST) << 4) | Math.min(more, NIBBLE_MOST));
		this.#putLength(literals);
	}

	/** The bytes of a length that does not fit in its nibble. */
	#putLength(length: number) {
		if (length < NIBBLE_MOST) return;
		for (length -= NIBBLE_MOST; length >= 255; length -= 255) this.#put(255);
		this.#put(length);
	}

	#putLiterals(count: number) {
		const page = this.#page;
		const block = this.#block;
		let to = this.#length;
		for (let from = this.#anchor, end = from + count; from < end; ) block[to++] = page[from++] as number;
		this.#length = to;
	}
}

/** Decodes blocks, one at a time. Any bytes may be given. */
export class Decoder {
	#block!: Uint8Array;
	#length = 0;
	#page!: Uint8Array;
	/** Bytes of the block that are read, and bytes of the page that are written. */
	#in = 0;
	#out = 0;

	/**
	 * Decodes the first `length` bytes of `block` to all of `page`.
	 *
	 * @returns whether they are a block of exactly one page; if not, what is then in `page` is undefined
	 */
	decode(block: Uint8Array, length: number, page: Uint8Array): boolean {
		this.#block = block;
		this.#length = length;
		this.#page = page;
		this.#in = this.#out = 0;
		if (length > 2 * page.length) return false; // no block of a page is
		while (this.#in < length) {
			const token = block[this.#in++] as number;
			if (!this.#copyLiterals(token >> 4)) return false;
			if (this.#in === length) return token >> 4 > 0 && this.#out === page.length;
			if (!this.#copyMatch(token & NIBBLE_MOST)) return false;
		}
		return false;
	}

	/** A length whose nibble is `nibble`; more than any page has if the block ends among its bytes. */
	#lengthOf(nibble: number): number {
		let length = nibble;
		if (nibble < NIBBLE_MOST) return length;
		for (;;) {
			if (this.#in === this.#length) return Number.POSITIVE_INFINITY;
			const byte = this.#block[this.#in++] as number;
			length += byte;
			if (byte < 255) return length;
		}
	}

	#copyLiterals(nibble: number): boolean {
		const block = this.#block;
		const page = this.#page;
		const count = this.#lengthOf(nibble);
		if (count > this.#length - this.#in || count > page.length - this.#out) return false;
		const end = this.#in + count;
		let out = this.#out;
		for (let from = this.#in; from < end; ) page[out++] = block[from++] as number;
		this.#in = end;
		this.#out = out;
		return true;
	}

	#copyMatch(nibble: number): boolean {
		const block = this.#block;
		const page = this.#page;
		if (this.#length - this.#in < 2) return false;
		const offset = (block[this.#in] as number) | ((block[this.#in + 1] as number) << 8);
		this.#in += 2;
		const count = MATCH_LEAST + this.#lengthOf(nibble);
		let out = this.#out;
		if (offset === 0 || offset > out) return false;
		if (out > page.length - LAST_MATCH_START || out + count > page.length - LAST_LITERALS) return false;
		// byte by byte: a match may reach into what it writes itself
		for (const end = out + count; out < end; out++) page[out] = page[out - offset] as number;
		this.#out = out;
		return true;
	}
}

export const LZ4: Codec = Object.freeze({
	name: "lz4",
	tried: 0,
	saves: 0,
	makeCoder(workspace: Uint8Array) {
		const encoder = new Encoder(new Uint16Array(workspace.buffer, workspace.byteOffset, TABLE_LENGTH));
		const decoder = new Decoder();
		return {
			encode: (page: Uint8Array, block: Uint8Array, capacity: number) => encoder.encode(page, block, capacity),
			decode: (block: Uint8Array, length: number, page: Uint8Array) => decoder.decode(block, length, page),
		};
	},
});
