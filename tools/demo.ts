/**
 * `npm start`: runs the demo (examples/demo) on the command-line XS host, with real input. `npm run firmware`: runs it
 * on an emulated microcontroller.
 *
 *   --chip rv32|m33    the microcontroller (npm run firmware; default: rv32)
 *   --status SECONDS   keeps the app running that long, printing a status line a second, for zramctl
 *
 * @module
 */

import { join } from "node:path";
import { flag, integer, parseOptions, word } from "../zramctl/arguments.ts";
import { prepareInput } from "./demo-input.ts";
import { root } from "./paths.ts";
import { type RunResult, runAsProgram } from "./process.ts";
import { runOnXS, type XSOptions } from "./run-xs.ts";
import { type Chip, chips } from "./variants.ts";

/** The XS heap must have room for a frame of the display, and for more code than a suite's. */
const FIRMWARE_HEAP = ["--slots", "13312", "--chunk", `${220 * 1024}`, "--stack", "1024"];

/**
 * Prepares the input and runs the demo. The exit code is 1 if a byte came back wrong.
 *
 * @param terminal whether the output ends up on a terminal, and may have colours and bars
 * @param firmware the emulated microcontroller to use instead of the command-line host
 * @param status for how many seconds it prints a status line a second
 */
export async function runDemo(
	options: XSOptions = {},
	{ terminal = false, firmware, status = 0 }: { terminal?: boolean; firmware?: Chip | undefined; status?: number } = {},
): Promise<RunResult> {
	const parameters = [await prepareInput()];
	if (terminal) parameters.push("--terminal");
	if (status) parameters.push("--status", `${status}`);
	const host = firmware ? FIRMWARE_HEAP : [];
	const entry = join(root, "examples/demo/main.ts");
	return runOnXS(firmware ?? "xs64", entry, parameters, { host, ...options });
}

/** `tsx tools/demo.ts [--firmware] [--chip rv32|m33] [--status SECONDS]` */
async function main(parameters: string[]): Promise<void> {
	const options = { firmware: flag, chip: word(...chips), status: integer(1, 86_400) };
	const { chip, status = 0, ...values } = parseOptions(parameters, options);
	const firmware = chip ?? (values.firmware ? "rv32" : undefined);
	const terminal = process.stdout.isTTY && !process.env.NO_COLOR && !status;
	const timeout = 600_000 + status * 1000;
	const { exitCode } = await runDemo({ echo: true, timeout }, { terminal, firmware, status });
	process.exitCode = exitCode;
}

runAsProgram(import.meta.url, main);
