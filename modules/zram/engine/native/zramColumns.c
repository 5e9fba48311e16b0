/*
 * The columns encoder: zramColumns.h has the contract, DESIGN.md the specification.
 *
 * Written for 32-bit microcontrollers: a group's residuals are made of the page as it is, so nothing but a group is ever
 * held besides it, and loops have no branch that depends on what is in the page but where a code is longer than usual.
 *
 * Invariants:
 *  1. Units may have bits above their width; residuals are cut to it when they are folded.
 *  2. A group is begun only at or before the limit. With the column's head, in front of the first one, it takes at most
 *     (23 + 7 + 16 * 24) bits, which with those that are not written yet fit in the margin.
 */

#include "zramColumns.h"

#include "zramColumnsBlock.h"
#include "zramColumnsKind.h"
#include "zramPack.h"

/* --- bits ------------------------------------------------------------------------------------------------------- */

typedef struct {
	uint32_t bits;  /* not written yet: the lowest ones ... */
	uint32_t count; /* ... so many, less than 16 */
	Half *out;
} Writer;

/* Writes the `length` (at most 16) bits of `value`. */
ZRAM_INLINE void put(Writer *writer, uint32_t value, uint32_t length)
{
	writer->bits = writer->bits << length | value;
	writer->count += length;
	if (writer->count >= 16) {
		writer->count -= 16;
		*writer->out++ = (Half)(writer->bits >> writer->count);
	}
}

static ZRAM_NOINLINE void putField(Writer *writer, uint32_t value, uint32_t length)
{
	put(writer, value, length);
}

/* --- units ------------------------------------------------------------------------------------------------------ */

/* How a unit is read. */
typedef enum {
	kByte,
	kByteAbove, /* relative to the byte behind it */
	kByteBelow, /* ... or in front of it */
	kHalf,
	kHalfBig,
	kGreen,
	kRed,
	kBlue,
	kGreenBig,
	kRedBig,
	kBlueBig,
} Access;

typedef struct {
	const uint8_t *start; /* its first unit */
	uint32_t stride;      /* bytes from unit to unit */
	uint32_t count;       /* of units */
	uint32_t width;       /* bits of a unit */
	uint32_t shift;       /* low bits of a half that are 0 in all of the column's, and left out */
	Access access;
	const uint8_t *page;
	const uint8_t *end; /* of the page: bytes outside of it count as 0 */
} Column;

ZRAM_INLINE uint32_t halfAt(const uint8_t *bytes, int isBig)
{
	return isBig ? (uint32_t)bytes[0] * 256 + bytes[1] : *(const Half *)(const void *)bytes;
}

ZRAM_INLINE uint32_t greenAt(const uint8_t *bytes, int isBig)
{
	return halfAt(bytes, isBig) >> kGreenShift;
}

ZRAM_INLINE uint32_t redAt(const uint8_t *bytes, int isBig)
{
	uint32_t pixel = halfAt(bytes, isBig);
	return (pixel >> kRedShift) - (pixel >> (kGreenShift + 1));
}

ZRAM_INLINE uint32_t blueAt(const uint8_t *bytes, int isBig)
{
	uint32_t pixel = halfAt(bytes, isBig);
	return pixel - (pixel >> (kGreenShift + 1));
}

/* Calls `loop` with how to read the unit at `p`, in a case for each access. */
#define FOR_EACH_ACCESS(access, loop)                       \
	switch (access) {                                       \
	case kByte:                                             \
		loop(*p);                                           \
		break;                                              \
	case kByteAbove:                                        \
		loop((uint32_t)*p - (p + 1 != pageEnd ? p[1] : 0)); \
		break;                                              \
	case kByteBelow:                                        \
		loop((uint32_t)*p - (p != page ? p[-1] : 0));       \
		break;                                              \
	case kHalf:                                             \
		loop(halfAt(p, 0) >> shift);                        \
		break;                                              \
	case kHalfBig:                                          \
		loop(halfAt(p, 1) >> shift);                        \
		break;                                              \
	case kGreen:                                            \
		loop(greenAt(p, 0));                                \
		break;                                              \
	case kRed:                                              \
		loop(redAt(p, 0));                                  \
		break;                                              \
	case kBlue:                                             \
		loop(blueAt(p, 0));                                 \
		break;                                              \
	case kGreenBig:                                         \
		loop(greenAt(p, 1));                                \
		break;                                              \
	case kRedBig:                                           \
		loop(redAt(p, 1));                                  \
		break;                                              \
	case kBlueBig:                                          \
		loop(blueAt(p, 1));                                 \
		break;                                              \
	}

/* Reads `count` units from `p` on. */
static ZRAM_NOINLINE void readUnits(const Column *column, const uint8_t *p, uint32_t *units, uint32_t count)
{
	const uint32_t stride = column->stride, shift = column->shift;
	const uint8_t *end = p + count * stride, *page = column->page, *pageEnd = column->end;
#define READ(unit)                \
	for (; p != end; p += stride) \
	*units++ = (unit)
	FOR_EACH_ACCESS(column->access, READ)
#undef READ
}

/* --- residuals -------------------------------------------------------------------------------------------------- */

/* A group's residuals, folded: 0, -1, 1, -2 ... are 0, 1, 2, 3 ... */
typedef struct {
	uint32_t sum;
	uint32_t any; /* bits that are 1 in one of them */
	uint32_t count;
	uint32_t folded[kGroup];
} Group;

#define FOLD(residual)                                              \
	do {                                                            \
		int32_t high = (int32_t)((residual) << up);                 \
		uint32_t z = (uint32_t)((high >> (up - 1)) ^ (high >> 31)); \
		*folded++ = z;                                              \
		sum += z;                                                   \
		any |= z;                                                   \
	} while (0)

/* Of order 1, the usual one, without a detour. `last` is the unit before those at `p`; returns the last of them. */
static ZRAM_NOINLINE uint32_t differ(const Column *column, const uint8_t *p, uint32_t last, Group *group)
{
	const uint32_t stride = column->stride, shift = column->shift, up = 32 - column->width;
	const uint8_t *end = p + group->count * stride, *page = column->page, *pageEnd = column->end;
	uint32_t *folded = group->folded, sum = 0, any = 0, unit;
#define DIFFER(read)                \
	for (; p != end; p += stride) { \
		unit = read;                \
		FOLD(unit - last);          \
		last = unit;                \
	}
	FOR_EACH_ACCESS(column->access, DIFFER)
#undef DIFFER
	group->sum = sum;
	group->any = any;
	return last;
}

/* What the next unit is predicted from, but in order 0. */
typedef struct {
	uint32_t last;
	uint32_t slope;
} History;

/* Of order 0 or 2. `history` is that of the units from `p` on, and then of those behind them. */
static ZRAM_NOINLINE void predict(
	const Column *column, const uint8_t *p, uint32_t order, History *history, Group *group)
{
	const uint32_t up = 32 - column->width;
	uint32_t units[kGroup], *folded = group->folded, sum = 0, any = 0;
	const uint32_t *unit = units, *end = units + group->count;
	readUnits(column, p, units, group->count);
	if (order == 0)
		for (; unit < end; unit++)
			FOLD(*unit);
	else {
		uint32_t last = history->last, slope = history->slope;
		for (; unit < end; unit++) {
			uint32_t difference = *unit - last;
			FOLD(difference - slope);
			slope = difference;
			last = *unit;
		}
		*history = (History){ last, slope };
	}
	group->sum = sum;
	group->any = any;
}

enum {
	kOrderSamplesMost = 32,
	kOrderSamplesLeast = 10
};

/* The order whose residuals are smallest, among some units in the column's middle. */
static ZRAM_NOINLINE uint32_t findOrder(const Column *column)
{
	uint32_t units[kOrderSamplesMost], sums[3] = { 0, 0, 0 }, count = column->count >> 3;
	uint32_t up = 32 - column->width;
	if (count > kOrderSamplesMost)
		count = kOrderSamplesMost;
	if (count < kOrderSamplesLeast)
		count = column->count < kOrderSamplesLeast ? column->count : kOrderSamplesLeast;
	readUnits(column, column->start + ((column->count - count) >> 1) * column->stride, units, count);
	for (uint32_t i = 2; i < count; i++) {
		uint32_t residual = units[i], last = units[i - 1], slope = last - units[i - 2];
		for (uint32_t order = 0; order <= kOrderMax; order++) {
			int32_t high = (int32_t)(residual << up);
			sums[order] += (uint32_t)(high ^ (high >> 31)) >> up;
			residual -= order ? slope : last;
		}
	}
	return sums[2] < sums[1] ? (sums[2] < sums[0] ? 2 : 0) : sums[1] < sums[0] ? 1 : 0;
}

/* --- parameters ------------------------------------------------------------------------------------------------- */

/* Bits that the group takes with Rice parameter k. */
static ZRAM_NOINLINE uint32_t riceLength(const Group *group, uint32_t k, uint32_t width)
{
	const uint32_t *z = group->folded, *end = z + group->count;
	const uint32_t escape = kQuotients - 1 + width - k;
	uint32_t length = group->count * (k + 1);
	for (; z < end; z++) {
		uint32_t quotient = *z >> k;
		length += quotient < kQuotients ? quotient : escape;
	}
	return length;
}

/* One less as long as that is shorter: few large residuals among small ones are better escaped. */
static ZRAM_NOINLINE uint32_t lessen(const Group *group, uint32_t k, uint32_t width)
{
	uint32_t length = riceLength(group, k, width), shorter;
	while (k && (shorter = riceLength(group, k - 1, width)) < length) {
		length = shorter;
		k--;
	}
	return k;
}

/* By the mean of the residuals, as a rule. */
ZRAM_INLINE uint32_t findParameter(const Group *group, uint32_t width)
{
	uint32_t k = 0, bound = group->count * 27 >> 4;
	if (!group->any)
		return kAllZero;
	for (; group->sum >= bound && k < width - 1; k++)
		bound <<= 1;
	if (group->any >> k >= kQuotients)
		k = lessen(group, k, width);
	return kRice + k;
}

/* --- groups ----------------------------------------------------------------------------------------------------- */

ZRAM_INLINE void putParameter(Writer *writer, uint32_t parameter, uint32_t before)
{
	if (parameter == before)
		put(writer, 1, 1);
	else if (parameter == before + 1)
		put(writer, 3, 3);
	else if (parameter + 1 == before)
		put(writer, 2, 3);
	else
		put(writer, parameter, 2 + kParameterBits);
}

/* A code that may have more than 16 bits. */
static ZRAM_NOINLINE void putLong(Writer *writer, uint32_t z, uint32_t k, uint32_t width)
{
	uint32_t quotient = z >> k, one = 1u << k;
	if (quotient < kQuotients) {
		put(writer, 0, quotient);
		put(writer, one | (z & (one - 1)), k + 1);
	}
	else {
		put(writer, 0, kQuotients);
		put(writer, z, width);
	}
}

ZRAM_INLINE void putRice(Writer *writer, const Group *group, uint32_t k, uint32_t width)
{
	const uint32_t *z = group->folded, *end = z + group->count;
	const uint32_t one = 1u << k, low = one - 1, length = k + 1;
	if (group->any >> k < kQuotients && k <= 8)
		for (; z < end; z++)
			put(writer, one | (*z & low), (*z >> k) + length);
	else
		for (; z < end; z++) {
			uint32_t quotient = *z >> k;
			if (quotient < kQuotients && quotient + length <= 16)
				put(writer, one | (*z & low), quotient + length);
			else {
				Writer copy = *writer; /* what has its address taken is not kept in registers */
				putLong(&copy, *z, k, width);
				*writer = copy;
			}
		}
}

ZRAM_INLINE void putRaw(Writer *writer, const Group *group, uint32_t width)
{
	const uint32_t *z = group->folded, *end = z + group->count;
	for (; z < end; z++)
		put(writer, *z, width);
}

/* --- columns ---------------------------------------------------------------------------------------------------- */

/* How many low bits are 0 in all of a column's halves. */
static uint32_t zerosOf(const Column *column)
{
	const uint8_t *p = column->start;
	uint32_t any = 0, zeros = 0;
	for (uint32_t count = column->count; count; count--, p += column->stride) {
		any |= halfAt(p, column->access == kHalfBig);
		if (any & 1)
			return 0;
	}
	for (; any && !(any & 1); any >>= 1)
		zeros++;
	return zeros;
}

/* All that is in front of the first group. Returns the order. */
static uint32_t putHead(Writer *writer, Column *column, uint32_t *first)
{
	uint32_t order, isHalf = column->access == kHalf || column->access == kHalfBig;
	column->shift = isHalf ? zerosOf(column) : 0;
	column->width -= column->shift;
	order = findOrder(column);
	putField(writer, order, kOrderBits);
	if (isHalf && column->shift)
		putField(writer, 1u << kShiftBits | column->shift, 1 + kShiftBits);
	else if (isHalf)
		putField(writer, 0, 1);
	readUnits(column, column->start, first, 1);
	putField(writer, *first & ((1u << column->width) - 1), column->width);
	return order;
}

/* Returns 0 if the limit is passed. */
static ZRAM_NOINLINE int putColumn(Writer *to, Column *column, const Half *limit)
{
	History history = { 0, 0 };
	uint32_t order = putHead(to, column, &history.last), parameter = firstParameter(column->width), before;
	const uint32_t stride = column->stride, width = column->width;
	const uint8_t *p = column->start + stride;
	Writer writer = *to;
	Group group;

	for (uint32_t rest = column->count - 1; rest; rest -= group.count) {
		group.count = rest < kGroup ? rest : kGroup;
		if (order == 1)
			history.last = differ(column, p, history.last, &group);
		else
			predict(column, p, order, &history, &group);
		p += group.count * stride;
		before = parameter;
		parameter = findParameter(&group, width);
		putParameter(&writer, parameter, before);
		if (parameter == width)
			putRaw(&writer, &group, width);
		else if (parameter != kAllZero)
			putRice(&writer, &group, parameter - kRice, width);
		if (writer.out > limit)
			return 0;
	}
	*to = writer;
	return 1;
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

typedef struct {
	const uint8_t *page;
	uint32_t pageLength;
	uint32_t kind;
	uint32_t form;
} Source;

static Column recordColumn(const Source *source, uint32_t index)
{
	uint32_t size = source->kind == kBytes ? 1 : 2, stride = (source->form + 1) * size, start = index * size;
	Access access = source->kind == kBytes ? kByte : source->kind == kHalves ? kHalf : kHalfBig;
	return (Column){ source->page + start, stride, (source->pageLength - start + stride - 1) / stride, 8 * size, 0,
		access, 0, 0 };
}

static Column pixelColumn(const Source *source, uint32_t index)
{
	Access access = (source->kind == kPixels16 ? kGreen : kGreenBig) + index;
	return (Column){ source->page, 2, source->pageLength >> 1, index ? kRedWidth : kGreenWidth, 0, access, 0, 0 };
}

static Column byteColumn(const Source *source, uint32_t index)
{
	uint32_t length = pixelLength(source->kind), channel = (index + source->form) % length;
	Access access = channel == 0 ? kByteAbove : channel == 2 ? kByteBelow : kByte;
	uint32_t count = (source->pageLength - index + length - 1) / length;
	return (
		Column){ source->page + index, length, count, 8, 0, access, source->page, source->page + source->pageLength };
}

static uint32_t encodeAs(const Source *source, uint8_t *block, uint32_t capacity)
{
	const Half *limit = (const Half *)(const void *)(block + (capacity & ~1u));
	uint32_t columns = columnsOf(source->kind, source->form);
	Writer writer = { 0, 0, (Half *)(void *)block };

	putField(&writer, source->kind << kFormBits | source->form, kKindBits + kFormBits);
	for (uint32_t index = 0; index < columns; index++) {
		Column column = source->kind <= kHalvesBig ? recordColumn(source, index)
			: source->kind <= kPixels16Big         ? pixelColumn(source, index)
												   : byteColumn(source, index);
		if (!putColumn(&writer, &column, limit))
			return 0;
	}
	if (writer.count)
		putField(&writer, 0, 16 - writer.count);
	return writer.out <= limit ? (uint32_t)((uint8_t *)writer.out - block) : 0;
}

static uint32_t encode(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	const uint8_t *bytes = (const uint8_t *)page;
	zramColumnsKind found;
	(void)workspace;
	if (!zramColumnsFindKind(bytes, pageLength, capacity, &found))
		return kZramDeclined;
	return encodeAs(&(Source){ bytes, pageLength, found.kind, found.form }, block, capacity);
}

uint32_t zramColumnsEncode(const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	uint32_t length = encode(0, page, pageLength, block, capacity);
	return length == kZramDeclined ? 0 : length;
}

/* --- codec ------------------------------------------------------------------------------------------------------ */

_Static_assert(kZramColumnsMargin <= kZramBlockMargin, "blocks have the margin");

/* Where LZ4 leaves less than a fifth of a page it does well, and is read three times as fast. */
const zramCodec zramColumnsCodec = {
	.name = "columns",
	.tried = 51,
	.saves = 26,
	.leavesWorkspace = 1,
	.encode = encode,
	.decode = zramColumnsDecode,
};
