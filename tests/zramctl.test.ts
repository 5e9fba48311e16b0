/* zramctl from outside: what it reads, shows, and answers. */
// needs: node

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { formatStatus, parseStatus } from "zram/status";
import { root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";
import { Monitor, plain, size, table } from "../tools/zramctl/view.ts";
import { makeDevice, PAGE, pageOf } from "./support/device.ts";
import { makeBed } from "./support/offload.ts";

const folder = mkdtempSync(join(tmpdir(), "zramctl-"));
test.after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

const zramctl = (...parameters: string[]) =>
	run(process.execPath, ["--import", "tsx", join(root, "tools/zramctl/zramctl.ts"), ...parameters], { cwd: root });

/** A console's log: other lines, a line that was cut off, two devices of which one has a flash. */
function makeLog(): { path: string; lines: string[] } {
	const { zram } = makeDevice();
	const bed = makeBed();
	const second = bed.boot();
	const lines: string[] = [];
	for (let second_ = 0; second_ < 3; second_++) {
		for (let page = 0; page < 5; page++) second.write(pageOf("raw", 10 * second_ + page), page * PAGE);
		for (let i = 0; i < 12; i++) zram.read(PAGE, 0);
		lines.push(formatStatus("small", zram, 1000 + second_ * 2000), formatStatus("flash", second, second_ * 1000));
	}
	zram.close();
	second.close();
	const log = ["boot: hello", ...lines, (lines[0] as string).slice(0, 90), ""].join("\r\n");
	return { path: file("console.log", log), lines };
}

test("a saved log: a row for each device, its last state, rates by its own clock", async () => {
	const { path, lines } = makeLog();
	const { exitCode, stdout, stderr } = await zramctl(path);
	assert.is(stderr, "");
	assert.is(exitCode, 0);
	const [head, ...rows] = stdout.split("\n").map((line) => line.split(/ {2,}/));
	const cell = (name: string, column: string) =>
		rows.find(([first]) => first === name)?.[(head as string[]).indexOf(column)];
	const last = parseStatus(lines[4] as string);
	assert.is(cell("small", "PAGES"), "3");
	assert.is(cell("small", "SIZE"), "64 KB");
	assert.is(cell("small", "USED"), size(last?.status.memUsed as number));
	assert.is(cell("small", "READ/S"), "6", "12 in 2 seconds");
	assert.is(cell("flash", "WRITE/S"), "5");
	assert.is(cell("flash", "FLASH"), "5");
	assert.match(stdout, /^F pages 5 .* pages on flash$/m);
	assert.not.ok(stdout.includes("\x1b"), "colours in a file");
});

test("--json: every line as it was, one object a line", async () => {
	const { path, lines } = makeLog();
	const { exitCode, stdout } = await zramctl("status", "--json", path);
	assert.is(exitCode, 0);
	assert.equal(
		stdout
			.trimEnd()
			.split("\n")
			.map((line) => JSON.parse(line)),
		JSON.parse(JSON.stringify(lines.map(parseStatus))),
	);
});

test("inspect: a dump in words and as JSON", async () => {
	const { zram, arena } = makeDevice({ integrity: true });
	const path = file("arena.bin", new Uint8Array(arena));
	const { exitCode, stdout } = await zramctl("inspect", path);
	assert.is(exitCode, 0);
	assert.match(stdout, /^device 64 KB: 16 pages of 4096 B, with checksums$/m);
	assert.match(stdout, /^\.sCR\.{12}$/m);
	assert.match(stdout, /^numWrites +3$/m);
	const json = JSON.parse((await zramctl("inspect", path, "--json")).stdout);
	const { invalidIO: _, ...statistics } = zram.status();
	assert.equal(json.statistics, statistics);
	assert.equal(json.pages, [...zram.pages()]);
	zram.close();
});

test("what is wrong is said, with the exit code that --help names", async () => {
	const noise = file("noise.bin", new Uint8Array(4096).fill(3));
	const cases: [string[], number, RegExp][] = [
		[[join(folder, "none")], 1, /ENOENT/],
		[[file("other.log", "hello\n")], 1, /no status line in .*other\.log/],
		[["inspect", noise], 1, /not a zram region/],
		[["inspect"], 2, /a file is missing/],
		[["--nonsense"], 2, /--nonsense/],
		[["a", "b"], 2, /one file at a time/],
	];
	for (const [parameters, exitCode, message] of cases) {
		const result = await zramctl(...parameters);
		assert.is(result.exitCode, exitCode, parameters.join(" "));
		assert.is(result.stdout, "");
		assert.match(result.stderr, message);
	}
	const help = await zramctl("--help");
	assert.is(help.exitCode, 0);
	assert.match(help.stdout, /^usage: zram /);
});

test("pictures: as wide as they are said to be, and what there is little of is seen", () => {
	const monitor = new Monitor();
	const line = "zram/1 x ms=1 pageLength=4096 memLimit=2000000 memUsed=50000 comprDataSize=40000 rawPages=1 .";
	monitor.add(parseStatus(line) as NonNullable<ReturnType<typeof parseStatus>>);
	const bar = monitor.lines(plain).find((each) => /^#+C+R+\.+$/.test(each));
	assert.is(bar?.length, 64);
	assert.equal(
		table([
			["a", "bcd"],
			["efg", "h"],
		]),
		["a    bcd", "efg    h"],
	);
});

test("rates: a device that has started anew has none", () => {
	for (const ms of [1000, 9000]) {
		const monitor = new Monitor();
		for (const line of ["zram/1 x ms=5000 numReads=50 .", `zram/1 x ms=${ms} numReads=5 .`])
			monitor.add(parseStatus(line) as NonNullable<ReturnType<typeof parseStatus>>);
		const [head = "", row = ""] = monitor.lines(plain);
		assert.is(row.trimEnd().split(/ {2,}/)[head.split(/ {2,}/).indexOf("READ/S")], "-");
	}
});

test.run();
