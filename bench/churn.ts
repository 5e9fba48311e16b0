/**
 * `npm run -s churn -- --arena 1M --occupancy 0.93 FILE…`: what becomes of an arena that is nearly full, and used.
 *
 * @module
 */

import type { ChurnParameters, ChurnResult } from "./app/churn.ts";
import {
	ArgumentError,
	codecs,
	fraction,
	integer,
	main,
	parse,
	readPages,
	runOnEngine,
	show,
	size,
	withPages,
	word,
} from "./command.ts";

const usage =
	"npm run -s churn -- --arena BYTES [--ops 200000] [--occupancy 0.93] [--seed 1] [--size BYTES] [--codecs lz4,columns] [--engine native|portable] FILE…";

const PAGE = 4096;

await main(usage, async (parameters) => {
	const { values, files } = parse(parameters, {
		arena: size(1, 0x7fffffff),
		ops: integer(1, 1_000_000_000),
		occupancy: fraction(1),
		seed: integer(0, 0x7fffffff),
		size: size(PAGE, 2 ** 40),
		codecs,
		engine: word("native", "portable"),
	});
	const { arena, ops = 200_000, occupancy = 0.93, seed = 1, engine = "native" } = values;
	if (arena === undefined) throw new ArgumentError("--arena: the bytes of the arena are needed");
	const total = values.size ?? Math.ceil((4 * arena) / PAGE) * PAGE;
	if (total % PAGE) throw new ArgumentError(`--size: ${total} is not a multiple of the page, ${PAGE}`);
	return withPages(readPages(files, PAGE), PAGE, (pages) =>
		runOnEngine<ChurnResult>("churn", {
			pages,
			arena,
			size: total,
			codecs: values.codecs,
			ops,
			occupancy,
			seed,
			engine,
			show,
		} as ChurnParameters),
	);
});
