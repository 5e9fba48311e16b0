/**
 * Runs programs that measure on a host, and makes means of what was counted there: instructions, or where nothing counts
 * them times, as multiples of the time that a copy of the page takes.
 *
 * @module
 */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildFolder } from "../tools/paths.ts";
import { MissingTool, run } from "../tools/process.ts";
import type { XSOptions } from "../tools/run-xs.ts";
import { chips } from "../tools/variants.ts";
import type { CostParameters, CostResult } from "./app/cost.ts";
import type { Measure } from "./app/meter.ts";
import type { PageFile, Parameters } from "./app/program.ts";
import { runProgram } from "./command.ts";

/** The emulated microcontrollers, and the command-line host on the desk's machine. */
export const hosts = [...chips, "xs"] as const;
export type HostName = (typeof hosts)[number];

/** What a page costs, by label. */
export interface Means {
	unit: "instructions" | "copies";
	means: Record<string, number>;
	/** Bytes that a page takes, ours and the reference's. */
	stored: number;
	lz4Stored: number;
	/** Pages that the codec columns holds. */
	columns: number;
	/** Slots and bytes of chunks that a write, a read and a trim of every page allocate on the XS heap. */
	allocated: [number, number];
}

/** What a program that measures gives. */
interface Metered {
	measures: Measure[];
}

/** Times are medians of so many rounds. */
const ROUNDS = 15;

export async function hasCallgrind(): Promise<boolean> {
	try {
		return (await run("valgrind", ["--version"], { install: "apt-get install valgrind" })).exitCode === 0;
	} catch (error) {
		if (error instanceof MissingTool) return false;
		throw error;
	}
}

/** What callgrind wrote down at a mark: the instructions since the mark before it. */
function sinceLastMark(path: string): number {
	const total = /^(?:summary|totals): (\d+)$/m.exec(readFileSync(path, "utf8"))?.[1];
	if (total === undefined) throw new Error(`${path}: not a dump of callgrind`);
	return Number(total);
}

let dumps = 0;

/** Runs a program under callgrind. `from` and `to` of its measures become instructions. */
async function underCallgrind<R extends Metered>(name: string, parameters: Parameters, options: XSOptions): Promise<R> {
	const folder = join(buildFolder, "bench", `callgrind-${process.pid}-${dumps++}`);
	mkdirSync(folder, { recursive: true });
	const out = join(folder, "out");
	const callgrind = ["--quiet", "--tool=callgrind", `--callgrind-out-file=${out}`, "--dump-before=xs_bench_counter"];
	try {
		const result = await runProgram<R>(name, parameters, { ...options, under: ["valgrind", ...callgrind] });
		// mark 1 is in front of the first measure, mark 2 behind it
		result.measures.forEach((measure, i) => {
			measure.from = 0;
			measure.to = sinceLastMark(`${out}.${2 * i + 2}`);
		});
		return result;
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** Runs a program on a host where instructions are counted. */
export function runCounted<R extends Metered>(
	host: HostName,
	name: string,
	parameters: Parameters,
	options: XSOptions = {},
): Promise<R> {
	if (host === "xs") return underCallgrind<R>(name, parameters, options);
	return runProgram<R>(name, parameters, { ...options, variant: host });
}

/** The middle one. */
function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

/** A page's share of each measure, without what its loop takes; the median if it was measured several times. */
export function meansOf(measures: Measure[]): Record<string, number> {
	const shares = new Map<string, number[]>();
	for (const { label, count, from, to } of measures)
		shares.set(label, [...(shares.get(label) ?? []), (to - from) / count]);
	const whole = new Map([...shares].map(([label, values]) => [label, median(values)]));
	const withoutLoop = measures.map(({ label, without }) => {
		const loop = without === undefined ? 0 : (whole.get(without) as number);
		return [label, (whole.get(label) as number) - loop] as const;
	});
	return Object.fromEntries(withoutLoop);
}

/** Measures pages of 4096 bytes. `counts`: on a host that counts instructions; by default if it can. */
export async function measureCost(
	host: HostName,
	pages: PageFile,
	options: Omit<CostParameters, "pages" | "rounds">,
	counts?: boolean,
): Promise<Means> {
	counts ??= host !== "xs" || (await hasCallgrind());
	const parameters: CostParameters = { ...options, pages, rounds: counts ? 1 : ROUNDS };
	const { measures, stored, columns, lz4Stored, allocated } = counts
		? await runCounted<CostResult>(host, "cost", parameters)
		: await runProgram<CostResult>("cost", parameters);
	const means = meansOf(measures);
	const rest = { stored: stored / pages.count, lz4Stored: lz4Stored / pages.count, columns, allocated };
	if (counts) return { unit: "instructions", means, ...rest };
	const copy = means.copy as number;
	const multiples = Object.entries(means).map(([label, mean]) => [label, mean / copy]);
	return { unit: "copies", means: Object.fromEntries(multiples), ...rest };
}
