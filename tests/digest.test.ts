/*
 * The portable engine runs in Node and records digests of all that happens. On every kind of XS the native engine replays
 * the same seed and must get the same digests. Runs in Node, which starts the hosts.
 */
// needs: compiler

import { suite } from "uvu";
import * as assert from "uvu/assert";
import Engine from "zram/engine";
import { runOnXS } from "../tools/run-xs.ts";
import { SEED, scaled } from "./support/host.ts";
import { isThere } from "./support/hosts.ts";
import { difference, record } from "./support/trace.ts";

const test = suite("digest");

const replay = (operations: number, memory: number) => `
	import Engine from "zram/engine";
	import { print } from "host";
	import { record } from "./tests/support/trace.ts";
	print(JSON.stringify(record(Engine, ${SEED}, ${operations}, ${memory})));
`;

const records = new Map<string, number[][]>();

/** The portable engine's digests, computed once for each number of operations and memory size. */
function recordedFor(operations: number, memory: number): number[][] {
	const key = `${operations} ${memory}`;
	const known = records.get(key) ?? record(Engine, SEED, operations, memory);
	records.set(key, known);
	return known;
}

/** test:long does 10,000,000 operations, 50 times the usual number instead of 10. */
const more = scaled(1) > 1 ? 5 : 1;

/** Bytes available for a region. */
const DESK = 2 ** 31;
const PSRAM = 8 << 20;

for (const [variant, operations, memory] of [
	["xs64", 200_000 * more, DESK],
	["xs32", 200_000, DESK],
	["asan", 200_000, DESK],
	["rv32", 200_000, PSRAM],
	["m33", 200_000, PSRAM],
] as const) {
	const testHere = (await isThere(variant)) ? test : test.skip;
	const count = scaled(operations);
	testHere(`${variant}: ${count} operations`, async () => {
		const recorded = recordedFor(count, memory);
		const contents = replay(count, memory);
		const result = await runOnXS(variant, { contents }, [], { progress: false, timeout: 7_200_000 });
		assert.is(result.exitCode, 0, result.output);
		assert.is(difference(recorded, JSON.parse(result.stdout)), undefined, `seed ${SEED}`);
	});
}

test.run();
