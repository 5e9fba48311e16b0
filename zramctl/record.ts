/**
 * `zram record`: saves the trace that a console's output contains to a file.
 *
 * @module
 */

import { closeSync, createReadStream, openSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArguments, text } from "./arguments.ts";
import { Failure } from "./failure.ts";
import { parseLine } from "./replay/blocks.ts";

export const RECORD_HELP = `       zram record [FILE] --out TRACE [--name NAME]
                                         saves the trace in a console's output to a file`;

/** Counts what has come in so far, and what was wrong with it. */
class Recording {
	readonly #file: number;
	#name: string | undefined;
	readonly #others = new Set<string>();
	#line = 0;
	#bytes = 0;
	#blocks = 0;
	#faulty = 0;

	constructor(path: string, name: string | undefined) {
		this.#file = openSync(path, "w");
		this.#name = name;
	}

	add(line: string) {
		this.#line++;
		const parsed = parseLine(line);
		if (typeof parsed === "string") {
			this.#faulty++;
			say(`line ${this.#line}: ${parsed}`);
		} else if (parsed) {
			this.#name ??= parsed.name;
			if (parsed.name === this.#name) this.#keep(parsed.bytes);
			else this.#passOver(parsed.name);
		}
	}

	#keep(bytes: Uint8Array) {
		writeSync(this.#file, bytes);
		this.#bytes += bytes.length;
		this.#blocks++;
		if (process.stderr.isTTY) process.stderr.write(`\r${this.#summary}\x1b[K`);
	}

	#passOver(name: string) {
		if (this.#others.has(name)) return;
		this.#others.add(name);
		say(`line ${this.#line}: skipping the trace of ${name}; use --name ${name} to save that one`);
	}

	get #summary(): string {
		return `${this.#name}: ${this.#blocks} blocks, ${this.#bytes} bytes`;
	}

	/** Returns the summary; undefined if there was no trace. */
	end(): string | undefined {
		closeSync(this.#file);
		if (process.stderr.isTTY && this.#blocks) process.stderr.write("\n");
		if (!this.#blocks) return undefined;
		return this.#faulty ? `${this.#summary}; ${this.#faulty} lines were damaged` : this.#summary;
	}
}

function say(text: string) {
	process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}zram: ${text}\n`);
}

export async function record(parameters: string[]): Promise<void> {
	const { values, positionals } = parseArguments(parameters, { out: text, name: text });
	const [path, ...more] = positionals;
	if (more.length) throw new Failure(`record: one file at a time, not also ${more.join(", ")}`, 2);
	if (!values.out) throw new Failure("record: name the file for the trace with --out", 2);
	const isStdin = path === undefined || path === "-";
	if (path === undefined && process.stdin.isTTY) throw new Failure("name a FILE, or pipe something in", 2);
	const input = isStdin ? process.stdin : createReadStream(path);
	const failed = new Promise<never>((_, reject) => input.on("error", reject));
	const recording = new Recording(values.out, values.name);
	// when the user stops it, the file has what has come in
	process.once("SIGINT", () => input.destroy());
	const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
	const read = async () => {
		for await (const line of lines) recording.add(line);
	};
	await Promise.race([read(), failed]);
	const summary = recording.end();
	if (!summary)
		throw new Failure(`no trace${values.name ? ` of ${values.name}` : ""} in ${isStdin ? "the input" : path}`);
	process.stdout.write(`${values.out}: ${summary}\n`);
}
