/* Status lines: what a device says comes back unchanged, and no truncated or garbled line is believed. */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ZramStatus } from "zram";
import { formatStatus, parseStatus } from "zram/status";
import { makeDevice, PAGE, pageOf } from "./support/device.ts";
import { makeBed } from "./support/offload.ts";

/** A device with a past: every kind of page, reads, a failed call. */
function usedDevice() {
	const { zram } = makeDevice();
	zram.read(3 * PAGE, PAGE);
	zram.trim(PAGE, PAGE);
	assert.throws(() => zram.trim(1, zram.byteLength));
	return zram;
}

/** Numbers as a line gives them, with three decimals. */
function rounded<T extends object>(numbers: T): T {
	const entries = Object.entries(numbers).map(([key, value]) => [
		key,
		typeof value === "object" ? rounded(value) : Math.round(value * 1000) / 1000,
	]);
	return Object.fromEntries(entries);
}

test("a line says what status() says", () => {
	const zram = usedDevice();
	const status = zram.status();
	const report = parseStatus(formatStatus("a-b_1", zram, 61004));
	assert.equal(report, { name: "a-b_1", ms: 61004, byteLength: zram.byteLength, pageLength: PAGE, status });
	zram.close();
});

test("with a flash too", () => {
	const bed = makeBed();
	const zram = bed.boot();
	for (let page = 0; page < 5; page++) zram.write(pageOf("raw", page), page * PAGE);
	const status = zram.status();
	assert.is(status.bdCount, 5);
	assert.equal(parseStatus(formatStatus("flash", zram, 0))?.status, rounded<ZramStatus>(status));
	zram.close();
});

test("the format, to the letter", () => {
	const { zram } = makeDevice();
	const { memUsed } = zram.status();
	assert.is(
		formatStatus("x", zram, 1500),
		`zram/1 x ms=1500 byteLength=65536 pageLength=4096 origDataSize=12288 comprDataSize=${zram.status().comprDataSize} ` +
			`memUsed=${memUsed} memLimit=32768 memUsedMax=${memUsed} samePages=1 hugePages=1 hugePagesSince=1 pagesStored=3 ` +
			`rawPages=1 numWrites=3 codecs.lz4.pages=1 codecs.lz4.comprDataSize=${zram.status().codecs.lz4?.comprDataSize} ` +
			"codecs.columns.pages=0 codecs.dense.pages=0 .",
	);
	zram.close();
});

test("names: must be one word", () => {
	const { zram } = makeDevice();
	for (const name of ["", "a b", "a=b", "ä", "a\n", "."]) {
		let error: unknown;
		try {
			formatStatus(name, zram, 0);
		} catch (caught) {
			error = caught;
		}
		assert.instance(error, RangeError);
		assert.match((error as Error).message, /^name: /);
	}
	zram.close();
});

test("a line cut off anywhere is not a status line", () => {
	const { zram } = makeDevice();
	const line = formatStatus("x", zram, 12);
	zram.close();
	assert.ok(parseStatus(line));
	for (let length = 0; length < line.length; length++) assert.is(parseStatus(line.slice(0, length)), undefined);
});

test("text that a console adds is ignored; a garbled line is not a status line", () => {
	assert.is(parseStatus("\x1b[0;32m[12:00:01]\x1b[0m zram/1 x ms=5 .\r")?.ms, 5);
	assert.is(parseStatus("zram/1 x ms=5 future=7 .")?.ms, 5);
	assert.equal(parseStatus("zram/1 x .")?.status.memUsed, 0);
	assert.equal(parseStatus("zram/1 x .")?.status.codecs, {});
	assert.equal(parseStatus("zram/1 x codecs.new.pages=3 codecs.new.age=4 codecs.a.b.pages=5 .")?.status.codecs, {
		new: { pages: 3, comprDataSize: 0 },
	});
	for (const line of [
		"",
		"hello",
		"zram/2 x ms=5 .",
		"zram/10 x ms=5 .",
		"xzram/1 x ms=5 .",
		"zram/1 x ms=5 ms=6 .",
		"zram/1 x ms= .",
		"zram/1 x ms=5zram/1 x ms=6 .",
		"zram/1 x =5 .",
		"zram/1 x ms .",
		"zram/1 ms=5 .",
	])
		assert.is(parseStatus(line), undefined, line);
});

test.run();
