/*
 * Pages of everything the codecs are for, and pages that are barely not worth packing: the portable packer and the C core
 * make the same blocks of them. Runs in Node, which generates the pages.
 */
// needs: compiler

import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { STATE_COMPRESSED } from "zram/engine/entry";
import { Packer } from "zram/engine/portable/pack";
import { buildHarness, cVariants } from "../tools/c-tests.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const GRANULE = 64;
const BATCH = 100;

/** How a value follows from the one before. */
type Walk = () => number;

/** Steps of up to 2^bits, and now and then noise. */
function walk(random: Random, bits: number): Walk {
	const low = random.once(4) ? random.below(5) : 0;
	const step = 2 ** random.below(bits + 1);
	const outlier = random.once(3) ? 20 : 1 << 20;
	const rests = random.once(4);
	let value = random.next();
	return () => {
		if (rests && !random.once(16)) return value << low;
		value += random.below(step) - (step >> 1) + (random.once(outlier) ? random.next() : 0);
		return value << low;
	};
}

/** An endless stream of records made of units of one or two bytes, or of pixels. */
type Stream = () => number[];

function half(value: number, isBig: boolean): number[] {
	const bytes = [value & 0xff, (value >> 8) & 0xff];
	return isBig ? bytes.reverse() : bytes;
}

function records(random: Random): Stream {
	const isBytes = random.once(3);
	const isBig = random.once(2);
	const count = 1 + random.below(random.once(2) ? 6 : isBytes ? 70 : 35);
	const units = Array.from({ length: count }, () => walk(random, isBytes ? 8 : 15));
	return () => units.flatMap((next) => (isBytes ? [next() & 0xff] : half(next(), isBig)));
}

/** `noise`: how many bits red and blue stray from green's course. */
function pixels16(random: Random): Stream {
	const isBig = random.once(2);
	const noise = 2 ** random.below(6);
	const green = walk(random, 6);
	return () => {
		const g = green() & 63;
		const [r, b] = [(g >> 1) + random.below(noise), (g >> 1) + random.below(noise)];
		return half(((r & 31) << 11) | (g << 5) | (b & 31), isBig);
	};
}

function pixels(random: Random): Stream {
	const isFour = random.once(2);
	const noise = 2 ** random.below(7);
	const green = walk(random, 7);
	const alpha = walk(random, random.below(8));
	return () => {
		const g = green();
		const color = [(g + random.below(noise)) & 0xff, g & 0xff, (g + random.below(noise)) & 0xff];
		return isFour ? [...color, alpha() & 0xff] : color;
	};
}

const STREAMS = [records, records, pixels16, pixels];

/** A page that begins anywhere in a record. One in four ends with a repetition, for LZ4. */
function makePage(random: Random): Uint8Array {
	const page = new Uint8Array(512 << random.below(4));
	const stream = (STREAMS[random.below(STREAMS.length)] as (typeof STREAMS)[0])(random);
	let bytes = stream();
	let next = random.below(bytes.length);
	for (let i = 0; i < page.length; i++) {
		if (next === bytes.length) {
			bytes = stream();
			next = 0;
		}
		page[i] = bytes[next++] as number;
	}
	if (random.once(4)) {
		const at = 64 + random.below(page.length - 64);
		for (let i = at; i < page.length; i++) page[i] = page[i - at] as number;
	}
	return page;
}

/** Packs pages with the portable engine, and notes what `codec-tool pack` should print for them. */
class Packing {
	readonly lines: string[] = [];
	compressed = 0;
	readonly #packers: Map<number, Packer>;
	#digest = 0;
	#pages = 0;

	constructor(codecs: number) {
		const packer = (length: number) => new Packer(new ArrayBuffer(Packer.length(length)), 0, length, GRANULE, codecs);
		this.#packers = new Map([512, 1024, 2048, 4096].map((length) => [length, packer(length)]));
	}

	pack(page: Uint8Array) {
		const packer = this.#packers.get(page.length) as Packer;
		packer.page.set(page);
		packer.pack();
		const { state, codec, length, words } = packer.packed;
		if (state === STATE_COMPRESSED) this.compressed++;
		for (const number of [state, codec, length]) this.#roll(number);
		for (const byte of new Uint8Array(words.buffer, words.byteOffset, length)) this.#roll(byte);
		if (++this.#pages % BATCH === 0) this.say();
	}

	say() {
		this.lines.push(`${this.compressed} ${this.#digest}`);
	}

	#roll(number: number) {
		const sum = Math.imul(this.#digest ^ number, 0x01000193);
		this.#digest = sum ^ (sum >>> 15);
	}
}

const test = suite("pack");

for (const [title, codecs] of [
	["LZ4", 1],
	["columns", 2],
	["both", 3],
] as const) {
	const count = scaled(6000);
	test(`${title}: ${count} pages, the same blocks from both engines`, async () => {
		const tool = await buildHarness("codec-tool", cVariants[0] as (typeof cVariants)[0]);
		const random = new Random(SEED);
		const packing = new Packing(codecs);
		const input: Uint8Array[] = [];
		for (let i = 0; i < count; i++) {
			const page = makePage(random);
			input.push(new Uint8Array(Uint32Array.of(page.length, page.length).buffer), page);
			packing.pack(page);
		}
		packing.say();
		const { status, stdout } = spawnSync(tool, ["pack", `${BATCH}`, `${codecs}`], { input: Buffer.concat(input) });
		assert.is(status, 0);
		const lines = `${stdout}`.trim().split("\n");
		const differs = packing.lines.findIndex((line, batch) => line !== lines[batch]);
		assert.is(differs, -1, `seed ${SEED}: they differ in batch ${differs} of ${BATCH}`);
		const { compressed } = packing;
		assert.ok(compressed > count / 4 && compressed < count, `${compressed} of ${count} are compressed`);
	});
}

test.run();
