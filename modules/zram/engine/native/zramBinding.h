/* What the files of the binding share: zramBinding.c, and zramBindingSlots.c for all that has to do with flash. */

#ifndef ZRAM_BINDING_H
#define ZRAM_BINDING_H

#include "xsmc.h"

#include "zramEngine.h"

/* What every function but the range operations begins with: the receiver's engine, its region fetched. 0 or a code. */
int zramEnter(xsMachine *the, zramEngine **engine);

#endif
