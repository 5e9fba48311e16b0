/* Callbacks that must not run inside a call of the caller's. */

/**
 * Calls `callback` after the caller's own call is over: in a promise job of its own, once for any number of fire()s
 * before it. The promise is made beforehand, so that fire() needs next to no memory.
 */
export class Deferred {
	#callback: () => void;
	#resolve!: () => void;

	constructor(callback: () => void) {
		this.#callback = callback;
		this.#arm();
	}
	#arm() {
		const armed = new Promise<void>((resolve) => {
			this.#resolve = resolve;
		});
		armed.then(() => {
			this.#arm();
			this.#callback();
		});
	}
	fire() {
		this.#resolve();
	}
}
