/*
	What a host does for zram/memory: four functions in C, without XS. docs/porting.md is about the rest of a host.

	Called from one thread for each XS machine; with Workers, several at a time.
*/
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of every region: an address and a length that are multiples of this, a line of PSRAM's cache. */
#define ZRAM_MEMORY_ALIGNMENT 64u

/*
	Whether there is external memory (PSRAM): large and slow. What is not asked for as one or the other comes from there if
	so. A host with one kind of memory says true.
*/
bool zramMemoryHasExternal(void);

/*
	A region of `byteLength` bytes; the bytes may be anything. NULL if there is not that much.

	external: PSRAM, asked for only where there is some; else the memory that is there when flash is programmed with the
	cache off, and that DMA reaches. A host with one kind takes no notice.
*/
void *zramMemoryAllocate(size_t byteLength, bool external);

/* Frees what zramMemoryAllocate has given. */
void zramMemoryFree(void *data);

/* Milliseconds from any start, never back, modulo 2^32. */
uint32_t zramMemoryTicks(void);
