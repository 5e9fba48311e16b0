/*
 * Suites as an app of the SDK's simulator. Unhandled exceptions and rejections end it, through the `abort` that XS calls
 * before it gives up ("xs": { "aborthook": 1 } in the manifest).
 */

import { exit, writeError } from "host";
import Timer from "timer";

function fail(why: string, error: unknown) {
	writeError(`${why}: ${(error as Error)?.stack ?? error}\n`);
	exit(1);
}

const setTimeout = (callback: () => void, milliseconds: number) => Timer.set(callback, milliseconds);
Object.assign(globalThis, { abort: fail, setTimeout });

// a turn later XS has reported unhandled rejections
import("suites").then(
	() => setTimeout(() => exit(0), 1),
	(error) => fail("uncaught exception", error),
);
