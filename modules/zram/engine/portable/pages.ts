/*
 * The portable engine: pages in, pages out. Whole pages travel through the packer's page; who reads or writes bytes does
 * it there.
 *
 * The way of a page in:  store: pack -> place
 * and out:               load: fetch -> unpack
 */

import { EMPTY, OFFLOADED } from "zram/engine/entry";
import { SLOT_READS } from "zram/engine/header";
import { CORRUPT, INCOMPRESSIBLE, KEEP, ON_FLASH, ROT, WIPE } from "zram/engine/interface";
import type { Arena } from "zram/engine/portable/arena";
import { Packer } from "zram/engine/portable/pack";
import { Place } from "zram/engine/portable/place";
import { checksum } from "zram/engine/portable/sum";

/** What `staged` is when nothing is. */
export const NO_PAGE = -1;

export class Pages {
	readonly place: Place;
	readonly packer: Packer;
	/** Page (check: or granule) at which the last operation stopped. */
	stopped = 0;
	/** Page whose slot's content is in staging, or NO_PAGE. */
	staged = NO_PAGE;

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

	/** Drops all pages and statistics; limit and threshold stay, and how worn the slots are. */
	reset() {
		const { bytes, slots } = this.place.arena;
		const start = slots.byteOffset - bytes.byteOffset;
		this.place.slots.freeAll();
		this.#wipe(start, start + slots.byteLength);
		this.stopped = 0;
		this.staged = NO_PAGE;
		this.place.empty();
	}

	/** With WIPE: region and scratch are zeroed. */
	wipe() {
		this.#wipe(0, 0);
	}

	/** Likewise, but for the bytes of the region from `kept` to `keptEnd` - 1. */
	#wipe(kept: number, keptEnd: number) {
		const { bytes, layout } = this.place.arena;
		if (!(layout.flags & WIPE)) return;
		bytes.fill(0, 0, kept);
		bytes.fill(0, keptEnd);
		this.packer.wipe();
	}

	/** Stores what is in `staging`. 0, INCOMPRESSIBLE unless `mode` has KEEP, FULL, or CORRUPT: then the old page stands. */
	store(page: number, mode: number): number {
		const { packer, place } = this;
		packer.pack();
		if (packer.packed.length > place.threshold && !(mode & KEEP)) return INCOMPRESSIBLE;
		return place.place(page, packer.packed);
	}

	/** Loads a page into `staging`. 0, CORRUPT, ON_FLASH or ROT; changes nothing in the region. */
	load(page: number): number {
		const { packer, place } = this;
		if (place.stateOf(page) === OFFLOADED) return this.#loadStaged(page);
		const code = place.fetch(page, packer.packed, packer.pageWords, packer.blockWords);
		return code || (packer.unpack() ? 0 : CORRUPT);
	}

	/** A page on flash, which the caller has read into staging. */
	#loadStaged(page: number): number {
		const { place } = this;
		const slot = place.granulesOf(page) === 0 ? place.slots.slotOf(page) : -1;
		if (slot < 0 || !place.sumMatches(page)) return CORRUPT;
		if (this.staged !== page) return ON_FLASH;
		if (place.slots.sumOf(slot) !== this.stagingSum()) return ROT;
		place.count(SLOT_READS);
		return 0;
	}

	/** The checksum that slots keep, of what is in staging. */
	stagingSum(): number {
		return checksum(this.staging, 0, this.staging.length);
	}

	/** Frees a page's memory; it reads as zeros. 0 or CORRUPT. */
	free(page: number): number {
		return this.place.storeWord(page, 0, EMPTY);
	}

	/** Whether `staging` is all zeros. */
	isZero(): boolean {
		return this.packer.pageWords[0] === 0 && this.packer.isSame();
	}
}
