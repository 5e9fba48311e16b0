/*
	The native side of zram/memory, on every host with native code: regions are host buffers, which do not move. The
	host decides where they come from (zramMemory.h). Uses only what the xs.h of XS 13 and 17 both have.

	A window points into its slab's memory, but only the slab frees that: destructors run in any order.
*/
#include "xs.h"
#include "xsmc.h"

#include "zramMemory.h"

#include <string.h>

#define LENGTH_MAX 0x7fffffc0 /* a multiple of the alignment */

/* Runs when the last view is gone, or when the machine ends. `data` is NULL after close(). */
void xs_zram_memory_destructor(void *data)
{
	if (data)
		zramMemoryFree(data);
}

/* A function of its own, by which XS tells a slab from a region: a slab cannot be closed. */
void xs_zram_slab_destructor(void *data)
{
	xs_zram_memory_destructor(data);
}

void xs_zram_window_destructor(void *data)
{
	(void)data;
}

/* Converts a number, an integer from `least` to `most`, in either of XS's two number types. Throws otherwise. */
static xsIntegerValue toLength(xsMachine *the, xsSlot *slot, xsIntegerValue least, xsIntegerValue most)
{
	xsType type = xsmcTypeOf(*slot);
	if ((type != xsIntegerType) && (type != xsNumberType))
		xsTypeError("byteLength: must be a number");
	double value = xsmcToNumber(*slot);
	if (!((value >= least) && (value <= most)) || (value != (xsIntegerValue)value))
		xsRangeError("byteLength: is not an integer from %d to %d", (int)least, (int)most);
	return (xsIntegerValue)value;
}

/* Which memory: the only place that knows the default. */
static bool toExternal(xsMachine *the, int index)
{
	if ((xsmcArgc <= index) || (xsmcTypeOf(xsArg(index)) == xsUndefinedType))
		return zramMemoryHasExternal();
	const char *name = xsmcToString(xsArg(index));
	bool external = strcmp(name, "external") == 0;
	if (!external && (strcmp(name, "internal") != 0))
		xsRangeError("memory: must be \"external\" or \"internal\"");
	return external;
}

/* constructor(byteLength, kind) of Memory and Slab */
void xs_zram_memory(xsMachine *the)
{
	const size_t mask = ZRAM_MEMORY_ALIGNMENT - 1;
	xsIntegerValue byteLength = toLength(the, &xsArg(0), 1, LENGTH_MAX);
	bool external = toExternal(the, 1);
	if (xsmcGetHostData(xsThis))
		xsTypeError("Memory: this object has its memory already");
	if (external && !zramMemoryHasExternal())
		xsUnknownError("no external memory (PSRAM) here, or the build does not turn it on: ask for \"internal\"");
	size_t rounded = ((size_t)byteLength + mask) & ~mask;
	void *data = zramMemoryAllocate(rounded, external);
	if (!data) {
		/* Regions that nobody holds any more give their memory back when the collector finds them. */
		xsCollectGarbage();
		data = zramMemoryAllocate(rounded, external);
	}
	if (!data)
		xsUnknownError("out of memory: %d bytes of %s memory", (int)byteLength, external ? "external" : "internal");
	xsmcSetHostBuffer(xsThis, data, byteLength);
}

/* byteLength of Memory and Window */
void xs_zram_memory_get_byteLength(xsMachine *the)
{
	xsmcSetInteger(xsResult, xsmcGetHostBufferLength(xsThis));
}

/*
	Converts an argument to a place in `length` bytes, as slice() does: a negative one counts from the end. `otherwise`
	if it is missing.
*/
static xsIntegerValue toPlace(xsMachine *the, int index, xsIntegerValue length, xsIntegerValue otherwise)
{
	if ((xsmcArgc <= index) || (xsmcTypeOf(xsArg(index)) == xsUndefinedType))
		return otherwise;
	double value = xsmcToNumber(xsArg(index));
	if (value >= length)
		return length;
	if (!(value > -(double)length)) /* NaN as well */
		return 0;
	xsIntegerValue place = (xsIntegerValue)value;
	return (place < 0) ? length + place : place;
}

/* slice(start, end) of Memory and Window. Converts arguments first, as that may run code that takes the bytes away. */
void xs_zram_memory_slice(xsMachine *the)
{
	xsIntegerValue length = xsmcGetHostBufferLength(xsThis);
	xsIntegerValue start = toPlace(the, 0, length, 0);
	xsIntegerValue end = toPlace(the, 1, length, length);
	uint8_t *data = xsmcGetHostData(xsThis);
	if (!data)
		xsTypeError("memory is closed");
	xsmcSetArrayBuffer(xsResult, data + start, (end > start) ? end - start : 0);
}

/* close() of Memory. Detaches before it frees, so that a view still around has no bytes, rather than someone else's. */
void xs_zram_memory_close(xsMachine *the)
{
	void *data = xsmcGetHostDataValidate(xsThis, xs_zram_memory_destructor);
	if (!data)
		return;
	xsmcSetHostBuffer(xsThis, NULL, 0);
	zramMemoryFree(data);
}

/* attach(window, slab, byteLength): the window shows the slab's first bytes */
void xs_zram_window_attach(xsMachine *the)
{
	void *data = xsmcGetHostDataValidate(xsArg(1), xs_zram_slab_destructor);
	xsIntegerValue byteLength = toLength(the, &xsArg(2), 0, xsmcGetHostBufferLength(xsArg(1)));
	xsmcGetHostDataValidate(xsArg(0), xs_zram_window_destructor);
	xsmcSetHostBuffer(xsArg(0), data, byteLength);
}

/* detach(window) of Slab */
void xs_zram_slab_detach(xsMachine *the)
{
	void *data = xsmcGetHostDataValidate(xsThis, xs_zram_slab_destructor);
	if (xsmcGetHostDataValidate(xsArg(0), xs_zram_window_destructor) == data)
		xsmcSetHostBuffer(xsArg(0), NULL, 0);
}

/* Starts anywhere and wraps around: only differences, as int32, mean anything. */
void xs_zram_memory_ticks(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)zramMemoryTicks());
}
