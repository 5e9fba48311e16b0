/* A dashboard of compressed RAM at work. Portrait and landscape, from 240 pixels up. */

import { POWER, psram } from "board";
import type { Content as PiuContent } from "piu/MC";
import { arenaGrid, button, Figure, flashGrid, HIDDEN, type Place, swatch, toggle, words } from "./parts.ts";
import * as picture from "./picture.ts";
import "piu/MC";
import { ticks } from "zram/memory";
import { formatStatus } from "zram/status";
import { ARENA, PAGE, Store } from "./store.ts";
import {
	AMBER,
	BACKGROUND,
	BLUE,
	BOLD,
	DIM,
	GREEN,
	LARGE,
	LILAC,
	RED,
	SLATE,
	SMALL,
	TEAL,
	TEXT,
	VIOLET,
} from "./theme.ts";

const FLASH_COLUMNS = 44;
const FLASH_ROWS = 2;

/** Milliseconds between two steps. */
const STEP = 50;
/** Milliseconds of a step that go into using buffers. */
const BUSY = 6;
/** Milliseconds of a step, at most, that go into maintain(). */
const IDLE = 15;
/** Milliseconds between two looks at the region. */
const LOOK = 250;
/** Milliseconds between two status lines. */
const STATUS = 1000;
/** Milliseconds between two calls of status(), which makes an object, for the wear. */
const WEAR = 2000;
/** The share of the arena that is filled, step by step, before the swapping starts. */
const FILL = 0.92;

const MB = 1024 * 1024;

/** Erases that a block is good for: the default of `backing.endurance`. */
const ENDURANCE = 100_000;

/** Which figures count pages that are in RAM. */
const IN_RAM = [picture.LZ4_PAGES, picture.COLUMNS_PAGES, picture.DENSE_PAGES, picture.RAW_PAGES, picture.SAME_PAGES];

const TITLE = "Compressed RAM";
const DATA = "frames, logs, samples, photos";

/** Pixels from one line of text to the next. */
const LINE = 16;

const at = (left: number, top: number, width: number, height: number): Place => ({ left, top, width, height });
const line = (left: number, top: number, width: number): Place => at(left, top, width, SMALL.height);

class Dashboard extends Behavior {
	#store = new Store();
	#filling = true;
	#using = true;
	#started = ticks();
	#looked = 0;
	#said = 0;
	#operations = 0;
	#looksToWear = 0;

	#cells!: Uint8Array;
	#wear = new Uint8Array(FLASH_COLUMNS * FLASH_ROWS);
	#figures = new Int32Array(picture.FIGURES_LENGTH / 4);

	#contents: PiuContent[] = [];
	#arena!: ReturnType<typeof arenaGrid>;
	#flash!: ReturnType<typeof flashGrid>;
	#shown: Record<string, Figure> = {};

	onCreate(application: InstanceType<typeof Application>) {
		if (application.width > application.height) this.#landscape();
		else this.#portrait();
		for (const content of this.#contents) application.add(content);
		this.#announce();
		application.interval = STEP;
		application.start();
	}

	onTimeChanged() {
		if (this.#filling) this.#fill();
		else {
			if (this.#using) this.#store.use(BUSY);
			this.#store.zram.maintain(IDLE);
		}
		const now = (ticks() - this.#started) | 0;
		if (((now - this.#said) | 0) >= STATUS) {
			trace(`${formatStatus("dashboard", this.#store.zram, now >>> 0)}\n`);
			this.#said = now;
		}
		const elapsed = (now - this.#looked) | 0;
		if (elapsed < LOOK) return;
		this.#look(elapsed);
		this.#looked = now;
	}

	/** Prints in one line what memory and flash the board has. */
	#announce() {
		const memory = psram() ? `PSRAM ${psram() >> 10} KB, ` : "";
		const { backing } = this.#store.zram.status();
		const partition = backing ? `partition zram with ${backing.slots} pages` : "no partition zram";
		trace(`zram: ${memory}${partition}, arena ${ARENA >> 10} KB\n`);
	}

	#fill() {
		const figures = this.#figures;
		picture.figures(this.#store.bytes, figures.buffer);
		const isFull = (figures[picture.USED] as number) > FILL * ARENA;
		// if there is a flash, half of it is filled as well
		if (isFull && !((figures[picture.OFFLOADED_PAGES] as number) < this.#store.flashPages)) this.#filling = false;
		else if (!this.#store.add()) this.#filling = false;
	}

	/** Reads the region and shows what has changed. `elapsed`: milliseconds since the last look. */
	#look(elapsed: number) {
		const figures = this.#figures;
		picture.figures(this.#store.bytes, figures.buffer);
		const used = figures[picture.USED] as number;
		const operations = figures[picture.OPERATIONS] as number;
		const inRAM = this.#pagesInRAM() * PAGE;
		const done = operations - this.#operations;
		this.#operations = operations;

		this.#show("ratio", used ? Math.round((inRAM * 10) / used) : 0);
		this.#show("data", Math.round((inRAM * 100) / MB));
		this.#show("used", Math.round((used * 100) / MB));
		this.#show("onFlash", Math.round(((figures[picture.OFFLOADED_PAGES] as number) * PAGE * 100) / MB));
		this.#show("lz4", figures[picture.LZ4_PAGES] as number);
		this.#show("columns", figures[picture.COLUMNS_PAGES] as number);
		this.#show("dense", figures[picture.DENSE_PAGES] as number);
		this.#show("raw", figures[picture.RAW_PAGES] as number);
		this.#show("same", figures[picture.SAME_PAGES] as number);
		this.#show("metadata", Math.round((this.#store.metadata * 100) / ARENA));
		this.#show("erases", figures[picture.ERASES] as number);
		const { refused, wrong } = this.#store;
		this.#show("refused", wrong ? HIDDEN : refused);
		this.#show("wrong", wrong || HIDDEN);
		if (done >= 0 && elapsed > 0) this.#show("rate", Math.round((done * 1000) / elapsed));
		this.#lookAtCells();
		if (--this.#looksToWear > 0) return;
		this.#looksToWear = WEAR / LOOK;
		const erases = this.#store.zram.status().backing?.wearMost ?? 0;
		this.#show("worn", Math.round((erases * 100 * 1000) / ENDURANCE));
	}

	/** Pages with data that are not on flash. */
	#pagesInRAM(): number {
		let sum = 0;
		for (let i = 0; i < IN_RAM.length; i++) sum += this.#figures[IN_RAM[i] as number] as number;
		return sum;
	}

	#lookAtCells() {
		const region = this.#store.bytes;
		const { columns, rows } = this.#arena;
		if (picture.cells(region, this.#cells, columns, rows) > 0)
			for (let row = 0, at = columns * rows; row < rows; row++, at += 2)
				this.#arena.invalidate(row, this.#cells[at] as number, this.#cells[at + 1] as number);
		if (picture.wear(region, this.#wear) > 0)
			for (let row = 0; row < FLASH_ROWS; row++) this.#flash.invalidate(row, 0, FLASH_COLUMNS - 1);
	}

	#show(name: string, value: number) {
		const figure = this.#shown[name];
		if (figure) figure.value = value;
	}

	#add(content: PiuContent) {
		this.#contents.push(content);
	}

	#figure(name: string, place: Place, options: ConstructorParameters<typeof Figure>[1]) {
		const figure = new Figure(place, options);
		this.#shown[name] = figure;
		this.#add(figure.content);
	}

	#words(string: string, place: Place, type = SMALL, color = DIM) {
		this.#add(words(place, string, type, color));
	}

	/** Data in RAM to RAM in use. Pages on flash do not count. */
	#ratio(left: number, top: number) {
		this.#figure("ratio", at(left, top, 84, LARGE.height), { type: LARGE, decimals: 1, unit: "x", align: "left" });
	}

	#onFlash(left: number, top: number) {
		this.#words("+", line(left, top, 12));
		this.#figure("onFlash", line(left + 14, top, 130), {
			type: SMALL,
			color: LILAC,
			decimals: 2,
			unit: " MB on flash",
			align: "left",
		});
	}

	/** The arena in address order. */
	#map(left: number, top: number, columns: number, rows: number) {
		this.#cells = new Uint8Array(picture.pictureLength(columns, rows));
		this.#words("1 MB of RAM by address", line(left, top, 186));
		this.#arena = arenaGrid(left, top + 22, columns, rows, this.#cells);
		this.#add(this.#arena.content);
	}

	/** A colour of the map, what it stands for, and how many pages that is. */
	#legend(name: string, place: Place, color: string | undefined, string: string, unit = "") {
		const { left, top, width } = place;
		this.#add(swatch(left, top + 6, color));
		this.#words(string, line(left + 13, top, width - 13));
		this.#figure(name, line(left + width - 54, top, 54), { type: SMALL, unit });
	}

	/** The legend in columns of so many lines. `width`: of the first column; the second is as wide as "metadata" needs. */
	#legends(left: number, top: number, lines: number, width: number) {
		this.#words("Pages of 4 KB", line(left, top, 113));
		const all: [string, string, string | undefined, string?][] = [
			["lz4", "LZ4", TEAL],
			["columns", "columns", BLUE],
			["dense", "dense", GREEN],
			["raw", "raw", AMBER],
			["same", "uniform", undefined],
			["metadata", "metadata", SLATE, "%"],
		];
		all.forEach(([name, string, color, unit], i) => {
			const column = Math.trunc(i / lines);
			const place = line(left + column * (width + 8), top + LINE + (i % lines) * LINE, column ? 113 : width);
			this.#legend(name, place, color, string, unit);
		});
	}

	/** How worn the flash is: in figures, and block by block. */
	#flashStrip(left: number, top: number) {
		this.#add(swatch(left, top + 6, VIOLET));
		this.#figure("erases", line(left + 13, top, 106), { type: SMALL, unit: " erases", align: "left" });
		this.#figure("worn", line(left + 113, top, 106), { type: SMALL, decimals: 3, unit: "% worn" });
		this.#flash = flashGrid(left, top + 22, FLASH_COLUMNS, FLASH_ROWS, this.#wear);
		this.#add(this.#flash.content);
	}

	/** Writes for which there was no room; or in their place what must never happen, buffers that came back wrong. */
	#refused(place: Place) {
		this.#figure("refused", place, { type: SMALL, unit: " refused", color: DIM });
		this.#figure("wrong", place, { type: BOLD, unit: " wrong!", color: RED });
	}

	#buttons(left: number, top: number, width: number, height: number) {
		const gap = 4;
		const each = (width - 3 * gap) / 20;
		let x = left;
		const place = (shares: number): Place => {
			const here = at(Math.round(x), top, Math.round(shares * each), height);
			x += shares * each + gap;
			return here;
		};
		this.#add(button(place(4), "Add", BOLD, TEXT, () => void this.#store.add()));
		this.#add(toggle(place(7), ["Swap off", "Swap on"], BOLD, TEXT, this.#using, () => this.#toggle()));
		this.#add(button(place(4), "Trim", BOLD, TEXT, () => this.#store.trim()));
		this.#add(button(place(5), POWER, BOLD, RED, () => this.#cut()));
	}

	/** Starts or stops the swapping; true if it has started. */
	#toggle(): boolean {
		this.#using = !this.#using;
		this.#filling = false;
		return this.#using;
	}

	/** The flash keeps its wear. What was stored is gone, as after every reboot, and is stored anew. */
	#cut() {
		this.#store.cutPower();
		this.#operations = 0;
		this.#filling = true;
	}

	#portrait() {
		this.#words(TITLE, line(8, -1, 224), BOLD, TEXT);
		this.#words(DATA, line(8, 15, 228));
		this.#ratio(4, 28);
		this.#figure("data", line(92, 32, 140), { type: BOLD, decimals: 2, unit: " MB of data", align: "left" });
		this.#words("in", line(92, 48, 18));
		this.#figure("used", line(110, 48, 122), { type: BOLD, decimals: 2, unit: " MB of RAM", align: "left" });
		this.#onFlash(92, 64);
		this.#map(8, 82, 45, 14);
		this.#legends(8, 174, 3, 105);
		this.#flashStrip(8, 240);
		this.#figure("rate", line(8, 271, 120), { type: BOLD, unit: " pages/s", align: "left" });
		this.#refused(line(133, 271, 99));
		this.#buttons(8, 293, 224, 24);
	}

	#landscape() {
		this.#words(TITLE, line(8, -1, 150), BOLD, TEXT);
		this.#figure("rate", line(180, -1, 132), { type: BOLD, unit: " pages/s" });
		this.#ratio(4, 12);
		this.#words(DATA, line(91, 15, 229));
		this.#figure("data", line(91, 31, 90), { type: BOLD, decimals: 2, unit: " MB", align: "left" });
		this.#words("in", line(158, 31, 18));
		this.#figure("used", line(176, 31, 138), { type: BOLD, decimals: 2, unit: " MB of RAM", align: "left" });
		this.#onFlash(91, 47);
		this.#map(8, 65, 37, 18);
		this.#legends(200, 65, 6, 113);
		this.#flashStrip(8, 178);
		this.#refused(line(230, 189, 82));
		this.#buttons(8, 213, 304, 25);
	}
}

export default new Application(null, {
	Behavior: Dashboard as never,
	skin: new Skin({ fill: BACKGROUND }),
	style: new Style({ font: SMALL.font, color: SLATE }),
	displayListLength: 16384,
	commandListLength: 16384,
	touchCount: 1,
} as never);
