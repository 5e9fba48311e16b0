/*
 * Traces of the demo, the examples and the dashboard, those in the repository and fresh ones: each is complete, and replay
 * gives the device's figures.
 */
// needs: compiler

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { allocatorTable } from "../tools/allocators.ts";
import { root } from "../tools/paths.ts";
import { type Expected, problemsOf, RECORDED, RECORDED_WITH_SDK, recordApp } from "../tools/traces.ts";
import { replayOn } from "../zramctl/replay/allocator.ts";
import { CONTENDERS } from "../zramctl/replay/contenders.ts";
import { TraceFile } from "../zramctl/replay/trace.ts";

const folder = join(root, "tests/traces");
const expected: Record<string, Expected> = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));

test("every trace in the repository has its expected figures, and each app has a trace", () => {
	const files = readdirSync(folder).filter((name) => name.endsWith(".zrt"));
	assert.equal(files.sort(), Object.keys(expected).sort());
	for (const name of [...RECORDED, ...RECORDED_WITH_SDK]) assert.ok(files.includes(`${name}.zrt`), name);
});

for (const [file, figures] of Object.entries(expected))
	test(`${file}: replay gives the device's figures`, () => {
		const bytes = readFileSync(join(folder, file));
		const trace = new TraceFile(bytes);
		assert.equal(problemsOf({ bytes, expected: figures }), []);
		for (const contender of Object.values(CONTENDERS)) {
			const result = replayOn(trace, contender, 16 * trace.header.arenaLength, () => {});
			assert.is(result.failures, 0);
		}
	});

test("DESIGN.md's table of allocators is what the demo's trace gives", () => {
	const design = readFileSync(join(root, "DESIGN.md"), "utf8");
	const names: Record<string, string> = {
		granules: "**linked 64-byte granules**",
		xvmalloc: "xvMalloc (compcache)",
		tlsf: "TLSF",
		"zsmalloc-6.1": "zsmalloc (Linux 6.1)",
		"zsmalloc-7.3": "zsmalloc (Linux 7.3)",
	};
	for (const { key, filled, refused } of allocatorTable()) {
		const row = design.split("\n").find((line) => line.startsWith(`| ${names[key]}`)) ?? "";
		assert.equal(row.replaceAll("**", "").split(" | ").slice(1, 3), [filled, refused], key);
	}
});

for (const name of RECORDED)
	test(`${name}: recorded today, and replayed`, async () => {
		const recordings = await recordApp(name);
		assert.ok(recordings.length > 0);
		for (const recording of recordings) assert.equal(problemsOf(recording), []);
	});

test.run();
