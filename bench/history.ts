/**
 * `npm run -s history`: what a history costs, how far back it reaches, and what boards without PSRAM hold. Writes
 * docs/history-bench.md, which is the same on every machine.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Fields } from "zram/history";
import { root } from "../tools/paths.ts";
import { chips } from "../tools/variants.ts";
import type { Codecs } from "./app/device.ts";
import type { FillParameters, FillResult } from "./app/fill.ts";
import type { HistoryParameters, HistoryResult } from "./app/history.ts";
import type { StringsParameters, StringsResult } from "./app/strings.ts";
import { evenly, main, runProgram, withPages } from "./command.ts";
import { kinds as corpusKinds } from "./corpus.ts";
import { roomRecords, SENSORS, type Sensors } from "./generators.ts";
import { meansOf, runCounted } from "./meter.ts";
import { motionRecords, others, serverLogs } from "./recordings.ts";
import { type Table, toMarkdown } from "./tables.ts";

const KB = 1024;
const PAGE = 4096;
const CODECS: Codecs = ["lz4", "columns"];
/** Firmware's heap, as the suites of histories have it. */
const HEAP = ["--slots", "16384", "--chunk", "120000"];

/** Records of a kind, one after the other. */
interface Kind {
	name: string;
	/** None: lines of a log. */
	fields?: Fields;
	recordLength: number;
	/** At least `count` of them; a recording is repeated as often as needed. */
	make(count: number): Promise<Uint8Array> | Uint8Array;
	/** How far back so many records reach. */
	reach(count: number): string;
}

const ROOM: Fields = {
	...({ time: "uint32", temperature: "int16", humidity: "int16" } as const),
	...({ pressure: "int16", co2: "int16", light: "int16" } as const),
};
const MOTION: Fields = { x: "int16", y: "int16", z: "int16", roll: "int16", pitch: "int16", yaw: "int16" };

const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 0 });
const days = (count: number) => `${(count / 1440).toFixed(1)} days`;

function room(name: string, sensors: Sensors): Kind {
	return {
		name: `room, ${name}`,
		fields: ROOM,
		recordLength: 14,
		make: (count) => roomRecords(count, 1, sensors),
		reach: days,
	};
}

/** A recording, as often as needed. */
function repeated(bytes: Uint8Array, least: number): Uint8Array {
	const all = new Uint8Array(Math.ceil(least / bytes.length) * bytes.length);
	for (let at = 0; at < all.length; at += bytes.length) all.set(bytes, at);
	return all;
}

const kinds: Kind[] = [
	...Object.entries(SENSORS).map(([name, sensors]) => room(name, sensors)),
	{
		name: "motion, 100 Hz",
		fields: MOTION,
		recordLength: 12,
		make: async (count) => repeated(await motionRecords(others), 12 * count),
		reach: (count) => `${(count / 6000).toFixed(1)} min`,
	},
	{
		name: "log lines",
		recordLength: 1,
		make: async (count) => repeated(await serverLogs(), count),
		reach: (count) => `${number(count / KB)} KB`,
	},
];

/** Pads the records to whole pages. */
function withRecords<T>(bytes: Uint8Array, work: (pages: HistoryParameters["pages"]) => Promise<T>): Promise<T> {
	const padded = new Uint8Array(Math.ceil(bytes.length / PAGE) * PAGE);
	padded.set(bytes);
	return withPages(padded, PAGE, work);
}

type Place = Pick<HistoryParameters, "arena" | "memory" | "pageLength">;

/** Appends records for at least twice the room, and says how many are left. */
async function held({ fields, recordLength, make }: Kind, place: Place, variant: "xs64" | "xs32" = "xs64") {
	const room = place.arena ?? (place.memory as number);
	const records = await make(Math.ceil((20 * room) / recordLength));
	const count = records.length / recordLength;
	return withRecords(records, (pages) =>
		runProgram<HistoryResult>(
			"history",
			{
				...{ pages, show: "nothing", recordLength, count, times: 12, codecs: CODECS, costs: false },
				...(fields && { fields }),
				...place,
			} as HistoryParameters,
			{ variant, progress: false },
		),
	);
}

/** The first records as lines of comma-separated numbers; of a log its own lines. */
function linesOf(kind: Kind, bytes: Uint8Array): Uint8Array {
	if (!kind.fields) return bytes.subarray(0, bytes.lastIndexOf(10) + 1);
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	const types = Object.values(kind.fields);
	const lines: string[] = [];
	for (let at = 0; at + kind.recordLength <= bytes.length; ) {
		const values = types.map((type) => {
			at += type === "uint32" ? 4 : 2;
			return type === "uint32" ? view.getUint32(at - 4, true) : view.getInt16(at - 2, true);
		});
		lines.push(`${values.join()}\n`);
	}
	return Buffer.from(lines.join(""));
}

const SAMPLE = 2000;
/** On a microcontroller, and on the 32-bit command-line host. */
const SLOT_LENGTH = 16;

/** How many records (of a log: bytes) strings in an array hold in so many bytes of the XS heap. */
async function asStrings(kind: Kind): Promise<(byteLength: number) => number> {
	const text = linesOf(kind, await kind.make(kind.fields ? SAMPLE : 100 * KB));
	const { count, bytes } = await withRecords(text, (pages) =>
		runProgram<StringsResult>(
			"strings",
			{ pages, show: "nothing", byteLength: text.length, slotLength: SLOT_LENGTH } as StringsParameters,
			{ variant: "xs32", progress: false },
		),
	);
	const each = (kind.fields ? count : text.length) / bytes;
	return (byteLength) => byteLength * each;
}

const ARENAS = [48 * KB, 256 * KB, 1024 * KB];

async function reachTable(): Promise<Table> {
	const rows: string[][] = [];
	for (const kind of kinds) {
		const strings = await asStrings(kind);
		const cells: string[] = [];
		for (const arena of ARENAS) {
			const { held: count } = await held(kind, { arena, pageLength: PAGE });
			cells.push(number(count), kind.reach(count), kind.reach(arena / kind.recordLength), kind.reach(strings(arena)));
		}
		rows.push([kind.name, ...cells]);
	}
	return {
		title: "How far back",
		text: `How many records a history holds in an arena of that size, including metadata, with pages of 4 KB and codecs \`["lz4", "columns"]\`, and how far back they reach. For comparison: how far back the same memory reaches as a raw ring of records, and as strings in an array on the XS heap (comma-separated numbers, 32-bit XS). A room's record is a time and five int16, once a minute: in hundredths of a degree and of a percent, tenths of a hPa, ppm and lux, or in steps of 0.05 °C, 0.1 %, 0.1 hPa, 5 ppm and 5 lux. The room is generated, as no package of npm or Debian has an indoor log. A phone recorded the motion (npm's pedometer); the log lines come from servers (Debian's fail2ban). Noise, as standard deviations: quiet ${noiseOf("quiet")}; typical ${noiseOf("typical")}, as measured on a BME280; noisy ${noiseOf("noisy")}.`,
		head: [
			"",
			...ARENAS.flatMap((arena) => {
				const size = arena < 1024 * KB ? `${arena / KB} KB` : "1 MB";
				return [`${size}: records`, "history", "raw ring", "strings"];
			}),
		],
		rows,
	};
}

function noiseOf(name: string): string {
	const [temperature, humidity, pressure, co2, light] = (SENSORS[name] as Sensors).noise;
	const [degrees, percent, hectopascals] = [temperature / 100, humidity / 100, pressure / 10].map((value) =>
		value.toFixed(3).replace(/0+$/, ""),
	);
	return `${degrees} °C, ${percent} %, ${hectopascals} hPa, ${co2} ppm, ${light} % of the light`;
}

const COUNT = 20_000;

async function costTable(): Promise<Table> {
	const typical = SENSORS.typical as Sensors;
	const whole = roomRecords(COUNT, 1, typical);
	/** Only the time and the first reading. */
	const narrow = new Uint8Array(6 * COUNT);
	for (let i = 0; i < COUNT; i++) narrow.set(whole.subarray(14 * i, 14 * i + 6), 6 * i);
	const { time, temperature } = ROOM as Record<string, Fields[string]>;
	const records = [
		{ name: "a time and a reading", fields: { time, temperature } as Fields, bytes: narrow },
		{ name: "a time and five readings", fields: ROOM, bytes: whole },
	];
	const rows: string[][] = [];
	for (const { name, fields, bytes } of records)
		for (const host of chips) {
			const recordLength = bytes.length / COUNT;
			const { measures } = await withRecords(bytes, (pages) =>
				runCounted<HistoryResult>(
					host,
					"history",
					{
						...{ pages, show: "nothing", fields, recordLength, count: COUNT, arena: 1024 * KB, times: 2 },
						...{ pageLength: PAGE, codecs: CODECS, costs: true },
					} as HistoryParameters,
					{ progress: false, host: HEAP },
				),
			);
			const { append, at, find } = meansOf(measures);
			rows.push([name, host, ...[append, at, find].map((value) => number(value as number))]);
		}
	return {
		title: "What a record costs",
		text: `Mean instructions over ${number(COUNT)} records of a room with typical noise, in an arena of 1 MB: \`append\` of an object, including its share of packing the page; \`at\` into an object, in order, including its share of decoding the page; and \`find\` of a random time. Loops are not counted.`,
		head: ["", "host", "append", "at, in order", "find"],
		rows,
	};
}

const TOTALS = [32 * KB, 48 * KB, 96 * KB];
const PAGES = [4096, 2048, 1024];
/** 160 x 128 pixels, RGB565. */
const SCREEN = 160 * 128 * 2;

/** Screens that an arena holds. */
async function screens(arena: number, pageLength: number, pictures: Uint8Array): Promise<number> {
	const size = Math.ceil((12 * arena) / pageLength) * pageLength;
	const bytes = evenly(pictures, SCREEN, Math.ceil(size / SCREEN));
	const { stored } = await withPages(
		bytes.subarray(0, bytes.length - (bytes.length % pageLength)),
		pageLength,
		(pages) =>
			runProgram<FillResult>(
				"fill",
				{ pages, arena, size, codecs: CODECS, show: "nothing" } as unknown as FillParameters,
				{
					progress: false,
				},
			),
	);
	return stored / SCREEN;
}

async function boardTable(): Promise<Table> {
	const pictures = (await corpusKinds.find(({ name }) => name === "bitmap")?.make()) as Uint8Array;
	const rooms = ["typical", "typical, in steps"].map((name) => room(name, SENSORS[name] as Sensors));
	const rows: string[][] = [];
	for (const memory of TOTALS)
		for (const pageLength of PAGES) {
			const results: HistoryResult[] = [];
			for (const kind of rooms) results.push(await held(kind, { memory, pageLength }, "xs32"));
			const { arena, scratch, historyScratch } = results[0] as HistoryResult;
			const withoutHistory = (memory - scratch) & ~63;
			rows.push([
				`${memory / KB} KB`,
				`${pageLength / KB} KB`,
				number(scratch + historyScratch),
				number(arena),
				...results.flatMap(({ held: count }) => [number(count), days(count)]),
				(await screens(withoutHistory, pageLength, pictures)).toFixed(1),
			]);
		}
	return {
		title: "Boards without PSRAM",
		text: 'What fits into so much internal memory in all: the arena, the device\'s scratch, scratch and tables of a pool of 8 keys, and a history\'s page. "other" is all of that but the arena. With codecs `["lz4", "columns"]`: records of a room with typical noise, in hundredths and in steps; or, without a history, screens of 160 x 128 pixels in RGB565 showing drawings and logos of admin-lte (40 KB each, so 0.8, 1.2 and 2.4 of them fit uncompressed).',
		head: ["in all", "pages", "other", "arena", "hundredths", "", "in steps", "", "screens"],
		rows,
	};
}

const introduction = `# What a history costs, and how far back it reaches

Generated by \`npm run -s history\`: do not edit. [history.md](history.md) explains histories; [bench.md](bench.md) says what
rv32 and m33 are, and what everything else costs.
`;

await main("npm run -s history", async () => {
	const tables = [await costTable(), await reachTable(), await boardTable()];
	const path = join("docs", "history-bench.md");
	writeFileSync(join(root, path), [introduction, ...tables.map(toMarkdown)].join("\n"));
	return { written: path };
});
