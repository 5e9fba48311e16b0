/**
 * Reads traces, as `zram/trace` writes them.
 *
 * @module
 */

import {
	CALL,
	FORMAT,
	KIND_HEADER,
	OFFLOAD,
	OPERATIONS,
	READ,
	STORED_CODEC,
	TIME,
	TRIM,
	UNPACKED,
} from "zram/trace/format";
import { type Block, blocksIn, blocksInLog, isTraceFile } from "./blocks.ts";

/** What the device was. Lengths are bytes. */
export interface TraceHeader {
	pageLength: number;
	pageCount: number;
	arenaLength: number;
	granuleLength: number;
	/** Bytes of the arena that hold no data. */
	metadata: number;
	threshold: number;
	/** FLAG_INTEGRITY, FLAG_WIPE. */
	flags: number;
	/** The limit when the recording began. */
	limit: number;
	/** Pages of flash, or 0. */
	slots: number;
	/** The number of the first block: more than 0 if older ones were dropped. */
	first: number;
	codecs: string[];
}

/** One operation. The reader reuses the object for the next one. */
export interface Operation {
	/** READ, WRITE, …, of "zram/trace/format"; never TIME. */
	operation: number;
	/** For a CALL: which one. */
	page: number;
	/** How the page is stored, how many pages are trimmed, or the call's argument. */
	argument: number;
	/** Milliseconds since the recording began. */
	time: number;
}

const NUMBERS = [
	"pageLength",
	"pageCount",
	"arenaLength",
	"granuleLength",
	"metadata",
	"threshold",
	"flags",
	"limit",
	"slots",
	"first",
] as const;

function parseHeader({ payload, where }: Block): TraceHeader {
	const text = String.fromCharCode(...payload);
	if (!text.startsWith(`${FORMAT} `)) {
		const [, version] = /^zram\/trace (\S+)/.exec(text) ?? [];
		throw new Error(
			`${where}: ${version ? `a trace of version ${version}; this reads version 1` : "not the header of a trace"}`,
		);
	}
	const values = new Map(text.split(" ").map((word) => word.split("=") as [string, string]));
	const numbers = Object.fromEntries(NUMBERS.map((key) => [key, Number(values.get(key))]));
	const wrong = NUMBERS.find((key) => !Number.isInteger(numbers[key]) || (numbers[key] as number) < 0);
	if (wrong) throw new Error(`${where}: the header has no ${wrong}`);
	const { pageLength, pageCount } = numbers as Record<(typeof NUMBERS)[number], number>;
	if (![512, 1024, 2048, 4096].includes(pageLength as number) || !pageCount)
		throw new Error(`${where}: a device cannot have ${pageCount} pages of ${pageLength} bytes`);
	return { ...numbers, codecs: (values.get("codecs") ?? "").split(",") } as TraceHeader;
}

/** Something wrong within a block. */
class Problem extends Error {}

/** Reads numbers in groups of seven bits. */
class Numbers {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#bytes.length;
	}

	/** @throws Problem if there is none */
	next(): number {
		let value = 0;
		for (let scale = 1; this.#at < this.#bytes.length && scale < 2 ** 49; scale *= 128) {
			const byte = this.#bytes[this.#at++] as number;
			value += (byte & 127) * scale;
			if (byte < 128) return value;
		}
		throw new Problem("a number is cut off");
	}
}

const HAS_NO_ARGUMENT = new Set([READ, UNPACKED, OFFLOAD]);

/** A trace in memory. You can go through its operations any number of times. */
export class TraceFile {
	readonly header: TraceHeader;
	/** What is wrong with it, and where. */
	readonly problems: string[] = [];
	readonly #blocks: Block[] = [];
	readonly #bytes: number;

	/**
	 * @param bytes a trace, or a log that contains one; `device`: whose, if there are several
	 * @throws Error naming problem and place, if nothing can be read
	 */
	constructor(bytes: Uint8Array, device?: string) {
		const complain = (problem: string) => this.problems.push(problem);
		const blocks = isTraceFile(bytes)
			? blocksIn(bytes, complain)
			: blocksInLog(new TextDecoder().decode(bytes), device, complain);
		let header: TraceHeader | undefined;
		this.#bytes = bytes.length;
		for (const block of blocks) {
			if (block.kind !== KIND_HEADER) this.#blocks.push(block);
			else if (!header) header = parseHeader(block);
			else {
				complain(`${block.where}: another trace begins here; ignoring it`);
				break;
			}
		}
		if (!header && this.#blocks.length)
			throw new Error(`the header is missing: ${this.problems[0] ?? "there are other blocks"}`);
		if (!header) throw new Error(this.problems[0] ?? "it contains no trace");
		this.header = header;
		if (header.first) complain(`the first ${header.first} blocks had been dropped from the recorder's memory`);
		this.#findGaps();
	}

	/** Whether all operations since the recording began are there. */
	get isComplete(): boolean {
		return this.problems.length === 0;
	}

	/** Bytes of the file. */
	get byteLength(): number {
		return this.#bytes;
	}

	#findGaps() {
		let expected = this.header.first;
		for (const { payload, where } of this.#blocks) {
			const number = new Numbers(payload).next();
			if (number !== expected)
				this.problems.push(`${where}: ${number - expected} blocks are missing, from block ${expected} on`);
			expected = number + 1;
		}
	}

	/**
	 * Goes through all operations. `listener` gets the same object each time, and `share`, the progress from 0 to 1.
	 */
	forEach(listener: (operation: Operation, share: number) => void): void {
		for (const [i, block] of this.#blocks.entries()) {
			const share = i / this.#blocks.length;
			try {
				this.#forEachIn(block, (operation) => listener(operation, share));
			} catch (error) {
				if (!(error instanceof Problem)) throw error;
				const problem = `${block.where}: ${error.message}`;
				if (!this.problems.includes(problem)) this.problems.push(problem);
			}
		}
	}

	#forEachIn({ payload }: Block, listener: (operation: Operation) => void) {
		const numbers = new Numbers(payload);
		numbers.next(); // the block's
		const operation: Operation = { operation: TIME, page: 0, argument: 0, time: numbers.next() };
		let page = numbers.next();
		while (!numbers.isAtEnd) {
			const head = numbers.next();
			const rest = Math.floor(head / OPERATIONS);
			operation.operation = head % OPERATIONS;
			if (operation.operation === TIME) operation.time += rest;
			else {
				if (operation.operation === CALL) operation.page = rest;
				else operation.page = page += rest % 2 ? -(rest + 1) / 2 : rest / 2;
				operation.argument = HAS_NO_ARGUMENT.has(operation.operation) ? 0 : numbers.next();
				this.#expectPossible(operation);
				listener(operation);
			}
		}
	}

	/** A right checksum does not make a block trustworthy. */
	#expectPossible({ operation, page, argument }: Operation) {
		const { pageCount, pageLength } = this.header;
		if (operation > CALL) throw new Problem(`there is no operation ${operation}`);
		if (operation === CALL) return;
		if (page < 0 || page >= pageCount || (operation === TRIM && argument > pageCount - page))
			throw new Problem(`page ${page} is not on the device`);
		if (operation !== TRIM && argument % STORED_CODEC > pageLength)
			throw new Problem(`page ${page} cannot be stored in ${argument % STORED_CODEC} bytes`);
	}
}
