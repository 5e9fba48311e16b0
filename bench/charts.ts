/**
 * Draws the pictures of docs/bench.md, as SVG.
 *
 * @module
 */

export interface Series {
	name: string;
	/** One for each group. undefined: not measured. */
	values: (number | undefined)[];
	/** Ours are drawn in colour, the others in shades of grey. */
	ours?: boolean;
}

export interface Chart {
	title: string;
	subtitle: string;
	groups: string[];
	series: Series[];
	/** Formats the value at the end of a bar. */
	format: (value: number) => string;
	/** A line across all bars, and its label. */
	mark?: { at: number; label: string };
}

const WIDTH = 760;
const LEFT = 110;
const RIGHT = 84;
const TOP = 96;
const BAR = 15;
const GAP = 3;
const GROUP_GAP = 18;
const FONT = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"';
const INK = "#1f2933";
const FAINT = "#616e7c";
const OURS = ["#0b7285", "#66b2bd"];
const OTHERS = ["#7b8794", "#a9b4bf", "#cbd2d9"];

function escaped(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function text(x: number, y: number, content: string, style: string): string {
	return `<text x="${x}" y="${y}" ${style}>${escaped(content)}</text>`;
}

/** A picture of so much height with a title on top, and these parts. */
function svg(title: string, subtitle: string, height: number, parts: string[]): string {
	const size = `width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" ${size} ${FONT} role="img" aria-label="${escaped(title)}">`,
		`<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
		text(24, 32, title, `font-size="17" font-weight="600" fill="${INK}"`),
		text(24, 51, subtitle, `font-size="12" fill="${FAINT}"`),
		...parts,
		"</svg>\n",
	].join("\n");
}

/** Ours and the others take the colours of their palettes in turn. */
function coloursOf(series: Series[]): string[] {
	let [ours, others] = [0, 0];
	return series.map((each) => (each.ours ? OURS[ours++] : OTHERS[others++]) as string);
}

/** `sign` draws a series' symbol, 12 pixels wide. */
function legend(
	series: Series[],
	colours: string[],
	sign = (i: number, x: number) => `<rect x="${x}" y="66" width="12" height="12" rx="2" fill="${colours[i]}"/>`,
): string[] {
	let x = 24;
	return series.flatMap(({ name }, i) => {
		const at = x;
		x += 34 + name.length * 6.6;
		return [sign(i, at), text(at + 18, 76, name, `font-size="12" fill="${INK}"`)];
	});
}

/** Horizontal bars, grouped. */
export function barChart({ title, subtitle, groups, series, format, mark }: Chart): string {
	const colours = coloursOf(series);
	const groupHeight = series.length * (BAR + GAP) - GAP;
	const height = TOP + groups.length * (groupHeight + GROUP_GAP) + (mark ? 22 : 4);
	const largest = Math.max(mark?.at ?? 0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
	const scale = (WIDTH - LEFT - RIGHT) / largest;
	const parts = legend(series, colours);
	const bottom = TOP + groups.length * (groupHeight + GROUP_GAP) - GROUP_GAP;
	if (mark) {
		const x = LEFT + mark.at * scale;
		parts.push(
			`<line x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${bottom + 6}" stroke="${FAINT}" stroke-dasharray="3 3"/>`,
			text(x, bottom + 22, mark.label, `font-size="11" text-anchor="middle" fill="${FAINT}"`),
		);
	}
	groups.forEach((group, g) => {
		const y = TOP + g * (groupHeight + GROUP_GAP);
		parts.push(
			text(LEFT - 12, y + groupHeight / 2 + 4, group, `font-size="13" text-anchor="end" fill="${INK}"`),
			...series.flatMap(({ values, ours }, i) => {
				const value = values[g];
				if (value === undefined) return [];
				const at = y + i * (BAR + GAP);
				const length = Math.max(1, value * scale);
				const weight = ours ? ' font-weight="600"' : "";
				return [
					`<rect x="${LEFT}" y="${at}" width="${length.toFixed(1)}" height="${BAR}" rx="2" fill="${colours[i]}"/>`,
					text(LEFT + length + 6, at + BAR - 4, format(value), `font-size="11"${weight} fill="${INK}"`),
				];
			}),
		);
	});
	return svg(title, subtitle, height, parts);
}

const ROW = 22;
const DOT = 5;
const WIDE_LEFT = 270;

/** A series' mark in a row: ours is a large dot; the others differ in shape as well as shade. */
function mark(x: number, y: number, series: number, colour: string, ours = false): string {
	if (ours) return `<circle cx="${x.toFixed(1)}" cy="${y}" r="${DOT + 1}" fill="${colour}"/>`;
	const [width, height, turn] = (
		[
			[4, 14, 0],
			[9, 9, 0],
			[9, 9, 45],
		] as const
	)[series % 3] as [number, number, number];
	const at = `x="${(x - width / 2).toFixed(1)}" y="${y - height / 2}" width="${width}" height="${height}"`;
	return `<rect ${at} fill="${colour}"${turn ? ` transform="rotate(${turn} ${x.toFixed(1)} ${y})"` : ""}/>`;
}

/** A row for each group, with a dot for each series, on one scale from 0 to `most`. The first series are on top. */
export function dotChart(
	chart: Omit<Chart, "format" | "mark"> & { most: number; ticks: number[]; unit: string },
): string {
	const { title, subtitle, groups, series, most, ticks, unit } = chart;
	const colours = coloursOf(series);
	const bottom = TOP + groups.length * ROW;
	const height = bottom + 30;
	const x = (value: number) => WIDE_LEFT + (value / most) * (WIDTH - WIDE_LEFT - 30);
	const parts = [
		...legend(series, colours, (i, x) => mark(x + 6, 72, i, colours[i] as string, series[i]?.ours)),
		...ticks.flatMap((tick) => [
			`<line x1="${x(tick)}" y1="${TOP - 4}" x2="${x(tick)}" y2="${bottom}" stroke="#e4e7eb"/>`,
			text(x(tick), bottom + 18, `${tick}${unit}`, `font-size="11" text-anchor="middle" fill="${FAINT}"`),
		]),
	];
	groups.forEach((group, g) => {
		const y = TOP + g * ROW + ROW / 2;
		parts.push(text(WIDE_LEFT - 14, y + 4, group, `font-size="12" text-anchor="end" fill="${INK}"`));
		const dots = series.flatMap(({ values, ours }, i) => {
			const value = values[g];
			if (value === undefined) return [];
			return mark(x(value), y, i, colours[i] as string, ours);
		});
		parts.push(...dots.reverse());
	});
	return svg(title, subtitle, height, parts);
}

export interface Panel {
	name: string;
	/** One for each bar. */
	values: number[];
	/** How many bars at the start mean something else, and are drawn in grey. */
	apart?: number;
	ours?: boolean;
	/** A text at the right end. */
	note: string;
}

const PANEL_HEIGHT = 120;

/** Panels of many thin bars, stacked, on one scale. */
export function panelChart(title: string, subtitle: string, panels: Panel[]): string {
	const height = 78 + panels.length * (PANEL_HEIGHT + 46);
	const largest = Math.max(...panels.flatMap(({ values }) => values));
	const parts: string[] = [];
	panels.forEach(({ name, values, apart = 0, ours, note }, i) => {
		const bottom = 104 + i * (PANEL_HEIGHT + 46) + PANEL_HEIGHT;
		const step = (WIDTH - 48) / values.length;
		const colour = ours ? OURS[0] : OTHERS[0];
		parts.push(
			text(24, bottom - PANEL_HEIGHT - 10, name, `font-size="13" font-weight="600" fill="${INK}"`),
			text(WIDTH - 24, bottom - PANEL_HEIGHT - 10, note, `font-size="12" text-anchor="end" fill="${FAINT}"`),
			...values.map((value, bar) => {
				const length = Math.max(0.5, (value / largest) * PANEL_HEIGHT);
				const fill = bar < apart ? OTHERS[1] : colour;
				const [x, y] = [24 + bar * step, bottom - length].map((at) => at.toFixed(1));
				return `<rect x="${x}" y="${y}" width="${(step - 0.4).toFixed(1)}" height="${length.toFixed(1)}" fill="${fill}"/>`;
			}),
			`<line x1="24" y1="${bottom}" x2="${WIDTH - 24}" y2="${bottom}" stroke="${FAINT}"/>`,
		);
	});
	return svg(title, subtitle, height, parts);
}
