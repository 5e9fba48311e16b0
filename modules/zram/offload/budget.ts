/*
 * The wear budget: credit for erases, which grows with uptime so that the flash lasts as long as it shall. At first 1 % of
 * all erases; then the rest, less what uneven wear may cost, over the lifetime; never more in hand than a year gives.
 */

/** The greatest difference of two units' erases: offload.ts sees to it. */
export const SPREAD = 66;

const DAY = 24 * 3600 * 1000;
const YEAR = 365.25 * DAY;
const START = 0.01;

export class Budget {
	/** Erases that may be done now. */
	credit: number;
	/** Milliseconds that the device has been up in its life. */
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
	 * endurance: erases a unit, lifetime: years, units: those for pages, ticks: milliseconds that may wrap at 2^32. If these
	 * are not monotonic, a gap of more than a day earns nothing, and a step back looks like one.
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

	/** Takes over what the log has kept. */
	restore(credit: number, uptime: number) {
		this.credit = Math.min(Math.max(credit, 0), this.#cap);
		this.uptime = uptime;
	}

	/** Adds what has been earned since the last call, which may be 49 days ago. */
	advance() {
		const now = this.#ticks();
		const elapsed = (now - this.#before) >>> 0;
		this.#before = now;
		if (elapsed > this.#gapMost) return;
		this.uptime += elapsed;
		this.credit = Math.min(this.credit + (elapsed / DAY) * this.perDay, this.#cap);
	}

	/** Years that the flash lasts at the pace so far, given the sum of its erases. */
	yearsLeft(erases: number): number {
		return erases === 0 ? Number.POSITIVE_INFINITY : ((this.#total - erases) * this.uptime) / (erases * YEAR);
	}
}
