/**
 * What zramctl shows: tables like those of Linux's zramctl, and pictures made of characters.
 *
 * @module
 */

import type { Inspection, PageState } from "zram";
import type { StatusReport } from "zram/status";

/** Characters in a line of a picture, if there is room. */
const WIDTH = 64;
const WIDTH_LEAST = 16;
const ROWS = 16;
/** The label to the right of a curve. */
const USED_LABEL = " used";

/** How to show things. */
export interface Style {
	paint: Paint;
	/** Characters in a line: wider tables continue below. */
	width: number;
}

/** Black text on an ANSI background colour, 41 to 47; 0 for none. */
type Paint = (text: string, background: number) => string;

/** Letters only, for files and pipes. */
export const plain: Paint = (text) => text;
export const colored: Paint = (text, background) => (background ? `\x1b[30;${background}m${text}\x1b[0m` : text);

/** What a character of a picture stands for. */
interface Ink {
	letter: string;
	color: number;
	name: string;
}

/** One for each codec, and one for codecs that this version does not know. */
const LZ4: Ink = { letter: "L", color: 42, name: "lz4" };
const COLUMNS: Ink = { letter: "C", color: 44, name: "columns" };
const DENSE: Ink = { letter: "D", color: 46, name: "dense" };
const COMPRESSED: Ink = { letter: "Z", color: 43, name: "compressed" };
const RAW: Ink = { letter: "R", color: 41, name: "raw" };
const OVERHEAD: Ink = { letter: "#", color: 47, name: "metadata, rounding" };
const FREE: Ink = { letter: ".", color: 0, name: "free" };
const USED: Ink = { letter: "F", color: 41, name: "pages" };
const ERASED: Ink = { letter: "e", color: 46, name: "erased" };
const SLOTS_LEFT: Ink = { letter: ".", color: 0, name: "to be erased" };
const RETIRED: Ink = { letter: "x", color: 45, name: "retired" };

/** "3.2 MB", "640 KB", "12 B". */
export function size(bytes: number): string {
	if (bytes >= 1024 * 1024) return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
	return bytes >= 1024 ? `${Math.round(bytes / 1024)} KB` : `${bytes} B`;
}

const ratio = (data: number, used: number) => (data && used ? (data / used).toFixed(2) : "-");

const pictureWidth = (width: number) => Math.max(Math.min(width - USED_LABEL.length, WIDTH), WIDTH_LEAST);

/**
 * A table with columns as narrow as possible, names aligned left and numbers right. If it is wider than `width`, it
 * continues below with the names repeated: at column `split`, and wherever the width runs out.
 */
export function table(rows: string[][], width = Number.POSITIVE_INFINITY, split = -1): string[] {
	const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
	const cell = (text: string, i: number) => (i ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number));
	const bands: number[][] = [[0]];
	const widthOf = (band: number[]) => band.reduce((sum, i) => sum + 2 + (widths[i] as number), -2);
	const fits = widthOf([...widths.keys()]) <= width;
	for (let i = 1; i < widths.length; i++) {
		const band = bands.at(-1) as number[];
		if (band.length > 1 && (widthOf([...band, i]) > width || (i === split && !fits))) bands.push([0, i]);
		else band.push(i);
	}
	const lines = (band: number[]) =>
		rows.map((row) =>
			band
				.map((i) => cell(row[i] ?? "", i))
				.join("  ")
				.trimEnd(),
		);
	return bands.flatMap((band, i) => (i ? ["", ...lines(band)] : lines(band)));
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours
const lengthOf = (text: string) => text.replaceAll(/\x1b\[[\d;]*m/g, "").length;

/** Words side by side, in as many lines as needed. */
function flow(words: string[], width: number): string[] {
	const lines: string[] = [];
	for (const word of words) {
		const line = lines.at(-1);
		if (line !== undefined && lengthOf(line) + 3 + lengthOf(word) <= width)
			lines[lines.length - 1] = `${line}   ${word}`;
		else lines.push(word);
	}
	return lines;
}

/** A bar divided in proportion to the amounts; every amount above 0 gets at least one character. */
function bar(amounts: [Ink, number][], { paint, width }: Style): string {
	const length = pictureWidth(width);
	const total = amounts.reduce((sum, [, amount]) => sum + amount, 0);
	if (!total) return paint(" ".repeat(length), 0);
	const squares = amounts.map(([, amount]) => (amount ? Math.max(1, Math.round((amount / total) * length)) : 0));
	const longest = squares.indexOf(Math.max(...squares));
	squares[longest] = (squares[longest] as number) + length - squares.reduce((sum, count) => sum + count, 0);
	return amounts.map(([{ letter, color }], i) => paint(letter.repeat(squares[i] as number), color)).join("");
}

/** What the letters mean. */
function legend(amounts: [Ink, number][], paint: Paint, show: (amount: number) => string): string[] {
	const shown = amounts.filter(([, amount]) => amount);
	return shown.map(([{ letter, color, name }, amount]) => `${paint(letter, color)} ${name} ${show(amount)}`);
}

function arena({ pageLength, status }: StatusReport): [Ink, number][] {
	const raw = status.rawPages * pageLength;
	const lz4 = status.codecs.lz4?.comprDataSize ?? 0;
	const columns = status.codecs.columns?.comprDataSize ?? 0;
	const dense = status.codecs.dense?.comprDataSize ?? 0;
	return [
		[OVERHEAD, status.memUsed - status.comprDataSize],
		[LZ4, lz4],
		[COLUMNS, columns],
		[DENSE, dense],
		[COMPRESSED, Math.max(status.comprDataSize - raw - lz4 - columns - dense, 0)],
		[RAW, raw],
		[FREE, Math.max(status.memLimit - status.memUsed, 0)],
	];
}

function flash({ status: { backing } }: StatusReport): [Ink, number][] {
	if (!backing) return [];
	const { slots, slotsUsed, slotsErased, slotsRetired } = backing;
	return [
		[USED, slotsUsed],
		[ERASED, slotsErased],
		[SLOTS_LEFT, Math.max(slots - slotsUsed - slotsErased, 0)],
		[RETIRED, slotsRetired],
	];
}

const STEPS = " ▁▂▃▄▅▆▇█";
const RESTART = "|";

/** "12.3 years", "5 days". */
function duration(years: number): string {
	if (!Number.isFinite(years)) return "no end";
	if (years >= 1) return `${years.toFixed(years < 100 ? 1 : 0)} years`;
	const days = Math.floor(years * 365);
	return days > 1 ? `${days} days` : "less than two days";
}

/** One device's reports. */
class History {
	#before: StatusReport | undefined;
	/** A character for each report. */
	#curve: string[] = [];
	last: StatusReport;

	constructor(report: StatusReport) {
		this.last = report;
		this.#note(report);
	}

	add(report: StatusReport) {
		this.#before = this.last;
		if (report.ms < this.last.ms) this.#curve.push(RESTART);
		this.last = report;
		this.#note(report);
	}

	#note({ status }: StatusReport) {
		const share = status.memLimit ? status.memUsed / status.memLimit : 0;
		this.#curve.push(STEPS[Math.min(Math.ceil(share * 8), 8)] as string);
		this.#curve = this.#curve.slice(-WIDTH);
	}

	/** How much a counter grew per second of the device's clock; "-" after a restart. */
	rate(key: "numReads" | "numWrites"): string {
		const milliseconds = this.last.ms - (this.#before?.ms ?? this.last.ms);
		const count = this.last.status[key] - (this.#before?.status[key] ?? 0);
		return milliseconds > 0 && count >= 0 ? `${Math.round((count * 1000) / milliseconds)}` : "-";
	}

	/** How full the arena was in the latest reports. */
	curve(width: number): string[] {
		const length = pictureWidth(width);
		const curve = this.#curve.slice(-length);
		const meaning = curve.includes(RESTART) ? [`${RESTART} restart`] : [];
		return flow([curve.join("").padEnd(length) + USED_LABEL, ...meaning], width);
	}
}

/** The devices that status lines have reported. */
export class Monitor {
	#devices = new Map<string, History>();

	get isEmpty(): boolean {
		return this.#devices.size === 0;
	}

	add(report: StatusReport): void {
		const known = this.#devices.get(report.name);
		if (known) known.add(report);
		else this.#devices.set(report.name, new History(report));
	}

	/** The table and the pictures, line by line. */
	lines(style: Style): string[] {
		const devices = [...this.#devices.values()];
		const rows = table([[...BYTES, ...COUNTS], ...devices.map(row)], style.width, BYTES.length);
		return [...rows, ...devices.flatMap((device) => ["", ...pictures(device, style)])];
	}
}

const BYTES = ["NAME", "SIZE", "DATA", "COMPR", "USED", "PEAK", "LIMIT", "RATIO"];
const COUNTS = ["PAGES", "SAME", "HUGE", "FLASH", "READ/S", "WRITE/S", "FAILED"];

function row(device: History): string[] {
	const { name, byteLength, status } = device.last;
	const bytes = [byteLength, status.origDataSize, status.comprDataSize, status.memUsed, status.memUsedMax];
	return [
		name,
		...[...bytes, status.memLimit].map(size),
		ratio(status.origDataSize - status.bdCount * device.last.pageLength, status.memUsed),
		...[status.pagesStored, status.samePages, status.hugePages, status.bdCount].map(String),
		device.rate("numReads"),
		device.rate("numWrites"),
		`${status.failedReads + status.failedWrites + status.invalidIO}`,
	];
}

function pictures(device: History, style: Style): string[] {
	const { paint, width } = style;
	const { last } = device;
	const { backing } = last.status;
	const memory = arena(last);
	const lines = [last.name, bar(memory, style), ...flow(legend(memory, paint, size), width), ...device.curve(width)];
	const { pagesRepacked, failedRepacks } = last.status;
	if (pagesRepacked) lines.push(`maintain has repacked ${pagesRepacked} resting pages`);
	if (failedRepacks) lines.push(`repacking failed for lack of memory ${failedRepacks} times`);
	if (!backing) return lines;
	const slots = flash(last);
	const { wearLeast, wearMost, budget, budgetPerDay, yearsLeft } = backing;
	const wear = [`wear ${wearLeast} to ${wearMost} erases`];
	wear.push(`budget ${Math.floor(budget)}, ${Math.round(budgetPerDay)} more a day`);
	wear.push(`at this pace ${duration(yearsLeft)}`);
	const missed = (["Budget", "Driver", "Slots", "Room"] as const)
		.map((reason) => [reason.toLowerCase(), backing[`refused${reason}`]] as const)
		.filter(([, count]) => count);
	if (missed.length) wear.push(`refused for ${missed.map(([reason, count]) => `${reason}: ${count}`).join(", ")}`);
	const meaning = [...legend(slots, paint, String), "pages on flash"];
	return [...lines, bar(slots, style), ...flow(meaning, width), ...flow(wear, width)];
}

const PAGE_INKS = {
	empty: { letter: ".", color: 0, name: "empty" },
	same: { letter: "s", color: 46, name: "same-filled" },
	lz4: LZ4,
	columns: COLUMNS,
	dense: DENSE,
	compressed: COMPRESSED,
	raw: RAW,
	offloaded: { letter: "F", color: 45, name: "on flash" },
	unknown: { letter: "?", color: 47, name: "unknown" },
} satisfies Record<string, Ink>;

type Look = keyof typeof PAGE_INKS;

/** How a page is shown: by its codec, if that has a letter. */
function lookOf({ state, codec }: PageState): Look {
	return codec === "lz4" || codec === "columns" || codec === "dense" ? codec : state;
}

/** The page table as a map. If a character stands for several pages, it shows the most frequent state. */
function pageMap({ geometry: { pageCount }, pages }: Inspection, { paint, width }: Style): string[] {
	const length = pictureWidth(width);
	const each = Math.max(1, Math.ceil(pageCount / (length * ROWS)));
	const looks = new Array<Look>(pageCount).fill("empty");
	for (const state of pages) looks[state.page] = lookOf(state);
	const squares: string[] = [];
	for (let first = 0; first < pageCount; first += each) {
		const group = looks.slice(first, first + each);
		const { letter, color } = PAGE_INKS[mostFrequent(group)];
		squares.push(paint(letter, color));
	}
	const rows = Array.from({ length: Math.ceil(squares.length / length) }, (_, i) =>
		squares.slice(i * length, (i + 1) * length).join(""),
	);
	const counts = Object.entries(PAGE_INKS).map(
		([look, ink]) => [ink, looks.filter((each) => each === look).length] as [Ink, number],
	);
	const scale = `each letter is ${each === 1 ? "a page" : `${each} pages`}:`;
	return [...rows, ...flow([scale, ...legend(counts, paint, String)], width)];
}

function mostFrequent<T>(values: T[]): T {
	const counts = new Map<T, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	return [...counts].reduce((most, other) => (other[1] > most[1] ? other : most))[0];
}

/** A histogram of stored lengths, in eighths of a page. */
function lengths({ geometry: { pageLength }, pages }: Inspection, { width }: Style): string[] {
	const eighths = new Array<number>(8).fill(0);
	for (const { storedLength } of pages)
		if (storedLength) {
			const eighth = Math.ceil((storedLength * 8) / pageLength) - 1;
			eighths[eighth] = (eighths[eighth] as number) + 1;
		}
	const most = Math.max(...eighths, 1);
	const longest = Math.min(Math.max(width - 18, WIDTH_LEAST), 40);
	return eighths.map((count, i) => {
		const upTo = `${((i + 1) * pageLength) / 8}`.padStart(5);
		return `${upTo} B ${`${count}`.padStart(8)}  ${"█".repeat(Math.ceil((count / most) * longest))}`.trimEnd();
	});
}

/** A dump of a region. */
export function inspection(dump: Inspection, style: Style): string[] {
	const { geometry, statistics } = dump;
	const { arenaLength, pageLength, pageCount, granuleLength, granuleCount, integrity, slotCount } = geometry;
	const { memUsed, memUsedMax, memLimit, origDataSize, comprDataSize, bdCount } = statistics;
	const onFlash = slotCount ? `, ${slotCount} slots on flash` : "";
	const counters = Object.entries(statistics).filter(([key]) => /^(num|notify|failed|bd|hugePagesSince)/.test(key));
	return [
		`arena ${size(arenaLength)}: ${granuleCount} granules of ${granuleLength} B`,
		`device ${size(pageCount * pageLength)}: ${pageCount} pages of ${pageLength} B` +
			`${integrity ? ", with checksums" : ""}${onFlash}`,
		`data ${size(origDataSize)} in ${size(comprDataSize)}; used ${size(memUsed)} of ${size(memLimit)}, at most ` +
			`${size(memUsedMax)}; ratio ${ratio(origDataSize - bdCount * pageLength, memUsed)}`,
		"",
		...pageMap(dump, style),
		"",
		"pages by stored length, up to",
		...lengths(dump, style),
		"",
		...table(counters.map(([key, value]) => [key, `${value}`])),
	];
}
