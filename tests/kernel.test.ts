/*
 * The tests of Linux zram, mirrored by name: kernel selftests (tools/testing/selftests/zram) and LTP
 * (testcases/kernel/device-drivers/zram). File systems, swapon and sysfs have no counterpart here; each test says what it
 * leaves out. Sizes are a hundredth of Linux's, like the whole project.
 */
// needs: js
// firmware: --slots 12288 --chunk 172000

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramError } from "zram";
import { equal, fill, TEXT } from "./support/bytes.ts";
import { holds, PAGE, pageOf } from "./support/device.ts";
import { fails, refuses } from "./support/expect.ts";
import { scaled } from "./support/host.ts";
import { holding } from "./support/room.ts";

const KB = 1024;
const MB = 1024 * KB;

/** Writes `bytes` page by page until the device or its arena is full. Returns how many pages it wrote. */
function fillUntilFull(zram: Zram, bytes: (page: number) => Uint8Array): number {
	const pages = zram.byteLength / zram.pageLength;
	for (let page = 0; page < pages; page++)
		try {
			zram.write(bytes(page), page * zram.pageLength);
		} catch (error) {
			assert.is((error as ZramError).code, "ENOSPC");
			return page;
		}
	return pages;
}

/** A page of text, different for each number. */
function text(page: number): Uint8Array {
	const bytes = new Uint8Array(PAGE);
	fill(bytes, 0, PAGE, TEXT, page + 1);
	return bytes;
}

/*
 * zram01.sh, selftest (a device of 2 MB) and LTP (one of 25 MB per file system): fill it with zeros, 1 KB at a time, until
 * it is full; the ratio must be at least 1. Here: both sizes at once, with limits, filled in turn. Left out: mkfs and
 * mount (without file systems a device is full at its end), max_comp_streams (a machine has one thread).
 */
test("zram01: devices of 2 and 25 MB, filled with zeros a KB at a time, ratio at least 1", () => {
	const sizes = [2 * MB, 25 * MB];
	const devices = sizes.map((byteLength) => new Zram({ byteLength, arena: { byteLength: 64 * KB } }));
	for (const [i, zram] of devices.entries()) {
		zram.limit = 60 * KB + i;
		assert.equal([zram.byteLength, zram.limit], [sizes[i], 60 * KB + i]);
	}
	const zeros = new Uint8Array(KB);
	const share = Math.min(scaled(1000) / 1000, 1);
	for (const zram of devices) {
		const end = Math.floor((zram.byteLength * share) / PAGE) * PAGE;
		for (let at = 0; at < end; at += KB) zram.write(zeros, at);
		const { origDataSize, memUsed, samePages, numWrites } = zram.status();
		assert.equal([origDataSize, samePages, numWrites], [end, end / PAGE, end / KB]);
		assert.ok(origDataSize / memUsed >= 1);
		zram.check();
	}
	for (const zram of devices) zram.close();
});

/* The same with text, which takes memory: devices of different sizes are full when their arenas are. */
test("zram01: several devices, filled with text until they are full, ratio at least 1", () => {
	const sizes = [256 * KB, 512 * KB, 1 * MB, 2 * MB];
	const devices = sizes.map((byteLength) => new Zram({ byteLength, arena: { byteLength: byteLength / 4 } }));
	assert.equal(
		devices.map(({ byteLength }) => byteLength),
		sizes,
	);
	const written = devices.map((zram) => fillUntilFull(zram, text));
	devices.forEach((zram, i) => {
		const { origDataSize, memUsed, pagesStored } = zram.status();
		assert.is(pagesStored, written[i]);
		assert.ok((written[i] as number) < (sizes[i] as number) / PAGE, "not full");
		const ratio = origDataSize / memUsed;
		assert.ok(ratio >= 1, `ratio ${ratio}`);
		for (let page = 0; page < pagesStored; page++) holds(zram, page * PAGE, text(page));
		zram.check();
		zram.close();
	});
});

/* The same with incompressible data. Linux's test would fail: the ratio is 1 less the metadata. */
test("zram01: incompressible data takes no more than its pages and the metadata", () => {
	const zram = new Zram({ byteLength: 1 * MB, arena: { byteLength: 256 * KB } });
	const written = fillUntilFull(zram, (page) => pageOf("raw", page));
	const { metadata, data } = Zram.layout({ byteLength: 1 * MB, arena: { byteLength: 256 * KB } });
	assert.is(written, Math.floor(data / PAGE));
	assert.is(zram.status().memUsed, metadata + written * PAGE);
	zram.close();
});

/*
 * zram02.sh, selftest: a swap device of 1 MB with a mem_limit of 1 MB; sets disksize and mem_limit and reads them back.
 * Here: several. Left out: mkswap, swapon, swapoff; hot_add and hot_remove are `new` and close().
 */
test("zram02: sizes and limits can be set and read back, on several devices", () => {
	const sizes = [64 * KB, 256 * KB, 1 * MB];
	const devices = sizes.map((byteLength) => new Zram({ byteLength, arena: { byteLength: 128 * KB } }));
	devices.forEach((zram, i) => {
		assert.is(zram.byteLength, sizes[i]);
		assert.is(zram.limit, 128 * KB);
		zram.limit = (i + 1) * 32 * KB;
	});
	devices.forEach((zram, i) => {
		assert.is(zram.limit, (i + 1) * 32 * KB);
		assert.is(zram.status().memLimit, (i + 1) * 32 * KB);
		fillUntilFull(zram, (page) => pageOf("raw", page));
		assert.ok(zram.status().memUsed <= zram.limit);
	});
	for (const zram of devices) {
		zram.reset();
		assert.is(zram.status().pagesStored, 0);
		zram.close();
	}
});

/*
 * zram_lib.sh, zram_max_streams / zram_compress_alg: sets every possible value and reads it back. Here: every page length
 * and option. Left out: streams (a machine has one), and algorithms.
 */
test("zram_lib: every setting is accepted and takes effect", () => {
	for (const pageLength of [512, 1024, 2048, 4096])
		for (const integrity of [false, true])
			for (const wipe of [false, true]) {
				const arena = new ArrayBuffer(64 * KB);
				const zram = new Zram({ byteLength: 64 * KB, arena, pageLength, integrity, wipe, threshold: 400 });
				const { geometry } = Zram.inspect(arena);
				assert.equal(
					[geometry.pageLength, geometry.integrity, geometry.wipe, geometry.threshold],
					[pageLength, integrity, wipe, 400],
				);
				for (let at = 0; at < zram.byteLength; at += PAGE) holds(zram, at, new Uint8Array(PAGE));
				zram.close();
			}
});

/* Both scripts: the driver refuses values that can't be set. */
test("zram02: a limit above the arena, or a device without room, is refused", () => {
	const zram = new Zram({ byteLength: 64 * KB, arena: { byteLength: 32 * KB } });
	refuses(() => (zram.limit = 32 * KB + 1), RangeError, /^limit: /);
	refuses(() => new Zram({ byteLength: 64 * KB, arena: { byteLength: 4 * KB } }), RangeError, /too small/);
	zram.close();
});

/*
 * zram03.c of LTP: maps 512 MB, writes 'a' everywhere and 0 to the last byte, reads it all back, and prints the statistics
 * before and after reset. Here: 64 MB (512 MB in test:long), in requests of 64 KB, and the statistics are compared. Left
 * out: mmap.
 */
holding(192 * KB)("zram03: 'a' written over the whole device and read back; statistics before and after reset", () => {
	const byteLength = 64 * KB * Math.min(Math.max(scaled(1024), 16), 8192);
	const pages = byteLength / PAGE;
	const zram = new Zram({ byteLength, arena: { byteLength: 8 * pages + 64 * KB } });
	const metadata = zram.status().memUsed;
	const piece = new Uint8Array(64 * KB).fill(0x61);
	const target = new Uint8Array(64 * KB);
	for (let at = 0; at < byteLength; at += piece.length) zram.write(piece, at);
	zram.write(new Uint8Array(1), byteLength - 1);
	for (let at = 0; at < byteLength; at += piece.length) {
		target.fill(1);
		if (at + piece.length === byteLength) piece[piece.length - 1] = 0;
		zram.read(target, at);
		if (!equal(target, 0, piece, 0, piece.length)) throw new Error(`not 'a' at ${at}`);
	}
	const { numReads, numWrites, origDataSize, comprDataSize, memUsed, samePages } = zram.status();
	assert.equal([numReads, numWrites, origDataSize], [pages, pages + 1, byteLength]);
	assert.equal([comprDataSize < 64, memUsed, samePages], [true, metadata + 64, pages - 1]);
	zram.reset();
	const after = zram.status();
	assert.equal([after.numReads, after.numWrites, after.origDataSize, after.memUsed], [0, 0, 0, metadata]);
	zram.read(target, 0);
	assert.ok(equal(target, 0, new Uint8Array(64 * KB), 0, target.length));
	zram.close();
});

/*
 * zram02.sh of LTP: a swap device of 100 GB with a mem_limit of 1 MB. In Linux that costs 0.1 % of the size, outside the
 * limit. Here each page costs 8 bytes of table inside the arena: 1 MB holds the table of 500 MB, and 100 GB need 200 MB.
 * So this tests the largest device that leaves room for a page in 1 MB, 500 times its arena, and what the layout says of
 * 100 GB. Left out: mkswap, swapon, swapoff.
 */
holding(3 * MB)("zram02: a device hundreds of times as large as its arena works at its far end", () => {
	const arena = { byteLength: 1 * MB };
	let pages = Math.floor((MB - 256 - PAGE - 128) / 8);
	while (Zram.layout({ byteLength: (pages + 1) * PAGE, arena }).data) pages++;
	while (!Zram.layout({ byteLength: pages * PAGE, arena }).data) pages--;
	const byteLength = pages * PAGE;
	assert.ok(byteLength > 500 * arena.byteLength, `${byteLength / arena.byteLength} times`);
	const zram = new Zram({ byteLength, arena });
	const last = byteLength - PAGE;
	for (const bytes of [pageOf("raw", 1), pageOf("compressed", 2), pageOf("same", 3)]) {
		zram.write(bytes, last);
		holds(zram, last, bytes);
		holds(zram, last - PAGE, new Uint8Array(PAGE));
	}
	zram.write(new Uint8Array(2).fill(1), last - 1);
	zram.write(new Uint8Array(3 * MB).fill(5), byteLength / 2 - 7);
	assert.is(
		fillUntilFull(zram, (page) => pageOf("raw", page)),
		0,
	);
	zram.check();
	zram.trim(0, byteLength);
	assert.is(zram.status().pagesStored, 0);
	zram.close();
	const { minimum } = Zram.layout({ byteLength: 100 * 1024 * MB, arena });
	assert.ok(minimum > 200 * MB && minimum < 201 * MB, `100 GB need ${minimum}`);
});

/* Both scripts' dev_num, and hot_add, hot_remove: devices come and go. Left out: modprobe and rmmod. */
holding(20 * 12 * KB)("zram01: devices come and go while others keep their bytes", () => {
	const devices: { zram: Zram; seed: number }[] = [];
	for (let round = 0; round < 60; round++) {
		const zram = new Zram({ byteLength: 64 * KB, arena: { byteLength: 24 * KB }, integrity: round % 3 === 0 });
		devices.push({ zram, seed: round });
		zram.write(pageOf("raw", round), (round % 16) * PAGE);
		zram.write(text(round), ((round + 5) % 16) * PAGE);
		if (round % 3) {
			const { zram: closed } = devices.splice((round * 7) % devices.length, 1)[0] as { zram: Zram };
			closed.close();
			fails(() => closed.read(1, 0), "ECLOSED");
		}
		for (const { zram: other, seed } of devices) {
			holds(other, (seed % 16) * PAGE, pageOf("raw", seed));
			holds(other, ((seed + 5) % 16) * PAGE, text(seed));
		}
	}
	assert.is(devices.length, 20);
	for (const { zram } of devices) {
		zram.check();
		zram.close();
	}
});

test.run();
