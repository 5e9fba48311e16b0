/*
	Memory of the RP2350. With PSRAM (SFE_ALLOC), the SDK's allocator has one heap over SRAM and PSRAM, and malloc takes
	the best fit from either. So zramMemoryAllocate() asks malloc, looks where the block lies, and asks again while it
	holds on to blocks that lie in the wrong memory, until one is right or there are no more. For a small region in
	PSRAM, this holds all of SRAM for a moment, in blocks of the region's size. Nothing is taken behind the allocator's
	back.
*/
#include "../zramMemory.h"

#include "hardware/regs/addressmap.h"
#include "hardware/timer.h"

#include <stdlib.h>

#if SFE_ALLOC
#define PSRAM true
#else
/* Without PSRAM. When memory runs out, pico-sdk's malloc would stop the board instead of returning NULL. */
#define PSRAM false
void *__real_malloc(size_t size);
#define malloc __real_malloc
#endif

/* PSRAM is at the second chip select of the XIP window. */
#define PSRAM_START (XIP_BASE + 0x01000000u)
#define PSRAM_END (XIP_BASE + 0x02000000u)

/* A block from malloc, which holds a region. `next` links the blocks that lie in the wrong memory. */
typedef struct Block {
	struct Block *next;
} Block;

static bool isExternal(const void *data)
{
	return ((uintptr_t)data >= PSRAM_START) && ((uintptr_t)data < PSRAM_END);
}

/* Places the region within a block, with the block's address just before it. */
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
