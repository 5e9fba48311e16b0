/**
 * How zramctl's commands fail.
 *
 * @module
 */

/** What the user did wrong, or what is wrong with the input. */
export class Failure extends Error {
	readonly exitCode: number;

	/** @param exitCode 1, or 2 for a wrong call */
	constructor(message: string, exitCode = 1) {
		super(message);
		this.exitCode = exitCode;
	}
}
