/*
 * The wear budget: credit for erases that grows with uptime, so that the flash lasts as long as it must. It starts with
 * 1 % of all erases; the rest, less what uneven wear may cost, is spread over the lifetime; never more than a year's
 * worth is saved up.
 */

/** The largest difference between two units' erases; offload.ts keeps to it. */
export const SPREAD = 66;

const DAY = 24 * 3600 * 1000;
const YEAR = 365.25 * DAY;
const START = 0.01;

export class Budget {
	/** Erases that may be done now. */
	credit: number;
	/** Milliseconds that the device has been up over its life. */
	uptime = 0;
	/** Erases that a day of uptime earns. */
	readonly perDay: number;
	readonly #cap: number;
	readonly #total: number;
	readonly #ticks: () => number;
	/** Longer gaps between two calls are not believed. */
	readonly #gapMost: number;
	#before: number;

	/**
	 * endurance: erases a unit; lifetime: years; units: those for pages; ticks: milliseconds, which may wrap at 2^32. If
	 * ticks are not monotonic, a gap of more than a day earns nothing; a clock that was set back looks like such a gap.
	 */
	constructor(endurance: number, lifetime: number, units: number, ticks: () => number, isMonotonic: boolean) {
		this.#total = endurance * units;
		this.credit = Math.floor(this.#total * START);
		this.perDay = ((endurance * (1 - START) - SPREAD) * units * DAY) / (lifetime * YEAR);
		this.#cap = Math.max(this.credit, this.perDay * (YEAR / DAY));
		this.#gapMost = isMonotonic ? Number.POSITIVE_INFINITY : DAY;
		this.#ticks = ticks;
		this.#before = ticks();
	}

	/** Takes over what the log has recorded. */
	restore(credit: number, uptime: number) {
		this.credit = Math.min(Math.max(credit, 0), this.#cap);
		this.uptime = uptime;
	}

	/** Adds what has been earned since the last call, up to 49 days ago. */
	advance() {
		const now = this.#ticks();
		const elapsed = (now - this.#before) >>> 0;
		this.#before = now;
		if (elapsed > this.#gapMost) return;
		this.uptime += elapsed;
		this.credit = Math.min(this.credit + (elapsed / DAY) * this.perDay, this.#cap);
	}

	/** Years that the flash will last at its pace so far, given the sum of its erases. */
	yearsLeft(erases: number): number {
		return erases === 0 ? Number.POSITIVE_INFINITY : ((this.#total - erases) * this.uptime) / (erases * YEAR);
	}
}
