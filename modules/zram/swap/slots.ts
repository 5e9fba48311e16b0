/*
 * Residency: slots of equal length, outside the XS heap, each of which shows one value at a time.
 *
 * A slot is a slab of memory. It shows a value through a window: a buffer at the slab's address, exactly as long as the
 * value. When the value leaves, its window is detached: views of it are dead, and cannot see or change the next value.
 * Native code that has kept the window and its address still reads the slab's memory: a slab lives until nothing refers
 * to any of its windows, whatever has become of the pool.
 */

import Engine from "zram/engine";
import { type MemoryKind, Slab, Window } from "zram/memory";

/** The value of a slot that shows none. */
const NONE = -1;
/** What `debug` fills released memory with. */
const RELEASED = 0xdb;

export class Slot {
	value = NONE;
	/** Calls of acquire() not yet matched by release(). */
	holders = 0;
	/** Whether one of the holders wants to write. */
	writable = false;
	/** The value's bytes. */
	view: Uint8Array | undefined;
	/** When it was last acquired or released, as a count. */
	used = 0;
	/** A handle to be kept alive while the value is held. */
	handle: object | undefined;
	readonly #slab: Slab;
	#window: Window | undefined;
	/** With `debug`, the checksum of the value as it was loaded, else -1. A field, because every release reads it. */
	sum = -1;

	constructor(byteLength: number, kind: MemoryKind | undefined) {
		this.#slab = new Slab(byteLength, kind);
	}

	/** Shows `byteLength` bytes, with undefined content, as `value`. */
	show(value: number, byteLength: number): Uint8Array {
		this.value = value;
		this.#window = new Window(this.#slab, byteLength);
		this.view = new Uint8Array(this.#window as unknown as ArrayBuffer);
		return this.view;
	}

	/** Whether the view has all bytes of the value. Where buffers are JavaScript's own, a holder can detach them. */
	isWhole(byteLength: number): boolean {
		return (this.view as Uint8Array).length === byteLength;
	}

	/** Remembers what the bytes are, and that they are to be wiped when released. */
	seal() {
		this.sum = this.#checksum();
	}

	/** Whether the bytes have changed since they were sealed. */
	get isChanged(): boolean {
		return this.sum !== this.#checksum();
	}

	/** Stops showing a value. Its view lives until clear(). */
	forget() {
		this.value = NONE;
		this.holders = 0;
		this.writable = false;
		this.handle = undefined;
	}

	/** Forgets the value, and kills its view. */
	clear() {
		this.forget();
		const window = this.#window;
		if (!window) return;
		if (this.sum >= 0 && this.view?.length) this.view.fill(RELEASED);
		this.sum = -1;
		this.#slab.detach(window);
		this.#window = this.view = undefined;
	}

	#checksum(): number {
		const view = this.view as Uint8Array;
		return view.length ? Engine.checksum(view, 0, view.length) : 0;
	}
}

export interface SlotsOptions {
	count: number;
	/** Length of each slot in bytes. */
	byteLength: number;
	memory: MemoryKind | undefined;
}

export class Slots {
	/** Length of each slot in bytes. */
	readonly byteLength: number;
	#slots: Slot[] = [];
	/** Counts uses, for `used` of each slot. */
	clock = 0;
	#isSwept = true;

	constructor({ count, byteLength, memory }: SlotsOptions) {
		this.byteLength = byteLength;
		for (let i = 0; i < count; i++) this.#slots.push(new Slot(byteLength, memory));
	}

	get count(): number {
		return this.#slots.length;
	}

	/** Slots that show a value; slots that are held. */
	get shown(): number {
		return this.#slots.reduce((sum, { value }) => sum + (value === NONE ? 0 : 1), 0);
	}
	get held(): number {
		return this.#slots.reduce((sum, { holders }) => sum + (holders ? 1 : 0), 0);
	}

	/** The slot that shows `value`. */
	find(value: number): Slot | undefined {
		const slots = this.#slots;
		for (let i = slots.length - 1; i >= 0; i--) if ((slots[i] as Slot).value === value) return slots[i];
		return undefined;
	}

	isHeld(value: number): boolean {
		const slot = this.find(value);
		return slot !== undefined && slot.holders > 0;
	}

	/**
	 * A slot that shows nothing: a free one, else the one that has been unheld for longest. Undefined if all are held.
	 */
	vacate(): Slot | undefined {
		let oldest: Slot | undefined;
		for (let i = 0; i < this.#slots.length; i++) {
			const slot = this.#slots[i] as Slot;
			if (slot.value === NONE) return slot;
			if (slot.holders === 0 && (!oldest || slot.used < oldest.used)) oldest = slot;
		}
		oldest?.clear();
		return oldest;
	}

	/** Stops showing `value`. Views of it live until sweep(): they may be the very bytes being written. */
	forget(value: number) {
		const slot = this.find(value);
		slot?.forget();
		if (slot) this.#isSwept = false;
	}

	/** Kills the views of values that were forgotten. */
	sweep() {
		if (this.#isSwept) return;
		this.#isSwept = true;
		for (const slot of this.#slots) if (slot.value === NONE) slot.clear();
	}

	/** Kills all views. The memory is freed when nothing refers to any window of it. */
	close() {
		for (const slot of this.#slots) slot.clear();
		this.#slots.length = 0;
	}
}
