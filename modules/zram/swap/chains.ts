/*
 * Values as chains of pages on one or more devices. No value needs pages that lie side by side, so whatever is free can
 * be used, and values of different lengths leave no gaps between them.
 *
 *   links   0 … pageCount - 1            the next page of a chain, or none
 *           pageCount … + chainCount - 1 the first page of each chain: a link like the others, so nothing is special
 *           pageCount + chainCount       the first page of the draft: a value that is being written
 *
 * Pages are numbered through all devices. A page that is free has been trimmed, and reads as zeros. Pages need not lie side
 * by side, but those that do, as in a new pool, are one call of their device: a run.
 *
 * What needs room stops where there is none and tells how far it came, and the caller goes on from there when it has made
 * some. So the stack stays flat, which on a microcontroller has some hundred slots.
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

/** Whether a page could not be read: it is damaged, or lost on flash. Writing all of it may heal it. */
function isUnreadable(error: unknown): boolean {
	return isDamaged(error) || (error instanceof ZramError && error.code === "EIO");
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
	/** Pages that update() has written because they had changed. */
	pagesWritten = 0;
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
	/** Bytes of the draft so far, and its last link. */
	#draftLength = 0;
	#draftEnd: number;
	/** A page on its way: to be compared, or to move to another device. */
	#staging: Memory;

	/** Where links were followed last, so that going on from there is short. */
	#cursorChain = -1;
	#cursorIndex = 0;
	#cursorAt = 0;

	/** Bytes of memory that the links take. */
	static linksLength(pageCount: number, chainCount: number): number {
		const count = pageCount + chainCount + 1;
		return pageCount < 0xffff ? 2 * count : 4 * count;
	}

	/** Takes the devices over: what they hold is dropped. */
	constructor(devices: readonly Zram[], chainCount: number) {
		this.pageLength = (devices[0] as Zram).pageLength;
		this.pageCount = devices.reduce((count, { byteLength }) => count + byteLength / this.pageLength, 0);
		this.#none = this.pageCount < 0xffff ? 0xffff : 0xffffffff;
		this.#draft = chainCount;
		this.#draftEnd = this.pageCount + chainCount;
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

	/** Begins a new value. */
	begin(): void {
		this.#rank();
		this.#draftLength = 0;
		this.#draftEnd = this.pageCount + this.#draft;
	}

	/**
	 * Adds what is missing of the first `length` bytes of `bytes`, or of as many zeros. Returns false if there is no room
	 * for the next page: call it again when there is, or `abort`.
	 */
	extend(bytes: ByteBuffer | undefined, length: number): boolean {
		while (this.#draftLength < length) {
			this.shortage = "pages";
			let i = 0;
			while (i < this.#ranked.length && !this.#extendOn(this.#ranked[i] as Place, bytes, length)) i++;
			if (i === this.#ranked.length) return false;
		}
		return true;
	}

	/** The new value is that of `chain` from now on; the pages of the old one are given back. */
	commit(chain: number): void {
		const links = this.#links;
		const old = links[this.pageCount + chain] as number;
		links[this.pageCount + chain] = links[this.pageCount + this.#draft] as number;
		links[this.pageCount + this.#draft] = old;
		this.#cursorChain = -1;
		this.free(this.#draft);
	}

	/** There is to be no new value. */
	abort(): void {
		this.free(this.#draft);
	}

	/** Reads `length` bytes of `chain` from `offset` to `into`, from `start` on. */
	read(chain: number, offset: number, into: ByteBuffer, start: number, length: number): void {
		const { pageLength } = this;
		const end = start + length;
		let at = this.#seek(chain, Math.floor(offset / pageLength));
		for (let skip = offset % pageLength; start < end; skip = 0) {
			const page = this.#links[at] as number;
			const place = this.#placeOf(page);
			at = this.#endOfRun(page, place, Math.ceil((skip + end - start) / pageLength));
			const count = Math.min((at - page + 1) * pageLength - skip, end - start);
			place.zram.read(into, (page - place.first) * pageLength + skip, start, count);
			start += count;
		}
	}

	/**
	 * Writes the bytes of `bytes` from `start` to `end` over those of `chain` from `offset` on.
	 *
	 * @returns the first one that is not written, since there is no room for its page; or `end`
	 * @throws ZramError `ECORRUPT`; the page at which it failed keeps its old bytes, and `bytesWritten` counts those from
	 * `start` on in front of it.
	 */
	overwrite(chain: number, offset: number, bytes: ByteBuffer, start: number, end: number): number {
		const { pageLength } = this;
		const first = start;
		let at = this.#seek(chain, Math.floor(offset / pageLength));
		try {
			for (let skip = offset % pageLength; start < end; skip = 0) {
				const count = Math.min(pageLength - skip, end - start);
				if (!this.#put(at, skip, bytes, start, count)) return start;
				start += count;
				at = this.#links[at] as number;
			}
		} catch (error) {
			if (error instanceof ZramError) error.bytesWritten = start - first;
			throw error;
		}
		return end;
	}

	/**
	 * Makes the bytes of `bytes` from `start`, which is at a page, to the end `length` those of `chain`, which has as many.
	 * Writes only the pages that differ, and counts them in `pagesWritten`.
	 *
	 * @returns as overwrite does
	 */
	update(chain: number, bytes: ByteBuffer, start: number, length: number): number {
		const { pageLength } = this;
		let at = this.#seek(chain, start / pageLength);
		for (; start < length; start += pageLength) {
			const count = Math.min(pageLength, length - start);
			if (this.#differs(this.#links[at] as number, bytes, start, count)) {
				if (!this.#put(at, 0, bytes, start, count)) return start;
				this.pagesWritten++;
			}
			at = this.#links[at] as number;
		}
		return length;
	}

	/** Gives the pages of `chain` back, in their order; it has none any more. */
	free(chain: number): void {
		const links = this.#links;
		const head = this.pageCount + chain;
		if (chain === this.#cursorChain) this.#cursorChain = -1;
		for (let page = links[head] as number; page !== this.#none; page = links[head] as number) {
			const place = this.#placeOf(page);
			const last = this.#endOfRun(page, place, this.pageCount);
			const trimmed = this.#trim(place, page, last);
			// what comes after the pages that are done: for the last of them the next run, for a lost one its neighbour
			const end = page + trimmed;
			links[head] = links[end > last ? last : end] as number;
			if (trimmed > 0) this.#give(place, page, end - 1);
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

	/** Puts the devices with most room first. */
	#rank() {
		if (this.#places.length === 1) return;
		const ranked = this.#places.map((place) => ({ place, bytesLeft: place.bytesLeft }));
		ranked.sort((a, b) => b.bytesLeft - a.bytesLeft);
		this.#ranked = ranked.map(({ place }) => place);
	}

	/** Adds a run of pages on a device to the draft, as long as it can be. False if not even one page fits. */
	#extendOn(place: Place, bytes: ByteBuffer | undefined, length: number): boolean {
		const { pageLength } = this;
		const start = this.#draftLength;
		const first = this.#take(place);
		if (first === this.#none) return false;
		let last = first;
		while (start + (last - first + 1) * pageLength < length && this.#hasNext(place, last)) last = this.#take(place);
		const count = Math.min((last - first + 1) * pageLength, length - start);
		const done = bytes ? this.#store(place, first, last, bytes, start, count) : last - first + 1;
		for (let page = first; page < first + done; page++) {
			this.#links[this.#draftEnd] = page;
			this.#links[page] = this.#none;
			this.#draftEnd = page;
		}
		this.#draftLength += done * pageLength;
		return done > 0;
	}

	/**
	 * Writes `count` bytes to the pages from `first` to `last`, which were just taken. Pages that they do not fit are given
	 * back, and one that is damaged is lost. Returns the number of pages that are written; an error that is no lack of room
	 * is thrown when there are none.
	 */
	#store(place: Place, first: number, last: number, bytes: ByteBuffer, start: number, count: number): number {
		try {
			place.zram.write(bytes, (first - place.first) * this.pageLength, start, count);
			return last - first + 1;
		} catch (error) {
			const done = error instanceof ZramError ? Math.floor((error.bytesWritten ?? 0) / this.pageLength) : 0;
			let rest = first + done;
			if (isDamaged(error)) {
				this.#lose();
				rest++;
			}
			if (rest <= last) this.#give(place, rest, last);
			if (isFull(error)) this.shortage = "arena";
			else if (done === 0) throw error; // else it comes again, when what is written has its place in a chain
			return done;
		}
	}

	/** Writes a part of the page behind link `at`, which may have to move to another device for it. False: no room. */
	#put(at: number, skip: number, bytes: ByteBuffer, start: number, count: number): boolean {
		for (let moves = this.#places.length - 1; ; moves--) {
			const page = this.#links[at] as number;
			const place = this.#placeOf(page);
			try {
				place.zram.write(bytes, (page - place.first) * this.pageLength + skip, start, count);
				return true;
			} catch (error) {
				if (!isFull(error)) throw error;
			}
			const hasMoved = moves > 0 && this.#move(at, page, place);
			this.shortage = "arena";
			if (!hasMoved) return false;
		}
	}

	/** Moves the page behind link `at` to another device. False if none has room. */
	#move(at: number, page: number, place: Place): boolean {
		const links = this.#links;
		const staging = this.#staging as unknown as HostBuffer;
		place.zram.read(staging, (page - place.first) * this.pageLength);
		this.#rank();
		const fresh = this.#storeElsewhere(place, staging);
		if (fresh === this.#none) return false;
		links[fresh] = links[page] as number;
		links[at] = fresh;
		this.#cursorChain = -1;
		if (this.#trim(place, page, page) > 0) this.#give(place, page, page);
		return true;
	}

	/** A page with these bytes on a device other than `place`, or none. */
	#storeElsewhere(place: Place, bytes: ByteBuffer): number {
		for (let i = 0; i < this.#ranked.length; i++) {
			const other = this.#ranked[i] as Place;
			const page = other === place ? this.#none : this.#take(other);
			if (page !== this.#none && this.#store(other, page, page, bytes, 0, this.pageLength) > 0) return page;
		}
		return this.#none;
	}

	/** Whether the first `count` bytes of a page are others than these. Those that cannot be read are. */
	#differs(page: number, bytes: ByteBuffer, start: number, count: number): boolean {
		const place = this.#placeOf(page);
		const staging = this.#staging as unknown as HostBuffer;
		try {
			place.zram.read(staging, (page - place.first) * this.pageLength, 0, count);
		} catch (error) {
			if (!isUnreadable(error)) throw error;
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

	/** The last of the pages that are linked from `page` on and lie side by side, at most `most` of them. */
	#endOfRun(page: number, place: Place, most: number): number {
		const links = this.#links;
		const end = Math.min(place.end, page + most) - 1;
		while (page < end && links[page] === page + 1) page++;
		return page;
	}

	/** Whether the page behind `page` is the one that will be taken next. */
	#hasNext(place: Place, page: number): boolean {
		if (place.free !== this.#none) return place.free === page + 1;
		return place.frontier === page + 1 && place.frontier < place.end;
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

	/** Gives the pages from `first` to `last` back: they are the next to be taken. */
	#give(place: Place, first: number, last: number) {
		const links = this.#links;
		for (let page = first; page < last; page++) links[page] = page + 1;
		links[last] = place.free;
		place.free = first;
		this.pagesUsed -= last - first + 1;
	}

	/** Empties the pages from `first` to `last`. Returns how many are; if not all, the next one is damaged, and lost. */
	#trim(place: Place, first: number, last: number): number {
		const count = last - first + 1;
		try {
			place.zram.trim((first - place.first) * this.pageLength, count * this.pageLength);
			return count;
		} catch (error) {
			if (!isDamaged(error)) throw error;
			const done = Math.floor(((error as ZramError).bytesWritten ?? 0) / this.pageLength);
			this.#lose();
			return done;
		}
	}

	#lose() {
		this.pagesUsed--;
		this.pagesLost++;
	}
}
