/* For the columns codec's own files: what a page is taken for. */

#ifndef ZRAM_COLUMNS_KIND_H
#define ZRAM_COLUMNS_KIND_H

#include <stdint.h>

typedef struct {
	uint32_t kind;
	uint32_t form;
	uint32_t length; /* of a block, estimated */
} zramColumnsKind;

/*
 * Finds the kind and form whose block is likely to be the shortest. Returns 0 if that is likely to be longer than
 * `capacity` too, and soon for text and noise.
 */
int zramColumnsFindKind(const uint8_t *page, uint32_t pageLength, uint32_t capacity, zramColumnsKind *found);

#endif
