/*
 * zramEngine: compressed pages in one fixed region of memory.
 *
 * A plain C11 library: no XS, no allocation, no mutable statics. The caller brings two pieces of memory:
 *
 *   region    the arena; holds the whole state of the device (see the diagram) and may be slow (PSRAM)
 *   scratch   zramScratchLength() bytes that must be fast (internal RAM); holds the zramEngine itself
 *
 * The region, little-endian, every part 4-aligned:
 *
 *   0              zramHeader            256 bytes: geometry (for dumps), free list, statistics
 *   tableOffset    zramEntry[pageCount]  8 bytes a page
 *   sumsOffset     uint32[pageCount]     4 bytes a page, only with kZramFlagIntegrity
 *   slotsOffset    zramSlot[slotCount]   16 bytes a page of flash, only with a backing flash
 *   linksOffset    uint16[granuleCount]  a chain's next granule, or kZramEnd
 *   granulesOffset granules              64-aligned in the region
 *
 * A page's stored bytes are a chain of granules, linked like a FAT's clusters. Free granules are the ones in the free
 * chain and all from `frontier` up, so a new region needs no clearing but that of its table.
 *
 * The invariants, which zramCheck() asserts by number, are listed in zramInterface.h.
 *
 * No operation trusts a number in the region: geometry lives in the zramEngine, and whatever is read from the region
 * is checked before it is used as an index or a length.
 *
 * In a region that was damaged from outside
 *
 *   - an operation that stops with kZramErrorCorrupt has left the pages from there on as they read before, all of them, this
 *     one included: but for counters of failures nothing in the region has changed;
 *   - an operation that does not stop has done what it was asked to, but not only that: granules that the damage has made
 *     look free may have been another page's, and a chain that another page is linked into may have been freed. Such
 *     pages read other bytes; with kZramFlagIntegrity they answer kZramErrorCorrupt, as does every page that the damage has hit;
 *   - nothing is ever read or written outside of region, scratch and the caller's buffer, and no chain is followed for
 *     longer than its page's length.
 *
 * zramCheck() finds out, zramReset() is the way out.
 */

#ifndef ZRAM_ENGINE_H
#define ZRAM_ENGINE_H

#include <stdint.h>

#include "zramCompiler.h"
#include "zramEntry.h"
#include "zramHeader.h"
#include "zramInterface.h"
#include "zramPack.h"

#define kZramPageMin 512
#define kZramPageMax 4096
#define kZramGranuleMin 64     /* a cache line of PSRAM */
#define kZramGranulesMax 65534 /* links are 16 bits, kZramEnd is taken */
#define kZramEnd 0xFFFF
#define kZramNoPage UINT32_MAX

/* What a slot, a page's length of flash, holds. */
enum {
	kZramSlotUnknown = 0, /* nobody knows: as after a reboot */
	kZramSlotFree = 1,    /* what was programmed there is not needed any more */
	kZramSlotSuspect = 2, /* its erase is counted and on record, and perhaps not done, or in part */
	kZramSlotErased = 3,  /* ready to be programmed */
	kZramSlotUsed = 4,    /* page `page`, whose checksum is `sum` */
	kZramSlotRotten = 5,  /* the same, but what is on flash is not the page any more, or cannot be read */
	kZramSlotRetired = 6, /* it has failed */
	kZramSlotLog = 7,     /* not for pages */
};

typedef struct {
	uint32_t erases;
	uint32_t page; /* 0 unless used or rotten */
	uint32_t state;
	uint32_t sum; /* used, rotten: zramChecksum of the page; else the caller's */
} zramSlot;

_Static_assert(sizeof(zramSlot) == 16, "a slot has four words, without padding");

typedef struct {
	uint32_t flags;
	uint32_t regionLength; /* at most 2 GB - 1 */
	uint32_t pageLength;
	uint32_t pageShift;
	uint32_t pageCount;
	uint32_t granuleLength;
	uint32_t granuleShift;
	uint32_t granuleCount;
	uint32_t slotCount;
	uint32_t tableOffset;
	uint32_t sumsOffset;
	uint32_t slotsOffset;
	uint32_t linksOffset;
	uint32_t granulesOffset;
} zramGeometry;

typedef struct {
	uint8_t *region; /* set by the caller before each call: a garbage collector may have moved it */
	zramGeometry geometry;
	uint32_t threshold;
	uint32_t limit;
	uint32_t limitGranules; /* granules that may be in use under the limit */
	uint64_t done;          /* bytes (from the call's first) that the last operation has finished */
	uint32_t stopped;       /* page at which it stopped, when it did */
	uint32_t staged;        /* page whose slot's content is in staging, or kZramNoPage */
	uint32_t victim;        /* page that has left the region for flash last, or kZramNoPage */
	uint8_t pressed;        /* pressure was reported and has not eased since */
	uint8_t pressure;       /* pressure is to be reported when the operation ends */
	uint16_t packed;        /* the page that was packed last, stored or not: codec * 8192 + stored length */
	uint32_t *block;        /* pageLength + kZramBlockMargin bytes: stored bytes on their way in or out */
	uint32_t *staging;      /* pageLength bytes: a page that the caller's buffer cannot hold aligned and whole */
	zramPacker packer;
	uint32_t buffers[]; /* block, staging */
} zramEngine;

/* Bytes of scratch for a page length: at most 13 KB. */
static inline uint32_t zramScratchLength(uint32_t pageLength)
{
	return (uint32_t)sizeof(zramEngine) + 2 * pageLength + kZramBlockMargin;
}

/*
 * Geometry of a region of `regionLength` bytes for `pageCount` pages. The granule is the smallest power of two from 64
 * up that gives at most 65,534 of them.
 *
 * Returns 1, or 0 when the region is too small to hold one raw page beside its metadata, or so large that a granule
 * would be more than half a page.
 */
ZRAM_COLD int zramPlan(zramGeometry *geometry, uint32_t regionLength, uint32_t pageCount, uint32_t pageLength,
	uint32_t flags, uint32_t slotCount);

/* The smallest and the largest region that zramPlan accepts for this device, in bytes. */
ZRAM_COLD uint64_t zramRegionMin(uint32_t pageCount, uint32_t pageLength, uint32_t flags, uint32_t slotCount);
ZRAM_COLD uint64_t zramRegionMax(uint32_t pageCount, uint32_t pageLength, uint32_t flags, uint32_t slotCount);

/* Bytes of the region that hold no data. */
static inline uint32_t zramMetadataLength(const zramGeometry *geometry)
{
	return geometry->regionLength - (geometry->granuleCount << geometry->granuleShift);
}

/*
 * Starts a device: empties the table, sets limit to the whole region. `engine->region` is set; what it holds does not
 * matter. threshold: 1...pageLength bytes. codecs: a set of bits 1 << id, those that pages may be packed with; ids that this
 * build lacks do not matter. Without any, pages that are not same-filled stay as they are.
 */
ZRAM_COLD void zramStart(zramEngine *engine, const zramGeometry *geometry, uint32_t threshold, uint32_t codecs);

/* The device is not used any more: with kZramFlagWipe region and scratch are zeroed. */
ZRAM_COLD void zramClose(zramEngine *engine);

/* Ends the device and starts it anew, without pages and statistics; keeps limit, threshold, and what slots were used. */
ZRAM_COLD void zramReset(zramEngine *engine);

/*
 * read, write, trim: `length` bytes from byte `start` (< pageLength) of `page`. The caller has checked that they lie
 * within the device and that `bytes` does not overlap the region. `bytes` may have any alignment; aligned by 4 saves a
 * copy a page.
 *
 * Pages go in ascending order. On anything but kZramOK and kZramPressure, `engine->done` counts the bytes that are
 * finished and `engine->stopped` is the page at which it stopped, which is as it was; call again from there to go on.
 * On kZramStopHuge the page as it shall be is in `engine->staging`. There is no flash for those who say kZramModeKeep.
 */
int zramRead(zramEngine *engine, uint32_t page, uint32_t start, uint8_t *bytes, uint32_t length, uint32_t mode);
int zramWrite(zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length, uint32_t mode);

/*
 * Writes to a page from `start` on if that is simple: the page is as kZramModeUnpacked leaves it, and stays so, as it has
 * more room than `length`. Returns `length`, or 0 and nothing was done.
 */
uint32_t zramAppend(zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length);

/* Whole pages are freed. A part of a page is overwritten with zeros, which may need room: kZramErrorFull is possible. */
ZRAM_COLD int zramTrim(zramEngine *engine, uint32_t page, uint32_t start, uint64_t length, uint32_t mode);

/* limit: 0...regionLength bytes. A limit below what is used loses nothing: stores that use more are refused. */
ZRAM_COLD int zramSetLimit(zramEngine *engine, uint32_t limit);

/* The high-water mark starts again from what is used now. */
ZRAM_COLD void zramResetPeak(zramEngine *engine);

/* Every page that is not empty gets so many steps older, up to 255. Reading or writing a page makes it 0 again. */
ZRAM_COLD void zramMarkIdle(zramEngine *engine, uint32_t steps);

/*
 * Pages that rest (zramRest.c): they have an age, and a codec that no write tries may make them smaller by a granule at
 * least. The one with the most stored bytes, the first of several; or kZramNoPage.
 */
uint32_t zramNextResting(const zramEngine *engine);

/* Bytes, 4-aligned, that zramRepack needs. */
uint32_t zramRepackLength(const zramEngine *engine);

/*
 * Packs a page that rests, and is as old as before. Returns 1; or 0 if that does not make it smaller, or it is damaged: then
 * it is marked, and does not rest again until it is written. Nor has anything changed if it does not rest.
 */
int zramRepack(zramEngine *engine, uint32_t page, void *workspace);

/* The first page from `page` to `end` - 1 that is not empty, or `end` (at most pageCount). */
ZRAM_COLD uint32_t zramNextPage(const zramEngine *engine, uint32_t page, uint32_t end);

/*
 * Walks every structure. Returns 0, or the number of the first broken invariant (zramInterface.h), with the page or granule where it was
 * found in `engine->stopped`. Takes time in proportion to the region.
 */
ZRAM_COLD int zramCheck(zramEngine *engine);

/*
 * Flash (zramSlots.c). The engine knows which slot holds which page; what is programmed and erased, and when, is the
 * caller's to decide. A page goes through `engine->staging`.
 */

/* A page to staging, from where it can be offloaded. kZramOK, kZramStopOnFlash or kZramErrorCorrupt. */
int zramStage(zramEngine *engine, uint32_t page);

/*
 * Late offload (zramLate.c). Of the huge pages in the region, those whose stored length is above the threshold, the one that
 * has rested longest; of several the next behind the last victim. It is never `page`, which needs room: without a page,
 * pageCount. kZramNoPage if there is none, if for a huge page (`forHuge`) none has outlived twice the mean, or if the page
 * would not fit anyway, as more is used than the limit allows.
 */
uint32_t zramVictim(zramEngine *engine, uint32_t page, int forHuge);

/* kZramReserveFull, kZramReserveUsed or kZramReserveLow. */
int zramReserve(const zramEngine *engine);

/*
 * `page` is from now on in `slot`, an erased one, to which the caller has programmed it; `sum` is its checksum. Its
 * granules, or its old slot, are free. Or `slot` is the one it has, whose content is the same. mode: kZramModeWritten,
 * kZramModeTrimmed, or 0 if it is what the page was before. kZramOK, or kZramErrorCorrupt and nothing has changed.
 */
int zramOffload(zramEngine *engine, uint32_t page, uint32_t slot, uint32_t mode, uint32_t sum);

/*
 * A slot's state, erases and sum. A used slot can become rotten, which leaves the rest as it is, and any other anything
 * but used and rotten. kZramErrorCorrupt if that cannot be. An erase that is done, from suspect to erased, counts as one.
 */
int zramSetSlot(zramEngine *engine, uint32_t slot, uint32_t state, uint32_t erases, uint32_t sum);

/* The least worn slot of its kind, the first of several; or kZramNoPage */
typedef struct {
	uint32_t slot;
	uint32_t erases;
} zramLeastWorn;

/* How worn the slots are, and which would be next. Retired ones count nowhere else. */
typedef struct {
	uint32_t least; /* erases, of slots for pages; 0 if there are none */
	uint32_t most;
	uint32_t sumLow;
	uint32_t sumHigh;
	uint32_t slots; /* for pages */
	uint32_t used;  /* rotten ones included */
	uint32_t erased;
	uint32_t retired;
	uint32_t logLeast; /* erases, of slots for the log */
	uint32_t logMost;
	zramLeastWorn leastUsed;
	zramLeastWorn leastErased;
	zramLeastWorn leastDirty; /* unknown, free or suspect */
	zramLeastWorn leastUnknown;
} zramSurvey;

_Static_assert(sizeof(zramSurvey) == 72, "a survey has 18 words, without padding");

/* One walk over all slots. `except` is counted, and not chosen. */
void zramSurveySlots(const zramEngine *engine, uint32_t except, zramSurvey *survey);

/*
 * Erases of `count` slots from `slot` on, as two bytes each above `base` (slots of the log: `logBase`): 15 bits for the
 * erases, the highest bit for suspect ones, all ones for retired ones. And back: then slots that are neither, nor the
 * log's, are unknown.
 */
void zramSaveWear(
	const zramEngine *engine, uint32_t slot, uint32_t count, uint32_t base, uint32_t logBase, uint8_t *into);
void zramLoadWear(
	zramEngine *engine, uint32_t slot, uint32_t count, uint32_t base, uint32_t logBase, const uint8_t *from);

/* A checksum of bytes: 32 bits, and a change within one word is never missed. The last word is padded with zeros. */
uint32_t zramChecksum(const uint8_t *bytes, uint32_t length);

/* Clears in `into` the bits that are 0 in `from`, as programming a NOR flash does. Returns 1 if one of them was 1. */
int zramAnd(uint8_t *into, const uint8_t *from, uint32_t length);

#endif
