/* What a suite asks about the memory there is. */

import { test } from "uvu";

/** Set by the runner on hosts with little memory: bytes that a test may hold in ArrayBuffers, and in regions. */
declare const TEST_MEMORY: { heap: number; regions: number } | undefined;

const memory = typeof TEST_MEMORY === "undefined" ? undefined : TEST_MEMORY;

/** Whether tests can hold so many bytes here, in ArrayBuffers and in regions. */
export function fits(heap: number, regions = 0): boolean {
	return !memory || (heap <= memory.heap && regions <= memory.regions);
}

/** uvu's `test` for one that holds so many bytes, in ArrayBuffers and in regions: skipped by name where it does not fit. */
export function holding(heap: number, regions = 0) {
	return (name: string, run: () => unknown) => {
		if (fits(heap, regions)) return test(name, run as () => void);
		console.log(`skip ${name}: holds ${Math.ceil((heap + regions) / 1024)} KB`);
		test.skip(name);
	};
}
