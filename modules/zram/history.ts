/*
 * History: records in the order in which they came, in one value of a pool. When there is no room, the oldest go.
 *
 *   number       base           base + perPage                          end
 *   value        | page of records | …              | page being filled |
 *
 * Every page holds `perPage` records followed by zeros, so that no record spans two pages; a log of bytes has records
 * of one byte. The last record of a page brings the zeros along. So pages can go at the front without anything else
 * changing, and a damaged page takes only its own records with it.
 *
 * Invariant: the value holds (end - base) records; `base` is the number of the first one, at the value's start.
 */

import { toBytes } from "zram/buffer";
import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";
import { check, refuseInteger, refuseNames, ZramError } from "zram/error";
import { type Field, type FieldType, makeFields } from "zram/history/fields";
import { memoryLength, PACKED, type PageLayout, recordRoom } from "zram/history/interface";
import Page from "zram/history/page";
import { Memory } from "zram/memory";
import type SwapPool from "zram/swap";
import type { Key } from "zram/swap";
import type { Values } from "zram/swap/values";
import { bufferOf, byteOffsetOf } from "zram/view";

export type { FieldType } from "zram/history/fields";

/**
 * The numbers in a record, packed in this order, little-endian. find() searches by the first one. (Names that are
 * integers come first, as in every object.)
 */
export type Fields = Readonly<Record<string, FieldType>>;

/** A record: a number for each field. */
export type Row<F extends Fields> = Record<keyof F, number>;

/** What a history is made of. */
export interface HistoryOptions<F extends Fields> {
	/**
	 * Where it is kept. The pool's other values go on as before; where they and the history compete for room, the
	 * history gives way.
	 */
	pool: SwapPool;
	/** Its key in the pool, which must be unused. The value belongs to the history: others may only read it. */
	key: Key;
	/** Makes it a history of records. Without fields it is a log of bytes. */
	fields?: F;
}

/** What a history costs. */
export interface HistoryLayout {
	/** Internal memory in bytes: a page, a record, 64 bytes, and 16 for each field. */
	scratch: number;
	/** Length of a record in bytes; 1 for a log. */
	recordLength: number;
	/** Records in a page: this many are dropped at once. */
	perPage: number;
}

const NAMES: Readonly<Record<keyof HistoryOptions<Fields>, true>> = Object.freeze({
	pool: true,
	key: true,
	fields: true,
});

// Literals would create new strings on each call unless the code is preloaded.
const NUMBER = typeof 0;
const INDEX = "index";

/** The bytes of a buffer whose length is known. */
function bytesOf(buffer: ByteBuffer, length: number): Uint8Array {
	if (ArrayBuffer.isView(buffer)) return new Uint8Array(bufferOf(buffer), byteOffsetOf(buffer), length);
	return new Uint8Array(buffer as ArrayBuffer, 0, length);
}

function refuseValue({ name, type }: Field, value: unknown): Error {
	if (typeof value !== NUMBER) return new TypeError(`record.${name}: must be a number`);
	return new RangeError(`record.${name}: ${value} is not a number from ${type.least} to ${type.most}`);
}

/** Whether this is how a page that cannot be read is reported. */
function isDamage(error: unknown): boolean {
	return error instanceof ZramError && (error.code === "ECORRUPT" || error.code === "EIO");
}

/** Whether `value` has properties that can be set. */
function isObject(value: unknown): boolean {
	return value === Object(value);
}

/** How records lie on pages, if pool and fields are valid. */
function layoutOf(pool: SwapPool, fields: unknown): PageLayout {
	if (typeof pool?.byteLength !== "function") throw new TypeError("pool: must be a SwapPool");
	const made = fields === undefined ? [] : makeFields(fields);
	const { pageLength } = pool.values.chains;
	const recordLength = made.reduce((sum, { type }) => sum + type.size, 0) || 1;
	if (recordLength > pageLength)
		throw new RangeError(`fields: a record of ${recordLength} bytes does not fit in a page of ${pageLength}`);
	return { pageLength, recordLength, fields: made };
}

/** Checks the options. When it throws, nothing has been done. */
function configure<F extends Fields>(options: HistoryOptions<F>) {
	if (typeof options !== "object" || options === null) throw new TypeError("options: must be an object");
	check(refuseNames("", options, NAMES));
	const { pool, key, fields } = options;
	const layout = layoutOf(pool, fields);
	if (pool.byteLength(key) !== undefined)
		throw new RangeError(`key: there is a buffer ${key} already: delete it or choose another key`);
	return { pool, key, fields, layout };
}

/**
 * What came in, in order, in a pool: records of numbers, or the bytes of a log. When there is no room for more, it
 * drops its oldest page, so {@link append} never throws `ENOSPC` while there is one.
 *
 * **It is in RAM: a reboot loses it.** Before a planned one, save what {@link read} returns, and afterwards {@link
 * append} it to a new history.
 *
 * Every record (in a log, every byte) has a number. Numbers go up by one, and none is reused, whatever was dropped. A
 * damaged page costs the records on it: reading one of them throws `ECORRUPT` (`EIO` if the page was on flash); all
 * others can be read, and append continues behind it.
 *
 * Besides what it takes of the pool, a history costs one page of internal memory, which holds the page that was read
 * last: going through a history in order decodes each page once.
 */
export default class History<F extends Fields = Record<never, never>> extends Page {
	#values: Values;
	#key: Key;
	#number: number;
	#fields: readonly Field[] | undefined;
	/** Length of a record, length of the zeros behind a page's last one, and records in a page. */
	#recordLength: number;
	#padLength: number;
	#perPage: number;
	#base = 0;
	#end = 0;
	/** Holds the page that was read last, and a record on its way in. */
	#memory: Memory;
	/** That record, without and with the zeros behind it. */
	#record: Uint8Array;
	#lastRecord: Uint8Array;

	/**
	 * @throws TypeError, RangeError naming the option; RangeError if there is a value with this key, or a record is
	 * longer than a page; ZramError `ENOSPC` if the pool has no free key; Error if there is not enough memory
	 */
	constructor(options: HistoryOptions<F>) {
		const { pool, key, fields, layout } = configure(options);
		const memory = new Memory(memoryLength(layout), "internal");
		const { pageLength, recordLength } = layout;
		const lastRecord = new Uint8Array(memory as unknown as ArrayBuffer, pageLength, recordRoom(layout)).fill(0);
		super(memory, layout);
		this.at = (Page.prototype as unknown as Pick<History<F>, "at">).at;
		this.#memory = memory;
		this.#record = lastRecord.subarray(0, recordLength);
		this.#lastRecord = lastRecord;
		this.#values = pool.values;
		this.#key = key;
		if (fields) this.#fields = layout.fields;
		this.#recordLength = recordLength;
		this.#perPage = Math.floor(pageLength / recordLength);
		this.#padLength = pageLength % recordLength;
		try {
			this.#number = this.#values.keep(key, () => this.closePage());
		} catch (error) {
			this.#closeMemory();
			throw error;
		}
	}

	/**
	 * What a history with such fields (by default none: a log) will cost besides its pool.
	 *
	 * @throws TypeError, RangeError as the constructor does
	 */
	static layout(pool: SwapPool, fields?: Fields): HistoryLayout {
		const layout = layoutOf(pool, fields);
		const { pageLength, recordLength } = layout;
		return { scratch: memoryLength(layout), recordLength, perPage: Math.floor(pageLength / recordLength) };
	}

	/** The number of the oldest record or byte. Equals {@link end} if there is none. */
	get start(): number {
		return this.#base;
	}

	/** The number that the next record or byte will have. */
	get end(): number {
		return this.#end;
	}

	/**
	 * Adds a record: a number for each field. (Fractions are cut off where the type has none; other properties are
	 * ignored.) Or adds any number of whole records, as bytes packed the way {@link read} returns them. To a log, adds
	 * any bytes.
	 *
	 * What fits on one page is added all or nothing. Longer bytes go page by page, and the error's `bytesWritten` says
	 * how far they got.
	 *
	 * @returns the number of the (first) record, or of the first byte
	 * @throws TypeError, RangeError naming the field and its range; ZramError `ENOSPC` if there is no room and nothing
	 * left to drop, `EBUSY` if a getter of the record appends to this history
	 */
	append(record: Row<F> | ByteBuffer): number {
		const fault = this.packRecord(record);
		if (fault === PACKED) {
			const isLast = (this.#end - this.#base) % this.#perPage === this.#perPage - 1;
			return this.#store(isLast ? this.#lastRecord : this.#record, 1);
		}
		this.#expectOpen();
		if (fault < 0)
			throw new ZramError("EBUSY", "a getter of the record has appended to the history: append plain values");
		const length = Engine.bufferLength(record as ByteBuffer, 1);
		if (length >= 0) return this.#appendBytes(record as ByteBuffer, length);
		if (this.#fields && !ArrayBuffer.isView(record)) throw this.#refuseRecord(record, this.#fields[fault] as Field);
		const bytes = toBytes("record", record);
		return this.#appendBytes(bytes, bytes.byteLength);
	}

	/**
	 * Reads a record.
	 *
	 * @param index start to end - 1
	 * @param into receives a number for each field; with it, nothing is allocated. Default: a new object. Its setters
	 * must not read another record: the remaining fields would come from that record's page
	 * @returns `into`
	 * @throws RangeError for the index; TypeError if this is a log, or `into` is not an object; ZramError `ECORRUPT`,
	 * `EIO` if the record's page is damaged
	 */
	readonly at: (index: number, into?: Row<F>) => Row<F>; // on the object, or XS would look through all methods first

	/**
	 * Reads records (from a log, bytes) from number `index` on, packed, into a new ArrayBuffer.
	 *
	 * @param count 0 or more: at most this many
	 * @param index start to end
	 * @returns fewer if there are no more
	 * @throws RangeError for the arguments; ZramError `ECORRUPT`, `EIO` if one of the pages is damaged
	 */
	read(count: number, index: number): ArrayBuffer;
	/**
	 * Reads as many whole records as fit into `into`.
	 *
	 * @returns the number of bytes read
	 */
	read(into: ByteBuffer, index: number): number;
	read(target: number | ByteBuffer, index: number): ArrayBuffer | number {
		this.#expectOpen();
		check(refuseInteger(INDEX, index, this.#base, this.#end));
		const left = this.#end - index;
		if (typeof target === NUMBER) {
			check(refuseInteger("count", target, 0, Number.MAX_SAFE_INTEGER));
			const bytes = new Uint8Array(Math.min(target as number, left) * this.#recordLength);
			this.#readInto(bytes, index);
			return bytes.buffer as ArrayBuffer;
		}
		const measured = Engine.bufferLength(target as ByteBuffer, 1, true);
		const bytes = measured < 0 ? toBytes("into", target, true) : bytesOf(target as ByteBuffer, measured);
		const count = Math.min(Math.floor(bytes.length / this.#recordLength), left);
		this.#readInto(bytes.subarray(0, count * this.#recordLength), index);
		return count * this.#recordLength;
	}

	/**
	 * Finds the first record whose first field is at least `value`. That field must never decrease, as times don't.
	 * Records that cannot be read are skipped.
	 *
	 * @returns its number; end if there is none
	 * @throws TypeError if `value` is not a number, or this is a log
	 */
	find(value: number): number {
		if (!this.#fields) this.#refuseLog("find");
		if (typeof value !== NUMBER || Number.isNaN(value)) throw new TypeError("value: must be a number");
		let low = 0; // pages from the first one on
		let high = Math.ceil((this.#end - this.#base) / this.#perPage);
		let found = this.#end;
		let guess = this.pageCount ? this.#pageOf(this.pageFirst) : high - 1; // the page that was read last costs nothing
		for (let turn = 0; low < high; turn++) {
			const number = this.#firstReadable(guess, high);
			const place = number < high ? this.searchPage(value) : 0;
			if (place > 0 && place < this.pageCount) return this.pageFirst + place;
			if (place === 0 && number < high) found = this.pageFirst;
			if (place > 0) low = number + 1;
			else high = guess;
			// every other guess halves what is left, whatever the values look like
			guess = turn % 2 === 0 && this.pageCount ? this.#extrapolate(value, low, high) : (low + high) >> 1;
		}
		return found;
	}

	/** Drops everything. Numbers continue. */
	clear(): void {
		this.#expectOpen();
		while (this.#values.shift(this.#number)) this.#base = Math.min(this.#base + this.#perPage, this.#end);
		this.showPage(0, 0);
		this.#values.clean();
	}

	/**
	 * Deletes the history, and frees its memory and its key. Its methods throw `ECLOSED` afterwards. Does nothing if it
	 * is closed.
	 */
	close(): void {
		if (this.#number < 0) return;
		if (!this.#values.isClosed) this.#values.removeKept(this.#number, this.#key);
		this.#number = -1;
		this.#closeMemory();
		if (!this.#values.isClosed) this.#values.clean();
	}

	#closeMemory() {
		if (this.closePage()) this.#memory.close(); // else the collector takes it
	}

	#expectOpen() {
		if (this.#number < 0) throw new ZramError("ECLOSED", "the history is closed: make a new one");
		if (this.#values.isClosed) this.#values.expectOpen();
	}

	#refuseLog(call: string): never {
		throw new TypeError(`${call}: a log of bytes has no records: read() its bytes`);
	}

	#refuseRecord(record: unknown, fault: Field): Error {
		if (typeof record !== "object" || record === null) return new TypeError("record: must be an object or a buffer");
		return refuseValue(fault, (record as Record<string, unknown>)[fault.name]);
	}

	#appendBytes(bytes: ByteBuffer, length: number): number {
		this.#expectOpen();
		if (length % this.#recordLength)
			throw new RangeError(`record.byteLength: ${length} is not a multiple of ${this.#recordLength}, a record's`);
		if (length === 0) return this.#end;
		if (this.#recordLength === 1 && length <= this.#perPage) return this.#store(bytes, length, length);
		return this.#appendPages(bytesOf(bytes, length));
	}

	/** Adds bytes page by page. */
	#appendPages(bytes: Uint8Array): number {
		const perPage = this.#perPage;
		let number = -1;
		let done = 0;
		try {
			while (done < bytes.length) {
				const room = perPage - ((this.#end - this.#base) % perPage);
				const count = Math.min(room, (bytes.length - done) / this.#recordLength);
				const length = count * this.#recordLength;
				const page = new Uint8Array(length + (count === room ? this.#padLength : 0));
				page.set(bytes.subarray(done, done + length));
				const first = this.#store(page, count);
				if (number < 0) number = first;
				done += length;
			}
		} catch (error) {
			if (error instanceof ZramError) error.bytesWritten = done;
			throw error;
		}
		return number;
	}

	/**
	 * Adds records that are on one page, with the zeros that follow them there, or bytes of a log. Returns the number of
	 * the first.
	 */
	#store(bytes: ByteBuffer, count: number, length?: number): number {
		const { tail } = this.#values;
		if (!(tail.isOpen && tail.key === this.#key && tail.append(bytes) > 0))
			this.#storeSlowly(bytes, length ?? (bytes as Uint8Array).length, count);
		this.#end += count;
		return this.#end - count;
	}

	#storeSlowly(bytes: ByteBuffer, length: number, count: number) {
		this.#expectOpen();
		const values = this.#values;
		let isRetry = false;
		for (;;)
			try {
				while (!values.tryAppend(this.#key, this.#number, bytes, length))
					if (!this.#dropOldest()) values.makeRoom(this.#number, length);
				return;
			} catch (error) {
				// the last page is damaged: the record goes to a new page
				if (isRetry || !isDamage(error) || !this.#leavePage()) throw error;
				isRetry = true;
				length = count * this.#recordLength; // where no zeros follow it
			}
	}

	#dropOldest(): boolean {
		if (!this.#values.shift(this.#number)) return false;
		this.#base = Math.min(this.#base + this.#perPage, this.#end);
		if (this.pageFirst < this.#base) this.showPage(0, 0);
		this.#values.clean();
		return true;
	}

	/** Gives up the space left on the last page. False if it is full. */
	#leavePage(): boolean {
		const used = (this.#end - this.#base) % this.#perPage;
		if (used === 0) return false;
		this.#values.skip(this.#number);
		this.#end += this.#perPage - used;
		return true;
	}

	/** @internal */
	protected loadRecord(index: number, into: unknown) {
		if (!this.#fields) this.#refuseLog("at");
		this.#load(index);
		if (!isObject(into)) throw new TypeError("into: must be an object");
	}

	/** Reads the page of record `index`, unless it was read last. */
	#load(index: number) {
		this.#expectOpen();
		check(refuseInteger(INDEX, index, this.#base, this.#end - 1));
		const place = index - this.pageFirst;
		if (place < 0 || place >= this.pageCount) this.#show(this.#pageOf(index));
	}

	/** Reads a page, with everything on it so far. */
	#show(number: number) {
		const { pageLength } = this.#values.chains;
		const first = this.#base + number * this.#perPage;
		const isWhole = first + this.#perPage <= this.#end;
		const count = isWhole ? this.#perPage : this.#end - first;
		if (first === this.pageFirst && count === this.pageCount) return;
		this.showPage(0, 0); // in case it fails
		const length = isWhole ? pageLength : count * this.#recordLength; // whole pages are cheaper to read
		this.#values.readPage(this.#number, number, this.#memory as unknown as HostBuffer, length);
		this.showPage(first, count);
	}

	/** The page that a record is on, counted from the oldest page. */
	#pageOf(index: number): number {
		return Math.floor((index - this.#base) / this.#perPage);
	}

	/** The first page from `number` on, and before `end`, that can be read; it is read then. `end` if there is none. */
	#firstReadable(number: number, end: number): number {
		this.#expectOpen();
		for (; number < end; number++)
			try {
				this.#show(number);
				return number;
			} catch (error) {
				if (!isDamage(error)) throw error;
			}
		return end;
	}

	/** Where a value would be, from page `low` to `high` - 1, if values go on as on the page that was read last. */
	#extrapolate(value: number, low: number, high: number): number {
		const first = this.pageValue(0);
		const last = this.pageValue(this.pageCount - 1);
		const records = ((value - first) * (this.pageCount - 1)) / (last - first);
		const guess = Math.floor(this.#pageOf(this.pageFirst) + records / this.#perPage);
		return guess > low ? Math.min(guess, high - 1) : low; // low also if it is NaN
	}

	/** Fills `into` with the records from `index` on, which must exist. */
	#readInto(into: Uint8Array, index: number) {
		for (let done = 0; done < into.length; ) {
			this.#load(index);
			const place = index - this.pageFirst;
			const start = place * this.#recordLength;
			const length = Math.min((this.pageCount - place) * this.#recordLength, into.length - done);
			Engine.copy(into, done, this.#memory as unknown as HostBuffer, start, length);
			done += length;
			index += length / this.#recordLength;
		}
	}
}
