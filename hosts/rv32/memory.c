/*
	zram/memory on the microcontroller: "external" is PSRAM, "internal" is what the C heap has left.

	PSRAM is for regions only, and a region may have all of it: what is in use where is written down in internal memory.
*/
#include "xs.h"
#include "xsmc.h"

#include "board.h"

#include <stdbool.h>
#include <stdlib.h>

#define ALIGNMENT 64u

/* Of the C heap, what "internal" leaves to others: XS takes a jump buffer of it for every `try`. */
#define RESERVE 8192u

typedef struct Piece Piece;

/* A piece of PSRAM in use, in a list by address. */
struct Piece {
	Piece *next;
	uint8_t *start;
	uint8_t *end;
};

static Piece *pieces;

static uint8_t *allocateExternal(size_t length)
{
	Piece **link = &pieces;
	uint8_t *start = __psram_start;
	while (*link && ((size_t)((*link)->start - start) < length)) {
		start = (*link)->end;
		link = &(*link)->next;
	}
	if (!*link && ((size_t)(__psram_end - start) < length))
		return NULL;
	Piece *piece = malloc(sizeof(Piece));
	if (!piece)
		return NULL;
	*piece = (Piece){ .next = *link, .start = start, .end = start + length };
	*link = piece;
	return start;
}

static bool isExternal(const void *data)
{
	return ((const uint8_t *)data >= __psram_start) && ((const uint8_t *)data < __psram_end);
}

static void freeExternal(const void *data)
{
	Piece **link = &pieces;
	while ((*link)->start != data)
		link = &(*link)->next;
	Piece *piece = *link;
	*link = piece->next;
	free(piece);
}

/* Runs when the last view is gone, or as the machine ends; `data` is NULL once closed. */
void xs_zram_memory_destructor(void *data)
{
	if (isExternal(data))
		freeExternal(data);
	else
		free(data);
}

static void *allocateInternal(size_t length)
{
	void *data = aligned_alloc(ALIGNMENT, length);
	void *reserve = malloc(RESERVE);
	free(reserve);
	if (reserve)
		return data;
	free(data);
	return NULL;
}

static void *allocate(size_t length, bool external)
{
	return external ? allocateExternal(length) : allocateInternal(length);
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

void xs_zram_memory(xsMachine *the)
{
	if (xsmcTypeOf(xsArg(0)) == xsReferenceType) {
		takeOver(the, &xsArg(0));
		return;
	}
	xsIntegerValue byteLength = xsmcToInteger(xsArg(0));
	bool external = xsmcToString(xsArg(1))[0] == 'e';
	if (byteLength < 1)
		xsRangeError("byteLength must be at least 1");
	size_t rounded = ((size_t)byteLength + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	void *data = allocate(rounded, external);
	if (!data) {
		/* Regions that nobody holds any more give their memory back when the collector finds them. */
		xsCollectGarbage();
		data = allocate(rounded, external);
	}
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
	xs_zram_memory_destructor(data);
}

/* Starts anywhere and wraps: only differences, as int32, mean something. */
void xs_zram_memory_ticks(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)(uint32_t)(boardInstructions() / (BOARD_HERTZ / 1000u)));
}
