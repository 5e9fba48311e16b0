/*
 * What the bench does in C, as natives.ts describes: a counter, work on many bytes, and the peers that the module is
 * compared with (the bare engine, the reference codec, a copy).
 *
 * Pages lie one after the other in a HostBuffer, which does not move, so pointers stay valid across calls of XS.
 */

#include "xsmc.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lz4.h"
#include "zramEngine.h"
#include "zramPack.h"
#if defined(ZRAM_FIRMWARE)
#include "board.h"
#endif

#define kPageLength 4096
#define kBlockLength LZ4_COMPRESSBOUND(kPageLength)

static uint8_t *toBytes(xsMachine *the, xsSlot *slot, size_t least)
{
	void *data;
	xsUnsignedValue size;

	xsmcGetBufferWritable(*slot, &data, &size);
	if (size < least)
		xsRangeError("bench: the buffer has %u bytes, %u are needed", (unsigned)size, (unsigned)least);
	return data;
}

static size_t toLength(xsMachine *the, xsSlot *slot)
{
	xsIntegerValue value = xsmcToInteger(*slot);

	if (value < 0)
		xsRangeError("bench: %d is negative", (int)value);
	return (size_t)value;
}

/* Under callgrind, each call also makes it write down what was counted so far, and start again. */
void xs_bench_counter(xsMachine *the)
{
#if defined(ZRAM_FIRMWARE)
	xsmcSetNumber(xsResult, (xsNumberValue)chipInstructions());
#else
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	xsmcSetNumber(xsResult, (double)now.tv_sec * 1e9 + (double)now.tv_nsec);
#endif
}

/* load(path, into, length): reads exactly `length` bytes; false if the file has less */
void xs_bench_load(xsMachine *the)
{
	char path[1024];
	size_t length = toLength(the, &xsArg(2)), count = 0;
	uint8_t *into = toBytes(the, &xsArg(1), length);
	FILE *file;

	xsmcToStringBuffer(xsArg(0), path, sizeof(path));
	file = fopen(path, "rb");
	if (file) {
		count = fread(into, 1, length, file);
		fclose(file);
	}
	xsmcSetBoolean(xsResult, file && (count == length));
}

/* mismatch(a, aStart, b, bStart, length): the index of the first byte that differs, or `length` */
void xs_bench_mismatch(xsMachine *the)
{
	size_t aStart = toLength(the, &xsArg(1)), bStart = toLength(the, &xsArg(3)), length = toLength(the, &xsArg(4));
	const uint8_t *a = toBytes(the, &xsArg(0), aStart + length) + aStart;
	const uint8_t *b = toBytes(the, &xsArg(2), bStart + length) + bStart;
	size_t at = 0;

	for (; (at + 512 <= length) && !memcmp(a + at, b + at, 512); at += 512)
		;
	for (; (at < length) && (a[at] == b[at]); at++)
		;
	xsmcSetInteger(xsResult, (xsIntegerValue)at);
}

/* --- the audit: see audit.ts ---------------------------------------------------------------------------------- */

typedef struct {
	const zramEntry *table;
	const uint16_t *links;
} Arena;

typedef struct {
	Arena now;
	Arena before;
	uint32_t pageCount;
	uint32_t granuleCount;
} Audit;

static Arena toArena(uint8_t *bytes, uint32_t linksStart)
{
	return (Arena){ (const zramEntry *)(void *)(bytes + sizeof(zramHeader)), (uint16_t *)(void *)(bytes + linksStart) };
}

static int isIn(const Audit *audit, const Arena *arena, uint32_t page, uint32_t granule)
{
	const zramEntry *entry = arena->table + page;
	uint32_t state = zramEntryState(entry), next = entry->word0, steps = audit->granuleCount;

	if ((state != kZramStateCompressed) && (state != kZramStateRaw))
		return 0;
	for (; steps && (next < audit->granuleCount) && (next != granule); steps--)
		next = arena->links[next];
	return next == granule;
}

static int isOfAnother(const Audit *audit, uint32_t page, uint32_t granule)
{
	if (isIn(audit, &audit->now, page, granule) || isIn(audit, &audit->before, page, granule))
		return 0;
	for (uint32_t other = 0; other < audit->pageCount; other++)
		if (isIn(audit, &audit->before, other, granule))
			return 1;
	return 0;
}

static uint32_t movedEntries(const Audit *audit, uint32_t page)
{
	const uint32_t withoutAge = ~kZramEntryAgeMask;
	uint32_t moved = 0;

	for (uint32_t other = 0; other < audit->pageCount; other++) {
		const zramEntry *now = audit->now.table + other, *before = audit->before.table + other;
		if ((other != page) && ((now->word0 != before->word0) || ((now->word1 ^ before->word1) & withoutAge)))
			moved += zramEntryLength(before);
	}
	return moved;
}

static uint32_t movedGranules(const Audit *audit, uint32_t page)
{
	uint32_t moved = 0;

	for (uint32_t granule = 0; granule < audit->granuleCount; granule++)
		moved += (audit->now.links[granule] != audit->before.links[granule]) && isOfAnother(audit, page, granule);
	return moved;
}

/* moved(region, before, pageCount, linksStart, granuleCount, granuleLength, page) */
void xs_bench_moved(xsMachine *the)
{
	Audit audit = { .pageCount = (uint32_t)toLength(the, &xsArg(2)),
		.granuleCount = (uint32_t)toLength(the, &xsArg(4)) };
	size_t linksStart = toLength(the, &xsArg(3)), length = linksStart + 2 * audit.granuleCount;
	uint32_t granuleLength = (uint32_t)toLength(the, &xsArg(5)), page = (uint32_t)toLength(the, &xsArg(6));
	uint8_t *region = toBytes(the, &xsArg(0), length), *before = toBytes(the, &xsArg(1), length);
	uint32_t moved = 0;

	audit.now = toArena(region, (uint32_t)linksStart);
	audit.before = toArena(before, (uint32_t)linksStart);
	if (memcmp(region + sizeof(zramHeader), before + sizeof(zramHeader), length - sizeof(zramHeader))) {
		moved = movedEntries(&audit, page) + granuleLength * movedGranules(&audit, page);
		memcpy(before, region, length);
	}
	xsmcSetNumber(xsResult, moved);
}

/* --- the peers ------------------------------------------------------------------------------------------------- */

/* copyPages(pages, count, into): plain copies of every page to one place */
void xs_bench_copyPages(xsMachine *the)
{
	size_t count = toLength(the, &xsArg(1));
	const uint8_t *page = toBytes(the, &xsArg(0), count * kPageLength);
	uint8_t *into = toBytes(the, &xsArg(2), kPageLength);

	for (; count; count--, page += kPageLength)
		memcpy(into, page, kPageLength);
}

/* --- the reference codec -------------------------------------------------------------------------------------- */

/* lz4Encode(pages, count, blocks, lengths): blocks are kBlockLength apart, `lengths` is an Int32Array */
void xs_bench_lz4Encode(xsMachine *the)
{
	size_t count = toLength(the, &xsArg(1));
	const uint8_t *pages = toBytes(the, &xsArg(0), count * kPageLength);
	uint8_t *blocks = toBytes(the, &xsArg(2), count * kBlockLength);
	int32_t *lengths = (int32_t *)(void *)toBytes(the, &xsArg(3), count * sizeof(int32_t));

	for (size_t i = 0; i < count; i++)
		lengths[i] = LZ4_compress_default(
			(const char *)pages + i * kPageLength, (char *)blocks + i * kBlockLength, kPageLength, kBlockLength);
}

/* lz4Decode(blocks, lengths, count, into): every page to one place. Returns how many blocks are pages. */
void xs_bench_lz4Decode(xsMachine *the)
{
	size_t count = toLength(the, &xsArg(2));
	const uint8_t *blocks = toBytes(the, &xsArg(0), count * kBlockLength);
	const int32_t *lengths = (const int32_t *)(void *)toBytes(the, &xsArg(1), count * sizeof(int32_t));
	uint8_t *into = toBytes(the, &xsArg(3), kPageLength);
	xsIntegerValue right = 0;

	for (size_t i = 0; i < count; i++)
		right += LZ4_decompress_safe((const char *)blocks + i * kBlockLength, (char *)into, lengths[i], kPageLength)
			== kPageLength;
	xsmcSetInteger(xsResult, right);
}

void xs_bench_blockLength(xsMachine *the)
{
	xsmcSetInteger(xsResult, kBlockLength);
}

/* --- packing without placing ----------------------------------------------------------------------------------- */

/* A packed page: what is known of it, and its block, kPackedStart bytes further. */
#define kPackedStart 32
#define kPackedLength (kPackedStart + kPageLength + kZramBlockMargin)

_Static_assert(sizeof(zramPacked) <= kPackedStart, "what is known of a packed page");

/* The set of the named codecs, which commas separate; all if none is named. */
static uint32_t toCodecs(xsMachine *the, xsSlot *slot)
{
	char names[64], *rest = names;
	uint32_t set = 0;

	xsmcToStringBuffer(*slot, names, sizeof(names));
	if (!*names)
		return kZramCodecsAll;
	for (const char *name = strtok_r(names, ",", &rest); name; name = strtok_r(NULL, ",", &rest))
		for (uint32_t id = 0; id < kZramCodecIds; id++)
			if (zramCodecOf(id) && !strcmp(name, zramCodecOf(id)->name))
				set |= 1u << id;
	return set;
}

void xs_bench_packerLength(xsMachine *the)
{
	xsmcSetInteger(xsResult, sizeof(zramPacker));
}

void xs_bench_packedLength(xsMachine *the)
{
	xsmcSetInteger(xsResult, kPackedLength);
}

/* packStart(packer, codecs) */
void xs_bench_packStart(xsMachine *the)
{
	zramPacker *packer = (zramPacker *)(void *)toBytes(the, &xsArg(0), sizeof(zramPacker));

	zramStartPacker(packer, kPageLength, 64, toCodecs(the, &xsArg(1)));
}

/* packPages(packer, pages, count, packed): packed pages are kPackedLength apart */
void xs_bench_packPages(xsMachine *the)
{
	zramPacker *packer = (zramPacker *)(void *)toBytes(the, &xsArg(0), sizeof(zramPacker));
	size_t count = toLength(the, &xsArg(2));
	const uint8_t *pages = toBytes(the, &xsArg(1), count * kPageLength);
	uint8_t *packed = toBytes(the, &xsArg(3), count * kPackedLength);

	for (; count; count--, pages += kPageLength, packed += kPackedLength)
		zramPack(packer, (const uint32_t *)(const void *)pages, (uint32_t *)(void *)(packed + kPackedStart),
			(zramPacked *)(void *)packed);
}

/*
 * unpackPages(packer, packed, count, into): every page to one place, except those kept as they are. Returns how many
 * came back.
 */
void xs_bench_unpackPages(xsMachine *the)
{
	zramPacker *packer = (zramPacker *)(void *)toBytes(the, &xsArg(0), sizeof(zramPacker));
	size_t count = toLength(the, &xsArg(2));
	const uint8_t *packed = toBytes(the, &xsArg(1), count * kPackedLength);
	uint32_t *into = (uint32_t *)(void *)toBytes(the, &xsArg(3), kPageLength);
	xsIntegerValue right = 0;

	for (; count; count--, packed += kPackedLength)
		right += zramUnpack(packer, (const zramPacked *)(const void *)packed, into);
	xsmcSetInteger(xsResult, right);
}

/* --- the engine without JavaScript ----------------------------------------------------------------------------- */

static zramEngine *toEngine(xsMachine *the, xsSlot *slot)
{
	return (zramEngine *)(void *)toBytes(the, slot, zramScratchLength(kPageLength));
}

/* engineStart(scratch, region, pageCount, codecs) */
void xs_bench_engineStart(xsMachine *the)
{
	zramEngine *engine = toEngine(the, &xsArg(0));
	zramGeometry geometry;
	void *region;
	xsUnsignedValue size;

	xsmcGetBufferWritable(xsArg(1), &region, &size);
	if (!zramPlan(&geometry, size, (uint32_t)toLength(the, &xsArg(2)), kPageLength, 0, 0))
		xsRangeError("bench: no region for the engine");
	engine->region = region;
	zramStart(engine, &geometry, kPageLength / 8 * 7, toCodecs(the, &xsArg(3)));
}

/* engineWrite(scratch, pages, count): page i to page i of the device. Returns how many were stored. */
void xs_bench_engineWrite(xsMachine *the)
{
	zramEngine *engine = toEngine(the, &xsArg(0));
	uint32_t count = (uint32_t)toLength(the, &xsArg(2));
	const uint8_t *pages = toBytes(the, &xsArg(1), (size_t)count * kPageLength);
	xsIntegerValue stored = 0;

	for (uint32_t i = 0; i < count; i++)
		stored += zramWrite(engine, i, 0, pages + (size_t)i * kPageLength, kPageLength, kZramModeKeep) >= kZramPressure;
	xsmcSetInteger(xsResult, stored);
}

/* engineRead(scratch, count, into): every page to one place. Returns how many were read. */
void xs_bench_engineRead(xsMachine *the)
{
	zramEngine *engine = toEngine(the, &xsArg(0));
	uint32_t count = (uint32_t)toLength(the, &xsArg(1));
	uint8_t *into = toBytes(the, &xsArg(2), kPageLength);
	xsIntegerValue read = 0;

	for (uint32_t i = 0; i < count; i++)
		read += zramRead(engine, i, 0, into, kPageLength, kZramModeKeep) == kZramOK;
	xsmcSetInteger(xsResult, read);
}
