/**
 * The module `zram/memory` for Node: for tools, and for tests.
 *
 * @module
 */

/** A region of memory. Views of it have no bytes any more once it is closed. */
export class Memory extends ArrayBuffer {
	/**
	 * @param byteLength 1 or more.
	 * @param _kind Node has one kind of memory.
	 * @throws RangeError if `byteLength` is less than 1, or there is not that much memory.
	 */
	constructor(byteLength: number, _kind: "external" | "internal") {
		if (byteLength < 1) throw new RangeError("byteLength must be at least 1");
		super(byteLength);
	}

	/**
	 * A new region with the bytes of this one. This one is closed: its views have no bytes any more.
	 *
	 * @throws TypeError if it is closed already.
	 */
	override transfer(): Memory {
		if (this.byteLength === 0) throw new TypeError("memory is closed");
		return Object.setPrototypeOf(structuredClone(this, { transfer: [this] }), Memory.prototype);
	}

	/** Gives the memory back. Closing twice is fine. */
	close(): void {
		if (this.byteLength > 0) structuredClone(this, { transfer: [this] });
	}
}

/** A millisecond counter that never goes back. int32, starts anywhere and wraps: use `(ticks() - before) | 0`. */
export function ticks(): number {
	return Math.trunc(performance.now()) | 0;
}
