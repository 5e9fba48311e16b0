declare module "zram" {
	import { type BackingStatus } from "zram/backing";
	import { type ByteBuffer } from "zram/engine/interface";
	import { type ZramLayout, type ZramOptions } from "zram/options";
	import { type Inspection, type PageState, type Statistics } from "zram/region";
	import { type WritebackRequest } from "zram/writeback";
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
		#private;
		/**
		 * What a device would cost and hold. Allocates no region.
		 *
		 * @throws TypeError, RangeError for options that the constructor would refuse, except for an arena that is too
		 * small: then `data` is 0 and `minimum` tells how much is needed.
		 */
		static layout(options: ZramOptions): ZramLayout;
		/**
		 * Reads the dump of a region, as tools do. Needs no device.
		 *
		 * @throws ZramError `ECORRUPT` if `bytes` is not the dump of a region.
		 */
		static inspect(bytes: Bytes): Inspection;
		/**
		 * Allocates the arena, unless you pass a buffer, and at most 13 KB of internal memory, 17 KB with a backing.
		 *
		 * @throws TypeError, RangeError naming the option and its range, before anything is allocated. Error if the host
		 * does not have that much memory.
		 */
		constructor(options: ZramOptions);
		/** Length of the device in bytes: its logical size. */
		get byteLength(): number;
		/** Length of a page in bytes. */
		get pageLength(): number;
		/** ECMA-419's data format for read and write: always "buffer". */
		get format(): "buffer";
		set format(value: "buffer");
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
		/**
		 * Makes bytes read as zeros. Whole pages free their memory at once; a page that is trimmed in part is rewritten, and
		 * frees its memory once all of it is zero.
		 *
		 * @throws ZramError as write does; trimming whole pages never needs room
		 */
		trim(byteOffset: number, byteLength: number): void;
		/**
		 * How many bytes of the arena may be used, metadata included: 0 to the arena's length, which is the default. You may
		 * change it at any time. A limit below what is in use loses nothing: writes that need more than they replace are
		 * refused with `ENOSPC`. With a backing, {@link maintain} moves incompressible pages to flash until usage is within
		 * the limit.
		 */
		get limit(): number;
		set limit(value: number);
		/**
		 * What is stored, what it takes, and what has been done since the start or the last reset, in Linux zram's terms.
		 */
		status(): ZramStatus;
		/** Restarts the high-water mark `memUsedMax` at what is in use now. */
		resetPeak(): void;
		/**
		 * Drops all pages and statistics. Limit and options stay. Closes a pool or flash on the device.
		 *
		 * @throws ZramError `EBUSY` from within a call of that pool or flash
		 */
		reset(): void;
		/**
		 * Makes every stored page one step older, up to 255, on top of the minutes that {@link maintain} counts. Reading or
		 * writing a page resets its age to 0.
		 */
		markIdle(): void;
		/**
		 * Walks every structure of the region and decodes every page. The time it takes is proportional to the region's
		 * size.
		 *
		 * @throws ZramError `ECORRUPT` with the first invariant that does not hold
		 */
		check(): void;
		/** Iterates over the pages that are not empty, in ascending order: Linux's `block_state`. */
		pages(): IterableIterator<PageState>;
		/**
		 * Writes pages to flash although they have room in memory, the largest first, until the budget is used up or the
		 * flash is full.
		 *
		 * @returns the number of pages written
		 * @throws TypeError, RangeError for the argument; Error if the device has no backing; ZramError `ECORRUPT` if a page
		 * is damaged
		 */
		writeback(request: WritebackRequest): number;
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
		maintain(milliseconds: number): boolean;
		/**
		 * Frees the memory, and records what the wear budget has earned. Does nothing on a closed device.
		 *
		 * @throws ZramError `EBUSY` from within a callback of the device, or within a call of its pool
		 */
		close(): void;
	}
}

declare module "zram/backing" {
	/** Flash for pages that cannot be compressed, used no faster than the flash can bear. */
	export interface BackingOptions {
		/** What "embedded:storage/flash" exports, or anything of that shape. */
		io: FlashIO;
		/**
		 * Name of the partition. The device uses all of it, and must be the only one to: two devices that have it open at
		 * once cannot notice; pages of theirs then fail with `EIO`, never with wrong bytes, and some erases go uncounted.
		 * The partition must be erased, or last used by a device like this one; else pass `format`. Its blocks must not be
		 * longer than pageLength: 4 KB sectors need pages of 4 KB. Shorter blocks are erased several at a time.
		 */
		path: string;
		/** Erases that a block endures, 100 to 10,000,000, as the data sheet says. Default: 100,000. */
		endurance?: number;
		/**
		 * Years of uptime that the flash must last, 0.1 to 100. Together with `endurance` this makes the budget: 1 % of all
		 * erases at once, then so many a day, and never more than a year's worth saved up. Once it is used up, pages stay in
		 * memory. Default: 10.
		 */
		lifetime?: number;
		/**
		 * What a write may do for each page that finds no room in the arena, before it is refused. "any" (default): erase one
		 * block, and a second one for the log or for a page that moves, each 45 to 400 ms. "erased-only": erase nothing; a
		 * page goes to flash only where maintain() has erased for it.
		 */
		offload?: "any" | "erased-only";
		/**
		 * A millisecond counter to use instead of the host's, for tests and simulations. It may wrap at 2^32; it must not go
		 * back. The device answers `EBUSY` while it runs.
		 */
		ticks?: () => number;
		/**
		 * Take over the partition whatever it holds. What is known about its wear is kept. Flash with transparent encryption
		 * never looks erased and needs this the first time. Default: false.
		 */
		format?: boolean;
	}
	/** What status() of an ECMA-419 Flash returns; some drivers leave out the last two. */
	export interface FlashStatus {
		/** Length of the partition in bytes. What lies behind its last block is not used. */
		size: number;
		/** Length of an erase block in bytes. */
		blockLength: number;
		/** Number of erase blocks. */
		blocks: number;
		/** Writes begin and end at multiples of this, a power of two up to 256. Default: 1. */
		writeAlign?: number;
		/** What an erased byte reads as, 255 or 0. Default: 255. Encrypted flash need not read like that. */
		eraseValue?: number;
	}
	/**
	 * An open flash: what the device calls of a driver. The buffers passed are separate memory, and hold nothing between
	 * calls. If a method throws, the operation counts as refused, and no block is retired for it.
	 */
	export interface FlashDevice {
		/** Describes the flash. */
		status(): FlashStatus;
		/** Fills `buffer`, and returns the number of bytes read. */
		read(buffer: Uint8Array, byteOffset: number): number;
		/** Programs: bits only go from the erased value to the other one. */
		write(buffer: Uint8Array, byteOffset: number): void;
		/** Erases the blocks from `start` to `end` - 1. */
		eraseBlock(start: number, end: number): void;
		/** Called once, at the end. */
		close(): void;
	}
	/** What "embedded:storage/flash" exports, as far as the device uses it. */
	export interface FlashIO {
		/** Opens a partition by name; throws if there is none. */
		open(options: {
			/** The partition's name. */
			path: string;
			/** "r": for reading only; "r+": for writing and erasing as well. */
			mode: "r" | "r+";
		}): FlashDevice;
	}
	/** What status() says about the flash. A slot is a page's length of flash, erased as one. */
	export interface BackingStatus {
		/** Slots for pages, not counting those of the log and retired ones. */
		slots: number;
		/** Slots that hold a page. */
		slotsUsed: number;
		/** Erased slots: a page can go there without waiting for an erase. */
		slotsErased: number;
		/** Slots that have failed and are no longer used. */
		slotsRetired: number;
		/** Erases of the least worn slot for pages, over its whole life. */
		wearLeast: number;
		/** Erases of the most worn slot for pages. */
		wearMost: number;
		/** Erases of the slots for pages, on average. */
		wearMean: number;
		/** Erases of the log's most worn slot. */
		wearLog: number;
		/** Erases that may be done now. */
		budget: number;
		/** Erases that each day of uptime adds to the budget. */
		budgetPerDay: number;
		/** Years of uptime that the flash will last at its average pace so far. */
		yearsLeft: number;
		/**
		 * Stores that found no room, and no page in memory that could go to flash. This and the next three count since the
		 * start or the last reset.
		 */
		refusedRoom: number;
		/** Pages that did not get to flash because the budget was used up. */
		refusedBudget: number;
		/** Pages that did not get to flash because the driver refused, or the flash did not hold what was programmed. */
		refusedDriver: number;
		/** Pages that did not get to flash because no slot was free, or none was erased where a write must not erase. */
		refusedSlots: number;
	}
}

declare module "zram/engine/interface" {
	global {
		/** XS's buffers outside its heap, for projects without XS's typings. */
		interface HostBuffer {
			readonly byteLength: number;
		}
	}
	/** Bytes that an engine reads or writes in place. Wrap views of wider elements in one of these first. */
	export type ByteBuffer = ArrayBufferLike | HostBuffer | Uint8Array | Int8Array | Uint8ClampedArray | DataView;
}

declare module "zram/error" {
	/** What went wrong, in POSIX terms. */
	export type ZramErrorCode = 
	/** A page does not fit under the limit. For a pool: no room, no free page, or no free key. */
	"ENOSPC"
	/** The arena is damaged: a page, or an invariant of check(). */
	 | "ECORRUPT"
	/** A page on flash cannot be read, or is no longer what was written. */
	 | "EIO"
	/** The device or pool is closed. For a pool also: one of its devices was reset or closed. */
	 | "ECLOSED"
	/**
	 * The device was called from within its own callback or its own flash driver, or it belongs to another pool or
	 * flash. For a pool: a buffer is acquired, or all slots are held.
	 */
	 | "EBUSY";
	/** What devices and pools throw when the arguments are not at fault. */
	export class ZramError extends Error {
		/** Always "ZramError". */
		readonly name = "ZramError";
		/** What went wrong. */
		readonly code: ZramErrorCode;
		/** After a failed write, release, or trim: bytes from the start of the request that were finished. */
		bytesWritten?: number;
		/** The message is the code, then what happened and what to do. */
		constructor(code: ZramErrorCode, message: string);
	}
}

declare module "zram/options" {
	import type Zram from "zram";
	import type { BackingOptions } from "zram/backing";
	import type { ByteBuffer } from "zram/engine/interface";
	import { type ZramError } from "zram/error";
	import { type MemoryKind } from "zram/memory";
	/** Memory of one kind, to be allocated for the arena. */
	export interface ArenaOptions {
		/** Length in bytes, metadata included: 1 to 2^31 - 64. */
		byteLength: number;
		/**
		 * "external" is PSRAM, large and slow; "internal" is the fast memory. Default: PSRAM if there is any, else internal.
		 */
		memory?: MemoryKind;
	}
	/** A codec, by name. */
	export type CodecName = "lz4" | "columns" | "dense";
	/**
	 * The memory that holds everything, metadata included. Besides its scratch, this is all a device costs.
	 *
	 * A number is how many bytes to allocate: from PSRAM if the board has any, else from internal memory, as always when
	 * you don't ask for a kind. Or pass a buffer of bytes that you leave alone until the device is closed: aligned to 4
	 * bytes, not resizable, not read-only, not shared. Two devices over the same bytes destroy each other's pages, and
	 * nothing can detect it: if you divide one ArrayBuffer between devices, make sure that their parts do not overlap.
	 */
	export type Arena = number | ArenaOptions | ByteBuffer;
	/** What a device is made of. */
	export interface ZramOptions {
		/** The memory that holds everything: a number of bytes is enough. */
		arena: Arena;
		/**
		 * Logical size of the device in bytes, a multiple of pageLength. It may be many times the arena: each page costs 8
		 * bytes of the arena (12 with `integrity`) before anything is written. Default: eight times the arena, whose pages
		 * cost 1.6 % of it (2.3 % with `integrity`, more with smaller pages).
		 */
		byteLength?: number;
		/**
		 * Length of a page in bytes: 512, 1024, 2048, or 4096 (default). Smaller pages compress less and cost more metadata.
		 */
		pageLength?: number;
		/**
		 * A page that takes more than this many bytes, 1 to pageLength, counts as incompressible ("huge"). Those pages go to
		 * flash, if there is one. Default: 7/8 of pageLength.
		 */
		threshold?: number;
		/**
		 * Keep a 32-bit checksum for every page. It always detects damage within one word when the page is read, and misses
		 * other damage once in 2^32. Costs 4 bytes a page, and one more pass over the stored bytes on each read. Default:
		 * false.
		 */
		integrity?: boolean;
		/**
		 * The codecs that pages may be packed with. "lz4" is fast, and good at text, code, and drawings. "columns" takes a
		 * half to two thirds of its room for photos, sound, and measurements, at two to six times its time; it is tried
		 * where LZ4 saves little. "dense" packs tightest, and takes some 15 ms a page and 24 KB while it runs: no write
		 * tries it, only `maintain`, on resting pages. Default: all of them. Choose `["lz4"]` if speed matters more than
		 * room.
		 */
		codecs?: readonly CodecName[];
		/**
		 * Flash for pages that cannot be compressed and have no room in the arena. Default: none, everything stays in the
		 * arena.
		 */
		backing?: BackingOptions;
		/** Zero memory when it is freed, and all of it at reset and close. Default: false. */
		wipe?: boolean;
		/**
		 * Memory is short: 1/16 or less of what the limit allows is left, or a write was refused. With a backing, the former
		 * comes before any page goes to flash. Called with the number of bytes left, after the call that ran into it has
		 * returned; once for several, and again only after more than 1/8 was free or another write is refused. What it
		 * throws becomes an unhandled rejection.
		 */
		onPressure?: (this: Zram, bytesLeft: number) => void;
		/**
		 * Damage was found, in the arena or in a page on flash. Called with the error that was also thrown, after the call
		 * has returned; once for several. What it throws becomes an unhandled rejection.
		 */
		onError?: (this: Zram, error: ZramError) => void;
		/**
		 * For tools that record. Called for every page that was read, written, or trimmed, WITHIN the caller's call, with
		 * the page's number and the bytes it now takes. Until it returns, the device answers `EBUSY`, and the buffer of the
		 * request must keep its length. What it throws ends the request after that page and reaches the caller unchanged.
		 * Allocates, and slows things down.
		 */
		onOperation?: (this: Zram, operation: "read" | "write" | "trim", page: number, storedLength: number) => void;
	}
	/** What a configuration costs, and what it leaves. All lengths are in bytes. */
	export interface ZramLayout {
		/** Length of a page. */
		pageLength: number;
		/** Number of pages. */
		pageCount: number;
		/** Length of the arena. */
		arenaLength: number;
		/** Smallest arena that holds the metadata and one incompressible page. */
		minimum: number;
		/**
		 * The part of the arena that holds header, page table, slot table (16 bytes for each page of flash), and links. 0 if
		 * the arena is too small.
		 */
		metadata: number;
		/** The part of the arena that holds data: its granules. 0 if the arena is too small. */
		data: number;
		/** Length of a granule, the unit in which memory is allocated. 0 if the arena is too small. */
		granuleLength: number;
		/** Internal memory besides the arena. */
		scratch: number;
		/** The codecs that pages are packed with, in the order in which they are tried. */
		codecs: CodecName[];
	}
}

declare module "zram/memory" {
	/**
	 * The module `zram/memory` for hosts with native code. This file is the same on all of them; the C functions are the host's
	 * own, and docs/porting.md has their contract.
	 *
	 * @module
	 */
	/** Which memory: "external" is PSRAM, large and slow; "internal" is fast. A host with one memory ignores it. */
	export type MemoryKind = "external" | "internal";
	const Memory_base: new (...parameters: any[]) => any;
	/**
	 * A region of memory outside the XS heap. It does not move, and the collector does not look into it.
	 *
	 * To read or write it from JavaScript, make a view: `new Uint8Array(memory, offset, length)`. A view keeps the region
	 * alive. Its initial content is undefined.
	 */
	export class Memory extends Memory_base {
		/**
		 * @param byteLength 1 to 2^31 - 64. It lies on a 64-byte boundary.
		 * @param kind Default: "external" if there is external memory, else "internal".
		 * @throws TypeError, RangeError naming the argument and its range; Error if there is not that much memory.
		 */
		constructor(byteLength: number, kind?: MemoryKind);
		/** Bytes of the region; 0 once it is closed. */
		get byteLength(): number;
		/**
		 * A copy of the bytes from `start` (default: 0) up to but not including `end` (default: the end), as `slice` of an
		 * ArrayBuffer.
		 *
		 * @throws TypeError if it is closed.
		 */
		slice(start?: number, end?: number): ArrayBuffer;
		/** Frees the memory at once. Views are left without bytes. Closing twice is fine. */
		close(): void;
	}
	const Slab_base: new (...parameters: any[]) => any;
	/**
	 * Memory that outlives every buffer ever handed out from it: it has no close(). It is freed when the collector finds that
	 * neither the slab nor any of its windows can be reached. An allocation that finds no memory collects first.
	 *
	 * So native code may keep a window's address for as long as it keeps the window, even after the window was detached. What
	 * it then reads is still the slab's memory, though maybe with other content.
	 */
	export class Slab extends Slab_base {
		/** As {@link Memory}. */
		constructor(byteLength: number, kind?: MemoryKind);
		/**
		 * Detaches a window: it and its views are left without bytes. Does nothing for another slab's window, or a second time.
		 */
		detach(window: Window): void;
	}
	const Window_base: new (...parameters: any[]) => any;
	/** A buffer over the beginning of a {@link Slab}, at the same address. Only the holder of the slab can detach it. */
	export class Window extends Window_base {
		#private;
		/**
		 * @param byteLength 0 to the slab's length.
		 * @throws TypeError, RangeError naming the argument and its range.
		 */
		constructor(slab: Slab, byteLength: number);
		/** Bytes of the window; 0 once detached. */
		get byteLength(): number;
		/** As {@link Memory.slice}. */
		slice(start?: number, end?: number): ArrayBuffer;
	}
	/** A millisecond counter that never goes back. int32, starts anywhere and wraps: use `(ticks() - before) | 0`. */
	export function ticks(this: unknown): number;
	/** Whether {@link ticks} never jumps: true here. */
	export function isMonotonic(): boolean;
}

declare module "zram/region" {
	/** The pages that a codec has packed. */
	export interface CodecUse {
		/** Number of pages. */
		pages: number;
		/** Bytes that they take: the codec's part of the total comprDataSize. */
		comprDataSize: number;
	}
	/**
	 * Statistics in the terms of Linux zram's mm_stat and io_stat. Lengths are in bytes, everything else counts pages or
	 * requests.
	 */
	export interface Statistics {
		/** What the stored pages would take uncompressed. */
		origDataSize: number;
		/** The payload: what they take compressed. Same-filled pages take nothing. */
		comprDataSize: number;
		/** Arena in use: whole granules, and all metadata. */
		memUsed: number;
		/** The limit for memUsed. */
		memLimit: number;
		/** Highest memUsed since the start, reset, or resetPeak. */
		memUsedMax: number;
		/** Pages filled with one 32-bit word; they take no memory. */
		samePages: number;
		/** Always 0: nothing is ever moved to make room. */
		pagesCompacted: number;
		/** Pages that take more than the threshold. */
		hugePages: number;
		/** Such pages stored since the start or the last reset. */
		hugePagesSince: number;
		/** Pages that are not empty. */
		pagesStored: number;
		/**
		 * Pages stored uncompressed because compressing them saves nothing. They count among hugePages unless threshold is a
		 * whole page.
		 */
		rawPages: number;
		/** The compressed pages, by the name of their codec, such as "lz4". */
		codecs: Record<string, CodecUse>;
		/** Pages read, each part of a page counting as one. */
		numReads: number;
		/** Pages written, each part of a page counting as one. */
		numWrites: number;
		/** Whole pages trimmed. */
		notifyFree: number;
		/** Pages on flash; they take nothing of the arena. Like all bd… numbers (Linux's bd_stat), 0 without a backing. */
		bdCount: number;
		/** Pages read from flash. */
		bdReads: number;
		/** Pages written to flash. */
		bdWrites: number;
		/** Pages moved on flash to even out wear. */
		bdMoves: number;
		/** Erases of flash for pages, not counting those of the log. */
		bdErases: number;
		/** Operations that stopped at a damaged page. */
		failedReads: number;
		/** Operations that stopped at a damaged page, or for lack of room. */
		failedWrites: number;
	}
	/** The geometry in a region's header. */
	export interface Geometry {
		/** Whether every page has a checksum. */
		integrity: boolean;
		/** Whether memory is zeroed when it is freed. */
		wipe: boolean;
		/** Length of the arena in bytes. */
		arenaLength: number;
		/** Length of a page in bytes. */
		pageLength: number;
		/** Number of pages. */
		pageCount: number;
		/** Length of a granule in bytes. */
		granuleLength: number;
		/** Number of granules. */
		granuleCount: number;
		/** A page that takes more than this many bytes is huge. */
		threshold: number;
		/** Granules from this one up have never been used. */
		frontier: number;
		/** Slots of the flash; 0 without a backing. */
		slotCount: number;
	}
	/** A page that is not empty. */
	export interface PageState {
		/** Its number: it begins at page * pageLength on the device. */
		page: number;
		/**
		 * "same": filled with one 32-bit word; "compressed"; "raw": stored uncompressed; "offloaded": on flash; "unknown":
		 * its entry is damaged.
		 */
		state: "same" | "compressed" | "raw" | "offloaded" | "unknown";
		/** For a compressed page: the name of its codec, such as "lz4"; "unknown" if this build does not have it. */
		codec?: string;
		/** Bytes it takes, 0 for same-filled and offloaded pages. */
		storedLength: number;
		/** Whether it takes more than the threshold. */
		huge: boolean;
		/**
		 * Steps since it was read or written, at most 255: the minutes that maintain() has counted, and calls of markIdle().
		 */
		age: number;
	}
	/** What the dump of a region holds. */
	export interface Inspection {
		/** How the region is divided. */
		geometry: Geometry;
		/** What the device's `status()` would return. */
		statistics: Statistics;
		/** The pages that are not empty, in ascending order, from the page table alone. */
		pages: PageState[];
	}
}

declare module "zram/writeback" {
	/** Which pages go to flash. Same-filled ones never do: they take no memory. */
	export interface WritebackRequest {
		/**
		 * "idle": pages that have not been used for a while; "huge": pages above the threshold; "page": the ones in `pages`.
		 */
		type: "idle" | "huge" | "page";
		/**
		 * For "idle" and "huge": least age in steps since the page was used (minutes, or calls of markIdle()), 0 to 255.
		 * Default: 1 for "idle", 0 for "huge".
		 */
		minAge?: number;
		/** For "page": page numbers, in any order; those that are not in memory are skipped. */
		pages?: Iterable<number>;
		/** Most bytes to write to flash, in whole pages. Default: no limit but the budget. */
		bytes?: number;
	}
}

declare module "zram/swap" {
	import { type Bytes } from "zram";
	import { type Shortage } from "zram/swap/chains";
	import { type SwapOptions } from "zram/swap/options";
	import { type Key } from "zram/swap/table";
	export type { Shortage } from "zram/swap/chains";
	export type { ResidentOptions, SwapOptions } from "zram/swap/options";
	export type { Key } from "zram/swap/table";
	/**
	 * "r": you promise not to write into the view; if you do, the result is undefined, and the pool's option `debug`
	 * detects it. "r+": release stores what has changed.
	 */
	export type AcquireMode = "r" | "r+";
	/** What a refused write lacked, and what would help. */
	export interface Pressure {
		/** Bytes of the arenas, pages of the devices (their logical size), or keys of the pool. */
		shortage: Shortage | "keys";
		/** Bytes that were to be stored. */
		byteLength: number;
		/** Bytes left in the arenas once everything that can has gone to flash. */
		bytesLeft: number;
		/** The key that `evict: "lru"` would delete first; undefined if every buffer with a key is acquired. */
		key: Key | undefined;
	}
	/** How a buffer is stored. */
	export interface WriteOptions {
		/**
		 * 0 to 255: with `evict: "lru"`, buffers of lower priority are evicted first. Default: 0 for a new buffer, else
		 * unchanged.
		 */
		priority?: number;
		/**
		 * Free the old buffer first, when there is no room for both. If the new one then cannot be stored, both are gone;
		 * but if it could never have fit, for lack of pages, the old one stays. Default: false.
		 */
		replace?: boolean;
	}
	/** What a pool holds, and what it has done since its start. */
	export interface SwapStatus {
		/** Buffers with a key. */
		keys: number;
		/** Owned buffers, which have no key. */
		owned: number;
		/** Total length of all buffers, in bytes. */
		byteLength: number;
		/** Pages of the devices in use. */
		pagesUsed: number;
		/** Free pages of the devices. */
		pagesFree: number;
		/** Pages of the devices that were given up because they are damaged. */
		pagesLost: number;
		/** Bytes left in the arenas once everything that can has gone to flash. */
		bytesLeft: number;
		/** Slots for acquire. */
		slots: number;
		/** Slots that currently show a buffer. */
		slotsShown: number;
		/** Slots whose buffer is acquired. */
		slotsHeld: number;
		/** Calls of acquire() that had to read the buffer from the devices. */
		misses: number;
		/** Pages that release() has written because they had changed. */
		pagesWritten: number;
		/** Buffers that `evict: "lru"` has deleted. */
		evictions: number;
		/** Writes that found no room. */
		refusals: number;
	}
	/** What a pool costs besides its devices. All lengths are in bytes. */
	export interface SwapLayout {
		/** Page links, and the table of keys: in PSRAM if there is any, else in internal memory. */
		tables: number;
		/** Memory of the slots, of the kind that `resident` asks for. */
		slots: number;
		/** Internal memory: one page. */
		scratch: number;
	}
	/** A buffer in a pool without a key: whoever has the handle owns it. */
	export class OwnedBuffer {
		#private;
		/** Length of the buffer in bytes. */
		get byteLength(): number;
		/** Reads all of it into a new ArrayBuffer, like {@link SwapPool.read}. */
		read(): ArrayBuffer;
		/** Reads as much of it as fits `into`, from `offset` (default: 0) on, and returns the number of bytes. */
		read(into: Bytes, offset?: number): number;
		/** Overwrites the bytes from `offset` on with all of `buffer`, like {@link SwapPool.write} with an offset. */
		write(buffer: Bytes, offset: number): void;
		/** Like {@link SwapPool.acquire}. While it is acquired the buffer is not lost, even if nobody keeps the handle. */
		acquire(mode?: AcquireMode): Uint8Array;
		/** Like {@link SwapPool.release}. */
		release(discard?: boolean): void;
		/**
		 * Frees the buffer. Does nothing if it is closed already. Close every owned buffer: that a forgotten handle's buffer
		 * is freed some time after the handle was collected is only a safety net, as the collector does not know how full a
		 * pool is.
		 *
		 * @throws ZramError `EBUSY` if it is acquired
		 */
		close(): void;
	}
	/**
	 * Large buffers by key, kept compressed in RAM, in the shape of ECMA-419's key-value storage.
	 *
	 * Errors: TypeError and RangeError for arguments, ZramError for everything else; what a device's flash driver or
	 * `onOperation` throws reaches the caller unchanged. Whatever is thrown, every buffer is either as it was or as it was
	 * meant to be. Only a write into a buffer (`write` with an offset, `release`) goes page by page; its error's
	 * `bytesWritten` says how far it got. An acquired buffer can be neither written nor deleted: `EBUSY`. After {@link
	 * close}, or after a device was reset or closed, every method throws `ECLOSED`.
	 */
	export default class SwapPool {
		#private;
		/**
		 * What a pool costs besides its devices. Allocates none of it.
		 *
		 * @throws TypeError, RangeError as the constructor does
		 */
		static layout(options: SwapOptions): SwapLayout;
		/**
		 * Allocates tables and slots, and with `arena` a device; the given `devices` are emptied.
		 *
		 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if a device belongs to another
		 * pool or is in the middle of a call, `ECLOSED` if one is closed: all before anything is done. Error if the host
		 * does not have enough memory.
		 */
		constructor(options: SwapOptions);
		/**
		 * Stores a copy of `buffer`. The copy goes to pages of its own, and the old value is freed once that has worked: if
		 * the new one does not fit, the old one stays, unless `replace` is true.
		 *
		 * @throws ZramError `ENOSPC`, `EBUSY`
		 */
		write(key: Key, buffer: Bytes, options?: WriteOptions): void;
		/**
		 * Overwrites the bytes of a stored value from `offset` on, page by page: if a page does not fit, the pages before it
		 * are written.
		 *
		 * @param offset 0 to byteLength(key) - buffer.byteLength
		 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`, with the number of bytes written in `bytesWritten`; `EBUSY`.
		 * RangeError if there is no such value
		 */
		write(key: Key, buffer: Bytes, offset: number): void;
		/**
		 * Makes a buffer of `byteLength` zeros, replacing any that has this key. The zeros take no room until something else
		 * is written. To fill a buffer where there is no memory for a second one, create it and acquire it.
		 *
		 * @param byteLength 0 to the length of all pages, at most 4,294,967,295
		 * @throws ZramError `ENOSPC` if there are not enough pages, or no key is free; `EBUSY`
		 */
		create(key: Key, byteLength: number, options?: WriteOptions): void;
		/**
		 * Adds `buffer` to the end of a value, all or nothing, and makes it the most recently used. If there is no such
		 * value, creates it, with priority 0. For data that comes in pieces, see {@link move}.
		 *
		 * A page that small pieces are added to stays uncompressed in memory until it is full; at most four such pages at a
		 * time, and only while there is room.
		 *
		 * @returns the new length of the value: only `buffer`'s own length if the value had been evicted
		 * @throws ZramError `ENOSPC`, `EBUSY`; `ECORRUPT` or `EIO` if the value's last page cannot be read; RangeError if
		 * the value would be longer than 4,294,967,295 bytes
		 */
		append(key: Key, buffer: Bytes): number;
		/**
		 * Changes the length of a value: cuts off its end, or adds zeros, which take no room.
		 *
		 * @throws RangeError if there is no such key; ZramError `EBUSY`, and when it grows whatever {@link append} throws
		 */
		resize(key: Key, byteLength: number): void;
		/**
		 * Gives a value another key, without copying; whatever had that key is deleted. What you append under one key thus
		 * appears under another once it is complete. Its priority goes with it.
		 *
		 * @returns false if there is no value with the key `from`; then nothing changes
		 * @throws ZramError `EBUSY` if either of the two is acquired
		 */
		move(from: Key, to: Key): boolean;
		/**
		 * Reads a buffer into a new ArrayBuffer.
		 *
		 * @returns undefined if there is no such key
		 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if a page is lost on flash
		 */
		read(key: Key): ArrayBuffer | undefined;
		/**
		 * Reads at most `count` bytes of a buffer from `offset` on into a new ArrayBuffer: a piece for a socket, as long as
		 * the socket takes.
		 *
		 * @param count 0 or more
		 * @param offset 0 (default) to byteLength(key)
		 * @returns undefined if there is no such key; fewer bytes if there are no more
		 * @throws as the other forms do
		 */
		read(key: Key, count: number, offset?: number): ArrayBuffer | undefined;
		/**
		 * Reads as much of a buffer as fits `into`, from `offset` on. Allocates nothing.
		 *
		 * @param offset 0 (default) to byteLength(key)
		 * @returns the number of bytes read; undefined if there is no such key
		 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if a page is lost on flash; the part of `into` for that
		 * page is then undefined
		 */
		read(key: Key, into: Bytes, offset?: number): number | undefined;
		/**
		 * Deletes a buffer and frees its memory at once. False if there was none.
		 *
		 * @throws ZramError `EBUSY`
		 */
		delete(key: Key): boolean;
		/** Whether there is a buffer with this key. */
		has(key: Key): boolean;
		/** Length of a buffer in bytes; undefined if there is no such key. */
		byteLength(key: Key): number | undefined;
		/** The keys, in the order in which they were added. */
		[Symbol.iterator](): IterableIterator<Key>;
		/**
		 * The buffer's own bytes, in a slot, until {@link release}. Acquiring it again meanwhile returns the same view; once
		 * anybody has asked for mode "r+", it applies to all. The view's `buffer` contains exactly these bytes, and has
		 * `byteLength` and `slice`.
		 *
		 * Hold it for as long as anybody reads it, native code included: Poco until `poco.end()`, a Mixer until the sound is
		 * over. Do not use a view after its release: it is dead as soon as its slot is needed for another buffer. Native
		 * code that has kept the view's buffer and its address then reads the other buffer's bytes, never freed memory; code
		 * that keeps an address without the buffer is beyond help.
		 *
		 * A buffer that is still in a slot costs nothing. Otherwise it is read from the devices, and a view and a HostBuffer
		 * are allocated on the XS heap: 9 slots (10 on XS 17), no bytes; more with the portable engine.
		 *
		 * @param mode "r+" by default
		 * @throws RangeError if there is no such key, or the buffer is longer than a slot; ZramError `EBUSY` if all slots
		 * are held, `ECORRUPT` or `EIO` if a page cannot be read
		 */
		acquire(key: Key, mode?: AcquireMode): Uint8Array;
		/**
		 * Gives an acquired buffer back; call it as often as acquire. The last call in mode "r+" writes the pages that have
		 * changed: it compares each with what is stored.
		 *
		 * If release fails, the buffer is still acquired, and nothing is lost: make room, and release it again. It has
		 * stored the first `bytesWritten` bytes of the view (a driver's error does not say how many); if you then `discard`,
		 * these bytes stay, with the old ones behind them.
		 *
		 * @param discard on the last call: write nothing and empty the slot, so that the next acquire reads what is stored.
		 * Default: false.
		 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`; RangeError if there is no such key, or it is not acquired
		 */
		release(key: Key, discard?: boolean): void;
		/**
		 * Stores a copy of `buffer`, or that many zeros, without a key. It is never evicted.
		 *
		 * @throws ZramError `ENOSPC`
		 */
		own(buffer: Bytes | number): OwnedBuffer;
		/** What the pool holds, and what it has done since its start. */
		status(): SwapStatus;
		/**
		 * For idle moments: calls {@link Zram.maintain} of one device after the other, within `milliseconds` for all of
		 * them.
		 *
		 * @returns true if none of them has anything left to do
		 * @throws TypeError, RangeError for the argument; ZramError as a device does
		 */
		maintain(milliseconds: number): boolean;
		/**
		 * Frees everything: the slots (views of them are dead), the tables, and the pages on the devices. The devices stay
		 * open, except one that the pool made itself. Does nothing on a closed pool. If a device throws, the error is passed
		 * on once everything is done.
		 *
		 * The slots' memory is not returned at once, as native code may still read it: the collector frees it when nothing
		 * refers to a buffer of theirs. A device or pool that finds no memory first runs the collector.
		 *
		 * @throws ZramError `EBUSY` from within a callback of a device
		 */
		close(): void;
	}
}

declare module "zram/swap/chains" {
	/** What is short: bytes of the arenas, or pages of the devices. */
	export type Shortage = "arena" | "pages";
}

declare module "zram/swap/options" {
	import type Zram from "zram";
	import type { Arena } from "zram";
	import type { MemoryKind } from "zram/memory";
	import type SwapPool from "zram/swap";
	import type { Pressure } from "zram/swap";
	/** What a pool is made of. */
	export interface SwapOptions {
		/**
		 * The arena for a device that the pool makes, and closes, itself: `new SwapPool({ arena: 2 * 1024 * 1024 })` is all
		 * that most apps need. The device has the defaults for everything else: its logical size is eight times the arena.
		 */
		arena?: Arena;
		/**
		 * Where the buffers go, instead of `arena`: one or more devices of your own, all with the same pageLength. The pool
		 * has them to itself until it is closed: it drops what they hold, and a second pool on one of them is refused with
		 * `EBUSY`. Do not write to them. If one is reset or closed, so is the pool: its methods throw `ECLOSED`, except
		 * {@link SwapPool.close}. New buffers go to the device with the most room, and to the others when that is full.
		 */
		devices?: readonly Zram[];
		/** Most buffers, owned ones included: 1 to 65,534. Each costs 11 to 13 bytes, allocated at once. Default: 256. */
		keys?: number;
		/** Slots for acquire, allocated at once. Default: none. */
		resident?: ResidentOptions;
		/**
		 * What a write does when it finds no room. "never" (default): it throws `ENOSPC`. "lru": it evicts buffers until it
		 * fits or none are left, those with the lowest `priority` first, and among these the ones unused for longest.
		 * Buffers that are acquired or owned stay. For a buffer that would lack pages even then, nothing is evicted; but
		 * nobody knows in advance how many bytes of the arenas it will take.
		 */
		evict?: "lru" | "never";
		/**
		 * A write found no room and threw `ENOSPC`. Called after the call that ran into it has returned; once for several.
		 * What it throws becomes an unhandled rejection.
		 */
		onPressure?: (this: SwapPool, pressure: Pressure) => void;
		/**
		 * Whether a FinalizationRegistry frees owned buffers that nobody can reach any more. Default: true if there is one.
		 * Firmware that strips FinalizationRegistry by name must pass false: calling a stripped function ends the machine.
		 */
		finalization?: boolean;
		/**
		 * Makes misuse of resident buffers visible, for development: a released buffer is filled with the byte 0xDB and
		 * leaves its slot, so that whatever still uses it, such as a display list, shows it at once; and release throws a
		 * TypeError if a view in mode "r" was changed. Each acquire then has to read its buffer, and the bytes are passed
		 * over a few times. Default: false.
		 */
		debug?: boolean;
	}
	/** The slots that hold buffers uncompressed while they are acquired. */
	export interface ResidentOptions {
		/** Number of slots: 1 to 256. */
		slots: number;
		/** Length of each slot in bytes, 1 to 2^31 - 64: no longer buffer can be acquired. */
		byteLength: number;
		/** "external" is PSRAM, "internal" the fast memory. Default: PSRAM if there is any, else internal. */
		memory?: MemoryKind;
	}
}

declare module "zram/swap/table" {
	/** The name of a buffer: a string, or a safe integer. */
	export type Key = string | number;
}

declare module "zram/history" {
	import type { ByteBuffer } from "zram/engine/interface";
	import { type FieldType } from "zram/history/fields";
	import Page from "zram/history/page";
	import type SwapPool from "zram/swap";
	import type { Key } from "zram/swap";
	export type { FieldType } from "zram/history/fields";
	/**
	 * The numbers in a record, packed in this order, little-endian. find() searches by the first one. (Names that are
	 * integers come first, as in every object.)
	 */
	export type Fields = Readonly<Record<string, FieldType>>;
	/** A record: a number for each field. */
	export type Row<F extends Fields> = Record<keyof F, number>;
	/** What a history is made of. */
	export interface HistoryOptions<F extends Fields> {
		/**
		 * Where it is kept. The pool's other values go on as before; where they and the history compete for room, the
		 * history gives way.
		 */
		pool: SwapPool;
		/** Its key in the pool, which must be unused. The value belongs to the history: others may only read it. */
		key: Key;
		/** Makes it a history of records. Without fields it is a log of bytes. */
		fields?: F;
	}
	/** What a history costs. */
	export interface HistoryLayout {
		/** Internal memory in bytes: a page, a record, 64 bytes, and 16 for each field. */
		scratch: number;
		/** Length of a record in bytes; 1 for a log. */
		recordLength: number;
		/** Records in a page: this many are dropped at once. */
		perPage: number;
	}
	/**
	 * What came in, in order, in a pool: records of numbers, or the bytes of a log. When there is no room for more, it
	 * drops its oldest page, so {@link append} never throws `ENOSPC` while there is one.
	 *
	 * **It is in RAM: a reboot loses it.** Before a planned one, save what {@link read} returns, and afterwards {@link
	 * append} it to a new history.
	 *
	 * Every record (in a log, every byte) has a number. Numbers go up by one, and none is reused, whatever was dropped. A
	 * damaged page costs the records on it: reading one of them throws `ECORRUPT` (`EIO` if the page was on flash); all
	 * others can be read, and append continues behind it.
	 *
	 * Besides what it takes of the pool, a history costs one page of internal memory, which holds the page that was read
	 * last: going through a history in order decodes each page once.
	 */
	export default class History<F extends Fields = Record<never, never>> extends Page {
		#private;
		/**
		 * @throws TypeError, RangeError naming the option; RangeError if there is a value with this key, or a record is
		 * longer than a page; ZramError `ENOSPC` if the pool has no free key; Error if there is not enough memory
		 */
		constructor(options: HistoryOptions<F>);
		/**
		 * What a history with such fields (by default none: a log) will cost besides its pool.
		 *
		 * @throws TypeError, RangeError as the constructor does
		 */
		static layout(pool: SwapPool, fields?: Fields): HistoryLayout;
		/** The number of the oldest record or byte. Equals {@link end} if there is none. */
		get start(): number;
		/** The number that the next record or byte will have. */
		get end(): number;
		/**
		 * Adds a record: a number for each field. (Fractions are cut off where the type has none; other properties are
		 * ignored.) Or adds any number of whole records, as bytes packed the way {@link read} returns them. To a log, adds
		 * any bytes.
		 *
		 * What fits on one page is added all or nothing. Longer bytes go page by page, and the error's `bytesWritten` says
		 * how far they got.
		 *
		 * @returns the number of the (first) record, or of the first byte
		 * @throws TypeError, RangeError naming the field and its range; ZramError `ENOSPC` if there is no room and nothing
		 * left to drop, `EBUSY` if a getter of the record appends to this history
		 */
		append(record: Row<F> | ByteBuffer): number;
		/**
		 * Reads a record.
		 *
		 * @param index start to end - 1
		 * @param into receives a number for each field; with it, nothing is allocated. Default: a new object. Its setters
		 * must not read another record: the remaining fields would come from that record's page
		 * @returns `into`
		 * @throws RangeError for the index; TypeError if this is a log, or `into` is not an object; ZramError `ECORRUPT`,
		 * `EIO` if the record's page is damaged
		 */
		readonly at: (index: number, into?: Row<F>) => Row<F>;
		/**
		 * Reads records (from a log, bytes) from number `index` on, packed, into a new ArrayBuffer.
		 *
		 * @param count 0 or more: at most this many
		 * @param index start to end
		 * @returns fewer if there are no more
		 * @throws RangeError for the arguments; ZramError `ECORRUPT`, `EIO` if one of the pages is damaged
		 */
		read(count: number, index: number): ArrayBuffer;
		/**
		 * Reads as many whole records as fit into `into`.
		 *
		 * @returns the number of bytes read
		 */
		read(into: ByteBuffer, index: number): number;
		/**
		 * Finds the first record whose first field is at least `value`. That field must never decrease, as times don't.
		 * Records that cannot be read are skipped.
		 *
		 * @returns its number; end if there is none
		 * @throws TypeError if `value` is not a number, or this is a log
		 */
		find(value: number): number;
		/** Drops everything. Numbers continue. */
		clear(): void;
		/**
		 * Deletes the history, and frees its memory and its key. Its methods throw `ECLOSED` afterwards. Does nothing if it
		 * is closed.
		 */
		close(): void;
	}
}

declare module "zram/history/fields" {
	/** The types of numbers, as ECMA-419 names them. */
	export type FieldType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32";
	/** What a type can hold: for a float, up to the largest finite numbers, and also those that are not finite. */
	export interface Type {
		/** What pages know it by; zramHistoryPage.c has the same codes. */
		code: number;
		/** Length in bytes. */
		size: 1 | 2 | 4;
		/** The least value. */
		least: number;
		/** The greatest value. */
		most: number;
	}
	/** A field, and its place in a record. */
	export interface Field {
		/** Its name. */
		name: string;
		/** Where it begins in a record, in bytes. */
		offset: number;
		/** Its type. */
		type: Type;
	}
}

declare module "zram/history/page" {
	import type { Page } from "zram/history/interface";
	/** Its methods are for History alone: the declaration makes them protected. */
	const _default: typeof Page;
	export default _default;
}

declare module "zram/history/interface" {
	import type { Field } from "zram/history/fields";
	import type { Memory } from "zram/memory";
	/** The geometry of a page and its records. */
	export interface PageLayout {
		/** Length of a page in bytes. */
		pageLength: number;
		/** Length of a record in bytes; 1 for a log. */
		recordLength: number;
		/** Empty for a log of bytes. */
		fields: readonly Field[];
	}
	/**
	 * What a history is built on. `at` itself is the host's function, as a JavaScript function around it would cost as much
	 * as three fields; it calls loadRecord() for whatever is not here.
	 */
	export abstract class Page {
		/**
		 * `memory` has memoryLength() bytes, of which the room for a record is zeros. The caller closes it, after the page.
		 */
		constructor(memory: Memory, layout: PageLayout);
	}
}

declare module "zram/http" {
	import type { ByteBuffer } from "zram/engine/interface";
	import type SwapPool from "zram/swap";
	import type { Key } from "zram/swap";
	/** What a route has besides {@link Stored}: `pool` and `key`, or `history`. */
	export interface StoredRoute {
		/** The pool whose value is sent. */
		pool?: SwapPool;
		/** The value's key. If there is no such value when a client asks, the answer is 404. */
		key?: Key;
		/** Sent from the oldest record (or byte) to the newest that exists when a client asks. */
		history?: StoredHistory;
		/** Default: "application/octet-stream". */
		contentType?: string;
		/**
		 * Bytes to send first, such as the header of a WAV file. A getter is called once for each answer, if there is a
		 * value.
		 */
		head?: ByteBuffer;
		/**
		 * Called with the reason if a connection was closed before everything was sent, as the server does for a socket that
		 * fails.
		 */
		onError?(error: unknown): void;
	}
	/** What this needs of a `History`, a module that not every app includes. */
	export interface StoredHistory {
		/** Whole records, or bytes, from number `index` on. */
		read(count: number, index: number): ArrayBuffer;
		/** The number of the oldest one. */
		readonly start: number;
		/** The number of the next one. */
		readonly end: number;
	}
	/** The server's answer. */
	export interface StoredResponse {
		/** 200 unless it is changed. */
		status: number;
		/** Headers by name, in lower case. */
		headers: Map<string, string | number>;
	}
	/** What this needs of the server's connection. */
	export interface StoredConnection {
		/** The route found for the path. */
		readonly route: StoredRoute;
		/** Begins the answer. */
		respond(response: StoredResponse): void;
		/** Takes as many of the bytes as fit, and returns how many more do. */
		write(bytes: ByteBuffer): number;
		/** Ends the connection, whatever was sent. */
		close(): void;
		/** What is being sent: only {@link Stored} uses it. */
		stored?: unknown;
	}
}

declare module "zram/flash" {
	import type Zram from "zram";
	import type { Bytes } from "zram";
	/** What a flash in RAM is made of. */
	export interface ZramFlashOptions {
		/** Where the blocks are. The flash has the device to itself, and drops what it holds. */
		device: Zram;
		/** The partitions: how many blocks each has, by the path that opens it. */
		partitions: Readonly<Record<string, number>>;
	}
	/** Which partition to open, and what for. */
	export interface FlashOpenOptions {
		/** One of the keys of `partitions`. */
		path: string;
		/** "r": for reading only; "r+" (default): for writing and erasing as well. */
		mode?: "r" | "r+";
		/** ECMA-419's data format: there is only one. */
		format?: "buffer";
	}
	/** What status() of an ECMA-419 Flash returns. */
	export interface FlashStatus {
		/** Length of the partition in bytes. */
		size: number;
		/** Number of erase blocks. */
		blocks: number;
		/** Length of an erase block in bytes: a page of the device. */
		blockLength: number;
		/** 1: a write may begin and end anywhere. */
		writeAlign: number;
		/** What an erased byte reads as: 255. */
		eraseValue: number;
	}
	/** An open partition. Made by {@link ZramFlash.open}. */
	class Partition {
		#private;
		/**
		 * Reads `byteLength` bytes into a new ArrayBuffer.
		 *
		 * @throws RangeError if they reach past the partition
		 */
		read(byteLength: number, byteOffset: number): ArrayBuffer;
		/**
		 * Fills `buffer` from the partition.
		 *
		 * @returns the number of bytes read
		 * @throws RangeError if they reach past the partition
		 */
		read(buffer: Bytes, byteOffset: number): number;
		/**
		 * Programs: bits that are 0 in `buffer` become 0, the others stay. Onto an erased block this is a plain store.
		 *
		 * @throws RangeError if it reaches past the partition; ZramError `ENOSPC`: the block that does not fit is as it was,
		 * those before it are programmed
		 */
		write(buffer: Bytes, byteOffset: number): void;
		/**
		 * Erases the blocks from `start` to `end` - 1.
		 *
		 * @param end start + 1 by default
		 * @throws RangeError if they are not all in the partition, or there are none
		 */
		eraseBlock(start: number, end?: number): void;
		/** The partition's length, its blocks, and how it can be written. */
		status(): FlashStatus;
		/** ECMA-419's data format for read and write: always "buffer". */
		get format(): "buffer";
		set format(value: "buffer");
		/** Closing twice is fine. The content stays. */
		close(): void;
	}
	/**
	 * Partitions by name on one device. What the SDK exports as `embedded:storage/flash` is an object like an instance of
	 * this class: pass an instance to whatever wants a flash.
	 */
	export default class ZramFlash {
		#private;
		/**
		 * Takes two pages and one byte a block of internal memory, empties the device, and erases all blocks.
		 *
		 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if the device belongs to another
		 * flash or a pool, `ECLOSED` if it is closed
		 */
		constructor(options: ZramFlashOptions);
		/**
		 * Opens a partition. It may be open any number of times at once.
		 *
		 * @throws Error if there is no such path, or the mode is invalid; RangeError if the format is; TypeError without
		 * options
		 */
		open(options: FlashOpenOptions): Partition;
		/** The paths of the partitions. */
		[Symbol.iterator](): IterableIterator<string>;
		/**
		 * For idle moments: calls {@link Zram.maintain} of the device.
		 *
		 * @throws Error if the flash is closed; otherwise as the device does
		 */
		maintain(milliseconds: number): boolean;
		/** Closes open partitions, frees the memory, and gives back the device, which stays open. */
		close(): void;
	}
}

declare module "zram/trace" {
	/**
	 * Traces: a record of what is done to a device, to be replayed elsewhere with other memory, other options, or another
	 * allocator (`npx zram replay`). A trace has page numbers and stored lengths, never what is in the pages.
	 *
	 * A recorder replaces the methods of one device's engine while it runs. So it sees everything that is done, by the app, a
	 * pool, a history, or a flash; and a device that is not recorded pays nothing.
	 *
	 * @module
	 */
	import Zram from "zram";
	/** Where a trace goes: a file, a socket, {@link traceLines}. */
	export interface TraceSink {
		/** Takes the next block of the trace, at most 512 bytes. The trace is all blocks, one after the other. */
		write(buffer: ArrayBuffer): unknown;
	}
	/** What is recorded, and where the trace is kept. */
	export interface TraceOptions {
		/** The device. Pools, histories, and flashes on it are recorded with it. */
		zram: Zram;
		/**
		 * Memory for the latest operations, in bytes, from PSRAM if there is any: 1,024 to 2^31 - 64. An operation takes
		 * about four bytes. When the memory is full, the oldest operations go.
		 */
		byteLength: number;
		/**
		 * Receives the trace block by block, each after the call that has filled it. It must not use the device. What it
		 * throws becomes an unhandled rejection. Default: none; {@link Trace.save} writes what is in memory.
		 */
		sink?: TraceSink;
		/** A millisecond counter to use instead of the host's, for simulations. May wrap at 2^32. */
		ticks?: () => number;
	}
	/**
	 * Records what is done to a device, until {@link close}.
	 *
	 * While it records, writing a page costs some 30,000 more instructions on a microcontroller, and reading one 17,000;
	 * nothing is allocated. Operations that fail because a page is damaged are not recorded.
	 */
	export default class Trace {
		#private;
		/**
		 * Allocates the memory and starts recording. If the device has pages already, the trace says so; a replay is exact
		 * only if it was empty.
		 *
		 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if the device is being recorded
		 * already, `ECLOSED` if it is closed; Error if the host does not have that much memory
		 */
		constructor(options: TraceOptions);
		/** Memory of the trace in bytes. */
		get byteLength(): number;
		/** Whether the oldest operations are gone, because not all of them fit. */
		get isWrapped(): boolean;
		/**
		 * Writes what is in memory as a complete trace that begins with a description of the device. Recording continues.
		 *
		 * @throws TypeError if `sink` is not a sink; whatever the sink throws
		 */
		save(sink: TraceSink): void;
		/** Gives the sink whatever it has not received yet, now. */
		flush(): void;
		/** Stops recording, gives the sink the rest, and frees the memory. Closing twice is fine. */
		close(): void;
	}
	/**
	 * A sink that turns a trace into lines of text for a serial console or a log; `npx zram record` turns them back into a
	 * trace. Each line has at most 760 characters, and other lines may come in between.
	 *
	 * @param name letters, digits, "_", and "-": tells devices that share a console apart
	 * @param print receives each line, without an end of line: `console.log`, or `trace` with one added
	 * @throws RangeError for any other name, TypeError if `print` is not a function
	 */
	export function traceLines(name: string, print: (line: string) => void): TraceSink;
}

declare module "zram/status" {
	/**
	 * Status lines: the result of `status()` as one line of text for a serial console or a log, and back.
	 *
	 *	 zram/1 photos ms=61004 byteLength=8388608 pageLength=4096 origDataSize=3366912 … failedWrites=2 .
	 *
	 * `zram/1` is the version of this format; then come the device's name, key=value pairs in any order, and a full stop: a
	 * line without one was cut off. The keys are `ms` (the app's own clock), the device's `byteLength` and `pageLength`, the
	 * numbers of `status()`, those of its `codecs` prefixed with `codecs.` and the codec's name (`codecs.lz4.pages`), and, if
	 * there is a flash, those of `status().backing` prefixed with `backing.`. Zeros are left out, except a codec's pages and a
	 * flash's slots, which show that these exist. Readers skip keys that they do not know, and any words before `zram/1`, such
	 * as a time.
	 *
	 * @module
	 */
	import type Zram from "zram";
	import type { ZramStatus } from "zram";
	/** The contents of a status line. */
	export interface StatusReport {
		/** The device's name. */
		name: string;
		/** The app's clock in milliseconds. */
		ms: number;
		/** Logical size of the device in bytes. */
		byteLength: number;
		/** Length of a page in bytes. */
		pageLength: number;
		/** What `status()` returned. */
		status: ZramStatus;
	}
	/**
	 * The status line of a device, without an end of line. Allocates, as `status()` does: print one a second, not one a
	 * frame.
	 *
	 * @param name letters, digits, "_", and "-": tells devices that share a console apart
	 * @param ms the app's clock in milliseconds, from any start; 0 if it has none
	 * @throws RangeError for any other name, and whatever `status()` throws
	 */
	export function formatStatus(name: string, zram: Zram, ms: number): string;
	/**
	 * The contents of a line that formatStatus has made; undefined for any other line, and for one that was cut off or
	 * garbled.
	 */
	export function parseStatus(line: string): StatusReport | undefined;
}
