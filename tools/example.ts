/**
 * `npm run example:NAME`: runs the app in examples/NAME on the command-line XS host, or, if it needs what only the
 * Moddable SDK has, in its simulator until you end it.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Addition } from "./build-host.ts";
import { fetchXS } from "./npm.ts";
import { filesIn, root } from "./paths.ts";

import { MissingTool, type RunResult, run, runAsProgram } from "./process.ts";
import { runOnXS, type XSOptions } from "./run-xs.ts";
import { buildApp, sdkTool } from "./sdk.ts";
import { withDisplay } from "./simulator.ts";

/** littlefs, which the Moddable SDK ships and no npm package does, and the C code that gives it a flash. */
export async function littlefs(): Promise<Addition> {
	const sdk = process.env.MODDABLE;
	const folder = join(sdk ?? "", "modules/io/files/littlefs");
	if (!sdk || !existsSync(join(folder, "lfs.c")))
		throw new MissingTool("littlefs, which is part of the Moddable SDK,", "export MODDABLE=/path/to/moddable");
	const platforms = join(await fetchXS(), "platforms");
	return {
		name: "littlefs",
		sources: [join(root, "examples/littlefs/littlefs.c")],
		others: [join(folder, "lfs.c"), join(folder, "lfs_util.c")],
		flags: ["-isystem", folder, "-isystem", platforms, "-isystem", join(root, "hosts/xs")],
	};
}

/** Real files for the file system: sources and texts of packages that package.json pins. */
function packageFiles(): string[] {
	const folders = ["admin-lte/src", "fast-png", "lz4js", "publint", "uvu", "@types/node/fs"].map((name) =>
		join(root, "node_modules", name),
	);
	const paths = folders.flatMap((folder) => filesIn(folder, ".js", ".md", ".mjs", ".scss", ".ts"));
	return paths.map((path) => relative(root, path));
}

/**
 * Whether examples/`name` needs more than XS: its manifest includes more of the SDK than the base, and has no stand-in.
 */
export function needsSimulator(name: string): boolean {
	const folder = join(root, "examples", name);
	if (!existsSync(join(folder, "manifest.json")) || existsSync(join(folder, "sdk"))) return false;
	const { include }: { include: string[] } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
	return include.some((path) => path.startsWith("$(") && !path.endsWith("/manifest_base.json"));
}

/** On the user's screen, or without one in memory. */
async function runInSimulator(name: string): Promise<RunResult> {
	const { path } = await buildApp(join(root, "examples", name));
	const start = (env?: Record<string, string>) => run("stdbuf", ["-oL", sdkTool("mcsim"), path], { env, echo: true });
	return process.env.DISPLAY ? start() : withDisplay(0, start);
}

/** Runs examples/`name`. Throws an Error if there is no such example, MissingTool if something it needs is missing. */
export async function runExample(name: string, options: XSOptions = {}): Promise<RunResult> {
	const path = join(root, "examples", name, "main.ts");
	if (!existsSync(path)) throw new Error(`There is no example "${name}" in examples/.`);
	if (name !== "littlefs") return runOnXS("xs64", path, [], options);
	return runOnXS("xs64", path, packageFiles(), { ...options, addition: await littlefs() });
}

async function main([name = ""]: string[]): Promise<void> {
	const result = await (needsSimulator(name) ? runInSimulator(name) : runExample(name, { echo: true }));
	process.exitCode = result.exitCode;
}

runAsProgram(import.meta.url, main);
