/**
 * `npm run test:sdk`: runs the suites on the Moddable SDK's XS, built by its own tools from the manifest that apps
 * include, with the module preloaded. Skipped if MODDABLE is not set.
 *
 *   file.test.ts …   only these suites
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "esbuild";
import { bundle } from "./bundle.ts";
import { checked, findSuites, outcome, part, portableOnXS, report, type Suite, say } from "./parts.ts";
import { root } from "./paths.ts";
import { run } from "./process.ts";
import { suitesEntry, summary } from "./run-xs.ts";
import { buildApp, sdkTool, sdkVersion, writeManifest } from "./sdk.ts";
import { boardManifests } from "./sdk-boards.ts";
import { clientManifest, clientModules, clientSuites } from "./sdk-clients.ts";
import { curl } from "./sdk-curl.ts";
import { examples } from "./sdk-examples.ts";
import { sdkFlashTests } from "./sdk-flash-tests.ts";
import { release } from "./sdk-release.ts";
import { withDisplay } from "./simulator.ts";
import { problemsOf, RECORDED_WITH_SDK, recordInSimulator } from "./traces.ts";

type Engine = "native" | "portable";
const other = { native: "portable", portable: "native" } as const;

const chosen = process.argv.slice(2);

/** Sizes as in the command-line host. */
const creation = {
	static: 0,
	chunk: { initial: 1 << 20, incremental: 1 << 18 },
	heap: { initial: 32768, incremental: 8192 },
	stack: 8192,
	keys: { initial: 4096, incremental: 1024, name: 1993, symbol: 127 },
	parser: { buffer: 1 << 18, table: 1993 },
	main: "main",
};

/** An engine's files by module; the engine itself is called `name`. */
function engineModules(engine: Engine, name: string): Record<string, string | string[]> {
	const folder = join(root, "modules/zram/engine", engine);
	const { modules } = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
	const place = (path: string | string[]) => [path].flat().map((each) => join(folder, each));
	return Object.fromEntries(
		Object.entries<string | string[]>(modules).map(([key, path]) => [key === "zram/engine" ? name : key, place(path)]),
	);
}

/** The other engine's history page, by the name that the suite imports. */
function otherPage(engine: Engine): Record<string, string | string[]> {
	const path = (name: string) => join(root, "modules/zram/history", name);
	const module = { [`zram/history/page-${other[engine]}`]: path(`page-${other[engine]}`) };
	return engine === "native" ? module : { ...module, "zram/history/*": [path("zramHistoryPage")] };
}

/** The app: what firmware includes, the suites' host, and the other engine for suites that compare both. */
function manifestFor(engine: Engine) {
	const preloadOf = (manifest: string) => JSON.parse(readFileSync(join(root, manifest), "utf8")).preload;
	const preload = ["manifest.json", "manifest-history.json"].flatMap(preloadOf);
	const ours = [
		"tests/sdk/simulator.c",
		"hosts/xs/natives.c",
		"hosts/xs/counter.c",
		"hosts/xs/host.h",
		"tests/support/bytes.c",
	];
	const littlefs = ["lfs", "lfs_util"].map((name) => `$(MODULES)/io/files/littlefs/${name}`);
	const files = [...ours, "examples/littlefs/littlefs.c"].map((path) => join(root, path));
	return {
		creation,
		include: [
			"$(MODDABLE)/examples/manifest_base.json",
			...["modules/zram/manifest.json", `modules/zram/history/manifest-${engine}.json`, "hosts/sim/manifest.json"].map(
				(path) => join(root, path),
			),
		],
		defines: { xs: { aborthook: 1 } },
		typescript: { tsconfig: { compilerOptions: { types: ["$(MODDABLE)/xs/includes/xs"] } } },
		modules: {
			main: "./main",
			suites: "./suites",
			"*": [...files, ...littlefs],
			...engineModules(engine, "zram/engine"),
			...engineModules(other[engine], `zram/engine/${other[engine]}`),
			...otherPage(engine),
			"zram/http": join(root, "modules/zram/http"),
			"zram/trace": join(root, "modules/zram/trace"),
			"zram/trace/format": join(root, "modules/zram/trace/format"),
		},
		preload: [...preload, "zram/http", "zram/trace", "zram/trace/format"],
	};
}

/** Suites import "zram/engine/native" and "…/portable", and pages likewise. One of the two is the app's own engine. */
function engineNames(engine: Engine): Plugin {
	return {
		name: "engine-names",
		setup(build) {
			const names = { [`zram/engine/${engine}`]: "zram/engine", [`zram/history/page-${engine}`]: "zram/history/page" };
			for (const [name, path] of Object.entries(names))
				build.onResolve({ filter: new RegExp(`^${name}$`) }, () => ({ path, external: true }));
		},
	};
}

/** Why a suite is not run here, if it is not. */
function reasonToSkip({ path, needs }: Suite, engine: Engine): string | undefined {
	if (needs !== "xs" && needs !== "js") return "runs in Node";
	if (path === "tests/host.test.ts" || path === "tests/nor-storage.test.ts") return "is about the command-line host";
	if (engine === "portable" && !portableOnXS.only.some((name) => path === `tests/${name}.test.ts`))
		return "runs in Node with the portable engine";
	return undefined;
}

function suitesFor(engine: Engine): string[] {
	if (chosen.length) return chosen.filter((path) => !isClient(path));
	const ours = findSuites().flatMap((suite) => {
		const reason = reasonToSkip(suite, engine);
		if (reason) say(`skip ${suite.path}: ${reason}`);
		return reason ? [] : [suite.path];
	});
	return [...ours, ...["flash", "littlefs"].map((name) => `tests/sdk/${name}.ts`)];
}

/** uvu assigns to an error's `name`, which fails with preloaded modules, as Error.prototype is frozen. */
const assertionNames: Plugin = {
	name: "assertion-names",
	setup(build) {
		build.onLoad({ filter: /uvu\/assert\/index\.mjs$/ }, ({ path }) => {
			const define = 'Object.defineProperty(this, "name", { value: "Assertion" })';
			return { contents: readFileSync(path, "utf8").replace(/this\.name = ["']Assertion["']/, define) };
		});
	},
};

/** Drops the lines in which this XS reports every exception, caught or not, and its instruments. */
function withoutReports(): (text: string) => string {
	let rest = "";
	return (text) => {
		const lines = (rest + text).split(/(?<=\n)/);
		rest = lines.at(-1)?.endsWith("\n") ? "" : (lines.pop() as string);
		return lines.map((line) => line.replace(/(Exception \w+|instruments( key)?): .*\n$/, "")).join("");
	};
}

interface SuitesApp {
	name: string;
	manifest: object;
	engine: Engine;
	suites: string[];
	plugins?: Plugin[];
	/** Modules of the SDK, which may have warnings. */
	external?: string[];
}

/** Runs suites as an app in the simulator. */
async function runSuites({ name, manifest, engine, suites, plugins = [], external = [] }: SuitesApp) {
	const folder = writeManifest(name, manifest);
	const { contents, plugin } = suitesEntry(suites);
	const define = { TEST_SCALE: `${engine === "portable" ? portableOnXS.share : 1}`, TEST_PRELOADED: "true" };
	const options = { sdk: true, engine, plugins: [plugin, assertionNames, engineNames(engine), ...plugins], define };
	await bundle({ contents }, join(folder, "suites.mjs"), { ...options, external });
	await bundle(join(root, "tests/sdk/main.ts"), join(folder, "main.mjs"), { sdk: true });
	const built = await buildApp(folder, { goal: "instrument" });
	const warnings = external.length ? [] : built.warnings;
	const running = { cwd: root, echo: withoutReports(), timeout: 1_800_000 };
	const result = await withDisplay(0, (env) => run(sdkTool("mcsim"), [built.path], { ...running, env }));
	const sum = summary(result.output);
	const { passed, failed } = outcome({ ...result, ...sum });
	const skipped = Array<string>(sum.skipped).fill("a test that does not work with preloaded modules");
	for (const warning of warnings) say(`failed: ${warning}`);
	return { passed: passed + (warnings.length ? 0 : 1), failed: failed + warnings.length, skipped };
}

function suites(engine: Engine) {
	return runSuites({
		name: `suites-${engine}`,
		manifest: manifestFor(engine),
		engine,
		suites: suitesFor(engine),
		plugins: [sdkFlashTests(["zram/flash", "NOR flash emulator"])],
	});
}

/** The SDK's own classes, fed from a pool and feeding it. */
function clients(engine: Engine) {
	const { include, modules, defines, ...rest } = manifestFor(engine);
	const manifest = {
		...rest,
		...clientManifest,
		include: [...include, ...clientManifest.include],
		modules: { ...modules, ...clientManifest.modules },
		defines: { ...defines, ...clientManifest.defines },
		// the portable engine is for mods, whose host must not strip the language
		...(engine === "portable" && { strip: [] }),
	};
	return runSuites({
		name: `clients-${engine}`,
		manifest,
		engine,
		suites: clientSuites().filter((path) => !chosen.length || chosen.includes(path)),
		external: clientModules,
	});
}

/** The examples that need the SDK, recorded as they are today, and replayed. */
async function traces() {
	const problems: string[] = [];
	for (const name of RECORDED_WITH_SDK)
		for (const recording of await recordInSimulator(name))
			problems.push(...problemsOf(recording).map((problem) => `${name}: ${problem}`));
	return checked(RECORDED_WITH_SDK.length, problems);
}

/** What developers build first, with everything that the SDK strips and preloads. */
async function dashboard() {
	return checked(1, (await buildApp(join(root, "hosts/sim/demo"))).warnings);
}

const isClient = (path: string) => clientSuites().includes(path);

if (process.env.MODDABLE) {
	for (const engine of ["native", "portable"] as const) {
		if (!chosen.length || !chosen.every(isClient))
			await part(`Suites on the XS of Moddable SDK ${sdkVersion()}, ${engine} engine`, () => suites(engine));
		if (!chosen.length || chosen.some(isClient))
			await part(`Clients in Moddable SDK ${sdkVersion()}, ${engine} engine`, () => clients(engine));
	}
	if (!chosen.length) {
		await part(`Dashboard for the simulator of Moddable SDK ${sdkVersion()}`, dashboard);
		await part(`Examples in the simulator of Moddable SDK ${sdkVersion()}`, () => examples());
		await part(`Traces of the examples in the simulator of Moddable SDK ${sdkVersion()}`, traces);
		await part(`zram/http in the simulator of Moddable SDK ${sdkVersion()}, fetched by curl`, curl);
		await part(`A release, included by git, in the simulator of Moddable SDK ${sdkVersion()}`, release);
		await part(`Manifests for ESP32 boards, read by Moddable SDK ${sdkVersion()}`, boardManifests);
	}
} else
	await part("Suites on the XS of the Moddable SDK", async () => {
		const skipped = "MODDABLE is not set";
		say(`skip: ${skipped}`);
		return { passed: 0, failed: 0, skipped: [skipped] };
	});
process.exitCode = report() ? 0 : 1;
