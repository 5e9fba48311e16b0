/*
 * Once warm, read into a buffer, write and trim allocate nothing on the XS heap: over 10,000 calls the counts of slots,
 * chunk bytes and collections don't change. The last tests cover what does allocate.
 */
// needs: xs
// firmware: --slots 14336 --chunk 172000

import { collect } from "host";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type Bytes, type ZramError, type ZramOptions } from "zram";
import { jobs, PAGE, pageOf, pageTaking, STATES } from "./support/device.ts";
import { allocated, kept } from "./support/heap.ts";
import { scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";
import { holding } from "./support/room.ts";

const CALLS = Math.min(scaled(10_000), 10_000);
const NOTHING = [0, 0, 0];

function makeZram(options: Partial<ZramOptions> = {}): Zram {
	return new Zram({ byteLength: 64 * PAGE, arena: { byteLength: 128 * 1024 }, ...options });
}

/** Buffers of one length that need no wrapping: aligned and misaligned views, a buffer, other byte types. */
function views(byteLength: number): [string, Bytes][] {
	return [
		["Uint8Array", new Uint8Array(byteLength)],
		["unaligned Uint8Array", new Uint8Array(new ArrayBuffer(byteLength + 3), 3)],
		["ArrayBuffer", new ArrayBuffer(byteLength)],
		["DataView", new DataView(new ArrayBuffer(byteLength + 1), 1)],
		["Int8Array", new Int8Array(byteLength)],
		["SharedArrayBuffer", new SharedArrayBuffer(byteLength)],
	];
}

const DEVICES: [string, () => Partial<ZramOptions>][] = [
	["plain", () => ({})],
	["integrity", () => ({ integrity: true })],
	["wipe", () => ({ wipe: true })],
	["callbacks", () => ({ onPressure() {}, onError() {} })],
	["an arena on the XS heap", () => ({ arena: new ArrayBuffer(48 * 1024) })],
];

for (const [device, optionsOf] of DEVICES) {
	/** A test with its own device, whose first pages are one of each kind. */
	const testHere = (name: string, run: (zram: Zram) => void) =>
		test(name, () => {
			const zram = makeZram(optionsOf());
			for (const [page, state] of STATES.entries()) if (state !== "empty") zram.write(pageOf(state, page), page * PAGE);
			run(zram);
			zram.close();
		});

	for (const [page, state] of STATES.entries())
		testHere(`read ${device}: ${state}, whole, in part, with its neighbour`, (zram) => {
			for (const [offset, byteLength] of [
				[0, PAGE],
				[7, 1000],
				[PAGE - 300, 600],
			] as const)
				for (const [name, view] of views(byteLength)) {
					const calls = name.endsWith("Uint8Array") ? CALLS : CALLS / 5;
					const work = () => {
						for (let i = 0; i < calls; i++) zram.read(view, page * PAGE + offset);
					};
					assert.equal(allocated(work), NOTHING, `${name}, ${byteLength} bytes at ${offset}`);
				}
		});

	testHere(`write ${device}: pages of every kind over pages of every kind, whole and in part`, (zram) => {
		const contents = [...STATES.map((state) => pageOf(state, 9)), pageTaking(3, 1), pageTaking(50, 2)];
		const unaligned = contents.map((bytes) => {
			const view = new Uint8Array(new ArrayBuffer(PAGE + 1), 1);
			view.set(bytes);
			return view;
		});
		const random = new Random(3);
		const work = () => {
			for (let i = 0; i < CALLS; i++) {
				const bytes = (i & 1 ? contents : unaligned)[random.below(contents.length)] as Uint8Array;
				zram.write(bytes, random.below(8) * PAGE + (i & 4 ? 0 : random.below(PAGE)));
			}
		};
		assert.equal(allocated(work), NOTHING);
	});

	testHere(`trim ${device}: whole pages, parts, ranges, and pages written anew`, (zram) => {
		const random = new Random(4);
		const bytes = pageOf("compressed", 1);
		const work = () => {
			for (let i = 0; i < CALLS; i++) {
				zram.write(bytes, random.below(8) * PAGE);
				zram.trim(random.below(8) * PAGE, (1 + random.below(3)) * PAGE);
				zram.trim(random.below(8 * PAGE), random.below(PAGE));
			}
		};
		assert.equal(allocated(work), NOTHING);
	});

	testHere(`requests of several pages ${device}: read, write, trim`, (zram) => {
		const bytes = new Uint8Array(5 * PAGE);
		STATES.forEach((state, page) => void bytes.set(pageOf(state, page), page * PAGE));
		const work = () => {
			for (let i = 0; i < CALLS / 10; i++) {
				zram.write(bytes, 10 * PAGE + (i & 1023));
				zram.read(bytes, 10 * PAGE);
				zram.trim(10 * PAGE + (i & 511), 4 * PAGE);
			}
		};
		assert.equal(allocated(work), NOTHING);
	});

	testHere(`pieces of a larger buffer ${device}: read, write`, (zram) => {
		const bytes = new Uint8Array(5 * PAGE);
		STATES.forEach((state, page) => void bytes.set(pageOf(state, page), page * PAGE));
		const work = () => {
			for (let i = 0; i < CALLS; i++) {
				zram.write(bytes, 10 * PAGE, (i & 3) * PAGE, PAGE);
				zram.read(bytes, 10 * PAGE + (i & 255), (i & 3) * PAGE + 100, 500);
			}
		};
		assert.equal(allocated(work), NOTHING);
	});

	testHere(`maintain ${device}`, (zram) => {
		const bytes = new Uint8Array(5 * PAGE);
		STATES.forEach((state, page) => void bytes.set(pageOf(state, page), page * PAGE));
		const work = () => {
			for (let i = 0; i < 20; i++) {
				zram.write(bytes, 10 * PAGE);
				zram.markIdle();
				zram.maintain(200);
			}
		};
		work(); // the portable engine creates its encoder on first use
		assert.equal(allocated(work), NOTHING);
	});

	testHere(`markIdle, resetPeak, check, reset ${device}`, (zram) => {
		const work = () => {
			for (let i = 0; i < 500; i++) {
				zram.markIdle();
				zram.resetPeak();
				if (i % 50 === 0) zram.check();
				if (i % 100 === 0) zram.reset();
			}
		};
		assert.equal(allocated(work), NOTHING);
	});
}

holding(0, 9 << 20)("offsets beyond int32 don't allocate either", () => {
	const zram = new Zram({ byteLength: 2 ** 32 + 64 * PAGE, arena: { byteLength: 9 << 20 } });
	const bytes = pageOf("compressed", 1);
	const work = () => {
		for (let i = 0; i < CALLS; i++) {
			const byteOffset = 2 ** 32 + (i & 31) * 2000;
			zram.write(bytes, byteOffset);
			zram.read(bytes, byteOffset);
			zram.trim(byteOffset + 100, PAGE);
		}
	};
	assert.equal(allocated(work), NOTHING);
	zram.close();
});

test("a full device allocates nothing if its writes need no more than they replace", () => {
	const zram = makeZram({ onPressure() {} });
	const [old, fresh] = [pageOf("raw", 1), pageOf("raw", 2)];
	zram.write(old, 0);
	zram.limit = 0;
	const work = () => {
		for (let i = 0; i < CALLS; i++) zram.write(i & 1 ? old : fresh, 0);
	};
	assert.equal(allocated(work), NOTHING);
});

test("what does allocate (a new buffer, wide views, status, pages, a refusal) keeps nothing", async () => {
	const zram = makeZram({ onPressure() {} });
	zram.write(pageOf("raw", 1), 0);
	const wide = new Uint16Array(100);
	const raw = pageOf("raw", 2);
	const refused = () => {
		zram.limit = 0;
		try {
			zram.write(raw, PAGE);
		} catch (error) {
			assert.is((error as ZramError).code, "ENOSPC");
		}
	};
	const works: [string, () => unknown][] = [
		["read(byteLength)", () => zram.read(100, 0)],
		["read(wide)", () => zram.read(wide, 0)],
		["write(wide)", () => zram.write(wide, 100)],
		["status", () => zram.status()],
		["pages", () => zram.pages().next()],
		["a refused write", refused],
	];
	for (const [name, work] of works) {
		assert.ok((allocated(() => void work())[0] as number) > 0, `${name} allocates nothing: this test measures nothing`);
		await jobs();
		const many = () => {
			for (let i = 0; i < 1000; i++) work();
		};
		// XS takes some slots once, for itself; a leak would take one per call
		const [slots, chunkBytes] = kept(many) as [number, number];
		assert.ok(slots < 500 && chunkBytes <= 0, `${name} keeps ${slots} slots, ${chunkBytes} bytes`);
	}
});

test("devices leave nothing behind, whether closed or forgotten", () => {
	const many = () => {
		for (let i = 0; i < 300; i++) {
			const zram = makeZram({ integrity: true, onPressure() {}, onError() {} });
			zram.write(new Uint8Array(10), 5);
			if (i & 1) zram.close();
			if (i % 50 === 0) collect();
		}
	};
	const [slots, chunkBytes] = kept(many) as [number, number];
	assert.ok(slots <= 0 && chunkBytes <= 0, `${slots} slots, ${chunkBytes} bytes`);
});

test.run();
