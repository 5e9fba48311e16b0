/**
 * The first design that comes to mind, as a baseline for offload: an incompressible page goes to the next free block in
 * turn.
 *
 * @module
 */

import type { Chip } from "../modules/nor/chip.ts";

export class NextBlock {
	readonly #chip: Chip;
	readonly #blockOf = new Map<number, number>();
	readonly #used = new Set<number>();
	#next = 0;

	constructor(chip: Chip) {
		this.#chip = chip;
	}

	/** Does nothing if there is no free block. */
	write(page: number, bytes: Uint8Array) {
		const { blocks, blockLength } = this.#chip;
		if (this.#used.size === blocks) return;
		while (this.#used.has(this.#next)) this.#next = (this.#next + 1) % blocks;
		const block = this.#next;
		this.#chip.erase(block);
		this.#chip.program(bytes, 0, blockLength, block * blockLength);
		this.trim(page);
		this.#blockOf.set(page, block);
		this.#used.add(block);
		this.#next = (block + 1) % blocks;
	}

	trim(page: number) {
		this.#used.delete(this.#blockOf.get(page) ?? -1);
		this.#blockOf.delete(page);
	}
}
