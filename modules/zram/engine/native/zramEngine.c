/*
 * Ranges of bytes, page by page: reads, writes and trims whole pages and parts of them. zramBinding.c calls it;
 * zramEngine.h is the contract.
 *
 * How a page gets in:  zramWrite -> zramStorePage -> zramPack: same-filled? which codec?
 *                                                 -> zramPlace: is there room? -> zramChainResize -> zramChainScatter
 * and how it gets out: zramRead -> zramLoadPage -> zramFetch -> zramChainGather
 *                                               -> zramUnpack: fill or decode
 */

#include "zramInternal.h"

#include <string.h>

static ZRAM_COLD void empty(zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;
	const zramEntry nothing = { 0, kZramStateEmpty };

	engine->done = 0;
	engine->stopped = 0;
	engine->staged = engine->victim = kZramNoPage;
	engine->pressed = engine->pressure = 0;
	zramWriteHeader(engine);
	memset(zramEntryOf(engine, 0), 0, geometry->pageCount * sizeof(zramEntry));
	if (geometry->sumsOffset)
		for (uint32_t page = 0; page < geometry->pageCount; page++)
			*zramSumOf(engine, page) = zramPageSum(page, &nothing, NULL, 0);
}

void zramStart(zramEngine *engine, const zramGeometry *geometry, uint32_t threshold, uint32_t codecs)
{
	engine->geometry = *geometry;
	engine->threshold = threshold;
	engine->block = engine->buffers;
	/* at the very end of the scratch, where callers look for it: the struct may end in padding */
	engine->staging =
		(uint32_t *)(void *)((uint8_t *)engine + zramScratchLength(geometry->pageLength) - geometry->pageLength);
	zramStartPacker(&engine->packer, geometry->pageLength, geometry->granuleLength, codecs);
	engine->limit = geometry->regionLength;
	engine->limitGranules = geometry->granuleCount;
	if (geometry->slotCount)
		memset(zramSlotOf(engine, 0), 0, geometry->slotCount * sizeof(zramSlot));
	empty(engine);
}

/* Everything that pages' bytes have passed through. Staging ends where the scratch ends. */
static ZRAM_COLD void wipeBuffers(zramEngine *engine)
{
	uint8_t *end = (uint8_t *)engine->staging + engine->geometry.pageLength;

	memset(zramBorrowWorkspace(&engine->packer), 0, kZramWorkspaceLength);
	memset(engine->buffers, 0, (size_t)(end - (uint8_t *)engine->buffers));
}

void zramClose(zramEngine *engine)
{
	if (engine->geometry.flags & kZramFlagWipe) {
		memset(engine->region, 0, engine->geometry.regionLength);
		wipeBuffers(engine);
	}
}

/* The slot table survives a wipe: worn flash stays worn. */
void zramReset(zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;

	for (uint32_t slot = 0; slot < geometry->slotCount; slot++)
		zramFreeSlot(zramSlotOf(engine, slot));
	if (geometry->slotCount && (geometry->flags & kZramFlagWipe)) {
		memset(engine->region, 0, geometry->slotsOffset);
		memset(engine->region + geometry->linksOffset, 0, geometry->regionLength - geometry->linksOffset);
		wipeBuffers(engine);
	}
	else
		zramClose(engine);
	empty(engine);
}

/* --- one page ------------------------------------------------------------------------------------------------- */

/* Turns kZramErrorFull into `stop` where there is flash, since the caller can then make room. */
static int full(int code, int stop, uint32_t mode)
{
	return ((code == kZramErrorFull) && !(mode & kZramModeKeep)) ? stop : code;
}

int zramStorePage(zramEngine *engine, uint32_t page, const uint32_t *words, uint32_t mode)
{
	zramPacked packed;

	zramPack(&engine->packer, words, engine->block, &packed);
	engine->packed = (uint16_t)(packed.codec << 13 | packed.length);
	if (!(mode & kZramModeKeep) && (packed.length > engine->threshold) && zramWaits(engine, page, words, packed.length))
		return kZramStopHuge;
	return full(
		zramPlace(engine, page, &packed), (packed.length > engine->threshold) ? kZramStopHuge : kZramStopFull, mode);
}

int zramLoadPage(zramEngine *engine, uint32_t page, uint32_t *words)
{
	zramPacked packed;
	int code = zramFetch(engine, page, words, &packed);

	if (code)
		return code;
	return zramUnpack(&engine->packer, &packed, words) ? kZramOK : kZramErrorCorrupt;
}

static int storeEmpty(zramEngine *engine, uint32_t page)
{
	const zramEntry fresh = { 0, kZramStateEmpty };

	return zramOverwriteWord(engine, page, &fresh);
}

static void touch(zramEngine *engine, uint32_t page)
{
	zramEntry *entry = zramEntryOf(engine, page);

	if (entry->word1 & kZramEntryAgeMask)
		entry->word1 &= ~kZramEntryAgeMask;
}

/* --- parts of pages --------------------------------------------------------------------------------------------- */

static int isAligned(const void *bytes)
{
	return ((uintptr_t)bytes & 3) == 0;
}

static int readPart(zramEngine *engine, uint32_t page, uint32_t start, uint8_t *bytes, uint32_t length)
{
	int direct = (length == engine->geometry.pageLength) && isAligned(bytes);
	int code = zramLoadPage(engine, page, direct ? (uint32_t *)(void *)bytes : engine->staging);

	if (code)
		return code;
	if (!direct)
		memcpy(bytes, (uint8_t *)engine->staging + start, length);
	touch(engine, page);
	return kZramOK;
}

static int patch(zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length)
{
	int code = zramPatch(engine, page, start, bytes, length);

	if (code == kZramOK)
		touch(engine, page);
	return code;
}

/* For a page that is written piece by piece: packing it each time would cost more than the room it saves. */
static int writeUnpacked(
	zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length, uint32_t mode)
{
	zramPacked packed = { kZramStateRaw, 0, engine->geometry.pageLength, engine->staging };
	int code = kZramOK;

	if (zramIsPatchable(engine, page))
		return patch(engine, page, start, bytes, length);
	if (length < engine->geometry.pageLength)
		code = zramLoadPage(engine, page, engine->staging);
	if (code)
		return code;
	memcpy((uint8_t *)engine->staging + start, bytes, length);
	return full(zramPlace(engine, page, &packed), kZramStopFull, mode);
}

static int writePart(
	zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length, uint32_t mode)
{
	uint32_t pageLength = engine->geometry.pageLength;
	int code = kZramOK;

	if (mode & kZramModeUnpacked)
		return writeUnpacked(engine, page, start, bytes, length, mode);
	if ((length == pageLength) && isAligned(bytes)) {
		code = zramStorePage(engine, page, (const uint32_t *)(const void *)bytes, mode);
		if (code == kZramStopHuge)
			memcpy(engine->staging, bytes, pageLength);
		return code;
	}
	if (length < pageLength)
		code = zramLoadPage(engine, page, engine->staging);
	if (code)
		return code;
	memcpy((uint8_t *)engine->staging + start, bytes, length);
	return zramStorePage(engine, page, engine->staging, mode);
}

static ZRAM_COLD int trimPart(zramEngine *engine, uint32_t page, uint32_t start, uint32_t length, uint32_t mode)
{
	int code;

	if (length == engine->geometry.pageLength) {
		code = storeEmpty(engine, page);
		if (code == kZramOK)
			zramCount(&zramHeaderOf(engine)->trims);
		return code;
	}
	code = zramLoadPage(engine, page, engine->staging);
	if (code)
		return code;
	memset((uint8_t *)engine->staging + start, 0, length);
	if ((engine->staging[0] == 0) && zramIsSame(engine->staging, engine->geometry.pageLength))
		return storeEmpty(engine, page);
	return zramStorePage(engine, page, engine->staging, mode);
}

/* --- ranges of bytes -------------------------------------------------------------------------------------------- */

int zramStop(zramEngine *engine, uint32_t page, int code, zramCounter *failures)
{
	engine->stopped = page;
	if (code == kZramErrorFull)
		engine->pressure = 0; /* this code says it already */
	if ((code == kZramErrorFull) || (code == kZramErrorCorrupt) || (code == kZramErrorRot))
		zramCount(failures);
	return code;
}

/* Begins a range operation. */
static void begin(zramEngine *engine, uint32_t mode)
{
	engine->done = 0;
	engine->staged = (mode & kZramModeStaged) ? engine->stopped : kZramNoPage;
}

static uint32_t partLength(const zramEngine *engine, uint32_t start, uint64_t length)
{
	uint32_t rest = engine->geometry.pageLength - start;

	return (length < rest) ? (uint32_t)length : rest;
}

int zramRead(zramEngine *engine, uint32_t page, uint32_t start, uint8_t *bytes, uint32_t length, uint32_t mode)
{
	uint32_t done = 0;

	begin(engine, mode);
	for (; done < length; page++, start = 0) {
		uint32_t part = partLength(engine, start, length - done);
		int code = readPart(engine, page, start, bytes + done, part);
		if (code)
			return zramStop(engine, page, code, &zramHeaderOf(engine)->failedReads);
		engine->done = done += part;
		zramCount(&zramHeaderOf(engine)->reads);
		if (mode & kZramModeOnePage)
			return zramStop(engine, page, kZramStopPage, NULL);
	}
	return kZramOK;
}

int zramWrite(zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length, uint32_t mode)
{
	uint32_t done = 0;

	begin(engine, mode);
	for (; done < length; page++, start = 0) {
		uint32_t part = partLength(engine, start, length - done);
		int code = writePart(engine, page, start, bytes + done, part, mode);
		if (code)
			return zramStop(engine, page, code, &zramHeaderOf(engine)->failedWrites);
		engine->done = done += part;
		zramCount(&zramHeaderOf(engine)->writes);
		if (mode & kZramModeOnePage)
			return zramStop(engine, page, kZramStopPage, NULL);
	}
	return zramSucceed(engine);
}

uint32_t zramAppend(zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length)
{
	if ((length >= engine->geometry.pageLength - start) || !zramIsPatchable(engine, page)
		|| patch(engine, page, start, bytes, length))
		return 0;
	zramCount(&zramHeaderOf(engine)->writes);
	return length;
}

int zramTrim(zramEngine *engine, uint32_t page, uint32_t start, uint64_t length, uint32_t mode)
{
	begin(engine, mode);
	for (; engine->done < length; page++, start = 0) {
		uint32_t part = partLength(engine, start, length - engine->done);
		int code = trimPart(engine, page, start, part, mode);
		if (code)
			return zramStop(engine, page, code, &zramHeaderOf(engine)->failedWrites);
		engine->done += part;
		if (mode & kZramModeOnePage)
			return zramStop(engine, page, kZramStopPage, NULL);
	}
	return zramSucceed(engine);
}

/* --- kernels ---------------------------------------------------------------------------------------------------- */

static ZRAM_COLD int andBytes(uint8_t *into, const uint8_t *from, uint32_t length)
{
	uint8_t cleared = 0;

	for (uint32_t i = 0; i < length; i++) {
		cleared |= (uint8_t)(into[i] & ~from[i]);
		into[i] &= from[i];
	}
	return cleared != 0;
}

/* Goes by words if both can be aligned at once, as they are for pieces from the same place in two pages. */
int zramAnd(uint8_t *into, const uint8_t *from, uint32_t length)
{
	uint32_t head = (uint32_t)(-(uintptr_t)into & 3), words, cleared;

	if ((length < head) || !isAligned(from + head))
		return andBytes(into, from, length);
	cleared = (uint32_t)andBytes(into, from, head);
	into += head;
	from += head;
	words = (length - head) / 4;
	for (uint32_t i = 0; i < words; i++) {
		uint32_t *word = (uint32_t *)(void *)into + i, mask = ((const uint32_t *)(const void *)from)[i];
		cleared |= *word & ~mask;
		*word &= mask;
	}
	return (cleared != 0) | andBytes(into + 4 * words, from + 4 * words, length - head - 4 * words);
}
