/*
 * History: what came in, in order, in one value of a pool. The oldest goes where there is no room.
 *
 *   number       base           base + perPage                          end
 *   value        | page of records | …              | page being filled |
 *
 * Every page has `perPage` records and then zeros, so no record lies in two; a log of bytes has records of one byte. The
 * record that is the last of its page brings the zeros along. So pages go at the front and nothing else changes, and a
 * damaged page takes its own records only.
 *
 * Invariant: the value has (end - base) records; `base` is the number of the first one, which is at the value's start.
 */

import { toBytes } from "zram/buffer";
import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";
import { check, refuseInteger, refuseNames, ZramError } from "zram/error";
import { Memory } from "zram/memory";
import type SwapPool from "zram/swap";
import type { Key } from "zram/swap";
import type { Values } from "zram/swap/values";
import { bufferOf, byteOffsetOf } from "zram/view";

/** The types of numbers, as ECMA-419 names them. */
export type FieldType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32";

/**
 * The numbers of a record, packed in this order, little-endian. The first one is what find() looks for. (Names that are
 * integers come first, as in every object.)
 */
export type Fields = Readonly<Record<string, FieldType>>;

/** A record: a number for each field. */
export type Row<F extends Fields> = Record<keyof F, number>;

/** What a history is made of. */
export interface HistoryOptions<F extends Fields> {
	/** Where it is kept. Its other values go on as before; where they and the history compete for room, the history gives way. */
	pool: SwapPool;
	/** Its name in the pool, which nobody may have yet. What is there belongs to the history: others may only read it. */
	key: Key;
	/** Makes it a history of records. Without, it is a log of bytes. */
	fields?: F;
}

/** What a type can hold. Of a float the largest that are finite; what is none may be stored too. */
interface Range {
	/** Bytes. */
	size: number;
	isFloat: boolean;
	least: number;
	most: number;
}

interface Kind extends Range {
	get(view: DataView, offset: number): number;
	set(view: DataView, offset: number, value: number): void;
}

function integer(size: 1 | 2 | 4, isSigned: boolean): Range {
	const count = 256 ** size;
	const least = isSigned ? -count / 2 : 0;
	return { size, isFloat: false, least, most: least + count - 1 };
}

const FLOAT_MOST = (2 - 2 ** -23) * 2 ** 127;

const KINDS: Readonly<Record<FieldType, Kind>> = Object.freeze({
	uint8: Object.freeze({
		...integer(1, false),
		get: (view: DataView, offset: number) => view.getUint8(offset),
		set: (view: DataView, offset: number, value: number) => view.setUint8(offset, value),
	}),
	int8: Object.freeze({
		...integer(1, true),
		get: (view: DataView, offset: number) => view.getInt8(offset),
		set: (view: DataView, offset: number, value: number) => view.setInt8(offset, value),
	}),
	uint16: Object.freeze({
		...integer(2, false),
		get: (view: DataView, offset: number) => view.getUint16(offset, true),
		set: (view: DataView, offset: number, value: number) => view.setUint16(offset, value, true),
	}),
	int16: Object.freeze({
		...integer(2, true),
		get: (view: DataView, offset: number) => view.getInt16(offset, true),
		set: (view: DataView, offset: number, value: number) => view.setInt16(offset, value, true),
	}),
	uint32: Object.freeze({
		...integer(4, false),
		get: (view: DataView, offset: number) => view.getUint32(offset, true),
		set: (view: DataView, offset: number, value: number) => view.setUint32(offset, value, true),
	}),
	int32: Object.freeze({
		...integer(4, true),
		get: (view: DataView, offset: number) => view.getInt32(offset, true),
		set: (view: DataView, offset: number, value: number) => view.setInt32(offset, value, true),
	}),
	float32: Object.freeze({
		size: 4,
		isFloat: true,
		least: -FLOAT_MOST,
		most: FLOAT_MOST,
		get: (view: DataView, offset: number) => view.getFloat32(offset, true),
		set: (view: DataView, offset: number, value: number) => view.setFloat32(offset, value, true),
	}),
});

const NAMES: Readonly<Record<keyof HistoryOptions<Fields>, true>> = Object.freeze({
	pool: true,
	key: true,
	fields: true,
});

// Literals would be new strings for each call, unless the code is preloaded.
const NUMBER = typeof 0;
const OBJECT = typeof NAMES;
const INDEX = "index";

/** A field, with its place in a record. */
interface Field {
	name: string;
	offset: number;
	kind: Kind;
}

function makeFields(fields: unknown): Field[] {
	if (typeof fields !== "object" || fields === null || Object.keys(fields).length === 0)
		throw new TypeError("fields: must be an object of names and types, at least one");
	let offset = 0;
	return Object.entries(fields).map(([name, type]) => {
		if (typeof type !== "string" || !Object.hasOwn(KINDS, type))
			throw new TypeError(`fields.${name}: is no type; there are ${Object.keys(KINDS).join(", ")}`);
		const kind = KINDS[type as FieldType];
		offset += kind.size;
		return { name, offset: offset - kind.size, kind };
	});
}

/** Whether a number can be kept; its fraction may go, or its last bits. */
function fits({ isFloat, least, most }: Range, value: number): boolean {
	return isFloat
		? !Number.isFinite(value) || Number.isFinite(Math.fround(value))
		: value > least - 1 && value < most + 1;
}

/** The bytes of a buffer whose length is known. */
function bytesOf(buffer: ByteBuffer, length: number): Uint8Array {
	if (ArrayBuffer.isView(buffer)) return new Uint8Array(bufferOf(buffer), byteOffsetOf(buffer), length);
	return new Uint8Array(buffer as ArrayBuffer, 0, length);
}

function refuseValue({ name, kind }: Field, value: unknown): Error {
	if (typeof value !== NUMBER) return new TypeError(`record.${name}: must be a number`);
	return new RangeError(`record.${name}: ${value} is not a number from ${kind.least} to ${kind.most}`);
}

/** What a page that cannot be read is reported as. */
function isDamage(error: unknown): boolean {
	return error instanceof ZramError && (error.code === "ECORRUPT" || error.code === "EIO");
}

/**
 * What came in, in order, in a pool: records of numbers, or the bytes of a log. Where there is no room for more it drops
 * its oldest page, so {@link append} never throws `ENOSPC` while there is one.
 *
 * **It is in RAM: a reboot loses it.** Before a planned one, save what {@link read} returns, and {@link append} it to a
 * new history afterwards.
 *
 * Every record (of a log, every byte) has a number; they go up by one and none is used again, whatever was dropped. A
 * damaged page costs the records that it has: reading one of them throws `ECORRUPT` (`EIO` if it was on flash), all others
 * can be read, and append goes on behind it.
 *
 * Besides the pool's it takes a page of internal memory, with the one that was read last: so going through a history in
 * order decodes each page once.
 */
export default class History<F extends Fields = Record<never, never>> {
	#values: Values;
	#key: Key;
	#number: number;
	#fields: Field[] | undefined;
	/** Bytes of a record, of the zeros behind the last one of a page, and records of a page. */
	#recordLength: number;
	#padLength: number;
	#perPage: number;
	#base = 0;
	#end = 0;
	/** A record on its way in, without and with the zeros behind it. */
	#record: Uint8Array;
	#lastRecord: Uint8Array;
	#recordView: DataView;
	/** The page that was read last: the number of its first record, and how many of them are here. */
	#page: Memory;
	#pageView: DataView;
	#pageFirst = 0;
	#pageCount = 0;

	/**
	 * @throws TypeError, RangeError naming the option; RangeError if there is a value with this key, or a record is longer
	 * than a page; ZramError `ENOSPC` if the pool has no free key; Error if there is not memory enough
	 */
	constructor(options: HistoryOptions<F>) {
		if (typeof options !== "object" || options === null) throw new TypeError("options: must be an object");
		check(refuseNames("", options, NAMES));
		const { pool, key, fields } = options;
		if (typeof pool?.byteLength !== "function") throw new TypeError("pool: must be a SwapPool");
		if (pool.byteLength(key) !== undefined) throw new RangeError(`key: there is a buffer ${key} already`);
		if (fields !== undefined) this.#fields = makeFields(fields);
		const recordLength = this.#fields?.reduce((sum, { kind }) => sum + kind.size, 0) ?? 1;
		this.#values = pool.values;
		const { pageLength } = this.#values.chains;
		if (recordLength > pageLength)
			throw new RangeError(`fields: a record has ${recordLength} bytes, but a page only ${pageLength}`);
		this.#recordLength = recordLength;
		this.#perPage = Math.floor(pageLength / recordLength);
		this.#padLength = pageLength % recordLength;
		this.#lastRecord = new Uint8Array(recordLength + this.#padLength);
		this.#record = this.#lastRecord.subarray(0, recordLength);
		this.#recordView = new DataView(this.#lastRecord.buffer);
		this.#page = new Memory(pageLength, "internal");
		this.#pageView = new DataView(this.#page as unknown as ArrayBuffer);
		this.#key = key;
		try {
			this.#number = this.#values.keep(key);
		} catch (error) {
			this.#page.close();
			throw error;
		}
	}

	/** The number of the oldest record, or byte. Equals {@link end} if there is none. */
	get start(): number {
		return this.#base;
	}

	/** The number that the next record, or byte, will have. */
	get end(): number {
		return this.#end;
	}

	/**
	 * Adds a record: a number for each field (fractions are cut off where the type has none; other properties are left
	 * alone). Or, as bytes, any number of whole records, packed as {@link read} returns them; to a log any bytes.
	 *
	 * What is on one page is added as a whole or not at all. Longer bytes go page by page, and the error's `bytesWritten`
	 * says how far they came.
	 *
	 * @returns the number of the (first) record, or of the first byte
	 * @throws TypeError, RangeError naming the field and its range; ZramError `ENOSPC` if there is no room and nothing left
	 * to drop
	 */
	append(record: Row<F> | ByteBuffer): number {
		const fields = this.#fields;
		if (fields && typeof (record as Row<F>)?.[(fields[0] as Field).name] === NUMBER)
			return this.#appendRecord(record as Row<F>, fields);
		const length = Engine.bufferLength(record as ByteBuffer, 1);
		if (length >= 0) return this.#appendBytes(record as ByteBuffer, length);
		if (fields && !ArrayBuffer.isView(record)) return this.#appendRecord(record as Row<F>, fields);
		const bytes = toBytes("record", record);
		return this.#appendBytes(bytes, bytes.byteLength);
	}

	/**
	 * Reads a record.
	 *
	 * @param index start to end - 1
	 * @param into gets a number for each field. With it nothing is allocated. Default: a new object
	 * @returns `into`
	 * @throws RangeError; TypeError if it is a log; ZramError `ECORRUPT`, `EIO` if the record's page is damaged
	 */
	at(index: number, into: Row<F> = {} as Row<F>): Row<F> {
		const fields = this.#fields ?? this.#refuseLog("at");
		const view = this.#pageView;
		const start = this.#seek(index);
		for (let i = 0; i < fields.length; i++) {
			const field = fields[i] as Field;
			(into as Record<string, number>)[field.name] = field.kind.get(view, start + field.offset);
		}
		return into;
	}

	/**
	 * Reads records (of a log, bytes) from number `index` on, packed, into a new ArrayBuffer.
	 *
	 * @param count 0 or more: at most so many
	 * @param index start to end
	 * @returns fewer if there are no more
	 * @throws RangeError; ZramError `ECORRUPT`, `EIO` if one of the pages is damaged
	 */
	read(count: number, index: number): ArrayBuffer;
	/**
	 * Reads as many whole records as fit `into`.
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
	 * Looks for the first record whose first field is at least `value`; that field must never decrease, as times do not.
	 * Records that cannot be read are passed over.
	 *
	 * @returns its number; end if there is none
	 * @throws TypeError if it is no number, or this a log
	 */
	find(value: number): number {
		const first = (this.#fields ?? this.#refuseLog("find"))[0]; // a pattern would make an iterator
		if (typeof value !== NUMBER || Number.isNaN(value)) throw new TypeError("value: must be a number");
		let low = this.#base;
		let high = this.#end;
		let found = high;
		while (low < high) {
			const middle = Math.floor((low + high) / 2);
			const probe = this.#firstReadable(middle, high);
			const isReadable = probe < high;
			if (isReadable && (first as Field).kind.get(this.#pageView, this.#seek(probe)) < value) low = probe + 1;
			else {
				high = middle;
				if (isReadable) found = probe;
			}
		}
		return found;
	}

	/** Drops everything. Numbers go on. */
	clear(): void {
		this.#expectOpen();
		while (this.#values.shift(this.#number)) this.#base = Math.min(this.#base + this.#perPage, this.#end);
		this.#pageCount = 0;
		this.#values.clean();
	}

	/** Deletes the history, gives its memory back and its key free. Afterwards its methods throw. Does nothing if that is done. */
	close(): void {
		if (this.#number < 0) return;
		if (!this.#values.isClosed) this.#values.removeKept(this.#number, this.#key);
		this.#number = -1;
		this.#pageCount = 0;
		this.#page.close();
		if (!this.#values.isClosed) this.#values.clean();
	}

	#expectOpen() {
		if (this.#number < 0) throw new ZramError("ECLOSED", "the history is closed");
		if (this.#values.isClosed) this.#values.expectOpen();
	}

	#refuseLog(call: string): never {
		throw new TypeError(`${call}: a log of bytes has no records`);
	}

	#appendRecord(record: Row<F>, fields: Field[]): number {
		const view = this.#recordView;
		if (typeof record !== OBJECT || record === null) throw new TypeError("record: must be an object or a buffer");
		for (let i = 0; i < fields.length; i++) {
			const field = fields[i] as Field;
			const value = record[field.name] as number;
			if (typeof value !== NUMBER || !fits(field.kind, value)) throw refuseValue(field, value);
			field.kind.set(view, field.offset, value);
		}
		const isLast = (this.#end - this.#base) % this.#perPage === this.#perPage - 1;
		return this.#store(isLast ? this.#lastRecord : this.#record, 1);
	}

	#appendBytes(bytes: ByteBuffer, length: number): number {
		this.#expectOpen();
		if (length % this.#recordLength)
			throw new RangeError(`record.byteLength: ${length} is no multiple of ${this.#recordLength}`);
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

	/** Adds records, of one page and with the zeros that follow them there, or bytes of a log. The number of the first. */
	#store(bytes: ByteBuffer, count: number, length = (bytes as Uint8Array).length): number {
		const { tail } = this.#values;
		if (!(tail.isOpen && tail.key === this.#key && tail.append(bytes) > 0)) this.#storeSlowly(bytes, length, count);
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
				// the last page is damaged: what was to follow on it has a page of its own
				if (isRetry || !isDamage(error) || !this.#leavePage()) throw error;
				isRetry = true;
				length = count * this.#recordLength; // there no zeros follow
			}
	}

	#dropOldest(): boolean {
		if (!this.#values.shift(this.#number)) return false;
		this.#base = Math.min(this.#base + this.#perPage, this.#end);
		if (this.#pageFirst < this.#base) this.#pageCount = 0;
		this.#values.clean();
		return true;
	}

	/** Gives up what the last page still has room for. False if it is full. */
	#leavePage(): boolean {
		const used = (this.#end - this.#base) % this.#perPage;
		if (used === 0) return false;
		this.#values.skip(this.#number);
		this.#end += this.#perPage - used;
		return true;
	}

	/** Where in the page that was read last a record is; reads its page if that is another. */
	#seek(index: number): number {
		const place = index - this.#pageFirst;
		if (!(place >>> 0 === place && place < this.#pageCount)) return this.#load(index);
		if (this.#values.isClosed) this.#expectOpen();
		return place * this.#recordLength;
	}

	#load(index: number): number {
		this.#expectOpen();
		check(refuseInteger(INDEX, index, this.#base, this.#end - 1));
		const place = (index - this.#base) % this.#perPage;
		const first = index - place;
		const count = Math.min(this.#perPage, this.#end - first);
		const offset = ((first - this.#base) / this.#perPage) * this.#values.chains.pageLength;
		this.#pageCount = 0; // should it fail
		this.#values.read(this.#number, offset, this.#page as unknown as HostBuffer, count * this.#recordLength);
		this.#pageFirst = first;
		this.#pageCount = count;
		return place * this.#recordLength;
	}

	/** The first record from `index` on, and before `end`, that can be read; else `end`. */
	#firstReadable(index: number, end: number): number {
		while (index < end)
			try {
				this.#seek(index);
				return index;
			} catch (error) {
				if (!isDamage(error)) throw error;
				index += this.#perPage - ((index - this.#base) % this.#perPage);
			}
		return end;
	}

	/** Fills `into` with the records from `index` on, which are there. */
	#readInto(into: Uint8Array, index: number) {
		for (let done = 0; done < into.length; ) {
			const start = this.#seek(index);
			const count = Math.min(this.#pageFirst + this.#pageCount - index, (into.length - done) / this.#recordLength);
			const length = count * this.#recordLength;
			into.set(new Uint8Array(this.#page as unknown as ArrayBuffer, start, length), done);
			done += length;
			index += count;
		}
	}
}
