/*
 * Keeps a device at an occupancy while pages are overwritten and trimmed at random. The command is bench/churn.ts.
 *
 * Every page is read and compared before it goes, and those that are left at the end.
 */

import { ZramError } from "zram";
import { Random } from "../../tests/support/random.ts";
import { Audit } from "./audit.ts";
import { columnsPages, type Device, type DeviceParameters, openDevice } from "./device.ts";
import { Failure, Pages, type Parameters, Progress, runProgram, wrongByte } from "./program.ts";

export interface ChurnParameters extends Parameters, DeviceParameters {
	/** Overwrites and trims. */
	ops: number;
	/** Payload / bytes of all granules. */
	occupancy: number;
	seed: number;
	engine: string;
}

/** The command's keys. */
export interface ChurnResult {
	/** Writes that the device refused. */
	refusals: number;
	/** Refused although enough granules were free, counting the page's own. */
	needless: number;
	/** Mean of payload / bytes of granules in use. */
	utilisation: number;
	/** Mean of payload / bytes of all granules. */
	occupancy: number;
	/** Bytes of other pages that operations have moved. */
	moved: number;
	/** Pages that the columns codec holds at the end. */
	columns: number;
	engine: string;
}

/** The statistics are read every so many operations. */
const SAMPLE = 50;

class Churn {
	refusals = 0;
	needless = 0;
	moved = 0;
	readonly #pages: Pages;
	readonly #device: Device;
	readonly #audit: Audit;
	readonly #random: Random;
	/** The most bytes that the device may hold. */
	readonly #most: number;
	/** What each of the pages takes. */
	readonly #lengths: number[];
	/** For every page of the device, the page it holds, or -1. */
	readonly #content: number[];
	/** Pages of the device. The first `#stored` of them hold something. */
	readonly #order: number[];
	#stored = 0;
	#payload = 0;
	readonly #back: Uint8Array;

	constructor(pages: Pages, device: Device, occupancy: number, seed: number) {
		this.#pages = pages;
		this.#device = device;
		this.#random = new Random(seed);
		this.#most = occupancy * device.layout.data;
		this.#content = Array(device.layout.pageCount).fill(-1);
		this.#order = this.#content.map((_, i) => i);
		this.#back = new Uint8Array(pages.pageLength);
		this.#lengths = this.#measure();
		this.#audit = new Audit(device.region, device.layout);
	}

	/** Stores pages until one more would be too much or is refused. */
	fill() {
		for (;;) {
			const source = this.#random.below(this.#pages.count);
			if (this.#payload + (this.#lengths[source] as number) > this.#most) return;
			if (this.#stored === this.#content.length)
				throw new Failure(
					2,
					"--occupancy: cannot be reached, as every page of the device is in use; try a larger --size",
				);
			if (!this.#write(this.#stored, source)) return;
		}
	}

	/** One operation: half of them replace a page by another, the rest store and trim. */
	step() {
		const source = this.#random.below(this.#pages.count);
		const length = this.#lengths[source] as number;
		const place = this.#random.below(Math.max(this.#stored, 1));
		const isOverwrite = this.#stored > 0 && (this.#random.once(2) || this.#stored === this.#content.length);
		const old = isOverwrite ? (this.#lengths[this.#content[this.#order[place] as number] as number] as number) : 0;
		if (this.#payload - old + length <= this.#most) this.#write(isOverwrite ? place : this.#stored, source);
		else if (this.#stored > 0) this.#trim(place);
	}

	/** Reads everything that is stored. */
	verify() {
		for (let place = 0; place < this.#stored; place++) this.#compare(this.#order[place] as number);
		this.#device.zram.check();
	}

	/** What each page takes on this device, which is empty again afterwards. */
	#measure(): number[] {
		const { zram } = this.#device;
		const lengths: number[] = [];
		for (let i = 0; i < this.#pages.count; i++) {
			zram.write(this.#pages.view(i), 0);
			lengths.push(zram.status().comprDataSize);
		}
		zram.reset();
		return lengths;
	}

	/** Writes to the device's page at `place` of the order. Returns false if it is refused. */
	#write(place: number, source: number): boolean {
		const page = this.#order[place] as number;
		this.#compare(page);
		try {
			this.#device.zram.write(this.#pages.view(source), page * this.#pages.pageLength);
		} catch (error) {
			if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
			this.#refused(page, source);
			return false;
		} finally {
			this.moved += this.#audit.movedBy(page);
		}
		this.#payload += (this.#lengths[source] as number) - (this.#lengths[this.#content[page] as number] ?? 0);
		this.#content[page] = source;
		if (place === this.#stored) this.#stored++;
		return true;
	}

	#refused(page: number, source: number) {
		const needed = Math.ceil((this.#lengths[source] as number) / this.#device.layout.granuleLength);
		this.refusals++;
		if (needed <= this.#audit.freeGranules() + this.#audit.granulesOf(page)) this.needless++;
		this.#compare(page);
	}

	#trim(place: number) {
		const page = this.#order[place] as number;
		this.#compare(page);
		this.#device.zram.trim(page * this.#pages.pageLength, this.#pages.pageLength);
		this.moved += this.#audit.movedBy(page);
		this.#payload -= this.#lengths[this.#content[page] as number] as number;
		this.#content[page] = -1;
		this.#stored--;
		this.#order[place] = this.#order[this.#stored] as number;
		this.#order[this.#stored] = page;
	}

	#compare(page: number) {
		const source = this.#content[page] as number;
		if (source < 0) return;
		this.#device.zram.read(this.#back, page * this.#pages.pageLength);
		if (!this.#pages.isAt(source, this.#back)) throw wrongByte(page);
	}
}

/** The mean of what is sampled. */
class Mean {
	#sum = 0;
	#count = 0;

	add(value: number) {
		this.#sum += value;
		this.#count++;
	}
	get value(): number {
		return Math.round((this.#sum / this.#count) * 1e6) / 1e6;
	}
}

runProgram(({ pages: file, arena, size, codecs, ops, occupancy, seed, engine, show }: ChurnParameters): ChurnResult => {
	const device = openDevice({ arena, size, codecs }, file.pageLength);
	const { zram, layout } = device;
	const churn = new Churn(new Pages(file), device, occupancy, seed);
	const progress = new Progress("churn", ops, show);
	const utilisation = new Mean();
	const reached = new Mean();
	churn.fill();
	for (let i = 0; i < ops; i++) {
		churn.step();
		if (i % SAMPLE) continue;
		const { comprDataSize, memUsed } = zram.status();
		if (memUsed > layout.metadata) utilisation.add(comprDataSize / (memUsed - layout.metadata));
		reached.add(comprDataSize / layout.data);
		progress.at(i);
	}
	churn.verify();
	progress.end();
	const { refusals, needless, moved } = churn;
	return {
		refusals,
		needless,
		utilisation: utilisation.value,
		occupancy: reached.value,
		moved,
		columns: columnsPages(zram),
		engine,
	};
});
