/**
 * Records traces of the demo and the examples on the command-line host: each of their devices is recorded from its
 * beginning to its end, by a module that takes the place of "zram" in their bundles.
 *
 *   tsx tools/traces.ts [FOLDER]     default: tests/traces, whose traces `npm test` replays
 *
 * @module
 */

import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "esbuild";
import { parseLine } from "../zramctl/replay/blocks.ts";
import { prepareInput } from "./demo-input.ts";
import { root } from "./paths.ts";
import { runAsProgram } from "./process.ts";
import { runOnXS } from "./run-xs.ts";

/** What is recorded here. The other examples need what the Moddable SDK has: sockets, files, a screen. */
export const RECORDED = ["demo", "trend", "dashboard"] as const;
export type Recorded = (typeof RECORDED)[number];

/** What a device's trace must give: its figures at the end, as it was closed or the app ended. */
export interface Expected {
	memUsed: number;
	memUsedMax: number;
	pagesStored: number;
	failedWrites: number;
}

/** In place of "zram": devices that print their traces and, in the end, their figures. */
const MODULE = `
import Zram from "./modules/zram/zram.ts";
import Trace, { traceLines } from "zram/trace";
import { print } from "host";
export * from "./modules/zram/zram.ts";

const devices: Recorded[] = [];
const MOST = 8 * 1024 * 1024;

export default class Recorded extends Zram {
	#trace: Trace;
	#name: string;
	#isOver = false;
	constructor(options: ConstructorParameters<typeof Zram>[0]) {
		super(options);
		this.#name = "device" + devices.length;
		this.#trace = new Trace({ zram: this, byteLength: MOST, sink: traceLines(this.#name, print) });
		devices.push(this);
	}
	end() {
		if (this.#isOver) return;
		this.#isOver = true;
		const { memUsed, memUsedMax, pagesStored, failedWrites } = this.status();
		this.#trace.close();
		print("figures " + this.#name + " " + JSON.stringify({ memUsed, memUsedMax, pagesStored, failedWrites }));
	}
	override close() {
		try {
			this.end();
		} finally {
			super.close();
		}
	}
}

export function endAll() {
	for (const device of devices) device.end();
}
`;

/** For the dashboard: a board with a flash in RAM, and the loops over pictures that it has in C. */
const BOARD = `
import { Chip } from "nor/chip";
import { flashStorage } from "nor/flash";
import Engine from "zram/engine";
const kernels = { copy: Engine.copy.bind(Engine), and: Engine.and.bind(Engine) };
const io = flashStorage({ zram: new Chip({ blocks: 256, kernels }) });
export const flash = () => io;
export const cutPower = () => {};
`;

/** What the dashboard's buttons do: fill it, use it, make room now and then. */
const DASHBOARD = `
import { Store } from "./examples/dashboard/store.ts";
const store = new Store();
for (let i = 0; i < 120; i++) store.add();
for (let i = 0; i < 1500; i++) {
	store.use(0);
	if (i % 50 === 0) store.trim();
	if (i % 30 === 0) store.add();
}
`;

const recording: Plugin = {
	name: "recording",
	setup(build) {
		const ours = (name: string, contents: string, isFor = (_importer: string) => true) => {
			build.onResolve({ filter: new RegExp(`^${name}$`) }, ({ importer }) =>
				isFor(importer) ? { path: name, namespace: "recording" } : undefined,
			);
			build.onLoad({ filter: new RegExp(`^${name}$`), namespace: "recording" }, () => ({
				contents,
				loader: "ts",
				resolveDir: root,
			}));
		};
		ours("zram", MODULE, (importer) => !importer.endsWith("modules/zram/trace.ts"));
		ours("board", BOARD);
	},
};

/** What the app prints while its devices are recorded. */
async function outputOf(name: Recorded): Promise<string> {
	const app = name === "dashboard" ? DASHBOARD : `import "./examples/${name}/main.ts";`;
	const contents = `${app}\nimport { endAll } from "zram";\nendAll();`;
	const parameters = name === "demo" ? [await prepareInput()] : [];
	const addition =
		name === "dashboard"
			? {
					name,
					sources: [join(root, "examples/dashboard/picture.c")],
					others: [],
					flags: ["hosts/xs", "modules/zram/engine/native"].flatMap((path) => ["-isystem", join(root, path)]),
				}
			: undefined;
	const options = { plugins: [recording], progress: false, timeout: 120_000, ...(addition && { addition }) };
	const { exitCode, stdout, stderr } = await runOnXS("xs64", { contents }, parameters, options);
	if (exitCode) throw new Error(`${name}: ${stderr || stdout.slice(-1000)}`);
	return stdout;
}

/** A device's trace, and its figures. */
export interface Recording {
	bytes: Uint8Array;
	expected: Expected;
}

/** The traces of all devices of an app, in the order in which they were made. */
export async function recordApp(name: Recorded): Promise<Recording[]> {
	const blocks = new Map<string, Uint8Array[]>();
	const figures = new Map<string, Expected>();
	for (const line of (await outputOf(name)).split("\n")) {
		const parsed = parseLine(line);
		const [, device, json] = /^figures (\w+) (.*)$/.exec(line) ?? [];
		if (typeof parsed === "string") throw new Error(`${name}: ${parsed}`);
		if (parsed) blocks.set(parsed.name, [...(blocks.get(parsed.name) ?? []), parsed.bytes]);
		else if (device && json) figures.set(device, JSON.parse(json));
	}
	return [...figures].map(([device, expected]) => ({
		bytes: new Uint8Array(Buffer.concat(blocks.get(device) ?? [])),
		expected,
	}));
}

runAsProgram(import.meta.url, async ([folder = join(root, "tests/traces")]) => {
	mkdirSync(folder, { recursive: true });
	const expected: Record<string, Expected> = {};
	for (const name of RECORDED)
		for (const [i, recording] of (await recordApp(name)).entries()) {
			const file = `${name}${i || ""}.zrt`;
			writeFileSync(join(folder, file), recording.bytes);
			expected[file] = recording.expected;
			console.log(`${relative(root, join(folder, file))}: ${recording.bytes.length} bytes`);
		}
	for (const file of readdirSync(folder)) if (file.endsWith(".zrt") && !(file in expected)) rmSync(join(folder, file));
	writeFileSync(join(folder, "expected.json"), `${JSON.stringify(expected, null, "\t")}\n`);
});
