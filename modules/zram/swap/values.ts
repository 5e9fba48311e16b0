/*
 * What a swap pool does with values, which it knows by number: keys are the pool's business, and an owned buffer has
 * none.
 *
 * Invariant: a value that is in a slot and not held is the same in the slot as in its pages, as long as holders keep
 * their promises: not to write in mode "r", and not to use the view after the release.
 *
 * Whatever a device throws, and whenever, every value is either as it was or as it was meant to be, in the table, the
 * slots, and the chains alike. So these change together, between two calls of devices: before that point there is only
 * a draft; what follows, giving back the old value's pages, cannot undo it. (A write into an existing value goes page
 * by page, and says how far it got.)
 */

import type Zram from "zram";
import type { Claimant } from "zram";
import type { ByteBuffer } from "zram/engine/interface";
import { ZramError } from "zram/error";
import { Chains, type Shortage } from "zram/swap/chains";
import { type Slot, Slots, type SlotsOptions } from "zram/swap/slots";
import { type Key, Table } from "zram/swap/table";
import { Tail } from "zram/swap/tail";

export interface ValuesOptions {
	devices: readonly Zram[];
	count: number;
	evicts: boolean;
	slots: SlotsOptions;
	/** Make misuse of resident values visible. */
	debug: boolean;
	/** Called when there is no room for a value of `byteLength` bytes, before ENOSPC is thrown. */
	onRefusal: (shortage: Shortage | "keys", byteLength: number) => void;
}

function busy(): ZramError {
	return new ZramError("EBUSY", "the pool was called from within a callback of its device: call it later");
}

function acquired(): ZramError {
	return new ZramError("EBUSY", "the buffer is acquired: release it first");
}

function kept(): ZramError {
	return new ZramError("EBUSY", "the buffer belongs to a history: use the history's methods");
}

/** Only where buffers are JavaScript's own: a holder cannot detach the other ones. */
function detached(call: "acquire" | "release"): TypeError {
	return new TypeError(`${call}: the view was detached: release it with discard = true`);
}

/** Notes in an error how far a write into a value got. Errors that are not ours stay as they are. */
function withProgress(error: unknown, bytesWritten: number): unknown {
	if (error instanceof ZramError) error.bytesWritten = bytesWritten;
	return error;
}

export class Values implements Claimant {
	readonly table: Table;
	readonly chains: Chains;
	/** The end of the value that was last appended to; it belongs to no value as soon as anything else is done. */
	readonly tail = new Tail();
	readonly slots: Slots;
	evictions = 0;
	refusals = 0;
	/** Calls of acquire() that had to load. */
	misses = 0;
	#evicts: boolean;
	#debug: boolean;
	#onRefusal: ValuesOptions["onRefusal"];
	/** The value that an operation works on, which must not be evicted to make room for itself; -1 if there is none. */
	#current = -1;
	#busy = false;
	/** Why the pool can no longer be used. */
	#end: string | undefined;
	#closed = false;
	/**
	 * Values that only their keeper may change: a history's; each with what to call when they are lost with the pool.
	 */
	#kept: Map<number, () => void> | undefined;
	#isHeld = (value: number) => value === this.#current || this.slots.isHeld(value) || this.#isKept(value);

	constructor({ devices, count, evicts, slots, debug, onRefusal }: ValuesOptions) {
		this.#evicts = evicts;
		this.#debug = debug;
		this.#onRefusal = onRefusal;
		this.slots = new Slots(slots);
		let table: Table | undefined;
		try {
			table = new Table(count);
			this.chains = new Chains(devices, count, this);
		} catch (error) {
			this.slots.close();
			table?.close();
			throw error;
		}
		this.table = table;
	}

	/**
	 * Stores a copy of `bytes`, or `length` zeros, as the value with this key; without a key, as a new value.
	 *
	 * @param priority undefined keeps the priority of an old value
	 * @param replace drops the old value first: if the new one then cannot be stored, neither is left
	 * @returns the value's number
	 * @throws ZramError `ENOSPC`, `EBUSY` if the old value is held
	 */
	store(key: Key | undefined, bytes: ByteBuffer | undefined, length: number, priority?: number, replace = false) {
		const known = key === undefined ? undefined : this.table.find(key);
		if (known === undefined) this.#begin();
		else this.#beginChange(known);
		try {
			this.chains.begin();
			if (known === undefined && this.table.isFull) this.#makeNumber(length);
			const late = replace && known !== undefined ? this.#vacate(known, length) : undefined;
			try {
				while (!this.chains.extend(bytes, length)) this.#makeRoomForDraft(length);
			} catch (error) {
				this.chains.abort();
				if (replace && known !== undefined) this.table.remove(known, key);
				throw error;
			}
			const number = known ?? this.table.add(key, priority ?? 0);
			this.#commit(number, length, priority);
			if (known !== undefined) this.chains.clean();
			if (late) throw late.error;
			return number;
		} finally {
			this.slots.sweep();
			this.#finish();
		}
	}

	/** Reads `length` bytes of a value from `offset` on into the beginning of `into`. */
	read(number: number, offset: number, into: ByteBuffer, length: number) {
		this.#begin();
		try {
			this.chains.read(number, offset, into, 0, length);
			this.table.touch(number);
		} finally {
			this.#busy = false;
		}
	}

	/** Writes `length` bytes over those of a value from `offset` on. */
	overwrite(number: number, offset: number, bytes: ByteBuffer, length: number) {
		const { chains } = this;
		this.#beginChange(number);
		chains.done = 0;
		try {
			this.slots.forget(number);
			this.table.touch(number);
			while (!chains.overwrite(number, offset, bytes, length)) this.#makeRoom(length, chains.done);
		} catch (error) {
			throw withProgress(error, chains.done);
		} finally {
			this.slots.sweep();
			this.#finish();
		}
	}

	/**
	 * Adds `length` bytes to the end of a value, all or nothing.
	 *
	 * @returns the value's new length
	 */
	append(key: Key, number: number, bytes: ByteBuffer, length: number): number {
		const { chains } = this;
		this.#beginChange(number);
		const before = this.table.byteLength(number);
		const head = Math.min(-before & (chains.pageLength - 1), length);
		try {
			if (length > head) this.#draft(bytes, length, head);
			try {
				if (head) while (!chains.fill(number, before, bytes, head)) this.#makeRoom(length);
			} catch (error) {
				chains.abort();
				throw error;
			}
			if (length > head) chains.append(number, before);
			this.#lengthen(number, before + length);
			if (head) chains.openTail(this.tail, key, number, before + length);
		} finally {
			this.slots.sweep();
			this.#finish();
		}
		return before + length;
	}

	/** Changes the length of a value, adding zeros if it grows. */
	resize(number: number, length: number) {
		const { chains } = this;
		this.#beginChange(number);
		const before = this.table.byteLength(number);
		const head = -before & (chains.pageLength - 1);
		try {
			chains.expectReady();
			if (length <= before) {
				this.slots.forget(number);
				this.table.setByteLength(number, length);
				chains.cut(number, length);
				this.table.touch(number);
				return;
			}
			if (length - before > head) this.#draft(undefined, length - before, head);
			try {
				if (head) while (!chains.clearBehind(number, before)) this.#makeRoom(length);
			} catch (error) {
				chains.abort();
				throw error;
			}
			if (length - before > head) chains.append(number, before);
			this.#lengthen(number, length);
		} finally {
			this.slots.sweep();
			this.#finish();
		}
	}

	/** Gives a value another key, and drops the value that had it; clean() empties that one's pages. */
	move(number: number, from: Key, to: Key) {
		const replaced = this.table.find(to);
		this.#beginChange(number);
		try {
			if (replaced !== undefined && this.slots.isHeld(replaced)) throw acquired();
			if (replaced !== undefined && this.#isKept(replaced)) throw kept();
			this.chains.expectReady();
			if (replaced !== undefined) this.#drop(replaced, to);
			this.table.rename(number, from, to);
			this.table.touch(number);
		} finally {
			this.slots.sweep();
			this.#finish();
		}
	}

	/**
	 * Makes an empty value that only the methods below may change, and that is never evicted. `onEnd` is called if the
	 * pool ends first.
	 */
	keep(key: Key, onEnd: () => void): number {
		const number = this.store(key, undefined, 0);
		this.#kept ??= new Map();
		this.#kept.set(number, onEnd);
		return number;
	}

	/** Removes a kept value; clean() empties its pages. */
	removeKept(number: number, key: Key) {
		this.#begin();
		this.#busy = false;
		this.chains.expectReady();
		this.#kept?.delete(number);
		this.#drop(number, key);
	}

	/**
	 * Adds `length` bytes to the end of a kept value, all or nothing. Evicts nothing to make room.
	 *
	 * @returns false if there is no room
	 */
	tryAppend(key: Key, number: number, bytes: ByteBuffer, length: number): boolean {
		const { chains } = this;
		this.#begin();
		const before = this.table.byteLength(number);
		const head = Math.min(-before & (chains.pageLength - 1), length);
		let hasRoom = true;
		try {
			if (length > head) {
				chains.begin(head);
				while (hasRoom && !chains.extend(bytes, length)) hasRoom = this.#squeeze();
			}
			if (head) while (hasRoom && !chains.fill(number, before, bytes, head)) hasRoom = this.#squeeze();
			if (hasRoom && length > head) chains.append(number, before);
		} catch (error) {
			hasRoom = false;
			throw error;
		} finally {
			if (!hasRoom) chains.abort();
			this.#busy = false;
		}
		if (!hasRoom) return false;
		this.#lengthen(number, before + length);
		if (head) chains.openTail(this.tail, key, number, before + length);
		return true;
	}

	/** Reads the first `length` bytes of a page of a kept value. */
	readPage(number: number, index: number, into: ByteBuffer, length: number) {
		this.#begin();
		try {
			this.chains.readPage(number, index, into, length);
		} finally {
			this.#busy = false;
		}
	}

	/** Makes some room for `length` bytes of a kept value at the expense of others, or refuses it. */
	makeRoom(number: number, length: number) {
		this.#begin();
		this.#current = number;
		try {
			this.#makeRoom(length);
		} finally {
			this.slots.sweep();
			this.#finish();
		}
	}

	/** Drops the first page of a kept value; clean() empties it. False if there is none. */
	shift(number: number): boolean {
		this.#begin();
		this.#busy = false;
		this.chains.expectReady();
		const length = this.table.byteLength(number);
		if (length === 0) return false;
		this.chains.behead(number);
		this.table.setByteLength(number, Math.max(length - this.chains.pageLength, 0));
		return true;
	}

	/** Counts the last page of a kept value as full: what comes next goes to the following page. Calls no device. */
	skip(number: number) {
		this.settle();
		this.table.setByteLength(number, this.chains.pagesFor(this.table.byteLength(number)) * this.chains.pageLength);
	}

	/** Removes a value; clean() empties its pages. */
	remove(number: number, key: Key | undefined) {
		this.#beginChange(number);
		try {
			this.chains.expectReady();
			this.#drop(number, key);
		} finally {
			this.slots.sweep();
			this.#finish();
		}
	}

	/** Empties the pages of values that were removed. */
	clean() {
		this.#begin();
		try {
			this.chains.clean();
		} finally {
			this.#busy = false;
		}
	}

	/**
	 * The bytes of a value in a slot, held until release().
	 *
	 * @param handle is kept alive until then
	 * @throws ZramError `EBUSY` if all slots are held, RangeError if the value is longer than a slot
	 */
	acquire(number: number, writable: boolean, handle: object | undefined): Uint8Array {
		this.#begin();
		try {
			if (this.#isKept(number)) throw kept();
			let slot = this.slots.find(number);
			if (slot?.view?.length === 0) slot = this.#revive(slot);
			slot ??= this.#load(number);
			slot.holders++;
			if (writable) slot.writable = true;
			slot.handle = handle;
			slot.used = ++this.slots.clock;
			this.table.touch(number);
			return slot.view as Uint8Array;
		} finally {
			this.#busy = false;
		}
	}

	/**
	 * Ends a hold. The last one writes what has changed, or, if `discard`, empties the slot so that the value is read
	 * again. If that fails, the value is still held, and nothing is lost.
	 */
	release(number: number, discard: boolean) {
		this.#begin();
		this.#current = number;
		try {
			const slot = this.slots.find(number);
			if (!slot?.holders) throw new RangeError("release: the buffer is not acquired");
			const isLast = slot.holders === 1;
			if (isLast && (discard || slot.sum >= 0)) {
				this.#dismiss(slot, discard);
				return;
			}
			if (isLast && slot.writable) this.#writeBack(slot);
			slot.used = ++this.slots.clock;
			if (--slot.holders === 0) slot.handle = undefined;
		} catch (error) {
			throw withProgress(error, this.chains.done);
		} finally {
			this.#finish();
		}
	}

	/** Removes a value whose handle has been collected. It is not held, as a slot would have kept the handle alive. */
	forget(number: number) {
		if (this.isClosed) return;
		this.remove(number, undefined);
		this.clean();
	}

	/** The key of the value that is needed least. */
	victimKey(): Key | undefined {
		const victim = this.table.victim(this.#isHeld);
		return victim === undefined ? undefined : this.table.keyOf(victim);
	}

	get isClosed(): boolean {
		return this.#end !== undefined;
	}

	/** Enters into the table what was appended since the last operation. */
	settle() {
		if (this.tail.isOpen) this.tail.close(this.table);
	}

	/** Throws ECLOSED if the pool has ended; otherwise the table is up to date afterwards. */
	expectOpen() {
		if (this.tail.isOpen) this.settle(); // asking is cheaper than a call
		if (this.#end) throw new ZramError("ECLOSED", this.#end);
	}

	get isBusy(): boolean {
		return this.#busy;
	}

	/** A device was reset or closed. Whatever was on it is gone, and the rest is useless without it. */
	lose() {
		this.#end ??= "a device of the pool was reset or closed: make a new pool";
		this.#endKept();
	}

	close() {
		if (this.#closed) return;
		if (this.#busy) throw busy();
		this.chains.expectIdle();
		this.#closed = this.#busy = true;
		this.#end = "the pool is closed: make a new one";
		this.#endKept();
		try {
			this.chains.close(this);
		} finally {
			this.slots.close();
			this.table.close();
		}
	}

	#endKept() {
		this.settle();
		this.#kept?.forEach((onEnd) => {
			onEnd();
		});
		this.#kept = undefined;
	}

	/** Begins every operation. When that ends, #busy is false again. */
	#begin() {
		if (this.tail.isOpen) this.settle();
		if (this.#end) this.expectOpen();
		if (this.#busy) throw busy();
		this.#busy = true;
	}

	/** Begins an operation that changes a value, which must not be held. It ends with #finish(). */
	#beginChange(number: number) {
		this.#begin();
		this.#current = number;
		const isKept = this.#isKept(number);
		if (!isKept && !this.slots.isHeld(number)) return;
		this.#finish();
		throw isKept ? kept() : acquired();
	}

	#isKept(number: number): boolean {
		return this.#kept?.has(number) === true;
	}

	#finish() {
		this.#busy = false;
		this.#current = -1;
	}

	/** Makes sure that there is a number for a new value of `length` bytes. */
	#makeNumber(length: number) {
		this.#expectPages(length, 0);
		if (!this.#evict()) this.#refuse("keys", length, 0);
	}

	/** Evicts something for a draft of `length` bytes, unless it could not fit even then. */
	#makeRoomForDraft(length: number) {
		this.#expectPages(length, 0);
		this.#makeRoom(length, this.chains.draftLength);
	}

	/** Refuses a draft that would lack pages even if everything evictable were gone, and `more` pages besides. */
	#expectPages(length: number, more: number) {
		const missing = this.chains.missingFor(length) - more;
		if (missing > 0 && !this.#canFree(missing)) this.#refuse("pages", length, missing);
	}

	/** Whether evictable values have this many pages. */
	#canFree(pages: number): boolean {
		if (!this.#evicts) return false;
		for (let number = this.table.next(); number !== undefined; number = this.table.next(number)) {
			if (this.#isHeld(number)) continue;
			pages -= this.chains.pagesFor(this.table.byteLength(number));
			if (pages <= 0) return true;
		}
		return false;
	}

	/**
	 * Drops the pages of a value that is about to get new ones, for `length` bytes. Returns what a device throws
	 * meanwhile, to be thrown once the value has them.
	 */
	#vacate(number: number, length: number): { error: unknown } | undefined {
		this.chains.expectReady();
		this.#expectPages(length, this.chains.pagesFor(this.table.byteLength(number)));
		this.slots.forget(number);
		this.table.setByteLength(number, 0);
		this.chains.discard(number);
		try {
			this.chains.clean();
		} catch (error) {
			return { error };
		}
		return undefined;
	}

	/** Drafts what follows the first `head` of the `length` bytes to be added to a value. */
	#draft(bytes: ByteBuffer | undefined, length: number, head: number) {
		this.chains.begin(head);
		try {
			while (!this.chains.extend(bytes, length)) this.#makeRoomForDraft(length);
		} catch (error) {
			this.chains.abort();
			throw error;
		}
	}

	/** Records that a value has grown at its end. Calls no device. */
	#lengthen(number: number, length: number) {
		this.slots.forget(number);
		this.table.setByteLength(number, length);
		this.table.touch(number);
	}

	/** Makes the draft the value. Calls no device. */
	#commit(number: number, length: number, priority: number | undefined) {
		this.chains.commit(number);
		this.slots.forget(number);
		this.table.setByteLength(number, length);
		if (priority !== undefined) this.table.setPriority(number, priority);
		this.table.touch(number);
	}

	/** Removes a value. Calls no device. */
	#drop(number: number, key: Key | undefined) {
		this.slots.forget(number);
		this.table.remove(number, key);
		this.chains.discard(number);
	}

	/**
	 * Checks a slot whose view has no bytes. If somebody has detached it, the slot counts as empty, unless it is held.
	 */
	#revive(slot: Slot): Slot | undefined {
		if (slot.isWhole(this.table.byteLength(slot.value))) return slot;
		if (slot.holders) throw detached("acquire");
		slot.clear();
		return undefined;
	}

	#load(number: number): Slot {
		const length = this.table.byteLength(number);
		if (length > this.slots.byteLength)
			throw new RangeError(
				`acquire: the buffer has ${length} bytes, slots have ${this.slots.byteLength}: raise resident.byteLength`,
			);
		const slot = this.slots.vacate();
		if (!slot)
			throw new ZramError("EBUSY", `all ${this.slots.count} slots are held: release one or raise resident.slots`);
		this.misses++;
		try {
			this.chains.read(number, 0, slot.show(number, length), 0, length);
		} catch (error) {
			slot.clear();
			throw error;
		}
		if (this.#debug) slot.seal();
		return slot;
	}

	/** Removes a value from its slot; with `debug`, every release ends like this. */
	#dismiss(slot: Slot, discard: boolean) {
		if (!discard && slot.writable) this.#writeBack(slot);
		else if (!discard && slot.isChanged) throw new TypeError('release: the view was changed: acquire it in mode "r+"');
		slot.clear();
	}

	#writeBack(slot: Slot) {
		const { chains } = this;
		const view = slot.view as Uint8Array;
		const length = this.table.byteLength(slot.value);
		if (!slot.isWhole(length)) throw detached("release");
		chains.done = 0;
		while (!chains.update(slot.value, view, length)) this.#makeRoom(length, chains.done);
		slot.writable = false;
	}

	/** Makes some room at nobody's expense, if possible. */
	#squeeze(): boolean {
		return this.chains.clean() || this.chains.closePages();
	}

	/** Makes some room for an operation on `length` bytes, of which `done` are stored, or refuses it. */
	#makeRoom(length: number, done = 0) {
		const { shortage } = this.chains;
		if (this.#squeeze() || this.#evict()) return;
		this.#refuse(shortage, length, shortage === "arena" ? done : this.chains.missingFor(length));
	}

	/** Frees the value that is needed least. False if there is none, or the pool does not evict. */
	#evict(): boolean {
		const victim = this.#evicts ? this.table.victim(this.#isHeld) : undefined;
		if (victim === undefined) return false;
		this.evictions++;
		this.#drop(victim, this.table.keyOf(victim));
		this.chains.clean();
		return true;
	}

	/** Refuses an operation on `length` bytes. `amount`: how many of them fit, or how many pages are missing for them. */
	#refuse(shortage: Shortage | "keys", length: number, amount: number): never {
		this.refusals++;
		this.#onRefusal(shortage, length);
		const bytes = shortage === "arena" && amount ? `the last ${length - amount} of ${length}` : length;
		const messages = {
			arena: `no room for ${bytes} bytes, ${this.chains.bytesFree} are free: delete buffers or enlarge the arena`,
			pages: `too few pages for ${length} bytes, ${amount} more are needed: delete buffers or raise the device's byteLength`,
			keys: `all ${this.table.count} keys are in use: delete buffers or raise keys`,
		};
		throw new ZramError("ENOSPC", messages[shortage]);
	}
}
