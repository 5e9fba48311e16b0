/* What a suite asks about where it runs. */

/** Set by the runner (tools/test.ts) in every bundle: how many operations, as a share of the usual number. */
declare const TEST_SCALE: number | undefined;

/** The number of operations to do, of usually `count`: fewer for test:quick, more for test:long. */
export function scaled(count: number): number {
	return Math.ceil(count * (typeof TEST_SCALE === "undefined" ? 1 : TEST_SCALE));
}
