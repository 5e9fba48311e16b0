/**
 * The examples as the README says that they run in the SDK's simulator, and an app that uses little of the language:
 * built from their manifests, until they have printed what they show.
 *
 * @module
 */

import { join } from "node:path";
import { type Part, say } from "./parts.ts";
import { root } from "./paths.ts";
import { buildApp } from "./sdk.ts";
import { runUntil } from "./simulator.ts";

/** What each app prints if all is right, by its folder. */
const printed: Record<string, RegExp> = {
	"examples/gallery": /^40 shown on a screen of 240 x 320; 4 in slots, \d+ read, 0 wrong\n/m,
	"examples/http-cache": /(^\d+ of 401 from the cache: .+\n){2}/m,
	"examples/littlefs": /; 0 wrong\nstate.json written 2000 times, 48 KB: 0 wrong\n/,
	"examples/logbook": /^warmest of the last four weeks: day \d+, [\d.]+ degrees\n/m,
	"tests/sdk/stripped": /^device: 1,2,3\n(TypeError\n){3}flash: 1,2,3\npool: 1,2,3, 7,2,3\n$/,
};

const TIMEOUT = 120_000;

/** The part of `npm run test:sdk`. */
export async function examples(): Promise<Omit<Part, "name">> {
	let passed = 0;
	const problems: string[] = [];
	for (const [folder, pattern] of Object.entries(printed)) {
		const { path, warnings } = await buildApp(join(root, folder));
		const output = await runUntil(path, pattern, TIMEOUT);
		say(output);
		const found = warnings.map((warning) => `${folder}: ${warning}`);
		if (!pattern.test(output)) found.push(`${folder} did not print ${pattern}`);
		problems.push(...found);
		if (!found.length) passed++;
	}
	for (const problem of problems) say(`failed: ${problem}`);
	return { passed, failed: problems.length, skipped: [] };
}
