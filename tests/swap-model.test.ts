/* SwapPool against a Map of byte arrays, on pools of many shapes, most of which stay full. */
// needs: js
// firmware: --slots 18432 --chunk 104000

import { test } from "uvu";
import * as assert from "uvu/assert";
import { SEED, scaled } from "./support/host.ts";
import { holding } from "./support/room.ts";
import { SwapModel, type SwapModelOptions } from "./support/swap-model.ts";

const KB = 1024;
const device = (arena: number, pages = 256, options = {}) => ({
	byteLength: pages * 4096,
	arena: { byteLength: arena },
	...options,
});
const resident = { slots: 4, byteLength: 40 * KB };

interface Shape {
	name: string;
	operations: number;
	options: SwapModelOptions;
	/** Bytes that the model holds on the XS heap. Default: too many for a microcontroller. */
	heap?: number;
	/** What must have happened, or the shape tests less than it should. */
	sees?: ("refused" | "evicted" | "cuts" | "offloaded")[];
}

const SHAPES: Shape[] = [
	{
		name: "short buffers",
		operations: 8_000,
		heap: 100 * KB,
		options: {
			devices: [device(40 * KB, 32)],
			pool: { resident: { slots: 2, byteLength: 7 * KB }, evict: "lru" },
			longest: 7 * KB,
			keys: 4,
		},
		sees: ["evicted"],
	},
	{
		name: "short buffers, a small flash below that fails, and loses power",
		operations: 8_000,
		heap: 100 * KB,
		options: {
			devices: [],
			pool: { resident: { slots: 2, byteLength: 4 * KB } },
			longest: 4 * KB,
			keys: 6,
			flash: {
				...{ blocks: 32, blockLength: 512, failingPrograms: 0.005, failingErases: 0.005 },
				device: { byteLength: 64 * KB, arena: { byteLength: 12 * KB }, pageLength: 512 },
			},
		},
		sees: ["refused", "cuts", "offloaded"],
	},
	{
		name: "room for all",
		operations: 8_000,
		options: { devices: [device(1024 * KB)], pool: { resident }, longest: 60 * KB, keys: 10 },
	},
	{
		name: "full arena",
		operations: 12_000,
		options: { devices: [device(96 * KB)], pool: { resident }, longest: 60 * KB, keys: 12 },
		sees: ["refused"],
	},
	{
		name: "full arena, least recently used goes",
		operations: 12_000,
		options: { devices: [device(96 * KB)], pool: { resident, evict: "lru" }, longest: 60 * KB, keys: 12 },
		sees: ["refused", "evicted"],
	},
	{
		name: "too few pages",
		operations: 8_000,
		options: { devices: [device(512 * KB, 20)], pool: { resident, evict: "lru" }, longest: 60 * KB, keys: 12 },
		sees: ["refused", "evicted"],
	},
	{
		name: "too few keys",
		operations: 8_000,
		options: { devices: [device(512 * KB)], pool: { resident, keys: 5 }, longest: 30 * KB, keys: 12 },
		sees: ["refused"],
	},
	{
		name: "three devices of different sizes",
		operations: 10_000,
		options: {
			devices: [device(32 * KB, 30), device(64 * KB, 100), device(20 * KB, 64)],
			pool: { resident },
			longest: 60 * KB,
			keys: 12,
		},
		sees: ["refused"],
	},
	{
		name: "two devices of 512-byte pages, integrity and wipe",
		operations: 8_000,
		options: {
			devices: [0, 1].map(() => ({
				byteLength: 80 * KB,
				arena: { byteLength: 40 * KB },
				pageLength: 512,
				integrity: true,
				wipe: true,
			})),
			pool: { resident: { slots: 1, byteLength: 9 * KB }, evict: "lru" },
			longest: 30 * KB,
			keys: 16,
		},
		sees: ["refused", "evicted"],
	},
	{
		name: "a flash below that fails, and loses power",
		operations: 6_000,
		options: {
			devices: [],
			pool: { resident },
			longest: 60 * KB,
			keys: 10,
			flash: { blocks: 32, failingPrograms: 0.005, failingErases: 0.005 },
		},
		sees: ["refused", "cuts", "offloaded"],
	},
	{
		name: "a device with flash beside one without, least recently used goes",
		operations: 6_000,
		options: {
			devices: [device(64 * KB)],
			pool: { resident, evict: "lru" },
			longest: 60 * KB,
			keys: 12,
			flash: { blocks: 24 },
		},
		sees: ["evicted", "cuts", "offloaded"],
	},
	{
		name: "buffers up to 1 MB",
		operations: 400,
		options: {
			devices: [device(2048 * KB, 1024)],
			pool: { resident: { slots: 2, byteLength: 1024 * KB }, evict: "lru" },
			longest: 1024 * KB,
			keys: 6,
		},
	},
];

for (const [index, { name, operations, options, heap = KB * KB, sees = [] }] of SHAPES.entries())
	holding(heap)(`swap model: ${name}`, () => {
		const seed = SEED + index;
		const model = new SwapModel(options, seed);
		const count = scaled(operations);
		let i = 0;
		try {
			for (; i < count; i++) model.step();
			model.finish();
		} catch (error) {
			throw new Error(`seed ${seed}, operation ${i}: ${error}\n${(error as Error).stack}`);
		}
		// a short run needn't meet everything
		if (count >= operations) for (const what of sees) assert.ok(model[what] > 0, `${what} never came up`);
	});

test.run();
