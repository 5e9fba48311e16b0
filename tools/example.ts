/**
 * `npm run example:NAME`: the app in examples/NAME on the command-line XS host.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import type { Addition } from "./build-host.ts";
import { root } from "./paths.ts";
import { filesIn } from "./pictures.ts";
import { MissingTool, type RunResult, runAsProgram } from "./process.ts";
import { runOnXS, type XSOptions } from "./run-xs.ts";
import { fetchXS } from "./xsnap.ts";

/** littlefs as the Moddable SDK ships it, no npm package does, and what lends it a flash. */
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

/** Real files for the file system: sources and texts of packages whose versions package.json pins. */
function packageFiles(): string[] {
	const folders = ["admin-lte/src", "fast-png", "lz4js", "publint", "uvu", "@types/node/fs"].map((name) =>
		join(root, "node_modules", name),
	);
	const paths = folders.flatMap((folder) => filesIn(folder, ".js", ".md", ".mjs", ".scss", ".ts"));
	return paths.map((path) => relative(root, path));
}

/** Runs examples/`name`. Throws an Error if there is none, MissingTool if it needs what is not there. */
export async function runExample(name: string, options: XSOptions = {}): Promise<RunResult> {
	const path = join(root, "examples", name, "main.ts");
	if (!existsSync(path)) throw new Error(`there is no example ${name}`);
	if (name !== "littlefs") return runOnXS("xs64", path, [], options);
	return runOnXS("xs64", path, packageFiles(), { ...options, addition: await littlefs() });
}

async function main([name = ""]: string[]): Promise<void> {
	process.exitCode = (await runExample(name, { echo: true })).exitCode;
}

runAsProgram(import.meta.url, main);
