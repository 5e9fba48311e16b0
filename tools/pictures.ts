/**
 * Pictures from npm packages, in the formats of displays and cameras.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { decodeJPEG, decodePNG } from "../zramctl/plan/decode.ts";
import { type Picture, toRGB565, toScreen } from "../zramctl/plan/picture.ts";
import { root } from "./paths.ts";

export { type Picture, toRGB565 };

/** The folder of the pictures in the package admin-lte: photos, drawings, logos. */
export const pictureFolder = join(root, "node_modules/admin-lte/dist/assets/img");

/** Reads a PNG file. */
export function readPicture(path: string): Picture {
	return decodePNG(readFileSync(path));
}

/** Reads JPEG files. */
export function readJPEGs(paths: string[]): Picture[] {
	return paths.map((path) => decodeJPEG(readFileSync(path)));
}

/** The middle of a picture, filling a square display of `side` pixels: three values a pixel, 0 to 255. */
export function toSquare(picture: Picture, side: number, zoom: number): Float32Array {
	return toScreen(picture, { width: side, height: side }, zoom);
}

/** The same in RGB565. */
export function toFrame(picture: Picture, side: number, zoom: number): Uint8Array {
	return toRGB565(toSquare(picture, side, zoom));
}

/** RGB888: three bytes a pixel. */
export function toRGB888(values: ArrayLike<number>): Uint8Array {
	return Uint8Array.from(values, Math.round);
}

/** As from a grey camera, a byte a pixel: luma by BT.601. */
export function toGrey(values: ArrayLike<number>): Uint8Array {
	const at = (index: number) => values[index] as number;
	return Uint8Array.from({ length: values.length / 3 }, (_, pixel) =>
		Math.round(0.299 * at(3 * pixel) + 0.587 * at(3 * pixel + 1) + 0.114 * at(3 * pixel + 2)),
	);
}
