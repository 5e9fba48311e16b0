/*
	zram/memory as XS sees it, on every host with native code: regions are host buffers, which do not move. Where they come
	from is the host's part, zramMemory.h. Uses only what the xs.h of XS 13 and 17 both have.
*/
#include "xs.h"
#include "xsmc.h"

#include "zramMemory.h"

/* Runs when the last view is gone, or as the machine ends; `data` is NULL once closed. */
void xs_zram_memory_destructor(void *data)
{
	if (data)
		zramMemoryFree(data);
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

/* Called with a length and "external" or "internal", or with a region to take over. */
void xs_zram_memory(xsMachine *the)
{
	if (xsmcTypeOf(xsArg(0)) == xsReferenceType) {
		takeOver(the, &xsArg(0));
		return;
	}
	const size_t mask = ZRAM_MEMORY_ALIGNMENT - 1;
	xsIntegerValue byteLength = xsmcToInteger(xsArg(0));
	bool external = xsmcToString(xsArg(1))[0] == 'e';
	if (byteLength < 1)
		xsRangeError("byteLength must be at least 1");
	size_t rounded = ((size_t)byteLength + mask) & ~mask;
	const char *problem = NULL;
	void *data = zramMemoryAllocate(rounded, external, &problem);
	if (!data) {
		/* Regions that nobody holds any more give their memory back when the collector finds them. */
		xsCollectGarbage();
		data = zramMemoryAllocate(rounded, external, &problem);
	}
	if (!data && problem)
		xsUnknownError("%s", problem);
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
	zramMemoryFree(data);
}

/* Starts anywhere and wraps: only differences, as int32, mean something. */
void xs_zram_memory_ticks(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)zramMemoryTicks());
}
