/*
 * The columns encoder: how a column is predicted, and how its residuals are written. zramColumns.h is the contract,
 * DESIGN.md the specification.
 *
 * Written for 32-bit microcontrollers: it computes a group's residuals straight from the page, so it never holds more
 * than a group beside it. No branch in its loops depends on the page's content, except where a code is longer than
 * usual.
 *
 * Invariants:
 *  1. Units may have bits above their width; folding cuts residuals to it.
 *  2. A group begins only at or before the limit. With the column's head before the first one, it takes at most
 *     (23 + 7 + 16 * 24) bits. Together with the bits not yet written, these fit in the margin.
 */

#include "zramColumns.h"

#include "zramColumnsBlock.h"
#include "zramColumnsKind.h"
#include "zramPack.h"

/* --- bits ------------------------------------------------------------------------------------------------------- */

typedef struct {
	uint32_t bits;  /* the lowest `count` are not written yet */
	uint32_t count; /* less than 16 */
	Half *out;
} Writer;

/* Writes the `length` bits of `value`, at most 16. */
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

/* How to read a unit. */
typedef enum {
	kByte,
	kByteBeside, /* relative to the byte `shift` bytes away */
	kHalf,       /* without the lowest `shift` bits */
	kHalfBig,
	kPixel, /* the field at bit `shift`, red or blue, relative to half of green */
	kPixelBig,
} Access;

typedef struct {
	const uint8_t *start; /* its first unit */
	uint32_t stride;      /* bytes from unit to unit */
	uint32_t count;       /* units */
	uint32_t width;       /* bits of a unit */
	uint32_t shift;
	Access access;
	const uint8_t *page;
	uint32_t pageLength;
} Column;

ZRAM_INLINE uint32_t halfAt(const uint8_t *bytes, int isBig)
{
	return isBig ? (uint32_t)bytes[0] * 256 + bytes[1] : *(const Half *)(const void *)bytes;
}

ZRAM_INLINE uint32_t pixelAt(const uint8_t *bytes, int isBig, uint32_t shift)
{
	uint32_t pixel = halfAt(bytes, isBig);
	return (pixel >> shift) - (pixel >> (kGreenShift + 1));
}

/* The byte of the page at `bytes`, or 0 outside the page. */
ZRAM_INLINE uint32_t besideAt(const uint8_t *bytes, const uint8_t *page, uint32_t pageLength)
{
	return (uintptr_t)bytes - (uintptr_t)page < pageLength ? *bytes : 0;
}

/* Expands `loop` once for each access, with the expression that reads the unit at `p`. */
#define FOR_EACH_ACCESS(access, loop)                                        \
	switch (access) {                                                        \
	case kByte:                                                              \
		loop(*p);                                                            \
		break;                                                               \
	case kByteBeside:                                                        \
		loop((uint32_t)*p - besideAt(p + (int32_t)shift, page, pageLength)); \
		break;                                                               \
	case kHalf:                                                              \
		loop(halfAt(p, 0) >> shift);                                         \
		break;                                                               \
	case kHalfBig:                                                           \
		loop(halfAt(p, 1) >> shift);                                         \
		break;                                                               \
	case kPixel:                                                             \
		loop(pixelAt(p, 0, shift));                                          \
		break;                                                               \
	case kPixelBig:                                                          \
		loop(pixelAt(p, 1, shift));                                          \
		break;                                                               \
	}

/* Reads `count` units, from `p` on. */
static ZRAM_NOINLINE void readUnits(const Column *column, const uint8_t *p, uint32_t *units, uint32_t count)
{
	const uint32_t stride = column->stride, shift = column->shift, pageLength = column->pageLength;
	const uint8_t *end = p + count * stride, *page = column->page;
#define READ(unit)                \
	for (; p != end; p += stride) \
	*units++ = (unit)
	FOR_EACH_ACCESS(column->access, READ)
#undef READ
}

/* --- residuals -------------------------------------------------------------------------------------------------- */

/* A group's residuals, folded: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
typedef struct {
	uint32_t sum;
	uint32_t any; /* all of them, combined by | */
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

/*
 * Residuals of order 1, the usual one, in a single loop. `last` is the unit before `p`. Returns the last unit
 * read.
 */
static ZRAM_NOINLINE uint32_t differ(const Column *column, const uint8_t *p, uint32_t last, Group *group)
{
	const uint32_t stride = column->stride, shift = column->shift, up = 32 - column->width;
	const uint32_t pageLength = column->pageLength;
	const uint8_t *end = p + group->count * stride, *page = column->page;
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

/* What the next unit is predicted from; order 0 needs nothing. */
typedef struct {
	uint32_t last;
	uint32_t slope;
} History;

/*
 * Residuals of order 0 or 2. On entry `history` is what precedes the units at `p`; on return, what precedes the
 * units after them.
 */
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

/* How many units findOrder() looks at. */
enum {
	kOrderSamplesMost = 32,
	kOrderSamplesLeast = 10
};

/* Half of a residual, folded. */
ZRAM_INLINE uint32_t halfFolded(uint32_t residual, uint32_t up)
{
	int32_t high = (int32_t)(residual << up);
	return (uint32_t)(high ^ (high >> 31)) >> up;
}

/* Picks the order whose residuals are smallest, by some units in the middle of the column. */
static ZRAM_NOINLINE uint32_t findOrder(const Column *column)
{
	uint32_t units[kOrderSamplesMost], count = column->count >> 3, up = 32 - column->width;
	uint32_t zero = 0, one = 0, two = 0; /* sums of the orders' residuals */
	if (count > kOrderSamplesMost)
		count = kOrderSamplesMost;
	if (count < kOrderSamplesLeast)
		count = column->count < kOrderSamplesLeast ? column->count : kOrderSamplesLeast;
	readUnits(column, column->start + ((column->count - count) >> 1) * column->stride, units, count);
	for (uint32_t i = 2; i < count; i++) {
		uint32_t unit = units[i], last = units[i - 1], slope = unit - last;
		zero += halfFolded(unit, up);
		one += halfFolded(slope, up);
		two += halfFolded(slope - (last - units[i - 2]), up);
	}
	return two < one ? (two < zero ? 2 : 0) : one < zero ? 1 : 0;
}

/* --- parameters ------------------------------------------------------------------------------------------------- */

/* How many bits the group takes with Rice parameter k. */
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

/* Lowers k as long as that makes the group shorter: a few large residuals among small ones are better escaped. */
static ZRAM_NOINLINE ZRAM_COLD uint32_t lessen(const Group *group, uint32_t k, uint32_t width)
{
	uint32_t length = riceLength(group, k, width), shorter;
	while (k && (shorter = riceLength(group, k - 1, width)) < length) {
		length = shorter;
		k--;
	}
	return k;
}

/* Picks a group's parameter, mostly by the mean of its residuals. */
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
	uint32_t bits = parameter, length = 2 + kParameterBits;
	if (parameter == before)
		bits = length = 1;
	else if (parameter - before + 1 <= 2) {
		bits = parameter > before ? 3 : 2;
		length = 3;
	}
	put(writer, bits, length);
}

/* Writes a code that may have more than 16 bits. */
static ZRAM_COLD void putLong(Writer *writer, uint32_t z, uint32_t k, uint32_t width)
{
	uint32_t quotient = z >> k, one = 1u << k;
	if (quotient < kQuotients) {
		putField(writer, 0, quotient);
		putField(writer, one | (z & (one - 1)), k + 1);
	}
	else {
		putField(writer, 0, kQuotients);
		putField(writer, z, width);
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
				Writer copy = *writer; /* a variable whose address is taken is not kept in registers */
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

/* How many of the lowest bits are 0 in all of a column's halves; 0 if all bits are. */
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

/* Writes everything that precedes a column's first group. Returns the order. */
static uint32_t putHead(Writer *writer, Column *column, uint32_t *first)
{
	uint32_t order, isHalf = column->width == 16;
	if (isHalf) {
		column->shift = zerosOf(column);
		column->width -= column->shift;
	}
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

/* Writes a column. Returns 0 if the block passes the limit. */
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

/* A page, and what it is encoded as. */
typedef struct {
	const uint8_t *page;
	uint32_t pageLength;
	uint32_t kind;
	uint32_t form;
} Source;

static Column columnAt(const Source *source, uint32_t index)
{
	static const uint8_t accesses[kKinds] = { kByte, kHalf, kHalfBig, kHalf, kHalfBig, kByte, kByte };
	uint32_t kind = source->kind, channel;
	zramColumn at;
	Column column;

	zramColumnsLay(&at, kind, source->form, index, source->pageLength);
	column = (Column){ source->page + at.start, at.stride, at.count, at.width, at.shift, accesses[kind], source->page,
		source->pageLength };
	if (isPixels16(kind) && index)
		column.access += kPixel - kHalf;
	if (kind >= kPixels24) {
		channel = (index + source->form) % at.stride;
		if (!(channel & 1)) {
			column.access = kByteBeside;
			column.shift = 1 - channel;
		}
	}
	return column;
}

/*
 * How long the block may be once this column is written. Green, the first column of 16-bit pixels, has 3/8 of their
 * bits: if it takes more than 9/16 of the room, red and blue will hardly fit in the rest.
 */
static uint32_t roomFor(const Source *source, uint32_t index, uint32_t capacity)
{
	return index == 0 && isPixels16(source->kind) ? capacity * 9 >> 4 : capacity;
}

static uint32_t encodeAs(const Source *source, uint8_t *block, uint32_t capacity)
{
	uint32_t columns = columnsOf(source->kind, source->form);
	const Half *limit = 0;
	Writer writer = { 0, 0, (Half *)(void *)block };

	putField(&writer, source->kind << kFormBits | source->form, kKindBits + kFormBits);
	for (uint32_t index = 0; index < columns; index++) {
		Column column = columnAt(source, index);
		limit = (const Half *)(const void *)(block + (roomFor(source, index, capacity) & ~1u));
		if (!putColumn(&writer, &column, limit))
			return 0;
	}
	if (writer.count)
		putField(&writer, 0, 16 - writer.count);
	return writer.out <= limit ? (uint32_t)((uint8_t *)writer.out - block) : 0;
}

ZRAM_NOINLINE uint32_t zramColumnsEncode(const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	const uint8_t *bytes = (const uint8_t *)page;
	zramColumnsKind found;
	if (!zramColumnsFindKind(bytes, pageLength, capacity, &found))
		return kZramDeclined;
	return encodeAs(&(Source){ bytes, pageLength, found.kind, found.form }, block, capacity);
}

/* --- codec ------------------------------------------------------------------------------------------------------ */

static uint32_t encode(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	(void)workspace;
	return zramColumnsEncode(page, pageLength, block, capacity);
}

static int decode(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	(void)workspace;
	return zramColumnsDecode(block, length, page, pageLength);
}

_Static_assert(kZramColumnsMargin <= kZramBlockMargin, "blocks have the margin");

/*
 * Tried only if LZ4 leaves a fifth of a page or more: with less it does well enough, and is read three times as fast.
 * Kept if it saves a tenth of that.
 */
const zramCodec zramColumnsCodec = {
	.name = "columns",
	.tried = 51,
	.saves = 26,
	.leavesWorkspace = 1,
	.encode = encode,
	.decode = decode,
};
