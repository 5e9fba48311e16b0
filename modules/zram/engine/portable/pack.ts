/*
 * The portable engine: packing, which turns a page into a few bytes, and back; zramPack.c in TypeScript. It decides
 * which codec a page is compressed with, if any. engine.ts calls it. It knows codecs, and nothing about regions:
 * place.ts decides where the bytes go.
 *
 * A codec is a Codec in a file of its own, and a row with its id in codecs.ts.
 */

import { STATE_COMPRESSED, STATE_EMPTY, STATE_RAW, STATE_SAME } from "zram/engine/entry";
import { CODECS } from "zram/engine/portable/codecs";

/** An entry has three bits for an id. */
export const CODEC_IDS = 8;

/** Bytes of the workspace that encoders and decoders share, one at a time: the length of the longest page. */
export const WORKSPACE_LENGTH = 4096;

/** A page in its stored form. */
export class Packed {
	/** STATE_SAME, STATE_COMPRESSED or STATE_RAW. */
	state = STATE_EMPTY;
	/** 0 unless it is compressed. */
	codec = 0;
	/** Stored bytes; 0 for a same-filled page, whose word is all there is. */
	length = 0;
	/** The word of a same-filled page. */
	word = 0;
	/** The stored bytes, followed by zeros up to a whole granule. */
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

/** A codec at work for one engine, with that engine's workspace. */
export interface Coder {
	/**
	 * Encodes all of `page` to `block`. Returns the length of the block, 0 if it would be longer than `capacity`, or
	 * undefined if the page does not look worth encoding; then it has written nothing. The block depends on the page
	 * alone; whether there is one also depends on `capacity`.
	 */
	encode(page: Uint8Array, block: Uint8Array, capacity: number): number | undefined;
	/**
	 * Decodes `length` bytes of any content to all of `page`. False if they are not a block of a page of exactly that
	 * length.
	 */
	decode(block: Uint8Array, length: number, page: Uint8Array): boolean;
}

export interface Codec {
	/** In options and dumps. */
	readonly name: string;
	/**
	 * Codecs are tried in the order of their ids. This one is tried if those before it leave at least `tried` 256ths of
	 * a page; its block is kept if it saves `saves` 256ths of what they leave, and at least a granule. pack() never
	 * tries a codec whose `tried` is above 256.
	 */
	readonly tried: number;
	readonly saves: number;
	/** Whenever encode() or decode() is called, `workspace` holds whatever another codec has left there. */
	makeCoder(workspace: Uint8Array): Coder;
}

export class Packer {
	/** Encoders and decoders use it, and check() does. */
	readonly workspace: Uint8Array;
	/** The page, unpacked, and its block, on their way in or out. */
	readonly page: Uint8Array;
	readonly block: Uint8Array;
	readonly pageWords: Uint32Array;
	readonly blockWords: Uint32Array;
	readonly packed: Packed;
	/** By id. */
	readonly #coders: (Coder | undefined)[] = [];
	/** The codecs that may be used, as a set of bits 1 << id. Those that the build lacks are left out. */
	#codecs = 0;
	/** A block must save at least this, and is zero-filled to a multiple of it. */
	readonly #granuleLength: number;

	/** Bytes of scratch that a packer needs. */
	static length(pageLength: number): number {
		return WORKSPACE_LENGTH + 2 * pageLength;
	}

	/** `offset`: where length() bytes of `scratch` begin, a multiple of 4. The page comes last. */
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

	/** Makes `packed` the raw page. */
	asIs(): Packed {
		this.packed.set(STATE_RAW, 0, this.page.length, this.pageWords);
		return this.packed;
	}

	/** Packs `page`; the result is in `packed`. */
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
		// a codec tried later has lost, but has overwritten the block
		if (last !== packed.codec) this.#encode(packed.codec, room);
		const end = Math.ceil(packed.length / this.#granuleLength) * this.#granuleLength;
		this.block.fill(0, packed.length, end);
	}

	/** The densest of the codecs that may be used but that pack() never tries; CODEC_IDS if there is none. */
	get densest(): number {
		for (let id = CODEC_IDS - 1; id >= 0; id--)
			if (this.#codecs & (1 << id) && (CODECS[id] as Codec).tried > 256) return id;
		return CODEC_IDS;
	}

	/** Packs `page` with this codec; the result is in `packed`. False if the block would be longer than `capacity`. */
	packWith(id: number, capacity: number): boolean {
		const length = this.#encode(id, capacity);
		if (!length) return false;
		this.packed.set(STATE_COMPRESSED, id, length, this.blockWords);
		this.block.fill(0, length, Math.ceil(length / this.#granuleLength) * this.#granuleLength);
		return true;
	}

	/**
	 * Unpacks `packed` to `page`. False if the bytes are not a block of their codec, or the build has no such codec.
	 */
	unpack(): boolean {
		const { packed } = this;
		if (packed.state === STATE_COMPRESSED)
			return this.#coders[packed.codec]?.decode(this.block, packed.length, this.page) ?? false;
		if (packed.state === STATE_SAME) this.pageWords.fill(packed.word);
		return true;
	}

	/** Whether all words of `page` equal its first. */
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

	/**
	 * The longest block that a codec may make of a page that takes `length` bytes so far; 0 if it is not worth trying.
	 */
	#capacityFor({ tried, saves }: Codec, length: number): number {
		const least = Math.max((length * saves) >> 8, this.#granuleLength);
		return length << 8 >= this.page.length * tried ? Math.max(length - least, 0) : 0;
	}

	#encode(id: number, capacity: number): number | undefined {
		return (this.#coders[id] as Coder).encode(this.page, this.block, capacity);
	}
}
