/**
 * `npm start`: the demo (examples/demo) on the command-line XS host, with real input. `npm run firmware`: the same on the
 * emulated microcontroller.
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { prepareInput } from "./demo-input.ts";
import { root } from "./paths.ts";
import type { RunResult } from "./process.ts";
import { runOnXS, type XSOptions } from "./run-xs.ts";

/** Two frames of the display are on the XS heap at a time; the firmware's own sizes have more slots instead. */
const FIRMWARE_HEAP = ["--slots", "9216", "--chunk", `${288 * 1024}`, "--stack", "1024"];

/**
 * Prepares the input and runs the demo. The exit code is 1 if a byte came back otherwise than it went in.
 *
 * @param terminal the output goes to a terminal in the end, with colours and bars
 * @param firmware on the emulated microcontroller instead of the command-line host
 */
export function runDemo(options: XSOptions = {}, terminal = false, firmware = false): Promise<RunResult> {
	const parameters = [prepareInput(), ...(terminal ? ["--terminal"] : [])];
	const host = firmware ? FIRMWARE_HEAP : [];
	const entry = join(root, "examples/demo/main.ts");
	return runOnXS(firmware ? "rv32" : "xs64", entry, parameters, { host, ...options });
}

/** `tsx tools/demo.ts [--firmware]` */
async function main(): Promise<void> {
	const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR;
	const { exitCode } = await runDemo({ echo: true }, isTerminal, process.argv.includes("--firmware"));
	process.exitCode = exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
