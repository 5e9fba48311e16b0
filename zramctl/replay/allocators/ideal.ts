/**
 * Ideal: takes the bytes of all objects and not one more, which no allocator can do.
 *
 * @module
 */

import { type Allocator, NONE } from "../allocator.ts";

export class Ideal implements Allocator {
	readonly #length: number;
	used = 0;
	readonly moved = 0;

	constructor(length: number) {
		this.#length = length;
	}

	/** The handle is the size. */
	malloc(size: number): number {
		if (this.used + size > this.#length) return NONE;
		this.used += size;
		return size;
	}

	free(handle: number): void {
		this.used -= handle;
	}

	check(): void {
		if (this.used < 0 || this.used > this.#length) throw new Error(`ideal: ${this.used} bytes in use`);
	}
}
