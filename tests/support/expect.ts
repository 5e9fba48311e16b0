/* What the suites expect of errors: their class, their code, and the words that tell what was wrong. */

import { ZramError, type ZramErrorCode } from "zram";

/** What `work` throws. Throws itself if it does not. */
export function thrown(work: () => unknown): unknown {
	try {
		work();
	} catch (error) {
		return error;
	}
	throw new Error("nothing was thrown");
}

/** `work` throws exactly a `type`. (uvu's assert.throws takes a class for a predicate, which every error fulfils.) */
export function throws(type: { new (...parameters: never[]): Error }, work: () => unknown, what = "") {
	const error = thrown(work);
	if ((error as Error)?.constructor !== type) throw new Error(`${what} not a ${type.name}: ${error}`);
}

/** `work` throws exactly a `type`, and its message is `message` or matches it. */
export function refuses(work: () => unknown, type: ErrorConstructor, message: string | RegExp) {
	const error = thrown(work);
	if (!(error instanceof Error) || error.constructor !== type) throw new Error(`not a ${type.name}: ${error}`);
	const as = typeof message === "string" ? error.message === message : message.test(error.message);
	if (!as) throw new Error(`expected "${message}", not "${error.message}"`);
}

/** `work` throws a ZramError with this code. */
export function fails(work: () => unknown, code: ZramErrorCode): ZramError {
	const error = thrown(work);
	if (!(error instanceof ZramError) || error.code !== code) throw new Error(`expected ${code}, not ${error}`);
	return error;
}
