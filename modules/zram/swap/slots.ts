/*
 * Residency: slots of equal length, outside of the XS heap, each of which shows one value at a time.
 *
 * A slot's memory is a HostBuffer that is handed on (Memory.transfer) when the value leaves: views of it are dead then,
 * and cannot see or change the value that comes next.
 */

import { Memory } from "zram/memory";

/** Of a slot that shows no value. */
const NONE = -1;

export class Slot {
	value = NONE;
	/** acquire()s without their release(). */
	holders = 0;
	/** One of them wants to write. */
	writable = false;
	/** The value's bytes. */
	view: Uint8Array | undefined;
	/** When it was acquired or released last, as a count. */
	used = 0;
	/** A handle that must live as long as it is held. */
	handle: object | undefined;
	#memory: Memory;

	constructor(byteLength: number, kind: "external" | "internal") {
		this.#memory = new Memory(byteLength, kind);
	}

	/** Shows `byteLength` bytes, whose content is undefined, as `value`. */
	show(value: number, byteLength: number): Uint8Array {
		this.value = value;
		this.view = new Uint8Array(this.#memory as unknown as ArrayBuffer, 0, byteLength);
		return this.view;
	}

	/** Shows no value any more. Its view lives until clear(). */
	forget() {
		this.value = NONE;
		this.holders = 0;
		this.writable = false;
		this.handle = undefined;
	}

	/** Forgets the value, and its view is dead. */
	clear() {
		this.forget();
		if (this.view) this.#memory = this.#memory.transfer();
		this.view = undefined;
	}

	close() {
		this.#memory.close();
	}
}

export class Slots {
	/** Bytes of each. */
	readonly byteLength: number;
	#slots: Slot[] = [];
	#clock = 0;
	#isSwept = true;

	constructor(count: number, byteLength: number, kind: "external" | "internal") {
		this.byteLength = byteLength;
		try {
			for (let i = 0; i < count; i++) this.#slots.push(new Slot(byteLength, kind));
		} catch (error) {
			this.close();
			throw error;
		}
	}

	get count(): number {
		return this.#slots.length;
	}

	/** Slots that show a value, and those that are held. */
	get shown(): number {
		return this.#slots.reduce((sum, { value }) => sum + (value === NONE ? 0 : 1), 0);
	}
	get held(): number {
		return this.#slots.reduce((sum, { holders }) => sum + (holders ? 1 : 0), 0);
	}

	/** The slot that shows `value`. */
	find(value: number): Slot | undefined {
		const slots = this.#slots;
		for (let i = slots.length - 1; i >= 0; i--) if (slots[i]?.value === value) return slots[i];
		return undefined;
	}

	isHeld(value: number): boolean {
		const slot = this.find(value);
		return slot !== undefined && slot.holders > 0;
	}

	/** The slot was used just now. */
	touch(slot: Slot) {
		slot.used = ++this.#clock;
	}

	/** A slot that shows nothing: a free one, or else the one that nobody has held for longest. Undefined if all are held. */
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

	/** No slot shows `value` any more. Views of it live until sweep(): they may be what is being written just now. */
	forget(value: number) {
		const slot = this.find(value);
		slot?.forget();
		if (slot) this.#isSwept = false;
	}

	/** Views of what was forgotten are dead. */
	sweep() {
		if (this.#isSwept) return;
		this.#isSwept = true;
		for (const slot of this.#slots) if (slot.value === NONE) slot.clear();
	}

	/** All views are dead, and the memory is given back. */
	close() {
		for (const slot of this.#slots) slot.close();
	}
}
