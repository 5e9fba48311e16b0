/* The log on flash: DESIGN.md's example, byte for byte. */
// needs: node

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type Zram from "zram";
import { root } from "../tools/paths.ts";
import { fill, NOISE } from "./support/bytes.ts";
import { type Bed, makeBed } from "./support/offload.ts";

const PAGE = 4096;
const HOUR = 3_600_000;
const LOG_BLOCKS = 3;

/** What was added to the log's blocks since the last call, in rows of 16 bytes like a dump. */
class Dump {
	readonly lines: string[] = [];
	readonly #bed: Bed;
	#before: Uint8Array[];

	constructor(bed: Bed) {
		this.#bed = bed;
		this.#before = this.#blocks();
	}

	#blocks(): Uint8Array[] {
		return Array.from({ length: LOG_BLOCKS }, (_, block) => this.#bed.chip.content(block));
	}

	step(name: string) {
		const blocks = this.#blocks();
		this.lines.push(name);
		for (const [block, bytes] of blocks.entries())
			for (let at = 0; at < PAGE; at += 16) {
				const row = bytes.subarray(at, at + 16);
				const old = this.#before[block] as Uint8Array;
				if (row.every((byte, i) => byte === old[at + i]) || row.every((byte) => byte === 0xff)) continue;
				const words = [0, 4, 8, 12].map((word) => Buffer.from(row.subarray(word, word + 4)).toString("hex"));
				this.lines.push(`  ${block}:${at.toString(16).padStart(3, "0")}  ${words.join(" ")}`);
			}
		this.#before = blocks;
	}
}

test("the example in DESIGN.md", () => {
	const bed = makeBed({ blocks: 8, writeAlign: 256 });
	const { chip, clock } = bed;
	const dump = new Dump(bed);
	const page = new Uint8Array(PAGE);
	let seed = 1;
	const write = (zram: Zram, number: number) => {
		seed += 2;
		fill(page, 0, PAGE, NOISE, seed);
		zram.write(page, number * PAGE);
	};
	const boot = () => {
		const zram = bed.bootLate({ byteLength: 16 * PAGE }, { endurance: 1000 });
		zram.limit = zram.status().memUsed + PAGE; // room for the reserve, and for a page that flash refuses
		return zram;
	};
	let zram = boot();
	dump.step("first start");
	for (let number = 0; number < 4; number++) write(zram, number);
	dump.step("four offloads: pages 0 to 3 go to units 3 to 6");
	write(zram, 0);
	dump.step("page 0 anew: to unit 7");
	clock.now += HOUR;
	write(zram, 1);
	dump.step("an hour later, page 1 anew: erases unit 2, the next area, and unit 3");
	write(zram, 2);
	dump.step("page 2 anew: erases unit 4");
	chip.cutPower(chip.operations + 1, "torn");
	write(zram, 3); // a driver's error is swallowed
	chip.restorePower();
	dump.step("page 3 anew: the power goes while unit 5 is erased");
	zram = boot();
	dump.step("reboot");
	write(zram, 0);
	dump.step("page 0: erases unit 6");
	for (let i = 0; i < 4; i++) write(zram, 0);
	dump.step("page 0 four times more: erases units 7, 3, 4, 5");
	write(zram, 0);
	dump.step("and once more: the next area, and unit 6");
	assert.equal([...chip.erases], [0, 0, 1, 2, 2, 2, 2, 1]);
	const design = readFileSync(join(root, "DESIGN.md"), "utf8");
	assert.ok(design.includes(dump.lines.join("\n")), dump.lines.join("\n"));
	zram.check();
});

test.run();
