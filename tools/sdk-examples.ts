/**
 * The examples as the README says that they run in the SDK's simulator: built from their manifests, until they have
 * printed what they show.
 *
 * @module
 */

import { join } from "node:path";
import { type Part, say } from "./parts.ts";
import { root } from "./paths.ts";
import { buildApp } from "./sdk.ts";
import { runUntil } from "./simulator.ts";

/** What each prints if all is right. */
const printed: Record<string, RegExp> = {
	gallery: /^40 shown on a screen of 240 x 320; 4 in slots, \d+ read, 0 wrong\n/m,
	"http-cache": /(^\d+ of 401 from the cache: .+\n){2}/m,
	littlefs: /; 0 wrong\nstate.json written 2000 times, 48 KB: 0 wrong\n/,
	logbook: /^warmest of the last four weeks: day \d+, [\d.]+ degrees\n/m,
};

const TIMEOUT = 120_000;

/** The part of `npm run test:sdk`. */
export async function examples(): Promise<Omit<Part, "name">> {
	const problems: string[] = [];
	for (const [name, pattern] of Object.entries(printed)) {
		const { path, warnings } = await buildApp(join(root, "examples", name));
		const output = await runUntil(path, pattern, TIMEOUT);
		say(output);
		problems.push(...warnings.map((warning) => `${name}: ${warning}`));
		if (!pattern.test(output)) problems.push(`${name} did not print ${pattern}`);
	}
	for (const problem of problems) say(`failed: ${problem}`);
	const count = Object.keys(printed).length;
	return { passed: Math.max(0, count - problems.length), failed: problems.length, skipped: [] };
}
