/*
 * The worked examples in DESIGN.md. Each one is in the first fenced block below its heading; here it is computed once more,
 * or its bytes are compared with those that the code makes.
 */
// needs: node

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import Engine from "zram/engine";
import { SUMS_OFFSET } from "zram/engine/header";
import { CODECS } from "zram/engine/portable/codecs";
import { planFlash } from "zram/offload/geometry";
import { Pace } from "zram/offload/pace";
import SwapPool from "zram/swap";
import Trace from "zram/trace";
import { root } from "../tools/paths.ts";
import { fill, NOISE } from "./support/bytes.ts";
import { makeBed } from "./support/offload.ts";

const PAGE = 512;
const MINUTE = 60_000;

const design = readFileSync(join(root, "DESIGN.md"), "utf8");

/** The lines of the first fenced block below a heading. */
function example(heading: string): string[] {
	const [, below] = design.split(`\n#### ${heading}\n`);
	assert.ok(below !== undefined, `no heading "${heading}"`);
	return (below as string).split("\n```\n")[1]?.split("\n") as string[];
}

function isExample(heading: string, lines: string[]) {
	assert.equal(example(heading), lines, `${heading}, as the code has it:\n${lines.join("\n")}\n`);
}

/** Of lines with an offset in hex, two spaces, bytes in hex, and three spaces before what they mean: all bytes. */
function rowsOf(lines: string[]): { at: number; bytes: number[] }[] {
	return lines.flatMap((line) => {
		const [, at, bytes] = /^ {2}(?:\d:)?([0-9a-f]{3}) {2}((?:[0-9a-f]{2} ?)+?)(?: {3}.*)?$/.exec(line) ?? [];
		return at && bytes
			? [{ at: Number.parseInt(at, 16), bytes: [...Buffer.from(bytes.replaceAll(" ", ""), "hex")] }]
			: [];
	});
}

/** Of lines that begin with digits of hex, or of bits, and three spaces before what they mean: all the digits. */
function digitsOf(lines: string[]): string {
	return lines.map((line) => /^ {2}([0-9a-f ]+?)(?: {3}.*)?$/.exec(line)?.[1]?.replaceAll(" ", "") ?? "").join("");
}

/** What the bits of a block are, in half words as columns and dense have them. */
function halvesOf(bits: string): Uint8Array {
	const block = new Uint8Array(Math.ceil(bits.length / 16) * 2);
	for (let i = 0; i < bits.length; i++) {
		const bit = 15 - (i % 16);
		if (bits[i] === "1") (block[2 * Math.floor(i / 16) + (bit >> 3)] as number) |= 1 << (bit & 7);
	}
	return block;
}

/** The block that the codec with this id makes of a page. */
function encode(id: number, page: Uint8Array): Uint8Array {
	const block = new Uint8Array(2 * PAGE);
	const length = CODECS[id]?.makeCoder(new Uint8Array(4096)).encode(page, block, PAGE - 64);
	return block.slice(0, length);
}

/** Two readings of a sensor as JSON, then zeros. */
function readings(): Uint8Array {
	const page = new Uint8Array(PAGE);
	page.set(new TextEncoder().encode('{"t":21.5,"h":48}\n{"t":21.6,"h":48}\n'));
	return page;
}

/** 128 records: seconds, and hundredths of a degree, which stay the same from the 17th on. */
function records(): Uint8Array {
	const page = new Uint8Array(PAGE);
	const view = new DataView(page.buffer);
	const risen = [0, 2, 1, 3, 5, 4, 6, 5, 7, 8, 7, 9, 8, 10, 9, 11, 10];
	for (let i = 0; i < 128; i++) {
		view.setUint16(4 * i, 60 * i, true);
		view.setUint16(4 * i + 2, 2150 + (risen[Math.min(i, 16)] as number), true);
	}
	return page;
}

function noise(length = PAGE, seed = 1): Uint8Array {
	const page = new Uint8Array(length);
	fill(page, 0, length, NOISE, seed);
	return page;
}

test("A region, byte by byte", () => {
	const arena = new ArrayBuffer(2048);
	const zram = new Zram({ byteLength: 4 * PAGE, pageLength: PAGE, arena });
	zram.write(readings(), 0);
	zram.write(noise(), PAGE);
	zram.markIdle();
	zram.write(new Uint8Array(PAGE).fill(0xff), 2 * PAGE);
	const granules = 384;
	const region = new Uint8Array(arena).subarray(0, granules + 64);
	const told = new Uint8Array(region.length);
	for (const { at, bytes } of rowsOf(example("A region, byte by byte"))) told.set(bytes, at);
	for (let at = 0; at < region.length; at += 4)
		assert.equal([...told.subarray(at, at + 4)], [...region.subarray(at, at + 4)], `at ${at.toString(16)}`);
});

test("Chains, step by step", () => {
	const arena = new ArrayBuffer(4096);
	const zram = new Zram({ byteLength: 8 * PAGE, pageLength: PAGE, arena, codecs: ["lz4"] });
	const words = new Uint32Array(arena);
	const links = new Uint16Array(arena, words[10], words[7]);
	/** A page that takes so many granules. */
	const pageOf = (granules: number) => {
		const page = new Uint8Array(PAGE);
		page.set(noise((granules - 1) * 64 + 8, 7));
		return page;
	};
	const chain = (first: number, count: number) => {
		const granules: number[] = [];
		for (let granule = first; granules.length < count; granule = links[granule] as number) granules.push(granule);
		return granules.join(" ") || "-";
	};
	const lines = ["step                        free chain   frontier   chains"];
	const tell = (step: string) => {
		const chains = [0, 1, 2].flatMap((page) => {
			const entry = words[64 + 2 * page + 1] as number;
			const count = Math.ceil((((entry >> 6) & 0xfff) + 1) / 64);
			return entry ? [`${"ABC"[page]}: ${chain(words[64 + 2 * page] as number, count)}`] : [];
		});
		const free = chain(words[14] as number, (words[15] as number) - (words[16] as number));
		lines.push(`${step.padEnd(28)}${free.padEnd(13)}${String(words[15]).padEnd(11)}${chains.join("   ")}`);
	};
	zram.write(pageOf(3), 0);
	tell("A is written, 3 granules");
	zram.write(pageOf(2), PAGE);
	tell("B is written, 2 granules");
	zram.trim(0, PAGE);
	tell("A is trimmed");
	zram.write(pageOf(2), 2 * PAGE);
	tell("C is written, 2 granules");
	zram.write(pageOf(4), PAGE);
	tell("B is rewritten, 4 granules");
	zram.write(pageOf(1), PAGE);
	tell("B is rewritten, 1 granule");
	isExample("Chains, step by step", lines);
});

test("LZ4 by hand", () => {
	assert.is(digitsOf(example("LZ4 by hand")), Buffer.from(encode(0, readings())).toString("hex"));
});

for (const [name, id, page] of [
	["Columns by hand", 1, records()],
	["Dense by hand", 2, readings()],
] as const)
	test(name, () => {
		assert.equal([...halvesOf(digitsOf(example(name)))], [...encode(id, page)]);
	});

test("Pages of a pool, step by step", () => {
	const zram = new Zram({ byteLength: 8 * PAGE, pageLength: PAGE, arena: { byteLength: 4096 } });
	const pool = new SwapPool({ devices: [zram], keys: 8 });
	/** A value whose pages say which they are: letter and number, again and again. */
	const value = (letter: string, length: number) =>
		Uint8Array.from({ length }, (_, i) => (i % 2 ? "0".charCodeAt(0) + Math.floor(i / PAGE) : letter.charCodeAt(0)));
	const lines = ["step                         page 0   1   2   3   4   5   6   7"];
	const tell = (step: string) => {
		const page = new Uint8Array(PAGE);
		const pages = Array.from({ length: 8 }, (_, number) => {
			zram.read(page, number * PAGE);
			return page[0] ? String.fromCharCode(page[0], page[1] as number) : "-";
		});
		lines.push(`${step.padEnd(34)}${pages.map((name) => name.padEnd(4)).join("")}`.trimEnd());
	};
	pool.write("a", value("a", 1200));
	tell("write a: 1,200 bytes");
	pool.write("b", value("b", 500));
	tell("write b: 500 bytes");
	pool.delete("a");
	tell("delete a");
	pool.write("c", value("c", 1800));
	tell("write c: 1,800 bytes");
	pool.write("b", value("B", 900));
	tell("write b again: 900 bytes");
	isExample("Pages of a pool, step by step", lines);
	pool.close();
});

test("A ring that is a little too long", () => {
	const ring = 140;
	const bed = makeBed({ blocks: 256 });
	const zram = bed.bootLate({ byteLength: ring * 4096, arena: { byteLength: 558_080 } });
	const lines: string[] = [];
	let [seed, before] = [1, 0];
	for (let lap = 1; lap <= 6; lap++) {
		for (let page = 0; page < ring; page++) {
			bed.clock.now += MINUTE;
			zram.markIdle();
			zram.maintain(0);
			seed += 2;
			zram.write(noise(4096, seed), page * 4096);
		}
		const { bdWrites, bdCount, rawPages } = zram.status();
		lines.push(
			`round ${lap}: ${bdWrites - before} of ${ring} pages programmed; ${rawPages} in memory, ${bdCount} on flash`,
		);
		before = bdWrites;
	}
	isExample("A ring that is a little too long", lines);
});

test("An area, byte by byte", () => {
	// the rows are those that the suite log has compared
	const dump = new Uint8Array(3 * 4096).fill(0xff);
	for (const line of example("A log from its first day")) {
		const [, block, at, words] = /^ {2}(\d):([0-9a-f]{3}) {2}([0-9a-f ]+)$/.exec(line) ?? [];
		if (words)
			dump.set(Buffer.from(words.replaceAll(" ", ""), "hex"), 4096 * Number(block) + Number.parseInt(at as string, 16));
	}
	const area = dump.subarray(2 * 4096);
	for (const { at, bytes } of rowsOf(example("An area, byte by byte")))
		assert.equal(bytes, [...area.subarray(at, at + bytes.length)], at.toString(16));
	const view = new DataView(area.buffer, area.byteOffset);
	assert.is(view.getUint32(0, true), Engine.checksum(area, 4, 44));
	assert.is(view.getUint32(32, true), Engine.checksum(area, 0x100, 256), "of the snapshot");
	assert.is(view.getUint32(16, true), [256, 4096, 8, 1, 3].reduce((sum, word) => Math.imul(sum, 31) + word, 0) >>> 0);
	const record = Engine.checksum(area, 0x204, 12);
	assert.is(view.getUint32(0x200, true), (record ^ Math.imul(3, 0x9e3779b1) ^ 0) >>> 0);
	assert.is(view.getFloat32(0x208, true), 41.052696228027344);
});

test("Partitions, and what the log takes of them", () => {
	const lines = ["partition   writeAlign   places   areas   blocks each   for pages"];
	for (const megabytes of [1, 16])
		for (const writeAlign of [1, 64, 256]) {
			const blocks = megabytes * 256;
			const { places, areas, areaUnits, units, logUnits } = planFlash(
				{ size: blocks * 4096, blockLength: 4096, blocks, writeAlign },
				4096,
			);
			const figures = [`${megabytes} MB`.padEnd(12), `${writeAlign}`.padEnd(13), `${places}`.padEnd(9)];
			figures.push(`${areas}`.padEnd(8), `${areaUnits}`.padEnd(14), `${units - logUnits}`);
			lines.push(figures.join(""));
		}
	isExample("Partitions, and what the log takes of them", lines);
});

test("An outlier that is forgotten", () => {
	const pace = new Pace(45);
	for (let i = 0; i < 10; i++) pace.add(45);
	pace.add(400);
	const held = [pace.slowest];
	while (!pace.fits(100)) held.push(pace.slowest);
	assert.is(held.length, 15);
	isExample("An outlier that is forgotten", [held.join(" ")]);
});

test("checksums of empty pages", () => {
	const arena = new ArrayBuffer(2048);
	new Zram({ byteLength: 2 * PAGE, pageLength: PAGE, arena, integrity: true });
	const [sumsOffset] = new Uint32Array(arena, 4 * SUMS_OFFSET, 1);
	const sums = [...new Uint32Array(arena, sumsOffset, 2)].map((sum) => `0x${sum.toString(16).toUpperCase()}`);
	assert.ok(design.replaceAll(/\s+/g, " ").includes(`the first two have ${sums.join(" and ")}`), sums.join(" and "));
});

test("A trace, byte by byte", () => {
	let now = 0;
	const zram = new Zram({ byteLength: 8 * PAGE, pageLength: PAGE, arena: { byteLength: 4096 } });
	const trace = new Trace({ zram, byteLength: 1024, ticks: () => now });
	zram.write(readings(), 0);
	now = 40;
	zram.write(noise(), PAGE);
	zram.read(new Uint8Array(PAGE), 0);
	zram.trim(PAGE, 2 * PAGE);
	const blocks: string[] = [];
	trace.save({ write: (block) => blocks.push(Buffer.from(block).toString("hex")) });
	assert.is(digitsOf(example("A trace, byte by byte")), blocks[1]);
	trace.close();
});

test("each development dependency has a line that says why", () => {
	const section = design.split("\n## What the desk brings along\n")[1]?.split("\n## ")[0] as string;
	const rows = section.split("\n").filter((line) => line.startsWith("| `"));
	const told = rows.flatMap((row) =>
		[...(row.split(" | ")[0] as string).matchAll(/`([^`]+)`/g)].map(([, name]) => name),
	);
	const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	assert.equal(told.sort(), Object.keys(devDependencies).sort());
});

test.run();
