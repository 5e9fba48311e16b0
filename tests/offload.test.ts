/* Offload against a model: incompressible pages on an emulated flash, one that works and one in a storm of failures. */
// needs: js
// firmware: --slots 13824 --chunk 168000 --stack 2304

import { test } from "uvu";
import * as assert from "uvu/assert";
import type { ZramOptions } from "zram";
import type { ChipOptions } from "../modules/nor/chip.ts";
import { SEED, scaled } from "./support/host.ts";
import { type Bed, makeBed } from "./support/offload.ts";
import { OffloadModel } from "./support/offload-model.ts";
import { Random } from "./support/random.ts";
import { holding } from "./support/room.ts";
import { tap } from "./support/tapped-flash.ts";

const KB = 1024;

const IS_NODE = "versions" in globalThis.process;

interface Shape {
	name: string;
	chip: Partial<ChipOptions>;
	options: Partial<ZramOptions>;
	/** Pages go to flash when room runs out, as on real devices. Default: at once. */
	late?: boolean;
	/** Bytes that flash and model hold on the XS heap. Default: too many for a microcontroller. */
	heap?: number;
}

const SHAPES: Shape[] = [
	{
		name: "block = page",
		chip: { blocks: 32 },
		options: { byteLength: 256 * KB, arena: { byteLength: 48 * KB } },
	},
	{
		name: "late",
		late: true,
		chip: { blocks: 32 },
		options: { byteLength: 256 * KB, arena: { byteLength: 48 * KB } },
	},
	{
		name: "late, integrity, wipe, smaller blocks",
		late: true,
		chip: { blocks: 96, blockLength: 1024 },
		options: { byteLength: 128 * KB, arena: { byteLength: 40 * KB }, integrity: true, wipe: true },
	},
	{ name: "integrity, wipe", chip: { blocks: 24 }, options: { integrity: true, wipe: true } },
	{ name: "smaller blocks", chip: { blocks: 64, blockLength: 1024 }, options: {} },
	{ name: "write alignment 64, erased to 0", chip: { blocks: 32, writeAlign: 64, eraseValue: 0 }, options: {} },
	{
		name: "2 KB pages, write alignment 256",
		chip: { blocks: 32, blockLength: 2048, writeAlign: 256 },
		options: { pageLength: 2048, byteLength: 64 * KB, arena: { byteLength: 24 * KB } },
	},
	{
		name: "small, block = page, integrity",
		heap: 80 * KB,
		chip: { blocks: 32, blockLength: 1024 },
		options: { pageLength: 1024, byteLength: 48 * KB, arena: { byteLength: 12 * KB }, integrity: true },
	},
	{
		name: "small, late",
		late: true,
		heap: 80 * KB,
		chip: { blocks: 32, blockLength: 1024 },
		options: { pageLength: 1024, byteLength: 48 * KB, arena: { byteLength: 12 * KB } },
	},
	{
		name: "small, smaller blocks, write alignment 64, erased to 0",
		heap: 80 * KB,
		chip: { blocks: 48, blockLength: 512, writeAlign: 64, eraseValue: 0 },
		options: { pageLength: 1024, byteLength: 32 * KB, arena: { byteLength: 8 * KB } },
	},
];

for (const [index, { name, chip, options, late, heap = KB * KB }] of SHAPES.entries())
	holding(heap)(`model: ${name}`, () => {
		const bed = makeBed({ ...chip, seed: SEED + index });
		const model = new OffloadModel(late ? { ...bed, boot: bed.bootLate } : bed, SEED + index, options);
		const operations = scaled(20_000);
		for (let i = 0; i < operations; i++) {
			model.step();
			if (model.random.once(1000)) model.reboot();
		}
		model.verify();
		assert.is(model.lost.eio, 0);
		model.zram.close();
	});

/** A driver that, besides the chip's failures, refuses one call in 500, before or after doing it, or reads too little. */
function makeMoody(bed: Bed, random: Random): Bed & { isMoody: boolean } {
	const { io, taps } = tap(bed);
	const moody = { ...bed, io: bed.io, isMoody: false };
	const refuse = () => {
		if (moody.isMoody && random.once(500)) throw new Error("not now");
	};
	taps.read = (buffer) => {
		refuse();
		return moody.isMoody && random.once(1000) ? buffer.length - 1 : undefined;
	};
	taps.write = () => {
		refuse();
		return undefined;
	};
	taps.written = refuse;
	taps.erase = () => {
		refuse();
		return undefined;
	};
	// half of them afterwards
	const boot = random.once(2) ? bed.boot : bed.bootLate;
	moody.boot = (options = {}, backing = {}) => boot(options, { io, ...backing });
	return moody;
}

test("storm: failing programs and erases, worn blocks, rotten bits, drivers that refuse: nothing is lost without a report", () => {
	const operations = IS_NODE ? scaled(1_000_000) : scaled(20_000);
	let done = 0;
	const totals = { eio: 0, refused: 0, retired: 0, chips: 0 };
	for (let chips = 0; done < operations; chips++) {
		const random = new Random(SEED + 7 * chips);
		const bed = makeMoody(makeBed({ blocks: 64, blockLength: 1024, endurance: 400, seed: SEED + chips }), random);
		const options = { byteLength: 48 * KB, pageLength: 1024, arena: { byteLength: 24 * KB } };
		const model = new OffloadModel(bed, SEED + chips, options);
		const { chip } = bed;
		const brew = (chance: number) => {
			chip.failingPrograms = chip.failingErases = chance;
			bed.isMoody = chance > 0;
		};
		brew(0.01);
		for (let i = 0; i < 20_000 && done < operations; i++, done++) {
			model.step();
			if (model.random.once(500)) chip.rot(1 + model.random.below(4));
			if (model.random.once(2000)) {
				// the log may have rotted away, so format
				brew(0);
				model.reboot(options, { format: true });
				brew(0.01);
			}
		}
		brew(0);
		model.verify();
		totals.retired += model.zram.status().backing?.slotsRetired ?? 0;
		totals.eio += model.lost.eio;
		totals.refused += model.lost.refused;
		totals.chips++;
		model.zram.close();
	}
	console.log(`storm: ${done} operations, seed ${SEED}, ${JSON.stringify(totals)}`);
	if (done > 5000) assert.ok(totals.retired > 0);
	if (done > 10_000) assert.ok(totals.eio > 0);
});

test.run();
