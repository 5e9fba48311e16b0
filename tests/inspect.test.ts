/* Zram.inspect says of a dump what the live device says, and refuses anything else; Zram.layout is exact. */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramOptions } from "zram";
import { Memory } from "zram/memory";
import { holds, makeDevice, PAGE, PAGES, pageOf, readPage } from "./support/device.ts";
import { fails, refuses } from "./support/expect.ts";
import { SEED } from "./support/host.ts";
import { Random } from "./support/random.ts";
import { holding } from "./support/room.ts";

const DEVICES: [string, Partial<ZramOptions>][] = [
	["4 KB pages", {}],
	["integrity", { integrity: true }],
	["wipe, threshold", { wipe: true, threshold: 100 }],
	["2 KB pages", { pageLength: 2048 }],
	["512-byte pages, all options", { pageLength: 512, integrity: true, wipe: true, threshold: 512 }],
];

/** A device with a past: pages of every kind and age, failures, a limit. */
function usedDevice(options: Partial<ZramOptions>) {
	const device = makeDevice(options);
	const { zram } = device;
	zram.markIdle();
	zram.read(100, 2 * zram.pageLength);
	zram.trim(3 * zram.pageLength, 10);
	zram.limit = 24_000;
	fails(() => {
		for (let page = 4; ; page++) zram.write(pageOf("raw", page, zram.pageLength), page * zram.pageLength);
	}, "ENOSPC");
	return device;
}

for (const [name, options] of DEVICES)
	test(`inspect: geometry, statistics and pages match the live device: ${name}`, () => {
		const { zram, arena } = usedDevice({ byteLength: 128 * (options.pageLength ?? PAGE), ...options });
		const dump = arena.slice(0);
		const { geometry, statistics, pages } = Zram.inspect(dump);
		const { invalidIO, pagesRepacked, failedRepacks, ...status } = zram.status();
		assert.equal([invalidIO, pagesRepacked, failedRepacks], [0, 0, 0]);
		assert.equal(statistics, status);
		assert.equal(pages, [...zram.pages()]);
		assert.ok(pages.length > 4 && new Set(pages.map(({ state }) => state)).size >= 2);
		const { pageLength, pageCount, arenaLength, granuleLength, data } = Zram.layout({
			byteLength: zram.byteLength,
			arena,
			...options,
		});
		const { frontier, ...rest } = geometry;
		assert.equal(rest, {
			...{ pageLength, pageCount, arenaLength, granuleLength, granuleCount: data / granuleLength },
			integrity: options.integrity ?? false,
			wipe: options.wipe ?? false,
			threshold: options.threshold ?? (pageLength / 8) * 7,
			slotCount: 0,
		});
		assert.ok(frontier * granuleLength >= status.memUsed - (arenaLength - data));
		zram.reset();
		zram.close();
	});

test("inspect: doesn't change the device, and takes the live arena or any view of a dump", () => {
	const { zram, arena } = usedDevice({ byteLength: 128 * PAGE });
	const expected = Zram.inspect(arena);
	const moved = new Uint8Array(arena.byteLength + 9);
	moved.set(new Uint8Array(arena), 3);
	const copy = arena.slice(0);
	for (const view of [
		...[copy, new Uint8Array(copy), new Uint32Array(copy), new DataView(copy), new BigInt64Array(copy)],
		new Uint8Array(moved.buffer, 3, arena.byteLength),
	])
		assert.equal(Zram.inspect(view), expected);
	const memory = new Memory(arena.byteLength, "external") as unknown as HostBuffer;
	new Uint8Array(memory as unknown as ArrayBuffer, 0, arena.byteLength).set(new Uint8Array(arena));
	assert.equal(Zram.inspect(memory), expected);
	zram.check();
});

test("inspect: a dump outlives its device, and survives its closing", () => {
	const { zram, arena } = makeDevice();
	const before = Zram.inspect(arena);
	zram.close();
	assert.equal(Zram.inspect(arena), before);
	const wiped = makeDevice({ wipe: true });
	wiped.zram.close();
	fails(() => Zram.inspect(wiped.arena), "ECORRUPT");
});

test("a device doesn't trust a dump loaded into its arena, and starts empty", () => {
	const { arena } = makeDevice();
	const zram = new Zram({ byteLength: PAGES * PAGE, arena });
	assert.equal([...zram.pages()], []);
	assert.equal(readPage(zram, 3), new Uint8Array(PAGE));
	zram.check();
});

test("inspect: a truncated dump is ECORRUPT unless its page table is complete", () => {
	const { arena } = makeDevice();
	const expected = Zram.inspect(arena);
	const tableEnd = 256 + PAGES * 8;
	for (let length = 0; length < tableEnd; length++)
		fails(() => Zram.inspect(new Uint8Array(arena, 0, length)), "ECORRUPT");
	for (const length of [tableEnd, tableEnd + 1, 1000, arena.byteLength - 1])
		assert.equal(Zram.inspect(arena.slice(0, length)), expected);
});

test("inspect: garbage is ECORRUPT", () => {
	const { arena } = makeDevice();
	const message = (bytes: ArrayBuffer) => fails(() => Zram.inspect(bytes), "ECORRUPT").message;
	assert.is(message(new ArrayBuffer(4096)), "ECORRUPT: not the dump of a zram region");
	assert.is(message(pageOf("raw", 1).buffer as ArrayBuffer), "ECORRUPT: not the dump of a zram region");
	const changed = (word: number, value: number) => {
		const dump = arena.slice(0);
		new Uint32Array(dump)[word] = value;
		return dump;
	};
	assert.is(message(changed(1, 2)), "ECORRUPT: the region has version 2, this build reads 1");
	const impossible: [number, number[]][] = [
		[3, [0, 4096]], // region length
		[4, [0, 1, 256, 4095, 8192, 0xffffffff]], // page length
		[5, [0, 0x1000_0000, 0xffffffff]], // pages
		[6, [0, 1, 32, 96, 4096, 0x80000000]], // granule length
		[7, [0xffff, 0xffffffff]], // granules
	];
	for (const [word, values] of impossible)
		for (const value of values)
			assert.is(message(changed(word, value)), "ECORRUPT: the header is damaged: no region has this geometry");
});

test("inspect: with any bits of header and table flipped, returns or throws ECORRUPT, and soon", () => {
	const { arena } = makeDevice({ integrity: true });
	const random = new Random(SEED);
	for (let round = 0; round < 3000; round++) {
		const dump = new Uint8Array(arena.slice(0, 2048));
		for (let flips = 1 + random.below(3); flips > 0; flips--)
			dump[random.below(round % 2 ? 64 : 400)] ^= 1 << random.below(8);
		try {
			const { pages } = Zram.inspect(dump);
			assert.ok(pages.length <= (2048 - 256) / 8);
		} catch (error) {
			assert.is((error as { code: string }).code, "ECORRUPT", String(error));
		}
	}
});

test("inspect: shows an unknown state as unknown", () => {
	const { arena } = makeDevice();
	new Uint8Array(arena)[256 + 2 * 8 + 4] |= 7;
	assert.equal(Zram.inspect(arena).pages[1], { page: 2, state: "unknown", storedLength: 0, huge: false, age: 0 });
});

const FLAGS = [{}, { integrity: true }, { wipe: true }, { integrity: true, wipe: true }];

/** Bytes of metadata for this many granules, by the documented formula. */
function metadataFor(pageCount: number, granules: number, integrity = false): number {
	const links = 256 + pageCount * (integrity ? 12 : 8);
	return Math.ceil((links + 2 * granules) / 64) * 64;
}

/** The layout follows the formula, and no arena of this length could hold one more granule. */
function isExact(options: ZramOptions & { arena: { byteLength: number } }) {
	const { byteLength } = options.arena;
	const { arenaLength, metadata, data, granuleLength, pageCount, minimum } = Zram.layout(options);
	assert.is(arenaLength, byteLength);
	if (byteLength < minimum) return assert.equal([metadata, data, granuleLength], [0, 0, 0]);
	assert.is(metadata + data, arenaLength);
	const granules = data / granuleLength;
	assert.ok(Number.isInteger(granules) && granules <= 65_534);
	const least = metadataFor(pageCount, granules, options.integrity);
	assert.ok(metadata >= least, `metadata ${metadata} < ${least}`);
	// the remainder is too small for another granule
	const more = metadataFor(pageCount, granules + 1, options.integrity) + (granules + 1) * granuleLength;
	assert.ok(more > arenaLength || granules === 65_534, `room for another granule in ${arenaLength}`);
	assert.ok(data >= (options.pageLength ?? PAGE), "no room for a raw page");
}

test("layout: data and metadata fill the arena by the formula, and waste no granule", () => {
	for (const pageLength of [512, 1024, 2048, 4096])
		for (const flags of FLAGS)
			for (const pages of [1, 2, 7, 16, 1000]) {
				const options = { byteLength: pages * pageLength, pageLength, ...flags };
				const { minimum } = Zram.layout({ ...options, arena: { byteLength: 1 } });
				for (let length = minimum - 3; length < minimum + 200; length++)
					isExact({ ...options, arena: { byteLength: length } });
				for (const length of [30_000, 65_537, 1 << 20, (1 << 22) - 1])
					isExact({ ...options, arena: { byteLength: length } });
			}
});

test("layout: picks the smallest granule of which at most 65,534 fit", () => {
	const granuleAt = (byteLength: number, pageLength = PAGE) =>
		Zram.layout({ byteLength: 16 * pageLength, pageLength, arena: { byteLength } }).granuleLength;
	const MB = 1 << 20;
	assert.equal(
		[1, 4, 8, 16, 32, 64, 100].map((n) => granuleAt(n * MB)),
		[64, 64, 128, 256, 512, 1024, 2048],
	);
	for (const granuleLength of [64, 128, 256, 512, 1024]) {
		// the longest region with no more than 65,534 granules of this length
		const links = 256 + 16 * 8;
		const most = links + 65_535 * (granuleLength + 2) - 1;
		assert.equal([granuleAt(most), granuleAt(most + 1)], [granuleLength, 2 * granuleLength]);
		isExact({ byteLength: 16 * PAGE, arena: { byteLength: most } });
		isExact({ byteLength: 16 * PAGE, arena: { byteLength: most + 1 } });
	}
});

holding(0, 17 * 1024 * 1024)(
	"layout: the largest arena is taken, one byte more is refused with a message that names it",
	() => {
		for (const pageLength of [512, 1024, 2048, 4096]) {
			const options = { byteLength: 16 * pageLength, pageLength };
			const most = 256 + 16 * 8 + 65_535 * (pageLength / 2 + 2) - 1;
			assert.is(Zram.layout({ ...options, arena: { byteLength: most } }).granuleLength, pageLength / 2);
			refuses(
				() => Zram.layout({ ...options, arena: { byteLength: most + 1 } }),
				RangeError,
				`arena.byteLength: ${most + 1} is too large for this pageLength: at most ${most}`,
			);
		}
		const zram = new Zram({
			byteLength: 1 << 20,
			pageLength: 512,
			arena: { byteLength: 256 + 2048 * 8 + 65_535 * 258 - 1 },
		});
		zram.write(pageOf("raw", 1, 512), 512);
		holds(zram, 512, pageOf("raw", 1, 512));
		zram.check();
		zram.close();
	},
);

test("layout: the minimum holds one incompressible page; one byte less is refused, naming the minimum", () => {
	for (const pageLength of [512, 1024, 2048, 4096])
		for (const flags of FLAGS)
			for (const pages of [1, 2, 3, 5, 8, 13, 100, 5000]) {
				const options = { byteLength: pages * pageLength, pageLength, ...flags };
				const { minimum } = Zram.layout({ ...options, arena: { byteLength: 1 } });
				const zram = new Zram({ ...options, arena: { byteLength: minimum } });
				const raw = pageOf("raw", 1, pageLength);
				zram.write(raw, (pages - 1) * pageLength);
				holds(zram, (pages - 1) * pageLength, raw);
				assert.is(zram.status().memUsed, minimum);
				zram.check();
				zram.close();
				refuses(
					() => new Zram({ ...options, arena: { byteLength: minimum - 1 } }),
					RangeError,
					`arena.byteLength: ${minimum - 1} is too small for this device: it needs at least ${minimum}`,
				);
			}
});

test("layout: the minimum of large devices exceeds 32 bits", () => {
	const { minimum, data, pageCount } = Zram.layout({
		byteLength: 0x0fffffff * PAGE,
		integrity: true,
		arena: { byteLength: 1 << 20 },
	});
	assert.equal([data, pageCount], [0, 0x0fffffff]);
	assert.is(minimum, metadataFor(0x0fffffff, 64, true) + PAGE);
});

test("layout: scratch is at most 13 KB", () => {
	for (const pageLength of [512, 1024, 2048, 4096]) {
		const { scratch } = Zram.layout({ byteLength: pageLength, pageLength, arena: { byteLength: 32_768 } });
		assert.ok(scratch <= 13_312 && scratch >= 2 * pageLength + 4096, String(scratch));
	}
});

test("layout: a new device uses just its metadata, in the caller's arena, too", () => {
	for (const flags of FLAGS)
		for (const arena of [{ byteLength: 50_001 }, new ArrayBuffer(50_001), new DataView(new ArrayBuffer(50_001), 4)]) {
			const options = { byteLength: PAGES * PAGE, arena, ...flags };
			const zram = new Zram(options);
			const { metadata, arenaLength } = Zram.layout(options);
			const { memUsed, memLimit } = zram.status();
			assert.equal([memUsed, memLimit], [metadata, arenaLength]);
			zram.close();
		}
});

test.run();
