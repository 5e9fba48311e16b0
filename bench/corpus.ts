/**
 * The pages that the bench stores: one file a kind, and a mixture of them as firmware swaps it.
 *
 * Made of files that the npm packages of package-lock.json ship, taken whole and in a fixed order, and of generators
 * where there is no such file. Nothing is picked for how well it compresses. The files are the same on every machine, and
 * DIGEST says so.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Random } from "../tests/support/random.ts";
import { codeRange } from "../tools/elf.ts";
import { fetchPackage } from "../tools/npm.ts";
import { buildFolder, root } from "../tools/paths.ts";
import { filesIn, pictureFolder, readPicture, toFrame, toRGB565 } from "../tools/pictures.ts";
import { pcm, randomBytes, samePages, sensorRecords } from "./generators.ts";

export const PAGE = 4096;
const FOLDER = join(buildFolder, "corpus");
/** SHA-256 over all files, in the order of `kinds`. It changes with the versions in package-lock.json. */
const DIGEST = "2c8a9f542ad6b0c8e07b311be52b5c2c27eac377bf0800e848feebd7f4b19ecc";

const modules = join(root, "node_modules");
const inModules = (...paths: string[]) => paths.map((path) => join(modules, path));

/** Files one after the other, each as whole pages: what is left over at its end is dropped. */
function wholePages(contents: Uint8Array[]): Uint8Array {
	return Buffer.concat(contents.map((bytes) => bytes.subarray(0, bytes.length - (bytes.length % PAGE))));
}

function filePages(paths: string[]): Uint8Array {
	return wholePages(paths.map((path) => readFileSync(path)));
}

/** Pictures pixel by pixel: drawings and logos as an interface shows them. */
function drawings(): Uint8Array {
	const pictures = filesIn(pictureFolder, ".png").filter((path) => !/photo\d/.test(path));
	return wholePages(pictures.map((path) => toRGB565(readPicture(path).rgb)));
}

/** Photos on a display of 240 by 240 pixels, at several zooms. */
function photos(): Uint8Array {
	const pictures = filesIn(pictureFolder, ".png").filter((path) => /photo\d/.test(path));
	const zooms = [1, 1.25, 1.5, 1.75, 2, 2.25];
	return wholePages(pictures.map(readPicture).flatMap((picture) => zooms.map((zoom) => toFrame(picture, 240, zoom))));
}

/** Machine code of one fixed executable, whatever machine this is: 1 MB of it, spread evenly over its text. */
async function machineCode(): Promise<Uint8Array> {
	const file = readFileSync(join(await fetchPackage("@esbuild/linux-x64"), "bin/esbuild"));
	const range = codeRange(new DataView(file.buffer, file.byteOffset, 8192));
	if (!range) throw new Error("@esbuild/linux-x64/bin/esbuild is no ELF file");
	const pieces = 32;
	const pieceLength = 8 * PAGE;
	const distance = Math.floor((range.length - pieceLength) / (pieces - 1));
	const starts = Array.from({ length: pieces }, (_, i) => range.start + i * distance);
	return Buffer.concat(starts.map((start) => file.subarray(start, start + pieceLength)));
}

export interface Kind {
	name: string;
	/** Where the bytes are from, for the docs. */
	source: string;
	make(): Uint8Array | Promise<Uint8Array>;
	/** Pages of 128 of the mixture. */
	share: number;
	/** Measured alone too. */
	alone: boolean;
}

/** The kinds, in the order of the tables. */
export const kinds: Kind[] = [
	{
		name: "text",
		source: "READMEs, change logs and licenses of npm packages",
		make: () =>
			filePages(
				inModules(
					"@biomejs/biome/README.md",
					"acorn/CHANGELOG.md",
					"acorn/README.md",
					"admin-lte/CHANGELOG.md",
					"admin-lte/README.md",
					"diff/README.md",
					"diff/release-notes.md",
					"fflate/README.md",
					"sade/readme.md",
					"typescript/NOTICE.txt",
				),
			),
		share: 10,
		alone: true,
	},
	{
		name: "bitmap",
		source: "RGB565: drawings and logos of admin-lte, pixel by pixel",
		make: drawings,
		share: 20,
		alone: true,
	},
	{
		name: "pcm",
		source: "generated: 16-bit mono at 16 kHz, plucked notes over a little noise, pauses",
		make: () => pcm(128 * PAGE, 1),
		share: 8,
		alone: true,
	},
	{
		name: "sensor",
		source: "generated: 16-byte records of time, temperature, humidity, pressure, battery",
		make: () => sensorRecords(192 * PAGE, 2),
		share: 14,
		alone: true,
	},
	{
		name: "code",
		source: "ELF: machine code of @esbuild/linux-x64",
		make: machineCode,
		share: 14,
		alone: true,
	},
	{ name: "random", source: "generated", make: () => randomBytes(128 * PAGE, 3), share: 0, alone: true },
	{
		name: "same-filled",
		source: "generated: one 32-bit word a page",
		make: () => samePages(96, PAGE, 4),
		share: 4,
		alone: true,
	},
	{
		name: "json",
		source: "the configuration schema of biome",
		make: () => filePages(inModules("@biomejs/biome/configuration_schema.json")),
		share: 14,
		alone: false,
	},
	{
		name: "script",
		source: "JavaScript of acorn, admin-lte, diff, esbuild, uvu",
		make: () =>
			filePages(
				inModules(
					"acorn/dist/acorn.js",
					"admin-lte/dist/js/adminlte.js",
					"diff/dist/diff.js",
					"diff/dist/diff.min.js",
					"esbuild/lib/main.js",
					"uvu/dist/index.js",
				),
			),
		share: 20,
		alone: false,
	},
	{
		name: "photo",
		source: "RGB565: photos of admin-lte on a display of 240 by 240 pixels",
		make: photos,
		share: 14,
		alone: false,
	},
	{
		name: "jpeg",
		source: "photos of admin-lte, as they are",
		make: () => filePages(filesIn(pictureFolder, ".jpg")),
		share: 10,
		alone: false,
	},
];

/** Pages of the mixture: 8 MB. */
const MIXTURE_PAGES = 2048;
/** A buffer of the mixture: pages of one kind that follow each other. */
const RUN = 2;

/**
 * The kinds by their shares, in runs of RUN pages in a random order. Each 128 pages have every kind's share, so that any
 * part of the mixture is the mixture.
 */
function mix(contents: Map<string, Uint8Array>): Uint8Array {
	const random = new Random(5);
	const next = new Map<string, number>();
	const pages: Uint8Array[] = [];
	while (pages.length < MIXTURE_PAGES) {
		const runs = kinds.flatMap(({ name, share }) => Array<string>(share / RUN).fill(name));
		while (runs.length) {
			const [name] = runs.splice(random.below(runs.length), 1) as [string];
			const bytes = contents.get(name) as Uint8Array;
			for (let i = 0; i < RUN; i++) {
				const start = next.get(name) ?? 0;
				pages.push(bytes.subarray(start, start + PAGE));
				next.set(name, (start + PAGE) % bytes.length);
			}
		}
	}
	return Buffer.concat(pages);
}

/** The paths of the corpus, by kind; "mixture" is one of them. */
export type Corpus = Record<string, string>;

const pathOf = (name: string) => join(FOLDER, `${name}.bin`);
const names = [...kinds.map(({ name }) => name), "mixture"];

function digest(): string {
	const hash = createHash("sha256");
	for (const name of names) hash.update(existsSync(pathOf(name)) ? readFileSync(pathOf(name)) : "");
	return hash.digest("hex");
}

/**
 * Makes the files, if they are not there.
 *
 * @throws Error if they are not what they are elsewhere.
 */
export async function prepareCorpus(): Promise<Corpus> {
	if (digest() !== DIGEST) {
		mkdirSync(FOLDER, { recursive: true });
		const contents = new Map<string, Uint8Array>();
		for (const { name, make } of kinds) contents.set(name, await make());
		contents.set("mixture", mix(contents));
		for (const [name, bytes] of contents) writeFileSync(pathOf(name), bytes);
		if (digest() !== DIGEST) throw new Error(`the corpus differs from what it should be: its digest is ${digest()}`);
	}
	return Object.fromEntries(names.map((name) => [name, pathOf(name)]));
}

/** `npm run -s corpus` prints the paths. */
if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
	prepareCorpus().then(
		(corpus) => console.log(Object.values(corpus).join("\n")),
		(error) => {
			console.error(error.message);
			process.exitCode = 1;
		},
	);
