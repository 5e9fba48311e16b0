/*
 * A codec is one file and one row. Copies of both engines get a pretend codec from tests/codec/. After the same operations
 * their regions are equal, with every set of codecs. A codec that a build lacks counts as damage.
 */
// needs: compiler

import { spawn } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { codecOf, ENTRY_CODEC_SHIFT, ENTRY_LENGTH, STATE_COMPRESSED, STATE_RAW, stateOf } from "zram/engine/entry";
import { HEADER_LENGTH } from "zram/engine/header";
import {
	type EngineConstructor,
	ERROR_CORRUPT,
	FLAG_INTEGRITY,
	MODE_KEEP,
	PLAN_SCRATCH,
	planWords,
} from "zram/engine/interface";
import { CODECS } from "zram/engine/portable/codecs";
import { type Codec, WORKSPACE_LENGTH } from "zram/engine/portable/pack";
import { compileTool, cVariants, engineFolder } from "../tools/c-tests.ts";
import { buildFolder, root } from "../tools/paths.ts";
import { fill, NOISE, RECORDS, TEXT } from "./support/bytes.ts";

const PAGE = 4096;
const PAGES = 64;
const ARENA = 96 * 1024;
const LZ4 = 0;
const COLUMNS = 1;
const DENSE = 2;
const MIRROR = 6;

const copies = join(buildFolder, "codec");
const natives = join(copies, "native");
const portables = join(copies, "portable");

/** Inserts `lines` before a file's last line that contains `mark`, or appends them. */
function insertLine(path: string, mark: string, line: string) {
	const lines = readFileSync(path, "utf8").trimEnd().split("\n");
	const at = lines.findLastIndex((each) => each.includes(mark));
	assert.ok(at >= 0, `${path} has no ${mark}`);
	lines.splice(at + 1, 0, line);
	writeFileSync(path, `${lines.join("\n")}\n`);
}

/** The copy's portable engine; its modules find each other in the copy. */
function relocate(path: string) {
	const text = readFileSync(path, "utf8");
	writeFileSync(path, text.replaceAll(/"zram\/engine\/portable\/(\w+)"/g, '"./$1.ts"'));
}

function copyEngines() {
	rmSync(copies, { recursive: true, force: true });
	mkdirSync(copies, { recursive: true });
	cpSync(engineFolder, natives, { recursive: true });
	cpSync(join(engineFolder, "../portable"), portables, { recursive: true });

	// the codec: a file, and a row, in each language
	cpSync(join(root, "tests/codec/zramMirror.c"), join(natives, "zramMirror.c"));
	insertLine(join(natives, "zramCodecs.h"), "ZRAM_CODEC(", `ZRAM_CODEC(${MIRROR}, zramMirrorCodec)`);
	cpSync(join(root, "tests/codec/mirror.ts"), join(portables, "mirror.ts"));
	insertLine(join(portables, "codecs.ts"), "import", 'import { MIRROR } from "zram/engine/portable/mirror";');
	insertLine(join(portables, "codecs.ts"), "\t0: LZ4", `\t${MIRROR}: MIRROR,`);
	for (const name of readdirSync(portables)) if (name.endsWith(".ts")) relocate(join(portables, name));
}

/** Pages of every kind, by how they are stored when both codecs are allowed. */
function makePages(): Uint8Array[] {
	return Array.from({ length: PAGES }, (_, i) => {
		const page = new Uint8Array(PAGE);
		const kind = i % 6;
		if (kind === 0)
			fill(page, 0, PAGE, TEXT, i); // LZ4 leaves too little to try another codec
		else if (kind === 4) fill(page, 0, PAGE, NOISE, i);
		else if (kind === 5) fill(page, 0, PAGE, RECORDS, 8 * i + 3);
		else if (kind === 3)
			fill(page, 0, PAGE - 300, NOISE, i); // LZ4 leaves a lot and the other codec fails: the block is made again
		else {
			fill(page, 0, PAGE / 2, NOISE, i);
			page.set(page.slice(0, PAGE / 2).reverse(), PAGE / 2);
			if (kind === 2) page.fill(i, 1000, PAGE - 1000); // both succeed: the one that saves more wins
		}
		return page;
	});
}

/** The same calls for both engines, with answers as bytes. */
interface Subject {
	write(page: number, bytes: Uint8Array): void;
	read(page: number): void;
	setWord(offset: number, word: number): void;
	check(): void;
	dump(): void;
	answers(): Promise<Buffer>;
}

class Native implements Subject {
	readonly #tool: string;
	readonly #parameters: string[];
	readonly #commands: Uint8Array[] = [];

	constructor(tool: string, flags: number, codecs: number) {
		this.#tool = tool;
		this.#parameters = [ARENA, PAGES, PAGE, flags, codecs].map(String);
	}

	#command(name: string, ...numbers: number[]) {
		this.#commands.push(Buffer.from(name), new Uint8Array(Uint32Array.from(numbers).buffer));
	}

	write(page: number, bytes: Uint8Array) {
		this.#command("w", page);
		this.#commands.push(bytes);
	}

	read(page: number) {
		this.#command("r", page);
	}

	setWord(offset: number, word: number) {
		this.#command("s", offset, word);
	}

	check() {
		this.#command("c");
	}

	dump() {
		this.#command("d");
	}

	async answers(): Promise<Buffer> {
		const child = spawn(this.#tool, this.#parameters, { stdio: ["pipe", "pipe", "inherit"] });
		child.stdin.end(Buffer.concat(this.#commands));
		const chunks: Buffer[] = [];
		for await (const chunk of child.stdout) chunks.push(chunk);
		return Buffer.concat(chunks);
	}
}

class Portable implements Subject {
	readonly #region = new ArrayBuffer(ARENA);
	readonly #engine: InstanceType<EngineConstructor>;
	readonly #answers: Uint8Array[] = [];

	constructor(Engine: EngineConstructor, flags: number, codecs: number) {
		const threshold = (PAGE / 8) * 7;
		const sizes = { arenaLength: ARENA, pageCount: PAGES, pageLength: PAGE };
		const plan = planWords({ ...sizes, flags, threshold, mode: MODE_KEEP, codecs });
		Engine.plan(plan.buffer);
		this.#engine = new Engine(this.#region, new ArrayBuffer(plan[PLAN_SCRATCH] as number), plan.buffer);
	}

	#answer(code: number) {
		this.#answers.push(new Uint8Array(Int32Array.of(code).buffer));
	}

	write(page: number, bytes: Uint8Array) {
		this.#answer(this.#engine.write(bytes, page * PAGE));
	}

	read(page: number) {
		const bytes = new Uint8Array(PAGE);
		const code = this.#engine.read(bytes, page * PAGE);
		this.#answer(Math.min(code, 0));
		this.#answers.push(code < 0 ? new Uint8Array(PAGE) : bytes);
	}

	setWord(offset: number, word: number) {
		new DataView(this.#region).setUint32(offset, word, true);
	}

	check() {
		this.#answer(this.#engine.check());
	}

	dump() {
		this.#answers.push(new Uint8Array(this.#region.slice(0)));
	}

	async answers(): Promise<Buffer> {
		return Buffer.concat(this.#answers);
	}
}

interface Context {
	tool: string;
	Engine: EngineConstructor;
}

const test = suite<Context>("codec");
const pages = makePages();
const all = (1 << LZ4) | (1 << MIRROR);

test.before(async (context) => {
	copyEngines();
	const variant = cVariants.find(({ name }) => name === "C, sanitizers") as (typeof cVariants)[0];
	context.tool = await compileTool("engine-tool", variant, natives, copies);
	context.Engine = (await import(pathToFileURL(join(portables, "binding.ts")).href)).default;
});

/** Writes all pages twice, in two orders, past the point where the arena is full; reads them; compares the region. */
function work(subject: Subject) {
	for (const [page, bytes] of pages.entries()) subject.write(page, bytes);
	for (const page of pages.keys()) subject.write(page, pages[(page + 1) % PAGES] as Uint8Array);
	for (const page of pages.keys()) subject.read(page);
	subject.check();
	subject.dump();
}

/** State and codec of every page with stored bytes. */
function storedAs(region: Buffer): string[] {
	const stored = new Set<string>();
	for (let page = 0; page < PAGES; page++) {
		const word = region.readUInt32LE(HEADER_LENGTH + page * ENTRY_LENGTH + 4);
		if (stateOf(word) === STATE_RAW) stored.add("raw");
		if (stateOf(word) === STATE_COMPRESSED) stored.add(`codec ${codecOf(word)}`);
	}
	return [...stored].sort();
}

for (const [name, codecs, expected] of [
	["both", all, [`codec ${LZ4}`, `codec ${MIRROR}`, "raw"]],
	["those that there are not as well", 0xff, [`codec ${LZ4}`, `codec ${COLUMNS}`, `codec ${MIRROR}`, "raw"]],
	["LZ4 and columns", (1 << LZ4) | (1 << COLUMNS), [`codec ${LZ4}`, `codec ${COLUMNS}`, "raw"]],
	["columns alone", 1 << COLUMNS, [`codec ${COLUMNS}`, "raw"]],
	["LZ4 alone", 1 << LZ4, [`codec ${LZ4}`, "raw"]],
	["the pretend one alone", 1 << MIRROR, [`codec ${MIRROR}`, "raw"]],
	["none", 0, ["raw"]],
] as const)
	for (const flags of [0, FLAG_INTEGRITY])
		test(`${name}${flags ? ", integrity" : ""}: the same answers and regions`, async ({ tool, Engine }) => {
			const subjects = [new Native(tool, flags, codecs), new Portable(Engine, flags, codecs)];
			for (const subject of subjects) work(subject);
			const [native, portable] = (await Promise.all(subjects.map((subject) => subject.answers()))) as [Buffer, Buffer];
			assert.is(portable.length, PAGES * (4 + 4 + 4 + PAGE) + 4 + ARENA);
			assert.ok(native.equals(portable), "the engines differ");
			assert.is(portable.readInt32LE(portable.length - ARENA - 4), 0, "check()");
			assert.equal(storedAs(portable.subarray(-ARENA)), expected);
		});

test("a codec the build lacks is damage to read and check; a write replaces the page", async ({ tool, Engine }) => {
	const subjects = [new Native(tool, 0, all), new Portable(Engine, 0, all)];
	const word1 = HEADER_LENGTH + 4;
	for (const subject of subjects) {
		subject.write(0, pages[0] as Uint8Array);
		for (let codec = 0; codec < 8; codec++) {
			const [state, length] = [STATE_COMPRESSED, 700];
			subject.setWord(word1, state | (codec << ENTRY_CODEC_SHIFT) | ((length - 1) << 6));
			subject.read(0);
			subject.check();
		}
		subject.write(0, pages[0] as Uint8Array);
	}
	const [native, portable] = (await Promise.all(subjects.map((subject) => subject.answers()))) as [Buffer, Buffer];
	assert.ok(native.equals(portable), "the engines differ");
	for (let codec = 0, at = 4; codec < 8; codec++, at += 8 + PAGE) {
		assert.is(portable.readInt32LE(at), ERROR_CORRUPT, `codec ${codec}`);
		assert.ok(portable.readInt32LE(at + 4 + PAGE) > 0, `check, codec ${codec}`);
	}
});

test("codecs have names", ({ Engine }) => {
	assert.is(Engine.codecName(LZ4), "lz4");
	assert.is(Engine.codecName(COLUMNS), "columns");
	assert.is(Engine.codecName(DENSE), "dense");
	assert.is(Engine.codecName(MIRROR), "mirror");
	assert.is(Engine.codecName(7), undefined);
});

for (const [name, codec] of [
	["columns", COLUMNS],
	["dense", DENSE],
] as const)
	test(`ZRAM_${name.toUpperCase()}=0 builds without ${name}: its blocks are damage`, () => buildsWithout(name, codec));

async function buildsWithout(name: string, codec: number) {
	const variant = cVariants[0] as (typeof cVariants)[0];
	const block = new Uint8Array(PAGE);
	const page = new Uint8Array(PAGE);
	fill(page, 0, PAGE, RECORDS, 11);
	const length = (CODECS[codec] as Codec).makeCoder(new Uint8Array(WORKSPACE_LENGTH)).encode(page, block, PAGE - 64);
	const input = Buffer.concat([
		new Uint8Array(Uint32Array.of(PAGE, length as number).buffer),
		block.subarray(0, length),
	]);
	for (const [flag, accepted] of [
		[`-DZRAM_${name.toUpperCase()}=1`, "1"],
		[`-DZRAM_${name.toUpperCase()}=0`, "0"],
	] as [string, string][]) {
		const folder = join(copies, flag);
		mkdirSync(folder, { recursive: true });
		const flags = [...variant.flags, flag];
		const tool = await compileTool("codec-tool", { ...variant, flags }, engineFolder, folder);
		const child = spawn(tool, ["judge", "10", `${codec}`], { stdio: ["pipe", "pipe", "inherit"] });
		child.stdin.end(input);
		let said = "";
		for await (const chunk of child.stdout) said += chunk;
		assert.is(said.split(" ")[0], accepted, flag);
	}
}

test.run();
