/* The errors that callers meet. */

/** What went wrong, as POSIX would say it. */
export type ZramErrorCode =
	/** No room for a page under the limit; of a pool also no page, or no key, that is free. */
	| "ENOSPC"
	/** The arena is damaged: a page, or an invariant of check(). */
	| "ECORRUPT"
	/** A page on flash cannot be read, or is not what was written any more. */
	| "EIO"
	/** The device or pool is closed; of a pool also: a device of it was reset or closed. */
	| "ECLOSED"
	/**
	 * The device was called from within its own callback, or from within its own backing flash; or it belongs to another
	 * pool or flash. Of a pool: a buffer is acquired, or all slots are.
	 */
	| "EBUSY";

/** What devices and pools throw where it is not the arguments' fault. */
export class ZramError extends Error {
	/** Always "ZramError". */
	override readonly name = "ZramError"; // a field: in XS the inherited one may be frozen, and cannot be assigned
	/** What went wrong. */
	readonly code: ZramErrorCode;
	/** Of a write, release or trim that failed: bytes from the start of the request that are done. */
	bytesWritten?: number;

	/** Its message is the code, and what it was about. */
	constructor(code: ZramErrorCode, message: string) {
		super(`${code}: ${message}`);
		this.code = code;
	}
}

// A literal would be a new string for each call, unless the code is preloaded.
const NUMBER = typeof 0;

/** The error for an argument that must be an integer from `least` to `most`; undefined if it is one. */
export function refuseInteger(name: string, value: unknown, least: number, most: number): Error | undefined {
	if (typeof value !== NUMBER) return new TypeError(`${name}: must be a number`);
	if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return undefined;
	if (most < least) return new RangeError(`${name}: ${value} is out of range, as there is none`);
	return new RangeError(`${name}: ${value} is not an integer from ${least} to ${most}`);
}

/** The error for options, called `prefix` and their name, of which one is none of `names`; undefined if all are. */
export function refuseNames(prefix: string, options: object, names: Readonly<Record<string, true>>): Error | undefined {
	const wrong = Object.keys(options).find((name) => !Object.hasOwn(names, name));
	if (wrong === undefined) return undefined;
	return new TypeError(`${prefix}${wrong}: is not an option; the options are ${Object.keys(names).join(", ")}`);
}

/** Throws what a check has found, if it has. */
export function check(error: Error | undefined): void {
	if (error) throw error;
}
