/*
 * The portable engine: where things are in a region. ../native/zramEngine.h has the diagram; everything in here is what
 * that file declares, in TypeScript. Little-endian machines only.
 */

import { ENTRY_LENGTH } from "zram/engine/entry";
import { HEADER_LENGTH, INTEGRITY, SLOT_LENGTH } from "zram/engine/interface";

const MAGIC = 0x6d61727a; // "zram"
const VERSION = 1;

/** A link that leads nowhere: the end of a chain. */
export const END = 0xffff;
const GRANULE_LEAST = 64;
/** Links are 16 bits, and END is taken. */
const GRANULES_MOST = 65534;
const REGION_MOST = 0x7fffffff;

/** Words of the header that change; those before are geometry. Two words make a counter, low word first. */
export const LIMIT = 13;
export const FREE_HEAD = 14;
export const FRONTIER = 15;
export const USED_GRANULES = 16;
export const USED_GRANULES_MAX = 17;
export const PAYLOAD = 18;
export const SAME_PAGES = 19;
export const COMPRESSED_PAGES = 20;
export const RAW_PAGES = 21;
export const HUGE_PAGES = 22;
export const OFFLOADED_PAGES = 23;
export const READS = 24;
export const WRITES = 26;
export const TRIMS = 28;
export const FAILED_READS = 30;
export const FAILED_WRITES = 32;
export const HUGE_PAGES_SINCE = 34;
/** Geometry as well. */
export const SLOT_COUNT = 36;
export const SLOTS_OFFSET = 37;
export const SLOT_READS = 38;
export const SLOT_WRITES = 40;
export const SLOT_MOVES = 42;
export const SLOT_ERASES = 44;

/** The geometry of a region. It lives with the engine, and is never read from the region. Lengths and offsets are bytes. */
export interface Layout {
	flags: number;
	regionLength: number;
	pageLength: number;
	/** Its binary logarithm: bytes >> pageShift are pages. */
	pageShift: number;
	pageCount: number;
	granuleLength: number;
	granuleShift: number;
	granuleCount: number;
	/** 0 without flash. */
	slotCount: number;
	tableOffset: number;
	/** 0 without INTEGRITY. */
	sumsOffset: number;
	/** 0 without flash. */
	slotsOffset: number;
	linksOffset: number;
	granulesOffset: number;
}

/** The next multiple of the least granule, where granules may begin. */
function align(length: number): number {
	return Math.ceil(length / GRANULE_LEAST) * GRANULE_LEAST;
}

/** Header, page table and checksums: slots, and then links, come behind them. */
function slotsOffsetFor(pageCount: number, flags: number): number {
	return HEADER_LENGTH + pageCount * (ENTRY_LENGTH + (flags & INTEGRITY ? 4 : 0));
}

function linksOffsetFor(pageCount: number, flags: number, slotCount: number): number {
	return slotsOffsetFor(pageCount, flags) + slotCount * SLOT_LENGTH;
}

/** The smallest region for this device: its metadata, and one page that cannot be compressed. */
export function regionLeast(pageCount: number, pageLength: number, flags: number, slotCount: number): number {
	return align(linksOffsetFor(pageCount, flags, slotCount) + 2 * (pageLength / GRANULE_LEAST)) + pageLength;
}

/** The largest region whose granules are no longer than half a page. */
export function regionMost(pageCount: number, pageLength: number, flags: number, slotCount: number): number {
	const links = linksOffsetFor(pageCount, flags, slotCount);
	return Math.min(links + (GRANULES_MOST + 1) * (pageLength / 2 + 2) - 1, REGION_MOST);
}

/**
 * The geometry of a region of `regionLength` bytes: its granule is the smallest power of two from 64 up that gives at
 * most 65,534 of them. Undefined unless regionLeast <= regionLength <= regionMost.
 */
export function planLayout(
	regionLength: number,
	pageCount: number,
	pageLength: number,
	flags: number,
	slotCount: number,
): Layout | undefined {
	if (regionLength < regionLeast(pageCount, pageLength, flags, slotCount)) return undefined;
	if (regionLength > regionMost(pageCount, pageLength, flags, slotCount)) return undefined;
	const linksOffset = linksOffsetFor(pageCount, flags, slotCount);
	const space = regionLength - linksOffset;
	let granuleLength = GRANULE_LEAST;
	while (Math.floor(space / (granuleLength + 2)) > GRANULES_MOST) granuleLength *= 2;
	let granuleCount = Math.floor(space / (granuleLength + 2));
	while (align(linksOffset + 2 * granuleCount) + granuleCount * granuleLength > regionLength) granuleCount--;
	return {
		flags,
		regionLength,
		pageLength,
		pageShift: 31 - Math.clz32(pageLength),
		pageCount,
		granuleLength,
		granuleShift: 31 - Math.clz32(granuleLength),
		granuleCount,
		slotCount,
		tableOffset: HEADER_LENGTH,
		sumsOffset: flags & INTEGRITY ? HEADER_LENGTH + pageCount * ENTRY_LENGTH : 0,
		slotsOffset: slotCount ? slotsOffsetFor(pageCount, flags) : 0,
		linksOffset,
		granulesOffset: align(linksOffset + 2 * granuleCount),
	};
}

/** Bytes of the region that hold no data. */
export function metadataLength({ regionLength, granuleCount, granuleLength }: Layout): number {
	return regionLength - granuleCount * granuleLength;
}

/** Words 0 to LIMIT - 1 of a header, which stay as they are while the device lives. */
export function geometryWords(layout: Layout, threshold: number): number[] {
	return [
		MAGIC,
		VERSION,
		layout.flags,
		layout.regionLength,
		layout.pageLength,
		layout.pageCount,
		layout.granuleLength,
		layout.granuleCount,
		layout.tableOffset,
		layout.sumsOffset,
		layout.linksOffset,
		layout.granulesOffset,
		threshold,
	];
}
