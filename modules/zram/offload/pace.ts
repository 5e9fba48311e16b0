/* How long a kind of step takes: as long as the slowest one so far, of which outliers are forgotten little by little. */

export class Pace {
	/** Milliseconds that most steps take, about: the median moves by one at a time, and no outlier moves it more. */
	#usual: number;
	/** Milliseconds that a step is held to take. */
	slowest: number;

	/** Milliseconds of a data sheet, until a step was measured. */
	constructor(typical: number) {
		this.#usual = this.slowest = typical;
	}

	/** A step has taken so many milliseconds, by a clock that counts whole ones. */
	add(milliseconds: number) {
		const most = milliseconds + 1;
		this.#usual += Math.sign(most - this.#usual);
		if (most >= this.slowest) this.slowest = most;
		else this.#forget();
	}

	/** Whether a step fits. If it would if all were as usual, it does sooner or later. */
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
