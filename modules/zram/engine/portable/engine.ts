/*
 * The portable engine: ranges of bytes, page by page; zramEngine.c in TypeScript. Whole pages travel through the packer's
 * page, `staging`; bytes are read and written there.
 *
 * The way of a page in:  write -> #writePart -> #store: pack.ts (same-filled? a codec's block?) -> place.ts (room? chain)
 * and out:               read -> #readPart -> load: place.ts (gather) -> pack.ts (fill, or decode)
 */

import { ENTRY_AGE_MASK, STATE_EMPTY, STATE_OFFLOADED, stateOf } from "zram/engine/entry";
import {
	FAILED_READS,
	FAILED_WRITES,
	HUGE_PAGES_SINCE,
	READS,
	SLOT_MOVES,
	SLOT_READS,
	SLOT_WRITES,
	TRIMS,
	WRITES,
} from "zram/engine/header";
import {
	ERROR_CORRUPT,
	ERROR_FULL,
	ERROR_ROT,
	FLAG_WIPE,
	MODE_KEEP,
	MODE_ONE_PAGE,
	MODE_STAGED,
	MODE_UNPACKED,
	MODE_WRITTEN,
	SLOT_ERASED,
	STOP_FULL,
	STOP_HUGE,
	STOP_ON_FLASH,
	STOP_PAGE,
} from "zram/engine/interface";
import type { Arena } from "zram/engine/portable/arena";
import { type Bytes, copyBytes } from "zram/engine/portable/bytes";
import { Packer } from "zram/engine/portable/pack";
import { Place } from "zram/engine/portable/place";
import { hasChanged } from "zram/engine/portable/slots";
import { checksum } from "zram/engine/portable/sum";

type Operation = 0 | 1 | 2;
const READ = 0;
const WRITE = 1;
const TRIM = 2;

/** What `staged` is when nothing is. */
const NO_PAGE = -1;

export class EngineCore {
	readonly place: Place;
	readonly packer: Packer;
	/** Page (check: or granule) at which the last operation stopped. */
	stopped = 0;
	/** Bytes, from the call's first, that the last range operation has finished. */
	done = 0;
	/** Of the page that was packed last, stored or not: codec * 8192 + stored length. */
	packed = 0;
	/** Page whose slot's content is in staging, or NO_PAGE. */
	#staged = NO_PAGE;
	/** The bytes of the request, from #first on, while it lasts. */
	#bytes: Bytes | undefined;
	#first = 0;

	/** `scratchOffset`: of Packer.length() bytes in `scratch`, a multiple of 4. */
	constructor(arena: Arena, scratch: ArrayBufferLike, scratchOffset: number, threshold: number, codecs: number) {
		const { pageLength, granuleLength } = arena.layout;
		this.place = new Place(arena, threshold);
		this.packer = new Packer(scratch, scratchOffset, pageLength, granuleLength, codecs);
	}

	/** The page as it is outside. */
	get staging(): Uint8Array {
		return this.packer.page;
	}

	// --- start and end

	/** Drops all pages and statistics; limit and threshold stay, and how worn the slots are. */
	reset() {
		const { bytes, slots } = this.place.arena;
		const start = slots.byteOffset - bytes.byteOffset;
		this.place.slots.freeAll();
		this.#wipe(start, start + slots.byteLength);
		this.done = this.stopped = 0;
		this.#staged = NO_PAGE;
		this.place.empty();
	}

	/** With FLAG_WIPE: region and scratch are zeroed. */
	wipe() {
		this.#wipe(0, 0);
	}

	/** Likewise, but for the bytes of the region from `kept` to `keptEnd` - 1. */
	#wipe(kept: number, keptEnd: number) {
		const { bytes, layout } = this.place.arena;
		if (!(layout.flags & FLAG_WIPE)) return;
		bytes.fill(0, 0, kept);
		bytes.fill(0, keptEnd);
		this.packer.wipe();
	}

	// --- one page

	/** Stores what is in `staging`. 0, ERROR_FULL or ERROR_CORRUPT; or unless `mode` has MODE_KEEP, STOP_HUGE or STOP_FULL. */
	#store(page: number, mode: number): number {
		const { packer, place } = this;
		packer.pack();
		const { codec, length } = packer.packed;
		this.packed = (codec << 13) | length;
		const isHuge = length > place.threshold;
		if (isHuge && !(mode & MODE_KEEP) && (this.#isOnFlash(page) || place.late.waits(page, length))) return STOP_HUGE;
		return this.#full(place.place(page, packer.packed), isHuge ? STOP_HUGE : STOP_FULL, mode);
	}

	/** Whether the slot of a page has what is in staging already, as far as its checksum says. */
	#isOnFlash(page: number): boolean {
		const { place } = this;
		const slot = place.stateOf(page) === STATE_OFFLOADED ? place.slots.slotOf(page) : -1;
		return slot >= 0 && place.slots.sumOf(slot) === this.stagingSum();
	}

	/** What a store answers: with flash there is more to be done if there is no room. */
	#full(code: number, stop: number, mode: number): number {
		return code === ERROR_FULL && !(mode & MODE_KEEP) ? stop : code;
	}

	/** Loads a page into `staging`. 0, ERROR_CORRUPT, STOP_ON_FLASH or ERROR_ROT; changes nothing in the region. */
	load(page: number): number {
		const { packer, place } = this;
		if (place.stateOf(page) === STATE_OFFLOADED) return this.#loadStaged(page);
		const code = place.fetch(page, packer.packed, packer.pageWords, packer.blockWords);
		return code || (packer.unpack() ? 0 : ERROR_CORRUPT);
	}

	/** A page on flash, which the caller has read into staging. */
	#loadStaged(page: number): number {
		const { place } = this;
		const slot = place.granulesOf(page) === 0 ? place.slots.slotOf(page) : -1;
		if (slot < 0 || !place.sumMatches(page)) return ERROR_CORRUPT;
		if (this.#staged !== page) return STOP_ON_FLASH;
		if (place.slots.sumOf(slot) !== this.stagingSum()) return ERROR_ROT;
		place.count(SLOT_READS);
		return 0;
	}

	/** The checksum that slots keep, of what is in staging. */
	stagingSum(): number {
		return checksum(this.staging, 0, this.staging.length);
	}

	/** Frees a page's memory; it reads as zeros. 0 or ERROR_CORRUPT. */
	#free(page: number): number {
		return this.place.overwriteWord(page, 0, STATE_EMPTY);
	}

	/** Whether `staging` is all zeros. */
	#isZero(): boolean {
		return this.packer.pageWords[0] === 0 && this.packer.isSame();
	}

	// --- parts of pages

	#readPart(page: number, start: number, length: number): number {
		const code = this.load(page);
		if (code) return code;
		copyBytes(this.#bytes as Bytes, this.#first + this.done, this.staging, start, length);
		this.place.touch(page);
		this.place.count(READS);
		return 0;
	}

	/** A page that is written piece by piece: packing it each time would cost more than its room is worth meanwhile. */
	#writeUnpacked(page: number, start: number, length: number, mode: number): number {
		const { packer, place } = this;
		const first = this.#first + this.done;
		if (place.isPatchable(page)) {
			const code = place.patch(page, start, this.#bytes as Bytes, first, length);
			if (code === 0) place.touch(page);
			return code;
		}
		const code = length < this.staging.length ? this.load(page) : 0;
		if (code) return code;
		copyBytes(this.staging, start, this.#bytes as Bytes, first, length);
		return this.#full(place.place(page, packer.asIs()), STOP_FULL, mode);
	}

	#writePart(page: number, start: number, length: number, mode: number): number {
		if (mode & MODE_UNPACKED) {
			const code = this.#writeUnpacked(page, start, length, mode);
			if (code === 0) this.place.count(WRITES);
			return code;
		}
		let code = length < this.staging.length ? this.load(page) : 0;
		if (code) return code;
		copyBytes(this.staging, start, this.#bytes as Bytes, this.#first + this.done, length);
		code = this.#store(page, mode);
		if (code === 0) this.place.count(WRITES);
		return code;
	}

	#trimPart(page: number, start: number, length: number, mode: number): number {
		if (length === this.staging.length) return this.#trimPage(page);
		const code = this.load(page);
		if (code) return code;
		this.staging.fill(0, start, start + length);
		return this.#isZero() ? this.#free(page) : this.#store(page, mode);
	}

	#trimPage(page: number): number {
		const code = this.#free(page);
		if (code === 0) this.place.count(TRIMS);
		return code;
	}

	// --- ranges of bytes

	/** `length` bytes of the device from `position` on, to `bytes` from `first` on. 0 or a code. */
	read(position: number, bytes: Bytes, first: number, length: number, mode: number): number {
		return this.#transfer(READ, position, bytes, first, length, mode);
	}

	/** Likewise the other way. 0 or a code; PRESSURE is possible. */
	write(position: number, bytes: Bytes, first: number, length: number, mode: number): number {
		return this.#transfer(WRITE, position, bytes, first, length, mode) || this.place.succeed();
	}

	/** As write() does with MODE_UNPACKED, if the page is so and has room for more: `length`, or 0 and nothing was done. */
	append(position: number, bytes: Bytes, first: number, length: number): number {
		const { place, packer } = this;
		const pageLength = packer.page.length;
		const page = Math.floor(position / pageLength);
		const start = position - page * pageLength;
		if (length >= pageLength - start || !place.isPatchable(page)) return 0;
		if (place.patch(page, start, bytes, first, length)) return 0;
		place.touch(page);
		place.count(WRITES);
		return length;
	}

	/** Makes bytes read as zeros. As write(). */
	trim(position: number, length: number, mode: number): number {
		return this.#walk(TRIM, position, length, mode) || this.place.succeed();
	}

	#transfer(operation: Operation, position: number, bytes: Bytes, first: number, length: number, mode: number) {
		this.#bytes = bytes;
		this.#first = first;
		const code = this.#walk(operation, position, length, mode);
		this.#bytes = undefined;
		return code;
	}

	/** Page by page; stops in front of one that cannot be done. */
	#walk(operation: Operation, position: number, length: number, mode: number): number {
		const pageLength = this.staging.length;
		let page = Math.floor(position / pageLength);
		let start = position % pageLength;
		this.done = 0;
		this.#staged = mode & MODE_STAGED ? this.stopped : NO_PAGE;
		for (; this.done < length; page++, start = 0) {
			const part = Math.min(length - this.done, pageLength - start);
			const code = this.#doPart(operation, page, start, part, mode);
			if (code) return this.#stop(page, code, operation === READ ? FAILED_READS : FAILED_WRITES);
			this.done += part;
			if (mode & MODE_ONE_PAGE) return this.#stop(page, STOP_PAGE, 0);
		}
		return 0;
	}

	#doPart(operation: Operation, page: number, start: number, length: number, mode: number): number {
		if (operation === READ) return this.#readPart(page, start, length);
		if (operation === WRITE) return this.#writePart(page, start, length, mode);
		return this.#trimPart(page, start, length, mode);
	}

	/** Ends an operation at `page`. Counts failures in word `counter`. */
	#stop(page: number, code: number, counter: number): number {
		this.stopped = page;
		if (code === ERROR_FULL) this.place.forgetPressure();
		if (code === ERROR_FULL || code === ERROR_CORRUPT || code === ERROR_ROT) this.place.count(counter);
		return code;
	}

	// --- flash: Engine.stage, offload

	stage(page: number): number {
		this.stopped = page;
		this.#staged = NO_PAGE;
		return page < this.place.arena.layout.pageCount ? this.load(page) : ERROR_CORRUPT;
	}

	offload(page: number, slot: number, mode: number, sum: number): number {
		const { place } = this;
		const { layout, table } = place.arena;
		if (page >= layout.pageCount || slot >= layout.slotCount) return ERROR_CORRUPT;
		const was = place.word1Of(page);
		const old = stateOf(was) === STATE_OFFLOADED ? place.slots.slotOf(page) : -1;
		const word1 = STATE_OFFLOADED | (hasChanged(mode) ? 0 : was & ENTRY_AGE_MASK);
		if (old === slot) table[2 * page + 1] = word1;
		else {
			if (place.slots.stateOf(slot) !== SLOT_ERASED || place.storeWord(page, slot, word1)) return ERROR_CORRUPT;
			place.slots.take(slot, page, sum);
			place.count(old >= 0 && !hasChanged(mode) ? SLOT_MOVES : SLOT_WRITES);
		}
		if (hasChanged(mode)) place.late.noteLife(was);
		if (mode & MODE_WRITTEN) place.count(WRITES);
		if (hasChanged(mode)) place.count(HUGE_PAGES_SINCE);
		return 0;
	}
}
