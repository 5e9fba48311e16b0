/*
 * Offload with both engines: the portable one runs in Node, with flash and reboots, and records digests of all that
 * happens. On every kind of XS the native one replays the same seed and must get the same, in region and flash.
 */
// needs: compiler

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runOnXS } from "../tools/run-xs.ts";
import { isChip } from "../tools/variants.ts";
import { SEED, scaled } from "./support/host.ts";
import { isThere } from "./support/hosts.ts";
import { offloadDifference, recordOffload } from "./support/offload-trace.ts";

const test = suite("offload-digest");

/** How many slots of the microcontroller's heap the code needs. The rest is for the flash. */
const FIRMWARE = ["--slots", "12288", "--chunk", "190000"];

const replay = (operations: number, isSmall: boolean) => `
	import { print } from "host";
	import { recordOffload } from "./tests/support/offload-trace.ts";
	print(JSON.stringify(recordOffload(${SEED}, ${operations}, ${isSmall})));
`;

for (const [variant, operations] of [
	["xs64", 5000],
	["xs32", 2000],
	["asan", 500],
	["rv32", 1000],
	["m33", 1000],
] as const) {
	const testHere = (await isThere(variant)) ? test : test.skip;
	const count = scaled(operations);
	const isSmall = isChip(variant);
	testHere(`${variant}: ${count} operations on each of ${isSmall ? "four" : "six"} flashes`, async () => {
		const recorded = recordOffload(SEED, count, isSmall);
		const options = { progress: false, timeout: 3_600_000, host: isSmall ? FIRMWARE : [] };
		const result = await runOnXS(variant, { contents: replay(count, isSmall) }, [], options);
		assert.is(result.exitCode, 0, result.output);
		assert.is(offloadDifference(recorded, JSON.parse(result.stdout)), undefined, `seed ${SEED}`);
	});
}

test.run();
