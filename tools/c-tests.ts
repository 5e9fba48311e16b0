/**
 * The C core without XS: compiled with every warning, and its harnesses in tests/c run natively, in 32 bit and with
 * sanitizers.
 *
 * @module
 */

import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { buildFolder, root } from "./paths.ts";
import { MissingTool, type RunResult, run } from "./process.ts";

export const engineFolder = join(root, "modules/zram/engine/native");
const testFolder = join(root, "tests/c");
export const strict = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"];

export interface CVariant {
	name: string;
	flags: string[];
	install: string;
	/** Whether liblz4, the reference, is asked too. Not in 32 bit, for which distributions have no liblz4 at hand. */
	reference: boolean;
}

export const cVariants: CVariant[] = [
	{ name: "C", flags: ["-O2"], install: "apt-get install gcc libc6-dev", reference: true },
	{
		name: "C, words at multiples of 4",
		flags: ["-O2", "-DZRAM_ALIGNED"],
		install: "apt-get install gcc libc6-dev",
		reference: true,
	},
	{
		// no aliasing rules either: without keywords nobody can say what may alias
		name: "C, without GNU's extensions",
		flags: ["-O2", "-std=c99", "-fno-strict-aliasing", "-include", join(testFolder, "bare.h")],
		install: "apt-get install gcc libc6-dev",
		reference: false,
	},
	{ name: "C, 32 bit", flags: ["-O2", "-m32"], install: "apt-get install gcc-multilib", reference: false },
	{
		name: "C, sanitizers",
		flags: ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"],
		install: "apt-get install gcc libasan8 libubsan1",
		reference: true,
	},
	{
		name: "C, sanitizers, words at multiples of 4",
		flags: ["-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-DZRAM_ALIGNED"],
		install: "apt-get install gcc libasan8 libubsan1",
		reference: true,
	},
];

export const compilers = [
	{ name: "cc", install: "apt-get install gcc libc6-dev" },
	{ name: "clang", install: "apt-get install clang" },
];

/** The engine without its binding: what the plain C library consists of. */
export function coreSources(folder = engineFolder): string[] {
	return readdirSync(folder)
		.filter((name) => name.endsWith(".c") && !name.startsWith("zramBinding"))
		.map((name) => join(folder, name));
}

/** Programs in tests/c, without ".c". */
export function harnesses(): string[] {
	return readdirSync(testFolder)
		.filter((name) => name.endsWith("-test.c"))
		.map((name) => name.slice(0, -2));
}

/** Compiles core and harnesses with every warning an error. Returns what the compiler says, "" if nothing. */
export async function warnings({ name, install }: { name: string; install: string }): Promise<string> {
	const sources = [...coreSources(), ...harnesses().map((harness) => join(testFolder, `${harness}.c`))];
	let said = "";
	for (const source of sources) {
		const result = await run(name, [...strict, "-O2", "-fsyntax-only", `-I${engineFolder}`, source], { install });
		said += result.output;
		if (result.exitCode && !result.output) said += `${name} failed on ${source}\n`;
	}
	return said;
}

/** Symbols of the core that are memory one could write: two machines in two threads would share them. None, that is. */
export async function mutableStatics(): Promise<string> {
	const folder = join(buildFolder, "c");
	const object = join(folder, "statics.o");
	mkdirSync(folder, { recursive: true });
	let said = "";
	for (const source of coreSources()) {
		const compiled = await run("cc", [...strict, "-fno-pie", `-I${engineFolder}`, "-c", source, "-o", object], {
			install: compilers[0]?.install,
		});
		const listed = await run("nm", [object], { install: "apt-get install binutils" });
		if (compiled.exitCode || listed.exitCode) said += compiled.output + listed.output;
		for (const line of listed.stdout.split("\n")) if (/ [bBcCdDsS] /.test(line)) said += `${source}: ${line}\n`;
	}
	return said;
}

/** Whether a program that needs no more than `source` can be built with these flags and libraries. */
async function links(source: string, flags: string[], libraries: string[] = []): Promise<boolean> {
	const parameters = [...flags, source, "-o", "/dev/null", ...libraries];
	return (await run("cc", parameters, { install: compilers[0]?.install })).exitCode === 0;
}

/**
 * Builds tests/c/`harness`.c with the core and returns the program's path. liblz4, the reference, is used where it is.
 *
 * @throws MissingTool if this variant cannot be built here
 */
export async function buildHarness(harness: string, variant: CVariant): Promise<string> {
	const folder = join(buildFolder, "c", variant.name.replaceAll(/\W+/g, "-"));
	const program = join(folder, harness);
	const probe = join(testFolder, "probe.c");
	mkdirSync(folder, { recursive: true });
	if (!(await links(probe, variant.flags))) throw new MissingTool(`a compiler for "${variant.name}"`, variant.install);
	const withReference = [...variant.flags, "-DZRAM_WITH_LIBLZ4"];
	const hasReference = variant.reference && (await links(probe, withReference, ["-llz4"]));
	const flags = hasReference ? withReference : variant.flags;
	const sources = [join(testFolder, `${harness}.c`), ...coreSources()];
	const parameters = [...strict, ...flags, `-I${engineFolder}`, ...sources, "-o", program];
	const result = await run("cc", [...parameters, ...(hasReference ? ["-llz4"] : [])]);
	if (result.exitCode) throw new Error(result.output);
	return program;
}

/** Builds tests/c/`tool`.c with a copy of the core, to `folder`, and returns the program's path. */
export async function compileTool(tool: string, variant: CVariant, core: string, folder: string): Promise<string> {
	const program = join(folder, tool);
	const sources = [join(testFolder, `${tool}.c`), ...coreSources(core)];
	const parameters = [...strict, ...variant.flags, `-I${core}`, ...sources, "-o", program];
	const result = await run("cc", parameters, { install: variant.install });
	if (result.exitCode) throw new Error(result.output);
	return program;
}

/** Runs a harness with its parameters. Its lines are `ok NAME`, `not ok NAME: why` and `skip NAME: why`. */
export async function runHarness(
	harness: string,
	variant: CVariant,
	parameters: string[],
): Promise<RunResult & { passed: number; failed: number; skipped: string[] }> {
	const result = await run(await buildHarness(harness, variant), parameters, { cwd: root, timeout: 1_800_000 });
	const lines = (start: string) => result.stdout.split("\n").filter((line) => line.startsWith(start));
	const failed = lines("not ok ").length;
	return {
		...result,
		passed: lines("ok ").length,
		failed: failed || (result.exitCode ? 1 : 0),
		skipped: variant.reference ? lines("skip ").map((line) => line.slice("skip ".length)) : [],
	};
}
