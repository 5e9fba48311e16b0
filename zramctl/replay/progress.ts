/**
 * Shows the progress of a replay on a terminal.
 *
 * @module
 */

const PERIOD = 100;

export class Progress {
	readonly #parts: number;
	#part = 0;
	#drawn = 0;
	#calls = 0;
	#isShown = false;

	/** How many parts there are. */
	constructor(parts: number) {
		this.#parts = parts;
	}

	/** Starts the next part. Tell the function that it returns, from time to time, which share of the part is done. */
	next(what: string): (share: number) => void {
		const part = this.#part++;
		if (!process.stderr.isTTY) return () => {};
		return (share) => {
			if (++this.#calls & 1023) return; // asking for the time costs more than an operation
			const now = Date.now();
			if (now - this.#drawn < PERIOD) return;
			this.#drawn = now;
			this.#isShown = true;
			const all = Math.floor((100 * (part + share)) / this.#parts);
			process.stderr.write(`\r${`${all}`.padStart(3)} % ${what}\x1b[K`);
		};
	}

	end(): void {
		if (this.#isShown) process.stderr.write("\r\x1b[K");
	}
}
