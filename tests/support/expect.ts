/* Expectations about errors: their class, code and message. */

import { ZramError, type ZramErrorCode } from "zram";

/** Returns what `work` throws. Throws if it throws nothing. */
export function thrown(work: () => unknown): unknown {
	try {
		work();
	} catch (error) {
		return error;
	}
	throw new Error("nothing was thrown");
}

/** Expects `work` to throw exactly a `type`. (uvu's assert.throws takes a class for a predicate that every error passes.) */
export function throws(type: { new (...parameters: never[]): Error }, work: () => unknown, what = "") {
	const error = thrown(work);
	if ((error as Error)?.constructor !== type) throw new Error(`${what} not a ${type.name}: ${error}`);
}

/** Expects `work` to throw exactly a `type` whose message equals or matches `message`. */
export function refuses(work: () => unknown, type: ErrorConstructor, message: string | RegExp) {
	const error = thrown(work);
	if (!(error instanceof Error) || error.constructor !== type) throw new Error(`not a ${type.name}: ${error}`);
	const as = typeof message === "string" ? error.message === message : message.test(error.message);
	if (!as) throw new Error(`expected "${message}", not "${error.message}"`);
}

/** Expects `work` to throw a ZramError with this code. */
export function fails(work: () => unknown, code: ZramErrorCode): ZramError {
	const error = thrown(work);
	if (!(error instanceof ZramError) || error.code !== code) throw new Error(`expected ${code}, not ${error}`);
	return error;
}
