/**
 * The results of `npm run bench`, and whether they keep the project's promises.
 *
 * @module
 */

import type { WorstResult } from "./app/worst.ts";
import { shareOf } from "./day.ts";
import {
	type CallsByKind,
	type Capacity,
	type CostByKind,
	type Footprint,
	type Growth,
	type NativePart,
	type NativeTarget,
	partOf,
	type Recorded,
	type Size,
	type Swap,
} from "./measure.ts";
import type { HostName } from "./meter.ts";
import type { OffloadResults } from "./offload.ts";
import type { ZsmallocRow } from "./zsmalloc.ts";

export interface Results {
	/** Versions of the programs and libraries used, by name. */
	versions: Record<string, string>;
	/** By host, where instructions can be counted. */
	cost: Partial<Record<HostName, CostByKind>>;
	/** What pages of each kind take. */
	sizes: Size[];
	/** What writing and reading them costs, by host, where instructions can be counted. */
	calls: Partial<Record<HostName, CallsByKind>>;
	/** Work done in JavaScript: instructions on XS, x86-64, by kind and label. */
	javascript?: Record<string, Record<string, number>>;
	capacity: Capacity[];
	/** How much of the mixture Linux's allocator holds in 1, 2 and 4 MB: computed. */
	zsmalloc: ZsmallocRow[];
	growth: { host: HostName; series: Growth[] } | undefined;
	/** Buffers in a swap pool, and a flash in RAM. */
	swap: { host: HostName; rows: Swap[] } | undefined;
	/** What zram/trace costs. */
	recorded?: { host: HostName; result: Recorded };
	/** By operation: the most expensive one on rv32, as a multiple of the median on the same page. */
	worst: WorstResult | undefined;
	footprint: Footprint;
	offload: OffloadResults;
	/** By host: whether measuring again gave the same counts. */
	repeats: Record<string, boolean>;
	/** What could not be measured on this machine, and how to change that. */
	skipped: string[];
}

/** A promise, and whether it is kept. */
export interface Bar {
	what: string;
	bar: string;
	measured: string;
	met: boolean;
}

const times = (value: number) => `${value.toFixed(3)}x`;
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;

function atMost(what: string, value: number, limit: number, format: (value: number) => string): Bar {
	return { what, bar: `at most ${format(limit)}`, measured: format(value), met: value <= limit };
}

function atLeast(what: string, value: number, limit: number, format: (value: number) => string): Bar {
	return { what, bar: `at least ${format(limit)}`, measured: format(value), met: value >= limit };
}

/** Limits for read and write from JavaScript, as multiples of bare reference LZ4. */
const rv32Bars: [kind: string, read: number, write: number][] = [
	["mixture", 0.45, 0.48],
	["text", 0.3, 0.55],
	["bitmap", 0.58, 0.42],
	["random", 0.25, 0.18],
];

function ratio(costs: CostByKind, kind: string, ours: string, theirs: string): number {
	const means = costs[kind]?.means;
	return (means?.[ours] as number) / (means?.[theirs] as number);
}

function costBars({ cost: { rv32, xs } }: Results): Bar[] {
	const bars: Bar[] = [];
	for (const [kind, read, write] of rv32 ? rv32Bars : []) {
		const costs = rv32 as CostByKind;
		bars.push(atMost(`rv32, ${kind}: read, of LZ4's`, ratio(costs, kind, "read", "lz4Read"), read, times));
		bars.push(atMost(`rv32, ${kind}: write, of LZ4's`, ratio(costs, kind, "write", "lz4Write"), write, times));
	}
	if (xs) {
		const x86 = (what: string, ours: string, theirs: string) =>
			atMost(`x86-64, mixture: engine from C, ${what}, of LZ4's`, ratio(xs, "mixture", ours, theirs), 1.1, times);
		bars.push(x86("read", "engineRead", "lz4Read"), x86("write", "engineWrite", "lz4Write"));
	}
	const costs = rv32 ?? xs;
	if (!costs) return bars;
	const stored = Object.entries(costs).map(([kind, each]) => [kind, each.stored / each.lz4Stored] as const);
	for (const [kind, value] of stored)
		bars.push(atMost(`${kind}: stored bytes, of LZ4's`, value, kind === "mixture" ? 1.005 : 1.01, times));
	const allocated = Object.values(costs).reduce((sum, each) => sum + each.allocated[0] + each.allocated[1], 0);
	bars.push(atMost("XS heap: allocated by reads, writes and trims", allocated, 0, String));
	return bars;
}

type Fills = Capacity["fills"][string];

/** What the columns codec must gain, and what it may cost. */
function columnsBars({ capacity, calls: { rv32 } }: Results): Bar[] {
	const bars: Bar[] = [];
	for (const { arena, fills } of capacity) {
		const { all, lz4 } = fills.device as Fills;
		bars.push(atLeast(`${arena / 1024} KB: device pages, of LZ4's alone`, all.pages / lz4.pages, 1.2, times));
	}
	if (!rv32) return bars;
	for (const kind of ["text", "json"]) {
		const cost = rv32[kind];
		if (!cost) continue;
		bars.push(atMost(`rv32, ${kind}: write, of that with LZ4 alone`, cost.write / cost.lz4Write, 1.015, times));
	}
	const thousands = (value: number) => `${(value / 1000).toFixed(1)}k`;
	if (rv32.mixture) {
		bars.push(atMost("rv32, mixture: mean write", rv32.mixture.write, 108_000, thousands));
		bars.push(atMost("rv32, mixture: mean read", rv32.mixture.read, 58_000, thousands));
	}
	return bars;
}

function capacityBars({ capacity }: Results): Bar[] {
	const bars: Bar[] = [];
	for (const { arena, fills } of capacity) {
		const { payload, used, metadata } = (fills.mixture as Fills).all;
		const utilisation = payload / (used - metadata);
		bars.push(atLeast(`${arena / 1024} KB filled: utilisation`, utilisation, 0.98, percent));
	}
	const all = capacity.flatMap(({ churn }) => churn);
	const sum = (key: "refusals" | "needless" | "moved", list = all) =>
		list.reduce((total, { result }) => total + result[key], 0);
	const at93 = all.filter(({ asked }) => asked === 0.93);
	bars.push(atMost("occupancy 0.93: refusals", sum("refusals", at93), 0, String));
	bars.push(atMost("needless refusals", sum("needless"), 0, String));
	bars.push(atMost("bytes moved", sum("moved"), 0, String));
	return bars;
}

/** How much more the most expensive costs than the cheapest, among arenas with the same granule length. */
export function spread({ granules, values }: Growth, costs: number[]): number {
	const groups = [...new Set(granules)].map((granule) => costs.filter((_, i) => granules[i] === granule));
	return Math.max(...groups.map((group) => (values.length ? Math.max(...group) / Math.min(...group) - 1 : 0)));
}

function growthBars({ growth, worst }: Results): Bar[] {
	const bars: Bar[] = [];
	const names = { arena: "arena", size: "logical size", fill: "fill" };
	for (const each of growth?.series ?? [])
		for (const [operation, costs] of Object.entries(each.operations))
			bars.push(
				atMost(`${growth?.host}: ${operation} grows with the ${names[each.by]} by`, spread(each, costs), 0.1, percent),
			);
	for (const [operation, value] of Object.entries(worst ?? {}))
		bars.push(atMost(`rv32: most expensive ${operation} of a page, of its median`, value, 2, times));
	return bars;
}

/** Bytes of native code of these parts on a target. */
export function nativeBytes({ text }: Footprint, target: NativeTarget, ...parts: NativePart[]): number {
	const files = Object.entries(text[target] ?? {}).filter(([file]) => parts.includes(partOf(file)));
	return files.reduce((sum, [, bytes]) => sum + bytes, 0);
}

function footprintBars({ footprint, repeats }: Results): Bar[] {
	const { text, scratch, perPage } = footprint;
	const bytes = (value: number) => `${value} bytes`;
	const native = (what: string, limit: number, ...parts: NativePart[]) =>
		text.rv32 ? [atMost(what, nativeBytes(footprint, "rv32", ...parts), limit * 1024, bytes)] : [];
	const again = Object.entries(repeats).map(([host, same]) => ({
		what: `${host}: counts of a second run`,
		bar: "the same",
		measured: same ? "the same" : "different",
		met: same,
	}));
	return [
		atMost("metadata, a page", perPage[0], 8, bytes),
		atMost("metadata, a page with integrity", perPage[1], 12, bytes),
		atMost("internal scratch", scratch, 13 * 1024, bytes),
		...native("native text on rv32, without dense and offload", 26.5, "engine", "columns"),
		...native("native text on rv32, without columns, dense and offload", 17.5, "engine"),
		...native("native text on rv32, of dense", 7, "dense"),
		...again,
	];
}

/** Erases of late offload, as a share of those of "at once". */
function dayBars({ offload: { day } }: Results): Bar[] {
	const most: Record<string, Record<number, number>> = {
		camera: { 1.1: 0.1 },
		cache: { 1.1: 0.15 },
		slides: { 1.1: 0.3 },
	};
	return day
		.filter(({ design }) => design === "late")
		.flatMap((each) => {
			const what = `flash, ${each.app}, ${each.load} times what RAM holds`;
			const limit = each.load < 1 ? 0.02 : (most[each.app]?.[each.load] ?? 1.01);
			const bars = [atMost(`${what}: erases of at-once's`, shareOf(day, each), limit, percent)];
			if (each.load === 1.1) bars.push(atMost(`${what}: compressible stores that waited`, each.waited, 0.01, percent));
			return bars;
		});
}

function offloadBars({ offload: { cost, wear } }: Results): Bar[] {
	const data = wear.ours.slice(wear.logBlocks);
	const log = Math.max(...wear.ours.slice(0, wear.logBlocks));
	return [
		...cost.flatMap((each) => {
			const at = `flash, write alignment ${each.writeAlign}`;
			const limit = { 1: 0.011, 64: 0.02, 256: 0.075 }[each.writeAlign] as number;
			return [
				atMost(`${at}: programmed for the log`, each.log, limit, percent),
				atMost(`${at}: erases a page`, each.erases, 1.01, times),
			];
		}),
		atMost("flash: greatest less smallest erase count", Math.max(...data) - Math.min(...data), 66, String),
		atMost("flash: erases of the log's blocks, of the others'", log / Math.max(...data), 1, times),
	];
}

/** Why promises that are known to be missed are missed. */
const reasons: [what: RegExp, why: string][] = [
	[
		/^rv32, text: read/,
		"a page of prose consists of some 350 short runs, each copied byte by byte, as rv32imac cannot load misaligned words. The bar was set with a page of more repetitive text, which costs the reference 88,000 instructions and ours 22,000.",
	],
	[
		/^rv32, bitmap: write/,
		"nine in ten matches in these drawings are short and follow directly on one another, and each makes two entries in the table; with one entry, blocks would be 2 % longer. The bar was set with a screen of long runs (41,000 instructions for the reference, 15,000 for ours).",
	],
	[
		/^rv32, random: write/,
		"half of it is the call, the copy of the page, and the test for one repeated word. The rest looks at one position in eleven for what may come again; if it looked at fewer, more pages would take up to twice the reference's bytes.",
	],
	[
		/^8192 KB filled: utilisation/,
		"links are 16 bits wide, so above 4 MB granules are 128 bytes long, and a stored page wastes half of one on average: 64 bytes of some 2,300. Wider links, for granules of 64 bytes, would take 3 % of the arena.",
	],
];

/** A sentence for each promise that is missed. */
export function excuses(list: Bar[]): string[] {
	return list
		.filter(({ met }) => !met)
		.map(({ what, bar, measured }) => {
			const why = reasons.find(([pattern]) => pattern.test(what))?.[1];
			return `${what}: ${measured} instead of ${bar}${why ? `: ${why}` : "."}`;
		});
}

/** All promises that can be tested on this machine. */
export function bars(results: Results): Bar[] {
	return [costBars, columnsBars, capacityBars, growthBars, footprintBars, offloadBars, dayBars].flatMap((section) =>
		section(results),
	);
}
