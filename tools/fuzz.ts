/**
 * `npm run fuzz [-- --seconds N] [TARGET …]`: runs the fuzz targets in tests/fuzz with libFuzzer, AddressSanitizer and
 * UBSan, for three minutes each, from a corpus that grows with every run (build/fuzz). It puts what it finds into
 * tests/fuzz/found, and `npm test` replays that.
 *
 * @module
 */

import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { CODECS } from "../modules/zram/engine/portable/codecs.ts";
import { type Codec, WORKSPACE_LENGTH } from "../modules/zram/engine/portable/pack.ts";
import { fill, KINDS, NOISE } from "../tests/support/bytes.ts";
import { Random } from "../tests/support/random.ts";
import { integer, parseArguments } from "../zramctl/arguments.ts";
import { coreSources, cVariants, engineFolder, strict } from "./c-tests.ts";
import { buildFolder, root } from "./paths.ts";
import { MissingTool, run, runAsProgram } from "./process.ts";

const folder = join(root, "tests/fuzz");
const foundFolder = join(folder, "found");

export const fuzzTargets = ["decode", "columns", "dense", "region"] as const;
export type FuzzTarget = (typeof fuzzTargets)[number];

/** What a fuzzer starts from: blocks of all kinds of pages; for `region`, programs of noise. */
export function makeSeeds(target: FuzzTarget): string[] {
	const seeds = join(buildFolder, "fuzz", `${target}-seeds`);
	mkdirSync(seeds, { recursive: true });
	const random = new Random(1);
	const codec = CODECS[{ decode: 0, columns: 1, dense: 2, region: 0 }[target]] as Codec;
	const encoder = codec.makeCoder(new Uint8Array(WORKSPACE_LENGTH));
	return Array.from({ length: 60 }, (_, i) => {
		const bytes = new Uint8Array(4097);
		let length = 100 + 20 * i;
		if (target === "region") fill(bytes, 0, length, NOISE, random.next());
		else {
			const page = new Uint8Array(512 << (i & 3));
			fill(page, 0, page.length, i % KINDS, random.next());
			fill(page, random.below(page.length), 0, i % KINDS, random.next());
			bytes[0] = i & 3;
			length = 1 + (encoder.encode(page, bytes.subarray(1), page.length) ?? 0);
		}
		const path = join(seeds, `${i}`);
		writeFileSync(path, bytes.subarray(0, length));
		return path;
	});
}

/** Files that made a target fail. */
export function foundBy(target: FuzzTarget): string[] {
	if (!existsSync(foundFolder)) return [];
	const names = readdirSync(foundFolder).filter((name) => name.startsWith(`${target}-`));
	return names.sort().map((name) => join(foundFolder, name));
}

async function compile(compiler: string, flags: string[], sources: string[], output: string, install: string) {
	mkdirSync(join(buildFolder, "fuzz"), { recursive: true });
	const parameters = [...strict, ...flags, `-I${engineFolder}`, ...sources, ...coreSources(), "-o", output];
	const result = await run(compiler, parameters, { install });
	if (result.exitCode === 0) return output;
	if (/cannot find|No such file/.test(result.stderr))
		throw new MissingTool("a compiler with sanitizers", install, result.stderr.trim());
	throw new Error(result.output);
}

/** Builds a target that replays files with sanitizers. */
export function buildReplay(target: FuzzTarget): Promise<string> {
	const { flags, install } = cVariants.find(({ name }) => name === "C, sanitizers") as (typeof cVariants)[0];
	const sources = [join(folder, `${target}.c`), join(folder, "replay.c")];
	return compile("cc", flags, sources, join(buildFolder, "fuzz", `${target}-replay`), install);
}

function buildFuzzer(target: FuzzTarget): Promise<string> {
	const flags = ["-O1", "-g", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all"];
	const output = join(buildFolder, "fuzz", `${target}-fuzzer`);
	return compile("clang", flags, [join(folder, `${target}.c`)], output, "apt-get install clang libclang-rt-dev");
}

/** Returns whether the target survived. */
async function fuzz(target: FuzzTarget, seconds: number): Promise<boolean> {
	const fuzzer = await buildFuzzer(target);
	const corpus = join(buildFolder, "fuzz", `${target}-corpus`);
	mkdirSync(corpus, { recursive: true });
	mkdirSync(foundFolder, { recursive: true });
	makeSeeds(target);
	console.log(`\n── ${target}: ${seconds} seconds`);
	const limits = [`-max_total_time=${seconds}`, "-timeout=10", "-max_len=9000", "-print_final_stats=1"];
	const artifacts = `-artifact_prefix=${join(foundFolder, `${target}-`)}`;
	const folders = [corpus, join(buildFolder, "fuzz", `${target}-seeds`)];
	const result = await run(fuzzer, [...limits, artifacts, ...folders], { cwd: root, echo: true });
	return result.exitCode === 0;
}

async function main(parameters: string[]) {
	const { values, positionals } = parseArguments(parameters, { seconds: integer(1, 86_400) });
	const { seconds = 180 } = values;
	const chosen = positionals.length ? positionals : [...fuzzTargets];
	const unknown = chosen.find((name) => !fuzzTargets.includes(name as FuzzTarget));
	if (unknown) throw new Error(`${unknown} is not one of ${fuzzTargets.join(", ")}`);
	const survived: string[] = [];
	for (const target of chosen) if (await fuzz(target as FuzzTarget, seconds)) survived.push(target);
	const failed = chosen.filter((target) => !survived.includes(target));
	if (failed.length)
		console.log(`\nFound something: see ${relative(root, foundFolder)}, and commit what is new there.`);
	console.log(`\n${survived.length} passed, ${failed.length} failed`);
	process.exitCode = failed.length ? 1 : 0;
}

runAsProgram(import.meta.url, main);
