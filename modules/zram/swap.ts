/*
 * SwapPool: large buffers by key, kept compressed on one or more devices, and a few of them at a time as they are, in
 * slots outside of the XS heap.
 *
 * This file has what callers see, and their arguments; options.ts the constructor's. Below it: values.ts does it, by numbers instead of keys; table.ts
 * knows keys, lengths and the order of use; chains.ts pages; slots.ts what is resident.
 */

import Zram, { type Arena, type Bytes } from "zram";
import { toBytes } from "zram/buffer";
import { Deferred } from "zram/deferred";
import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";
import { check, refuseInteger } from "zram/error";
import { ticks } from "zram/memory";
import { Chains, type Shortage } from "zram/swap/chains";
import { type Configuration, configure, type SwapOptions } from "zram/swap/options";
import { type Key, LENGTH_MAX, Table } from "zram/swap/table";
import { Values } from "zram/swap/values";

export type { Shortage } from "zram/swap/chains";
export type { ResidentOptions, SwapOptions } from "zram/swap/options";
export type { Key } from "zram/swap/table";

/**
 * "r": you promise not to write into the view; what becomes of it if you do is undefined, and the pool's option `debug`
 * finds it out. "r+": release stores what has changed.
 */
export type AcquireMode = "r" | "r+";

/** What a write lacked that was refused, and what would help. */
export interface Pressure {
	/** Bytes of the arenas, pages of the devices (their logical size), or keys of the pool. */
	shortage: Shortage | "keys";
	/** Bytes that were to be stored. */
	byteLength: number;
	/** Bytes that are left in the arenas, or would be once all that can goes to flash. */
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
	/** Bytes that are left in the arenas, or would be once all that can goes to flash. */
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
	/** Links of pages, and the table of keys: PSRAM if there is any, else internal memory. */
	tables: number;
	/** Memory of the slots, of the kind that `resident` asks for. */
	slots: number;
	/** Internal memory: a page. */
	scratch: number;
}

const PRIORITY_MAX = 255;

// Literals would be new strings for each call, unless the code is preloaded.
const STRING = typeof "";
const KEY = "key";
const BYTE_LENGTH = "byteLength";
const NUMBER = typeof 0;
const OBJECT = typeof Object.freeze({});
const READ: AcquireMode = "r";
const READ_WRITE: AcquireMode = "r+";

/** Pages of all devices, and bytes of each. */
function pagesOf({ devices, arena }: Configuration): { pageCount: number; pageLength: number } {
	if (!devices) return Zram.layout({ arena: arena as Arena });
	const { pageLength } = devices[0] as Zram;
	return { pageLength, pageCount: devices.reduce((sum, { byteLength }) => sum + byteLength / pageLength, 0) };
}

function checkKey(key: unknown, name = KEY) {
	if (typeof key !== STRING && !Number.isSafeInteger(key))
		throw new TypeError(`${name}: must be a string or an integer`);
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

/** At most `count` bytes of a value from `offset` on. */
function readPart(values: Values, number: number, count: number, offset: number): ArrayBuffer {
	const length = values.table.byteLength(number);
	check(refuseInteger("count", count, 0, Number.MAX_SAFE_INTEGER));
	check(refuseInteger("offset", offset, 0, length));
	const buffer = new ArrayBuffer(Math.min(count, length - offset));
	values.read(number, offset, buffer, buffer.byteLength);
	return buffer;
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
		if (this.#number === undefined) throw new Error("the buffer is closed: own a new one");
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
	/** The device, if it is of the pool's own making. */
	#device: Zram | undefined;
	#devices: readonly Zram[];

	/**
	 * What a pool costs besides its devices. Allocates nothing of it.
	 *
	 * @throws TypeError, RangeError as the constructor does
	 */
	static layout(options: SwapOptions): SwapLayout {
		const configuration = configure(options);
		const { count, slots } = configuration;
		const { pageCount, pageLength } = pagesOf(configuration);
		return {
			tables: Chains.linksLength(pageCount, count) + Table.memoryLength(count),
			slots: slots.count * slots.byteLength,
			scratch: pageLength,
		};
	}

	/**
	 * Allocates the tables and slots, and the device if there is an `arena`; else it empties the devices.
	 *
	 * @throws TypeError, RangeError naming the option and its range, ZramError `EBUSY` if a device belongs to another pool
	 * or is in the middle of a call, `ECLOSED` if one is closed: before anything is done. Error if the host has not that much
	 * memory.
	 */
	constructor(options: SwapOptions) {
		const { devices, arena, ...configuration } = configure(options);
		const { onPressure, finalization = true } = options;
		this.#finalization = finalization;
		if (onPressure) this.#pressure = new Deferred(() => this.#report(onPressure));
		if (arena !== undefined) this.#device = new Zram({ arena });
		this.#devices = devices ?? [this.#device as Zram];
		try {
			this.#values = new Values({
				...configuration,
				devices: this.#devices,
				onRefusal: (shortage, byteLength) => {
					this.#refused = { shortage, byteLength };
					this.#pressure?.fire();
				},
			});
		} catch (error) {
			this.#device?.close();
			throw error;
		}
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
	 * Adds `buffer` to the end of a value, which is made if there is none, with priority 0: all of it, or nothing. It makes
	 * the value the one that was used last. For what comes in pieces: see {@link move}.
	 *
	 * A page that small pieces are added to stays in memory as it is, not compressed, until it is full; at most four of
	 * them at a time, and only while there is room.
	 *
	 * @returns the length of the value then: `buffer`'s alone if it had been evicted
	 * @throws ZramError `ENOSPC`, `EBUSY`, `ECORRUPT` or `EIO` if the value's last page cannot be read; RangeError if the
	 * value would be longer than 4,294,967,295 bytes
	 */
	append(key: Key, buffer: Bytes): number {
		const { tail } = this.#values;
		if (tail.isOpen && tail.key === key) {
			const byteLength = tail.append(buffer as ByteBuffer);
			if (byteLength > 0) return byteLength;
		}
		checkKey(key);
		let length = Engine.bufferLength(buffer, 1);
		if (length < 0) {
			buffer = toBytes("buffer", buffer);
			length = buffer.byteLength;
		}
		const values = this.#values;
		values.expectOpen();
		const number = values.table.find(key);
		if (number === undefined) {
			values.store(key, buffer as ByteBuffer, length);
			return length;
		}
		const most = LENGTH_MAX - values.table.byteLength(number);
		if (length > most) check(refuseInteger("buffer.byteLength", length, 0, most));
		return values.append(key, number, buffer as ByteBuffer, length);
	}

	/**
	 * Gives a value another length: cuts its end off, or adds zeros, which take no room.
	 *
	 * @throws RangeError if there is no such key; ZramError `EBUSY`, and for more bytes as {@link append}
	 */
	resize(key: Key, byteLength: number): void {
		const number = this.#find(key);
		this.#checkLength(byteLength);
		this.#values.resize(number, byteLength);
		this.#values.clean();
	}

	/**
	 * Gives a value another key, copying nothing; what has that key is deleted. So what is appended under one key is seen
	 * under another when it is complete. Its priority goes with it.
	 *
	 * @returns false if there is no value with the key `from`; then nothing changes
	 * @throws ZramError `EBUSY` if one of the two is acquired
	 */
	move(from: Key, to: Key): boolean {
		this.#values.expectOpen();
		checkKey(from, "from");
		checkKey(to, "to");
		const number = this.#values.table.find(from);
		if (number === undefined) return false;
		if (this.#values.table.find(to) === number) return true;
		this.#values.move(number, from, to);
		this.#values.clean();
		return true;
	}

	/**
	 * Reads a buffer into a new ArrayBuffer.
	 *
	 * @returns undefined if there is no such key
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash
	 */
	read(key: Key): ArrayBuffer | undefined;
	/**
	 * Reads at most `count` bytes of a buffer from `offset` on into a new ArrayBuffer: a piece for a socket, of as many bytes
	 * as it takes.
	 *
	 * @param count 0 or more
	 * @param offset 0 (default) to byteLength(key)
	 * @returns undefined if there is no such key; fewer bytes if there are no more
	 * @throws as the other forms do
	 */
	read(key: Key, count: number, offset?: number): ArrayBuffer | undefined;
	/**
	 * Reads as much of a buffer from `offset` on as fits `into`. Allocates nothing.
	 *
	 * @param offset 0 (default) to byteLength(key)
	 * @returns the number of bytes read; undefined if there is no such key
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash; what `into` then holds of it is
	 * undefined
	 */
	read(key: Key, into: Bytes, offset?: number): number | undefined;
	read(key: Key, into?: Bytes | number, offset = 0): ArrayBuffer | number | undefined {
		this.#values.expectOpen();
		checkKey(key);
		const number = this.#values.table.find(key);
		if (number === undefined) return undefined;
		if (into === undefined) return readNew(this.#values, number);
		if (typeof into === NUMBER) return readPart(this.#values, number, into as number, offset);
		return readInto(this.#values, number, into as Bytes, offset);
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
	 * allocated on the XS heap: 9 slots (10 on XS 17), no bytes; more with the portable engine.
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

	/**
	 * What a history builds on: the values of the pool.
	 *
	 * @internal
	 */
	get values(): Values {
		this.#values.expectOpen();
		return this.#values;
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
	 * For idle moments: {@link Zram.maintain} of one device after the other, within so many milliseconds for all.
	 *
	 * @returns true if nothing is left to do on any
	 * @throws TypeError, RangeError for the argument; ZramError as of a device
	 */
	maintain(milliseconds: number): boolean {
		this.#values.expectOpen();
		const before = ticks();
		let isDone = true;
		let left = milliseconds;
		for (let i = 0; i < this.#devices.length; i++) {
			if (!(this.#devices[i] as Zram).maintain(left)) isDone = false;
			left = Math.max(milliseconds - ((ticks() - before) >>> 0), 0);
		}
		return isDone;
	}

	/**
	 * Frees everything: the slots, whose views are dead then, the tables, and what is on the devices, which stay open unless
	 * the pool has made its own. Does nothing on a closed pool. What a device throws meanwhile comes when all is done.
	 *
	 * The memory of slots does not go back at once, as native code may still read it: it goes when the collector finds that
	 * nobody has a buffer of theirs. A device or pool that finds no memory has it collect first.
	 *
	 * @throws ZramError `EBUSY` from within a callback of a device
	 */
	close(): void {
		try {
			this.#values.close();
		} finally {
			if (this.#values.isClosed) this.#device?.close();
		}
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
		check(refuseInteger(BYTE_LENGTH, byteLength, 0, Math.min(this.#values.chains.byteLength, LENGTH_MAX)));
	}

	/** The number of a buffer that must be there. */
	#find(key: Key): number {
		const values = this.#values;
		if (values.tail.isOpen) values.settle();
		checkKey(key);
		const number = values.table.find(key);
		if (number !== undefined) return number;
		values.expectOpen(); // a closed pool has no keys
		throw new RangeError(`key: there is no buffer ${key}: write or create it first`);
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
