#!/usr/bin/env node
/**
 * zramctl: shows at the desk what devices on a board report. Run `npx zram --help`.
 *
 * @module
 */

import { createReadStream, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Zram, { type Inspection } from "zram";
import { parseStatus } from "zram/status";
import { flag, parseArguments } from "./arguments.ts";
import { Failure } from "./failure.ts";
import { PLAN_HELP, plan } from "./plan.ts";
import { RECORD_HELP, record } from "./record.ts";
import { REPLAY_HELP, replay } from "./replay/command.ts";
import { Screen } from "./screen.ts";
import { colored, inspection, Monitor, plain, type Style } from "./view.ts";

const HELP = `usage: zram [status] [FILE] [--json]     shows status lines from a serial console, a pipe, or a saved log
       zram inspect FILE [--json]        shows a dump of an arena
${RECORD_HELP}
${REPLAY_HELP}
${PLAN_HELP}

status reads FILE, or stdin if you name none or "-", and shows every device that prints status lines (formatStatus of
"zram/status"): on a terminal as lines come in, otherwise at the end. The debugger's console has what a board traces. If
firmware prints to a serial port itself, read the port like a file:

    mcconfig -dl -m -p esp32/moddable_six | npx zram
    stty -F /dev/ttyUSB0 460800 raw && npx zram /dev/ttyUSB0

  --json      status: one object per line, as lines come in; inspect: one object
  --help      shows this text
  --version   shows the package's version

record saves what "zram/trace" prints there. See docs/replay.md for record and replay, and docs/plan.md for plan.

Exit codes: 0 if all went well; 1 if the input has no status line, arena or trace, or cannot be read (plan: if no file
can); 2 if the arguments are wrong.
`;

const isTerminal = Boolean(process.stdout.isTTY);

function style(): Style {
	const paint = isTerminal && !process.env.NO_COLOR ? colored : plain;
	return { paint, width: isTerminal ? process.stdout.columns || 80 : Number.POSITIVE_INFINITY };
}

function print(lines: string[]) {
	process.stdout.write(`${lines.join("\n")}\n`);
}

/** Shows a monitor while lines come in, and leaves its last state on the terminal. */
function watch(monitor: Monitor, name: string): { other(): void; update(): void; end(): void } {
	let others = 0;
	const screen = new Screen(process.stdout, (quiet) => {
		if (monitor.isEmpty) return [`waiting for status lines from ${name}: ${others} other lines so far`];
		return quiet < 3 ? monitor.lines(style()) : [...monitor.lines(style()), "", `no line for ${quiet} seconds`];
	});
	const end = () => {
		screen.close();
		if (!monitor.isEmpty) print(monitor.lines(style()));
	};
	for (const [signal, exitCode] of [
		["SIGINT", 130],
		["SIGTERM", 143],
		["SIGHUP", 129],
	] as const)
		process.once(signal, () => {
			end();
			process.exit(exitCode);
		});
	const other = () => {
		others++;
	};
	return { other, update: () => screen.update(), end };
}

async function status(path: string | undefined, json: boolean) {
	const isStdin = path === undefined || path === "-";
	const name = isStdin ? "the input" : path;
	if (path === undefined && process.stdin.isTTY) throw new Failure("name a FILE, or pipe something in", 2);
	const input = isStdin ? process.stdin : createReadStream(path);
	const monitor = new Monitor();
	const watched = isTerminal && !json ? watch(monitor, name) : undefined;
	const failed = new Promise<never>((_, reject) => input.on("error", reject));
	const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
	const read = async () => {
		for await (const line of lines) {
			const report = parseStatus(line);
			if (!report) {
				watched?.other();
				continue;
			}
			monitor.add(report);
			if (json) process.stdout.write(`${JSON.stringify(report)}\n`);
			else watched?.update();
		}
	};
	try {
		await Promise.race([read(), failed]);
	} finally {
		watched?.end();
	}
	if (monitor.isEmpty) throw new Failure(`no status line in ${name}`);
	if (!json && !isTerminal) print(monitor.lines(style()));
}

function inspectRegion(bytes: Uint8Array, path: string): Inspection {
	try {
		return Zram.inspect(bytes);
	} catch (error) {
		throw new Failure(`${path}: ${(error as Error).message}`);
	}
}

function inspect(path: string | undefined, json: boolean) {
	if (path === undefined) throw new Failure("inspect: name a FILE", 2);
	const bytes = readFileSync(path);
	const dump = inspectRegion(bytes, path);
	const { arenaLength } = dump.geometry;
	if (bytes.length !== arenaLength)
		console.error(
			`zram: ${path} has ${bytes.length} bytes but the arena ${arenaLength}; showing what the header and page table say`,
		);
	print(json ? [JSON.stringify(dump)] : inspection(dump, style()));
}

function version(): string {
	for (const above of ["..", "../..", "../../.."]) {
		try {
			const { name, version } = JSON.parse(readFileSync(new URL(`${above}/package.json`, import.meta.url), "utf8"));
			if (name === "zram") return version;
		} catch {} // compiled, it is a folder deeper
	}
	throw new Failure("package.json is missing");
}

/** Commands with options of their own. */
const commands = new Map<string, (parameters: string[]) => Promise<void>>([
	["record", record],
	["replay", replay],
	["plan", plan],
]);

async function main() {
	const all = process.argv.slice(2).map((each) => (each === "-h" ? "--help" : each));
	const [command = "", ...parameters] = all;
	const own = commands.get(command);
	if (own && !parameters.includes("--help")) return own(parameters);
	const { values, positionals } = parseArguments(all, { json: flag, help: flag, version: flag });
	const json = values.json ?? false;
	if (values.help) return void process.stdout.write(HELP);
	if (values.version) return void process.stdout.write(`${version()}\n`);
	const isCommand = positionals[0] === "inspect" || positionals[0] === "status";
	const [path, ...more] = positionals.slice(isCommand ? 1 : 0);
	if (more.length) throw new Failure(`one file at a time, not also ${more.join(", ")}`, 2);
	if (positionals[0] === "inspect") inspect(path, json);
	else await status(path, json);
}

// the reader has seen enough, as head does
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
	if (error.code !== "EPIPE") throw error;
	process.exit(0);
});

main().catch((error) => {
	console.error(`zram: ${error.message}`);
	if (error.exitCode === 2) console.error("Run zram --help for usage.");
	process.exitCode = error.exitCode ?? 1;
});
