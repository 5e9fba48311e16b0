/*
 * A region's header and page table as TypeScript reads them: for status(), for pages(), and for dumps. zramEngine.h
 * explains the layout.
 */

import Engine from "zram/engine";
import {
	ageOf,
	codecOf,
	ENTRY_LENGTH,
	lengthOf,
	STATE_COMPRESSED,
	STATE_EMPTY,
	STATE_OFFLOADED,
	STATE_RAW,
	STATE_SAME,
	stateOf,
} from "zram/engine/entry";
import {
	CODEC_COUNTS,
	CODECS_COUNTED,
	COMPRESSED_PAGES,
	FAILED_READS,
	FAILED_WRITES,
	FLAGS,
	FRONTIER,
	GRANULE_COUNT,
	GRANULE_LENGTH,
	HEADER_LENGTH,
	HUGE_PAGES,
	HUGE_PAGES_SINCE,
	LIMIT,
	MAGIC,
	OFFLOADED_PAGES,
	PAGE_COUNT,
	PAGE_LENGTH,
	PAYLOAD,
	RAW_PAGES,
	READS,
	REGION_LENGTH,
	REGION_MAGIC,
	REGION_VERSION,
	SAME_PAGES,
	SLOT_COUNT,
	SLOT_ERASES,
	SLOT_MOVES,
	SLOT_READS,
	SLOT_WRITES,
	THRESHOLD,
	TRIMS,
	USED_GRANULES,
	USED_GRANULES_MAX,
	VERSION,
	WRITES,
} from "zram/engine/header";
import { type Engine as EngineInstance, FLAG_INTEGRITY, FLAG_WIPE, SLOT_LENGTH } from "zram/engine/interface";
import { ZramError } from "zram/error";
import { bufferOf, byteLengthOf, byteOffsetOf } from "zram/view";

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

function wordOf(header: DataView, index: number): number {
	return header.getUint32(index * 4, true);
}

function counterOf(header: DataView, index: number): number {
	return wordOf(header, index + 1) * 2 ** 32 + wordOf(header, index);
}

/** Reads the geometry from a region's header. Only dumps need it; a device knows its own. */
function parseGeometry(header: DataView): Geometry {
	const word = (index: number) => wordOf(header, index);
	return {
		integrity: (word(FLAGS) & FLAG_INTEGRITY) !== 0,
		wipe: (word(FLAGS) & FLAG_WIPE) !== 0,
		arenaLength: word(REGION_LENGTH),
		pageLength: word(PAGE_LENGTH),
		pageCount: word(PAGE_COUNT),
		granuleLength: word(GRANULE_LENGTH),
		granuleCount: word(GRANULE_COUNT),
		threshold: word(THRESHOLD),
		frontier: word(FRONTIER),
		slotCount: word(SLOT_COUNT),
	};
}

/** The codecs that this build has, and any others that have pages. */
function codecsIn(header: DataView): Record<string, CodecUse> {
	const codecs: Record<string, CodecUse> = {};
	for (let id = 0; id < CODECS_COUNTED; id++) {
		const name = Engine.codecName(id) ?? `unknown${id}`;
		const pages = wordOf(header, CODEC_COUNTS + 2 * id);
		if (pages || Engine.codecName(id))
			codecs[name] = { pages, comprDataSize: wordOf(header, CODEC_COUNTS + 2 * id + 1) };
	}
	return codecs;
}

/** Reads the statistics from a region's header. `metadata`: bytes of the region that hold no data. */
export function parseStatistics(
	header: DataView,
	{ pageLength, granuleLength, metadata }: { pageLength: number; granuleLength: number; metadata: number },
): Statistics {
	const word = (index: number) => wordOf(header, index);
	const counter = (index: number) => counterOf(header, index);
	const pagesStored = word(SAME_PAGES) + word(COMPRESSED_PAGES) + word(RAW_PAGES) + word(OFFLOADED_PAGES);
	return {
		origDataSize: pagesStored * pageLength,
		comprDataSize: word(PAYLOAD),
		memUsed: metadata + word(USED_GRANULES) * granuleLength,
		memLimit: word(LIMIT),
		memUsedMax: metadata + word(USED_GRANULES_MAX) * granuleLength,
		samePages: word(SAME_PAGES),
		pagesCompacted: 0,
		hugePages: word(HUGE_PAGES),
		hugePagesSince: counter(HUGE_PAGES_SINCE),
		pagesStored,
		rawPages: word(RAW_PAGES),
		codecs: codecsIn(header),
		numReads: counter(READS),
		numWrites: counter(WRITES),
		notifyFree: counter(TRIMS),
		bdCount: word(OFFLOADED_PAGES),
		bdReads: counter(SLOT_READS),
		bdWrites: counter(SLOT_WRITES),
		bdMoves: counter(SLOT_MOVES),
		bdErases: counter(SLOT_ERASES),
		failedReads: counter(FAILED_READS),
		failedWrites: counter(FAILED_WRITES),
	};
}

/** How many bytes of a device's arena the next page can take under the limit: whole granules. Flash is not counted. */
export function bytesFree(
	engine: EngineInstance,
	{ granuleLength, metadata }: { granuleLength: number; metadata: number },
): number {
	const words = new Uint32Array(HEADER_LENGTH / 4);
	engine.header(words.buffer);
	const limitGranules = (((words[LIMIT] as number) - metadata) / granuleLength) | 0;
	const granules = limitGranules - (words[USED_GRANULES] as number);
	return granules > 0 ? granules * granuleLength : 0;
}

const STATES = Object.freeze({
	[STATE_SAME]: "same",
	[STATE_COMPRESSED]: "compressed",
	[STATE_RAW]: "raw",
	[STATE_OFFLOADED]: "offloaded",
} as const);

/** Reads the entry of `page`, which lies at `offset`. */
export function parseEntry(table: DataView, offset: number, page: number, threshold: number): PageState {
	const word = table.getUint32(offset + 4, true);
	const state = STATES[stateOf(word) as keyof typeof STATES] ?? "unknown";
	const storedLength = state === "compressed" || state === "raw" ? lengthOf(word) : 0;
	const parsed: PageState = { page, state, storedLength, huge: storedLength > threshold, age: ageOf(word) };
	if (state === "compressed") parsed.codec = Engine.codecName(codecOf(word)) ?? "unknown";
	return parsed;
}

/** Whether a device can have this geometry: a dump may contain anything. */
function isPossible(geometry: Geometry): boolean {
	const { integrity, arenaLength, pageLength, pageCount, granuleLength, granuleCount, slotCount } = geometry;
	const isPower = (value: number) => (value & (value - 1)) === 0;
	if (pageLength < 512 || pageLength > 4096 || !isPower(pageLength) || pageCount === 0) return false;
	if (granuleCount > 65534 || granuleLength < 64 || granuleLength > pageLength / 2 || !isPower(granuleLength))
		return false;
	const metadata = HEADER_LENGTH + pageCount * (ENTRY_LENGTH + (integrity ? 4 : 0)) + 2 * granuleCount;
	return metadata + slotCount * SLOT_LENGTH + granuleCount * granuleLength <= arenaLength;
}

/** Zram.inspect: what the dump of a region holds. */
export function inspect(bytes: ArrayBufferView | ArrayBufferLike | HostBuffer): Inspection {
	const dump = ArrayBuffer.isView(bytes)
		? new DataView(bufferOf(bytes), byteOffsetOf(bytes), byteLengthOf(bytes))
		: new DataView(bytes as ArrayBuffer);
	if (dump.byteLength < HEADER_LENGTH || wordOf(dump, MAGIC) !== REGION_MAGIC)
		throw new ZramError("ECORRUPT", "not the dump of a zram region");
	const version = wordOf(dump, VERSION);
	if (version !== REGION_VERSION)
		throw new ZramError("ECORRUPT", `the region has version ${version}, this build reads ${REGION_VERSION}`);
	const geometry = parseGeometry(dump);
	if (!isPossible(geometry)) throw new ZramError("ECORRUPT", "the header is damaged: no region has this geometry");
	if (HEADER_LENGTH + geometry.pageCount * ENTRY_LENGTH > dump.byteLength)
		throw new ZramError("ECORRUPT", `the page table is cut off: ${dump.byteLength} of ${geometry.arenaLength} bytes`);
	const metadata = geometry.arenaLength - geometry.granuleLength * geometry.granuleCount;
	const statistics = parseStatistics(dump, { ...geometry, metadata });
	const pages: PageState[] = [];
	for (let page = 0; page < geometry.pageCount; page++) {
		const state = parseEntry(dump, HEADER_LENGTH + page * ENTRY_LENGTH, page, geometry.threshold);
		if (stateOf(dump.getUint32(HEADER_LENGTH + page * ENTRY_LENGTH + 4, true)) !== STATE_EMPTY) pages.push(state);
	}
	return { geometry, statistics, pages };
}
