/**
 * Replays a trace on flashes: how each way to use one would have worn it. Our device runs its own code on an emulated
 * chip, with the trace's clock. Two simpler designs put every incompressible page on flash at once.
 *
 * @module
 */

import Zram from "zram";
import { STOP_NOTHING } from "zram/engine/interface";
import type { PortableEngine } from "zram/engine/portable";
import {
	CALL,
	CALL_AGE,
	CALL_LIMIT,
	CALL_MAINTAIN,
	CALL_RESET,
	CALL_WRITEBACK,
	HELD,
	OFFLOAD,
	READ,
	REFUSED,
	REPACK,
	STORED_CODEC,
	TRIM,
	UNPACKED,
	WRITE,
	WRITE_FLASH,
} from "zram/trace/format";
import { Chip, W25Q128 } from "../../modules/nor/chip.ts";
import { flashStorage } from "../../modules/nor/nor-flash.ts";
import { Device, RecordedPacker } from "./device.ts";
import type { Operation, TraceFile, TraceHeader } from "./trace.ts";

/** The flash. */
export interface FlashOptions {
	/** Its bytes. Blocks are as long as the device's pages. */
	byteLength: number;
	/** How many erases a block bears. */
	endurance: number;
	/** Years it is to last, from which our device's budget follows. */
	lifetime: number;
	/** Bytes of the arena. Default: as recorded. */
	arena?: number;
}

/** How a flash fared. */
export interface FlashResult {
	name: string;
	/** Pages written to it. */
	pages: number;
	/** Pages on it at the end. */
	held: number;
	erases: number;
	/** Erases of the least and of the most worn block. */
	wearLeast: number;
	wearMost: number;
	/** Years until the most worn block is worn out, at the trace's pace; null if nothing was erased. */
	years: number | null;
	/** Stores that found room neither in memory nor on flash. */
	refused: number;
	/** Milliseconds that the longest write spent on flash, by the typical values of the data sheet. */
	worst: number;
}

/** A way to use a flash. */
interface Policy {
	/** Returns whether there was room. */
	write(page: number, stored: number): boolean;
	/** Stores it as it is for now. It does not count as incompressible. */
	writeUnpacked(page: number): boolean;
	read(page: number): void;
	trim(page: number, count: number): void;
	repack(page: number, stored: number): void;
	/** The app has asked to write these pages to flash. */
	writeback(page: number): void;
	call(call: number, argument: number, time: number): void;
	/** Pages written to flash, and pages on it. */
	readonly pages: number;
	readonly held: number;
	/**
	 * How many erases the most worn block has in the end after so many in all, if wear is even; undefined if it never
	 * is.
	 */
	readonly spread: number | undefined;
}

/** A page of noise. It does not matter what is programmed, only that it is. */
function noise(length: number): Uint8Array {
	let state = 1;
	return Uint8Array.from({ length }, () => {
		state = Math.imul(state, 1664525) + 1013904223;
		return state >>> 24;
	});
}

/** Our device with its defaults. */
class Ours implements Policy {
	readonly #zram: Zram;
	readonly #packer: RecordedPacker;
	readonly #engine: PortableEngine;
	readonly #page: Uint8Array;
	readonly #words: Uint32Array;
	#time = 0;
	readonly spread = 66;

	constructor(header: TraceHeader, chip: Chip, options: FlashOptions) {
		const { pageLength, pageCount, arenaLength, threshold, flags, codecs } = header;
		const { endurance, lifetime, arena = arenaLength } = options;
		const known = Zram.layout({ arena: 65_536 }).codecs.filter((codec) => codecs.includes(codec));
		this.#zram = new Zram({
			arena,
			byteLength: pageCount * pageLength,
			pageLength,
			threshold,
			integrity: (flags & 1) !== 0,
			...(known.length && { codecs: known }),
			backing: { io: flashStorage({ zram: chip }), path: "zram", endurance, lifetime, ticks: () => this.#time | 0 },
		});
		this.#engine = this.#zram.insides.engine as PortableEngine;
		this.#packer = new RecordedPacker(this.#engine.core);
		this.#engine.nextResting = () => STOP_NOTHING; // what was packed when it rested is in the trace
		this.#page = noise(pageLength);
		this.#words = new Uint32Array(this.#page.buffer);
	}

	get pages() {
		return this.#zram.status().bdWrites;
	}

	get held() {
		return this.#zram.status().bdCount;
	}

	/** Never the same twice, as a page that is already on flash would not be written. */
	#change() {
		this.#words[0] = (this.#words[0] as number) + 1;
	}

	write(page: number, stored: number) {
		this.#packer.stored = stored;
		this.#change();
		return this.#zram.tryWrite(this.#page, page * this.#page.length, 0, this.#page.length) >= 0;
	}

	writeUnpacked(page: number) {
		return this.#zram.tryWriteUnpacked(this.#page, page * this.#page.length, 0, this.#page.length) >= 0;
	}

	read(page: number) {
		this.#engine.core.place.touch(page);
	}

	trim(page: number, count: number) {
		this.#zram.trim(page * this.#page.length, count * this.#page.length);
	}

	repack(page: number, stored: number) {
		this.#packer.repack(page, stored);
	}

	writeback(page: number) {
		this.#zram.writeback({ type: "page", pages: [page] });
	}

	call(call: number, argument: number, time: number) {
		this.#time = time;
		if (call === CALL_RESET) this.#zram.reset();
		else if (call === CALL_AGE) this.#engine.markIdle(argument);
		else if (call === CALL_MAINTAIN) this.#zram.maintain(argument);
		else if (call === CALL_LIMIT) this.#zram.limit = Math.min(argument, this.#zram.status().memLimit);
	}

	/** Advances the clock. */
	set time(value: number) {
		this.#time = value;
	}
}

/** Chooses the block for the next page; undefined if none is free. */
type Choice = (isFree: (block: number) => boolean) => number | undefined;

/** Puts incompressible pages on flash at once; the rest, and pages that find no block, stay in memory. */
class AtOnce implements Policy {
	readonly #device: Device;
	readonly #chip: Chip;
	readonly #choose: Choice;
	readonly #blockOf = new Map<number, number>();
	readonly #used = new Set<number>();
	readonly #page: Uint8Array;
	readonly spread: number | undefined;
	pages = 0;

	constructor(header: TraceHeader, chip: Chip, { arena }: FlashOptions, choose: Choice, spread?: number) {
		this.#device = new Device(header, { slots: chip.blocks, ...(arena && { arena }) });
		this.#chip = chip;
		this.#choose = choose;
		this.spread = spread;
		this.#page = noise(header.pageLength);
	}

	get held() {
		return this.#blockOf.size;
	}

	#free(page: number) {
		const block = this.#blockOf.get(page);
		if (block === undefined) return;
		this.#blockOf.delete(page);
		this.#used.delete(block);
	}

	#toFlash(page: number): boolean {
		const block = this.#choose((each) => !this.#used.has(each));
		if (block === undefined) return false;
		const { blockLength } = this.#chip;
		this.#chip.erase(block);
		this.#chip.program(this.#page, 0, blockLength, block * blockLength);
		this.#device.offload(page, 0);
		this.#free(page);
		this.#blockOf.set(page, block);
		this.#used.add(block);
		this.pages++;
		return true;
	}

	write(page: number, stored: number) {
		const isHuge = stored % STORED_CODEC > this.#device.options.threshold;
		if (isHuge && this.#toFlash(page)) return true;
		const isStored = this.#device.write(page, stored);
		if (isStored) this.#free(page);
		return isStored;
	}

	writeUnpacked(page: number) {
		const isStored = this.#device.write(page, this.#page.length);
		if (isStored) this.#free(page);
		return isStored;
	}

	read(page: number) {
		this.#device.read(page);
	}

	trim(page: number, count: number) {
		this.#device.trim(page, count);
		for (const end = page + count; page < end; page++) this.#free(page);
	}

	repack(page: number, stored: number) {
		this.#device.repack(page, stored);
	}

	writeback(page: number) {
		if (!this.#blockOf.has(page)) this.#toFlash(page);
	}

	call(call: number, argument: number) {
		this.#device.call(call, argument);
		if (call !== CALL_RESET) return;
		this.#blockOf.clear();
		this.#used.clear();
	}
}

function leastWorn(chip: Chip): Choice {
	return (isFree) => {
		let best: number | undefined;
		for (let block = 0; block < chip.blocks; block++)
			if (isFree(block) && (best === undefined || (chip.erases[block] as number) < (chip.erases[best] as number)))
				best = block;
		return best;
	};
}

function inTurn(chip: Chip): Choice {
	let next = 0;
	return (isFree) => {
		for (let tried = 0; tried < chip.blocks; tried++) {
			const block = next;
			next = (next + 1) % chip.blocks;
			if (isFree(block)) return block;
		}
		return undefined;
	};
}

const POLICIES: [name: string, make: (header: TraceHeader, chip: Chip, options: FlashOptions) => Policy][] = [
	["xs-zram", (header, chip, options) => new Ours(header, chip, options)],
	["at once, the least worn block", (header, chip, options) => new AtOnce(header, chip, options, leastWorn(chip), 1)],
	["naive: at once, the next block", (header, chip, options) => new AtOnce(header, chip, options, inTurn(chip))],
];

export const FLASH_POLICIES = POLICIES.map(([name]) => name);

const YEAR = 365.25 * 24 * 3600 * 1000;

/** Uses a device with a flash as the recorded one was used, with the policy of that name. */
export function replayOnFlash(
	trace: TraceFile,
	name: string,
	options: FlashOptions,
	onProgress: (share: number) => void,
): FlashResult {
	const { header } = trace;
	const blocks = Math.floor(options.byteLength / header.pageLength);
	const chip = new Chip({ blocks, blockLength: header.pageLength, endurance: Number.POSITIVE_INFINITY });
	const policy = new Map(POLICIES).get(name)?.(header, chip, options) as Policy;
	const before = chip.statistics.erases;
	const worn = chip.erases.slice();
	let [refused, worst, start, end] = [0, 0, -1, 0];
	let isWriteback = false;
	const store = (isStored: boolean) => {
		if (!isStored) refused++;
	};
	const act = ({ operation, page, argument, time }: Operation) => {
		if (operation === OFFLOAD) return isWriteback ? policy.writeback(page) : undefined;
		isWriteback = operation === CALL && page === CALL_WRITEBACK;
		if (operation === WRITE || operation === WRITE_FLASH || operation === REFUSED || operation === HELD)
			store(policy.write(page, argument));
		else if (operation === UNPACKED) store(policy.writeUnpacked(page));
		else if (operation === READ) policy.read(page);
		else if (operation === TRIM) policy.trim(page, argument);
		else if (operation === REPACK) policy.repack(page, argument);
		else if (operation === CALL) policy.call(page, argument, time);
	};
	trace.forEach((operation, share) => {
		if (policy instanceof Ours) policy.time = operation.time;
		if (start < 0) start = operation.time;
		end = operation.time;
		const before = chip.statistics.typical;
		act(operation);
		if (operation.operation !== CALL) worst = Math.max(worst, (chip.statistics.typical - before) / 1000);
		onProgress(share);
	});
	const wear = [...chip.erases].map((erases, block) => erases - (worn[block] as number));
	const erases = chip.statistics.erases - before;
	const most = policy.spread === undefined ? Math.max(...wear) : erases / blocks;
	const left = options.endurance - (policy.spread ?? 0);
	return {
		name,
		pages: policy.pages,
		held: policy.held,
		erases,
		wearLeast: Math.min(...wear),
		wearMost: Math.max(...wear),
		years: erases ? (left / most) * (Math.max(end - start, 1) / YEAR) : null,
		refused,
		worst,
	};
}

/** What a data sheet says. */
export const ENDURANCE = W25Q128.endurance;
