/*
 * The end of the value that was last appended to, as long as the pool does nothing else: small pieces that follow then
 * skip everything that a pool's operation begins and ends with. A record of 16 bytes thus costs a sixth.
 */

import type Zram from "zram";
import type { ByteBuffer } from "zram/engine/interface";
import type { Key, Table } from "zram/swap/table";

export class Tail {
	/** Whose end it is, while `isOpen`. */
	key: Key | undefined;
	isOpen = false;
	#number = 0;
	#zram: Zram | undefined;
	/** Where on the device the value ends. */
	#at = 0;
	/** Length of the value, which the table does not know yet. */
	#length = 0;

	open(key: Key, number: number, length: number, zram: Zram, at: number) {
		this.key = key;
		this.#number = number;
		this.#length = length;
		this.#zram = zram;
		this.#at = at;
		this.isOpen = true;
	}

	/**
	 * Adds `buffer`, and returns the value's new length. 0 or less means that it is not that simple, and nothing was
	 * done.
	 */
	append(buffer: ByteBuffer): number {
		const length = (this.#zram as Zram).tryAppend(buffer, this.#at);
		if (length <= 0) return length;
		this.#at += length;
		this.#length += length;
		return this.#length;
	}

	/** Ends it, and updates the table. */
	close(table: Table) {
		this.isOpen = false;
		table.setByteLength(this.#number, this.#length);
	}
}
