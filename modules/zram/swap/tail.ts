/*
 * The end of the value that was appended to last, as long as the pool does nothing else: what comes next in small pieces
 * then needs none of what an operation of a pool begins and ends with. A record of 16 bytes costs a sixth so.
 */

import type Zram from "zram";
import type { ByteBuffer } from "zram/engine/interface";
import type { Key, Table } from "zram/swap/table";

export class Tail {
	/** Whose end it is, if `isOpen`. */
	key: Key | undefined;
	isOpen = false;
	#number = 0;
	#zram: Zram | undefined;
	/** Where on the device the value ends. */
	#at = 0;
	/** Bytes of the value, of which the table does not know yet. */
	#length = 0;

	open(key: Key, number: number, length: number, zram: Zram, at: number) {
		this.key = key;
		this.#number = number;
		this.#length = length;
		this.#zram = zram;
		this.#at = at;
		this.isOpen = true;
	}

	/** Adds `buffer`; the value's length then. 0 or less if it is not so simple: then nothing was done. */
	append(buffer: ByteBuffer): number {
		const length = (this.#zram as Zram).tryAppend(buffer, this.#at);
		if (length <= 0) return length;
		this.#at += length;
		this.#length += length;
		return this.#length;
	}

	/** It is nobody's end any more, and the table knows. */
	close(table: Table) {
		this.isOpen = false;
		table.setByteLength(this.#number, this.#length);
	}
}
