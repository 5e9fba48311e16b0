/*
	Memory of hosts with a C library: regions come from the heap. For the command-line host and the Moddable simulator.
*/
#include "../zramMemory.h"

#include <stdlib.h>
#if defined(_WIN32)
#include <malloc.h>
#include <windows.h>
#else
#include <time.h>
#endif

bool zramMemoryHasExternal(void)
{
	return true;
}

void *zramMemoryAllocate(size_t byteLength, bool external)
{
	(void)external;
#if defined(_WIN32)
	return _aligned_malloc(byteLength, ZRAM_MEMORY_ALIGNMENT);
#else
	return aligned_alloc(ZRAM_MEMORY_ALIGNMENT, byteLength);
#endif
}

void zramMemoryFree(void *data)
{
#if defined(_WIN32)
	_aligned_free(data);
#else
	free(data);
#endif
}

uint32_t zramMemoryTicks(void)
{
#if defined(_WIN32)
	return GetTickCount();
#else
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec * 1000u + (uint32_t)(now.tv_nsec / 1000000);
#endif
}
