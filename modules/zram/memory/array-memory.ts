/**
 * The module `zram/memory` in plain JavaScript: for Node, and for mods, which have no native code. Regions are
 * ArrayBuffers; on XS these lie in the chunk heap.
 *
 * @module
 */

/** What Node has and XS does not. */
const node = globalThis as {
	structuredClone?: (value: ArrayBuffer, options: { transfer: ArrayBuffer[] }) => ArrayBuffer;
	performance?: { now(): number };
};

const LENGTH_MAX = 0x7fffffc0;

/** Both names are accepted, but here there is only one kind of memory. */
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

/** A region of memory. Once it is closed, views of it have no bytes. */
export class Memory extends ArrayBuffer {
	/** slice() makes a plain ArrayBuffer. */
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

	/** Frees the memory. Closing twice is fine. */
	close(): void {
		if (this.byteLength > 0) detach(this);
	}
}

/** Memory that is shown through one window after another. Here each window is allocated when it is made. */
export class Slab {
	/** Length in bytes. */
	readonly byteLength: number;

	/** Like {@link Memory}. */
	constructor(byteLength: number, kind?: MemoryKind) {
		checkKind(kind);
		this.byteLength = checkLength(byteLength, 1, LENGTH_MAX);
	}

	/** Takes its bytes away from a window: neither it nor any view of it has any left. */
	detach(window: Window): void {
		detach(window);
	}
}

/** A buffer for a {@link Slab}'s bytes. */
export class Window extends ArrayBuffer {
	/** slice() makes a plain ArrayBuffer. */
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

/** Whether {@link ticks} never jumps. On XS it is the wall clock, which may be set. */
export function isMonotonic(): boolean {
	return node.performance !== undefined;
}
