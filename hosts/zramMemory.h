/*
	What a host implements for zram/memory: four C functions, without XS. zramMemory.c calls them, and so does the
	native engine. docs/porting.md covers the rest of a host.

	Each XS machine calls them from its own thread; with Workers, several threads may call at once.
*/
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Every region's address and length are multiples of this, a cache line of PSRAM. */
#define ZRAM_MEMORY_ALIGNMENT 64u

/*
	Whether there is external memory (PSRAM), which is large and slow. If so, it is the default for callers who do not
	say which memory they want. A host with a single kind of memory returns true.
*/
bool zramMemoryHasExternal(void);

/*
	Allocates a region of `byteLength` bytes, which may hold anything. Returns NULL if there is not enough memory.

	external: true asks for PSRAM, and only if zramMemoryHasExternal(). False asks for memory that DMA reaches, and that
	stays accessible while flash is programmed with the cache off. A host with a single kind of memory ignores it.
*/
void *zramMemoryAllocate(size_t byteLength, bool external);

/* Frees a region from zramMemoryAllocate(). */
void zramMemoryFree(void *data);

/* Milliseconds since any start, modulo 2^32. Never goes back. */
uint32_t zramMemoryTicks(void);
