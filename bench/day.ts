/**
 * A day in the life of five apps with flash behind their arena, on an emulated flash: late offload beside two designs
 * that put every incompressible page on flash at once. It runs in Node with the portable engine, which uses the flash
 * exactly as the native one does (tests/offload-digest.test.ts). Times are the flash's, by its data sheet.
 *
 *   tsx bench/day.ts      this table alone
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
/** Incompressible pages that the arena holds. */
export const ROOM = 128;
/** How many an app keeps, as multiples of that. */
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

	/** Writes incompressible pages. */
	write(first: number, count = 1) {
		for (let page = first; page < first + count; page++) {
			const start = this.random.below((this.#noise.length - PAGE) / 4) * 4;
			this.#timed(page, this.#noise.subarray(start, start + PAGE));
		}
	}

	/** Writes a compressible page. */
	writeText(page: number) {
		this.compressible++;
		if (this.#timed(page, this.#texts[this.random.below(16)] as Uint8Array, true)) this.compressibleWaited++;
	}

	/** Writes a page. Returns whether it waited for the flash. */
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

/** Frames of eight pages (32 KB of JPEG), one every two minutes; the latest are kept. A page of log with each. */
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
 * Two requests a minute for 400 things of one to eight pages, popular ones more often (Zipf); seven in ten are
 * incompressible. The least recently used goes.
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

/**
 * An album of pictures of 16 pages (64 KB of JPEG), two shown a minute; a random one is replaced every quarter of an
 * hour.
 */
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
 * A take every twenty minutes, of 8 to 40 pages of ADPCM (5 to 25 seconds). The oldest go, but one in four is kept as
 * long as the kept ones take less than a third of the room.
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

/** Half of the pages are written once and read every hour; the other half are rewritten in turn, four a minute. */
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
	/** Years until the flash is worn out, at `erases` a day in all and `most` a day of the most worn block. */
	years(erases: number, most: number): number;
}

function makeChip(): Chip {
	return new Chip({ blocks: BLOCKS, blockLength: PAGE, endurance: Number.POSITIVE_INFINITY, kernels });
}

/** A device with room for ROOM incompressible pages and the reserve: Zram, or AtOnce. */
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
				lifetime: 0.1, // counts what the design wants, not what a budget lets it have
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
		if (!isText) this.#blocks.write(page, bytes); // text stays in memory
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
	/** The share of compressible stores that waited for the flash. */
	waited: number;
	/** Seconds that maintain() kept the flash busy, and milliseconds of its longest call. */
	idle: number;
	longest: number;
}

/** A day, after half a day that fills the app's memory and tells the device how long its pages live. */
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

/** A result's erases as a share of what "at once" takes for the same. */
export function shareOf(results: DayResult[], { app, load, erases }: DayResult): number {
	const other = results.find((each) => each.app === app && each.load === load && each.design === "at once");
	if (erases === 0) return 0; // in a short run, both may be
	return other?.erases ? erases / other.erases : Number.POSITIVE_INFINITY;
}

export function dayTable(results: DayResult[]): Table {
	return {
		title: "Offload: a day in the life of five apps",
		text: `The arena of each app holds ${ROOM} incompressible pages, and 1 MB of flash (256 blocks of 4 KB) lies behind it. The app keeps ${LOADS.join(", ")} times as many such pages, and stores compressible ones beside them. The apps are a ring of camera frames, an HTTP cache, a slide show, a recorder, and a ring beside pages that stay; bench/day.ts has the details. One day is counted, after half a day. "at once" puts each incompressible page on flash as soon as it is written. So does the naive design, always in the next free block, and it verifies nothing. Milliseconds are the flash's, by the typical values of the W25Q128's data sheet. "waited": the share of compressible stores that waited for the flash. \`npx tsx bench/day.ts\``,
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
