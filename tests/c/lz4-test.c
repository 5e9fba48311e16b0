/*
 * Tests of the LZ4 codec for pages (modules/zram/engine/native/zramLZ4.c), without XS.
 *
 *   gcc -std=c11 -O2 -Wall -Wextra -I modules/zram/engine/native tests/c/lz4-test.c \
 *       modules/zram/engine/native/zramLZ4.c -DZRAM_WITH_LIBLZ4 -llz4 -o lz4-test
 *   ./lz4-test [-s seed] [-n hostile blocks] [file ...]
 *
 * The line "# digest" covers every encoded block, and every verdict and page that was decoded, except liblz4's. It must be
 * equal on every machine.
 *
 * Cuts the files into pages of all lengths and adds them to the generated ones. Worth running with -m32 and with
 * -fsanitize=address,undefined -fno-sanitize-recover, which prove that no access is out of bounds or misaligned.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "digest.h"
#include "zramLZ4.h"
#include "pages.h"
#include "guarded.h"
#ifdef ZRAM_WITH_LIBLZ4
#include <lz4.h>
#include <lz4hc.h>
#endif

enum {
	kLastLiterals = 5,
	kLastMatchStart = 12
};

static zramLZ4Table table;
/* The table that `encode` uses. */
static zramLZ4Table *encoderTable = &table;

static uint32_t lz4Encode(const uint32_t *page, uint32_t pageLength, uint8_t *to, uint32_t capacity)
{
	return zramLZ4Encode(encoderTable, page, pageLength, to, capacity);
}

static int encode(const Page *page, uint32_t capacity, uint32_t *length)
{
	return encodeGuarded(lz4Encode, kZramLZ4Margin, page, capacity, length);
}

static int decode(const uint8_t *bytes, uint32_t length, uint32_t pageLength, uint8_t margin, int *verdict)
{
	return decodeGuarded(zramLZ4Decode, kZramLZ4Margin, margin, bytes, length, pageLength, verdict);
}

/* ---- the codec again, slow, written from its specification ---- */

typedef struct {
	const uint8_t *page;
	uint32_t pageLength;
	int32_t table[kZramLZ4TableEntries];
	uint8_t block[kBlockLengthMax];
	uint32_t length;
} Specified;

static uint32_t specifiedHash(const Specified *s, uint32_t position)
{
	const uint8_t *bytes = s->page + position;
	uint32_t sequence = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
	return sequence * 2654435761u >> 21;
}

/* Enters `position`. Returns the last one with the same hash if its four bytes are equal, else -1. */
static int32_t specifiedLookup(Specified *s, uint32_t position)
{
	int32_t *entry = &s->table[specifiedHash(s, position)], found = *entry;
	*entry = (int32_t)position;
	return found >= 0 && !memcmp(s->page + found, s->page + position, 4) ? found : -1;
}

/* If there is a match, sets `*position` and returns the match's start; otherwise returns -1. */
static int32_t specifiedSearch(Specified *s, uint32_t *position, uint32_t start)
{
	static const uint32_t apart[] = { 0, 4, 14, 27 };
	uint32_t last = s->pageLength - 12, dense = start == 1 ? 128 : 192, turn, i;
	int32_t found;
	for (turn = start; turn < start + dense && turn < last - 3; turn += 4)
		for (i = 0; i < 4; i++)
			if ((found = specifiedLookup(s, *position = turn + i)) >= 0)
				return found;
	for (turn = (turn + 3) / 4 * 4; turn + 27 < last; turn += 48 + (s->page[turn] & 28))
		for (i = 0; i < 4; i++)
			if ((found = specifiedLookup(s, *position = turn + apart[i])) >= 0)
				return found;
	return -1;
}

static void specifiedPutLength(Specified *s, uint32_t length)
{
	for (; length >= 255; length -= 255)
		s->block[s->length++] = 255;
	s->block[s->length++] = (uint8_t)length;
}

/* A match of length 0: none, and the end. */
static void specifiedPut(Specified *s, uint32_t anchor, uint32_t position, uint32_t offset, uint32_t length)
{
	uint32_t literals = position - anchor, low = length ? length - 4 : 0;
	s->block[s->length++] = (uint8_t)((literals < 15 ? literals : 15) << 4 | (low < 15 ? low : 15));
	if (literals >= 15)
		specifiedPutLength(s, literals - 15);
	memcpy(s->block + s->length, s->page + anchor, literals);
	s->length += literals;
	if (!length)
		return;
	s->block[s->length++] = (uint8_t)offset;
	s->block[s->length++] = (uint8_t)(offset >> 8);
	if (low >= 15)
		specifiedPutLength(s, low - 15);
}

static uint32_t specifiedMatchLength(const Specified *s, uint32_t position, uint32_t match)
{
	uint32_t length = 0;
	while (position + length < s->pageLength - 5 && s->page[position + length] == s->page[match + length])
		length++;
	return length;
}

static void specifiedEncode(Specified *s, const Page *page)
{
	uint32_t anchor = 0, position = 0, last = page->length - 12, length;
	int32_t match;
	s->page = (const uint8_t *)page->words;
	s->pageLength = page->length;
	s->length = 0;
	memset(s->table, 0xFF, sizeof(s->table));
	while (anchor < last && (match = specifiedSearch(s, &position, anchor + 1)) >= 0) {
		for (; position > anchor && match > 0 && s->page[position - 1] == s->page[match - 1]; match--)
			position--;
		do {
			length = specifiedMatchLength(s, position, (uint32_t)match);
			specifiedPut(s, anchor, position, position - (uint32_t)match, length);
			anchor = position += length;
			if (anchor >= last)
				break;
			s->table[specifiedHash(s, anchor - 2)] = (int32_t)anchor - 2;
			match = specifiedLookup(s, anchor);
		} while (match >= 0);
	}
	specifiedPut(s, anchor, page->length, 0, 0);
}

/* Reads a length at `*in`, if `nibble` says there is one. -1 if the block ends inside it. */
static int32_t specifiedLength(const uint8_t *bytes, uint32_t *in, uint32_t length, uint32_t nibble)
{
	uint32_t sum = nibble, byte = 255;
	while (nibble == 15 && byte == 255) {
		if (*in == length)
			return -1;
		sum += byte = bytes[(*in)++];
	}
	return (int32_t)sum;
}

/* Why the last block was refused, if it was. liblz4 accepts an offset of 0, we don't. */
static int refusedForOffset0;

static int specifiedDecode(const uint8_t *bytes, uint32_t length, uint8_t *page, uint32_t pageLength)
{
	uint32_t in = 0, out = 0, token, offset;
	int32_t count;
	refusedForOffset0 = 0;
	while (in < length) {
		token = bytes[in++];
		count = specifiedLength(bytes, &in, length, token >> 4);
		if (count < 0 || (uint32_t)count > length - in || (uint32_t)count > pageLength - out)
			return 0;
		for (; count; count--)
			page[out++] = bytes[in++];
		if (in == length)
			return out == pageLength && token >> 4 >= kLastLiterals;
		if (length - in < 2)
			return 0;
		offset = bytes[in] | (uint32_t)bytes[in + 1] << 8;
		in += 2;
		count = specifiedLength(bytes, &in, length, token & 15);
		if (count < 0 || offset > out || out + kLastMatchStart > pageLength
			|| out + (uint32_t)count + 4 + kLastLiterals > pageLength)
			return 0;
		if (!offset) {
			refusedForOffset0 = 1;
			return 0;
		}
		for (count += 4; count; count--, out++)
			page[out] = page[out - offset];
	}
	return 0;
}

/* ---- encoder ---- */

static int roundTrip(void)
{
	uint32_t i, length;
	int verdict;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &length))
			return 0;
		if (!length)
			continue;
		if (!decode(block, length, page->length, 0, &verdict))
			return 0;
		CHECK(verdict && !memcmp(decoded, page->words, page->length), "%s: came back changed", page->name);
	}
	return 1;
}

/* The encoder does what the specification says, byte for byte. Other implementations rely on it. */
static int specification(void)
{
	static Specified specified;
	uint32_t i, length;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &length))
			return 0;
		specifiedEncode(&specified, page);
		CHECK(length == (specified.length <= page->length ? specified.length : 0), "%s: %u bytes, specified are %u",
			page->name, (unsigned)length, (unsigned)specified.length);
		CHECK(!memcmp(block, specified.block, length), "%s: another block than specified", page->name);
	}
	return 1;
}

/* Whatever else changes, short periods must become tiny and random pages must be refused. */
static int compresses(void)
{
	uint32_t i, length;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &length))
			return 0;
		if (!strncmp(page->name, "period", 6))
			CHECK(length && length < 48 + page->length / 255, "%s: took %u bytes", page->name, (unsigned)length);
		if (!strncmp(page->name, "random-bits 8", 13))
			CHECK(!length, "%s: took %u bytes", page->name, (unsigned)length);
	}
	return 1;
}

/*
 * The encoder finds nearly all repeated noise, at any distance. The first 256 bytes aren't repeated, because it searches
 * those at every position.
 */
static int repeatedNoise(void)
{
	static Page page;
	uint8_t *bytes = (uint8_t *)page.words;
	uint32_t distance, i, length, missed = 0;
	snprintf(page.name, sizeof(page.name), "repeated noise");
	page.length = kPageLengthMax;
	randomSeed(4);
	for (distance = 1000; distance < 1800; distance++) {
		for (i = 0; i < page.length; i++)
			bytes[i] = i < 256 + distance ? (uint8_t)randomBits() : bytes[i - distance];
		if (!encode(&page, page.length, &length))
			return 0;
		missed += !length || length > (256 + distance) * 13 / 10;
	}
	CHECK(missed < 40, "missed at %u of 800 distances", (unsigned)missed);
	return 1;
}

/* Reads the lengths of a sequence in a block that our encoder made. */
static uint32_t parseLength(const uint8_t **in, uint32_t nibble)
{
	uint32_t length = nibble;
	if (nibble == 15)
		do
			length += **in;
		while (*(*in)++ == 255);
	return length;
}

/* The end-of-block rules of the format, which other decoders rely on. */
static int endRules(void)
{
	uint32_t i, length;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		const uint8_t *in = block;
		uint32_t position = 0, token, literals, offset;
		if (!encode(page, page->length, &length))
			return 0;
		while (length) {
			token = *in++;
			literals = parseLength(&in, token >> 4);
			in += literals;
			position += literals;
			if (in >= block + length) {
				CHECK(literals >= kLastLiterals, "%s: ends with %u literals", page->name, (unsigned)literals);
				break;
			}
			CHECK(position + kLastMatchStart <= page->length, "%s: last match at %u", page->name, (unsigned)position);
			offset = (uint32_t)in[0] | (uint32_t)in[1] << 8;
			in += 2;
			CHECK(offset - 1 < position, "%s: offset %u at %u", page->name, (unsigned)offset, (unsigned)position);
			position += 4 + parseLength(&in, token & 15);
			CHECK(position + kLastLiterals <= page->length, "%s: match ends at %u", page->name, (unsigned)position);
		}
		CHECK(!length || (in == block + length && position == page->length), "%s: parsed %u bytes", page->name,
			(unsigned)position);
	}
	return 1;
}

/* At every capacity the block is the same or none, and nothing is written behind the margin. */
static int everyCapacity(void)
{
	static uint8_t expected[kZramLZ4PageLengthMax];
	uint32_t i, capacity, length, full;
	for (i = 0; i < pageCount; i += 1 + pageCount / 150) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &full))
			return 0;
		memcpy(expected, block, full);
		for (capacity = 1; capacity <= page->length; capacity++) {
			if (!encode(page, capacity, &length))
				return 0;
			CHECK(length == (full <= capacity ? full : 0), "%s: %u bytes with capacity %u, %u with all", page->name,
				(unsigned)length, (unsigned)capacity, (unsigned)full);
			CHECK(!memcmp(block, expected, length), "%s: other block with capacity %u", page->name, (unsigned)capacity);
		}
	}
	return 1;
}

/* A used table, in every generation and after pages of all lengths, makes the same blocks as a new one. */
static int historyIndependence(void)
{
	static zramLZ4Table fresh;
	static uint8_t expected[kZramLZ4PageLengthMax];
	uint32_t round, length, expectedLength;
	randomSeed(2);
	for (round = 0; round < 20000; round++) {
		const Page *page = &pages[randomBelow(pageCount)];
		memset(&fresh, round & 1 ? 0xFF : 0, sizeof(fresh));
		zramLZ4Init(&fresh);
		encoderTable = &fresh;
		if (!encode(page, page->length, &expectedLength))
			return 0;
		memcpy(expected, block, expectedLength);
		encoderTable = &table;
		if (!encode(page, page->length, &length))
			return 0;
		CHECK(length == expectedLength && !memcmp(block, expected, length), "%s: %u bytes, %u with a new table",
			page->name, (unsigned)length, (unsigned)expectedLength);
	}
	return 1;
}

/* ---- decoder ---- */

/* Blocks by hand that break one rule each. Intact, they decode to 512 zeros. */
static int handMadeBlocks(void)
{
	/* The valid one: a literal, offset 1, 506 bytes (4 + 15 + 255 + 232), and 5 last literals. */
	static const struct {
		const char *what;
		uint8_t bytes[16];
		uint32_t length;
		int verdict;
	} blocks[] = {
		{ "valid", { 0x1F, 0, 1, 0, 255, 232, 0x50, 0, 0, 0, 0, 0 }, 12, 1 },
		{ "empty", { 0 }, 0, 0 },
		{ "one byte short", { 0x1F, 0, 1, 0, 255, 231, 0x50, 0, 0, 0, 0, 0 }, 12, 0 },
		{ "match into the last literals", { 0x1F, 0, 1, 0, 255, 233, 0x40, 0, 0, 0, 0 }, 11, 0 },
		{ "match up to the end", { 0x1F, 0, 1, 0, 255, 237, 0 }, 7, 0 },
		{ "match beyond the end", { 0x1F, 0, 1, 0, 255, 238, 0 }, 7, 0 },
		{ "no last literals", { 0x1F, 0, 1, 0, 255, 232 }, 6, 0 },
		{ "literals cut off", { 0x1F, 0, 1, 0, 255, 232, 0x50, 0, 0, 0, 0 }, 11, 0 },
		{ "a byte too many", { 0x1F, 0, 1, 0, 255, 232, 0x50, 0, 0, 0, 0, 0, 0 }, 13, 0 },
		{ "offset 0", { 0x1F, 0, 0, 0, 255, 232, 0x50, 0, 0, 0, 0, 0 }, 12, 0 },
		{ "offset before the page", { 0x1F, 0, 2, 0, 255, 232, 0x50, 0, 0, 0, 0, 0 }, 12, 0 },
		{ "offset before the page, far", { 0x1F, 0, 0, 255, 255, 232, 0x50, 0, 0, 0, 0, 0 }, 12, 0 },
		{ "match first", { 0x0F, 1, 0, 255, 233, 0x50, 0, 0, 0, 0, 0 }, 11, 0 },
		{ "length cut off", { 0x1F, 0, 1, 0, 255 }, 5, 0 },
		{ "literal length cut off", { 0xF0 }, 1, 0 },
		{ "offset cut off", { 0x1F, 0, 1 }, 3, 0 },
		{ "literals beyond the page", { 0x1F, 0, 1, 0, 255, 232, 0x60, 0, 0, 0, 0, 0, 0 }, 13, 0 },
		{ "match 12 from the end", { 0x1F, 0, 1, 0, 255, 225, 0x03, 1, 0, 0x50, 0, 0, 0, 0, 0 }, 15, 1 },
		{ "match 11 from the end", { 0x1F, 0, 1, 0, 255, 226, 0x02, 1, 0, 0x50, 0, 0, 0, 0, 0 }, 15, 0 },
		{ "short match, 5 literals", { 0x1F, 0, 1, 0, 255, 214, 0x0E, 8, 0, 0x50, 0, 0, 0, 0, 0 }, 15, 1 },
		{ "short match, 4 literals", { 0x1F, 0, 1, 0, 255, 215, 0x0E, 8, 0, 0x40, 0, 0, 0, 0 }, 14, 0 },
		{ "short match, 2 literals", { 0x1F, 0, 1, 0, 255, 217, 0x0E, 8, 0, 0x20, 0, 0 }, 12, 0 },
	};
	uint32_t i, margin;
	int verdict;
	for (i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		for (margin = 0; margin < 256; margin++) {
			if (!decode(blocks[i].bytes, blocks[i].length, 512, (uint8_t)margin, &verdict))
				return 0;
			CHECK(verdict == blocks[i].verdict, "%s: verdict %d", blocks[i].what, verdict);
		}
	return 1;
}

/* Length bytes whose sum is 2^32 + 512, and 512 in 32 bits. */
static int overflowingLength(void)
{
	static uint32_t page[512 / 4];
	uint32_t lengthBytes = 16843010, length = 1 + lengthBytes + 1 + 512;
	uint8_t *bytes = malloc(length + kZramLZ4Margin);
	int verdict;
	CHECK(bytes, "no memory");
	memset(bytes, 0, length + kZramLZ4Margin);
	bytes[0] = 0xF0;
	memset(bytes + 1, 255, lengthBytes);
	bytes[1 + lengthBytes] = 243;
	verdict = zramLZ4Decode(bytes, length, page, 512);
	free(bytes);
	CHECK(!verdict, "accepted");
	return 1;
}

/* A block is refused if any byte is missing or one is added. */
static int truncated(void)
{
	static uint8_t whole[kBlockLengthMax];
	uint32_t i, length, cut;
	int verdict;
	for (i = 0; i < pageCount; i += 1 + pageCount / 200) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &length) || !length)
			continue;
		memcpy(whole, block, length);
		whole[length] = 0;
		for (cut = 0; cut <= length + 1; cut++) {
			if (!decode(whole, cut, page->length, (uint8_t)randomBits(), &verdict))
				return 0;
			CHECK(verdict == (cut == length), "%s: %u of %u bytes: verdict %d", page->name, (unsigned)cut,
				(unsigned)length, verdict);
		}
	}
	return 1;
}

/* Random bytes in which the patterns of a block are frequent. */
static uint32_t makeRandom(uint8_t *bytes)
{
	uint32_t mask = randomBelow(2) ? 0xFF : 0x1F, length = randomBelow(randomBelow(2) ? 40 : 600), i;
	for (i = 0; i < length; i++)
		bytes[i] = (uint8_t)(randomBelow(16) ? randomBits() & mask : 255);
	return length;
}

/* Makes hostile `bytes`: random ones, or a block with some bytes changed, perhaps truncated. Returns their length. */
static uint32_t makeHostile(uint8_t *bytes, const Page *page)
{
	uint32_t length = zramLZ4Encode(&table, page->words, page->length, bytes, page->length);
	uint32_t changes = 1 + randomBelow(8), last = length < 24 ? length : 24;
	if (!length || randomBelow(4) == 0)
		return makeRandom(bytes);
	while (changes--) {
		uint8_t *where = bytes + (randomBelow(2) ? randomBelow(length) : length - 1 - randomBelow(last));
		switch (randomBelow(5)) {
		case 0:
			*where = (uint8_t)randomBits();
			break;
		case 1:
			*where ^= (uint8_t)(1 << randomBelow(8));
			break;
		case 2:
			*where = 255;
			break;
		case 3:
			*where = (uint8_t)(*where + 1 - 2 * randomBelow(2));
			break;
		default:
			*where = bytes[randomBelow(length)];
			break;
		}
	}
	return randomBelow(3) ? length : randomBelow(length + 1);
}

/*
 * For any bytes, nothing is written outside the page, and verdict and decoded page are the specification's, whatever the
 * margin and the page held before.
 */
static int hostile(void)
{
	static uint8_t bytes[kBlockLengthMax], expected[kZramLZ4PageLengthMax];
	uint32_t i, accepted = 0;
	int verdict, again, specified;
	randomSeed(3);
	for (i = 0; i < hostileBlocks; i++) {
		const Page *page = &pages[randomBelow(pageCount)];
		uint32_t length = makeHostile(bytes, page);
		uint8_t margin = (uint8_t)randomBits();
		specified = specifiedDecode(bytes, length, expected, page->length);
		if (!decode(bytes, length, page->length, (uint8_t)~margin, &again)
			|| !decode(bytes, length, page->length, margin, &verdict))
			return 0;
		CHECK(verdict == specified, "block %u: verdict %d, specified is %d", (unsigned)i, verdict, specified);
		CHECK(verdict == again, "block %u: the verdict depends on the margin", (unsigned)i);
		CHECK(!verdict || !memcmp(expected, decoded, page->length), "block %u: another page", (unsigned)i);
		accepted += (uint32_t)verdict;
#ifdef ZRAM_WITH_LIBLZ4
		again = LZ4_decompress_safe((char *)bytes, (char *)expected, (int)length, (int)page->length);
		CHECK(verdict == (again == (int)page->length) || refusedForOffset0, "block %u: liblz4 returns %d", (unsigned)i,
			again);
		CHECK(!verdict || !memcmp(expected, decoded, page->length), "block %u: liblz4 has another page", (unsigned)i);
#endif
	}
	CHECK(accepted > hostileBlocks / 1000, "only %u blocks were accepted", (unsigned)accepted);
	CHECK(accepted < hostileBlocks / 2, "%u blocks were accepted", (unsigned)accepted);
	return 1;
}

/* ---- liblz4 ---- */

#ifdef ZRAM_WITH_LIBLZ4
static int liblz4DecodesOurs(void)
{
	uint32_t i, length;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		int result;
		if (!encode(page, page->length, &length))
			return 0;
		if (!length)
			continue;
		result = LZ4_decompress_safe((char *)block, (char *)decoded, (int)length, (int)page->length);
		CHECK(result == (int)page->length, "%s: liblz4 returned %d", page->name, result);
		CHECK(!memcmp(decoded, page->words, page->length), "%s: came back changed", page->name);
	}
	return 1;
}

/* level 0 is the fast encoder */
static int weDecodeLiblz4(int level)
{
	static uint8_t bytes[kBlockLengthMax];
	uint32_t i;
	int length, verdict;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		const char *source = (const char *)page->words;
		if (level)
			length = LZ4_compress_HC(source, (char *)bytes, (int)page->length, sizeof(bytes), level);
		else
			length = LZ4_compress_default(source, (char *)bytes, (int)page->length, sizeof(bytes));
		if (!decode(bytes, (uint32_t)length, page->length, 0, &verdict))
			return 0;
		CHECK(verdict && !memcmp(decoded, page->words, page->length), "%s: not decoded", page->name);
	}
	return 1;
}

static int weDecodeLiblz4Fast(void)
{
	return weDecodeLiblz4(0);
}

static int weDecodeLiblz4HC(void)
{
	return weDecodeLiblz4(9) && weDecodeLiblz4(LZ4HC_CLEVEL_MAX);
}

/* Noise followed by words, which a search that has given up would miss. */
static void makeBehindNoise(Page *page, uint32_t noise)
{
	static const char *const words[] = { "temperature", "humidity", "pressure", "battery", "status", "device", "time",
		"value", "\": ", ",\n\t\"", "{ ", " }", "true", "false", "null", "12.5" };
	uint8_t *bytes = (uint8_t *)page->words;
	const char *word = "";
	uint32_t i;
	page->length = kPageLengthMax;
	for (i = 0; i < noise; i++)
		bytes[i] = (uint8_t)randomBits();
	for (; i < page->length; i++) {
		if (!*word)
			word = words[randomBelow(sizeof(words) / sizeof(words[0]))];
		bytes[i] = (uint8_t)*word++;
	}
}

/* Hardly a page of a real file takes more than 1.3 times the reference's bytes. These are as bad as they get. */
static int behindNoise(void)
{
	static uint8_t bytes[kBlockLengthMax];
	static Page page;
	uint32_t noise, length;
	int reference;
	snprintf(page.name, sizeof(page.name), "behind noise");
	for (noise = 128; noise < 3500; noise += 16) {
		makeBehindNoise(&page, noise);
		reference = LZ4_compress_default((const char *)page.words, (char *)bytes, (int)page.length, sizeof(bytes));
		if (!encode(&page, page.length, &length))
			return 0;
		length = length ? length : page.length; /* as it is */
		CHECK(length * 10 < (uint32_t)reference * 13, "behind %u bytes of noise: %u, liblz4 %d", (unsigned)noise,
			(unsigned)length, reference);
	}
	return 1;
}
#endif

static void testLiblz4(void)
{
#ifdef ZRAM_WITH_LIBLZ4
	test("liblz4 decodes our blocks", liblz4DecodesOurs);
	test("we decode liblz4's blocks", weDecodeLiblz4Fast);
	test("we decode liblz4's HC blocks", weDecodeLiblz4HC);
	test("behind noise at most 1.3 times liblz4", behindNoise);
#else
	printf("skip liblz4 decodes our blocks: needs liblz4\n");
	printf("skip we decode liblz4's blocks: needs liblz4\n");
	printf("skip we decode liblz4's HC blocks: needs liblz4\n");
	printf("skip behind noise at most 1.3 times liblz4: needs liblz4\n");
#endif
}

int main(int argc, char **argv)
{
	readArguments(argc, argv);
	addGenerated();
	zramLZ4Init(&table);
	printf("# seed %u, %u pages, %u hostile blocks\n", (unsigned)seed, (unsigned)pageCount, (unsigned)hostileBlocks);

	test("round trip", roundTrip);
	test("specification", specification);
	test("compresses", compresses);
	test("repeated noise", repeatedNoise);
	test("end-of-block rules", endRules);
	test("every capacity", everyCapacity);
	test("independent of history", historyIndependence);
	test("hand-made blocks", handMadeBlocks);
	test("overflowing length", overflowingLength);
	test("truncated blocks", truncated);
	test("hostile blocks", hostile);
	printf("# digest %08x\n", (unsigned)digest);
	testLiblz4();

	return summary();
}
