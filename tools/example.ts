/**
 * `npm run example:NAME`: the app in examples/NAME on the command-line XS host.
 *
 * @module
 */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./paths.ts";
import type { RunResult } from "./process.ts";
import { runOnXS, type XSOptions } from "./run-xs.ts";

/** Runs examples/`name`. Throws an Error if there is none. */
export function runExample(name: string, options: XSOptions = {}): Promise<RunResult> {
	const path = join(root, "examples", name, "main.ts");
	if (!existsSync(path)) throw new Error(`there is no example ${name}`);
	return runOnXS("xs64", path, [], options);
}

async function main(name = ""): Promise<void> {
	process.exitCode = (await runExample(name, { echo: true })).exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main(process.argv[2]).catch((error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
