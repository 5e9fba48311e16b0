/*
 * What codec tests share: a harness, and pages to encode, generated or from files.
 */

#ifndef TEST_PAGES_H
#define TEST_PAGES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define kPageLengthMax 4096

static const uint32_t pageLengths[] = { 512, 1024, 2048, 4096 };
enum {
	kPageLengths = sizeof(pageLengths) / sizeof(pageLengths[0])
};

/* ---- the harness ---- */

static uint32_t seed = 1, hostileBlocks = 1000000;
static uint32_t passed, failed;
static char why[200];

/* Fails the test with a reason. The first argument is a format. */
#define FAIL(...) return snprintf(why, sizeof(why), __VA_ARGS__), 0
#define CHECK(condition, ...)  \
	do {                       \
		if (!(condition))      \
			FAIL(__VA_ARGS__); \
	} while (0)

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
	uint32_t words[kPageLengthMax / 4];
	uint32_t length;
	char name[40];
} Page;

static Page *pages;
static uint32_t pageCount, pageRoom;

/* The returned page is valid until you add the next one. */
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

/* Constant except for one byte near either end, where the end-of-block rules bite. */
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

/* Random literal runs, and copies from anywhere before: every length, offset and alignment. */
static void addMixtures(uint32_t length, uint32_t count)
{
	uint32_t number;
	for (number = 0; number < count; number++) {
		uint8_t *bytes = addPage(length, "mixture", number);
		uint32_t i = 0, literalMax = 1 + randomBelow(300), matchMax = 4 + randomBelow(300);
		uint32_t alphabet = 1 + randomBelow(256);
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

/* A value that more or less keeps its course and turns now and then, like samples of sound or of a sensor. */
typedef struct {
	int32_t value, slope;
} Walk;

static uint32_t walkOn(Walk *walk, uint32_t roughness)
{
	walk->slope += (int32_t)randomBelow(2 * roughness + 1) - (int32_t)roughness - walk->slope / 8;
	walk->value += walk->slope;
	return (uint32_t)walk->value;
}

/* Records of `columns` values of `size` bytes each. The page begins anywhere in one. */
static void addRecords(uint32_t length, uint32_t columns, uint32_t size, int isBig, uint32_t shift)
{
	Walk walks[64];
	uint8_t *bytes = addPage(length, isBig ? "records-big" : "records", columns * size);
	uint32_t i, at = randomBelow(columns * size), value = 0;
	memset(walks, 0, sizeof(walks));
	for (i = 0; i < length; i++, at = (at + 1) % (columns * size)) {
		uint32_t byte = at % size, column = at / size;
		if (byte == 0 || i == 0)
			value = walkOn(&walks[column], column % 3 ? 1u << column % 9 : 0) << shift;
		bytes[i] = (uint8_t)(value >> 8 * (isBig ? size - 1 - byte : byte));
	}
}

/* Pixels of 2, 3 or 4 bytes with edges here and there. The page begins anywhere in one. */
static void addPixels(uint32_t length, uint32_t size, int isBig)
{
	Walk light = { 100, 0 }, tint[2] = { { 0, 0 }, { 0, 0 } };
	uint8_t *bytes = addPage(length, isBig ? "pixels-big" : "pixels", size), pixel[4];
	uint32_t i, at = size == 2 ? 0 : randomBelow(size), half;
	for (i = 0; i < length; i++, at = (at + 1) % size) {
		if (at == 0 || i == 0) {
			if (randomBelow(50) == 0)
				light.value = (int32_t)randomBelow(256);
			pixel[1] = (uint8_t)walkOn(&light, 3);
			pixel[0] = (uint8_t)(pixel[1] + walkOn(&tint[0], 1));
			pixel[2] = (uint8_t)(pixel[1] + walkOn(&tint[1], 1));
			pixel[3] = 255;
		}
		half = (uint32_t)(pixel[0] >> 3) << 11 | (uint32_t)(pixel[1] >> 2) << 5 | pixel[2] >> 3;
		bytes[i] = size > 2 ? pixel[at] : (uint8_t)(half >> 8 * (at ^ (uint32_t)isBig));
	}
}

static void addMeasured(uint32_t length)
{
	static const uint32_t columns[] = { 1, 2, 3, 5, 6, 7, 9, 14, 32 };
	uint32_t i, size;
	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		addRecords(length, columns[i], 1, 0, 0);
		addRecords(length, columns[i] * 2 > 64 ? 32 : columns[i] * 2, 1, 0, 0);
		for (size = 0; size < 2; size++) {
			addRecords(length, columns[i], 2, (int)size, 0);
			addRecords(length, columns[i], 2, (int)size, 4);
		}
	}
	for (size = 2; size <= 4; size++)
		for (i = 0; i < 4; i++)
			addPixels(length, size, i & 1);
}

static int addFile(const char *path)
{
	FILE *file = fopen(path, "rb");
	const char *slash = strrchr(path, '/');
	uint32_t words[kPageLengthMax / 4], number = 0, i, j;
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
		addMeasured(pageLengths[i]);
	}
}

/* [-s seed] [-n hostile blocks] [file ...] */
static void readArguments(int argc, char **argv)
{
	int i;
	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-s") && i + 1 < argc)
			seed = (uint32_t)strtoul(argv[++i], NULL, 0);
		else if (!strcmp(argv[i], "-n") && i + 1 < argc)
			hostileBlocks = (uint32_t)strtoul(argv[++i], NULL, 0);
		else if (!addFile(argv[i])) {
			fprintf(stderr, "%s: cannot be read\n", argv[i]);
			exit(2);
		}
	}
}

/* Returns the exit code. */
static int summary(void)
{
	printf("%u passed, %u failed\n", (unsigned)passed, (unsigned)failed);
	free(pages);
	return failed != 0;
}

#endif
