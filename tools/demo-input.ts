/**
 * The input of the demo: real data of five kinds, as files for the app to read.
 *
 * Nothing is picked for how well it compresses. Of every kind all files from `LEAST_FILE` bytes up are taken in the
 * order of their paths, cut in pieces, and of the pieces `KIND_BYTES` that are spread evenly.
 *
 * @module
 */

import {
	closeSync,
	fstatSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	readSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { extname, join } from "node:path";
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { buildFolder, root } from "./paths.ts";

/** What the app finds in `index.json`. */
export interface DemoInput {
	kinds: {
		name: string;
		/** No buffer of the kind is longer. */
		longest: number;
		/** Each holds one buffer. */
		files: string[];
	}[];
}

/** Pixels of the display, each way, as round and square ones of 1.3" have them. */
const DISPLAY = 240;
/** An app looks closer at each picture in so many steps. */
const ZOOMS = [1, 1.25, 1.5, 1.75, 2, 2.25];
/** Pictures with fewer pixels, either way, are icons: blown up to a display they would be no pictures. */
const LEAST_PICTURE = 200;

const PIECE = 32 * 1024;
const LEAST_FILE = 2 * 1024;
const KIND_BYTES = 2 * 1024 * 1024;

const modules = join(root, "node_modules");
const pictures = join(modules, "admin-lte", "dist", "assets", "img");

/** Paths of all files in a folder with one of these endings, in a fixed order. */
function filesIn(folder: string, ...endings: string[]): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && endings.includes(extname(entry.name)))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
}

/** All pieces, put in an order in which any first part of them is spread evenly over the whole. */
function spread<T>(pieces: T[]): T[] {
	const divides = (a: number, b: number): boolean => (b === 0 ? a > 1 : divides(b, a % b));
	let stride = Math.max(1, Math.round(pieces.length * 0.618));
	while (divides(stride, pieces.length)) stride++;
	return pieces.map((_, i) => pieces[(i * stride) % pieces.length] as T);
}

/** Files in pieces, KIND_BYTES of them or a little more. */
function piecesOf(paths: string[]): Uint8Array[] {
	const files = paths.map((path) => readFileSync(path)).filter((bytes) => bytes.length >= LEAST_FILE);
	const pieces = files.flatMap((bytes) =>
		Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) => bytes.subarray(i * PIECE, (i + 1) * PIECE)),
	);
	const chosen: Uint8Array[] = [];
	let total = 0;
	for (const piece of spread(pieces)) {
		if (total >= KIND_BYTES) break;
		chosen.push(piece);
		total += piece.length;
	}
	return chosen;
}

/** Where the machine code lies in an executable: the largest executable segment of ELF, else the first half. */
function codeRange(header: DataView, fileLength: number): { start: number; length: number } {
	let range = { start: 0, length: fileLength >> 1 };
	const isELF64 = header.getUint32(0) === 0x7f454c46 && header.getUint8(4) === 2 && header.getUint8(5) === 1;
	if (!isELF64) return range;
	range = { start: 0, length: 0 };
	const [table, entryLength, count] = [
		header.getUint32(32, true),
		header.getUint16(54, true),
		header.getUint16(56, true),
	];
	for (let entry = table; entry < table + count * entryLength; entry += entryLength) {
		const isCode = header.getUint32(entry, true) === 1 && header.getUint32(entry + 4, true) & 1;
		const length = Number(header.getBigUint64(entry + 32, true));
		if (isCode && length > range.length) range = { start: Number(header.getBigUint64(entry + 8, true)), length };
	}
	return range;
}

/** Pieces of machine code of this Node, at even distances. */
function machineCode(): Uint8Array[] {
	const file = openSync(process.execPath, "r");
	const read = (start: number, length: number) => {
		const bytes = new Uint8Array(length);
		return bytes.subarray(0, readSync(file, bytes, 0, length, start));
	};
	const { start, length } = codeRange(new DataView(read(0, 8192).buffer), fstatSync(file).size);
	const count = Math.max(1, Math.min(KIND_BYTES / PIECE, Math.floor(length / PIECE)));
	const distance = Math.floor(length / count);
	const pieces = Array.from({ length: count }, (_, i) => read(start + i * distance, Math.min(PIECE, length)));
	closeSync(file);
	return pieces;
}

/** A picture of three bytes a pixel, on white. */
interface Picture {
	width: number;
	height: number;
	rgb: Uint8Array;
}

function toPicture(png: DecodedPng): Picture {
	const { width, height, palette } = png;
	const data = palette ? convertIndexedToRgb(png as DecodedPng & { palette: typeof palette }) : png.data;
	const shift = png.depth === 16 ? 8 : 0;
	const channels = data.length / (width * height);
	const rgb = new Uint8Array(width * height * 3);
	for (let pixel = 0; pixel < width * height; pixel++) {
		const at = (channel: number) => (data[pixel * channels + channel] as number) >> shift;
		// One and two channels are grey and grey with alpha, three and four colours.
		const alpha = channels % 2 ? 255 : at(channels - 1);
		for (let channel = 0; channel < 3; channel++) {
			const value = at(channels < 3 ? 0 : channel);
			rgb[pixel * 3 + channel] = 255 + ((value - 255) * alpha) / 255;
		}
	}
	return { width, height, rgb };
}

/** The pixels of a line that make one of a resized line, and their shares of it. */
interface Taps {
	first: number;
	shares: number[];
}

/** Resizes `side` pixels in the middle of a line to the display: each pixel weighs less the farther it is away. */
function tapsOf(lineLength: number, side: number): Taps[] {
	const step = side / DISPLAY;
	const radius = Math.max(step, 1);
	return Array.from({ length: DISPLAY }, (_, i) => {
		const center = (lineLength - side) / 2 + (i + 0.5) * step - 0.5;
		const first = Math.max(Math.ceil(center - radius), 0);
		const last = Math.min(Math.floor(center + radius), lineLength - 1);
		const weights = Array.from({ length: last - first + 1 }, (_, k) => 1 - Math.abs(first + k - center) / radius);
		const sum = weights.reduce((a, b) => a + b);
		return { first, shares: weights.map((weight) => weight / sum) };
	});
}

/** Resizes lines of `distance` values each, along `stride`; all lines beside each other come out one after the other. */
function resize(
	values: ArrayLike<number>,
	taps: Taps[],
	lines: number,
	distance: number,
	stride: number,
): Float32Array {
	const result = new Float32Array(taps.length * lines * 3);
	taps.forEach(({ first, shares }, i) => {
		for (let line = 0; line < lines; line++)
			for (let channel = 0; channel < 3; channel++) {
				let sum = 0;
				let from = line * distance + first * stride + channel;
				for (let k = 0; k < shares.length; k++, from += stride) sum += (values[from] as number) * (shares[k] as number);
				result[(i * lines + line) * 3 + channel] = sum;
			}
	});
	return result;
}

/** The middle of a picture, filling the display, in RGB565. */
function toFrame({ width, height, rgb }: Picture, zoom: number): Uint8Array {
	const side = Math.min(width, height) / zoom;
	// The first pass leaves columns one after the other, the second rows.
	const columns = resize(rgb, tapsOf(width, side), height, width * 3, 3);
	const rows = resize(columns, tapsOf(height, side), DISPLAY, height * 3, 3);
	const frame = new Uint16Array(DISPLAY * DISPLAY);
	for (let pixel = 0; pixel < frame.length; pixel++) {
		const [red, green, blue] = [0, 1, 2].map((channel) => Math.round(rows[pixel * 3 + channel] as number)) as number[];
		frame[pixel] = (((red as number) >> 3) << 11) | (((green as number) >> 2) << 5) | ((blue as number) >> 3);
	}
	return new Uint8Array(frame.buffer);
}

/** Every picture as the display shows it, and closer. */
function frames(): Uint8Array[] {
	const decoded = filesIn(pictures, ".png")
		.map((path) => decode(readFileSync(path)))
		.filter(({ width, height }) => Math.min(width, height) >= LEAST_PICTURE)
		.map(toPicture);
	return spread(ZOOMS.flatMap((zoom) => decoded.map((picture) => toFrame(picture, zoom))));
}

/** Writes the input to build/demo and returns that folder, for the app. */
export function prepareInput(): string {
	const folder = join(buildFolder, "demo");
	rmSync(folder, { recursive: true, force: true });
	const kinds: [string, Uint8Array[]][] = [
		["frames", frames()],
		["json", piecesOf(filesIn(modules, ".json"))],
		["script", piecesOf(filesIn(modules, ".js", ".mjs", ".cjs"))],
		["code", machineCode()],
		["photo JPEG", piecesOf(filesIn(pictures, ".jpg"))],
	];
	const input: DemoInput = { kinds: [] };
	for (const [name, buffers] of kinds) {
		const files = buffers.map((_, i) => join(folder, name, `${i}`));
		mkdirSync(join(folder, name), { recursive: true });
		buffers.forEach((bytes, i) => {
			writeFileSync(files[i] as string, bytes);
		});
		input.kinds.push({ name, longest: Math.max(...buffers.map((bytes) => bytes.length)), files });
	}
	writeFileSync(join(folder, "index.json"), JSON.stringify(input));
	return folder;
}
