/*
 * Hostile blocks: the portable decoders and the C core with sanitizers judge the same random, mutated and truncated blocks,
 * and must agree on every verdict and every byte. Runs in Node, which generates the blocks.
 */
// needs: compiler

import { spawn } from "node:child_process";
import { once } from "node:events";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CODECS } from "zram/engine/portable/codecs";
import { type Codec, type Coder, WORKSPACE_LENGTH } from "zram/engine/portable/pack";
import { buildHarness, cVariants } from "../tools/c-tests.ts";
import { MissingTool } from "../tools/process.ts";
import { digest, fill, KINDS, NOISE } from "./support/bytes.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const BATCH = 1000;

type Pretence = [pageLength: number, blocks: Uint8Array[]];

/** Makes something close to a block of a codec. */
type Forge = (random: Random, pageLength: number) => Uint8Array;

function coderOf(id: number): Coder {
	return (CODECS[id] as Codec).makeCoder(new Uint8Array(WORKSPACE_LENGTH));
}

/** Makes blocks that are wrong in every way, and some that are right. */
class Forger {
	readonly #random: Random;
	readonly #coder: Coder;
	readonly #forge: Forge;
	/** Valid blocks, by page length. */
	readonly #right: Pretence[];

	constructor(from: number, codec: number, forge: Forge) {
		this.#random = new Random(from);
		this.#coder = coderOf(codec);
		this.#forge = forge;
		this.#right = [512, 1024, 2048, 4096].map((pageLength) => [pageLength, this.#encodeSome(pageLength)]);
	}

	#encodeSome(pageLength: number): Uint8Array[] {
		const page = new Uint8Array(pageLength);
		const block = new Uint8Array(pageLength);
		const blocks: Uint8Array[] = [];
		while (blocks.length < 100) {
			// two kinds of bytes, for long and short runs of both literals and matches
			const seam = this.#random.below(pageLength);
			fill(page, 0, pageLength, this.#random.below(KINDS), this.#random.next());
			fill(page, seam, pageLength - seam, this.#random.below(KINDS), this.#random.next());
			const length = this.#coder.encode(page, block, pageLength);
			if (length) blocks.push(block.slice(0, length));
		}
		return blocks;
	}

	/** A block, and the length of the page it claims to hold: short ones more often, as they go wrong just as well. */
	next(): [block: Uint8Array, pageLength: number] {
		const random = this.#random;
		const choice = random.once(2) ? 0 : random.below(this.#right.length);
		const [pageLength, blocks] = this.#right[choice] as Pretence;
		const kind = random.below(20);
		if (kind < 3) return [this.#noise(random.below(2 * pageLength + 40)), pageLength];
		if (kind < 6) return [this.#forge(random, pageLength), pageLength];
		const right = blocks[random.below(blocks.length)] as Uint8Array;
		if (kind < 8) return [right.slice(0, random.below(right.length)), pageLength];
		if (kind < 9) return [Buffer.concat([right, this.#noise(1 + random.below(8))]), pageLength];
		if (kind < 10) return [right, 512 << random.below(4)];
		return [this.#mutate(right, blocks), pageLength];
	}

	#noise(length: number): Uint8Array {
		const bytes = new Uint8Array(length);
		fill(bytes, 0, length, NOISE, this.#random.next());
		return bytes;
	}

	/** Makes a few changes: flips bits, sets bytes that mean something, drops, inserts, or copies bytes from another block. */
	#mutate(right: Uint8Array, others: Uint8Array[]): Uint8Array {
		const random = this.#random;
		let bytes = right.slice();
		for (let changes = 1 + random.below(3); changes > 0; changes--) {
			const at = random.below(bytes.length);
			const telling = [0, 1, 0x0f, 0x10, 0xf0, 0xfe, 0xff, (bytes[at] as number) + 1, (bytes[at] as number) - 1];
			switch (random.below(6)) {
				case 0:
				case 1:
					bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
					break;
				case 2:
				case 3:
					bytes[at] = telling[random.below(telling.length)] as number;
					break;
				case 4: {
					const end = at + random.below(4);
					bytes = Buffer.concat([bytes.subarray(0, at), this.#noise(random.below(4)), bytes.subarray(end)]);
					break;
				}
				default: {
					const other = others[random.below(others.length)] as Uint8Array;
					bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length))]);
				}
			}
			if (bytes.length === 0) return bytes;
		}
		return bytes;
	}
}

/** Mostly valid sequences until the page is about full, which exercises the rules at its end. */
function forgeLZ4(random: Random, pageLength: number): Uint8Array {
	const bytes: number[] = [];
	const putLength = (length: number) => {
		for (let rest = length - 15; rest >= 0; rest -= 255) bytes.push(Math.min(rest, 255));
	};
	let done = 0;
	while (done < pageLength - 5) {
		const room = pageLength - done;
		const literals = Math.min(random.once(4) ? random.below(300) : random.below(18), room);
		const match = Math.min(random.once(4) ? random.below(600) : 4 + random.below(20), room - literals);
		if (match < 4) break;
		bytes.push((Math.min(literals, 15) << 4) | Math.min(match - 4, 15));
		putLength(literals);
		for (let i = 0; i < literals; i++) bytes.push(random.below(256));
		done += literals;
		const offset = random.once(200) ? random.below(65536) : 1 + random.below(random.once(2) ? 8 : done || 1);
		bytes.push(offset & 0xff, offset >> 8);
		putLength(match - 4);
		done += match;
	}
	const literals = pageLength - done + (random.once(8) ? 1 - random.below(3) : 0);
	bytes.push(Math.min(Math.max(literals, 0), 15) << 4);
	putLength(literals);
	for (let i = 0; i < literals; i++) bytes.push(random.below(256));
	return Uint8Array.from(bytes);
}

/** A page of zeros in any kind and form, even ones that don't exist; everything else in the block is right. */
function forgeZeros(random: Random, pageLength: number): Uint8Array {
	const kind = random.below(9);
	const form = random.below(64);
	const isPixel16 = kind === 3 || kind === 4;
	const size = kind === 1 || kind === 2 ? 2 : 1;
	const columns = kind < 3 ? form + 1 : kind < 6 ? 3 : 4;
	const stride = isPixel16 ? 2 : size * columns;
	let bits = 10;
	for (let column = 0; column < columns; column++) {
		const units = Math.ceil((pageLength - (isPixel16 ? 0 : size * column)) / stride);
		const width = isPixel16 ? (column ? 5 : 6) : 8 * size;
		bits += size + 1 + width + 7 * Math.ceil((units - 1) / 16);
	}
	const bytes = new Uint8Array(2 * Math.ceil(bits / 16));
	bytes[1] = (kind << 4) | (form >> 2);
	bytes[0] = form << 6;
	return bytes;
}

/** A valid head, then bits that are 1 more often than in noise: short codes, and few that end a block. */
function forgeColumns(random: Random, pageLength: number): Uint8Array {
	if (random.once(4)) return forgeZeros(random, pageLength);
	const bytes = new Uint8Array(2 * random.below(pageLength / (1 + random.below(16))) + 2);
	const isDense = random.once(2);
	for (let i = 0; i < bytes.length; i++) bytes[i] = random.below(256) | (isDense ? random.below(256) : 0);
	bytes[1] = (random.below(7) << 4) | (random.once(2) ? random.below(16) : 0);
	bytes[0] = (random.below(4) << 6) | random.below(64);
	return bytes;
}

/** Writes bits in the order blocks have them. */
class Bits {
	readonly #bits: number[] = [];

	put(value: number, length: number) {
		while (length--) this.#bits.push((value >> length) & 1);
	}

	get bytes(): Uint8Array {
		const bytes = new Uint8Array(2 * Math.ceil(this.#bits.length / 16));
		for (const [i, bit] of this.#bits.entries())
			bytes[(i >> 4) * 2 + (i & 8 ? 0 : 1)] =
				(bytes[(i >> 4) * 2 + (i & 8 ? 0 : 1)] as number) | (bit << (7 - (i & 7)));
		return bytes;
	}
}

/**
 * Codes for all literals (9 bits), for eight lengths and four more (5 and 4 bits), and for all distances (4 and 5 bits); then
 * mostly valid copies until the page is about full.
 */
function forgeDense(random: Random, pageLength: number): Uint8Array {
	const bits = new Bits();
	const putLengths = (length: number, count: number) => {
		bits.put((7 << 4) | length, 7);
		bits.put(0, 2 * (count - 1));
	};
	putLengths(9, 256);
	putLengths(5, 8);
	putLengths(4, 4);
	bits.put((6 << 9) | 16, 12); // the other 16 lengths have no code
	putLengths(4, 7);
	putLengths(5, 18);
	for (let at = 0; at < pageLength; ) {
		if (at === 0 || random.once(2)) {
			bits.put(256 + random.below(256), 9);
			at++;
			continue;
		}
		const slot = random.below(12);
		const extra = slot < 8 ? 0 : random.below(2);
		// the four come first because their codes are shorter
		if (slot < 8) bits.put(8 + slot, 5);
		else bits.put(((slot - 8) << 1) | extra, 5);
		at += 3 + (slot < 8 ? slot : 8 + 2 * (slot - 8) + extra);
		if (at > pageLength && !random.once(8)) break;
		const distance = random.once(20) ? random.below(25) : random.once(2) ? 24 : random.below(4);
		if (distance < 7) bits.put(distance, 4);
		else bits.put(14 + distance - 7, 5);
		if (distance > 3 && distance < 24) bits.put(random.next(), (distance >> 1) - 1);
	}
	return bits.bytes;
}

const FORGES: Record<number, Forge> = { 0: forgeLZ4, 1: forgeColumns, 2: forgeDense };
/** How many blocks. The portable decoders of columns and dense are slow: they go bit by bit. */
const COUNTS: Record<number, number> = { 0: 1_000_000, 1: 100_000, 2: 50_000 };

/** Judges blocks with the portable decoder, in the form in which `codec-tool judge` answers. */
class Judge {
	readonly lines: string[] = [];
	accepted = 0;
	readonly #coder: Coder;
	#digest = 0;
	#blocks = 0;
	#verdict = new Int32Array(1);
	#verdictBytes = new Uint8Array(this.#verdict.buffer);

	constructor(codec: number) {
		this.#coder = coderOf(codec);
	}

	judge(block: Uint8Array, pageLength: number) {
		const page = new Uint8Array(pageLength);
		const isRight = this.#coder.decode(block, block.length, page);
		this.#verdict[0] = isRight ? 1 : 0;
		this.accepted += this.#verdict[0];
		this.#digest = digest(this.#digest, this.#verdictBytes, 0, 4);
		if (isRight) this.#digest = digest(this.#digest, page, 0, pageLength);
		if (++this.#blocks % BATCH === 0) this.say();
	}

	say() {
		this.lines.push(`${this.accepted} ${this.#digest}`);
	}
}

const test = suite("blocks");

test("every codec", () => {
	assert.equal(Object.keys(FORGES), Object.keys(CODECS));
});

const variants = cVariants.filter(({ name }) => name !== "C, 32 bit");
const cases = Object.entries(FORGES).flatMap(([id, forge]) =>
	variants.map((variant) => ({ id: Number(id), forge, variant })),
);

for (const { id, forge, variant } of cases) {
	const { name } = CODECS[id] as Codec;
	const count = scaled((COUNTS[id] as number) / (id === 0 && variant.name === "C" ? 5 : 1));
	test(`${name}, ${variant.name}: ${count} hostile blocks, the same verdicts and bytes as the portable decoder`, async () => {
		let tool: string;
		try {
			tool = await buildHarness("codec-tool", variant);
		} catch (error) {
			if (!(error instanceof MissingTool) || process.env.CI === "true") throw error;
			console.log(`skip ${variant.name}: ${error.message}`);
			return;
		}
		const child = spawn(tool, ["judge", `${BATCH}`, `${id}`], { stdio: ["pipe", "pipe", "inherit"] });
		const ended = once(child, "close");
		let said = "";
		child.stdout.setEncoding("utf8").on("data", (text: string) => {
			said += text;
		});
		child.stdin.on("error", () => {}); // it has died; its exit code says so
		const forger = new Forger(SEED, id, forge);
		const judge = new Judge(id);
		let parts: Uint8Array[] = [];
		for (let i = 1; i <= count; i++) {
			const [block, pageLength] = forger.next();
			parts.push(new Uint8Array(Uint32Array.of(pageLength, block.length).buffer), block);
			judge.judge(block, pageLength);
			if (i % BATCH && i < count) continue;
			const isRoom = child.stdin.write(Buffer.concat(parts));
			parts = [];
			if (!isRoom) await Promise.race([once(child.stdin, "drain"), ended]);
			if (child.exitCode !== null) break;
		}
		child.stdin.end();
		judge.say();
		await ended;
		assert.is(child.exitCode, 0, `seed ${SEED}`);
		const lines = said.trim().split("\n");
		const differs = judge.lines.findIndex((line, batch) => line !== lines[batch]);
		assert.is(differs, -1, `seed ${SEED}: they differ in batch ${differs} of ${BATCH}`);
		assert.ok(judge.accepted > count / 50 && judge.accepted < count / 2, `${judge.accepted} of ${count} decode`);
	});
}

test.run();
