/*
 * SwapPool: large buffers by key, kept compressed on one or more devices; a few at a time are held uncompressed, in
 * slots outside the XS heap.
 *
 * This file has what callers see, and checks arguments; swap/options.ts checks those of the constructor. Below it,
 * values.ts does the work, by numbers instead of keys; table.ts knows keys, lengths, and the order of use; chains.ts
 * pages; slots.ts what is resident.
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
 * "r": you promise not to write into the view; if you do, the result is undefined, and the pool's option `debug`
 * detects it. "r+": release stores what has changed.
 */
export type AcquireMode = "r" | "r+";

/** What a refused write lacked, and what would help. */
export interface Pressure {
	/** Bytes of the arenas, pages of the devices (their logical size), or keys of the pool. */
	shortage: Shortage | "keys";
	/** Bytes that were to be stored. */
	byteLength: number;
	/** Bytes left in the arenas once everything that can has gone to flash. */
	bytesLeft: number;
	/** The key that `evict: "lru"` would delete first; undefined if every buffer with a key is acquired. */
	key: Key | undefined;
}

/** How a buffer is stored. */
export interface WriteOptions {
	/**
	 * 0 to 255: with `evict: "lru"`, buffers of lower priority are evicted first. Default: 0 for a new buffer, else
	 * unchanged.
	 */
	priority?: number;
	/**
	 * Free the old buffer first, when there is no room for both. If the new one then cannot be stored, both are gone;
	 * but if it could never have fit, for lack of pages, the old one stays. Default: false.
	 */
	replace?: boolean;
}

/** What a pool holds, and what it has done since its start. */
export interface SwapStatus {
	/** Buffers with a key. */
	keys: number;
	/** Owned buffers, which have no key. */
	owned: number;
	/** Total length of all buffers, in bytes. */
	byteLength: number;
	/** Pages of the devices in use. */
	pagesUsed: number;
	/** Free pages of the devices. */
	pagesFree: number;
	/** Pages of the devices that were given up because they are damaged. */
	pagesLost: number;
	/** Bytes left in the arenas once everything that can has gone to flash. */
	bytesLeft: number;
	/** Slots for acquire. */
	slots: number;
	/** Slots that currently show a buffer. */
	slotsShown: number;
	/** Slots whose buffer is acquired. */
	slotsHeld: number;
	/** Calls of acquire() that had to read the buffer from the devices. */
	misses: number;
	/** Pages that release() has written because they had changed. */
	pagesWritten: number;
	/** Buffers that `evict: "lru"` has deleted. */
	evictions: number;
	/** Writes that found no room. */
	refusals: number;
}

/** What a pool costs besides its devices. All lengths are in bytes. */
export interface SwapLayout {
	/** Page links, and the table of keys: in PSRAM if there is any, else in internal memory. */
	tables: number;
	/** Memory of the slots, of the kind that `resident` asks for. */
	slots: number;
	/** Internal memory: one page. */
	scratch: number;
}

const PRIORITY_MAX = 255;

// Literals would create new strings on each call unless the code is preloaded.
const STRING = typeof "";
const KEY = "key";
const BYTE_LENGTH = "byteLength";
const NUMBER = typeof 0;
const OBJECT = typeof Object.freeze({});
const READ: AcquireMode = "r";
const READ_WRITE: AcquireMode = "r+";

/** Number of pages on all devices, and their length. */
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

/** Whether a mode lets the holder write into the view. */
function isWritable(mode: AcquireMode): boolean {
	if (mode === READ_WRITE) return true;
	if (mode !== READ) throw new RangeError('mode: must be "r" or "r+"');
	return false;
}

/** Reads as much of a value as there is and fits into a buffer. Allocates nothing. */
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

/** A buffer in a pool without a key: whoever has the handle owns it. */
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

	/** Length of the buffer in bytes. */
	get byteLength(): number {
		return this.#values.table.byteLength(this.#open());
	}

	/** Reads all of it into a new ArrayBuffer, like {@link SwapPool.read}. */
	read(): ArrayBuffer;
	/** Reads as much of it as fits `into`, from `offset` (default: 0) on, and returns the number of bytes. */
	read(into: Bytes, offset?: number): number;
	read(into?: Bytes, offset = 0): ArrayBuffer | number {
		const number = this.#open();
		return into === undefined ? readNew(this.#values, number) : readInto(this.#values, number, into, offset);
	}

	/** Overwrites the bytes from `offset` on with all of `buffer`, like {@link SwapPool.write} with an offset. */
	write(buffer: Bytes, offset: number): void {
		writePart(this.#values, this.#open(), buffer, offset);
	}

	/** Like {@link SwapPool.acquire}. While it is acquired the buffer is not lost, even if nobody keeps the handle. */
	acquire(mode: AcquireMode = READ_WRITE): Uint8Array {
		return this.#values.acquire(this.#open(), isWritable(mode), this);
	}

	/** Like {@link SwapPool.release}. */
	release(discard = false): void {
		if (discard !== false && discard !== true) throw new TypeError("discard: must be a boolean");
		this.#values.release(this.#open(), discard);
	}

	/**
	 * Frees the buffer. Does nothing if it is closed already. Close every owned buffer: that a forgotten handle's buffer
	 * is freed some time after the handle was collected is only a safety net, as the collector does not know how full a
	 * pool is.
	 *
	 * @throws ZramError `EBUSY` if it is acquired
	 */
	close(): void {
		if (this.#number === undefined) return;
		this.#values.remove(this.#open(), undefined);
		this.#registry?.unregister(this);
		this.#number = undefined;
		this.#values.clean(); // the buffer is closed even if a device throws here
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
 * Errors: TypeError and RangeError for arguments, ZramError for everything else; what a device's flash driver or
 * `onOperation` throws reaches the caller unchanged. Whatever is thrown, every buffer is either as it was or as it was
 * meant to be. Only a write into a buffer (`write` with an offset, `release`) goes page by page; its error's
 * `bytesWritten` says how far it got. An acquired buffer can be neither written nor deleted: `EBUSY`. After {@link
 * close}, or after a device was reset or closed, every method throws `ECLOSED`.
 */
export default class SwapPool {
	#values: Values;
	#pressure: Deferred | undefined;
	#refused: { shortage: Shortage | "keys"; byteLength: number } | undefined;
	#registry: FinalizationRegistry<number> | undefined;
	#finalization: boolean;
	/** The device, if the pool made it. */
	#device: Zram | undefined;
	#devices: readonly Zram[];

	/**
	 * What a pool costs besides its devices. Allocates none of it.
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
	 * Allocates tables and slots, and with `arena` a device; the given `devices` are emptied.
	 *
	 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if a device belongs to another
	 * pool or is in the middle of a call, `ECLOSED` if one is closed: all before anything is done. Error if the host
	 * does not have enough memory.
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
	 * Stores a copy of `buffer`. The copy goes to pages of its own, and the old value is freed once that has worked: if
	 * the new one does not fit, the old one stays, unless `replace` is true.
	 *
	 * @throws ZramError `ENOSPC`, `EBUSY`
	 */
	write(key: Key, buffer: Bytes, options?: WriteOptions): void;
	/**
	 * Overwrites the bytes of a stored value from `offset` on, page by page: if a page does not fit, the pages before it
	 * are written.
	 *
	 * @param offset 0 to byteLength(key) - buffer.byteLength
	 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`, with the number of bytes written in `bytesWritten`; `EBUSY`.
	 * RangeError if there is no such value
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
	 * Makes a buffer of `byteLength` zeros, replacing any that has this key. The zeros take no room until something else
	 * is written. To fill a buffer where there is no memory for a second one, create it and acquire it.
	 *
	 * @param byteLength 0 to the length of all pages, at most 4,294,967,295
	 * @throws ZramError `ENOSPC` if there are not enough pages, or no key is free; `EBUSY`
	 */
	create(key: Key, byteLength: number, options?: WriteOptions): void {
		checkKey(key);
		this.#checkLength(byteLength);
		const { priority, replace } = checkOptions(options);
		this.#values.store(key, undefined, byteLength, priority, replace);
	}

	/**
	 * Adds `buffer` to the end of a value, all or nothing, and makes it the most recently used. If there is no such
	 * value, creates it, with priority 0. For data that comes in pieces, see {@link move}.
	 *
	 * A page that small pieces are added to stays uncompressed in memory until it is full; at most four such pages at a
	 * time, and only while there is room.
	 *
	 * @returns the new length of the value: only `buffer`'s own length if the value had been evicted
	 * @throws ZramError `ENOSPC`, `EBUSY`; `ECORRUPT` or `EIO` if the value's last page cannot be read; RangeError if
	 * the value would be longer than 4,294,967,295 bytes
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
	 * Changes the length of a value: cuts off its end, or adds zeros, which take no room.
	 *
	 * @throws RangeError if there is no such key; ZramError `EBUSY`, and when it grows whatever {@link append} throws
	 */
	resize(key: Key, byteLength: number): void {
		const number = this.#find(key);
		this.#checkLength(byteLength);
		this.#values.resize(number, byteLength);
		this.#values.clean();
	}

	/**
	 * Gives a value another key, without copying; whatever had that key is deleted. What you append under one key thus
	 * appears under another once it is complete. Its priority goes with it.
	 *
	 * @returns false if there is no value with the key `from`; then nothing changes
	 * @throws ZramError `EBUSY` if either of the two is acquired
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
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if a page is lost on flash
	 */
	read(key: Key): ArrayBuffer | undefined;
	/**
	 * Reads at most `count` bytes of a buffer from `offset` on into a new ArrayBuffer: a piece for a socket, as long as
	 * the socket takes.
	 *
	 * @param count 0 or more
	 * @param offset 0 (default) to byteLength(key)
	 * @returns undefined if there is no such key; fewer bytes if there are no more
	 * @throws as the other forms do
	 */
	read(key: Key, count: number, offset?: number): ArrayBuffer | undefined;
	/**
	 * Reads as much of a buffer as fits `into`, from `offset` on. Allocates nothing.
	 *
	 * @param offset 0 (default) to byteLength(key)
	 * @returns the number of bytes read; undefined if there is no such key
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if a page is lost on flash; the part of `into` for that
	 * page is then undefined
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
	 * Deletes a buffer and frees its memory at once. False if there was none.
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

	/** Length of a buffer in bytes; undefined if there is no such key. */
	byteLength(key: Key): number | undefined {
		this.#values.expectOpen();
		checkKey(key);
		const number = this.#values.table.find(key);
		return number === undefined ? undefined : this.#values.table.byteLength(number);
	}

	/** The keys, in the order in which they were added. */
	[Symbol.iterator](): IterableIterator<Key> {
		this.#values.expectOpen();
		return this.#values.table.keys();
	}

	/**
	 * The buffer's own bytes, in a slot, until {@link release}. Acquiring it again meanwhile returns the same view; once
	 * anybody has asked for mode "r+", it applies to all. The view's `buffer` contains exactly these bytes, and has
	 * `byteLength` and `slice`.
	 *
	 * Hold it for as long as anybody reads it, native code included: Poco until `poco.end()`, a Mixer until the sound is
	 * over. Do not use a view after its release: it is dead as soon as its slot is needed for another buffer. Native
	 * code that has kept the view's buffer and its address then reads the other buffer's bytes, never freed memory; code
	 * that keeps an address without the buffer is beyond help.
	 *
	 * A buffer that is still in a slot costs nothing. Otherwise it is read from the devices, and a view and a HostBuffer
	 * are allocated on the XS heap: 9 slots (10 on XS 17), no bytes; more with the portable engine.
	 *
	 * @param mode "r+" by default
	 * @throws RangeError if there is no such key, or the buffer is longer than a slot; ZramError `EBUSY` if all slots
	 * are held, `ECORRUPT` or `EIO` if a page cannot be read
	 */
	acquire(key: Key, mode: AcquireMode = READ_WRITE): Uint8Array {
		return this.#values.acquire(this.#find(key), isWritable(mode), undefined);
	}

	/**
	 * Gives an acquired buffer back; call it as often as acquire. The last call in mode "r+" writes the pages that have
	 * changed: it compares each with what is stored.
	 *
	 * If release fails, the buffer is still acquired, and nothing is lost: make room, and release it again. It has
	 * stored the first `bytesWritten` bytes of the view (a driver's error does not say how many); if you then `discard`,
	 * these bytes stay, with the old ones behind them.
	 *
	 * @param discard on the last call: write nothing and empty the slot, so that the next acquire reads what is stored.
	 * Default: false.
	 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`; RangeError if there is no such key, or it is not acquired
	 */
	release(key: Key, discard = false): void {
		if (discard !== false && discard !== true) throw new TypeError("discard: must be a boolean");
		this.#values.release(this.#find(key), discard);
	}

	/**
	 * Stores a copy of `buffer`, or that many zeros, without a key. It is never evicted.
	 *
	 * @throws ZramError `ENOSPC`
	 */
	own(buffer: Bytes | number): OwnedBuffer {
		this.#values.expectOpen();
		const number = typeof buffer === "number" ? this.#ownZeros(buffer) : this.#ownCopy(buffer);
		return new OwnedBuffer(this.#values, number, this.#finalizationRegistry());
	}

	/**
	 * The pool's values: what a history builds on.
	 *
	 * @internal
	 */
	get values(): Values {
		this.#values.expectOpen();
		return this.#values;
	}

	/** What the pool holds, and what it has done since its start. */
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
	 * For idle moments: calls {@link Zram.maintain} of one device after the other, within `milliseconds` for all of
	 * them.
	 *
	 * @returns true if none of them has anything left to do
	 * @throws TypeError, RangeError for the argument; ZramError as a device does
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
	 * Frees everything: the slots (views of them are dead), the tables, and the pages on the devices. The devices stay
	 * open, except one that the pool made itself. Does nothing on a closed pool. If a device throws, the error is passed
	 * on once everything is done.
	 *
	 * The slots' memory is not returned at once, as native code may still read it: the collector frees it when nothing
	 * refers to a buffer of theirs. A device or pool that finds no memory first runs the collector.
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

	/**
	 * Checks the length of a buffer to be made: the devices must have pages for it, and the table room for the number.
	 */
	#checkLength(byteLength: number) {
		check(refuseInteger(BYTE_LENGTH, byteLength, 0, Math.min(this.#values.chains.byteLength, LENGTH_MAX)));
	}

	/** The number of a buffer that must exist. */
	#find(key: Key): number {
		const values = this.#values;
		if (values.tail.isOpen) values.settle();
		checkKey(key);
		const number = values.table.find(key);
		if (number !== undefined) return number;
		values.expectOpen(); // a closed pool has no keys
		throw new RangeError(`key: there is no buffer ${key}: write or create it first`);
	}

	/** It holds the buffer's number and cannot reach its handle or the pool: it keeps neither of them alive. */
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
