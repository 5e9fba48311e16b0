/*
 * The dense decoder: turns a block back into a page, or refuses it. zramDense.h is the contract, DESIGN.md the format
 * of blocks.
 *
 * Invariants:
 *  1. It loads a half of the block only if all bits taken before are in the block. So it reads at most one half of the
 *     margin.
 *  2. A code is complete, so that any bits stand for some symbol. Only the second code may also be empty; then any copy
 *     makes the block invalid.
 *  3. Each symbol adds at least one byte to the page, and never one past its end.
 */

#include "zramDense.h"

#include "zramDenseBlock.h"
#include "zramPack.h"

#include <string.h>

enum {
	kFirstBits = 9, /* codes up to this length are found in a table */
	kSecondBits = 7
};

/* A code's symbols in the order of their codes, and how to find the symbol of a code that is too long for the table. */
typedef struct {
	uint16_t ends[kCodeMax + 1];   /* by length: the first code that is longer, padded to kCodeMax bits */
	uint16_t starts[kCodeMax + 1]; /* by length: added to a code, this gives its symbol's index, modulo 2^16 */
	uint16_t *symbols;
} Code;

/* The workspace. Entries of its two tables: the symbol times 16, plus its code's length; 0 if the code is longer. */
typedef struct {
	uint16_t first[1 << kFirstBits];
	uint16_t second[1 << kSecondBits];
	uint16_t symbols[kSymbols];
	uint8_t lengths[kSymbols];
	Code codes[2];
} Decoder;

_Static_assert(sizeof(Decoder) <= kZramDenseDecodeLength, "the decoder's memory");
_Static_assert(kZramDenseDecodeLength <= kZramWorkspaceLength, "what the packer lends is enough");

/* --- bits ------------------------------------------------------------------------------------------------------- */

typedef struct {
	uint32_t bits;  /* the next bits, from the highest down */
	uint32_t count; /* how many there are: 16 to 31 after a refill */
	const Half *in;
	const Half *end;
} Reader;

/* Makes sure that 16 bits are there. Returns 0 if bits past the block's end have been taken. */
ZRAM_INLINE int refill(Reader *reader)
{
	if (reader->count < 16) {
		if (reader->in > reader->end)
			return 0;
		reader->bits |= (uint32_t)*reader->in++ << (16 - reader->count);
		reader->count += 16;
	}
	return 1;
}

ZRAM_INLINE void drop(Reader *reader, uint32_t length)
{
	reader->bits <<= length;
	reader->count -= length;
}

/* Takes the next 1 to 16 bits; the caller has refilled. */
ZRAM_INLINE uint32_t take(Reader *reader, uint32_t length)
{
	uint32_t value = reader->bits >> (32 - length);
	drop(reader, length);
	return value;
}

/* --- codes ------------------------------------------------------------------------------------------------------ */

/* Takes the length of a run of symbols without a code; 0 if the bits are invalid. */
static uint32_t takeRun(Reader *reader)
{
	uint32_t digits = 0;
	while ((int32_t)reader->bits >= 0) {
		if (digits++ == kRunMaxLog2)
			return 0;
		drop(reader, 1);
	}
	return refill(reader) ? take(reader, digits + 1) : 0;
}

/* Takes the code lengths of all symbols. Returns 0 if the bits are invalid. */
static int takeLengths(Reader *reader, uint8_t *lengths)
{
	static const int8_t differences[] = { 0, 0, 1, -1, 2, -2 };
	uint32_t last = kFirstCodeLength, i = 0;
	memset(lengths, 0, kSymbols);
	while (i < kSymbols) {
		uint32_t kind;
		if (!refill(reader))
			return 0;
		kind = reader->bits >> 29;
		drop(reader, kind < 2 ? 2 : 3);
		if (kind == 6) {
			uint32_t run = takeRun(reader);
			if (run == 0 || run > kSymbols - i)
				return 0;
			i += run;
			continue;
		}
		last = kind == 7 ? take(reader, 4) : last + (uint32_t)differences[kind];
		if (last - 1 >= kCodeMax)
			return 0;
		lengths[i++] = (uint8_t)last;
	}
	return 1;
}

/*
 * Sets `ends` and `starts`. Returns the share of all bit strings that the codes cover, times 2^12: 2^12 if it is
 * complete.
 */
static uint32_t layCode(Code *code, const uint8_t *lengths, uint32_t count)
{
	uint32_t index = 0, end = 0;
	for (uint32_t length = 0; length <= kCodeMax; length++)
		code->starts[length] = 0;
	for (uint32_t i = 0; i < count; i++)
		if (lengths[i])
			code->starts[lengths[i]]++;
	code->ends[0] = 0;
	for (uint32_t length = 1; length <= kCodeMax; length++) {
		uint32_t symbols = code->starts[length];
		code->starts[length] = (uint16_t)(index - (end >> (kCodeMax - length)));
		end += symbols << (kCodeMax - length);
		index += symbols;
		code->ends[length] = (uint16_t)end;
	}
	return end;
}

/* Two entries of a table. */
typedef uint32_t ZRAM_MAY_ALIAS Pair;

/* Writes `count` entries, a power of two, at a multiple of that. Returns where the next ones begin. */
ZRAM_INLINE uint16_t *fillTable(uint16_t *table, uint32_t count, uint32_t entry)
{
	uint16_t *const end = table + count;
	if (count == 1)
		*table = (uint16_t)entry;
	else
		for (Pair *pair = (Pair *)(void *)table; pair != (Pair *)(void *)end; pair++)
			*pair = entry << 16 | entry;
	return end;
}

/* Sorts the symbols by their codes, and fills the table. */
static void fillCode(Code *code, const uint8_t *lengths, uint32_t count, uint16_t *table, uint32_t tableBits)
{
	uint16_t next[kCodeMax + 1];
	uint16_t *const tableEnd = table + (1u << tableBits);
	uint32_t index = 0;
	for (uint32_t length = 1; length <= kCodeMax; length++)
		next[length] = (uint16_t)(code->starts[length] + (code->ends[length - 1] >> (kCodeMax - length)));
	for (uint32_t i = 0; i < count; i++)
		if (lengths[i])
			code->symbols[next[lengths[i]]++] = (uint16_t)i;
	for (uint32_t length = 1; length <= tableBits; length++)
		for (; index < next[length]; index++)
			table = fillTable(table, 1u << (tableBits - length), (uint32_t)code->symbols[index] << 4 | length);
	while (table < tableEnd)
		*table++ = 0;
}

static int takeCodes(Reader *reader, Decoder *decoder)
{
	uint32_t share;
	decoder->codes[0].symbols = decoder->symbols;
	decoder->codes[1].symbols = decoder->symbols + kFirstSymbols;
	if (!takeLengths(reader, decoder->lengths)
		|| layCode(&decoder->codes[0], decoder->lengths, kFirstSymbols) != 1u << kCodeMax)
		return 0;
	share = layCode(&decoder->codes[1], decoder->lengths + kFirstSymbols, kSecondSymbols);
	if (share && share != 1u << kCodeMax)
		return 0;
	fillCode(&decoder->codes[0], decoder->lengths, kFirstSymbols, decoder->first, kFirstBits);
	fillCode(&decoder->codes[1], decoder->lengths + kFirstSymbols, kSecondSymbols, decoder->second, kSecondBits);
	return 1;
}

/* The entry that a code too long for the table would have; 0 if the code is empty. */
static ZRAM_NOINLINE uint32_t findLong(const Code *code, uint32_t bits, uint32_t tableBits)
{
	bits >>= 32 - kCodeMax;
	for (uint32_t length = tableBits + 1; length <= kCodeMax; length++)
		if (bits < code->ends[length]) {
			uint32_t index = (uint16_t)(code->starts[length] + (bits >> (kCodeMax - length)));
			return (uint32_t)code->symbols[index] << 4 | length;
		}
	return 0;
}

/* Copies at least kCopyMin bytes, forwards and one by one: it may copy bytes that it has just written. */
ZRAM_INLINE void copyBytes(uint8_t *to, const uint8_t *from, uint32_t count)
{
	const uint8_t *const end = to + count;
	to[0] = from[0];
	to[1] = from[1];
	to[2] = from[2];
	for (to += kCopyMin, from += kCopyMin; to < end;)
		*to++ = *from++;
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

int zramDenseDecode(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	Decoder *decoder = workspace;
	const Half *blockEnd = (const Half *)(const void *)(block + length);
	Reader copy = { 0, 0, (const Half *)(const void *)block, blockEnd }, reader;
	uint8_t *to = (uint8_t *)page, *const start = to, *const end = to + pageLength;
	uint32_t distance = kFirstDistance;

	if (length < 2 || length & 1 || !takeCodes(&copy, decoder))
		return 0;
	reader = copy; /* a variable whose address is taken is not kept in registers */
	while (to < end) {
		uint32_t entry, count, extra;
		if (!refill(&reader))
			return 0;
		entry = decoder->first[reader.bits >> (32 - kFirstBits)];
		if (!entry)
			entry = findLong(&decoder->codes[0], reader.bits, kFirstBits);
		drop(&reader, entry & 15);
		if (entry < kLiterals << 4) {
			*to++ = (uint8_t)(entry >> 4);
			continue;
		}
		count = (entry >> 4) - kLiterals;
		if (!refill(&reader))
			return 0;
		if (count >= kLengthsDirect) {
			extra = (count >> 2) - 1;
			count = ((4 + (count & 3)) << extra) + take(&reader, extra);
			if (!refill(&reader))
				return 0;
		}
		count += kCopyMin;
		entry = decoder->second[reader.bits >> (32 - kSecondBits)];
		if (!entry) {
			entry = findLong(&decoder->codes[1], reader.bits, kSecondBits);
			if (!entry)
				return 0;
		}
		drop(&reader, entry & 15);
		entry >>= 4;
		if (entry < kDistancesDirect)
			distance = 1 + entry;
		else if (entry != kRepeat) {
			if (!refill(&reader))
				return 0;
			extra = (entry >> 1) - 1;
			distance = 1 + ((2 + (entry & 1)) << extra) + take(&reader, extra);
		}
		if (distance > (uint32_t)(to - start) || count > (uint32_t)(end - to))
			return 0;
		copyBytes(to, to - distance, count);
		to += count;
	}
	return reader.in - (reader.count >= 16) == blockEnd; /* the bits left in the last half do not matter */
}
