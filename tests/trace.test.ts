/*
 * Traces: they say what was done, whoever did it; rings, sinks, lines; broken traces. The model is a table of pages, built
 * from a trace's operations and compared with the device's own.
 */
// needs: js
// firmware: --slots 16384 --chunk 130000

import { suite } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramOptions } from "zram";
import ZramFlash from "zram/flash";
import History from "zram/history";
import SwapPool from "zram/swap";
import Trace, { type TraceOptions, traceLines } from "zram/trace";
import {
	CALL,
	CALL_AGE,
	CALL_LIMIT,
	CALL_MAINTAIN,
	CALL_RESET,
	HELD,
	OFFLOAD,
	READ,
	REFUSED,
	REPACK,
	TRIM,
	UNPACKED,
	WRITE,
	WRITE_FLASH,
} from "zram/trace/format";
import { type Operation, TraceFile } from "../zramctl/replay/trace.ts";
import { makeDevice, PAGE, pageOf } from "./support/device.ts";
import { fails, refuses } from "./support/expect.ts";
import { isPreloaded } from "./support/host.ts";
import { makeBed } from "./support/offload.ts";
import { Random } from "./support/random.ts";
import { contents, Kept, work } from "./support/traced.ts";

const test = suite("trace");
const scale = Number(process.env.TEST_SCALE || 1);
const KB = 1024;

function saved(trace: Trace): TraceFile {
	const kept = new Kept();
	trace.save(kept);
	return new TraceFile(kept.bytes);
}

function operationsOf(file: TraceFile): Operation[] {
	const operations: Operation[] = [];
	file.forEach((operation) => {
		operations.push({ ...operation });
	});
	return operations;
}

const namesOf = (file: TraceFile) =>
	operationsOf(file).map(({ operation, page, argument }) => [operation, page, argument]);

/** Pages and counters according to a trace. */
function replayed(file: TraceFile) {
	const pages = new Map<number, string>();
	const counts = { numReads: 0, numWrites: 0, notifyFree: 0, failedWrites: 0 };
	const { pageLength, codecs } = file.header;
	const look = (stored: number) => {
		const length = stored % 8192;
		if (length === 0) return "same 0";
		return length === pageLength ? `raw ${length}` : `${codecs[Math.floor(stored / 8192)]} ${length}`;
	};
	file.forEach(({ operation, page, argument }) => {
		if (operation === READ) counts.numReads++;
		else if (operation === REFUSED) counts.failedWrites++;
		else if (operation === TRIM) {
			counts.notifyFree += argument;
			for (let i = 0; i < argument; i++) pages.delete(page + i);
		} else if (operation === OFFLOAD) pages.set(page, "offloaded 0");
		else if (operation === CALL) {
			if (page !== CALL_RESET) return;
			pages.clear();
			Object.assign(counts, { numReads: 0, numWrites: 0, notifyFree: 0, failedWrites: 0 });
		} else {
			if (operation !== REPACK && operation !== HELD) counts.numWrites++;
			const stored = operation === UNPACKED ? pageLength : argument;
			pages.set(page, operation === WRITE_FLASH ? "offloaded 0" : look(stored));
		}
	});
	return { pages, counts };
}

/** Expects the trace to say what the device says. */
function agrees(file: TraceFile, zram: Zram, keys: ("numReads" | "numWrites" | "notifyFree" | "failedWrites")[] = []) {
	const { pages, counts } = replayed(file);
	const own = [...zram.pages()].map(
		({ page, state, codec, storedLength }) => `${page} ${codec ?? state} ${storedLength}`,
	);
	const ours = [...pages].sort(([a], [b]) => a - b).map(([page, look]) => `${page} ${look}`);
	assert.is(ours.join("\n"), own.join("\n"));
	const status = zram.status();
	for (const key of keys) assert.is(counts[key], status[key], key);
}

const shapes: [string, Partial<ZramOptions>][] = [
	["pages of 4096", {}],
	["integrity, pages of 512", { integrity: true, pageLength: 512 }],
	["lz4 alone, threshold", { codecs: ["lz4"], threshold: 2048, pageLength: 2048 }],
	["onOperation", { onOperation() {} }],
];

for (const [name, options] of shapes)
	test(`random operations, ${name}: a trace gives the device's pages`, () => {
		const zram = new Zram({ arena: 40 * KB, byteLength: 32 * PAGE, ...options });
		const trace = new Trace({ zram, byteLength: 64 * KB });
		for (let round = 0; round < Math.max(1, 10 * scale); round++) {
			work(zram, new Random(round + 1), 60);
			const file = saved(trace);
			if (trace.isWrapped) break;
			assert.equal(file.problems, []);
			agrees(file, zram, ["numReads", "failedWrites"]);
		}
		trace.close();
		zram.close();
	});

test("random operations, with flash", () => {
	const bed = makeBed();
	const zram = bed.bootLate({ arena: { byteLength: 48 * KB } });
	const trace = new Trace({ zram, byteLength: 32 * KB });
	const random = new Random(3);
	const page = new Uint8Array(PAGE);
	for (let i = 0; i < 300; i++) {
		bed.clock.now += 60_000;
		contents[random.below(contents.length)]?.(page, i);
		try {
			if (random.below(8) === 0) zram.trim(random.below(62) * PAGE + 100, PAGE + 17);
			else if (random.below(30) === 0) zram.writeback({ type: "page", pages: [random.below(64), random.below(64)] });
			else if (random.below(20) === 0) zram.maintain(100);
			else if (random.once(9)) zram.markIdle();
			else if (random.below(4) === 0) zram.read(page, random.below(64) * PAGE);
			else zram.write(page, random.below(64) * PAGE);
		} catch (error) {
			if ((error as { code?: string }).code !== "ENOSPC") throw error;
		}
	}
	const file = saved(trace);
	assert.is(trace.isWrapped, false);
	for (const which of [WRITE_FLASH, OFFLOAD])
		assert.ok(operationsOf(file).some(({ operation }) => operation === which));
	agrees(file, zram, ["numReads", "failedWrites"]);
	assert.is(file.header.slots, 32);
	zram.close();
});

test("each operation: its kind and its page", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 16 * PAGE });
	const trace = new Trace({ zram, byteLength: 4 * KB });
	zram.write(pageOf("raw", 1), 5 * PAGE);
	zram.write(pageOf("same", 1), 3 * PAGE);
	zram.read(new Uint8Array(2 * PAGE), 3 * PAGE);
	zram.trim(5 * PAGE, 2 * PAGE);
	zram.limit = 30_000;
	zram.markIdle();
	zram.maintain(0);
	zram.limit = 0;
	fails(() => zram.write(pageOf("compressed", 1), 9 * PAGE), "ENOSPC");
	assert.throws(() => zram.read(new Uint8Array(5), 16 * PAGE), RangeError);
	assert.throws(() => zram.maintain(-1), RangeError);
	zram.reset();
	const file = saved(trace);
	const refused = namesOf(file).find(([operation]) => operation === REFUSED)?.[2] as number;
	assert.ok(refused > 0 && refused < PAGE, "a page that was refused is as long as it would have been");
	assert.equal(namesOf(file), [
		[WRITE, 5, PAGE],
		[WRITE, 3, 0],
		[READ, 3, 0],
		[READ, 4, 0],
		[TRIM, 5, 2],
		[CALL, CALL_LIMIT, 30_000],
		[CALL, CALL_AGE, 1],
		[CALL, CALL_MAINTAIN, 0],
		[CALL, CALL_LIMIT, 0],
		[REFUSED, 9, refused],
		[CALL, CALL_RESET, 0],
	]);
	const { pageLength, pageCount, arenaLength, codecs, first } = file.header;
	assert.equal([pageLength, pageCount, arenaLength, first], [PAGE, 16, 40 * KB, 0]);
	assert.equal(codecs, Zram.layout({ arena: 40 * KB }).codecs);
	zram.close();
});

test("a page at rest: maintain's call, and what it packs", () => {
	const { zram } = makeDevice();
	const trace = new Trace({ zram, byteLength: 4 * KB });
	zram.markIdle();
	zram.maintain(100_000);
	const file = saved(trace);
	assert.ok(operationsOf(file).some(({ operation }) => operation === REPACK));
	agrees(file, zram);
	zram.close();
});

test("a device that already has pages: the trace begins with them", () => {
	const { zram } = makeDevice();
	const trace = new Trace({ zram, byteLength: 4 * KB });
	const file = saved(trace);
	assert.equal(
		operationsOf(file).map(({ operation }) => operation),
		[HELD, HELD, HELD],
	);
	agrees(file, zram);
	zram.close();
});

test("under a pool, a history and a flash", () => {
	const devices = [0, 1].map(() => new Zram({ arena: 48 * KB, byteLength: 128 * KB })) as [Zram, Zram];
	const traces = devices.map((zram) => new Trace({ zram, byteLength: 16 * KB }));
	const pool = new SwapPool({ devices: [devices[0]] });
	const log = new History({ pool, key: "log" });
	const line = new Uint8Array(50);
	for (let i = 0; i < 400; i++) {
		line.fill(i);
		log.append(line);
		if (i % 20 === 0) {
			const value = pageOf("compressed", i, 1000 + i);
			pool.write("value", value);
			pool.read("value");
		}
	}
	const flash = new ZramFlash({ device: devices[1], partitions: { all: 8 } });
	const device = flash.open({ path: "all" });
	device.write(pageOf("compressed", 1, 2000), 0);
	device.eraseBlock(3);
	device.read(100, 0);
	for (const [i, trace] of traces.entries()) {
		const file = saved(trace);
		assert.ok(operationsOf(file).length > 1);
		assert.equal(file.problems, []);
		agrees(file, devices[i] as Zram, ["numReads", "failedWrites"]);
	}
	assert.ok(operationsOf(saved(traces[0] as Trace)).some(({ operation }) => operation === UNPACKED));
	device.close();
	pool.close();
});

test("about four bytes an operation", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 64 * KB });
	const random = new Random(1);
	const page = pageOf("compressed", 1);
	const count = 2000;
	for (let i = 0; i < count; i++)
		if (random.below(3)) zram.read(page, random.below(16) * PAGE);
		else zram.write(page, random.below(16) * PAGE);
	const kept = new Kept();
	trace.save(kept);
	assert.ok(kept.bytes.length / count < 5, `${kept.bytes.length / count}`);
	zram.close();
});

test("a ring: keeps the latest operations, and its header says what is missing", () => {
	const zram = new Zram({ arena: 256 * KB, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 1500 });
	assert.is(trace.byteLength, 1024);
	const page = pageOf("compressed", 1);
	for (let i = 0; i < 1000; i++) zram.write(page, (i % 64) * PAGE);
	assert.is(trace.isWrapped, true);
	const file = saved(trace);
	assert.ok(file.header.first > 0);
	assert.is(file.isComplete, false);
	assert.match(file.problems.join(), /^the first \d+ blocks had been dropped from the recorder's memory/);
	assert.is(file.problems.length, 1);
	const operations = operationsOf(file);
	assert.is(operations.at(-1)?.page, 999 % 64);
	operations.reduce((before, next) => {
		assert.is(next.page, (before.page + 1) % 64);
		return next;
	});
	zram.close();
});

test("a sink: gets everything, after the calls in question", async () => {
	const zram = new Zram({ arena: 256 * KB, byteLength: 64 * PAGE });
	const kept = new Kept();
	const trace = new Trace({ zram, byteLength: 4096, sink: kept });
	const page = pageOf("compressed", 1);
	for (let i = 0; i < 600; i++) {
		const before = kept.blocks.length;
		zram.write(page, (i % 64) * PAGE);
		assert.is(kept.blocks.length, before, "nothing within a call");
		if (i % 100) continue;
		await undefined;
		await undefined;
	}
	assert.ok(kept.blocks.length > 2);
	trace.close();
	const file = new TraceFile(kept.bytes);
	assert.equal(file.problems, []);
	agrees(file, zram, ["numWrites"]);
	assert.is(
		kept.blocks.every(({ length }) => length <= 512),
		true,
	);
	zram.close();
});

test("a sink that is too slow: the trace says what is missing", () => {
	const zram = new Zram({ arena: 256 * KB, byteLength: 64 * PAGE });
	const kept = new Kept();
	const trace = new Trace({ zram, byteLength: 1024, sink: kept });
	const page = pageOf("compressed", 1);
	for (let i = 0; i < 1000; i++) zram.write(page, (i % 64) * PAGE);
	trace.close();
	const file = new TraceFile(kept.bytes);
	assert.is(file.isComplete, false);
	assert.match(file.problems[0] as string, /^byte \d+: \d+ blocks are missing, from block 0 on$/);
	zram.close();
});

test("a closed recorder leaves nothing behind, and the device may be closed first", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	const names = () => [Object.keys(zram), Object.keys(zram.insides.engine)].flat().length;
	const before = names();
	const trace = new Trace({ zram, byteLength: 1024 });
	assert.ok(names() > before);
	fails(() => new Trace({ zram, byteLength: 1024 }), "EBUSY");
	trace.close();
	trace.close();
	assert.is(names(), before);
	fails(() => trace.save(new Kept()), "ECLOSED");
	fails(() => trace.flush(), "ECLOSED");
	const second = new Trace({ zram, byteLength: 1024 });
	zram.write(pageOf("raw", 1), 0);
	zram.close();
	fails(() => zram.read(1, 0), "ECLOSED");
	const file = saved(second);
	assert.is(operationsOf(file).length, 2);
	second.close();
	fails(() => new Trace({ zram, byteLength: 1024 }), "ECLOSED");
});

test("time: milliseconds of the given clock, which wraps and never goes back", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	let now = 0x7ffffff0;
	const trace = new Trace({ zram, byteLength: 1024, ticks: () => now | 0 });
	for (const passed of [0, 5, 100, 86_400_000, -50, 3]) {
		now += passed;
		zram.trim(0, PAGE);
	}
	assert.equal(
		operationsOf(saved(trace)).map(({ time }) => time),
		[0, 5, 105, 86_400_105, 86_400_105, 86_400_108],
	);
	const base = now;
	for (let i = 0; i < 300; i++) {
		now += 1000;
		zram.trim(0, PAGE);
	}
	const file = saved(trace);
	assert.ok(file.header.first > 0, "blocks begin with the time");
	assert.is(operationsOf(file).at(-1)?.time, 86_400_108 + now - base);
	zram.close();
});

test("a trace doesn't depend on what is in the pages", () => {
	const traces = [1, 2].map((seed) => {
		const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
		const trace = new Trace({ zram, byteLength: 4096 });
		for (let i = 0; i < 5; i++) zram.write(pageOf("raw", seed * 100 + i), i * PAGE);
		const names = namesOf(saved(trace));
		zram.close();
		return names;
	});
	assert.equal(traces[0], traces[1]);
});

test("lines: one per block, in characters any console has", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	const lines: string[] = [];
	const trace = new Trace({ zram, byteLength: 1024, sink: traceLines("photos", (line) => lines.push(line)) });
	for (let i = 0; i < 50; i++) zram.write(pageOf("same", i), i * PAGE);
	trace.close();
	assert.is(lines.length, 2);
	for (const line of lines) {
		assert.match(line, /^zram\/trace 1 photos [A-Za-z0-9+/]+={0,2} \.$/);
		assert.ok(line.length <= 760);
	}
	zram.close();
});

test("arguments", () => {
	const { zram } = makeDevice();
	const make = (options: unknown) => () => new Trace(options as TraceOptions);
	refuses(make(undefined), TypeError, /^options: /);
	refuses(make({ zram, byteLength: 1024, speed: 1 }), TypeError, /^speed: is not an option/);
	refuses(make({ zram: {}, byteLength: 1024 }), TypeError, /^zram: /);
	refuses(make({ zram, byteLength: "1024" }), TypeError, /^byteLength: /);
	for (const byteLength of [0, 1023, 1024.5, 2 ** 31]) refuses(make({ zram, byteLength }), RangeError, /^byteLength: /);
	refuses(make({ zram, byteLength: 1024, sink: {} }), TypeError, /^sink: /);
	refuses(make({ zram, byteLength: 1024, ticks: 1 }), TypeError, /^ticks: /);
	refuses(() => traceLines("a b", () => {}), RangeError, /^name: /);
	refuses(() => traceLines("a", 1 as unknown as () => void), TypeError, /^print: /);
	const trace = new Trace({ zram, byteLength: 1024 });
	refuses(() => trace.save(1 as unknown as Kept), TypeError, /^sink: /);
	trace.close();
	zram.close();
});

test("broken traces: errors say what is wrong and where, and the rest can be read", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 8192 });
	for (let i = 0; i < 600; i++) zram.write(pageOf("same", i), (i % 64) * PAGE);
	const kept = new Kept();
	trace.save(kept);
	const { bytes } = kept;
	const all = operationsOf(new TraceFile(bytes)).length;
	const header = (kept.blocks[0] as Uint8Array).length;

	const short = new TraceFile(bytes.slice(0, bytes.length - 7));
	assert.match(short.problems[0] as string, /^byte \d+: a block is cut off$/);
	assert.ok(operationsOf(short).length > all / 2);

	const damaged = bytes.slice();
	damaged[header + 20] = (damaged[header + 20] as number) ^ 1;
	const file = new TraceFile(damaged);
	assert.match(
		file.problems.join("\n"),
		new RegExp(`^byte ${header}: a block is damaged\n.*: 1 blocks are missing, from block 0 on`),
	);
	assert.ok(operationsOf(file).length > all / 2);

	assert.throws(() => new TraceFile(bytes.slice(header)), /the header is missing/);
	zram.close();
});

test("frozen prototypes, as where modules are preloaded: a trace gets everything, and leaves nothing behind", () => {
	const zram = new Zram({ arena: 40 * KB, byteLength: 64 * PAGE });
	const { engine } = zram.insides;
	// stays so: this test is the last; what is preloaded is in ROM, where freezing it once more would write
	if (!isPreloaded) for (const each of [zram, engine]) Object.freeze(Object.getPrototypeOf(each));
	const trace = new Trace({ zram, byteLength: 1024 });
	zram.write(pageOf("raw", 1), 0);
	zram.maintain(0);
	assert.is(operationsOf(saved(trace)).length, 2);
	trace.close();
	for (const name of ["read", "plainRead"]) assert.is(Object.hasOwn(engine, name), false, name);
	zram.close();
});

test.run();
