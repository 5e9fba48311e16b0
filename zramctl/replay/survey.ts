/**
 * Counts what a trace holds: operations, their duration, and how long pages were stored.
 *
 * @module
 */

import {
	CALL,
	CALL_RESET,
	OFFLOAD,
	READ,
	REFUSED,
	REPACK,
	STORED_CODEC,
	TRIM,
	UNPACKED,
	WRITE,
	WRITE_FLASH,
} from "zram/trace/format";
import type { TraceFile } from "./trace.ts";

/** Bytes of a histogram's step. */
export const STEP = 16;

/** Histogram of the stored lengths of all pages written or refused. */
export interface Histogram {
	/** Pages of one repeated word. */
	same: number;
	/** By step: [0] are pages of 1 to 16 bytes, [1] of 17 to 32 … */
	steps: number[];
	/** Shares of all pages, 0 to 1: those of half a page at most, and those stored whole. */
	half: number;
	whole: number;
}

export interface Survey {
	/** Operations by kind, counted in pages, except calls. */
	reads: number;
	writes: number;
	refused: number;
	toFlash: number;
	trimmed: number;
	repacked: number;
	calls: number;
	resets: number;
	/** All of them, and bytes of trace per operation. */
	operations: number;
	bytesEach: number;
	/** From the first operation to the last. */
	milliseconds: number;
	/** Pages of the device that were ever written. */
	pages: number;
	histogram: Histogram;
}

export function survey(trace: TraceFile): Survey {
	const { pageLength, pageCount } = trace.header;
	const counts = new Array<number>(16).fill(0);
	const steps = new Array<number>(pageLength / STEP).fill(0);
	const wasWritten = new Uint8Array(pageCount);
	let [same, trimmed, resets, operations] = [0, 0, 0, 0];
	let [start, end] = [-1, 0];
	trace.forEach(({ operation, page, argument, time }) => {
		operations++;
		counts[operation] = (counts[operation] as number) + 1;
		if (start < 0) start = time;
		end = time;
		if (operation === TRIM) trimmed += argument;
		if (operation === CALL && page === CALL_RESET) resets++;
		if (operation !== WRITE && operation !== WRITE_FLASH && operation !== REFUSED) return;
		wasWritten[page] = 1;
		const length = argument % STORED_CODEC;
		if (length === 0) same++;
		else steps[Math.ceil(length / STEP) - 1] = (steps[Math.ceil(length / STEP) - 1] as number) + 1;
	});
	const count = (operation: number) => counts[operation] as number;
	const all = count(WRITE) + count(WRITE_FLASH) + count(REFUSED);
	const upToHalf = steps.slice(0, steps.length / 2).reduce((sum, each) => sum + each, same);
	return {
		reads: count(READ),
		writes: count(WRITE) + count(WRITE_FLASH) + count(UNPACKED),
		refused: count(REFUSED),
		toFlash: count(WRITE_FLASH) + count(OFFLOAD),
		trimmed,
		repacked: count(REPACK),
		calls: count(CALL),
		resets,
		operations,
		bytesEach: operations ? trace.byteLength / operations : 0,
		milliseconds: Math.max(end - start, 0),
		pages: wasWritten.reduce((sum, each) => sum + each, 0),
		histogram: { same, steps, half: all ? upToHalf / all : 0, whole: all ? (steps.at(-1) as number) / all : 0 },
	};
}
