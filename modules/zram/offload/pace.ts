/* How long one kind of step takes: as long as the slowest so far, with outliers forgotten little by little. */

export class Pace {
	/** Roughly the median: it moves by one at a time, and no outlier moves it further. */
	#usual: number;
	/** Milliseconds that a step is assumed to take. */
	slowest: number;

	/** The data sheet's milliseconds, used until a step has been measured. */
	constructor(typical: number) {
		this.#usual = this.slowest = typical;
	}

	/** Records the duration of a step, by a clock that counts whole milliseconds. */
	add(milliseconds: number) {
		const most = milliseconds + 1;
		this.#usual += Math.sign(most - this.#usual);
		if (most >= this.slowest) this.slowest = most;
		else this.#forget();
	}

	/** Whether a step fits. One that would fit at its usual pace will do so sooner or later. */
	fits(milliseconds: number): boolean {
		if (this.slowest <= milliseconds) return true;
		if (this.#usual < milliseconds) this.#forget();
		return false;
	}

	#forget() {
		const above = this.slowest - this.#usual;
		if (above > 1) this.slowest -= Math.ceil(above / 8);
	}
}
