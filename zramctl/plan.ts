/**
 * `zram plan`: how many of your files an arena would hold, and what that costs.
 *
 * @module
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { FORMAT } from "zram/trace/format";
import { flag, parseArguments, size } from "./arguments.ts";
import { Failure } from "./failure.ts";
import { type AppBuffer, type DecodePicture, fileBuffer, toBuffer } from "./plan/files.ts";
import { measuredCode } from "./plan/measured.ts";
import type { Screen } from "./plan/picture.ts";
import {
	ARENA_LEAST,
	ARENA_MOST,
	ARENAS,
	addressFor,
	constructorOf,
	costOf,
	LOOKS,
	milliseconds,
	PAGE,
	type Packed,
	type PackedPage,
	Packer,
	type Plan,
	planFor,
	type Use,
	useOf,
} from "./plan/plan.ts";
import { flashFor, planTrace, type TracePlan } from "./plan/trace.ts";
import { Progress } from "./replay/progress.ts";
import { count, yearsOf } from "./replay/report.ts";
import { survey } from "./replay/survey.ts";
import { TraceFile } from "./replay/trace.ts";
import { size as sizeText, table } from "./view.ts";

export const PLAN_HELP = `       zram plan FILE… [--arena BYTES] [--screen WIDTHxHEIGHT] [--bytes] [--json]
                                         how many of your files fit into 32 KB to 8 MB, and what that costs; for
                                         traces, how many stores would have been refused, and the wear of a flash`;

function screen(text: string, name: string): Screen {
	const [, width, height] = /^(\d+)x(\d+)$/i.exec(text)?.map(Number) ?? [];
	if (width && height && width <= 4096 && height <= 4096) return { width, height };
	throw new Failure(`--${name}: ${text} is not WIDTHxHEIGHT in pixels, such as 320x240, each from 1 to 4096`, 2);
}

const OPTIONS = { arena: size(ARENA_LEAST, ARENA_MOST), screen, bytes: flag, json: flag };

function clearLine(): string {
	return process.stderr.isTTY ? "\r\x1b[K" : "";
}

function complain(path: string, problem: string) {
	process.stderr.write(`${clearLine()}zram: ${path}: ${problem}\n`);
}

/** Shows progress, on a terminal. */
function show(text: string) {
	const width = (process.stderr.columns || 80) - 1; // a longer text would wrap, and its first line stay
	if (process.stderr.isTTY) process.stderr.write(`${clearLine()}${text.slice(0, width)}`);
}

/** The files, and those in folders, sorted by path. */
function* filesOf(paths: string[]): Generator<string> {
	for (const path of paths) {
		try {
			if (statSync(path).isDirectory()) {
				const names = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
				yield* names.map((entry) => join(entry.parentPath, entry.name)).sort();
				continue;
			}
		} catch (error) {
			complain(path, (error as Error).message);
			continue;
		}
		yield path;
	}
}

/** Whether a file is a trace, by its name, or a log that contains one. */
function isTrace(path: string, bytes: Uint8Array): boolean {
	return path.endsWith(".zrt") || Buffer.from(bytes.subarray(0, 65_536)).includes(`${FORMAT} `);
}

interface Traced {
	name: string;
	trace: TraceFile;
}

function readTrace(path: string, bytes: Uint8Array): Traced | undefined {
	try {
		return { name: basename(path), trace: new TraceFile(bytes) };
	} catch (error) {
		complain(path, (error as Error).message);
		return undefined;
	}
}

interface Planned extends AppBuffer, Packed {
	/** Of a table's records. */
	recordPages?: PackedPage[];
}

/** The decoders, if they are there. */
async function decoders(): Promise<DecodePicture> {
	try {
		return (await import("./plan/decode.ts")).decodePicture;
	} catch (error) {
		const { message } = error as Error;
		return () => {
			throw new Error(`pictures cannot be decoded: ${message}`);
		};
	}
}

/** `screen`: what pictures are decoded for; without it every file is taken as it is. */
async function readAll(paths: string[], screen: Screen | undefined): Promise<{ planned: Planned[]; traces: Traced[] }> {
	const planned: Planned[] = [];
	const traces: Traced[] = [];
	const packer = new Packer();
	const decode = await decoders();
	const files = [...filesOf(paths)];
	for (const [i, path] of files.entries()) {
		let bytes: Uint8Array;
		try {
			bytes = readFileSync(path);
		} catch (error) {
			complain(path, (error as Error).message);
			continue;
		}
		if (bytes.length === 0) {
			complain(path, "is empty; skipping it");
			continue;
		}
		show(`${i + 1} of ${files.length} files: ${path}`);
		if (isTrace(path, bytes)) {
			const traced = readTrace(path, bytes);
			if (traced) traces.push(traced);
			continue;
		}
		const buffer = screen
			? await toBuffer(path, bytes, screen, decode, (problem) => complain(path, problem))
			: fileBuffer(path, bytes);
		const pages: PackedPage[] = [];
		for (const batch of packer.pack(buffer.bytes)) {
			pages.push(...batch);
			const done = Math.min(pages.length * PAGE, buffer.bytes.length);
			show(`${i + 1} of ${files.length} files, ${sizeText(done)} of ${sizeText(buffer.bytes.length)}: ${path}`);
		}
		const records = buffer.records && [...packer.pack(buffer.records.bytes)].flat();
		planned.push({ ...buffer, byteLength: buffer.bytes.length, pages, ...(records && { recordPages: records }) });
	}
	packer.close();
	process.stderr.write(clearLine());
	return { planned, traces };
}

const KB = 1024;
const percent = (part: number, whole: number) => (whole ? `${Math.round((100 * part) / whole)} %` : "-");
const ms = (instructions: number) => {
	const value = milliseconds(instructions);
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
};

interface Costs {
	/** Instructions per file: the mean, and the most expensive. */
	write: { mean: number; most: number };
	read: { mean: number; most: number };
}

function costsOf(planned: Planned[]): Costs {
	const costs = planned.map((buffer) => costOf(buffer, buffer.format));
	const of = (key: "write" | "read") => {
		const values = costs.map((cost) => cost[key]);
		return { mean: values.reduce((a, b) => a + b, 0) / values.length, most: Math.max(...values) };
	};
	return { write: of("write"), read: of("read") };
}

/** The buffers of each kind, kinds in order of appearance. */
function byKind(planned: Planned[]): [string, Planned[]][] {
	const kinds = new Map<string, Planned[]>();
	for (const buffer of planned) {
		const others = kinds.get(buffer.kind) ?? [];
		kinds.set(buffer.kind, [...others, buffer]);
	}
	return [...kinds];
}

function kindRow(name: string, planned: Planned[]): string[] {
	const use = useOf(planned);
	const costs = costsOf(planned);
	const files = planned.reduce((sum, { fileLength }) => sum + fileLength, 0);
	const shares = [use.lz4, use.stored, use.resting].map((stored) => percent(stored, use.byteLength));
	return [
		name,
		`${use.buffers}`,
		sizeText(files),
		sizeText(use.byteLength),
		...shares,
		percent(use.huge, use.pages),
		ms(costs.write.mean),
		ms(costs.read.mean),
	];
}

function codecLines({ looks, restingLooks, pages }: Use): string[][] {
	return [
		["PAGES KEPT AS", ...LOOKS],
		["written", ...LOOKS.map((look) => percent(looks[look], pages))],
		["at rest", ...LOOKS.map((look) => percent(restingLooks[look], pages))],
	];
}

/** Compares tables as text and as records. */
function tableLines(planned: Planned[]): string[] {
	return planned.flatMap(({ name, byteLength, pages, records, recordPages }) => {
		if (!records || !recordPages) return [];
		const stored = useOf([{ byteLength, pages }]).stored;
		const same = useOf([{ byteLength: records.bytes.length, pages: recordPages }]).stored;
		return [
			`${name}: ${sizeText(byteLength)} of text take ${sizeText(stored)}; as ${records.what}, ` +
				`${sizeText(records.bytes.length)} take ${sizeText(same)}`,
		];
	});
}

function detail(planned: Planned[], plan: Plan): string[] {
	const { written, rested, lz4, raw, arena, scratch } = plan;
	const costs = costsOf(planned);
	const address = addressFor(planned, arena);
	const limited = address ? [`its address space runs out first; the byteLength below has room for all of them`] : [];
	return [
		`${sizeText(arena)} of RAM holds ${written.count} of ${planned.length} files as they are written, ${rested.count} if each ` +
			`rests before the next comes; ${lz4.count} with LZ4 alone, and ${raw} as they are`,
		...limited,
		`swapping one out takes at least ${ms(costs.write.mean)} (the largest ${ms(costs.write.most)}), and back in ` +
			`${ms(costs.read.mean)} (${ms(costs.read.most)}), at 160 MHz, one instruction a cycle, never waiting for memory`,
		`besides: ${(scratch / KB).toFixed(1)} KB of internal RAM, ${Math.round(measuredCode.native / KB)} KB of native code and ` +
			`${Math.round(measuredCode.bytecode / KB)} KB of bytecode in flash; and 24 KB of RAM while resting pages are packed`,
		"",
		constructorOf(plan, address),
	];
}

function toText(planned: Planned[], plans: Plan[], chosen: Plan): string[] {
	const use = useOf(planned);
	const kinds = byKind(planned);
	return [
		...table([
			[
				"RAM",
				"AS THEY ARE",
				"LZ4 ALONE",
				"WRITTEN",
				"AT REST",
				`OF ${planned.length} FILES, ${sizeText(use.byteLength)}`,
			],
			...plans.map(({ arena, raw, lz4, written, rested }) => [
				sizeText(arena),
				...[raw, lz4.count, written.count, rested.count].map(String),
			]),
		]),
		"",
		...table([
			["KIND", "COUNT", "FILES", "IN RAM", "LZ4", "WRITTEN", "AT REST", "INCOMPRESSIBLE", "OUT", "IN"],
			...kinds.map(([name, each]) => kindRow(name, each)),
		]),
		"",
		...table(codecLines(use)),
		"",
		...tableLines(planned),
		...detail(planned, chosen),
	];
}

function traceLines({ name, trace }: Traced, plans: TracePlan[]): string[] {
	const { writes, refused } = survey(trace);
	const rows = plans.map(({ arena, memory, flash }) => [
		sizeText(arena),
		...(memory ? [count(memory.refused), sizeText(memory.usedMost)] : ["-", "-"]),
		...(flash ? [count(flash.refused), count(flash.pages), count(flash.erases)] : ["-", "-", "-"]),
		flash ? yearsOf(flash) : "-",
	]);
	const what = `${name}: ${count(writes + refused)} stores, of which the device refused ${count(refused)}`;
	const enough = plans.find(({ memory }) => memory?.refused === 0);
	const { pageCount, pageLength } = trace.header;
	const advice = enough ? [`${constructorOf(enough, pageCount * pageLength)} would have refused nothing`] : [];
	return [
		`${what}; and with ${sizeText(flashFor(trace))} of flash behind it`,
		...table([["RAM", "REFUSED", "MOST USED", "REFUSED, FLASH", "PAGES TO IT", "ERASES", "YEARS"], ...rows]),
		...advice,
		...trace.problems.map((problem) => `${name}: ${problem}`),
	];
}

/** The smallest arena that holds all of them as they are written, or else the largest. */
function choose(plans: Plan[], count: number): Plan {
	return (plans.find(({ written }) => written.count === count) ?? plans.at(-1)) as Plan;
}

function toJSON(planned: Planned[], plans: Plan[], chosen: Plan): object {
	const address = addressFor(planned, chosen.arena);
	return {
		files: planned.map(({ name, kind, what, byteLength, fileLength, format, pages, records, recordPages }) => ({
			name,
			kind,
			what,
			fileLength,
			...useOf([{ byteLength, pages }]),
			instructions: costOf({ byteLength, pages }, format),
			...(records &&
				recordPages && {
					records: { what: records.what, ...useOf([{ byteLength: records.bytes.length, pages: recordPages }]) },
				}),
		})),
		plans,
		use: useOf(planned),
		instructions: costsOf(planned),
		code: measuredCode,
		chosen: { arena: chosen.arena, constructor: constructorOf(chosen, address) },
	};
}

export async function plan(parameters: string[]): Promise<void> {
	const { values, positionals } = parseArguments(parameters, OPTIONS);
	if (positionals.length === 0) throw new Failure("plan: name a FILE", 2);
	const { arena, screen = { width: 320, height: 240 } } = values;
	const { planned, traces } = await readAll(positionals, values.bytes ? undefined : screen);
	if (planned.length + traces.length === 0) throw new Failure("plan: none of the files could be read");
	const arenas = arena === undefined || ARENAS.includes(arena) ? ARENAS : [...ARENAS, arena].sort((a, b) => a - b);
	const plans = arenas.map((each) => planFor(planned, each));
	const chosen = plans.find((each) => each.arena === arena) ?? choose(plans, planned.length);
	const progress = new Progress(2 * arenas.length * traces.length);
	const traced = traces.map((each) => ({ ...each, plans: planTrace(each.trace, arenas, progress) }));
	progress.end();
	if (values.json) {
		const ofTraces = traced.map(({ name, plans }) => ({ name, plans }));
		const ofFiles = planned.length ? toJSON(planned, plans, chosen) : {};
		process.stdout.write(`${JSON.stringify({ ...ofFiles, ...(traced.length && { traces: ofTraces }) })}\n`);
		return;
	}
	const texts = traced.map((each) => traceLines(each, each.plans));
	if (planned.length) texts.unshift(toText(planned, plans, chosen));
	process.stdout.write(`${texts.map((lines) => lines.join("\n")).join("\n\n")}\n`);
}
