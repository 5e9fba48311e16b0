/* Stand-in for the SDK's header of this name on the RP2350: where firmware, mod and preferences lie. */
#pragma once

#include "chip.h"

#define kFlashStart XIP_BASE
#define kModulesStart (XIP_BASE + picoImage)
#define kModulesEnd (XIP_BASE + 0x1F8000u)
