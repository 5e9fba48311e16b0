/*
	Memory of the emulated microcontrollers: "external" is PSRAM, "internal" is what is left of the C heap.

	PSRAM is for regions only, and one region may fill it. So the list of what is in use lies in internal memory.
*/
#include "../zramMemory.h"
#include "board.h"

#include <stdlib.h>

/* "internal" leaves this much of the C heap to others: XS allocates a jump buffer for every `try`. */
#define RESERVE 8192u

typedef struct Piece Piece;

/* A piece of PSRAM that is in use. The list is sorted by address. */
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

static void *allocateInternal(size_t length)
{
	void *data = aligned_alloc(ZRAM_MEMORY_ALIGNMENT, length);
	void *reserve = malloc(RESERVE);
	free(reserve);
	if (reserve)
		return data;
	free(data);
	return NULL;
}

static bool hasPsram = true;

void boardHidePsram(void)
{
	hasPsram = false;
}

bool zramMemoryHasExternal(void)
{
	return hasPsram;
}

void *zramMemoryAllocate(size_t byteLength, bool external)
{
	return external ? allocateExternal(byteLength) : allocateInternal(byteLength);
}

void zramMemoryFree(void *data)
{
	if (isExternal(data))
		freeExternal(data);
	else
		free(data);
}

uint32_t zramMemoryTicks(void)
{
	return (uint32_t)(chipInstructions() / (BOARD_HERTZ / 1000u));
}
