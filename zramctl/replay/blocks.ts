/**
 * Finds the blocks of a trace in a file or a console's log, among anything else. DESIGN.md specifies them ("Traces").
 *
 * @module
 */

import Engine from "zram/engine";
import { BLOCK_LENGTH, BLOCK_MAGIC, END, FORMAT, HEAD_LENGTH, KIND_HEADER, KIND_RECORDS } from "zram/trace/format";

/** An intact block. */
export interface Block {
	kind: number;
	payload: Uint8Array;
	/** Where it was found: "byte 512" or "line 7". */
	where: string;
}

/** Reports a problem and its place. */
export type Complain = (problem: string) => void;

/** Length of the block that starts at `at`, or what is wrong with it. */
function lengthAt(bytes: Uint8Array, at: number): number | "no block" | "cut off" | "damaged" {
	if (bytes[at] !== BLOCK_MAGIC) return "no block";
	if (at + HEAD_LENGTH > bytes.length) return "cut off";
	const payload = (bytes[at + 2] as number) + 256 * (bytes[at + 3] as number);
	const kind = bytes[at + 1] as number;
	if ((kind !== KIND_HEADER && kind !== KIND_RECORDS) || payload > BLOCK_LENGTH - HEAD_LENGTH) return "no block";
	if (at + HEAD_LENGTH + payload > bytes.length) return "cut off";
	const sum = new DataView(bytes.buffer, bytes.byteOffset + at + 4, 4).getUint32(0, true);
	return sum === Engine.checksum(bytes, at + HEAD_LENGTH, payload) >>> 0 ? HEAD_LENGTH + payload : "damaged";
}

function blockAt(bytes: Uint8Array, at: number, length: number, where: string): Block {
	return { kind: bytes[at + 1] as number, payload: bytes.subarray(at + HEAD_LENGTH, at + length), where };
}

/** The blocks of a file. What lies between them is skipped and reported. */
export function* blocksIn(bytes: Uint8Array, complain: Complain): Generator<Block> {
	let passed = 0;
	for (let at = 0; at < bytes.length; ) {
		const length = lengthAt(bytes, at);
		if (typeof length === "number") {
			yield blockAt(bytes, at, length, `byte ${at}`);
			at += length;
			passed = at;
			continue;
		}
		if (at === passed)
			complain(`byte ${at}: ${length === "no block" ? "not a block of a trace" : `a block is ${length}`}`);
		at++;
		while (at < bytes.length && bytes[at] !== BLOCK_MAGIC) at++;
	}
}

/** A console's line that holds a block. */
export interface TraceLine {
	/** The device's name. */
	name: string;
	/** A block of the trace, its head included. */
	bytes: Uint8Array;
}

/** Undefined for other lines; a text that says what is wrong with a trace's line. */
export function parseLine(line: string): TraceLine | string | undefined {
	const start = line.indexOf("zram/trace ");
	if (start < 0) return undefined;
	const words = line.slice(start).trim().split(" ");
	if (words.slice(0, 2).join(" ") !== FORMAT)
		return `a trace of version ${words[1]}; this reads version ${FORMAT.split(" ")[1]}`;
	const [, , name, text, end] = words;
	if (!name || !text || end !== END || words.length !== 5) return "a trace's line is cut off";
	const bytes = new Uint8Array(Buffer.from(text, "base64"));
	const length = lengthAt(bytes, 0);
	return length === bytes.length ? { name, bytes } : "a trace's line is damaged";
}

/** The blocks in a console's log of the device `name`, by default of the first one. */
export function* blocksInLog(text: string, name: string | undefined, complain: Complain): Generator<Block> {
	let others = 0;
	for (const [i, line] of text.split("\n").entries()) {
		const parsed = parseLine(line);
		if (typeof parsed === "string") complain(`line ${i + 1}: ${parsed}`);
		else if (parsed) {
			name ??= parsed.name;
			if (parsed.name === name) yield blockAt(parsed.bytes, 0, parsed.bytes.length, `line ${i + 1}`);
			else if (!others++) complain(`line ${i + 1}: skipping the trace of ${parsed.name}; this reads ${name}'s`);
		}
	}
}

/** Whether a file is a trace itself, not a log that contains one. */
export function isTraceFile(bytes: Uint8Array): boolean {
	return bytes[0] === BLOCK_MAGIC && (bytes[1] === KIND_HEADER || bytes[1] === KIND_RECORDS);
}
