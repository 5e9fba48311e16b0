/* Random operations against a plain array, on devices of many shapes. Small arenas are full most of the time. */
// needs: js

import { test } from "uvu";
import Zram, { type ZramOptions } from "zram";
import { SEED, scaled } from "./support/host.ts";
import { Model } from "./support/model.ts";
import { fits, holding } from "./support/room.ts";

const KB = 1024;
/** The logical size of a device that takes this many KB at the desk. */
const sized = (kilobytes: number) => (fits(300 * KB) ? kilobytes : kilobytes / 4) * KB;
const lengthOf = (options: ZramOptions) => options.byteLength as number;
const external = (byteLength: number) => ({ byteLength, memory: "external" as const });

const SHAPES: { name: string; operations: number; options: ZramOptions }[] = [
	{ name: "4 KB pages", operations: 60_000, options: { byteLength: sized(256), arena: external(sized(96)) } },
	{ name: "4 KB pages, full", operations: 60_000, options: { byteLength: sized(256), arena: external(sized(24)) } },
	{
		name: "integrity",
		operations: 30_000,
		options: { byteLength: sized(256), arena: external(sized(64)), integrity: true },
	},
	{
		name: "2 KB pages, wipe",
		operations: 20_000,
		options: { byteLength: 128 * KB, arena: external(40 * KB), pageLength: 2048, wipe: true },
	},
	{
		name: "1 KB pages, integrity and wipe",
		operations: 20_000,
		options: { byteLength: 64 * KB, arena: external(20 * KB), pageLength: 1024, integrity: true, wipe: true },
	},
	{
		name: "512-byte pages, smallest arena",
		operations: 20_000,
		options: { byteLength: 16 * KB, arena: external(256 + 32 * 8 + 64 + 512), pageLength: 512 },
	},
	{
		name: "an odd arena of the caller's",
		operations: 10_000,
		options: { byteLength: sized(128), arena: new ArrayBuffer(fits(300 * KB) ? 50_004 : 20_004) },
	},
	{
		name: "granules of 128 bytes, 6 MB",
		operations: 4_000,
		options: { byteLength: 8 * KB * KB, arena: external(6 * KB * KB) },
	},
	{
		name: "granules of 256 bytes, 512-byte pages, 9 MB",
		operations: 1_000,
		options: { byteLength: 512 * KB, arena: external(9 * KB * KB), pageLength: 512 },
	},
];

for (const [index, { name, operations, options }] of SHAPES.entries())
	holding(lengthOf(options) + 32 * KB, Zram.layout(options).arenaLength)(`model: ${name}`, () => {
		const seed = SEED + index;
		const model = new Model(options, seed);
		let i = 0;
		try {
			for (; i < scaled(operations); i++) model.step();
			model.finish();
		} catch (error) {
			throw new Error(`seed ${seed}, operation ${i}: ${error}`);
		}
	});

test.run();
