/**
 * Records traces of the demo, the dashboard and the examples: a module that replaces "zram" records each of their devices
 * from beginning to end. They run on the command-line host; those that need the Moddable SDK run in its simulator, if
 * MODDABLE is set.
 *
 *   tsx tools/traces.ts [FOLDER]     default: tests/traces, whose traces `npm test` replays
 *
 * @module
 */

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Plugin } from "esbuild";
import { parseLine } from "../zramctl/replay/blocks.ts";
import { replayOnDevice } from "../zramctl/replay/device.ts";
import { survey } from "../zramctl/replay/survey.ts";
import { TraceFile } from "../zramctl/replay/trace.ts";
import { prepareInput } from "./demo-input.ts";
import { root } from "./paths.ts";
import { runAsProgram } from "./process.ts";
import { runOnXS } from "./run-xs.ts";
import { outputInSimulator } from "./sdk-traces.ts";

/** Recorded on the command-line host. */
export const RECORDED = ["demo", "trend", "dashboard"] as const;
export type Recorded = (typeof RECORDED)[number];
/** Recorded in the simulator, as they need what the Moddable SDK has: sockets, files, a screen. */
export const RECORDED_WITH_SDK = ["feed", "gallery", "littlefs", "log", "recorder"] as const;
export type RecordedWithSDK = (typeof RECORDED_WITH_SDK)[number];

/** What replaying a device's trace must give: its figures when it was closed or the app ended. */
export interface Expected {
	memUsed: number;
	memUsedMax: number;
	pagesStored: number;
	failedWrites: number;
}

/** Replaces "zram", which is then "zram/device": devices print their traces and, at the end, their figures. */
const MODULE = `
import Zram from "zram/device";
import Trace, { traceLines } from "zram/trace";
import { print } from "host";
export * from "zram/device";

const devices = [];
const MOST = 8 * 1024 * 1024;

export default class Recorded extends Zram {
	#trace;
	#name;
	#isOver = false;
	constructor(options) {
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
	done() {
		if (this.#isOver) return 0;
		const { numReads, numWrites, notifyFree } = this.status();
		return numReads + numWrites + notifyFree;
	}
	close() {
		try {
			this.end();
		} finally {
			super.close();
		}
	}
}

/** A number that grows with all that is done to the devices. */
export function done() {
	return devices.reduce((sum, device) => sum + device.done(), 0);
}

export function endAll() {
	for (const device of devices) device.end();
	print("recorded");
}
`;

/** For the dashboard: a board with a flash in RAM, whose loops over bytes are in C. */
const BOARD = `
import { Chip } from "nor/chip";
import { flashStorage } from "nor/flash";
import Engine from "zram/engine";
const kernels = { copy: Engine.copy.bind(Engine), and: Engine.and.bind(Engine) };
const io = flashStorage({ zram: new Chip({ blocks: 256, kernels }) });
export const flash = () => io;
export const cutPower = () => {};
`;

/** Does what the dashboard's buttons do: fill it, use it, make room now and then. */
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
		build.onResolve({ filter: /^zram\/device$/ }, () => ({ path: join(root, "modules/zram/zram.ts") }));
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

/** A device's trace and its figures. */
export interface Recording {
	bytes: Uint8Array;
	expected: Expected;
}

const figuresOf = ({ memUsed, memUsedMax, pagesStored, failedWrites }: Expected): Expected => {
	return { memUsed, memUsedMax, pagesStored, failedWrites };
};

/** What is wrong with a trace: each is complete, and a replay gives the figures that the device had. */
export function problemsOf({ bytes, expected }: Recording): string[] {
	const trace = new TraceFile(bytes);
	const replayed = JSON.stringify(figuresOf(replayOnDevice(trace, {}, () => {}).status));
	const problems = [...trace.problems];
	if (replayed !== JSON.stringify(figuresOf(expected)))
		problems.push(`replayed ${replayed}, recorded ${JSON.stringify(expected)}`);
	if (survey(trace).operations <= 20) problems.push("hardly any operations");
	return problems;
}

/** The traces of all devices of an app, in the order in which they were made; from what it prints. */
function recordingsIn(name: string, output: string): Recording[] {
	const blocks = new Map<string, Uint8Array[]>();
	const figures = new Map<string, Expected>();
	for (const line of output.split("\n")) {
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

export async function recordApp(name: Recorded): Promise<Recording[]> {
	return recordingsIn(name, await outputOf(name));
}

/** The same of an app that needs the SDK. Throws MissingTool without it. */
export async function recordInSimulator(name: RecordedWithSDK): Promise<Recording[]> {
	return recordingsIn(name, await outputInSimulator(name, MODULE));
}

runAsProgram(import.meta.url, async ([folder = join(root, "tests/traces")]) => {
	mkdirSync(folder, { recursive: true });
	const path = join(folder, "expected.json");
	const expected: Record<string, Expected> = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
	const keep = async (name: string, recordings: Promise<Recording[]>) => {
		const recorded = await recordings;
		for (const file of Object.keys(expected).filter((each) => each.replace(/\d*\.zrt$/, "") === name)) {
			rmSync(join(folder, file), { force: true });
			delete expected[file];
		}
		for (const [i, recording] of recorded.entries()) {
			const file = `${name}${i || ""}.zrt`;
			writeFileSync(join(folder, file), recording.bytes);
			expected[file] = recording.expected;
			console.log(`${relative(root, join(folder, file))}: ${recording.bytes.length} bytes`);
		}
	};
	for (const name of RECORDED) await keep(name, recordApp(name));
	if (process.env.MODDABLE) for (const name of RECORDED_WITH_SDK) await keep(name, recordInSimulator(name));
	else console.log(`skip ${RECORDED_WITH_SDK.join(", ")}: the Moddable SDK is not there, or MODDABLE is not set`);
	writeFileSync(path, `${JSON.stringify(expected, null, "\t")}\n`);
});
