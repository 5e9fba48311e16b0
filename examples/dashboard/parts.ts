/* Parts of the dashboard. Each knows what it shows, and is redrawn only where that has changed. */

import type { Content as PiuContent, Label as PiuLabel, Port as PiuPort, Style as PiuStyle } from "piu/MC";
import "piu/MC";
import { BACKGROUND, CELL_COLORS, DIM, PANEL, TEXT, type Type, WEAR_COLORS } from "./theme.ts";

/** Where a part lies, in pixels. */
export interface Place {
	left: number;
	top: number;
	width: number;
	height: number;
}

const DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

const styles = new Map<string, PiuStyle>();

function styleOf(type: Type): PiuStyle {
	let style = styles.get(type.font);
	if (!style) {
		style = new Style({ font: type.font });
		styles.set(type.font, style);
	}
	return style;
}

export interface FigureOptions {
	type: Type;
	color?: string;
	/** Digits after the decimal point. */
	decimals?: number;
	/** Text that follows the number. */
	unit?: string;
	align?: "left" | "right";
}

/** The value of a figure that is not to be seen. */
export const HIDDEN = -1;

/** A number, drawn digit by digit, so that no string is made for it. */
export class Figure {
	readonly content: PiuPort;
	#value = HIDDEN;
	#options: FigureOptions;
	#style: PiuStyle;
	#unitWidth: number;

	constructor(place: Place, options: FigureOptions) {
		this.#options = options;
		this.#style = styleOf(options.type);
		this.#unitWidth = options.unit ? (this.#style.measure(options.unit).width as number) : 0;
		this.content = portOf(place, (port) => this.#draw(port));
	}

	/** In units of the last decimal: with two decimals, 241 shows as 2.41. HIDDEN shows nothing. */
	set value(value: number) {
		if (value === this.#value) return;
		this.#value = value;
		this.content.invalidate();
	}

	#draw(port: PiuPort) {
		if (this.#value === HIDDEN) return;
		const { type, color = TEXT, decimals = 0, unit, align = "right" } = this.#options;
		let count = decimals + 1;
		for (let rest = Math.trunc(this.#value / 10 ** count); rest > 0; rest = Math.trunc(rest / 10)) count++;
		const numberWidth = count * type.digit + (decimals ? type.point : 0);
		let x = align === "left" ? numberWidth : port.width - this.#unitWidth;
		if (unit) port.drawString(unit, this.#style, color, x, 0, this.#unitWidth, type.height);
		let rest = this.#value;
		for (let i = 0; i < count; i++) {
			if (i === decimals && decimals) {
				x -= type.point;
				port.fillColor(color, x + type.dot.left, type.dot.top, type.dot.size, type.dot.size);
			}
			x -= type.digit;
			port.drawString(DIGITS[rest % 10] as string, this.#style, color, x, 0, type.digit, type.height);
			rest = Math.trunc(rest / 10);
		}
	}
}

type Draw = (port: PiuPort, x: number, y: number, width: number, height: number) => void;

class Drawing extends Behavior {
	#draw!: Draw;

	onCreate(_port: PiuPort, draw: Draw) {
		this.#draw = draw;
	}
	onDraw(port: PiuPort, x: number, y: number, width: number, height: number) {
		this.#draw(port, x, y, width, height);
	}
}

function portOf(place: Place, draw: Draw): PiuPort {
	return new Port(draw, { ...place, Behavior: Drawing as never }) as unknown as PiuPort;
}

/** Words that never change. */
export function words(place: Place, string: string, type: Type, color = DIM, align = "left") {
	const style = new Style({ font: type.font, color, horizontal: align, vertical: "top" });
	return new Label(null, { ...place, string, style });
}

/** A square of one colour, or an empty one. */
export function swatch(left: number, top: number, color: string | undefined): PiuContent {
	const empty = { borders: { left: 1, right: 1, top: 1, bottom: 1 }, stroke: DIM };
	return new Content(null, { left, top, width: 9, height: 9, skin: new Skin(color ? { fill: color } : empty) });
}

/** Pixels from one cell to the next, of which the last is a gap. */
export const PITCH = 5;

/** A grid of cells. Each has a byte that selects its colour. */
export class Grid {
	readonly content: PiuPort;
	readonly bytes: Uint8Array;
	readonly columns: number;
	readonly rows: number;
	/** By byte. The cells are drawn in a port, since a skin has at most four colours. */
	#colors: string[];

	/** bytes: one for each cell; what follows them is ignored. */
	constructor(left: number, top: number, columns: number, rows: number, colors: string[], bytes: Uint8Array) {
		this.columns = columns;
		this.rows = rows;
		this.bytes = bytes;
		this.#colors = colors;
		const place = { left, top, width: columns * PITCH - 1, height: rows * PITCH - 1 };
		this.content = portOf(place, (port, x, y, width, height) => this.#draw(port, x, y, width, height));
	}

	/** Redraws the cells of a row from column `first` to column `last`. */
	invalidate(row: number, first: number, last: number) {
		if (first <= last) this.content.invalidate(first * PITCH, row * PITCH, (last - first + 1) * PITCH - 1, PITCH - 1);
	}

	/** Draws only what lies in the area: runs of cells of one colour at once, then the gaps on top. */
	#draw(port: PiuPort, x: number, y: number, width: number, height: number) {
		const { bytes, columns } = this;
		const left = Math.max(Math.trunc(x / PITCH), 0);
		const right = Math.min(Math.ceil((x + width) / PITCH), columns);
		const top = Math.max(Math.trunc(y / PITCH), 0);
		const bottom = Math.min(Math.ceil((y + height) / PITCH), this.rows);
		for (let row = top; row < bottom; row++) {
			let start = left;
			let state = bytes[row * columns + start] as number;
			for (let column = left + 1; column <= right; column++) {
				const next = column < right ? (bytes[row * columns + column] as number) : -1;
				if (next === state) continue;
				this.#run(port, row, start, column - start, state);
				start = column;
				state = next;
			}
		}
		for (let column = left; column < right - 1; column++)
			port.fillColor(BACKGROUND, column * PITCH + PITCH - 1, top * PITCH, 1, (bottom - top) * PITCH - 1);
	}

	#run(port: PiuPort, row: number, column: number, count: number, state: number) {
		const color = this.#colors[state] as string;
		port.fillColor(color, column * PITCH, row * PITCH, count * PITCH - 1, PITCH - 1);
	}
}

class Tap extends Behavior {
	#action!: () => void;

	onCreate(_label: PiuLabel, action: () => void) {
		this.#action = action;
	}
	onTouchBegan(label: PiuLabel) {
		label.state = 1;
	}
	onTouchCancelled(label: PiuLabel) {
		label.state = 0;
	}
	onTouchEnded(label: PiuLabel) {
		label.state = 0;
		this.#action();
	}
}

/** A toggle's strings, off and on, and what it does. */
interface ToggleData {
	strings: [string, string];
	isOn: boolean;
	action: () => boolean;
}

class Toggle extends Behavior {
	#data!: ToggleData;

	onCreate(label: PiuLabel, data: ToggleData) {
		this.#data = data;
		this.#show(label);
	}
	onTouchBegan(label: PiuLabel) {
		label.state = 1;
	}
	onTouchCancelled(label: PiuLabel) {
		this.#show(label);
	}
	onTouchEnded(label: PiuLabel) {
		this.#data.isOn = this.#data.action();
		this.#show(label);
	}
	#show(label: PiuLabel) {
		const { isOn, strings } = this.#data;
		label.state = isOn ? 1 : 0;
		label.string = strings[label.state] as string;
	}
}

/** What a label looks like at rest, and, colours swapped, while it is touched or on. */
function looks(type: Type, color: string) {
	const style = new Style({ font: type.font, color: [color, BACKGROUND] });
	const skin = new Skin({ fill: [PANEL, color] });
	return { active: true, skin, style };
}

/** Calls `action` when it is touched. */
export function button(place: Place, string: string, type: Type, color: string, action: () => void) {
	return new Label(action, { ...place, ...looks(type, color), Behavior: Tap as never, string });
}

/** A button that stays filled while it is on. `action` switches, and returns whether it is on now. */
export function toggle(
	place: Place,
	strings: [string, string],
	type: Type,
	color: string,
	isOn: boolean,
	action: () => boolean,
) {
	const data: ToggleData = { strings, isOn, action };
	return new Label(data, { ...place, ...looks(type, color), Behavior: Toggle as never, string: strings[0] });
}

export function arenaGrid(left: number, top: number, columns: number, rows: number, bytes: Uint8Array) {
	return new Grid(left, top, columns, rows, CELL_COLORS, bytes);
}

export function flashGrid(left: number, top: number, columns: number, rows: number, bytes: Uint8Array) {
	return new Grid(left, top, columns, rows, WEAR_COLORS, bytes);
}
