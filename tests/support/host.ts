/* What a suite can ask about its host. */

/**
 * Set by the runner (tools/test.ts), in bundles or in Node's environment: what share of the usual number of operations to
 * do.
 */
declare const TEST_SCALE: number | undefined;

const scale = typeof TEST_SCALE === "undefined" ? Number(globalThis.process?.env.TEST_SCALE ?? 1) : TEST_SCALE;

/** Likewise set by the runner: the seed of all random operations. */
declare const TEST_SEED: number | undefined;

/**
 * The seed of the random operations: the same in every `npm test`, so a commit always gets the same verdict; a new one in
 * each `npm run test:long`.
 */
export const SEED = typeof TEST_SEED === "undefined" ? Number(globalThis.process?.env.TEST_SEED ?? 1) : TEST_SEED;

/** Set by tools/test-sdk.ts. */
declare const TEST_PRELOADED: boolean | undefined;

/** Whether the SDK's linker has put the module in read-only memory. */
export const isPreloaded = typeof TEST_PRELOADED !== "undefined";

/** How many operations to do: usually `count`, fewer in test:quick, more in test:long. */
export function scaled(count: number): number {
	return Math.ceil(count * scale);
}

/** Detaches a buffer, as passing it to a Worker would. */
export function detach(buffer: ArrayBuffer): void {
	if ("transfer" in buffer) buffer.transfer();
	else structuredClone(buffer, { transfer: [buffer] }); // Node 20
}
