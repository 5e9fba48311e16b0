/*
 * A history's page in JavaScript: for Node, and for mods, which have no native code. The contract is in interface.ts.
 */

import type { Field, Type } from "zram/history/fields";
import { FLOAT32, INT8, INT16, INT32, UINT8, UINT16, UINT32 } from "zram/history/fields";
import { OVERWRITTEN, PACKED, type Page, type PageLayout, recordRoom } from "zram/history/interface";
import type { Memory } from "zram/memory";

/** Every NaN is stored as this one, whatever the processor makes of it. */
const NAN_BITS = 0x7fc00000;

// Literals would create new strings on each call unless the code is preloaded.
const NUMBER = typeof 0;

function get(view: DataView, offset: number, code: number): number {
	switch (code) {
		case UINT8:
			return view.getUint8(offset);
		case INT8:
			return view.getInt8(offset);
		case UINT16:
			return view.getUint16(offset, true);
		case INT16:
			return view.getInt16(offset, true);
		case UINT32:
			return view.getUint32(offset, true);
		case INT32:
			return view.getInt32(offset, true);
		default:
			return view.getFloat32(offset, true);
	}
}

function set(view: DataView, offset: number, { code, size }: Type, value: number) {
	if (code === FLOAT32) {
		if (Number.isNaN(value)) view.setUint32(offset, NAN_BITS, true);
		else view.setFloat32(offset, value, true);
	} else if (size === 1) view.setUint8(offset, value);
	else if (size === 2) view.setUint16(offset, value, true);
	else view.setUint32(offset, value, true);
}

/** Whether a number can be stored; it may lose its fraction, or its last bits. */
function fits({ code, least, most }: Type, value: number): boolean {
	if (code === FLOAT32) return !Number.isFinite(value) || Number.isFinite(Math.fround(value));
	return value > least - 1 && value < most + 1;
}

/** Whether `value` has properties that can be set. */
function isObject(value: unknown): boolean {
	return value === Object(value);
}

abstract class PortablePage {
	pageFirst = 0;
	pageCount = 0;
	readonly #fields: readonly Field[];
	readonly #recordLength: number;
	/** Where the record on its way in lies. */
	readonly #record: number;
	#view: DataView | undefined;
	/** How many records have been packed. */
	#packs = 0;

	constructor(memory: Memory, layout: PageLayout) {
		const { pageLength, recordLength, fields } = layout;
		this.#fields = fields;
		this.#recordLength = recordLength;
		this.#record = pageLength;
		this.#view = new DataView(memory as unknown as ArrayBuffer, 0, pageLength + recordRoom(layout));
	}
	abstract loadRecord(index: number, into: unknown): void;
	at(index: number, into: object = {}): object {
		const fields = this.#fields;
		let place = index - this.pageFirst;
		if (!(place >>> 0 === place && place < this.pageCount && fields.length && isObject(into))) {
			this.loadRecord(index, into);
			place = index - this.pageFirst;
		}
		const start = place * this.#recordLength;
		for (let i = 0; i < fields.length; i++) {
			const { name, offset, type } = fields[i] as Field;
			const view = this.#view; // a setter of the caller's may close the page
			if (view) (into as Record<string, number>)[name] = get(view, start + offset, type.code);
		}
		return into;
	}
	showPage(first: number, count: number) {
		this.pageFirst = first;
		this.pageCount = count;
	}
	packRecord(record: unknown): number {
		const fields = this.#fields;
		const turn = ++this.#packs;
		if (!fields.length || !isObject(record)) return 0;
		for (let i = 0; i < fields.length; i++) {
			const { name, offset, type } = fields[i] as Field;
			const value = (record as Record<string, number>)[name] as number;
			const view = this.#view; // so may a getter
			if (!view) return 0;
			if (typeof value !== NUMBER || !fits(type, value)) return i;
			set(view, this.#record + offset, type, value);
		}
		return turn === this.#packs ? PACKED : OVERWRITTEN;
	}
	searchPage(value: number): number {
		let low = 0;
		let high = this.pageCount;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (this.pageValue(middle) < value) low = middle + 1;
			else high = middle;
		}
		return low;
	}
	pageValue(place: number): number {
		const { code } = (this.#fields[0] as Field).type;
		return get(this.#view as DataView, place * this.#recordLength, code);
	}
	closePage(): boolean {
		this.pageCount = 0;
		this.#view = undefined;
		return true;
	}
}

/** Its methods are for History alone: the declaration makes them protected. */
export default PortablePage as unknown as typeof Page;
