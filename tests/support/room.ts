/* What a suite can ask about memory. */

import { test } from "uvu";

/** Set by the runner on hosts with little memory: how many bytes a test may hold in ArrayBuffers, and in regions. */
declare const TEST_MEMORY: { heap: number; regions: number } | undefined;

const memory = typeof TEST_MEMORY === "undefined" ? undefined : TEST_MEMORY;

/** Whether a test may hold this many bytes here, in ArrayBuffers and in regions. */
export function fits(heap: number, regions = 0): boolean {
	return !memory || (heap <= memory.heap && regions <= memory.regions);
}

/** uvu's `test`, for a test that holds this many bytes in ArrayBuffers and in regions. Skips it by name if it doesn't fit. */
export function holding(heap: number, regions = 0) {
	return (name: string, run: () => unknown) => {
		if (fits(heap, regions)) return test(name, run as () => void);
		console.log(`skip ${name}: holds ${Math.ceil((heap + regions) / 1024)} KB`);
		test.skip(name);
	};
}
