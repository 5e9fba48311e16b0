/**
 * The command-line host from outside: exit codes, messages, options. Runs in Node and starts the 64-bit host, or another
 * variant with `XS_VARIANT=xs32` or `asan`.
 */
// needs: compiler

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildHost, nativesTable } from "../tools/build-host.ts";
import { buildFolder } from "../tools/paths.ts";
import { MissingTool, type RunResult, run } from "../tools/process.ts";
import { runOnXS, runSuitesOnXS, summary } from "../tools/run-xs.ts";
import type { Variant } from "../tools/variants.ts";

const variant = (process.env.XS_VARIANT ?? "xs64") as Variant;
const test = suite(`host ${variant}`);

// Inside the repository, so modules written there can import uvu.
mkdirSync(buildFolder, { recursive: true });
const folder = mkdtempSync(join(buildFolder, "host-exit-"));
test.after(() => rmSync(folder, { recursive: true }));

/** Runs the text of a module, which may import "host" and "zram/memory". */
const xs = (contents: string, host: string[] = [], parameters: string[] = []): Promise<RunResult> =>
	runOnXS(variant, { contents }, parameters, { host, keepBundle: false, progress: false });

const fails = async (contents: string, message: RegExp, host: string[] = []) => {
	const result = await xs(contents, host);
	assert.match(result.stderr, message);
	assert.is(result.exitCode, 1);
	return result;
};

test("exit code 0 if nothing goes wrong, after all promise jobs", async () => {
	const result = await xs(
		'import { print } from "host"; await 1; Promise.resolve().then(() => print("job")); print("main");',
	);
	assert.equal([result.exitCode, result.stdout, result.stderr], [0, "main\njob\n", ""]);
});

test("exit(n) works, at once and from a promise job", async () => {
	const now = await xs('import { exit, print } from "host"; try { exit(7); } finally { print("no"); }');
	assert.equal([now.exitCode, now.output], [7, ""]);
	const job = await xs('import { exit } from "host"; Promise.resolve().then(() => exit(256 + 3));');
	assert.is(job.exitCode, 3);
	assert.is((await xs('import { exit } from "host"; await 1; exit(0); throw 1;')).exitCode, 0);
});

test("uncaught exceptions: message and stack", async () => {
	const source = 'function inner() { throw new RangeError("too far"); } function outer() { inner(); } ';
	const result = await fails(`${source} outer();`, /uncaught exception: RangeError: too far/);
	assert.match(result.stderr, /at inner[\s\S]*at outer/);
	await fails(`${source} await 1; outer();`, /uncaught exception: RangeError: too far[\s\S]*at inner/);
	await fails("throw 42;", /uncaught exception: 42/);
	await fails("throw { toString() { throw 1; } };", /cannot be converted/);
});

test("stacks show source lines; with --release, only names", async () => {
	const path = join(folder, "deep.ts");
	writeFileSync(
		path,
		"type T = number;\n\nexport function deep(a: T): T {\n\tif (a) throw new Error('deep');\n\treturn a;\n}\n",
	);
	const source = `import { deep } from ${JSON.stringify(path)};\n\ndeep(1);`;
	const result = await fails(source, /Error: deep\n at deep \(build\/host-exit-\w+\/deep\.ts:4\)\n at \(entry:3\)/);
	assert.is(result.stdout, "");
	await fails(source, /Error: deep\n at deep \(\)/, ["--release"]);
});

test("every unhandled rejection is reported", async () => {
	const result = await fails(
		'Promise.reject(new Error("one")); Promise.reject("two");',
		/unhandled rejection: Error: one/,
	);
	assert.match(result.stderr, /unhandled rejection: two/);
	const handled = await xs("const p = Promise.reject(1); p.catch(() => {});");
	assert.equal([handled.exitCode, handled.stderr], [0, ""]);
});

test("a main module that never finishes", async () => {
	await fails("await new Promise(() => {});", /waits for a promise that nothing can resolve/);
});

test("stack overflow: in JavaScript, and in native code that calls back", async () => {
	await fails("function f() { return f() + 1; } f();", /stack overflow/);
	await fails("[1].map(function f() { return [1].map(f); });", /stack overflow/, ["--stack", "4000000"]);
	const deep = "function f(n) { return n ? f(n - 1) + 1 : 0; } f(20000);";
	await fails(deep, /stack overflow/);
	assert.is((await xs(deep, ["--stack", "400000"])).exitCode, 0);
});

test("a fixed-size heap that is full: slots and chunks", async () => {
	// Not push(): without XS's own chunk heap, as under sanitizers, every array it leaves behind would stay.
	const slots = "const a = new Array(1e5).fill(0); for (let i = 0; i < 1e5; i++) a[i] = { i };";
	await fails(slots, /out of memory: the XS heap is full/, ["--fixed"]);
	assert.is((await xs(slots)).exitCode, 0);
	assert.is((await xs(slots, ["--fixed", "--slots", "400000", "--chunk", "8000000"])).exitCode, 0);
	// Under sanitizers each chunk comes from malloc(), so there is no limit to hit.
	if (variant !== "asan")
		await fails("const a = []; for (let i = 0; i < 300; i++) a.push(new Uint8Array(65536));", /heap is full/, [
			"--fixed",
		]);
	await fails("", /too small for XS itself/, ["--fixed", "--slots", "100"]);
});

test("two machines in two threads, each with its own heap; the worst exit code counts", async () => {
	const source = `
		import { exit, machineIndex, print } from "host";
		import { Memory } from "zram/memory";
		const memory = new Memory(1 << 16, "external");
		const bytes = new Uint8Array(memory);
		for (let round = 0; round < 20; round++) {
			bytes.fill(machineIndex() + round);
			for (let i = 0; i < bytes.length; i += 97) if (bytes[i] !== machineIndex() + round) throw new Error("mixed up");
		}
		print(\`machine \${machineIndex()}\`);
		exit(machineIndex() === 1 ? 5 : 0);
	`;
	const result = await xs(source, ["--machines", "2"]);
	assert.is(result.exitCode, 5);
	assert.equal(result.stdout.trim().split("\n").sort(), ["machine 0", "machine 1"]);
	const failing = 'import { machineIndex } from "host"; if (machineIndex() === 0) throw new Error("first");';
	assert.is((await xs(failing, ["--machines", "3"])).exitCode, 1);
});

test("arguments after the bundle go to the program", async () => {
	const source = 'import { print, programArguments } from "host"; print(JSON.stringify(programArguments()));';
	const result = await xs(source, [], ["a b", "--machines", "ü"]);
	assert.equal(JSON.parse(result.stdout), ["a b", "--machines", "ü"]);
});

test("output: print, write, trace, console", async () => {
	const result = await xs(`
		import "./hosts/xs/console.ts";
		import { print, write } from "host";
		write("a"); print("b"); trace("c\\n");
		console.log("d", 1, { e: 2 }, null); console.error(new TypeError("f"));
	`);
	assert.is(result.stdout, 'ab\nc\nd 1 {"e":2} null\n');
	assert.match(result.stderr, /^TypeError: f/);
});

test("a syntax error names file and line; so does an unknown native", async () => {
	const path = join(folder, "broken.mjs");
	writeFileSync(path, "let a = 1;\nlet b = ( ];\n");
	const host = await buildHost(variant, { progress: false });
	const broken = await run(host, [path]);
	assert.is(broken.exitCode, 1);
	assert.match(broken.stderr, /SyntaxError: .*broken\.mjs:2: /);
	await fails('function f() { native("xs_no_such").call(this); } f();', /native "xs_no_such" is unknown to this host/);
	await fails('class X extends Native("xs_no_such") {} new X();', /Native "xs_no_such" is unknown to this host/);
	await fails('class X extends Native("xs_host_print") {} new X();', /Native "xs_host_print" is unknown/);
});

test("a misused native is a bundler error that gives its place in the source", async () => {
	const path = join(folder, "misused.ts");
	writeFileSync(path, 'export const a = 1;\n\nexport function f(): void {\n\tnative("xs_f")();\n}\n');
	try {
		await xs(`import { f } from ${JSON.stringify(path)}; f();`);
		assert.unreachable();
	} catch (error) {
		assert.match((error as Error).message, /misused\.ts:4: native\(\) must be the whole body/);
	}
});

test("bad options: usage, exit code 2", async () => {
	const host = await buildHost(variant, { progress: false });
	for (const parameters of [[], ["--nonsense", "x"], ["--slots", "many", "x"], ["--slots", "0", "x"]])
		assert.is((await run(host, parameters)).exitCode, 2, parameters.join(" "));
	const help = await run(host, ["--help"]);
	assert.is(help.exitCode, 0);
	for (const option of ["--machines", "--slots", "--chunk", "--fixed", "--stack"]) assert.match(help.stdout, option);
	const missing = await run(host, [join(folder, "none.mjs")]);
	assert.is(missing.exitCode, 1);
	assert.match(missing.stderr, /none\.mjs: No such file/);
});

test("suites: a failing test, or a file that throws, gives exit code 1", async () => {
	const head = 'import { test } from "uvu"; import * as assert from "uvu/assert";';
	const failing = join(folder, "failing.test.ts");
	writeFileSync(
		failing,
		`${head} test("good", () => {}); test("bad", () => assert.is(1, 2)); test.skip("no"); test.run();`,
	);
	const result = await runSuitesOnXS(variant, [failing], { keepBundle: false, progress: false });
	assert.is(result.exitCode, 1);
	assert.equal([result.total, result.passed, result.skipped], [2, 1, 1]);
	assert.match(result.stdout, /FAIL[\s\S]*"bad"[\s\S]*Expected values to be strictly equal/);
	const throwing = join(folder, "throwing.test.ts");
	writeFileSync(throwing, 'throw new Error("at import");');
	const other = await runSuitesOnXS(variant, [throwing], { keepBundle: false, progress: false });
	assert.is(other.exitCode, 1);
	assert.match(other.stderr, /at import/);
});

test("summary: reads uvu's last lines, in colour or not", () => {
	assert.equal(summary("\n  Total:     3\x1b[32m\n  Passed:    2\x1b[39m\n  Skipped:   \x1b[33m1\x1b[39m\n"), {
		total: 3,
		passed: 2,
		skipped: 1,
	});
	assert.equal(summary("crashed"), { total: 0, passed: 0, skipped: 0 });
});

test("natives table: finds functions and destructors, however the file is formatted", () => {
	const table = nativesTable([
		"void xs_b(xsMachine* the)\n{\n}\nvoid xs_a_destructor(void *data)\n{\n}\n",
		"static void xs_hidden(xsMachine* the)\nvoid xs_declared(xsMachine* the);\nvoid other(xsMachine* the)\n",
	]);
	assert.match(table, '{ "xs_b", xs_b, NULL },');
	assert.match(table, '{ "xs_a_destructor", NULL, xs_a_destructor },');
	assert.match(table, "hostNativeCount = 2;");
});

test("a missing program is a MissingTool, with the command that installs it", async () => {
	try {
		await run("no-such-compiler", [], { install: "apt-get install it" });
		assert.unreachable();
	} catch (error) {
		assert.instance(error, MissingTool);
		assert.is((error as Error).message, "no-such-compiler is missing; try: apt-get install it");
	}
});

test.run();
