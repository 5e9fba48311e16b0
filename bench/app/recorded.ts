/* What a page costs while the device is recorded and otherwise, and how much trace that makes. */

import Zram from "zram";
import Trace from "zram/trace";
import { type Measure, Meter } from "./meter.ts";
import { Pages, type Parameters, runProgram } from "./program.ts";

/** How much is done to measure the trace's length, and the distance between the pages. */
const ROUNDS = 300;
const STRIDE = 5;

export interface RecordedResult {
	measures: Measure[];
	/** Bytes of trace for each operation. */
	bytesEach: number;
}

runProgram(({ pages: file }: Parameters): RecordedResult => {
	const pages = new Pages(file);
	const { count, pageLength } = pages;
	const zram = new Zram({ arena: 2 * count * pageLength, byteLength: 2 * count * pageLength });
	const meter = new Meter();
	const back = new Uint8Array(pageLength);
	const view = pages.view(0);
	const measure = (suffix: string) => {
		meter.loop(`loop${suffix}`, count, () => {});
		meter.loop(`write${suffix}`, count, (i) => zram.write(view, i * pageLength), `loop${suffix}`);
		meter.loop(`read${suffix}`, count, (i) => zram.read(back, i * pageLength), `loop${suffix}`);
		meter.loop(`trim${suffix}`, count, (i) => zram.trim(i * pageLength, pageLength), `loop${suffix}`);
	};
	measure("");
	const trace = new Trace({ zram, byteLength: 64 * 1024 });
	measure(", recorded");
	/** Bytes of all that is recorded so far. */
	const length = () => {
		let bytes = 0;
		trace.save({
			write(block) {
				bytes += block.byteLength;
			},
		});
		return bytes;
	};
	const before = length();
	for (let i = 0; i < ROUNDS; i++) {
		const page = (i * STRIDE) % (2 * count);
		zram.write(view, page * pageLength);
		zram.read(back, page * pageLength);
		zram.trim(page * pageLength, pageLength);
	}
	const bytesEach = (length() - before) / (3 * ROUNDS);
	trace.close();
	return { measures: meter.measures, bytesEach };
});
