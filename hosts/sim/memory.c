/*
	zram/memory for hosts with a C library: regions from the heap, on 64-byte boundaries like PSRAM's cache lines.

	Serves the command-line host and the Moddable simulator, so it uses only what the xs.h of both has.
*/
#include "xs.h"
#include "xsmc.h"

#include <stdint.h>
#include <stdlib.h>
#if defined(_WIN32)
#include <malloc.h>
#include <windows.h>
#else
#include <time.h>
#endif

#define ALIGNMENT 64u

static void *allocate(size_t byteLength)
{
#if defined(_WIN32)
	return _aligned_malloc(byteLength, ALIGNMENT);
#else
	return aligned_alloc(ALIGNMENT, byteLength);
#endif
}

static void release(void *data)
{
#if defined(_WIN32)
	_aligned_free(data);
#else
	free(data);
#endif
}

static uint32_t milliseconds(void)
{
#if defined(_WIN32)
	return GetTickCount();
#else
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec * 1000u + (uint32_t)(now.tv_nsec / 1000000);
#endif
}

/* Runs when the last view is gone, or as the machine ends; `data` is NULL once closed. */
void xs_zram_memory_destructor(void *data)
{
	release(data);
}

/* The bytes of another region go to this one; views of the other have none any more. */
static void takeOver(xsMachine *the, xsSlot *other)
{
	void *data;
	xsUnsignedValue byteLength;
	if (!xsmcGetHostDataValidate(*other, xs_zram_memory_destructor))
		xsTypeError("memory is closed");
	xsmcGetBufferWritable(*other, &data, &byteLength);
	xsmcSetHostBuffer(xsThis, data, (xsIntegerValue)byteLength);
	xsmcSetHostBuffer(*other, NULL, 0);
}

/* xsArg(1), the kind of memory, makes no difference here: there is only one. */
void xs_zram_memory(xsMachine *the)
{
	if (xsmcTypeOf(xsArg(0)) == xsReferenceType) {
		takeOver(the, &xsArg(0));
		return;
	}
	xsIntegerValue byteLength = xsmcToInteger(xsArg(0));
	if (byteLength < 1)
		xsRangeError("byteLength must be at least 1");
	size_t rounded = ((size_t)byteLength + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	void *data = allocate(rounded);
	if (!data)
		xsUnknownError("out of memory: %d bytes for a region", (int)byteLength);
	xsmcSetHostBuffer(xsThis, data, byteLength);
}

/* Detached before freed: a view that is still around then has no bytes, not someone else's. */
void xs_zram_memory_close(xsMachine *the)
{
	void *data = xsmcGetHostDataValidate(xsThis, xs_zram_memory_destructor);
	if (!data)
		return;
	xsmcSetHostBuffer(xsThis, NULL, 0);
	release(data);
}

/* Starts anywhere and wraps: only differences, as int32, mean something. */
void xs_zram_memory_ticks(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)milliseconds());
}
