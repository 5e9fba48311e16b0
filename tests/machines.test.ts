/*
 * Tests that need a whole run of the host: several machines in threads of one process, each with its own devices; and
 * callbacks that are still due when a bundle ends. Runs in Node, which starts the host.
 */
// needs: compiler

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runOnXS } from "../tools/run-xs.ts";
import type { Variant } from "../tools/variants.ts";
import { scaled } from "./support/host.ts";
import { isThere } from "./support/hosts.ts";

const MACHINES = 4;

/** Each machine has two small devices that run full, and a seed of its own. */
const models = (operations: number, fail = -1) => `
	import { exit, machineIndex, print } from "host";
	import { Model } from "./tests/support/model.ts";
	const KB = 1024, seed = machineIndex() + 1;
	const models = [
		new Model({ byteLength: 128 * KB, arena: { byteLength: 24 * KB }, integrity: true }, seed),
		new Model({ byteLength: 64 * KB, arena: new ArrayBuffer(20_000), pageLength: 1024, wipe: true }, seed + 100),
	];
	for (let i = 0; i < ${operations}; i++) {
		models[i & 1].step();
		if (i % 1000 === 0) await undefined;
	}
	for (const model of models) model.finish();
	if (machineIndex() === ${fail}) exit(3);
	print("machine " + machineIndex() + ": refused " + models.map(({ refused }) => refused > 0));
`;

const lines = Array.from({ length: MACHINES }, (_, i) => `machine ${i}: refused true,true`);

const run = (variant: Variant, contents: string, machines: number) =>
	runOnXS(variant, { contents }, [], { host: ["--machines", `${machines}`], progress: false });

const test = suite("machines");

for (const [variant, operations] of [
	["xs64", 60_000],
	["asan", 10_000],
] as [Variant, number][]) {
	const testHere = (await isThere(variant)) ? test : test.skip;
	testHere(`${variant}: ${MACHINES} machines with devices of their own at the same time`, async () => {
		const result = await run(variant, models(scaled(operations)), MACHINES);
		assert.is(result.stderr, "");
		assert.equal(result.stdout.trim().split("\n").sort(), lines);
		assert.is(result.exitCode, 0);
	});
}

test("xs64: more machines than cores", async () => {
	const result = await run("xs64", models(scaled(2000)), 16);
	assert.equal([result.exitCode, result.stderr], [0, ""]);
	assert.is(result.stdout.trim().split("\n").length, 16);
});

test("xs64: a failing machine sets the exit code, and the others finish", async () => {
	const result = await run("xs64", models(1000, 2), MACHINES);
	assert.is(result.exitCode, 3);
	assert.equal(result.stdout.trim().split("\n").sort(), [...lines.slice(0, 2), ...lines.slice(3)]);
});

/** A device whose onPressure is still due when the bundle's main part ends. */
const pressed = (body: string, end = "") => `
	import Zram from "zram";
	const zram = new Zram({ byteLength: 65536, arena: { byteLength: 8192 }, onPressure() { ${body} } });
	zram.limit = 0;
	${end}
`;

test("xs64: a callback due on a closed device is dropped, without an unhandled rejection", async () => {
	const result = await run("xs64", pressed('throw new Error("called");', "zram.close();"), 1);
	assert.equal([result.exitCode, result.output], [0, ""]);
});

test("xs64: what a callback throws becomes an unhandled rejection, and stops nothing else", async () => {
	const result = await run("xs64", pressed('throw new Error("no idea");', "await 1; await 1; zram.check();"), 1);
	assert.is(result.exitCode, 1);
	assert.match(result.stderr, /unhandled rejection: Error: no idea/);
});

const testBoth = (await isThere("xs32")) ? test : test.skip;
testBoth("the same operations give the same region in every machine, of 64 and of 32 bits", async () => {
	const contents = `
		import { crc32, print } from "host";
		import { Model } from "./tests/support/model.ts";
		const arena = new ArrayBuffer(50_000);
		const model = new Model({ byteLength: 256 * 1024, arena, integrity: true }, 42);
		for (let i = 0; i < 3000; i++) model.step();
		print(crc32(arena, 0, arena.byteLength).toString(16));
	`;
	const sums = new Set<string>();
	for (const variant of ["xs64", "xs32"] as Variant[]) {
		const result = await run(variant, contents, MACHINES);
		assert.is(result.exitCode, 0, result.stderr);
		for (const line of result.stdout.trim().split("\n")) sums.add(line);
	}
	assert.is(sums.size, 1, [...sums].join());
});

test.run();
