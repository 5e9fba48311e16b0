/*
 * An operation that answers kZramErrorCorrupt in a damaged region leaves every page as it read before, and changes nothing
 * but counters. A random search: regions of every shape, a few words of each wrong, one operation.
 *
 *   damage-test [trials [seed]]
 *
 * Prints a line for each test and then `N passed, N failed`; exit code 1 if any failed.
 */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zramEngine.h"

enum {
	kPageLength = 512,
	kPages = 12,
	kRegionLength = 3072,
	kBases = 64,  /* regions in use, that damage is done to */
	kTrials = 256 /* of each of them, before it is used further */
};

typedef struct {
	const char *name;
	uint32_t flags;
} shape;

static zramEngine *engine;
static uint32_t region[kRegionLength / 4], intact[kRegionLength / 4], damaged[kRegionLength / 4];
static uint32_t pages[kPages][kPageLength / 4];
static int codes[kPages];
static uint64_t random64;
static uint32_t refused;

static uint32_t below(uint32_t limit)
{
	random64 ^= random64 << 13;
	random64 ^= random64 >> 7;
	random64 ^= random64 << 17;
	return (uint32_t)(random64 >> 16) % limit;
}

/* Bytes that take 1 to 8 granules, or none. */
static void makePage(uint8_t *bytes)
{
	uint32_t noise = below(8) * 64 + below(64);

	memset(bytes, 0, kPageLength);
	for (uint32_t i = 0; i < noise; i++)
		bytes[i] = (uint8_t)below(256);
}

/* Writes a page or part of one, or trims, anywhere. */
static int operates(void)
{
	uint8_t bytes[2 * kPageLength];
	uint32_t page = below(kPages), start = below(4) ? 0 : below(kPageLength);
	uint32_t length = below(4) ? kPageLength - start : 1 + below(kPageLength - start);

	makePage(bytes);
	if (below(4))
		return zramWrite(engine, page, start, bytes, length, kZramModeKeep);
	return zramTrim(engine, page, start, length, kZramModeKeep);
}

/* Changes a word of the header, an entry or a link: to a different valid one, or to anything. */
static void damage(void)
{
	zramHeader *header = (zramHeader *)(void *)region;
	uint32_t *state = &header->limit;
	zramEntry *entry = (zramEntry *)(void *)((uint8_t *)region + engine->geometry.tableOffset) + below(kPages);
	uint16_t *links = (uint16_t *)(void *)((uint8_t *)region + engine->geometry.linksOffset);
	uint32_t granules = engine->geometry.granuleCount;

	switch (below(8)) {
	case 0:
		header->frontier = below(granules + 2);
		break;
	case 1:
		header->usedGranules = below(granules + 2);
		break;
	case 2:
		header->freeHead = below(granules + 2);
		break;
	case 3:
		state[below(12)] = below(2) ? below(granules) : UINT32_MAX >> below(32);
		break;
	case 4:
		entry->word0 = below(granules + 2);
		break;
	case 5:
		entry->word1 ^= 1u << below(32);
		break;
	default:
		links[below(granules)] = (uint16_t)(below(8) ? below(granules + 1) : kZramEnd);
	}
}

static void readAll(int (*wanted)[kPages], uint32_t (*into)[kPageLength / 4])
{
	for (uint32_t page = 0; page < kPages; page++)
		(*wanted)[page] = zramRead(engine, page, 0, (uint8_t *)into[page], kPageLength, 0);
}

/* Whether all pages read as `pages` and `codes` say. Reading resets ages and counts, so it changes the region. */
static int readsAsBefore(void)
{
	static uint32_t again[kPages][kPageLength / 4];
	int now[kPages];

	readAll(&now, again);
	for (uint32_t page = 0; page < kPages; page++)
		if ((now[page] != codes[page]) || ((now[page] == kZramOK) && memcmp(again[page], pages[page], kPageLength)))
			return 0;
	return 1;
}

/* Whether nothing has changed but counters. */
static int isUnchanged(void)
{
	const size_t counters = offsetof(zramHeader, reads), end = offsetof(zramHeader, slotCount);

	return !memcmp(region, damaged, counters)
		&& !memcmp((uint8_t *)region + end, (uint8_t *)damaged + end, kRegionLength - end);
}

/* One trial. Returns 0 if a refusal left something behind. */
static int tries(int looks)
{
	uint64_t before;

	memcpy(region, intact, kRegionLength);
	for (uint32_t count = 1 + below(3); count; count--)
		damage();
	if (looks)
		readAll(&codes, pages);
	memcpy(damaged, region, kRegionLength);
	before = random64;
	if (operates() != kZramErrorCorrupt)
		return 1;
	refused++;
	if (isUnchanged() && (!looks || readsAsBefore()))
		return 1;
	fprintf(stderr, "state %llu\n", (unsigned long long)before);
	return 0;
}

static int runs(uint32_t flags, uint32_t trials)
{
	zramGeometry geometry;

	refused = 0;
	if (!zramPlan(&geometry, kRegionLength, kPages, kPageLength, flags, 0))
		return 0;
	for (uint32_t i = 0; i < trials; i++) {
		if (i % (kBases * kTrials) == 0) {
			memset(region, 0, kRegionLength);
			zramStart(engine, &geometry, kPageLength, kZramCodecsAll);
			memcpy(intact, region, kRegionLength);
		}
		if (i % kTrials == 0) {
			memcpy(region, intact, kRegionLength);
			for (uint32_t count = below(12); count; count--)
				operates();
			memcpy(intact, region, kRegionLength);
		}
		if (!tries(i % 16 == 0))
			return 0;
	}
	return refused > trials / 50;
}

int main(int argc, char **argv)
{
	static const shape shapes[] = {
		{ "plain", 0 },
		{ "integrity", kZramFlagIntegrity },
		{ "wipe", kZramFlagWipe },
		{ "integrity and wipe", kZramFlagIntegrity | kZramFlagWipe },
	};
	uint32_t trials = (argc > 1) ? (uint32_t)strtoul(argv[1], NULL, 0) : 1000000, passed = 0, failed = 0;
	uint32_t seed = (argc > 2) ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;

	engine = malloc(zramScratchLength(kPageLength));
	engine->region = (uint8_t *)region;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		random64 = 0x9E3779B97F4A7C15u * (seed + i);
		if (runs(shapes[i].flags, trials / 4)) {
			printf("ok a refused operation leaves everything as it was: %s, %u of %u\n", shapes[i].name, refused,
				trials / 4);
			passed++;
		}
		else {
			printf("not ok a refused operation leaves everything as it was: %s\n", shapes[i].name);
			failed++;
		}
	}
	free(engine);
	printf("%u passed, %u failed\n", passed, failed);
	return failed != 0;
}
