/*
 * The numbers that an engine and its callers share: codes, flags, modes, invariants, and the words of a plan.
 * interface.ts has the same ones in TypeScript; tests/layout.test.ts compares the two.
 */

#ifndef ZRAM_INTERFACE_H
#define ZRAM_INTERFACE_H

#include <stdint.h>

#include "zramHeader.h"

/* What an operation returns */
enum {
	kZramOK = 0,
	kZramPressure = -1,     /* done, and the region is running out of room */
	kZramStopPage = -2,     /* kZramModeOnePage: one page is done */
	kZramStopHuge = -3,     /* without kZramModeKeep: a huge page has to wait (zramLate.c); it is in staging */
	kZramErrorFull = -4,    /* no room under the limit; the old page stands */
	kZramErrorCorrupt = -5, /* the region is damaged at this page */
	kZramStopOnFlash = -6,  /* the page is on flash: read its slot into staging, call again with kZramModeStaged */
	kZramErrorRot = -7,     /* staging holds something else than was written to the page's slot */
	kZramStopNothing = -8,  /* no page is left to do */
	kZramErrorMemory = -9,  /* the host is out of memory */
	kZramStopFull = -10,    /* without kZramModeKeep: no room for a page that need not wait; the old page stands */
	/* Only the binding returns these. */
	kZramErrorClosed = -11,
	kZramErrorBusy = -12,    /* called from one of the device's own callbacks */
	kZramErrorArena = -13,   /* the region was detached or resized */
	kZramErrorBuffer = -14,  /* argument `buffer` is not a byte buffer */
	kZramErrorOffset = -15,  /* an offset or length is not an integer, or outside the device or the buffer */
	kZramErrorOverlap = -16, /* argument `buffer` overlaps the region */
};

/* How a device is made */
enum {
	kZramFlagIntegrity = 1, /* keep a checksum of every page */
	kZramFlagWipe = 2,      /* zero granules when they are freed */
};

/* Modes of a call */
enum {
	kZramModeKeep = 1,      /* no flash, or it would not help: refuse what does not fit */
	kZramModeOnePage = 2,   /* stop with kZramStopPage after each page */
	kZramModeStaged = 4,    /* the page at which the last call stopped with kZramStopOnFlash is in staging now */
	kZramModeWritten = 8,   /* zramOffload: the page has just been written, and counts as written */
	kZramModeTrimmed = 16,  /* zramOffload: the page has just been trimmed in part; that does not count as written */
	kZramModeUnpacked = 32, /* zramWrite: keep pages in the region uncompressed */
};

/* What zramReserve returns: how much is left of the room that huge pages leave to the others */
enum {
	kZramReserveFull = 0, /* all of it */
	kZramReserveUsed = 1, /* more than half of it */
	kZramReserveLow = 2,  /* half of it or less, or more is in use than the limit allows */
};

/* The invariants that zramCheck asserts; zramCheck.c says which function asserts which. */
enum {
	kZramInvariantGeometry = 1,   /* the header's geometry is the engine's own */
	kZramInvariantEntry = 2,      /* every entry is well-formed */
	kZramInvariantChain = 3,      /* a page's chain has the granules its length needs, all below the frontier */
	kZramInvariantShared = 4,     /* no granule is in two chains, the free chain included */
	kZramInvariantFree = 5,       /* the free chain holds every granule below the frontier that no page uses */
	kZramInvariantUsed = 6,       /* usedGranules counts the granules of all pages, and is at most usedGranulesMax */
	kZramInvariantStatistics = 7, /* payload and page counts are those of the table; the limit is the engine's own */
	kZramInvariantTail = 8,       /* the unused end of a page's last granule is zero */
	kZramInvariantSum = 9,        /* with kZramFlagIntegrity, every page's checksum is right, also an empty page's */
	kZramInvariantBlock = 10,     /* every block decodes to a page */
	kZramInvariantWiped = 11,     /* with kZramFlagWipe, the granules of the free chain are zero */
	kZramInvariantSlot = 12,      /* offloaded pages and used slots belong to each other, one to one */
};

/* A plan: the first eight words say what an engine is to be; xs_zram_engine_plan fills in the others. */
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
