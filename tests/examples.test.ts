/*
 * The examples that run on the command-line host, as `npm run example:NAME` does: each prints what it should show. The
 * others run in `npm run test:sdk`. The README lists all of them.
 */
// needs: compiler

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { runExample } from "../tools/example.ts";
import { root } from "../tools/paths.ts";

/** The numbers in a line that an example printed. */
async function numbersOf(name: string, line: RegExp): Promise<number[]> {
	const { exitCode, stdout, stderr } = await runExample(name, { progress: false });
	assert.is(stderr, "");
	assert.is(exitCode, 0);
	const found = line.exec(stdout);
	assert.ok(found, `${name} printed:\n${stdout}`);
	return (found as string[]).slice(1).map(Number);
}

test("trend: more than two weeks of five sensors in 64 KB, everything included, and two days as charts", async () => {
	const chart = "day \\d+:\\n((?:[\\d.]+ \\|[ #]+\\n){8})";
	const line = new RegExp(
		"^(\\d+) readings of five sensors, the last ([\\d.]+) days, in ([\\d.]+) KB of internal memory\\n" +
			`${chart}${chart}$`,
	);
	const { exitCode, stdout, stderr } = await runExample("trend", { progress: false });
	assert.equal([exitCode, stderr], [0, ""]);
	const [, count, days, memory, ...charts] = line.exec(stdout) ?? [];
	assert.ok(Number(count) >= 20_160 && Number(days) >= 14 && Number(memory) <= 64, stdout);
	for (const each of charts) {
		const rows = (each as string).split("\n").slice(0, 8);
		const columns = Array.from({ length: 72 }, (_, i) => rows.filter((row) => row[i + 7] === "#").length);
		assert.ok(
			columns.every((cells) => cells > 0),
			stdout,
		); // every twenty minutes of a day
	}
});

if (!process.env.MODDABLE)
	console.log("skip example littlefs: needs the Moddable SDK, export MODDABLE=/path/to/moddable");
const testWithSDK = process.env.MODDABLE ? test : test.skip;

testWithSDK(
	"littlefs: more than the arena has, written, mounted anew, one file 2,000 times, and every byte right",
	async () => {
		const line = new RegExp(
			"^(\\d+) files, (\\d+) KB, in \\d+ blocks of 4 KB\\ntake (\\d+) KB of the arena's 512 KB; (\\d+) wrong\\n" +
				"state.json written 2000 times, 48 KB: (\\d+) wrong\\ntrim: from (\\d+) KB to (\\d+) KB\\n$",
		);
		const numbers = (await numbersOf("littlefs", line)) as [number, number, number, number, number, number, number];
		const [files, size, used, wrong, stillWrong, before, after] = numbers;
		assert.equal([wrong, stillWrong], [0, 0]);
		assert.ok(files > 100 && size > 512 && used < 512 && after < before, numbers.join());
	},
);

test("every example has a manifest, a script, and a line in the README", () => {
	const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const readme = readFileSync(join(root, "README.md"), "utf8");
	// demo is `npm start`; hosts/esp32, hosts/pico and hosts/sim build board and dashboard
	const others = ["demo", "board", "dashboard"];
	const names = readdirSync(join(root, "examples")).filter((name) => !others.includes(name));
	assert.ok(names.length >= 6);
	for (const name of names) {
		const manifest = JSON.parse(readFileSync(join(root, "examples", name, "manifest.json"), "utf8"));
		assert.ok(
			manifest.include.some((path: string) => /^\.\.\/\.\.\/manifest(-\w+)?\.json$/.test(path)),
			name,
		);
		assert.match(scripts[`example:${name}`], `tools/example.ts ${name}`);
		assert.match(readme, `npm run example:${name}`);
	}
});

test.run();
