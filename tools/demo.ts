/**
 * `npm start`: the demo (examples/demo) on the command-line XS host, with real input.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepareInput } from "./demo-input.ts";
import { root } from "./paths.ts";
import type { RunResult } from "./process.ts";
import { runOnXS, type XSOptions } from "./run-xs.ts";

/**
 * Prepares the input and runs the demo. The exit code is 1 if a byte came back otherwise than it went in.
 *
 * @param terminal the output goes to a terminal in the end, with colours and bars
 */
export function runDemo(options: XSOptions = {}, terminal = false): Promise<RunResult> {
	const parameters = [prepareInput(), ...(terminal ? ["--terminal"] : [])];
	return runOnXS("xs64", join(root, "examples/demo/main.ts"), parameters, options);
}

async function main(): Promise<void> {
	const { exitCode } = await runDemo({ echo: true }, process.stdout.isTTY && !process.env.NO_COLOR);
	process.exitCode = exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
