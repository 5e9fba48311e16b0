/*
 * Values as chains of pages on one or more devices. No value needs adjacent pages, so any free page can be used, and
 * values of different lengths leave no gaps.
 *
 *   links   0 … pageCount - 1            the next page of a chain, or none
 *           pageCount … + chainCount - 1 the first page of each chain: a link like any other, so there are no special cases
 *           pageCount + chainCount       the first page of the draft: a value that is being written
 *                          … + 1         the first dropped page: it belongs to nobody, and is yet to be emptied
 *
 * Pages are numbered across all devices. Pages that happen to be adjacent, as in a new pool, form a run: one call of
 * their device.
 *
 * An operation that finds no room stops, and tells how far it got; the caller makes room and calls it again. That keeps
 * the stack flat: on a microcontroller it has a few hundred slots.
 *
 * A device's call may throw anything at any time: its flash driver and its onOperation belong to the app. Even then
 *
 * 1. every page is in exactly one place: in a chain, in the draft, dropped, free, or lost;
 * 2. a free page is empty: it takes no memory, and reads as zeros;
 * 3. a chain has either the pages it had before, or those it was meant to have.
 *
 * This determines the order of things. When a call for a newly taken page throws, the page is in the draft or dropped;
 * a page is free only once its trim has returned; links change between calls of devices, and never after one that could
 * still fail.
 */

import type Zram from "zram";
import type { Claimant } from "zram";
import Engine from "zram/engine";
import { type ByteBuffer, ERROR_BUSY, ERROR_CORRUPT, ERROR_FULL } from "zram/engine/interface";
import { Memory } from "zram/memory";
import { bytesFree } from "zram/region";
import type { Key } from "zram/swap/table";
import type { Tail } from "zram/swap/tail";

/** What is short: bytes of the arenas, or pages of the devices. */
export type Shortage = "arena" | "pages";
// Literals would create new strings on each call unless the code is preloaded.
const ARENA: Shortage = "arena";
const PAGES: Shortage = "pages";

/** A device, and its range of page numbers. */
class Place {
	readonly zram: Zram;
	readonly first: number;
	readonly end: number;
	/** Pages from here up have never been used. */
	frontier: number;
	/** First page of the chain of free pages, or none. */
	free: number;

	constructor(zram: Zram, first: number, none: number) {
		this.zram = zram;
		this.first = this.frontier = first;
		this.end = first + zram.byteLength / zram.pageLength;
		this.free = none;
	}

	get bytesLeft(): number {
		return this.zram.bytesLeft;
	}
}

/** Empties a device, except for damaged pages. */
function empty(zram: Zram) {
	for (let start = 0; start < zram.byteLength; start += zram.bytesDone + zram.pageLength)
		if (zram.tryTrim(start, zram.byteLength - start) >= 0) return;
}

/** Results of comparing a page: the first two are the engine's. */
const SAME = 1;
const DIFFERENT = 0;
const UNREADABLE = -1;

/**
 * Most open pages: this many values can grow in small pieces, in turn, without being compressed each time. They are
 * compressed when room runs short, so they take nothing that is needed.
 */
const OPEN_PAGES = 4;

/** Links of 2 bytes if that is enough for the page numbers, else of 4. */
function makeLinks(memory: Memory, count: number, none: number): Uint16Array | Uint32Array {
	const buffer = memory as unknown as ArrayBuffer;
	const links = none === 0xffff ? new Uint16Array(buffer, 0, count) : new Uint32Array(buffer, 0, count);
	return links.fill(none);
}

export class Chains {
	readonly pageLength: number;
	readonly pageCount: number;
	/** Damaged pages that could not be trimmed: they are no longer used. */
	pagesLost = 0;
	/** Changed pages that update() has written. */
	pagesWritten = 0;
	/** What the last attempt lacked. */
	shortage: Shortage = PAGES;
	/** How far overwrite() or update() has got, in bytes of what is to be written. They go on from here. */
	done = 0;
	/** Pages in a chain, in the draft, or dropped. */
	#pagesTaken = 0;
	/** In the order of their page numbers. */
	#places: Place[] = [];
	/** In the order in which they are asked for room. */
	#ranked: Place[];
	#none: number;
	#memory: Memory;
	#links: Uint16Array | Uint32Array;
	#draft: number;
	/** Bytes in the draft so far, and its last link. */
	#draftLength = 0;
	#draftEnd: number;
	/** The link to the first dropped page, and whether there is one. */
	#dropped: number;
	#hasDropped = false;
	/** Pages that are uncompressed because they are being filled, in the order in which they were opened; then none. */
	#open: Uint32Array;
	/** A page in transit: to be compared, or moved to another device. */
	#staging: Memory;

	/** Where links were last followed to, so that the next step is short. */
	#cursorChain = -1;
	#cursorIndex = 0;
	#cursorAt = 0;

	/** Bytes of memory for the links. */
	static linksLength(pageCount: number, chainCount: number): number {
		const count = pageCount + chainCount + 2;
		return pageCount < 0xffff ? 2 * count : 4 * count;
	}

	/**
	 * Takes the devices over for `claimant`, and drops what they hold.
	 *
	 * @throws ZramError `ECLOSED`, `EBUSY` if one of them cannot be used or belongs to somebody else: then none has
	 * changed
	 */
	constructor(devices: readonly Zram[], chainCount: number, claimant: Claimant) {
		this.pageLength = (devices[0] as Zram).pageLength;
		this.pageCount = devices.reduce((count, { byteLength }) => count + byteLength / this.pageLength, 0);
		this.#none = this.pageCount < 0xffff ? 0xffff : 0xffffffff;
		this.#draft = chainCount;
		this.#draftEnd = this.pageCount + chainCount;
		this.#dropped = this.#draftEnd + 1;
		let first = 0;
		for (const zram of devices) {
			const place = new Place(zram, first, this.#none);
			first = place.end;
			this.#places.push(place);
		}
		this.#ranked = this.#places;
		this.#open = new Uint32Array(OPEN_PAGES).fill(this.#none);
		this.#staging = new Memory(this.pageLength, "internal");
		try {
			this.#memory = new Memory(Chains.linksLength(this.pageCount, chainCount));
		} catch (error) {
			this.#staging.close();
			throw error;
		}
		this.#links = makeLinks(this.#memory, this.#dropped + 1, this.#none);
		try {
			for (const zram of devices) zram.claim(claimant);
			for (const zram of devices) if (zram.tryTrim(0, zram.byteLength) < 0) throw zram.damage;
		} catch (error) {
			for (const zram of devices) zram.disclaim(claimant);
			this.#memory.close();
			this.#staging.close();
			throw error;
		}
	}

	/** Bytes of all pages. */
	get byteLength(): number {
		return this.pageCount * this.pageLength;
	}

	/** Bytes left in all arenas once everything that can has gone to flash. */
	get bytesLeft(): number {
		return this.#places.reduce((sum, { bytesLeft }) => sum + bytesLeft, 0);
	}

	/** Bytes of all arenas that the next page can take; flash is not counted. */
	get bytesFree(): number {
		let sum = 0;
		for (let i = 0; i < this.#places.length; i++) {
			const { engine, layout } = (this.#places[i] as Place).zram.insides;
			sum += bytesFree(engine, layout);
		}
		return sum;
	}

	/** Pages that hold values. */
	get pagesUsed(): number {
		let dropped = 0;
		for (let at = this.#dropped; this.#links[at] !== this.#none; at = this.#links[at] as number) dropped++;
		return this.#pagesTaken - dropped;
	}

	/** Pages that a value of `length` bytes takes. */
	pagesFor(length: number): number {
		return Math.ceil(length / this.pageLength);
	}

	/** Pages missing for the draft to reach `length` bytes; negative if some would stay free. */
	missingFor(length: number): number {
		return this.pagesFor(length - this.#draftLength) - (this.pageCount - this.#pagesTaken - this.pagesLost);
	}

	/** Bytes of the draft so far. */
	get draftLength(): number {
		return this.#draftLength;
	}

	/** Throws if a device cannot be used now. */
	expectReady(): void {
		for (let i = 0; i < this.#places.length; i++) (this.#places[i] as Place).zram.expectReady();
	}

	/** Begins a new value; or the part that follows the first `head` bytes to be added to an existing one. */
	begin(head = 0): void {
		this.clean();
		this.#rank();
		this.#draftLength = head;
		this.#draftEnd = this.pageCount + this.#draft;
	}

	/**
	 * Extends the draft to the first `length` bytes of `bytes`, or to as many zeros. Returns false if there is no room
	 * for the next page: call it again once there is, or `abort`. If it throws, abort.
	 */
	extend(bytes: ByteBuffer | undefined, length: number): boolean {
		while (this.#draftLength < length) {
			this.shortage = PAGES;
			let i = 0;
			while (i < this.#ranked.length && !this.#extendOn(this.#ranked[i] as Place, bytes, length)) i++;
			if (i === this.#ranked.length) return false;
		}
		return true;
	}

	/** Makes the draft the value of `chain`, and drops the pages of the old one. Calls no device. */
	commit(chain: number): void {
		const links = this.#links;
		const head = this.pageCount + chain;
		const old = links[head] as number;
		links[head] = links[this.pageCount + this.#draft] as number;
		links[this.pageCount + this.#draft] = this.#none;
		this.#cursorChain = -1;
		this.#drop(old);
	}

	/** Links the draft behind the pages that `chain` has for `length` bytes. Calls no device. */
	append(chain: number, length: number): void {
		const links = this.#links;
		const draft = this.pageCount + this.#draft;
		links[this.#seek(chain, this.pagesFor(length))] = links[draft] as number;
		links[draft] = this.#none;
	}

	/** Drops the pages of `chain` behind those for its first `length` bytes. Calls no device. */
	cut(chain: number, length: number): void {
		const at = this.#seek(chain, this.pagesFor(length));
		this.#drop(this.#links[at] as number);
		this.#links[at] = this.#none;
	}

	/** Drops the first page of `chain`, which must have one. Calls no device. */
	behead(chain: number): void {
		const links = this.#links;
		const head = this.pageCount + chain;
		const first = links[head] as number;
		links[head] = links[first] as number;
		if (chain === this.#cursorChain) this.#cursorChain = -1;
		this.#dropOne(first);
	}

	/** Gives up the draft because something was thrown. Pages that cannot be emptied now can wait. */
	abort(): void {
		this.discard(this.#draft);
		try {
			this.clean();
		} catch {
			// the error already on its way came first
		}
	}

	/** Drops all pages of `chain`. Calls no device. */
	discard(chain: number): void {
		const head = this.pageCount + chain;
		if (chain === this.#cursorChain) this.#cursorChain = -1;
		this.#drop(this.#links[head] as number);
		this.#links[head] = this.#none;
	}

	/**
	 * Empties dropped pages and frees them, in order. If a device throws, it goes on with the others: the error is
	 * thrown at the end, and those pages wait for the next time.
	 *
	 * @returns whether there were any
	 */
	clean(): boolean {
		if (!this.#hasDropped) return false;
		this.#hasDropped = false;
		const links = this.#links;
		let at = this.#dropped;
		let failure: { error: unknown } | undefined;
		for (let page = links[at] as number; page !== this.#none; page = links[at] as number) {
			const place = this.#placeOf(page);
			const last = this.#endOfRun(page, place, this.pageCount);
			try {
				this.#empty(at, place, page, last);
			} catch (error) {
				failure ??= { error };
				at = last;
			}
		}
		if (!failure) return true;
		this.#hasDropped = true;
		throw failure.error;
	}

	/** Reads `length` bytes of `chain`, from `offset` on, to `into`, from `start` on. */
	read(chain: number, offset: number, into: ByteBuffer, start: number, length: number): void {
		const { pageLength } = this;
		const end = start + length;
		let at = this.#seek(chain, Math.floor(offset / pageLength));
		for (let skip = offset % pageLength; start < end; skip = 0) {
			const page = this.#links[at] as number;
			const place = this.#placeOf(page);
			at = this.#endOfRun(page, place, Math.ceil((skip + end - start) / pageLength));
			const count = Math.min((at - page + 1) * pageLength - skip, end - start);
			if (place.zram.tryRead(into, (page - place.first) * pageLength + skip, start, count) < 0) throw place.zram.damage;
			start += count;
		}
	}

	/** Reads page `index` of `chain`, or its first `length` bytes. */
	readPage(chain: number, index: number, into: ByteBuffer, length: number): void {
		const page = this.#links[this.#seek(chain, index)] as number;
		const { zram, first } = this.#placeOf(page);
		if (zram.tryRead(into, (page - first) * this.pageLength, 0, length) < 0) throw zram.damage;
	}

	/**
	 * Writes the first `length` bytes of `bytes`, starting at `done`, over those of `chain` from `offset` on.
	 *
	 * @returns false if there is no room for the next page: call it again once there is
	 * @throws ZramError `ECORRUPT`, `EIO`, or whatever a device throws. `done` always counts what is written, except for
	 * one page that a device may have written before it threw.
	 */
	overwrite(chain: number, offset: number, bytes: ByteBuffer, length: number): boolean {
		const { pageLength } = this;
		let { done } = this;
		let at = this.#seek(chain, Math.floor((offset + done) / pageLength));
		for (let skip = (offset + done) % pageLength; done < length; skip = 0) {
			const count = Math.min(pageLength - skip, length - done);
			if (!this.#put(at, skip, bytes, done, count)) return false;
			this.done = done += count;
			at = this.#links[at] as number;
		}
		return true;
	}

	/**
	 * Writes the first `count` bytes of `bytes` behind the first `length` bytes of `chain`, whose last page has that
	 * much space. Unless that fills the page, it is left uncompressed, as more may come: it is open.
	 *
	 * @returns as overwrite does
	 * @throws as overwrite does
	 */
	fill(chain: number, length: number, bytes: ByteBuffer, count: number): boolean {
		const skip = length % this.pageLength;
		const at = this.#seek(chain, (length - skip) / this.pageLength);
		if (skip + count < this.pageLength && this.#fillOpen(this.#links[at] as number, skip, bytes, count)) return true;
		return this.#put(at, skip, bytes, 0, count);
	}

	/** Makes `tail` the end of a value of `length` bytes that fill() has just written to, if more can be added there. */
	openTail(tail: Tail, key: Key, chain: number, length: number): void {
		const skip = length % this.pageLength;
		if (skip === 0) return;
		const page = this.#links[this.#seek(chain, (length - skip) / this.pageLength)] as number;
		const { zram, first } = this.#placeOf(page);
		if (this.#whereOpen(page) >= 0) tail.open(key, chain, length, zram, (page - first) * this.pageLength + skip);
	}

	/**
	 * Zeroes the last page of `chain` behind its first `length` bytes.
	 *
	 * @returns as overwrite does
	 * @throws as overwrite does
	 */
	clearBehind(chain: number, length: number): boolean {
		const { pageLength } = this;
		const skip = length % pageLength;
		const page = this.#links[this.#seek(chain, (length - skip) / pageLength)] as number;
		const place = this.#placeOf(page);
		const code = place.zram.tryTrim((page - place.first) * pageLength + skip, pageLength - skip);
		if (code < 0 && code !== ERROR_FULL) throw place.zram.damage;
		this.shortage = ARENA;
		return code >= 0;
	}

	/**
	 * Compresses open pages: all of them, or the `count` that were opened first.
	 *
	 * @returns whether there were any
	 */
	closePages(count = OPEN_PAGES): boolean {
		const open = this.#open;
		let page = open[0] as number;
		if (page === this.#none) return false;
		for (; count > 0 && page !== this.#none; count--, page = open[0] as number) {
			this.#forgetOpen(page, page);
			this.#compress(page);
		}
		return true;
	}

	/**
	 * Makes `chain` equal to the first `length` bytes of `bytes`, which is as long, starting at `done`, which is at a
	 * page boundary. Writes only pages that differ, and counts them in `pagesWritten`.
	 *
	 * @returns as overwrite does
	 * @throws as overwrite does
	 */
	update(chain: number, bytes: Uint8Array, length: number): boolean {
		const { pageLength } = this;
		let { done } = this;
		let at = this.#seek(chain, done / pageLength);
		while (done < length) {
			const count = Math.min(pageLength, length - done);
			const comparison = this.#compare(this.#links[at] as number, bytes, done, count);
			if (comparison !== SAME) {
				const isDone =
					comparison === DIFFERENT ? this.#put(at, 0, bytes, done, count) : this.#renew(at, bytes, done, count);
				if (!isDone) return false;
				this.pagesWritten++;
			}
			this.done = done += count;
			at = this.#links[at] as number;
		}
		return true;
	}

	/** Throws EBUSY if a device is in the middle of a call, and this is within its callback. */
	expectIdle(): void {
		for (const { zram } of this.#places) if (zram.readiness === ERROR_BUSY) zram.expectReady();
	}

	/**
	 * Gives the devices back, emptied if they can be used, and frees the memory. What a device throws is thrown at the
	 * end.
	 */
	close(claimant: Claimant): void {
		let failure: { error: unknown } | undefined;
		for (const { zram } of this.#places)
			try {
				if (zram.disclaim(claimant) && zram.readiness === 0) empty(zram);
			} catch (error) {
				failure ??= { error };
			}
		this.#memory.close();
		this.#staging.close();
		if (failure) throw failure.error;
	}

	/** Puts the devices with the most room first. */
	#rank() {
		if (this.#places.length === 1) return;
		const ranked = this.#places.map((place) => ({ place, bytesLeft: place.bytesLeft }));
		ranked.sort((a, b) => b.bytesLeft - a.bytesLeft);
		this.#ranked = ranked.map(({ place }) => place);
	}

	/** Adds to the draft the longest possible run of pages on one device. False if not even one page fits. */
	#extendOn(place: Place, bytes: ByteBuffer | undefined, length: number): boolean {
		const { pageLength } = this;
		const start = this.#draftLength;
		const first = this.#take(place);
		if (first === this.#none) return false;
		let last = first;
		while (start + (last - first + 1) * pageLength < length && this.#hasNext(place, last)) last = this.#take(place);
		const count = Math.min((last - first + 1) * pageLength, length - start);
		let done = last - first + 1;
		try {
			if (bytes) done = this.#store(place, first, last, bytes, start, count);
		} finally {
			this.#append(first, done); // every page that may hold something now
		}
		this.#draftLength += done * pageLength;
		return done > 0;
	}

	#append(first: number, count: number) {
		const links = this.#links;
		for (let page = first; page < first + count; page++) {
			links[this.#draftEnd] = page;
			links[page] = this.#none;
			this.#draftEnd = page;
		}
	}

	/**
	 * Writes `count` bytes to the pages from `first` to `last`, which were just taken. Gives back those that did not
	 * fit, of which nothing was written. Returns the number of pages written.
	 */
	#store(place: Place, first: number, last: number, bytes: ByteBuffer, start: number, count: number): number {
		const { zram } = place;
		const code = zram.tryWrite(bytes, (first - place.first) * this.pageLength, start, count);
		if (code >= 0) return last - first + 1;
		if (code !== ERROR_FULL) throw zram.damage;
		const done = Math.floor(zram.bytesDone / this.pageLength);
		this.#give(place, first + done, last);
		this.shortage = ARENA;
		return done;
	}

	/** Writes part of a page, and leaves it open. False if there is no room for it uncompressed. */
	#fillOpen(page: number, skip: number, bytes: ByteBuffer, count: number): boolean {
		const open = this.#open;
		const place = this.#placeOf(page);
		const isOpen = this.#whereOpen(page) >= 0;
		if (!isOpen && open[OPEN_PAGES - 1] !== this.#none) this.closePages(1);
		const code = place.zram.tryWriteUnpacked(bytes, (page - place.first) * this.pageLength + skip, 0, count);
		if (code < 0 && code !== ERROR_FULL) throw place.zram.damage;
		if (code >= 0 && !isOpen) open[this.#whereOpen(this.#none)] = page;
		return code >= 0;
	}

	/** Index among the open pages of a page, or of the first free place (`none`); -1 if it is not there. */
	#whereOpen(page: number): number {
		for (let i = 0; i < OPEN_PAGES; i++) if (this.#open[i] === page) return i;
		return -1;
	}

	/** Pages from `first` to `last` no longer count as open. */
	#forgetOpen(first: number, last: number) {
		const open = this.#open;
		let kept = 0;
		for (let i = 0; i < OPEN_PAGES; i++) {
			const page = open[i] as number;
			if (page < first || page > last) open[kept++] = page;
		}
		open.fill(this.#none, kept);
	}

	/**
	 * Rewrites a page with its own bytes. One that cannot be read, or has gone to flash and has no room now, stays as it
	 * is.
	 */
	#compress(page: number) {
		const { zram, first } = this.#placeOf(page);
		const staging = this.#staging as unknown as HostBuffer;
		const start = (page - first) * this.pageLength;
		if (zram.tryRead(staging, start, 0, this.pageLength) < 0) return;
		const code = zram.tryWrite(staging, start, 0, this.pageLength);
		if (code < 0 && code !== ERROR_FULL) throw zram.damage;
	}

	/** Writes part of the page behind link `at`, moving the page to another device if needed. False: no room. */
	#put(at: number, skip: number, bytes: ByteBuffer, start: number, count: number): boolean {
		for (let moves = this.#places.length - 1; ; moves--) {
			const page = this.#links[at] as number;
			const place = this.#placeOf(page);
			const code = place.zram.tryWrite(bytes, (page - place.first) * this.pageLength + skip, start, count);
			if (code >= 0) return true;
			if (code !== ERROR_FULL) throw place.zram.damage;
			const hasMoved = moves > 0 && this.#move(at, page, place);
			this.shortage = ARENA;
			if (!hasMoved) return false;
		}
	}

	/** Moves the page behind link `at` to another device. False if none has room. */
	#move(at: number, page: number, place: Place): boolean {
		const staging = this.#staging as unknown as HostBuffer;
		const { zram } = place;
		if (zram.tryRead(staging, (page - place.first) * this.pageLength, 0, this.pageLength) < 0) throw zram.damage;
		return this.#relocate(at, page, place);
	}

	/** Stores staging as the page behind link `at`, on another device than before. False if none has room. */
	#relocate(at: number, page: number, place: Place): boolean {
		const links = this.#links;
		this.#rank();
		const fresh = this.#storeElsewhere(place, this.#staging as unknown as HostBuffer);
		if (fresh === this.#none) return false;
		links[fresh] = links[page] as number;
		links[at] = fresh;
		this.#cursorChain = -1;
		this.#dropOne(page);
		this.clean();
		return true;
	}

	/** Stores these bytes in a page on a device other than `place`, and returns the page, or none. */
	#storeElsewhere(place: Place, bytes: ByteBuffer): number {
		for (let i = 0; i < this.#ranked.length; i++) {
			const other = this.#ranked[i] as Place;
			const page = other === place ? this.#none : this.#take(other);
			if (page !== this.#none && this.#storeOne(other, page, bytes)) return page;
		}
		return this.#none;
	}

	/** Writes a page that was just taken. False if there is no room: then the page is given back. */
	#storeOne(place: Place, page: number, bytes: ByteBuffer): boolean {
		try {
			return this.#store(place, page, page, bytes, 0, this.pageLength) > 0;
		} catch (error) {
			this.#dropOne(page);
			throw error;
		}
	}

	/** Compares the first `count` bytes of a page with these: SAME, DIFFERENT, or UNREADABLE. */
	#compare(page: number, bytes: ByteBuffer, start: number, count: number): number {
		const place = this.#placeOf(page);
		const staging = this.#staging as unknown as HostBuffer;
		if (place.zram.tryRead(staging, (page - place.first) * this.pageLength, 0, count) < 0) return UNREADABLE;
		return Engine.equal(staging, 0, bytes, start, count);
	}

	/**
	 * Rewrites a whole page that cannot be read, and so cannot be written in part: zeros follow the value's last bytes.
	 * False: no room.
	 */
	#renew(at: number, bytes: Uint8Array, start: number, count: number): boolean {
		const { pageLength } = this;
		if (count === pageLength) return this.#put(at, 0, bytes, start, count);
		const staging = new Uint8Array(this.#staging as unknown as ArrayBuffer).fill(0);
		staging.set(bytes.subarray(start, start + count));
		const page = this.#links[at] as number;
		const place = this.#placeOf(page);
		const code = place.zram.tryWrite(staging, (page - place.first) * pageLength, 0, pageLength);
		if (code >= 0) return true;
		if (code !== ERROR_FULL) throw place.zram.damage;
		const hasMoved = this.#relocate(at, page, place);
		this.shortage = ARENA;
		return hasMoved;
	}

	/** Follows the links of `chain` to the one that leads to page `index` of the value. */
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

	/** The last of at most `most` adjacent pages that are linked in order from `page` on. */
	#endOfRun(page: number, place: Place, most: number): number {
		const links = this.#links;
		const end = Math.min(place.end, page + most) - 1;
		while (page < end && links[page] === page + 1) page++;
		return page;
	}

	/** Whether the page after `page` is the one that would be taken next. */
	#hasNext(place: Place, page: number): boolean {
		if (place.free !== this.#none) return place.free === page + 1;
		return place.frontier === page + 1 && place.frontier < place.end;
	}

	/** Takes a free page of a device, or returns none. */
	#take(place: Place): number {
		const page = place.free;
		if (page === this.#none && place.frontier === place.end) return page;
		this.#pagesTaken++;
		if (page === this.#none) return place.frontier++;
		place.free = this.#links[page] as number;
		return page;
	}

	/** Gives back the pages from `first` to `last`, which are empty: they are the next to be taken. */
	#give(place: Place, first: number, last: number) {
		const links = this.#links;
		for (let page = first; page < last; page++) links[page] = page + 1;
		links[last] = place.free;
		place.free = first;
		this.#pagesTaken -= last - first + 1;
	}

	/** Drops the pages linked from `page` on, if any: they no longer belong to anybody. */
	#drop(page: number) {
		if (page === this.#none) return;
		this.#hasDropped = true;
		let end = this.#dropped;
		while (this.#links[end] !== this.#none) end = this.#links[end] as number;
		this.#links[end] = page;
	}

	#dropOne(page: number) {
		this.#links[page] = this.#none;
		this.#drop(page);
	}

	/**
	 * Empties the run of dropped pages from `page` to `last` behind link `at`, and frees them. A damaged page is lost.
	 */
	#empty(at: number, place: Place, page: number, last: number) {
		const count = last - page + 1;
		const { zram } = place;
		const isDamaged = zram.tryTrim((page - place.first) * this.pageLength, count * this.pageLength) === ERROR_CORRUPT;
		const done = isDamaged ? Math.floor(zram.bytesDone / this.pageLength) : count;
		this.#links[at] = this.#links[isDamaged ? page + done : last] as number;
		if (this.#open[0] !== this.#none) this.#forgetOpen(page, last);
		if (done > 0) this.#give(place, page, page + done - 1);
		if (!isDamaged) return;
		this.#pagesTaken--;
		this.pagesLost++;
	}
}
