/*
 * How far the dearest operation is from the usual one: the same page, again and again, while others come and go. For
 * hosts on which the counter counts instructions.
 */

import Zram from "zram";
import { Random } from "../../tests/support/random.ts";
import { counter } from "./natives.ts";
import { Pages, type Parameters, Progress, runProgram } from "./program.ts";

export interface WorstParameters extends Parameters {
	arena: number;
	/** How many pages, the first ones, are measured. The rest come and go. */
	measured: number;
	/** Times that each of them is written, overwritten, read and trimmed. */
	times: number;
}

/** By operation: the dearest by the median, of the page where that is largest. */
export type WorstResult = Record<"write" | "rewrite" | "read" | "trim", number>;

const PAGE = 4096;
/** Pages of the device that come and go. */
const OTHERS = 64;

/** What one operation has cost, time after time. */
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
	/** `call` is what the measurement itself costs. */
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
