/*
 * What a swap pool does with values, known by their numbers: keys are the pool's business, and an owned buffer has none.
 *
 * Invariant: a value that a slot shows and nobody holds is in the slot as it is in its pages.
 */

import type Zram from "zram";
import type { ByteBuffer } from "zram/engine/interface";
import { ZramError } from "zram/error";
import { Chains, type Shortage } from "zram/swap/chains";
import { type Slot, Slots } from "zram/swap/slots";
import { type Key, Table } from "zram/swap/table";

export interface ValuesOptions {
	devices: readonly Zram[];
	count: number;
	evicts: boolean;
	slots: { count: number; byteLength: number; memory: "external" | "internal" };
	/** Called when there is no room for a value of so many bytes, before ENOSPC is thrown. */
	onRefusal: (shortage: Shortage | "keys", byteLength: number) => void;
}

export class Values {
	readonly table: Table;
	readonly chains: Chains;
	readonly slots: Slots;
	evictions = 0;
	refusals = 0;
	/** acquire()s that had to load. */
	misses = 0;
	#evicts: boolean;
	#onRefusal: ValuesOptions["onRefusal"];
	/** The value that an operation is about, which must not be evicted for its own sake; -1 if there is none. */
	#current = -1;
	#busy = false;
	#closed = false;
	#isHeld = (value: number) => value === this.#current || this.slots.isHeld(value);

	constructor({ devices, count, evicts, slots, onRefusal }: ValuesOptions) {
		this.#evicts = evicts;
		this.#onRefusal = onRefusal;
		this.slots = new Slots(slots.count, slots.byteLength, slots.memory);
		this.table = new Table(count);
		this.chains = new Chains(devices, count);
	}

	/**
	 * Makes a copy of `bytes`, or `length` zeros, the value with this key; without a key, a new value.
	 *
	 * @param priority undefined leaves that of an old value as it is
	 * @param replace drops the old value first: if there is no room then, there is neither
	 * @returns the value's number
	 * @throws ZramError `ENOSPC`, `EBUSY` if the old value is held
	 */
	store(key: Key | undefined, bytes: ByteBuffer | undefined, length: number, priority?: number, replace = false) {
		const known = key === undefined ? undefined : this.table.find(key);
		this.#begin(known);
		try {
			const number = known ?? this.#add(key, priority ?? 0, length);
			this.#current = number;
			if (replace) this.#empty(number);
			this.chains.begin();
			try {
				while (!this.chains.extend(bytes, length)) this.#makeRoom(length);
			} catch (error) {
				this.chains.abort();
				if (known === undefined || replace) this.table.remove(number, key);
				throw error;
			}
			this.chains.commit(number);
			this.slots.drop(number);
			this.table.setByteLength(number, length);
			if (priority !== undefined) this.table.setPriority(number, priority);
			this.table.touch(number);
			return number;
		} finally {
			this.#end();
		}
	}

	/** Reads `length` bytes of a value from `offset` to the beginning of `into`. */
	read(number: number, offset: number, into: ByteBuffer, length: number) {
		this.#begin();
		try {
			this.chains.read(number, offset, into, 0, length);
			this.table.touch(number);
		} finally {
			this.#end();
		}
	}

	/** Writes `length` bytes into a value that has them, from `offset` on. */
	overwrite(number: number, offset: number, bytes: ByteBuffer, length: number) {
		this.#begin(number);
		let done = 0;
		try {
			this.slots.drop(number);
			this.table.touch(number);
			for (;;) {
				done = this.chains.overwrite(number, offset + done, bytes, done, length);
				if (done === length) return;
				this.#makeRoom(length);
			}
		} catch (error) {
			if (error instanceof ZramError) error.bytesWritten = done + (error.bytesWritten ?? 0);
			throw error;
		} finally {
			this.#end();
		}
	}

	/** Frees a value. */
	remove(number: number, key: Key | undefined) {
		this.#begin(number);
		try {
			this.#empty(number);
			this.table.remove(number, key);
		} finally {
			this.#end();
		}
	}

	/**
	 * The bytes of a value in a slot, held until release().
	 *
	 * @param handle stays alive as long
	 * @throws ZramError `EBUSY` if all slots are held, RangeError if the value is longer than they are
	 */
	acquire(number: number, writable: boolean, handle: object | undefined): Uint8Array {
		this.#begin();
		try {
			const slot = this.slots.find(number) ?? this.#load(number);
			slot.holders++;
			if (writable) slot.writable = true;
			slot.handle = handle;
			this.slots.touch(slot);
			this.table.touch(number);
			return slot.view as Uint8Array;
		} finally {
			this.#end();
		}
	}

	/**
	 * Gives up a hold. With the last one, what has changed is written, or dropped if `discard`. If writing fails the value
	 * is still held, and nothing is lost.
	 */
	release(number: number, discard: boolean) {
		this.#begin();
		this.#current = number;
		try {
			const slot = this.slots.find(number);
			if (!slot?.holders) throw new RangeError("release: the buffer is not acquired");
			if (slot.holders === 1 && slot.writable) {
				if (discard) {
					slot.clear();
					return;
				}
				this.#writeBack(slot);
			}
			this.slots.touch(slot);
			if (--slot.holders === 0) slot.handle = undefined;
		} finally {
			this.#end();
		}
	}

	/** A value whose handle has been collected: it is not held, since a slot keeps the handle. */
	forget(number: number) {
		if (!this.#closed) this.remove(number, undefined);
	}

	/** The key of the value that is needed least. */
	victimKey(): Key | undefined {
		const victim = this.table.victim(this.#isHeld);
		return victim === undefined ? undefined : this.table.keyOf(victim);
	}

	get isClosed(): boolean {
		return this.#closed;
	}

	/** Throws ECLOSED, if that is so. */
	expectOpen() {
		if (this.#closed) throw new ZramError("ECLOSED", "the pool is closed");
	}

	close() {
		if (this.#closed) return;
		this.#begin();
		this.#closed = true;
		this.slots.close();
		this.chains.close();
		this.table.close();
	}

	/** Every operation begins so, and ends with #end(). A value that it changes must not be held. */
	#begin(changed?: number) {
		this.expectOpen();
		if (this.#busy) throw new ZramError("EBUSY", "the pool cannot be used from within a callback of its device");
		if (changed !== undefined && this.slots.isHeld(changed)) throw new ZramError("EBUSY", "the buffer is acquired");
		if (changed !== undefined) this.#current = changed;
		this.#busy = true;
	}

	#end() {
		this.#busy = false;
		this.#current = -1;
	}

	#add(key: Key | undefined, priority: number, length: number): number {
		const number = this.table.add(key, priority) ?? (this.#evict() ? this.table.add(key, priority) : undefined);
		if (number !== undefined) return number;
		this.#refuse("keys", length);
		throw new ZramError("ENOSPC", `the table is full: ${this.table.count} keys`);
	}

	/** A value is of no bytes from now on. */
	#empty(number: number) {
		this.slots.drop(number);
		this.table.setByteLength(number, 0);
		this.chains.free(number);
	}

	#load(number: number): Slot {
		const length = this.table.byteLength(number);
		if (length > this.slots.byteLength)
			throw new RangeError(`acquire: a buffer of ${length} bytes, but slots have ${this.slots.byteLength}`);
		const slot = this.slots.vacate();
		if (!slot) throw new ZramError("EBUSY", `all ${this.slots.count} slots are held`);
		this.misses++;
		try {
			this.chains.read(number, 0, slot.show(number, length), 0, length);
		} catch (error) {
			slot.clear();
			throw error;
		}
		return slot;
	}

	#writeBack(slot: Slot) {
		const view = slot.view as Uint8Array;
		let done = 0;
		for (;;) {
			done = this.chains.update(slot.value, view, done, view.length);
			if (done === view.length) break;
			this.#makeRoom(view.length);
		}
		slot.writable = false;
	}

	/** Evicts something for an operation about `length` bytes, or refuses it. */
	#makeRoom(length: number) {
		if (this.#evict()) return;
		const { shortage } = this.chains;
		this.#refuse(shortage, length);
		throw new ZramError("ENOSPC", shortage === "arena" ? "the arenas are full" : "no pages are left");
	}

	/** Frees the value that is needed least. False if there is none, or none shall be. */
	#evict(): boolean {
		const victim = this.#evicts ? this.table.victim(this.#isHeld) : undefined;
		if (victim === undefined) return false;
		this.evictions++;
		const key = this.table.keyOf(victim);
		this.#empty(victim);
		this.table.remove(victim, key);
		return true;
	}

	#refuse(shortage: Shortage | "keys", length: number) {
		this.refusals++;
		this.#onRefusal(shortage, length);
	}
}
