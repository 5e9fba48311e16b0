/*
 * zramEngine: compressed pages in one fixed region of memory. This is the engine's C interface; zramBinding.c calls it
 * for JavaScript, and the tests call it directly.
 *
 *   zramEngine.c   splits ranges of bytes into pages
 *   zramPack.c     compresses a page with one of zramCodecs.h: zramLZ4.c, zramColumns.c, zramDenseEncode.c
 *   zramPlace.c    keeps the packed page: page table, checksums (zramSum.c), statistics
 *   zramArena.c    granules, and chains of them
 *   zramSlots.c    which page is in which slot of the flash; offload/offload.ts chooses the slot
 *   zramLate.c     which page leaves for flash
 *   zramRest.c     which page is packed again
 *   zramLayout.c   where things are in the region
 *   zramCheck.c    walks everything
 *
 * A plain C11 library: no XS, no allocation, no mutable statics. The caller provides two pieces of memory:
 *
 *   region    the arena: it holds the whole state of the device (see below), and may be slow (PSRAM)
 *   scratch   zramScratchLength() bytes: it holds the zramEngine itself, and should be fast (internal RAM)
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
 * A page's stored bytes are a chain of granules, linked like a FAT's clusters (zramArena.c). Free granules are those in
 * the free chain and all from `frontier` up, so a new region needs nothing cleared but its tables.
 *
 * zramInterface.h numbers the invariants, which zramCheck() asserts.
 *
 * No operation trusts a number in the region: the geometry lives in the zramEngine, and whatever is read from the
 * region is checked before it serves as an index or a length.
 *
 * In a region that was damaged from outside:
 *
 *   - An operation that stops with kZramErrorCorrupt has changed nothing at the page where it stopped, nor at any
 *     later page: they read as they did before. Only counters of failures have changed.
 *   - An operation that succeeds has done what it was asked to do, but perhaps more than that: it may have used
 *     granules of another page that the damage made look free, or freed a chain that another page is linked into. Such
 *     pages read other bytes; with kZramFlagIntegrity they return kZramErrorCorrupt, and so does every page that the
 *     damage has hit.
 *   - Nothing outside the region, the scratch and the caller's buffer is ever read or written, and no chain is followed
 *     for longer than its page's length.
 *
 * zramCheck() finds damage; zramReset() is the way out.
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
#define kZramGranulesMax 65534 /* links have 16 bits, and kZramEnd is taken */
#define kZramEnd 0xFFFF
#define kZramNoPage UINT32_MAX

/* States of a slot, a page's length of flash that is erased at once. zramSlots.c has a diagram. */
enum {
	kZramSlotUnknown = 0, /* nobody knows what it holds, as after a reboot */
	kZramSlotFree = 1,    /* what was programmed there is no longer needed */
	kZramSlotSuspect = 2, /* its erase is counted and on record, but may not have happened, or only in part */
	kZramSlotErased = 3,  /* ready to be programmed */
	kZramSlotUsed = 4,    /* it holds page `page`, whose checksum is `sum` */
	kZramSlotRotten = 5,  /* it belongs to a page, but what is on flash is not that page any more, or cannot be read */
	kZramSlotRetired = 6, /* it has failed */
	kZramSlotLog = 7,     /* it is for the log, not for pages */
};

typedef struct {
	uint32_t erases;
	uint32_t page; /* 0 unless it is used or rotten */
	uint32_t state;
	uint32_t sum; /* zramChecksum of the page if it is used or rotten; else what zramSetSlot was given */
} zramSlot;

_Static_assert(sizeof(zramSlot) == 16, "a slot has four words, without padding");

/*
 * Where things are in a region. The engine keeps it, and never reads it from the region. Lengths and offsets in bytes.
 */
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

/* The state of an engine. It lies at the start of the scratch. */
typedef struct {
	uint8_t *region; /* the caller sets it before each call: a garbage collector may have moved the region */
	zramGeometry geometry;
	uint32_t threshold;
	uint32_t limit;
	uint32_t limitGranules; /* granules that may be in use under the limit */
	uint64_t done;          /* bytes of the call that the last operation finished */
	uint32_t stopped;       /* page at which it stopped, if it did */
	uint32_t staged;        /* page whose slot's content is in staging, or kZramNoPage */
	uint32_t victim;        /* last page that zramVictim chose, or kZramNoPage */
	uint8_t pressed;        /* pressure was reported and has not eased since */
	uint8_t pressure;       /* pressure is to be reported when the operation ends */
	uint16_t packed;        /* how the last page was packed, stored or not: codec * 8192 + stored length */
	uint32_t *block;        /* pageLength + kZramBlockMargin bytes: stored bytes on their way in or out */
	uint32_t *staging;      /* pageLength bytes: a page that does not fit the caller's buffer whole and aligned */
	zramPacker packer;
	uint32_t buffers[]; /* block, staging */
} zramEngine;

/* Bytes of scratch that pages of this length need: at most 13 KB. */
static inline uint32_t zramScratchLength(uint32_t pageLength)
{
	return (uint32_t)sizeof(zramEngine) + 2 * pageLength + kZramBlockMargin;
}

/*
 * Lays out a region of `regionLength` bytes for `pageCount` pages. The granule's length is the smallest power of two
 * from 64 up that gives at most 65,534 granules.
 *
 * Returns 1, or 0 if the region is too small to hold one raw page beside its metadata, or so large that a granule would
 * be more than half a page.
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
 * Starts a device: empties the tables and sets the limit to the whole region. The caller has set `engine->region`,
 * whose content does not matter. threshold: 1 to pageLength bytes. codecs: those that pages may be packed with, as a
 * set of bits 1 << id; ids that the build lacks are ignored. Without any codec, pages that are not same-filled are
 * stored raw.
 */
ZRAM_COLD void zramStart(zramEngine *engine, const zramGeometry *geometry, uint32_t threshold, uint32_t codecs);

/* Ends the device: with kZramFlagWipe, zeroes the region and the buffers of the scratch. */
ZRAM_COLD void zramClose(zramEngine *engine);

/* Drops all pages and statistics, and wipes as zramClose does. Limit, threshold and the erases of slots stay. */
ZRAM_COLD void zramReset(zramEngine *engine);

/*
 * The range operations read, write and trim `length` bytes from byte `start` (< pageLength) of `page` on. The caller
 * has checked that these lie within the device, and that `bytes` does not overlap the region. `bytes` may have any
 * alignment; a multiple of 4 saves a copy of each page.
 *
 * They take the pages in ascending order. If they return anything but kZramOK and kZramPressure, `engine->done` counts
 * the bytes that are finished, and `engine->stopped` is the page at which they stopped; call again from there to go on.
 * After kZramStopPage that page is done; after any other code it is as it was before, and after kZramStopHuge the new
 * page is in `engine->staging`.
 */
int zramRead(zramEngine *engine, uint32_t page, uint32_t start, uint8_t *bytes, uint32_t length, uint32_t mode);
int zramWrite(zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length, uint32_t mode);

/*
 * Writes `length` bytes to a page from `start` on if that is simple: kZramModeUnpacked has left the page uncompressed,
 * and the bytes end before the page does. Returns `length`, or 0 with nothing done.
 */
uint32_t zramAppend(zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length);

/* Frees whole pages. Overwrites a part of a page with zeros, which may take room: kZramErrorFull is possible. */
ZRAM_COLD int zramTrim(zramEngine *engine, uint32_t page, uint32_t start, uint64_t length, uint32_t mode);

/*
 * limit: 0 to regionLength bytes. A limit below what is in use loses nothing; stores that need more are refused.
 * Returns kZramOK or kZramPressure.
 */
ZRAM_COLD int zramSetLimit(zramEngine *engine, uint32_t limit);

/* Lowers the high-water mark to what is in use now. */
ZRAM_COLD void zramResetPeak(zramEngine *engine);

/* Makes every page that is not empty older by `steps`, up to 255. Reading or writing a page makes its age 0 again. */
ZRAM_COLD void zramMarkIdle(zramEngine *engine, uint32_t steps);

/*
 * The page that rests and has the most stored bytes, the first if there are several; or kZramNoPage (zramRest.c). A
 * page rests if it has an age, if it is not marked, and if a codec that no write tries may make it smaller by a granule
 * or more.
 */
uint32_t zramNextResting(const zramEngine *engine);

/* Bytes of workspace that zramRepack needs; 0 if there is no codec for it. */
uint32_t zramRepackLength(const zramEngine *engine);

/*
 * Repacks a page that rests; its age stays. `workspace` has zramRepackLength() bytes and is 4-aligned. Returns 1 if
 * the page is smaller now. Returns 0 if it is not, or is damaged: then it is marked, and no longer rests until it is
 * written. If the page does not rest, it returns 0 and changes nothing.
 */
int zramRepack(zramEngine *engine, uint32_t page, void *workspace);

/* The first page from `page` to `end` - 1 that is not empty, or `end`, which is at most pageCount. */
ZRAM_COLD uint32_t zramNextPage(const zramEngine *engine, uint32_t page, uint32_t end);

/*
 * Walks every structure. Returns 0, or the number of the first broken invariant (zramInterface.h); then
 * `engine->stopped` is the page, granule or slot where it was found. Takes time in proportion to the region.
 */
ZRAM_COLD int zramCheck(zramEngine *engine);

/*
 * Flash (zramSlots.c). The engine knows which slot holds which page; the caller decides what is programmed and erased,
 * and when. A page passes through `engine->staging`.
 */

/* Loads a page into staging, to be offloaded from there. Returns kZramOK, kZramStopOnFlash or kZramErrorCorrupt. */
int zramStage(zramEngine *engine, uint32_t page);

/*
 * Chooses the page that leaves the region for flash to make room for `page`, or for none in particular if `page` is
 * pageCount (zramLate.c). It is the huge page, one that takes more than the threshold, that has rested longest, and
 * if there are several, the first one after the last victim. It is never `page`.
 *
 * If `page` is huge itself (`forHuge`), its victim must have rested for at least twice the mean age at which huge pages
 * are overwritten or trimmed. Returns kZramNoPage if there is no victim, or if more is in use than the limit allows, so
 * that `page` would not fit anyway.
 */
uint32_t zramVictim(zramEngine *engine, uint32_t page, int forHuge);

/* How much is left of the room that huge pages leave to the others: kZramReserveFull, -Used or -Low. */
int zramReserve(const zramEngine *engine);

/*
 * Moves `page` to `slot`, to which the caller has programmed it and which was erased before; `sum` is its zramChecksum.
 * Its granules, or its old slot, are freed. Or `slot` already holds the page, with the same bytes. mode:
 * kZramModeWritten or kZramModeTrimmed if the page has changed, 0 if it has not. Returns kZramOK, or kZramErrorCorrupt
 * with nothing changed.
 */
int zramOffload(zramEngine *engine, uint32_t page, uint32_t slot, uint32_t mode, uint32_t sum);

/*
 * Sets a slot's state, erases and sum. A used slot can only become rotten, which leaves its erases and sum as they are;
 * any other can become anything but used or rotten. Returns kZramOK; or kZramErrorCorrupt for any other change, and
 * nothing has changed. From suspect to erased counts as an erase.
 */
int zramSetSlot(zramEngine *engine, uint32_t slot, uint32_t state, uint32_t erases, uint32_t sum);

/* The least worn slot of a kind; the first if there are several; kZramNoPage if there is none. */
typedef struct {
	uint32_t slot;
	uint32_t erases;
} zramLeastWorn;

/* How worn the slots are, and which one would be next. Retired slots count nowhere else. */
typedef struct {
	uint32_t least; /* erases of slots for pages; 0 if there are none */
	uint32_t most;
	uint32_t sumLow;
	uint32_t sumHigh;
	uint32_t slots; /* how many are for pages */
	uint32_t used;  /* rotten ones included */
	uint32_t erased;
	uint32_t retired;
	uint32_t logLeast; /* erases of slots for the log; 0 if there are none */
	uint32_t logMost;
	zramLeastWorn leastUsed;
	zramLeastWorn leastErased;
	zramLeastWorn leastDirty; /* unknown, free or suspect */
	zramLeastWorn leastUnknown;
} zramSurvey;

_Static_assert(sizeof(zramSurvey) == 72, "a survey has 18 words, without padding");

/* Walks all slots once. Slot `except` is counted, but never chosen. */
void zramSurveySlots(const zramEngine *engine, uint32_t except, zramSurvey *survey);

/*
 * Save writes the erases of `count` slots from `slot` on, two bytes each, little-endian. The low 15 bits count erases
 * above `base`, or above `logBase` for a slot of the log, up to 0x7FFE; the highest bit marks a suspect slot; 0xFFFF is
 * a retired one. Load reads them back: slots that are neither suspect nor retired become unknown; those of the log keep
 * their state, and those with a page keep everything.
 */
void zramSaveWear(
	const zramEngine *engine, uint32_t slot, uint32_t count, uint32_t base, uint32_t logBase, uint8_t *into);
void zramLoadWear(
	zramEngine *engine, uint32_t slot, uint32_t count, uint32_t base, uint32_t logBase, const uint8_t *from);

/* A 32-bit checksum; a change within a single word is never missed. The last word is padded with zeros. */
uint32_t zramChecksum(const uint8_t *bytes, uint32_t length);

/*
 * Clears the bits in `into` that are 0 in `from`, as programming a NOR flash does. Returns 1 if one of them was 1, or
 * 0 if none was.
 */
int zramAnd(uint8_t *into, const uint8_t *from, uint32_t length);

#endif
