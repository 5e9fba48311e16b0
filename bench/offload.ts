/**
 * What offload does to an emulated flash: a day in the life of five apps (day.ts), bytes programmed and erases per
 * page, and how worn the blocks are after years. It runs in Node with the portable engine, which uses the flash exactly
 * as the native one does (tests/offload-digest.test.ts). Times are the flash's, by its data sheet.
 *
 *   tsx bench/offload.ts      these tables alone, and the picture in build/bench
 *
 * @module
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Zram from "zram";
import { Chip } from "../modules/nor/chip.ts";
import { flashStorage } from "../modules/nor/nor-flash.ts";
import { AtOnce } from "../tests/support/offload.ts";
import { Random } from "../tests/support/random.ts";
import { buildFolder } from "../tools/paths.ts";
import { runAsProgram } from "../tools/process.ts";
import { panelChart } from "./charts.ts";
import { type DayResult, dayTable, measureDays, number } from "./day.ts";
import { randomBytes } from "./generators.ts";
import { NextBlock } from "./naive.ts";
import { type Table, toText } from "./tables.ts";

const KB = 1024;
const DAY = 24 * 3600 * 1000;
const BLOCKS = 256;
const PAGE = 4096;

/** How much is simulated. */
export interface OffloadExtent {
	/** Length of the day. */
	minutes: number;
	/** Offloads for each write alignment. */
	offloads: number;
	/** Years, with so many offloads a day, for the picture. */
	years: number;
	perDay: number;
}

export const OFFLOAD_FULL: OffloadExtent = { minutes: 1440, offloads: 20_000, years: 3, perDay: 400 };
export const OFFLOAD_QUICK: OffloadExtent = { minutes: 60, offloads: 1000, years: 0.2, perDay: 400 };

export interface CostResult {
	writeAlign: number;
	/** Bytes programmed per byte offloaded: as data, and for the log. */
	data: number;
	log: number;
	/** Erases per page offloaded: of data blocks, and of the log's. */
	erases: number;
	logErases: number;
}

export interface OffloadResults {
	day: DayResult[];
	cost: CostResult[];
	wear: { years: number; ours: number[]; naive: number[]; logBlocks: number };
}

/** Takes incompressible pages. */
interface Device {
	write(page: number, bytes: Uint8Array): void;
}

/** Every incompressible page goes to flash, as if there were no room. */
class Ours implements Device {
	readonly zram: Zram;
	readonly #pageLength: number;

	constructor(chip: Chip, ticks: () => number, pages: number) {
		this.#pageLength = chip.blockLength;
		this.zram = new AtOnce({
			byteLength: pages * chip.blockLength,
			pageLength: chip.blockLength,
			arena: { byteLength: 512 * KB },
			backing: { io: flashStorage({ zram: chip }), path: "zram", ticks, lifetime: 1 },
		});
	}

	write(page: number, bytes: Uint8Array) {
		this.zram.write(bytes, page * this.#pageLength);
	}
}

/** A chip of 256 blocks that never fail, and how long it has worked, in milliseconds. */
function makeChip(blockLength: number, writeAlign = 1) {
	const chip = new Chip({ blocks: BLOCKS, blockLength, writeAlign, endurance: Number.POSITIVE_INFINITY });
	return { chip, time: () => chip.statistics.typical / 1000 };
}

/** Pages of noise, cut from a pool. */
function noisePages(pageLength: number, random: Random) {
	const pool = randomBytes(64 * KB, 1);
	return () => {
		const start = random.below((pool.length - pageLength) / 4) * 4;
		return pool.subarray(start, start + pageLength);
	};
}

/** The app has 200 incompressible pages, 120 of which are never written again. */
const APP = { pages: 200, cold: 120 };

function measureCost(writeAlign: number, offloads: number): CostResult {
	const random = new Random(2);
	const { chip } = makeChip(PAGE, writeAlign);
	const page = noisePages(PAGE, random);
	let now = 0;
	const device = new Ours(chip, () => now | 0, 256);
	const write = (count: number) => {
		for (let i = 0; i < count; i++) {
			now += 60_000;
			device.write(random.below(128), page());
		}
	};
	write(1000);
	const start = { ...chip.statistics };
	const { bdWrites, bdErases } = device.zram.status();
	write(offloads);
	const status = device.zram.status();
	const pages = status.bdWrites - bdWrites;
	const erases = status.bdErases - bdErases;
	const moves = status.bdMoves;
	const bytes = chip.statistics.bytesProgrammed - start.bytesProgrammed;
	return {
		writeAlign,
		data: (pages + moves) / pages,
		log: bytes / (pages * PAGE) - (pages + moves) / pages,
		erases: erases / pages,
		logErases: (chip.statistics.erases - start.erases - erases) / pages,
	};
}

/**
 * Wear after years in which 60 % of what is on flash stays. Pages have 1 KB: the number of blocks matters, not their
 * length.
 */
function measureWear({ years, perDay }: OffloadExtent): OffloadResults["wear"] {
	const length = KB;
	const live = (make: (chip: Chip, ticks: () => number) => Device) => {
		const random = new Random(3);
		const { chip } = makeChip(length);
		const page = noisePages(length, random);
		let now = 0;
		const device = make(chip, () => now | 0);
		for (let cold = 0; cold < APP.cold; cold++) device.write(cold, page());
		for (let i = 0; i < years * 365 * perDay; i++) {
			now += DAY / perDay;
			device.write(APP.cold + random.below(APP.pages - APP.cold), page());
		}
		return { erases: [...chip.erases], device };
	};
	const ours = live((chip, ticks) => new Ours(chip, ticks, 256));
	const slots = (ours.device as Ours).zram.status().backing?.slots as number;
	const naive = live((chip) => new NextBlock(chip));
	return { years, ours: ours.erases, naive: naive.erases, logBlocks: BLOCKS - slots };
}

/** Measures everything. `say` is told what comes next. */
export function measureOffload(extent: OffloadExtent, say: (what: string) => void): OffloadResults {
	const day = measureDays(extent.minutes, say);
	const cost = [1, 64, 256].map((writeAlign) => {
		say(`offload: write alignment ${writeAlign}`);
		return measureCost(writeAlign, extent.offloads);
	});
	say("offload: wear over years");
	return { day, cost, wear: measureWear(extent) };
}

export function offloadTables({ day, cost, wear }: OffloadResults): Table[] {
	const [least, most] = [Math.min(...wear.ours.slice(wear.logBlocks)), Math.max(...wear.ours)];
	return [
		dayTable(day),
		{
			title: "Offload: what a page costs the flash",
			text: "Half of 1 MB is in use and is written at random. Bytes programmed per byte of a page, and erases per page: for data (more than 1 where pages are moved), and for the log, which keeps erase counts and budget across reboots and power cuts.",
			head: ["write alignment", "programmed, data", "programmed, log", "erases, data", "erases, log"],
			rows: cost.map((each) => [
				`${each.writeAlign}`,
				each.data.toFixed(3),
				each.log.toFixed(4),
				each.erases.toFixed(3),
				each.logErases.toFixed(4),
			]),
		},
		{
			title: `Offload: wear after ${number(wear.years, 1)} years`,
			text: "Erase counts of the 256 blocks, with 120 pages that never change: the picture above in numbers.",
			head: ["", "least worn", "most worn", "mean", "most worn of the log"],
			rows: [
				[
					"xs-zram",
					number(least),
					number(most),
					number(mean(wear.ours.slice(wear.logBlocks))),
					number(Math.max(...wear.ours.slice(0, wear.logBlocks))),
				],
				["naive", number(Math.min(...wear.naive)), number(Math.max(...wear.naive)), number(mean(wear.naive)), "-"],
			],
		},
	];
}

/** The wear of each block, ours and naive. */
export function wearChart({ wear: { years, ours, naive, logBlocks } }: OffloadResults): string {
	const range = (values: number[]) => `${number(Math.min(...values))} to ${number(Math.max(...values))} erases`;
	return panelChart(
		`How 256 blocks of flash are worn after ${number(years, 1)} years`,
		"Each bar is a block, its height its erases. 120 pages never change; 80 others are written 400 times a day.",
		[
			{
				name: "xs-zram",
				values: ours,
				apart: logBlocks,
				ours: true,
				note: `${range(ours.slice(logBlocks))}; light grey: the log`,
			},
			{ name: "naive: the next free block in turn", values: naive, note: range(naive) },
		],
	);
}

function mean(values: number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

runAsProgram(import.meta.url, (parameters) => {
	const extent = parameters.includes("--quick") ? OFFLOAD_QUICK : OFFLOAD_FULL;
	const results = measureOffload(extent, (what) => process.stderr.write(`${what}\n`));
	for (const table of offloadTables(results)) process.stdout.write(toText(table));
	mkdirSync(join(buildFolder, "bench"), { recursive: true });
	writeFileSync(join(buildFolder, "bench/bench-wear.svg"), wearChart(results));
});
