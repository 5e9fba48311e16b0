/*
 * The page of a history that was read last, and a record on its way in. Both lie in one piece of memory:
 *
 *   | page | record | zeros that follow the last record of a page | what the page's owner knows about it |
 *
 * A loop over fields in JavaScript costs ten times as much as decoding the page; reading used to consist of it. So the
 * host has a function for that loop: zramHistoryPage.c, or page-portable.ts without native code.
 */

import type { Field } from "zram/history/fields";
import type { Memory } from "zram/memory";

/** Bytes that follow page and record, from a multiple of 8 on: this many, plus more for each field. */
export const HEAD_LENGTH = 64;
export const FIELD_LENGTH = 16;

/** Results of packRecord(): done; or a getter of the record has overwritten the record in the memory. */
export const PACKED = -1;
export const OVERWRITTEN = -2;

/** The geometry of a page and its records. */
export interface PageLayout {
	/** Length of a page in bytes. */
	pageLength: number;
	/** Length of a record in bytes; 1 for a log. */
	recordLength: number;
	/** Empty for a log of bytes. */
	fields: readonly Field[];
}

/** Bytes of the memory behind the page that hold a record, and the zeros behind the last one of a page. */
export function recordRoom({ pageLength, recordLength }: PageLayout): number {
	return recordLength + (pageLength % recordLength);
}

/** Bytes of memory for a page. */
export function memoryLength(layout: PageLayout): number {
	const start = Math.ceil((layout.pageLength + recordRoom(layout)) / 8) * 8;
	return start + HEAD_LENGTH + FIELD_LENGTH * layout.fields.length;
}

/**
 * What a history is built on. `at` itself is the host's function, as a JavaScript function around it would cost as much
 * as three fields; it calls loadRecord() for whatever is not here.
 */
export declare abstract class Page {
	/**
	 * `memory` has memoryLength() bytes, of which the room for a record is zeros. The caller closes it, after the page.
	 */
	constructor(memory: Memory, layout: PageLayout);
	/** The number of the first record that is here: an integer below 2^53. @internal */
	protected get pageFirst(): number;
	/** How many records are here. @internal */
	protected get pageCount(): number;
	/**
	 * Says which records the memory now holds. A count of 0 means none.
	 *
	 * @internal
	 */
	protected showPage(first: number, count: number): void;
	/**
	 * Loads the page of record `index`, or throws what at() throws. at() calls it for a record on another page, and for
	 * an `into` that is not an object.
	 *
	 * @internal
	 */
	protected abstract loadRecord(index: number, into: unknown): void;
	/**
	 * Packs the values of `record` into the memory: PACKED, or OVERWRITTEN. Or returns the index of the first field
	 * whose value is not a number that it can hold (0 if there are no fields, `record` is not an object, or the page is
	 * closed); then the record in the memory is undefined.
	 *
	 * @internal
	 */
	protected packRecord(record: unknown): number;
	/**
	 * How many of the records, which are in order of their first field, have one less than `value`.
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
	 * Drops all records. False if the memory is being read, by an at() that has called a setter; otherwise it may be
	 * closed.
	 *
	 * @internal
	 */
	protected closePage(): boolean;
}
