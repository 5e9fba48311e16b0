/*
 * SwapPool on devices that fail: at every call of a device, every page of a call, and every call of the flash driver below,
 * in every operation of a pool; and at random. Nothing is lost, mixed up, or leaked.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import SwapPool from "zram/swap";
import { equal } from "./support/bytes.ts";
import { pageOf } from "./support/device.ts";
import { FAULTS, Fault, FaultyZram, type Kind } from "./support/faults.ts";
import { SEED, scaled } from "./support/host.ts";
import { holding } from "./support/room.ts";
import { FaultyPool, type FaultyPoolOptions, PAGE } from "./support/swap-faults.ts";

const noise = (seed: number, byteLength: number) => pageOf("raw", seed, byteLength);

function failsFor(work: () => void): boolean {
	try {
		work();
		return false;
	} catch {
		return true;
	}
}

const device = (pages: number, arena: number) => ({ byteLength: pages * PAGE, arena: { byteLength: arena } });

/** Room for everything, with several devices; for half of it; or with a flash. */
const SHAPES: [string, FaultyPoolOptions][] = [
	["two devices", { devices: [device(40, 24_000), device(60, 40_000)] }],
	["two devices, page by page", { operations: true, devices: [device(40, 24_000), device(60, 40_000)] }],
	["two devices, full", { devices: [device(40, 7_000), device(60, 9_000)] }],
	[
		"two devices, full, least recently used goes",
		{ pool: { evict: "lru" }, devices: [device(30, 7_000), device(40, 9_000)] },
	],
	[
		"a device, full, least recently used goes, page by page",
		{ operations: true, pool: { evict: "lru" }, devices: [device(60, 12_000)] },
	],
	[
		"too few pages, least recently used goes",
		{ pool: { evict: "lru" }, devices: [device(20, 24_000), device(16, 16_000)] },
	],
	["too few keys, least recently used goes", { pool: { evict: "lru", keys: 6 }, devices: [device(60, 48_000)] }],
	["a flash below", { flash: 64, devices: [device(60, 16_000), device(40, 12_000)] }],
	[
		"a flash below, page by page",
		{ operations: true, flash: 64, devices: [device(60, 16_000)], pool: { evict: "lru" } },
	],
];

/** Everything a pool does that calls a device. It starts with buffers 0 to 5, of which 4 and 5 are acquired, and two owned ones. */
const OPERATIONS: [string, (pool: FaultyPool) => void][] = [
	["write new", (pool) => pool.write("new", 5 * PAGE + 7)],
	["write over it, longer", (pool) => pool.write(0, 9 * PAGE)],
	["write over it, shorter", (pool) => pool.write(2, PAGE)],
	["write nothing over it", (pool) => pool.write(2, 0)],
	["replace, longer", (pool) => pool.write(1, 8 * PAGE + 100, { replace: true })],
	["replace, shorter", (pool) => pool.write(1, 2 * PAGE, { replace: true })],
	["create", (pool) => pool.write("new", 6 * PAGE, { zeros: true })],
	["create over it", (pool) => pool.write(0, 6 * PAGE, { zeros: true })],
	["write more than fits", (pool) => pool.write("new", 45 * PAGE)],
	["write a part", (pool) => pool.writePart(3, PAGE - 9, 3 * PAGE)],
	["write a page", (pool) => pool.writePart(2, PAGE, PAGE)],
	["append to nothing", (pool) => pool.append("new", PAGE + 9)],
	["append a little", (pool) => pool.append(3, 20)],
	[
		"append a little, again and to others",
		(pool) => [3, 3, 2, 1, 0, "new", "new", 3].map((key) => pool.append(key, 20)),
	],
	["append what fills a page", (pool) => pool.append(2, PAGE - 60)],
	["append pages", (pool) => pool.append(2, 3 * PAGE)],
	["append behind a whole page", (pool) => pool.append(0, PAGE + 30)],
	["append more than fits", (pool) => pool.append(2, 45 * PAGE)],
	["resize: a byte less", (pool) => pool.resize(2, 4 * PAGE + 59)],
	["resize: pages less", (pool) => pool.resize(3, PAGE + 7)],
	["resize to nothing, and back", (pool) => [0, 2 * PAGE].map((length) => pool.resize(2, length))],
	["resize: pages more", (pool) => pool.resize(2, 9 * PAGE + 3)],
	["resize: a little less, and more", (pool) => [90, 200].map((more) => pool.resize(3, 5 * PAGE + more - 50))],
	["resize to more than fits", (pool) => pool.resize(2, 36 * PAGE)],
	["move", (pool) => pool.move(2, "new")],
	["move over another", (pool) => pool.move(2, 3)],
	["delete", (pool) => pool.delete(2)],
	["read", (pool) => pool.read(2)],
	["read a part", (pool) => pool.read(2, true)],
	["acquire", (pool) => pool.acquire(3, true)],
	["release", (pool) => pool.release(4)],
	["release what is read only", (pool) => pool.release(5)],
	["release and discard", (pool) => pool.release(4, true)],
	["own", (pool) => pool.own(4 * PAGE + 1)],
	["own zeros", (pool) => pool.own(4 * PAGE, true)],
	["write into an owned one", (pool) => pool.writeOwned(0)],
	["close an owned one", (pool) => pool.closeOwned(1)],
];

function prepare(options: FaultyPoolOptions, seed: number): FaultyPool {
	const pool = new FaultyPool(options, seed);
	for (let key = 0; key < 6; key++) pool.write(key, (2 + key) * PAGE + 30 * key);
	pool.own(3 * PAGE);
	pool.own(2 * PAGE + 9);
	pool.delete(1); // makes free pages scattered
	pool.write(1, 4 * PAGE);
	pool.acquire(4, true);
	pool.acquire(5, false);
	pool.check();
	return pool;
}

/** Fails call number 1, 2 … of an operation, until one run ends without a fault. Returns how many faults there were. */
function failEach(
	options: FaultyPoolOptions,
	seed: number,
	kind: Kind,
	isLasting: boolean,
	work: (pool: FaultyPool) => void,
) {
	for (let countdown = 1; ; countdown++) {
		const pool = prepare(options, seed);
		pool.fault.arm(kind, countdown, isLasting);
		try {
			work(pool);
			const { fired } = pool.fault;
			pool.fault.disarm();
			pool.check();
			work(pool); // again: it works, or is refused as usual
			pool.finish();
			if (!fired) return countdown - 1;
		} catch (error) {
			throw new Error(`${kind}${isLasting ? " from" : ""} call ${countdown}, seed ${seed}: ${(error as Error).stack}`);
		}
	}
}

/** May keep failing: it throws. */
const LASTING: Kind[] = ["before", "operation", "driver"];

const seeds = scaled(1);
/** With less time, one in this many operations. */
const every = Math.max(1, Math.round(100 / scaled(100)));

for (const [shape, options] of SHAPES)
	holding(256 * 1024)(`every call fails in turn: ${shape}`, () => {
		let count = 0;
		for (const kind of FAULTS) {
			if (kind === "operation" ? !options.operations : kind === "driver" && !options.flash) continue;
			for (const [name, work] of OPERATIONS.filter((_, i) => (i + FAULTS.indexOf(kind)) % every === 0))
				for (let seed = 0; seed < seeds; seed++)
					try {
						for (const isLasting of LASTING.includes(kind) ? [false, true] : [false])
							count += failEach(options, SEED + seed, kind, isLasting, work);
					} catch (error) {
						throw new Error(`${name}: ${(error as Error).message}`);
					}
		}
		assert.ok(count > (300 * seeds) / every, `only ${count} faults`);
	});

test("a last page that couldn't be read once, and has no room on its device, moves with its new bytes", () => {
	const fault = new Fault();
	const make = (pages: number, arena: number) => new FaultyZram({ ...device(pages, arena), pageLength: PAGE }, fault);
	const [first, second] = [make(40, 8_000), make(40, 8_000)];
	const pool = new SwapPool({ devices: [first, second], resident: { slots: 1, byteLength: PAGE } });
	const { limit } = second;
	second.limit = 0;
	pool.create("a", PAGE - 100);
	let count = 0;
	while (!failsFor(() => pool.write(count, noise(count, PAGE)))) count++;
	second.limit = limit;
	const bytes = noise(77, PAGE - 100);
	pool.acquire("a").set(bytes);
	fault.arm("rot", 1);
	pool.release("a");
	assert.ok(fault.fired);
	assert.is(second.status().pagesStored, 1);
	assert.ok(equal(pool.read("a") as ArrayBuffer, 0, bytes, 0, bytes.length));
});

for (const [index, [shape, options]] of SHAPES.entries())
	holding(256 * 1024)(`faults at random: ${shape}`, () => {
		const kinds = FAULTS.filter((kind) =>
			kind === "operation" ? options.operations : kind !== "driver" || options.flash,
		);
		const sequences = scaled(1_200);
		let pool: FaultyPool | undefined;
		for (let sequence = 0; sequence < sequences; sequence++) {
			const seed = SEED * 0x10000 + index * 0x1000_0000 + (sequence >> 5);
			try {
				if (sequence % 32 === 0) {
					pool?.finish();
					pool = prepare(options, seed);
				}
				const { random, fault } = pool as FaultyPool;
				for (let i = 0; i < 8; i++) {
					if (random.once(2))
						fault.arm(kinds[random.below(kinds.length)] as Kind, 1 + random.below(12), random.once(6));
					pool?.step();
					fault.disarm();
				}
				pool?.check();
				if (random.once(8)) pool?.checkFree();
			} catch (error) {
				throw new Error(`seed ${seed}, sequence ${sequence % 32}: ${(error as Error).stack}`);
			}
		}
		pool?.finish();
	});

test.run();
