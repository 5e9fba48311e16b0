/**
 * `npm run -s cost -- --host rv32 FILE…`: what a page of your data costs, in instructions, beside reference LZ4 and a
 * copy.
 *
 * @module
 */

import { flag, integer, word } from "../zramctl/arguments.ts";
import type { Part } from "./app/cost.ts";
import { codecs, evenly, main, parse, readPages, show, withPages } from "./command.ts";
import { hosts, measureCost } from "./meter.ts";

const usage = `npm run -s cost -- --host ${hosts.join("|")} [--pages 200] [--codecs lz4,columns] [--dense] FILE…`;

const PAGE = 4096;
/** Pages, blocks and two arenas must fit into 8 MB. */
const PAGES_MAX = 500;

await main(usage, async (parameters) => {
	const { values, files } = parse(parameters, {
		host: word(...hosts),
		pages: integer(1, PAGES_MAX),
		codecs,
		dense: flag,
	});
	const { host = "xs", pages = 200 } = values;
	return withPages(evenly(readPages(files, PAGE), PAGE, pages), PAGE, async (file) => {
		const parts: Part[] = ["api", "codecs", "peers"];
		if (values.dense) parts.push("dense");
		const { unit, means, stored, columns, lz4Stored } = await measureCost(host, file, {
			parts,
			codecs: values.codecs,
			show,
		});
		if (unit === "copies")
			process.stderr.write("valgrind is missing (apt-get install valgrind), so these are times, in copies of a page\n");
		const round = (value: number) => (unit === "copies" ? Math.round(value * 100) / 100 : Math.round(value));
		const keys = "write rewrite read encode decode lz4Write lz4Read engineWrite engineRead copy".split(" ");
		if (values.dense) keys.push("pack", "denseRead");
		return {
			...Object.fromEntries(keys.map((key) => [key, round(means[key] as number)])),
			stored: Math.round(stored),
			lz4Stored: Math.round(lz4Stored),
			columns,
		};
	});
});
