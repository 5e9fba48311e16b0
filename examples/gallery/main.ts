/*
 * A gallery: JPEGs are decoded once, a thumbnail is made of each, and both are kept as pixels in 512 KB of RAM. Poco draws
 * any of them straight from the pool; decoding it again would take a microcontroller a tenth of a second.
 */

import Resource from "Resource";
import Bitmap from "commodetto/Bitmap";
import loadJPEG from "commodetto/loadJPEG";
import Poco from "commodetto/Poco";
import Timer from "timer";
import SwapPool from "zram/swap";

const KB = 1024;
const LARGEST = 320 * 240 * 2; // bytes of a picture, RGB565

const pool = new SwapPool({ arena: 512 * KB, resident: { slots: 2, byteLength: LARGEST } });

/** A picture's size; its pixels are in the pool, under its name. */
interface Picture {
	name: string;
	width: number;
	height: number;
}

const THUMBNAIL = { width: 45, height: 34 };
const COLUMNS = 5;
const GAP = 2;

function load(name: string): Picture {
	const bitmap = loadJPEG(new Resource(name), { pixelFormat: Bitmap.RGB565LE }) as Bitmap & { buffer: ArrayBuffer };
	pool.write(name, bitmap.buffer);
	return { name, width: bitmap.width, height: bitmap.height };
}

/** Makes a thumbnail under a name of its own. Each pixel is the mean of those that it stands for. */
function shrink({ name, ...from }: Picture): Picture {
	const step = Math.max(from.width / THUMBNAIL.width, from.height / THUMBNAIL.height);
	const to = { name: `${name}, small`, width: Math.floor(from.width / step), height: Math.floor(from.height / step) };
	const pixels = new Uint16Array(to.width * to.height);
	const source = new Uint16Array(pool.acquire(name, "r").buffer);
	for (let y = 0, i = 0; y < to.height; y++)
		for (let x = 0; x < to.width; x++) pixels[i++] = mean(source, from.width, x * step, y * step, step);
	pool.release(name);
	pool.write(to.name, pixels.buffer);
	return to;
}

/** The mean colour of a square of pixels. */
function mean(pixels: Uint16Array, stride: number, left: number, top: number, size: number): number {
	let [red, green, blue, count] = [0, 0, 0, 0];
	for (let y = Math.floor(top); y < Math.floor(top + size); y++)
		for (let x = Math.floor(left); x < Math.floor(left + size); x++, count++) {
			const pixel = pixels[y * stride + x] as number;
			red += pixel >> 11;
			green += (pixel >> 5) & 63;
			blue += pixel & 31;
		}
	return (Math.round(red / count) << 11) | (Math.round(green / count) << 5) | Math.round(blue / count);
}

const poco = new Poco(screen);
const BLACK = poco.makeColor(0, 0, 0);
const YELLOW = poco.makeColor(255, 200, 0);

/** Draws a picture in the middle of a rectangle of the screen. */
function draw({ name, ...size }: Picture, x: number, y: number, width: number, height: number, background = BLACK) {
	const pixels = pool.acquire(name, "r");
	const [right, below] = [(width - size.width) >> 1, (height - size.height) >> 1];
	poco.begin(x, y, width, height);
	poco.fillRectangle(background, x, y, width, height);
	poco.drawBitmap(
		new Bitmap(size.width, size.height, Bitmap.RGB565LE, pixels.buffer as ArrayBuffer, 0),
		x + right,
		y + below,
	);
	poco.end(); // Poco reads the pixels only here
	pool.release(name);
}

/** Draws a thumbnail in its cell below the picture. The one that is shown large gets a frame. */
function drawThumbnail(index: number, isShown: boolean) {
	const [width, height] = [THUMBNAIL.width + GAP, THUMBNAIL.height + GAP];
	const x = ((poco.width - COLUMNS * width) >> 1) + (index % COLUMNS) * width;
	const y = poco.height - Math.ceil(thumbnails.length / COLUMNS) * height + Math.floor(index / COLUMNS) * height;
	draw(thumbnails[index] as Picture, x, y, width, height, isShown ? YELLOW : BLACK);
}

const frames = Array.from({ length: 15 }, (_, i) => `test00${`${i}`.padStart(2, "0")}.jpg`);
const pictures = ["screen2.jpg", "piano.jpg", ...frames].map(load);
const thumbnails = pictures.map(shrink);

let shown = 0;

function show() {
	const last = (shown + pictures.length - 1) % pictures.length;
	const height = poco.height - Math.ceil(thumbnails.length / COLUMNS) * (THUMBNAIL.height + GAP);
	draw(pictures[shown] as Picture, 0, 0, poco.width, height);
	drawThumbnail(last, false);
	drawThumbnail(shown, true);
	shown = (shown + 1) % pictures.length;
}

poco.begin();
poco.fillRectangle(BLACK, 0, 0, poco.width, poco.height);
poco.end();
for (let i = 0; i < thumbnails.length; i++) drawThumbnail(i, false);
for (let i = 0; i < pictures.length; i++) show();

const { keys, byteLength, bytesLeft, misses } = pool.status();
trace(`${keys / 2} pictures and their thumbnails, ${Math.round(byteLength / KB)} KB of pixels, `);
trace(`in ${512 - Math.round(bytesLeft / KB)} of 512 KB; ${misses} read, drawn on ${poco.width} x ${poco.height}\n`);
Timer.repeat(show, 1000);
