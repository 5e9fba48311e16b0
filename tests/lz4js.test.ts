/* A second opinion on LZ4: lz4js decodes our blocks and we decode its, for pages of real files at every length. */
// needs: compiler

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compressBlock, decompressBlock } from "lz4js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildHarness, cVariants } from "../tools/c-tests.ts";
import { root } from "../tools/paths.ts";

const PAGE_LENGTHS = [512, 1024, 2048, 4096];
const FILES = ["acorn/dist/acorn.js", "lz4js/README.md", "typescript/package.json"];

/** Text, a ramp, noise and a mixture, in whole pages of 4 KB. */
function corpus(): Uint8Array {
	const texts = FILES.map((name) => readFileSync(join(root, "node_modules", name)));
	const program = readFileSync(process.execPath).subarray(4 * 2 ** 20, 5 * 2 ** 20);
	const ramp = Uint8Array.from({ length: 65536 }, (_, i) => i >> 5);
	const noise = Uint8Array.from({ length: 65536 }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> (i % 24));
	const all = Buffer.concat([...texts, program, ramp, noise]);
	return all.subarray(0, all.length - (all.length % 4096));
}

const pages = corpus();
const tool = await buildHarness("codec-tool", cVariants[0] as (typeof cVariants)[0]);

function filter(what: "encode" | "decode", pageLength: number, input: Uint8Array): Buffer {
	const { status, stdout } = spawnSync(tool, [what, `${pageLength}`], { input, maxBuffer: 2 ** 28 });
	assert.is(status, 0);
	return stdout;
}

function* pagesOf(pageLength: number) {
	for (let start = 0; start < pages.length; start += pageLength) yield pages.subarray(start, start + pageLength);
}

/**
 * Where in the page a block's last match starts, or -1. The format requires 12 bytes or more before the end; lz4js starts
 * matches up to 9 bytes before it, which the reference decoder refuses, and so does ours.
 */
function lastMatchStart(block: Uint8Array, length: number): number {
	let at = 0;
	let written = 0;
	let start = -1;
	const extended = (count: number) => {
		let sum = count;
		if (count === 15) {
			let byte = 255;
			while (byte === 255) {
				byte = block[at++] as number;
				sum += byte;
			}
		}
		return sum;
	};
	for (;;) {
		const token = block[at++] as number;
		const literals = extended(token >> 4);
		at += literals;
		written += literals;
		if (at >= length) return start;
		start = written;
		at += 2;
		written += extended(token & 15) + 4;
	}
}

for (const pageLength of PAGE_LENGTHS) {
	test(`lz4js decodes our blocks of ${pageLength} bytes`, () => {
		const blocks = filter("encode", pageLength, pages);
		let at = 0;
		let compressed = 0;
		for (const page of pagesOf(pageLength)) {
			const length = blocks.readUInt32LE(at);
			at += 4;
			if (length === 0) continue;
			const decoded = new Uint8Array(pageLength);
			assert.is(decompressBlock(blocks, decoded, at, length, 0), pageLength);
			assert.is(Buffer.compare(decoded, page), 0);
			at += length;
			compressed++;
		}
		assert.is(at, blocks.length);
		assert.ok(compressed > 100);
	});

	test(`we decode lz4js's blocks of ${pageLength} bytes`, () => {
		const records: Buffer[] = [];
		const expected: Uint8Array[] = [];
		for (const page of pagesOf(pageLength)) {
			const block = new Uint8Array(2 * pageLength);
			const length = compressBlock(page, block, 0, pageLength, new Uint32Array(65536));
			if (length === 0 || length > pageLength || lastMatchStart(block, length) > pageLength - 12) continue;
			const header = Buffer.alloc(4);
			header.writeUInt32LE(length);
			records.push(header, Buffer.from(block.subarray(0, length)));
			expected.push(page);
		}
		assert.ok(expected.length > 100);
		assert.is(Buffer.compare(filter("decode", pageLength, Buffer.concat(records)), Buffer.concat(expected)), 0);
	});
}

test.run();
