/**
 * Pictures as a display of 16 bits a pixel has them.
 *
 * @module
 */

/** A picture of three bytes a pixel, row by row, on white. */
export interface Picture {
	width: number;
	height: number;
	rgb: Uint8Array;
}

/** Pixels of a display. */
export interface Screen {
	width: number;
	height: number;
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

/**
 * Resizes lines of `distance` values each, along `stride`; all lines beside each other come out one after the other.
 */
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

/** RGB565, little-endian, of values of three a pixel, row by row. */
export function toRGB565(values: ArrayLike<number>): Uint8Array {
	const pixels = new Uint16Array(values.length / 3);
	const at = (index: number) => Math.round(values[index] as number);
	for (let pixel = 0; pixel < pixels.length; pixel++) {
		const [red, green, blue] = [at(3 * pixel), at(3 * pixel + 1), at(3 * pixel + 2)];
		pixels[pixel] = ((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3);
	}
	return new Uint8Array(pixels.buffer);
}

/** The middle of a picture, filling a display: values of three a pixel, 0 to 255, row by row. */
export function toScreen({ width, height, rgb }: Picture, screen: Screen, zoom: number): Float32Array {
	const shownWidth = Math.min(width, (height * screen.width) / screen.height) / zoom;
	const shownHeight = Math.min(height, (width * screen.height) / screen.width) / zoom;
	// The first pass leaves columns one after the other, the second rows.
	const columns = resize(rgb, tapsOf(width, shownWidth, screen.width), height, width * 3, 3);
	return resize(columns, tapsOf(height, shownHeight, screen.height), screen.width, height * 3, 3);
}

/** As a display shows it, in RGB565. A picture that is smaller, either way, is an icon and stays as large as it is. */
export function toFrame(picture: Picture, screen: Screen): Uint8Array {
	const isIcon = picture.width < screen.width || picture.height < screen.height;
	return toRGB565(isIcon ? picture.rgb : toScreen(picture, screen, 1));
}

/** Three bytes a pixel of four, red, green, blue and opacity, on white. */
export function onWhite(rgba: ArrayLike<number>): Uint8Array {
	const rgb = new Uint8Array((rgba.length / 4) * 3);
	for (let from = 0, to = 0; to < rgb.length; from += 4, to += 3)
		for (let channel = 0; channel < 3; channel++) {
			const value = rgba[from + channel] as number;
			rgb[to + channel] = 255 + ((value - 255) * (rgba[from + 3] as number)) / 255;
		}
	return rgb;
}
