/* What a device is made of: the options, where they are validated, and the layout that follows from them. */

import type Zram from "zram";
import type { BackingOptions, FlashIO } from "zram/backing";
import { isResizable } from "zram/buffer";
import type { ByteBuffer } from "zram/engine/interface";
import {
	CODECS_ALL,
	type EngineConstructor,
	FLAG_INTEGRITY,
	FLAG_WIPE,
	MODE_KEEP,
	MODE_ONE_PAGE,
	PLAN_ARENA_MAX,
	PLAN_ARENA_MIN,
	PLAN_GRANULE_COUNT,
	PLAN_GRANULE_LENGTH,
	PLAN_METADATA,
	PLAN_SCRATCH,
	planWords,
} from "zram/engine/interface";
import { check, refuseInteger, refuseNames, type ZramError } from "zram/error";
import { ticks as hostTicks, type MemoryKind } from "zram/memory";
import { type FlashGeometry, planFlash } from "zram/offload/geometry";
import { bufferOf } from "zram/view";

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

/** BackingOptions, validated, and how the flash is divided. */
export interface Backing extends Required<BackingOptions> {
	geometry: FlashGeometry;
}

interface Configuration {
	layout: ZramLayout;
	threshold: number;
	/** All of its words are filled in. */
	plan: Uint32Array<ArrayBuffer>;
	/** The caller's buffer, if the arena is not to be allocated. */
	ready: ByteBuffer | undefined;
	memory: MemoryKind | undefined;
	backing: Backing | undefined;
}

const PAGE_LENGTHS = Object.freeze([512, 1024, 2048, 4096]);
const PAGES_MAX = 0x0fffffff; // their table would take 2 GB
const ARENA_MAX = 0x7fffffc0;
/** Pages usually compress to a half or a third; eight leaves room for those that compress better. */
const DEFAULT_FACTOR = 8;

/** The options that there are. The types make sure that none is missing. */
const ARENA_NAMES: Record<keyof ArenaOptions, true> = Object.freeze({ byteLength: true, memory: true });
const BACKING_NAMES: Record<keyof BackingOptions, true> = Object.freeze({
	io: true,
	path: true,
	endurance: true,
	lifetime: true,
	offload: true,
	ticks: true,
	format: true,
});
const ZRAM_NAMES: Record<keyof ZramOptions, true> = Object.freeze({
	arena: true,
	byteLength: true,
	pageLength: true,
	threshold: true,
	integrity: true,
	wipe: true,
	codecs: true,
	backing: true,
	onPressure: true,
	onError: true,
	onOperation: true,
});

/** Opens the flash to learn what it is. */
function flashGeometry(io: FlashIO, path: string, pageLength: number): FlashGeometry {
	const device = io.open({ path, mode: "r" });
	try {
		return planFlash(device.status(), pageLength);
	} finally {
		device.close();
	}
}

function toBacking(options: BackingOptions | undefined, pageLength: number): Backing | undefined {
	if (options === undefined) return undefined;
	if (typeof options !== "object" || options === null) throw new TypeError("backing: must be { io, path }");
	check(refuseNames("backing.", options, BACKING_NAMES));
	const { io, path, endurance = 100_000, lifetime = 10, offload = "any", format = false, ticks = hostTicks } = options;
	if (typeof io?.open !== "function")
		throw new TypeError("backing.io: must have open(), as embedded:storage/flash has");
	if (typeof path !== "string") throw new TypeError("backing.path: must be a string");
	check(refuseInteger("backing.endurance", endurance, 100, 10_000_000));
	if (typeof lifetime !== "number") throw new TypeError("backing.lifetime: must be a number");
	if (!(lifetime >= 0.1 && lifetime <= 100))
		throw new RangeError(`backing.lifetime: ${lifetime} is not a number from 0.1 to 100`);
	if (offload !== "any" && offload !== "erased-only")
		throw new RangeError('backing.offload: must be "any" or "erased-only"');
	if (typeof format !== "boolean") throw new TypeError("backing.format: must be a boolean");
	if (typeof ticks !== "function") throw new TypeError("backing.ticks: must be a function");
	return { io, path, endurance, lifetime, offload, format, ticks, geometry: flashGeometry(io, path, pageLength) };
}

function toFlag(name: "integrity" | "wipe", value: unknown, flag: number): number {
	if (value !== undefined && typeof value !== "boolean") throw new TypeError(`${name}: must be a boolean`);
	return value ? flag : 0;
}

function checkCallback(name: string, value: unknown) {
	if (value !== undefined && typeof value !== "function") throw new TypeError(`${name}: must be a function`);
}

/** How many ids of codecs there may be. */
const CODEC_IDS = 8;

/** The codecs in `names`, as a set of bits 1 << id. */
function toCodecs(names: unknown, Engine: EngineConstructor): number {
	const known = codecNames(CODECS_ALL, Engine);
	if (names === undefined) return CODECS_ALL;
	if (!Array.isArray(names)) throw new TypeError(`codecs: must be an array of ${known.join(", ")}`);
	if (names.length === 0) throw new RangeError(`codecs: must name at least one of ${known.join(", ")}`);
	let codecs = 0;
	for (const name of names) {
		if (!known.includes(name)) throw new RangeError(`codecs: ${String(name)} is not one of ${known.join(", ")}`);
		for (let id = 0; id < CODEC_IDS; id++) if (Engine.codecName(id) === name) codecs |= 1 << id;
	}
	return codecs;
}

function codecNames(codecs: number, Engine: EngineConstructor): CodecName[] {
	const names: CodecName[] = [];
	for (let id = 0; id < CODEC_IDS; id++) {
		const name = Engine.codecName(id);
		if (name !== undefined && codecs & (1 << id)) names.push(name as CodecName);
	}
	return names;
}

/** The memory of a device: `ready`, or still to be allocated. */
interface Region {
	ready: ByteBuffer | undefined;
	arenaLength: number;
	memory: MemoryKind | undefined;
}

function isShared(buffer: object): boolean {
	return (
		"SharedArrayBuffer" in globalThis &&
		(ArrayBuffer.isView(buffer) ? bufferOf(buffer) : buffer) instanceof SharedArrayBuffer
	);
}

/** Whether `value` is a buffer or a view of one. It throws no exception to find out, as debuggers stop at those. */
function isBuffer(value: object): boolean {
	if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || isShared(value)) return true;
	// a host buffer may look like a plain object; but only a buffer becomes the array's own
	return (new Uint8Array(value as ArrayBuffer).buffer as unknown) === value;
}

/** The region for an arena that is to be allocated. */
function toAllocated({ byteLength, memory }: ArenaOptions): Region {
	check(refuseInteger("arena.byteLength", byteLength, 1, ARENA_MAX));
	if (memory !== undefined && memory !== "external" && memory !== "internal")
		throw new RangeError('arena.memory: must be "external" or "internal"');
	return { ready: undefined, arenaLength: byteLength, memory };
}

function toRegion(arena: unknown, Engine: EngineConstructor): Region {
	if (typeof arena === "number") {
		check(refuseInteger("arena", arena, 1, ARENA_MAX));
		return { ready: undefined, arenaLength: arena, memory: undefined };
	}
	if (typeof arena !== "object" || arena === null)
		throw new TypeError("arena: must be a number of bytes, { byteLength, memory }, or a buffer of bytes");
	if (!isBuffer(arena)) {
		check(refuseNames("arena.", arena, ARENA_NAMES));
		return toAllocated(arena as ArenaOptions);
	}
	const arenaLength = Engine.bufferLength(arena, 4, true);
	if (arenaLength < 0)
		throw new TypeError(
			"arena: a buffer must hold bytes, start at a multiple of 4, and be neither detached nor read-only",
		);
	if (isResizable(arena)) throw new TypeError("arena: a buffer must not be resizable");
	if (isShared(arena)) throw new TypeError("arena: a buffer must not be shared with other machines");
	return { ready: arena as ByteBuffer, arenaLength, memory: undefined };
}

/** The logical size if the options don't give one. */
function defaultLength(arenaLength: number, pageLength: number): number {
	const pageCount = Math.floor((DEFAULT_FACTOR * arenaLength) / pageLength);
	return Math.max(pageCount, 1) * pageLength;
}

/**
 * Validates `options`, all of them, in one place.
 *
 * @throws TypeError, RangeError naming the option and its range. An arena that is too small is not an error here: the
 * layout says so.
 */
export function configure(options: ZramOptions, Engine: EngineConstructor): Configuration {
	if (typeof options !== "object" || options === null) throw new TypeError("options: must be an object");
	check(refuseNames("", options, ZRAM_NAMES));
	const { pageLength = 4096 } = options;
	if (typeof pageLength !== "number") throw new TypeError("pageLength: must be a number");
	if (!PAGE_LENGTHS.includes(pageLength)) throw new RangeError("pageLength: must be 512, 1024, 2048 or 4096");
	const { ready, arenaLength, memory } = toRegion(options.arena, Engine);
	const { byteLength = defaultLength(arenaLength, pageLength) } = options;
	check(refuseInteger("byteLength", byteLength, pageLength, PAGES_MAX * pageLength));
	if (byteLength % pageLength)
		throw new RangeError(`byteLength: ${byteLength} is not a multiple of pageLength, ${pageLength}`);
	const { threshold = (pageLength / 8) * 7 } = options;
	check(refuseInteger("threshold", threshold, 1, pageLength));
	const flags = toFlag("integrity", options.integrity, FLAG_INTEGRITY) | toFlag("wipe", options.wipe, FLAG_WIPE);
	checkCallback("onPressure", options.onPressure);
	checkCallback("onError", options.onError);
	checkCallback("onOperation", options.onOperation);
	const codecs = toCodecs(options.codecs, Engine);
	const backing = toBacking(options.backing, pageLength);
	const pageCount = byteLength / pageLength;
	const slotCount = backing?.geometry.units ?? 0;
	// without flash, incompressible pages stay in the region
	const mode = (backing ? 0 : MODE_KEEP) | (options.onOperation ? MODE_ONE_PAGE : 0);
	const plan = planWords({ arenaLength, pageCount, pageLength, slotCount, flags, threshold, mode, codecs });
	Engine.plan(plan.buffer);
	const word = (index: number) => plan[index] as number;
	const length = (index: number) => word(index + 1) * 2 ** 32 + word(index);
	const minimum = length(PLAN_ARENA_MIN);
	const maximum = length(PLAN_ARENA_MAX);
	if (arenaLength > maximum)
		throw new RangeError(`arena.byteLength: ${arenaLength} is too large for this pageLength: at most ${maximum}`);
	const granuleLength = word(PLAN_GRANULE_LENGTH);
	const data = granuleLength * word(PLAN_GRANULE_COUNT);
	const metadata = word(PLAN_METADATA);
	const scratch = word(PLAN_SCRATCH);
	const lengths = { pageLength, pageCount, arenaLength, minimum, metadata, data, granuleLength, scratch };
	const layout = { ...lengths, codecs: codecNames(codecs, Engine) };
	return { layout, threshold, plan, ready, memory, backing };
}
