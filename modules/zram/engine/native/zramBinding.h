/* What the files of the binding share: zramBinding.c, and zramBindingSlots.c for all that has to do with flash. */

#ifndef ZRAM_BINDING_H
#define ZRAM_BINDING_H

#include "xsmc.h"

#include "zramEngine.h"

/* Codes besides the engine's own */
enum {
	kZramClosed = -10,
	kZramBusy = -11,    /* called from within the device's own callback */
	kZramArena = -12,   /* the caller's own region was detached or resized */
	kZramBuffer = -13,  /* argument `buffer` is not a byte buffer */
	kZramOffset = -14,  /* argument `byteOffset`, or what it makes of the length, is outside of the device */
	kZramOverlap = -15, /* argument `buffer` overlaps the region */
};

/* The words of a plan, as interface.ts has them: what an engine is to be, then what xs_zram_engine_plan says of it. */
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

_Static_assert(sizeof(zramPlanWords) == 64, "PLAN_WORDS words, without padding");

/* What every function but the range operations begins with: the receiver's engine, its region fetched. 0 or a code. */
int zramEnter(xsMachine *the, zramEngine **engine);

#endif
