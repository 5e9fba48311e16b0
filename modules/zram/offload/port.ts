/*
 * The way to the flash: calls of the driver, during which the device is held (a driver that calls back gets EBUSY), and
 * what it says is verified. Nothing here throws but EBUSY: a driver's error is an answer like any other.
 */

import Engine from "zram/engine";
import type { Engine as EngineInstance } from "zram/engine/interface";
import { ZramError } from "zram/error";
import { type FlashDevice, type FlashGeometry, PIECE } from "zram/offload/geometry";

/** A driver's errors are as good as a wrong result; but who calls back into the device shall know. */
function swallow(error: unknown) {
	if (error instanceof ZramError && error.code === "EBUSY") throw error;
}

export class Port {
	/** A page on its way to or from flash: the engine's staging. */
	readonly staging: Uint8Array;
	/** As long as a page, and a piece of it; what they hold lasts to the next call of the engine. */
	readonly page: Uint8Array;
	readonly piece: Uint8Array;
	readonly #readBack = new Uint8Array(PIECE);
	readonly #engine: EngineInstance;
	readonly #device: FlashDevice;
	readonly #geometry: FlashGeometry;

	/** The scratch's last two pages are staging and free, see Engine. */
	constructor(
		device: FlashDevice,
		geometry: FlashGeometry,
		engine: EngineInstance,
		scratch: ArrayBufferLike,
		scratchLength: number,
		pageLength: number,
	) {
		this.#device = device;
		this.#geometry = geometry;
		this.#engine = engine;
		this.staging = new Uint8Array(scratch, scratchLength - pageLength, pageLength);
		this.page = new Uint8Array(scratch, scratchLength - 2 * pageLength, pageLength);
		this.piece = new Uint8Array(scratch, scratchLength - 2 * pageLength, PIECE);
	}

	/** Fills `into`; false if the driver cannot. */
	read(into: Uint8Array, position: number): boolean {
		this.#engine.hold(true);
		try {
			return this.#device.read(into, position) === into.length;
		} catch (error) {
			swallow(error);
			return false;
		} finally {
			this.#engine.hold(false);
		}
	}

	/** Programs `bytes`, and reads them back; false if they are not there. */
	program(bytes: Uint8Array, position: number): boolean {
		this.#engine.hold(true);
		try {
			this.#device.write(bytes, position);
		} catch (error) {
			swallow(error);
			return false;
		} finally {
			this.#engine.hold(false);
		}
		return this.holds(bytes, position);
	}

	/** Whether the flash holds `bytes`. */
	holds(bytes: Uint8Array, position: number): boolean {
		const { length } = bytes;
		for (let done = 0; done < length; done += PIECE) {
			if (!this.read(this.#readBack, position + done)) return false;
			if (Engine.equal(bytes, done, this.#readBack, 0, Math.min(PIECE, length - done)) !== 1) return false;
		}
		return true;
	}

	/** Erases units; false if the driver cannot. What is there then, nobody knows. */
	erase(unit: number, count: number): boolean {
		const { blocksPerUnit } = this.#geometry;
		this.#engine.hold(true);
		try {
			this.#device.eraseBlock(unit * blocksPerUnit, (unit + count) * blocksPerUnit);
			return true;
		} catch (error) {
			swallow(error);
			return false;
		} finally {
			this.#engine.hold(false);
		}
	}

	close() {
		this.#device.close();
	}
}
