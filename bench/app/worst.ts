/*
 * How much more than usual does the most expensive operation cost? Repeats operations on the same page while others
 * come and go. For hosts whose counter counts instructions.
 */

import Zram from "zram";
import { Random } from "../../tests/support/random.ts";
import { counter } from "./natives.ts";
import { Pages, type Parameters, Progress, runProgram } from "./program.ts";

export interface WorstParameters extends Parameters {
	arena: number;
	/** How many of the pages, from the first on, are measured. The rest come and go. */
	measured: number;
	/** How often each of them is written, overwritten, read and trimmed. */
	times: number;
}

/** By operation: the most expensive divided by the median, of the page where that is largest. */
export type WorstResult = Record<"write" | "rewrite" | "read" | "trim", number>;

const PAGE = 4096;
/** How many pages of the device come and go. */
const OTHERS = 64;

/** The costs of an operation, time after time. */
class Costs {
	readonly #values: Float64Array;

	constructor(times: number) {
		this.#values = new Float64Array(times);
	}
	add(time: number, work: () => void) {
		const from = counter();
		work();
		this.#values[time] = counter() - from;
	}
	/** `call` is the cost of measuring. */
	dearest(call: number): number {
		const sorted = this.#values.slice().sort();
		const net = (index: number) => (sorted[index] as number) - call;
		return net(sorted.length - 1) / net(sorted.length >> 1);
	}
}

runProgram(({ pages: file, arena, measured, times, show }: WorstParameters): WorstResult => {
	const pages = new Pages(file);
	const random = new Random(1);
	const zram = new Zram({ byteLength: (OTHERS + 1) * PAGE, arena: { byteLength: arena } });
	const page = new Uint8Array(PAGE);
	const worst: WorstResult = { write: 0, rewrite: 0, read: 0, trim: 0 };
	const progress = new Progress("worst", measured, show);
	const disturb = () => {
		const place = random.below(OTHERS) * PAGE;
		if (random.once(3)) zram.trim(place, PAGE);
		else zram.write(pages.view(measured + random.below(pages.count - measured)), place);
	};
	let call = counter();
	(() => {})();
	call = counter() - call;
	for (let i = 0; i < measured; i++) {
		const bytes = pages.view(i);
		const place = OTHERS * PAGE;
		const costs = {
			write: new Costs(times),
			rewrite: new Costs(times),
			read: new Costs(times),
			trim: new Costs(times),
		};
		for (let time = 0; time < times; time++) {
			disturb();
			costs.write.add(time, () => zram.write(bytes, place));
			costs.read.add(time, () => zram.read(page, place));
			costs.rewrite.add(time, () => zram.write(bytes, place));
			costs.trim.add(time, () => zram.trim(place, PAGE));
		}
		for (const operation of Object.keys(worst) as (keyof WorstResult)[])
			worst[operation] = Math.max(worst[operation], costs[operation].dearest(call));
		progress.at(i);
	}
	progress.end();
	return worst;
});
