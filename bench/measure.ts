/**
 * The measurements of `npm run bench`, a function for each section. All run in the same session on the same corpus.
 *
 * @module
 */

import { readdirSync, rmSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { Call } from "../tests/support/stack-calls.ts";
import { buildHost } from "../tools/build-host.ts";
import { bundle } from "../tools/bundle.ts";
import { compileCore, engineFolder, lx106 } from "../tools/c-tests.ts";
import { buildFolder, root } from "../tools/paths.ts";
import { MissingTool, run } from "../tools/process.ts";
import { runOnXS } from "../tools/run-xs.ts";
import { type Chip, sizeProgram, type Variant } from "../tools/variants.ts";
import type { ChurnParameters, ChurnResult } from "./app/churn.ts";
import type { CostParameters, CostResult } from "./app/cost.ts";
import type { Codecs } from "./app/device.ts";
import type { FillParameters, FillResult } from "./app/fill.ts";
import type { GrowthDevice, GrowthParameters } from "./app/growth.ts";
import type { Measure } from "./app/meter.ts";
import type { PageFile, Show } from "./app/program.ts";
import type { RecordedResult } from "./app/recorded.ts";
import type { SwapParameters, SwapResult } from "./app/swap.ts";
import type { WorstParameters, WorstResult } from "./app/worst.ts";
import { evenly, readPages, runProgram, withPages } from "./command.ts";
import { type Corpus, families as kindFamilies, kinds, mixtures, PAGE } from "./corpus.ts";
import { type HostName, type Means, meansOf, measureCost, runCounted } from "./meter.ts";
import { measurePeers, type PeerSizes, type Peers } from "./peers.ts";

/** Programs show no progress in lines, as the bench says what it is doing. */
export const show: Show = process.stderr.isTTY ? "live" : "nothing";

const KB = 1024;
const MB = 1024 * KB;

/** How much to measure: everything, or just enough to see that it works. */
export interface Extent {
	/** Pages of a kind, and of the mixture. */
	pages: number;
	mixture: number;
	/** Pages of a kind to measure sizes with. */
	sizes: number;
	/** Pages of a kind to count writes and reads of, and the kinds, if not all. */
	calls: number;
	called?: string[];
	/** Pages for what is slow, which is JavaScript. */
	few: number;
	arenas: number[];
	/** Of a hundred pages, those that rest. */
	dense: number[];
	occupancies: number[];
	ops: number;
	growth: { arenas: number[]; sizes: number[]; fills: number[] };
	/** How often each page is written to find the most expensive write. */
	times: number;
	/** How often a buffer is swapped. */
	turns: number;
}

export const FULL: Extent = {
	pages: 100,
	mixture: 400,
	sizes: 256,
	calls: 64,
	few: 2,
	arenas: [256 * KB, MB, 2 * MB, 4 * MB, 8 * MB],
	dense: [50, 80, 100],
	occupancies: [0.9, 0.93, 0.95],
	ops: 200_000,
	growth: {
		arenas: [64 * KB, 256 * KB, MB, 4 * MB, 5 * MB, 7 * MB],
		sizes: [MB, 4 * MB, 16 * MB, 64 * MB],
		fills: [0.1, 0.5, 0.9, 0.95],
	},
	times: 32,
	turns: 40,
};

export const QUICK: Extent = {
	pages: 8,
	mixture: 16,
	sizes: 4,
	calls: 2,
	called: ["text", "json", "mixture", "device"],
	few: 1,
	arenas: [256 * KB, MB],
	dense: [100],
	occupancies: [0.93],
	ops: 2000,
	growth: { arenas: [64 * KB, 256 * KB], sizes: [MB, 4 * MB], fills: [0.1, 0.5] },
	times: 4,
	turns: 4,
};

/** The kinds that are measured on their own, then the mixture. */
export const measuredKinds = [...kinds.filter(({ alone }) => alone).map(({ name }) => name), "mixture"];

/** Calls `work` with some pages of a kind. */
function withKind<T>(corpus: Corpus, kind: string, count: number, work: Parameters<typeof withPages<T>>[2]) {
	return withPages(evenly(readPages([corpus[kind] as string], PAGE), PAGE, count), PAGE, work);
}

/** What pages of a kind take, in bytes. */
export interface Size {
	/** The kind or mixture. */
	name: string;
	pages: number;
	ours: number;
	/** With LZ4 alone. */
	lz4: number;
	/** Pages that the codec columns holds. */
	columns: number;
	peers: PeerSizes;
}

/** Sorts kinds by family; mixtures come last. */
function inFamilies(names: string[]): string[] {
	const families = names.map((name) => kinds.find((kind) => kind.name === name)?.family);
	return [...kindFamilies, undefined].flatMap((family) => names.filter((_, i) => families[i] === family));
}

/** Measures what the pages of every kind take, in the device and with other codecs. */
export async function sizes(corpus: Corpus, peers: Peers, extent: Extent, say: Say): Promise<Size[]> {
	const result: Size[] = [];
	for (const name of inFamilies(Object.keys(corpus))) {
		say(`sizes: ${name}`);
		const sound = kinds.find((kind) => kind.name === name)?.sound;
		result.push(
			await withKind(corpus, name, extent.sizes, async (pages) => {
				const { payload: ours, columns } = await stored(pages);
				const { payload: lz4 } = await stored(pages, ["lz4"]);
				return { name, pages: pages.count, ours, lz4, columns, peers: await measurePeers(peers, pages, sound) };
			}),
		);
	}
	return result;
}

/** Stores all pages in a device that has room for them. */
async function stored(pages: PageFile, codecs?: Codecs): Promise<FillResult> {
	const size = pages.count * PAGE;
	const arena = size + (size >> 4) + 64 * KB;
	const result = await fillDevice({ pages, arena, size, ...(codecs && { codecs }) });
	if (result.pages !== pages.count) throw new Error(`${pages.path}: the arena is too small`);
	return result;
}

function fillDevice(parameters: Omit<FillParameters, "engine" | "show">): Promise<FillResult> {
	return runProgram<FillResult>("fill", { ...parameters, engine: "native", show } as FillParameters);
}

export type CostByKind = Record<string, Means>;

/** Measures what a page of each kind costs with LZ4 alone. */
export async function cost(host: HostName, corpus: Corpus, extent: Extent, say: Say): Promise<CostByKind> {
	const result: CostByKind = {};
	for (const kind of measuredKinds) {
		say(`cost on ${host}: ${kind}`);
		result[kind] = await costOf(host, corpus, kind, kind === "mixture" ? extent.mixture : extent.pages);
	}
	return result;
}

/**
 * What writing and reading a page of each kind costs, from JavaScript to the last byte: with all codecs, and with LZ4
 * alone.
 */
export type CallsByKind = Record<string, Record<"write" | "read" | "lz4Write" | "lz4Read", number>>;

/** Measures that for every kind and mixture. */
export async function calls(host: HostName, corpus: Corpus, extent: Extent, say: Say): Promise<CallsByKind> {
	const result: CallsByKind = {};
	for (const name of inFamilies(extent.called ?? Object.keys(corpus))) {
		say(`write and read on ${host}: ${name}`);
		const { means } = await withKind(corpus, name, name in mixtures ? extent.mixture : extent.calls, (pages) =>
			measureCost(host, pages, { parts: ["api", "lz4"], show }),
		);
		const at = (label: string) => means[label] as number;
		result[name] = { write: at("write"), read: at("read"), lz4Write: at("write lz4"), lz4Read: at("read lz4") };
	}
	return result;
}

/** Measures what `count` pages of a kind cost with LZ4 alone, for comparison with the bare reference. */
export function costOf(host: HostName, corpus: Corpus, kind: string, count: number): Promise<Means> {
	return withKind(corpus, kind, count, (pages) =>
		measureCost(host, pages, { parts: ["api", "parts", "integrity", "codecs", "peers"], codecs: ["lz4"], show }),
	);
}

/** Shows what is being measured. */
export type Say = (what: string) => void;

/** Measures JavaScript on XS: LZ4 alone by lz4js, and the portable engine. */
export async function javascript(
	corpus: Corpus,
	extent: Extent,
	say: Say,
): Promise<Record<string, Record<string, number>>> {
	const result: Record<string, Record<string, number>> = {};
	for (const kind of measuredKinds) {
		say(`JavaScript on XS: ${kind}`);
		result[kind] = await withKind(corpus, kind, extent.few, async (pages) => {
			const lz4js = await runCounted<{ measures: Measure[] }>("xs", "lz4js", { pages, show });
			const parameters: CostParameters = { pages, show, parts: ["api"], codecs: ["lz4"], rounds: 1 };
			const portable = await runCounted<CostResult>("xs", "cost", parameters, { engine: "portable" });
			const { write, read } = meansOf(portable.measures);
			return { ...meansOf(lz4js.measures), portableWrite: write as number, portableRead: read as number };
		});
	}
	return result;
}

export interface Recorded {
	/** Instructions of an operation by its name, and of the recorded one by its name with ", recorded". */
	means: Record<string, number>;
	bytesEach: number;
}

/** Measures what zram/trace costs. */
export function recorded(host: HostName, corpus: Corpus, extent: Extent, say: Say): Promise<Recorded> {
	say(`recording on ${host}`);
	return withKind(corpus, "text", extent.few, async (pages) => {
		const { measures, bytesEach } = await runCounted<RecordedResult>(host, "recorded", { pages, show });
		return { means: meansOf(measures), bytesEach };
	});
}

export interface Capacity {
	arena: number;
	/** By mixture, with all codecs and with LZ4 alone. */
	fills: Record<string, { all: FillResult; lz4: FillResult }>;
	/** With the mixture, by the percentage of pages that rest. */
	dense: { percent: number; result: FillResult }[];
	/** By the occupancy asked for. */
	churn: { asked: number; result: ChurnResult }[];
}

/** Measures how much of the mixtures arenas hold, and how they fare when it is changed. */
export async function capacity(corpus: Corpus, extent: Extent, say: Say): Promise<Capacity[]> {
	const result: Capacity[] = [];
	for (const arena of extent.arenas) {
		const device = { arena, size: 4 * arena };
		const fills: Capacity["fills"] = {};
		for (const mixture of Object.keys(mixtures)) {
			say(`capacity: fill ${arena / KB} KB with the ${mixtures[mixture]?.title}`);
			fills[mixture] = await withMixture(corpus, mixture, arena, async (pages) => ({
				all: await fillDevice({ pages, ...device }),
				lz4: await fillDevice({ pages, ...device, codecs: ["lz4"] }),
			}));
		}
		const dense: Capacity["dense"] = [];
		for (const percent of extent.dense) {
			say(`capacity: fill ${arena / KB} KB, of which ${percent} % rest`);
			const result = await withMixture(corpus, "mixture", arena, (pages) =>
				fillDevice({ pages, ...device, dense: percent }),
			);
			dense.push({ percent, result });
		}
		const churn: Capacity["churn"] = [];
		for (const occupancy of extent.occupancies) {
			say(`capacity: ${extent.ops} operations on ${arena / KB} KB, ${occupancy * 100} % full`);
			const more = { ...device, ops: extent.ops, occupancy, seed: 1, engine: "native", show };
			const result = await withMixture(corpus, "mixture", arena, (pages) =>
				runProgram<ChurnResult>("churn", { pages, ...more } as ChurnParameters),
			);
			churn.push({ asked: occupancy, result });
		}
		result.push({ arena, fills, dense, churn });
	}
	return result;
}

/** Calls `work` with more pages of a mixture than the arena holds: the whole mixture, repeated if need be. */
function withMixture<T>(corpus: Corpus, name: string, arena: number, work: Parameters<typeof withPages<T>>[2]) {
	const times = Math.ceil((4 * arena) / (8 * MB));
	return withPages(readPages(Array<string>(times).fill(corpus[name] as string), PAGE), PAGE, work);
}

export interface Growth {
	/** What is varied, its values, and what every operation costs for each of them. */
	by: "arena" | "size" | "fill";
	values: number[];
	/** Bytes of a granule, for each value. */
	granules: number[];
	operations: Record<(typeof OPERATIONS)[number], number[]>;
}

export const OPERATIONS = ["write", "rewrite", "read", "trim"] as const;
/** Pages that are measured on each device. */
const MEASURED = 8;

/** As DESIGN.md has it: links are 16 bits wide. */
function granuleLength(arena: number, size: number): number {
	let granule = 64;
	while ((arena - 256 - (size / PAGE) * 8) / (granule + 2) > 65534) granule *= 2;
	return granule;
}

/** Measures what an operation costs with arenas, devices and fills of many sizes. */
export async function growth(host: HostName, corpus: Corpus, extent: Extent, say: Say): Promise<Growth[]> {
	const usual: GrowthDevice = { arena: MB, size: 4 * MB, fill: 0.5 };
	const { arenas, sizes, fills } = extent.growth;
	const series: [Growth["by"], number[], GrowthDevice[]][] = [
		["arena", arenas, arenas.map((arena) => ({ ...usual, arena, size: 8 * MB }))],
		["size", sizes, sizes.map((size) => ({ ...usual, size, arena: 512 * KB }))],
		["fill", fills, fills.map((fill) => ({ ...usual, fill }))],
	];
	say(`growth on ${host}`);
	const devices = series.flatMap(([, , list]) => list);
	const { measures } = await withKind(corpus, "mixture", 64, (pages) =>
		runCounted<{ measures: Measure[] }>(host, "growth", {
			pages,
			show,
			devices,
			measured: MEASURED,
		} as GrowthParameters),
	);
	const means = meansOf(measures);
	return series.map(([by, values, list]) => ({
		by,
		values,
		granules: list.map(({ arena, size }) => granuleLength(arena, size)),
		operations: Object.fromEntries(
			OPERATIONS.map((name) => [name, list.map((device) => means[`${name} ${devices.indexOf(device)}`])]),
		) as Growth["operations"],
	}));
}

/** A buffer in a swap pool, or a record appended to a flash in RAM. */
export interface Swap {
	name: string;
	byteLength: number;
	/** Instructions, by label. */
	means: Record<string, number>;
	stored: number;
	flash: SwapResult["flash"];
}

const SWAPPED = [
	{ name: "frame of 150 KB", kind: "bitmap", byteLength: 320 * 240 * 2 },
	{ name: "record of 1 KB", kind: "text", byteLength: KB },
	{ name: "append of 256 bytes", kind: "text", byteLength: 256 },
];

/** Measures what buffers in a pool cost, and appends to a flash. */
export async function swap(host: HostName, corpus: Corpus, turns: number, say: Say): Promise<Swap[]> {
	const result: Swap[] = [];
	for (const { name, kind, byteLength } of SWAPPED) {
		say(`swap on ${host}: ${name}`);
		const count = Math.ceil(byteLength / PAGE);
		const { measures, stored, flash } = await withKind(corpus, kind, count, (pages) =>
			runCounted<SwapResult>(host, "swap", { pages, show, byteLength, turns } as SwapParameters),
		);
		result.push({ name, byteLength, means: meansOf(measures), stored, flash });
	}
	return result;
}

/** Finds the most expensive operation of each kind, as a multiple of the median on the same page. On rv32. */
export function worst(corpus: Corpus, extent: Extent, say: Say): Promise<WorstResult> {
	say("the most expensive operation");
	// the first pages are measured: two of each kind
	const alone = measuredKinds.map((kind) => evenly(readPages([corpus[kind] as string], PAGE), PAGE, 2));
	const others = evenly(readPages([corpus.mixture as string], PAGE), PAGE, 48);
	const { times } = extent;
	const more = { arena: 192 * KB, measured: 2 * measuredKinds.length, times };
	return withPages(Buffer.concat([...alone, others]), PAGE, (pages) =>
		runProgram<WorstResult>("worst", { pages, show, ...more } as WorstParameters, { variant: "rv32" }),
	);
}

/** What native code is compiled for: the emulated chips, and Xtensa, there without the binding. */
export type NativeTarget = Chip | "lx106" | "x86";

/** Which devices need a file of the native engine: all, those with the codec, those with a backing. */
export type NativePart = "engine" | "columns" | "dense" | "offload";

export function partOf(file: string): NativePart {
	if (file.includes("Columns")) return "columns";
	if (file.includes("Dense") || file.includes("Rest")) return "dense";
	return file.includes("Slots") || file.includes("Late") ? "offload" : "engine";
}

export interface Footprint {
	/** Bytes of code, by target and file. */
	text: Partial<Record<NativeTarget, Record<string, number>>>;
	/** Slots of XS's stack, by call. */
	stack: Call[];
	/** Bytes of the app's bytecode without and with the module. */
	bytecode: [number, number];
	/** By module that an app may add to "zram": bytes of bytecode that it adds, with what it imports. */
	modules: Record<string, number>;
	/** The XS heap without and with the module: slots, bytes of chunks, and bytes of a slot. */
	heap: { slotLength: number; slots: [number, number]; chunks: [number, number] };
	/** Bytes of internal memory besides the arena. */
	scratch: number;
	/** Bytes of the arena per page of the device, without and with checksums. */
	perPage: [number, number];
}

/** What the apps without and with the module print. */
interface Heap {
	slots: number;
	chunks: number;
	scratch?: number;
	perPage?: [number, number];
}

/** Bytes of code and data of each object. There are no statics, so all of it is in the chip's flash. */
async function textOf(program: string, objects: Map<string, string>): Promise<Record<string, number>> {
	const { stdout } = await run(program, [...objects.values()], { install: "apt-get install binutils" });
	const rows = stdout.trim().split("\n").slice(1);
	const sum = (row: string | undefined) => {
		const [text, data, bss] = (row as string).trim().split(/\s+/).map(Number) as [number, number, number];
		return text + data + bss;
	};
	return Object.fromEntries([...objects.keys()].map((name, i) => [name, sum(rows[i])]));
}

/** The module's objects in a host's build, by the names of their sources. */
function objectsOf(variant: Variant): Map<string, string> {
	const names = readdirSync(engineFolder).filter((name) => name.endsWith(".c"));
	const object = (name: string) => join(buildFolder, variant, `modules-zram-engine-native-${name}.o`);
	return new Map(names.map((name) => basename(name, ".c")).map((name) => [name, object(name)]));
}

/** Measures native code for each target that can be compiled for here. */
async function nativeText(emulated: Chip[], skipped: string[]): Promise<Footprint["text"]> {
	const text: Footprint["text"] = {};
	for (const chip of emulated) text[chip] = await textOf(sizeProgram(chip), objectsOf(chip));
	if (!emulated.length) text.x86 = await textOf("size", objectsOf(await runsOn32Bit()));
	try {
		text.lx106 = await textOf("xtensa-lx106-elf-size", await compileCore(lx106));
	} catch (error) {
		if (!(error instanceof MissingTool) || process.env.CI === "true") throw error;
		skipped.push(`native code of lx106: ${error.message}`);
	}
	return text;
}

/**
 * Measures what the module takes of a device's flash and XS heap.
 *
 * @param emulated chips whose firmware has been built
 * @param skipped gets what cannot be measured here
 */
export async function footprint(emulated: Chip[], skipped: string[], say: Say): Promise<Footprint> {
	say("footprint");
	const variant = await runsOn32Bit();
	const apps = ["without", "with"];
	const heaps: Heap[] = [];
	const bytecodes: number[] = [];
	for (const app of apps) {
		const path = join(root, `bench/app/${app}.ts`);
		const { stdout } = await runOnXS(variant, path, [], { host: ["--release"] });
		heaps.push(JSON.parse(stdout));
		bytecodes.push(await bytecodeLength(variant, path));
	}
	const pair = (values: number[]) => values as [number, number];
	return {
		text: await nativeText(emulated, skipped),
		stack: await stack(variant),
		bytecode: pair(bytecodes),
		modules: await moduleLengths(variant),
		heap: {
			slotLength: variant === "xs32" ? 16 : 32,
			slots: pair(heaps.map(({ slots }) => slots)),
			chunks: pair(heaps.map(({ chunks }) => chunks)),
		},
		scratch: heaps[1]?.scratch as number,
		perPage: heaps[1]?.perPage as [number, number],
	};
}

/** Measures what calls take of XS's stack, which is the same on every host. */
async function stack(variant: Variant): Promise<Call[]> {
	const { stdout } = await runOnXS(variant, join(root, "bench/app/stack.ts"), [], { host: ["--release"] });
	return JSON.parse(stdout);
}

/** What an app may add to "zram". */
const MODULES = ["swap", "history", "http", "flash", "status", "trace"];

async function moduleLengths(variant: Variant): Promise<Record<string, number>> {
	const app = (...names: string[]) => ({
		contents: `${names.map((name, i) => `import * as m${i} from "${name}";`).join("\n")}
			globalThis.modules = [${names.map((_, i) => `m${i}`).join(", ")}];`,
	});
	const alone = await bytecodeLength(variant, app("zram"));
	const lengths: Record<string, number> = {};
	for (const name of MODULES)
		lengths[`zram/${name}`] = (await bytecodeLength(variant, app("zram", `zram/${name}`))) - alone;
	return lengths;
}

/** Bytes of an app's bytecode. */
async function bytecodeLength(variant: Variant, entry: Parameters<typeof bundle>[0]): Promise<number> {
	const { path: source } = await bundle(entry, join(buildFolder, "bundles", `footprint-${process.pid}.mjs`));
	const compiled = `${source}.xsb`;
	await run(await buildHost(variant), ["--release", "--compile", compiled, source], { check: true });
	const { size } = statSync(compiled);
	for (const file of [source, compiled]) rmSync(file);
	return size;
}

/** The variant with a microcontroller's slots, if this machine can build it. */
async function runsOn32Bit(): Promise<"xs32" | "xs64"> {
	try {
		await runOnXS("xs32", join(root, "bench/app/without.ts"), [], { progress: true });
		return "xs32";
	} catch (error) {
		if (error instanceof MissingTool) return "xs64";
		throw error;
	}
}
