/*
 * Values as chains of pages on one or more devices. No value needs pages that lie side by side, so whatever is free can
 * be used, and values of different lengths leave no gaps between them.
 *
 *   links   0 … pageCount - 1            the next page of a chain, or none
 *           pageCount … + chainCount - 1 the first page of each chain: a link like the others, so nothing is special
 *           pageCount + chainCount       the first page of the draft: a value that is being written
 *
 * Pages are numbered through all devices. A page that is free has been trimmed, and reads as zeros.
 */

import type Zram from "zram";
import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";
import { ZramError } from "zram/error";
import { Memory } from "zram/memory";

/** What there is not enough of: bytes of the arenas, or pages of the devices. */
export type Shortage = "arena" | "pages";

/** A device, and its part of the numbering. */
class Place {
	readonly zram: Zram;
	readonly first: number;
	readonly end: number;
	/** Pages from here up were never used. */
	frontier: number;
	/** First page of the free chain, or none. */
	free: number;

	constructor(zram: Zram, first: number, none: number) {
		this.zram = zram;
		this.first = this.frontier = first;
		this.end = first + zram.byteLength / zram.pageLength;
		this.free = none;
	}

	get bytesLeft(): number {
		const { memUsed, memLimit } = this.zram.status();
		return Math.max(memLimit - memUsed, 0);
	}
}

function isFull(error: unknown): error is ZramError {
	return error instanceof ZramError && error.code === "ENOSPC";
}

function isDamaged(error: unknown): boolean {
	return error instanceof ZramError && error.code === "ECORRUPT";
}

/** Links of 2 bytes if that is enough for all of them, else of 4. */
function makeLinks(memory: Memory, count: number, none: number): Uint16Array | Uint32Array {
	const buffer = memory as unknown as ArrayBuffer;
	const links = none === 0xffff ? new Uint16Array(buffer, 0, count) : new Uint32Array(buffer, 0, count);
	return links.fill(none);
}

export class Chains {
	readonly pageLength: number;
	readonly pageCount: number;
	pagesUsed = 0;
	/** Damaged pages that could not be trimmed: nobody uses them any more. */
	pagesLost = 0;
	/** What the last attempt lacked. */
	shortage: Shortage = "pages";
	/** In the order of their numbers. */
	#places: Place[] = [];
	/** In the order in which they are asked for room. */
	#ranked: Place[];
	#none: number;
	#memory: Memory;
	#links: Uint16Array | Uint32Array;
	#draft: number;
	/** A page on its way: to be compared, or to move to another device. */
	#staging: Memory;
	#makeRoom: () => boolean;

	/** Where links were followed last, so that going on from there is short. */
	#cursorChain = -1;
	#cursorIndex = 0;
	#cursorAt = 0;

	/** Bytes of memory that the links take. */
	static linksLength(pageCount: number, chainCount: number): number {
		const count = pageCount + chainCount + 1;
		return pageCount < 0xffff ? 2 * count : 4 * count;
	}

	/**
	 * Takes the devices over: what they hold is dropped. `makeRoom` frees some chain when there is a shortage, or returns
	 * false: then the operation that wants room throws ENOSPC.
	 */
	constructor(devices: readonly Zram[], chainCount: number, makeRoom: () => boolean) {
		this.pageLength = (devices[0] as Zram).pageLength;
		this.pageCount = devices.reduce((count, { byteLength }) => count + byteLength / this.pageLength, 0);
		this.#none = this.pageCount < 0xffff ? 0xffff : 0xffffffff;
		this.#draft = chainCount;
		this.#makeRoom = makeRoom;
		let first = 0;
		for (const zram of devices) {
			zram.trim(0, zram.byteLength);
			const place = new Place(zram, first, this.#none);
			first = place.end;
			this.#places.push(place);
		}
		this.#ranked = this.#places;
		this.#staging = new Memory(this.pageLength, "internal");
		this.#memory = new Memory(Chains.linksLength(this.pageCount, chainCount), "external");
		this.#links = makeLinks(this.#memory, this.pageCount + chainCount + 1, this.#none);
	}

	/** Bytes of all pages. */
	get byteLength(): number {
		return this.pageCount * this.pageLength;
	}

	/** Bytes left in all arenas. */
	get bytesLeft(): number {
		return this.#places.reduce((sum, { bytesLeft }) => sum + bytesLeft, 0);
	}

	/**
	 * Makes the first `length` bytes of `bytes` the value of `chain`. Without `bytes` it is zeros, which take no room.
	 *
	 * @throws ZramError `ENOSPC`; the old value stands.
	 */
	write(chain: number, bytes: ByteBuffer | undefined, length: number): void {
		const draft = this.#draft;
		try {
			this.#build(draft, bytes, length);
		} catch (error) {
			this.free(draft);
			throw error;
		}
		const links = this.#links;
		const old = this.pageCount + chain;
		const fresh = this.pageCount + draft;
		const first = links[old] as number;
		links[old] = links[fresh] as number;
		links[fresh] = first;
		this.free(draft);
		this.#cursorChain = -1;
	}

	/** Reads `length` bytes of `chain` from `offset` to `into`, from `start` on. */
	read(chain: number, offset: number, into: ByteBuffer, start: number, length: number): void {
		const { pageLength } = this;
		const end = start + length;
		let at = this.#seek(chain, Math.floor(offset / pageLength));
		for (let skip = offset % pageLength; start < end; skip = 0) {
			const page = this.#links[at] as number;
			const place = this.#placeOf(page);
			const count = Math.min(pageLength - skip, end - start);
			place.zram.read(into, (page - place.first) * pageLength + skip, start, count);
			start += count;
			at = page;
		}
	}

	/**
	 * Writes `length` bytes from `start` of `bytes` over those of `chain` from `offset` on.
	 *
	 * @throws ZramError `ENOSPC`, `ECORRUPT`; the page at which it failed keeps its old bytes, and `bytesWritten` counts
	 * those in front of it.
	 */
	overwrite(chain: number, offset: number, bytes: ByteBuffer, start: number, length: number): void {
		const { pageLength } = this;
		const end = start + length;
		let at = this.#seek(chain, Math.floor(offset / pageLength));
		let done = start;
		try {
			for (let skip = offset % pageLength; done < end; skip = 0) {
				const count = Math.min(pageLength - skip, end - done);
				this.#put(at, skip, bytes, done, count);
				done += count;
				at = this.#links[at] as number;
			}
		} catch (error) {
			if (error instanceof ZramError) error.bytesWritten = done - start;
			throw error;
		}
	}

	/**
	 * Makes the first `length` bytes of `bytes` the value of `chain`, which is as long, writing only the pages that differ.
	 *
	 * @returns the number of these pages
	 * @throws as overwrite does
	 */
	update(chain: number, bytes: ByteBuffer, length: number): number {
		const { pageLength } = this;
		let at = this.#seek(chain, 0);
		let changed = 0;
		for (let start = 0; start < length; start += pageLength) {
			const count = Math.min(pageLength, length - start);
			if (this.#differs(this.#links[at] as number, bytes, start, count)) {
				this.#put(at, 0, bytes, start, count);
				changed++;
			}
			at = this.#links[at] as number;
		}
		return changed;
	}

	/** Gives the pages of `chain` back; it has none any more. */
	free(chain: number): void {
		const links = this.#links;
		const head = this.pageCount + chain;
		if (chain === this.#cursorChain) this.#cursorChain = -1;
		for (let page = links[head] as number; page !== this.#none; page = links[head] as number) {
			const place = this.#placeOf(page);
			const trimmed = this.#trim(place, page);
			links[head] = links[page] as number;
			if (trimmed) this.#give(place, page);
		}
	}

	/** Gives the devices back, empty, as far as they are not closed, and the memory. */
	close(): void {
		for (const { zram } of this.#places)
			try {
				zram.trim(0, zram.byteLength);
			} catch (error) {
				if (!(error instanceof ZramError)) throw error; // closed, or damaged: nothing more can be done
			}
		this.#memory.close();
		this.#staging.close();
	}

	#build(chain: number, bytes: ByteBuffer | undefined, length: number) {
		this.#rank();
		const links = this.#links;
		let at = this.pageCount + chain;
		for (let start = 0; start < length; start += this.pageLength) {
			const page = this.#store(bytes, start, Math.min(this.pageLength, length - start));
			links[page] = this.#none;
			links[at] = page;
			at = page;
		}
	}

	/** Puts the devices with most room first. */
	#rank() {
		if (this.#places.length === 1) return;
		const ranked = this.#places.map((place) => ({ place, bytesLeft: place.bytesLeft }));
		ranked.sort((a, b) => b.bytesLeft - a.bytesLeft);
		this.#ranked = ranked.map(({ place }) => place);
	}

	/** A page with these bytes, or with zeros, that is in no chain yet. */
	#store(bytes: ByteBuffer | undefined, start: number, length: number): number {
		for (;;) {
			const page = this.#tryStore(bytes, start, length, undefined);
			if (page !== this.#none) return page;
			this.#makeRoomOrThrow();
		}
	}

	/** The same, or none if no device but `except` has room. */
	#tryStore(bytes: ByteBuffer | undefined, start: number, length: number, except: Place | undefined): number {
		this.shortage = "pages";
		for (let i = 0; i < this.#ranked.length; i++) {
			const place = this.#ranked[i] as Place;
			const page = place === except ? this.#none : this.#take(place);
			if (page === this.#none) continue;
			if (!bytes || this.#isStored(place, page, bytes, start, length)) return page;
		}
		return this.#none;
	}

	/** Writes a page that was just taken. If that fails, it is given back. */
	#isStored(place: Place, page: number, bytes: ByteBuffer, start: number, length: number): boolean {
		try {
			place.zram.write(bytes, (page - place.first) * this.pageLength, start, length);
			return true;
		} catch (error) {
			if (isDamaged(error)) this.#lose();
			else this.#give(place, page);
			if (!isFull(error)) throw error;
			this.shortage = "arena";
			return false;
		}
	}

	/** Writes a part of the page behind link `at`, which may have to move to another device for it. */
	#put(at: number, skip: number, bytes: ByteBuffer, start: number, count: number) {
		let moves = this.#places.length - 1;
		for (;;) {
			const page = this.#links[at] as number;
			const place = this.#placeOf(page);
			try {
				place.zram.write(bytes, (page - place.first) * this.pageLength + skip, start, count);
				return;
			} catch (error) {
				if (!isFull(error)) throw error;
			}
			this.shortage = "arena";
			if (moves-- > 0 && this.#move(at, page, place)) continue;
			this.#makeRoomOrThrow();
		}
	}

	/** Moves the page behind link `at` to another device. False if none has room. */
	#move(at: number, page: number, place: Place): boolean {
		const links = this.#links;
		const staging = this.#staging as unknown as HostBuffer;
		place.zram.read(staging, (page - place.first) * this.pageLength);
		this.#rank();
		const fresh = this.#tryStore(staging, 0, this.pageLength, place);
		if (fresh === this.#none) return false;
		links[fresh] = links[page] as number;
		links[at] = fresh;
		this.#cursorChain = -1;
		if (this.#trim(place, page)) this.#give(place, page);
		return true;
	}

	#makeRoomOrThrow() {
		const isArena = this.shortage === "arena";
		if (!this.#makeRoom()) throw new ZramError("ENOSPC", isArena ? "the arenas are full" : "no pages are left");
	}

	/** Whether the first `count` bytes of a page are others than these. A damaged page is. */
	#differs(page: number, bytes: ByteBuffer, start: number, count: number): boolean {
		const place = this.#placeOf(page);
		const staging = this.#staging as unknown as HostBuffer;
		try {
			place.zram.read(staging, (page - place.first) * this.pageLength, 0, count);
		} catch (error) {
			if (!isDamaged(error)) throw error;
			return true;
		}
		return Engine.equal(staging, 0, bytes, start, count) !== 1;
	}

	/** Follows the links of `chain` to the one whose page is number `index` of the value. */
	#seek(chain: number, index: number): number {
		const isNear = chain === this.#cursorChain && this.#cursorIndex <= index;
		let at = isNear ? this.#cursorAt : this.pageCount + chain;
		for (let i = isNear ? this.#cursorIndex : 0; i < index; i++) at = this.#links[at] as number;
		this.#cursorChain = chain;
		this.#cursorIndex = index;
		this.#cursorAt = at;
		return at;
	}

	#placeOf(page: number): Place {
		let i = 0;
		while (page >= (this.#places[i] as Place).end) i++;
		return this.#places[i] as Place;
	}

	/** A free page of a device, or none. */
	#take(place: Place): number {
		const page = place.free;
		if (page === this.#none && place.frontier === place.end) return page;
		this.pagesUsed++;
		if (page === this.#none) return place.frontier++;
		place.free = this.#links[page] as number;
		return page;
	}

	#give(place: Place, page: number) {
		this.#links[page] = place.free;
		place.free = page;
		this.pagesUsed--;
	}

	/** Empties a page. False if it is damaged, and lost. */
	#trim(place: Place, page: number): boolean {
		try {
			place.zram.trim((page - place.first) * this.pageLength, this.pageLength);
			return true;
		} catch (error) {
			if (!isDamaged(error)) throw error;
			this.#lose();
			return false;
		}
	}

	#lose() {
		this.pagesUsed--;
		this.pagesLost++;
	}
}
