/**
 * Runs other programs: arguments are arrays, never shell strings.
 *
 * @module
 */

import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

/** Something this machine lacks. Tests that need it are skipped by name, unless CI=true. */
export class MissingTool extends Error {
	override name = "MissingTool";
	/** What is missing. */
	readonly tool: string;
	/** The command that brings it. */
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
	/** What to say if there is no such program: throws MissingTool. */
	install?: string;
	/** Pass the program's output through to the terminal as well, as it is or changed by a function. */
	echo?: boolean | ((text: string) => string);
	/** Pass only this stream through. */
	echoed?: "stdout" | "stderr";
	/** Kill it after so many milliseconds; its exit code is then 124. */
	timeout?: number;
}

export interface RunResult {
	/** 128 + the number of the signal if one ended it, 124 on timeout. */
	exitCode: number;
	stdout: string;
	stderr: string;
	/** Both, in the order they came. */
	output: string;
}

const signalNumbers: Record<string, number> = { SIGABRT: 6, SIGBUS: 7, SIGFPE: 8, SIGKILL: 9, SIGSEGV: 11 };

/** Runs a program to its end. Rejects only if it cannot be started. */
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
			result.exitCode = timedOut ? 124 : (code ?? 128 + (signalNumbers[signal ?? ""] ?? 0));
			resolve(result);
		});
	});
}

/**
 * Runs `main` if the module with this `import.meta.url` is the program, and not imported by one. What it throws is said
 * on stderr, and the exit code is then 1.
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
