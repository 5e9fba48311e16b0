/*
 * Shared by the bench's programs. They run on XS or in Node. A command (bench/*.ts) starts them with one argument,
 * their parameters as JSON, and reads the last line of their output.
 */

import { Memory } from "zram/memory";
import { exit, load, mismatch, print, programArguments, writeError } from "#bench/host";

/** A file of `count` pages, one after the other. */
export interface PageFile {
	path: string;
	count: number;
	pageLength: number;
}

/** Every program's parameters. */
export interface Parameters {
	pages: PageFile;
	/** How to show progress, on stderr. */
	show: Show;
}

/** One line that changes, for terminals; a line for every tenth; nothing. */
export type Show = "live" | "lines" | "nothing";

/** Ends the program: the arguments cannot work (exit code 2), or a byte came back wrong (1). */
export class Failure extends Error {
	readonly code: number;

	constructor(code: 1 | 2, message: string) {
		super(message);
		this.code = code;
	}
}

/** Page `number` did not come back as it went in. */
export function wrongByte(number: number): Failure {
	return new Failure(1, `page ${number} came back wrong`);
}

/** Pages outside the XS heap. */
export class Pages {
	readonly count: number;
	readonly pageLength: number;
	readonly memory: Memory;
	readonly #views: Uint8Array[] = [];

	constructor({ path, count, pageLength }: PageFile) {
		this.count = count;
		this.pageLength = pageLength;
		this.memory = new Memory(count * pageLength, "external");
		if (!load(path, this.memory, count * pageLength)) throw new Failure(2, `${path} cannot be read`);
		for (let i = 0; i < count; i++)
			this.#views.push(new Uint8Array(this.memory as unknown as ArrayBuffer, i * pageLength, pageLength));
	}
	view(index: number): Uint8Array {
		return this.#views[index] as Uint8Array;
	}
	/** Whether `buffer` holds the bytes of page `index`. */
	isAt(index: number, buffer: Uint8Array): boolean {
		const { memory, pageLength } = this;
		return mismatch(memory, index * pageLength, buffer, 0, pageLength) === pageLength;
	}
}

/** Shows a program's progress on stderr. */
export class Progress {
	readonly #name: string;
	readonly #total: number;
	readonly #show: Show;
	#next = 0;

	constructor(name: string, total: number, show: Show) {
		this.#name = name;
		this.#total = total;
		this.#show = show;
	}
	at(done: number) {
		if (done < this.#next || this.#show === "nothing") return;
		this.#next = done + this.#total / (this.#show === "live" ? 100 : 10);
		const line = `${this.#name} ${Math.floor((done / this.#total) * 100)} %`;
		writeError(this.#show === "live" ? `\r\x1b[K${line}` : `${line}\n`);
	}
	end() {
		if (this.#show === "live") writeError("\r\x1b[K");
	}
}

/** Runs `work` with the command's parameters, prints what it returns, and turns a Failure into the exit code. */
export function runProgram<P extends Parameters>(work: (parameters: P) => object) {
	try {
		print(JSON.stringify(work(JSON.parse(programArguments()[0] as string))));
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		writeError(`${error.message}\n`);
		exit(error.code);
	}
}
