/*
 * What a buffer in a swap pool costs, or a record appended to a flash in RAM, compared with keeping it on the XS heap,
 * and with a real flash, emulated.
 */

import Zram from "zram";
import ZramFlash from "zram/flash";
import SwapPool from "zram/swap";
import { Chip } from "../../modules/nor/chip.ts";
import { type Measure, Meter } from "./meter.ts";
import { Failure, Pages, type Parameters, runProgram } from "./program.ts";

export interface SwapParameters extends Parameters {
	/** Bytes of a buffer, and of the pages. */
	byteLength: number;
	/** How often everything is done. */
	turns: number;
}

export interface SwapResult {
	measures: Measure[];
	/** Bytes of the arena that a buffer takes. */
	stored: number;
	/** Milliseconds that a flash chip takes, typically. */
	flash: { write: number; read: number };
}

/** There are KEYS buffers and SLOTS slots: used in turn, every buffer must be read. */
const KEYS = 4;
const SLOTS = 2;
const PAGE = 4096;

class Buffers {
	readonly meter: Meter;
	readonly #bytes: Uint8Array;
	readonly #turns: number;
	readonly #zram: Zram;
	readonly #pool: SwapPool;

	constructor(meter: Meter, bytes: Uint8Array, turns: number) {
		this.meter = meter;
		this.#bytes = bytes;
		this.#turns = turns;
		const size = 2 * KEYS * Math.ceil(bytes.length / PAGE) * PAGE;
		this.#zram = new Zram({ byteLength: size, arena: { byteLength: size + 65_536 } });
		this.#pool = new SwapPool({ devices: [this.#zram], resident: { slots: SLOTS, byteLength: bytes.length } });
	}

	/** Bytes of the arena that a buffer takes. */
	get stored(): number {
		const empty = this.#zram.status().memUsed;
		for (let key = 0; key < KEYS; key++) this.#pool.write(key, this.#bytes);
		return (this.#zram.status().memUsed - empty) / KEYS;
	}

	measure() {
		const pool = this.#pool;
		const bytes = this.#bytes;
		const loop = (label: string, work: (i: number) => void) =>
			this.meter.loop(label, this.#turns, work, label === "loop" ? undefined : "loop");
		const heap = new Map(Array.from({ length: KEYS }, (_, key) => [key, bytes.slice()]));
		loop("loop", (i) => void i);
		loop("heap", (i) => heap.get(i % KEYS));
		loop("write", (i) => pool.write(i % KEYS, bytes));
		loop("read", (i) => use(pool, i % KEYS, "r"));
		use(pool, 0, "r+");
		loop("resident", () => use(pool, 0, "r"));
		loop("unchanged", () => use(pool, 0, "r+"));
		loop("changed", (i) => {
			const view = pool.acquire(0, "r+");
			view[10] = i;
			pool.release(0);
		});
	}

	/** Every byte is right, but the one that was changed. */
	verify() {
		const read = new Uint8Array(this.#pool.read(1) as ArrayBuffer);
		if (!read.every((byte, i) => byte === this.#bytes[i])) throw new Failure(1, "a buffer came back wrong");
		if (new Uint8Array(this.#pool.read(0) as ArrayBuffer)[10] !== this.#turns - 1)
			throw new Failure(1, "a change was not written");
	}
}

function use(pool: SwapPool, key: number, mode: "r" | "r+") {
	pool.acquire(key, mode);
	pool.release(key);
}

/** Pieces of `byteLength` bytes, one behind the other, to a flash in RAM. */
function append(meter: Meter, bytes: Uint8Array, turns: number) {
	const zram = new Zram({ byteLength: 64 * PAGE, arena: { byteLength: 65 * PAGE } });
	const flash = new ZramFlash({ device: zram, partitions: { log: 64 } }).open({ path: "log" });
	const { length } = bytes;
	meter.loop("loop append", turns, (i) => void (i * length));
	meter.loop("append", turns, (i) => flash.write(bytes, i * length), "loop append");
	const back = new Uint8Array(flash.read(length, (turns - 1) * length));
	if (!back.every((byte, i) => byte === bytes[i])) throw new Failure(1, "a record came back wrong");
}

/** What a flash chip takes for these bytes: erasing and programming, and reading. */
function onFlash(bytes: Uint8Array): SwapResult["flash"] {
	const chip = new Chip({ blocks: Math.ceil(bytes.length / PAGE) });
	for (let block = 0; block < chip.blocks && bytes.length >= 1024; block++) chip.erase(block);
	chip.program(bytes, 0, bytes.length, 0);
	const write = chip.statistics.typical;
	chip.read(new Uint8Array(bytes.length), 0, bytes.length, 0);
	return { write: write / 1000, read: (chip.statistics.typical - write) / 1000 };
}

runProgram(({ pages: file, byteLength, turns }: SwapParameters): SwapResult => {
	const { memory } = new Pages(file);
	const bytes = new Uint8Array(memory as unknown as ArrayBuffer, 0, byteLength);
	const meter = new Meter();
	if (byteLength < 1024) {
		append(meter, bytes, turns);
		return { measures: meter.measures, stored: 0, flash: onFlash(bytes) };
	}
	const buffers = new Buffers(meter, bytes, turns);
	const { stored } = buffers;
	buffers.measure();
	buffers.verify();
	return { measures: meter.measures, stored, flash: onFlash(bytes) };
});
