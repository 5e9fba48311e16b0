/*
 * The header of a region: 256 bytes at its start, with the geometry, the free list and the statistics. header.ts is the
 * same in TypeScript; tests/layout.test.ts compares the two.
 */

#ifndef ZRAM_HEADER_H
#define ZRAM_HEADER_H

#include <stdint.h>

#include "zramCompiler.h"

#define kZramMagic 0x6D61727A /* "zram" */
#define kZramVersion 1        /* of the layout */

typedef struct {
	uint32_t low;
	uint32_t high;
} zramCounter;

/* Codecs with ids below this have counters of their own. */
#define kZramCodecsCounted 4

typedef struct {
	uint32_t pages;
	uint32_t payload; /* sum of stored lengths in bytes */
} zramCodecUse;

typedef struct {
	/* geometry: written once, and only read by zramCheck and by tools that look at dumps */
	uint32_t magic;
	uint32_t version;
	uint32_t flags;
	uint32_t regionLength;
	uint32_t pageLength;
	uint32_t pageCount;
	uint32_t granuleLength;
	uint32_t granuleCount;
	uint32_t tableOffset;
	uint32_t sumsOffset; /* 0 without kZramFlagIntegrity */
	uint32_t linksOffset;
	uint32_t granulesOffset;
	uint32_t threshold; /* bytes; a page that takes more is huge */
	/* state */
	uint32_t limit;    /* bytes of the region that may be used, metadata included */
	uint32_t freeHead; /* first granule of the free chain, or kZramEnd */
	uint32_t frontier; /* granules from here up have never been used */
	uint32_t usedGranules;
	uint32_t usedGranulesMax; /* since the start or the last zramReset or zramResetPeak */
	uint32_t payload;         /* sum of stored lengths in bytes */
	uint32_t samePages;
	uint32_t compressedPages;
	uint32_t rawPages;
	uint32_t hugePages; /* pages that take more than the threshold, raw ones included */
	uint32_t offloadedPages;
	/* pages since the start or the last reset */
	zramCounter reads;
	zramCounter writes;
	zramCounter trims;
	zramCounter failedReads;
	zramCounter failedWrites;
	zramCounter hugePagesSince;
	/* flash: all 0 without it */
	uint32_t slotCount; /* geometry */
	uint32_t slotsOffset;
	zramCounter slotReads; /* pages since the start or the last reset */
	zramCounter slotWrites;
	zramCounter slotMoves;
	zramCounter slotErases; /* slots */
	/* each codec's share of compressedPages and payload */
	zramCodecUse codecs[kZramCodecsCounted];
	uint32_t hugeLife; /* mean age at which huge pages are overwritten or trimmed, in 1/256 steps: see zramLate.c */
	uint32_t reserved[9];
} zramHeader;

_Static_assert(sizeof(zramHeader) == 256, "the header has 64 words, without padding");

#endif
