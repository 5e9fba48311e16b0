/**
 * Tests the C core without XS: compiles it with every warning, and runs its harnesses in tests/c natively, in 32 bit,
 * with sanitizers, and on an emulated Xtensa lx106.
 *
 * @module
 */

import { mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { buildFolder, root } from "./paths.ts";
import { MissingTool, type RunResult, run } from "./process.ts";

export const engineFolder = join(root, "modules/zram/engine/native");
const testFolder = join(root, "tests/c");
export const strict = ["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Werror"];

export interface CVariant {
	name: string;
	flags: string[];
	install: string;
	/** Whether to compare with liblz4, the reference. Distributions have no 32-bit liblz4 at hand. */
	reference: boolean;
	/** A cross compiler, and what runs its programs. */
	cross?: {
		compiler: string;
		/** The C library for the harnesses: our sources, and the compiler's libraries. */
		sources: string[];
		libraries: string[];
		/** The command that runs a program. */
		emulate(program: string, parameters: string[]): [string, ...string[]];
		install: string;
	};
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
		// no aliasing rules either: without the keywords we cannot say what may alias
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

const lx106Folder = join(testFolder, "lx106");

/**
 * The ESP8266's core in QEMU, the only Xtensa that Debian has a compiler for. (Its calling convention, call0, is not
 * that of any ESP32.) Debian has no C library for it, so the harnesses bring one, and there is no XS.
 */
export const lx106: CVariant = {
	name: "C, Xtensa lx106",
	flags: [
		"-O2",
		"-nostdlib",
		"-Wno-format", // a uint32_t is a long here, and %u would get a warning
		// the compiler would assume that nothing lies before what its own malloc() returns
		"-fno-builtin-malloc",
		`-I${join(lx106Folder, "include")}`,
		`-T${join(lx106Folder, "lx106.ld")}`,
	],
	install: "apt-get install gcc-xtensa-lx106",
	reference: false,
	cross: {
		compiler: "xtensa-lx106-elf-gcc",
		sources: ["start.S", "library.c", "arithmetic.c"].map((name) => join(lx106Folder, name)),
		libraries: ["-lgcc"],
		emulate: (program, parameters) => [
			"qemu-system-xtensa",
			...["-M", "sim", "-cpu", "lx106", "-m", "128M", "-kernel", program],
			...["-display", "none", "-serial", "none", "-monitor", "none", "-semihosting-config"],
			["enable=on,target=native", ...[program, ...parameters].map((text) => `arg=${text}`)].join(","),
		],
		install: "apt-get install qemu-system-misc",
	},
};

export const compilers = [
	{ name: "cc", install: "apt-get install gcc libc6-dev" },
	{ name: "clang", install: "apt-get install clang" },
];

/** The engine without its binding: the plain C library. */
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

/** Compiles core and harnesses with every warning as an error. Returns what the compiler says, "" if nothing. */
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

/** Lists mutable statics of the core, which machines in different threads would share. There must be none. */
export async function mutableStatics(): Promise<string> {
	const folder = join(buildFolder, "c");
	const object = join(folder, "statics.o");
	mkdirSync(folder, { recursive: true });
	let said = "";
	for (const source of coreSources()) {
		const parameters = [...strict, "-fno-pie", `-I${engineFolder}`, "-c", source, "-o", object];
		await run("cc", parameters, { install: compilers[0]?.install, check: true });
		const listed = await run("nm", [object], { install: "apt-get install binutils", check: true });
		for (const line of listed.stdout.split("\n")) if (/ [bBcCdDsS] /.test(line)) said += `${source}: ${line}\n`;
	}
	return said;
}

/** Where a variant is built. */
function folderOf({ name }: CVariant): string {
	const folder = join(buildFolder, "c", name.replaceAll(/\W+/g, "-"));
	mkdirSync(folder, { recursive: true });
	return folder;
}

/** Compiles `sources`, and links them unless `parameters` say otherwise. Returns `output`. */
async function compile(
	{ flags, cross, install }: CVariant,
	sources: string[],
	output: string,
	parameters: string[] = [],
	core = engineFolder,
): Promise<string> {
	const all = [...strict, ...flags, `-I${core}`, ...sources, "-o", output, ...parameters];
	await run(cross?.compiler ?? "cc", all, { install, check: true });
	return output;
}

/** Compiles the core and returns the objects, by the names of their sources without ".c". */
export async function compileCore(variant: CVariant): Promise<Map<string, string>> {
	const objects = new Map<string, string>();
	for (const source of coreSources()) {
		const name = basename(source, ".c");
		objects.set(name, await compile(variant, [source], join(folderOf(variant), `${name}.o`), ["-c"]));
	}
	return objects;
}

/** Whether tests/c/probe.c can be built, with more flags and libraries. */
async function links({ flags, cross, install }: CVariant, more: string[] = []) {
	const probe = [join(testFolder, "probe.c"), ...(cross?.sources ?? [])];
	const parameters = [...flags, ...probe, "-o", "/dev/null", ...more, ...(cross?.libraries ?? [])];
	return (await run(cross?.compiler ?? "cc", parameters, { install })).exitCode === 0;
}

/**
 * Builds tests/c/`harness`.c with the core, and with liblz4, the reference, if it is there. Returns the program's path.
 *
 * @throws MissingTool if this variant cannot be built here
 */
export async function buildHarness(harness: string, variant: CVariant): Promise<string> {
	const { name, cross, install } = variant;
	if (!(await links(variant))) throw new MissingTool(`a compiler for "${name}"`, install);
	const reference = ["-DZRAM_WITH_LIBLZ4", "-llz4"];
	const hasReference = variant.reference && (await links(variant, reference));
	const sources = [join(testFolder, `${harness}.c`), ...coreSources(), ...(cross?.sources ?? [])];
	const parameters = [...(hasReference ? reference : []), ...(cross?.libraries ?? [])];
	return compile(variant, sources, join(folderOf(variant), harness), parameters);
}

/** Builds tests/c/`tool`.c with a copy of the core in `folder`. Returns the program's path. */
export function compileTool(tool: string, variant: CVariant, core: string, folder: string): Promise<string> {
	const sources = [join(testFolder, `${tool}.c`), ...coreSources(core)];
	return compile(variant, sources, join(folder, tool), [], core);
}

/** Runs a harness. It prints lines `ok NAME`, `not ok NAME: why` and `skip NAME: why`. */
export async function runHarness(
	harness: string,
	variant: CVariant,
	parameters: string[],
): Promise<RunResult & { passed: number; failed: number; skipped: string[] }> {
	const { cross } = variant;
	const program = await buildHarness(harness, variant);
	const [first, ...rest] = cross ? cross.emulate(program, parameters) : [program, ...parameters];
	const result = await run(first as string, rest, { cwd: root, timeout: 1_800_000, install: cross?.install });
	const lines = (start: string) => result.stdout.split("\n").filter((line) => line.startsWith(start));
	const failed = lines("not ok ").length;
	return {
		...result,
		passed: lines("ok ").length,
		failed: failed || (result.exitCode ? 1 : 0),
		skipped: variant.reference ? lines("skip ").map((line) => line.slice("skip ".length)) : [],
	};
}
