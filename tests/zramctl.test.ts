/* zramctl from outside: what it reads, shows and answers. */
// needs: node

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import { formatStatus, parseStatus } from "zram/status";
import { root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";
import { Screen, type Terminal } from "../zramctl/screen.ts";
import { colored, inspection, Monitor, plain, size, table } from "../zramctl/view.ts";
import { makeDevice, PAGE, pageOf } from "./support/device.ts";
import { makeBed } from "./support/offload.ts";

const ESCAPE = "\x1b";
const folder = mkdtempSync(join(tmpdir(), "zramctl-"));
test.after(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
	const path = join(folder, name);
	writeFileSync(path, content);
	return path;
}

const zramctl = (...parameters: string[]) =>
	run(process.execPath, ["--import", "tsx", join(root, "zramctl/zramctl.ts"), ...parameters], { cwd: root });

/** A console's log: other lines, a truncated line, and two devices, one with a flash. */
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

test("a saved log: a row for each device, with its last state, and rates by its own clock", async () => {
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
	assert.match(stdout, /^\.sLR\.{12}$/m);
	assert.match(stdout, /^numWrites +3$/m);
	const json = JSON.parse((await zramctl("inspect", path, "--json")).stdout);
	const { invalidIO: _, pagesRepacked: __, failedRepacks: ___, ...statistics } = zram.status(); // no dump has these
	assert.equal(json.statistics, statistics);
	assert.equal(json.pages, [...zram.pages()]);
	zram.close();
});

test("inspect: shows a dump shorter or longer than its arena, and says so", async () => {
	const { zram, arena } = makeDevice();
	const whole = new Uint8Array(arena);
	const path = file("short.bin", whole.subarray(0, whole.length - 1000));
	const { exitCode, stdout, stderr } = await zramctl("inspect", path);
	assert.is(exitCode, 0);
	assert.match(stdout, /^\.sLR\.{12}$/m);
	assert.match(stderr, new RegExp(`has ${whole.length - 1000} bytes but the arena ${whole.length};`));
	zram.close();
});

test("errors say what is wrong, with the exit codes --help names", async () => {
	const noise = file("noise.bin", new Uint8Array(4096).fill(3));
	const cases: [string[], number, RegExp][] = [
		[[join(folder, "none")], 1, /ENOENT/],
		[[file("other.log", "hello\n")], 1, /no status line in .*other\.log/],
		[["inspect", noise], 1, /not the dump of a zram region/],
		[["inspect"], 2, /inspect: name a FILE/],
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

test("pictures: exactly as wide as asked, and small shares stay visible", () => {
	const monitor = new Monitor();
	const line =
		"zram/1 x ms=1 pageLength=4096 memLimit=2000000 memUsed=50000 comprDataSize=40000 rawPages=1 " +
		"codecs.lz4.comprDataSize=20000 codecs.columns.comprDataSize=9000 codecs.dense.comprDataSize=5000 .";
	monitor.add(parseStatus(line) as NonNullable<ReturnType<typeof parseStatus>>);
	const bar = monitor.lines({ paint: plain, width: 200 }).find((each) => /^#+L+C+D+Z+R+\.+$/.test(each));
	assert.is(bar?.length, 64);
	assert.equal(
		table([
			["a", "bcd"],
			["efg", "h"],
		]),
		["a    bcd", "efg    h"],
	);
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours
const visible = (line: string) => line.replaceAll(/\x1b\[[\d;]*m/g, "");

/** A monitor that has read a log. */
function monitorOf(lines: string[]): Monitor {
	const monitor = new Monitor();
	for (const line of lines) monitor.add(parseStatus(line) as NonNullable<ReturnType<typeof parseStatus>>);
	return monitor;
}

test("narrow terminals: nothing is too wide, and no word is missing", () => {
	const monitor = monitorOf(makeLog().lines);
	const words = (lines: string[]) => new Set(lines.flatMap((line) => visible(line).split(/ +|[.#LCRFe]{8,}/)));
	const wide = words(monitor.lines({ paint: plain, width: 200 }));
	const { zram, arena } = makeDevice();
	const dump = Zram.inspect(arena);
	zram.close();
	for (const name of ["NAME", "LIMIT", "PAGES", "SAME", "FAILED", "erases"]) assert.ok(wide.has(name), name);
	for (const width of [40, 64, 80, 100]) {
		const lines = monitor.lines({ paint: colored, width });
		for (const line of [...lines, ...inspection(dump, { paint: colored, width }).slice(3)])
			assert.ok(visible(line).length <= width, `${width}: ${line}`);
		for (const word of wide) assert.ok(words(lines).has(word), `${width}: ${word} is missing`);
	}
	const head = monitor.lines({ paint: plain, width: 80 }).filter((line) => line.startsWith("NAME"));
	assert.match(head[1] as string, /^NAME +PAGES .* FAILED$/, "counts in a table of their own");
});

test("a restart shows in the curve and in no rate", () => {
	const lines = [3000, 4000, 500, 1500].map((ms) => `zram/1 x ms=${ms} memLimit=100 memUsed=50 .`);
	const shown = monitorOf(lines).lines({ paint: plain, width: 100 });
	assert.ok(shown.some((line) => /^▄▄\|▄▄ +used {3}\| restart$/.test(line)));
});

test("a screen: draws changes, counts lines that don't fit, and leaves the terminal as it was", async () => {
	let written = "";
	const listeners = new Set<() => void>();
	const terminal = {
		rows: 4,
		write: (text: string) => {
			written += text;
			return true;
		},
		on: (_: string, listener: () => void) => listeners.add(listener),
		off: (_: string, listener: () => void) => listeners.delete(listener),
	};
	let lines = ["a", "b"];
	const screen = new Screen(terminal as unknown as Terminal, () => lines);
	screen.close();
	assert.is(written, "", "nothing was drawn, nothing is to be undone");

	const second = new Screen(terminal as unknown as Terminal, () => lines);
	second.update();
	await wait(150);
	assert.ok(written.startsWith(`${ESCAPE}[?1049h`));
	assert.ok(written.endsWith(`${ESCAPE}[H${ESCAPE}[Ka\r\n${ESCAPE}[Kb\r\n${ESCAPE}[J`));
	lines = ["a", "b", "c", "d", "e"];
	written = "";
	for (const listener of listeners) listener();
	assert.ok(written.endsWith(`c\r\n${ESCAPE}[K… 2 more lines: make the window taller`));
	second.close();
	assert.ok(written.endsWith(`${ESCAPE}[?1049l`));
	assert.is(listeners.size, 0);
});

test("rates: a device that restarted has none", () => {
	for (const ms of [1000, 9000]) {
		const monitor = new Monitor();
		for (const line of ["zram/1 x ms=5000 numReads=50 .", `zram/1 x ms=${ms} numReads=5 .`])
			monitor.add(parseStatus(line) as NonNullable<ReturnType<typeof parseStatus>>);
		const [head = "", row = ""] = monitor.lines({ paint: plain, width: 200 });
		assert.is(row.trimEnd().split(/ {2,}/)[head.split(/ {2,}/).indexOf("READ/S")], "-");
	}
});

test.run();
