/**
 * Runs measuring programs on a host, and averages what was counted: instructions, or, where these cannot be counted,
 * times, as multiples of the time to copy a page.
 *
 * @module
 */

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildFolder } from "../tools/paths.ts";
import { versionOf } from "../tools/process.ts";
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
	/** Bytes that a page takes, with ours and with the reference. */
	stored: number;
	lz4Stored: number;
	/** Pages that the columns codec holds. */
	columns: number;
	/** Slots and bytes of chunks allocated on the XS heap by writing, reading and trimming every page. */
	allocated: [number, number];
}

/** The result of a measuring program. */
interface Metered {
	measures: Measure[];
}

/** Times are medians of this many rounds. */
const ROUNDS = 15;

export const hasCallgrind = async () => (await versionOf("valgrind")) !== undefined;

/** The instructions since the previous mark, as callgrind wrote them down. */
function sinceLastMark(path: string): number {
	const total = /^(?:summary|totals): (\d+)$/m.exec(readFileSync(path, "utf8"))?.[1];
	if (total === undefined) throw new Error(`${path}: not a dump of callgrind`);
	return Number(total);
}

let dumps = 0;

/** Runs a program under callgrind, which replaces `from` and `to` of its measures by instructions. */
async function underCallgrind<R extends Metered>(name: string, parameters: Parameters, options: XSOptions): Promise<R> {
	const folder = join(buildFolder, "bench", `callgrind-${process.pid}-${dumps++}`);
	mkdirSync(folder, { recursive: true });
	const out = join(folder, "out");
	const callgrind = ["--quiet", "--tool=callgrind", `--callgrind-out-file=${out}`, "--dump-before=xs_bench_counter"];
	try {
		const result = await runProgram<R>(name, parameters, { ...options, under: ["valgrind", ...callgrind] });
		// mark 1 is before the first measure, mark 2 after it
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

/** The value in the middle. */
function median(values: number[]): number {
	return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

/** Each measure per page, minus its loop; the median if it was measured several times. */
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

/** Measures pages of 4096 bytes. `counts`: whether to count instructions. Default: if the host can. */
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
