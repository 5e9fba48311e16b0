/**
 * Runs other programs: arguments are arrays, never shell strings.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { constants } from "node:os";
import { pathToFileURL } from "node:url";

const isTerminal = process.stderr.isTTY === true;

/** Shows progress on stderr: on a terminal in one line that changes, elsewhere line by line. */
export function showStep(what: string): void {
	process.stderr.write(isTerminal ? `\r\x1b[K${what}` : `${what}\n`);
}

/** Clears the line of showStep(). */
export function clearStep(): void {
	if (isTerminal) process.stderr.write("\r\x1b[K");
}

/** This machine lacks something. Tests that need it are skipped by name, unless CI=true. */
export class MissingTool extends Error {
	override name = "MissingTool";
	/** What is missing. */
	readonly tool: string;
	/** The command that installs it. */
	readonly install: string;

	constructor(tool: string, install: string, detail = "") {
		super(`${tool} is missing; try: ${install}${detail && `\n${detail}`}`);
		this.tool = tool;
		this.install = install;
	}
}

export interface RunOptions {
	env?: Record<string, string>;
	cwd?: string;
	/** How to install the program. If it is not there, MissingTool is thrown. */
	install?: string;
	/** Also pass the program's output through to the terminal, as it is or as a function changes it. */
	echo?: boolean | ((text: string) => string);
	/** Pass only this stream through. */
	echoed?: "stdout" | "stderr";
	/** Kill it after this many milliseconds; its exit code is then 124. */
	timeout?: number;
	/** Throw an Error with what it printed if its exit code is not 0. */
	check?: boolean;
}

export interface RunResult {
	/** 128 + the number of the signal if one ended it; 124 after a timeout. */
	exitCode: number;
	stdout: string;
	stderr: string;
	/** Both, in order of arrival. */
	output: string;
}

/** Runs a program to its end. Rejects if it cannot be started and, with `check`, if it fails. */
export function run(program: string, parameters: string[], options: RunOptions = {}): Promise<RunResult> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, parameters, {
			cwd: options.cwd,
			env: { ...process.env, ...options.env },
			stdio: ["ignore", "pipe", "pipe"],
		});
		const result: RunResult = { exitCode: 0, stdout: "", stderr: "", output: "" };
		let timedOut = false;
		const timer = options.timeout && setTimeout(() => (timedOut = child.kill("SIGKILL")), options.timeout);
		for (const stream of ["stdout", "stderr"] as const)
			child[stream].setEncoding("utf8").on("data", (text: string) => {
				result[stream] += text;
				result.output += text;
				if (options.echo && (options.echoed ?? stream) === stream)
					process[stream].write(options.echo === true ? text : options.echo(text));
			});
		child.on("error", (error: NodeJS.ErrnoException) => {
			const missing = error.code === "ENOENT" && options.install;
			reject(missing ? new MissingTool(program, missing) : error);
		});
		child.on("close", (code, signal) => {
			clearTimeout(timer as NodeJS.Timeout);
			result.exitCode = timedOut ? 124 : (code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0));
			if (options.check && result.exitCode)
				reject(new Error(`${program} ${parameters[0]} failed with exit code ${result.exitCode}:\n${result.output}`));
			else resolve(result);
		});
	});
}

/** The first line of what a program says of its version; undefined if there is no such program. */
export async function versionOf(program: string): Promise<string | undefined> {
	const result = await run(program, ["--version"]).catch(() => undefined);
	return result?.exitCode === 0 ? result.stdout.split("\n")[0] : undefined;
}

/**
 * Runs `main` if the module with this `import.meta.url` is the program itself, not imported. If it throws, the message
 * goes to stderr, and the exit code is 1.
 */
export function runAsProgram(url: string, main: (parameters: string[]) => unknown): void {
	if (url !== pathToFileURL(process.argv[1] ?? "").href) return;
	Promise.resolve(process.argv.slice(2))
		.then(main)
		.catch((error) => {
			console.error(error.message);
			process.exitCode = 1;
		});
}
