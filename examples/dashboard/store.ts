/*
 * The app behind the dashboard: five kinds of buffers on a device with a flash behind it, in constant use. One read in
 * CHECKS is compared byte by byte. The actions of the dashboard's buttons are here.
 */

import { cutPower, flash } from "board";
import { openDevice } from "board/device";
import Zram, { ZramError } from "zram";
import type { ByteBuffer } from "zram/engine/interface";
import { Memory, ticks } from "zram/memory";
import { BLANK, FRAME, isMade, LOG, make, PHOTO, SAMPLES } from "./picture.ts";

const KB = 1024;

export const ARENA = 1024 * KB;
/** Bytes of a page: the device's default. */
export const PAGE = 4 * KB;

/** Bytes of a buffer. */
const BUFFER = 32 * KB;
/** Places for buffers in the device's address space; there is not room for data in all of them. */
const PLACES = 160;

/** The kinds that are stored, in turn. */
const MIXTURE = [FRAME, LOG, SAMPLES, FRAME, PHOTO, LOG, SAMPLES, BLANK];

/** One use of a buffer in so many rewrites it. */
const WRITES = 16;
/** The same for photos, which go to flash when there is no room. */
const PHOTO_WRITES = 128;
/** One read in so many is compared. */
const CHECKS = 64;

export class Store {
	zram!: Zram;
	/** Buffers that are stored. */
	count = 0;
	/** Writes for which there was no room. */
	refused = 0;
	/** Buffers that did not come back as they went in. */
	wrong = 0;
	/** Bytes of the arena that hold tables instead of data. */
	metadata = 0;
	/** Pages that may fill the flash at the start: half of its slots. 0 without a flash. */
	flashPages = 0;

	#region!: Memory;
	#work = new Uint8Array(BUFFER);
	/** By place: the seed of its buffer, which also gives the kind; 0 if there is none. */
	#places = new Int32Array(PLACES);
	#seed = 1;
	#random = 12345;

	constructor() {
		this.#open();
	}

	/** The arena's bytes, for the map. */
	get bytes(): ByteBuffer {
		return this.#region as unknown as ByteBuffer;
	}

	#open() {
		this.#region = new Memory(ARENA, "external");
		const { zram, options } = openDevice({ byteLength: PLACES * BUFFER, arena: this.bytes }, flash());
		this.zram = zram;
		this.metadata = Zram.layout(options).metadata;
		this.flashPages = (zram.status().backing?.slots ?? 0) >> 1;
	}

	/** Stores one more buffer; the kinds take turns. False if there is no room or no place left. */
	add(): boolean {
		const place = this.#places.indexOf(0);
		if (place < 0) return false;
		if (!this.#write(place, this.#seed++)) return false;
		this.count++;
		return true;
	}

	/** Trims one of the buffers: it reads as zeros, and its memory is free. */
	trim() {
		const place = this.#anyPlace();
		if (place >= 0) this.#forget(place);
	}

	/** Uses buffers for some milliseconds: most are read, some are rewritten. */
	use(milliseconds: number) {
		const start = ticks();
		do {
			const place = this.#anyPlace();
			if (place < 0) return;
			this.#use(place);
		} while (((ticks() - start) | 0) < milliseconds);
	}

	/** Cuts the power and restores it. */
	cutPower() {
		if (!cutPower(() => this.#writePhoto())) return;
		this.zram.close();
		this.#region.close();
		this.#places.fill(0);
		this.count = 0;
		this.#open();
	}

	/** Writes something that goes to flash and so runs into the power cut. How that fails is up to the driver: ignored. */
	#writePhoto() {
		make(this.#work, PHOTO, this.#seed++);
		try {
			this.zram.write(this.#work, 0);
		} catch {}
	}

	#use(place: number) {
		const seed = this.#places[place] as number;
		if (this.#below(MIXTURE[seed % 8] === PHOTO ? PHOTO_WRITES : WRITES) === 0) {
			this.#seed += 8;
			this.#write(place, this.#seed - (this.#seed % 8) + (seed % 8));
			return;
		}
		this.zram.read(this.#work, place * BUFFER);
		if (this.#below(CHECKS) === 0 && !isMade(this.#work, MIXTURE[seed % 8] as number, seed)) this.wrong++;
	}

	/** Writes a buffer at a place. If it does not fit, the place is empty afterwards. */
	#write(place: number, seed: number): boolean {
		make(this.#work, MIXTURE[seed % 8] as number, seed);
		try {
			this.zram.write(this.#work, place * BUFFER);
			this.#places[place] = seed;
			return true;
		} catch (error) {
			if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
			this.refused++;
			const had = this.#places[place] !== 0;
			this.zram.trim(place * BUFFER, BUFFER);
			this.#places[place] = 0;
			if (had) this.count--;
			return false;
		}
	}

	#forget(place: number) {
		this.zram.trim(place * BUFFER, BUFFER);
		this.#places[place] = 0;
		this.count--;
	}

	/** A random place that holds a buffer, or -1 if there is none. */
	#anyPlace(): number {
		if (this.count === 0) return -1;
		let place = this.#below(PLACES);
		while (this.#places[place] === 0) place = (place + 1) % PLACES;
		return place;
	}

	#below(limit: number): number {
		this.#random = (Math.imul(this.#random, 1664525) + 1013904223) | 0;
		return (this.#random >>> 8) % limit;
	}
}
