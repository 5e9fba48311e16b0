/*
 * LZ4 for one page of memory: zramLZ4.h has the contract, DESIGN.md the specification of the encoder.
 *
 * Written for 32-bit microcontrollers without misaligned access and without a count of trailing zeros. So short runs of
 * bytes are compared and copied without loops, and long ones as aligned words.
 *
 * Invariants:
 *  1. A word is loaded or stored at a multiple of 4 only. `page` and `block` are 4-aligned, so the aligned word around
 *     any of their bytes lies inside of them, or inside of the block's margin.
 *  2. The table only says where to look. An entry counts if it is of this page's generation, a match if its bytes are
 *     equal: nothing that an older page left can show in a block.
 *  3. The encoder writes a sequence only if what went before, and its literals, end within the limit. What then may pass
 *     the limit (a group's last 3 bytes, an offset, up to 17 length bytes, a token) is less than the margin.
 *  4. The decoder checks the room for a sequence before it copies. Copies of groups and words may write up to 3 bytes too
 *     many; they are used where that is still inside of the page, and what follows overwrites these bytes.
 *  5. The decoder holds in < inEnd before each token. A short literal run, or an offset, may be read from the margin, but
 *     then in > inEnd, and the block is refused at the next check whatever these bytes were.
 */
#include "zramLZ4.h"

#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) Word;
#define INLINE static inline __attribute__((always_inline))
/* Keeps a value in its register, where the compiler would load the constant again and again. */
#define KEEP(variable) __asm__("" : "+r"(variable))
#else
typedef uint32_t Word;
#define INLINE static inline
#define KEEP(variable) (void)(variable)
#endif

enum {
	/* The LZ4 block format. */
	kMatchMin = 4,			/* bytes of the shortest match */
	kNibbleMax = 15,		/* a length in the token that says: more in the bytes that follow */
	kLastLiterals = 5,		/* the last bytes of a page are literals ... */
	kLastMatchStart = 12,	/* ... and matches start at least so many bytes before its end */

	/* The encoder's specification: other values, other blocks. */
	kHashShift = 21,		/* 32 - log2(kZramLZ4TableEntries) */
	kGenerationStep = 0x1000,
	kGenerationLast = 0xF000,
	kDenseLength = 160,		/* bytes after a match that are searched at every position */
	kSparseShift = 7,		/* behind them at one position in 4, plus 4 for each 2^7 bytes searched */

	/* The decoder's short copies: a match of 18 bytes and the last literals, or 14 literals, all rounded up. */
	kShortRoom = 24,
	kLongMatch = 16			/* bytes from which on words pay */
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

/* Copies 4 bytes; all are loaded before the first is stored, so `from` must be at least 4 bytes away. */
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
	if (length <= 4)
		return;
	copyGroup(to + 4, from + 4);
	if (length <= 8)
		return;
	copyGroup(to + 8, from + 8);
	if (length <= 12)
		return;
	copyGroup(to + 12, from + 12);
	if (length > 16)
		copyGroup(to + 16, from + 16);
}

/* Copies exactly `length` bytes, ascending, from any distance. */
INLINE void copyBytes(uint8_t *to, const uint8_t *from, uint32_t length)
{
	const uint8_t *end = to + length;
	while (to < end)
		*to++ = *from++;
}

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
 * Copies `count` words whose bytes start `skew` (1 to 3) bytes past the aligned `from`. The last word read holds the last
 * byte wanted. From 5 bytes on any distance will do: when a word is read its last byte has been written.
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
 * Copies 4 or more bytes, ascending, from at least 4 bytes behind or from other memory. `overrun` is 3 where so many bytes
 * may be written too many, or else 0.
 */
static void copyLong(uint8_t *to, const uint8_t *from, uint32_t length, uint32_t overrun)
{
	uint32_t head = -(uint32_t)(uintptr_t)to & 3, distance = (uint32_t)((uintptr_t)to - (uintptr_t)from), skew, count;
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

/* ---- encoder: matches ---- */

/*
 * A position of the page travels as a stamp: its number, with the page's generation in the 4 bits above, as the entries
 * of the table hold it. Stamps of older pages are smaller.
 */
typedef struct {
	uint16_t *entries;
	uintptr_t origin;		/* the address that stamp 0 would have */
	uint32_t generation;
	uint32_t multiplier;
} Finder;

INLINE const uint8_t *at(const Finder *finder, uint32_t stamp)
{
	return (const uint8_t *)(finder->origin + stamp);
}

INLINE uint32_t stampOf(const Finder *finder, const uint8_t *position)
{
	return (uint32_t)((uintptr_t)position - finder->origin);
}

/* Remembers where `sequence` is, and returns the last place of one with the same hash. */
INLINE uint32_t exchange(const Finder *finder, uint32_t sequence, uint32_t stamp)
{
	uint16_t *entry = &finder->entries[sequence * finder->multiplier >> kHashShift];
	uint32_t previous = *entry;
	*entry = (uint16_t)stamp;
	return previous;
}

/* Returns the stamp of an earlier place of `sequence`, or 0. One byte tells nearly always, and costs less than four. */
INLINE uint32_t probe(const Finder *finder, uint32_t sequence, uint32_t stamp)
{
	uint32_t found = exchange(finder, sequence, stamp);
	if (found < finder->generation || *at(finder, found) != (uint8_t)sequence || load32(at(finder, found)) != sequence)
		return 0;
	return found;
}

/* The sequence at the next position, whose last byte is `byte`. */
INLINE uint32_t nextSequence(uint32_t sequence, uint8_t byte)
{
	return sequence >> 8 | (uint32_t)byte << 24;
}

/* Probes every position from `*stamp`, where `sequence` is, in turns of 4 that start before `end`. As search. */
INLINE uint32_t searchDense(const Finder *finder, uint32_t sequence, uint32_t *stamp, uint32_t end)
{
	uint32_t found;
	for (; *stamp < end; ++*stamp) {
		const uint8_t *bytes = at(finder, *stamp);
		if ((found = probe(finder, sequence, *stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[4]);
		if ((found = probe(finder, sequence, ++*stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[5]);
		if ((found = probe(finder, sequence, ++*stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[6]);
		if ((found = probe(finder, sequence, ++*stamp)))
			return found;
		sequence = nextSequence(sequence, bytes[7]);
	}
	return 0;
}

/* Searches from `*stamp`, where `sequence` is, to `last`. Returns the stamp of a match for the new `*stamp`, or 0. */
INLINE uint32_t search(const Finder *finder, uint32_t sequence, uint32_t *stamp, uint32_t last)
{
	uint32_t start = *stamp, end = start + kDenseLength, found;
	if (end > last - 3)
		end = last - 3;
	if ((found = searchDense(finder, sequence, stamp, end)))
		return found;
	for (*stamp = (*stamp + 3) & ~3u; *stamp < last; *stamp += 4 + ((*stamp - start) >> kSparseShift << 2))
		if ((found = probe(finder, *(const Word *)at(finder, *stamp), *stamp)))
			return found;
	return 0;
}

/*
 * These two compare on by words, from an aligned `a`. They return the first word from `a` that differs from what is at
 * `b`, or one less than 8 bytes before `end`.
 */
INLINE const uint8_t *equalWords(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	for (; end - a >= 8; a += 8, b += 8) {
		if (((const Word *)a)[0] != ((const Word *)b)[0])
			return a;
		if (((const Word *)a)[1] != ((const Word *)b)[1])
			return a + 4;
	}
	return a;
}

INLINE const uint8_t *equalShifted(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	uint32_t skew = misalignment(b), down = skew * 8, up = 32 - down;
	const Word *words = (const Word *)(b - skew);
	uint32_t low = *words++, high;
	for (; end - a >= 8; a += 8, words += 2) {
		high = words[0];
		if (((const Word *)a)[0] != (low >> down | high << up))
			return a;
		low = words[1];
		if (((const Word *)a)[1] != (high >> down | low << up))
			return a + 4;
	}
	return a;
}

INLINE const uint8_t *equalBytes(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	for (; a < end && *a == *b; a++, b++)
		;
	return a;
}

/* How many of 4 bytes are equal. */
INLINE uint32_t equalGroup(const uint8_t *a, const uint8_t *b)
{
	return a[0] != b[0] ? 0 : a[1] != b[1] ? 1 : a[2] != b[2] ? 2 : a[3] != b[3] ? 3 : 4;
}

/* Where a match of 8 bytes or more ends; all before `a` are equal. Most are short still: words pay after 20 bytes. */
static const uint8_t *longMatchEnd(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	const uint8_t *groups = end - a < 16 ? end - 3 : a + 12;
	uint32_t offset = (uint32_t)(a - b), equal;
	for (; a < groups; a += 4, b += 4)
		if ((equal = equalGroup(a, b)) < 4)
			return a + equal;
	for (; misalignment(a); a++, b++)
		if (a == end || *a != *b)
			return a;
	/* If 20 bytes have a period of 2, 6, 10 or 14, they have twice it too; if 1, 3 or 5, four times it: nothing to shift. */
	if ((offset & 3) == 2 && offset <= 14)
		b -= offset;
	else if ((offset & 1) && offset <= 5)
		b -= 3 * offset;
	a = misalignment(b) ? equalShifted(a, b, end) : equalWords(a, b, end);
	return equalBytes(a, a - offset, end);
}

/* The length of a match less the 4 bytes that are known to be equal. `end` is at least 8 bytes behind `position`. */
INLINE uint32_t matchLength(const uint8_t *position, const uint8_t *match, const uint8_t *end)
{
	uint32_t length = equalGroup(position + 4, match + 4);
	return length < 4 ? length : (uint32_t)(longMatchEnd(position + 8, match + 8, end) - position) - kMatchMin;
}

/* Probes the position right behind a match, and remembers another one near its end. Sets `*sequence`. */
INLINE const uint8_t *probeBehind(const Finder *finder, const uint8_t *position, uint32_t stamp, uint32_t *sequence)
{
	/* The bytes in registers are compared; assembled they are only hashed. */
	uint8_t b0 = position[0], b1 = position[1], b2 = position[2], b3 = position[3];
	const uint8_t *match;
	uint32_t found;
	*sequence = (uint32_t)b0 | (uint32_t)b1 << 8 | (uint32_t)b2 << 16 | (uint32_t)b3 << 24;
	exchange(finder, *sequence << 16 | (uint32_t)position[-1] << 8 | position[-2], stamp - 2);
	found = exchange(finder, *sequence, stamp);
	if (found < finder->generation)
		return 0;
	match = at(finder, found);
	return match[0] == b0 && match[1] == b1 && match[2] == b2 && match[3] == b3 ? match : 0;
}

/* ---- encoder: sequences ---- */

INLINE uint8_t *putLength(uint8_t *out, uint32_t length)
{
	for (; length >= 255; length -= 255)
		*out++ = 255;
	*out++ = (uint8_t)length;
	return out;
}

/* Writes the length bytes of a literal run, if any, and the run. Returns 0 if that passes the limit. */
INLINE uint8_t *putLiterals(uint8_t *out, const uint8_t *limit, const uint8_t *from, uint32_t length)
{
	if (length < kNibbleMax) {
		if (out + length > limit)
			return 0;
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

INLINE uint32_t literalNibble(uint32_t length)
{
	return (length < kNibbleMax ? length : kNibbleMax) << 4;
}

/*
 * Writes the match at `*position`, and the token with `nibble` for the literals before. Moves `*position` to the end of
 * the match, which is at most `end`.
 */
INLINE uint8_t *putMatch(uint8_t *out, uint8_t *token, uint32_t nibble, const uint8_t **position, const uint8_t *match,
	const uint8_t *end)
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

/* Opens a generation: one above all stamps in the table or, when there is none left, the first one of an empty table. */
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

uint32_t zramLZ4Encode(zramLZ4Table *table, const uint32_t *page, uint32_t pageLength, uint8_t *block,
	uint32_t capacity)
{
	const uint8_t *const source = (const uint8_t *)page, *const matchLimit = source + pageLength - kLastLiterals;
	const uint8_t *const limit = block + capacity, *anchor = source, *position, *match;
	uint32_t generation = nextGeneration(table), last = generation + pageLength - kLastMatchStart;
	uint32_t sequence = load32(source), stamp = generation, found, length, nibble;
	Finder finder = { table->entries, (uintptr_t)source - generation, generation, kHashMultiplier };
	uint8_t *out = block, *token;

	KEEP(finder.multiplier);
	exchange(&finder, sequence, stamp);
	while (stamp < last) {
		sequence = nextSequence(sequence, anchor[4]);
		stamp++;
		if (!(found = search(&finder, sequence, &stamp, last)))
			break;
		position = at(&finder, stamp);
		match = at(&finder, found);
		while (position > anchor && match > source && position[-1] == match[-1]) {
			position--;
			match--;
		}
		length = (uint32_t)(position - anchor);
		nibble = literalNibble(length);
		token = out;
		if (!(out = putLiterals(out + 1, limit, anchor, length)))
			return 0;
		out = putMatch(out, token, nibble, &position, match, matchLimit);
		anchor = position;
		while ((stamp = stampOf(&finder, anchor)) < last) {
			match = probeBehind(&finder, anchor, stamp, &sequence);
			if (!match)
				break;
			if (out > limit)
				return 0;
			out = putMatch(out + 1, out, 0, &anchor, match, matchLimit);
		}
	}
	length = (uint32_t)(source + pageLength - anchor);
	*out = (uint8_t)literalNibble(length);
	out = putLiterals(out + 1, limit, anchor, length);
	return out ? (uint32_t)(out - block) : 0;
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

/*
 * Copies a match of any offset but 0. Short periods are copied byte by byte until they have repeated to a multiple of
 * four, which is a period too. Behind a match are the last literals: there is room to overrun.
 */
static void copyMatch(uint8_t *to, uint32_t offset, uint32_t length)
{
	uint32_t period = offset, head;
	if (length < kLongMatch) {
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

/* Copies literals up to and over any bound that they keep. */
static void copyLiterals(uint8_t *to, const uint8_t *from, uint32_t length, uint32_t room)
{
	if (length < 4)
		copyBytes(to, from, length);
	else
		copyLong(to, from, length, room - length >= 3 ? 3 : 0);
}

int zramLZ4Decode(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	const uint8_t *in = block, *const inEnd = block + length;
	uint8_t *out = (uint8_t *)page, *const outEnd = out + pageLength, *const shortEnd = outEnd - kShortRoom;

	if (length > 2 * pageLength)	/* no block of a page is, and no sum below can overflow */
		return 0;
	while (in < inEnd) {
		uint32_t token = *in++, count = token >> 4, offset;
		const uint8_t *match;
		if (!count)
			;
		else if (count < kNibbleMax && out <= shortEnd) {
			copyShort(out, in, count);
			in += count;
			out += count;
		}
		else {
			if (count == kNibbleMax)
				count = getLength(&in, inEnd);
			if (count > (uint32_t)(inEnd - in) || count > (uint32_t)(outEnd - out))
				return 0;
			copyLiterals(out, in, count, (uint32_t)(outEnd - out));
			in += count;
			out += count;
			if (in == inEnd)
				return out == outEnd;
		}
		offset = (uint32_t)in[0] | (uint32_t)in[1] << 8;
		in += 2;
		match = (const uint8_t *)((uintptr_t)out - offset);
		if (match < (const uint8_t *)page)
			return 0;
		count = token & 15;
		if (count < kNibbleMax && offset >= 4 && out <= shortEnd) {
			count += kMatchMin;
			copyShort(out, match, count);
		}
		else {
			uint32_t room = (uint32_t)(outEnd - out);
			if (count == kNibbleMax)
				count = getLength(&in, inEnd);
			count += kMatchMin;
			if (!offset || room < kLastMatchStart || count + kLastLiterals > room)
				return 0;
			copyMatch(out, offset, count);
		}
		out += count;
	}
	return 0;
}
