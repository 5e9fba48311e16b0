/* The screen, by Poco. */

import Bitmap from "commodetto/Bitmap";
import Poco from "commodetto/Poco";
import Timer from "timer";

const GAP = 4;

const poco = new Poco(screen);
const black = poco.makeColor(0, 0, 0);

export const SCREEN = `on a screen of ${poco.width} x ${poco.height}`;

/**
 * The middle of each of four pictures, in a quarter of the screen. Poco notes what is to be drawn, and where its pixels
 * are; it reads them at the end. Until then they have to stay.
 */
export function draw(pictures: Uint8Array[], width: number, height: number) {
	const [columns, rows] = [(poco.width - GAP) >> 1, (poco.height - GAP) >> 1];
	const [left, top] = [Math.max(0, width - columns) >> 1, Math.max(0, height - rows) >> 1];
	poco.begin();
	poco.fillRectangle(black, 0, 0, poco.width, poco.height);
	pictures.forEach((pixels, i) => {
		const bitmap = new Bitmap(width, height, Bitmap.RGB565LE, pixels.buffer, 0);
		poco.drawBitmap(bitmap, (i & 1) * (columns + GAP), (i >> 1) * (rows + GAP), left, top, columns, rows);
	});
	poco.end();
}

/** Shows every second, for ever. */
export function repeat(show: () => void, _times: number) {
	show();
	Timer.repeat(show, 1000);
}
