/* For the columns codec's own files: what a block is made of. DESIGN.md has it in words. */

#ifndef ZRAM_COLUMNS_BLOCK_H
#define ZRAM_COLUMNS_BLOCK_H

#include <stdint.h>

#include "zramCompiler.h"

typedef uint16_t ZRAM_MAY_ALIAS Half;

/* What a page's units are. */
enum {
	kBytes = 0,
	kHalves = 1,      /* 16 bits, little-endian */
	kHalvesBig = 2,   /* ... big-endian */
	kPixels16 = 3,    /* red, green, blue in 5, 6, 5 bits of 16, little-endian */
	kPixels16Big = 4, /* ... big-endian */
	kPixels24 = 5,    /* three bytes, green in the middle */
	kPixels32 = 6,    /* and a fourth one before or after them */
	kKinds = 7
};

/* Bits of fields. */
enum {
	kKindBits = 4,
	kFormBits = 6, /* units of a record less 1; of pixels in bytes, which of a pixel's bytes the page's first is */
	kOrderBits = 2,
	kShiftBits = 4,
	kParameterBits = 5
};

enum {
	kRecordMax = 64, /* bytes */
	kOrderMax = 2,
	kGroup = 16,    /* residuals that have a parameter in common */
	kQuotients = 8, /* so many zeros are no Rice code's */
	kGreenShift = 5,
	kRedShift = 11,
	kGreenWidth = 6,
	kRedWidth = 5 /* and blue's */
};

/*
 * A group's parameter: its residuals are all 0; or Rice codes of parameter k, with 0 <= k <= width - 2; or as they are,
 * for which the parameter is `width`.
 */
enum {
	kAllZero = 0,
	kRice = 1 /* + k */
};

/* What the first group's parameter is told relative to. */
static inline uint32_t firstParameter(uint32_t width)
{
	return kRice + (width >> 2);
}

static inline int isPixels16(uint32_t kind)
{
	return kind == kPixels16 || kind == kPixels16Big;
}

/* Bytes of a pixel. */
static inline uint32_t pixelLength(uint32_t kind)
{
	return kind == kPixels24 ? 3 : kind == kPixels32 ? 4 : 2;
}

/* How many forms a kind has: form is less. */
static inline uint32_t formsOf(uint32_t kind)
{
	return kind == kBytes      ? kRecordMax
		: kind <= kHalvesBig   ? kRecordMax / 2
		: kind <= kPixels16Big ? 1
							   : pixelLength(kind);
}

static inline uint32_t columnsOf(uint32_t kind, uint32_t form)
{
	return kind <= kHalvesBig ? form + 1 : kind == kPixels32 ? 4 : 3;
}

/* A column of a page: where its units are. */
typedef struct {
	uint32_t start;  /* the byte with its first unit */
	uint32_t stride; /* bytes from unit to unit */
	uint32_t count;  /* of units */
	uint32_t width;  /* bits of a unit */
	uint32_t shift;  /* of a pixel of 16 bits: the field's lowest bit. Else 0 */
} zramColumn;

/* Sets `*column` to column `index` (less than columnsOf) of pages of this kind and form. */
void zramColumnsLay(zramColumn *column, uint32_t kind, uint32_t form, uint32_t index, uint32_t pageLength);

#endif
