/**
 * What allocators have in common, and what a trace or a load does to one of them.
 *
 * @module
 */

import {
	CALL,
	CALL_RESET,
	HELD,
	OFFLOAD,
	REFUSED,
	REPACK,
	STORED_CODEC,
	TRIM,
	UNPACKED,
	WRITE,
	WRITE_FLASH,
} from "zram/trace/format";
import { Curve } from "./curve.ts";
import type { TraceFile } from "./trace.ts";

/** What malloc() answers where there is no room. */
export const NONE = -1;

/** Keeps objects in a fixed arena. Only their places are simulated, not their bytes. */
export interface Allocator {
	/** A handle for an object of `size` bytes, 1 to 4096, or NONE. */
	malloc(size: number): number;
	free(handle: number): void;
	/** Bytes of the arena that are in use, whatever for. */
	readonly used: number;
	/** Bytes of objects that were moved to make room. */
	readonly moved: number;
	/** Throws an Error that says what is wrong, if anything is. */
	check(): void;
}

/** An allocator, and how to make one. */
export interface Contender {
	name: string;
	/** `arena`: bytes that it has. */
	make(arena: number): Allocator;
}

/** What an allocator has made of a trace. Bytes, or counts. */
export interface AllocatorResult {
	name: string;
	arena: number;
	/** Most bytes that were in use, and most that the objects had: what an ideal allocator would need. */
	peak: number;
	payloadPeak: number;
	/** At the end. */
	used: number;
	payload: number;
	/** Objects that were refused, and those of them for which the arena had bytes enough. */
	failures: number;
	needless: number;
	moved: number;
	/** Bytes in use after every write, thinned out. */
	curve: [write: number, bytes: number][];
}

/** Objects by number, in an allocator, and what becomes of them. */
export class Ledger {
	readonly #allocator: Allocator;
	readonly #arena: number;
	/** By number: handle + 1, or 0; and the bytes it has. */
	readonly #handles: Int32Array;
	readonly #sizes: Uint16Array;
	readonly #curve = new Curve();
	#payload = 0;
	#peak = 0;
	#payloadPeak = 0;
	#failures = 0;
	#needless = 0;

	/** `arena`: bytes that the allocator has; `count`: of objects there may be. */
	constructor(allocator: Allocator, arena: number, count: number) {
		this.#allocator = allocator;
		this.#arena = arena;
		this.#handles = new Int32Array(count);
		this.#sizes = new Uint16Array(count);
	}

	/** Bytes that all objects have. */
	get payload(): number {
		return this.#payload;
	}

	/** An object gets so many bytes; the ones that it had are free first. One that does not fit is gone. */
	set(number: number, size: number) {
		const allocator = this.#allocator;
		this.drop(number);
		const handle = size ? allocator.malloc(size) : NONE;
		if (handle !== NONE) {
			this.#handles[number] = handle + 1;
			this.#sizes[number] = size;
			this.#payload += size;
			if (this.#payload > this.#payloadPeak) this.#payloadPeak = this.#payload;
		} else if (size) {
			this.#failures++;
			if (this.#payload + size <= this.#arena) this.#needless++;
		}
		const { used } = allocator;
		if (used > this.#peak) this.#peak = used;
		this.#curve.add(used);
	}

	drop(number: number) {
		const handle = this.#handles[number] as number;
		if (!handle) return;
		this.#allocator.free(handle - 1);
		this.#handles[number] = 0;
		this.#payload -= this.#sizes[number] as number;
	}

	dropAll() {
		for (let number = 0; number < this.#handles.length; number++) this.drop(number);
	}

	has(number: number): boolean {
		return this.#handles[number] !== 0;
	}

	result(name: string): AllocatorResult {
		const { used, moved } = this.#allocator;
		return {
			name,
			arena: this.#arena,
			peak: this.#peak,
			payloadPeak: this.#payloadPeak,
			used,
			payload: this.#payload,
			failures: this.#failures,
			needless: this.#needless,
			moved,
			curve: this.#curve.points,
		};
	}
}

/** Does to an allocator what was done to the device. Pages that went to flash, or are one word all over, take nothing. */
export function replayOn(
	trace: TraceFile,
	{ name, make }: Contender,
	arena: number,
	onProgress: (share: number) => void,
): AllocatorResult {
	const { pageCount, pageLength } = trace.header;
	const ledger = new Ledger(make(arena), arena, pageCount);
	trace.forEach(({ operation, page, argument }, share) => {
		switch (operation) {
			case WRITE:
			case REFUSED:
			case REPACK:
			case HELD:
				ledger.set(page, argument % STORED_CODEC);
				break;
			case UNPACKED:
				ledger.set(page, pageLength);
				break;
			case WRITE_FLASH:
			case OFFLOAD:
				ledger.drop(page);
				break;
			case TRIM:
				for (let end = page + argument; page < end; page++) ledger.drop(page);
				break;
			case CALL:
				if (page === CALL_RESET) ledger.dropAll();
		}
		onProgress(share);
	});
	return ledger.result(name);
}
