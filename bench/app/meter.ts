/*
 * Counts what work on pages costs. A measure is what the counter says before and after a loop over all pages. A loop
 * that only evaluates the arguments is a measure, too; bench/meter.ts subtracts it.
 */

import { counter } from "./natives.ts";

export interface Measure {
	label: string;
	/** How often the work was done between the two readings. */
	count: number;
	/** The label of the measure to subtract, if any. */
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
