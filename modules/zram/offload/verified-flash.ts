/*
 * The driver's calls. The device is held while they run: whoever calls it back gets EBUSY. Whatever is programmed is
 * read back. The driver only ever sees one buffer, which is separate memory. An error from it is a result like any
 * other, REFUSED, and says nothing about the flash.
 */

import type { FlashDevice } from "zram/backing";
import Engine from "zram/engine";
import type { Engine as EngineInstance } from "zram/engine/interface";
import { Memory } from "zram/memory";
import { Pace } from "zram/offload/pace";
import type { Backing } from "zram/options";

/**
 * Results of programming: done; wrong, according to two read-backs; or unknown, because the driver has thrown, or the
 * two differ.
 */
export const DONE = 0;
export const WRONG = 1;
export const REFUSED = 2;

export class VerifiedFlash {
	/** A page on its way to or from flash: the engine's staging. */
	readonly staging: Uint8Array;
	/** As long as a page; its content lasts until the engine reads or writes a page. And the same memory for words. */
	readonly work: Uint8Array;
	readonly words: DataView;
	/**
	 * How long it takes to program a page, and to erase a unit with its record; the data sheet's values until one was
	 * measured.
	 */
	readonly programming = new Pace(12);
	readonly erasing = new Pace(45);

	/** Calls of the driver that have failed, and programs that came out wrong. */
	failures = 0;

	readonly #engine: EngineInstance;
	readonly #device: FlashDevice;
	readonly #blocksPerUnit: number;
	readonly #ticks: () => number;
	readonly #memory: Memory;
	/** Views of its first bytes, by their length. */
	readonly #views: Uint8Array[] = [];

	/** Work and staging are the last two pages of the scratch, see Engine. */
	constructor(device: FlashDevice, backing: Backing, engine: EngineInstance, scratch: ArrayBufferLike, length: number) {
		const { unitLength, blocksPerUnit } = backing.geometry;
		this.#device = device;
		this.#blocksPerUnit = blocksPerUnit;
		this.#engine = engine;
		this.#ticks = backing.ticks;
		this.staging = new Uint8Array(scratch, length - unitLength, unitLength);
		this.work = new Uint8Array(scratch, length - 2 * unitLength, unitLength);
		this.words = new DataView(scratch, length - 2 * unitLength, unitLength);
		this.#memory = new Memory(unitLength, "internal");
		this.#view(unitLength);
	}

	/** A view of the driver's memory. All lengths are used while a device is made; later no view is new. */
	#view(length: number): Uint8Array {
		this.#views[length] ??= new Uint8Array(this.#memory as unknown as ArrayBuffer, 0, length);
		return this.#views[length];
	}

	/** Milliseconds. */
	ticks(): number {
		this.#engine.hold(true);
		try {
			return this.#ticks();
		} finally {
			this.#engine.hold(false);
		}
	}

	/** Fills the first `length` bytes of `into`; throws whatever the driver throws, or if it reads less. */
	load(into: Uint8Array, length: number, position: number) {
		this.#engine.hold(true);
		try {
			const view = this.#view(length);
			if (this.#device.read(view, position) !== length || Engine.copy(into, 0, view, 0, length) !== 0)
				throw new Error(`backing: the driver's read() returned less than the ${length} bytes asked for at ${position}`);
		} finally {
			this.#engine.hold(false);
		}
	}

	/** Like load(), but returns false if the driver fails. */
	read(into: Uint8Array, length: number, position: number): boolean {
		try {
			this.load(into, length, position);
			return true;
		} catch {
			this.failures++;
			return false;
		}
	}

	/** The checksum of `length` bytes, which are then in work; -1 if the driver cannot read them. */
	checksum(length: number, position: number): number {
		return this.read(this.work, length, position) ? Engine.checksum(this.work, 0, length) : -1;
	}

	/** Programs the first `length` bytes of `from`, and reads them back. */
	program(from: Uint8Array, length: number, position: number): number {
		this.#engine.hold(true);
		try {
			const view = this.#view(length);
			if (Engine.copy(view, 0, from, 0, length) !== 0) return REFUSED;
			const before = this.#ticks();
			this.#device.write(view, position);
			const result = this.#holds(from, length, position) ? DONE : this.#holds(from, length, position) ? REFUSED : WRONG;
			if (result !== DONE) this.failures++;
			if (length === this.work.length) this.programming.add((this.#ticks() - before) >>> 0);
			return result;
		} catch {
			this.failures++;
			return REFUSED;
		} finally {
			this.#engine.hold(false);
		}
	}

	#holds(from: Uint8Array, length: number, position: number): boolean {
		const view = this.#view(length);
		// a read that does nothing must not see the bytes just written
		view[0] = ~(from[0] as number);
		view[length - 1] = ~(from[length - 1] as number);
		if (this.#device.read(view, position) !== length) throw new Error("short");
		return Engine.equal(from, 0, view, 0, length) === 1;
	}

	/** Erases a unit; false if the driver cannot. Its content is then unknown. */
	erase(unit: number): boolean {
		this.#engine.hold(true);
		try {
			this.#device.eraseBlock(unit * this.#blocksPerUnit, (unit + 1) * this.#blocksPerUnit);
			return true;
		} catch {
			this.failures++;
			return false;
		} finally {
			this.#engine.hold(false);
		}
	}

	close() {
		try {
			this.#device.close();
		} finally {
			this.#memory.close();
		}
	}
}
