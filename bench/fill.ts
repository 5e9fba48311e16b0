/**
 * `npm run -s fill -- --arena 1M FILE…`: how much of your data an arena holds.
 *
 * The files are written as consecutive pages until the first refusal, and all that was stored is read back and compared.
 *
 * @module
 */

import type { FillParameters, FillResult } from "./app/fill.ts";
import { ArgumentError, codecs, main, parse, readPages, runOnEngine, show, size, withPages, word } from "./command.ts";

const usage =
	"npm run -s fill -- --arena BYTES [--size BYTES] [--page 512|1024|2048|4096] [--codecs lz4,columns] [--engine native|portable] FILE…";

await main(usage, async (parameters) => {
	const { values, files } = parse(parameters, {
		arena: size(1, 0x7fffffff),
		size: size(512, 2 ** 40),
		page: word("512", "1024", "2048", "4096"),
		codecs,
		engine: word("native", "portable"),
	});
	const { arena, engine = "native" } = values;
	const pageLength = Number(values.page ?? 4096);
	if (arena === undefined) throw new ArgumentError("--arena: the bytes of the arena are needed");
	const total = values.size ?? Math.ceil((4 * arena) / pageLength) * pageLength;
	if (total % pageLength) throw new ArgumentError(`--size: ${total} is not a multiple of the page, ${pageLength}`);
	return withPages(readPages(files, pageLength), pageLength, (pages) =>
		runOnEngine<FillResult>("fill", {
			pages,
			arena,
			size: total,
			codecs: values.codecs,
			engine,
			show,
		} as FillParameters),
	);
});
