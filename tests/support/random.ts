/* Random numbers that a seed reproduces on every host. */

export class Random {
	#state: number;

	/** seed: any integer. */
	constructor(seed: number) {
		this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bf03635) | 1;
	}
	/** An integer from 0 to 2^24 - 1: xorshift32 without its weak low bits. */
	next(): number {
		let state = this.#state;
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		this.#state = state;
		return state >>> 8;
	}
	/** An integer from 0 to limit - 1; limit: 1 to 2^24. */
	below(limit: number): number {
		return this.next() % limit;
	}
	/** True once in `times`. */
	once(times: number): boolean {
		return this.below(times) === 0;
	}
}
