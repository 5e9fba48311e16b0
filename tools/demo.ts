/**
 * `npm start`: the demo (examples/demo) on the command-line XS host, with real input. `npm run firmware`: the same on an
 * emulated microcontroller.
 *
 *   --chip rv32|m33    which one (npm run firmware; default rv32)
 *   --status SECONDS   the app goes on for that long, and prints a status line a second, for zramctl
 *
 * @module
 */

import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { prepareInput } from "./demo-input.ts";
import { root } from "./paths.ts";
import type { RunResult } from "./process.ts";
import { runOnXS, type XSOptions } from "./run-xs.ts";
import { type Chip, chips, isChip } from "./variants.ts";

/** Two frames of the display are on the XS heap at a time; the firmware's own sizes have more slots instead. */
const FIRMWARE_HEAP = ["--slots", "9216", "--chunk", `${288 * 1024}`, "--stack", "1024"];

/**
 * Prepares the input and runs the demo. The exit code is 1 if a byte came back otherwise than it went in.
 *
 * @param terminal the output goes to a terminal in the end, with colours and bars
 * @param firmware on this emulated microcontroller instead of the command-line host
 * @param status seconds for which it prints a status line a second
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

function chipOf({ firmware, chip }: { firmware?: boolean | undefined; chip?: string | undefined }): Chip | undefined {
	if (chip !== undefined && !isChip(chip)) throw new Error(`--chip: ${chip} is not ${chips.join(" or ")}`);
	return chip ?? (firmware ? "rv32" : undefined);
}

/** `tsx tools/demo.ts [--firmware] [--chip rv32|m33] [--status SECONDS]` */
async function main(): Promise<void> {
	const string = { type: "string" } as const;
	const { values } = parseArgs({ options: { firmware: { type: "boolean" }, chip: string, status: string } });
	const firmware = chipOf(values);
	const status = Number(values.status ?? 0);
	if (values.status !== undefined && !(Number.isInteger(status) && status >= 1 && status <= 86400))
		throw new Error(`--status: ${values.status} is not a whole number of seconds from 1 to 86400`);
	const terminal = process.stdout.isTTY && !process.env.NO_COLOR && !status;
	const timeout = 600_000 + status * 1000;
	const { exitCode } = await runDemo({ echo: true, timeout }, { terminal, firmware, status });
	process.exitCode = exitCode;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	main().catch((error) => {
		console.error(error.message);
		process.exitCode = 1;
	});
