/**
 * A curve of any number of values, in memory that does not grow.
 *
 * @module
 */

const POINTS = 1024;

export class Curve {
	readonly #most = new Float64Array(POINTS);
	/** How many values a point stands for, and how many there have been. */
	#each = 1;
	#count = 0;

	add(value: number) {
		if (this.#count === POINTS * this.#each) this.#halve();
		const point = Math.floor(this.#count / this.#each);
		const isFirst = this.#count % this.#each === 0;
		if (isFirst || value > (this.#most[point] as number)) this.#most[point] = value;
		this.#count++;
	}

	#halve() {
		for (let i = 0; i < POINTS / 2; i++)
			this.#most[i] = Math.max(this.#most[2 * i] as number, this.#most[2 * i + 1] as number);
		this.#each *= 2;
	}

	/** The number of a value, and the greatest of those from it to the next point. */
	get points(): [number, number][] {
		const points = Math.ceil(this.#count / this.#each);
		return Array.from({ length: points }, (_, i) => [i * this.#each, this.#most[i] as number]);
	}
}
