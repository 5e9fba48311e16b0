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
	/** When the recording began. */
	limit: number;
	/** Pages of flash, or 0. */
	slots: number;
	/** The number of the first block: more than 0 if older ones have gone. */
	first: number;
	codecs: string[];
}

/** One operation. The object is the reader's, and holds the next one afterwards. */
export interface Operation {
	/** READ, WRITE, …, of "zram/trace/format"; never TIME. */
	operation: number;
	/** Of a CALL: which one. */
	page: number;
	/** How the page is stored, or pages that are trimmed, or the argument of a call. */
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
		throw new Error(`${where}: ${version ? `version ${version} of traces, not 1` : "the header is none of a trace"}`);
	}
	const values = new Map(text.split(" ").map((word) => word.split("=") as [string, string]));
	const numbers = Object.fromEntries(NUMBERS.map((key) => [key, Number(values.get(key))]));
	const wrong = NUMBERS.find((key) => !Number.isInteger(numbers[key]) || (numbers[key] as number) < 0);
	if (wrong) throw new Error(`${where}: the header has no ${wrong}`);
	const { pageLength, pageCount } = numbers as Record<(typeof NUMBERS)[number], number>;
	if (![512, 1024, 2048, 4096].includes(pageLength as number) || !pageCount)
		throw new Error(`${where}: no device has pages of ${pageLength} bytes, ${pageCount} of them`);
	return { ...numbers, codecs: (values.get("codecs") ?? "").split(",") } as TraceHeader;
}

/** What is wrong within a block. */
class Problem extends Error {}

/** Numbers in groups of seven bits, one after the other. */
class Numbers {
	readonly #bytes: Uint8Array;
	#at = 0;

	constructor(bytes: Uint8Array) {
		this.#bytes = bytes;
	}

	get isAtEnd(): boolean {
		return this.#at >= this.#bytes.length;
	}

	/** Throws a Problem where there is none. */
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

/** A trace in memory, whose operations can be gone through any number of times. */
export class TraceFile {
	readonly header: TraceHeader;
	/** What is wrong with it, and where. */
	readonly problems: string[] = [];
	readonly #blocks: Block[] = [];
	readonly #bytes: number;

	/**
	 * @param bytes a trace, or a log with lines of one; `device`: whose, if there are several
	 * @throws Error that says what and where, if nothing can be read
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
				complain(`${block.where}: another trace begins; it is left out`);
				break;
			}
		}
		if (!header && this.#blocks.length)
			throw new Error(`the header is missing: ${this.problems[0] ?? "other blocks are there"}`);
		if (!header) throw new Error(this.problems[0] ?? "there is no trace in it");
		this.header = header;
		if (header.first) complain(`the first ${header.first} blocks were no longer in the recorder's memory`);
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
				this.problems.push(`${where}: of the blocks from ${expected} on, ${number - expected} are missing`);
			expected = number + 1;
		}
	}

	/** Goes through all operations. `listener` gets the same object each time; `share`, 0 to 1, how far it has come. */
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

	/** The checksum is right; but it may be anybody's. */
	#expectPossible({ operation, page, argument }: Operation) {
		const { pageCount, pageLength } = this.header;
		if (operation > CALL) throw new Problem(`${operation} is no operation`);
		if (operation === CALL) return;
		if (page < 0 || page >= pageCount || (operation === TRIM && argument > pageCount - page))
			throw new Problem(`page ${page} is not on the device`);
		if (operation !== TRIM && argument % STORED_CODEC > pageLength)
			throw new Problem(`page ${page} cannot take ${argument % STORED_CODEC} bytes`);
	}
}
