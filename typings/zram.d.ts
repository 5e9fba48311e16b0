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
	 * What read and write take: bytes in place. Views of wider elements work too, at the cost of a Uint8Array and of an
	 * exception that is caught inside, each call.
	 */
	export type Bytes = ByteBuffer | ArrayBufferView;
	/** What status() says: {@link Statistics}, and what lies outside the region. */
	export interface ZramStatus extends Statistics {
		/** Requests refused for their arguments: not a buffer, outside of the device, overlapping the arena. */
		invalidIO: number;
		/** Pages that rested and that {@link Zram.maintain} has made smaller, since the start or the last reset. */
		pagesRepacked: number;
		/** How often it could not, as the host had no memory to pack with. */
		failedRepacks: number;
		/** The flash, if there is one. */
		backing?: BackingStatus;
	}
	/**
	 * A block device whose pages live compressed in one fixed region of memory.
	 *
	 * Contents are volatile. Pages that were never written, or were trimmed, read as zeros. Offsets and lengths may be any
	 * number of bytes; whole pages at page boundaries are fastest, parts of pages cost a read and a write of the page.
	 *
	 * Errors: TypeError and RangeError for arguments, {@link ZramError} for the rest. After {@link close} every method
	 * throws `ECLOSED`.
	 */
	export default class Zram {
		#private;
		/**
		 * What a device would cost and hold. Allocates no region.
		 *
		 * @throws TypeError, RangeError for options that the constructor would refuse, too small an arena excepted: then
		 * `data` is 0 and `minimum` tells what is needed.
		 */
		static layout(options: ZramOptions): ZramLayout;
		/**
		 * Reads a dump of a region, as a tool does. Needs no device.
		 *
		 * @throws ZramError `ECORRUPT` if `bytes` is not a region.
		 */
		static inspect(bytes: Bytes): Inspection;
		/**
		 * Allocates the arena (unless it is a ready buffer) and at most 13 KB of internal memory, 17 KB with a backing.
		 *
		 * @throws TypeError, RangeError naming the option and its range, before anything is allocated. Error if the host has
		 * not that much memory.
		 */
		constructor(options: ZramOptions);
		/** Bytes of the device: its logical size. */
		get byteLength(): number;
		/** Bytes of a page. */
		get pageLength(): number;
		/** ECMA-419's data format of read and write: always "buffer". */
		get format(): "buffer";
		set format(value: "buffer");
		/**
		 * Reads `byteLength` bytes into a new ArrayBuffer.
		 *
		 * @param byteOffset first byte on the device, 0 to device.byteLength - byteLength
		 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash
		 */
		read(byteLength: number, byteOffset: number): ArrayBuffer;
		/**
		 * Reads as many bytes as `buffer` holds into it.
		 *
		 * @param byteOffset first byte on the device, 0 to device.byteLength - buffer.byteLength
		 * @returns the number of bytes read
		 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash; what `buffer` then holds of that
		 * page is undefined
		 */
		read(buffer: Bytes, byteOffset: number): number;
		/**
		 * Reads into a piece of a larger buffer, for which this needs no view.
		 *
		 * @param byteOffset first byte on the device, 0 to device.byteLength - length
		 * @param start first byte of `buffer` to be filled
		 * @param length number of bytes
		 * @returns the number of bytes read
		 * @throws ZramError as for a whole buffer
		 */
		read(buffer: Bytes, byteOffset: number, start: number, length: number): number;
		/**
		 * Writes all of `buffer`. Pages are written in ascending order.
		 *
		 * @param byteOffset first byte on the device, 0 to device.byteLength - buffer.byteLength
		 * @throws ZramError `ENOSPC` if a page does not fit, `ECORRUPT` if a page that is written in part is damaged, or a
		 * page's entry or chain (which only {@link reset} heals). The page at which it failed keeps its old bytes;
		 * `error.bytesWritten` counts the bytes in front of it.
		 */
		write(buffer: Bytes, byteOffset: number): void;
		/**
		 * Writes a piece of a larger buffer, for which this needs no view.
		 *
		 * @param byteOffset first byte on the device, 0 to device.byteLength - length
		 * @param start first byte of `buffer` to be written
		 * @param length number of bytes
		 * @throws ZramError as for a whole buffer
		 */
		write(buffer: Bytes, byteOffset: number, start: number, length: number): void;
		/**
		 * Makes bytes read as zeros. Whole pages give their memory back at once; a page of which a part is trimmed is written
		 * anew, and gives its memory back when all of it is zero.
		 *
		 * @throws ZramError as write does; trimming whole pages never needs room
		 */
		trim(byteOffset: number, byteLength: number): void;
		/**
		 * Bytes of the arena that may be used, metadata included: 0 to arena.byteLength, at first all. May change at any time.
		 * A limit below what is used loses nothing: writes that need more than they replace are refused with `ENOSPC`. With a
		 * backing, {@link maintain} brings pages that cannot be compressed to flash until the limit holds.
		 */
		get limit(): number;
		set limit(value: number);
		/** What is stored, what it takes, and what was done since the start or the last reset, in Linux zram's words. */
		status(): ZramStatus;
		/** The high-water mark `memUsedMax` starts again from what is used now. */
		resetPeak(): void;
		/** Drops all pages and statistics. Limit and options stay. A pool or flash on the device is closed by this. */
		reset(): void;
		/**
		 * Every stored page gets one older, up to 255, on top of the minutes that {@link maintain} counts. Reading or writing a page
		 * makes its age 0 again.
		 */
		markIdle(): void;
		/**
		 * Walks every structure of the region, in time proportional to its size, and decodes every page.
		 *
		 * @throws ZramError `ECORRUPT` with the first invariant that does not hold
		 */
		check(): void;
		/** Iterates the pages that are not empty, in ascending order: Linux's `block_state`. */
		pages(): IterableIterator<PageState>;
		/**
		 * Writes pages to flash that would stay in memory, the largest first, until the budget is used up or the flash full.
		 *
		 * @returns the number of pages written
		 * @throws TypeError, RangeError for the argument; Error if the device has no backing; ZramError `ECORRUPT`
		 */
		writeback(request: WritebackRequest): number;
		/**
		 * Does what is best done while nobody waits, for so many milliseconds at most: pages get older by a step for each minute
		 * since it was called last; with a backing, pages that cannot be compressed go to flash if more is used than the limit
		 * allows, or all but 1 % of it, blocks are erased ahead, wear is evened out, and what the budget has earned is recorded;
		 * then pages that rest, which were neither read nor written since an age step, are packed again as "dense", the largest
		 * first. It starts no step that would probably take longer, judged by the slowest so far: 10 ms or more a page on a
		 * microcontroller. While a page is packed, 24 KB are asked for, of PSRAM where there is any.
		 *
		 * @returns true if nothing is left to do; false if there is, or the driver refuses, or there is no memory to pack with
		 */
		maintain(milliseconds: number): boolean;
		/** Frees the memory, and records what the wear budget has earned. Does nothing on a closed device. */
		close(): void;
	}
}

declare module "zram/backing" {
	/** Flash for pages that cannot be compressed, within what the flash can bear. */
	export interface BackingOptions {
		/** What "embedded:storage/flash" exports, or anything of that shape. */
		io: FlashIO;
		/**
		 * Name of the partition. All of it is used, by one device at a time. Two that have it open at once cannot know: their
		 * pages then fail with `EIO`, never with wrong bytes, and erases of either go uncounted. It must be erased, or have been
		 * used like this before, else `format`. Its blocks must not be longer than pageLength: 4 KB sectors mean pages of 4 KB.
		 * Shorter ones are erased several at a time.
		 */
		path: string;
		/** Erases that a block is good for, 100 to 10,000,000; data sheets have it. Default: 100,000. */
		endurance?: number;
		/**
		 * Years of uptime that the flash shall last, 0.1 to 100. With `endurance` this makes the budget: 1 % of all erases at
		 * once, then so many a day, and never more than a year's in hand. When it is used up, pages stay in memory. Default: 10.
		 */
		lifetime?: number;
		/**
		 * What a write may do that finds no room in the arena, before it is refused. "any" (default): erase a block, and a second
		 * one for the log or for a page that moves, each 45 to 400 ms. "erased-only": nothing is erased, and a page goes to flash
		 * only if maintain() has erased for it.
		 */
		offload?: "any" | "erased-only";
		/**
		 * A millisecond counter instead of the host's, for tests and simulations. May wrap at 2^32; must not go back. The device
		 * answers `EBUSY` while it runs.
		 */
		ticks?: () => number;
		/**
		 * Take the partition whatever it holds. What is known of its wear is kept. Flash with transparent encryption, which never
		 * looks erased, needs this the first time. Default: false.
		 */
		format?: boolean;
	}
	/** What status() of an ECMA-419 Flash says; some drivers leave out the last two. */
	export interface FlashStatus {
		/** Bytes of the partition. What is behind its last block is not used. */
		size: number;
		/** Bytes of an erase block. */
		blockLength: number;
		/** Erase blocks of the partition. */
		blocks: number;
		/** Programs begin and end at multiples of this, a power of two up to 256. Default: 1. */
		writeAlign?: number;
		/** What an erased byte reads as, 255 or 0. Default: 255. Flash that is encrypted need not read so. */
		eraseValue?: number;
	}
	/**
	 * A flash that is open, as far as it is used here. The buffers are memory of their own, and hold nothing between calls.
	 * What a method throws counts as a refusal: nothing is retired for it.
	 */
	export interface FlashDevice {
		/** What kind of flash it is. */
		status(): FlashStatus;
		/** Reads as many bytes as `buffer` holds; the number of them. */
		read(buffer: Uint8Array, byteOffset: number): number;
		/** Programs: bits only go from the erased value to the other one. */
		write(buffer: Uint8Array, byteOffset: number): void;
		/** Erases the blocks from `start` to `end` - 1. */
		eraseBlock(start: number, end: number): void;
		/** Called once, at the end. */
		close(): void;
	}
	/** What "embedded:storage/flash" exports, as far as it is used here. */
	export interface FlashIO {
		/** Opens a partition by its name; throws if there is none. */
		open(options: {
			/** The partition's name. */
			path: string;
			/** "r": it is read only; "r+": written and erased as well. */
			mode: "r" | "r+";
		}): FlashDevice;
	}
	/** What status() says about the flash. A slot is a page's length, which is erased as one. */
	export interface BackingStatus {
		/** Slots for pages, those of the log and retired ones excluded. */
		slots: number;
		/** Slots that hold a page. */
		slotsUsed: number;
		/** Slots that are erased: a page goes there without waiting. */
		slotsErased: number;
		/** Slots that have failed and are not used any more. */
		slotsRetired: number;
		/** Erases of the least worn slot for pages, in its whole life. */
		wearLeast: number;
		/** Erases of the most worn slot for pages. */
		wearMost: number;
		/** Erases of the slots for pages, their mean. */
		wearMean: number;
		/** Erases of the most worn slot of the log. */
		wearLog: number;
		/** Erases that may be done now. */
		budget: number;
		/** Erases that a day of uptime adds to the budget. */
		budgetPerDay: number;
		/** Years of uptime that the flash lasts at the pace of its life so far. */
		yearsLeft: number;
		/** Stores that found no room, and no page in memory that could go to flash. This and the next since the start or reset. */
		refusedRoom: number;
		/** Pages that were to go to flash and did not, for want of budget. */
		refusedBudget: number;
		/** Likewise, because the driver refused, or the flash did not hold what was programmed. */
		refusedDriver: number;
		/** Likewise, because no slot was free, or none erased where a write must not erase. */
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
	/** What went wrong, as POSIX would say it. */
	export type ZramErrorCode = 
	/** No room for a page under the limit; of a pool also no page, or no key, that is free. */
	"ENOSPC"
	/** The arena is damaged: a page, or an invariant of check(). */
	 | "ECORRUPT"
	/** A page on flash cannot be read, or is not what was written any more. */
	 | "EIO"
	/** The device or pool is closed; of a pool also: a device of it was reset or closed. */
	 | "ECLOSED"
	/**
	 * The device was called from within its own callback, or from within its own backing flash; or it belongs to another
	 * pool or flash. Of a pool: a buffer is acquired, or all slots are.
	 */
	 | "EBUSY";
	/** What devices and pools throw where it is not the arguments' fault. */
	export class ZramError extends Error {
		/** Always "ZramError". */
		readonly name = "ZramError";
		/** What went wrong. */
		readonly code: ZramErrorCode;
		/** Of a write, release or trim that failed: bytes from the start of the request that are done. */
		bytesWritten?: number;
		/** Its message is the code, and what it was about. */
		constructor(code: ZramErrorCode, message: string);
	}
}

declare module "zram/options" {
	import type Zram from "zram";
	import type { BackingOptions } from "zram/backing";
	import type { ByteBuffer } from "zram/engine/interface";
	import { type ZramError } from "zram/error";
	import { type MemoryKind } from "zram/memory";
	/** Memory to allocate for the arena, of one kind. */
	export interface ArenaOptions {
		/** Bytes, metadata included: 1 to 2^31 - 64. */
		byteLength: number;
		/** "external" is PSRAM, large and slow; "internal" the fast memory. Default: PSRAM if there is any, else internal. */
		memory?: MemoryKind;
	}
	/** A codec, by its name. */
	export type CodecName = "lz4" | "columns" | "dense";
	/**
	 * Where everything is kept, metadata included: the whole cost of a device but its scratch.
	 *
	 * A number is that many bytes to allocate, in PSRAM if the board has any, else in internal memory, as all memory of which
	 * the kind is not asked for. Or a ready buffer of bytes that the caller leaves alone until close; 4-aligned, not resizable,
	 * not read-only, and not shared. Two devices over the same bytes destroy each other's pages, and nobody can tell: if you
	 * divide one ArrayBuffer between devices, see to it that their parts do not overlap.
	 */
	export type Arena = number | ArenaOptions | ByteBuffer;
	/** What a device is made of. */
	export interface ZramOptions {
		/** Where everything is kept: a number of bytes is enough. */
		arena: Arena;
		/**
		 * Bytes of the device, its logical size, a multiple of pageLength. May be many times the arena: each page costs 8 bytes
		 * of it (12 with `integrity`) before anything is written. Default: eight times the arena, whose pages cost 1.6 % of it
		 * (2.3 % with `integrity`, more with smaller pages).
		 */
		byteLength?: number;
		/** Bytes of a page: 512, 1024, 2048, or 4096 (default). Smaller pages compress less and cost more metadata. */
		pageLength?: number;
		/**
		 * A page that takes more than this many bytes, 1 to pageLength, counts as incompressible ("huge"): it is what goes to
		 * flash, if there is one. Default: 7/8 of pageLength.
		 */
		threshold?: number;
		/**
		 * Keep a 32-bit checksum for every page: a page that is damaged within one word is always found out when it is read,
		 * any other damage but once in 2^32. Costs 4 bytes a page, and reading over the stored bytes once more. Default: false.
		 */
		integrity?: boolean;
		/**
		 * The codecs that pages may be packed with. "lz4" is quick and good at text, code and drawings; "columns" takes a half
		 * to two thirds of its room for photos, sound and measurements, at two to six times its time. It is tried where LZ4
		 * leaves much. "dense" packs tightest, and takes some 15 ms a page and 24 KB meanwhile: no write tries it, only
		 * `maintain`, with pages that rest. Default: all there are. `["lz4"]` alone is for speed on any data.
		 */
		codecs?: readonly CodecName[];
		/** Flash for what cannot be compressed and has no room in the arena. Default: none, everything stays there. */
		backing?: BackingOptions;
		/** Zero memory when it is freed, and all of it at reset and close. Default: false. */
		wipe?: boolean;
		/**
		 * Memory is short: 1/16 or less of what the limit allows is left, or a write was refused. With a backing the first comes
		 * before any page goes to flash. Called with the bytes that
		 * are left, after the call that ran into it is over; once for many, and again only after more than 1/8 has been free
		 * or another write is refused. What it throws becomes an unhandled rejection.
		 */
		onPressure?: (this: Zram, bytesLeft: number) => void;
		/**
		 * The arena, or a page on flash, was found damaged. Called with the error that was also thrown, after the call is over;
		 * once for many. What it throws becomes an unhandled rejection.
		 */
		onError?: (this: Zram, error: ZramError) => void;
		/**
		 * For tools that record: called for every page that was read, written or trimmed, WITHIN the caller's call, with the
		 * number of the page and the bytes it takes now. The device answers `EBUSY` meanwhile, and the buffer of the request
		 * must stay as long as it is. What it throws ends the request behind that page, and goes to the caller as it is.
		 * Allocates; slows things down.
		 */
		onOperation?: (this: Zram, operation: "read" | "write" | "trim", page: number, storedLength: number) => void;
	}
	/** What a configuration costs, and what remains. All lengths are bytes. */
	export interface ZramLayout {
		/** Bytes of a page. */
		pageLength: number;
		/** Pages of the device. */
		pageCount: number;
		/** The arena's length. */
		arenaLength: number;
		/** Least arena that holds the metadata and one page that cannot be compressed. */
		minimum: number;
		/** Bytes of the arena for header, page table, slot table (16 bytes a page of flash) and links. 0 if the arena is too small. */
		metadata: number;
		/** Bytes of the arena for data, granules. 0 if the arena is too small. */
		data: number;
		/** Bytes are stored in units of this length. 0 if the arena is too small. */
		granuleLength: number;
		/** Bytes of internal memory besides the arena. */
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
	/** What the pages that a codec has packed take. */
	export interface CodecUse {
		/** How many they are. */
		pages: number;
		/** Bytes that they take: each codec's part of comprDataSize. */
		comprDataSize: number;
	}
	/** Statistics in the words of Linux zram's mm_stat and io_stat. Lengths are bytes, the rest pages or requests. */
	export interface Statistics {
		/** What the stored pages would take uncompressed. */
		origDataSize: number;
		/** The payload: what they take compressed, same-filled pages nothing. */
		comprDataSize: number;
		/** Bytes of the arena in use: whole granules, and all metadata. */
		memUsed: number;
		/** The limit for memUsed. */
		memLimit: number;
		/** Most that memUsed has been since the start, reset, or resetPeak. */
		memUsedMax: number;
		/** Pages that are one 32-bit word all over; they take no memory. */
		samePages: number;
		/** Always 0: nothing is ever moved to make room. */
		pagesCompacted: number;
		/** Pages that take more than the threshold. */
		hugePages: number;
		/** Such pages stored since the start or reset. */
		hugePagesSince: number;
		/** Pages that are not empty. */
		pagesStored: number;
		/** Pages kept as they are, because compressing them saves nothing. Among hugePages unless threshold is a page. */
		rawPages: number;
		/** The pages that are compressed, by the name of their codec, such as "lz4". */
		codecs: Record<string, CodecUse>;
		/** Pages read, parts of pages as one. */
		numReads: number;
		/** Pages written, parts of pages as one. */
		numWrites: number;
		/** Whole pages trimmed. */
		notifyFree: number;
		/** Pages on flash; they take nothing of the arena. As all bd… (Linux's bd_stat) 0 without a backing. */
		bdCount: number;
		/** Pages read from flash. */
		bdReads: number;
		/** Pages written to flash. */
		bdWrites: number;
		/** Pages moved on flash to even out wear. */
		bdMoves: number;
		/** Erases of flash for pages, those of the log excluded. */
		bdErases: number;
		/** Operations that stopped at a damaged page. */
		failedReads: number;
		/** Operations that stopped at a damaged page, or for want of room. */
		failedWrites: number;
	}
	/** The geometry in a region's header. */
	export interface Geometry {
		/** Whether every page has a checksum. */
		integrity: boolean;
		/** Whether memory is zeroed when it is freed. */
		wipe: boolean;
		/** Bytes of the arena. */
		arenaLength: number;
		/** Bytes of a page. */
		pageLength: number;
		/** Pages of the device. */
		pageCount: number;
		/** Bytes of a granule. */
		granuleLength: number;
		/** Granules of the arena. */
		granuleCount: number;
		/** A page that takes more than this many bytes is huge. */
		threshold: number;
		/** Granules from this one up were never used. */
		frontier: number;
		/** Pages' lengths of flash, 0 without a backing. */
		slotCount: number;
	}
	/** A page that is not empty. */
	export interface PageState {
		/** Its number: its offset on the device is so many pages. */
		page: number;
		/**
		 * "same": one 32-bit word all over; "compressed"; "raw": as it is; "offloaded": on flash; "unknown": the entry is
		 * damaged.
		 */
		state: "same" | "compressed" | "raw" | "offloaded" | "unknown";
		/** Of a compressed page: the name of its codec, such as "lz4"; "unknown" if this build has none of that number. */
		codec?: string;
		/** Bytes it takes, 0 for same-filled and offloaded. */
		storedLength: number;
		/** Its length is above the threshold. */
		huge: boolean;
		/** Steps since it was read or written, at most 255: minutes that maintain() has counted, and calls of markIdle(). */
		age: number;
	}
	/** What a dump of a region says. */
	export interface Inspection {
		/** How the region is divided. */
		geometry: Geometry;
		/** What the device's `status()` would say. */
		statistics: Statistics;
		/** Pages that are not empty, in ascending order, from the page table alone. */
		pages: PageState[];
	}
}

declare module "zram/writeback" {
	/** Which pages go to flash. Same-filled ones never do: they take no memory. */
	export interface WritebackRequest {
		/** "idle": those that have not been used for a while; "huge": those above the threshold; "page": those in `pages`. */
		type: "idle" | "huge" | "page";
		/** Of "idle" and "huge": steps since the page was used, minutes or calls of markIdle(), 0 to 255. Default: 1 for "idle", 0 for "huge". */
		minAge?: number;
		/** Of "page": numbers of pages, in any order; those that are not in memory are passed over. */
		pages?: Iterable<number>;
		/** Bytes that may be written to flash, whole pages. Default: no limit but the budget. */
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
	 * "r": you promise not to write into the view; what becomes of it if you do is undefined, and the pool's option `debug`
	 * finds it out. "r+": release stores what has changed.
	 */
	export type AcquireMode = "r" | "r+";
	/** What a write lacked that was refused, and what would help. */
	export interface Pressure {
		/** Bytes of the arenas, pages of the devices (their logical size), or keys of the pool. */
		shortage: Shortage | "keys";
		/** Bytes that were to be stored. */
		byteLength: number;
		/** Bytes that are left in the arenas, or would be once all that can goes to flash. */
		bytesLeft: number;
		/** The key that `evict: "lru"` would delete first; undefined if there is none but those that are acquired. */
		key: Key | undefined;
	}
	/** How a buffer is stored. */
	export interface WriteOptions {
		/** 0 to 255: with `evict: "lru"`, buffers of a lower priority go first. Default: 0, or as it was. */
		priority?: number;
		/**
		 * Free the old buffer first: when there is no room for both. If the new one then cannot be stored, both are gone; if it
		 * could never have been, for want of pages, the old one stays. Default: false.
		 */
		replace?: boolean;
	}
	/** What a pool holds, and what was done since its start. */
	export interface SwapStatus {
		/** Buffers with a key. */
		keys: number;
		/** Buffers without a key, which are owned. */
		owned: number;
		/** Bytes of all buffers. */
		byteLength: number;
		/** Pages of the devices in use. */
		pagesUsed: number;
		/** Pages of the devices that are free. */
		pagesFree: number;
		/** Pages of the devices that were given up because they are damaged. */
		pagesLost: number;
		/** Bytes that are left in the arenas, or would be once all that can goes to flash. */
		bytesLeft: number;
		/** Slots for acquire. */
		slots: number;
		/** Slots that show a buffer. */
		slotsShown: number;
		/** Slots whose buffer is acquired. */
		slotsHeld: number;
		/** acquire()s that had to read their buffer from the devices. */
		misses: number;
		/** Pages that release() has written because they had changed. */
		pagesWritten: number;
		/** Buffers that `evict: "lru"` has deleted. */
		evictions: number;
		/** Writes that found no room. */
		refusals: number;
	}
	/** What a pool costs besides its devices. All lengths are bytes. */
	export interface SwapLayout {
		/** Links of pages, and the table of keys: PSRAM if there is any, else internal memory. */
		tables: number;
		/** Memory of the slots, of the kind that `resident` asks for. */
		slots: number;
		/** Internal memory: a page. */
		scratch: number;
	}
	/** A buffer in a pool that has no key: who has the handle owns it. */
	export class OwnedBuffer {
		#private;
		/** Bytes of the buffer. */
		get byteLength(): number;
		/** All of it, in a new ArrayBuffer, as {@link SwapPool.read}. */
		read(): ArrayBuffer;
		/** As much of it from `offset` (default: 0) on as fits `into`; the number of bytes. */
		read(into: Bytes, offset?: number): number;
		/** Writes all of `buffer` over the bytes from `offset` on, as {@link SwapPool.write} with an offset. */
		write(buffer: Bytes, offset: number): void;
		/** As {@link SwapPool.acquire}. While it is acquired the buffer is not lost, even if nobody has the handle. */
		acquire(mode?: AcquireMode): Uint8Array;
		/** As {@link SwapPool.release}. */
		release(discard?: boolean): void;
		/**
		 * Frees the buffer. Does nothing if that is done. This is the contract; that a forgotten handle's buffer is freed some
		 * time after it was collected is a safety net, and the collector takes no notice of how full a pool is.
		 *
		 * @throws ZramError `EBUSY` if it is acquired
		 */
		close(): void;
	}
	/**
	 * Large buffers by key, kept compressed in RAM, in the shape of ECMA-419's key-value storage.
	 *
	 * Errors: TypeError and RangeError for arguments, ZramError for the rest, and what a flash driver or `onOperation` of a
	 * device throws goes to the caller as it is. Whatever was thrown, every buffer is as it was or as it was to be; only a
	 * write into a buffer (`write` with an offset, `release`) goes page by page, and its error's `bytesWritten` says how far
	 * it came. A buffer that is acquired can be neither written nor deleted: `EBUSY`. After {@link close}, or when a device was
	 * reset or closed, every method throws `ECLOSED`.
	 */
	export default class SwapPool {
		#private;
		/**
		 * What a pool costs besides its devices. Allocates nothing of it.
		 *
		 * @throws TypeError, RangeError as the constructor does
		 */
		static layout(options: SwapOptions): SwapLayout;
		/**
		 * Allocates the tables and slots, and the device if there is an `arena`; else it empties the devices.
		 *
		 * @throws TypeError, RangeError naming the option and its range, ZramError `EBUSY` if a device belongs to another pool
		 * or is in the middle of a call, `ECLOSED` if one is closed: before anything is done. Error if the host has not that much
		 * memory.
		 */
		constructor(options: SwapOptions);
		/**
		 * Stores a copy of all of `buffer`. It goes to pages of its own, and the old value is freed when that has worked: that
		 * stands if the new one does not fit, unless `replace` is true.
		 *
		 * @throws ZramError `ENOSPC`, `EBUSY`
		 */
		write(key: Key, buffer: Bytes, options?: WriteOptions): void;
		/**
		 * Writes `buffer` into the value that is there, over its bytes from `offset` on, page by page: the pages in front of one
		 * that does not fit are written.
		 *
		 * @param offset 0 to byteLength(key) - buffer.byteLength
		 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`, whose `bytesWritten` counts what is written, `EBUSY`; RangeError if there
		 * is nothing to write into
		 */
		write(key: Key, buffer: Bytes, offset: number): void;
		/**
		 * Makes a buffer of `byteLength` zeros, in place of the one that there may be. They take no room until others are
		 * written: to fill a buffer where there is no memory for a second one, acquire it.
		 *
		 * @throws ZramError `ENOSPC` if there are not so many pages, or keys; `EBUSY`
		 */
		create(key: Key, byteLength: number, options?: WriteOptions): void;
		/**
		 * Adds `buffer` to the end of a value, which is made if there is none, with priority 0: all of it, or nothing. It makes
		 * the value the one that was used last. For what comes in pieces: see {@link move}.
		 *
		 * A page that small pieces are added to stays in memory as it is, not compressed, until it is full; at most four of
		 * them at a time, and only while there is room.
		 *
		 * @returns the length of the value then: `buffer`'s alone if it had been evicted
		 * @throws ZramError `ENOSPC`, `EBUSY`, `ECORRUPT` or `EIO` if the value's last page cannot be read; RangeError if the
		 * value would be longer than 4,294,967,295 bytes
		 */
		append(key: Key, buffer: Bytes): number;
		/**
		 * Gives a value another length: cuts its end off, or adds zeros, which take no room.
		 *
		 * @throws RangeError if there is no such key; ZramError `EBUSY`, and for more bytes as {@link append}
		 */
		resize(key: Key, byteLength: number): void;
		/**
		 * Gives a value another key, copying nothing; what has that key is deleted. So what is appended under one key is seen
		 * under another when it is complete. Its priority goes with it.
		 *
		 * @returns false if there is no value with the key `from`; then nothing changes
		 * @throws ZramError `EBUSY` if one of the two is acquired
		 */
		move(from: Key, to: Key): boolean;
		/**
		 * Reads a buffer into a new ArrayBuffer.
		 *
		 * @returns undefined if there is no such key
		 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash
		 */
		read(key: Key): ArrayBuffer | undefined;
		/**
		 * Reads at most `count` bytes of a buffer from `offset` on into a new ArrayBuffer: a piece for a socket, of as many bytes
		 * as it takes.
		 *
		 * @param count 0 or more
		 * @param offset 0 (default) to byteLength(key)
		 * @returns undefined if there is no such key; fewer bytes if there are no more
		 * @throws as the other forms do
		 */
		read(key: Key, count: number, offset?: number): ArrayBuffer | undefined;
		/**
		 * Reads as much of a buffer from `offset` on as fits `into`. Allocates nothing.
		 *
		 * @param offset 0 (default) to byteLength(key)
		 * @returns the number of bytes read; undefined if there is no such key
		 * @throws ZramError `ECORRUPT` if a page is damaged, `EIO` if one is lost on flash; what `into` then holds of it is
		 * undefined
		 */
		read(key: Key, into: Bytes, offset?: number): number | undefined;
		/**
		 * Deletes a buffer: its memory is free at once. False if there is none.
		 *
		 * @throws ZramError `EBUSY`
		 */
		delete(key: Key): boolean;
		/** Whether there is a buffer with this key. */
		has(key: Key): boolean;
		/** Bytes of a buffer; undefined if there is no such key. */
		byteLength(key: Key): number | undefined;
		/** The keys, in the order in which they came. */
		[Symbol.iterator](): IterableIterator<Key>;
		/**
		 * The bytes of a buffer themselves, in a slot, until {@link release}. Acquired again meanwhile, it is the same view; in
		 * mode "r+" for all once one has asked for it. The view's `buffer` has these bytes and no others, and `byteLength` and
		 * `slice`.
		 *
		 * Hold it as long as anybody reads it, native code included: Poco until `poco.end()`, a Mixer until the sound is over.
		 * A view must not be used after the release: it is dead as soon as its slot is needed for another buffer. Native code
		 * that has kept the buffer and its address then reads that other buffer's bytes, never freed memory; what keeps an
		 * address without the buffer cannot be helped.
		 *
		 * A buffer that still is in a slot costs nothing. Else it is read from the devices, and a view and a HostBuffer are
		 * allocated on the XS heap: 9 slots (10 on XS 17), no bytes; more with the portable engine.
		 *
		 * @param mode "r+" by default
		 * @throws RangeError if there is no such key, or the buffer is longer than a slot; ZramError `EBUSY` if all slots are
		 * held, `ECORRUPT`
		 */
		acquire(key: Key, mode?: AcquireMode): Uint8Array;
		/**
		 * Gives an acquired buffer back; as often as it was acquired. The last time, pages that "r+" has changed are written:
		 * each is compared with what is stored.
		 *
		 * A release that fails leaves the buffer acquired, and nothing is lost: make room, and release it again. It has stored
		 * the first `bytesWritten` bytes of the view (a driver's error does not say how many), and a `discard` then leaves these
		 * bytes and the old ones behind them.
		 *
		 * @param discard the last time: write nothing, and drop what is in the slot, so that the next acquire reads what is
		 * stored. Default: false.
		 * @throws ZramError `ENOSPC`, `ECORRUPT`, `EIO`
		 */
		release(key: Key, discard?: boolean): void;
		/**
		 * Stores a copy of `buffer`, or that many zeros, without a key. Never evicted.
		 *
		 * @throws ZramError `ENOSPC`
		 */
		own(buffer: Bytes | number): OwnedBuffer;
		/** What the pool holds, and what was done since its start. */
		status(): SwapStatus;
		/**
		 * For idle moments: {@link Zram.maintain} of one device after the other, within so many milliseconds for all.
		 *
		 * @returns true if nothing is left to do on any
		 * @throws TypeError, RangeError for the argument; ZramError as of a device
		 */
		maintain(milliseconds: number): boolean;
		/**
		 * Frees everything: the slots, whose views are dead then, the tables, and what is on the devices, which stay open unless
		 * the pool has made its own. Does nothing on a closed pool. What a device throws meanwhile comes when all is done.
		 *
		 * The memory of slots does not go back at once, as native code may still read it: it goes when the collector finds that
		 * nobody has a buffer of theirs. A device or pool that finds no memory has it collect first.
		 *
		 * @throws ZramError `EBUSY` from within a callback of a device
		 */
		close(): void;
	}
}

declare module "zram/swap/chains" {
	/** What there is not enough of: bytes of the arenas, or pages of the devices. */
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
		 * The arena of a device that the pool makes for itself, and closes: `new SwapPool({ arena: 2 * 1024 * 1024 })` is all
		 * that most apps need. It has the defaults for all the rest: a logical size of eight times the arena.
		 */
		arena?: Arena;
		/**
		 * Where the buffers go, instead of `arena`: one or more devices with pages of one length, of your making. The pool has them for itself until it is closed:
		 * what they hold is dropped, and a second pool on one of them is refused with `EBUSY`. Do not write to them. If one is
		 * reset or closed, so is the pool: its methods throw `ECLOSED`, but {@link SwapPool.close}. New buffers go to the device
		 * with most room, and to the others when that is full.
		 */
		devices?: readonly Zram[];
		/** Most buffers, owned ones included: 1 to 65,534. Each costs 11 to 13 bytes of memory at once. Default: 256. */
		keys?: number;
		/** Slots for acquire, allocated at once. Default: none. */
		resident?: ResidentOptions;
		/**
		 * What a write does that finds no room. "never" (default): it throws `ENOSPC`. "lru": buffers go, those with the least
		 * `priority` first and among them those that have not been used for longest, until it fits, or until there are none
		 * left. Buffers that are acquired or owned stay. For a buffer that would not find pages enough even then nothing goes;
		 * how many bytes of the arenas it takes nobody knows beforehand.
		 */
		evict?: "lru" | "never";
		/**
		 * A write found no room, and threw `ENOSPC`. Called after the call that ran into it is over; once for many. What it
		 * throws becomes an unhandled rejection.
		 */
		onPressure?: (this: SwapPool, pressure: Pressure) => void;
		/**
		 * Whether owned buffers that nobody can reach any more are freed by a FinalizationRegistry. Default: true if there is
		 * one. Firmware that strips it by name must say false: what is stripped ends the machine when it is called.
		 */
		finalization?: boolean;
		/**
		 * Makes misuse of resident buffers loud, for development: what is released is filled with the byte 0xDB and leaves its
		 * slot, so that who still uses it, a display list for one, sees it at once; and release throws a TypeError if a view was
		 * changed in mode "r". Costs a load with each acquire, and some passes over the bytes. Default: false.
		 */
		debug?: boolean;
	}
	/** Slots in which buffers are as they are while they are acquired. */
	export interface ResidentOptions {
		/** How many: 1 to 256. */
		slots: number;
		/** Bytes of each: no longer buffer can be acquired. */
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
	 * The numbers of a record, packed in this order, little-endian. The first one is what find() looks for. (Names that are
	 * integers come first, as in every object.)
	 */
	export type Fields = Readonly<Record<string, FieldType>>;
	/** A record: a number for each field. */
	export type Row<F extends Fields> = Record<keyof F, number>;
	/** What a history is made of. */
	export interface HistoryOptions<F extends Fields> {
		/** Where it is kept. Its other values go on as before; where they and the history compete for room, the history gives way. */
		pool: SwapPool;
		/** Its name in the pool, which nobody may have yet. What is there belongs to the history: others may only read it. */
		key: Key;
		/** Makes it a history of records. Without, it is a log of bytes. */
		fields?: F;
	}
	/** What a history costs. */
	export interface HistoryLayout {
		/** Internal memory: a page, a record, 64 bytes, and 16 for each field. */
		scratch: number;
		/** Bytes of a record; of a log 1. */
		recordLength: number;
		/** Records of a page: so many go at once. */
		perPage: number;
	}
	/**
	 * What came in, in order, in a pool: records of numbers, or the bytes of a log. Where there is no room for more it drops
	 * its oldest page, so {@link append} never throws `ENOSPC` while there is one.
	 *
	 * **It is in RAM: a reboot loses it.** Before a planned one, save what {@link read} returns, and {@link append} it to a
	 * new history afterwards.
	 *
	 * Every record (of a log, every byte) has a number; they go up by one and none is used again, whatever was dropped. A
	 * damaged page costs the records that it has: reading one of them throws `ECORRUPT` (`EIO` if it was on flash), all others
	 * can be read, and append goes on behind it.
	 *
	 * Besides the pool's it takes a page of internal memory, with the one that was read last: so going through a history in
	 * order decodes each page once.
	 */
	export default class History<F extends Fields = Record<never, never>> extends Page {
		#private;
		/**
		 * @throws TypeError, RangeError naming the option; RangeError if there is a value with this key, or a record is longer
		 * than a page; ZramError `ENOSPC` if the pool has no free key; Error if there is not memory enough
		 */
		constructor(options: HistoryOptions<F>);
		/**
		 * What a history with such fields (none: a log) costs besides its pool, before it is made.
		 *
		 * @throws TypeError, RangeError as the constructor does
		 */
		static layout(pool: SwapPool, fields?: Fields): HistoryLayout;
		/** The number of the oldest record, or byte. Equals {@link end} if there is none. */
		get start(): number;
		/** The number that the next record, or byte, will have. */
		get end(): number;
		/**
		 * Adds a record: a number for each field (fractions are cut off where the type has none; other properties are left
		 * alone). Or, as bytes, any number of whole records, packed as {@link read} returns them; to a log any bytes.
		 *
		 * What is on one page is added as a whole or not at all. Longer bytes go page by page, and the error's `bytesWritten`
		 * says how far they came.
		 *
		 * @returns the number of the (first) record, or of the first byte
		 * @throws TypeError, RangeError naming the field and its range; ZramError `ENOSPC` if there is no room and nothing left
		 * to drop, `EBUSY` if a getter of the record appends to this history
		 */
		append(record: Row<F> | ByteBuffer): number;
		/**
		 * Reads a record.
		 *
		 * @param index start to end - 1
		 * @param into gets a number for each field. With it nothing is allocated. Default: a new object. A setter of it must not
		 * read another record: what follows would be of that one's page
		 * @returns `into`
		 * @throws RangeError; TypeError if it is a log, or `into` no object; ZramError `ECORRUPT`, `EIO` if the record's page is
		 * damaged
		 */
		readonly at: (index: number, into?: Row<F>) => Row<F>;
		/**
		 * Reads records (of a log, bytes) from number `index` on, packed, into a new ArrayBuffer.
		 *
		 * @param count 0 or more: at most so many
		 * @param index start to end
		 * @returns fewer if there are no more
		 * @throws RangeError; ZramError `ECORRUPT`, `EIO` if one of the pages is damaged
		 */
		read(count: number, index: number): ArrayBuffer;
		/**
		 * Reads as many whole records as fit `into`.
		 *
		 * @returns the number of bytes read
		 */
		read(into: ByteBuffer, index: number): number;
		/**
		 * Looks for the first record whose first field is at least `value`; that field must never decrease, as times do not.
		 * Records that cannot be read are passed over.
		 *
		 * @returns its number; end if there is none
		 * @throws TypeError if it is no number, or this a log
		 */
		find(value: number): number;
		/** Drops everything. Numbers go on. */
		clear(): void;
		/** Deletes the history, gives its memory back and its key free. Afterwards its methods throw. Does nothing if that is done. */
		close(): void;
	}
}

declare module "zram/history/fields" {
	/** The types of numbers, as ECMA-419 names them. */
	export type FieldType = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32" | "float32";
}

declare module "zram/history/page" {
	import type { Page } from "zram/history/interface";
	/** Its methods are for History alone: the declaration says protected. */
	const _default: typeof Page;
	export default _default;
}

declare module "zram/history/interface" {
	/**
	 * What a history is underneath. `at` itself is the host's function, as a function of JavaScript around it would cost as much
	 * as three fields; it asks loadRecord() for what is not here.
	 */
	export abstract class Page {
	}
}

declare module "zram/http" {
	import type { ByteBuffer } from "zram/engine/interface";
	import type SwapPool from "zram/swap";
	import type { Key } from "zram/swap";
	/** What a route has besides {@link Stored}: `pool` and `key`, or `history`. */
	export interface StoredRoute {
		/** Whose value is sent. */
		pool?: SwapPool;
		/** The value. If there is none when somebody asks, the answer is 404. */
		key?: Key;
		/** Sent from the oldest record, or byte, to the newest one that there is when somebody asks. */
		history?: StoredHistory;
		/** Default: "application/octet-stream". */
		contentType?: string;
		/** Bytes in front, such as the header of a WAV file. A getter is called once for each answer, when there is a value. */
		head?: ByteBuffer;
		/** Told why a connection was closed before all was sent, as the server tells of a socket that fails. */
		onError?(error: unknown): void;
	}
	/** What is needed of a `History`, which is a module that not every app includes. */
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
		/** 200, unless it is changed. */
		status: number;
		/** By their names in lower case. */
		headers: Map<string, string | number>;
	}
	/** What is needed of the server's connection. */
	export interface StoredConnection {
		/** What was found for the path. */
		readonly route: StoredRoute;
		/** Begins the answer. */
		respond(response: StoredResponse): void;
		/** Takes bytes, as many as fit; says how many more do. */
		write(bytes: ByteBuffer): number;
		/** Ends it, whatever was sent. */
		close(): void;
		/** What is being sent: of {@link Stored} alone. */
		stored?: unknown;
	}
}

declare module "zram/flash" {
	import type Zram from "zram";
	import type { Bytes } from "zram";
	/** What a flash in RAM is made of. */
	export interface ZramFlashOptions {
		/** Where the blocks are. The flash has it for itself; what it holds is dropped. */
		device: Zram;
		/** The partitions, by the path that opens them: how many blocks each has. */
		partitions: Readonly<Record<string, number>>;
	}
	/** Which partition is opened, and what for. */
	export interface FlashOpenOptions {
		/** One of the keys of `partitions`. */
		path: string;
		/** "r": to be read only; "r+" (default): written and erased as well. */
		mode?: "r" | "r+";
		/** ECMA-419's data format: there is one. */
		format?: "buffer";
	}
	/** What ECMA-419's status() of a Flash says. */
	export interface FlashStatus {
		/** Bytes of the partition. */
		size: number;
		/** Erase blocks. */
		blocks: number;
		/** Bytes of an erase block: a page of the device. */
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
		 * @throws RangeError if they are not all in the partition
		 */
		read(byteLength: number, byteOffset: number): ArrayBuffer;
		/**
		 * Reads as many bytes as `buffer` holds into it.
		 *
		 * @returns the number of bytes read
		 * @throws RangeError if they are not all in the partition
		 */
		read(buffer: Bytes, byteOffset: number): number;
		/**
		 * Programs: bits that are 0 in `buffer` become 0, the others stay. Onto an erased block it is a plain store.
		 *
		 * @throws RangeError if not all of it is in the partition; ZramError `ENOSPC`: the block that does not fit is as it
		 * was, those in front of it are programmed
		 */
		write(buffer: Bytes, byteOffset: number): void;
		/**
		 * Erases the blocks from `start` to `end` - 1.
		 *
		 * @param end start + 1 by default
		 * @throws RangeError if they are not all in the partition, or none
		 */
		eraseBlock(start: number, end?: number): void;
		/** Its size, its blocks, and what can be written. */
		status(): FlashStatus;
		/** ECMA-419's data format of read and write: always "buffer". */
		get format(): "buffer";
		set format(value: "buffer");
		/** Closing twice is fine. The content stays. */
		close(): void;
	}
	/**
	 * Partitions by name on one device. What the SDK exports as `embedded:storage/flash` is an object like an instance of
	 * this: pass the instance to whatever wants a flash.
	 */
	export default class ZramFlash {
		#private;
		/**
		 * Takes two pages and a byte a block of internal memory; empties the device, and erases all blocks.
		 *
		 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if the device belongs to another flash
		 * or a pool, `ECLOSED` if it is closed
		 */
		constructor(options: ZramFlashOptions);
		/**
		 * Opens a partition, any number of times at once.
		 *
		 * @throws Error if there is no such path, or the mode is none; RangeError if the format is none; TypeError without
		 * options
		 */
		open(options: FlashOpenOptions): Partition;
		/** The paths of the partitions. */
		[Symbol.iterator](): IterableIterator<string>;
		/**
		 * For idle moments: {@link Zram.maintain} of the device.
		 *
		 * @throws Error if this is closed; else as the device does
		 */
		maintain(milliseconds: number): boolean;
		/** Gives the memory back, and the device, which stays open. What is open of it is closed. */
		close(): void;
	}
}

declare module "zram/trace" {
	/**
	 * Traces: what is done to a device, so that it can be done again elsewhere, with other memory, other options, or another
	 * allocator (`npx zram replay`). A trace has numbers of pages and how long they are stored, never what is in them.
	 *
	 * A recorder takes the place of the methods of one device's engine, and gives it back. So it sees all that is done, by
	 * whomever: the app, a pool, a history, a flash; and a device that is not recorded has nothing of it.
	 *
	 * @module
	 */
	import Zram from "zram";
	/** Where a trace goes: a file, a socket, {@link traceLines}. */
	export interface TraceSink {
		/** Takes the next block of the trace, at most 512 bytes. The trace is all of them, one after the other. */
		write(buffer: ArrayBuffer): unknown;
	}
	/** What is recorded, and where it is kept. */
	export interface TraceOptions {
		/** The device. Pools, histories and flashes on it are recorded with it. */
		zram: Zram;
		/**
		 * Bytes of memory, in PSRAM if there is any, for the latest operations: 1,024 to 2^31 - 64. An operation takes about four.
		 * When it is full, the oldest ones go.
		 */
		byteLength: number;
		/**
		 * Gets the trace block by block, each after the call that has filled it. It must not use the device itself. What it
		 * throws becomes an unhandled rejection. Default: none, what is there is for {@link Trace.save}.
		 */
		sink?: TraceSink;
		/** A millisecond counter instead of the host's, for simulations. May wrap at 2^32. */
		ticks?: () => number;
	}
	/**
	 * Records what is done to a device, from now on until {@link close}.
	 *
	 * While it records, a page that is written costs some 30,000 instructions more on a microcontroller, one that is read
	 * 17,000; nothing is allocated. Operations that fail as a page is damaged are not recorded.
	 */
	export default class Trace {
		#private;
		/**
		 * Allocates the memory, and begins. A device that has pages already says so in the trace; a replay is exact if it was
		 * empty.
		 *
		 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if the device is recorded already,
		 * `ECLOSED` if it is closed; Error if the host has not that much memory
		 */
		constructor(options: TraceOptions);
		/** Bytes of memory that the trace has. */
		get byteLength(): number;
		/** Whether the oldest operations have gone: there was no room for all. */
		get isWrapped(): boolean;
		/**
		 * Writes what is in memory, as a trace of its own that begins with what the device is. Recording goes on.
		 *
		 * @throws TypeError for what is no sink; what the sink throws
		 */
		save(sink: TraceSink): void;
		/** Gives the sink what it has not got yet, now. */
		flush(): void;
		/** Ends the recording, gives the sink the rest, and frees the memory. Closing twice is fine. */
		close(): void;
	}
	/**
	 * A sink that makes lines of text of a trace, for a serial console or a log: `npx zram record` makes a trace of them
	 * again. Each has at most 760 characters, and other lines may come between.
	 *
	 * @param name letters, digits, "_" and "-": tells devices apart that share a console
	 * @param print gets each line, without an end of line: `trace`, with one, or `console.log`
	 * @throws RangeError for such a name, TypeError if `print` is no function
	 */
	export function traceLines(name: string, print: (line: string) => void): TraceSink;
}

declare module "zram/status" {
	/**
	 * Status lines: what `status()` says, as one line of text for a serial console or a log, and back.
	 *
	 *   zram/1 photos ms=61004 byteLength=8388608 pageLength=4096 origDataSize=3366912 … failedWrites=2 .
	 *
	 * `zram/1`, the version of this format; the device's name; key=value in any order; a full stop, without which the line
	 * was cut off. The keys are `ms` (the app's own clock), `byteLength` and `pageLength` of the device, the numbers of
	 * `status()`, those of its `codecs` with `codecs.` and the codec's name in front (`codecs.lz4.pages`), and, if there is a
	 * flash, those of `status().backing` with `backing.` in front. What is 0 is left out, but a codec's pages and the slots of
	 * a flash, which say that there is one.
	 * Readers pass over keys that they do not know, and over words in front of `zram/1`, such as a time.
	 *
	 * @module
	 */
	import type Zram from "zram";
	import type { ZramStatus } from "zram";
	/** What a status line says. */
	export interface StatusReport {
		/** The device's name. */
		name: string;
		/** The app's clock, milliseconds. */
		ms: number;
		/** Bytes of the device: its logical size. */
		byteLength: number;
		/** Bytes of a page. */
		pageLength: number;
		/** As `status()` has given it. */
		status: ZramStatus;
	}
	/**
	 * The status line of a device, without an end of line. Allocates, as `status()` does: print one a second, not one a
	 * frame.
	 *
	 * @param name letters, digits, "_" and "-": tells devices apart that share a console
	 * @param ms the app's clock in milliseconds, from any start; 0 if it has none
	 * @throws RangeError for such a name, and what `status()` throws
	 */
	export function formatStatus(name: string, zram: Zram, ms: number): string;
	/** What a line says that formatStatus has made; undefined for any other, and for one that was cut off or garbled. */
	export function parseStatus(line: string): StatusReport | undefined;
}
