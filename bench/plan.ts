/**
 * Makes zramctl/plan/measured.ts: the costs that `zram plan` and the page quote.
 *
 * @module
 */

import { kinds } from "./corpus.ts";
import { partOf } from "./measure.ts";
import type { Results } from "./results.ts";

const HEAD = `/**
 * Measured by \`npm run bench\` on an emulated rv32imac, for \`zram plan\` and the page. Generated: do not edit.
 *
 * @module
 */

import type { MeasuredKind } from "./plan.ts";
`;

/** Bytes of code in firmware whose device has no flash behind it. */
function code({ footprint }: Results): { native: number; bytecode: number } {
	const files = Object.entries(footprint.text.rv32 ?? {}).filter(([name]) => partOf(name) !== "offload");
	const [without, with_] = footprint.bytecode;
	return { native: files.reduce((sum, [, bytes]) => sum + bytes, 0), bytecode: with_ - without };
}

/** The module's text; undefined if costs on rv32 were not measured. */
export function measuredModule(results: Results): string | undefined {
	const { calls, sizes } = results;
	const rows = Object.entries(calls.rv32 ?? {}).flatMap(([name, { write, read, lz4Write }]) => {
		const size = sizes.find((each) => each.name === name);
		if (!size || !kinds.some((kind) => kind.name === name)) return [];
		const [stored, columns] = [Math.round(size.ours / size.pages), (size.columns / size.pages).toFixed(2)];
		const costs = [write, read, lz4Write].map(Math.round);
		const numbers = `write: ${costs[0]}, read: ${costs[1]}, lz4Write: ${costs[2]}`;
		return [`	{ name: "${name}", stored: ${stored}, columns: ${Number(columns)}, ${numbers} },\n`];
	});
	if (rows.length === 0) return undefined;
	const { native, bytecode } = code(results);
	return (
		`${HEAD}\nexport const measuredKinds: readonly MeasuredKind[] = [\n${rows.join("")}];\n\n` +
		`/** Bytes of flash: native code with all codecs but without offload, and the bytecode that the footprint counts. */\n` +
		`export const measuredCode = { native: ${native}, bytecode: ${bytecode} } as const;\n`
	);
}
