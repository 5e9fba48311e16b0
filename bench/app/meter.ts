/*
 * Counts what work costs, a page at a time. A measure is what the counter says around a loop over all pages; the cost of
 * the loop itself, which evaluates the same arguments without the call, is a measure too, and taken off by bench/meter.ts.
 */

import { counter } from "./natives.ts";

export interface Measure {
	label: string;
	/** Calls of the work between the two readings. */
	count: number;
	/** The label of the measure to take off, if there is one. */
	without: string | undefined;
	/** What the counter said before and after. */
	from: number;
	to: number;
}

export class Meter {
	readonly measures: Measure[] = [];

	/** Calls `work` for 0 ... count - 1. */
	loop(label: string, count: number, work: (index: number) => void, without?: string) {
		const from = counter();
		for (let i = 0; i < count; i++) work(i);
		const to = counter();
		this.measures.push({ label, count, without, from, to });
	}

	/** Calls `work` once; it does something `count` times, in C. */
	once(label: string, count: number, work: () => void, without?: string) {
		const from = counter();
		work();
		const to = counter();
		this.measures.push({ label, count, without, from, to });
	}
}
