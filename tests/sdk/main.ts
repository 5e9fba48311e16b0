/*
 * Suites as an app of the SDK's simulator. Exceptions and rejections that nobody handles end it, through the `abort` that
 * XS calls before it gives up ("xs": { "aborthook": 1 } in the manifest).
 */

import { exit, writeError } from "host";
import Timer from "timer";

function fail(why: string, error: unknown) {
	writeError(`${why}: ${(error as Error)?.stack ?? error}\n`);
	exit(1);
}

Object.assign(globalThis, { abort: fail });

// a turn later XS has had its look at rejections
import("suites").then(
	() => Timer.repeat(() => exit(0), 1),
	(error) => fail("uncaught exception", error),
);
