/* Finds out what a page holds, for the columns encoder. */

#ifndef ZRAM_COLUMNS_KIND_H
#define ZRAM_COLUMNS_KIND_H

#include <stdint.h>

typedef struct {
	uint32_t kind;
	uint32_t form;
	uint32_t length; /* estimated length of the block */
} zramColumnsKind;

/*
 * Finds the kind and form that are likely to give the shortest block. Returns 0 if even that is likely to be longer
 * than `capacity`; for text and noise it knows after a few samples.
 */
int zramColumnsFindKind(const uint8_t *page, uint32_t pageLength, uint32_t capacity, zramColumnsKind *found);

#endif
