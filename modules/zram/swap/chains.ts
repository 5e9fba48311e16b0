/*
 * Values as chains of pages on one or more devices. No value needs pages that lie side by side, so whatever is free can
 * be used, and values of different lengths leave no gaps between them.
 *
 *   links   0 … pageCount - 1            the next page of a chain, or none
 *           pageCount … + chainCount - 1 the first page of each chain: a link like the others, so nothing is special
 *           pageCount + chainCount       the first page of the draft: a value that is being written
 *                          … + 1         the first page that was dropped: nobody's any more, and yet to be emptied
 *
 * Pages are numbered through all devices. Pages need not lie side by side, but those that do, as in a new pool, are one
 * call of their device: a run.
 *
 * What needs room stops where there is none and tells how far it came, and the caller goes on from there when it has made
 * some. So the stack stays flat, which on a microcontroller has some hundred slots.
 *
 * A call of a device may throw anything at any time: its flash driver and its onOperation are the app's. Whenever that
 * happens
 *
 * 1. every page is in exactly one place: in a chain, in the draft, dropped, free, or lost;
 * 2. a page that is free is empty: it takes nothing, and reads as zeros;
 * 3. a chain has the pages that it had before, or those that it was to have.
 *
 * Hence the order of things. A page that was taken is in the draft or dropped when a call for it has thrown; a page is
 * free when its trim has come back; links change between calls of devices, and never after one that could still fail.
 */

import type Zram from "zram";
import type { Claimant } from "zram";
import Engine from "zram/engine";
import { type ByteBuffer, ERROR_BUSY, ERROR_CORRUPT, ERROR_FULL } from "zram/engine/interface";
import { Memory } from "zram/memory";
import { bytesFree } from "zram/region";
import type { Key } from "zram/swap/table";
import type { Tail } from "zram/swap/tail";

/** What there is not enough of: bytes of the arenas, or pages of the devices. */
export type Shortage = "arena" | "pages";
// Literals would be new strings for each call, unless the code is preloaded.
const ARENA: Shortage = "arena";
const PAGES: Shortage = "pages";

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
		return this.zram.bytesLeft;
	}
}

/** Empties a device, damaged pages excepted. */
function empty(zram: Zram) {
	for (let start = 0; start < zram.byteLength; start += zram.bytesDone + zram.pageLength)
		if (zram.tryTrim(start, zram.byteLength - start) >= 0) return;
}

/** What comparing a page can say: the first two are the engine's. */
const SAME = 1;
const DIFFERENT = 0;
const UNREADABLE = -1;

/**
 * Most pages that are open: so many values grow by small pieces, in turn, without being compressed each time. Where room
 * runs short they are compressed, so they cost nothing that is needed.
 */
const OPEN_PAGES = 4;

/** Links of 2 bytes if that is enough for all of them, else of 4. */
function makeLinks(memory: Memory, count: number, none: number): Uint16Array | Uint32Array {
	const buffer = memory as unknown as ArrayBuffer;
	const links = none === 0xffff ? new Uint16Array(buffer, 0, count) : new Uint32Array(buffer, 0, count);
	return links.fill(none);
}

export class Chains {
	readonly pageLength: number;
	readonly pageCount: number;
	/** Damaged pages that could not be trimmed: nobody uses them any more. */
	pagesLost = 0;
	/** Pages that update() has written because they had changed. */
	pagesWritten = 0;
	/** What the last attempt lacked. */
	shortage: Shortage = PAGES;
	/** How far overwrite() or update() has come, in bytes of what is to be written. They go on from here. */
	done = 0;
	/** Pages that are in a chain, in the draft, or dropped. */
	#pagesTaken = 0;
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
	/** The link to the first page that was dropped, and whether there is any. */
	#dropped: number;
	#hasDropped = false;
	/** Pages that are not compressed since they are being filled, in the order in which they were opened; then none. */
	#open: Uint32Array;
	/** A page on its way: to be compared, or to move to another device. */
	#staging: Memory;

	/** Where links were followed last, so that going on from there is short. */
	#cursorChain = -1;
	#cursorIndex = 0;
	#cursorAt = 0;

	/** Bytes of memory that the links take. */
	static linksLength(pageCount: number, chainCount: number): number {
		const count = pageCount + chainCount + 2;
		return pageCount < 0xffff ? 2 * count : 4 * count;
	}

	/**
	 * Takes the devices over, for `claimant`: what they hold is dropped.
	 *
	 * @throws ZramError `ECLOSED`, `EBUSY` if one of them cannot be used, or is another's: then none has changed
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

	/** Bytes left in all arenas. */
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

	/** Pages of values. */
	get pagesUsed(): number {
		let dropped = 0;
		for (let at = this.#dropped; this.#links[at] !== this.#none; at = this.#links[at] as number) dropped++;
		return this.#pagesTaken - dropped;
	}

	/** Pages of a value of `length` bytes. */
	pagesFor(length: number): number {
		return Math.ceil(length / this.pageLength);
	}

	/** Pages that the draft still takes, to be of `length` bytes, more than are free; negative if some stay free. */
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

	/** Begins a new value, or what follows the first `head` bytes that are to be added to one. */
	begin(head = 0): void {
		this.clean();
		this.#rank();
		this.#draftLength = head;
		this.#draftEnd = this.pageCount + this.#draft;
	}

	/**
	 * Adds what is missing of the first `length` bytes of `bytes`, or of as many zeros. Returns false if there is no room
	 * for the next page: call it again when there is, or `abort`. If it throws, abort.
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

	/** The new value is that of `chain` from now on; the pages of the old one are dropped. Calls no device. */
	commit(chain: number): void {
		const links = this.#links;
		const head = this.pageCount + chain;
		const old = links[head] as number;
		links[head] = links[this.pageCount + this.#draft] as number;
		links[this.pageCount + this.#draft] = this.#none;
		this.#cursorChain = -1;
		this.#drop(old);
	}

	/** The draft follows the pages that `chain` has for `length` bytes. Calls no device. */
	append(chain: number, length: number): void {
		const links = this.#links;
		const draft = this.pageCount + this.#draft;
		links[this.#seek(chain, this.pagesFor(length))] = links[draft] as number;
		links[draft] = this.#none;
	}

	/** What `chain` has behind its pages for `length` bytes is dropped. Calls no device. */
	cut(chain: number, length: number): void {
		const at = this.#seek(chain, this.pagesFor(length));
		this.#drop(this.#links[at] as number);
		this.#links[at] = this.#none;
	}

	/** The first page of `chain`, which has one, is dropped. Calls no device. */
	behead(chain: number): void {
		const links = this.#links;
		const head = this.pageCount + chain;
		const first = links[head] as number;
		links[head] = links[first] as number;
		if (chain === this.#cursorChain) this.#cursorChain = -1;
		this.#dropOne(first);
	}

	/** There is to be no new value, as something was thrown: what its pages cannot be emptied for now can wait. */
	abort(): void {
		this.discard(this.#draft);
		try {
			this.clean();
		} catch {
			// the error that is on its way came first
		}
	}

	/** `chain` has no pages any more: they are dropped. Calls no device. */
	discard(chain: number): void {
		const head = this.pageCount + chain;
		if (chain === this.#cursorChain) this.#cursorChain = -1;
		this.#drop(this.#links[head] as number);
		this.#links[head] = this.#none;
	}

	/**
	 * Gives pages that were dropped back, empty, in their order. What a device throws meanwhile does not keep it from the
	 * others: it comes at the end, and those pages wait for the next time.
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
			if (place.zram.tryRead(into, (page - place.first) * pageLength + skip, start, count) < 0) throw place.zram.damage;
			start += count;
		}
	}

	/** Reads page `index` of `chain`: the whole, or its first `length` bytes. */
	readPage(chain: number, index: number, into: ByteBuffer, length: number): void {
		const page = this.#links[this.#seek(chain, index)] as number;
		const { zram, first } = this.#placeOf(page);
		if (zram.tryRead(into, (page - first) * this.pageLength, 0, length) < 0) throw zram.damage;
	}

	/**
	 * Writes the first `length` bytes of `bytes`, from the one at `done` on, over those of `chain` from `offset` on.
	 *
	 * @returns false if there is no room for the next page: call it again when there is
	 * @throws ZramError `ECORRUPT`, `EIO`, or what a device throws. `done` counts what is written, always, but that a
	 * device may throw behind a page that it has written.
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
	 * Writes the first `count` bytes of `bytes` behind the first `length` bytes of `chain`, where its last page has so much
	 * left. Unless that fills the page it stays as it is, not compressed, as more may come: it is open.
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

	/** Has `tail` be the end of a value of `length` bytes that fill() has just written to, if more can be added there. */
	openTail(tail: Tail, key: Key, chain: number, length: number): void {
		const skip = length % this.pageLength;
		if (skip === 0) return;
		const page = this.#links[this.#seek(chain, (length - skip) / this.pageLength)] as number;
		const { zram, first } = this.#placeOf(page);
		if (this.#whereOpen(page) >= 0) tail.open(key, chain, length, zram, (page - first) * this.pageLength + skip);
	}

	/**
	 * Makes the last page of `chain` zeros behind its first `length` bytes.
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
	 * Has open pages compressed: all of them, or the one that was opened first.
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
	 * Makes the first `length` bytes of `bytes`, from the one at `done` on, which is at a page, those of `chain`, which has
	 * as many. Writes only the pages that differ, and counts them in `pagesWritten`.
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

	/** Throws EBUSY if a device is in the middle of a call, and this within a callback of it. */
	expectIdle(): void {
		for (const { zram } of this.#places) if (zram.readiness === ERROR_BUSY) zram.expectReady();
	}

	/** Gives the devices back, empty, as far as they can be used, and the memory. What a device throws comes at the end. */
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
		let done = last - first + 1;
		try {
			if (bytes) done = this.#store(place, first, last, bytes, start, count);
		} finally {
			this.#append(first, done); // whatever may hold something now
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
	 * Writes `count` bytes to the pages from `first` to `last`, which were just taken. Those that they do not fit, of which
	 * nothing is written, are given back. Returns the number of pages that are written.
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

	/** Writes a part of a page, and has it open. False if there is no room for it as it is. */
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

	/** Where a page, or the first none, is among those that are open; -1 if it is not. */
	#whereOpen(page: number): number {
		for (let i = 0; i < OPEN_PAGES; i++) if (this.#open[i] === page) return i;
		return -1;
	}

	/** Those of the pages from `first` to `last` that are open no longer count as such. */
	#forgetOpen(first: number, last: number) {
		const open = this.#open;
		let kept = 0;
		for (let i = 0; i < OPEN_PAGES; i++) {
			const page = open[i] as number;
			if (page < first || page > last) open[kept++] = page;
		}
		open.fill(this.#none, kept);
	}

	/** Writes a page anew, as it is. One that cannot be read, or has gone to flash and has no room now, stays what it is. */
	#compress(page: number) {
		const { zram, first } = this.#placeOf(page);
		const staging = this.#staging as unknown as HostBuffer;
		const start = (page - first) * this.pageLength;
		if (zram.tryRead(staging, start, 0, this.pageLength) < 0) return;
		const code = zram.tryWrite(staging, start, 0, this.pageLength);
		if (code < 0 && code !== ERROR_FULL) throw zram.damage;
	}

	/** Writes a part of the page behind link `at`, which may have to move to another device for it. False: no room. */
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

	/** What is in staging becomes the page behind link `at`, on another device than before. False if none has room. */
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

	/** A page with these bytes on a device other than `place`, or none. */
	#storeElsewhere(place: Place, bytes: ByteBuffer): number {
		for (let i = 0; i < this.#ranked.length; i++) {
			const other = this.#ranked[i] as Place;
			const page = other === place ? this.#none : this.#take(other);
			if (page !== this.#none && this.#storeOne(other, page, bytes)) return page;
		}
		return this.#none;
	}

	/** Writes a page that was just taken. False: no room, and it is given back. */
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

	/** Writes a page that cannot be read, and so not in part: zeros follow the last bytes of a value. False: no room. */
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
		this.#pagesTaken++;
		if (page === this.#none) return place.frontier++;
		place.free = this.#links[page] as number;
		return page;
	}

	/** Gives the pages from `first` to `last` back, which are empty: they are the next to be taken. */
	#give(place: Place, first: number, last: number) {
		const links = this.#links;
		for (let page = first; page < last; page++) links[page] = page + 1;
		links[last] = place.free;
		place.free = first;
		this.#pagesTaken -= last - first + 1;
	}

	/** The pages that are linked from `page` on, or none, are nobody's any more. */
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

	/** Empties the run of dropped pages from `page` to `last` behind link `at`, and frees them. A damaged one is lost. */
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
