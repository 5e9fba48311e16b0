/* How far the dearest operation is from the usual one: the same page, again and again, while others come and go. */

import Zram from "zram";
import { Random } from "../../tests/support/random.ts";
import { type Measure, Meter } from "./meter.ts";
import { Pages, type Parameters, runProgram } from "./program.ts";

export interface WorstParameters extends Parameters {
	arena: number;
	/** How many pages, the first ones, are measured. The rest come and go. */
	measured: number;
	/** Times that each of them is written, overwritten, read and trimmed. */
	times: number;
}

const PAGE = 4096;

runProgram(({ pages: file, arena, measured, times }: WorstParameters): { measures: Measure[] } => {
	const pages = new Pages(file);
	const random = new Random(1);
	const meter = new Meter();
	const others = 64;
	const zram = new Zram({ byteLength: (others + 1) * PAGE, arena: { byteLength: arena } });
	const page = new Uint8Array(PAGE);
	const disturb = () => {
		const place = random.below(others) * PAGE;
		if (random.once(3)) zram.trim(place, PAGE);
		else zram.write(pages.view(measured + random.below(pages.count - measured)), place);
	};
	for (let i = 0; i < measured; i++)
		for (let time = 0; time < times; time++) {
			const bytes = pages.view(i);
			disturb();
			meter.once(`write ${i}`, 1, () => zram.write(bytes, others * PAGE));
			meter.once(`read ${i}`, 1, () => zram.read(page, others * PAGE));
			meter.once(`rewrite ${i}`, 1, () => zram.write(bytes, others * PAGE));
			meter.once(`trim ${i}`, 1, () => zram.trim(others * PAGE, PAGE));
		}
	return { measures: meter.measures };
});
