/* zram plan: it foretells what a device holds, page by page; how it reads files; what it prints. */
// needs: compiler

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode } from "fast-png";
import jpeg from "jpeg-js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type CodecName, ZramError } from "zram";
import { pcm, sensorRecords } from "../bench/generators.ts";
import { runDemo } from "../tools/demo.ts";
import type { DemoInput } from "../tools/demo-input.ts";
import { buildFolder, root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";
import { decodeBMP, decodePicture } from "../zramctl/plan/decode.ts";
import { toBuffer } from "../zramctl/plan/files.ts";
import { measuredKinds } from "../zramctl/plan/measured.ts";
import { toRGB565 } from "../zramctl/plan/picture.ts";
import {
	ARENAS,
	addressFor,
	constructorOf,
	costOf,
	milliseconds,
	PAGE,
	type Packed,
	Packer,
	pack,
	planFor,
} from "../zramctl/plan/plan.ts";
import { toRecords } from "../zramctl/plan/table.ts";
import { flashFor, planTrace, type TracePlan } from "../zramctl/plan/trace.ts";
import { Progress } from "../zramctl/replay/progress.ts";
import { TraceFile } from "../zramctl/replay/trace.ts";
import { Random } from "./support/random.ts";

const MB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), "plan-"));
const packer = new Packer();
test.after(() => {
	packer.close();
	rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
	writeFileSync(join(folder, name), content);
	return join(folder, name);
}

const zram = (...parameters: string[]) =>
	run(process.execPath, ["--import", "tsx", join(root, "zramctl/zramctl.ts"), ...parameters], { cwd: root });

/** Writes buffers until one doesn't fit. With `rest` each rests before the next comes. Returns how many fit. */
function fillDevice(device: Zram, buffers: Uint8Array[], rest = false): number {
	let page = 0;
	for (const [i, bytes] of buffers.entries()) {
		try {
			device.write(bytes, page * PAGE);
		} catch (error) {
			if (error instanceof RangeError) return i; // the device ends here
			if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
			device.trim(page * PAGE, bytes.length);
			return i;
		}
		page += Math.ceil(bytes.length / PAGE);
		if (!rest) continue;
		device.markIdle();
		device.maintain(0x7fffffff);
	}
	return buffers.length;
}

/** Buffers in the order in which npm start stores them: the next is of the kind with the fewest bytes so far. */
function demoPaths(kinds: DemoInput["kinds"], most: number): string[] {
	const states = kinds.map(({ files }) => ({ files, next: 0, stored: 0 }));
	return Array.from({ length: most }, () => {
		const least = states.reduce((a, b) => (b.stored < a.stored ? b : a));
		const path = least.files[least.next++ % least.files.length] as string;
		least.stored += readFileSync(path).length;
		return path;
	});
}

test("npm start's buffers: plan foretells how many fit, and how each page is stored", async () => {
	const { exitCode, stdout, stderr } = await runDemo({ progress: false });
	assert.is(exitCode, 0, stderr);
	const said = [...stdout.matchAll(/fill +([\d.]+ MB) in (\d+) buffers/g)].map(([, sum, count]) => [
		sum,
		Number(count),
	]);
	const { kinds }: DemoInput = JSON.parse(readFileSync(join(buildFolder, "demo/index.json"), "utf8"));
	const orders = [demoPaths(kinds, 140), demoPaths(kinds.slice(0, 1), 60)];
	const known = new Map<string, Packed>();
	for (const [i, paths] of orders.entries()) {
		const buffers = paths.map((path) => readFileSync(path));
		const packed = paths.map((path, k) => {
			const found = known.get(path) ?? pack(packer, buffers[k] as Uint8Array);
			known.set(path, found);
			return found;
		});
		const { written, metadata } = planFor(packed, 2 * MB);
		assert.equal([`${(written.byteLength / MB).toFixed(2)} MB`, written.count], said[i]);

		const device = new Zram({ arena: 2 * MB });
		assert.is(fillDevice(device, buffers), written.count);
		const pages = [...device.pages()].map(({ storedLength, huge }) => [storedLength, huge]);
		const planned = packed.slice(0, written.count).flatMap((each) => each.pages);
		assert.equal(
			planned.map(({ stored, huge }) => [stored, huge]),
			pages,
		);
		const { memUsed, samePages, codecs } = device.status();
		assert.is(metadata + written.used, memUsed);
		for (const [look, count] of [
			["same", samePages],
			["lz4", codecs.lz4?.pages],
			["columns", codecs.columns?.pages],
		])
			assert.is(planned.filter((page) => page.look === look).length, count, `${look}`);
		device.close();
	}

	const paths = demoPaths(kinds, 140);
	const result = await zram("plan", "--bytes", "--json", "--arena", "2M", ...paths);
	assert.is(result.exitCode, 0, result.stderr);
	const json = JSON.parse(result.stdout);
	assert.is(json.plans.find(({ arena }: { arena: number }) => arena === 2 * MB).written.count, said[0]?.[1]);
});

const random = new Random(7);
const noise = (length: number) => Uint8Array.from({ length }, () => random.below(256));

/** Buffers of all kinds and lengths. */
function someBuffers(count: number, longest: number): Uint8Array[] {
	return Array.from({ length: count }, (_, i) => {
		const length = 2 + 2 * random.below(longest / 2);
		const whole = Math.ceil(length / 16) * 16;
		return [
			() => pcm(whole, i + 1).subarray(0, length),
			() => sensorRecords(whole, i + 1).subarray(0, length),
			() => noise(length),
			() => new Uint8Array(length),
			() => new TextEncoder().encode(`line ${i} of a log, and some more of it\n`.repeat(length / 40 + 1)),
		][random.below(5)]?.() as Uint8Array;
	});
}

for (const [arena, longest] of [
	[32 * 1024, 3000],
	[32 * 1024, 9000],
	[100_000, 9000],
	[512 * 1024, 40_000],
	[5 * MB, 400_000], // granules of 128 bytes
] as const)
	test(`${arena} bytes, buffers up to ${longest}: full where plan says, written, with LZ4 alone, and at rest`, () => {
		const buffers = someBuffers(100, longest);
		const packed = buffers.map((bytes) => pack(packer, bytes));
		const plan = planFor(packed, arena);
		const all: CodecName[][] = [["lz4", "columns", "dense"], ["lz4"]];
		const counts = all.map((codecs) => {
			const device = new Zram({ arena, codecs });
			const count = fillDevice(device, buffers);
			device.close();
			return count;
		});
		assert.equal([plan.written.count, plan.lz4.count], counts);
		const device = new Zram({ arena });
		assert.is(fillDevice(device, buffers, true), plan.rested.count);
		assert.ok(plan.rested.count >= plan.written.count && plan.rested.count < buffers.length);
		assert.is(device.status().memUsed, plan.metadata + plan.rested.used);
		device.close();
	});

test("if addresses run out before memory, the constructor has more of them", () => {
	const packed = Array.from({ length: 100 }, () => pack(packer, new Uint8Array(3 * PAGE)));
	const plan = planFor(packed, 64 * 1024);
	assert.ok(plan.written.isAddressed);
	assert.is(plan.written.count, 42);
	const address = addressFor(packed, 64 * 1024);
	assert.is(address, 300 * PAGE);
	assert.is(planFor(packed, 64 * 1024, address).written.count, 100);
	assert.is(constructorOf(plan, address), "new Zram({ arena: 64 * 1024, byteLength: 1200 * 1024 })");
	assert.is(constructorOf(planFor(packed, MB)), "new Zram({ arena: 1024 * 1024 })");
	assert.is(constructorOf(planFor(packed, 8 * MB)), "new Zram({ arena: 8 * 1024 * 1024 })");
});

test("costs are those measured for similar pages", () => {
	const [speech, zeros] = [pack(packer, pcm(10 * PAGE, 3)), pack(packer, new Uint8Array(PAGE))];
	const cost = costOf(speech, "pcm16");
	const measured = (...names: string[]) => measuredKinds.filter(({ name }) => names.includes(name));
	const pcm16 = measured("pcm", "speech", "singing", "stereo", "announcement");
	for (const what of ["write", "read"] as const) {
		const costs = pcm16.map((kind) => kind[what]);
		const [least, most] = [10 * Math.min(...costs), 10 * Math.max(...costs)];
		assert.ok(cost[what] >= least && cost[what] <= most, `${what}: ${cost[what]} is not from ${least} to ${most}`);
	}
	const [same] = measured("same-filled");
	assert.equal(costOf(zeros, "bytes"), { write: same?.write, read: same?.read });
	assert.is(milliseconds(160_000), 1);
});

/** A picture with a quarter each of red, green, blue and white, and its RGB565. */
const SIDE = 8;
const COLORS = [0xff0000, 0x00ff00, 0x0000ff, 0xffffff];
const rgb = Uint8Array.from({ length: SIDE * SIDE * 3 }, (_, i) => {
	const pixel = Math.floor(i / 3);
	const [x, y] = [pixel % SIDE, Math.floor(pixel / SIDE)];
	const color = COLORS[(x < SIDE / 2 ? 0 : 1) + (y < SIDE / 2 ? 0 : 2)] as number;
	return (color >> (16 - 8 * (i % 3))) & 255;
});

function bmp(bits: 8 | 16 | 24 | 32, topDown = false): Uint8Array {
	const palette = bits === 8 ? 16 : 0;
	const stride = ((SIDE * bits + 31) >> 5) << 2;
	const bytes = new Uint8Array(54 + palette + stride * SIDE);
	const view = new DataView(bytes.buffer);
	bytes.set([0x42, 0x4d]);
	view.setUint32(2, bytes.length, true);
	view.setUint32(10, 54 + palette, true);
	view.setUint32(14, 40, true);
	view.setInt32(18, SIDE, true);
	view.setInt32(22, topDown ? -SIDE : SIDE, true);
	view.setUint16(28, bits, true);
	if (palette) COLORS.forEach((color, i) => void view.setUint32(54 + 4 * i, color, true));
	for (let y = 0; y < SIDE; y++)
		for (let x = 0; x < SIDE; x++) {
			const [red, green, blue] = rgb.subarray((y * SIDE + x) * 3) as unknown as [number, number, number];
			const at = 54 + palette + (topDown ? y : SIDE - 1 - y) * stride + (x * bits) / 8;
			if (bits === 8) bytes[at] = COLORS.indexOf((red << 16) | (green << 8) | blue);
			else if (bits === 16) view.setUint16(at, ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3), true);
			else bytes.set([blue, green, red], at);
		}
	return bytes;
}

const png = encode({ width: SIDE, height: SIDE, data: rgb, channels: 3, depth: 8 });

const read = async (name: string, bytes: Uint8Array, screen = { width: SIDE, height: SIDE }) => {
	const complaints: string[] = [];
	const buffer = await toBuffer(name, bytes, screen, decodePicture, (problem) => complaints.push(problem));
	return { buffer, complaints };
};

test("BMP, PNG, JPEG become pixels of the screen", async () => {
	for (const bits of [8, 16, 24, 32] as const)
		for (const topDown of [false, true]) assert.equal(decodeBMP(bmp(bits, topDown)).rgb, rgb, `${bits} ${topDown}`);
	const rgba = Uint8Array.from({ length: SIDE * SIDE * 4 }, (_, i) => (i % 4 === 3 ? 255 : 128));
	const encoded = jpeg.encode({ width: SIDE, height: SIDE, data: rgba }, 90).data;
	for (const [name, bytes, pixels] of [
		["a.bmp", bmp(24), toRGB565(rgb)],
		["a.png", png, toRGB565(rgb)],
		["a.jpg", encoded, toRGB565(new Uint8Array(SIDE * SIDE * 3).fill(128))],
	] as const) {
		const { buffer, complaints } = await read(name, bytes);
		assert.equal(complaints, []);
		assert.is(buffer.kind, "pictures");
		assert.is(buffer.fileLength, bytes.length);
		assert.equal(buffer.bytes, pixels, name);
	}
	// a screen of another shape shows the middle; an icon keeps its size
	assert.is((await read("a.png", png, { width: 4, height: 2 })).buffer.bytes.length, 16);
	assert.is((await read("a.png", png, { width: 320, height: 240 })).buffer.bytes.length, 2 * SIDE * SIDE);
});

function wav(samples: Uint8Array, said = samples.length): Uint8Array {
	const bytes = new Uint8Array(44 + samples.length);
	const view = new DataView(bytes.buffer);
	const put = (at: number, text: string) => bytes.set(new TextEncoder().encode(text), at);
	put(0, "RIFF");
	put(8, "WAVEfmt ");
	view.setUint32(16, 16, true);
	view.setUint16(20, 1, true);
	view.setUint16(22, 2, true);
	view.setUint32(24, 44_100, true);
	view.setUint16(34, 16, true);
	put(36, "data");
	view.setUint32(40, said, true);
	bytes.set(samples, 44);
	return bytes;
}

test("WAV: its samples; a truncated file is reported, and the rest used", async () => {
	const samples = pcm(1000, 1);
	const whole = await read("a.wav", wav(samples));
	assert.equal([whole.buffer.kind, whole.buffer.what, whole.complaints], ["sound", "16 bit, 44.1 kHz, stereo", []]);
	assert.equal(whole.buffer.bytes, samples);
	const cut = await read("a.wav", wav(samples, 1200));
	assert.equal(cut.buffer.bytes, samples);
	assert.match(cut.complaints[0] as string, /ends at byte 1044, 200 too early/);
});

test("bad pictures and sounds get a line that says why, and count as bytes", async () => {
	const cases: [Uint8Array, RegExp][] = [
		[png.subarray(0, 60), /^this PNG cannot be decoded: ./],
		[new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), /^this JPEG cannot be decoded: ./],
		[bmp(24).subarray(0, 100), /^this BMP cannot be decoded: it should have 246 bytes but has 100/],
		[wav(new Uint8Array(10)).subarray(0, 30), /without samples/],
	];
	for (const [bytes, message] of cases) {
		const { buffer, complaints } = await read("bad", bytes);
		assert.is(complaints.length, 1);
		assert.match(complaints[0] as string, message);
		assert.match(complaints[0] as string, /taking its bytes as they are$/);
		assert.equal(buffer.bytes, bytes);
	}
});

test("a table, also as records; a text with commas isn't one", () => {
	const lines = Array.from({ length: 20 }, (_, i) => `2026-01-01 00:00:${10 + i},${i - 5},${i * 1000},${i / 10},on`);
	const records = toRecords(`time,a,b,c,d\n${lines.join("\n")}\n`);
	assert.is(records?.types, "uint32, int16, int16, float32");
	assert.equal([records?.count, records?.left, records?.bytes.length], [20, 1, 20 * 12]);
	const view = new DataView(records?.bytes.buffer as ArrayBuffer);
	assert.equal([view.getInt16(4, true), view.getInt16(12 + 6, true)], [-5, 1000]);
	assert.ok(Math.abs(view.getFloat32(2 * 12 + 8, true) - 0.2) < 1e-7);
	assert.is(toRecords("Well, this is\na text, with commas\n".repeat(10)), undefined);
	assert.is(toRecords("1,2\n3,4\n"), undefined, "too short");
});

test("the command: arenas, kinds, costs, the constructor; unreadable files are reported, the others used", async () => {
	mkdirSync(join(folder, "app"));
	file("app/sound.wav", wav(pcm(30_000, 2)));
	file("app/table.csv", Array.from({ length: 500 }, (_, i) => `${i},${i % 7}`).join("\n"));
	file("empty", "");
	const broken = file("broken.png", png.subarray(0, 60));
	const { exitCode, stdout, stderr } = await zram(
		"plan",
		"--arena",
		"48K",
		join(folder, "app"),
		broken,
		join(folder, "none"),
		join(folder, "empty"),
	);
	assert.is(exitCode, 0, stderr);
	const rows = stdout.split("\n").map((line) => line.split(/ {2,}/));
	assert.equal(rows[0]?.slice(0, 6), ["RAM", "AS THEY ARE", "LZ4 ALONE", "WRITTEN", "AT REST", "OF 3 FILES, 32 KB"]);
	assert.equal(
		rows.slice(1, 11).map(([size]) => size),
		["32 KB", "48 KB", "64 KB", "128 KB", "256 KB", "512 KB", "1.0 MB", "2.0 MB", "4.0 MB", "8.0 MB"],
	);
	for (const kind of ["sound", "tables", "files"])
		assert.ok(
			rows.some(([name]) => name === kind),
			kind,
		);
	assert.match(stdout, /table\.csv: .* of text take .*; as 500 records of int16, uint8, /);
	assert.match(stdout, /^new Zram\(\{ arena: 48 \* 1024 \}\)$/m);
	assert.match(stdout, /and back in [\d.]+ ms/);
	assert.match(stderr, /broken\.png: .*; taking its bytes as they are$/m);
	assert.match(stderr, /none: ENOENT/);
	assert.match(stderr, /empty: is empty; skipping it/);
	assert.not.match(stdout + stderr, /\[K|NaN|undefined/);
});

test("wrong calls name the argument and its range", async () => {
	const cases: [string[], number, RegExp][] = [
		[["plan"], 2, /plan: name a FILE/],
		[["plan", "--arena", "16K", "x"], 2, /--arena: 16K is not a number of bytes from 32K to 8M/],
		[["plan", "--screen", "0x5", "x"], 2, /--screen: 0x5 is not WIDTHxHEIGHT in pixels/],
		[["plan", join(folder, "none")], 1, /none of the files could be read/],
	];
	for (const [parameters, exitCode, message] of cases) {
		const result = await zram(...parameters);
		assert.is(result.exitCode, exitCode, parameters.join(" "));
		assert.is(result.stdout, "");
		assert.match(result.stderr, message);
	}
});

test("plans are for 32 KB to 8 MB", () => {
	assert.equal([ARENAS[0], ARENAS.at(-1), ARENAS.length], [32 * 1024, 8 * MB, 9]);
});

const traceOf = (name: string) => join(root, "tests/traces", `${name}.zrt`);

test("a trace: its own arena refuses what the device refused, larger ones no more, and a flash takes what they can't", () => {
	const expected = JSON.parse(readFileSync(join(root, "tests/traces/expected.json"), "utf8"));
	for (const name of ["demo", "demo1", "trend"]) {
		const trace = new TraceFile(readFileSync(traceOf(name)));
		const { arenaLength } = trace.header;
		const arenas = [arenaLength / 2, arenaLength, 2 * arenaLength];
		const [half, own, twice] = planTrace(trace, arenas, new Progress(6)) as [TracePlan, TracePlan, TracePlan];
		const { failedWrites, memUsedMax } = expected[`${name}.zrt`];
		assert.equal(own.memory, { refused: failedWrites, usedMost: memUsedMax }, name);
		assert.ok((half.memory?.refused ?? 0) > failedWrites && twice.memory?.refused === 0, name);
		assert.equal([twice.flash?.refused, twice.flash?.pages, twice.flash?.erases], [0, 0, 0], "flash comes last");
	}
});

test("a trace of a device with flash: all pages stay in memory if there is room", () => {
	const trace = new TraceFile(readFileSync(traceOf("dashboard")));
	const [own, large] = planTrace(trace, [2 ** 20, 2 ** 22], new Progress(4)) as [TracePlan, TracePlan];
	assert.is(flashFor(trace), trace.header.slots * trace.header.pageLength);
	assert.ok((own.memory?.refused ?? 0) > 100 && (own.flash?.pages ?? 0) > 100);
	assert.is(own.flash?.refused, 5);
	assert.equal([large.memory?.refused, large.flash?.pages], [0, 0]);
});

test("an arena too small for the device's page table is reported, and the others go on", () => {
	const trace = new TraceFile(readFileSync(traceOf("dashboard")));
	const [small, large] = planTrace(trace, [8192, 2 ** 22], new Progress(4)) as [TracePlan, TracePlan];
	assert.equal([small.memory, small.flash], [null, null]);
	assert.is(large.memory?.refused, 0);
});

test("the command: traces next to files, also inside logs; a line for files that are none; JSON", async () => {
	const text = file("notes.txt", "a line of text\n".repeat(1000));
	const broken = file("broken.zrt", "no trace");
	const { exitCode, stdout, stderr } = await zram("plan", traceOf("trend"), text, broken);
	assert.is(exitCode, 0, stderr);
	assert.match(stderr, /broken\.zrt: /);
	assert.match(stdout, /^RAM +AS THEY ARE .*OF 1 FILES/m);
	assert.match(stdout, /^trend\.zrt: 30,447 stores, of which the device refused 0; and with 1\.0 MB of flash/m);
	assert.match(stdout, /^64 KB +0 +45 KB +0 +0 +0 +no end$/m);
	assert.match(stdout, /^new Zram\(\{ arena: 64 \* 1024, byteLength: \d+ \* 1024 \}\) would have refused nothing$/m);
	const alone = await zram("plan", traceOf("trend"), "--arena", "48K", "--json");
	const { traces, files } = JSON.parse(alone.stdout);
	assert.is(files, undefined);
	assert.is(traces[0].plans[1].arena, 49_152);
	assert.is(traces[0].plans[1].memory.refused, 0);
	const none = await zram("plan", broken);
	assert.is(none.exitCode, 1);
});

test.run();
