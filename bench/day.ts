/**
 * A day in the life of five apps with flash behind their arena, counted on an emulated one: late offload beside two designs
 * that have every page that cannot be compressed on flash at once. In Node, with the portable engine: the operations of the
 * flash are the same with the native one (tests/offload-digest.test.ts). Times are the flash's, by its data sheet.
 *
 *   tsx bench/day.ts      these tables alone
 *
 * @module
 */

import Zram from "zram";
import { Chip, W25Q128 } from "../modules/nor/chip.ts";
import { flashStorage } from "../modules/nor/nor-flash.ts";
import { fill, TEXT } from "../tests/support/bytes.ts";
import { AtOnce, kernels } from "../tests/support/offload.ts";
import { Random } from "../tests/support/random.ts";
import { runAsProgram } from "../tools/process.ts";
import { randomBytes } from "./generators.ts";
import { NextBlock } from "./naive.ts";
import { type Table, toText } from "./tables.ts";

const PAGE = 4096;
const BLOCKS = 256;
const MINUTES = 24 * 60;
/** Pages that cannot be compressed which the arena holds. */
export const ROOM = 128;
/** What an app keeps, of that. */
export const LOADS = [0.9, 1.1, 1.5] as const;

/** How an app uses a device: called once a minute. */
interface App {
	minute(now: number): void;
}

/** What an app may do. Pages are written whole. */
class Use {
	readonly random = new Random(1);
	/** Milliseconds of the flash that each write took. */
	waits: number[] = [];
	compressible = 0;
	compressibleWaited = 0;
	readonly #design: Design;
	readonly #noise = randomBytes(256 * 1024, 1);
	readonly #texts: Uint8Array[] = [];
	readonly #into = new Uint8Array(PAGE);

	constructor(design: Design) {
		this.#design = design;
		for (let seed = 0; seed < 16; seed++) {
			const page = new Uint8Array(PAGE);
			fill(page, 0, PAGE / 2, TEXT, seed);
			this.#texts.push(page);
		}
	}

	/** Writes pages that cannot be compressed. */
	write(first: number, count = 1) {
		for (let page = first; page < first + count; page++) {
			const start = this.random.below((this.#noise.length - PAGE) / 4) * 4;
			this.#timed(page, this.#noise.subarray(start, start + PAGE));
		}
	}

	/** Writes one that can. */
	writeText(page: number) {
		this.compressible++;
		if (this.#timed(page, this.#texts[this.random.below(16)] as Uint8Array, true)) this.compressibleWaited++;
	}

	/** Writes a page; whether it waited for the flash. */
	#timed(page: number, bytes: Uint8Array, isText = false): boolean {
		const before = this.#design.time();
		this.#design.write(page, bytes, isText);
		const wait = this.#design.time() - before;
		this.waits.push(wait);
		return wait > 0;
	}

	read(first: number, count = 1) {
		for (let page = first; page < first + count; page++) this.#design.read(this.#into, page);
	}

	trim(first: number, count = 1) {
		for (let page = first; page < first + count; page++) this.#design.trim(page);
	}
}

/** Frames of eight pages (32 KB of JPEG), one every two minutes; the last ones are kept. A line of log with each. */
function camera(use: Use, pages: number): App {
	const frames = Math.floor(pages / 8);
	return {
		minute(now) {
			if (now % 2) return;
			use.write(((now / 2) % frames) * 8, 8);
			use.writeText(1000 + ((now / 2) % 8));
		},
	};
}

/**
 * Two requests a minute, of 400 things of one to eight pages, the popular ones more often (Zipf); seven in ten cannot be
 * compressed. What was not asked for longest goes.
 */
function cache(use: Use, pages: number): App {
	const things = Array.from({ length: 400 }, (_, i) => ({
		first: i * 8,
		count: 1 + use.random.below(8),
		isText: use.random.below(10) < 3,
	}));
	let total = 0;
	const sums = things.map((_, i) => {
		total += 1 / (i + 1);
		return total;
	});
	const kept: (typeof things)[number][] = [];
	/** A page of text takes about a third of its room. */
	const sizeOf = ({ count, isText }: (typeof things)[number]) => (isText ? count / 3 : count);
	let used = 0;
	const request = () => {
		const at = (use.random.below(1e6) / 1e6) * total;
		const thing = things[sums.findIndex((sum) => at < sum)] as (typeof things)[number];
		const found = kept.indexOf(thing);
		if (found >= 0) {
			kept.push(...kept.splice(found, 1));
			use.read(thing.first, thing.count);
			return;
		}
		for (used += sizeOf(thing); used > pages; ) {
			const old = kept.shift() as (typeof things)[number];
			used -= sizeOf(old);
			use.trim(old.first, old.count);
		}
		kept.push(thing);
		if (!thing.isText) use.write(thing.first, thing.count);
		else for (let i = 0; i < thing.count; i++) use.writeText(thing.first + i);
	};
	return {
		minute() {
			request();
			request();
		},
	};
}

/** An album of pictures of 16 pages (64 KB of JPEG), two shown a minute; one, any, is replaced every quarter of an hour. */
function slideShow(use: Use, pages: number): App {
	const pictures = Math.floor(pages / 16);
	for (let picture = 0; picture < pictures; picture++) use.write(picture * 16, 16);
	return {
		minute(now) {
			for (const next of [2 * now, 2 * now + 1]) use.read((next % pictures) * 16, 16);
			if (now % 15 === 0) use.write(use.random.below(pictures) * 16, 16);
			use.writeText(1000 + (now % 8));
		},
	};
}

/**
 * A take every twenty minutes, of 8 to 40 pages of ADPCM (5 to 25 seconds); the oldest go, but one in four is kept until such
 * ones have a third of the room.
 */
function recorder(use: Use, pages: number): App {
	const takes: { pages: number[]; isKept: boolean }[] = [];
	const free = Array.from({ length: pages }, (_, i) => i);
	const kept = () => takes.reduce((sum, take) => sum + (take.isKept ? take.pages.length : 0), 0);
	return {
		minute(now) {
			use.writeText(1000 + (now % 8));
			if (now % 20) return;
			const count = 8 + use.random.below(33);
			while (free.length < count) {
				const oldest = takes.findIndex((take) => !take.isKept);
				const [old] = takes.splice(Math.max(oldest, 0), 1) as [(typeof takes)[number]];
				for (const page of old.pages) use.trim(page);
				free.push(...old.pages);
			}
			const take = { pages: free.splice(0, count), isKept: use.random.once(4) };
			if (take.isKept && kept() + count > pages / 3) take.isKept = false;
			for (const page of take.pages) use.write(page);
			takes.push(take);
		},
	};
}

/** Half of the pages are written once, and read every hour; four of the other half a minute, in turn. */
function beside(use: Use, pages: number): App {
	const half = Math.floor(pages / 2);
	const ring = Math.floor((pages - half) / 4);
	use.write(0, half);
	return {
		minute(now) {
			if (now % 60 === 0) use.read(0, half);
			use.write(half + (now % ring) * 4, 4);
			use.writeText(1000 + (now % 8));
		},
	};
}

export const APPS = { camera, cache, slides: slideShow, recorder, static: beside } as const;

/** Where pages go. */
interface Design {
	readonly chip: Chip;
	/** Milliseconds that the flash has worked. */
	time(): number;
	write(page: number, bytes: Uint8Array, isText: boolean): void;
	read(into: Uint8Array, page: number): void;
	trim(page: number): void;
	/** An idle moment, once a minute. */
	idle(): void;
	/** Until the flash is worn, at so many erases a day, and so many of the block that has most. */
	years(erases: number, most: number): number;
}

function makeChip(): Chip {
	return new Chip({ blocks: BLOCKS, blockLength: PAGE, endurance: Number.POSITIVE_INFINITY, kernels });
}

/** A device with room for ROOM pages that cannot be compressed, and the reserve; late, or as it was before. */
class Ours implements Design {
	readonly chip = makeChip();
	readonly zram: Zram;
	#now = 0;

	constructor(Device: typeof Zram) {
		const options = {
			byteLength: 4096 * PAGE,
			arena: { byteLength: 700 * 1024 },
			backing: {
				io: flashStorage({ zram: this.chip }),
				path: "zram",
				ticks: () => this.#now | 0,
				lifetime: 0.1, // what is counted is what the design wants, not what a budget lets it have
				endurance: 10_000_000,
			},
		};
		this.zram = new Device(options);
		this.zram.limit = this.zram.status().memUsed + Math.ceil((ROOM * PAGE * 50) / 49);
	}

	time(): number {
		return this.chip.statistics.typical / 1000;
	}

	write(page: number, bytes: Uint8Array) {
		this.zram.write(bytes, page * PAGE);
	}

	read(into: Uint8Array, page: number) {
		this.zram.read(into, page * PAGE);
	}

	trim(page: number) {
		this.zram.trim(page * PAGE, PAGE);
	}

	idle() {
		this.#now += 60_000;
		this.zram.markIdle();
		this.zram.maintain(500);
	}

	years(erases: number): number {
		return ((W25Q128.endurance - 66) * BLOCKS) / erases / 365.25;
	}
}

/** The design that comes to mind first. */
class Naive implements Design {
	readonly chip = makeChip();
	readonly #blocks = new NextBlock(this.chip);

	time(): number {
		return this.chip.statistics.typical / 1000;
	}

	write(page: number, bytes: Uint8Array, isText: boolean) {
		this.trim(page);
		if (!isText) this.#blocks.write(page, bytes); // else it is in memory
	}

	read() {}

	trim(page: number) {
		this.#blocks.trim(page);
	}

	idle() {}

	years(_erases: number, most: number): number {
		return W25Q128.endurance / most / 365.25;
	}
}

export const DESIGNS = {
	late: () => new Ours(Zram),
	"at once": () => new Ours(AtOnce),
	naive: () => new Naive(),
} as const;

export interface DayResult {
	app: keyof typeof APPS;
	load: number;
	design: keyof typeof DESIGNS;
	erases: number;
	years: number;
	/** Milliseconds of the flash within a write. */
	worst: number;
	p99: number;
	/** Of the stores of pages that can be compressed, the share that waited for the flash. */
	waited: number;
	/** Seconds of the flash within maintain(), and milliseconds of its longest call. */
	idle: number;
	longest: number;
}

/** A day, after as much as fills the app's memory and tells the device how long its pages live. */
function measure(app: keyof typeof APPS, load: number, design: keyof typeof DESIGNS, minutes: number): DayResult {
	const device = DESIGNS[design]();
	const use = new Use(device);
	const life = APPS[app](use, Math.round(load * ROOM));
	const before = { erases: 0, worn: device.chip.erases.slice() };
	let idle = 0;
	let longest = 0;
	for (let now = -minutes / 2; now < minutes; now++) {
		if (now === 0) {
			before.erases = device.chip.statistics.erases;
			before.worn.set(device.chip.erases);
			Object.assign(use, { waits: [], compressible: 0, compressibleWaited: 0 });
			idle = longest = 0;
		}
		life.minute(now + minutes);
		const start = device.time();
		device.idle();
		idle += device.time() - start;
		longest = Math.max(longest, device.time() - start);
	}
	const waits = use.waits.sort((a, b) => a - b);
	const erases = device.chip.statistics.erases - before.erases;
	const most = Math.max(...device.chip.erases.map((each, block) => each - (before.worn[block] as number)));
	return {
		app,
		load,
		design,
		erases,
		years: device.years(erases, most),
		worst: waits.at(-1) ?? 0,
		p99: waits[Math.floor(waits.length * 0.99)] ?? 0,
		waited: use.compressibleWaited / use.compressible,
		idle: idle / 1000,
		longest,
	};
}

/** Every app with every load on every design. `say` is told what comes next. */
export function measureDays(minutes: number, say: (what: string) => void): DayResult[] {
	const results: DayResult[] = [];
	for (const app of Object.keys(APPS) as (keyof typeof APPS)[])
		for (const load of LOADS) {
			say(`a day: ${app}, ${load} times what the arena holds`);
			for (const design of Object.keys(DESIGNS) as (keyof typeof DESIGNS)[])
				results.push(measure(app, load, design, minutes));
		}
	return results;
}

export const number = (value: number, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits });

/** Of a result, the share of the erases that at-once takes for the same. */
export function shareOf(results: DayResult[], { app, load, erases }: DayResult): number {
	const other = results.find((each) => each.app === app && each.load === load && each.design === "at once");
	if (erases === 0) return 0; // as it may be in a short run of both
	return other?.erases ? erases / other.erases : Number.POSITIVE_INFINITY;
}

export function dayTable(results: DayResult[]): Table {
	return {
		title: "Offload: a day in the life of five apps",
		text: `Each app keeps ${LOADS.join(", ")} times the ${ROOM} pages that cannot be compressed which its arena holds, before 1 MB of flash (256 blocks of 4 KB), and stores pages that can be beside them: a ring of camera frames, an HTTP cache, a slide show, a recorder, and a ring beside pages that stay; bench/day.ts has them in numbers. A day, after half a day. "At once" has each page that cannot be compressed on flash as soon as it is written; the naive design too, in the next free block in turn, and verifies nothing. Milliseconds are of the flash, typical values of the W25Q128's data sheet. "Waited": of the stores of pages that can be compressed, those that waited for the flash. \`npx tsx bench/day.ts\``,
		head: ["", "kept", "", "erases", "of at once", "years", "worst write", "99 %", "waited", "maintain", "longest"],
		rows: results.map((each) => [
			each.app,
			`${each.load}`,
			each.design,
			number(each.erases),
			`${(100 * shareOf(results, each)).toFixed(1)} %`,
			each.erases ? number(each.years, 1) : "-",
			`${number(each.worst)} ms`,
			`${number(each.p99)} ms`,
			`${(100 * each.waited).toFixed(2)} %`,
			each.idle ? `${number(each.idle, 1)} s` : "-",
			each.idle ? `${number(each.longest)} ms` : "-",
		]),
	};
}

runAsProgram(import.meta.url, (parameters) => {
	const minutes = parameters.includes("--quick") ? MINUTES / 12 : MINUTES;
	const results = measureDays(minutes, (what) => process.stderr.write(`${what}\n`));
	process.stdout.write(toText(dayTable(results)));
});
