/*
 * Bytes as words, for zramLZ4.c: what it takes to compare and copy them, in two ways. One loads and stores a word at a
 * multiple of 4 and a half of one at a multiple of 2 only; the other is for machines that do so anywhere, and as fast.
 * What they do is the same.
 *
 *   load32         four bytes as a word
 *   loadBoth       likewise, and the four bytes that begin two bytes before
 *   loadApart      four bytes so far behind a multiple of 4
 *   nextSequence   four bytes of which the first three and, apart from them, the last are at hand
 *   isGroup        whether four bytes are those of a word, whose last byte is at hand
 *   isSequence     likewise, if it is not
 *   equalGroup     how many of four bytes are equal
 *   longMatchEnd   where a long match ends
 *   copyLiterals   1 to 16 bytes from other memory; reads and writes up to 7 bytes more
 *   copyNear       1 to 20 bytes from at least kNear bytes behind; writes up to 20
 *   copyPeriod     1 to 20 bytes from a short way behind, if that is fast here; writes up to 24
 *   copyLong       4 or more bytes from at least 4 bytes behind, or from other memory
 *   copyLast       the last bytes of a page, behind which nothing may be read
 *
 * On 32-bit machines of the second kind (Cortex-M33) a pair of words is moved one after the other, so it may come from 4
 * bytes behind. By the counts there (`npm run -s cost -- --host m33`) both halves of that way are the cheaper ones:
 * comparing words at any address by a quarter of a write, copying them by a tenth of a read.
 */

#ifndef ZRAM_LZ4_WORDS_H
#define ZRAM_LZ4_WORDS_H

#include <stdint.h>
#include <string.h>

#include "zramCompiler.h"

/*
 * Makes a compiler keep a variable in one register: it would rather have one for each sum that it can foresee, and run out
 * of them, or load a constant again and again.
 */
#if defined(__GNUC__)
#define ZRAM_ONE_VARIABLE(variable) __asm__("" : "+r"(variable))
#else
#define ZRAM_ONE_VARIABLE(variable)
#endif

typedef uint32_t ZRAM_MAY_ALIAS Word;
typedef uint16_t ZRAM_MAY_ALIAS Half;
#define INLINE ZRAM_INLINE

/* ZRAM_ALIGNED asks for the first way on any machine: tests look at both. */
#if !defined(ZRAM_ALIGNED) && defined(__GNUC__) \
	&& (defined(__x86_64__) || defined(__i386__) || defined(__aarch64__) || defined(__ARM_FEATURE_UNALIGNED))
#define kZramUnaligned 1
#else
#define kZramUnaligned 0
#endif

/* Copies exactly `length` bytes, ascending, from any distance. */
INLINE void copyBytes(uint8_t *to, const uint8_t *from, uint32_t length)
{
	const uint8_t *end = to + length;
	while (to < end)
		*to++ = *from++;
}

#if kZramUnaligned

INLINE uint32_t load32(const uint8_t *bytes)
{
	uint32_t word;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

INLINE uint32_t nextSequence(uint32_t sequence, const uint8_t *bytes, uint8_t lastByte)
{
	(void)sequence, (void)lastByte;
	return load32(bytes);
}

INLINE int isGroup(const uint8_t *bytes, uint32_t sequence, uint8_t lastByte)
{
	(void)lastByte;
	return load32(bytes) == sequence;
}

INLINE uint32_t loadBoth(const uint8_t *bytes, uint32_t *before)
{
	*before = load32(bytes - 2);
	return load32(bytes);
}

INLINE uint32_t loadApart(const uint8_t *bytes, uint32_t apart)
{
	return load32(bytes + apart);
}

INLINE int isSequence(const uint8_t *bytes, uint32_t sequence)
{
	return load32(bytes) == sequence;
}

INLINE uint32_t equalGroup(const uint8_t *a, const uint8_t *b)
{
	uint32_t differing = load32(a) ^ load32(b);
	return differing ? (uint32_t)__builtin_ctz(differing) >> 3 : 4;
}

/* Copies 4 bytes. All are loaded before the first is stored. */
INLINE void copyGroup(uint8_t *to, const uint8_t *from)
{
	uint32_t word = load32(from);
	memcpy(to, &word, sizeof(word));
}

#if UINTPTR_MAX > UINT32_MAX

#define kNear 8
#define kCall 32 /* from this length on memcpy() is worth its call */

/* Copies 8 bytes from at least kNear bytes away. */
INLINE void copyPair(uint8_t *to, const uint8_t *from)
{
	uint64_t words;
	memcpy(&words, from, sizeof(words));
	memcpy(to, &words, sizeof(words));
}

/* How many of 8 bytes are equal. */
INLINE uint32_t equalPair(const uint8_t *a, const uint8_t *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x == y ? 8 : (uint32_t)__builtin_ctzll(x ^ y) >> 3;
}

#else

#define kNear 4
#define kCall 64

INLINE void copyPair(uint8_t *to, const uint8_t *from)
{
	copyGroup(to, from);
	copyGroup(to + 4, from + 4);
}

INLINE uint32_t equalPair(const uint8_t *a, const uint8_t *b)
{
	uint32_t equal = equalGroup(a, b);
	return equal < 4 ? equal : 4 + equalGroup(a + 4, b + 4);
}

#endif

/* Where a match ends, at `end` at the latest; the bytes before `a` are equal. */
static ZRAM_NOINLINE const uint8_t *longMatchEnd(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	uint32_t equal;
	for (; end - a >= 8; a += 8, b += 8)
		if ((equal = equalPair(a, b)) < 8)
			return a + equal;
	for (; a < end && *a == *b; a++, b++)
		;
	return a;
}

INLINE void copyLiterals(uint8_t *to, const uint8_t *from, uint32_t length)
{
	copyPair(to, from);
	if (length > 8)
		copyPair(to + 8, from + 8);
}

INLINE void copyNear(uint8_t *to, const uint8_t *from, uint32_t length)
{
	copyPair(to, from);
	if (length > 8) {
		copyPair(to + 8, from + 8);
		copyGroup(to + 16, from + 16);
	}
}

/* As long as a word holds the period whole: up to six of them. */
INLINE int copyPeriod(uint8_t *to, uint32_t offset, uint32_t length)
{
	uint32_t word, i;
	if (offset > 4 || offset == 3)
		return 0;
	word = load32(to - offset);
	if (offset == 2)
		word = (word & UINT16_MAX) * 0x00010001u;
	else if (offset == 1)
		word = (word & UINT8_MAX) * 0x01010101u;
	for (i = 0; i < length; i += 8) {
		memcpy(to + i, &word, sizeof(word));
		memcpy(to + i + 4, &word, sizeof(word));
	}
	return 1;
}

/* The last group is copied again in part: what it is copied from has been written before. */
static inline void copyLong(uint8_t *to, const uint8_t *from, uint32_t length)
{
	uintptr_t distance = (uintptr_t)to - (uintptr_t)from;
	uint8_t *end = to + length;
	if (distance >= length && length >= kCall)
		memcpy(to, from, length);
	else if (distance >= kNear && length >= 16) {
		for (; end - to > 16; to += 16, from += 16) {
			copyPair(to, from);
			copyPair(to + 8, from + 8);
		}
		from -= 16 - (end - to);
		copyPair(end - 16, from);
		copyPair(end - 8, from + 8);
	}
	else {
		for (; end - to > 4; to += 4, from += 4)
			copyGroup(to, from);
		copyGroup(end - 4, from - 4 + (end - to));
	}
}

static inline void copyLast(uint8_t *to, const uint8_t *from, uint32_t length)
{
	memcpy(to, from, length);
}

#else

#define kNear 4

INLINE uint32_t load32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

INLINE uint32_t misalignment(const uint8_t *bytes)
{
	return (uint32_t)(uintptr_t)bytes & 3;
}

INLINE uint32_t nextSequence(uint32_t sequence, const uint8_t *bytes, uint8_t lastByte)
{
	(void)bytes;
	return sequence >> 8 | (uint32_t)lastByte << 24;
}

/* One byte tells nearly always, and costs less than four. */
INLINE int isGroup(const uint8_t *bytes, uint32_t sequence, uint8_t lastByte)
{
	return bytes[3] == lastByte && load32(bytes) == sequence;
}

INLINE uint32_t loadHalf(const uint8_t *bytes)
{
	return *(const Half *)bytes;
}

INLINE int isOdd(const uint8_t *bytes)
{
	return (uintptr_t)bytes & 1;
}

INLINE uint32_t loadBoth(const uint8_t *bytes, uint32_t *before)
{
	uint32_t low, high;
	if (isOdd(bytes)) {
		low = loadHalf(bytes - 1);
		high = loadHalf(bytes + 1);
		*before = bytes[-2] | low << 8 | high << 24;
		return low >> 8 | high << 8 | (uint32_t)bytes[3] << 24;
	}
	low = loadHalf(bytes);
	*before = loadHalf(bytes - 2) | low << 16;
	return low | loadHalf(bytes + 2) << 16;
}

/* `apart` is a constant, but none with a remainder of 1. Two loads at most; volatile, or GCC makes them four of a byte. */
INLINE uint32_t loadApart(const uint8_t *bytes, uint32_t apart)
{
	bytes += apart;
	if (apart & 1)
		return bytes[0] | *(const volatile Word *)(bytes + 1) << 8;
	if (apart & 2)
		return loadHalf(bytes) | loadHalf(bytes + 2) << 16;
	return *(const Word *)bytes;
}

INLINE int isSequence(const uint8_t *bytes, uint32_t sequence)
{
	if (isOdd(bytes))
		return bytes[0] == (uint8_t)sequence && (loadHalf(bytes + 1) | (uint32_t)bytes[3] << 16) == sequence >> 8;
	return (loadHalf(bytes) | loadHalf(bytes + 2) << 16) == sequence;
}

INLINE uint32_t equalGroup(const uint8_t *a, const uint8_t *b)
{
	return a[0] != b[0] ? 0 : a[1] != b[1] ? 1 : a[2] != b[2] ? 2 : a[3] != b[3] ? 3 : 4;
}

/* The first of the words from `a` that differs from what is at `b`, or the one less than 16 bytes before `end`. */
INLINE const uint8_t *equalWords(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	const Word *x = (const Word *)a, *y = (const Word *)b;
	for (; (const uint8_t *)x <= end - 16; x += 4, y += 4) {
		if (x[0] != y[0])
			return (const uint8_t *)x;
		if (x[1] != y[1])
			return (const uint8_t *)(x + 1);
		if (x[2] != y[2])
			return (const uint8_t *)(x + 2);
		if (x[3] != y[3])
			return (const uint8_t *)(x + 3);
	}
	return (const uint8_t *)x;
}

/* Where a match of 8 bytes or more ends, at `end` at the latest; the bytes before `a` are equal. */
static ZRAM_NOINLINE const uint8_t *longMatchEnd(const uint8_t *a, const uint8_t *b, const uint8_t *end)
{
	uint32_t offset = (uint32_t)(a - b), equal;
	if (offset <= 2) {
		offset = 4; /* a period of 1 or 2 bytes is one of 4 too, and makes a match of aligned words */
		b = a - offset;
	}
	if (!(offset & 3)) {
		for (; misalignment(a); a++, b++)
			if (a == end || *a != *b)
				return a;
		a = equalWords(a, b, end);
		b = a - offset;
	}
	else if (!(offset & 1) && !isOdd(a)) {
		for (; a <= end - 4 && loadHalf(a) == loadHalf(b) && loadHalf(a + 2) == loadHalf(b + 2); a += 4, b += 4)
			;
	}
	for (; a <= end - 4; a += 4, b += 4)
		if ((equal = equalGroup(a, b)) < 4)
			return a + equal;
	for (; a < end && *a == *b; a++, b++)
		;
	return a;
}

/* Copies 4 bytes. All are loaded before the first is stored, so they must come from at least 4 bytes away. */
INLINE void copyGroup(uint8_t *to, const uint8_t *from)
{
	uint8_t b0 = from[0], b1 = from[1], b2 = from[2], b3 = from[3];
	to[0] = b0;
	to[1] = b1;
	to[2] = b2;
	to[3] = b3;
}

/* Copies 1 to 20 bytes from at least 4 bytes away, with an overrun of up to 3 on both sides. */
INLINE void copyNear(uint8_t *to, const uint8_t *from, uint32_t length)
{
	copyGroup(to, from);
	if (length > 4)
		copyGroup(to + 4, from + 4);
	if (length > 8)
		copyGroup(to + 8, from + 8);
	if (length > 12)
		copyGroup(to + 12, from + 12);
	if (length > 16)
		copyGroup(to + 16, from + 16);
}

INLINE void copyLiterals(uint8_t *to, const uint8_t *from, uint32_t length)
{
	copyNear(to, from, length);
}

INLINE int copyPeriod(uint8_t *to, uint32_t offset, uint32_t length)
{
	(void)to, (void)offset, (void)length;
	return 0;
}

INLINE void fillWords(Word *to, uint32_t word, const Word *end)
{
	for (; end - to >= 4; to += 4)
		to[0] = to[1] = to[2] = to[3] = word;
	while (to < end)
		*to++ = word;
}

INLINE void copyWords(Word *to, const Word *from, const Word *end)
{
	for (; end - to >= 4; to += 4, from += 4) {
		to[0] = from[0];
		to[1] = from[1];
		to[2] = from[2];
		to[3] = from[3];
	}
	while (to < end)
		*to++ = *from++;
}

/*
 * Copies words whose bytes start `skew` (1 to 3) bytes past the aligned `from`. The last word read is the one with the
 * last byte written. From 5 bytes on any distance will do: when a word is read, its last byte has been written.
 */
INLINE void copyShifted(Word *to, const Word *from, uint32_t skew, const Word *end)
{
	uint32_t down = skew * 8, up = 32 - down;
	uint32_t low = *from++, high;
	for (; end - to >= 4; to += 4, from += 4) {
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
 * Copies 4 or more bytes, ascending, from at least 4 bytes behind or from other memory. It writes up to the next
 * aligned address, and so never leaves a page; it reads as many bytes more, and the aligned words around them.
 */
static inline void copyLong(uint8_t *to, const uint8_t *from, uint32_t length)
{
	uint32_t head = -(uint32_t)(uintptr_t)to & 3, skew = misalignment(from + head);
	const Word *end = (const Word *)(to + head + ((length - head + 3) & ~3u));
	if (head)
		copyGroup(to, from);
	if (skew)
		copyShifted((Word *)(to + head), (const Word *)(from + head - skew), skew, end);
	else if ((uintptr_t)to - (uintptr_t)from == 4)
		fillWords((Word *)(to + head), *(const Word *)(from + head), end);
	else
		copyWords((Word *)(to + head), (const Word *)(from + head), end);
}

/* Copies the last bytes of a page, behind which nothing may be read. */
static inline void copyLast(uint8_t *to, const uint8_t *from, uint32_t length)
{
	if (length < 8)
		copyBytes(to, from, length);
	else {
		copyLong(to, from, length - 3);
		copyGroup(to + length - 4, from + length - 4);
	}
}

#endif

#endif
