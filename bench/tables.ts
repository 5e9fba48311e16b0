/**
 * The tables of the bench, for the terminal and for docs/bench.md.
 *
 * @module
 */

import { table } from "../zramctl/view.ts";
import type { FillResult } from "./app/fill.ts";
import { kinds, mixtures, PAGE } from "./corpus.ts";
import { linux } from "./linux.ts";
import {
	type Capacity,
	type CostByKind,
	type Footprint,
	type Growth,
	type NativePart,
	type NativeTarget,
	OPERATIONS,
	type Size,
} from "./measure.ts";
import { type HostName, hosts } from "./meter.ts";
import { offloadTables } from "./offload.ts";
import { peerNames } from "./peers.ts";
import { type Bar, nativeBytes, type Results, spread } from "./results.ts";
import type { ZsmallocRow } from "./zsmalloc.ts";

export interface Table {
	title: string;
	/** What the columns mean, and the commands that give the same numbers. Markdown. */
	text: string;
	head: string[];
	rows: string[][];
}

const number = (value: number | undefined) =>
	value === undefined ? "-" : value.toLocaleString("en", { maximumFractionDigits: 0 });
const times = (a: number | undefined, b: number | undefined) =>
	a === undefined || b === undefined ? "-" : `${(a / b).toFixed(2)}x`;
const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
export const bytes = (value: number) =>
	value >= 1 << 20 && value % (1 << 20) === 0 ? `${value >> 20} MB` : `${Math.round(value / 1024)} KB`;

const hostNames: Record<HostName, string> = {
	rv32: "rv32imac, emulated",
	m33: "Cortex-M33, emulated",
	xs: "x86-64",
};

function unitOf(costs: CostByKind): string {
	return Object.values(costs)[0]?.unit === "copies" ? "time, in copies of a page" : "instructions";
}

function wholePages(host: HostName, costs: CostByKind): Table {
	return {
		title: `Cost of a page with LZ4 alone, ${hostNames[host]}`,
		text: `Mean ${unitOf(costs)} per page of 4 KB with \`codecs: ["lz4"]\`, from the call in JavaScript to the last byte. "of LZ4's" compares with the bare reference codec, called from C on the same pages. \`npm run -s cost -- --host ${host} --codecs lz4 FILE…\` measures your own files.`,
		head: ["pages", "write", "of LZ4's", "read", "of LZ4's", "overwrite", "trim", "stored", "of LZ4's"],
		rows: Object.entries(costs).map(([kind, { means, stored, lz4Stored }]) => [
			kind,
			number(means.write),
			times(means.write, means.lz4Write),
			number(means.read),
			times(means.read, means.lz4Read),
			number(means.rewrite),
			number(means.trim),
			number(stored),
			(stored / lz4Stored).toFixed(3),
		]),
	};
}

function beside(host: HostName, costs: CostByKind, javascript: Results["javascript"]): Table {
	const share = (whole: number | undefined, engine: number | undefined) =>
		percent(1 - (engine as number) / (whole as number));
	const js = host === "xs" && javascript;
	return {
		title: `Beside it, ${hostNames[host]}`,
		text: `The same pages (${unitOf(costs)}): the engine called from C, and JavaScript's share of the call from JavaScript; our codecs alone, including the choice among them; the bare reference LZ4 1.9.2 (\`LZ4_MEMORY_USAGE=12\`, -O2); and a plain copy${js ? ". The last four columns are JavaScript running on XS: the portable engine, and LZ4 alone (lz4js)" : ""}.`,
		head: [
			...["pages", "engine write", "JS", "engine read", "JS", "encode", "decode", "LZ4 write", "LZ4 read", "copy"],
			...(js ? ["portable write", "portable read", "lz4js write", "lz4js read"] : []),
		],
		rows: Object.entries(costs).map(([kind, { means }]) => [
			kind,
			number(means.engineWrite),
			share(means.write, means.engineWrite),
			number(means.engineRead),
			share(means.read, means.engineRead),
			...["encode", "decode", "lz4Write", "lz4Read", "copy"].map((label) => number(means[label])),
			...["portableWrite", "portableRead", "lz4jsWrite", "lz4jsRead"].flatMap((label) =>
				js ? number(js[kind]?.[label]) : [],
			),
		]),
	};
}

/** What a kind or mixture is. */
export function titleOf(name: string): string {
	return kinds.find((kind) => kind.name === name)?.title ?? (mixtures[name]?.title as string);
}

function sizesByKind(sizes: Size[]): Table {
	const peers = Object.keys(peerNames) as (keyof typeof peerNames)[];
	const share = (bytes: number | undefined, pages: number) =>
		bytes === undefined ? "-" : ((100 * bytes) / (pages * PAGE)).toFixed(1);
	return {
		title: "Sizes by kind",
		text: "What pages of 4 KB take, in % of their size. Each page is compressed alone, and kept as it is if that is shorter. xs-zram stores them in a device: with all codecs (and the share of pages that columns holds), then with LZ4 alone. The other codecs are Debian's, on the same pages in the same run. zstd's frames include their headers; deflate has none; FLAC stores a page as one frame, without the stream's header.",
		head: ["pages", "xs-zram", "columns", "LZ4 alone", ...Object.values(peerNames)],
		rows: sizes.map(({ name, pages, ours, lz4, columns, peers: theirs }) => [
			titleOf(name),
			share(ours, pages),
			share(columns * PAGE, pages),
			share(lz4, pages),
			...peers.map((peer) => share(theirs[peer], pages)),
		]),
	};
}

function callsByKind(calls: Results["calls"]): Table {
	const counted = hosts.filter((host) => calls[host]);
	const names = Object.keys(calls[counted[0] as HostName] as object);
	return {
		title: "Cost by kind",
		text: "Mean instructions to write and to read a page of 4 KB, from the call in JavaScript to the last byte: with all codecs, then with LZ4 alone.",
		head: ["pages", ...counted.flatMap((host) => [`${hostNames[host]}: write`, "LZ4", "read", "LZ4"])],
		rows: names.map((name) => [
			titleOf(name),
			...counted.flatMap((host) =>
				(["write", "lz4Write", "read", "lz4Read"] as const).map((label) => number(calls[host]?.[name]?.[label])),
			),
		]),
	};
}

function variations(host: HostName, costs: CostByKind): Table {
	return {
		title: `Parts of pages, and integrity, ${hostNames[host]}`,
		text: `Reading and writing 64 bytes within a page (${unitOf(costs)}), and whole pages with \`integrity: true\`, which gives each a checksum.`,
		head: ["pages", "write 64 B", "read 64 B", "write, integrity", "more", "read, integrity", "more"],
		rows: Object.entries(costs).map(([kind, { means }]) => {
			const more = (label: string) =>
				`+${percent((means[`${label} integrity`] as number) / (means[label] as number) - 1)}`;
			return [
				kind,
				number(means.writePart),
				number(means.readPart),
				number(means["write integrity"]),
				more("write"),
				number(means["read integrity"]),
				more("read"),
			];
		}),
	};
}

function filled(capacity: Capacity[]): Table {
	return {
		title: "Capacity",
		text: "How many pages of the mixtures an arena holds when it refuses the first one. Wasted: the part of the arena that holds no stored bytes, including all metadata. Utilisation: stored bytes divided by the bytes of granules in use. `npm run -s fill -- --arena 1M build/corpus/mixture.bin`",
		head: ["", "arena", "pages", "of its size", "stored bytes", "metadata", "wasted", "utilisation"],
		rows: Object.keys(mixtures).flatMap((mixture) =>
			(["all", "lz4"] as const).flatMap((codecs) =>
				capacity.map(({ arena, fills }) => filledRow(mixture, codecs, arena, fills[mixture]?.[codecs] as FillResult)),
			),
		),
	};
}

function filledRow(mixture: string, codecs: "all" | "lz4", arena: number, fill: FillResult): string[] {
	const { pages, stored, payload, metadata, used } = fill;
	return [
		`${titleOf(mixture)}${codecs === "lz4" ? ", LZ4 alone" : ""}`,
		bytes(arena),
		number(pages),
		`${(stored / arena).toFixed(2)}x`,
		number(payload),
		number(metadata),
		percent(1 - payload / arena),
		percent(payload / (used - metadata)),
	];
}

/** Arenas that Linux was measured with. */
export const linuxArenas = [1, 2, 4].map((size) => size << 20);

function besideLinux(capacity: Capacity[], zsmalloc: ZsmallocRow[]): Table {
	const ours = (codecs: "all" | "lz4") =>
		linuxArenas.map((arena) => capacity.find((each) => each.arena === arena)?.fills.mixture?.[codecs]);
	const cell = (pages: number | undefined, i: number, wasted?: number) => {
		if (pages === undefined) return "-";
		const times = `${number(pages)}, ${((pages * PAGE) / (linuxArenas[i] as number)).toFixed(2)}x`;
		return wasted === undefined ? times : `${times}, ${percent(wasted)}`;
	};
	return {
		title: "Capacity beside Linux zram",
		text: "How many pages of 4 KB fit before the first is refused, that as a multiple of the arena's size, and the part of the arena that is wasted. The first four rows come from this run, on the bench's mixture, so you can compare them. Ours are stored by a device; Linux's are computed after mm/zsmalloc.c (bench/zsmalloc.ts), whose size classes lie in chains of up to 4 (6.1) or 8 (7.3) whole pages. The measured rows come from real kernels: Debian's, in QEMU under `mem_limit`, in November 2026. They stored a different 8 MB mixture of the same kinds of data (frames, photos, PCM, JSON, JavaScript, bytecode, fonts, sensor logs, JPEG), as not all of its files are on npm. The last row is computed for that mixture.",
		head: ["", "1 MB", "2 MB", "4 MB"],
		rows: [
			...(["all", "lz4"] as const).map((codecs) => [
				codecs === "lz4" ? "xs-zram, LZ4 alone" : "xs-zram",
				...ours(codecs).map((fill, i) => cell(fill?.pages, i, fill && 1 - fill.payload / (linuxArenas[i] as number))),
			]),
			...zsmalloc.map(({ name, pages, utilisation }) => [
				name,
				...pages.map((count, i) => cell(count, i, 1 - (utilisation[i] as number))),
			]),
			...linux.map(({ name, pages }) => [name, ...pages.map((count, i) => cell(count, i))]),
		],
	};
}

/** What each tier of codecs holds of the mixture. */
function tiers(capacity: Capacity[]): Table {
	const row = (name: string, pagesOf: (each: Capacity) => number | undefined) => [
		name,
		...capacity.map((each) => {
			const pages = pagesOf(each);
			return pages === undefined ? "-" : `${number(pages)}, ${((pages * PAGE) / each.arena).toFixed(2)}x`;
		}),
	];
	const zstd = linux[0] as (typeof linux)[number];
	return {
		title: "Capacity by codecs, and by how much rests",
		text: "How many pages of the mixture an arena holds, and that as a multiple of its size. When it is full, some of its pages rest while all others are read; the resting ones are packed as dense, and filling goes on until that no longer makes room for one more page. The last row is real Linux with a different mixture, see below. `npm run -s fill -- --dense --arena 1M build/corpus/mixture.bin`",
		head: ["", ...capacity.map(({ arena }) => bytes(arena))],
		rows: [
			row("LZ4 alone", ({ fills }) => fills.mixture?.lz4.pages),
			row("and columns", ({ fills }) => fills.mixture?.all.pages),
			...(capacity[0]?.dense ?? []).map(({ percent }, i) =>
				row(`and ${percent} % rest: dense`, ({ dense }) => dense[i]?.result.pages),
			),
			row(zstd.name, ({ arena }) => zstd.pages[linuxArenas.indexOf(arena)]),
		],
	};
}

function churned(capacity: Capacity[], ops: number): Table {
	return {
		title: "Capacity in use",
		text: `${number(ops)} random overwrites and trims while the arena is kept that full. Occupancy: stored bytes divided by the bytes of all granules. Needless: refusals although enough granules were free, counting the page's own. Moved: bytes of other pages that an operation has moved, found by comparing the table and the links before and after it. Every page is read and compared before it is overwritten or trimmed. \`npm run -s churn -- --arena 1M --occupancy 0.93 build/corpus/mixture.bin\``,
		head: ["arena", "asked", "occupancy", "utilisation", "refusals", "needless", "moved"],
		rows: capacity.flatMap(({ arena, churn }) =>
			churn.map(({ asked, result }) => [
				bytes(arena),
				asked.toFixed(2),
				percent(result.occupancy),
				percent(result.utilisation),
				number(result.refusals),
				number(result.needless),
				number(result.moved),
			]),
		),
	};
}

function grown({ host, series }: NonNullable<Results["growth"]>): Table {
	const names = { arena: "arena", size: "logical size", fill: "fill" };
	const value = (by: Growth["by"], each: number) => (by === "fill" ? percent(each) : bytes(each));
	return {
		title: "Growth",
		text: `Does an operation cost more on a larger arena, a larger device, or a fuller one? Mean instructions on ${host}, for the same eight pages each time. "grows" is how much the most expensive exceeds the cheapest, among arenas with the same granule length.`,
		head: ["", "granule", ...OPERATIONS],
		rows: series.flatMap((each) => [
			...each.values.map((at, i) => [
				`${names[each.by]} ${value(each.by, at)}`,
				`${each.granules[i]}`,
				...OPERATIONS.map((name) => number(each.operations[name][i])),
			]),
			["grows", "", ...OPERATIONS.map((name) => `+${percent(spread(each, each.operations[name]))}`)],
		]),
	};
}

const targetNames: Record<NativeTarget, string> = {
	rv32: "rv32imac",
	m33: "Cortex-M33",
	lx106: "Xtensa lx106",
	x86: "x86",
};

function compiled(footprint: Footprint): Table {
	const targets = (Object.keys(targetNames) as NativeTarget[]).filter((target) => footprint.text[target]);
	const files = Object.keys(footprint.text[targets[0] as NativeTarget] ?? {});
	const cells = (bytesOf: (target: NativeTarget) => number | undefined) =>
		targets.map((target) => number(bytesOf(target)));
	const sum = (...parts: NativePart[]) => cells((target) => nativeBytes(footprint, target, ...parts));
	return {
		title: "Footprint: native code",
		text: "Bytes of each C file at -O2. There is no static data. On Xtensa only the C core is compiled, without its binding to XS (zramBinding).",
		head: ["", ...targets.map((target) => targetNames[target])],
		rows: [
			...files.map((file) => [file, ...cells((target) => footprint.text[target]?.[file])]),
			["without columns, dense and offload", ...sum("engine")],
			["without dense and offload", ...sum("engine", "columns")],
			["without offload", ...sum("engine", "columns", "dense")],
			["all", ...sum("engine", "columns", "dense", "offload")],
		],
	};
}

function stacked({ stack }: Footprint): Table {
	return {
		title: "Footprint: XS's stack",
		text: "The most XS slots that a call takes, arguments included, found by making many calls; a slot is 16 bytes on a microcontroller. Calling a function of your own takes some 12. The flash is a driver in JavaScript that does next to nothing. `creation.stack` in your app's manifest says how many slots there are.",
		head: ["", "XS slots"],
		rows: stack.map(({ name, slots }) => [name, number(slots)]),
	};
}

function weighed({ bytecode, modules, heap, scratch, perPage }: Footprint): Table {
	const [slotsBefore, slotsAfter] = heap.slots;
	const [chunksBefore, chunksAfter] = heap.chunks;
	const slots = slotsAfter - slotsBefore;
	return {
		title: "Footprint",
		text: "What the module takes besides native code and stack. The heap is that of an app with one device, minus that of an app without the module; in firmware the module is preloaded, and most of it stays in flash.",
		head: ["", "bytes"],
		rows: [
			["bytecode of the module", number(bytecode[1] - bytecode[0])],
			...Object.entries(modules ?? {}).map(([name, length]) => [`bytecode of ${name}, besides`, number(length)]),
			[`XS heap: ${number(slots)} slots of ${heap.slotLength}`, number(slots * heap.slotLength)],
			["XS heap: chunks", number(chunksAfter - chunksBefore)],
			["internal scratch, a device", number(scratch)],
			["metadata in the arena, a page", number(perPage[0])],
			["metadata in the arena, a page with integrity", number(perPage[1])],
		],
	};
}

function recordedTable({ host, result }: Exclude<Results["recorded"], undefined>): Table {
	const { means, bytesEach } = result;
	return {
		title: `Recording, ${hostNames[host]}`,
		text: `Instructions of an operation on a page of prose, from the call in JavaScript, without and with zram/trace recording the device. Once the trace is closed, operations cost what they did before. Each of these takes ${bytesEach.toFixed(1)} bytes of trace.`,
		head: ["", "not recorded", "recorded"],
		rows: ["write", "read", "trim"].map((name) => [name, number(means[name]), number(means[`${name}, recorded`])]),
	};
}

function swapped({ host, rows }: Exclude<Results["swap"], undefined>): Table {
	const megabyte = (value: number) => (value >= 10_240 ? bytes(value) : number(value));
	return {
		title: `Buffers in a swap pool and appends to a flash in RAM, ${hostNames[host]}`,
		text: "Instructions from the call in JavaScript. The next four columns are `acquire` and `release` together: of a buffer that is in a slot, of one that must be read, of one acquired for writing but not changed, and with one page changed. Bytes: what the buffer takes in the arena, and what it would take on the XS heap, where using it costs a look-up in a Map. Flash: what a W25Q128 typically takes for the same bytes (emulated; erasing included, except for the append).",
		head: [
			...["", "write", "in a slot", "read", "unchanged", "one page changed"],
			...["arena, bytes", "XS heap, bytes", "used there", "flash write, ms", "flash read, ms"],
		],
		rows: rows.map(({ name, byteLength, means, stored, flash }) => [
			name,
			number(means.write ?? means.append),
			number(means.resident),
			number(means.read),
			number(means.unchanged),
			number(means.changed),
			stored ? megabyte(stored) : "-",
			megabyte(byteLength),
			number(means.heap),
			flash.write.toFixed(1),
			flash.read.toFixed(2),
		]),
	};
}

export function barsTable(list: Bar[]): Table {
	const missed = list.filter(({ met }) => !met).length;
	return {
		title: "What is promised",
		text: `${list.length - missed} of ${list.length} promises are kept${missed ? `, ${missed} missed` : ""}.`,
		head: ["", "promised", "measured", ""],
		rows: list.map(({ what, bar, measured, met }) => [what, bar, measured, met ? "kept" : "MISSED"]),
	};
}

export function corpusTable(): Table {
	const names = Object.keys(mixtures);
	return {
		title: "The pages",
		text: `\`npm run -s corpus\` makes them in build/corpus, the same on every machine; npm packages named without a version are those of package-lock.json. The last columns say how many of each 128 pages of a mixture are of that kind.`,
		head: ["kind", "what", "from", ...names],
		rows: kinds.map(({ name, title, source }) => [
			name,
			title,
			source,
			...names.map((mixture) => `${mixtures[mixture]?.shares[name] ?? "-"}`),
		]),
	};
}

/** All tables but the promises and the corpus. */
export function tables(results: Results, ops: number): Table[] {
	const { cost, sizes, calls, javascript, capacity, growth, swap, footprint } = results;
	const ofHosts = hosts
		.filter((host) => cost[host])
		.flatMap((host) => {
			const costs = cost[host] as CostByKind;
			return [wholePages(host, costs), beside(host, costs, javascript), variations(host, costs)];
		});
	return [
		sizesByKind(sizes),
		...(Object.keys(calls).length ? [callsByKind(calls)] : []),
		...ofHosts,
		filled(capacity),
		tiers(capacity),
		besideLinux(capacity, results.zsmalloc),
		churned(capacity, ops),
		...(growth ? [grown(growth)] : []),
		...(swap ? [swapped(swap)] : []),
		...(results.recorded ? [recordedTable(results.recorded)] : []),
		weighed(footprint),
		compiled(footprint),
		stacked(footprint),
		...offloadTables(results.offload),
	];
}

/** For a terminal: aligned columns, numbers to the right. */
export function toText({ title, head, rows }: Table): string {
	return [`\n${title}\n`, ...table([head, ...rows]).map((line) => `  ${line}`), ""].join("\n");
}

export function toMarkdown({ title, text, head, rows }: Table): string {
	const line = (row: string[]) => `| ${row.join(" | ")} |`;
	const isNumbers = (i: number) => rows.every((row) => /^([-+]?[\d.,]+|-$|$)/.test(row[i] ?? ""));
	const alignment = `|${head.map((_, i) => (isNumbers(i) ? "---:" : "---")).join("|")}|`;
	return [`## ${title}`, "", text, "", line(head), alignment, ...rows.map(line), ""].join("\n");
}
