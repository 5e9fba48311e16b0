/*
 * Random operations and reboots from a seed, on a device with flash, rolled into digests: results, errors, the whole region
 * after each operation, the whole flash at each reboot. Every host and both engines get the same digests.
 */

import type Zram from "zram";
import type { ZramError, ZramOptions } from "zram";
import type { ChipOptions } from "../../modules/nor/chip.ts";
import { digest, fill, KINDS, NOISE } from "./bytes.ts";
import { type Bed, makeBed } from "./offload.ts";
import { Random } from "./random.ts";

const KB = 1024;

interface Setup {
	name: string;
	chip: Partial<ChipOptions>;
	options: Partial<ZramOptions>;
	/** Pages go to flash when room runs out. Default: at once. */
	late?: boolean;
}

const SETUPS: Setup[] = [
	{ name: "block = page", chip: { blocks: 24 }, options: { byteLength: 128 * KB } },
	{ name: "integrity", chip: { blocks: 20, writeAlign: 64 }, options: { byteLength: 128 * KB, integrity: true } },
	{ name: "smaller blocks, wipe", chip: { blocks: 40, blockLength: 1024 }, options: { pageLength: 2048, wipe: true } },
	{ name: "late", chip: { blocks: 24, blockLength: 1024 }, options: { pageLength: 1024 }, late: true },
	{
		name: "late, integrity, smaller blocks",
		chip: { blocks: 40, blockLength: 1024 },
		options: { pageLength: 2048, byteLength: 96 * KB, integrity: true },
		late: true,
	},
	{ name: "erased to 0", chip: { blocks: 24, blockLength: 1024, eraseValue: 0 }, options: { pageLength: 1024 } },
];

/** How many operations lie between two entries of a record. */
const RECORD_EVERY = 100;

class OffloadTrace {
	digest = 0;
	readonly #bed: Bed;
	readonly #arena = new ArrayBuffer(32 * KB);
	readonly #options: object;
	readonly #isLate: boolean;
	readonly #random: Random;
	readonly #results = new Float64Array(4);
	#zram: Zram;
	#buffer: Uint8Array;

	constructor({ chip, options, late = false }: Setup, seed: number) {
		this.#isLate = late;
		this.#bed = makeBed({ ...chip, seed });
		// without dense: how many pages maintain() packs depends on the machine's speed
		this.#options = { byteLength: 64 * KB, arena: this.#arena, codecs: ["lz4", "columns"], ...options };
		this.#random = new Random(seed);
		this.#bed.chip.failingPrograms = this.#bed.chip.failingErases = 0.002;
		this.#zram = this.#boot();
		this.#buffer = new Uint8Array(3 * this.#zram.pageLength);
	}

	#boot(): Zram {
		const { chip } = this.#bed;
		for (let block = 0; block < chip.blocks; block++)
			this.digest = digest(this.digest, chip.content(block), 0, chip.blockLength);
		return (this.#isLate ? this.#bed.bootLate : this.#bed.boot)(this.#options, { format: true });
	}

	step() {
		const random = this.#random;
		const zram = this.#zram;
		const what = random.below(1000);
		const [byteOffset, byteLength] = this.#range();
		const bytes = this.#buffer.subarray(0, byteLength);
		if (what < 500) {
			fill(bytes, 0, byteLength, random.once(3) ? random.below(KINDS) : NOISE, random.next());
			this.#roll(() => zram.write(bytes, byteOffset));
		} else if (what < 750) {
			this.#roll(() => zram.read(bytes, byteOffset));
			this.digest = digest(this.digest, bytes, 0, byteLength);
		} else if (what < 870) this.#roll(() => zram.trim(byteOffset, byteLength));
		else if (what < 910) this.#roll(() => Number(zram.maintain(random.below(400))));
		else if (what < 940) zram.markIdle();
		else if (what < 970) this.#roll(() => zram.writeback({ type: random.once(2) ? "idle" : "huge", bytes: 8 * KB }));
		else if (what < 985) this.#bed.clock.now += random.below(10_000_000);
		else if (what < 990) this.#roll(() => zram.check());
		else if (what < 993) this.#roll(() => zram.reset());
		else this.#zram = this.#boot();
		this.digest = digest(this.digest, new Uint8Array(this.#arena), 0, this.#arena.byteLength);
	}

	#range(): [byteOffset: number, byteLength: number] {
		const { pageLength, byteLength: end } = this.#zram;
		const random = this.#random;
		let byteOffset = random.below(end);
		let byteLength = 1 + random.below(2 * pageLength);
		if (!random.once(4)) {
			byteOffset -= byteOffset % pageLength;
			byteLength = (random.once(4) ? 2 : 1) * pageLength;
		}
		return [byteOffset, Math.min(byteLength, end - byteOffset)];
	}

	/** Rolls into the digest what `work` returns or throws, and what the flash has been through. */
	#roll(work: () => unknown) {
		const results = this.#results;
		results.fill(0);
		try {
			results[0] = Number(work() ?? 0);
		} catch (error) {
			const { code, bytesWritten = 0 } = error as ZramError;
			if (code !== "EIO" && code !== "ENOSPC") throw error;
			results[1] = code === "EIO" ? 1 : 2;
			results[2] = bytesWritten;
		}
		results[3] = this.#bed.chip.operations;
		this.digest = digest(this.digest, new Uint8Array(results.buffer), 0, results.byteLength);
	}
}

/**
 * Does `operations` on each setup, and returns digests after each RECORD_EVERY of them. `isSmall` leaves out the setups
 * with late offload, for which a microcontroller lacks memory.
 */
export function recordOffload(seed: number, operations: number, isSmall = false): number[][] {
	return SETUPS.filter(({ late }) => !(isSmall && late)).map((setup, index) => {
		const trace = new OffloadTrace(setup, seed + index);
		const digests: number[] = [];
		for (let i = 1; i <= operations; i++) {
			trace.step();
			if (i % RECORD_EVERY === 0 || i === operations) digests.push(trace.digest);
		}
		return digests;
	});
}

/** Undefined if two records are equal; otherwise the setup and operations where they part. */
export function offloadDifference(recorded: number[][], replayed: number[][]): string | undefined {
	for (const [index, digests] of recorded.entries()) {
		const at = digests.findIndex((value, i) => value !== replayed[index]?.[i]);
		if (at >= 0) return `setup ${index}: between ${at * RECORD_EVERY} and ${(at + 1) * RECORD_EVERY}`;
	}
	return undefined;
}
