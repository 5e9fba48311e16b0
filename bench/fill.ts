/**
 * `npm run -s fill -- --arena 1M FILE…`: how much of your data an arena holds.
 *
 * The files are written as consecutive pages until the first is refused, and everything stored is read back and
 * compared. With --dense everything then rests, is packed again, and filling goes on, until that makes no room for one
 * more page.
 *
 * @module
 */

import { flag, word } from "../zramctl/arguments.ts";
import type { FillParameters, FillResult } from "./app/fill.ts";
import { deviceOf, deviceOptions, main, parse, readPages, runOnEngine, withPages } from "./command.ts";

const usage =
	"npm run -s fill -- --arena BYTES [--size BYTES] [--page 512|1024|2048|4096] [--codecs lz4,columns] [--dense] [--engine native|portable] FILE…";

await main(usage, async (parameters) => {
	const page = word("512", "1024", "2048", "4096");
	const { values, files } = parse(parameters, { ...deviceOptions, page, dense: flag });
	const pageLength = Number(values.page ?? 4096);
	const device = deviceOf(values, pageLength);
	return withPages(readPages(files, pageLength), pageLength, (pages) =>
		runOnEngine<FillResult>("fill", { pages, ...device, dense: values.dense ? 100 : undefined } as FillParameters &
			typeof device),
	);
});
