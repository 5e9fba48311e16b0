/**
 * Shared by the commands fill, churn and cost: their arguments, the pages of the files they are given, and running
 * their program on a host.
 *
 * stdout gets one line of JSON and nothing else. The exit code is 0, 1 if a byte came back wrong, or 2 for bad
 * arguments.
 *
 * @module
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CODECS } from "zram/engine/portable/codecs";
import { buildFolder, root } from "../tools/paths.ts";
import { type RunResult, run } from "../tools/process.ts";
import { runOnXS, type XSOptions } from "../tools/run-xs.ts";
import type { Variant } from "../tools/variants.ts";
import { type Options, parseArguments, size, type Values, word, words } from "../zramctl/arguments.ts";
import { Failure } from "../zramctl/failure.ts";
import type { Codecs } from "./app/device.ts";
import type { PageFile, Parameters, Show } from "./app/program.ts";
import { addition } from "./reference.ts";

/** Codecs, separated by commas. */
export const codecs = words(...Object.values(CODECS).map(({ name }) => name as Codecs[number]));

/** Options of commands that fill a device. */
export const deviceOptions = {
	arena: size(1, 0x7fffffff),
	size: size(512, 2 ** 40),
	codecs,
	engine: word("native", "portable"),
};

/** The device they ask for, as a program's parameters. By default it is four times as large as the arena. */
export function deviceOf({ arena, codecs, engine = "native", ...values }: Values<typeof deviceOptions>, page: number) {
	if (arena === undefined) throw new Failure("--arena: say how many bytes the arena has", 2);
	const total = values.size ?? Math.ceil((4 * arena) / page) * page;
	if (total % page) throw new Failure(`--size: ${total} is not a multiple of the page length, ${page}`, 2);
	return { arena, size: total, codecs, engine, show };
}

/** Options and at least one file. */
export function parse<O extends Options>(parameters: string[], options: O): { values: Values<O>; files: string[] } {
	const { values, positionals } = parseArguments(parameters, options);
	if (positionals.length === 0) throw new Failure("FILE: name at least one", 2);
	return { values, files: positionals };
}

function readFile(path: string): Uint8Array {
	try {
		return readFileSync(path);
	} catch (error) {
		throw new Failure(`FILE: ${(error as Error).message}`, 2);
	}
}

/** The files as consecutive pages. The last page of each file is padded with zeros. */
export function readPages(files: string[], pageLength: number): Uint8Array {
	const contents = files.map(readFile);
	const padded = contents.map(({ length }) => Math.ceil(length / pageLength) * pageLength);
	const all = new Uint8Array(padded.reduce((a, b) => a + b));
	let at = 0;
	contents.forEach((bytes, i) => {
		all.set(bytes, at);
		at += padded[i] as number;
	});
	if (all.length === 0) throw new Failure("FILE: it is empty", 2);
	return all;
}

/** `count` of the pages, evenly spread, or all. */
export function evenly(pages: Uint8Array, pageLength: number, count: number): Uint8Array {
	const total = pages.length / pageLength;
	if (total <= count) return pages;
	const chosen = new Uint8Array(count * pageLength);
	for (let i = 0; i < count; i++) {
		const start = Math.floor((i * total) / count) * pageLength;
		chosen.set(pages.subarray(start, start + pageLength), i * pageLength);
	}
	return chosen;
}

let pageFiles = 0;

/** Calls `work` with a file of the pages, for programs to load. */
export async function withPages<T>(
	bytes: Uint8Array,
	pageLength: number,
	work: (file: PageFile) => Promise<T>,
): Promise<T> {
	const folder = join(buildFolder, "bench");
	const path = join(folder, `pages-${process.pid}-${pageFiles++}.bin`);
	mkdirSync(folder, { recursive: true });
	writeFileSync(path, bytes);
	try {
		return await work({ path, count: bytes.length / pageLength, pageLength });
	} finally {
		rmSync(path);
	}
}

/** The result that a program prints in its last line. */
export function resultOf<R>(run: RunResult): R {
	return JSON.parse(run.stdout.trimEnd().split("\n").at(-1) as string);
}

/** A program has failed. It has said why on stderr. */
class ProgramFailed extends Failure {
	constructor(name: string, { exitCode, stderr }: RunResult) {
		super(`${name} failed:\n${stderr}`, exitCode);
	}
}

/** How a command shows progress. */
export const show: Show = process.stderr.isTTY ? "live" : "lines";

/** Runs bench/app/NAME.ts on XS with the bench's natives, by default on the desk's machine. */
export async function runProgram<R>(
	name: string,
	parameters: Parameters,
	{ variant = "xs64", ...options }: XSOptions & { variant?: Variant } = {},
): Promise<R> {
	const result = await runOnXS(variant, join(root, `bench/app/${name}.ts`), [JSON.stringify(parameters)], {
		addition: await addition(),
		echo: "stderr",
		timeout: 3_600_000,
		...options,
	});
	if (result.exitCode) throw new ProgramFailed(name, result);
	return resultOf(result);
}

/** Runs bench/app/NAME.ts in Node, with the portable engine. */
export async function runInNode<R>(name: string, parameters: Parameters): Promise<R> {
	const program = join(root, `bench/app/${name}.ts`);
	const result = await run(process.execPath, ["--import", "tsx", program, JSON.stringify(parameters)], {
		cwd: root,
		echo: true,
		echoed: "stderr",
	});
	if (result.exitCode) throw new ProgramFailed(name, result);
	return resultOf(result);
}

/** Runs a program with an engine: the native one on XS, the portable one in Node. */
export function runOnEngine<R>(name: string, parameters: Parameters & { engine: string }): Promise<R> {
	return parameters.engine === "portable" ? runInNode<R>(name, parameters) : runProgram<R>(name, parameters);
}

/** Runs a command: prints the JSON, or what is wrong, and sets the exit code. */
export async function main(usage: string, work: (parameters: string[]) => Promise<object>): Promise<void> {
	try {
		process.stdout.write(`${JSON.stringify(await work(process.argv.slice(2)))}\n`);
	} catch (error) {
		process.exitCode = error instanceof Failure ? error.exitCode : 2;
		if (error instanceof ProgramFailed) return;
		process.stderr.write(`${(error as Error).message}\n${error instanceof Failure ? `usage: ${usage}\n` : ""}`);
	}
}
