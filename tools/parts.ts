/**
 * Shared by the test runners: the parts of a run, the suites, and the summary.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";
import { MissingTool } from "./process.ts";
import type { Summary } from "./run-xs.ts";

/** What a suite may need, as in its line `// needs: …`, and in words. */
export const NEEDS = {
	js: "XS or Node",
	xs: "XS",
	node: "Node",
	compiler: "Node and a C compiler",
};
export type Need = keyof typeof NEEDS;

/**
 * The suites to run with the portable engine on XS: those that show what only XS can. The others run in Node, which is
 * a hundred times as fast. `share` is the share of the random operations.
 */
export const portableOnXS = {
	share: 0.002,
	only: ["allocation", "arguments", "callbacks", "corruption", "engine", "failure", "inspect", "model", "swap"],
};

/** The outcome of one part of the run. */
export interface Part {
	name: string;
	passed: number;
	failed: number;
	skipped: string[];
}

export interface Suite {
	path: string;
	needs: Need;
}

const parts: Part[] = [];

export function say(text: string) {
	process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Runs a part. If a tool is missing, it is skipped, or failed in CI. */
export async function part(name: string, work: () => Promise<Omit<Part, "name">>) {
	say(`\n── ${name}`);
	let result: Omit<Part, "name">;
	try {
		result = await work();
	} catch (error) {
		const missing = error instanceof MissingTool && process.env.CI !== "true";
		const message = (error as Error).message;
		say(missing ? `skip: ${message}` : `failed: ${error instanceof MissingTool ? message : (error as Error).stack}`);
		result = { passed: 0, failed: missing ? 0 : 1, skipped: missing ? [message.split("\n")[0] as string] : [] };
	}
	parts.push({ name, ...result });
}

/** A part that is one check, which has failed if there is anything to say. */
export function single(problems: string): Omit<Part, "name"> {
	if (problems) say(problems);
	return { passed: problems ? 0 : 1, failed: problems ? 1 : 0, skipped: [] };
}

/** A part of `total` checks and what was wrong. */
export function checked(total: number, problems: string[]): Omit<Part, "name"> {
	for (const problem of problems) say(`failed: ${problem}`);
	return { passed: Math.max(0, total - problems.length), failed: problems.length, skipped: [] };
}

/** The suites in tests/, with what each needs. */
export function findSuites(): Suite[] {
	return readdirSync(join(root, "tests"))
		.filter((name) => name.endsWith(".test.ts"))
		.sort()
		.map((name) => {
			const path = `tests/${name}`;
			const needs = /^\/\/ needs: (\w+)$/m.exec(readFileSync(join(root, path), "utf8"))?.[1] ?? "";
			if (!(needs in NEEDS))
				throw new Error(`${path}: add a line "// needs: " with one of ${Object.keys(NEEDS).join(", ")}`);
			return { path, needs: needs as Need };
		});
}

export function outcome(result: Summary & { exitCode: number }) {
	const failed = result.total - result.passed;
	const hasRun = result.total + result.skipped > 0;
	return { passed: result.passed, failed: failed || (result.exitCode || !hasRun ? 1 : 0) };
}

/** Prints the summary. Returns whether nothing failed. */
export function report(): boolean {
	const width = Math.max(...parts.map(({ name }) => name.length));
	say("\n── Summary");
	for (const { name, passed, failed, skipped } of parts)
		say(`${name.padEnd(width)}  ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
	const sum = (key: "passed" | "failed") => parts.reduce((total, each) => total + each[key], 0);
	const skipped = parts.reduce((total, each) => total + each.skipped.length, 0);
	say(`\n${sum("passed")} passed, ${sum("failed")} failed, ${skipped} skipped`);
	return sum("failed") === 0;
}
