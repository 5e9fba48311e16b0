/**
 * The results of a replay as one self-contained page: curves of memory, a histogram, and the tables.
 *
 * @module
 */

import { size } from "../view.ts";
import {
	ALLOCATORS_TITLE,
	allocatorRows,
	deviceLines,
	FLASH_TITLE,
	flashRows,
	histogramShares,
	type Report,
	summaryLines,
} from "./report.ts";
import { type Histogram, STEP } from "./survey.ts";

const WIDTH = 860;
const HEIGHT = 320;
/** Margins of the chart, for the labels of its axes. */
const LEFT = 64;
const BOTTOM = 28;
const TOP = 10;

/** Colours that are distinct on white and on black. */
const COLORS = ["#d1495b", "#2e86ab", "#8a6fc4", "#2a9d6f", "#c98a1b", "#7a7a7a", "#b5489c", "#4b7bec"];

interface Line {
	name: string;
	points: [number, number][];
}

const CHARACTERS: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: string) => text.replaceAll(/[&<>"]/g, (character) => CHARACTERS[character] as string);
const number = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 1 });

/** Marks of an axis: at most six, spaced by the first of `steps` that allows it. */
function marks(most: number, steps: (i: number) => number): number[] {
	let i = 0;
	while (most / steps(i) > 5) i++;
	return Array.from({ length: Math.floor(most / steps(i)) + 1 }, (_, mark) => mark * steps(i));
}

const ofBytes = (i: number) => 1024 * 2 ** i;
/** 1, 2, 5, 10, 20 … */
const ofCounts = (i: number) => ([1, 2, 5][i % 3] as number) * 10 ** Math.floor(i / 3);

/** Memory after each write, a line for each. */
function curves(lines: Line[], arena: number): string {
	const writes = Math.max(1, ...lines.flatMap(({ points }) => points.map(([write]) => write)));
	const most = Math.max(arena, ...lines.flatMap(({ points }) => points.map(([, bytes]) => bytes)));
	const x = (write: number) => LEFT + (write / writes) * (WIDTH - LEFT - 8);
	const y = (bytes: number) => HEIGHT - BOTTOM - (bytes / most) * (HEIGHT - BOTTOM - TOP);
	const axes = [
		...marks(most, ofBytes).map(
			(bytes) =>
				`<line class="grid" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(bytes)}" y2="${y(bytes)}"/>` +
				`<text x="${LEFT - 6}" y="${y(bytes) + 4}" text-anchor="end">${size(bytes)}</text>`,
		),
		...marks(writes, ofCounts).map(
			(write) => `<text x="${x(write)}" y="${HEIGHT - 8}" text-anchor="middle">${number(write)}</text>`,
		),
		`<line class="arena" x1="${LEFT}" x2="${WIDTH - 8}" y1="${y(arena)}" y2="${y(arena)}"/>`,
	];
	const paths = lines.map(({ name, points }, i) => {
		const path = points.map(([write, bytes]) => `${x(write).toFixed(1)} ${y(bytes).toFixed(1)}`).join("L");
		return `<path stroke="${COLORS[i % COLORS.length]}" d="M${path}"><title>${escaped(name)}</title></path>`;
	});
	const legend = lines.map(
		({ name }, i) => `<li><i style="background:${COLORS[i % COLORS.length]}"></i>${escaped(name)}</li>`,
	);
	return `<figure><div class="wide"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="memory in use after each write">
${[...axes, ...paths].join("\n")}
</svg></div><ul>${legend.join("")}</ul><figcaption>Bytes in use after each write. The dashed line is the arena.</figcaption></figure>`;
}

function bars(histogram: Histogram): string {
	const { same, steps } = histogram;
	const most = Math.max(same, ...steps, 1);
	const width = (WIDTH - LEFT - 8) / (steps.length + 1);
	const y = (count: number) => HEIGHT - BOTTOM - (count / most) * (HEIGHT - BOTTOM - TOP);
	const bar = (count: number, i: number, what: string) =>
		count
			? `<rect x="${(LEFT + i * width).toFixed(2)}" y="${y(count).toFixed(1)}" width="${Math.max(width - 0.5, 0.5).toFixed(2)}" ` +
				`height="${(HEIGHT - BOTTOM - y(count)).toFixed(1)}"><title>${what}: ${number(count)}</title></rect>`
			: "";
	const pageLength = steps.length * STEP;
	const under = [0, 0.25, 0.5, 0.75, 1].map(
		(share) =>
			`<text x="${LEFT + width + share * (WIDTH - LEFT - 8 - width)}" y="${HEIGHT - 8}" text-anchor="middle">${share * pageLength}</text>`,
	);
	const beside = marks(most, ofCounts).map(
		(count) => `<text x="${LEFT - 6}" y="${y(count) + 4}" text-anchor="end">${number(count)}</text>`,
	);
	return `<figure><div class="wide"><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="histogram of stored lengths">
${[...under, ...beside].join("\n")}
${bar(same, 0, "one repeated word")}${steps.map((count, i) => bar(count, i + 1, `${i * STEP + 1} to ${(i + 1) * STEP} B`)).join("")}
</svg></div><figcaption>Pages written, by the bytes they take, in steps of ${STEP}. The first bar is pages of one repeated word. ${histogramShares(histogram)}.</figcaption></figure>`;
}

function table([head = [], ...rows]: string[][]): string {
	const row = (cells: string[], tag: string) =>
		`<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`;
	return `<div class="wide"><table>${row(head, "th")}${rows.map((cells) => row(cells, "td")).join("")}</table></div>`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c1c1c; --paper: #fff; --soft: #8884 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e6e6; --paper: #151515 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: ${WIDTH}px; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin-top: 2em }
svg { width: 100%; min-width: 720px; height: auto } svg text { fill: var(--ink); font-size: 12px } path { fill: none; stroke-width: 1.8 }
rect { fill: #2e86ab } .grid { stroke: var(--soft) } .arena { stroke: var(--ink); stroke-dasharray: 6 4 }
figure { margin: 1em 0 } figure ul { list-style: none; display: flex; flex-wrap: wrap; gap: 0 1.2em; padding: 0 }
figure i { display: inline-block; width: 1em; height: .25em; margin-right: .5em; vertical-align: middle }
.wide { overflow-x: auto } table { border-collapse: collapse } th, td { text-align: right; padding: .2em .8em; border-bottom: 1px solid var(--soft) }
th:first-child, td:first-child { text-align: left; padding-left: 0 } .problem { color: #c0392b }
`;

/** The page. */
export function reportPage(report: Report): string {
	const { devices, allocators, flash, problems, survey, file } = report;
	const [own, changed] = devices;
	const paragraphs = (lines: string[]) => lines.map((line) => `<p>${escaped(line.trim())}</p>`).join("\n");
	const lines = allocators.map(({ name, curve }) => ({ name, points: curve }));
	const deviceCurves = devices.map(({ curve }, i) => ({ name: i ? "as requested" : "as recorded", points: curve }));
	const sections = [
		paragraphs(summaryLines(report)),
		...problems.map((problem) => `<p class="problem">${escaped(problem)}</p>`),
		"<h2>The device</h2>",
		paragraphs(own ? deviceLines(own, "as recorded") : []),
		paragraphs(changed ? deviceLines(changed, "as requested") : []),
		curves(deviceCurves, own?.arena ?? 0),
		...(allocators.length
			? [
					`<h2>Allocators</h2><p>${escaped(ALLOCATORS_TITLE)}</p>`,
					curves(lines, allocators[0]?.arena ?? 0),
					table(allocatorRows(allocators)),
				]
			: []),
		...(flash.length ? [`<h2>Flash</h2><p>${escaped(FLASH_TITLE)}</p>`, table(flashRows(flash))] : []),
		"<h2>Stored lengths</h2>",
		bars(survey.histogram),
	];
	return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(file)}: zram replay</title>
<style>${STYLE}</style>
<h1>${escaped(file)}</h1>
${sections.join("\n")}
</html>
`;
}
