/* The targets of `npm run fuzz` without the fuzzer, on everything it ever found and on its seeds. */
// needs: compiler

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildReplay, foundBy, fuzzTargets, makeSeeds } from "../tools/fuzz.ts";
import { MissingTool, run } from "../tools/process.ts";

const test = suite("fuzz");

for (const target of fuzzTargets)
	test(`${target}: everything found so far, and the seeds`, async () => {
		let replay: string;
		try {
			replay = await buildReplay(target);
		} catch (error) {
			if (!(error instanceof MissingTool) || process.env.CI === "true") throw error;
			console.log(`skip ${target}: ${error.message}`);
			return;
		}
		const files = [...foundBy(target), ...makeSeeds(target)];
		const result = await run(replay, files);
		assert.is(result.exitCode, 0, result.output);
		assert.is(result.stdout.trim().split("\n").length, files.length);
	});

test.run();
