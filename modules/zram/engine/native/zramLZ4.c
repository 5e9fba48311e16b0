/*
 * LZ4 for one page of memory: zramLZ4.h has the contract, DESIGN.md the specification of the encoder.
 *
 * Written for 32-bit microcontrollers without misaligned access and without a count of trailing zeros: short runs of
 * bytes are compared and copied without loops, long ones as aligned words. Machines that load words from anywhere have
 * shorter ways to do the same (zramLZ4Words.h).
 *
 * Invariants:
 *  1. A word is loaded or stored at a multiple of 4 only, a half of one at a multiple of 2. `page` and `block` are
 *     4-aligned, so the aligned word around any of their bytes lies inside of them, or inside of the block's margin.
 *  2. The table only says where to look. An entry counts if it is of this page's generation, a match if its bytes are
 *     equal: what the table holds of older pages never shows in a block. Position 0 is never in the table.
 *  3. The encoder looks at the limit behind the literals of a sequence, and so begins a match only at out <= limit. What
 *     it writes past it without looking (an offset, up to 17 length bytes, a token, then 16 bytes for short literals or 17
 *     length bytes) fits in the margin.
 *  4. The decoder looks at the room for a run before it copies it. Copies may overrun by up to 3 bytes, which are in
 *     the page too; what follows overwrites them.
 *  5. The decoder holds in < inEnd before each token. A short literal run and an offset may come from the margin, but
 *     then in > inEnd, and the block is refused at the next check of it whatever these bytes were.
 */
#include "zramLZ4.h"
#include "zramPack.h"
#include "zramLZ4Words.h"
#include <stddef.h>

enum {
	/* The LZ4 block format. */
	kMatchMin = 4,        /* bytes of the shortest match */
	kNibbleMax = 15,      /* a length in the token that says: more in the bytes that follow */
	kLastLiterals = 5,    /* the last bytes of a page are literals ... */
	kLastMatchStart = 12, /* ... and matches start at least so many bytes before its end */

	/* The encoder's specification: other values, other blocks. */
	kHashShift = 21, /* 32 - log2(kZramLZ4TableEntries) */
	kGenerationStep = 0x1000,
	kGenerationLast = 0xF000,
	kDenseFirst = 128, /* bytes searched at every position before the first match, ... */
	kDenseLater = 192, /* ... and before others, ... */
	kDenseStep = 64,   /* ... which are multiples of this; behind them ... */
	kApartSecond = 4,  /* ... at four positions, so far from the first, ... */
	kApartThird = 14,
	kApartFourth = 27,
	kApartLeast = 48, /* ... and again so far behind that, ... */
	kApartMask = 28,  /* ... and a few words more, as its byte says */

	/* Room for a short match of 18 bytes, or 14 literals, rounded up to groups, and for the last literals. */
	kShortRoom = 24
};
#define kHashMultiplier 2654435761u

/* ---- encoder: matches ---- */

/*
 * A position of the page travels as a stamp: its number, with the page's generation in the 4 bits above, as the entries
 * of the table hold it. Stamps of older pages are smaller.
 */
typedef struct {
	uint16_t *entries;
	uint32_t multiplier; /* of hashes */
	uintptr_t origin;    /* the address that stamp 0 would have */
	uint32_t generation;
} Finder;

INLINE const uint8_t *at(const Finder *finder, uint32_t stamp)
{
	return (const uint8_t *)(finder->origin + stamp);
}

/* Enters the place of `sequence`, and returns the last place of one with the same hash. */
INLINE uint32_t exchange(const Finder *finder, uint32_t sequence, uint32_t stamp)
{
	uint16_t *entry = &finder->entries[sequence * finder->multiplier >> kHashShift];
	uint32_t previous = *entry;
	*entry = (uint16_t)stamp;
	return previous;
}

/*
 * Moves `*sequence` on by a byte, to the four at `bytes`, and enters their place. Returns the last one if it holds the same
 * four, or else NULL. One byte tells nearly always, and costs less than four: the last, which is at hand.
 */
INLINE const uint8_t *probeNext(const Finder *finder, uint32_t *sequence, const uint8_t *bytes, uint32_t stamp)
{
	uint8_t lastByte = bytes[3];
	const uint8_t *match;
	uint32_t found;
	*sequence = nextSequence(*sequence, bytes, lastByte);
	found = exchange(finder, *sequence, stamp);
	if (found < finder->generation)
		return NULL;
	match = at(finder, found);
	return isGroup(match, *sequence, lastByte) ? match : NULL;
}

/* The stamp of the next position. */
INLINE uint32_t nextStamp(uint32_t *stamp)
{
	++*stamp;
	ZRAM_ONE_VARIABLE(*stamp);
	return *stamp;
}

/* The same at the position that is `apart` bytes behind `bytes`, which is at a multiple of 4 and has this stamp. */
INLINE const uint8_t *probeApart(
	const Finder *finder, const uint8_t *bytes, uint32_t apart, uint32_t stamp, const uint8_t **position)
{
	uint32_t sequence = loadApart(bytes, apart), found = exchange(finder, sequence, stamp + apart);
	const uint8_t *match = at(finder, found);
	*position = bytes + apart;
	return (found < finder->generation || !isGroup(match, sequence, (uint8_t)(sequence >> 24))) ? NULL : match;
}

/*
 * Searches for a match behind `anchor`, the first byte that is not in the block yet, and before `last`: at every position,
 * in turns of 4, then at four here and there, whose distances to others have all remainders of 4, so that what comes again
 * at any distance can be found. `stamp` is that of the position behind `anchor`, `sequence` is at `anchor`. Returns the
 * match and sets `*position`, or returns NULL.
 */
INLINE const uint8_t *search(const Finder *finder, const uint8_t *anchor, uint32_t stamp, uint32_t sequence,
	uint32_t last, int isFirst, const uint8_t **position)
{
	const uint8_t *bytes = anchor + 1, *match;
	uint32_t end;
	do {
		end = stamp + kDenseStep;
		if (end > last - 3)
			end = last - 3;
		for (; stamp < end; bytes += 4, stamp++)
			if ((match = probeNext(finder, &sequence, *position = bytes, stamp))
				|| (match = probeNext(finder, &sequence, *position = bytes + 1, nextStamp(&stamp)))
				|| (match = probeNext(finder, &sequence, *position = bytes + 2, nextStamp(&stamp)))
				|| (match = probeNext(finder, &sequence, *position = bytes + 3, nextStamp(&stamp))))
				return match;
	} while (stamp < last - 3 && bytes - anchor < (isFirst ? kDenseFirst : kDenseLater));
	stamp = (stamp + 3) & ~3u;
	for (; stamp + kApartFourth < last; stamp += kApartLeast + (*bytes & kApartMask)) {
		bytes = at(finder, stamp);
		if ((match = probeApart(finder, bytes, 0, stamp, position))
			|| (match = probeApart(finder, bytes, kApartSecond, stamp, position))
			|| (match = probeApart(finder, bytes, kApartThird, stamp, position))
			|| (match = probeApart(finder, bytes, kApartFourth, stamp, position)))
			return match;
	}
	return NULL;
}

/* Enters a place near the end of a match, and probes the position behind it. Returns the match there, or 0. */
INLINE const uint8_t *probeBehind(const Finder *finder, const uint8_t *position, uint32_t stamp, uint32_t *sequence)
{
	const uint8_t *match;
	uint32_t found, before;
	*sequence = loadBoth(position, &before);
	exchange(finder, before, stamp - 2);
	found = exchange(finder, *sequence, stamp);
	if (found < finder->generation)
		return 0;
	match = at(finder, found);
	return isSequence(match, *sequence) ? match : 0;
}

/* The length of a match less the 4 bytes that are known to be equal. `end` is at least 8 bytes behind `position`. */
INLINE uint32_t matchLength(const uint8_t *position, const uint8_t *match, const uint8_t *end)
{
	const uint8_t *const groupEnd = end - 4, *a = position + 8, *b = match + 8;
	uint32_t length = equalGroup(position + 4, match + 4);
	if (length < 4)
		return length;
	if (a <= groupEnd) {
		length = equalGroup(a, b);
		if (length < 4)
			return 4 + length;
		a += 4;
		b += 4;
	}
	return (uint32_t)(longMatchEnd(a, b, end) - position) - kMatchMin;
}

/* ---- encoder: sequences ---- */

INLINE uint8_t *putLength(uint8_t *out, uint32_t length)
{
	for (; length >= 255; length -= 255)
		*out++ = 255;
	*out++ = (uint8_t)length;
	return out;
}

/* Writes the match at `*position`, and the token. Moves `*position` to the end of the match, which is at most `end`. */
INLINE uint8_t *putMatch(
	uint8_t *out, uint8_t *token, uint32_t nibble, const uint8_t **position, const uint8_t *match, const uint8_t *end)
{
	uint32_t offset = (uint32_t)(*position - match), length;
	*out++ = (uint8_t)offset;
	*out++ = (uint8_t)(offset >> 8);
	length = matchLength(*position, match, end);
	*position += kMatchMin + length;
	if (length < kNibbleMax)
		*token = (uint8_t)(nibble | length);
	else {
		*token = (uint8_t)(nibble | kNibbleMax);
		out = putLength(out, length - kNibbleMax);
	}
	return out;
}

void zramLZ4Init(zramLZ4Table *table)
{
	table->generation = kGenerationLast;
}

/* Opens a generation: one above all stamps in the table or, if there is none left, the first one of an empty table. */
static uint32_t nextGeneration(zramLZ4Table *table)
{
	uint32_t i;
	if (table->generation >= kGenerationLast) {
		for (i = 0; i < kZramLZ4TableEntries; i++)
			table->entries[i] = 0;
		table->generation = 0;
	}
	return table->generation += kGenerationStep;
}

uint32_t zramLZ4Encode(
	zramLZ4Table *table, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	const uint8_t *const source = (const uint8_t *)page, *const end = source + pageLength;
	const uint8_t *const matchLimit = end - kLastLiterals, *const limit = block + capacity;
	const uint8_t *anchor = source, *position, *match; /* `anchor`: all before is in the block */
	uint32_t generation = nextGeneration(table), stamp = generation, last = stamp + pageLength - kLastMatchStart;
	uint32_t sequence = *page, length, nibble;
	Finder finder = { table->entries, kHashMultiplier, (uintptr_t)source - generation, generation };
	uint8_t *out = block, *token;

	ZRAM_ONE_VARIABLE(finder.multiplier);
	while (stamp < last) {
		stamp++;
		if (!(match = search(&finder, anchor, stamp, sequence, last, anchor == source, &position)))
			break;
		while (position[-1] == match[-1]) {
			position--;
			match--;
			ZRAM_ONE_VARIABLE(position);
			ZRAM_ONE_VARIABLE(match);
			if (position == anchor || match == source)
				break;
		}
		token = out++;
		length = (uint32_t)(position - anchor);
		if (length < kNibbleMax) {
			nibble = length << 4;
			copyLiterals(out, anchor, length);
			if ((out += length) > limit)
				return 0;
		}
		else {
			nibble = kNibbleMax << 4;
			out = putLength(out, length - kNibbleMax);
			if (limit - out < (ptrdiff_t)length)
				return 0;
			copyLong(out, anchor, length);
			out += length;
		}
		anchor = position;
		/* Most matches of text follow one right after another. Where its code is short, it stands here twice. */
#if kZramUnaligned
		out = putMatch(out, token, nibble, &anchor, match, matchLimit);
		while ((stamp = (uint32_t)((uintptr_t)anchor - finder.origin)) < last
			&& (match = probeBehind(&finder, anchor, stamp, &sequence))) {
			if (out > limit)
				return 0;
			out = putMatch(out + 1, out, 0, &anchor, match, matchLimit);
		}
#else
		for (;;) {
			out = putMatch(out, token, nibble, &anchor, match, matchLimit);
			stamp = (uint32_t)((uintptr_t)anchor - finder.origin);
			if (stamp >= last || !(match = probeBehind(&finder, anchor, stamp, &sequence)))
				break;
			if (out > limit)
				return 0;
			token = out++;
			nibble = 0;
		}
#endif
	}
	token = out++;
	length = (uint32_t)(end - anchor);
	if (length < kNibbleMax)
		nibble = length << 4;
	else {
		nibble = kNibbleMax << 4;
		out = putLength(out, length - kNibbleMax);
	}
	if (limit - out < (ptrdiff_t)length)
		return 0;
	*token = (uint8_t)nibble;
	copyLast(out, anchor, length);
	return (uint32_t)(out - block) + length;
}

/* ---- decoder ---- */

/* A length of 15 and more, whose bytes start at `*in`. If the block ends among them: more than any page holds. */
INLINE uint32_t getLength(const uint8_t **in, const uint8_t *end)
{
	uint32_t length = kNibbleMax;
	uint8_t byte;
	do {
		if (*in >= end)
			return UINT32_MAX / 2;
		byte = *(*in)++;
		length += byte;
	} while (byte == 255);
	return length;
}

/* Copies a match of any offset but 0, with an overrun of up to 3. */
static void copyMatch(uint8_t *to, uint32_t offset, uint32_t length)
{
	/* A short period is copied by bytes until it has repeated to a multiple of four, which is a period too. */
	uint32_t period = offset >= 4 ? offset : offset == 3 ? 12 : 4, head = period - offset;
	if (length < 16)
		copyBytes(to, to - offset, length);
	else {
		copyBytes(to, to - offset, head);
		copyLong(to + head, to + head - period, length - head);
	}
}

int zramLZ4Decode(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	const uint8_t *in = block, *const inEnd = block + length, *match;
	uint8_t *out = (uint8_t *)page, *const outEnd = out + pageLength, *const shortEnd = outEnd - kShortRoom;
	size_t token, count, offset, room;

	if (length > 2 * pageLength) /* no block of a page is, and no sum of its lengths overflows */
		return 0;
	while (in < inEnd) {
		token = *in++;
		count = token >> 4;
		if (!count)
			;
		else if (count < kNibbleMax && out <= shortEnd) {
			copyLiterals(out, in, count);
			in += count;
			out += count;
		}
		else {
			if (count == kNibbleMax)
				count = getLength(&in, inEnd);
			if (count > (size_t)(inEnd - in) || count > (size_t)(outEnd - out))
				return 0;
			if (count < 4)
				copyBytes(out, in, count);
			else
				copyLong(out, in, count);
			in += count;
			out += count;
			if (in == inEnd)
				return out == outEnd;
		}
		offset = in[0] | (size_t)in[1] << 8;
		in += 2;
		match = (const uint8_t *)((uintptr_t)out - offset);
		if (match < (const uint8_t *)page)
			return 0;
		count = token & 15;
		if (count < kNibbleMax && offset >= kNear && out <= shortEnd) {
			count += kMatchMin;
			copyNear(out, match, count);
		}
		else {
			room = (size_t)(outEnd - out);
			if (count == kNibbleMax)
				count = getLength(&in, inEnd);
			count += kMatchMin;
			if (!offset || room < kLastMatchStart || count + kLastLiterals > room)
				return 0;
			if (count > 20 || room < kShortRoom || !copyPeriod(out, offset, count))
				copyMatch(out, offset, count);
		}
		out += count;
	}
	return 0;
}

/* ---- codec ---- */

_Static_assert(sizeof(zramLZ4Table) <= kZramWorkspaceLength, "the table lies in the workspace");
_Static_assert(kZramLZ4Margin <= kZramBlockMargin, "blocks have the margin");

static void prepare(void *workspace)
{
	zramLZ4Init(workspace);
}

static uint32_t encode(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	return zramLZ4Encode(workspace, page, pageLength, block, capacity);
}

static int decode(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	(void)workspace;
	return zramLZ4Decode(block, length, page, pageLength);
}

const zramCodec zramLZ4Codec = {
	.name = "lz4",
	.prepare = prepare,
	.encode = encode,
	.decode = decode,
};
