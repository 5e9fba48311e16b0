/*
 * Zram: compressed RAM as a block device. This file decides: it checks arguments, chooses what to do when a page does
 * not fit, and whom to tell. The engine does the work (zram/engine: pages in one region); the host supplies the memory
 * (zram/memory).
 *
 * On the fast path an operation is one call of the engine and allocates nothing.
 */

import { type BackingStatus, backingStatus, openBacking } from "zram/backing";
import { bytesOfWide, refuseBuffer } from "zram/buffer";
import { Deferred } from "zram/deferred";
import Engine from "zram/engine";
import { ENTRY_LENGTH } from "zram/engine/entry";
import { HEADER_LENGTH } from "zram/engine/header";
import {
	type ByteBuffer,
	type Engine as EngineInstance,
	ERROR_ARENA,
	ERROR_BUFFER,
	ERROR_BUSY,
	ERROR_CLOSED,
	ERROR_CORRUPT,
	ERROR_FULL,
	ERROR_MEMORY,
	ERROR_OFFSET,
	ERROR_OVERLAP,
	ERROR_ROT,
	INVARIANT_BLOCK,
	INVARIANT_CHAIN,
	INVARIANT_ENTRY,
	INVARIANT_FREE,
	INVARIANT_GEOMETRY,
	INVARIANT_SHARED,
	INVARIANT_SLOT,
	INVARIANT_STATISTICS,
	INVARIANT_SUM,
	INVARIANT_TAIL,
	INVARIANT_USED,
	INVARIANT_WIPED,
	MODE_KEEP,
	MODE_ONE_PAGE,
	MODE_STAGED,
	MODE_TRIMMED,
	MODE_UNPACKED,
	MODE_WRITTEN,
	PRESSURE,
	STOP_FULL,
	STOP_HUGE,
	STOP_NOTHING,
	STOP_ON_FLASH,
	STOP_PAGE,
} from "zram/engine/interface";
import { refuseInteger, ZramError } from "zram/error";
import { flashLeft, maintainFlash, makeRoom, Refusals } from "zram/late";
import { Memory, ticks } from "zram/memory";
import type { Offload } from "zram/offload";
import { Pace } from "zram/offload/pace";
import { configure, type ZramLayout, type ZramOptions } from "zram/options";
import {
	bytesFree,
	type Inspection,
	inspect,
	type PageState,
	parseEntry,
	parseStatistics,
	type Statistics,
} from "zram/region";
import { type WritebackRequest, writeback } from "zram/writeback";

export type { BackingOptions, BackingStatus, FlashDevice, FlashIO, FlashStatus } from "zram/backing";
export type { ByteBuffer } from "zram/engine/interface";
export { ZramError, type ZramErrorCode } from "zram/error";
export type { Arena, ArenaOptions, CodecName, ZramLayout, ZramOptions } from "zram/options";
export type { CodecUse, Geometry, Inspection, PageState, Statistics } from "zram/region";
export type { WritebackRequest } from "zram/writeback";

/**
 * The buffers that read and write take: bytes, used in place. Views with wider elements work too, but each call then
 * allocates a Uint8Array and throws and catches an exception internally.
 */
export type Bytes = ByteBuffer | ArrayBufferView;

/** What {@link Zram.status} returns: {@link Statistics}, and what lies outside the region. */
export interface ZramStatus extends Statistics {
	/** Requests refused because of their arguments: not a buffer, outside the device, overlapping the arena. */
	invalidIO: number;
	/** Resting pages that {@link Zram.maintain} has packed smaller, since the start or the last reset. */
	pagesRepacked: number;
	/** How often it could not pack one, because the host had no memory to pack with. */
	failedRepacks: number;
	/** The flash, if the device has one. */
	backing?: BackingStatus;
}

type Operation = 0 | 1 | 2;
const READ = 0;
const WRITE = 1;
const TRIM = 2;
const OPERATIONS = Object.freeze(["read", "write", "trim"] as const);

/** What typeof says of a number. A literal would create a new string on each call unless the code is preloaded. */
const NUMBER = typeof 0;

/** The bits of engine.packed that hold the stored length. */
const PACKED_LENGTH = 0x1fff;

/** Milliseconds that packing a resting page takes on a microcontroller, assumed until one has been measured. */
const PACKING = 15;

const MINUTE = 60_000;
const MILLISECONDS_MOST = 0x7fffffff;

/** Names for the invariants that check() may find broken; interface.ts explains them. */
const INVARIANTS: Readonly<Record<number, string>> = Object.freeze({
	[INVARIANT_GEOMETRY]: "geometry",
	[INVARIANT_ENTRY]: "entry",
	[INVARIANT_CHAIN]: "chain",
	[INVARIANT_SHARED]: "shared granule",
	[INVARIANT_FREE]: "free chain",
	[INVARIANT_USED]: "used granules",
	[INVARIANT_STATISTICS]: "statistics",
	[INVARIANT_TAIL]: "tail",
	[INVARIANT_SUM]: "checksum",
	[INVARIANT_BLOCK]: "block",
	[INVARIANT_WIPED]: "wiped",
	[INVARIANT_SLOT]: "slot",
});

/**
 * Something that has a device to itself, such as a pool. The device tells it when the pages are gone.
 *
 * @internal
 */
export interface Claimant {
	/** It is in the middle of an operation: the device must not lose its pages now. */
	readonly isBusy: boolean;
	/** The device was reset or closed and is no longer claimed. */
	lose(): void;
}

/**
 * What a device works with, for a recorder.
 *
 * @internal
 */
export interface Insides {
	/** A recorder may replace its methods for a while. */
	readonly engine: EngineInstance;
	/** What {@link Zram.layout} returns for it. */
	readonly layout: ZramLayout;
	/** A page that takes more than this many bytes is huge. */
	readonly threshold: number;
}

function expectIdle(claimant: Claimant | undefined) {
	if (claimant?.isBusy)
		throw new ZramError("EBUSY", "the device is in the middle of its pool's call: reset or close it after that");
}

/** The error for a call that could not even begin. */
function misuse(result: number): Error {
	if (result === ERROR_CLOSED) return new ZramError("ECLOSED", "the device is closed: make a new one");
	if (result === ERROR_BUSY)
		return new ZramError("EBUSY", "the device was called from within its own callback or flash driver: call it later");
	if (result === ERROR_ARENA)
		return new TypeError("arena: the buffer was detached or its length changed: its pages are lost, close the device");
	return new Error(`engine: unknown result ${result}`);
}

function expect(result: number) {
	if (result < 0) throw misuse(result);
}

/** The error for a page that does not fit. */
function full(engine: EngineInstance, layout: ZramLayout, limit: number, offload: Offload | undefined): ZramError {
	const page = `page ${engine.stopped} needs ${engine.packed & PACKED_LENGTH} bytes`;
	const room = `${bytesFree(engine, layout)} of ${limit} are free${offload ? " and flash takes no more" : ""}`;
	const more = limit < layout.arenaLength ? "raise limit" : "enlarge the arena";
	return new ZramError("ENOSPC", `${page}, ${room}: trim pages or ${more}`);
}

/** The message for a damaged page. */
function damage({ stopped }: EngineInstance): string {
	return `page ${stopped} is damaged: overwrite or drop its data; if that fails, reset the device`;
}

/**
 * A block device whose pages live compressed in one fixed region of memory.
 *
 * Contents are volatile. Pages that were never written, or were trimmed, read as zeros. Offsets and lengths may be any
 * number of bytes; whole pages at page boundaries are fastest, part of a page costs a read and a write of that page.
 *
 * Errors: TypeError and RangeError for arguments, {@link ZramError} for everything else. After {@link close} every
 * method throws `ECLOSED`.
 */
export default class Zram {
	#engine: EngineInstance;
	/** The layout as it was planned. The region's own header is never trusted. */
	#layout: ZramLayout;
	#threshold: number;
	/** The arena, if the device allocated it. */
	#region: Memory | undefined;
	#scratch: Memory;
	#offload: Offload | undefined;
	#limit: number;
	#invalidIO = 0;
	#pagesRepacked = 0;
	#failedRepacks = 0;
	/** The time up to which pages have been aged, in whole minutes. */
	#agedUntil = ticks();
	/** How long it takes to pack a resting page. */
	readonly #packing = new Pace(PACKING);
	/** Bytes that the last request had finished when it stopped. */
	#done = 0;
	#closed = false;
	#damage: ZramError | undefined;
	#pressure: Deferred | undefined;
	#error: Deferred | undefined;
	#onOperation: ZramOptions["onOperation"];
	#claimant: Claimant | undefined;

	/**
	 * What a device would cost and hold. Allocates no region.
	 *
	 * @throws TypeError, RangeError for options that the constructor would refuse, except for an arena that is too
	 * small: then `data` is 0 and `minimum` tells how much is needed.
	 */
	static layout(options: ZramOptions): ZramLayout {
		return configure(options, Engine).layout;
	}

	/**
	 * Reads the dump of a region, as tools do. Needs no device.
	 *
	 * @throws ZramError `ECORRUPT` if `bytes` is not the dump of a region.
	 */
	static inspect(bytes: Bytes): Inspection {
		return inspect(bytes);
	}

	/**
	 * Allocates the arena, unless you pass a buffer, and at most 13 KB of internal memory, 17 KB with a backing.
	 *
	 * @throws TypeError, RangeError naming the option and its range, before anything is allocated. Error if the host
	 * does not have that much memory.
	 */
	constructor(options: ZramOptions) {
		const { layout, threshold, plan, ready, memory, backing } = configure(options, Engine);
		if (layout.data === 0)
			throw new RangeError(
				`arena.byteLength: ${layout.arenaLength} is too small for this device: it needs at least ${layout.minimum}`,
			);

		this.#layout = layout;
		this.#threshold = threshold;
		this.#limit = layout.arenaLength;
		this.#scratch = new Memory(layout.scratch, "internal");
		let engine: EngineInstance | undefined;
		try {
			this.#region = ready ? undefined : new Memory(layout.arenaLength, memory);
			const region = (ready ?? this.#region) as ByteBuffer;
			const scratch = this.#scratch as unknown as HostBuffer;
			engine = new Engine(region, scratch, plan.buffer);
			this.#engine = engine;
			if (backing) this.#offload = openBacking(backing, engine, scratch as unknown as ArrayBuffer, layout.scratch);
		} catch (error) {
			engine?.close(); // its record lies in the scratch, where the collector would still look
			this.#region?.close();
			this.#scratch.close();
			throw error;
		}
		this.#listen(options);
	}

	/** Length of the device in bytes: its logical size. */
	get byteLength(): number {
		return this.#layout.pageCount * this.#layout.pageLength;
	}

	/** Length of a page in bytes. */
	get pageLength(): number {
		return this.#layout.pageLength;
	}

	/** ECMA-419's data format for read and write: always "buffer". */
	get format(): "buffer" {
		return "buffer";
	}
	set format(value: "buffer") {
		if (this.#closed) expect(ERROR_CLOSED);
		if (value !== "buffer") throw new RangeError('format: must be "buffer"');
	}

	/**
	 * Reads `byteLength` bytes into a new ArrayBuffer.
	 *
	 * @param byteOffset first byte on the device, 0 to device.byteLength - byteLength
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if a page is lost on flash
	 */
	read(byteLength: number, byteOffset: number): ArrayBuffer;
	/**
	 * Fills `buffer` from the device.
	 *
	 * @param byteOffset first byte on the device, 0 to device.byteLength - buffer.byteLength
	 * @returns the number of bytes read
	 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if a page is lost on flash; the part of `buffer` for that
	 * page is then undefined
	 */
	read(buffer: Bytes, byteOffset: number): number;
	/**
	 * Reads into part of a larger buffer, so you need no view of it.
	 *
	 * @param byteOffset first byte on the device, 0 to device.byteLength - length
	 * @param start first byte of `buffer` to fill
	 * @param length number of bytes
	 * @returns the number of bytes read
	 * @throws ZramError as for a whole buffer
	 */
	read(buffer: Bytes, byteOffset: number, start: number, length: number): number;
	read(target: number | Bytes, byteOffset: number, start?: number, length?: number): ArrayBuffer | number {
		// decisions are made elsewhere: every name in here costs every call
		const result = this.#engine.read(target as ByteBuffer, byteOffset, start, length);
		return result < 0 ? this.#goOnRead(result, target, byteOffset, start, length) : result;
	}

	/**
	 * Writes all of `buffer`, page by page in ascending order.
	 *
	 * @param byteOffset first byte on the device, 0 to device.byteLength - buffer.byteLength
	 * @throws ZramError `ENOSPC` if a page does not fit; `ECORRUPT` if a page that is written in part is damaged, or a
	 * page's entry or chain is (only {@link reset} heals those). The page at which it failed keeps its old bytes;
	 * `error.bytesWritten` counts the bytes before it.
	 */
	write(buffer: Bytes, byteOffset: number): void;
	/**
	 * Writes part of a larger buffer, so you need no view of it.
	 *
	 * @param byteOffset first byte on the device, 0 to device.byteLength - length
	 * @param start first byte of `buffer` to write
	 * @param length number of bytes
	 * @throws ZramError as for a whole buffer
	 */
	write(buffer: Bytes, byteOffset: number, start: number, length: number): void;
	write(buffer: Bytes, byteOffset: number, start?: number, length?: number): void {
		const result = this.#engine.write(buffer as ByteBuffer, byteOffset, start, length);
		if (result) this.#finish(WRITE, this.#goOn(WRITE, result, buffer, byteOffset, start, length));
	}

	/**
	 * Makes bytes read as zeros. Whole pages free their memory at once; a page that is trimmed in part is rewritten, and
	 * frees its memory once all of it is zero.
	 *
	 * @throws ZramError as write does; trimming whole pages never needs room
	 */
	trim(byteOffset: number, byteLength: number): void {
		const result = this.#engine.trim(byteOffset, byteLength);
		if (result) this.#finish(TRIM, this.#goOn(TRIM, result, byteLength, byteOffset));
	}

	/**
	 * Like {@link read}, but returns ERROR_CORRUPT for a damaged page and ERROR_ROT for one lost on flash instead of
	 * throwing.
	 *
	 * @internal
	 */
	tryRead(buffer: ByteBuffer, byteOffset: number, start: number, length: number): number {
		const result = this.#engine.read(buffer, byteOffset, start, length);
		return result < 0 ? this.#goOn(READ, result, buffer, byteOffset, start, length) : result;
	}

	/**
	 * Like {@link write}, but returns ERROR_FULL, ERROR_CORRUPT, or ERROR_ROT instead of throwing; 0 if it succeeds.
	 *
	 * @internal
	 */
	tryWrite(buffer: ByteBuffer, byteOffset: number, start: number, length: number): number {
		const result = this.#engine.write(buffer, byteOffset, start, length);
		return result ? this.#goOn(WRITE, result, buffer, byteOffset, start, length) : 0;
	}

	/**
	 * Like {@link tryWrite}, but leaves pages uncompressed in memory until they are written again. Only for pages that
	 * will be written again soon.
	 *
	 * @internal
	 */
	tryWriteUnpacked(buffer: ByteBuffer, byteOffset: number, start: number, length: number): number {
		const result = this.#engine.write(buffer, byteOffset, start, length, 0, MODE_UNPACKED);
		return result ? this.#goOn(WRITE, result, buffer, byteOffset, start, length, MODE_UNPACKED) : 0;
	}

	/**
	 * Adds all of `buffer` to what {@link tryWriteUnpacked} has written, if the page can stay uncompressed. Returns the
	 * length of `buffer`; 0 or less means that nothing was done, and that you have to call tryWriteUnpacked.
	 *
	 * @internal
	 */
	tryAppend(buffer: ByteBuffer, byteOffset: number): number {
		return this.#engine.append(buffer, byteOffset);
	}

	/**
	 * Like {@link trim}, but returns ERROR_FULL, ERROR_CORRUPT, or ERROR_ROT instead of throwing; 0 if it succeeds.
	 *
	 * @internal
	 */
	tryTrim(byteOffset: number, byteLength: number): number {
		const result = this.#engine.trim(byteOffset, byteLength);
		return result ? this.#goOn(TRIM, result, byteLength, byteOffset) : 0;
	}

	/**
	 * Bytes that the last request had finished when it stopped.
	 *
	 * @internal
	 */
	get bytesDone(): number {
		return this.#done;
	}

	/**
	 * The error for the page that was last found damaged or lost.
	 *
	 * @internal
	 */
	get damage(): ZramError {
		return this.#damage as ZramError;
	}

	/**
	 * How many bytes of the arena may be used, metadata included: 0 to the arena's length, which is the default. You may
	 * change it at any time. A limit below what is in use loses nothing: writes that need more than they replace are
	 * refused with `ENOSPC`. With a backing, {@link maintain} moves incompressible pages to flash until usage is within
	 * the limit.
	 */
	get limit(): number {
		return this.#limit;
	}
	set limit(value: number) {
		if (this.#closed) expect(ERROR_CLOSED);
		const refusal = refuseInteger("limit", value, 0, this.#layout.arenaLength);
		if (refusal) throw refusal;
		const result = this.#engine.setLimit(value);
		if (result === PRESSURE) this.#pressure?.fire();
		else expect(result);
		this.#limit = value;
	}

	/**
	 * What is stored, what it takes, and what has been done since the start or the last reset, in Linux zram's terms.
	 */
	status(): ZramStatus {
		const header = new ArrayBuffer(HEADER_LENGTH);
		expect(this.#engine.header(header));
		const statistics = parseStatistics(new DataView(header), this.#layout);
		const backing = this.#offload && backingStatus(this.#offload);
		return {
			...statistics,
			invalidIO: this.#invalidIO,
			pagesRepacked: this.#pagesRepacked,
			failedRepacks: this.#failedRepacks,
			...(backing && { backing }),
		};
	}

	/** Restarts the high-water mark `memUsedMax` at what is in use now. */
	resetPeak(): void {
		expect(this.#engine.resetPeak());
	}

	/**
	 * Drops all pages and statistics. Limit and options stay. Closes a pool or flash on the device.
	 *
	 * @throws ZramError `EBUSY` from within a call of that pool or flash
	 */
	reset(): void {
		expectIdle(this.#claimant);
		expect(this.#engine.reset());
		this.#invalidIO = this.#pagesRepacked = this.#failedRepacks = 0;
		if (this.#offload) this.#offload.refused = new Refusals();
		this.#unclaim();
	}

	/**
	 * Makes every stored page one step older, up to 255, on top of the minutes that {@link maintain} counts. Reading or
	 * writing a page resets its age to 0.
	 */
	markIdle(): void {
		expect(this.#engine.markIdle(1));
	}

	/**
	 * Walks every structure of the region and decodes every page. The time it takes is proportional to the region's
	 * size.
	 *
	 * @throws ZramError `ECORRUPT` with the first invariant that does not hold
	 */
	check(): void {
		const invariant = this.#engine.check();
		expect(invariant);
		if (invariant > 0) {
			const { stopped } = this.#engine;
			throw this.#damaged(
				"ECORRUPT",
				`invariant ${invariant}, ${INVARIANTS[invariant]}, does not hold at page or granule ${stopped}: reset the device`,
			);
		}
	}

	/** Iterates over the pages that are not empty, in ascending order: Linux's `block_state`. */
	pages(): IterableIterator<PageState> {
		const entry = new DataView(new ArrayBuffer(ENTRY_LENGTH));
		const { pageCount } = this.#layout;
		expect(this.#engine.nextPage(0, 0, entry.buffer));
		let next = 0;
		return {
			next: () => {
				const page = this.#engine.nextPage(next, pageCount, entry.buffer);
				expect(page);
				next = Math.min(page + 1, pageCount);
				if (page === pageCount) return { done: true, value: undefined };
				return { done: false, value: parseEntry(entry, 0, page, this.#threshold) };
			},
			[Symbol.iterator]() {
				return this;
			},
		};
	}

	/**
	 * Writes pages to flash although they have room in memory, the largest first, until the budget is used up or the
	 * flash is full.
	 *
	 * @returns the number of pages written
	 * @throws TypeError, RangeError for the argument; Error if the device has no backing; ZramError `ECORRUPT` if a page
	 * is damaged
	 */
	writeback(request: WritebackRequest): number {
		this.expectReady();
		if (!this.#offload) throw new Error("writeback: the device has no flash; give it the option backing");
		const count = writeback(this.#offload, this.#engine, this.#layout, this.#threshold, request);
		if (count < 0) throw this.#damaged("ECORRUPT", damage(this.#engine));
		return count;
	}

	/**
	 * Does what is best done while nobody waits, for at most `milliseconds`. In this order: pages age by one step for
	 * each minute since the last call; with a backing, incompressible pages go to flash if usage exceeds the limit or
	 * comes within 1 % of it, blocks are erased ahead of time, wear is evened out, and what the budget has earned is
	 * recorded; then resting pages, those neither read nor written since an age step, are packed again as "dense", the
	 * largest first.
	 *
	 * It starts no step that would probably take longer than is left, judged by the slowest one so far: allow 10 ms or
	 * more a page on a microcontroller. While it packs a page it takes 24 KB, from PSRAM if there is any.
	 *
	 * @param milliseconds 0 to 2,147,483,647
	 * @returns true if nothing is left to do; false if something is, if the driver refuses, or if there is no memory to
	 * pack with
	 */
	maintain(milliseconds: number): boolean {
		this.expectReady();
		if (!(Number.isInteger(milliseconds) && milliseconds >= 0 && milliseconds <= MILLISECONDS_MOST))
			throw refuseInteger("milliseconds", milliseconds, 0, MILLISECONDS_MOST);
		const before = ticks();
		this.#age(before);
		const isReady = !this.#offload || maintainFlash(this.#offload, this.#engine, this.#layout.pageCount, milliseconds);
		return this.#repack(milliseconds, before) && isReady;
	}

	/** Ages pages by the minutes that have passed. */
	#age(now: number) {
		const minutes = Math.floor(((now - this.#agedUntil) | 0) / MINUTE);
		if (minutes < 0) this.#agedUntil = now; // the clock was set back
		if (minutes <= 0) return;
		this.#agedUntil = (this.#agedUntil + minutes * MINUTE) | 0;
		expect(this.#engine.markIdle(minutes));
	}

	/** Packs resting pages until `milliseconds` after `before`. True if none is left. */
	#repack(milliseconds: number, before: number): boolean {
		for (;;) {
			const page = this.#engine.nextResting();
			if (page === STOP_NOTHING) return true;
			const start = ticks();
			// a clock that counts whole milliseconds may be behind by one
			const left = milliseconds - ((start - before) >>> 0) - (start === before ? 0 : 1);
			if (!this.#packing.fits(left)) return false;
			const result = this.#engine.repack(page);
			if (result === ERROR_MEMORY) this.#failedRepacks++;
			if (result < 0) return false;
			this.#pagesRepacked += result;
			this.#packing.add((ticks() - start) >>> 0);
		}
	}

	/**
	 * Frees the memory, and records what the wear budget has earned. Does nothing on a closed device.
	 *
	 * @throws ZramError `EBUSY` from within a callback of the device, or within a call of its pool
	 */
	close(): void {
		expectIdle(this.#claimant);
		if (this.#closed) return;
		if (this.readiness === ERROR_BUSY) expect(ERROR_BUSY);
		this.#closed = true;
		this.#unclaim();
		try {
			this.#offload?.close();
		} finally {
			this.#engine.close();
			this.#scratch.close();
			this.#region?.close();
		}
	}

	/**
	 * Gives the device to `claimant` alone, until either of them ends that.
	 *
	 * @internal
	 * @throws ZramError `EBUSY` if somebody else has it, and whatever {@link expectReady} throws
	 */
	claim(claimant: Claimant): void {
		this.expectReady();
		if (this.#claimant) throw new ZramError("EBUSY", "the device belongs to another pool or flash: close that first");
		this.#claimant = claimant;
	}

	/**
	 * Ends a claim. False if it had ended before.
	 *
	 * @internal
	 */
	disclaim(claimant: Claimant): boolean {
		if (this.#claimant !== claimant) return false;
		this.#claimant = undefined;
		return true;
	}

	/**
	 * What a recorder listens to.
	 *
	 * @internal
	 */
	get insides(): Insides {
		return { engine: this.#engine, layout: this.#layout, threshold: this.#threshold };
	}

	/**
	 * Bytes of the arena that are unused, plus those of huge pages as far as flash has room for them.
	 *
	 * @internal
	 */
	get bytesLeft(): number {
		const { memUsed, memLimit, hugePages, rawPages, backing } = this.status();
		const toFlash = backing ? Math.min(flashLeft(backing, this.#offload?.erasedOnly === true), hugePages) : 0;
		const raw = Math.min(toFlash, rawPages);
		return Math.max(memLimit - memUsed + raw * this.pageLength + (toFlash - raw) * this.#threshold, 0);
	}

	/**
	 * 0 if the device can be used, else ERROR_CLOSED, ERROR_BUSY, or ERROR_ARENA.
	 *
	 * @internal
	 */
	get readiness(): number {
		return this.#engine.nextPage(0, 0, this.#scratch as unknown as ArrayBuffer);
	}

	/**
	 * Throws if the device cannot be used: it is closed or busy, or its arena is detached.
	 *
	 * @internal
	 */
	expectReady(): void {
		expect(this.readiness);
	}

	#unclaim() {
		const claimant = this.#claimant;
		this.#claimant = undefined;
		claimant?.lose();
	}

	#listen({ onPressure, onError, onOperation }: ZramOptions) {
		if (onPressure)
			this.#pressure = new Deferred(() => {
				if (this.#closed) return;
				const { memUsed, memLimit } = this.status();
				onPressure.call(this, Math.max(memLimit - memUsed, 0));
			});
		if (onError)
			this.#error = new Deferred(() => {
				if (!this.#closed) onError.call(this, this.#damage as ZramError);
			});
		this.#onOperation = onOperation;
	}

	#readNew(byteLength: number, byteOffset: number): ArrayBuffer {
		if (this.#closed) expect(ERROR_CLOSED);
		const refusal = this.#refuseRange("byteLength", byteLength, byteOffset);
		if (refusal) throw this.#invalid(refusal);
		const buffer = new ArrayBuffer(byteLength);
		const result = this.#engine.read(buffer, byteOffset); // not this.read: a subclass may have its own
		if (result < 0) this.#finish(READ, this.#goOn(READ, result, buffer, byteOffset));
		return buffer;
	}

	#goOnRead(
		result: number,
		target: number | Bytes,
		byteOffset: number,
		start?: number,
		length?: number,
	): ArrayBuffer | number {
		// the engine takes a number for something that is not a buffer
		if (typeof target === NUMBER) {
			if (start !== undefined || length !== undefined)
				throw this.#invalid(new TypeError("start, length: need a buffer to read into"));
			return this.#readNew(target as number, byteOffset);
		}
		return this.#finish(READ, this.#goOn(READ, result, target, byteOffset, start, length));
	}

	/**
	 * Carries on after the engine has stopped with `result`: brings pages to flash and back, reports what is to be
	 * reported, wraps a wide view. `target` is the buffer, of which the request means `length` bytes from `start` on, or
	 * for a trim the number of bytes; `always` holds the modes of the call. Returns what the call returns if it
	 * succeeds, else ERROR_FULL, ERROR_CORRUPT, or ERROR_ROT.
	 */
	#goOn(
		operation: Operation,
		result: number,
		target: Bytes | number,
		byteOffset: number,
		start?: number,
		length?: number,
		always = 0,
	): number {
		const engine = this.#engine;
		let done = 0;
		let before = 0;
		/** Set for a page once there is no more room to be made for it. */
		let last = 0;
		while (result < 0) {
			const bytes = result === ERROR_BUFFER ? bytesOfWide(target) : undefined;
			let mode = always;
			if (bytes) target = bytes;
			else if (result === STOP_PAGE) {
				done += engine.done;
				last = 0;
				if (this.#onOperation) this.#report(operation, engine.stopped);
			} else if (result === STOP_ON_FLASH || (result === ERROR_ROT && before !== ERROR_ROT)) {
				done += engine.done;
				if (!this.#offload?.load(engine.stopped)) return this.#stop(ERROR_ROT, done);
				mode |= MODE_STAGED;
			} else if (result === STOP_HUGE || result === STOP_FULL) {
				done += engine.done;
				if (makeRoom(this.#offload as Offload, engine, result, operation === WRITE ? MODE_WRITTEN : MODE_TRIMMED)) {
					done = this.#endOfPage(target, byteOffset, length);
					if (this.#onOperation) this.#report(operation, engine.stopped);
				} else last = MODE_KEEP | MODE_ONE_PAGE;
			} else if (result === PRESSURE) {
				this.#pressure?.fire();
				return 0;
			} else if (result === ERROR_FULL || result === ERROR_CORRUPT || result === ERROR_ROT) {
				if (result === ERROR_ROT) this.#offload?.markRotten(engine.stopped);
				return this.#stop(result, done + engine.done);
			} else throw this.#refusal(operation, result, target, byteOffset, start, length);

			before = result;
			result = this.#again(operation, target, byteOffset, done, mode | last, start, length);
		}
		return result;
	}

	/** Calls the engine for the rest of a request. */
	#again(
		operation: Operation,
		target: Bytes | number,
		byteOffset: number,
		done: number,
		mode: number,
		start: number | undefined,
		length: number | undefined,
	): number {
		const engine = this.#engine;
		const buffer = target as ByteBuffer;
		if (operation === TRIM) return engine.trim(byteOffset, target as number, done, mode);
		return operation === READ
			? engine.read(buffer, byteOffset, start, length, done, mode)
			: engine.write(buffer, byteOffset, start, length, done, mode);
	}

	/** How many bytes of the request are finished once the page at which the engine stopped is. */
	#endOfPage(target: Bytes | number, byteOffset: number, length: number | undefined): number {
		const all = typeof target === NUMBER ? (target as number) : (length ?? Engine.bufferLength(target, 1));
		return Math.min((this.#engine.stopped + 1) * this.#layout.pageLength - byteOffset, all);
	}

	/** Tells onOperation about a page. The device cannot be used meanwhile. */
	#report(operation: Operation, page: number) {
		const engine = this.#engine;
		const entry = new DataView(new ArrayBuffer(ENTRY_LENGTH));
		const stored = engine.nextPage(page, page + 1, entry.buffer) === page;
		const storedLength = stored ? parseEntry(entry, 0, page, this.#threshold).storedLength : 0;
		engine.hold(true);
		try {
			this.#onOperation?.call(this, OPERATIONS[operation], page, storedLength);
		} finally {
			engine.hold(false);
		}
	}

	/**
	 * Ends a request at a page that does not fit (ERROR_FULL), is damaged (ERROR_CORRUPT), or cannot be read from flash
	 * (ERROR_ROT): tells the listeners, and returns the code.
	 */
	#stop(code: number, done: number): number {
		const { stopped } = this.#engine;
		this.#done = done;
		if (code === ERROR_FULL) this.#pressure?.fire();
		else if (code === ERROR_CORRUPT) this.#damaged("ECORRUPT", damage(this.#engine));
		else this.#damaged("EIO", `page ${stopped} cannot be read from flash: overwrite or drop its data`);
		return code;
	}

	/** The return value of a request whose last result is `result`; throws if that is an error. */
	#finish(operation: Operation, result: number): number {
		if (result >= 0) return result;
		const error =
			result === ERROR_FULL
				? full(this.#engine, this.#layout, this.#limit, this.#offload)
				: (this.#damage as ZramError);
		if (operation !== READ) error.bytesWritten = this.#done;
		throw error;
	}

	/** The error for a request that was wrong or could not begin. */
	#refusal(
		operation: Operation,
		result: number,
		target: Bytes | number,
		byteOffset: number,
		start?: number,
		length?: number,
	): Error {
		if (result === ERROR_OVERLAP) return this.#invalid(new RangeError("buffer: must not overlap the arena"));
		if (result !== ERROR_BUFFER && result !== ERROR_OFFSET) return misuse(result);
		if (operation === TRIM) return this.#invalid(this.#refuseRange("byteLength", target, byteOffset));
		const byteLength = result === ERROR_OFFSET ? Engine.bufferLength(target, 1) : -1;
		if (byteLength >= 0) return this.#invalid(this.#refuseBytes(byteLength, byteOffset, start, length));
		// it may have lost its bytes during the request
		return this.#invalid(refuseBuffer("buffer", operation === READ));
	}

	/** The engine says that an argument is out of range, but not which: this finds out. */
	#refuseRange(name: string, length: unknown, byteOffset: unknown): Error | undefined {
		const limit = this.byteLength;
		return (
			refuseInteger(name, length, 0, limit) ?? refuseInteger("byteOffset", byteOffset, 0, limit - (length as number))
		);
	}

	/** The same for a request about a buffer of `byteLength` bytes, or `length` of them from `start` on. */
	#refuseBytes(byteLength: number, byteOffset: number, start: unknown, length: unknown): Error | undefined {
		if (start === undefined && length === undefined)
			return this.#refuseRange("buffer.byteLength", byteLength, byteOffset);
		return (
			refuseInteger("start", start, 0, byteLength) ??
			refuseInteger("length", length, 0, byteLength - (start as number)) ??
			this.#refuseRange("length", length, byteOffset)
		);
	}

	/** Counts a refused request. Without an error, nothing was wrong when the request began. */
	#invalid(error: Error | undefined): Error {
		this.#invalidIO++;
		return error ?? new RangeError("buffer: its length changed during the request");
	}

	#damaged(code: "ECORRUPT" | "EIO", message: string): ZramError {
		this.#damage = new ZramError(code, message);
		this.#error?.fire();
		return this.#damage;
	}
}
