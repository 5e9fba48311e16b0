/* The page: takes files, has workers pack them, and shows how many an arena of the slider's size would hold. */

import { measuredCode } from "../zramctl/plan/measured.ts";
import type { Screen } from "../zramctl/plan/picture.ts";
import {
	addressFor,
	constructorOf,
	costOf,
	type Look,
	milliseconds,
	type Plan,
	planFor,
	useOf,
} from "../zramctl/plan/plan.ts";
import type { Answer, Job, PackedFile } from "./messages.ts";
import { samples } from "./samples.ts";

const $ = <E extends Element = HTMLElement>(id: string) => document.getElementById(id) as unknown as E;
const KB = 1024;

/** The slider's sizes: 32 KB, 48 KB, 64 KB, … 8 MB. */
const sizes = Array.from({ length: 17 }, (_, i) => (i % 2 ? 48 * KB : 32 * KB) << (i >> 1));

function shown(bytes: number): string {
	if (bytes >= KB * KB) return `${Number((bytes / KB / KB).toFixed(1))} MB`;
	return bytes >= KB || bytes === 0 ? `${Math.round(bytes / KB)} KB` : `${bytes} B`;
}
const percent = (part: number, whole: number) => (whole ? `${Math.round((100 * part) / whole)} %` : "-");
const ms = (instructions: number) => {
	const value = milliseconds(instructions);
	return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
};
const plural = (count: number, what: string) => `${count} ${count === 1 ? what : `${what}s`}`;
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;

function element(name: string, className = "", text = ""): HTMLElement {
	const made = document.createElement(name);
	if (className) made.className = className;
	made.textContent = text;
	return made;
}

/** The files in order; `packed` has what is done of them. */
let files: File[] = [];
let packed: (PackedFile | "failed" | undefined)[] = [];
let shares: number[] = [];
/** Counts up with each new set of files: answers of earlier rounds are ignored. */
let round = 0;

/** The packed files up to the first that is still missing, as the bar fills in order. */
function known(): PackedFile[] {
	const end = packed.indexOf(undefined);
	return (end < 0 ? packed : packed.slice(0, end)).filter((each) => each !== "failed" && each !== undefined);
}

const workerURL = URL.createObjectURL(new Blob([$("worker").textContent ?? ""], { type: "text/javascript" }));

/** A worker packs one file after the other. */
class Packing {
	readonly #worker = new Worker(workerURL);
	isIdle = true;

	constructor() {
		this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data);
		this.#worker.onerror = (event) => problem(`the engine stopped: ${event.message}`);
	}

	start(job: Job) {
		this.isIdle = false;
		this.#worker.postMessage(job);
	}

	#take(answer: Answer) {
		const isOver = answer.type === "packed" || answer.type === "failed";
		if (isOver) this.isIdle = true;
		if (answer.round === round) this.#note(answer);
		if (isOver) startNext();
		if (answer.round === round) later();
	}

	#note(answer: Answer) {
		const { index } = answer;
		if (answer.type === "progress") shares[index] = answer.share;
		else if (answer.type === "packed") packed[index] = answer.packed;
		else problem(`${files[index]?.name}: ${answer.problem}`);
		if (answer.type === "failed") packed[index] = "failed";
	}
}

const workers = Array.from(
	{ length: Math.max(1, Math.min(4, navigator.hardwareConcurrency - 1)) },
	() => new Packing(),
);
let next = 0;

function screen(): Screen {
	const [width, height] = $<HTMLSelectElement>("screen").value.split("x").map(Number);
	return { width: width as number, height: height as number };
}

function startNext() {
	for (const worker of workers) {
		const file = files[next];
		if (!file) return;
		if (worker.isIdle) worker.start({ index: next++, round, file, screen: screen() });
	}
}

function begin(chosen: File[]) {
	if (chosen.length === 0) return;
	round++;
	files = chosen;
	packed = files.map(() => undefined);
	shares = files.map(() => 0);
	next = 0;
	$("problems").replaceChildren();
	$("problems").hidden = true;
	startNext();
	draw();
}

function problem(text: string) {
	$("problems").append(element("li", "", text));
	$("problems").hidden = false;
}

let isDue = false;
/** Draws in a moment, as answers come in bursts. */
function later() {
	if (isDue) return;
	isDue = true;
	setTimeout(() => {
		isDue = false;
		draw();
	}, 30);
}

function drawProgress() {
	const total = files.reduce((sum, file) => sum + file.size, 0);
	const done = files.reduce((sum, file, i) => sum + file.size * (packed[i] ? 1 : (shares[i] as number)), 0);
	const left = packed.filter((each) => each === undefined).length;
	const progress = $<HTMLProgressElement>("progress");
	progress.hidden = left === 0;
	progress.value = total ? done / total : 0;
	$("state").textContent = left
		? `Packing ${plural(files.length, "file")}, ${shown(total)}: ${left} to go`
		: `${plural(files.length, "file")}, ${shown(total)}, packed.`;
	document.body.dataset.ready = `${left === 0}`;
}

function part(className: string, share: number, title: string): HTMLElement {
	const made = element("i", className);
	made.style.width = `${100 * share}%`;
	made.title = title;
	return made;
}

function drawBar(buffers: PackedFile[], plan: Plan) {
	const { arena, metadata, granuleLength, written, raw, scratch } = plan;
	const parts = [part("meta", metadata / arena, `metadata: ${shown(metadata)}`)];
	for (const { name, kind, pages, byteLength } of buffers.slice(0, written.count)) {
		const used = pages.reduce((sum, { stored }) => sum + Math.ceil(stored / granuleLength) * granuleLength, 0);
		parts.push(part(kind, used / arena, `${name}: ${shown(byteLength)} in ${shown(used)}`));
	}
	const refused = buffers[written.count];
	if (refused) parts.push(element("i", "out"));
	$("bar").replaceChildren(...parts);
	const left = shown(arena - metadata - written.used);
	const words = refused
		? `Full: ${refused.name} no longer fits into the ${left} that are left.`
		: `All fit, with ${left} to spare.`;
	$("full").textContent = words;
	$("bar").ariaLabel = `${written.count} of ${buffers.length} files in ${shown(arena)}. ${words}`;
	const asTheyAre = buffers
		.slice(0, raw)
		.map((each) => part(each.kind, each.byteLength / (arena + scratch), each.name));
	if (buffers[raw]) asTheyAre.push(element("i", "out"));
	$("raw").replaceChildren(...asTheyAre);
	$("raw").ariaLabel = `${raw} of ${buffers.length} files as they are`;
}

function drawNumbers(buffers: PackedFile[], plan: Plan) {
	const { written, rested, raw, lz4, scratch } = plan;
	$("count").textContent = `${written.count} of ${plural(buffers.length, "file")}`;
	$("countMore").textContent = `(${raw} as they are)`;
	const costs = buffers.map((buffer) => costOf(buffer, buffer.format));
	const reads = costs.map(({ read }) => read);
	$("back").textContent = `At least ${ms(mean(reads))}`;
	$("backMore").textContent =
		`to swap one in (the largest: ${ms(Math.max(...reads))}), and ${ms(mean(costs.map(({ write }) => write)))} to swap one out`;
	$("besides").textContent = `${Math.round(scratch / KB)} KB of internal RAM`;
	$("besidesMore").textContent =
		`besides, and ${Math.round(measuredCode.native / KB)} KB of native code and ${Math.round(measuredCode.bytecode / KB)} KB ` +
		"of bytecode in flash";
	$("rest").textContent =
		`At rest: ${rested.count}, if each file rests until maintain() has packed it tighter, and only then the next one comes ` +
		`(this takes 24 KB of RAM for a moment). With codecs: ["lz4"], for speed: ${lz4.count}.`;
}

function byKind(buffers: PackedFile[]): Map<string, PackedFile[]> {
	const kinds = new Map<string, PackedFile[]>();
	for (const buffer of buffers) kinds.set(buffer.kind, [...(kinds.get(buffer.kind) ?? []), buffer]);
	return kinds;
}

function row(name: string, cells: string[], dot = ""): HTMLElement {
	const made = element("tr");
	const [head, ...rest] = cells.map((text) => element(name, "", text));
	if (dot) head?.prepend(element("span", `dot ${dot}`));
	made.append(head as HTMLElement, ...rest);
	return made;
}

function drawKinds(buffers: PackedFile[]) {
	const rows = [...byKind(buffers)].map(([kind, each]) => {
		const use = useOf(each);
		const costs = each.map((buffer) => costOf(buffer, buffer.format));
		return row(
			"td",
			[
				kind,
				`${use.buffers}`,
				shown(each.reduce((sum, { fileLength }) => sum + fileLength, 0)),
				shown(use.byteLength),
				percent(use.stored, use.byteLength),
				percent(use.resting, use.byteLength),
				percent(use.huge, use.pages),
				ms(mean(costs.map(({ write }) => write))),
				ms(mean(costs.map(({ read }) => read))),
			],
			kind,
		);
	});
	const head = ["Kind", "Count", "As files", "In RAM", "Written", "At rest", "Incompressible", "One out", "One in"];
	$("kinds").replaceChildren(row("th", head), ...rows);
}

/** Caveats, where the numbers alone might mislead. */
function notes(buffers: PackedFile[]): string[] {
	const pictures = buffers.filter(({ kind }) => kind === "pictures");
	const { width, height } = screen();
	const said: string[] = [];
	if (pictures.length) {
		const use = useOf(pictures);
		const asFiles = pictures.reduce((sum, { fileLength }) => sum + fileLength, 0);
		said.push(
			`Pictures, for a screen of ${width} x ${height}: ${shown(use.byteLength)} of pixels take ${shown(use.stored)} here, and ` +
				`${shown(asFiles)} as files. If your app can decode a picture each time it is shown, keep the file instead; ` +
				"pixels are for pictures that must appear at once.",
		);
	}
	const tables = buffers.flatMap((buffer) => (buffer.records ? { ...buffer, records: buffer.records } : []));
	const [first] = tables;
	if (first) {
		const [text, same] = [useOf(tables), useOf(tables.map(({ records }) => records))];
		said.push(
			`Tables: ${shown(text.byteLength)} of text take ${shown(text.stored)}. As binary records they are ` +
				`${shown(same.byteLength)}, and take ${shown(same.stored)}; ${first.name} would be ${first.records.what}.`,
		);
	}
	const raw = buffers.filter((buffer) => useOf([buffer]).stored >= (7 / 8) * buffer.byteLength);
	if (raw.length)
		said.push(
			`${plural(raw.length, "file")} cannot be compressed at all (${raw
				.slice(0, 3)
				.map(({ name }) => name)
				.join(", ")}${raw.length > 3 ? " …" : ""}) and ${raw.length === 1 ? "takes its" : "take their"} full size.`,
		);
	return said;
}

const COLUMNS = 64;
const ROWS = 12;
const LEGEND: [Look | "meta" | "free", string][] = [
	["meta", "metadata"],
	["lz4", "lz4"],
	["columns", "columns"],
	["raw", "as it is"],
	["free", "free, and rounding"],
];

/** Squares of equal size, in the order of addresses in which an empty arena fills. */
function drawMap(buffers: PackedFile[], { arena, metadata, granuleLength, written }: Plan) {
	const square = arena / (COLUMNS * ROWS);
	const totals: Record<string, number> = { meta: metadata };
	const squares: string[] = [];
	let end = 0;
	const fill = (look: string, length: number) => {
		end += length;
		while ((squares.length + 0.5) * square < end) squares.push(look);
	};
	fill("meta", metadata);
	for (const { look, stored } of buffers.slice(0, written.count).flatMap(({ pages }) => pages)) {
		totals[look] = (totals[look] ?? 0) + stored;
		fill(look, Math.ceil(stored / granuleLength) * granuleLength);
	}
	const counted = Object.values(totals).reduce((a, b) => a + b, 0);
	totals.free = arena - counted;
	while (squares.length < COLUMNS * ROWS) squares.push("free");
	const rectangles = squares.map(
		(look, i) =>
			`<rect x="${(i % COLUMNS) * 10}" y="${Math.floor(i / COLUMNS) * 10}" width="9" height="9" fill="var(--${look})"/>`,
	);
	const words = LEGEND.map(([look, name]) => `${name} ${shown(totals[look] ?? 0)}`);
	$("map").innerHTML =
		`<svg viewBox="0 0 ${COLUMNS * 10} ${ROWS * 10}" role="img" aria-label="${words.join(", ")}">${rectangles.join("")}</svg>`;
	$("legend").replaceChildren(
		...LEGEND.map(([look], i) => {
			const made = element("span", "", words[i] as string);
			const dot = element("span", "dot");
			dot.style.background = `var(--${look})`;
			made.prepend(dot);
			return made;
		}),
	);
}

function draw() {
	drawProgress();
	const buffers = known();
	$("result").hidden = buffers.length === 0;
	if (buffers.length === 0) return;
	const arena = sizes[Number($<HTMLInputElement>("ram").value)] as number;
	$("size").textContent = shown(arena);
	$("ram").ariaValueText = shown(arena);
	const plan = planFor(buffers, arena);
	drawBar(buffers, plan);
	drawNumbers(buffers, plan);
	drawKinds(buffers);
	$("notes").replaceChildren(...notes(buffers).map((text) => element("p", "soft", text)));
	drawMap(buffers, plan);
	const address = addressFor(buffers, arena);
	const why = address === undefined ? "" : " // eight times the arena does not have enough addresses for all of these";
	$("code").textContent = `const zram = ${constructorOf(plan, address)};${why}`;
	$("copied").textContent = "";
}

async function copy() {
	const text = $("code").textContent ?? "";
	try {
		await navigator.clipboard.writeText(text);
		$("copied").textContent = "Copied.";
	} catch {
		getSelection()?.selectAllChildren($("code"));
		$("copied").textContent = "Selected: copy it with Ctrl-C.";
	}
}

$("ram").addEventListener("input", draw);
$("copy").addEventListener("click", copy);
$("files").addEventListener("change", () => begin([...($<HTMLInputElement>("files").files ?? [])]));
$("screen").addEventListener("change", () => begin(files));
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-sample]"))
	button.addEventListener("click", () => begin(samples[button.dataset.sample ?? ""]?.() ?? []));
addEventListener("dragover", (event) => {
	event.preventDefault();
	$("drop").classList.add("over");
});
addEventListener("dragleave", () => $("drop").classList.remove("over"));
addEventListener("drop", (event) => {
	event.preventDefault();
	$("drop").classList.remove("over");
	begin([...(event.dataTransfer?.files ?? [])]);
});
