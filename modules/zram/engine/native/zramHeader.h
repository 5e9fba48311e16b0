/*
 * The header of a region, 256 bytes at its start. header.ts says the same in TypeScript, and a test compares them.
 */

#ifndef ZRAM_HEADER_H
#define ZRAM_HEADER_H

#include <stdint.h>

#include "zramCompiler.h"

#define kZramMagic 0x6D61727A /* "zram" */
#define kZramVersion 1        /* of this layout */

typedef struct {
	uint32_t low;
	uint32_t high;
} zramCounter;

/* Codecs, by id, whose pages are counted one by one. */
#define kZramCodecsCounted 4

typedef struct {
	uint32_t pages;
	uint32_t payload; /* sum of stored lengths in bytes */
} zramCodecUse;

typedef struct {
	/* geometry, written once; read from dumps, and by zramCheck, only */
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
	uint32_t threshold; /* bytes; a longer stored page is huge */
	/* state */
	uint32_t limit;    /* bytes of the region that may be used */
	uint32_t freeHead; /* first granule of the free chain, or kZramEnd */
	uint32_t frontier; /* granules from here up were never used */
	uint32_t usedGranules;
	uint32_t usedGranulesMax; /* since the start, reset, or resetPeak */
	uint32_t payload;         /* sum of stored lengths in bytes */
	uint32_t samePages;
	uint32_t compressedPages;
	uint32_t rawPages;
	uint32_t hugePages; /* pages whose stored length is above the threshold, raw ones included */
	uint32_t offloadedPages;
	/* counters since the start or reset, in pages */
	zramCounter reads;
	zramCounter writes;
	zramCounter trims;
	zramCounter failedReads;
	zramCounter failedWrites;
	zramCounter hugePagesSince;
	/* flash, all 0 without */
	uint32_t slotCount; /* geometry */
	uint32_t slotsOffset;
	zramCounter slotReads; /* pages since the start or reset */
	zramCounter slotWrites;
	zramCounter slotMoves;
	zramCounter slotErases; /* erase units */
	/* of compressedPages and payload, what is each codec's */
	zramCodecUse codecs[kZramCodecsCounted];
	uint32_t hugeLife; /* running mean of how old huge pages get, in 1/256 of a step: see zramLate.c */
	uint32_t reserved[9];
} zramHeader;

_Static_assert(sizeof(zramHeader) == 256, "the header has 64 words, without padding");

#endif
