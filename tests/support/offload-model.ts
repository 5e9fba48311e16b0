/* A device with flash next to a plain array: random operations on both, which must agree, whatever the flash does. */

import Zram, { ZramError, type ZramOptions } from "zram";
import { copy, equal, erase, fill, KINDS, NOISE } from "./bytes.ts";
import type { Bed } from "./offload.ts";
import { Random } from "./random.ts";

export interface Lost {
	/** Reads and writes that failed with EIO. */
	eio: number;
	/** Writes and trims that didn't fit. */
	refused: number;
}

export class OffloadModel {
	readonly lost: Lost = { eio: 0, refused: 0 };
	readonly random: Random;
	zram: Zram;
	readonly #bed: Bed;
	readonly #options: Partial<ZramOptions>;
	readonly #expected: Uint8Array;
	/** Pages reported as lost, until they are rewritten. */
	readonly #unreadable = new Set<number>();
	readonly #buffer: Uint8Array;

	constructor(bed: Bed, seed: number, options: Partial<ZramOptions> = {}) {
		this.#bed = bed;
		this.#options = options;
		this.random = new Random(seed);
		this.zram = bed.boot(options);
		this.#expected = new Uint8Array(this.zram.byteLength);
		this.#buffer = new Uint8Array(3 * this.zram.pageLength + 4);
	}

	/** Does one random operation. Throws an Error that says what differs. */
	step() {
		const { zram, random } = this;
		const what = random.below(1000);
		if (what < 500) this.#write();
		else if (what < 800) this.#read(...this.#range());
		else if (what < 900) this.#trim();
		else if (what < 940) zram.maintain(random.below(300));
		else if (what < 970) zram.markIdle();
		else if (what < 990) this.#writeback();
		else if (what < 996) this.#bed.clock.now += random.below(1_000_000);
		else zram.check();
	}

	/** A reboot: the old device is simply gone. Everything reads as zeros. */
	reboot(options: Partial<ZramOptions> = this.#options, backing = {}) {
		this.zram = this.#bed.boot(options, backing);
		this.#expected.fill(0);
		this.#unreadable.clear();
	}

	/** Expects every page to be right. */
	verify() {
		const { pageLength, byteLength } = this.zram;
		this.zram.check();
		for (let byteOffset = 0; byteOffset < byteLength; byteOffset += pageLength) this.#read(byteOffset, pageLength);
	}

	/** Mostly whole pages. */
	#range(): [byteOffset: number, byteLength: number] {
		const { pageLength, byteLength: end } = this.zram;
		const { random } = this;
		let byteOffset = random.below(end);
		let byteLength = random.below(2 * pageLength);
		if (!random.once(4)) {
			byteOffset -= byteOffset % pageLength;
			byteLength = (random.once(4) ? 2 : 1) * pageLength;
		}
		return [byteOffset, Math.min(byteLength, end - byteOffset)];
	}

	#pagesOf(byteOffset: number, byteLength: number): number[] {
		const { pageLength } = this.zram;
		const first = Math.floor(byteOffset / pageLength);
		const count = Math.ceil((byteOffset + byteLength) / pageLength) - first;
		return Array.from({ length: count }, (_, i) => first + i);
	}

	/** Runs `work`. On EIO the page at which it stopped counts as lost. Returns how many bytes were done. */
	#attempt(byteOffset: number, byteLength: number, work: () => void): number {
		try {
			work();
			return byteLength;
		} catch (error) {
			if (!(error instanceof ZramError) || (error.code !== "EIO" && error.code !== "ENOSPC")) throw error;
			const { pageLength } = this.zram;
			if (error.code === "ENOSPC") this.lost.refused++;
			else {
				this.lost.eio++;
				this.#unreadable.add(Number(/page (\d+)/.exec(error.message)?.[1]));
			}
			const done = error.bytesWritten ?? 0;
			if (done && (byteOffset + done) % pageLength) throw new Error(`stopped within a page, after ${done} bytes`);
			return done;
		}
	}

	#read(byteOffset: number, byteLength: number) {
		const bytes = this.#buffer.subarray(0, byteLength);
		const done = this.#attempt(byteOffset, byteLength, () => this.zram.read(bytes, byteOffset));
		if (done < byteLength) return;
		if (!equal(bytes, 0, this.#expected, byteOffset, byteLength)) throw new Error(`wrong bytes read at ${byteOffset}`);
		for (const page of this.#pagesOf(byteOffset, byteLength)) this.#unreadable.delete(page);
	}

	#write() {
		const { random } = this;
		const [byteOffset, byteLength] = this.#range();
		const start = random.once(4) ? random.below(4) : 0;
		const bytes = this.#buffer.subarray(start, start + byteLength);
		fill(bytes, 0, byteLength, random.once(3) ? random.below(KINDS) : NOISE, random.next());
		const done = this.#attempt(byteOffset, byteLength, () => this.zram.write(bytes, byteOffset));
		copy(this.#expected, byteOffset, bytes, 0, done);
		this.#forget(byteOffset, done);
	}

	#trim() {
		const [byteOffset, byteLength] = this.#range();
		const done = this.#attempt(byteOffset, byteLength, () => this.zram.trim(byteOffset, byteLength));
		erase(this.#expected, byteOffset, done);
		this.#forget(byteOffset, done);
	}

	/** A page written as a whole is no longer lost. A lost page can't be written in part. */
	#forget(byteOffset: number, byteLength: number) {
		if (byteLength) for (const page of this.#pagesOf(byteOffset, byteLength)) this.#unreadable.delete(page);
	}

	#writeback() {
		const { random, zram } = this;
		const pages = [random.below(zram.byteLength / zram.pageLength)];
		const type = (["idle", "huge", "page"] as const)[random.below(3)] as "idle";
		zram.writeback({ type, pages, bytes: 2 * zram.pageLength });
	}
}
