/*
 * The portable engine: ranges of bytes, page by page; zramEngine.c in TypeScript. binding.ts calls it. Every page
 * passes through the packer's page, which is `staging`; its bytes are read and changed there.
 *
 * How a page gets in:  write -> #writePart -> #store: pack.ts (same-filled? which codec?) -> place.ts (room? chain)
 * and how it gets out: read -> #readPart -> load: place.ts (gather) -> pack.ts (fill or decode)
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

/** #staged if no page is. */
const NO_PAGE = -1;

export class EngineCore {
	readonly place: Place;
	readonly packer: Packer;
	/** Page at which the last operation stopped; after check() it may be a granule or a slot. */
	stopped = 0;
	/** Bytes of the call that the last range operation finished. */
	done = 0;
	/** How the last page was packed, stored or not: codec * 8192 + stored length. */
	packed = 0;
	/** Page whose slot's content is in staging, or NO_PAGE. */
	#staged = NO_PAGE;
	/** While a request lasts: its buffer, and the index of its first byte there. */
	#bytes: Bytes | undefined;
	#first = 0;

	/** `scratchOffset`: where Packer.length() bytes of `scratch` begin, a multiple of 4. */
	constructor(arena: Arena, scratch: ArrayBufferLike, scratchOffset: number, threshold: number, codecs: number) {
		const { pageLength, granuleLength } = arena.layout;
		this.place = new Place(arena, threshold);
		this.packer = new Packer(scratch, scratchOffset, pageLength, granuleLength, codecs);
	}

	/** The page, unpacked, on its way in or out. */
	get staging(): Uint8Array {
		return this.packer.page;
	}

	// --- start and end

	/** Drops all pages and statistics. Limit, threshold and the erases of slots stay: worn flash stays worn. */
	reset() {
		const { bytes, slots } = this.place.arena;
		const start = slots.byteOffset - bytes.byteOffset;
		this.place.slots.freeAll();
		this.#wipe(start, start + slots.byteLength);
		this.done = this.stopped = 0;
		this.#staged = NO_PAGE;
		this.place.empty();
	}

	/** With FLAG_WIPE, zeroes region and scratch. */
	wipe() {
		this.#wipe(0, 0);
	}

	/** Likewise, but leaves the region's bytes from `kept` to `keptEnd` - 1 as they are. */
	#wipe(kept: number, keptEnd: number) {
		const { bytes, layout } = this.place.arena;
		if (!(layout.flags & FLAG_WIPE)) return;
		bytes.fill(0, 0, kept);
		bytes.fill(0, keptEnd);
		this.packer.wipe();
	}

	// --- one page

	/**
	 * Packs and places what is in `staging`. 0, ERROR_CORRUPT, and ERROR_FULL or, without MODE_KEEP, STOP_HUGE or
	 * STOP_FULL.
	 */
	#store(page: number, mode: number): number {
		const { packer, place } = this;
		packer.pack();
		const { codec, length } = packer.packed;
		this.packed = (codec << 13) | length;
		const isHuge = length > place.threshold;
		if (isHuge && !(mode & MODE_KEEP) && (this.#isOnFlash(page) || place.late.waits(page, length))) return STOP_HUGE;
		return this.#full(place.place(page, packer.packed), isHuge ? STOP_HUGE : STOP_FULL, mode);
	}

	/** Whether the page's slot already holds what is in `staging`, going by their checksum. */
	#isOnFlash(page: number): boolean {
		const { place } = this;
		const slot = place.stateOf(page) === STATE_OFFLOADED ? place.slots.slotOf(page) : -1;
		return slot >= 0 && place.slots.sumOf(slot) === this.stagingSum();
	}

	/** Turns ERROR_FULL into `stop` where there is flash, since the caller can then make room. */
	#full(code: number, stop: number, mode: number): number {
		return code === ERROR_FULL && !(mode & MODE_KEEP) ? stop : code;
	}

	/** Loads a page into `staging`. 0, ERROR_CORRUPT, STOP_ON_FLASH or ERROR_ROT. */
	load(page: number): number {
		const { packer, place } = this;
		if (place.stateOf(page) === STATE_OFFLOADED) return this.#loadStaged(page);
		const code = place.fetch(page, packer.packed, packer.pageWords, packer.blockWords);
		return code || (packer.unpack() ? 0 : ERROR_CORRUPT);
	}

	/** Verifies a page on flash, if the caller has read its slot into `staging`. */
	#loadStaged(page: number): number {
		const { place } = this;
		const slot = place.granulesOf(page) === 0 ? place.slots.slotOf(page) : -1;
		if (slot < 0 || !place.sumMatches(page)) return ERROR_CORRUPT;
		if (this.#staged !== page) return STOP_ON_FLASH;
		if (place.slots.sumOf(slot) !== this.stagingSum()) return ERROR_ROT;
		place.count(SLOT_READS);
		return 0;
	}

	/** The checksum of what is in `staging`, as slots keep it. */
	stagingSum(): number {
		return checksum(this.staging, 0, this.staging.length);
	}

	/** Frees what a page takes; it then reads as zeros. 0 or ERROR_CORRUPT. */
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

	/** For a page that is written piece by piece: packing it each time would cost more than the room it saves. */
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

	/** Reads `length` bytes of the device from `position` on to `bytes` from `first` on. 0 or a negative code. */
	read(position: number, bytes: Bytes, first: number, length: number, mode: number): number {
		return this.#transfer(READ, position, bytes, first, length, mode);
	}

	/** Writes in the other direction. 0 or a negative code; PRESSURE means that it is done. */
	write(position: number, bytes: Bytes, first: number, length: number, mode: number): number {
		return this.#transfer(WRITE, position, bytes, first, length, mode) || this.place.succeed();
	}

	/** Engine.append(): `length`, or 0 with nothing done. */
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

	/** Makes `length` bytes read as zeros. Returns what write() does. */
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

	/** Goes page by page, and stops before one that it cannot do. */
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

	/**
	 * Ends an operation at a page that it could not finish: remembers the page, counts failures in the header's word
	 * `counter`.
	 */
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
