/*
 * Forty pictures for a small display, 6 MB of pixels, in 1 MB of RAM. Four of them at a time are in memory as they are and
 * drawn in one go; the pool reads the others when their turn comes.
 */

import { draw, repeat, SCREEN } from "canvas";
import Zram from "zram";
import SwapPool from "zram/swap";

const WIDTH = 240;
const HEIGHT = 320;
const FRAME = WIDTH * HEIGHT * 2; // RGB565
const COUNT = 40;
const MB = 1024 * 1024;

const zram = new Zram({ byteLength: 8 * MB, arena: { byteLength: MB } });
const pool = new SwapPool({ devices: [zram], keys: COUNT, resident: { slots: 4, byteLength: FRAME } });

/** Stands for a decoder or a renderer: rings around a point, each picture in a colour of its own. */
function paint(pixels: Uint16Array, picture: number) {
	const [red, green, blue] = [0, 1, 2].map((i) => 0.5 + 0.5 * Math.cos(picture + 2.1 * i)) as [number, number, number];
	const centre = (picture * HEIGHT) / COUNT;
	for (let y = 0; y < HEIGHT; y += 8)
		for (let x = 0; x < WIDTH; x += 8) {
			const light = 0.6 + 0.4 * Math.cos(Math.hypot(x - WIDTH / 2, y - centre) / 24);
			const color = ((red * light * 31) << 11) | ((green * light * 63) << 5) | (blue * light * 31);
			for (let row = y; row < y + 8; row++) pixels.fill(color, row * WIDTH + x, row * WIDTH + x + 8);
		}
}

/** The pixels: the buffer of a view is exactly as long as the picture. */
function view(bytes: Uint8Array): Uint16Array {
	return new Uint16Array(bytes.buffer);
}

/** Of a column of pixels, to see that they are the right ones. */
function sum(pixels: Uint16Array): number {
	let sum = 0;
	for (let at = WIDTH / 2; at < pixels.length; at += WIDTH) sum += pixels[at] as number;
	return sum;
}

const sums: number[] = [];
for (let picture = 0; picture < COUNT; picture++) {
	pool.create(picture, FRAME);
	const pixels = view(pool.acquire(picture));
	paint(pixels, picture);
	sums.push(sum(pixels));
	pool.release(picture);
}

let shown = 0;
let wrong = 0;

/** Four pictures: each stays in its slot until all are drawn, as Poco reads the pixels at the end. */
function show() {
	const pictures = [0, 1, 2, 3].map(() => (shown++ * 7) % COUNT); // in some other order
	const views = pictures.map((picture) => pool.acquire(picture, "r"));
	wrong += pictures.filter((picture, i) => sum(view(views[i] as Uint8Array)) !== sums[picture]).length;
	draw(views, WIDTH, HEIGHT);
	for (const picture of pictures) pool.release(picture);
	if (shown === COUNT) report();
}

function report() {
	const { origDataSize, memUsed } = zram.status();
	const { slotsShown, misses } = pool.status();
	trace(`${COUNT} pictures, ${toKB(origDataSize)} of pixels, in ${toKB(memUsed)} of ${toKB(MB)}\n`);
	trace(`${shown} shown ${SCREEN}; ${slotsShown} in slots, ${misses} read, ${wrong} wrong\n`);
}

function toKB(bytes: number): string {
	return `${Math.round(bytes / 1024)} KB`;
}

repeat(show, COUNT / 4);
