/*
 * The portable engine: the layout of a region; zramLayout.c in TypeScript. It decides how long a granule is and where
 * each part begins; binding.ts plans with it. ../native/zramEngine.h has the diagram. Little-endian machines only.
 */

import { ENTRY_LENGTH } from "zram/engine/entry";
import {
	FLAGS,
	GRANULE_COUNT,
	GRANULE_LENGTH,
	GRANULES_OFFSET,
	HEADER_LENGTH,
	LIMIT,
	LINKS_OFFSET,
	MAGIC,
	PAGE_COUNT,
	PAGE_LENGTH,
	REGION_LENGTH,
	REGION_MAGIC,
	REGION_VERSION,
	SUMS_OFFSET,
	TABLE_OFFSET,
	THRESHOLD,
	VERSION,
} from "zram/engine/header";
import { FLAG_INTEGRITY, SLOT_LENGTH } from "zram/engine/interface";

/** The link that ends a chain. */
export const END = 0xffff;
const GRANULE_LEAST = 64;
/** Links have 16 bits, and END is taken. */
const GRANULES_MOST = 65534;
const REGION_MOST = 0x7fffffff;

/**
 * The geometry of a region. The engine keeps it, and never reads it from the region. Lengths and offsets are in bytes.
 */
export interface Layout {
	flags: number;
	regionLength: number;
	pageLength: number;
	/** log2 of pageLength. */
	pageShift: number;
	pageCount: number;
	granuleLength: number;
	granuleShift: number;
	granuleCount: number;
	/** 0 without flash. */
	slotCount: number;
	tableOffset: number;
	/** 0 without FLAG_INTEGRITY. */
	sumsOffset: number;
	/** 0 without flash. */
	slotsOffset: number;
	linksOffset: number;
	granulesOffset: number;
}

/** Rounds up to a multiple of the shortest granule, where granules may begin. */
function align(length: number): number {
	return Math.ceil(length / GRANULE_LEAST) * GRANULE_LEAST;
}

/** The length of header, page table and checksums; the slots follow, then the links. */
function slotsOffsetFor(pageCount: number, flags: number): number {
	return HEADER_LENGTH + pageCount * (ENTRY_LENGTH + (flags & FLAG_INTEGRITY ? 4 : 0));
}

function linksOffsetFor(pageCount: number, flags: number, slotCount: number): number {
	return slotsOffsetFor(pageCount, flags) + slotCount * SLOT_LENGTH;
}

/** The smallest region for such a device: its metadata, and one raw page. */
export function regionLeast(pageCount: number, pageLength: number, flags: number, slotCount: number): number {
	return align(linksOffsetFor(pageCount, flags, slotCount) + 2 * (pageLength / GRANULE_LEAST)) + pageLength;
}

/** The largest region for such a device: one whose granules are no longer than half a page. */
export function regionMost(pageCount: number, pageLength: number, flags: number, slotCount: number): number {
	const links = linksOffsetFor(pageCount, flags, slotCount);
	return Math.min(links + (GRANULES_MOST + 1) * (pageLength / 2 + 2) - 1, REGION_MOST);
}

/**
 * Lays out a region of `regionLength` bytes. The granule's length is the smallest power of two from 64 up that gives at
 * most 65,534 granules. Undefined unless regionLength is from regionLeast() to regionMost().
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
		sumsOffset: flags & FLAG_INTEGRITY ? HEADER_LENGTH + pageCount * ENTRY_LENGTH : 0,
		slotsOffset: slotCount ? slotsOffsetFor(pageCount, flags) : 0,
		linksOffset,
		granulesOffset: align(linksOffset + 2 * granuleCount),
	};
}

/** Bytes of the region that hold no data. */
export function metadataLength({ regionLength, granuleCount, granuleLength }: Layout): number {
	return regionLength - granuleCount * granuleLength;
}

/** The words of a header before LIMIT, which never change while the device lives. */
export function geometryWords(layout: Layout, threshold: number): Uint32Array {
	const words = new Uint32Array(LIMIT);
	words[MAGIC] = REGION_MAGIC;
	words[VERSION] = REGION_VERSION;
	words[FLAGS] = layout.flags;
	words[REGION_LENGTH] = layout.regionLength;
	words[PAGE_LENGTH] = layout.pageLength;
	words[PAGE_COUNT] = layout.pageCount;
	words[GRANULE_LENGTH] = layout.granuleLength;
	words[GRANULE_COUNT] = layout.granuleCount;
	words[TABLE_OFFSET] = layout.tableOffset;
	words[SUMS_OFFSET] = layout.sumsOffset;
	words[LINKS_OFFSET] = layout.linksOffset;
	words[GRANULES_OFFSET] = layout.granulesOffset;
	words[THRESHOLD] = threshold;
	return words;
}
