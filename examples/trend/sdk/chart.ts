/* The chart on a screen, drawn with Poco. */

import Poco from "commodetto/Poco";

const poco = new Poco(screen);
const background = poco.makeColor(255, 255, 255);
const colour = poco.makeColor(200, 60, 30);

/** Columns. */
export const WIDTH = poco.width;

/** Temperatures at the lower and the upper edge. */
const [LEAST, MOST] = [18, 24];

const y = (value: number) => Math.round(((MOST - value) / (MOST - LEAST)) * poco.height);

export function begin() {
	poco.begin();
	poco.fillRectangle(background, 0, 0, poco.width, poco.height);
	poco.end();
}

/** The range of values in a column. Each is drawn at once: Poco's display list does not hold a screenful. */
export function bar(column: number, low: number, high: number) {
	poco.begin(column, 0, 1, poco.height);
	poco.fillRectangle(background, column, 0, 1, poco.height);
	poco.fillRectangle(colour, column, y(high), 1, Math.max(1, y(low) - y(high)));
	poco.end();
}

export function end() {
	trace(`drawn on a screen of ${poco.width} x ${poco.height}\n`);
}
