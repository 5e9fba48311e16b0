/*
 * SwapPool: large buffers by key, kept compressed on one or more devices, and a few of them at a time as they are, in
 * slots outside of the XS heap.
 *
 * This file has what callers see, and their arguments. Below it: values.ts does it, by numbers instead of keys; table.ts
 * knows keys, lengths and the order of use; chains.ts pages; slots.ts what is resident.
 */

import type Zram from "zram";
import type { Bytes } from "zram";
import { toBytes } from "zram/buffer";
import { Deferred } from "zram/deferred";
import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";
import { check, refuseInteger } from "zram/error";
import type { MemoryKind } from "zram/memory";
import { Chains, type Shortage } from "zram/swap/chains";
import type { SlotsOptions } from "zram/swap/slots";
import { type Key, LENGTH_MAX, Table, VALUES_MAX } from "zram/swap/table";
import { Values } from "zram/swap/values";

export type { Shortage } from "zram/swap/chains";
export type { Key } from "zram/swap/table";

/**
 * "r": you promise not to write into the view; what becomes of it if you do is undefined, and the pool's option `debug`
 * finds it out. "r+": release stores what has changed.
 */
export type AcquireMode = "r" | "r+";

/** What a pool is made of. */
export interface SwapOptions {
	/**
	 * Where the buffers go: one or more devices with pages of one length. The pool has them for itself until it is closed:
	 * what they hold is dropped, and a second pool on one of them is refused with `EBUSY`. Do not write to them. If one is
	 * reset or closed, so is the pool: its methods throw `ECLOSED`, but {@link SwapPool.close}. New buffers go to the device
	 * with most room, and to the others when that is full.
	 */
	devices: readonly Zram[];

	/** Most buffers, owned ones included: 1 to 65,534. Each costs 11 to 13 bytes of memory at once. Default: 256. */
	keys?: number;

	/** Slots for acquire, allocated at once. Default: none. */
	resident?: ResidentOptions;

	/**
	 * What a write does that finds no room. "never" (default): it throws `ENOSPC`. "lru": buffers go, those with the least
	 * `priority` first and among them those that have not been used for longest, until it fits, or until there are none
	 * left. Buffers that are acquired or owned stay. For a buffer that would not find pages enough even then nothing goes;
	 * how many bytes of the arenas it takes nobody knows beforehand.
	 */
	evict?: "lru" | "never";

	/**
	 * A write found no room, and threw `ENOSPC`. Called after the call that ran into it is over; once for many. What it
	 * throws becomes an unhandled rejection.
	 */
	onPressure?: (this: SwapPool, pressure: Pressure) => void;

	/**
	 * Whether owned buffers that nobody can reach any more are freed by a FinalizationRegistry. Default: true if there is
	 * one. Firmware that strips it by name must say false: what is stripped ends the machine when it is called.
	 */
	finalization?: boolean;

	/**
	 * Makes misuse of resident buffers loud, for development: what is released is filled with the byte 0xDB and leaves its
	 * slot, so that who still uses it, a display list for one, sees it at once; and release throws a TypeError if a view was
	 * changed in mode "r". Costs a load with each acquire, and some passes over the bytes. Default: false.
	 */
	debug?: boolean;
}

/** Slots in which buffers are as they are while they are acquired. */
export interface ResidentOptions {
	/** How many: 1 to 256. */
	slots: number;
	/** Bytes of each: no longer buffer can be acquired. */
	byteLength: number;
	/** "external" is PSRAM, "internal" the fast memory. Default: PSRAM if there is any, else internal. */
	memory?: MemoryKind;
}

/** What a write lacked that was refused, and what would help. */
export interface Pressure {
	/** Bytes of the arenas, pages of the devices (their logical size), or keys of the pool. */
	shortage: Shortage | "keys";
	/** Bytes that were to be stored. */
	byteLength: number;
	/** Bytes that are left in the arenas. */
	bytesLeft: number;
	/** The key that `evict: "lru"` would delete first; undefined if there is none but those that are acquired. */
	key: Key | undefined;
}

/** How a buffer is stored. */
export interface WriteOptions {
	/** 0 to 255: with `evict: "lru"`, buffers of a lower priority go first. Default: 0, or as it was. */
	priority?: number;
	/**
	 * Free the old buffer first: when there is no room for both. If the new one then cannot be stored, both are gone; if it
	 * could never have been, for want of pages, the old one stays. Default: false.
	 */
	replace?: boolean;
}

/** What a pool holds, and what was done since its start. */
export interface SwapStatus {
	/** Buffers with a key. */
	keys: number;
	/** Buffers without a key, which are owned. */
	owned: number;
	/** Bytes of all buffers. */
	byteLength: number;
	/** Pages of the devices in use. */
	pagesUsed: number;
	/** Pages of the devices that are free. */
	pagesFree: number;
	/** Pages of the devices that were given up because they are damaged. */
	pagesLost: number;
	/** Bytes that are left in the arenas. */
	bytesLeft: number;
	/** Slots for acquire. */
	slots: number;
	/** Slots that show a buffer. */
	slotsShown: number;
	/** Slots whose buffer is acquired. */
	slotsHeld: number;
	/** acquire()s that had to read their buffer from the devices. */
	misses: number;
	/** Pages that release() has written because they had changed. */
	pagesWritten: number;
	/** Buffers that `evict: "lru"` has deleted. */
	evictions: number;
	/** Writes that found no room. */
	refusals: number;
}

/** What a pool costs besides its devices. All lengths are bytes. */
export interface SwapLayout {
	/** External memory: links of pages, and the table of keys. */
	tables: number;
	/** Memory of the slots. */
	slots: number;
	/** Internal memory: a page. */
	scratch: number;
}

interface Configuration {
	devices: readonly Zram[];
	count: number;
	slots: SlotsOptions;
	evicts: boolean;
	debug: boolean;
}

const SLOTS_MAX = 256;
const PRIORITY_MAX = 255;

// Literals would be new strings for each call, unless the code is preloaded.
const STRING = typeof "";
const OBJECT = typeof Object.freeze({});
const READ: AcquireMode = "r";
const READ_WRITE: AcquireMode = "r+";

function checkDevices(devices: unknown) {
	if (!Array.isArray(devices) || devices.length === 0) throw new TypeError("devices: must be an array of devices");
	for (const device of devices as Zram[]) {
		if (typeof device?.claim !== "function") throw new TypeError("devices: must be an array of devices");
		if (device.pageLength !== (devices[0] as Zram).pageLength)
			throw new RangeError("devices: must have pages of one length");
	}
	if (new Set(devices).size < devices.length) throw new RangeError("devices: one of them is there twice");
}

function configureSlots({ resident }: SwapOptions): SlotsOptions {
	if (resident === undefined) return { count: 0, byteLength: 0, memory: undefined };
	if (typeof resident !== "object" || resident === null)
		throw new TypeError("resident: must be { slots, byteLength, memory }");
	const { slots, byteLength, memory } = resident;
	check(refuseInteger("resident.slots", slots, 1, SLOTS_MAX));
	check(refuseInteger("resident.byteLength", byteLength, 1, 0x7fffffc0));
	if (memory !== undefined && memory !== "external" && memory !== "internal")
		throw new RangeError('resident.memory: must be "external" or "internal"');
	return { count: slots, byteLength, memory };
}

/** Validates options, before anything is allocated. */
function configure(options: SwapOptions): Configuration {
	if (typeof options !== "object" || options === null) throw new TypeError("options: must be an object");
	const { devices, keys = 256, evict = "never", debug = false, onPressure, finalization } = options;
	checkDevices(devices);
	check(refuseInteger("keys", keys, 1, VALUES_MAX));
	if (evict !== "lru" && evict !== "never") throw new RangeError('evict: must be "lru" or "never"');
	if (onPressure !== undefined && typeof onPressure !== "function")
		throw new TypeError("onPressure: must be a function");
	if (finalization !== undefined && typeof finalization !== "boolean")
		throw new TypeError("finalization: must be a boolean");
	if (typeof debug !== "boolean") throw new TypeError("debug: must be a boolean");
	return { devices, count: keys, slots: configureSlots(options), evicts: evict === "lru", debug };
}

function checkKey(key: unknown) {
	if (typeof key !== STRING && !Number.isSafeInteger(key)) throw new TypeError("key: must be a string or an integer");
}

function checkOptions(options: WriteOptions = {}): WriteOptions {
	if (typeof options !== OBJECT || options === null) throw new TypeError("options: must be { priority, replace }");
	const { priority, replace } = options;
	if (priority !== undefined) check(refuseInteger("priority", priority, 0, PRIORITY_MAX));
	if (replace !== undefined && typeof replace !== "boolean") throw new TypeError("replace: must be a boolean");
	return options;
}

/** Whether a mode says that the view may be written. */
function isWritable(mode: AcquireMode): boolean {
	if (mode === READ_WRITE) return true;
	if (mode !== READ) throw new RangeError('mode: must be "r" or "r+"');
	return false;
}

/** Reads from a value into a buffer, as much as there is and fits. Allocates nothing. */
function readInto(values: Values, number: number, into: Bytes, offset: number): number {
	const length = values.table.byteLength(number);
	if (!Number.isInteger(offset) || offset < 0 || offset > length) check(refuseInteger("offset", offset, 0, length));
	let capacity = Engine.bufferLength(into, 1, true);
	if (capacity < 0) {
		into = toBytes("into", into, true);
		capacity = into.byteLength;
	}
	const count = Math.min(capacity, length - offset);
	values.read(number, offset, into as ByteBuffer, count);
	return count;
}

function readNew(values: Values, number: number): ArrayBuffer {
	const buffer = new ArrayBuffer(values.table.byteLength(number));
	values.read(number, 0, buffer, buffer.byteLength);
	return buffer;
}

function writePart(values: Values, number: number, buffer: Bytes, offset: number) {
	let length = Engine.bufferLength(buffer, 1);
	if (length < 0) {
		buffer = toBytes("buffer", buffer);
		length = buffer.byteLength;
	}
	const most = values.table.byteLength(number) - length;
	if (most < 0) check(refuseInteger("buffer.byteLength", length, 0, most + length));
	if (!Number.isInteger(offset) || offset < 0 || offset > most) check(refuseInteger("offset", offset, 0, most));
	values.overwrite(number, offset, buffer as ByteBuffer, length);
}

/** A buffer in a pool that has no key: who has the handle owns it. */
export class OwnedBuffer {
	#values: Values;
	#number: number | undefined;
	#registry: FinalizationRegistry<number> | undefined;

	/** @internal {@link SwapPool.own} makes them. */
	constructor(values: Values, number: number, registry: FinalizationRegistry<number> | undefined) {
		this.#values = values;
		this.#number = number;
		this.#registry = registry;
		registry?.register(this, number, this);
	}

	/** Bytes of the buffer. */
	get byteLength(): number {
		return this.#values.table.byteLength(this.#open());
	}

	/** All of it, in a new ArrayBuffer, as {@link SwapPool.read}. */
	read(): ArrayBuffer;
	/** As much of it from `offset` (default: 0) on as fits `into`; the number of bytes. */
	read(into: Bytes, offset?: number): number;
	read(into?: Bytes, offset = 0): ArrayBuffer | number {
		const number = this.#open();
		return into === undefined ? readNew(this.#values, number) : readInto(this.#values, number, into, offset);
	}

	/** Writes all of `buffer` over the bytes from `offset` on, as {@link SwapPool.write} with an offset. */
	write(buffer: Bytes, offset: number): void {
		writePart(this.#values, this.#open(), buffer, offset);
	}

	/** As {@link SwapPool.acquire}. While it is acquired the buffer is not lost, even if nobody has the handle. */
	acquire(mode: AcquireMode = READ_WRITE): Uint8Array {
		return this.#values.acquire(this.#open(), isWritable(mode), this);
	}

	/** As {@link SwapPool.release}. */
	release(discard = false): void {
		if (discard !== false && discard !== true) throw new TypeError("discard: must be a boolean");
		this.#values.release(this.#open(), discard);
	}

	/**
	 * Frees the buffer. Does nothing if that is done. This is the contract; that a forgotten handle's buffer is freed some
	 * time after it was collected is a safety net, and the collector takes no notice of how full a pool is.
	 *
	 * @throws ZramError `EBUSY` if it is acquired
	 */
	close(): void {
		if (this.#number === undefined) return;
		this.#values.remove(this.#open(), undefined);
		this.#registry?.unregister(this);
		this.#number = undefined;
		this.#values.clean(); // it is closed, whatever a device may throw now
	}

	#open(): number {
		this.#values.expectOpen();
		if (this.#number === undefined) throw new Error("the buffer is closed");
		return this.#number;
	}
}

/**
 * Large buffers by key, kept compressed in RAM, in the shape of ECMA-419's key-value storage.
 *
 * Errors: TypeError and RangeError for arguments, ZramError for the rest, and what a flash driver or `onOperation` of a
 * device throws goes to the caller as it is. Whatever was thrown, every buffer is as it was or as it was to be; only a
 * write into a buffer (`write` with an offset, `release`) goes page by page, and its error's `bytesWritten` says how far
 * it came. A buffer that is acquired can be neither written nor deleted: `EBUSY`. After {@link close}, or when a device was
 * reset or closed, every method throws `ECLOSED`.
 */
export default class SwapPool {
	#values: Values;
	#pressure: Deferred | undefined;
	#refused: { shortage: Shortage | "keys"; byteLength: number } | undefined;
	#registry: FinalizationRegistry<number> | undefined;
	#finalization: boolean;

	/**
	 * What a pool costs besides its devices. Allocates nothing of it.
	 *
	 * @throws TypeError, RangeError as the constructor does
	 */
	static layout(options: SwapOptions): SwapLayout {
		const { devices, count, slots } = configure(options);
		const { pageLength } = devices[0] as Zram;
		const pageCount = devices.reduce((sum, { byteLength }) => sum + byteLength / pageLength, 0);
		return {
			tables: Chains.linksLength(pageCount, count) + Table.memoryLength(count),
			slots: slots.count * slots.byteLength,
			scratch: pageLength,
		};
	}

	/**
	 * Allocates the tables and slots, and empties the devices.
	 *
	 * @throws TypeError, RangeError naming the option and its range, ZramError `EBUSY` if a device belongs to another pool
	 * or is in the middle of a call, `ECLOSED` if one is closed: before anything is done. Error if the host has not that much
	 * memory.
	 */
	constructor(options: SwapOptions) {
		const configuration = configure(options);
		const { onPressure, finalization = true } = options;
		this.#finalization = finalization;
		if (onPressure) this.#pressure = new Deferred(() => this.#report(onPressure));
		this.#values = new Values({
			...configuration,
			onRefusal: (shortage, byteLength) => {
				this.#refused = { shortage, byteLength };
				this.#pressure?.fire();
			},
		});
	}

	/**
	 * Stores a copy of all of `buffer`. It goes to pages of its own, and the old value is freed when that has worked: that
	 * stands if the new one does not fit, unless `replace` is true.
	 *
	 * @throws ZramError `ENOSPC`, `EBUSY`
	 */
	write(key: Key, buffer: Bytes, options?: WriteOptions): void;
	/**
	 * Writes `buffer` into the value that is there, over its bytes from `offset` on, page by page: the pages in front of one
	 * that does not fit are written.
	 *
	 * @param offset 0 to byteLength(key) - buffer.byteLength
	 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`, whose `bytesWritten` counts what is written, `EBUSY`; RangeError if there
	 * is nothing to write into
	 */
	write(key: Key, buffer: Bytes, offset: number): void;
	write(key: Key, buffer: Bytes, options?: WriteOptions | number): void {
		checkKey(key);
		if (options !== undefined && typeof options !== OBJECT) {
			writePart(this.#values, this.#find(key), buffer, options as number);
			return;
		}
		const { priority, replace } = checkOptions(options as WriteOptions | undefined);
		let length = Engine.bufferLength(buffer, 1);
		if (length < 0) {
			buffer = toBytes("buffer", buffer);
			length = buffer.byteLength;
		}
		this.#values.store(key, buffer as ByteBuffer, length, priority, replace);
	}

	/**
	 * Makes a buffer of `byteLength` zeros, in place of the one that there may be. They take no room until others are
	 * written: to fill a buffer where there is no memory for a second one, acquire it.
	 *
	 * @throws ZramError `ENOSPC` if there are not so many pages, or keys; `EBUSY`
	 */
	create(key: Key, byteLength: number, options?: WriteOptions): void {
		checkKey(key);
		this.#checkLength(byteLength);
		const { priority, replace } = checkOptions(options);
		this.#values.store(key, undefined, byteLength, priority, replace);
	}

	/**
	 * Reads a buffer into a new ArrayBuffer.
	 *
	 * @returns undefined if there is no such key
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash
	 */
	read(key: Key): ArrayBuffer | undefined;
	/**
	 * Reads as much of a buffer from `offset` on as fits `into`. Allocates nothing.
	 *
	 * @param offset 0 (default) to byteLength(key)
	 * @returns the number of bytes read; undefined if there is no such key
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash; what `into` then holds of it is
	 * undefined
	 */
	read(key: Key, into: Bytes, offset?: number): number | undefined;
	read(key: Key, into?: Bytes, offset = 0): ArrayBuffer | number | undefined {
		this.#values.expectOpen();
		checkKey(key);
		const number = this.#values.table.find(key);
		if (number === undefined) return undefined;
		return into === undefined ? readNew(this.#values, number) : readInto(this.#values, number, into, offset);
	}

	/**
	 * Deletes a buffer: its memory is free at once. False if there is none.
	 *
	 * @throws ZramError `EBUSY`
	 */
	delete(key: Key): boolean {
		this.#values.expectOpen();
		checkKey(key);
		const number = this.#values.table.find(key);
		if (number === undefined) return false;
		this.#values.remove(number, key);
		this.#values.clean();
		return true;
	}

	/** Whether there is a buffer with this key. */
	has(key: Key): boolean {
		this.#values.expectOpen();
		checkKey(key);
		return this.#values.table.find(key) !== undefined;
	}

	/** Bytes of a buffer; undefined if there is no such key. */
	byteLength(key: Key): number | undefined {
		this.#values.expectOpen();
		checkKey(key);
		const number = this.#values.table.find(key);
		return number === undefined ? undefined : this.#values.table.byteLength(number);
	}

	/** The keys, in the order in which they came. */
	[Symbol.iterator](): IterableIterator<Key> {
		this.#values.expectOpen();
		return this.#values.table.keys();
	}

	/**
	 * The bytes of a buffer themselves, in a slot, until {@link release}. Acquired again meanwhile, it is the same view; in
	 * mode "r+" for all once one has asked for it. The view's `buffer` has these bytes and no others, and `byteLength` and
	 * `slice`.
	 *
	 * Hold it as long as anybody reads it, native code included: Poco until `poco.end()`, a Mixer until the sound is over.
	 * A view must not be used after the release: it is dead as soon as its slot is needed for another buffer. Native code
	 * that has kept the buffer and its address then reads that other buffer's bytes, never freed memory; what keeps an
	 * address without the buffer cannot be helped.
	 *
	 * A buffer that still is in a slot costs nothing. Else it is read from the devices, and a view and a HostBuffer are
	 * allocated on the XS heap: 9 slots, no bytes; more with the portable engine.
	 *
	 * @param mode "r+" by default
	 * @throws RangeError if there is no such key, or the buffer is longer than a slot; ZramError `EBUSY` if all slots are
	 * held, `ECORRUPT`
	 */
	acquire(key: Key, mode: AcquireMode = READ_WRITE): Uint8Array {
		return this.#values.acquire(this.#find(key), isWritable(mode), undefined);
	}

	/**
	 * Gives an acquired buffer back; as often as it was acquired. The last time, pages that "r+" has changed are written:
	 * each is compared with what is stored.
	 *
	 * A release that fails leaves the buffer acquired, and nothing is lost: make room, and release it again. It has stored
	 * the first `bytesWritten` bytes of the view (a driver's error does not say how many), and a `discard` then leaves these
	 * bytes and the old ones behind them.
	 *
	 * @param discard the last time: write nothing, and drop what is in the slot, so that the next acquire reads what is
	 * stored. Default: false.
	 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`
	 */
	release(key: Key, discard = false): void {
		if (discard !== false && discard !== true) throw new TypeError("discard: must be a boolean");
		this.#values.release(this.#find(key), discard);
	}

	/**
	 * Stores a copy of `buffer`, or that many zeros, without a key. Never evicted.
	 *
	 * @throws ZramError `ENOSPC`
	 */
	own(buffer: Bytes | number): OwnedBuffer {
		this.#values.expectOpen();
		const number = typeof buffer === "number" ? this.#ownZeros(buffer) : this.#ownCopy(buffer);
		return new OwnedBuffer(this.#values, number, this.#finalizationRegistry());
	}

	/** What the pool holds, and what was done since its start. */
	status(): SwapStatus {
		this.#values.expectOpen();
		const { table, chains, slots, misses, evictions, refusals } = this.#values;
		return {
			keys: table.keyCount,
			owned: table.used - table.keyCount,
			byteLength: table.byteLengthTotal,
			pagesUsed: chains.pagesUsed,
			pagesFree: chains.pageCount - chains.pagesUsed - chains.pagesLost,
			pagesLost: chains.pagesLost,
			bytesLeft: chains.bytesLeft,
			slots: slots.count,
			slotsShown: slots.shown,
			slotsHeld: slots.held,
			misses,
			pagesWritten: chains.pagesWritten,
			evictions,
			refusals,
		};
	}

	/**
	 * Frees everything: the slots, whose views are dead then, the tables, and what is on the devices, which stay open. Does
	 * nothing on a closed pool. What a device throws meanwhile comes when all is done.
	 *
	 * The memory of slots does not go back at once, as native code may still read it: it goes when the collector finds that
	 * nobody has a buffer of theirs. A device or pool that finds no memory has it collect first.
	 *
	 * @throws ZramError `EBUSY` from within a callback of a device
	 */
	close(): void {
		this.#values.close();
	}

	#ownZeros(byteLength: number): number {
		this.#checkLength(byteLength);
		return this.#values.store(undefined, undefined, byteLength);
	}

	#ownCopy(buffer: Bytes): number {
		let length = Engine.bufferLength(buffer, 1);
		if (length < 0) {
			buffer = toBytes("buffer", buffer);
			length = buffer.byteLength;
		}
		return this.#values.store(undefined, buffer as ByteBuffer, length);
	}

	/** Checks the length of a buffer that is to be: what the devices have pages for, and what the table can say. */
	#checkLength(byteLength: number) {
		check(refuseInteger("byteLength", byteLength, 0, Math.min(this.#values.chains.byteLength, LENGTH_MAX)));
	}

	/** The number of a buffer that must be there. */
	#find(key: Key): number {
		checkKey(key);
		const number = this.#values.table.find(key);
		if (number !== undefined) return number;
		this.#values.expectOpen(); // a closed pool has no keys
		throw new RangeError(`key: there is no buffer ${key}`);
	}

	/** It has the number of a buffer, never its handle, and no way to the pool: neither is kept alive by it. */
	#finalizationRegistry(): FinalizationRegistry<number> | undefined {
		if (!this.#finalization || typeof FinalizationRegistry !== "function") return undefined;
		const values = this.#values;
		this.#registry ??= new FinalizationRegistry((number) => values.forget(number));
		return this.#registry;
	}

	#report(onPressure: Exclude<SwapOptions["onPressure"], undefined>) {
		const values = this.#values;
		if (!this.#refused || values.isClosed) return;
		const { bytesLeft } = values.chains;
		onPressure.call(this, { ...this.#refused, bytesLeft, key: values.victimKey() });
	}
}
