/* What a suite asks about where it runs. */

/**
 * Set by the runner (tools/test.ts), in every bundle or in the environment of Node: how many operations, as a share of
 * the usual number.
 */
declare const TEST_SCALE: number | undefined;

const scale = typeof TEST_SCALE === "undefined" ? Number(globalThis.process?.env.TEST_SCALE ?? 1) : TEST_SCALE;

/** Set by the runner, likewise: what all random operations come from. */
declare const TEST_SEED: number | undefined;

/**
 * The seed of the random operations: the same in every `npm test`, so that a commit always gets the same verdict;
 * another in each `npm run test:long`.
 */
export const SEED = typeof TEST_SEED === "undefined" ? Number(globalThis.process?.env.TEST_SEED ?? 1) : TEST_SEED;

/** Set by tools/test-sdk.ts. */
declare const TEST_PRELOADED: boolean | undefined;

/** Whether the module lies in read-only memory, where the SDK's linker has put it. */
export const isPreloaded = typeof TEST_PRELOADED !== "undefined";

/** The number of operations to do, of usually `count`: fewer for test:quick, more for test:long. */
export function scaled(count: number): number {
	return Math.ceil(count * scale);
}

/** Detaches a buffer, as handing it to a Worker would. */
export function detach(buffer: ArrayBuffer): void {
	if ("transfer" in buffer) buffer.transfer();
	else structuredClone(buffer, { transfer: [buffer] }); // Node 20
}
