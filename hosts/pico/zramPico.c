/*
	Memory of the RP2350. With PSRAM (SFE_ALLOC) the SDK's allocator is one heap over it and SRAM, and malloc takes what
	fits best from either: so ask, look where it lies, and ask again while holding on to what lies elsewhere, until it is
	where it should be or there is no more. For a small region in PSRAM that holds all of SRAM for a moment, a block of its
	size at a time. All of it stays the allocator's, nothing is taken behind its back.
*/
#include "../zramMemory.h"

#include "hardware/regs/addressmap.h"
#include "hardware/timer.h"

#include <stdlib.h>

#if SFE_ALLOC
#define PSRAM true
#else
/* No PSRAM; and pico-sdk's malloc would not answer NULL when there is no more, it stops the board. */
#define PSRAM false
void *__real_malloc(size_t size);
#define malloc __real_malloc
#endif

/* The second chip select of the XIP window. */
#define PSRAM_START (XIP_BASE + 0x01000000u)
#define PSRAM_END (XIP_BASE + 0x02000000u)

/* In front of a region: what malloc has given. While an address is sought, what lies elsewhere is chained by `next`. */
typedef struct Block {
	struct Block *next;
} Block;

static bool isExternal(const void *data)
{
	return ((uintptr_t)data >= PSRAM_START) && ((uintptr_t)data < PSRAM_END);
}

/* The region within a block, with the block's address in front of it. */
static void *regionOf(Block *block)
{
	const uintptr_t mask = ZRAM_MEMORY_ALIGNMENT - 1;
	uintptr_t start = ((uintptr_t)(block + 1) + mask) & ~mask;
	((Block **)start)[-1] = block;
	return (void *)start;
}

bool zramMemoryHasExternal(void)
{
	return PSRAM;
}

void *zramMemoryAllocate(size_t byteLength, bool external)
{
	Block *elsewhere = NULL;
	Block *block = NULL;
	while ((block = malloc(sizeof(Block) + byteLength + ZRAM_MEMORY_ALIGNMENT)) && (isExternal(block) != external)) {
		block->next = elsewhere;
		elsewhere = block;
	}
	while (elsewhere) {
		Block *next = elsewhere->next;
		free(elsewhere);
		elsewhere = next;
	}
	return block ? regionOf(block) : NULL;
}

void zramMemoryFree(void *data)
{
	free(((Block **)data)[-1]);
}

uint32_t zramMemoryTicks(void)
{
	return (uint32_t)(time_us_64() / 1000);
}
