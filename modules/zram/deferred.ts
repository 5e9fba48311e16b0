/* Callbacks that must not run inside the caller's call. */

/**
 * Calls `callback` after the caller's own call has returned: in a promise job of its own, once for any number of
 * fire()s before it. The promise is created in advance, so that fire() needs next to no memory.
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
