/**
 * The module `zram/memory` in JavaScript alone: for Node, and for mods, which carry no native code. Regions are
 * ArrayBuffers; on XS they lie in the chunk heap.
 *
 * @module
 */

/** What Node has and XS has not. */
const node = globalThis as {
	structuredClone?: (value: ArrayBuffer, options: { transfer: ArrayBuffer[] }) => ArrayBuffer;
	performance?: { now(): number };
};

/** A region of memory. Views of it have no bytes any more once it is closed. */
export class Memory extends ArrayBuffer {
	/**
	 * @param byteLength 1 or more.
	 * @param _kind There is one kind of memory.
	 * @throws RangeError if `byteLength` is less than 1, or there is not that much memory.
	 */
	constructor(byteLength: number, _kind: "external" | "internal") {
		if (byteLength < 1) throw new RangeError("byteLength must be at least 1");
		super(byteLength);
	}

	/**
	 * A new region with the bytes of this one; nothing is copied. This one is closed: its views have no bytes any more.
	 *
	 * @throws TypeError if it is closed already.
	 */
	override transfer(): Memory {
		if (this.byteLength === 0) throw new TypeError("memory is closed");
		const bytes =
			"transfer" in ArrayBuffer.prototype
				? super.transfer()
				: node.structuredClone?.(this as ArrayBuffer, { transfer: [this] }); // Node 20
		return Object.setPrototypeOf(bytes as ArrayBuffer, Memory.prototype);
	}

	/** Gives the memory back. Closing twice is fine. */
	close(): void {
		if (this.byteLength > 0) this.transfer();
	}
}

/** A millisecond counter. int32, starts anywhere and wraps: use `(ticks() - before) | 0`. */
export function ticks(): number {
	return Math.trunc(node.performance?.now() ?? Date.now()) | 0;
}
