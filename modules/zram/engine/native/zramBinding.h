/*
 * What the binding's files share: zramBinding.c, zramBindingSlots.c for everything about flash, and zramBindingRest.c
 * for pages that rest.
 */

#ifndef ZRAM_BINDING_H
#define ZRAM_BINDING_H

#include "xsmc.h"

#include "zramEngine.h"

/*
 * Every method but the range operations begins with this: it sets `engine` to the receiver's engine and fetches the
 * region. Returns 0, kZramErrorClosed, kZramErrorBusy or kZramErrorArena. Throws if the receiver is not an engine.
 */
int zramEnter(xsMachine *the, zramEngine **engine);

#endif
