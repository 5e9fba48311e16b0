/*
 * Replay: with its own options a trace gives the device's figures; checks for other options, for allocators and for flash;
 * zram record and zram replay from outside.
 */
// needs: node

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramOptions } from "zram";
import { formatStatus } from "zram/status";
import SwapPool from "zram/swap";
import Trace, { traceLines } from "zram/trace";
import { root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";
import { replayOn } from "../zramctl/replay/allocator.ts";
import { replayTrace } from "../zramctl/replay/command.ts";
import { CONTENDERS } from "../zramctl/replay/contenders.ts";
import { replayOnDevice } from "../zramctl/replay/device.ts";
import { FLASH_POLICIES, type FlashResult, replayOnFlash } from "../zramctl/replay/flash.ts";
import { reportPage } from "../zramctl/replay/html.ts";
import { survey } from "../zramctl/replay/survey.ts";
import { TraceFile } from "../zramctl/replay/trace.ts";
import { PAGE, pageOf } from "./support/device.ts";
import { makeBed } from "./support/offload.ts";
import { Random } from "./support/random.ts";
import { contents, Kept, work } from "./support/traced.ts";

const test = suite("replay");
const scale = Number(process.env.TEST_SCALE || 1);
const KB = 1024;
const folder = mkdtempSync(join(tmpdir(), "replay-"));
test.after(() => rmSync(folder, { recursive: true }));

const zramctl = (...parameters: string[]) =>
	run(process.execPath, ["--import", "tsx", join(root, "zramctl/zramctl.ts"), ...parameters], { cwd: root });

function saved(trace: Trace): TraceFile {
	const kept = new Kept();
	trace.save(kept);
	return new TraceFile(kept.bytes);
}

/** The figures in which replay promises to equal the device exactly. */
function figures(status: ReturnType<Zram["status"]> | ReturnType<typeof replayOnDevice>["status"]) {
	const { memUsed, memUsedMax, comprDataSize, samePages, rawPages, codecs, bdCount, hugePages, pagesStored } = status;
	const pages = { samePages, rawPages, codecs, bdCount, hugePages, pagesStored };
	return { memUsed, memUsedMax, comprDataSize, ...pages, failedWrites: status.failedWrites, memLimit: status.memLimit };
}

function isExact(trace: Trace, zram: Zram) {
	const file = saved(trace);
	assert.is(trace.isWrapped, false);
	assert.equal(file.problems, []);
	assert.equal(figures(replayOnDevice(file, {}, () => {}).status), figures(zram.status()));
}

const shapes: [string, Partial<ZramOptions>][] = [
	["pages of 4096", {}],
	["integrity", { integrity: true }],
	["pages of 512", { pageLength: 512 }],
	["lz4 alone, threshold", { codecs: ["lz4"], threshold: 2048, pageLength: 2048 }],
	["granules of 128", { arena: 5000 * KB, byteLength: 3000 * PAGE }],
];

for (const [name, options] of shapes)
	test(`own options: used, pages by state and refusals are the device's; ${name}`, () => {
		for (let seed = 1; seed <= Math.max(2, 8 * scale); seed++) {
			const zram = new Zram({ arena: 40 * KB, byteLength: 32 * PAGE, ...options });
			const trace = new Trace({ zram, byteLength: 256 * KB });
			for (let round = 0; round < 5; round++) {
				work(zram, new Random(100 * seed + round), 100);
				isExact(trace, zram);
			}
			zram.close();
		}
	});

test("own options: a full pool that evicts", () => {
	const zram = new Zram({ arena: 48 * KB, byteLength: 256 * KB });
	const trace = new Trace({ zram, byteLength: 256 * KB });
	const pool = new SwapPool({ devices: [zram], evict: "lru" });
	const random = new Random(5);
	for (let i = 0; i < 400 * scale; i++) {
		const bytes = new Uint8Array(1 + random.below(9000));
		contents[random.below(contents.length)]?.(bytes, i);
		pool.write(random.below(20), bytes);
		if (i % 50 === 0) isExact(trace, zram);
	}
	isExact(trace, zram);
	pool.close();
});

test("own options: values that grow in a full pool, whose open pages find no room", () => {
	const zram = new Zram({ arena: 32 * KB, byteLength: 256 * KB });
	const trace = new Trace({ zram, byteLength: 256 * KB });
	const pool = new SwapPool({ devices: [zram], evict: "lru" });
	const random = new Random(6);
	let refused = 0;
	for (let i = 0; i < Math.max(400, 1000 * scale); i++) {
		const bytes = new Uint8Array(1 + random.below(700));
		contents[random.below(contents.length)]?.(bytes, i);
		pool.append(random.below(6), bytes);
		if (i % 25 === 0) isExact(trace, zram);
		refused = zram.status().failedWrites;
	}
	isExact(trace, zram);
	assert.ok(refused > 20, `${refused}`);
	pool.close();
});

test("own options: with flash, what went there is there", () => {
	for (let seed = 1; seed <= 4; seed++) {
		const bed = makeBed();
		const zram = bed.boot();
		const trace = new Trace({ zram, byteLength: 128 * KB });
		const random = new Random(seed);
		const page = new Uint8Array(PAGE);
		for (let i = 0; i < 400; i++) {
			bed.clock.now += 30_000;
			contents[random.below(contents.length)]?.(page, i);
			try {
				const kind = random.below(30);
				if (kind < 3) zram.trim(random.below(64) * PAGE, PAGE);
				else if (kind === 3) zram.trim(random.below(62) * PAGE + 100, PAGE + 17);
				else if (kind === 4) zram.writeback({ type: "page", pages: [random.below(64), random.below(64)] });
				else if (kind === 5) zram.maintain(100);
				else if (kind < 12) zram.read(page, random.below(64) * PAGE);
				else zram.write(page, random.below(64) * PAGE);
			} catch (error) {
				if ((error as { code?: string }).code !== "ENOSPC") throw error;
			}
			if (i % 20 === 0) isExact(trace, zram);
		}
		isExact(trace, zram);
		zram.close();
	}
});

test("own options: a device that already had pages", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 32 * PAGE });
	work(zram, new Random(1), 60);
	zram.resetPeak();
	const failedBefore = zram.status().failedWrites;
	const trace = new Trace({ zram, byteLength: 128 * KB });
	work(zram, new Random(2), 60);
	const replayed = figures(replayOnDevice(saved(trace), {}, () => {}).status);
	assert.equal({ ...replayed, failedWrites: replayed.failedWrites + failedBefore }, figures(zram.status()));
	zram.close();
});

test("own options: a limit set before recording", () => {
	const zram = new Zram({ arena: 100 * KB, byteLength: 32 * PAGE });
	zram.limit = 40 * KB;
	const trace = new Trace({ zram, byteLength: 64 * KB });
	for (let page = 0; page < 16; page++)
		try {
			zram.write(pageOf("raw", page), page * PAGE);
		} catch {}
	assert.ok(zram.status().failedWrites > 0);
	isExact(trace, zram);
	zram.close();
});

/** A trace of random work on a device with room for all. */
function anyTrace(count = 500): TraceFile {
	const zram = new Zram({ arena: 400 * KB, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 256 * KB });
	work(zram, new Random(9), count);
	const file = saved(trace);
	zram.close();
	return file;
}

test("other options: more memory refuses less, other pages hold as much, excluded codecs leave pages uncompressed", () => {
	const file = anyTrace();
	const on = (changes: Parameters<typeof replayOnDevice>[1]) => replayOnDevice(file, changes, () => {});
	const own = on({});
	assert.is(own.refused, 0);
	const small = on({ arena: 60 * KB });
	const smaller = on({ arena: 30 * KB });
	assert.ok(small.refused > 0 && smaller.refused > small.refused);
	assert.ok(smaller.status.memUsedMax <= 30 * KB);
	for (const pageLength of [512, 1024, 2048]) {
		const other = on({ pageLength });
		assert.is(other.status.origDataSize, own.status.origDataSize);
		assert.ok(other.status.comprDataSize >= own.status.comprDataSize);
		assert.ok(other.status.comprDataSize <= 1.3 * own.status.comprDataSize);
	}
	const lz4 = on({ codecs: ["lz4"] });
	assert.equal(
		Object.entries(lz4.status.codecs).filter(([name, { pages }]) => pages && name !== "lz4"),
		[],
	);
	assert.is(on({ integrity: true }).status.memUsed - own.status.memUsed >= 64 * 4, true);
	assert.throws(() => on({ arena: 2 * KB }), /an arena of 2048 bytes is too small for this device, which needs \d+/);
});

test("other options: shorter pages, made longer again", () => {
	const zram = new Zram({ arena: 400 * KB, byteLength: 64 * PAGE, pageLength: 1024 });
	const trace = new Trace({ zram, byteLength: 256 * KB });
	for (let page = 0; page < 8; page++) zram.write(pageOf("compressed", page, 1024), page * 1024);
	zram.trim(5 * 1024, 1024);
	const file = saved(trace);
	const { status } = replayOnDevice(file, { pageLength: 4096 }, () => {});
	assert.is(status.pagesStored, 2);
	assert.ok(status.comprDataSize < zram.status().comprDataSize);
	zram.trim(0, 5 * 1024);
	zram.trim(6 * 1024, 2048);
	assert.is(replayOnDevice(saved(trace), { pageLength: 4096 }, () => {}).status.pagesStored, 0);
	zram.close();
});

test("allocators: the payload is the device's, ideal needs least, and full arenas refuse", () => {
	const file = anyTrace();
	const { status } = replayOnDevice(file, {}, () => {});
	for (const contender of Object.values(CONTENDERS)) {
		const result = replayOn(file, contender, 400 * KB, () => {});
		assert.is(result.failures, 0, contender.name);
		assert.is(result.payload, status.comprDataSize, contender.name);
		assert.ok(result.peak >= result.payloadPeak);
		assert.ok(result.curve.length > 100);
		assert.is(Math.max(...result.curve.map(([, used]) => used)), result.peak);
		const full = replayOn(file, contender, 48 * KB, () => {});
		assert.ok(full.failures > 0);
		assert.ok(full.peak <= 48 * KB);
		if (contender.name === "ideal") assert.is(full.needless, 0);
	}
});

test("flash: our device does what it did; writing at once wears more, and taking the next block wears unevenly", () => {
	const bed = makeBed();
	const zram = bed.boot({ arena: 96 * KB });
	const trace = new Trace({ zram, byteLength: 256 * KB, ticks: bed.clock.ticks });
	const random = new Random(3);
	const page = new Uint8Array(PAGE);
	for (let i = 0; i < 2000; i++) {
		bed.clock.now += 30_000;
		contents[random.below(contents.length)]?.(page, i);
		if (random.below(8) === 0) zram.trim(random.below(64) * PAGE, PAGE);
		else zram.write(page, (random.below(4) ? random.below(16) : random.below(60)) * PAGE);
	}
	const file = saved(trace);
	const { bdWrites, bdCount, failedWrites } = zram.status();
	const options = { byteLength: 32 * PAGE, endurance: 100_000, lifetime: 10 };
	const [ours, evenly, naive] = FLASH_POLICIES.map((name) => replayOnFlash(file, name, options, () => {})) as [
		FlashResult,
		FlashResult,
		FlashResult,
	];
	// a page already on flash wasn't programmed again, which a trace can't tell
	assert.equal([ours.held, ours.refused], [bdCount, failedWrites]);
	assert.ok(Math.abs(ours.pages - bdWrites) < 3);
	assert.ok(ours.erases > 0 && ours.worst >= 45 && (ours.years as number) > 0);
	assert.is(evenly.pages, naive.pages);
	assert.ok(evenly.pages >= ours.pages);
	assert.is(evenly.erases, evenly.pages, "an erase for each page");
	assert.ok(evenly.wearMost - evenly.wearLeast <= naive.wearMost - naive.wearLeast);
	assert.ok((evenly.years as number) >= (naive.years as number));
	assert.ok(evenly.wearMost * 32 >= evenly.erases);
	const half = replayOnFlash(file, FLASH_POLICIES[2] as string, { ...options, endurance: 50_000 }, () => {});
	assert.ok(Math.abs((half.years as number) / (naive.years as number) - 0.5) < 0.01);
	zram.close();
});

test("flash: pages that needn't go there wear nothing", () => {
	const zram = new Zram({ arena: 400 * KB, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 64 * KB });
	for (let i = 0; i < 50; i++) zram.write(pageOf("compressed", i), i * PAGE);
	for (const name of FLASH_POLICIES) {
		const result = replayOnFlash(saved(trace), name, { byteLength: 64 * PAGE, endurance: 1000, lifetime: 1 }, () => {});
		assert.equal([result.pages, result.erases, result.years, result.refused], [0, 0, null, 0], name);
	}
	zram.close();
});

test("the histogram: every page in its step", () => {
	const zram = new Zram({ arena: 100 * KB, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 4 * KB });
	for (const [i, state] of (["same", "compressed", "raw", "raw"] as const).entries())
		zram.write(pageOf(state, 1), i * PAGE);
	const length = [...zram.pages()][1]?.storedLength as number;
	const { histogram, writes, bytesEach } = survey(saved(trace));
	assert.is(writes, 4);
	assert.ok(bytesEach > 0);
	assert.is(histogram.same, 1);
	assert.is(histogram.steps[Math.ceil(length / 16) - 1], 1);
	assert.is(histogram.steps.at(-1), 2);
	assert.is(histogram.whole, 0.5);
	assert.is(histogram.half, length <= PAGE / 2 ? 0.5 : 0.25);
	zram.close();
});

/** A trace of that many operations on a device of 512 pages, made by repeating a few blocks. */
function longTrace(operations: number): TraceFile {
	const zram = new Zram({ arena: 1024 * KB, byteLength: 512 * PAGE });
	const kept = new Kept();
	const trace = new Trace({ zram, byteLength: 32 * KB * KB, sink: kept });
	const random = new Random(4);
	const pages = (["same", "compressed", "raw"] as const).map((state) => pageOf(state, 1));
	for (let i = 0; i < operations; i++)
		zram.write(pages[i % 4 ? 0 : random.below(3)] as Uint8Array, random.below(180) * PAGE);
	trace.close();
	zram.close();
	return new TraceFile(kept.bytes);
}

test("very many operations (a million in npm run test:long): replay takes no longer than writing as many pages, in memory that doesn't grow", () => {
	const count = Math.min(1_000_000, 200_000 * scale);
	const started = performance.now();
	const file = longTrace(count);
	const written = performance.now();
	global.gc?.();
	const before = process.memoryUsage();
	let most = 0;
	const result = replayOn(file, CONTENDERS.granules as (typeof CONTENDERS)[string] & {}, 1024 * KB, () => {
		if (++most % 20_000 === 0) {
			const { arrayBuffers } = process.memoryUsage();
			assert.ok(arrayBuffers < before.arrayBuffers + 4 * KB * KB, "memory grows");
		}
	});
	const replayed = performance.now();
	assert.is(most, count);
	assert.is(result.curve.length <= 1024, true);
	console.log(
		`${count} pages written in ${Math.round(written - started)} ms, replayed in ${Math.round(replayed - written)} ms`,
	);
	assert.ok(replayed - written <= written - started);
});

/** A console's log: traces of two devices, status lines, and other output. */
function makeLog(): string {
	const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	const other = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	const lines: string[] = ["boot"];
	const print = (line: string) => lines.push(`I (100) ${line}`);
	const trace = new Trace({ zram, byteLength: 16 * KB, sink: traceLines("photos", print) });
	const second = new Trace({ zram: other, byteLength: 16 * KB, sink: traceLines("audio", print) });
	for (let i = 0; i < 900; i++) zram.write(pageOf("same", i), (i % 64) * PAGE);
	other.write(pageOf("same", 1), 0);
	print(formatStatus("photos", zram, 5));
	trace.close();
	second.close();
	zram.close();
	other.close();
	return lines.join("\r\n");
}

test("record: turns a console's log into a trace; skips other lines and other devices", async () => {
	const log = join(folder, "console.log");
	const out = join(folder, "photos.zrt");
	writeFileSync(log, makeLog());
	const recorded = await zramctl("record", log, "--out", out);
	assert.is(recorded.exitCode, 0);
	assert.match(recorded.stdout, /photos\.zrt: photos: \d+ blocks, \d+ bytes/);
	assert.match(recorded.stderr, /skipping the trace of audio; use --name audio to save that one/);
	const file = new TraceFile(readFileSync(out));
	assert.equal(file.problems, []);
	assert.is(survey(file).writes, 900);
	await zramctl("record", log, "--out", out, "--name", "audio");
	assert.is(survey(new TraceFile(readFileSync(out))).writes, 1);
	assert.is(survey(new TraceFile(readFileSync(log), "photos")).writes, 900, "a log is read as well");
});

test("replay: text, JSON, and options", async () => {
	const path = join(folder, "any.zrt");
	const zram = new Zram({ arena: 60 * KB, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 256 * KB });
	work(zram, new Random(9), 300);
	const kept = new Kept();
	trace.save(kept);
	writeFileSync(path, kept.bytes);
	const { memUsed } = zram.status();
	zram.close();
	const text = await zramctl("replay", path, "--arena", "64K");
	assert.is(text.stderr, "");
	assert.is(text.exitCode, 0);
	assert.match(text.stdout, new RegExp(`as recorded: .*\n +used ${memUsed.toLocaleString("en")} B at the end`));
	assert.match(text.stdout, /as requested: arena 64 KB/);
	for (const { name } of Object.values(CONTENDERS)) assert.ok(text.stdout.includes(`\n${name} `), name);
	assert.match(text.stdout, /take half a page or less/);
	const json = JSON.parse((await zramctl("replay", path, "--json", "--allocators", "granules,ideal")).stdout);
	assert.equal(
		json.allocators.map(({ name }: { name: string }) => name),
		["granules", "ideal"],
	);
	assert.is(json.devices[0].status.memUsed, memUsed);
	assert.is(json.complete, true);
});

test("replay --html: writes a self-contained page with a curve for each, and escapes names", async () => {
	const out = join(folder, "page.html");
	const { exitCode, stdout } = await zramctl(
		"replay",
		join(folder, "any.zrt"),
		"--arena",
		"64K",
		"--flash",
		"1M",
		"--html",
		out,
	);
	assert.is(exitCode, 0);
	assert.match(stdout, /as recorded/);
	const page = readFileSync(out, "utf8");
	for (const { name } of Object.values(CONTENDERS)) assert.ok(page.includes(`<title>${name}</title></path>`), name);
	assert.is(page.match(/<path /g)?.length, Object.keys(CONTENDERS).length + 2);
	assert.not.match(page, /https?:|<script|<link|src=|@import|NaN|undefined|Infinity/);
	assert.match(page, /<title>one repeated word: \d+<\/title>/);
	const file = new TraceFile(readFileSync(join(folder, "any.zrt")));
	const escaped = reportPage(replayTrace(file, '<b>&"', {}, [], undefined));
	assert.ok(escaped.includes("<h1>&lt;b&gt;&amp;&quot;</h1>") && !escaped.includes("<b>"));
});

test("replay: says what is wrong and where, and uses what it could read", async () => {
	const file = (name: string, content: string | Uint8Array) => {
		const path = join(folder, name);
		writeFileSync(path, content);
		return path;
	};
	const log = makeLog();
	const trace = readFileSync(join(folder, "any.zrt"));
	const other = new Uint8Array(trace);
	other[8 + 11] = 50; // "zram/trace 2", with a wrong checksum
	const wrong: [string[], number, RegExp][] = [
		[["replay"], 2, /replay: name a TRACE/],
		[["replay", "a", "b"], 2, /one file at a time/],
		[["replay", join(folder, "none")], 1, /ENOENT/],
		[["replay", file("empty", "")], 1, /it contains no trace/],
		[["replay", file("words.txt", "hello\n")], 1, /it contains no trace/],
		[["replay", file("other.zrt", other)], 1, /byte 0: a block is damaged/],
		[
			["replay", file("new.log", log.replaceAll("zram/trace 1", "zram/trace 2"))],
			1,
			/line \d+: a trace of version 2; this reads version 1/,
		],
		[
			["replay", join(folder, "any.zrt"), "--arena", "much"],
			2,
			/--arena: much is not a number of bytes from 1K to 1024M/,
		],
		[["replay", join(folder, "any.zrt"), "--arena", "2K"], 1, /an arena of 2048 bytes is too small/],
		[["replay", join(folder, "any.zrt"), "--page-length", "600"], 2, /--page-length: 600 is not 512 or 1024 or/],
		[["replay", join(folder, "any.zrt"), "--codecs", "zip"], 2, /--codecs: zip is not one or more of lz4/],
		[
			["replay", join(folder, "any.zrt"), "--allocators", "slab"],
			2,
			/--allocators: slab is not one or more of granules/,
		],
		[["replay", join(folder, "any.zrt"), "--fast"], 2, /--fast/],
		[["replay", join(folder, "any.zrt"), "--flash", "8K"], 2, /--flash: 8K is not a number of bytes from 64K/],
		[["replay", join(folder, "any.zrt"), "--endurance", "1000"], 2, /--endurance: needs --flash/],
		[
			["replay", join(folder, "any.zrt"), "--flash", "1M", "--lifetime", "long"],
			2,
			/--lifetime: long is not a number from 0.1 to 100/,
		],
		[["record", file("words.txt", "hello\n"), "--out", join(folder, "x")], 1, /no trace in .*words.txt/],
		[["record", file("words.txt", "hello\n")], 2, /name the file for the trace with --out/],
	];
	for (const [parameters, exitCode, message] of wrong) {
		const result = await zramctl(...parameters);
		assert.match(result.stderr, message);
		assert.is(result.exitCode, exitCode, parameters.join(" "));
		assert.is(result.stdout, "");
	}
	const short = await zramctl("replay", file("short.zrt", trace.subarray(0, trace.length - 5)), "--allocators", "none");
	assert.is(short.exitCode, 0);
	assert.match(short.stderr, /short\.zrt: byte \d+: a block is cut off/);
	assert.match(short.stdout, /incomplete/);
	const cut = await zramctl(
		"replay",
		file("cut.log", log.replace(/(zram\/trace.*) \.\r\n/, "$1\r\n")),
		"--device",
		"photos",
		"--allocators",
		"none",
	);
	assert.match(cut.stderr, /line \d+: a trace's line is cut off/);
});

test.run();
