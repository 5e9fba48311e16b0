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

const LENGTH_MAX = 0x7fffffc0;

/** There is one kind of memory. */
export type MemoryKind = "external" | "internal";

function checkLength(byteLength: number, least: number, most: number) {
	if (typeof byteLength !== "number") throw new TypeError("byteLength: must be a number");
	if (!(Number.isInteger(byteLength) && byteLength >= least && byteLength <= most))
		throw new RangeError(`byteLength: is not an integer from ${least} to ${most}`);
	return byteLength;
}

function checkKind(kind: unknown) {
	if (kind !== undefined && kind !== "external" && kind !== "internal")
		throw new RangeError('memory: must be "external" or "internal"');
}

function detach(buffer: ArrayBuffer) {
	if ("transfer" in ArrayBuffer.prototype) ArrayBuffer.prototype.transfer.call(buffer);
	else node.structuredClone?.(buffer, { transfer: [buffer] }); // Node 20
}

/** A region of memory. Views of it have no bytes any more once it is closed. */
export class Memory extends ArrayBuffer {
	/** What slice() makes is no region. */
	static override get [Symbol.species]() {
		return ArrayBuffer;
	}

	/**
	 * @param byteLength 1 to 2^31 - 64.
	 * @throws TypeError, RangeError naming the argument and its range; RangeError if there is not that much memory.
	 */
	constructor(byteLength: number, kind?: MemoryKind) {
		checkKind(kind);
		super(checkLength(byteLength, 1, LENGTH_MAX));
	}

	/** Gives the memory back. Closing twice is fine. */
	close(): void {
		if (this.byteLength > 0) detach(this);
	}
}

/** Memory of which one window after the other is shown. Here each is allocated when it is made. */
export class Slab {
	/** Bytes of it. */
	readonly byteLength: number;

	/** As {@link Memory}. */
	constructor(byteLength: number, kind?: MemoryKind) {
		checkKind(kind);
		this.byteLength = checkLength(byteLength, 1, LENGTH_MAX);
	}

	/** Takes its bytes from a window: it has none any more, nor has any view of it. */
	detach(window: Window): void {
		detach(window);
	}
}

/** A buffer for a {@link Slab}'s bytes. */
export class Window extends ArrayBuffer {
	/** What slice() makes is no window. */
	static override get [Symbol.species]() {
		return ArrayBuffer;
	}

	/**
	 * @param byteLength 0 to the slab's length.
	 * @throws TypeError, RangeError naming the argument and its range.
	 */
	constructor(slab: Slab, byteLength: number) {
		super(checkLength(byteLength, 0, slab.byteLength));
	}
}

/** A millisecond counter. int32, starts anywhere and wraps: use `(ticks() - before) | 0`. */
export function ticks(): number {
	return Math.trunc(node.performance?.now() ?? Date.now()) | 0;
}

/** Whether {@link ticks} never jumps. On XS it is the wall clock, which somebody may set. */
export function isMonotonic(): boolean {
	return node.performance !== undefined;
}
