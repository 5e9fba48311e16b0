/*
 * Cuts the power before, in the middle of and after every operation of the flash, and again at every operation of the
 * recovery: in Node at each operation of long traces, on other hosts at some.
 *
 * A trace is a sequence of boots, each with a few random operations from a seed. Each boot is played once to see what it
 * does to the flash, then again for every cut, from a snapshot of the flash at its start.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import type Zram from "zram";
import { SLOT_LOG, SLOT_RETIRED } from "zram/engine/interface";
import type { Snapshot } from "../modules/nor/chip.ts";
import { equal, fill, NOISE, TEXT } from "./support/bytes.ts";
import { SEED, scaled } from "./support/host.ts";
import { type Bed, makeBed } from "./support/offload.ts";
import { Random } from "./support/random.ts";
import { unitsOf } from "./support/slots.ts";

const KB = 1024;

const IS_NODE = "versions" in globalThis.process;
/** How many cuts to make outside Node, evenly spaced. */
const SAMPLES = 220;
/** One in this many cuts has its recovery cut as well, at every operation; all of them in runs ten times as long. */
const RECOVERIES = Math.max(1, Math.round(100 / scaled(10)));
const CUTS = ["before", "torn", "after"] as const;
type When = (typeof CUTS)[number];

interface Setup {
	name: string;
	/** Operations of the flash over all boots. */
	operations: number;
	blocks: number;
	blockLength: number;
	pageLength: number;
	writeAlign?: number;
	eraseValue?: number;
	encrypted?: boolean;
}

const SETUPS: Setup[] = [
	{ name: "block = page", operations: 3000, blocks: 24, blockLength: 1024, pageLength: 1024 },
	{
		name: "write alignment 64, erased to 0",
		...{ operations: 2000, blocks: 24, blockLength: 1024, pageLength: 1024, writeAlign: 64, eraseValue: 0 },
	},
	{ name: "4 KB", operations: 2000, blocks: 12, blockLength: 4096, pageLength: 4096 },
	{ name: "smaller blocks", operations: 2000, blocks: 48, blockLength: 512, pageLength: 1024 },
	{
		name: "encrypted",
		...{ operations: 2000, blocks: 24, blockLength: 1024, pageLength: 1024, writeAlign: 16, encrypted: true },
	},
];

const PAGES = 20;

/** For each unit, erases counted less erases the chip has done; and the credit. */
interface Drifts {
	data: number[];
	log: number[];
	credit: number;
	perDay: number;
	retired: number;
}

class Player {
	readonly bed: Bed;
	readonly #arena = new ArrayBuffer(16 * KB);
	readonly #setup: Setup;
	/** How long the last boot was up, in milliseconds. */
	#uptime = 0;
	readonly #page: Uint8Array;
	readonly #read: Uint8Array;

	constructor(setup: Setup) {
		const { blocks, blockLength, pageLength, writeAlign = 1, eraseValue = 0xff, encrypted = false } = setup;
		this.#setup = setup;
		this.bed = makeBed({ blocks, blockLength, writeAlign, eraseValue, encrypted, seed: SEED });
		this.#page = new Uint8Array(pageLength);
		this.#read = new Uint8Array(pageLength);
	}

	boot(): Zram {
		const { pageLength, encrypted = false } = this.#setup;
		// flash that never looks erased needs `format`
		return this.bed.boot(
			{ byteLength: PAGES * pageLength, pageLength, arena: this.#arena },
			{ format: encrypted, endurance: 100_000 },
		);
	}

	/** Does `work` to its end, or until the power goes. */
	attempt(work: () => void) {
		try {
			work();
		} catch (error) {
			if (this.bed.chip.powered) throw error;
		}
	}

	/** Plays boot number `boot`. */
	play(boot: number) {
		const { chip, clock } = this.bed;
		const random = new Random(SEED + boot);
		const start = boot * 4_000_000;
		clock.now = start;
		this.attempt(() => {
			const zram = this.boot();
			for (let i = 0; i < 10 && chip.powered; i++) this.#step(zram, random);
			if (random.once(2)) zram.close();
		});
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
			// the same bytes again, or back in their old place
			if (random.once(3)) zram.trim(page * pageLength, pageLength);
			if (random.once(3)) zram.write(this.#page, random.below(PAGES) * pageLength);
		} else if (what < 15) zram.write(this.#page.subarray(0, 100), page * pageLength + 50);
		else if (what < 16) zram.trim(0, zram.byteLength);
		else if (what < 17) zram.writeback({ type: "page", pages: [page] });
		else if (what < 18) this.bed.clock.now += 3_700_000;
		else zram.maintain(100 + random.below(100));
	}

	drifts(): Drifts {
		const { blockLength, pageLength } = this.#setup;
		const blocksPerUnit = pageLength / blockLength;
		const { backing } = this.boot().status();
		const units = unitsOf(this.#arena);
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

	/** What follows a cut: a start, in which the power may go again, and two pages. */
	recover() {
		const zram = this.boot();
		for (let page = 0; page < 2; page++) {
			fill(this.#page, 0, this.#page.length, NOISE, 77 + page);
			zram.write(this.#page, page * this.#page.length);
		}
	}

	/** After a reboot the device is empty, sound, and as good as new. Each cut has counted at most one erase too many. */
	examine(before: Drifts, cuts: number) {
		const snapshot = this.bed.chip.snapshot();
		this.#examineCounts(before, this.drifts(), cuts);
		this.bed.chip.restore(snapshot);
		const zram = this.boot();
		zram.check();
		this.#page.fill(0);
		for (let page = 0; page < PAGES; page++)
			if (!this.#holds(zram, page)) throw new Error(`page ${page} is an old one`);
		const { slots, slotsUsed } = zram.status().backing as { slots: number; slotsUsed: number };
		if (slotsUsed || slots !== before.data.length) throw new Error(`${slotsUsed} slots are used of ${slots}`);
		for (let page = 0; page < 4; page++) {
			fill(this.#page, 0, this.#page.length, NOISE, 99 + page);
			zram.write(this.#page, page * this.#page.length);
			if (!this.#holds(zram, page)) throw new Error("not the bytes that were written");
		}
		// one may have stayed in memory while the log erased its own units
		if (zram.status().bdCount < 3) throw new Error("pages do not go to flash any more");
		zram.check();
	}

	/** Whether a page reads as #page. */
	#holds(zram: Zram, page: number): boolean {
		zram.read(this.#read, page * this.#read.length);
		return equal(this.#read, 0, this.#page, 0, this.#page.length);
	}

	#examineCounts(before: Drifts, after: Drifts, cuts: number) {
		const { data, log, credit, perDay, retired } = after;
		const earned = (this.#uptime * perDay) / 86_400_000;
		if (data.length !== before.data.length || retired) throw new Error(`${retired} units were lost`);
		let over = 0;
		for (const [unit, drift] of data.entries()) {
			const change = drift - (before.data[unit] as number);
			if (change < 0) throw new Error(`an erase of data unit ${unit} was not counted`);
			over += change;
		}
		for (const [unit, drift] of log.entries()) {
			const change = drift - (before.log[unit] as number);
			if (Math.abs(change) > cuts) throw new Error(`log unit ${unit}: ${change}`);
			over += Math.max(change, 0);
		}
		if (over > cuts) throw new Error(`${over} erases too many were counted`);
		if (credit > before.credit + earned + 1) throw new Error(`credit was gained: ${before.credit} to ${credit}`);
	}
}

/** Plays a boot from the flash as it was before it, up to the cut; then reboots and continues. */
class Cutter {
	recoveries = 0;
	readonly #player: Player;

	constructor(player: Player) {
		this.#player = player;
	}

	cut(boot: number, before: Snapshot, operation: number, when: When, alsoRecovery: boolean) {
		const player = this.#player;
		const { chip, clock } = player.bed;
		chip.restore(before);
		clock.now = boot * 4_000_000;
		const drifts = player.drifts();
		chip.restore(before);
		chip.cutPower(chip.operations + operation, when);
		player.play(boot);
		if (chip.powered) throw new Error("the trace is not the same as before");
		chip.restorePower();
		const torn = chip.snapshot();
		this.#examine(drifts, 1, boot, `cut ${when} operation ${operation} of boot ${boot}`);
		if (!alsoRecovery) return;
		for (let again = 0; ; again++)
			for (const whenAgain of CUTS) {
				chip.restore(torn);
				clock.now = boot * 4_000_000;
				chip.cutPower(chip.operations + again, whenAgain);
				player.attempt(() => player.recover());
				if (chip.powered) return;
				chip.restorePower();
				this.recoveries++;
				const where = `${whenAgain} operation ${again} of the recovery from a cut ${when} operation ${operation}`;
				this.#examine(drifts, 2, boot, `cut ${where} of boot ${boot}`);
			}
	}

	#examine(before: Drifts, cuts: number, boot: number, where: string) {
		this.#player.bed.clock.now = boot * 4_000_000;
		try {
			this.#player.examine(before, cuts);
		} catch (error) {
			throw new Error(`${where}, seed ${SEED}: ${(error as Error).stack}`);
		}
	}
}

for (const setup of SETUPS)
	test(`power: ${setup.name}`, () => {
		const player = new Player(setup);
		const cutter = new Cutter(player);
		const { chip } = player.bed;
		const share = setup.operations / SETUPS.reduce((sum, { operations }) => sum + operations, 0);
		const wholeLength = IS_NODE
			? Math.min(scaled(setup.operations), setup.operations)
			: Math.min(500, setup.operations);
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
					cutter.cut(boot, before, operation, when, cuts % RECOVERIES === 0);
					cuts++;
				}
			chip.restore(after);
			operations += count;
		}
		assert.ok(cuts >= wanted, `only ${cuts} cuts`);
		assert.ok(cutter.recoveries > cuts / RECOVERIES, `only ${cutter.recoveries} in recoveries`);
		console.log(`${setup.name}: ${cuts} cuts of ${operations * CUTS.length}, ${cutter.recoveries} in recoveries`);
	});

test.run();
