/**
 * What allocators have in common, and how a trace or a load uses one.
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

/** malloc() returns this if there is no room. */
export const NONE = -1;

/** Keeps objects in a fixed arena. Simulates only their places, not their bytes. */
export interface Allocator {
	/** Returns a handle for an object of `size` bytes, 1 to 4096, or NONE. */
	malloc(size: number): number;
	free(handle: number): void;
	/** Bytes of the arena in use for anything. */
	readonly used: number;
	/** Bytes of objects that were moved to make room. */
	readonly moved: number;
	/** @throws Error saying what is wrong, if anything is */
	check(): void;
}

/** An allocator, and how to make one. */
export interface Contender {
	name: string;
	/** `arena`: its bytes. */
	make(arena: number): Allocator;
}

/** How an allocator fared with a trace. Values are bytes or counts. */
export interface AllocatorResult {
	name: string;
	arena: number;
	/** The most bytes in use, and the most that objects had, which is what an ideal allocator would need. */
	peak: number;
	payloadPeak: number;
	/** At the end. */
	used: number;
	payload: number;
	/** Objects refused, and how many of these although enough bytes were free. */
	failures: number;
	needless: number;
	moved: number;
	/** Bytes in use after each write, thinned out. */
	curve: [write: number, bytes: number][];
}

/** Numbered objects in an allocator, and what happens to them. */
export class Ledger {
	readonly #allocator: Allocator;
	readonly #arena: number;
	/** By number: handle + 1, or 0; and the object's bytes. */
	readonly #handles: Int32Array;
	readonly #sizes: Uint16Array;
	readonly #curve = new Curve();
	#payload = 0;
	#peak = 0;
	#payloadPeak = 0;
	#failures = 0;
	#needless = 0;

	/** `arena`: the allocator's bytes; `count`: the most objects. */
	constructor(allocator: Allocator, arena: number, count: number) {
		this.#allocator = allocator;
		this.#arena = arena;
		this.#handles = new Int32Array(count);
		this.#sizes = new Uint16Array(count);
	}

	/** Bytes of all objects. */
	get payload(): number {
		return this.#payload;
	}

	/** Gives an object so many bytes, after freeing those it had. If it does not fit, it is gone. */
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

/**
 * Uses an allocator as the device was used. Pages that went to flash, or are one repeated word, take nothing.
 */
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
