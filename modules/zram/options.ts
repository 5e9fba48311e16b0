/* What a device is made of: the options, validated, and the layout that follows from them. */

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

/** BackingOptions, validated, and how the flash is divided. */
export interface Backing extends Required<BackingOptions> {
	geometry: FlashGeometry;
}

interface Configuration {
	layout: ZramLayout;
	threshold: number;
	/** Its words are complete. */
	plan: Uint32Array<ArrayBuffer>;
	/** The caller's region, if it is not to be allocated. */
	ready: ByteBuffer | undefined;
	memory: MemoryKind | undefined;
	backing: Backing | undefined;
}

const PAGE_LENGTHS = Object.freeze([512, 1024, 2048, 4096]);
const PAGES_MAX = 0x0fffffff; // their table would take 2 GB
const ARENA_MAX = 0x7fffffc0;
/** What can be stored in an arena is some two or three times as long. */
const DEFAULT_FACTOR = 8;

/** The names that objects of options may have. */
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

/** Opens the flash to see what it is. */
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

/** Ids of codecs that there may be. */
const CODEC_IDS = 8;

/** The codecs that `names` allows, of those that the build has, as a set of bits 1 << id. */
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

/** The region of a device: `ready`, or to be allocated. */
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

/** Whether it is a buffer or a view of one. Throws nothing for what is none, where a debugger would stop. */
function isBuffer(value: object): boolean {
	if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || isShared(value)) return true;
	// host buffers may look like plain objects. To this they are buffers, and what is none is a list without elements
	return (new Uint8Array(value as ArrayBuffer).buffer as unknown) === value;
}

/** The region that an arena of memory to allocate is to be. */
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

/** The length of a device that says none. */
function defaultLength(arenaLength: number, pageLength: number): number {
	const pageCount = Math.floor((DEFAULT_FACTOR * arenaLength) / pageLength);
	return Math.max(pageCount, 1) * pageLength;
}

/**
 * Validates `options`.
 *
 * @throws TypeError, RangeError naming the option and its range. An arena that is too small is no error here: the layout
 * says so.
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
