/**
 * The emulated microcontrollers from outside: memory ends where it should, the firmware says what ran out, and two runs
 * are equal to the last instruction. Runs in Node and starts QEMU.
 */
// needs: compiler

import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runDemo } from "../tools/demo.ts";
import { root } from "../tools/paths.ts";
import type { RunResult } from "../tools/process.ts";
import { runOnXS } from "../tools/run-xs.ts";
import { type Chip, chips } from "../tools/variants.ts";
import { isThere } from "./support/hosts.ts";

const tests = suite("firmware");

/** A chip's memory map, and what it can say about a trap. */
interface Board {
	/** Their start addresses. */
	flash: number;
	ram: number;
	psram: number;
	/** An address in the machine where the firmware has no business. */
	foreign: { address: number; place: string };
	load: string;
	store: string;
	/** The lowest bit of a function pointer. */
	thumb: 0 | 1;
}

const boards: Record<Chip, Board> = {
	rv32: {
		flash: 0x80000000,
		ram: 0x80200000,
		psram: 0x80400000,
		foreign: { address: 0x10000000, place: "below the flash" },
		load: "load",
		store: "store",
		thumb: 0,
	},
	m33: {
		flash: 0x10000000,
		ram: 0x38000000,
		psram: 0x80000000,
		foreign: { address: 0x50200000, place: "past the end of RAM" },
		load: "load or store",
		store: "load or store",
		thumb: 1,
	},
};

const [RAM, PSRAM, BUNDLE] = [512 << 10, 8 << 20, 0x180000];

/** Firmware with natives that touch any address. */
const poke = { name: "poke", sources: [join(root, "tests/c/poke.c")], others: [], flags: [] };

const HEAD = `
	import { collect, exit, heapStats, instructions, print, programArguments, readFile } from "host";
	import { Memory, ticks } from "zram/memory";
	function store(address, byte) { native("xs_poke_store").call(this, address, byte); }
	function load(address) { return native("xs_poke_load").call(this, address); }
	function jump(address) { native("xs_poke_jump").call(this, address); }
	function recurse(depth) { return native("xs_poke_recurse").call(this, depth); }
	function count(turns) { return native("xs_poke_count").call(this, turns); }
`;

/** Runs programs on a chip. */
function programsOn(chip: Chip) {
	const firmware = (contents: string, host: string[] = [], parameters: string[] = []): Promise<RunResult> =>
		runOnXS(chip, { contents: HEAD + contents }, parameters, {
			addition: poke,
			host,
			keepBundle: false,
			progress: false,
			timeout: 60_000,
		});
	return {
		firmware,
		/** Succeeds, and prints these lines to stdout. */
		async prints(contents: string, lines: string[], host: string[] = []) {
			const result = await firmware(contents, host);
			const expected = lines.map((line) => `${line}\n`).join("");
			assert.equal([result.stderr, result.stdout, result.exitCode], ["", expected, 0]);
		},
		/** Traps, says so, and prints nothing afterwards. */
		async traps(contents: string, what: string, address: number, place: string) {
			const result = await firmware(`print("before"); ${contents} print("after");`);
			const hex = (address >>> 0).toString(16).padStart(8, "0");
			assert.match(result.stderr, `: ${what} at 0x${hex} (${place}), pc `);
			assert.match(result.stderr, /^trap \d+: .* at 0x[0-9a-f]{8} \(.*\), pc 0x[0-9a-f]{8}, ra 0x[0-9a-f]{8}\n$/);
			assert.equal([result.stdout, result.exitCode], ["before\n", 3]);
		},
		/** Ends with an XS error. */
		async fails(contents: string, message: RegExp, host: string[] = []) {
			const result = await firmware(`${contents} print("after");`, host);
			assert.match(result.stderr, message);
			assert.equal([result.stdout, result.exitCode], ["", 1]);
		},
	};
}

function testsOn(chip: Chip) {
	const test = (name: string, run: () => Promise<void>) => tests(`${chip}: ${name}`, run);
	const { flash, ram, psram, foreign, load, store, thumb } = boards[chip];
	const { firmware, prints, traps, fails } = programsOn(chip);
	const [ramEnd, psramEnd] = [ram + RAM, psram + PSRAM];

	test("memory: the last bytes of RAM and PSRAM exist", async () => {
		for (const last of [ramEnd - 1, psramEnd - 1]) await prints(`store(${last}, 0x5a); print(load(${last}));`, ["90"]);
	});

	test("memory: a store or a load past the end of RAM traps", async () => {
		await traps(`store(${ramEnd}, 1);`, store, ramEnd, "past the end of RAM");
		await traps(`load(${ramEnd});`, load, ramEnd, "past the end of RAM");
		await traps(`store(${ramEnd + 0x17ffff}, 1);`, store, ramEnd + 0x17ffff, "past the end of RAM");
	});

	test("memory: a store or a load past the end of PSRAM traps", async () => {
		await traps(`store(${psramEnd}, 1);`, store, psramEnd, "past the end of PSRAM");
		await traps(`load(${psramEnd});`, load, psramEnd, "past the end of PSRAM");
	});

	test("no PSRAM: memory of no particular kind is internal; asking for PSRAM is an error", async () => {
		const uses = `
			import Zram from "zram";
			import SwapPool from "zram/swap";
			const zram = new Zram({ arena: 24 * 1024 });
			zram.write(ArrayBuffer.fromString("hello"), 0);
			print(String.fromArrayBuffer(zram.read(5, 0)) + zram.byteLength);
			zram.close();
			const pool = new SwapPool({ arena: 24 * 1024, keys: 16, resident: { slots: 2, byteLength: 4096 } });
			pool.create("a", 4096);
			pool.acquire("a").fill(7);
			pool.release("a");
			print(pool.acquire("a", "r")[4095]);
			for (const work of [
				() => new Memory(64, "external"),
				() => new Zram({ arena: { byteLength: 24 * 1024, memory: "external" } }),
				() => new SwapPool({ arena: 8192, resident: { slots: 1, byteLength: 64, memory: "external" } }),
			])
				try { work(); } catch (error) { print(error.message); }
			try { new SwapPool({ arena: 24 * 1024, resident: { slots: 64, byteLength: 65536 } }); } catch (error) { print(error.message); }
			for (let i = 0; i < 20; i++) new SwapPool({ arena: 24 * 1024 }).close();
			print("fine");`;
		const none = 'no external memory (PSRAM) here, or the build does not turn it on: ask for "internal"';
		const full = (kind: string) => `out of memory: 65536 bytes of ${kind} memory`;
		await prints(
			uses,
			["hello196608", "7", none, none, none, full("internal"), "fine"],
			["--no-psram", "--slots", "13312", "--chunk", "65536"],
		);
		await prints("for (const kind of [undefined, 'external']) print(new Memory(1 << 20, kind).byteLength);", [
			"1048576",
			"1048576",
		]);
	});

	test("memory: flash can't be written, RAM and PSRAM can't be executed, and there is nothing at 0", async () => {
		await traps(`store(${flash}, 1);`, store, flash, "flash");
		await traps(`store(${flash + BUNDLE}, 1);`, store, flash + BUNDLE, "flash");
		await traps(`jump(${ram + 0x40000 + thumb});`, "jump out of the flash", ram + 0x40000, "RAM");
		await traps(`jump(${psram + thumb});`, "jump out of the flash", psram, "PSRAM");
		await traps("load(8);", load, 8, "a null pointer");
		await traps(`store(${foreign.address}, 65);`, store, foreign.address, foreign.place);
	});

	test("C stack: overflows that XS misses run into read-only memory and trap", async () => {
		await prints("print(recurse(50));", [`${(50 * 51) / 2}`]);
		const { stdout, stderr, exitCode } = await firmware('print("before"); recurse(100000);');
		assert.match(stderr, `: ${store} at 0x${((ram >>> 16) - 1).toString(16)}`);
		assert.match(stderr, "(just below RAM and the C stack), pc ");
		assert.equal([stdout, exitCode], ["before\n", 3]);
	});

	test("stack overflow: is an error, whether JavaScript, JSON, a regular expression or the collector goes too deep", async () => {
		await fails("function f() { f(); } f();", /stack overflow/);
		await fails('JSON.parse("[".repeat(5000));', /stack overflow/);
		await fails("new RegExp('('.repeat(5000) + ')'.repeat(5000));", /stack overflow|regular expression|memory/i);
		await fails("let a = []; for (let i = 0; i < 1500; i++) a = { a }; JSON.stringify(a);", /stack overflow/);
	});

	test("heap: says when it is full, and what is in use", async () => {
		const full = /out of memory: the XS heap is full, with \d+ of \d+ slots and \d+ of \d+ bytes of chunks in use/;
		await fails("const all = []; for (;;) all.push({});", full);
		await fails("const all = []; for (;;) all.push(new ArrayBuffer(1000));", full);
		await fails("new ArrayBuffer(250000);", full);
		await fails("", /out of memory|too small/, ["--slots", "1000"]);
	});

	test("zram/memory: external is all 8 MB, first fit; internal is what the C heap has left", async () => {
		await prints(
			`const MB = 1024 * 1024;
			const all = new Memory(8 * MB, "external");
			const bytes = new Uint8Array(all);
			bytes[8 * MB - 1] = 7;
			print(load(${psramEnd - 1}));
			try { new Memory(1, "external"); } catch (error) { print(error.message); }
			all.close();
			const [a, b, c] = [1, 2, 5].map((n) => new Memory(n * MB, "external"));
			b.close();
			const hole = new Memory(2 * MB, "external");
			new Uint8Array(hole)[0] = 9;
			print(load(${psram} + MB));
			c.close();
			hole.close();
			a.close();
			new Uint8Array(new Memory(8 * MB, "external"))[5] = 11;
			print(load(${psram} + 5));
			new Uint8Array(new Memory(30000, "internal"))[0] = 13;
			try { new Memory(400000, "internal"); } catch (error) { print(error.message); }`,
			["7", "out of memory: 1 bytes of external memory", "9", "11", "out of memory: 400000 bytes of internal memory"],
		);
	});

	test("zram/memory: unreachable regions are collected before an allocation fails", async () => {
		await prints('for (let i = 0; i < 20; i++) new Memory(5 << 20, "external"); print("fine");', ["fine"]);
		await prints('for (let i = 0; i < 20; i++) new Memory(30000, "internal"); print("fine");', ["fine"]);
	});

	test("instructions: exactly the same count in every run, and the clock runs on it", async () => {
		const source = `
			const text = readFile("package.json").byteLength;
			const before = instructions(), start = ticks();
			for (let i = 0; i < 40000; i++) Math.sqrt(i);
			const after = instructions(), end = ticks();
			if (Math.abs((after - before) / 160000 - (end - start)) > 1) throw new Error("ticks");
			print([text, before, after, Date.now(), Math.random()].join(" "));`;
		const first = await firmware(source);
		assert.is(first.stderr, "");
		const [, before, after] = first.stdout.split(" ").map(Number) as [number, number, number];
		assert.ok(after - before > 40_000 * 100 && after - before < 40_000 * 10_000, first.stdout);
		assert.is((await firmware(source)).stdout, first.stdout);
		const contents = 'import { instructions, print } from "host"; print(typeof instructions());';
		assert.is((await runOnXS("xs64", { contents }, [], { progress: false })).stdout, "undefined\n");
	});

	test("instructions: every one is counted, and nothing else", async () => {
		const counts = [1, 2, 1000, 1_000_000].map((turns) => `${2 * (turns - 1)}`);
		await prints('print([1, 2, 1000, 1000000].map((turns) => count(turns) - count(1)).join(" "));', [counts.join(" ")]);
	});

	test("the command line, output in order, exit codes", async () => {
		const source = 'print(programArguments().join("|")); trace("t\\n"); await 1; exit(7);';
		const result = await firmware(source, ["--stack", "1500"], ["one", "two words", "a,b", ""]);
		assert.equal([result.exitCode, result.stdout, result.stderr], [7, "one|two words|a,b|\nt\n", ""]);
		assert.is((await firmware("", ["--nonsense"])).exitCode, 2);
		await fails('throw new RangeError("too far");', /uncaught exception: RangeError: too far/);
		await fails("await new Promise(() => {});", /waits for a promise/);
		await fails('readFile("no/such/file");', /no\/such\/file/);
		await fails("new Function('return 1');", /SyntaxError/);
	});

	test("a bundle too large for its part of the flash is refused", async () => {
		const lines = Array.from({ length: 6000 }, (_, i) => `print("${`${i} `.repeat(20)}");`);
		try {
			await firmware(lines.join("\n"));
		} catch (error) {
			assert.match((error as Error).message, /takes \d+ bytes of flash, but there are only 524288/);
			return;
		}
		assert.unreachable();
	});

	test("npm run firmware: the demo fits, and every byte is right", async () => {
		const { exitCode, stdout, stderr } = await runDemo({ progress: false }, { firmware: chip });
		assert.equal([exitCode, stderr], [0, ""]);
		assert.is(stdout.split("every byte is right").length, 3, stdout);
	});

	test("zram/memory: internal leaves XS enough to catch the error", async () => {
		await prints(
			`const all = [];
			try { for (;;) all.push(new Memory(1024, "internal")); } catch {}
			const deep = (n) => { try { return n ? deep(n - 1) + 1 : 0; } catch { return -1; } };
			print(deep(8));`,
			["8"],
		);
	});
}

for (const chip of chips) if (await isThere(chip)) testsOn(chip);
tests.run();
