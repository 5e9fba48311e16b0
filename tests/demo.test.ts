/* `npm start` from outside: what the demo stores, and that it notices one wrong bit. */
// needs: compiler

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { parseStatus } from "zram/status";
import { runDemo } from "../tools/demo.ts";
import { root } from "../tools/paths.ts";
import { faultyDevice } from "./support/faulty-device.ts";

const MB = 1024 * 1024;
const ESCAPE = String.fromCharCode(27);

test("stores at least 3.5 MB of the mixture in 2 MB, and every byte comes back", async () => {
	const { exitCode, stdout, stderr } = await runDemo({ progress: false });
	assert.is(stderr, "");
	assert.is(exitCode, 0);
	const sizes = [...stdout.matchAll(/^ +total +\d+ +(\d+) KB/gm)].map(([, size]) => Number(size) * 1024);
	assert.is(sizes.length, 2, "the mixture, and photos alone");
	assert.match(
		stdout,
		/^\n2 MB of RAM held [\d.]+ MB of an app's buffers, and every byte came back\.\nThe same 2 MB hold \d+ photos instead of 18\.\n/,
	);
	assert.ok((sizes[0] as number) >= 3.5 * MB, stdout);
	assert.ok(stdout.split("every byte is right").length === 3, stdout);
	assert.not.match(stdout, /DIFFERENCE/);
	assert.not.ok(stdout.includes(ESCAPE), "colours");
	for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
	const words = (text: string) => text.split("\n").map((line) => line.replaceAll(/ *\d[\d.]*/g, " 0"));
	const [, shown = ""] =
		/```\n(\d+ MB of RAM held[\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8")) ?? [];
	const lines = words(shown).filter((line) => line !== "" && !line.endsWith("…"));
	assert.ok(lines.length >= 5, "README.md shows what npm start prints");
	for (const line of lines) assert.ok(words(stdout).includes(line), `README.md shows "${line}", npm start doesn't`);
});

test("a terminal gets colours and bars", async () => {
	const { exitCode, stdout } = await runDemo({ progress: false }, { terminal: true });
	assert.is(exitCode, 0);
	assert.ok(stdout.includes(`${ESCAPE}[30;45mP${ESCAPE}[0m photos`), stdout);
	assert.ok(stdout.includes(`\r  fill    ${"█".repeat(19)}`), stdout);
	assert.ok(stdout.startsWith(`\r  fill    `) && stdout.includes(`${ESCAPE}[K\n2 MB of RAM held`), "bars go");
});

test("--status: prints a line a second that zramctl reads, for as long as you ask, and every byte comes back", async () => {
	const before = Date.now();
	const { exitCode, stdout } = await runDemo({ progress: false }, { status: 3 });
	assert.is(exitCode, 0);
	assert.ok(Date.now() - before >= 2000);
	const reports = stdout.split("\n").flatMap((line) => parseStatus(line) ?? []);
	assert.is(reports.length, 3);
	for (const [i, { name, ms, status }] of reports.entries()) {
		assert.is(name, "demo");
		assert.ok(ms >= 1000 * i, `${ms}`);
		assert.ok(ms > (reports[i - 1]?.ms ?? -1), `${ms}`);
		assert.ok(status.numReads > (reports[i - 1]?.status.numReads ?? 0));
	}
	assert.ok(stdout.split("every byte is right").length === 3, stdout);
});

// The first reads belong to swaps, the last to verifying the second device.
for (const bad of [1, 400])
	test(`one wrong bit in read ${bad}: says so, exit code 1`, async () => {
		const { exitCode, stdout } = await runDemo({ progress: false, plugins: [faultyDevice(bad)] });
		assert.is(exitCode, 1);
		assert.match(stdout, /DIFFERENCES: 1$/m);
		assert.match(stdout, /DIFFERENCE: bytes differ in the buffer at \d+/);
	});

test.run();
