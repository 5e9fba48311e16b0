/* What lines of text take as strings in an array on the XS heap. */

import { collect, heapStats } from "host";
import { Failure, Pages, type Parameters, runProgram } from "./program.ts";

export interface StringsParameters extends Parameters {
	/** Bytes of the lines in the file, line ends included. */
	byteLength: number;
	/** Bytes of an XS slot. */
	slotLength: number;
}

export interface StringsResult {
	/** Lines, and the bytes they take, including the array's. */
	count: number;
	bytes: number;
}

/** The lines of a text, as separate strings. */
function linesOf(text: Uint8Array, into: string[]) {
	for (let start = 0; start < text.length; ) {
		const end = text.indexOf(10, start);
		if (end < 0) throw new Failure(2, "the last line has no end");
		into.push(String.fromArrayBuffer(text.slice(start, end).buffer as ArrayBuffer));
		start = end + 1;
	}
}

runProgram(({ pages: file, byteLength, slotLength }: StringsParameters): StringsResult => {
	const { memory } = new Pages(file);
	const text = new Uint8Array(memory.slice(0, byteLength));
	const before = new Int32Array(3);
	const after = new Int32Array(3);
	const lines: string[] = [];
	collect();
	heapStats(before);
	linesOf(text, lines);
	collect();
	heapStats(after);
	const difference = (i: number) => (after[i] as number) - (before[i] as number);
	return { count: lines.length, bytes: difference(0) * slotLength + difference(1) };
});
