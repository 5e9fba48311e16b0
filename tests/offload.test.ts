/* Offload: pages that cannot be compressed, on an emulated flash, beside a model. */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import { SEED, scaled } from "./support/host.ts";
import { makeBed } from "./support/offload.ts";
import { OffloadModel } from "./support/offload-model.ts";

const KB = 1024;

const arena = (byteLength: number) => ({ arena: new ArrayBuffer(byteLength) });

const SHAPES = [
	{ name: "block = page", chip: { blocks: 32 }, options: { byteLength: 256 * KB, ...arena(48 * KB) } },
	{ name: "integrity, wipe", chip: { blocks: 24 }, options: { integrity: true, wipe: true } },
	{ name: "smaller blocks", chip: { blocks: 64, blockLength: 1024 }, options: {} },
	{ name: "larger blocks", chip: { blocks: 16, blockLength: 16 * KB }, options: {} },
	{ name: "write alignment 64, erased to 0", chip: { blocks: 32, writeAlign: 64, eraseValue: 0 }, options: {} },
	{
		name: "512-byte pages, write alignment 256",
		chip: { blocks: 32, writeAlign: 256 },
		options: { pageLength: 512, byteLength: 64 * KB, ...arena(24 * KB) },
	},
];

for (const [index, { name, chip, options }] of SHAPES.entries())
	test(`model: ${name}`, () => {
		const bed = makeBed({ ...chip, seed: SEED + index });
		const model = new OffloadModel(bed, SEED + index, options);
		const operations = scaled(20_000);
		for (let i = 0; i < operations; i++) {
			model.step();
			if (model.random.once(1000)) model.reboot();
		}
		model.verify();
		assert.is(model.lost.eio, 0);
		model.zram.close();
	});

test.run();
