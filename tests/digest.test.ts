/*
 * The portable engine runs in Node and records what happens, as digests; the native engine replays the same seed on every
 * kind of XS and must come to the same. Runs in Node, which starts the hosts.
 */
// needs: compiler

import { suite } from "uvu";
import * as assert from "uvu/assert";
import Engine from "zram/engine";
import { runOnXS } from "../tools/run-xs.ts";
import { scaled } from "./support/host.ts";
import { isThere } from "./support/hosts.ts";
import { difference, record } from "./support/trace.ts";

const test = suite("digest");
const seed = 1 + Math.floor(Math.random() * 0xffffff);
console.log(`digest: seed ${seed}`);

const replay = (operations: number) => `
	import Engine from "zram/engine";
	import { print } from "host";
	import { record } from "./tests/support/trace.ts";
	print(JSON.stringify(record(Engine, ${seed}, ${operations})));
`;

const records = new Map<number, number[][]>();

/** What the portable engine does, once for each number of operations. */
function recordedFor(operations: number): number[][] {
	const known = records.get(operations) ?? record(Engine, seed, operations);
	records.set(operations, known);
	return known;
}

/** 10,000,000 operations in test:long are 50 times as many as usual, not 10. */
const more = scaled(1) > 1 ? 5 : 1;

for (const [variant, operations] of [
	["xs64", 200_000 * more],
	["xs32", 200_000],
	["asan", 50_000],
] as const) {
	const testHere = (await isThere(variant)) ? test : test.skip;
	const count = scaled(operations);
	testHere(`${variant}: ${count} operations`, async () => {
		const recorded = recordedFor(count);
		const result = await runOnXS(variant, { contents: replay(count) }, [], { progress: false, timeout: 7_200_000 });
		assert.is(result.exitCode, 0, result.output);
		assert.is(difference(recorded, JSON.parse(result.stdout)), undefined, `seed ${seed}`);
	});
}

test.run();
