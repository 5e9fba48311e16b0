/*
 * Tests of the LZ4 codec for pages (modules/zram/engine/native/zramLZ4.c), without XS.
 *
 *   gcc -std=c11 -O2 -Wall -Wextra -I modules/zram/engine/native tests/c/lz4-test.c \
 *       modules/zram/engine/native/zramLZ4.c -DZRAM_WITH_LIBLZ4 -llz4 -o lz4-test
 *   ./lz4-test [-s seed] [-n hostile blocks] [file ...]
 *
 * The files are cut into pages of all lengths and added to the generated pages. Worth running with -m32 and with
 * -fsanitize=address,undefined -fno-sanitize-recover, which prove that no bound is passed and no word misaligned.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "zramLZ4.h"
#ifdef ZRAM_WITH_LIBLZ4
#include <lz4.h>
#include <lz4hc.h>
#endif

enum {
	kGuard = 64,					/* bytes watched on either side of an output */
	kGuardByte = 0xA5,
	kBlockLengthMax = 2 * kZramLZ4PageLengthMax,
	kHostileDefault = 1000000,
	kLastLiterals = 5,
	kLastMatchStart = 12
};

static const uint32_t pageLengths[] = { 512, 1024, 2048, 4096 };
enum { kPageLengths = sizeof(pageLengths) / sizeof(pageLengths[0]) };

/* ---- the harness ---- */

static uint32_t seed = 1, hostileBlocks = kHostileDefault;
static uint32_t passed, failed;
static char why[200];

/* Ends the test with a reason; the first argument is a format. */
#define FAIL(...) return snprintf(why, sizeof(why), __VA_ARGS__), 0
#define CHECK(condition, ...) do { if (!(condition)) FAIL(__VA_ARGS__); } while (0)

static void test(const char *name, int (*run)(void))
{
	if (run()) {
		passed++;
		printf("ok %s\n", name);
	}
	else {
		failed++;
		printf("not ok %s: %s (seed %u)\n", name, why, (unsigned)seed);
	}
	fflush(stdout);
}

/* xorshift32: the same numbers on every machine */
static uint32_t randomState;

static uint32_t randomBits(void)
{
	randomState ^= randomState << 13;
	randomState ^= randomState >> 17;
	randomState ^= randomState << 5;
	return randomState;
}

static uint32_t randomBelow(uint32_t bound)
{
	return (uint32_t)((uint64_t)randomBits() * bound >> 32);
}

static void randomSeed(uint32_t salt)
{
	randomState = (seed + 1) * 2654435761u ^ salt * 40503u;
	if (!randomState)
		randomState = 1;
	randomBits();
}

/* ---- pages ---- */

typedef struct {
	uint32_t words[kZramLZ4PageLengthMax / 4];
	uint32_t length;
	char name[40];
} Page;

static Page *pages;
static uint32_t pageCount, pageRoom;

/* The returned page is valid until the next one is added. */
static uint8_t *addPage(uint32_t length, const char *name, uint32_t number)
{
	Page *page;
	if (pageCount == pageRoom) {
		pageRoom = pageRoom ? pageRoom * 2 : 64;
		pages = realloc(pages, pageRoom * sizeof(Page));
		if (!pages)
			abort();
	}
	page = &pages[pageCount++];
	page->length = length;
	snprintf(page->name, sizeof(page->name), "%.16s %u of %u", name, (unsigned)number, (unsigned)length);
	memset(page->words, 0, sizeof(page->words));
	return (uint8_t *)page->words;
}

static void addPeriods(uint32_t length)
{
	uint32_t period, i;
	for (period = 1; period <= 16; period++) {
		uint8_t *bytes = addPage(length, "period", period);
		for (i = 0; i < length; i++)
			bytes[i] = i < period ? (uint8_t)(randomBits() | 1) : bytes[i - period];
	}
}

/* Constant but for one byte, near either end: where the end-of-block rules bite. */
static void addOddBytes(uint32_t length)
{
	uint32_t i;
	for (i = 0; i < 24; i++) {
		addPage(length, "odd-at-start", i)[i] = 1;
		addPage(length, "odd-at-end", i)[length - 1 - i] = 1;
	}
}

static void addRamps(uint32_t length)
{
	uint32_t step, i;
	for (step = 1; step <= 5; step++) {
		uint8_t *bytes = addPage(length, "ramp8", step);
		for (i = 0; i < length; i++)
			bytes[i] = (uint8_t)(i * step);
		bytes = addPage(length, "ramp16", step);
		for (i = 0; i < length; i += 2) {
			bytes[i] = (uint8_t)(i * step);
			bytes[i + 1] = (uint8_t)(i * step >> 8);
		}
	}
}

/* Random literal runs and copies from anywhere before: every length and offset, with every alignment. */
static void addMixtures(uint32_t length, uint32_t count)
{
	uint32_t number;
	for (number = 0; number < count; number++) {
		uint8_t *bytes = addPage(length, "mixture", number);
		uint32_t i = 0, literalMax = 1 + randomBelow(300), matchMax = 4 + randomBelow(300), alphabet = 1 + randomBelow(256);
		while (i < length) {
			uint32_t run = randomBelow(literalMax) + (i == 0), offset;
			for (; run && i < length; run--)
				bytes[i++] = (uint8_t)randomBelow(alphabet);
			offset = 1 + randomBelow(randomBelow(2) ? i : i < 16 ? i : 16);
			for (run = 4 + randomBelow(matchMax); run && i < length; run--, i++)
				bytes[i] = bytes[i - offset];
		}
	}
}

static void addRandom(uint32_t length)
{
	uint32_t bits, i;
	for (bits = 1; bits <= 8; bits++) {
		uint8_t *bytes = addPage(length, "random-bits", bits);
		for (i = 0; i < length; i++)
			bytes[i] = (uint8_t)(randomBits() >> (32 - bits));
	}
}

/* One long run of random bytes among zeros: literal and match lengths around the limits of a length byte. */
static void addRuns(uint32_t length)
{
	static const uint32_t runs[] = { 14, 15, 16, 18, 19, 20, 254, 255, 256, 269, 270, 271, 273, 274, 275, 400 };
	uint32_t number, i;
	for (number = 0; number < sizeof(runs) / sizeof(runs[0]); number++) {
		uint8_t *bytes = addPage(length, "literal-run", runs[number]);
		for (i = 0; i < runs[number]; i++)
			bytes[40 + i] = (uint8_t)randomBits();
		bytes = addPage(length, "match-run", runs[number]);
		for (i = 0; i < length; i++)
			bytes[i] = i >= 20 && i < 20 + runs[number] ? 7 : (uint8_t)randomBits();
	}
}

static int addFile(const char *path)
{
	FILE *file = fopen(path, "rb");
	const char *slash = strrchr(path, '/');
	uint32_t words[kZramLZ4PageLengthMax / 4], number = 0, i, j;
	if (!file)
		return 0;
	while (fread(words, 1, sizeof(words), file) == sizeof(words)) {
		for (i = 0; i < kPageLengths; i++)
			for (j = 0; j < sizeof(words); j += pageLengths[i])
				memcpy(addPage(pageLengths[i], slash ? slash + 1 : path, number), (uint8_t *)words + j, pageLengths[i]);
		number++;
	}
	fclose(file);
	return 1;
}

static void addGenerated(void)
{
	uint32_t i;
	randomSeed(1);
	for (i = 0; i < kPageLengths; i++) {
		addPeriods(pageLengths[i]);
		addOddBytes(pageLengths[i]);
		addRamps(pageLengths[i]);
		addRandom(pageLengths[i]);
		addRuns(pageLengths[i]);
		addMixtures(pageLengths[i], 200);
	}
}

/* ---- the codec between guards ---- */

static zramLZ4Table table;
static uint32_t blockArea[(kBlockLengthMax + kZramLZ4Margin + 2 * kGuard) / 4];
static uint32_t pageArea[(kZramLZ4PageLengthMax + 2 * kGuard) / 4];
static uint8_t *const block = (uint8_t *)blockArea + kGuard;
static uint32_t *const decoded = pageArea + kGuard / 4;

static int isGuard(const uint8_t *bytes, uint32_t length)
{
	while (length--)
		if (*bytes++ != kGuardByte)
			return 0;
	return 1;
}

/* Encodes to `block`. 1 if what the contract forbids did not happen. */
static int encode(zramLZ4Table *with, const Page *page, uint32_t capacity, uint32_t *length)
{
	memset(blockArea, kGuardByte, sizeof(blockArea));
	*length = zramLZ4Encode(with, page->words, page->length, block, capacity);
	CHECK(*length <= capacity, "%s: length %u exceeds capacity %u", page->name, (unsigned)*length, (unsigned)capacity);
	CHECK(isGuard((uint8_t *)blockArea, kGuard), "%s: wrote before the block", page->name);
	CHECK(isGuard(block + capacity + kZramLZ4Margin, kGuard), "%s: wrote behind the margin", page->name);
	return 1;
}

/*
 * Decodes a copy of `bytes` that ends with its margin where an allocation ends, so that AddressSanitizer sees a read
 * beyond. 1 if what the contract forbids did not happen.
 */
static int decode(const uint8_t *bytes, uint32_t length, uint32_t pageLength, uint8_t margin, int *verdict)
{
	uint8_t *copy = malloc(length + kZramLZ4Margin);
	uint8_t *output = (uint8_t *)decoded;
	memcpy(copy, bytes, length);
	memset(copy + length, margin, kZramLZ4Margin);
	memset(pageArea, kGuardByte, sizeof(pageArea));
	*verdict = zramLZ4Decode(copy, length, decoded, pageLength);
	free(copy);
	CHECK(*verdict == 0 || *verdict == 1, "verdict %d", *verdict);
	CHECK(isGuard(output - kGuard, kGuard), "wrote before the page");
	CHECK(isGuard(output + pageLength, kGuard), "wrote behind the page");
	return 1;
}

/* ---- encoder ---- */

static int roundTrip(void)
{
	uint32_t i, length;
	int verdict;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		if (!encode(&table, page, page->length, &length))
			return 0;
		if (!length)
			continue;
		if (!decode(block, length, page->length, 0, &verdict))
			return 0;
		CHECK(verdict && !memcmp(decoded, page->words, page->length), "%s: came back changed", page->name);
	}
	return 1;
}

/* Long pages of one byte must become tiny, and random ones must be refused, whatever else changes. */
static int compresses(void)
{
	uint32_t i, length;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		if (!encode(&table, page, page->length, &length))
			return 0;
		if (!strncmp(page->name, "period", 6))
			CHECK(length && length < 48 + page->length / 255, "%s: took %u bytes", page->name, (unsigned)length);
		if (!strncmp(page->name, "random-bits 8", 13))
			CHECK(!length, "%s: took %u bytes", page->name, (unsigned)length);
	}
	return 1;
}

/* Reads the lengths of a sequence; the block has been made by our encoder. */
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
		if (!encode(&table, page, page->length, &length))
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
			CHECK(offset && offset <= position, "%s: offset %u at %u", page->name, (unsigned)offset, (unsigned)position);
			position += 4 + parseLength(&in, token & 15);
			CHECK(position + kLastLiterals <= page->length, "%s: match ends at %u", page->name, (unsigned)position);
		}
		CHECK(!length || (in == block + length && position == page->length), "%s: parsed %u bytes", page->name,
			(unsigned)position);
	}
	return 1;
}

/* Every capacity: the block is the same one or none, and nothing is written behind the margin. */
static int everyCapacity(void)
{
	static uint8_t expected[kZramLZ4PageLengthMax];
	uint32_t i, capacity, length, full;
	for (i = 0; i < pageCount; i += 1 + pageCount / 150) {
		const Page *page = &pages[i];
		if (!encode(&table, page, page->length, &full))
			return 0;
		memcpy(expected, block, full);
		for (capacity = 1; capacity <= page->length; capacity++) {
			if (!encode(&table, page, capacity, &length))
				return 0;
			CHECK(length == (full <= capacity ? full : 0), "%s: %u bytes with capacity %u, %u with all", page->name,
				(unsigned)length, (unsigned)capacity, (unsigned)full);
			CHECK(!memcmp(block, expected, length), "%s: other block with capacity %u", page->name, (unsigned)capacity);
		}
	}
	return 1;
}

/* A used table, in every generation and after pages of all lengths, makes the blocks of a new one. */
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
		if (!encode(&fresh, page, page->length, &expectedLength))
			return 0;
		memcpy(expected, block, expectedLength);
		if (!encode(&table, page, page->length, &length))
			return 0;
		CHECK(length == expectedLength && !memcmp(block, expected, length), "%s: %u bytes, %u with a new table", page->name,
			(unsigned)length, (unsigned)expectedLength);
	}
	return 1;
}

/* ---- decoder ---- */

/* Blocks by hand, each breaking one rule; the page is 512 bytes of zeros when nothing is broken. */
static int handMadeBlocks(void)
{
	/* token 0x1F, a zero, offset 1, 506 = 1 + 505 bytes up to the last 5: 505 = 4 + 15 + 255 + 231 */
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
		{ "last match 12 from the end", { 0x1F, 0, 1, 0, 255, 222, 0x33, 0, 0, 0, 1, 0, 0x50, 0, 0, 0, }, 16, 0 },
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

/* A block is refused when any byte is missing or one is added. */
static int truncated(void)
{
	static uint8_t whole[kBlockLengthMax];
	uint32_t i, length, cut;
	int verdict;
	for (i = 0; i < pageCount; i += 1 + pageCount / 200) {
		const Page *page = &pages[i];
		if (!encode(&table, page, page->length, &length) || !length)
			continue;
		memcpy(whole, block, length);
		whole[length] = 0;
		for (cut = 0; cut <= length + 1; cut++) {
			if (!decode(whole, cut, page->length, (uint8_t)randomBits(), &verdict))
				return 0;
			CHECK(verdict == (cut == length), "%s: %u of %u bytes: verdict %d", page->name, (unsigned)cut, (unsigned)length,
				verdict);
		}
	}
	return 1;
}

/* Makes `bytes` hostile: random, or a block of ours with some bytes changed, moved or cut off. Returns its length. */
static uint32_t makeHostile(uint8_t *bytes, const Page *page)
{
	uint32_t length, i, changes = 1 + randomBelow(8);
	if (randomBelow(4) == 0) {
		uint32_t mask = randomBelow(2) ? 0xFF : 0x1F;
		length = randomBelow(randomBelow(2) ? 40 : 600);
		for (i = 0; i < length; i++)
			bytes[i] = (uint8_t)(randomBelow(16) ? randomBits() & mask : 255);
		return length;
	}
	length = zramLZ4Encode(&table, page->words, page->length, bytes, page->length);
	if (!length)
		length = zramLZ4Encode(&table, pages[0].words, pages[0].length, bytes, page->length);
	while (changes--) {
		uint8_t *where = &bytes[randomBelow(2) ? randomBelow(length) : length - 1 - randomBelow(length < 24 ? length : 24)];
		switch (randomBelow(5)) {
			case 0: *where = (uint8_t)randomBits(); break;
			case 1: *where ^= (uint8_t)(1 << randomBelow(8)); break;
			case 2: *where = 255; break;
			case 3: *where = (uint8_t)(*where + 1 - randomBelow(3)); break;
			default: *where = bytes[randomBelow(length)]; break;
		}
	}
	return randomBelow(3) ? length : randomBelow(length + 1);
}

/*
 * Any bytes whatever: nothing outside of the page is written, the verdict and a decoded page do not depend on the
 * margin nor on what the page held, and liblz4 thinks the same. (It accepts offset 0, which the format forbids.)
 */
static int hostile(void)
{
	static uint8_t bytes[kBlockLengthMax], first[kZramLZ4PageLengthMax];
	uint32_t i, accepted = 0;
	int verdict, again;
	randomSeed(3);
	for (i = 0; i < hostileBlocks; i++) {
		const Page *page = &pages[randomBelow(pageCount)];
		uint32_t length = makeHostile(bytes, page);
		uint8_t margin = (uint8_t)randomBits();
		if (!decode(bytes, length, page->length, margin, &verdict))
			return 0;
		memcpy(first, decoded, page->length);
		if (!decode(bytes, length, page->length, (uint8_t)~margin, &again))
			return 0;
		CHECK(verdict == again, "block %u: verdict depends on the margin", (unsigned)i);
		CHECK(!verdict || !memcmp(first, decoded, page->length), "block %u: page depends on the margin", (unsigned)i);
		accepted += (uint32_t)verdict;
#ifdef ZRAM_WITH_LIBLZ4
		if (verdict) {
			again = LZ4_decompress_safe((char *)bytes, (char *)decoded, (int)length, (int)page->length);
			CHECK(again == (int)page->length && !memcmp(first, decoded, page->length), "block %u: liblz4 says %d", (unsigned)i,
				again);
		}
#endif
	}
	CHECK(accepted > hostileBlocks / 1000 && accepted < hostileBlocks, "%u of %u blocks accepted", (unsigned)accepted,
		(unsigned)hostileBlocks);
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
		if (!encode(&table, page, page->length, &length))
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
#endif

static void testLiblz4(void)
{
#ifdef ZRAM_WITH_LIBLZ4
	test("liblz4 decodes our blocks", liblz4DecodesOurs);
	test("we decode liblz4's blocks", weDecodeLiblz4Fast);
	test("we decode liblz4's HC blocks", weDecodeLiblz4HC);
#else
	printf("skip liblz4 decodes our blocks: needs liblz4\n");
	printf("skip we decode liblz4's blocks: needs liblz4\n");
	printf("skip we decode liblz4's HC blocks: needs liblz4\n");
#endif
}

int main(int argc, char **argv)
{
	int i;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-s") && i + 1 < argc)
			seed = (uint32_t)strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "-n") && i + 1 < argc)
			hostileBlocks = (uint32_t)strtoul(argv[++i], NULL, 0);
		else if (!addFile(argv[i])) {
			fprintf(stderr, "%s: cannot be read\n", argv[i]);
			return 2;
		}
	}
	addGenerated();
	zramLZ4Init(&table);
	printf("# seed %u, %u pages, %u hostile blocks\n", (unsigned)seed, (unsigned)pageCount, (unsigned)hostileBlocks);

	test("round trip", roundTrip);
	test("compresses", compresses);
	test("end-of-block rules", endRules);
	test("every capacity", everyCapacity);
	test("independent of history", historyIndependence);
	test("hand-made blocks", handMadeBlocks);
	test("truncated blocks", truncated);
	test("hostile blocks", hostile);
	testLiblz4();

	printf("%u passed, %u failed\n", (unsigned)passed, (unsigned)failed);
	free(pages);
	return failed != 0;
}
