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

/** unpack(): the record is not on this page. */
export const ELSEWHERE = 0;
/** unpack(): `into` is no object. */
export const NO_OBJECT = -1;

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

export interface Page {
	/** The number of the first record that is here, and how many are. Numbers are integers below 2^53. */
	readonly first: number;
	readonly count: number;
	/** From now on these are the records in the memory. 0 of them: none. */
	show(first: number, count: number): void;
	/**
	 * Gives `into` a number for each field of record `index`: 1. Or ELSEWHERE, which a page without fields always answers, and
	 * one that is closed; or NO_OBJECT.
	 */
	unpack(index: number, into: unknown): number;
	/**
	 * Makes the values of `record` the record in the memory: -1. Or the index of the field whose value is no number that it can
	 * hold (0 if there is no field, `record` is no object, or the page is closed); then the record in the memory is anything.
	 */
	pack(record: unknown): number;
	/** How many of the records have a first field less than `value`; they are in its order. */
	search(value: number): number;
	/** The first field of the record at `place`, 0 to count - 1. */
	value(place: number): number;
	/** It has no records any more, and does not touch the memory. */
	close(): void;
}

export interface PageConstructor {
	/** `memory` has memoryLength() bytes, the room for a record zeros. It is the caller's to close, after the page. */
	new (memory: Memory, layout: PageLayout): Page;
}
