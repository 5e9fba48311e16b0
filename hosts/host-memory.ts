/**
 * The module `zram/memory` for hosts with native code. This file is the same on all of them; the C functions are the host's
 * own, and docs/porting.md has their contract.
 *
 * @module
 */

/** Which memory: "external" is PSRAM, large and slow; "internal" is fast. A host with one memory ignores it. */
export type MemoryKind = "external" | "internal";

/**
 * A region of memory outside the XS heap. It does not move, and the collector does not look into it.
 *
 * To read or write it from JavaScript, make a view: `new Uint8Array(memory, offset, length)`. A view keeps the region
 * alive. Its initial content is undefined.
 */
export class Memory extends Native("xs_zram_memory_destructor") {
	/**
	 * @param byteLength 1 to 2^31 - 64. It lies on a 64-byte boundary.
	 * @param kind Default: "external" if there is external memory, else "internal".
	 * @throws TypeError, RangeError naming the argument and its range; Error if there is not that much memory.
	 */
	constructor(byteLength: number, kind?: MemoryKind) {
		super();
		native("xs_zram_memory").call(this, byteLength, kind);
	}

	/** Bytes of the region; 0 once it is closed. */
	get byteLength(): number {
		return native("xs_zram_memory_get_byteLength").call(this);
	}

	/**
	 * A copy of the bytes from `start` (default: 0) up to but not including `end` (default: the end), as `slice` of an
	 * ArrayBuffer.
	 *
	 * @throws TypeError if it is closed.
	 */
	slice(start?: number, end?: number): ArrayBuffer {
		return native("xs_zram_memory_slice").call(this, start, end);
	}

	/** Frees the memory at once. Views are left without bytes. Closing twice is fine. */
	close(): void {
		native("xs_zram_memory_close").call(this);
	}
}

/**
 * Memory that outlives every buffer ever handed out from it: it has no close(). It is freed when the collector finds that
 * neither the slab nor any of its windows can be reached. An allocation that finds no memory collects first.
 *
 * So native code may keep a window's address for as long as it keeps the window, even after the window was detached. What
 * it then reads is still the slab's memory, though maybe with other content.
 */
export class Slab extends Native("xs_zram_slab_destructor") {
	/** As {@link Memory}. */
	constructor(byteLength: number, kind?: MemoryKind) {
		super();
		native("xs_zram_memory").call(this, byteLength, kind);
	}

	/**
	 * Detaches a window: it and its views are left without bytes. Does nothing for another slab's window, or a second time.
	 */
	detach(window: Window): void {
		native("xs_zram_slab_detach").call(this, window);
	}
}

/** A buffer over the beginning of a {@link Slab}, at the same address. Only the holder of the slab can detach it. */
export class Window extends Native("xs_zram_window_destructor") {
	/** Keeps the slab alive. */
	readonly #slab: Slab;

	/**
	 * @param byteLength 0 to the slab's length.
	 * @throws TypeError, RangeError naming the argument and its range.
	 */
	constructor(slab: Slab, byteLength: number) {
		super();
		this.#slab = slab;
		attach(this, this.#slab, byteLength);
	}

	/** Bytes of the window; 0 once detached. */
	get byteLength(): number {
		return native("xs_zram_memory_get_byteLength").call(this);
	}

	/** As {@link Memory.slice}. */
	slice(start?: number, end?: number): ArrayBuffer {
		return native("xs_zram_memory_slice").call(this, start, end);
	}
}

function attach(this: unknown, window: Window, slab: Slab, byteLength: number): void {
	native("xs_zram_window_attach").call(this, window, slab, byteLength);
}

/** A millisecond counter that never goes back. int32, starts anywhere and wraps: use `(ticks() - before) | 0`. */
export function ticks(this: unknown): number {
	return native("xs_zram_memory_ticks").call(this);
}

/** Whether {@link ticks} never jumps: true here. */
export function isMonotonic(): boolean {
	return true;
}
