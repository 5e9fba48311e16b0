/**
 * Builds the examples and an app that uses little of the language from their manifests, and runs them in the SDK's
 * simulator until they have printed what they show.
 *
 * @module
 */

import assert from "node:assert/strict";
import { join } from "node:path";
import { checked, say } from "./parts.ts";
import { root } from "./paths.ts";
import { buildApp } from "./sdk.ts";
import { fetchByCurl } from "./sdk-curl.ts";
import { runUntil } from "./simulator.ts";

/** What each app prints if all is well, by its folder. */
const printed: Record<string, RegExp> = {
	"examples/gallery":
		/^17 pictures and their thumbnails, 1008 KB of pixels, in 4\d\d of 512 KB; 68 read, drawn on 240 x 320\n/m,
	"examples/feed": /(^\/\w+( \(hit\))?: (59|60) KB, 744 hours, .+\n){6}2 bodies, 11\d KB, in 32 KB; 2 evicted\n/m,
	"examples/littlefs": /; 0 wrong\nstate.json written 2000 times, 48 KB: 0 wrong\n/,
	"examples/log": /^serving the last (\d+) of \d+ KB at http:\/\/localhost:(\d+)\/\n/m,
	"examples/recorder": /^recording: http:\/\/localhost:(\d+)\/take\.wav\nfull: (\d+) s in 1024 KB\n/m,
	"examples/trend": /^\d+ readings of five sensors, .* memory\n(day \d+:\ndrawn on a screen of 240 x 320\n){2}/m,
	"tests/sdk/stripped": /^device: 1,2,3\n(TypeError\n){3}flash: 1,2,3\npool: 1,2,3, 7,2,3\n$/,
};

/** The recording must be as long as the app says, give or take a second, and as its header says. */
async function checkRecording([, port = "", seconds]: RegExpExecArray) {
	const { answer, body } = await fetchByCurl(port, "/take.wav");
	assert.equal(answer, `200 audio/wav ${body.length}`);
	assert.equal(body.toString("latin1", 0, 16), `RIFF${body.toString("latin1", 4, 8)}WAVEfmt `);
	assert.equal(body.readUInt32LE(4), body.length - 8);
	assert.equal(body.readUInt32LE(24), 16_000);
	assert.equal(body.readUInt32LE(40), body.length - 44);
	assert.equal(Math.round((body.length - 44) / 32_000), Number(seconds));
	assert.ok(Number(seconds) >= 50 && Number(seconds) <= 63);
}

/** The log's lines must follow one another up to the last minute; and the page must fetch it. */
async function checkLog([, kept, port = ""]: RegExpExecArray) {
	const page = await fetchByCurl(port, "/");
	assert.ok(page.answer.startsWith("200 text/html ") && page.body.includes('fetch("/log")'), page.answer);
	const { answer, body } = await fetchByCurl(port, "/log");
	assert.equal(answer, `200 text/plain ${body.length}`);
	assert.ok(Math.abs(body.length / 1024 - Number(kept)) < 1, `${body.length}`);
	const minutes = [...body.toString().matchAll(/^.{24} minute (\d+): .* dBm$/gm)].map(([, minute]) => Number(minute));
	assert.equal(minutes.at(-1), 7 * 24 * 60 - 1);
	assert.deepEqual(
		minutes,
		Array.from(minutes, (_, i) => (minutes[0] as number) + i),
	);
	assert.ok(minutes.length * 63 > body.length - 4096, `${minutes.length} lines`);
}

/** Checks of apps that serve something, once they have printed what they should. */
const checks: Record<string, (match: RegExpExecArray) => Promise<void>> = {
	"examples/log": checkLog,
	"examples/recorder": checkRecording,
};

const TIMEOUT = 120_000;

/** The part of `npm run test:sdk`: all of them, or those in these folders. */
export async function examples(folders = Object.keys(printed)) {
	const problems: string[] = [];
	for (const folder of folders) {
		const pattern = printed[folder] as RegExp;
		const { path, warnings } = await buildApp(join(root, folder));
		problems.push(...warnings.map((warning) => `${folder}: ${warning}`));
		const output = await runUntil(path, pattern, TIMEOUT, async (match) => {
			await checks[folder]?.(match).catch((error) => problems.push(`${folder}: ${error.message}`));
		});
		say(output);
		if (!pattern.test(output)) problems.push(`${folder} did not print ${pattern}`);
	}
	return checked(folders.length, problems);
}
