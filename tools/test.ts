/**
 * `npm test`: type check, linter, C warnings, the C harnesses, and the uvu suites on every host. The summary lists the
 * hosts; the last line is `N passed, N failed, N skipped`, and the exit code is 0 only if nothing failed.
 *
 *   --quick   only Node and the 64-bit host, a tenth of the random operations
 *   --long    ten times as many random operations, from another seed each time
 *   --seed N  random operations from this seed, 1 to 2^24, instead of the usual one
 *
 * If this machine lacks a tool, what needs it is skipped by name; with CI=true it fails.
 *
 * @module
 */

import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { flag, integer, parseOptions } from "../zramctl/arguments.ts";
import {
	type CVariant,
	compilers,
	cVariants,
	harnesses,
	lx106,
	mutableStatics,
	runHarness,
	warnings,
} from "./c-tests.ts";
import { fetchXS } from "./npm.ts";
import { findSuites, NEEDS, type Need, outcome, part, portableOnXS, report, type Suite, say, single } from "./parts.ts";
import { root } from "./paths.ts";
import { run, versionOf } from "./process.ts";
import { runSuiteInNode, runSuitesOnXS, type Summary } from "./run-xs.ts";
import type { Variant } from "./variants.ts";

interface Host {
	name: string;
	offers: readonly Need[];
	/** Share of the random operations of the mode. */
	share: number;
	quick: boolean;
	variant?: Variant;
	/** On XS: native by default. In Node always portable. */
	engine?: "portable";
	/** The suites to run. Default: all that need only what the host offers. */
	only?: readonly string[];
	/** Why it does not run the others. Default: they run on other hosts. */
	otherwise?: string;
	/** Each suite gets its own machine. */
	oneByOne?: boolean;
	/** Shares of suites that can do more or less than the others in the same time. */
	shares?: Record<string, number>;
	/** Runs beside the others, for machines with two cores; its output comes when it is its turn. */
	aside?: boolean;
}

/** Suites that fit into a microcontroller's RAM and test our C as its compiler sees it: engine and binding. */
const ofTheEngine = [
	..."allocation arena arguments callbacks corruption engine failure flash history-page host".split(" "),
	..."hostile idle inspect kernel lockstep model offload rest slots swap-model".split(" "),
];

const firmware = {
	offers: ["xs", "js"],
	share: 0.02,
	quick: false,
	oneByOne: true,
	shares: { offload: 1 },
} as const;

const hosts: Host[] = [
	{
		name: "Node, portable engine",
		offers: (await versionOf("cc")) ? ["node", "js", "compiler"] : ["node", "js"],
		share: 1,
		quick: true,
	},
	{ name: "XS 64 bit", offers: ["xs", "js"], share: 1, quick: true, variant: "xs64" },
	{
		name: "XS 64 bit, portable engine",
		offers: ["xs", "js"],
		quick: false,
		variant: "xs64",
		engine: "portable",
		...portableOnXS,
	},
	{ name: "XS 32 bit", offers: ["xs", "js"], share: 1, quick: false, variant: "xs32", aside: true },
	{
		name: "XS 64 bit with sanitizers",
		offers: ["xs", "js"],
		share: 0.25,
		quick: false,
		variant: "asan",
		aside: true,
	},
	{
		...firmware,
		name: "the emulated microcontroller, rv32",
		aside: true,
		variant: "rv32",
		otherwise: "does not fit into 512 KB of RAM",
		only: [...ofTheEngine, "backing", "demo-store", "nor"],
	},
	{
		...firmware,
		name: "the emulated microcontroller, Cortex-M33",
		aside: true,
		variant: "m33",
		otherwise: "does not fit into 512 KB of RAM, or tests JavaScript, which rv32 has run",
		only: ofTheEngine,
	},
];

const SEEDS = 2 ** 24;
const options = { quick: flag, long: flag, seed: integer(1, SEEDS) };
const { quick = false, long = false, ...chosen } = parseOptions(process.argv.slice(2), options);
const scale = quick ? 0.1 : long ? 10 : 1;
/** Undefined: the suites use their own. */
const seed = chosen.seed ?? (long ? 1 + Math.floor(Math.random() * SEEDS) : undefined);

/** A check by a tool from node_modules. */
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

/** Real files for the codecs: text, code, machine code, and something compressed. */
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

function operations(usual: number, emulated: boolean): string {
	return `${Math.ceil(usual * scale * (emulated ? 0.05 : 1))}`;
}

/** An emulator does a twentieth of the random operations, and gets no file of megabytes. */
const harnessParameters: Record<string, (emulated: boolean) => string[]> = {
	"lz4-test": (emulated) => ["-n", operations(1_000_000, emulated), ...realFiles().slice(0, emulated ? 1 : undefined)],
	"columns-test": (emulated) => ["-n", operations(1_000_000, emulated), ...realFiles().slice(0, emulated ? 1 : 4)],
	"dense-test": (emulated) => ["-n", operations(1_000_000, emulated), ...realFiles().slice(1, 2)],
	"damage-test": (emulated) => [operations(1_000_000, emulated), `${seed ?? 1}`],
	"engine-test": (emulated) => [operations(100_000, emulated), `${seed ?? 1}`],
};

/** The lines of a harness that must be the same on every machine: what it did, and digests of everything it saw. */
function alike(stdout: string): string {
	return stdout.replaceAll(/^(skip|\d+ passed).*\n|^(not )?ok .*liblz4.*\n/gm, "");
}

/** These lines from the first variant, the desk's, by the harness's command line. */
const onTheDesk = new Map<string, string>();

async function deskSays(harness: string, parameters: string[]): Promise<string> {
	const command = [harness, ...parameters].join(" ");
	if (!onTheDesk.has(command))
		onTheDesk.set(command, alike((await runHarness(harness, cVariants[0] as CVariant, parameters)).stdout));
	return onTheDesk.get(command) as string;
}

async function cHarnesses(variant: CVariant) {
	const sum = { passed: 0, failed: 0, skipped: [] as string[] };
	for (const harness of harnesses()) {
		const parameters = harnessParameters[harness]?.(variant.cross !== undefined) ?? [];
		const result = await runHarness(harness, variant, parameters);
		const desk = variant === cVariants[0] ? undefined : await deskSays(harness, parameters);
		if (desk !== undefined && !result.failed && alike(result.stdout) !== desk) {
			say(`${harness}: the digests differ from those on the desk:\n${desk}`);
			result.failed = 1;
		}
		say(result.failed ? result.output : `${harness}: ${result.passed} passed`);
		for (const skipped of result.skipped) say(`skip ${harness}: ${skipped}`);
		if (result.skipped.length && process.env.CI === "true") sum.failed += result.skipped.length;
		sum.passed += result.passed;
		sum.failed += result.failed;
		sum.skipped.push(...result.skipped);
	}
	return sum;
}

/** Runs the suites of a host. `tell` gets the output. */
async function suitesOn(host: Host, suites: Suite[], tell: (text: string) => void = say) {
	const runsOn = (each: Host, { needs, path }: Suite) =>
		each.offers.includes(needs) && (each.only?.some((name) => path === `tests/${name}.test.ts`) ?? true);
	const chosen = suites.filter((suite) => runsOn(host, suite)).map(({ path }) => path);
	const others = suites.filter((suite) => !runsOn(host, suite));
	for (const { path, needs } of others)
		tell(
			`skip ${path}: ${host.offers.includes(needs) ? (host.otherwise ?? "runs on other hosts") : `needs ${NEEDS[needs]}`}\n`,
		);
	// what another host runs does not count as skipped
	const skipped = others.filter((suite) => !hosts.some((each) => runsOn(each, suite))).map(({ path }) => path);
	const defines = ([suite = ""]: string[]) => ({
		TEST_SCALE: `${scale * (host.shares?.[basename(suite, ".test.ts")] ?? host.share)}`,
		...(seed ? { TEST_SEED: `${seed}` } : {}),
	});
	const sum = { passed: 0, failed: 0 };
	const add = (result: Summary & { exitCode: number }) => {
		const { passed, failed } = outcome(result);
		sum.passed += passed;
		sum.failed += failed;
		// each of these has told its name and the reason
		skipped.push(...Array<string>(result.skipped).fill("a test"));
	};
	const collect = (text: string) => {
		tell(text);
		return "";
	};
	if (host.variant) {
		const timeout = scale > 1 ? 7_200_000 : 1_800_000;
		const groups = host.oneByOne ? chosen.map((suite) => [suite]) : [chosen];
		for (const group of groups) {
			const options = {
				echo: tell === say || collect,
				define: defines(group),
				timeout,
				engine: host.engine,
				progress: !host.aside,
			};
			add(await runSuitesOnXS(host.variant, group, options));
		}
		return { ...sum, skipped };
	}
	for (const suite of chosen) {
		tell(suite);
		add(await runSuiteInNode(suite, { echo: true, env: defines([suite]) }));
	}
	return { ...sum, skipped };
}

/**
 * Starts the hosts that run beside the others, one after the other. Returns the output and outcome of each, by name.
 */
function startAside(suites: Suite[]) {
	const results = new Map<string, Promise<{ text: string; result: Awaited<ReturnType<typeof suitesOn>> }>>();
	let before: Promise<unknown> = Promise.resolve();
	for (const host of hosts.filter(({ aside, variant }) => aside && variant)) {
		const work = async () => {
			const lines: string[] = [];
			const result = await suitesOn(host, suites, (text) => lines.push(text));
			return { text: lines.join(""), result };
		};
		const mine = before.then(work);
		before = mine.catch(() => {}); // its own part reports the error
		results.set(host.name, mine);
	}
	return results;
}

if (seed) say(`Seed ${seed}`);
await part("Type check", () => npmTool("tsc", ["-p", "."]));
await part("Type check of the page, whose host is a browser", () => npmTool("tsc", ["-p", "page"]));
await part("Linter and formatter", () => npmTool("biome", ["ci", "--colors=off", "--error-on-warnings", "."]));
await part("C formatter", clangFormat);
const suites = findSuites();
const chosenHosts = hosts.filter((host) => !quick || host.quick);
if (chosenHosts.some(({ aside }) => aside)) await fetchXS().catch(() => {}); // once, not from two places; the parts report errors
const aside = chosenHosts.some((host) => host.aside) ? startAside(suites) : undefined;
for (const compiler of compilers)
	await part(`C warnings, ${compiler.name}`, async () => single(await warnings(compiler)));
await part("C without mutable statics", async () => single(await mutableStatics()));
for (const variant of quick ? cVariants.slice(0, 1) : [...cVariants, lx106])
	await part(variant.name, () => cHarnesses(variant));
for (const host of chosenHosts)
	await part(`Suites on ${host.name}`, async () => {
		const other = aside?.get(host.name);
		if (!other) return suitesOn(host, suites);
		const { text, result } = await other;
		say(text);
		return result;
	});
process.exitCode = report() ? 0 : 1;
