/* A chart in characters, for the command line. sdk/chart.ts draws it on a screen, in the SDK's simulator and on boards. */

/** Columns. */
export const WIDTH = 72;

const HEIGHT = 8;
const bars: [low: number, high: number][] = [];

export function begin() {
	bars.length = 0;
}

/** The range of values in a column. Columns come in order; some may be skipped. */
export function bar(column: number, low: number, high: number) {
	while (bars.length < column) bars.push([Number.NaN, Number.NaN]);
	bars.push([low, high]);
}

/** Prints the chart, the greatest value on top. */
export function end() {
	const values = bars.flat().filter((value) => !Number.isNaN(value));
	const [least, most] = [Math.min(...values), Math.max(...values)];
	const step = (most - least) / HEIGHT;
	for (let line = HEIGHT - 1; line >= 0; line--) {
		const [from, to] = [least + line * step, least + (line + 1) * step];
		const cells = bars.map(([low, high]) => (low <= to && high >= from ? "#" : " ")).join("");
		trace(`${`${to.toFixed(2)} |${cells}`.trimEnd()}\n`);
	}
}
