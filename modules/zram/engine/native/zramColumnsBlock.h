/* What a block of the columns codec is made of, for the encoder and the decoder. DESIGN.md describes it in words. */

#ifndef ZRAM_COLUMNS_BLOCK_H
#define ZRAM_COLUMNS_BLOCK_H

#include <stdint.h>

#include "zramCompiler.h"

typedef uint16_t ZRAM_MAY_ALIAS Half;

/* The kinds of a page: what its units are. Blocks hold these numbers. */
enum {
	kBytes = 0,
	kHalves = 1,      /* 16 bits, little-endian */
	kHalvesBig = 2,   /* ... big-endian */
	kPixels16 = 3,    /* RGB565, red in the highest bits, little-endian */
	kPixels16Big = 4, /* ... big-endian */
	kPixels24 = 5,    /* three bytes, green in the middle */
	kPixels32 = 6,    /* ... and a fourth byte before or after them */
	kKinds = 7
};

/* Widths of fields, in bits. */
enum {
	kKindBits = 4,
	kFormBits = 6, /* units of a record, less 1; or which byte of a 24 or 32-bit pixel comes first in the page */
	kOrderBits = 2,
	kShiftBits = 4,
	kParameterBits = 5
};

enum {
	kRecordMax = 64, /* bytes */
	kOrderMax = 2,
	kGroup = 16,    /* residuals that share a parameter */
	kQuotients = 8, /* a Rice code has fewer zeros; this many mean an escape, followed by the raw residual */
	kGreenShift = 5,
	kRedShift = 11,
	kGreenWidth = 6,
	kRedWidth = 5 /* and blue's */
};

/*
 * A group's parameter: kAllZero if all residuals are 0, kRice + k for Rice codes with 0 <= k <= width - 2, or `width`
 * for raw residuals.
 */
enum {
	kAllZero = 0,
	kRice = 1 /* + k */
};

/* The first group's parameter is coded relative to this. */
static inline uint32_t firstParameter(uint32_t width)
{
	return kRice + (width >> 2);
}

static inline int isPixels16(uint32_t kind)
{
	return kind == kPixels16 || kind == kPixels16Big;
}

/* Length of a pixel, in bytes. */
static inline uint32_t pixelLength(uint32_t kind)
{
	return kind == kPixels24 ? 3 : kind == kPixels32 ? 4 : 2;
}

/* How many forms a kind has; a form is less than that. */
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

/* Where the units of a column are. */
typedef struct {
	uint32_t start;  /* byte of the first unit */
	uint32_t stride; /* bytes from unit to unit */
	uint32_t count;  /* units */
	uint32_t width;  /* bits of a unit */
	uint32_t shift;  /* lowest bit of a 16-bit pixel's field, else 0 */
} zramColumn;

/* Sets `*column` to column `index`, which is less than columnsOf(), of a page of this kind and form. */
void zramColumnsLay(zramColumn *column, uint32_t kind, uint32_t form, uint32_t index, uint32_t pageLength);

#endif
