/*
 * zramEngine against a plain array, in C, without XS or JavaScript: random operations on devices of many shapes, zramCheck
 * at intervals, and after every refusal the proof that it wasn't needless.
 *
 *   engine-test [operations [seed]]
 *
 * Prints a line for each test, then `N passed, N failed`; exit code 1 if any failed. Each line has a digest of all answers
 * and of the final region, which must be equal on every machine.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "zramEngine.h"
#include "zramLZ4.h"

typedef struct {
	const char *name;
	uint32_t regionLength;
	uint32_t pageLength;
	uint32_t pageCount;
	uint32_t flags;
	uint32_t threshold;
} shape;

typedef struct {
	const shape *shape;
	uint64_t random;
	zramGeometry geometry;
	zramEngine *engine;
	uint8_t *guarded; /* the region between two guards */
	uint8_t *model;   /* what the device should hold */
	uint8_t *buffer;
	uint32_t byteLength;
	uint32_t refused;
	uint32_t digest;
} device;

enum {
	kGuard = 64
};

static uint32_t nextRandom(device *d)
{
	d->random ^= d->random << 13;
	d->random ^= d->random >> 7;
	d->random ^= d->random << 17;
	return (uint32_t)(d->random >> 16);
}

static uint32_t below(device *d, uint32_t limit)
{
	return nextRandom(d) % limit;
}

static const char *failure;

#define EXPECT(condition, text) \
	do {                        \
		if (!(condition)) {     \
			failure = text;     \
			return 0;           \
		}                       \
	} while (0)

/* Bytes of a random kind: zeros, one word, text-like, more or less noisy, or random. */
static void makeBytes(device *d, uint8_t *bytes, uint32_t length)
{
	uint32_t kind = below(d, 6), noise = below(d, 256), word = nextRandom(d);

	for (uint32_t i = 0; i < length; i++) {
		if (kind == 0)
			bytes[i] = 0;
		else if (kind == 1)
			bytes[i] = (uint8_t)(word >> ((i & 3) * 8));
		else if (kind == 2)
			bytes[i] = (uint8_t)nextRandom(d);
		else if (kind == 3)
			bytes[i] = "the quick brown fox jumps over a lazy dog; "[(i * 7 + below(d, 3)) % 43];
		else
			bytes[i] = (below(d, 256) < noise) ? (uint8_t)nextRandom(d) : (uint8_t)(word + i / 16);
	}
}

static int opens(device *d)
{
	const shape *s = d->shape;

	EXPECT(zramPlan(&d->geometry, s->regionLength, s->pageCount, s->pageLength, s->flags, 0), "the plan is refused");
	d->byteLength = s->pageCount * s->pageLength;
	d->engine = malloc(zramScratchLength(s->pageLength));
	d->guarded = malloc(s->regionLength + 2 * kGuard);
	d->model = calloc(1, d->byteLength);
	d->buffer = malloc(8 * s->pageLength + 8);
	memset(d->guarded, 0xA5, s->regionLength + 2 * kGuard);
	d->engine->region = d->guarded + kGuard;
	zramStart(d->engine, &d->geometry, s->threshold ? s->threshold : s->pageLength / 8 * 7, kZramCodecsAll);
	return 1;
}

static void closes(device *d)
{
	free(d->engine);
	free(d->guarded);
	free(d->model);
	free(d->buffer);
}

static int guardsStand(const device *d)
{
	for (uint32_t i = 0; i < kGuard; i++)
		if ((d->guarded[i] != 0xA5) || (d->guarded[kGuard + d->shape->regionLength + i] != 0xA5))
			return 0;
	return 1;
}

/* A refusal is needless if the page would have fit. A twin device with plenty of room finds out. */
static int refusalIsRight(device *d, uint32_t page)
{
	const zramHeader *header = (const void *)d->engine->region;
	const zramEntry *entry = (const void *)(d->engine->region + d->geometry.tableOffset + page * sizeof(zramEntry));
	uint32_t state = zramEntryState(entry), granule = d->geometry.granuleLength;
	uint32_t have = (state == kZramStateCompressed || state == kZramStateRaw)
		? (zramEntryLength(entry) + granule - 1) / granule
		: 0;
	uint32_t least = d->shape->pageLength - granule, need, length;
	uint32_t *block = malloc(d->shape->pageLength + kZramLZ4Margin);
	zramLZ4Table *table = malloc(sizeof(zramLZ4Table));

	/* the engine's staging or the caller's buffer held the page; `d->buffer` has been given its bytes by the caller */
	zramLZ4Init(table);
	length =
		zramLZ4Encode(table, (const uint32_t *)(const void *)d->buffer, d->shape->pageLength, (uint8_t *)block, least);
	need = ((length ? length : d->shape->pageLength) + granule - 1) / granule;
	free(block);
	free(table);
	return (need > have) && (header->usedGranules + need - have > d->engine->limitGranules);
}

static int readsBack(device *d, uint32_t offset, uint32_t length, uint32_t misalign)
{
	uint8_t *bytes = d->buffer + misalign;
	int code = zramRead(d->engine, offset / d->shape->pageLength, offset % d->shape->pageLength, bytes, length, 0);

	d->digest = digestWord(d->digest, (uint32_t)code);
	EXPECT(code == kZramOK, "a read fails");
	EXPECT(memcmp(bytes, d->model + offset, length) == 0, "a read gives other bytes");
	return 1;
}

/* After a refusal earlier pages are done, the page at which it stopped is unchanged, and it didn't fit. */
static int settles(device *d, uint32_t offset, const uint8_t *bytes, uint32_t length)
{
	uint32_t pageLength = d->shape->pageLength, page = d->engine->stopped, done = (uint32_t)d->engine->done;
	uint32_t start = page * pageLength, from = (offset > start) ? offset : start;
	uint32_t to = (offset + length < start + pageLength) ? offset + length : start + pageLength;
	uint8_t *wanted = malloc(pageLength);

	EXPECT((done < length) && (done == 0 || (offset + done) % pageLength == 0), "done is no page boundary");
	if (bytes)
		memcpy(d->model + offset, bytes, done);
	else
		memset(d->model + offset, 0, done);
	memcpy(wanted, d->model + start, pageLength);
	if (bytes)
		memcpy(wanted + from - start, bytes + from - offset, to - from);
	else
		memset(wanted + from - start, 0, to - from);
	memcpy(d->buffer, wanted, pageLength);
	free(wanted);
	d->refused++;
	EXPECT(refusalIsRight(d, page), "a needless refusal");
	return readsBack(d, start, pageLength, 0);
}

static int writes(device *d, uint32_t offset, uint32_t length, uint32_t misalign)
{
	uint8_t *bytes = d->buffer + misalign;
	int code;

	makeBytes(d, bytes, length);
	code = zramWrite(
		d->engine, offset / d->shape->pageLength, offset % d->shape->pageLength, bytes, length, kZramModeKeep);
	d->digest = digestWord(d->digest, (uint32_t)code);
	if (code == kZramErrorFull)
		return settles(d, offset, bytes, length);
	EXPECT((code == kZramOK) || (code == kZramPressure), "a write fails");
	memcpy(d->model + offset, bytes, length);
	return 1;
}

static int trims(device *d, uint32_t offset, uint32_t length)
{
	int code = zramTrim(d->engine, offset / d->shape->pageLength, offset % d->shape->pageLength, length, kZramModeKeep);

	d->digest = digestWord(d->digest, (uint32_t)code);
	if (code == kZramErrorFull)
		return settles(d, offset, NULL, length);
	EXPECT((code == kZramOK) || (code == kZramPressure), "a trim fails");
	memset(d->model + offset, 0, length);
	return 1;
}

static int scratchIsZero(const device *d)
{
	for (uint32_t i = 0; i < d->shape->pageLength / 4; i++)
		if (d->engine->staging[i] | d->engine->block[i])
			return 0;
	return 1;
}

static int operates(device *d)
{
	uint32_t pageLength = d->shape->pageLength, what = below(d, 100);
	uint32_t length = below(d, 3) ? pageLength * (1 + below(d, 4)) : below(d, 4 * pageLength);
	uint32_t offset = below(d, d->byteLength);

	if (below(d, 2))
		offset -= offset % pageLength;
	if (length > d->byteLength - offset)
		length = d->byteLength - offset;
	if (what < 45)
		return writes(d, offset, length, below(d, 2) ? 0 : below(d, 4));
	if (what < 75)
		return readsBack(d, offset, length, below(d, 2) ? 0 : below(d, 4));
	if (what < 96)
		return trims(d, offset, length);
	if (what < 98)
		zramMarkIdle(d->engine, 1);
	else if (what < 99)
		zramSetLimit(d->engine, below(d, 2) ? d->shape->regionLength : below(d, d->shape->regionLength));
	else if (below(d, 50) == 0) {
		zramReset(d->engine);
		memset(d->model, 0, d->byteLength);
		EXPECT(!(d->shape->flags & kZramFlagWipe) || scratchIsZero(d), "scratch is not wiped");
	}
	return 1;
}

static int checks(device *d)
{
	int invariant = zramCheck(d->engine);

	if (invariant)
		fprintf(stderr, "invariant %d at %u\n", invariant, d->engine->stopped);
	EXPECT(invariant == 0, "an invariant does not hold");
	EXPECT(guardsStand(d), "bytes beside the region have changed");
	return 1;
}

static int runs(device *d, uint32_t operations)
{
	if (!opens(d))
		return 0;
	for (uint32_t i = 1; i <= operations; i++)
		if (!operates(d) || ((i % 512 == 0 || i == operations) && !checks(d))) {
			fprintf(stderr, "operation %u\n", i);
			return 0;
		}
	d->digest = digestBytes(d->digest, d->engine->region, d->shape->regionLength);
	for (uint32_t page = 0; page < d->shape->pageCount; page++)
		if (!readsBack(d, page * d->shape->pageLength, d->shape->pageLength, page & 3))
			return 0;
	return trims(d, 0, d->byteLength) && checks(d)
		&& (((const zramHeader *)(const void *)d->engine->region)->usedGranules == 0);
}

static const shape gShapes[] = {
	{ "4096, full all the time", 64 * 1024, 4096, 64, 0, 0 },
	{ "4096, integrity", 100 * 1000, 4096, 64, kZramFlagIntegrity, 0 },
	{ "4096, wipe", 64 * 1024 + 4, 4096, 64, kZramFlagWipe, 0 },
	{ "2048, integrity and wipe", 40 * 1024, 2048, 64, kZramFlagIntegrity | kZramFlagWipe, 1 },
	{ "1024", 20 * 1024, 1024, 128, 0, 1024 },
	{ "512, smallest region", 256 + 16 * 8 + 64 + 512, 512, 16, 0, 0 },
	{ "512, granules of 128", 6 * 1024 * 1024, 512, 256, kZramFlagIntegrity, 0 },
	{ "4096, granules of 256", 16 * 1024 * 1024, 4096, 64, 0, 0 },
	{ "4096, two windows of granules", 3 * 1024 * 1024, 4096, 1200, 0, 0 },
};

int main(int argc, char **argv)
{
	uint32_t operations = (argc > 1) ? (uint32_t)strtoul(argv[1], NULL, 0) : 100000, passed = 0, failed = 0;
	uint64_t seed = (argc > 2) ? strtoull(argv[2], NULL, 0) : 1;

	for (size_t i = 0; i < sizeof(gShapes) / sizeof(gShapes[0]); i++) {
		device d = { .shape = &gShapes[i], .random = (seed + i) * 0x9E3779B97F4A7C15u + 1 };
		uint32_t share = (gShapes[i].regionLength > 1024 * 1024) ? operations / 10 : operations;

		if (runs(&d, share)) {
			printf("ok %s: %u operations, %u refused, digest %08x\n", gShapes[i].name, (unsigned)share,
				(unsigned)d.refused, (unsigned)d.digest);
			passed++;
		}
		else {
			printf("not ok %s: %s (seed %llu)\n", gShapes[i].name, failure, (unsigned long long)seed);
			failed++;
		}
		closes(&d);
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed ? 1 : 0;
}
