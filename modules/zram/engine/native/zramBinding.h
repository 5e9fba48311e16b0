/* What the files of the binding share: zramBinding.c, and zramBindingSlots.c for all that has to do with flash. */

#ifndef __ZRAM_BINDING__
#define __ZRAM_BINDING__

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

/* What every function but the range operations begins with: the receiver's engine, its region fetched. 0 or a code. */
int zramEnter(xsMachine *the, zramEngine **engine);

#endif /* __ZRAM_BINDING__ */
