/*
 * What docs/boards.md says about XS's stack: calls take no more than it says, and its first manifest has enough for the
 * deepest of them, seven calls deep. Runs in Node, which starts XS.
 */
// needs: compiler

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../tools/paths.ts";
import { runOnXS } from "../tools/run-xs.ts";
import { isThere } from "./support/hosts.ts";
import type { Call } from "./support/stack-calls.ts";

const page = readFileSync(join(root, "docs/boards.md"), "utf8");

/** What XS gives an app whose manifest says nothing about it. */
const USUAL = 384;
/** What firmware has on the stack before it runs an app's callback. In the simulator we saw less. */
const BASE = 32;

/* "+ 1" because XS reuses the frame of a call in tail position. */
const program = `
	import { markStack, print, stackUsed } from "host";
	import { measureStack } from "./tests/support/stack-calls.ts";
	function deep(calls, a, b) { return calls ? deep(calls - 1, a, b) + 1 : 0; }
	const before = markStack();
	deep(6, 1, 2);
	print(JSON.stringify({ seven: stackUsed() - before, calls: measureStack() }));
`;

/** The number that `pattern` finds in docs/boards.md. */
function stated(pattern: RegExp): number {
	const number = Number(pattern.exec(page)?.[1]);
	assert.ok(number > 0, `docs/boards.md does not say ${pattern}`);
	return number;
}

const test = suite("stack");
const variant = (await isThere("xs32")) ? "xs32" : "xs64";
const options = { host: ["--release"], progress: false };
const measured = runOnXS(variant, { contents: program }, [], options).then(({ stdout, exitCode, output }) => {
	assert.is(exitCode, 0, output);
	return JSON.parse(stdout) as { seven: number; calls: Call[] };
});

async function deepest(withFlash: boolean): Promise<number> {
	const { calls } = await measured;
	const chosen = calls.filter(({ name }) => name.includes("with a flash") === withFlash);
	assert.ok(chosen.length > 10);
	return Math.max(...chosen.map(({ slots }) => slots));
}

test("no call takes more than docs/boards.md says", async () => {
	assert.ok((await deepest(false)) <= stated(/at most (\d+) slots without flash/));
	assert.ok((await deepest(true)) <= stated(/and (\d+)\s+with it/));
});

test("seven calls deep, what XS gives every app is enough without a flash, the first manifest with one", async () => {
	const { seven } = await measured;
	const stack = stated(/```json\n\{[^`]*"creation": \{ "stack": (\d+) \}/);
	assert.ok(seven >= 7 * 10, `${seven}`);
	assert.ok((await deepest(false)) + seven + BASE <= USUAL);
	assert.ok((await deepest(true)) + seven + BASE <= stack);
});

test("the measurement is right: it counts a function's frame, and nothing remains of it", async () => {
	const contents = `
		import { markStack, print, stackUsed } from "host";
		function few(a) { return a; }
		function many(a, b, c, d, e, f, g, h) { let i = a + 1, j = b + 1, k = c + 1; return i + j + k; }
		const of = (work) => { const before = markStack(); work(); return stackUsed() - before; };
		const nothing = of(() => {});
		print([of(() => few(1)) - nothing, of(() => many(1, 2, 3, 4, 5, 6, 7, 8)) - nothing, of(() => {}) - nothing].join());`;
	const { stdout } = await runOnXS(variant, { contents }, [], options);
	const [few, many, nothing] = stdout.split(",").map(Number) as [number, number, number];
	assert.is(nothing, 0);
	assert.ok(few >= 6 && few <= 14, stdout);
	assert.ok(many - few >= 10 && many - few <= 14, stdout);
});

test.run();
