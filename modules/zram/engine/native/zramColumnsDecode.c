/*
 * The columns decoder: turns a block back into a page, or refuses it. zramColumns.h is the contract, DESIGN.md the
 * format of blocks.
 *
 * Written for 32-bit microcontrollers with many registers: a single loop leads from a code's bits to a unit's bytes in
 * the page, with one copy of it for each layout of units and each kind of code.
 *
 * Invariants:
 *  1. Which columns there are, and which bytes of the page are their units, depends only on the page's length and the
 *     block's first 10 bits. Whatever the others are, each unit is written once, within the page.
 *  2. Before each group, the reader is compared with the block's end. Beyond that it reads at most 7 bits of a
 *     parameter, kGroup codes of at most 24 bits and a column's head: all within the margin if the block has ended.
 *  3. Units are computed modulo 2^32, and cut to their width when they are stored.
 */

#include "zramColumns.h"

#include "zramColumnsBlock.h"

/* --- bits ------------------------------------------------------------------------------------------------------- */

typedef struct {
	uint32_t bits;  /* the next bits, from the highest down */
	uint32_t count; /* how many there are: 16 to 31 after a refill */
	const Half *in;
} Reader;

ZRAM_INLINE void refill(Reader *reader)
{
	if (reader->count < 16) {
		reader->bits |= (uint32_t)*reader->in++ << (16 - reader->count);
		reader->count += 16;
	}
}

ZRAM_INLINE void drop(Reader *reader, uint32_t length)
{
	reader->bits <<= length;
	reader->count -= length;
}

/* Takes the next 1 to 16 bits. */
ZRAM_INLINE uint32_t take(Reader *reader, uint32_t length)
{
	uint32_t value;
	refill(reader);
	value = reader->bits >> (32 - length);
	drop(reader, length);
	return value;
}

static ZRAM_NOINLINE uint32_t takeField(Reader *reader, uint32_t length)
{
	return take(reader, length);
}

/* --- residuals -------------------------------------------------------------------------------------------------- */

ZRAM_INLINE uint32_t unfold(uint32_t z)
{
	return (z >> 1) ^ -(z & 1);
}

/* Takes any code, an escape included: kQuotients zeros, then the raw residual. */
static ZRAM_NOINLINE uint32_t takeLong(Reader *reader, uint32_t k, uint32_t width)
{
	uint32_t zeros = 0, length = k, z;
	refill(reader);
	while (zeros < kQuotients && (int32_t)(reader->bits << zeros) >= 0)
		zeros++;
	z = zeros << k;
	if (zeros < kQuotients)
		zeros++;
	else {
		z = 0;
		length = width;
	}
	drop(reader, zeros);
	return unfold(length ? z | takeField(reader, length) : z);
}

ZRAM_INLINE uint32_t takeSeldom(Reader *reader, uint32_t k, uint32_t width)
{
	Reader copy = *reader; /* a variable whose address is taken is not kept in registers */
	uint32_t residual = takeLong(&copy, k, width);
	*reader = copy;
	return residual;
}

ZRAM_INLINE uint32_t takeRice(Reader *reader, uint32_t k, uint32_t width)
{
	uint32_t zeros = UINT32_MAX, low; /* one less than there are, since `low` begins with the 1 that follows them */
	refill(reader);
	if (!(reader->bits >> (32 - kQuotients)))
		return takeSeldom(reader, k, width);
	while ((int32_t)reader->bits >= 0) {
		reader->bits <<= 1;
		zeros++;
	}
	reader->count -= zeros + 1;
	if (reader->count <= k)
		refill(reader);
	low = reader->bits >> (31 - k);
	drop(reader, k + 1);
	return unfold((zeros << k) + low);
}

/*
 * Codes with parameter 0 and 1, looked up by their first 7 bits: the residual times 16, plus the code's length; 0 for
 * longer codes.
 */
#define S(residual, length) (int8_t)((residual)*16 + (length))
#define S2(code) code, code
#define S4(code) S2(code), S2(code)
#define S8(code) S4(code), S4(code)
#define S16(code) S8(code), S8(code)
#define S32(code) S16(code), S16(code)
#define S64(code) S32(code), S32(code)
static const int8_t shortCodes[2][128] = {
	{ 0, S(3, 7), S2(S(-3, 6)), S4(S(2, 5)), S8(S(-2, 4)), S16(S(1, 3)), S32(S(-1, 2)), S64(S(0, 1)) },
	{ 0, 0, S(5, 7), S(-6, 7), S2(S(4, 6)), S2(S(-5, 6)), S4(S(3, 5)), S4(S(-4, 5)), S8(S(2, 4)), S8(S(-3, 4)),
		S16(S(1, 3)), S16(S(-2, 3)), S32(S(0, 2)), S32(S(-1, 2)) },
};

ZRAM_INLINE uint32_t takeShort(Reader *reader, const int8_t *codes, uint32_t k, uint32_t width)
{
	int32_t code;
	refill(reader);
	code = codes[reader->bits >> 25];
	if (!code)
		return takeSeldom(reader, k, width);
	drop(reader, (uint32_t)code & 15);
	return (uint32_t)(code >> 4);
}

/* --- columns ---------------------------------------------------------------------------------------------------- */

/*
 * How a unit lies in the page: in a byte, or in a half, above as many zero bits as the lowest five bits say. Green lies
 * below bits that red replaces later. With kInPixel it is five bits of a pixel, relative to half of the green that is
 * already there. All in one word, as registers are short in the loops.
 */
#define kInByte UINT32_MAX
#define kInPixel 0x80000000u

#define kGreenMask 0x07E0u

ZRAM_INLINE void store(uint8_t *to, uint32_t unit, uint32_t place)
{
	Half *half = (Half *)(void *)to;
	uint32_t pixel;
	if (place == kInByte)
		*to = (uint8_t)unit;
	else if ((int32_t)place >= 0)
		*half = (Half)(unit << (place & 31));
	else {
		pixel = place & 31 ? *half & kGreenMask : *half;
		unit += (pixel & kGreenMask) >> (kGreenShift + 1);
		*half = (Half)(pixel | (unit & 31) << (place & 31));
	}
}

/* Takes the next group's parameter. It may be out of range: the caller checks. */
ZRAM_INLINE uint32_t takeParameter(Reader *reader, uint32_t before)
{
	uint32_t bits;
	refill(reader);
	bits = reader->bits >> 29;
	if (bits & 4) {
		drop(reader, 1);
		return before;
	}
	if (bits & 2) {
		drop(reader, 3);
		return bits & 1 ? before + 1 : before - 1;
	}
	bits = reader->bits << 2 >> (32 - kParameterBits);
	drop(reader, 2 + kParameterBits);
	return bits;
}

/* Decodes a column whose units lie at `place`. Returns 0 if the bits are invalid. */
ZRAM_INLINE int decodeColumn(Reader *from, const Half *inEnd, uint8_t *page, const zramColumn *column, uint32_t place)
{
	Reader reader = *from;
	const uint32_t stride = column->stride, order = take(&reader, kOrderBits);
	const uint32_t unitMask = order ? UINT32_MAX : 0, slopeMask = order > 1 ? UINT32_MAX : 0;
	uint32_t width = column->width, unit, slope = 0, parameter;
	uint8_t *to = page + column->start, *const last = to + (column->count - 1) * stride;

	if (place != kInByte && width == 16 && take(&reader, 1)) {
		place = take(&reader, kShiftBits);
		width -= place;
	}
	unit = take(&reader, width);
	store(to, unit, place);
	parameter = firstParameter(width);
	while (to != last) {
		const uint8_t *end = (uint32_t)(last - to) > kGroup * stride ? to + kGroup * stride : last;

		parameter = takeParameter(&reader, parameter);
		if (parameter > width || reader.in > inEnd + 1)
			return 0;
#define EACH(residual)                          \
	do {                                        \
		to += stride;                           \
		slope = (slope & slopeMask) + residual; \
		unit = (unit & unitMask) + slope;       \
		store(to, unit, place);                 \
	} while (to != end)

		if (parameter == kAllZero)
			EACH(0);
		else if (parameter == width)
			EACH(unfold(take(&reader, width)));
		else if (parameter <= kRice + 1) {
			const int8_t *codes = shortCodes[parameter - kRice];
			EACH(takeShort(&reader, codes, parameter - kRice, width));
		}
		else {
			const uint32_t k = parameter - kRice;
			EACH(takeRice(&reader, k, width));
		}
#undef EACH
	}
	*from = reader;
	return order <= kOrderMax;
}

static ZRAM_NOINLINE int decodeBytes(Reader *reader, const Half *inEnd, uint8_t *page, const zramColumn *column)
{
	return decodeColumn(reader, inEnd, page, column, kInByte);
}

/* For halves and 16-bit pixels alike. A copy for each would be a tenth faster, and 700 bytes longer. */
static ZRAM_NOINLINE int decodeHalves(
	Reader *reader, const Half *inEnd, uint8_t *page, const zramColumn *column, uint32_t place)
{
	return decodeColumn(reader, inEnd, page, column, place);
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

void zramColumnsLay(zramColumn *column, uint32_t kind, uint32_t form, uint32_t index, uint32_t pageLength)
{
	static const uint8_t shifts[] = { kGreenShift, kRedShift, 0 };
	uint32_t size = kind == kBytes || kind >= kPixels24 ? 1 : 2;

	*column = (zramColumn){ index * size, kind <= kHalvesBig ? (form + 1) * size : pixelLength(kind), 0, 8 * size, 0 };
	if (isPixels16(kind)) {
		column->start = 0;
		column->width = index ? kRedWidth : kGreenWidth;
		column->shift = shifts[index];
	}
	column->count = (pageLength - column->start + column->stride - 1) / column->stride;
}

static int decodeColumnOf(Reader *reader, const Half *inEnd, uint32_t kind, const zramColumn *column, uint8_t *page)
{
	if (column->width == 8)
		return decodeBytes(reader, inEnd, page, column);
	return decodeHalves(
		reader, inEnd, page, column, column->shift | (isPixels16(kind) && column->shift != kGreenShift ? kInPixel : 0));
}

static void swapHalves(uint32_t *words, uint32_t length)
{
	for (const uint32_t *end = words + (length >> 2); words < end; words++)
		*words = (*words & 0x00FF00FF) << 8 | (*words >> 8 & 0x00FF00FF);
}

/* Adds green to the bytes beside it, which are relative to it if it is in this page. */
static void addGreen(uint8_t *page, uint32_t pageLength, uint32_t length, uint32_t form)
{
	const uint8_t *const end = page + pageLength;
	for (uint8_t *green = page + (length + 1 - form) % length; green < end; green += length) {
		if (green > page)
			green[-1] = (uint8_t)(green[-1] + *green);
		if (green + 1 < end)
			green[1] = (uint8_t)(green[1] + *green);
	}
}

int zramColumnsDecode(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	const Half *inEnd = (const Half *)(const void *)(block + length);
	Reader reader = { 0, 0, (const Half *)(const void *)block };
	uint32_t kind, form;
	zramColumn column;

	if (length < 2 || length & 1)
		return 0;
	kind = takeField(&reader, kKindBits);
	form = takeField(&reader, kFormBits);
	if (kind >= kKinds || form >= formsOf(kind))
		return 0;
	for (uint32_t index = 0; index < columnsOf(kind, form); index++) {
		zramColumnsLay(&column, kind, form, index, pageLength);
		if (!decodeColumnOf(&reader, inEnd, kind, &column, (uint8_t *)page))
			return 0;
	}
	if (reader.in - (reader.count >= 16) != inEnd) /* the bits left in the last half do not matter */
		return 0;
	if (kind == kHalvesBig || kind == kPixels16Big)
		swapHalves(page, pageLength);
	if (kind >= kPixels24)
		addGreen((uint8_t *)page, pageLength, pixelLength(kind), form);
	return 1;
}
