/**
 * The error with which zramctl's commands end.
 *
 * @module
 */

/** A mistake of the user's, or a problem with the input. */
export class Failure extends Error {
	readonly exitCode: number;

	/** @param exitCode 1, or 2 if the arguments are wrong */
	constructor(message: string, exitCode = 1) {
		super(message);
		this.exitCode = exitCode;
	}
}
