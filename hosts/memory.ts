/**
 * The module `zram/memory` for hosts with native code. The file is the same on all of them, the C functions are the
 * host's own: docs/porting.md has their contract.
 *
 * @module
 */

/**
 * A region of memory outside the XS heap. It does not move, and the collector does not look into it.
 *
 * To read or write it from JavaScript, make a view: `new Uint8Array(memory, offset, length)`. A view keeps the region
 * alive. What the bytes are at first is undefined.
 */
export class Memory extends Native("xs_zram_memory_destructor") {
	/**
	 * @param byteLength 1 to 2^31 - 64. It lies on a 64-byte boundary.
	 * @param kind Which memory: "external" (PSRAM) or "internal". A host with one memory takes no notice.
	 * @throws RangeError if `byteLength` is less than 1, Error if there is not that much memory.
	 */
	constructor(byteLength: number, kind: "external" | "internal");
	/** @param other For {@link transfer} alone: the region whose bytes this one takes over. */
	constructor(other: Memory);
	constructor(what: number | Memory, kind?: "external" | "internal") {
		super();
		native("xs_zram_memory").call(this, what, kind);
	}

	/**
	 * A new region with the bytes of this one, at the same address; nothing is copied. This one is closed: its views have
	 * no bytes any more.
	 *
	 * @throws TypeError if it is closed already.
	 */
	transfer(): Memory {
		return new Memory(this);
	}

	/** Gives the memory back at once. Views have no bytes any more. Closing twice is fine. */
	close(): void {
		native("xs_zram_memory_close").call(this);
	}
}

/** A millisecond counter that never goes back. int32, starts anywhere and wraps: use `(ticks() - before) | 0`. */
export function ticks(this: unknown): number {
	return native("xs_zram_memory_ticks").call(this);
}
