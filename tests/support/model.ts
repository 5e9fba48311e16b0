/* A device next to a plain array: random operations on both, which must agree. */

import Zram, { ZramError, type ZramOptions } from "zram";
import { copy, equal, erase, fill, KINDS } from "./bytes.ts";
import { Random } from "./random.ts";

/** How many operations to do between checks of the whole region. */
const CHECK_EVERY = 500;

export class Model {
	readonly options: ZramOptions;
	readonly random: Random;
	zram: Zram;
	/** Writes and trims that were refused. */
	refused = 0;
	#expected: Uint8Array;
	#buffer: Uint8Array;
	#operations = 0;

	constructor(options: ZramOptions, seed: number) {
		this.options = options;
		this.random = new Random(seed);
		this.zram = new Zram(options);
		this.#expected = new Uint8Array(this.zram.byteLength);
		this.#buffer = new Uint8Array(6 * this.zram.pageLength + 4);
	}

	/** Does one random operation. Throws an Error that says what differs. */
	step() {
		const what = this.random.below(1000);
		const { byteOffset, byteLength } = this.#range();
		// a quarter of the buffers is misaligned, like slices of larger ones
		const start = this.random.once(4) ? this.random.below(4) : 0;
		const bytes = this.#buffer.subarray(start, start + byteLength);
		if (what < 450) this.#write(bytes, byteOffset);
		else if (what < 750) this.#read(bytes, byteOffset);
		else if (what < 960) this.#trim(byteOffset, byteLength);
		else if (what < 975) this.zram.markIdle();
		else if (what < 980) this.zram.maintain(this.random.below(100));
		else if (what < 995) this.#setLimit();
		else if (what < 998) this.#reset();
		else this.#reopen();
		if (++this.#operations % CHECK_EVERY === 0) this.zram.check();
	}

	/** Expects everything to be right, and every granule to come back when all is trimmed. */
	finish() {
		const { zram } = this;
		zram.check();
		for (let byteOffset = 0; byteOffset < zram.byteLength; byteOffset += zram.pageLength)
			this.#read(this.#buffer.subarray(0, zram.pageLength), byteOffset);
		zram.trim(0, zram.byteLength);
		zram.check();
		const { memUsed, pagesStored, comprDataSize } = zram.status();
		if (memUsed !== Zram.layout(this.options).metadata || pagesStored || comprDataSize) throw new Error("a leak");
		zram.close();
	}

	/** Whole pages half of the time, else any range. Rarely longer than a few pages. */
	#range() {
		const { pageLength, byteLength: end } = this.zram;
		const { random } = this;
		let byteOffset = random.below(end / 16) * 16 + random.below(16);
		let byteLength = random.below(6 * pageLength);
		if (random.once(2)) {
			byteOffset -= byteOffset % pageLength;
			byteLength = (1 + random.below(4)) * pageLength;
		}
		return { byteOffset, byteLength: Math.min(byteLength, end - byteOffset) };
	}

	#read(bytes: Uint8Array, byteOffset: number) {
		const count = this.zram.read(bytes, byteOffset);
		if (count !== bytes.length) throw new Error(`read ${count} bytes of ${bytes.length}`);
		if (!equal(bytes, 0, this.#expected, byteOffset, count)) throw new Error(`wrong bytes read at ${byteOffset}`);
	}

	#write(bytes: Uint8Array, byteOffset: number) {
		fill(bytes, 0, bytes.length, this.random.below(KINDS), this.random.next());
		const done = this.#attempt(bytes.length, () => this.zram.write(bytes, byteOffset));
		copy(this.#expected, byteOffset, bytes, 0, done);
		if (done < bytes.length) this.#stands(byteOffset + done);
	}

	#trim(byteOffset: number, byteLength: number) {
		const done = this.#attempt(byteLength, () => this.zram.trim(byteOffset, byteLength));
		erase(this.#expected, byteOffset, done);
		if (done < byteLength) this.#stands(byteOffset + done);
	}

	/** How many bytes the operation did, all or until it was refused. */
	#attempt(byteLength: number, operation: () => void): number {
		try {
			operation();
			return byteLength;
		} catch (error) {
			if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
			this.refused++;
			return error.bytesWritten as number;
		}
	}

	/** Expects the page at which a write stopped to have its old bytes. */
	#stands(byteOffset: number) {
		const { pageLength } = this.zram;
		this.#read(this.#buffer.subarray(0, pageLength), byteOffset - (byteOffset % pageLength));
	}

	#setLimit() {
		const { arenaLength } = Zram.layout(this.options);
		this.zram.limit = this.random.once(2) ? arenaLength : this.random.below(arenaLength + 1);
	}

	#reset() {
		this.zram.reset();
		this.#expected.fill(0);
	}

	#reopen() {
		this.zram.close();
		this.zram = new Zram(this.options);
		this.#expected.fill(0);
	}
}
