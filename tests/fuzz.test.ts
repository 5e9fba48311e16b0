/* The fuzz targets of `npm run fuzz`, without a fuzzer: what was ever found, and what a fuzzer would start from. */
// needs: compiler

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { buildReplay, foundBy, fuzzTargets, makeSeeds } from "../tools/fuzz.ts";
import { MissingTool, run } from "../tools/process.ts";

const test = suite("fuzz");

for (const target of fuzzTargets)
	test(`${target}: all that was found, and the seeds`, async () => {
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
