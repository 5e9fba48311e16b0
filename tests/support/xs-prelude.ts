/**
 * What uvu expects of its environment, on XS. Imported first in a bundle of suites (tools/run-xs.ts).
 *
 * @module
 */

import "../../hosts/xs/console.ts";
import { isTTY, write } from "host";

const monotonic = (since: [number, number] = [0, 0]): [number, number] => {
	const now = Date.now() - (since[0] * 1e3 + since[1] / 1e6);
	return [Math.trunc(now / 1e3), (now % 1e3) * 1e6];
};

Object.assign(globalThis, {
	process: {
		argv: [],
		env: isTTY() ? { FORCE_COLOR: "1" } : { NO_COLOR: "1" },
		exitCode: 0,
		hrtime: monotonic,
		on() {},
		stdout: { write, isTTY: isTTY() },
	},
	// With UVU_DEFER, suites wait for exec() and find their group at UVU_QUEUE[UVU_INDEX].
	UVU_DEFER: 1,
	UVU_INDEX: 0,
	UVU_QUEUE: [],
});
