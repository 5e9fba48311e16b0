/*
 * The power is cut at every operation of the flash, before, in the middle of and after it: in Node at each one of long
 * traces, on other hosts at some.
 *
 * A trace is a row of boots, each with a few random operations from a seed. A boot is played once to see what it does to
 * the flash, and then again for every cut, from a snapshot of the flash as it was when it began.
 */
// needs: js
// firmware: --slots 12288 --chunk 180000

import { test } from "uvu";
import * as assert from "uvu/assert";
import type Zram from "zram";
import { SLOT_LOG, SLOT_RETIRED } from "zram/engine/interface";
import type { Snapshot } from "../hosts/nor/chip.ts";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";
import { SEED, scaled } from "./support/host.ts";
import { type Bed, makeBed } from "./support/offload.ts";
import { Random } from "./support/random.ts";
import { unitsOf } from "./support/slots.ts";

const KB = 1024;

const IS_NODE = "versions" in globalThis.process;
/** Cuts on hosts other than Node, at even distances. */
const SAMPLES = 220;
const CUTS = ["before", "torn", "after"] as const;
/** Erases that a cut may count although they were not done. */
const OVERCOUNT_MOST = 1;

interface Setup {
	name: string;
	/** Operations of the flash, of all boots together. */
	operations: number;
	blocks: number;
	blockLength: number;
	pageLength: number;
	writeAlign?: number;
	eraseValue?: number;
}

const SETUPS: Setup[] = [
	{ name: "block = page", operations: 5000, blocks: 24, blockLength: 1024, pageLength: 1024 },
	{
		name: "write alignment 64, erased to 0",
		...{ operations: 1500, blocks: 24, blockLength: 1024, pageLength: 1024, writeAlign: 64, eraseValue: 0 },
	},
	{ name: "4 KB", operations: 500, blocks: 12, blockLength: 4096, pageLength: 4096 },
	{ name: "smaller blocks", operations: 500, blocks: 48, blockLength: 512, pageLength: 1024 },
];

const PAGES = 20;

class Player {
	readonly bed: Bed;
	readonly #arena = new ArrayBuffer(16 * KB);
	readonly #setup: Setup;
	/** Milliseconds that the last boot was up. */
	#uptime = 0;
	readonly #page: Uint8Array;
	readonly #read: Uint8Array;

	constructor(setup: Setup) {
		const { blocks, blockLength, pageLength, writeAlign = 1, eraseValue = 0xff } = setup;
		this.#setup = setup;
		this.bed = makeBed({ blocks, blockLength, writeAlign, eraseValue, seed: SEED });
		this.#page = new Uint8Array(pageLength);
		this.#read = new Uint8Array(pageLength);
	}

	boot(): Zram {
		const { pageLength } = this.#setup;
		return this.bed.boot({ byteLength: PAGES * pageLength, pageLength, arena: this.#arena });
	}

	/** Plays boot number `boot`, until its end or until the power is gone. */
	play(boot: number) {
		const { chip, clock } = this.bed;
		const random = new Random(SEED + boot);
		const start = boot * 4_000_000;
		clock.now = start;
		try {
			const zram = this.boot();
			for (let i = 0; i < 10 && chip.powered; i++) this.#step(zram, random);
		} catch (error) {
			if (chip.powered) throw error;
		}
		this.#uptime = clock.now - start;
	}

	#step(zram: Zram, random: Random) {
		const { pageLength } = this.#setup;
		const page = random.below(PAGES);
		const what = random.below(20);
		const seed = random.next();
		if (what < 13) {
			fill(this.#page, 0, pageLength, random.once(8) ? TEXT : NOISE, seed);
			zram.write(this.#page, page * pageLength);
			// the same bytes once more, or to the place where they were: what was erased must show all the same
			if (random.once(3)) zram.trim(page * pageLength, pageLength);
			if (random.once(3)) zram.write(this.#page, random.below(PAGES) * pageLength);
		} else if (what < 15) zram.write(this.#page.subarray(0, 100), page * pageLength + 50);
		else if (what < 16) zram.trim(0, zram.byteLength);
		else if (what < 17) zram.writeback({ type: "page", pages: [page] });
		else if (what < 18) this.bed.clock.now += 3_700_000;
		else zram.maintain(100 + random.below(100));
	}

	/** What is counted too much (or, negative, too little) for each unit; and which units there are. */
	drifts(): { data: number[]; log: number[]; credit: number; perDay: number; retired: number } {
		const { unitLength, blocksPerUnit } = this.#units;
		const { backing } = this.boot().status();
		const units = unitsOf(this.#arena, unitLength);
		const truth = units.map((_, unit) =>
			Math.max(...this.bed.chip.erases.subarray(unit * blocksPerUnit, (unit + 1) * blocksPerUnit)),
		);
		const drift = units.map(({ erases }, unit) => erases - (truth[unit] as number));
		return {
			data: drift.filter((_, unit) => units[unit]?.state !== SLOT_LOG),
			log: drift.filter((_, unit) => units[unit]?.state === SLOT_LOG),
			credit: backing?.budget as number,
			perDay: backing?.budgetPerDay as number,
			retired: units.filter(({ state }) => state === SLOT_RETIRED).length,
		};
	}

	get #units() {
		const { blockLength, pageLength } = this.#setup;
		const unitLength = Math.max(blockLength, pageLength);
		return { unitLength, blocksPerUnit: unitLength / blockLength };
	}

	/** After a reboot: empty, sound, and as good as new. */
	examine(before: ReturnType<Player["drifts"]>) {
		const snapshot = this.bed.chip.snapshot();
		this.#examineCounts(before, this.drifts());
		this.bed.chip.restore(snapshot);
		const zram = this.boot();
		zram.check();
		this.#page.fill(0);
		for (let page = 0; page < PAGES; page++)
			if (!this.#holds(zram, page)) throw new Error(`page ${page} is an old one`);
		const { slots, slotsUsed } = zram.status().backing as { slots: number; slotsUsed: number };
		const group = this.#units.unitLength / this.#setup.pageLength;
		if (slotsUsed || slots !== before.data.length * group) throw new Error(`${slotsUsed} slots are used of ${slots}`);
		for (let page = 0; page < 2; page++) {
			fill(this.#page, 0, this.#page.length, NOISE, 77 + page);
			zram.write(this.#page, page * this.#page.length);
			if (!this.#holds(zram, page)) throw new Error("not the bytes that were written");
		}
		if (zram.status().bdCount !== 2) throw new Error("pages do not go to flash any more");
		zram.check();
	}

	/** Whether a page reads as what is in #page. */
	#holds(zram: Zram, page: number): boolean {
		zram.read(this.#read, page * this.#read.length);
		return equal(this.#read, 0, this.#page, 0, this.#page.length);
	}

	#examineCounts(before: ReturnType<Player["drifts"]>, after: ReturnType<Player["drifts"]>) {
		const { data, log, credit, perDay, retired } = after;
		const earned = (this.#uptime * perDay) / 86_400_000;
		if (data.length !== before.data.length || retired) throw new Error(`${retired} units were lost`);
		let over = 0;
		for (const [unit, drift] of data.entries()) {
			const change = drift - (before.data[unit] as number);
			if (change < 0) throw new Error(`an erase of data unit ${unit} was not counted`);
			over += change;
		}
		if (over > OVERCOUNT_MOST) throw new Error(`${over} erases too many were counted`);
		for (const [unit, drift] of log.entries())
			if (Math.abs(drift - (before.log[unit] as number)) > 1) throw new Error(`log unit ${unit}: ${drift}`);
		if (credit > before.credit + earned + 1) throw new Error(`credit was gained: ${before.credit} to ${credit}`);
	}
}

/** Plays a boot from the flash as it was before, up to the cut; reboots, and goes on. */
function cutAt(player: Player, boot: number, before: Snapshot, operation: number, when: (typeof CUTS)[number]) {
	const { chip, clock } = player.bed;
	chip.restore(before);
	clock.now = boot * 4_000_000;
	const drifts = player.drifts();
	chip.restore(before);
	chip.cutPower(chip.operations + operation, when);
	player.play(boot);
	if (chip.powered) throw new Error("the trace is not the same as before");
	chip.restorePower();
	clock.now = boot * 4_000_000;
	try {
		player.examine(drifts);
	} catch (error) {
		const where = `cut ${when} operation ${operation} of boot ${boot}, seed ${SEED}`;
		throw new Error(`${where}: ${(error as Error).stack}`);
	}
}

for (const setup of SETUPS)
	test(`power: ${setup.name}`, () => {
		const player = new Player(setup);
		const { chip } = player.bed;
		const share = setup.operations / SETUPS.reduce((sum, { operations }) => sum + operations, 0);
		const wholeLength = IS_NODE ? scaled(setup.operations) : Math.min(500, setup.operations);
		const whole = wholeLength * CUTS.length;
		const wanted = IS_NODE ? whole : Math.ceil(SAMPLES * share);
		let points = 0;
		let operations = 0;
		let cuts = 0;
		for (let boot = 0; operations < wholeLength; boot++) {
			const before = chip.snapshot();
			const first = chip.operations;
			player.play(boot);
			const count = chip.operations - first;
			const after = chip.snapshot();
			for (let operation = 0; operation < count; operation++)
				for (const when of CUTS) {
					points++;
					if (Math.floor((points * wanted) / whole) === Math.floor(((points - 1) * wanted) / whole)) continue;
					cutAt(player, boot, before, operation, when);
					cuts++;
				}
			chip.restore(after);
			operations += count;
		}
		assert.ok(cuts >= wanted, `only ${cuts} cuts`);
		console.log(`${setup.name}: ${cuts} cuts of ${operations * CUTS.length}`);
	});

test.run();
