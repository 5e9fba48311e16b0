/* What LZ4 in JavaScript costs: lz4js, with a clean table for each page. */

import { compressBlock, decompressBlock } from "lz4js";
import { type Measure, Meter } from "./meter.ts";
import { Failure, Pages, type Parameters, runProgram } from "./program.ts";

const TABLE = 1 << 16;

runProgram(({ pages: file }: Parameters): { measures: Measure[] } => {
	const pages = new Pages(file);
	const { count, pageLength } = pages;
	const meter = new Meter();
	const back = new Uint8Array(pageLength);
	const tables = Array.from({ length: count }, () => new Uint32Array(TABLE));
	const blocks = Array.from({ length: count }, () => new Uint8Array(2 * pageLength));
	const lengths = Array<number>(count).fill(0);
	meter.loop("lz4jsWrite", count, (i) => {
		lengths[i] = compressBlock(
			pages.view(i),
			blocks[i] as Uint8Array,
			0,
			pageLength,
			tables[i] as unknown as ArrayLike<number>,
		);
	});
	// 0: it does not compress, and lz4js leaves the page as it is
	meter.loop("lz4jsRead", count, (i) => {
		const length = lengths[i] as number;
		if (length) decompressBlock(blocks[i] as Uint8Array, back, 0, length, 0);
		else back.set(pages.view(i));
	});
	if (!pages.isAt(count - 1, back)) throw new Failure(1, "lz4js does not give the pages back");
	return { measures: meter.measures };
});
