/*
 * LZ4 for one page of memory: see zramLZ4.h for the contract and DESIGN.md for the encoder's specification.
 *
 * Written for microcontrollers: 32-bit registers, no misaligned access, no count-trailing-zeros, and a multiplication
 * that costs no more than an addition. So bytes are moved four at a time, without a loop, and long runs as aligned words.
 *
 * Invariants:
 *  1. A word is loaded or stored at a multiple of 4 only. `page` and `block` are 4-aligned, so the aligned word around
 *     any of their bytes lies inside of them (for `block`: inside of its margin).
 *  2. The encoder's table only decides where to look. An entry counts if it belongs to this page's generation, and a
 *     match counts if its bytes are equal.
 *  3. The encoder holds out <= limit before each sequence, and what a sequence adds before it is checked again (a token,
 *     lengths, an offset, a group of four) is less than the margin.
 *  4. The decoder holds out <= end before and after each copy. Short copies may write up to 3 bytes too many; they are
 *     used only where a whole short sequence fits before the end, and what follows overwrites these bytes.
 *  5. The decoder holds in < end before each token. A short literal run and an offset may be read from the margin, but
 *     then in > end at the next token, where the block is refused whatever these bytes were.
 */
#include "zramLZ4.h"

#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) Word;
#define INLINE static inline __attribute__((always_inline))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#else
typedef uint32_t Word;
#define INLINE static inline
#define LIKELY(condition) (condition)
#define UNLIKELY(condition) (condition)
#endif

enum {
	/* the LZ4 block format */
	kMatchMin = 4,			/* bytes of the shortest match */
	kNibbleMax = 15,		/* a length in a token that says: more in the bytes that follow */
	kLastLiterals = 5,		/* the last bytes of a block are literals ... */
	kLastMatchStart = 12,	/* ... and no match starts behind this distance from the end */

	/* the encoder's specification: other values, other blocks */
	kHashShift = 21,		/* 32 - log2(kZramLZ4TableEntries) */
	kGenerationStep = 0x1000,
	kGenerationLast = 0xF000,
	kDenseLength = 160,	/* bytes searched at every position after a match */
	kSparseShift = 5,		/* then one position in 4, or a 64th of the distance searched */

	/* the decoder's short copies: 14 literals rounded up, or a match of 18 rounded up */
	kShortRoom = 20,
	kShortMatch = 16
};
#define kHashMultiplier 2654435761u

/* ---- copying ---- */

INLINE uint32_t load32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

INLINE uint32_t misalignment(const uint8_t *bytes)
{
	return (uint32_t)(uintptr_t)bytes & 3;
}

/* Copies 4 bytes, all loaded before the first is stored: the distance is at least 4. */
INLINE void copyGroup(uint8_t *to, const uint8_t *from)
{
	uint8_t b0 = from[0], b1 = from[1], b2 = from[2], b3 = from[3];
	to[0] = b0;
	to[1] = b1;
	to[2] = b2;
	to[3] = b3;
}

/* Copies 1 to 20 bytes in groups: up to 3 bytes too many. */
INLINE void copyShort(uint8_t *to, const uint8_t *from, uint32_t length)
{
	copyGroup(to, from);
	if (length > 4) {
		copyGroup(to + 4, from + 4);
		if (length > 8) {
			copyGroup(to + 8, from + 8);
			if (length > 12) {
				copyGroup(to + 12, from + 12);
				if (length > 16)
					copyGroup(to + 16, from + 16);
			}
		}
	}
}

INLINE void copyBytes(uint8_t *to, const uint8_t *from, uint32_t length)
{
	const uint8_t *end = to + length;
	while (to < end)
		*to++ = *from++;
}

/* Copies `count` words between aligned addresses, in ascending order. */
INLINE void copyWords(Word *to, const Word *from, uint32_t count)
{
	const Word *quads = to + (count & ~3u), *end = to + count;
	for (; to < quads; to += 4, from += 4) {
		to[0] = from[0];
		to[1] = from[1];
		to[2] = from[2];
		to[3] = from[3];
	}
	while (to < end)
		*to++ = *from++;
}

INLINE void fillWords(Word *to, uint32_t word, uint32_t count)
{
	const Word *quads = to + (count & ~3u), *end = to + count;
	for (; to < quads; to += 4)
		to[0] = to[1] = to[2] = to[3] = word;
	while (to < end)
		*to++ = word;
}

/*
 * Copies `count` words to an aligned address from one that is `skew` (1 to 3) bytes past the aligned `from`. The last
 * word read holds the last byte wanted. A source less than 8 bytes behind works too: each word is read when its last
 * byte has been written.
 */
INLINE void copyShifted(Word *to, const Word *from, uint32_t skew, uint32_t count)
{
	const Word *quads = to + (count & ~3u), *end = to + count;
	uint32_t down = skew * 8, up = 32 - down;
	uint32_t low = *from++, high;
	for (; to < quads; to += 4, from += 4) {
		high = from[0];
		to[0] = low >> down | high << up;
		low = from[1];
		to[1] = high >> down | low << up;
		high = from[2];
		to[2] = low >> down | high << up;
		low = from[3];
		to[3] = high >> down | low << up;
	}
	for (; to < end; low = high) {
		high = *from++;
		*to++ = low >> down | high << up;
	}
}

/*
 * Copies 4 or more bytes, ascending, where `from` is at least 4 bytes behind `to` or in other memory. `overrun` is 3
 * where so many bytes may be written too many, or 0.
 */
static void copyLong(uint8_t *to, const uint8_t *from, uint32_t length, uint32_t overrun)
{
	uint32_t head = -(uint32_t)(uintptr_t)to & 3, distance = (uint32_t)(to - from), skew, count;
	if (head) {
		copyGroup(to, from);
		to += head;
		from += head;
		length -= head;
	}
	skew = misalignment(from);
	count = (length + overrun) / 4;
	if (skew)
		copyShifted((Word *)to, (const Word *)(from - skew), skew, count);
	else if (distance == 4)
		fillWords((Word *)to, *(const Word *)from, count);
	else
		copyWords((Word *)to, (const Word *)from, count);
	if (!overrun)
		copyBytes(to + count * 4, from + count * 4, length & 3);
}

/* ---- encoder ---- */

/*
 * A position of the page travels as a stamp: its number with the page's generation in the bits above, as entries of the
 * table hold it. `origin` is the address that stamp 0 would have.
 */
typedef struct {
	uint16_t *entries;
	uint32_t generation;
	uint32_t multiplier;
	uintptr_t origin;
} Finder;

INLINE const uint8_t *at(const Finder *finder, uint32_t stamp)
{
	return (const uint8_t *)(finder->origin + stamp);
}

/*
 * Puts `stamp` into the table and returns the stamp that was there, if it is of this page and has the same sequence,
 * or else 0. One byte tells them apart nearly always, and costs less than four.
 */
INLINE uint32_t probe(const Finder *finder, uint32_t sequence, uint32_t stamp)
{
	uint16_t *entry = finder->entries + (sequence * finder->multiplier >> kHashShift);
	uint32_t previous = *entry;
	*entry = (uint16_t)stamp;
	return previous >= finder->generation && *at(finder, previous) == (uint8_t)sequence
		&& load32(at(finder, previous)) == sequence ? previous : 0;
}

INLINE void insert(const Finder *finder, uint32_t sequence, uint32_t stamp)
{
	finder->entries[sequence * finder->multiplier >> kHashShift] = (uint16_t)stamp;
}

/* The sequence one byte on, whose last byte is `byte`. */
INLINE uint32_t nextSequence(uint32_t sequence, uint8_t byte)
{
	return sequence >> 8 | (uint32_t)byte << 24;
}

/* Searches every position from `*stamp`, where `sequence` is, to `end`; four a turn. Returns the stamp of a match and sets `*stamp`, or returns 0. */
INLINE uint32_t searchDense(const Finder *finder, uint32_t sequence, uint32_t *stamp, uint32_t end)
{
	uint32_t found;
	while (*stamp < end) {
		const uint8_t *bytes = at(finder, *stamp);
		if ((found = probe(finder, sequence, *stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[4]);
		++*stamp;
		if ((found = probe(finder, sequence, *stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[5]);
		++*stamp;
		if ((found = probe(finder, sequence, *stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[6]);
		++*stamp;
		if ((found = probe(finder, sequence, *stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[7]);
		++*stamp;
	}
	return 0;
}

/* Searches aligned positions only, ever farther apart. As searchDense. */
INLINE uint32_t searchSparse(const Finder *finder, uint32_t *stamp, uint32_t end)
{
	uint32_t start = *stamp - kDenseLength, found;
	for (*stamp = (*stamp + 3) & ~3u; *stamp < end; *stamp += 4 + ((*stamp - start) >> kSparseShift & ~3u))
		if ((found = probe(finder, *(const Word *)at(finder, *stamp), *stamp)))
			return found;
	return 0;
}

/*
 * The functions below return the first byte from `a` that differs from its counterpart from `b`, or one that the caller
 * goes on from: `end`, or up to 3 bytes before.
 */
INLINE const uint8_t *equalWords(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	while (end - a >= 8) {
		if (*(const Word *)a != *(const Word *)b)
			return a;
		if (((const Word *)a)[1] != ((const Word *)b)[1])
			return a + 4;
		a += 8;
		b += 8;
	}
	return a;
}

INLINE const uint8_t *equalShifted(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	uint32_t skew = misalignment(b), down = skew * 8, up = 32 - down;
	const Word *words = (const Word *)(b - skew);
	uint32_t low = *words++, high;
	while (end - a >= 8) {
		high = words[0];
		if (*(const Word *)a != (low >> down | high << up))
			return a;
		low = words[1];
		if (((const Word *)a)[1] != (high >> down | low << up))
			return a + 4;
		words += 2;
		a += 8;
	}
	return a;
}

INLINE const uint8_t *equalBytes(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	while (a < end && *a == *b) {
		a++;
		b++;
	}
	return a;
}

/* The end of a match of which 8 bytes are known, at `a`. */
static const uint8_t *longMatchEnd(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	const uint8_t *near = end - a < 16 ? end - 3 : a + 12;
	uint32_t offset = (uint32_t)(a - b), skew;
	while (a < near) {
		if (a[0] != b[0])
			return a;
		if (a[1] != b[1])
			return a + 1;
		if (a[2] != b[2])
			return a + 2;
		if (a[3] != b[3])
			return a + 3;
		a += 4;
		b += 4;
	}
	while (misalignment(a)) {
		if (a == end || *a != *b)
			return a;
		a++;
		b++;
	}
	/* What has a period of 1, 2, 3, 5 or 6 bytes for that long has one of 4, 8, 12 or 20 too: nothing to shift. */
	skew = offset & 3;
	if (skew == 2 && offset <= 16)
		b -= offset;
	else if ((skew & 1) && offset <= 5)
		b -= 3 * offset;
	a = misalignment(b) ? equalShifted(a, b, end) : equalWords(a, b, end);
	return equalBytes(a, a - offset, end);
}

/* How many bytes from `a` equal those from `b`, before `end`, which is at least 4 bytes away. */
INLINE uint32_t matchLength(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	if (a[0] != b[0])
		return 0;
	if (a[1] != b[1])
		return 1;
	if (a[2] != b[2])
		return 2;
	if (a[3] != b[3])
		return 3;
	return (uint32_t)(longMatchEnd(a + 4, b + 4, end) - a);
}

INLINE uint8_t *putLength(uint8_t *out, uint32_t length)
{
	for (; length >= 255; length -= 255)
		*out++ = 255;
	*out++ = (uint8_t)length;
	return out;
}

/* Writes the literals of a sequence, and the length bytes before them. Returns 0 if they exceed the limit. */
INLINE uint8_t *putLiterals(uint8_t *out, const uint8_t *limit, const uint8_t *from, uint32_t length)
{
	if (length < kNibbleMax) {
		if (out + length > limit)
			return 0;
		if (length)
			copyShort(out, from, length);
	}
	else {
		out = putLength(out, length - kNibbleMax);
		if (out > limit || length > (uint32_t)(limit - out))
			return 0;
		copyLong(out, from, length, 3);
	}
	return out + length;
}

void zramLZ4Init(zramLZ4Table *table)
{
	table->generation = kGenerationLast;
}

/* Opens a generation: one that is above all that the table holds, or else the first one of an empty table. */
static uint32_t nextGeneration(zramLZ4Table *table)
{
	uint32_t i;
	if (table->generation >= kGenerationLast) {
		for (i = 0; i < kZramLZ4TableEntries; i++)
			table->entries[i] = 0;
		table->generation = 0;
	}
	table->generation += kGenerationStep;
	return table->generation;
}

uint32_t zramLZ4Encode(zramLZ4Table *table, const uint32_t *page, uint32_t pageLength, uint8_t *block,
	uint32_t capacity)
{
	const uint8_t *source = (const uint8_t *)page, *anchor = source, *position, *match;
	const uint8_t *matchLimit = source + pageLength - kLastLiterals;
	uint32_t generation = nextGeneration(table), stamp = generation, last = generation + pageLength - kLastMatchStart;
	Finder finder = { table->entries, generation, kHashMultiplier, (uintptr_t)source - generation };
	uint8_t *out = block, *token, *limit = block + capacity;
	uint32_t sequence = *(const Word *)source, found, nibble, length;
	__asm__("" : "+r"(finder.multiplier));

	for (;;) {
		found = probe(&finder, sequence, stamp);
		if (!found) {
			sequence = nextSequence(sequence, at(&finder, stamp)[4]);
			stamp++;
			uint32_t denseEnd = stamp + kDenseLength;
			if (denseEnd > last - 3)
				denseEnd = last - 3;
			found = searchDense(&finder, sequence, &stamp, denseEnd);
			if (!found && !(found = searchSparse(&finder, &stamp, last)))
				break;
		}
		position = at(&finder, stamp);
		match = at(&finder, found);
		token = out++;
		nibble = 0;
		if (position != anchor) {
			while (position > anchor && match > source && position[-1] == match[-1]) {
				position--;
				match--;
			}
			length = (uint32_t)(position - anchor);
			nibble = length < kNibbleMax ? length << 4 : kNibbleMax << 4;
			out = putLiterals(out, limit, anchor, length);
			if (!out)
				return 0;
		}
		if (out > limit)
			return 0;
		out[0] = (uint8_t)(position - match);
		out[1] = (uint8_t)((position - match) >> 8);
		out += 2;
		length = matchLength(position + kMatchMin, match + kMatchMin, matchLimit);
		anchor = position + kMatchMin + length;
		if (length < kNibbleMax)
			*token = (uint8_t)(nibble | length);
		else {
			*token = (uint8_t)(nibble | kNibbleMax);
			out = putLength(out, length - kNibbleMax);
		}
		stamp = (uint32_t)((uintptr_t)anchor - finder.origin);
		if (stamp >= last)
			break;
		sequence = load32(anchor);
		insert(&finder, sequence << 16 | (uint32_t)anchor[-1] << 8 | anchor[-2], stamp - 2);
	}
	length = (uint32_t)(source + pageLength - anchor);
	token = out++;
	*token = (uint8_t)(length < kNibbleMax ? length << 4 : kNibbleMax << 4);
	out = putLiterals(out, limit, anchor, length);
	return out ? (uint32_t)(out - block) : 0;
}

/* ---- decoder ---- */

/* Adds the length bytes at `*in` to a nibble of 15. Returns more than any page holds if the block ends among them. */
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

/*
 * Copies a match of any offset. Short periods are copied byte by byte until they have repeated to a multiple of four,
 * which is a period too. The last bytes of a page are literals: there is room to overrun.
 */
static void copyMatch(uint8_t *to, uint32_t offset, uint32_t length)
{
	uint32_t period = offset, head;
	if (length < kShortMatch) {
		copyBytes(to, to - offset, length);
		return;
	}
	if (offset < 4) {
		period = offset == 3 ? 12 : 4;
		head = period - offset;
		copyBytes(to, to - offset, head);
		to += head;
		length -= head;
	}
	copyLong(to, to - period, length, 3);
}

int zramLZ4Decode(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	const uint8_t *in = block, *inEnd = block + length, *match;
	uint8_t *out = (uint8_t *)page, *outEnd = out + pageLength, *shortEnd = outEnd - kShortRoom;
	uint32_t token, count, offset;

	if (length > 2 * pageLength)	/* no page needs that, and no sum below can overflow */
		return 0;
	while (in < inEnd) {
		token = *in++;
		count = token >> 4;
		if (count == kNibbleMax || out > shortEnd) {
			if (count == kNibbleMax)
				count = getLength(&in, inEnd);
			if (count > (uint32_t)(inEnd - in) || count > (uint32_t)(outEnd - out))
				return 0;
			if (count < 4)
				copyBytes(out, in, count);
			else
				copyLong(out, in, count, count + 3 > (uint32_t)(outEnd - out) ? 0 : 3);
			in += count;
			out += count;
			if (in == inEnd)
				return out == outEnd;
		}
		else if (count) {
			copyShort(out, in, count);
			in += count;
			out += count;
		}
		offset = (uint32_t)in[0] | (uint32_t)in[1] << 8;
		in += 2;
		match = (const uint8_t *)((uintptr_t)out - offset);
		if (match < (const uint8_t *)page)
			return 0;
		count = token & 15;
		if (count == kNibbleMax || out > shortEnd || offset < 4) {
			if (count == kNibbleMax)
				count = getLength(&in, inEnd);
			count += kMatchMin;
			if (!offset || out + kLastMatchStart > outEnd || count + kLastLiterals > (uint32_t)(outEnd - out))
				return 0;
			copyMatch(out, offset, count);
		}
		else {
			count += kMatchMin;
			copyShort(out, match, count);
		}
		out += count;
	}
	return 0;
}
