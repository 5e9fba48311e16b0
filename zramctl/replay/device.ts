/**
 * Replays a trace on a device of ours, as recorded or with other options: on the portable engine, with a packer that says how
 * long pages are stored, instead of codecs.
 *
 * @module
 */

import { STATE_COMPRESSED, STATE_OFFLOADED, STATE_RAW, STATE_SAME } from "zram/engine/entry";
import { HEADER_LENGTH, READS, USED_GRANULES } from "zram/engine/header";
import {
	ERROR_FULL,
	FLAG_INTEGRITY,
	MODE_KEEP,
	MODE_WRITTEN,
	PLAN_ARENA_MIN,
	PLAN_GRANULE_COUNT,
	PLAN_METADATA,
	PLAN_SCRATCH,
	planWords,
	SLOT_ERASED,
	SLOT_USED,
} from "zram/engine/interface";
import { PortableEngine } from "zram/engine/portable";
import type { EngineCore } from "zram/engine/portable/engine";
import { parseStatistics, type Statistics } from "zram/region";
import {
	CALL,
	CALL_AGE,
	CALL_LIMIT,
	CALL_RESET,
	CALL_RESET_PEAK,
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
import { Curve } from "./curve.ts";
import type { Operation, TraceFile, TraceHeader } from "./trace.ts";

/** What to change. */
export interface DeviceChanges {
	/** Bytes of the arena. */
	arena?: number;
	pageLength?: number;
	/** Bytes. */
	threshold?: number;
	/**
	 * Pages packed with other codecs are then stored as they are: a trace cannot say what these would make of them.
	 */
	codecs?: string[];
	integrity?: boolean;
	/** Pages of flash that the region has room for. */
	slots?: number;
}

/** How a device fared with a trace. */
export interface DeviceResult {
	/** Bytes of the arena, of a page, and the threshold above which a page is huge. */
	arena: number;
	pageLength: number;
	threshold: number;
	codecs: string[];
	/** What `status()` would return at the end. */
	status: Statistics;
	/** Stores that found no room. */
	refused: number;
	/** Writes whose pages count as uncompressed, as their codec may not be used. */
	uncompressed: number;
	/** Bytes in use after each write, thinned out. */
	curve: [write: number, bytes: number][];
}

/** How much longer blocks are per byte of shorter pages, compared with pages of 4096: measured on the bench's mixture. */
const LENGTHENED: Readonly<Record<number, number>> = { 512: 1.2, 1024: 1.11, 2048: 1.046, 4096: 1 };

interface DeviceOptions extends Omit<TraceHeader, "metadata" | "granuleLength" | "first"> {
	metadata: number;
	granuleLength: number;
}

/** Replaces an engine's codecs: stores pages as it is told, whatever is in them. */
export class RecordedPacker {
	readonly #core: EngineCore;
	/** How to store the next page, as in traces. */
	stored = 0;

	constructor(core: EngineCore) {
		this.#core = core;
		core.packer.pack = () => this.pack();
		core.packer.unpack = () => true;
	}

	pack() {
		const { packer, place } = this.#core;
		const { pageLength, granuleLength } = place.arena.layout;
		const length = this.stored % STORED_CODEC;
		if (length === 0) {
			packer.packed.set(STATE_SAME, 0, 0, packer.pageWords);
			packer.packed.word = 0;
		} else if (length > pageLength - granuleLength) packer.asIs();
		else packer.packed.set(STATE_COMPRESSED, Math.floor(this.stored / STORED_CODEC), length, packer.blockWords);
	}

	/** A resting page gets shorter. */
	repack(page: number, stored: number) {
		const { packer, place } = this.#core;
		const state = place.stateOf(page);
		if (state !== STATE_COMPRESSED && state !== STATE_RAW) return;
		this.stored = stored;
		this.pack();
		if (place.arena.granulesFor(packer.packed.length) < place.granulesOf(page)) place.replace(page, packer.packed);
	}
}

/** A device. How a page is stored is a number as in traces: codec * 8192 + length. */
export class Device {
	readonly options: DeviceOptions;
	readonly engine: PortableEngine;
	readonly #packer: RecordedPacker;
	readonly #page: Uint8Array;
	#slot = 0;

	constructor(header: TraceHeader, changes: DeviceChanges) {
		const pageLength = changes.pageLength ?? header.pageLength;
		const arenaLength = changes.arena ?? header.arenaLength;
		const flags = changes.integrity === undefined ? header.flags : changes.integrity ? FLAG_INTEGRITY : 0;
		const scaled = Math.floor((header.threshold * pageLength) / header.pageLength);
		const plan = planWords({
			arenaLength,
			pageLength,
			flags,
			pageCount: Math.ceil((header.pageCount * header.pageLength) / pageLength),
			slotCount: changes.slots ?? header.slots,
			threshold: changes.threshold ?? scaled,
		});
		PortableEngine.plan(plan.buffer);
		if (!plan[PLAN_GRANULE_COUNT])
			throw new RangeError(
				`an arena of ${arenaLength} bytes is too small for this device, which needs ${plan[PLAN_ARENA_MIN]}`,
			);
		this.engine = new PortableEngine(
			new ArrayBuffer(arenaLength),
			new ArrayBuffer(plan[PLAN_SCRATCH] as number),
			plan.buffer,
		);
		const { layout } = this.engine.core.place.arena;
		const { threshold } = this.engine.core.place;
		const codecs = changes.codecs ?? header.codecs;
		const metadata = plan[PLAN_METADATA] as number;
		this.options = { ...header, ...layout, arenaLength, threshold, codecs, metadata };
		this.#page = new Uint8Array(pageLength);
		this.#packer = new RecordedPacker(this.engine.core);
	}

	/** Bytes in use. */
	get used(): number {
		const { place } = this.engine.core;
		return this.options.metadata + (place.arena.header[USED_GRANULES] as number) * this.options.granuleLength;
	}

	/** Returns whether there was room. */
	write(page: number, stored: number): boolean {
		this.#packer.stored = stored;
		const at = page * this.options.pageLength;
		return this.engine.write(this.#page, at, undefined, undefined, 0, MODE_KEEP) !== ERROR_FULL;
	}

	/** Does not count the page as written. */
	hold(page: number, stored: number): boolean {
		const { core } = this.engine;
		this.#packer.stored = stored;
		this.#packer.pack();
		return core.place.place(page, core.packer.packed) >= 0;
	}

	read(page: number) {
		const { place } = this.engine.core;
		place.touch(page);
		place.count(READS);
	}

	trim(page: number, count: number) {
		this.engine.trim(page * this.options.pageLength, count * this.options.pageLength);
	}

	repack(page: number, stored: number) {
		this.#packer.repack(page, stored);
	}

	/** The page is on flash from now on. */
	offload(page: number, mode: number) {
		const { core } = this.engine;
		const { slotCount } = core.place.arena.layout;
		if (mode === 0 && core.place.stateOf(page) === STATE_OFFLOADED) return;
		for (let tried = 0; tried < slotCount; tried++) {
			this.#slot = (this.#slot + 1) % slotCount;
			if (core.place.slots.stateOf(this.#slot) === SLOT_USED) continue;
			this.engine.setSlot(this.#slot, SLOT_ERASED, 0, 0);
			this.engine.offload(page, this.#slot, mode, 0);
			return;
		}
	}

	call(call: number, argument: number) {
		if (call === CALL_RESET) this.engine.reset();
		else if (call === CALL_AGE) this.engine.markIdle(argument);
		else if (call === CALL_RESET_PEAK) this.engine.resetPeak();
		else if (call === CALL_LIMIT) this.engine.setLimit(argument);
	}

	status(): Statistics {
		const header = new ArrayBuffer(HEADER_LENGTH);
		this.engine.header(header);
		return parseStatistics(new DataView(header), this.options);
	}
}

/**
 * Maps the trace's pages to the device's, where these are longer or shorter. A page's stored length is shared evenly
 * among shorter ones; a longer page is stored as long as all its parts together.
 */
class Pages {
	readonly #device: Device;
	readonly #trace: TraceFile;
	/** How many pages of the device make one of the trace, and the other way round; one of the two is 1. */
	readonly #parts: number;
	readonly #together: number;
	/** How each page of the trace is stored + 1, or 0; used only where several become one. */
	readonly #stored: Uint16Array;
	/** How much longer blocks become. */
	readonly #factor: number;
	/** Whether a codec may be used, by its id. */
	readonly #isAllowed: boolean[];
	uncompressed = 0;
	refused = 0;

	constructor(device: Device, trace: TraceFile) {
		const { pageLength, pageCount, codecs } = trace.header;
		const { options } = device;
		this.#device = device;
		this.#trace = trace;
		this.#parts = Math.max(1, pageLength / options.pageLength);
		this.#together = Math.max(1, options.pageLength / pageLength);
		this.#stored = new Uint16Array(this.#together > 1 ? pageCount : 0);
		this.#factor = (LENGTHENED[options.pageLength] as number) / (LENGTHENED[pageLength] as number);
		this.#isAllowed = codecs.map((codec) => options.codecs.includes(codec));
	}

	/** How a page of the trace is stored with the codecs that may be used. */
	#allowed(stored: number): number {
		const { pageLength } = this.#trace.header;
		const length = stored % STORED_CODEC;
		if (length === 0 || length === pageLength || this.#isAllowed[Math.floor(stored / STORED_CODEC)]) return stored;
		this.uncompressed++;
		return pageLength;
	}

	/** How a page of the device is stored if the trace stores so many bytes together as `stored`. */
	#scaled(stored: number, length: number): number {
		const { pageLength } = this.#device.options;
		const codec = Math.floor(stored / STORED_CODEC);
		return codec * STORED_CODEC + Math.min(pageLength, Math.ceil(length * this.#factor));
	}

	/** Calls `store` for the device's pages that make a page of the trace, with how they are stored. */
	#store(page: number, recorded: number, store: (page: number, stored: number) => boolean) {
		const stored = this.#allowed(recorded);
		const length = stored % STORED_CODEC;
		if (this.#together > 1) {
			this.#stored[page] = length + 1;
			this.#storeTogether(page, stored, store);
		} else
			for (let i = 0; i < this.#parts; i++) {
				const part = this.#parts === 1 ? stored : this.#scaled(stored, length / this.#parts);
				if (!store(page * this.#parts + i, part)) this.refused++;
			}
	}

	#storeTogether(page: number, stored: number, store: (page: number, stored: number) => boolean) {
		const whole = Math.floor(page / this.#together);
		let length = 0;
		for (let i = 0; i < this.#together; i++) length += Math.max((this.#stored[whole * this.#together + i] ?? 0) - 1, 0);
		if (!store(whole, this.#scaled(stored, length))) this.refused++;
	}

	#trim(page: number, count: number) {
		if (this.#together === 1) return this.#device.trim(page * this.#parts, count * this.#parts);
		for (let end = page + count; page < end; page++) {
			const was = this.#stored[page];
			this.#stored[page] = 0;
			const whole = Math.floor(page / this.#together) * this.#together;
			const isGone = this.#stored.subarray(whole, whole + this.#together).every((stored) => stored === 0);
			if (was && isGone) this.#device.trim(whole / this.#together, 1);
			else if (was) this.#storeTogether(page, 0, (first, stored) => this.#device.write(first, stored));
		}
	}

	/** Pages on flash go there again, unless pages have another length: then they stay in memory. */
	#offload(page: number, mode: number) {
		if (this.#parts === 1 && this.#together === 1) this.#device.offload(page, mode);
	}

	do({ operation, page, argument }: Operation) {
		const device = this.#device;
		switch (operation) {
			case READ:
				return device.read(Math.floor((page * this.#parts) / this.#together));
			case WRITE:
			case REFUSED:
				return this.#store(page, argument, (at, stored) => device.write(at, stored));
			case UNPACKED:
				return this.#store(page, this.#trace.header.pageLength, (at, stored) => device.write(at, stored));
			case HELD:
				return this.#store(page, argument, (at, stored) => device.hold(at, stored));
			case WRITE_FLASH:
				if (this.#parts > 1 || this.#together > 1)
					return this.#store(page, argument, (at, stored) => device.write(at, stored));
				return device.offload(page, MODE_WRITTEN);
			case OFFLOAD:
				return this.#offload(page, 0);
			case TRIM:
				return this.#trim(page, argument);
			case REPACK:
				if (this.#parts === 1 && this.#together === 1) device.repack(page, this.#allowed(argument));
				return;
			case CALL:
				return device.call(page, argument);
		}
	}
}

/**
 * Uses a device as the recorded one was used. With a complete trace and no changes, its figures are the recorded
 * device's.
 *
 * @throws RangeError if the device cannot be made
 */
export function replayOnDevice(
	trace: TraceFile,
	changes: DeviceChanges,
	onProgress: (share: number) => void,
): DeviceResult {
	const { header } = trace;
	const device = new Device(header, changes);
	const pages = new Pages(device, trace);
	const curve = new Curve();
	const hasOtherArena = device.options.arenaLength !== header.arenaLength;
	if (!hasOtherArena) device.call(CALL_LIMIT, header.limit);
	trace.forEach((operation, share) => {
		// a limit was for the recorded arena
		if (hasOtherArena && operation.operation === CALL && operation.page === CALL_LIMIT) return;
		pages.do(operation);
		if (operation.operation !== READ) curve.add(device.used);
		onProgress(share);
	});
	const { arenaLength, pageLength, threshold, codecs } = device.options;
	return {
		arena: arenaLength,
		pageLength,
		threshold,
		codecs,
		status: device.status(),
		refused: pages.refused,
		uncompressed: pages.uncompressed,
		curve: curve.points,
	};
}
