/* The errors that callers see, and the checks that options and arguments share. docs/errors.md explains each code. */

/** What went wrong, in POSIX terms. */
export type ZramErrorCode =
	/** A page does not fit under the limit. For a pool: no room, no free page, or no free key. */
	| "ENOSPC"
	/** The arena is damaged: a page, or an invariant of check(). */
	| "ECORRUPT"
	/** A page on flash cannot be read, or is no longer what was written. */
	| "EIO"
	/** The device or pool is closed. For a pool also: one of its devices was reset or closed. */
	| "ECLOSED"
	/**
	 * The device was called from within its own callback or its own flash driver, or it belongs to another pool or
	 * flash. For a pool: a buffer is acquired, or all slots are held.
	 */
	| "EBUSY";

/** What devices and pools throw when the arguments are not at fault. */
export class ZramError extends Error {
	/** Always "ZramError". */
	override readonly name = "ZramError"; // a field, as XS may have frozen the inherited one
	/** What went wrong. */
	readonly code: ZramErrorCode;
	/** After a failed write, release, or trim: bytes from the start of the request that were finished. */
	bytesWritten?: number;

	/** The message is the code, then what happened and what to do. */
	constructor(code: ZramErrorCode, message: string) {
		super(`${code}: ${message}`);
		this.code = code;
	}
}

// A literal would create a new string on each call unless the code is preloaded.
const NUMBER = typeof 0;

/** The error for an argument that must be an integer from `least` to `most`; undefined if it is one. */
export function refuseInteger(name: string, value: unknown, least: number, most: number): Error | undefined {
	if (typeof value !== NUMBER) return new TypeError(`${name}: must be a number`);
	if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return undefined;
	if (most < least) return new RangeError(`${name}: ${value} is out of range: the range is empty`);
	return new RangeError(`${name}: ${value} is not an integer from ${least} to ${most}`);
}

/**
 * The error if one of the options in `options` is not in `names`; undefined if all are. `prefix` goes in front of its
 * name.
 */
export function refuseNames(prefix: string, options: object, names: Readonly<Record<string, true>>): Error | undefined {
	const wrong = Object.keys(options).find((name) => !Object.hasOwn(names, name));
	if (wrong === undefined) return undefined;
	return new TypeError(`${prefix}${wrong}: is not an option; the options are ${Object.keys(names).join(", ")}`);
}

/** Throws the error that a check has found, if any. */
export function check(error: Error | undefined): void {
	if (error) throw error;
}
