/**
 * What zramctl shows: tables as Linux's zramctl prints them, and pictures of characters.
 *
 * @module
 */

import type { Inspection, PageState } from "zram";
import type { StatusReport } from "zram/status";

/** Characters of a picture's line. */
const WIDTH = 64;
const ROWS = 16;

/** Black on a background of ANSI terminals, 41 to 47; 0 for none. */
type Paint = (text: string, background: number) => string;

/** Letters alone, for files and pipes. */
export const plain: Paint = (text) => text;
export const colored: Paint = (text, background) => (background ? `\x1b[30;${background}m${text}\x1b[0m` : text);

/** What a square of a picture stands for. */
interface Ink {
	letter: string;
	color: number;
	name: string;
}

const COMPRESSED: Ink = { letter: "C", color: 42, name: "compressed" };
const RAW: Ink = { letter: "R", color: 41, name: "raw" };
const OVERHEAD: Ink = { letter: "#", color: 47, name: "metadata and rounding" };
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

/** Columns as wide as they must be: names to the left, numbers to the right. */
export function table(rows: string[][]): string[] {
	const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
	const cell = (text: string, i: number) => (i ? text.padStart(widths[i] as number) : text.padEnd(widths[i] as number));
	return rows.map((row) => row.map(cell).join("  ").trimEnd());
}

/** A bar of WIDTH squares that are shared out by the inks' amounts; what is there gets one square at least. */
function bar(amounts: [Ink, number][], paint: Paint): string {
	const total = amounts.reduce((sum, [, amount]) => sum + amount, 0);
	if (!total) return paint(" ".repeat(WIDTH), 0);
	const squares = amounts.map(([, amount]) => (amount ? Math.max(1, Math.round((amount / total) * WIDTH)) : 0));
	const longest = squares.indexOf(Math.max(...squares));
	squares[longest] = (squares[longest] as number) + WIDTH - squares.reduce((sum, count) => sum + count, 0);
	return amounts.map(([{ letter, color }], i) => paint(letter.repeat(squares[i] as number), color)).join("");
}

function legend(amounts: [Ink, number][], paint: Paint, show: (amount: number) => string): string {
	const shown = amounts.filter(([, amount]) => amount);
	return shown
		.map(([{ letter, color, name }, amount]) => `${paint(letter, color)} ${name} ${show(amount)}`)
		.join("   ");
}

function arena({ pageLength, status }: StatusReport): [Ink, number][] {
	const raw = status.rawPages * pageLength;
	return [
		[OVERHEAD, status.memUsed - status.comprDataSize],
		[COMPRESSED, status.comprDataSize - raw],
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

/** One device, as its lines come in. */
class History {
	#before: StatusReport | undefined;
	#fill: number[] = [];
	last: StatusReport;

	constructor(report: StatusReport) {
		this.last = report;
		this.#note(report);
	}

	add(report: StatusReport) {
		this.#before = this.last;
		this.last = report;
		this.#note(report);
	}

	#note({ status }: StatusReport) {
		this.#fill.push(status.memLimit ? status.memUsed / status.memLimit : 0);
		if (this.#fill.length > WIDTH) this.#fill.shift();
	}

	/** Of a counter, a second of the device's clock; "-" when it has started anew. */
	rate(key: "numReads" | "numWrites"): string {
		const milliseconds = this.last.ms - (this.#before?.ms ?? this.last.ms);
		const count = this.last.status[key] - (this.#before?.status[key] ?? 0);
		return milliseconds > 0 && count >= 0 ? `${Math.round((count * 1000) / milliseconds)}` : "-";
	}

	/** How full the arena was, a character for each line. */
	curve(): string {
		return this.#fill.map((share) => STEPS[Math.min(Math.ceil(share * 8), 8)]).join("");
	}
}

/** The devices that status lines have told of. */
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
	lines(paint: Paint): string[] {
		const devices = [...this.#devices.values()];
		return [...table([HEAD, ...devices.map(row)]), ...devices.flatMap((device) => ["", ...pictures(device, paint)])];
	}
}

const HEAD = ["NAME", "SIZE", "DATA", "COMPR", "USED", "PEAK", "LIMIT", "RATIO", "PAGES"].concat([
	"SAME",
	"HUGE",
	"FLASH",
	"READ/S",
	"WRITE/S",
	"FAILED",
]);

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

function pictures(device: History, paint: Paint): string[] {
	const { last } = device;
	const { backing } = last.status;
	const memory = arena(last);
	const lines = [last.name, bar(memory, paint), legend(memory, paint, size), `${device.curve().padEnd(WIDTH)} used`];
	if (!backing) return lines;
	const slots = flash(last);
	const { wearLeast, wearMost, budget, budgetPerDay, yearsLeft } = backing;
	const years = Number.isFinite(yearsLeft) ? `${yearsLeft.toFixed(1)} years` : "no end";
	return [
		...lines,
		bar(slots, paint),
		`${legend(slots, paint, String)}   pages on flash`,
		`wear ${wearLeast} to ${wearMost} erases   budget ${Math.floor(budget)}, ${Math.round(budgetPerDay)} more a day   ` +
			`at this pace ${years}`,
	];
}

const PAGE_INKS: Record<PageState["state"] | "empty", Ink> = {
	empty: { letter: ".", color: 0, name: "empty" },
	same: { letter: "s", color: 46, name: "same-filled" },
	compressed: COMPRESSED,
	raw: RAW,
	offloaded: { letter: "F", color: 45, name: "on flash" },
	unknown: { letter: "?", color: 47, name: "unknown" },
};

/** The page table as a map; a square is the most frequent state of its pages, where one stands for several. */
function pageMap({ geometry: { pageCount }, pages }: Inspection, paint: Paint): string[] {
	const each = Math.max(1, Math.ceil(pageCount / (WIDTH * ROWS)));
	const states = new Array<PageState["state"] | "empty">(pageCount).fill("empty");
	for (const { page, state } of pages) states[page] = state;
	const squares: string[] = [];
	for (let first = 0; first < pageCount; first += each) {
		const group = states.slice(first, first + each);
		const { letter, color } = PAGE_INKS[mostFrequent(group)];
		squares.push(paint(letter, color));
	}
	const rows = Array.from({ length: Math.ceil(squares.length / WIDTH) }, (_, i) =>
		squares.slice(i * WIDTH, (i + 1) * WIDTH).join(""),
	);
	const counts = Object.entries(PAGE_INKS).map(
		([state, ink]) => [ink, states.filter((each) => each === state).length] as [Ink, number],
	);
	return [...rows, `a letter is ${each === 1 ? "a page" : `${each} pages`}:   ${legend(counts, paint, String)}`];
}

function mostFrequent<T>(values: T[]): T {
	const counts = new Map<T, number>();
	for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
	return [...counts].reduce((most, other) => (other[1] > most[1] ? other : most))[0];
}

/** How many pages take how much, in eighths of a page. */
function lengths({ geometry: { pageLength }, pages }: Inspection): string[] {
	const eighths = new Array<number>(8).fill(0);
	for (const { storedLength } of pages)
		if (storedLength) {
			const eighth = Math.ceil((storedLength * 8) / pageLength) - 1;
			eighths[eighth] = (eighths[eighth] as number) + 1;
		}
	const most = Math.max(...eighths, 1);
	return eighths.map((count, i) => {
		const upTo = `${((i + 1) * pageLength) / 8}`.padStart(5);
		return `${upTo} B ${`${count}`.padStart(8)}  ${"█".repeat(Math.ceil((count / most) * 40))}`.trimEnd();
	});
}

/** A dump of a region. */
export function inspection(dump: Inspection, paint: Paint): string[] {
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
		...pageMap(dump, paint),
		"",
		"pages by stored length, up to",
		...lengths(dump),
		"",
		...table(counters.map(([key, value]) => [key, `${value}`])),
	];
}
