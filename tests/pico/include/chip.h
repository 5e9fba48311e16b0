/* What the stand-ins for pico-sdk's headers have in common: the window of chip.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	kPicoFlashLength = 0x200000,
	kPicoSramLength = 0x10000,
	kPicoPsramLength = 0x40000,
	kPicoPsramStart = 0x1000000
};

/* Flash, and 16 MB further on PSRAM, as the processor sees them. */
extern uint8_t picoWindow[0x2000000];

#define XIP_BASE ((uintptr_t)picoWindow)

/* Bytes of the firmware. */
extern uint32_t picoImage;
