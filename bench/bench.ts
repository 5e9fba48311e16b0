/**
 * `npm run bench`: what the module costs and holds, compared with its peers, in one run. Prints tables, and writes
 * bench/results.json, docs/bench.md and its pictures, the measured tables of README.md, docs/options.md and
 * docs/flash.md, and zramctl/plan/measured.ts. It takes some minutes; progress goes to stderr.
 *
 *   --quick   just enough to see that it works; writes to build/bench instead
 *   --docs    measures nothing, and writes the docs again from bench/results.json
 *
 * The last table shows missed promises; the exit code is 1 only if something failed.
 *
 * @module
 */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { buildHost } from "../tools/build-host.ts";
import { buildFolder, root } from "../tools/paths.ts";
import { clearStep, MissingTool, showStep as say, versionOf } from "../tools/process.ts";
import { checkFirmwareTools } from "../tools/run-firmware.ts";
import { type Chip, chips } from "../tools/variants.ts";
import { readPages } from "./command.ts";
import { type Corpus, PAGE, prepareCorpus } from "./corpus.ts";
import { page, pagesWithTables, pictures, withTables } from "./docs.ts";
import * as measure from "./measure.ts";
import { type HostName, hasCallgrind } from "./meter.ts";
import { measureOffload, OFFLOAD_FULL, OFFLOAD_QUICK } from "./offload.ts";
import { buildPeers } from "./peers.ts";
import { measuredModule } from "./plan.ts";
import { bars, excuses, type Results } from "./results.ts";
import { barsTable, linuxArenas, tables, toText } from "./tables.ts";
import { zsmalloc } from "./zsmalloc.ts";

const quick = process.argv.includes("--quick");
const extent = quick ? measure.QUICK : measure.FULL;

async function versions(): Promise<Record<string, string>> {
	const found = {
		machine: `${process.arch}, ${cpus()[0]?.model}`,
		Node: process.version,
		compiler: await versionOf(process.env.CC || "cc"),
		"compiler for rv32": await versionOf("riscv64-unknown-elf-gcc"),
		"compiler for M33": await versionOf("arm-none-eabi-gcc"),
		"compiler for lx106": await versionOf("xtensa-lx106-elf-gcc"),
		QEMU: await versionOf("qemu-system-riscv32"),
		valgrind: await versionOf("valgrind"),
	};
	return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Record<string, string>;
}

/** Whether a second run costs the same, to the instruction. */
async function repeats(host: HostName, costs: measure.CostByKind, corpus: Corpus): Promise<boolean> {
	say(`cost on ${host}, again`);
	const again = await measure.costOf(host, corpus, "text", extent.pages);
	return JSON.stringify(again) === JSON.stringify(costs.text);
}

/** What is missing to run an emulated microcontroller here, if anything. In CI nothing may be. */
async function missingFor(chip: Chip): Promise<string | undefined> {
	try {
		await buildHost(chip);
		await checkFirmwareTools(chip);
		return undefined;
	} catch (error) {
		if (!(error instanceof MissingTool) || process.env.CI === "true") throw error;
		return error.message.split("\n")[0];
	}
}

/** The emulated microcontrollers that can run here. */
async function chipsHere(skipped: string[]): Promise<Chip[]> {
	const here: Chip[] = [];
	for (const chip of chips) {
		const missing = await missingFor(chip);
		if (missing === undefined) here.push(chip);
		else skipped.push(`${chip}, emulated: ${missing}`);
	}
	return here;
}

async function collect(): Promise<Results> {
	say("corpus");
	const { corpus, skipped } = await prepareCorpus();
	const peers = await buildPeers();
	skipped.push(...peers.skipped);
	const emulated = await chipsHere(skipped);
	const hasRV32 = emulated.includes("rv32");
	const results: Results = {
		versions: { ...(await versions()), ...peers.versions },
		cost: {},
		sizes: await measure.sizes(corpus, peers, extent, say),
		calls: {},
		capacity: [],
		zsmalloc: [],
		growth: undefined,
		swap: undefined,
		worst: undefined,
		footprint: await measure.footprint(emulated, skipped, say),
		offload: measureOffload(quick ? OFFLOAD_QUICK : OFFLOAD_FULL, say),
		repeats: {},
		skipped,
	};
	const { cost } = results;
	const counting: HostName[] = [...emulated];
	for (const chip of emulated) cost[chip] = await measure.cost(chip, corpus, extent, say);
	if (await hasCallgrind()) counting.push("xs");
	else skipped.push("instructions on x86-64: valgrind is missing; try: apt-get install valgrind");
	cost.xs = await measure.cost("xs", corpus, extent, say);
	for (const host of counting) results.repeats[host] = await repeats(host, cost[host] as measure.CostByKind, corpus);
	for (const host of counting) results.calls[host] = await measure.calls(host, corpus, extent, say);
	const host = counting[0];
	if (host) results.growth = { host, series: await measure.growth(host, corpus, extent, say) };
	if (counting.includes("xs")) results.swap = { host: "xs", rows: await measure.swap("xs", corpus, extent.turns, say) };
	if (host) results.recorded = { host, result: await measure.recorded(host, corpus, extent, say) };
	if (hasRV32) results.worst = await measure.worst(corpus, extent, say);
	if (counting.includes("xs")) results.javascript = await measure.javascript(corpus, extent, say);
	say("zsmalloc");
	results.zsmalloc = zsmalloc(readPages([corpus.mixture as string], PAGE), linuxArenas);
	results.capacity = await measure.capacity(corpus, extent, say);
	return results;
}

function write(results: Results): string[] {
	const folder = (path: string) => join(quick ? join(buildFolder, "bench") : root, path);
	const files: Record<string, string> = {
		[folder("bench/results.json")]: `${JSON.stringify(results, null, "\t")}\n`,
		[folder("docs/bench.md")]: page(results, extent.ops),
		...Object.fromEntries(
			pagesWithTables.map((path) => [folder(path), withTables(path, readFileSync(join(root, path), "utf8"), results)]),
		),
		...Object.fromEntries(Object.entries(pictures(results)).map(([name, svg]) => [folder(`docs/${name}`), svg])),
	};
	const measured = measuredModule(results);
	if (measured) files[folder("zramctl/plan/measured.ts")] = measured;
	for (const name of ["bench", "docs", "zramctl/plan"]) mkdirSync(folder(name), { recursive: true });
	for (const [path, text] of Object.entries(files)) writeFileSync(path, text);
	return Object.keys(files);
}

async function main(): Promise<void> {
	if (process.argv.includes("--docs")) {
		write(JSON.parse(readFileSync(join(root, "bench/results.json"), "utf8")));
		return;
	}
	const started = performance.now();
	const results = await collect();
	clearStep();
	for (const table of [...tables(results, extent.ops), barsTable(bars(results))]) process.stdout.write(toText(table));
	for (const excuse of excuses(bars(results))) console.log(`\nmissed: ${excuse}`);
	for (const skipped of results.skipped) console.log(`\nskipped: ${skipped}`);
	console.log(`\n${Math.round((performance.now() - started) / 1000)} seconds; written:`);
	for (const path of write(results)) console.log(`  ${path.slice(root.length + 1)}`);
}

await main();
