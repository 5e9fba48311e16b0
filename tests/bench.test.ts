/* The commands fill, churn and cost from outside: what they print, and that they notice one wrong bit. */
// needs: compiler

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { HistoryResult } from "../bench/app/history.ts";
import type { Parameters } from "../bench/app/program.ts";
import { evenly, readPages, runProgram, withPages } from "../bench/command.ts";
import { page, pagesWithTables, withTables } from "../bench/docs.ts";
import { randomBytes, roomRecords, SENSORS, type Sensors, samePages, sensorRecords } from "../bench/generators.ts";
import { FULL, type Size } from "../bench/measure.ts";
import { measureCost } from "../bench/meter.ts";
import { buildPeers } from "../bench/peers.ts";
import { measuredModule } from "../bench/plan.ts";
import { addition } from "../bench/reference.ts";
import { bars } from "../bench/results.ts";
import { barsTable } from "../bench/tables.ts";
import { buildFolder, root } from "../tools/paths.ts";
import { type RunResult, run } from "../tools/process.ts";
import { runOnXS } from "../tools/run-xs.ts";
import { faultyDevice } from "./support/faulty-device.ts";
import { Random } from "./support/random.ts";

const PAGE = 4096;
const folder = join(buildFolder, "bench-test");
mkdirSync(folder, { recursive: true });

function file(name: string, bytes: Uint8Array): string {
	const path = join(folder, name);
	writeFileSync(path, bytes);
	return path;
}

/** Half of each page is noise, so it takes half a page. `pages` may be a fraction. */
function halves(pages: number, seed: number): Uint8Array {
	const random = new Random(seed);
	return Uint8Array.from({ length: pages * PAGE }, (_, i) => (i & 1024 ? 0 : random.below(256)));
}

const half = file("half", halves(64, 1));
const noise = file("noise", randomBytes(64 * PAGE, 2));
const same = file("same", samePages(8, PAGE, 3));
const readings = file("readings", sensorRecords(48 * PAGE, 5));
const short = file("short", halves(1.25, 4));

function command(name: string, ...parameters: string[]): Promise<RunResult> {
	return run(process.execPath, [join(root, "tools/run.mjs"), `bench/${name}.ts`, ...parameters], { cwd: root });
}

/** The single line a command prints. */
async function result(name: string, ...parameters: string[]): Promise<Record<string, number | string | null>> {
	const { exitCode, stdout, stderr } = await command(name, ...parameters);
	assert.is(exitCode, 0, stderr);
	assert.match(stdout, /^\{.*\}\n$/);
	return JSON.parse(stdout);
}

test("fill: up to the first refusal, with no needless one", async () => {
	const filled = await result("fill", "--arena", "128K", half, noise);
	const keys = [
		"pages",
		"stored",
		"payload",
		"used",
		"metadata",
		"same",
		"huge",
		"columns",
		"arena",
		"refused",
		"engine",
	];
	assert.equal(Object.keys(filled), keys);
	const { pages, stored, payload, used, metadata, arena, refused, engine } = filled as Record<string, number>;
	assert.is(arena, 128 * 1024);
	assert.is(refused, "ENOSPC");
	assert.is(engine, "native");
	assert.is(stored, (pages as number) * PAGE);
	// DESIGN.md's formula: header, 128 pages of table, links
	const granules = Math.floor((128 * 1024 - 256 - 128 * 8) / 66);
	assert.ok(
		(metadata as number) >= 256 + 128 * 8 + 2 * granules && (metadata as number) < 256 + 128 * 8 + 2 * granules + 192,
	);
	assert.ok((payload as number) <= (used as number) - (metadata as number));
	// what is left can't hold another page
	assert.ok((arena as number) - (used as number) < 0.6 * PAGE, JSON.stringify(filled));
	assert.equal(await result("fill", "--arena", "131072", half, noise), filled, "again, in other words");
});

test("fill: pads files to pages, stores same-filled pages for nothing, counts huge ones", async () => {
	const {
		pages,
		stored,
		same: found,
		huge,
		refused,
	} = await result("fill", "--arena", "1m", short, same, short, noise);
	assert.equal([pages, stored, found, huge, refused], [2 + 8 + 2 + 64, 76 * PAGE, 8, 64, null]);
	const small = await result("fill", "--arena", "1M", "--page", "512", short, same);
	assert.equal([small.pages, small.same], [10 + 64, 64 + 2 * 2 + 0]);
});

test("fill --dense: more pages, some of them dense, after as many rounds as repacking makes room", async () => {
	const fill = ["--arena", "64K", join(root, "node_modules/acorn/dist/acorn.js")];
	const plain = await result("fill", ...fill);
	const dense = await result("fill", "--dense", ...fill);
	assert.is(plain.dense, undefined);
	const [more, packed, rounds] = [dense.pages, dense.dense, dense.rounds].map(Number) as [number, number, number];
	assert.ok(more > Number(plain.pages) && packed > 0 && rounds > 1, JSON.stringify(dense));
	assert.is(dense.refused, "ENOSPC");
});

test("fill, churn, cost: --codecs lz4 leaves out columns, which otherwise packs the readings", async () => {
	const fill = ["--arena", "96K", readings];
	const { pages, columns } = await result("fill", ...fill);
	assert.equal([pages, columns], [48, 48]);
	assert.equal(await result("fill", "--codecs", "lz4,columns", ...fill), await result("fill", ...fill), "all");
	const { pages: fewer, columns: none } = await result("fill", "--codecs", "lz4", ...fill);
	assert.ok((fewer as number) < 40, `${fewer}`);
	assert.is(none, 0);
	const churn = ["--arena", "128K", "--ops", "500", "--occupancy", "0.2", readings];
	assert.ok(((await result("churn", ...churn)).columns as number) > 20);
	assert.is((await result("churn", "--codecs", "lz4", ...churn)).columns, 0);
});

test("fill: says when the device is smaller than the files", async () => {
	const { pages, refused } = await result("fill", "--arena", "1M", "--size", "32K", half);
	assert.equal([pages, refused], [8, "ERANGE"]);
});

test("churn: no refusal at 0.9; refusals at 1, none of them needless", async () => {
	const parameters = ["--arena", "112K", "--ops", "3000", "--seed", "7", half, noise];
	const calm = await result("churn", "--occupancy", "0.9", ...parameters);
	assert.equal(Object.keys(calm), ["refusals", "needless", "utilisation", "occupancy", "moved", "columns", "engine"]);
	assert.equal([calm.refusals, calm.needless, calm.moved, calm.engine], [0, 0, 0, "native"]);
	assert.ok(Math.abs((calm.occupancy as number) - 0.88) < 0.03, `${calm.occupancy}`);
	assert.ok((calm.utilisation as number) > 0.96 && (calm.utilisation as number) <= 1);
	const full = await result("churn", "--occupancy", "1", ...parameters);
	assert.ok((full.refusals as number) > 100, JSON.stringify(full));
	assert.equal([full.needless, full.moved], [0, 0]);
	assert.equal(await result("churn", "--occupancy", "1", ...parameters), full, "again");
	const other = await result("churn", "--occupancy", "1", ...parameters, "--seed", "8");
	assert.is.not(other.utilisation, full.utilisation, "another seed, another history");
});

test("the portable engine in Node: the same figures", async () => {
	const fill = ["--arena", "128K", half, noise];
	assert.equal(await result("fill", "--engine", "portable", ...fill), {
		...(await result("fill", ...fill)),
		engine: "portable",
	});
	const churn = ["--arena", "112K", "--ops", "1000", "--occupancy", "1", half, noise];
	const portable = await result("churn", "--engine", "portable", ...churn);
	assert.ok((portable.refusals as number) > 10);
	assert.equal(portable, { ...(await result("churn", ...churn)), engine: "portable" });
});

test("churn: an occupancy these files can't reach", async () => {
	const { exitCode, stdout, stderr } = await command("churn", "--arena", "128K", "--ops", "10", same);
	assert.equal([exitCode, stdout], [2, ""]);
	assert.match(stderr, /--occupancy: cannot be reached/);
});

const hasValgrind = process.env.CI === "true" || (await run("valgrind", ["--version"]).catch(() => false)) !== false;

(hasValgrind ? test : test.skip)("cost on XS: instructions, the same each time", async () => {
	const counted = await result("cost", "--host", "xs", "--pages", "6", half, noise);
	const peers = ["lz4Write", "lz4Read", "engineWrite", "engineRead", "copy", "stored", "lz4Stored", "columns"];
	assert.equal(Object.keys(counted), ["write", "rewrite", "read", "encode", "decode", ...peers]);
	const { write, read, encode, decode, engineWrite, engineRead, copy, stored, lz4Stored } = counted as Record<
		string,
		number
	>;
	assert.ok((copy as number) > 60 && (copy as number) < 5000, `${copy}`);
	assert.ok((write as number) > (engineWrite as number) && (read as number) > (engineRead as number));
	assert.ok((write as number) < 200_000, `${write}`);
	assert.ok((encode as number) > 3000 && (encode as number) < (engineWrite as number), `${encode}`);
	assert.ok((decode as number) > 300 && (decode as number) < (engineRead as number), `${decode}`);
	assert.ok(Math.abs((stored as number) / (lz4Stored as number) - 1) < 0.02);
	assert.equal(await result("cost", "--host", "xs", "--pages", "6", half, noise), counted);
	const cost = (...options: string[]) => result("cost", "--host", "xs", "--pages", "6", ...options, readings);
	const [all, lz4] = [await cost(), await cost("--codecs", "lz4")];
	assert.equal([all.columns, lz4.columns], [6, 0]);
	assert.ok((all.encode as number) > (lz4.encode as number) && (all.decode as number) > (lz4.decode as number));
	assert.ok((all.stored as number) < 0.5 * (lz4.stored as number), `${all.stored} ${lz4.stored}`);
});

test("cost without callgrind: times, in copies of a page", async () => {
	const pages = evenly(readPages([half], PAGE), PAGE, 16);
	const { unit, means } = await withPages(pages, PAGE, (path) =>
		measureCost("xs", path, { parts: ["api", "peers"], show: "nothing" }, false),
	);
	assert.is(unit, "copies");
	assert.is(means.copy, 1);
	assert.ok((means.write as number) > 2 && (means.lz4Write as number) > 2, JSON.stringify(means));
});

for (const [name, bad, message] of [
	["fill", [half], /--arena: say how many bytes .*\nusage: /],
	["fill", ["--arena", "1M"], /FILE: name at least one/],
	["fill", ["--arena", "1M", "nowhere"], /FILE: .*nowhere/],
	["fill", ["--arena", "1G", half], /--arena: 1G is not a number of bytes from 1 to 2147483647, such as/],
	["fill", ["--arena", "-1", half], /--arena/],
	["fill", ["--arena", "1000", half], /--arena: 1000 is too small, at least \d+ are needed/],
	["fill", ["--arena", "1M", "--page", "1000", half], /--page: 1000 is not 512 or 1024 or 2048 or 4096/],
	["fill", ["--arena", "1M", "--size", "5000", half], /--size: 5000 is not a multiple of the page length, 4096/],
	["fill", ["--arena", "1M", "--engine", "steam", half], /--engine: steam is not native or portable/],
	["fill", ["--arena", "1M", "--codecs", "zstd", half], /--codecs: zstd is not one or more of lz4,columns,dense\n/],
	[
		"churn",
		["--arena", "1M", "--codecs", "lz4,lz4", half],
		/--codecs: lz4,lz4 is not one or more of lz4,columns,dense\n/,
	],
	["cost", ["--codecs", "", half], /--codecs: {2}is not one or more of lz4,columns,dense\n/],
	["fill", ["--arena", "1M", "--colour", "red", half], /--colour/],
	["churn", ["--arena", "1M", "--occupancy", "1.5", half], /--occupancy: 1.5 is not a number from 0.01 to 1/],
	["churn", ["--arena", "1M", "--ops", "0", half], /--ops: 0 is not an integer from 1/],
	["churn", ["--arena", "1M", "--seed", "x", half], /--seed: x is not an integer from 0/],
	["cost", ["--host", "moon", half], /--host: moon is not/],
	["cost", ["--pages", "0", half], /--pages: 0 is not an integer from 1 to 500/],
] as [string, string[], RegExp][])
	test(`${name} ${bad.map((each) => (each === half ? "FILE" : each)).join(" ")}: refused`, async () => {
		const { exitCode, stdout, stderr } = await command(name, ...bad);
		assert.equal([exitCode, stdout], [2, ""]);
		assert.match(stderr, message);
	});

for (const [name, bad, more] of [
	["fill", 3, { arena: 1 << 20, size: 1 << 20 }],
	["churn", 40, { arena: 1 << 17, size: 1 << 19, ops: 100, occupancy: 0.9, seed: 1 }],
	["cost", 30, { parts: ["api"], rounds: 1 }],
] as [string, number, object][])
	test(`${name}: one wrong bit ends it with exit code 1`, async () => {
		await withPages(readPages([half], PAGE), PAGE, async (pages) => {
			const options = { echo: false, plugins: [faultyDevice(bad)] };
			const failure = await runProgram(name, { ...more, pages, show: "nothing" }, options).then(
				() => assert.unreachable("it saw nothing"),
				(error) => error,
			);
			assert.is(failure.exitCode, 1);
			assert.match(failure.message, /page \d+ came back wrong/);
		});
	});

for (const host of ["XS", "Node"])
	test(`audit on ${host}: sees granules and pages that moved, and only those`, async () => {
		const program = join(root, "tests/support/audit-program.ts");
		const { stdout, stderr } =
			host === "XS"
				? await runOnXS("xs64", program, [], { addition: await addition() })
				: await run(process.execPath, ["--import", "tsx", program], { cwd: root });
		const [over, fresh, trimmed, read, taken, exchanged, settled, elsewhere, granules] = JSON.parse(stdout || stderr);
		assert.equal([over, fresh, trimmed, read, taken], [0, 0, 0, 0, 0]);
		assert.is(exchanged, 3 * 64);
		assert.is(settled, 0);
		assert.ok(elsewhere > (granules - 1) * 64 && elsewhere <= granules * 64, `${elsewhere}`);
	});

test("docs/bench.md, the tables of other pages, and zram plan's figures match bench/results.json", () => {
	const text = (path: string) => readFileSync(join(root, path), "utf8");
	const results = JSON.parse(text("bench/results.json"));
	assert.is(text("docs/bench.md"), page(results, FULL.ops));
	for (const path of pagesWithTables) assert.is(text(path), withTables(path, text(path), results));
	assert.is(text("zramctl/plan/measured.ts"), measuredModule(results));
});

const hasPeers = (await buildPeers()).skipped.length === 0;

test("the quick bench: every table, every promise, and the files it writes", async () => {
	const { exitCode, stdout, stderr } = await command("bench", "--quick");
	assert.is(exitCode, 0, stderr);
	const titles = [
		"Sizes by kind",
		"Cost by kind",
		"Cost of a page",
		"Capacity",
		"Capacity by codecs, and by how much rests",
		"Capacity beside Linux zram",
		"Capacity in use",
		"Recording",
		"Footprint",
		"Offload: a day in the life of five apps",
	];
	for (const title of [...titles, "What is promised"]) assert.match(stdout, new RegExp(`^${title}`, "m"));
	assert.match(stdout, /mixture: stored bytes, of LZ4's +at most 1.005x +[01]\.\d{3}x +(kept|MISSED)/);
	assert.match(stdout, /needless refusals +at most 0 +0 +kept/);
	assert.not.match(stdout, /NaN|undefined/);
	const written = [...stdout.matchAll(/^ {2}(build\/\S+)$/gm)].map(([, path]) => path as string);
	const texts = written.map((path) => readFileSync(join(root, path), "utf8"));
	assert.is(written.length, 8 + pagesWithTables.length);
	for (const text of texts) assert.not.match(text, /NaN|undefined/);
	const results = JSON.parse(texts[0] as string);
	const sizeOf = (name: string) => results.sizes.find((size: Size) => size.name === name) as Size;
	const [text, noise, speech] = ["text", "random", "speech"].map(sizeOf) as [Size, Size, Size];
	assert.is(noise.ours, noise.pages * PAGE);
	for (const bytes of Object.values(noise.peers)) assert.is(bytes, noise.pages * PAGE);
	assert.is(text.peers.flac, undefined);
	if (hasPeers) {
		assert.ok(Math.abs(text.ours / (text.peers.lz4 as number) - 1) < 0.03, JSON.stringify(text));
		assert.ok((speech.peers.flac as number) < 0.6 * (speech.peers.lz4 as number), JSON.stringify(speech));
	}
	assert.equal(bars({ ...results, capacity: [] }).length < bars(results).length, true);
	results.capacity[0].churn[0].result.needless = 1;
	assert.is(bars(results).filter(({ what, met }) => what === "needless refusals" && !met).length, 1);
	assert.match(barsTable(bars(results)).text, /missed/);
});

/** Rows of a table in docs/history-bench.md, with cells as numbers where they are numbers. */
function historyRows(title: string): (string | number)[][] {
	const page = readFileSync(join(root, "docs/history-bench.md"), "utf8");
	const [, rows = ""] = new RegExp(`^## ${title}\\n[\\s\\S]*?\\|---.*\\n((?:\\|.*\\n)+)`, "m").exec(page) ?? [];
	const cell = (text: string) => (/^[\d,.]+$/.test(text) ? Number(text.replaceAll(",", "")) : text);
	return rows
		.trimEnd()
		.split("\n")
		.map((row) => row.slice(2, -2).split(" | ").map(cell));
}

test("docs/history-bench.md: keeps what we promise about histories", () => {
	for (const [name, host, , at] of historyRows("What a record costs"))
		assert.ok((at as number) <= 2000, `${name}, ${host}: at ${at}`);
	const held = Object.fromEntries(historyRows("How far back").map(([name, count]) => [name, count as number]));
	assert.ok((held["room, typical, in steps"] as number) >= 20_160);
	assert.ok((held["room, typical"] as number) >= 15_000 && (held["room, noisy"] as number) > 11_000);
	assert.is(historyRows("Boards without PSRAM").length, 9);
});

test("npm run history's program: compares what it reads back, and stays within its memory", async () => {
	const bytes = roomRecords(6000, 1, SENSORS.typical as Sensors);
	const padded = new Uint8Array(Math.ceil(bytes.length / PAGE) * PAGE);
	padded.set(bytes);
	const fields = { time: "uint32", ...Object.fromEntries([..."abcde"].map((name) => [name, "int16"])) };
	await withPages(padded, PAGE, async (pages) => {
		const common = { ...{ pages, show: "nothing", recordLength: 14, count: 6000, times: 8 }, pageLength: 1024, fields };
		const options = { progress: false };
		const all = await runProgram<HistoryResult>(
			"history",
			{ ...common, memory: 32_768, costs: false } as Parameters,
			options,
		);
		assert.ok(all.held > 4000 && all.held < 6000, `${all.held}`);
		const used = all.arena + all.scratch + all.historyScratch;
		assert.ok(used <= 32_768 && used > 32_768 - 256, `${used}`);
		const { measures, held } = await runProgram<HistoryResult>(
			"history",
			{ ...common, arena: 131_072, costs: true } as Parameters,
			options,
		);
		assert.is(held, 6000);
		assert.equal(
			measures.map(({ label, count }) => [label, count]),
			[
				...["loop append", "append", "loop at", "at"].map((label) => [label, 6000]),
				...["loop find", "find"].map((label) => [label, 100]),
			],
		);
	});
});

test.run();
