/**
 * Records traces of the examples that need the Moddable SDK: as tools/traces.ts does, in the simulator.
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { buildFolder, root } from "./paths.ts";
import { buildApp } from "./sdk.ts";
import { runUntil } from "./simulator.ts";

/** In place of the app's main module: ends the traces when nothing has been done to the devices for a while. */
const MAIN = `
import Timer from "timer";
import { done, endAll } from "zram";
import "app";

const QUIET = 900; // milliseconds; examples/log goes on with a line a second
let before = 0;
const timer = Timer.repeat(() => {
	const now = done();
	if (now !== before) {
		before = now;
		return;
	}
	Timer.clear(timer);
	endAll();
}, QUIET);
`;

/** What the compiler takes the recorder for. */
const TYPES = `
export * from "zram/device";
export { default } from "zram/device";
export function done(): number;
export function endAll(): void;
`;

const TIMEOUT = 120_000;

interface Manifest {
	include: string[];
	modules: Record<string, string[]>;
	data: Record<string, string[]>;
	defines: object;
}

const listed = (paths: string | string[] = []) => [paths].flat();

/**
 * What manifests of this repository come to with all of it that they include: paths are absolute, and nothing is
 * preloaded, which would freeze the recorder.
 */
function flatten(paths: string[], all: Manifest = { include: [], modules: {}, data: {}, defines: {} }): Manifest {
	for (const path of paths) {
		const manifest = JSON.parse(readFileSync(path, "utf8"));
		const place = (each: string) => (each.startsWith(".") ? resolve(dirname(path), each) : each);
		const included = listed(manifest.include).map(place);
		all.include.push(...included.filter((each) => each.startsWith("$(")));
		flatten(
			included.filter((each) => !each.startsWith("$(")),
			all,
		);
		for (const key of ["modules", "data"] as const)
			for (const [name, each] of Object.entries<string | string[]>(manifest[key] ?? {}))
				all[key][name] = [...new Set([...(all[key][name] ?? []), ...listed(each).map(place)])];
		Object.assign(all.defines, manifest.defines);
	}
	return all;
}

/** Makes the folder of an app that is examples/`name`, but that `recorder` takes the place of the module "zram". */
function makeApp(name: string, recorder: string): string {
	const main = join(root, "examples", name, "main");
	const manifests = [`examples/${name}/manifest.json`, "manifest-trace.json", "hosts/sim/manifest.json"];
	const { modules, ...rest } = flatten(manifests.map((path) => join(root, path)));
	const recording = {
		...modules,
		"*": ["./main", ...(modules["*"] ?? []).filter((path) => path !== main)],
		app: [main],
		host: ["./host"],
		zram: ["./recorder"],
		"zram/device": modules.zram,
	};
	const folder = join(buildFolder, "sdk/traces", name);
	mkdirSync(folder, { recursive: true });
	writeFileSync(
		join(folder, "manifest.json"),
		JSON.stringify({ ...rest, creation: { stack: 2048 }, modules: recording }, null, "\t"),
	);
	writeFileSync(join(folder, "main.ts"), MAIN);
	writeFileSync(join(folder, "host.ts"), "export const print = (line: string) => trace(line, '\\n');\n");
	writeFileSync(join(folder, "recorder.js"), recorder);
	writeFileSync(join(folder, "recorder.d.ts"), TYPES);
	return folder;
}

/** What examples/`name` prints in the simulator while its devices are recorded. */
export async function outputInSimulator(name: string, recorder: string): Promise<string> {
	const { path } = await buildApp(makeApp(name, recorder));
	return runUntil(path, /^recorded$/m, TIMEOUT);
}
