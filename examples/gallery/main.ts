/*
 * Forty pictures for a small display, 6 MB of pixels, in 1 MB of RAM. Four of them at a time are in memory as they are,
 * ready to be drawn; the pool reads the others when their turn comes.
 */

import Zram from "zram";
import SwapPool from "zram/swap";

const WIDTH = 320;
const HEIGHT = 240;
const FRAME = WIDTH * HEIGHT * 2; // RGB565
const COUNT = 40;
const MB = 1024 * 1024;

const zram = new Zram({ byteLength: 8 * MB, arena: { byteLength: MB } });
const pool = new SwapPool({ devices: [zram], keys: COUNT, resident: { slots: 4, byteLength: FRAME } });

/** Stands for a decoder or a renderer: rings around a point, each picture in colours of its own. */
function paint(pixels: Uint16Array, picture: number) {
	for (let y = 0; y < HEIGHT; y += 8)
		for (let x = 0; x < WIDTH; x += 8) {
			const distance = Math.hypot(x - WIDTH / 2, y - (picture * HEIGHT) / COUNT);
			const color = ((distance + picture * 37) & 0xff) * 0x0841;
			for (let row = y; row < y + 8; row++) pixels.fill(color, row * WIDTH + x, row * WIDTH + x + 8);
		}
}

/** Stands for the display. Adds up a line of pixels, to show that they are the right ones. */
function draw(pixels: Uint16Array): number {
	return pixels.subarray(0, WIDTH).reduce((sum, pixel) => sum + pixel, 0);
}

function view(bytes: Uint8Array): Uint16Array {
	return new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
}

const sums: number[] = [];
for (let picture = 0; picture < COUNT; picture++) {
	pool.create(picture, FRAME);
	const pixels = view(pool.acquire(picture));
	paint(pixels, picture);
	sums.push(draw(pixels));
	pool.release(picture);
}

let wrong = 0;
for (let step = 0; step < 3 * COUNT; step++) {
	const picture = (step * 7) % COUNT; // in some other order
	const pixels = view(pool.acquire(picture, "r"));
	if (draw(pixels) !== sums[picture]) wrong++;
	pool.release(picture);
}

const { origDataSize, memUsed } = zram.status();
const { slotsShown, misses } = pool.status();
trace(`${COUNT} pictures, ${toKB(origDataSize)} of pixels, in ${toKB(memUsed)} of ${toKB(MB)}\n`);
trace(`${slotsShown} in slots, ${misses} read, ${wrong} wrong\n`);

function toKB(bytes: number): string {
	return `${Math.round(bytes / 1024)} KB`;
}
