/* A dashboard of compressed RAM at work. Portrait and landscape, from 240 pixels up. */

import { POWER, psram } from "board";
import type { Content as PiuContent } from "piu/MC";
import { arenaGrid, Bar, button, Figure, flashGrid, type Place, swatch, words } from "./parts.ts";
import * as picture from "./picture.ts";
import "piu/MC";
import { ticks } from "zram/memory";
import { formatStatus } from "zram/status";
import { ARENA, Store } from "./store.ts";
import { AMBER, BACKGROUND, BLUE, BOLD, DIM, GREEN, LARGE, RED, SLATE, SMALL, TEAL, TEXT, VIOLET } from "./theme.ts";

const COLUMNS = 44;
const ROWS = 18;
const FLASH_ROWS = 2;
const GRID = COLUMNS * 5 - 1;

/** Milliseconds: between two steps, spent in each using buffers, between two looks at the region. */
const STEP = 50;
const BUSY = 6;
/** The same, at most, for what is best done while nobody waits. */
const IDLE = 15;
const LOOK = 250;
/** Milliseconds between two status lines. */
const STATUS = 1000;
/** Milliseconds between two looks at the budget, which is not in the region: status() makes an object. */
const BUDGET = 2000;
/** Filled to this share at the start, step by step. */
const FILL = 0.92;

const MB = 1024 * 1024;

const at = (left: number, top: number, width: number, height: number): Place => ({ left, top, width, height });

class Dashboard extends Behavior {
	#store = new Store();
	#filling = true;
	#using = true;
	#started = ticks();
	#looked = 0;
	#said = 0;
	#operations = 0;
	#looksToBudget = 0;

	#cells = new Uint8Array(picture.pictureLength(COLUMNS, ROWS));
	#wear = new Uint8Array(COLUMNS * FLASH_ROWS);
	#figures = new Int32Array(picture.FIGURES_LENGTH / 4);

	#contents: PiuContent[] = [];
	#arena!: ReturnType<typeof arenaGrid>;
	#flash!: ReturnType<typeof flashGrid>;
	#bar!: Bar;
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

	/** What was found, in one line. */
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
		// with a flash it goes on, until that is in use as well
		if (isFull && !((figures[picture.OFFLOADED_PAGES] as number) < this.#store.flashPages)) this.#filling = false;
		else if (!this.#store.add()) this.#filling = false;
	}

	/** Reads the region, and shows what has changed. `elapsed`: milliseconds since the last time. */
	#look(elapsed: number) {
		const { refused, wrong, count } = this.#store;
		const region = this.#store.bytes;
		const figures = this.#figures;
		picture.figures(region, figures.buffer);
		const used = figures[picture.USED] as number;
		const most = figures[picture.USED_MAX] as number;
		const operations = figures[picture.OPERATIONS] as number;
		const held = count * 32;
		const done = operations - this.#operations;
		this.#operations = operations;

		const ratio = used ? (held * 1024) / used : 0;
		this.#show("ratio", Math.round(ratio * 100));
		this.#show("tenths", Math.round(ratio * 10));
		this.#show("held", Math.round((held * 100) / 1024));
		this.#show("used", Math.round((used * 100) / MB));
		this.#show("lz4", figures[picture.LZ4_PAGES] as number);
		this.#show("columns", figures[picture.COLUMNS_PAGES] as number);
		this.#show("raw", figures[picture.RAW_PAGES] as number);
		this.#show("dense", figures[picture.DENSE_PAGES] as number);
		this.#show("offloaded", figures[picture.OFFLOADED_PAGES] as number);
		this.#show("metadata", Math.round(this.#store.metadata / 1024));
		this.#show("refused", refused);
		if (wrong > 0) this.#show("wrong", wrong);
		this.#show("erases", figures[picture.ERASES] as number);
		if (done >= 0 && elapsed > 0) this.#show("rate", Math.round((done * 1000) / elapsed));
		this.#bar.set(used / ARENA, most / ARENA);
		this.#lookAtCells();
		if (--this.#looksToBudget > 0) return;
		this.#looksToBudget = BUDGET / LOOK;
		this.#show("budget", this.#store.zram.status().backing?.budget ?? 0);
	}

	#lookAtCells() {
		const region = this.#store.bytes;
		if (picture.cells(region, this.#cells, COLUMNS, ROWS) > 0)
			for (let row = 0, at = COLUMNS * ROWS; row < ROWS; row++, at += 2)
				this.#arena.invalidate(row, this.#cells[at] as number, this.#cells[at + 1] as number);
		if (picture.wear(region, this.#wear) > 0)
			for (let row = 0; row < this.#flash.rows; row++) this.#flash.invalidate(row, 0, COLUMNS - 1);
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

	/** The map of the arena with the bar above it. */
	#map(left: number, top: number) {
		this.#bar = new Bar(at(left, top, GRID, 5), TEAL);
		this.#add(this.#bar.content);
		this.#arena = arenaGrid(left, top + 9, COLUMNS, ROWS, this.#cells);
		this.#add(this.#arena.content);
	}

	/** A colour, what it means, and how many pages or bytes. */
	#legend(
		name: string,
		left: number,
		top: number,
		width: number,
		color: string | undefined,
		string: string,
		unit = "",
	) {
		this.#add(swatch(left, top + 6, color));
		this.#add(words(at(left + 13, top, width - 13, 21), string, SMALL));
		this.#figure(name, at(left + width - 54, top, 54, 21), { type: SMALL, unit });
	}

	#legends(left: number, top: number) {
		const right = left + 132;
		this.#legend("lz4", left, top, 119, TEAL, "LZ4");
		this.#legend("columns", left, top + 18, 119, BLUE, "columns");
		this.#legend("metadata", left, top + 36, 119, SLATE, "metadata", "K");
		this.#legend("raw", right, top, 87, AMBER, "raw");
		this.#legend("offloaded", right, top + 18, 87, VIOLET, "flash");
		this.#legend("dense", right, top + 36, 87, GREEN, "dense");
	}

	#flashStrip(left: number, top: number) {
		this.#figure("erases", at(left, top, 119, 21), { type: SMALL, unit: " erases", align: "left" });
		this.#figure("budget", at(left + 119, top, 100, 21), { type: SMALL, unit: " left", color: DIM });
		this.#flash = flashGrid(left, top + 23, COLUMNS, FLASH_ROWS, this.#wear);
		this.#add(this.#flash.content);
	}

	#buttons(left: number, top: number, width: number, height: number) {
		const each = (width - 18) / 4;
		const store = this.#store;
		const actions: [string, string, () => void][] = [
			["Add", TEAL, () => void store.add()],
			["Swap", TEXT, () => this.#toggle()],
			["Trim", AMBER, () => store.trim()],
			[POWER, RED, () => this.#cut()],
		];
		actions.forEach(([string, color, action], i) => {
			const place = at(Math.round(left + i * (each + 6)), top, Math.round(each), height);
			this.#add(button(place, string, BOLD, color, action));
		});
	}

	#toggle() {
		this.#using = !this.#using;
		this.#filling = false;
	}

	/** The flash keeps its wear; what was stored is gone, as after every reboot, and comes anew. */
	#cut() {
		this.#store.cutPower();
		this.#operations = 0;
		this.#filling = true;
	}

	#portrait() {
		this.#figure("ratio", at(8, -4, 120, 57), { type: LARGE, decimals: 2, unit: "x", align: "left" });
		this.#add(words(at(131, 7, 50, 21), "held", SMALL));
		this.#figure("held", at(160, 7, 70, 21), { type: BOLD, decimals: 2, unit: " MB" });
		this.#add(words(at(131, 25, 50, 21), "in", SMALL));
		this.#figure("used", at(160, 25, 70, 21), { type: BOLD, decimals: 2, unit: " MB" });
		this.#map(10, 55);
		this.#legends(10, 158);
		this.#flashStrip(10, 215);
		this.#figure("rate", at(10, 250, 120, 21), { type: BOLD, unit: " pages/s", align: "left" });
		this.#figure("refused", at(130, 250, 100, 21), { type: SMALL, unit: " refused", color: DIM });
		this.#figure("wrong", at(130, 250, 100, 21), { type: BOLD, unit: " wrong!", color: RED });
		this.#buttons(10, 278, 220, 34);
	}

	#landscape() {
		this.#figure("tenths", at(236, -2, 84, 57), { type: LARGE, decimals: 1, unit: "x", align: "left" });
		this.#add(words(at(238, 52, 72, 21), "held", SMALL));
		this.#figure("held", at(238, 70, 72, 21), { type: BOLD, decimals: 2, unit: " MB", align: "left" });
		this.#add(words(at(238, 92, 72, 21), "in", SMALL));
		this.#figure("used", at(238, 110, 72, 21), { type: BOLD, decimals: 2, unit: " MB", align: "left" });
		this.#figure("rate", at(238, 140, 76, 21), { type: BOLD, align: "left" });
		this.#add(words(at(238, 158, 76, 21), "pages/s", SMALL));
		this.#figure("refused", at(238, 178, 76, 21), { type: SMALL, unit: " refused", color: DIM, align: "left" });
		this.#map(10, 8);
		this.#legends(10, 108);
		this.#flashStrip(10, 164);
		this.#buttons(10, 206, 300, 28);
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
