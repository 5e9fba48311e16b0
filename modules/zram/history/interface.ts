/*
 * The page of a history that was read last, and the record that is on its way in. Both lie in one memory:
 *
 *   | page | record | zeros that follow the last record of a page | what the page's owner knows of it |
 *
 * A loop over fields in JavaScript costs ten times as much as decoding the page, and is what reading consisted of. So that
 * loop is a function of the host: zramHistoryPage.c, and page-portable.ts where there is none.
 */

import type { Field } from "zram/history/fields";
import type { Memory } from "zram/memory";

/** Bytes that follow page and record, from a multiple of 8 on: so many, and more for each field. */
export const HEAD_LENGTH = 64;
export const FIELD_LENGTH = 16;

/** What packRecord() answers: done; or a getter of the record has made another one the record in the memory. */
export const PACKED = -1;
export const OVERWRITTEN = -2;

/** The geometry of a page and its records. */
export interface PageLayout {
	pageLength: number;
	recordLength: number;
	/** None: a log of bytes. */
	fields: readonly Field[];
}

/** Bytes of the memory behind the page, in which a record and the zeros behind the last one of a page lie. */
export function recordRoom({ pageLength, recordLength }: PageLayout): number {
	return recordLength + (pageLength % recordLength);
}

/** Bytes of memory for a page. */
export function memoryLength(layout: PageLayout): number {
	const start = Math.ceil((layout.pageLength + recordRoom(layout)) / 8) * 8;
	return start + HEAD_LENGTH + FIELD_LENGTH * layout.fields.length;
}

/**
 * What a history is underneath. `at` itself is the host's function, as a function of JavaScript around it would cost as much
 * as three fields; it asks loadRecord() for what is not here.
 */
export declare abstract class Page {
	/**
	 * `memory` has memoryLength() bytes, the room for a record zeros. It is the caller's to close, after the page.
	 *
	 * @internal
	 */
	constructor(memory: Memory, layout: PageLayout);
	/** The number of the first record that is here: an integer below 2^53. @internal */
	protected get pageFirst(): number;
	/** How many records are here. @internal */
	protected get pageCount(): number;
	/**
	 * From now on these are the records in the memory. 0 of them: none.
	 *
	 * @internal
	 */
	protected showPage(first: number, count: number): void;
	/**
	 * Makes the page that of record `index`, or throws what at() throws. at() calls it for what is on another page, and for
	 * `into` that is no object.
	 *
	 * @internal
	 */
	protected abstract loadRecord(index: number, into: unknown): void;
	/**
	 * Makes the values of `record` the record in the memory: PACKED, or OVERWRITTEN. Or the index of the field whose value is no number that it can
	 * hold (0 if there is no field, `record` is no object, or the page is closed); then the record in the memory is anything.
	 *
	 * @internal
	 */
	protected packRecord(record: unknown): number;
	/**
	 * How many of the records have a first field less than `value`; they are in its order.
	 *
	 * @internal
	 */
	protected searchPage(value: number): number;
	/**
	 * The first field of the record at `place`, 0 to pageCount - 1.
	 *
	 * @internal
	 */
	protected pageValue(place: number): number;
	/**
	 * It has no records any more. False if the memory is being read, by an at() that has called a setter; else it may go.
	 *
	 * @internal
	 */
	protected closePage(): boolean;
}
