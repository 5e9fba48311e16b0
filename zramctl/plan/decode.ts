/**
 * Decodes pictures in Node. In a browser the browser does it.
 *
 * @module
 */

import { convertIndexedToRgb, type DecodedPng, decode } from "fast-png";
import jpeg from "jpeg-js";
import { onWhite, type Picture } from "./picture.ts";

/** Most pixels of a picture: decoding takes three to eight bytes for each. */
const PIXELS_MOST = 100_000_000;

function expectPixels(width: number, height: number) {
	if (!(width > 0 && height > 0 && width * height <= PIXELS_MOST))
		throw new Error(`${width} by ${height} pixels; at most ${PIXELS_MOST / 1e6} million can be decoded`);
}

/** @throws Error if it is damaged */
export function decodePNG(bytes: Uint8Array): Picture {
	const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length >= 24) expectPixels(header.getUint32(16), header.getUint32(20));
	const png = decode(bytes);
	const { width, height, palette } = png;
	const data = palette ? convertIndexedToRgb(png as DecodedPng & { palette: typeof palette }) : png.data;
	const shift = png.depth === 16 ? 8 : 0;
	const channels = data.length / (width * height);
	const rgba = new Uint8Array(width * height * 4);
	for (let pixel = 0; pixel < width * height; pixel++) {
		const at = (channel: number) => (data[pixel * channels + channel] as number) >> shift;
		// One and two channels are grey and grey with opacity, three and four colours.
		for (let channel = 0; channel < 3; channel++) rgba[pixel * 4 + channel] = at(channels < 3 ? 0 : channel);
		rgba[pixel * 4 + 3] = channels % 2 ? 255 : at(channels - 1);
	}
	return { width, height, rgb: onWhite(rgba) };
}

/** @throws Error if it is damaged */
export function decodeJPEG(bytes: Uint8Array): Picture {
	const limits = { maxResolutionInMP: PIXELS_MOST / 1e6, maxMemoryUsageInMB: 2048 };
	const { width, height, data } = jpeg.decode(bytes, { useTArray: true, formatAsRGBA: false, ...limits });
	return { width, height, rgb: data };
}

/** How far to shift a channel of a pixel, and the greatest value it can have. */
function channelOf(mask: number): { shift: number; most: number } {
	const shift = 31 - Math.clz32(mask & -mask);
	return { shift, most: mask >>> shift };
}

/** Masks of red, green and blue of a BMP without any of its own, by bits a pixel. */
const MASKS: Record<number, [number, number, number]> = {
	16: [0x7c00, 0x3e0, 0x1f],
	24: [0xff0000, 0xff00, 0xff],
	32: [0xff0000, 0xff00, 0xff],
};

/**
 * A BMP of Windows, not compressed: 1, 4, 8 bits a pixel with a palette, 16, 24 and 32 bits.
 *
 * @throws Error if it is another, or damaged
 */
export function decodeBMP(bytes: Uint8Array): Picture {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	if (bytes.length < 54) throw new Error(`its ${bytes.length} bytes are shorter than a header`);
	const data = view.getUint32(10, true);
	const header = view.getUint32(14, true);
	const [width, rows] = [view.getInt32(18, true), view.getInt32(22, true)];
	const height = Math.abs(rows);
	const [bits, compression] = [view.getUint16(28, true), view.getUint32(30, true)];
	expectPixels(width, height);
	if (header < 40 || ![1, 4, 8, 16, 24, 32].includes(bits) || (compression !== 0 && compression !== 3))
		throw new Error(`${bits} bits per pixel with compression ${compression} is not supported`);
	const stride = ((width * bits + 31) >> 5) << 2;
	if (data + stride * height > bytes.length)
		throw new Error(`it should have ${data + stride * height} bytes but has ${bytes.length}`);
	const masks = compression === 3 ? [54, 58, 62].map((at) => view.getUint32(at, true)) : MASKS[bits];
	if (masks?.includes(0)) throw new Error("a colour has no bits");
	const channels = masks?.map(channelOf);
	const rgb = new Uint8Array(width * height * 3);
	for (let y = 0, to = 0; y < height; y++) {
		const row = data + (rows < 0 ? y : height - 1 - y) * stride;
		for (let x = 0; x < width; x++) {
			if (channels) {
				const at = row + (x * bits) / 8;
				let pixel = view.getUint16(at, true);
				if (bits > 16)
					pixel += (bytes[at + 2] as number) * 65536 + (bits > 24 ? (bytes[at + 3] as number) * 2 ** 24 : 0);
				for (const { shift, most } of channels) rgb[to++] = (((pixel >>> shift) & most) * 255) / most;
			} else {
				const index = ((bytes[row + ((x * bits) >> 3)] as number) >> (8 - bits - ((x * bits) & 7))) & ((1 << bits) - 1);
				const color = Math.min(14 + header + index * 4, bytes.length - 3);
				for (let channel = 2; channel >= 0; channel--) rgb[to++] = bytes[color + channel] as number;
			}
		}
	}
	return { width, height, rgb };
}

/** @throws Error saying what is wrong with it */
export function decodePicture(bytes: Uint8Array, format: "bmp" | "png" | "jpeg"): Picture {
	return { bmp: decodeBMP, png: decodePNG, jpeg: decodeJPEG }[format](bytes);
}
