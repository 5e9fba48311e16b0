/**
 * `npm test`: type check, linter, C warnings, the C harnesses, and the uvu suites on every host. A summary names the
 * hosts; the last line is `N passed, N failed, N skipped`, and the exit code is true.
 *
 *   --quick   the 64-bit host and Node alone, a tenth of the random operations
 *   --long    ten times as many random operations
 *
 * What needs a tool that this machine lacks is skipped by name; with CI=true it fails.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type CVariant, compilers, cVariants, harnesses, mutableStatics, runHarness, warnings } from "./c-tests.ts";
import { root } from "./paths.ts";
import { MissingTool, run } from "./process.ts";
import { runSuiteInNode, runSuitesOnXS, type Summary } from "./run-xs.ts";
import type { Variant } from "./variants.ts";

/** What a suite may need, as its line `// needs: …` says, and that in words. */
const NEEDS = {
	js: "XS or Node",
	xs: "XS",
	node: "Node",
	compiler: "Node and a C compiler",
};
type Need = keyof typeof NEEDS;

interface Host {
	name: string;
	offers: readonly Need[];
	/** Share of the random operations, of those that the mode asks for. */
	share: number;
	quick: boolean;
	variant?: Variant;
	/** On XS: native, unless it says otherwise. In Node always portable. */
	engine?: "portable";
	/** The suites to run, instead of all that it offers to. */
	only?: readonly string[];
}

async function hasCompiler(): Promise<boolean> {
	try {
		return (await run("cc", ["--version"])).exitCode === 0;
	} catch {
		return false;
	}
}

const hosts: Host[] = [
	{
		name: "Node, portable engine",
		offers: (await hasCompiler()) ? ["node", "js", "compiler"] : ["node", "js"],
		share: 1,
		quick: true,
	},
	{ name: "XS 64 bit", offers: ["xs", "js"], share: 1, quick: true, variant: "xs64" },
	{
		name: "XS 64 bit, portable engine",
		offers: ["xs", "js"],
		share: 0.002,
		quick: false,
		variant: "xs64",
		engine: "portable",
		// What XS alone can show of it. The others run in Node, a hundred times as fast.
		only: ["allocation", "arguments", "callbacks", "corruption", "engine", "failure", "inspect", "model", "swap"],
	},
	{ name: "XS 32 bit", offers: ["xs", "js"], share: 1, quick: false, variant: "xs32" },
	{ name: "XS 64 bit with sanitizers", offers: ["xs", "js"], share: 0.25, quick: false, variant: "asan" },
];

/** What one part of the run came to. */
interface Part {
	name: string;
	passed: number;
	failed: number;
	skipped: string[];
}

interface Suite {
	path: string;
	needs: Need;
}

const quick = process.argv.includes("--quick");
const scale = quick ? 0.1 : process.argv.includes("--long") ? 10 : 1;
const parts: Part[] = [];

function say(text: string) {
	process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}

/** Runs a part. A missing tool skips it, or fails it in CI. */
async function part(name: string, work: () => Promise<Omit<Part, "name">>) {
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

function single(problems: string): Omit<Part, "name"> {
	if (problems) say(problems);
	return { passed: problems ? 0 : 1, failed: problems ? 1 : 0, skipped: [] };
}

/** A tool from node_modules; its complaints are the problems. */
async function npmTool(name: string, parameters: string[]) {
	const result = await run(join(root, "node_modules/.bin", name), parameters, { cwd: root });
	return single(result.exitCode ? result.output || `${name} failed` : "");
}

async function clangFormat() {
	const listed = await run("git", ["ls-files", "-z", "*.c", "*.h"], { cwd: root, install: "apt-get install git" });
	const files = listed.stdout.split("\0").filter(Boolean);
	const install = "apt-get install clang-format";
	const result = await run("clang-format", ["--dry-run", "-Werror", ...files], { cwd: root, install });
	return single(result.exitCode ? result.output : "");
}

/** Real files for the codec: text, code, machine code, and what is compressed already. */
function realFiles(): string[] {
	const modules = join(root, "node_modules");
	return [
		join(modules, "acorn/dist/acorn.js"),
		join(modules, "lz4js/lz4.js"),
		join(root, "package-lock.json"),
		join(modules, "admin-lte/dist/assets/img/photo1.png"),
		join(modules, "@esbuild", readdirSync(join(modules, "@esbuild"))[0] as string, "bin/esbuild"),
	];
}

const harnessParameters: Record<string, () => string[]> = {
	"lz4-test": () => ["-n", `${Math.ceil(1_000_000 * scale)}`, ...realFiles()],
	"engine-test": () => [`${Math.ceil(100_000 * scale)}`, `${1 + Math.floor(Math.random() * 1e6)}`],
};

async function cHarnesses(variant: CVariant) {
	const sum = { passed: 0, failed: 0, skipped: [] as string[] };
	for (const harness of harnesses()) {
		const result = await runHarness(harness, variant, harnessParameters[harness]?.() ?? []);
		say(result.failed ? result.output : `${harness}: ${result.passed} passed`);
		for (const skipped of result.skipped) say(`skip ${harness}: ${skipped}`);
		if (result.skipped.length && process.env.CI === "true") sum.failed += result.skipped.length;
		sum.passed += result.passed;
		sum.failed += result.failed;
		sum.skipped.push(...result.skipped);
	}
	return sum;
}

/** The suites in tests/, with what each says that it needs. */
function findSuites(): Suite[] {
	return readdirSync(join(root, "tests"))
		.filter((name) => name.endsWith(".test.ts"))
		.sort()
		.map((name) => {
			const path = `tests/${name}`;
			const needs = /^\/\/ needs: (\w+)$/m.exec(readFileSync(join(root, path), "utf8"))?.[1] ?? "";
			if (!(needs in NEEDS))
				throw new Error(`${path}: needs a line "// needs: " with ${Object.keys(NEEDS).join(", ")}`);
			return { path, needs: needs as Need };
		});
}

function outcome(result: Summary & { exitCode: number }) {
	const failed = result.total - result.passed - result.skipped;
	return { passed: result.passed, failed: failed || (result.exitCode ? 1 : 0) };
}

async function suitesOn(host: Host, suites: Suite[]) {
	const runsOn = (each: Host, { needs, path }: Suite) =>
		each.offers.includes(needs) && (each.only?.some((name) => path === `tests/${name}.test.ts`) ?? true);
	const chosen = suites.filter((suite) => runsOn(host, suite)).map(({ path }) => path);
	const others = suites.filter((suite) => !runsOn(host, suite));
	for (const { path, needs } of others)
		say(`skip ${path}: ${host.offers.includes(needs) ? "runs on other hosts" : `needs ${NEEDS[needs]}`}`);
	// what another host runs is not missed
	const skipped = others.filter((suite) => !hosts.some((each) => runsOn(each, suite))).map(({ path }) => path);
	const define = { TEST_SCALE: `${scale * host.share}` };
	if (host.variant) {
		const timeout = scale > 1 ? 7_200_000 : 1_800_000;
		const result = await runSuitesOnXS(host.variant, chosen, { echo: true, define, timeout, engine: host.engine });
		return { ...outcome(result), skipped };
	}
	const sum = { passed: 0, failed: 0 };
	for (const suite of chosen) {
		say(suite);
		const { passed, failed } = outcome(await runSuiteInNode(suite, { echo: true, env: define }));
		sum.passed += passed;
		sum.failed += failed;
	}
	return { ...sum, skipped };
}

function report(): boolean {
	const width = Math.max(...parts.map(({ name }) => name.length));
	say("\n── Summary");
	for (const { name, passed, failed, skipped } of parts)
		say(`${name.padEnd(width)}  ${passed} passed, ${failed} failed, ${skipped.length} skipped`);
	const sum = (key: "passed" | "failed") => parts.reduce((total, each) => total + each[key], 0);
	const skipped = parts.reduce((total, each) => total + each.skipped.length, 0);
	say(`\n${sum("passed")} passed, ${sum("failed")} failed, ${skipped} skipped`);
	return sum("failed") === 0;
}

await part("Type check", () => npmTool("tsc", ["-p", "."]));
await part("Linter and formatter", () => npmTool("biome", ["ci", "--colors=off", "--error-on-warnings", "."]));
await part("C formatter", clangFormat);
for (const compiler of compilers)
	await part(`C warnings, ${compiler.name}`, async () => single(await warnings(compiler)));
await part("C without mutable statics", async () => single(await mutableStatics()));
for (const variant of quick ? cVariants.slice(0, 1) : cVariants) await part(variant.name, () => cHarnesses(variant));
const suites = findSuites();
for (const host of hosts) if (!quick || host.quick) await part(`Suites on ${host.name}`, () => suitesOn(host, suites));
process.exitCode = report() ? 0 : 1;
