/**
 * `npm run -s churn -- --arena 1M --occupancy 0.93 FILE…`: how a nearly full arena bears being used.
 *
 * @module
 */

import { integer, number } from "../zramctl/arguments.ts";
import type { ChurnParameters, ChurnResult } from "./app/churn.ts";
import { deviceOf, deviceOptions, main, parse, readPages, runOnEngine, withPages } from "./command.ts";

const usage =
	"npm run -s churn -- --arena BYTES [--ops 200000] [--occupancy 0.93] [--seed 1] [--size BYTES] [--codecs lz4,columns] [--engine native|portable] FILE…";

const PAGE = 4096;

await main(usage, async (parameters) => {
	const { values, files } = parse(parameters, {
		...deviceOptions,
		ops: integer(1, 1_000_000_000),
		occupancy: number(0.01, 1),
		seed: integer(0, 0x7fffffff),
	});
	const { ops = 200_000, occupancy = 0.93, seed = 1 } = values;
	const device = deviceOf(values, PAGE);
	return withPages(readPages(files, PAGE), PAGE, (pages) =>
		runOnEngine<ChurnResult>("churn", { pages, ...device, ops, occupancy, seed } as ChurnParameters & typeof device),
	);
});
