/**
 * The input of the demo: real data of seven kinds, as files for the app to read.
 *
 * Nothing is picked for how well it compresses. Of each kind all files of at least `LEAST_FILE` bytes are taken in the
 * order of their paths and cut into pieces, of which `KIND_BYTES`, evenly spread, are used.
 *
 * @module
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { motionRecords, others, speech, walks } from "../bench/recordings.ts";
import { buildFolder, filesIn, root } from "./paths.ts";
import { type Picture, pictureFolder, readJPEGs, readPicture, toFrame } from "./pictures.ts";

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

/** Width and height of the display in pixels, as round and square ones of 1.3" have. */
const DISPLAY = 240;
/** Zooms at which the app shows each picture. */
const ZOOMS = [1, 1.25, 1.5, 1.75, 2, 2.25];
/** Pictures that are smaller, in either direction, are icons, and not blown up to the display. */
const LEAST_PICTURE = 200;

const PIECE = 32 * 1024;
const LEAST_FILE = 2 * 1024;
const KIND_BYTES = 2 * 1024 * 1024;

const modules = join(root, "node_modules");

/** Reorders the pieces so that any first part of them is spread evenly over the whole. */
function spread<T>(pieces: T[]): T[] {
	const divides = (a: number, b: number): boolean => (b === 0 ? a > 1 : divides(b, a % b));
	let stride = Math.max(1, Math.round(pieces.length * 0.618));
	while (divides(stride, pieces.length)) stride++;
	return pieces.map((_, i) => pieces[(i * stride) % pieces.length] as T);
}

function readAll(paths: string[]): Uint8Array[] {
	return paths.map((path) => readFileSync(path)).filter((bytes) => bytes.length >= LEAST_FILE);
}

/** Pieces of files: KIND_BYTES, or a little more. */
function piecesOf(files: Uint8Array[]): Uint8Array[] {
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

/** Every picture as the display shows it, at all zooms. */
function frames(pictures: Picture[]): Uint8Array[] {
	const large = pictures.filter(({ width, height }) => Math.min(width, height) >= LEAST_PICTURE);
	return spread(ZOOMS.flatMap((zoom) => large.map((picture) => toFrame(picture, DISPLAY, zoom))));
}

const isPhoto = (path: string) => /(photo|prod-)\d/.test(path);

/** Writes the input to build/demo and returns that folder, for the app. */
export async function prepareInput(): Promise<string> {
	const folder = join(buildFolder, "demo");
	rmSync(folder, { recursive: true, force: true });
	const drawn = filesIn(pictureFolder, ".png");
	const taken = filesIn(pictureFolder, ".jpg");
	const photos = [...drawn.filter(isPhoto).map(readPicture), ...readJPEGs(taken.filter(isPhoto))];
	// the app shows their initials, and also tries the first kind alone
	const kinds: [string, Uint8Array[]][] = [
		["photos", frames(photos)],
		["screens", frames(drawn.filter((path) => !isPhoto(path)).map(readPicture))],
		["audio", piecesOf([await speech()])],
		["readings", piecesOf([await motionRecords([...walks, ...others])])],
		["text", piecesOf(readAll(filesIn(modules, ".json", ".md")))],
		["code", piecesOf(readAll(filesIn(modules, ".js", ".mjs", ".cjs")))],
		["jpeg", piecesOf(readAll(taken))],
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
