/*
 * What callers of an engine have to know: codes, flags, modes, and the words of a plan. interface.ts says the same in
 * TypeScript, and a test compares them.
 */

#ifndef ZRAM_INTERFACE_H
#define ZRAM_INTERFACE_H

#include <stdint.h>

#include "zramHeader.h"

/* What an operation answers */
enum {
	kZramOK = 0,
	kZramPressure = -1,     /* done, and the region has begun to run out */
	kZramStopPage = -2,     /* kZramModeOnePage: one page is done */
	kZramStopHuge = -3,     /* without kZramModeKeep: a huge page, now in staging, has to wait, see zramLate.c */
	kZramErrorFull = -4,    /* no room under the limit; the old page stands */
	kZramErrorCorrupt = -5, /* the region is damaged at this page */
	kZramStopOnFlash = -6,  /* the page is in its slot: read that into staging, and call again with kZramModeStaged */
	kZramErrorRot = -7,     /* what is in staging is not what was written to the page's slot */
	kZramStopNothing = -8,  /* no page is left to do */
	kZramErrorMemory = -9,  /* the host has no memory for this */
	kZramStopFull = -10,    /* without kZramModeKeep: there is no room for any other page; the old one stands */
	/* The binding's own */
	kZramErrorClosed = -11,
	kZramErrorBusy = -12,    /* called from within the device's own callback */
	kZramErrorArena = -13,   /* the caller's own region was detached or resized */
	kZramErrorBuffer = -14,  /* argument `buffer` is not a byte buffer */
	kZramErrorOffset = -15,  /* argument `byteOffset`, or what it makes of the length, is outside of the device */
	kZramErrorOverlap = -16, /* argument `buffer` overlaps the region */
};

/* How a device is made */
enum {
	kZramFlagIntegrity = 1, /* a checksum for every page */
	kZramFlagWipe = 2,      /* granules are zeroed when they are freed */
};

/* How a call is carried out */
enum {
	kZramModeKeep = 1,      /* there is no flash, or it does not help: what has no room is refused */
	kZramModeOnePage = 2,   /* stop with kZramStopPage after each page */
	kZramModeStaged = 4,    /* the page at which the last call stopped with kZramStopOnFlash is in staging */
	kZramModeWritten = 8,   /* zramKeep, zramOffload: the page was written just now */
	kZramModeTrimmed = 16,  /* likewise, or trimmed in part: it has changed, but does not count as written */
	kZramModeUnpacked = 32, /* zramWrite: pages stay in the region as they are, not compressed */
};

/* What is left of the part of the region that huge pages leave to the others */
enum {
	kZramReserveFull = 0,
	kZramReserveUsed = 1,
	kZramReserveLow = 2, /* half of it or less, or more is used than the limit allows */
};

/* What zramCheck asserts */
enum {
	kZramInvariantGeometry = 1,   /* the header's geometry is the engine's */
	kZramInvariantEntry = 2,      /* every entry is well-formed */
	kZramInvariantChain = 3,      /* a page's chain has as many granules as its length needs, all below the frontier */
	kZramInvariantShared = 4,     /* no granule is in two chains, the free chain included */
	kZramInvariantFree = 5,       /* the free chain holds every granule below the frontier that no page uses */
	kZramInvariantUsed = 6,       /* usedGranules is the sum of the chains, and at most usedGranulesMax */
	kZramInvariantStatistics = 7, /* payload and the page counts are those of the table; limit is within the region */
	kZramInvariantTail = 8,       /* what a page leaves unused of its last granule is zero */
	kZramInvariantSum = 9,        /* every page's checksum is right, empty ones included */
	kZramInvariantBlock = 10,     /* every block decodes to a page */
	kZramInvariantWiped = 11,     /* with kZramFlagWipe, the granules of the free chain are zero */
	kZramInvariantSlot = 12,      /* offloaded pages and used slots are each other's, one to one */
};

/* A plan: what an engine is to be, then what xs_zram_engine_plan says of it. */
typedef struct {
	uint32_t arenaLength;
	uint32_t pageCount;
	uint32_t pageLength;
	uint32_t slotCount;
	uint32_t flags;
	uint32_t threshold;
	uint32_t mode;
	uint32_t codecs;
	uint32_t granuleLength;
	uint32_t granuleCount;
	uint32_t metadataLength;
	uint32_t scratchLength;
	zramCounter arenaMin;
	zramCounter arenaMax;
} zramPlanWords;

_Static_assert(sizeof(zramPlanWords) == 64, "16 words, without padding");

#endif
