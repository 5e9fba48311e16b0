/*
 * The allocators that replay uses: each one against a ledger, checking its invariants; then compcache's loads, against the
 * figures it published.
 */
// needs: node

import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type Allocator, Ledger, NONE } from "../zramctl/replay/allocator.ts";
import { CONTENDERS } from "../zramctl/replay/contenders.ts";
import { Random } from "./support/random.ts";

const test = suite("allocators");
const scale = Number(process.env.TEST_SCALE || 1);
const KB = 1024;

/** For allocators that place objects by address: no two places may overlap. */
const placed = new Set(["xvmalloc", "tlsf"]);

function anySize(random: Random): number {
	const kind = random.below(10);
	if (kind === 0) return 4096;
	if (kind === 1) return 1 + random.below(40);
	return 1 + random.below(kind < 6 ? 4096 : 700);
}

/** Objects by handle. Every handle is unique, and so is every place where there are any. */
class Objects {
	readonly #sizes = new Map<number, number>();
	readonly #isPlaced: boolean;
	payload = 0;

	constructor(isPlaced: boolean) {
		this.#isPlaced = isPlaced;
	}

	get count() {
		return this.#sizes.size;
	}

	add(handle: number, size: number) {
		if (this.#isPlaced) assert.not.ok(this.#sizes.has(handle), "a handle twice");
		this.#sizes.set(handle, size);
		this.payload += size;
	}

	remove(random: Random): number {
		const handles = [...this.#sizes.keys()];
		const handle = handles[random.below(handles.length)] as number;
		this.payload -= this.#sizes.get(handle) as number;
		this.#sizes.delete(handle);
		return handle;
	}

	check() {
		if (!this.#isPlaced) return;
		let end = -1;
		for (const [handle, size] of [...this.#sizes].sort(([a], [b]) => a - b)) {
			assert.ok(handle >= end, `${handle} is in front of ${end}`);
			end = handle + size;
		}
	}
}

for (const [key, { make }] of Object.entries(CONTENDERS)) {
	if (key === "ideal") continue; // its handles are sizes
	test(`${key}: random operations against a ledger, nearly full and nearly empty`, () => {
		const random = new Random(7);
		const arena = 256 * KB;
		const allocator = make(arena);
		const objects = new Objects(placed.has(key));
		let refused = 0;
		for (let i = 0; i < 20_000 * scale; i++) {
			const grows = random.below(100) < (Math.floor(i / 2000) % 2 ? 30 : 70);
			if (grows || objects.count === 0) {
				const size = anySize(random);
				const handle = allocator.malloc(size);
				if (handle === NONE) refused++;
				else objects.add(handle, size);
			} else allocator.free(objects.remove(random));
			assert.ok(allocator.used <= arena);
			assert.ok(allocator.used >= objects.payload);
			if (i % 200 === 0) {
				allocator.check();
				objects.check();
			}
		}
		assert.ok(refused > 0);
		while (objects.count) allocator.free(objects.remove(random));
		allocator.check();
		assert.is(allocator.used, 0, "all memory is back");
	});
}

test("granules: refuses only what doesn't fit", () => {
	const random = new Random(3);
	const allocator = (CONTENDERS.granules as NonNullable<(typeof CONTENDERS)[string]>).make(64 * KB);
	const most = Math.floor((64 * KB - 256 - 8) / 66) - 1;
	let granules = 0;
	const live: [number, number][] = [];
	for (let i = 0; i < 20_000 * scale; i++) {
		if (random.below(2) && live.length) {
			const [[handle, count]] = live.splice(random.below(live.length), 1) as [[number, number]];
			allocator.free(handle);
			granules -= count;
			continue;
		}
		const size = anySize(random);
		const count = Math.ceil(size / 64);
		const handle = allocator.malloc(size);
		if (granules + count <= most - 2) assert.is.not(handle, NONE);
		if (handle === NONE) continue;
		live.push([handle, count]);
		granules += count;
	}
});

/**
 * compcache's genprofile: a coin decides each event; sizes are in a preferred range in 8 cases out of 10, else any. The peak
 * over ideal depends on how many events there are, so there are never fewer.
 */
function synthetic(allocator: Allocator, seed: number, [least, most]: [number, number]): number {
	const random = new Random(seed);
	const arena = 64 * KB * KB;
	const ledger = new Ledger(allocator, arena, 65_536);
	const live: number[] = [];
	const free = Array.from({ length: 65_536 }, (_, i) => 65_535 - i);
	const between = (a: number, b: number) => a + random.below(b - a + 1);
	for (let i = 0; i < 1_000_000 * Math.max(scale, 1); i++)
		if (random.below(2)) {
			const number = free.pop() as number;
			ledger.set(number, random.below(10) < 8 ? between(least, most) : between(32, 2048));
			live.push(number);
		} else if (live.length) {
			const at = random.below(live.length);
			const number = live[at] as number;
			live[at] = live.at(-1) as number;
			live.pop();
			ledger.drop(number);
			free.push(number);
		}
	const { peak, payloadPeak } = ledger.result("");
	return (peak / payloadPeak - 1) * 100;
}

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Peak over ideal in percent, as compcache reports it (mean of five runs). TLSF takes two points more. */
const FIGURES: [string, [number, number], number][] = [
	["xvmalloc", [32, 2048], 7.86],
	["xvmalloc", [1024, 2600], 6.54],
	["tlsf", [32, 2048], 9.86],
	["tlsf", [1024, 2600], 8.54],
];

for (const [key, range, figure] of FIGURES)
	test(`${key}: ${range.join(" to ")} bytes: the peak over ideal is within two points of compcache's`, () => {
		const { make } = CONTENDERS[key] as NonNullable<(typeof CONTENDERS)[string]>;
		const found = mean([1, 2, 3, 4, 5].map((seed) => synthetic(make(64 * KB * KB), seed, range)));
		console.log(`${key} ${range}: ${found.toFixed(1)} %, compcache ${figure} %`);
		assert.ok(Math.abs(found - figure) <= 2, `${found.toFixed(1)} %, compcache ${figure} %`);
	});

test.run();
