/*
 * Recording takes nothing on the XS heap. Where instructions are counted, also what it costs:
 * `npx tsx tools/run-xs.ts rv32 tests/trace-heap.test.ts`.
 */
// needs: xs
// firmware: --slots 12288 --chunk 100000

import { instructions } from "host";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import Trace from "zram/trace";
import { pageOf } from "./support/device.ts";
import { allocated } from "./support/heap.ts";

const PAGE = 4096;

test("read, write and trim of a recorded device allocate nothing, even where a block ends", () => {
	const zram = new Zram({ arena: 40 * 1024, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 2048 });
	const page = new Uint8Array(PAGE);
	const work = () => {
		for (let i = 0; i < 3000; i++) {
			page[0] = i;
			zram.write(page, (i % 4) * PAGE);
			zram.read(page, (i % 60) * PAGE);
			if (i % 5 === 0) zram.trim((i % 64) * PAGE, PAGE);
		}
	};
	assert.equal(allocated(work), [0, 0, 0]);
	assert.is(trace.isWrapped, true);
	trace.close();
	zram.close();
});

/** Instructions to write, read and trim a page; NaN where they aren't counted. */
function costs(zram: Zram): number[] {
	const page = pageOf("compressed", 1);
	const count = 100;
	const mean = (work: (i: number) => void) => {
		for (let i = 0; i < 20; i++) work(i);
		const before = instructions() ?? Number.NaN;
		for (let i = 0; i < count; i++) work(i);
		return Math.round(((instructions() ?? Number.NaN) - before) / count);
	};
	return [
		mean((i) => zram.write(page, (i % 16) * PAGE)),
		mean((i) => zram.read(page, (i % 16) * PAGE)),
		mean((i) => zram.trim((16 + (i % 16)) * PAGE, PAGE)),
	];
}

test("recording costs at most 35,000 instructions per page, and nothing afterwards", () => {
	if (instructions() === undefined) return;
	const zram = new Zram({ arena: 60 * 1024, byteLength: 64 * PAGE, codecs: ["lz4"] });
	const before = costs(zram);
	const trace = new Trace({ zram, byteLength: 8192 });
	const recorded = costs(zram);
	trace.close();
	const after = costs(zram);
	console.log(`write, read, trim: ${before}; recorded: ${recorded}; afterwards: ${after}`);
	assert.equal(after, before);
	for (const [i, cost] of recorded.entries()) assert.ok(cost - (before[i] as number) <= 35_000);
	zram.close();
});

test.run();
