#!/usr/bin/env node
/**
 * zramctl: what devices on a board say of themselves, at the desk. `npx zram --help` says how.
 *
 * @module
 */

import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import Zram from "zram";
import { parseStatus } from "zram/status";
import { colored, inspection, Monitor, plain } from "./view.ts";

const HELP = `usage: zram [status] [FILE] [--json]     status lines of a serial console, a pipe, or a saved log
       zram inspect FILE [--json]        a dump of an arena

status reads FILE, or stdin if there is none or it is "-", and shows each device that prints status lines
(formatStatus of "zram/status"): on a terminal with each line that comes, else at the end. A serial port is a file too:

    stty -F /dev/ttyUSB0 460800 raw && npx zram /dev/ttyUSB0

  --json      status: an object a line, as lines come in; inspect: one object
  --help      this text
  --version   the version of the package

Exit codes: 0; 1 if the input holds no status line, or no arena, or cannot be read; 2 for a wrong call.
`;

/** What the user did wrong, or what is wrong with the input. */
class Failure extends Error {
	readonly exitCode: number;

	constructor(message: string, exitCode = 1) {
		super(message);
		this.exitCode = exitCode;
	}
}

const isTerminal = Boolean(process.stdout.isTTY);
const paint = isTerminal && !process.env.NO_COLOR ? colored : plain;

/** Draws over what it has drawn before. */
class Screen {
	#height = 0;

	draw(lines: string[]) {
		const width = process.stdout.columns ?? 80;
		const back = this.#height ? `\x1b[${this.#height}A\x1b[J` : "";
		process.stdout.write(`${back}${lines.join("\n")}\n`);
		// a line that is wider than the terminal takes several
		// biome-ignore lint/suspicious/noControlCharactersInRegex: colours
		const visible = (line: string) => line.replaceAll(/\x1b\[[\d;]*m/g, "").length;
		this.#height = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(visible(line) / width)), 0);
	}
}

async function status(path: string | undefined, json: boolean) {
	const isStdin = path === undefined || path === "-";
	const input = isStdin ? process.stdin : createReadStream(path);
	const monitor = new Monitor();
	const screen = new Screen();
	const failed = new Promise<never>((_, reject) => input.on("error", reject));
	const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
	const read = async () => {
		for await (const line of lines) {
			const report = parseStatus(line);
			if (!report) continue;
			monitor.add(report);
			if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
			else if (isTerminal) screen.draw(monitor.lines(paint));
		}
	};
	await Promise.race([read(), failed]);
	if (monitor.isEmpty) throw new Failure(`no status line in ${isStdin ? "the input" : path}`);
	if (!json && !isTerminal) screen.draw(monitor.lines(paint));
}

function inspect(path: string | undefined, json: boolean) {
	if (path === undefined) throw new Failure("inspect: a file is missing", 2);
	const dump = Zram.inspect(readFileSync(path));
	process.stdout.write(`${json ? JSON.stringify(dump) : inspection(dump, paint).join("\n")}\n`);
}

function version(): string {
	for (const above of ["..", "../..", "../../.."]) {
		try {
			const { name, version } = JSON.parse(readFileSync(new URL(`${above}/package.json`, import.meta.url), "utf8"));
			if (name === "zram") return version;
		} catch {} // one folder further up, when compiled
	}
	throw new Failure("package.json is missing");
}

function parse() {
	try {
		return parseArgs({
			allowPositionals: true,
			options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" }, version: { type: "boolean" } },
		});
	} catch (error) {
		throw new Failure((error as Error).message, 2);
	}
}

async function main() {
	const { values, positionals } = parse();
	const json = values.json ?? false;
	if (values.help) return void process.stdout.write(HELP);
	if (values.version) return void process.stdout.write(`${version()}\n`);
	const isCommand = positionals[0] === "inspect" || positionals[0] === "status";
	const [path, ...more] = positionals.slice(isCommand ? 1 : 0);
	if (more.length) throw new Failure(`one file at a time, not also ${more.join(", ")}`, 2);
	if (positionals[0] === "inspect") inspect(path, json);
	else await status(path, json);
}

main().catch((error) => {
	console.error(`zram: ${error.message}`);
	if (error.exitCode === 2) console.error("zram --help says how it is called");
	process.exitCode = error.exitCode ?? 1;
});
