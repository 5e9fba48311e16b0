/**
 * Runs TypeScript on real XS: bundles an entry, builds the host, runs it.
 *
 * @module
 */

import { readFileSync, rmSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { Plugin } from "esbuild";
import { type Addition, buildHost } from "./build-host.ts";
import { type Bundle, type BundleOptions, bundle } from "./bundle.ts";
import { buildFolder, root } from "./paths.ts";
import { type RunOptions, type RunResult, run, runAsProgram } from "./process.ts";
import { runFirmware } from "./run-firmware.ts";
import { isChip, type Variant, variants } from "./variants.ts";

export interface XSOptions extends BundleOptions {
	/** Options of the host, such as `["--machines", "2"]`. */
	host?: string[];
	/** Pass the output through to the terminal as it comes: all of it, only stderr, or as a function changes it. */
	echo?: boolean | "stderr" | ((text: string) => string);
	/** A program to run the host under, and its parameters: `["valgrind", "--tool=callgrind"]`. */
	under?: string[];
	env?: Record<string, string>;
	/** Milliseconds after which the host is killed (exit code 124). Default: ten minutes. */
	timeout?: number;
	/** Keep the bundle of a failed run, so that you can look at it. Default: true. */
	keepBundle?: boolean;
	/** Show what is being compiled. Default: true. */
	progress?: boolean;
	/** C code to add to the host. */
	addition?: Addition;
}

/** uvu's summary. */
export interface Summary {
	total: number;
	passed: number;
	skipped: number;
}

/** An impossible allocation returns a null pointer, as everywhere else, instead of ending the program with a report. */
const sanitizerEnvironment = {
	ASAN_OPTIONS: "allocator_may_return_null=1",
	UBSAN_OPTIONS: "print_stacktrace=1",
};

let bundles = 0;

/** Every bundle gets its own file, as processes and calls may run side by side. */
function bundlePath(name: string): string {
	return join(buildFolder, "bundles", `${name}-${process.pid}-${bundles++}.mjs`);
}

/** Replaces places in the bundle by places in the sources, in parser errors and stacks. */
function withSources(text: string, made: Bundle): string {
	return text.replaceAll(`${made.path}:`, "\0").replaceAll(/\0(\d+)/g, (_, line) => {
		return made.locate(Number(line)) ?? `${made.path}:${line}`;
	});
}

async function runHost(
	variant: Variant,
	path: string,
	parameters: string[],
	options: Omit<XSOptions, "echo"> & RunOptions,
): Promise<RunResult> {
	const { progress, addition, under = [], host: hostOptions = [] } = options;
	const host = await buildHost(variant, { progress, addition });
	const [program = host, ...before] = [...under, host];
	return run(program, [...before, ...hostOptions, path, ...parameters], options);
}

async function runBundle(variant: Variant, made: Bundle, parameters: string[], options: XSOptions): Promise<RunResult> {
	const through = typeof options.echo === "function" ? options.echo : (text: string) => text;
	const runOptions = {
		cwd: root,
		echo: options.echo ? (text: string) => through(withSources(text, made)) : false,
		echoed: options.echo === "stderr" ? ("stderr" as const) : undefined,
		env: { ...sanitizerEnvironment, ...options.env },
		timeout: options.timeout ?? 600_000,
	};
	const result = isChip(variant)
		? await runFirmware(variant, made.path, parameters, { ...options, ...runOptions })
		: await runHost(variant, made.path, parameters, { ...options, ...runOptions });
	for (const key of ["stdout", "stderr", "output"] as const) result[key] = withSources(result[key], made);
	if (result.exitCode === 0 || options.keepBundle === false) rmSync(made.path);
	return result;
}

/** Runs an entry on XS: a path, or the text of a module whose imports are relative to the repository's root. */
export async function runOnXS(
	variant: Variant,
	entry: string | { contents: string },
	parameters: string[] = [],
	options: XSOptions = {},
): Promise<RunResult> {
	return runBundle(variant, await bundle(entry, bundlePath("entry"), options), parameters, options);
}

/** Modules "suite:N" that tell uvu whose tests follow, so that each file is a separate group in the output. */
function suiteGroups(names: string[]): Plugin {
	return {
		name: "suite-groups",
		setup(build) {
			build.onResolve({ filter: /^suite:/ }, ({ path }) => ({ path, namespace: "suite" }));
			build.onLoad({ filter: /.*/, namespace: "suite" }, ({ path }) => {
				const index = Number(path.slice("suite:".length));
				const group = JSON.stringify([names[index]]);
				return { contents: `globalThis.UVU_QUEUE[globalThis.UVU_INDEX = ${index}] = ${group};` };
			});
		},
	};
}

/** Replaces what uvu prints with, which would take a tenth of the microcontroller's slots. */
const plainOutput: Plugin = {
	name: "plain-output",
	setup(build) {
		build.onResolve({ filter: /^(kleur|uvu\/diff)$/ }, () => ({ path: join(root, "tests/support/plain.ts") }));
	},
};

/** An entry that runs many files of uvu suites, and the plugin to bundle it with. */
export function suitesEntry(suites: string[]): { contents: string; plugin: Plugin } {
	const paths = suites.map((path) => relative(root, resolve(root, path)));
	const imports = paths.flatMap((path, i) => [`import "suite:${i}";`, `import "./${path}";`]);
	const contents = [
		'import "./tests/support/xs-prelude.ts";',
		...imports,
		'import "./tests/support/xs-finish.ts";',
	].join("\n");
	return { contents, plugin: suiteGroups(paths) };
}

/** What suites learn about the microcontroller: how much they may hold, and their share of the random operations. */
const FIRMWARE_DEFINES = { TEST_MEMORY: JSON.stringify({ heap: 160 << 10, regions: 8 << 20 }), TEST_SCALE: "0.02" };

/** The heap sizes that a suite asks for on a microcontroller in a line `// firmware: --slots 11264`. */
function firmwareHeap(suites: string[]): string[] {
	const line = /^\/\/ firmware: (.+)$/m;
	return suites.flatMap((path) => line.exec(readFileSync(resolve(root, path), "utf8"))?.[1]?.split(" ") ?? []);
}

/** Runs files of uvu suites as one bundle on XS. The exit code is 1 if a test fails or a file cannot be loaded. */
export async function runSuitesOnXS(
	variant: Variant,
	suites: string[],
	options: XSOptions = {},
): Promise<RunResult & Summary> {
	const { contents, plugin } = suitesEntry(suites);
	const isFirmware = isChip(variant);
	const plugins = [...(options.plugins ?? []), plugin, ...(isFirmware ? [plainOutput] : [])];
	const define = { ...(isFirmware ? FIRMWARE_DEFINES : {}), ...options.define };
	const host = [...(isFirmware ? firmwareHeap(suites) : []), ...(options.host ?? [])];
	const result = await runOnXS(variant, { contents }, [], { ...options, define, host, plugins });
	return { ...result, ...summary(result.output) };
}

/** Runs one file of uvu suites in Node. */
export async function runSuiteInNode(
	path: string,
	options: { echo?: boolean; env?: Record<string, string>; timeout?: number } = {},
): Promise<RunResult & Summary> {
	const result = await run(process.execPath, ["--import", "tsx", resolve(root, path)], { cwd: root, ...options });
	return { ...result, ...summary(result.output) };
}

/** The last summary that uvu has printed; zeros if it did not get there. */
export function summary(output: string): Summary {
	const number = (word: string) =>
		// biome-ignore lint/suspicious/noControlCharactersInRegex: colours
		Number(output.replaceAll(/\x1b\[\d+m/g, "").match(new RegExp(`\\n  ${word}: +(\\d+)`))?.[1] ?? 0);
	return { total: number("Total"), passed: number("Passed"), skipped: number("Skipped") };
}

/**
 * `tsx tools/run-xs.ts [--portable] variant suite.test.ts ...` or `… variant entry.ts [arguments …]`. The environment
 * variable TEST_SEED gives the suites another seed.
 */
async function main(parameters: string[]): Promise<void> {
	const engine = parameters[0] === "--portable" ? "portable" : "native";
	const [name, first, ...rest] = engine === "portable" ? parameters.slice(1) : parameters;
	const variant = variants.find((known) => known === name);
	if (!variant || !first)
		throw new Error(`usage: tsx tools/run-xs.ts [--portable] ${variants.join("|")} file.ts [...]`);
	const { TEST_SEED } = process.env;
	const define: Record<string, string> = TEST_SEED ? { TEST_SEED } : {};
	const result = first.endsWith(".test.ts")
		? await runSuitesOnXS(variant, [first, ...rest], { echo: true, engine, define })
		: await runOnXS(variant, resolve(first), rest, { echo: true, engine });
	process.exitCode = result.exitCode;
}

runAsProgram(import.meta.url, main);
