/*
 * The portable engine: packing. A page becomes a few bytes, and a page again; zramPack.c in TypeScript. Knows codecs, and
 * nothing of regions: where the bytes go is decided elsewhere (place.ts).
 *
 * A codec is a Codec in a file of its own, and a row in codecs.ts, where its id is.
 */

import { STATE_COMPRESSED, STATE_EMPTY, STATE_RAW, STATE_SAME } from "zram/engine/entry";
import { CODECS } from "zram/engine/portable/codecs";

/** An entry has three bits for a codec's id. */
export const CODEC_IDS = 8;

/** Bytes of memory that is lent to encoders and decoders one after the other: as much as a page has at most. */
export const WORKSPACE_LENGTH = 4096;

/** A page as it is stored. */
export class Packed {
	/** STATE_SAME, STATE_COMPRESSED or STATE_RAW. */
	state = STATE_EMPTY;
	/** Of a compressed one, else 0. */
	codec = 0;
	/** Bytes; 0 for a same-filled page, whose word is all there is. */
	length = 0;
	/** Of a same-filled page. */
	word = 0;
	/** Where the bytes are, with zeros behind them up to a whole granule. */
	words: Uint32Array;

	constructor(words: Uint32Array) {
		this.words = words;
	}

	set(state: number, codec: number, length: number, words: Uint32Array) {
		this.state = state;
		this.codec = codec;
		this.length = length;
		this.words = words;
	}
}

/** What a codec does for one engine. */
export interface Coder {
	/**
	 * Encodes all of `page` to `block`. Returns the length of the block; or 0 if it is longer than `capacity`; or undefined
	 * if the page does not look worth it, and then `block` is as it was. The block depends on the page alone, and whether there is one on `capacity` too.
	 */
	encode(page: Uint8Array, block: Uint8Array, capacity: number): number | undefined;
	/** Decodes any `length` bytes to all of `page`: whether they are a block of exactly such a page. */
	decode(block: Uint8Array, length: number, page: Uint8Array): boolean;
}

export interface Codec {
	/** As options and dumps have it. */
	readonly name: string;
	/**
	 * It is tried if what came before it, in the order of ids, leaves at least `tried` 256ths of a page; it is kept if it
	 * saves `saves` 256ths of that, and a granule. pack() never tries one of which `tried` is more than 256.
	 */
	readonly tried: number;
	readonly saves: number;
	/** `workspace`: what is in it whenever encode() or decode() is called is what any codec has left there. */
	makeCoder(workspace: Uint8Array): Coder;
}

export class Packer {
	/** Lent to encoders and decoders, and to check(). */
	readonly workspace: Uint8Array;
	/** The page as it is outside, and its stored bytes, on their way in or out. */
	readonly page: Uint8Array;
	readonly block: Uint8Array;
	readonly pageWords: Uint32Array;
	readonly blockWords: Uint32Array;
	readonly packed: Packed;
	/** By id. */
	readonly #coders: (Coder | undefined)[] = [];
	/** The codecs that may be used: a set of bits 1 << id, of those there are. */
	#codecs = 0;
	/** The least that a block must save, and what it is filled up to a multiple of. */
	readonly #granuleLength: number;

	/** Bytes that one needs. */
	static length(pageLength: number): number {
		return WORKSPACE_LENGTH + 2 * pageLength;
	}

	/** `offset`: of length() bytes in `scratch`, a multiple of 4; the page is the last of them. */
	constructor(scratch: ArrayBufferLike, offset: number, pageLength: number, granuleLength: number, codecs: number) {
		const block = offset + WORKSPACE_LENGTH;
		const page = block + pageLength;
		this.workspace = new Uint8Array(scratch, offset, WORKSPACE_LENGTH);
		this.block = new Uint8Array(scratch, block, pageLength);
		this.blockWords = new Uint32Array(scratch, block, pageLength / 4);
		this.page = new Uint8Array(scratch, page, pageLength);
		this.pageWords = new Uint32Array(scratch, page, pageLength / 4);
		this.packed = new Packed(this.pageWords);
		for (let id = 0; id < CODEC_IDS; id++) {
			this.#coders.push(CODECS[id]?.makeCoder(this.workspace));
			if (CODECS[id]) this.#codecs |= codecs & (1 << id);
		}
		this.#granuleLength = granuleLength;
	}

	/** Has `packed` be `page` as it is. */
	asIs(): Packed {
		this.packed.set(STATE_RAW, 0, this.page.length, this.pageWords);
		return this.packed;
	}

	/** Packs `page` to `packed`. */
	pack() {
		const { packed } = this;
		this.asIs();
		if (this.isSame()) {
			packed.set(STATE_SAME, 0, 0, this.pageWords);
			packed.word = this.pageWords[0] as number;
			return;
		}
		let last = 0;
		let room = 0;
		for (let id = 0; this.#codecs >> id; id++) {
			const capacity = this.#codecs & (1 << id) ? this.#capacityFor(CODECS[id] as Codec, packed.length) : 0;
			const length = capacity ? this.#encode(id, capacity) : undefined;
			if (length === undefined) continue;
			last = id;
			if (!length) continue;
			packed.set(STATE_COMPRESSED, id, length, this.blockWords);
			room = capacity;
		}
		if (packed.state === STATE_RAW) return;
		// one that was tried later has lost, and written over the block
		if (last !== packed.codec) this.#encode(packed.codec, room);
		const end = Math.ceil(packed.length / this.#granuleLength) * this.#granuleLength;
		this.block.fill(0, packed.length, end);
	}

	/** The densest codec that may be used and pack() never tries, or CODEC_IDS. */
	get densest(): number {
		for (let id = CODEC_IDS - 1; id >= 0; id--)
			if (this.#codecs & (1 << id) && (CODECS[id] as Codec).tried > 256) return id;
		return CODEC_IDS;
	}

	/** Packs `page` to `packed` with this codec. False if the block would have more than `capacity` bytes. */
	packWith(id: number, capacity: number): boolean {
		const length = this.#encode(id, capacity);
		if (!length) return false;
		this.packed.set(STATE_COMPRESSED, id, length, this.blockWords);
		this.block.fill(0, length, Math.ceil(length / this.#granuleLength) * this.#granuleLength);
		return true;
	}

	/** Unpacks `packed` to `page`. False if its bytes are no block of its codec, or there is none of this id. */
	unpack(): boolean {
		const { packed } = this;
		if (packed.state === STATE_COMPRESSED)
			return this.#coders[packed.codec]?.decode(this.block, packed.length, this.page) ?? false;
		if (packed.state === STATE_SAME) this.pageWords.fill(packed.word);
		return true;
	}

	/** Whether all words of `page` are like its first. */
	isSame(): boolean {
		const words = this.pageWords;
		const first = words[0];
		for (let i = 1; i < words.length; i++) if (words[i] !== first) return false;
		return true;
	}

	wipe() {
		this.workspace.fill(0);
		this.block.fill(0);
		this.page.fill(0);
	}

	/** What a codec may make of a page that takes `length` bytes so far; 0 if it is not to be tried. */
	#capacityFor({ tried, saves }: Codec, length: number): number {
		const least = Math.max((length * saves) >> 8, this.#granuleLength);
		return length << 8 >= this.page.length * tried ? Math.max(length - least, 0) : 0;
	}

	#encode(id: number, capacity: number): number | undefined {
		return (this.#coders[id] as Coder).encode(this.page, this.block, capacity);
	}
}
