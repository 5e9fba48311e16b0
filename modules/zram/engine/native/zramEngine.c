/*
 * zramEngine: pages in, pages out. See zramEngine.h for the contract, zramArena.c for the granules.
 *
 * The way of a page in:  zramWrite -> writePart -> zramStorePage: same-filled? encode; room? -> zramChainResize -> scatter
 * and out:               zramRead -> readPart -> loadPage: fill, or zramChainGather -> decode
 */

#include "zramEngine.h"
#include "zramArena.h"

#include <string.h>

#define kLengthShift 6
#define kSumStart 0x7A72616Du     /* any number that is no page's: with it no sum of an empty page is 0 */
#define kReservedMask 0xFC000038u /* bits 26-31, and the codec: there is one codec so far, 0 */

/* --- geometry ------------------------------------------------------------------------------------------------- */

static uint32_t log2of(uint32_t powerOfTwo)
{
	uint32_t shift = 0;

	while ((1u << shift) < powerOfTwo)
		shift++;
	return shift;
}

static uint32_t alignUp(uint32_t value, uint32_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

static uint64_t slotsOffset(uint32_t pageCount, uint32_t flags)
{
	return sizeof(zramHeader) + (uint64_t)pageCount * (sizeof(zramEntry) + ((flags & kZramIntegrity) ? 4 : 0));
}

static uint64_t linksOffset(uint32_t pageCount, uint32_t flags, uint32_t slotCount)
{
	return slotsOffset(pageCount, flags) + (uint64_t)slotCount * sizeof(zramSlot);
}

uint64_t zramRegionMin(uint32_t pageCount, uint32_t pageLength, uint32_t flags, uint32_t slotCount)
{
	uint64_t metadata = linksOffset(pageCount, flags, slotCount) + 2 * (pageLength / kZramGranuleMin);

	return ((metadata + kZramGranuleMin - 1) & ~(uint64_t)(kZramGranuleMin - 1)) + pageLength;
}

uint64_t zramRegionMax(uint32_t pageCount, uint32_t pageLength, uint32_t flags, uint32_t slotCount)
{
	uint64_t most = linksOffset(pageCount, flags, slotCount) + (kZramGranulesMax + 1) * (pageLength / 2 + 2) - 1;

	return (most < INT32_MAX) ? most : INT32_MAX;
}

int zramPlan(zramGeometry *geometry, uint32_t regionLength, uint32_t pageCount, uint32_t pageLength, uint32_t flags,
	uint32_t slotCount)
{
	uint32_t links = (uint32_t)linksOffset(pageCount, flags, slotCount), space = regionLength - links;
	uint32_t granuleLength = kZramGranuleMin, granules;

	if ((regionLength < zramRegionMin(pageCount, pageLength, flags, slotCount))
		|| (regionLength > zramRegionMax(pageCount, pageLength, flags, slotCount)))
		return 0;
	while (space / (granuleLength + 2) > kZramGranulesMax)
		granuleLength <<= 1;
	granules = space / (granuleLength + 2);
	while ((uint64_t)alignUp(links + 2 * granules, kZramGranuleMin) + granules * granuleLength > regionLength)
		granules--;

	geometry->flags = flags;
	geometry->regionLength = regionLength;
	geometry->pageLength = pageLength;
	geometry->pageShift = log2of(pageLength);
	geometry->pageCount = pageCount;
	geometry->granuleLength = granuleLength;
	geometry->granuleShift = log2of(granuleLength);
	geometry->granuleCount = granules;
	geometry->slotCount = slotCount;
	geometry->tableOffset = sizeof(zramHeader);
	geometry->sumsOffset = (flags & kZramIntegrity) ? geometry->tableOffset + pageCount * sizeof(zramEntry) : 0;
	geometry->slotsOffset = slotCount ? (uint32_t)slotsOffset(pageCount, flags) : 0;
	geometry->linksOffset = links;
	geometry->granulesOffset = alignUp(links + 2 * granules, kZramGranuleMin);
	return 1;
}

static void writeHeader(zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;
	zramHeader *header = zramHeaderOf(engine);

	memset(header, 0, sizeof(zramHeader));
	header->magic = kZramMagic;
	header->version = kZramVersion;
	header->flags = geometry->flags;
	header->regionLength = geometry->regionLength;
	header->pageLength = geometry->pageLength;
	header->pageCount = geometry->pageCount;
	header->granuleLength = geometry->granuleLength;
	header->granuleCount = geometry->granuleCount;
	header->tableOffset = geometry->tableOffset;
	header->sumsOffset = geometry->sumsOffset;
	header->linksOffset = geometry->linksOffset;
	header->granulesOffset = geometry->granulesOffset;
	header->slotCount = geometry->slotCount;
	header->slotsOffset = geometry->slotsOffset;
	header->threshold = engine->threshold;
	header->limit = engine->limit;
	header->freeHead = kZramEnd;
}

static void empty(zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;
	const zramEntry nothing = { 0, kZramEmpty };

	engine->done = 0;
	engine->stopped = 0;
	engine->staged = kZramNoPage;
	engine->pressed = engine->pressure = 0;
	writeHeader(engine);
	memset(zramEntryOf(engine, 0), 0, geometry->pageCount * sizeof(zramEntry));
	if (geometry->sumsOffset)
		for (uint32_t page = 0; page < geometry->pageCount; page++)
			*zramSumOf(engine, page) = zramSum(page, &nothing, NULL, 0);
}

void zramStart(zramEngine *engine, const zramGeometry *geometry, uint32_t threshold)
{
	engine->geometry = *geometry;
	engine->threshold = threshold;
	engine->block = engine->buffers;
	/* at the very end, where callers look for it: the struct may have padding behind its members */
	engine->staging =
		(uint32_t *)(void *)((uint8_t *)engine + zramScratchLength(geometry->pageLength) - geometry->pageLength);
	zramLZ4Init(&engine->table);
	engine->limit = geometry->regionLength;
	engine->limitGranules = geometry->granuleCount;
	if (geometry->slotCount)
		memset(zramSlotOf(engine, 0), 0, geometry->slotCount * sizeof(zramSlot));
	empty(engine);
}

/* Block and staging, which ends where the scratch ends. */
static void wipeBuffers(zramEngine *engine)
{
	uint8_t *end = (uint8_t *)engine->staging + engine->geometry.pageLength;

	memset(engine->buffers, 0, (size_t)(end - (uint8_t *)engine->buffers));
}

void zramClose(zramEngine *engine)
{
	if (engine->geometry.flags & kZramWipe) {
		memset(engine->region, 0, engine->geometry.regionLength);
		wipeBuffers(engine);
	}
}

/* The slot table stays when all else is wiped: what is worn stays worn. */
void zramReset(zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;

	for (uint32_t slot = 0; slot < geometry->slotCount; slot++)
		zramFreeSlot(zramSlotOf(engine, slot));
	if (geometry->slotCount && (geometry->flags & kZramWipe)) {
		memset(engine->region, 0, geometry->slotsOffset);
		memset(engine->region + geometry->linksOffset, 0, geometry->regionLength - geometry->linksOffset);
		wipeBuffers(engine);
	}
	else
		zramClose(engine);
	empty(engine);
}

/* --- room ----------------------------------------------------------------------------------------------------- */

/* Pressure is reported once when 1/16 of the room or less is left, and again only after more than 1/8 has been free. */
static void notePressure(zramEngine *engine)
{
	uint32_t limit = engine->limitGranules, used = zramHeaderOf(engine)->usedGranules;
	uint32_t left = (limit > used) ? limit - used : 0;

	if (left >= (limit >> 3) + 1)
		engine->pressed = 0;
	else if (!engine->pressed && (left <= limit >> 4))
		engine->pressed = engine->pressure = 1;
}

/* What an operation that went well answers. */
static int succeed(zramEngine *engine)
{
	int code = engine->pressure ? kZramPressure : kZramOK;

	engine->pressure = 0;
	return code;
}

int zramSetLimit(zramEngine *engine, uint32_t limit)
{
	uint32_t metadata = zramMetadataLength(&engine->geometry);

	engine->limit = zramHeaderOf(engine)->limit = limit;
	engine->limitGranules = (limit > metadata) ? (limit - metadata) >> engine->geometry.granuleShift : 0;
	notePressure(engine);
	return succeed(engine);
}

void zramResetPeak(zramEngine *engine)
{
	zramHeaderOf(engine)->usedGranulesMax = zramHeaderOf(engine)->usedGranules;
}

/* Gives a chain a new length, if the limit and the free granules allow it. */
static int resize(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	zramHeader *header = zramHeaderOf(engine);
	int code;

	if ((need > have) && ((uint64_t)header->usedGranules + (need - have) > engine->limitGranules))
		return kZramFull;
	code = zramChainResize(engine, first, have, need);
	if (code)
		return code;
	if (header->usedGranulesMax < header->usedGranules)
		header->usedGranulesMax = header->usedGranules;
	notePressure(engine);
	return kZramOK;
}

/* --- entries -------------------------------------------------------------------------------------------------- */

uint32_t zramEntryGranules(const zramEngine *engine, const zramEntry *entry)
{
	const zramGeometry *geometry = &engine->geometry;
	uint32_t state = zramEntryState(entry), length = zramEntryLength(entry);

	if (entry->word1 & kReservedMask)
		return kZramBadEntry;
	if (state == kZramCompressed)
		return (length <= geometry->pageLength - geometry->granuleLength) ? zramGranulesFor(engine, length)
																		  : kZramBadEntry;
	if (state == kZramRaw)
		return (length == geometry->pageLength) ? zramGranulesFor(engine, length) : kZramBadEntry;
	if (state == kZramSame)
		return (length == 1) ? 0 : kZramBadEntry;
	if (state == kZramOffloaded)
		return ((length == 1) && (entry->word0 < geometry->slotCount)) ? 0 : kZramBadEntry;
	return (entry->word0 | entry->word1) ? kZramBadEntry : 0;
}

/* Adds a page to the statistics (sign 1), or takes it out (sign -1 as unsigned). */
static void tally(zramEngine *engine, const zramEntry *entry, uint32_t sign)
{
	zramHeader *header = zramHeaderOf(engine);
	uint32_t state = zramEntryState(entry), length = zramEntryLength(entry);

	if (state == kZramEmpty)
		return;
	if (state == kZramSame) {
		header->samePages += sign;
		return;
	}
	if (state == kZramOffloaded) {
		header->offloadedPages += sign;
		return;
	}
	if (state == kZramCompressed)
		header->compressedPages += sign;
	else
		header->rawPages += sign;
	header->payload += sign * length;
	if (length > engine->threshold)
		header->hugePages += sign;
}

uint32_t zramSum(uint32_t page, const zramEntry *entry, const uint32_t *words, uint32_t length)
{
	uint32_t sum = zramMix(zramMix(zramMix(kSumStart, page), entry->word0), entry->word1 & ~kZramAgeMask);

	/* counted, as `words` is NULL when there are none */
	for (uint32_t count = (length + 3) >> 2; count; count--)
		sum = zramMix(sum, *words++);
	return sum;
}

static int sumMatches(
	const zramEngine *engine, uint32_t page, const zramEntry *entry, const uint32_t *words, uint32_t length)
{
	return !engine->geometry.sumsOffset || (*zramSumOf(engine, page) == zramSum(page, entry, words, length));
}

/* The page's new entry, once its chain is written; `words` are its stored bytes. */
static void setEntry(zramEngine *engine, uint32_t page, const zramEntry *fresh, const uint32_t *words, uint32_t length)
{
	zramEntry *entry = zramEntryOf(engine, page);

	if (zramEntryState(entry) == kZramOffloaded)
		zramFreeSlot(zramSlotOf(engine, entry->word0));
	tally(engine, entry, UINT32_MAX);
	tally(engine, fresh, 1);
	*entry = *fresh;
	if (engine->geometry.sumsOffset)
		*zramSumOf(engine, page) = zramSum(page, fresh, words, length);
}

/* --- one page ------------------------------------------------------------------------------------------------- */

static int isSame(const uint32_t *words, uint32_t length)
{
	const uint32_t *end = words + (length >> 2);
	uint32_t first = *words;

	while (++words < end)
		if (*words != first)
			return 0;
	return 1;
}

static void fill(uint32_t *words, uint32_t word, uint32_t length)
{
	for (const uint32_t *end = words + (length >> 2); words < end; words += 4)
		words[0] = words[1] = words[2] = words[3] = word;
}

/* Granules that the page has, or kZramBadEntry; so too if it is on flash and its slot is another page's. */
static uint32_t granulesOf(const zramEngine *engine, uint32_t page)
{
	const zramEntry *entry = zramEntryOf(engine, page);
	uint32_t granules = zramEntryGranules(engine, entry);

	if ((granules == 0) && (zramEntryState(entry) == kZramOffloaded) && !zramSlotOfPage(engine, page, entry))
		return kZramBadEntry;
	return granules;
}

int zramStoreWord(zramEngine *engine, uint32_t page, const zramEntry *fresh)
{
	uint32_t have = granulesOf(engine, page), first = zramEntryOf(engine, page)->word0;

	if ((have == kZramBadEntry) || (have && resize(engine, &first, have, 0)))
		return kZramCorrupt;
	setEntry(engine, page, fresh, NULL, 0);
	return kZramOK;
}

static int storeWord(zramEngine *engine, uint32_t page, uint32_t word, uint32_t state)
{
	const zramEntry fresh = { word, state };

	return zramStoreWord(engine, page, &fresh);
}

/* The page gets a chain: `stored` holds its `length` bytes and behind them zeros up to a whole granule. */
static int storeChain(zramEngine *engine, uint32_t page, const uint32_t *stored, uint32_t length, uint32_t state)
{
	zramEntry *entry = zramEntryOf(engine, page);
	uint32_t have = granulesOf(engine, page), need = zramGranulesFor(engine, length);
	zramEntry fresh = { have ? entry->word0 : kZramEnd, state | ((length - 1) << kLengthShift) };
	int code;

	if (have == kZramBadEntry)
		return kZramCorrupt;
	code = resize(engine, &fresh.word0, have, need);
	if (code)
		return code;
	zramChainScatter(engine, fresh.word0, stored, length);
	setEntry(engine, page, &fresh, stored, length);
	if (length > engine->threshold)
		zramCount(&zramHeaderOf(engine)->hugePagesSince);
	return kZramOK;
}

int zramStorePage(zramEngine *engine, uint32_t page, const uint32_t *words, uint32_t mode)
{
	uint32_t pageLength = engine->geometry.pageLength, granuleLength = engine->geometry.granuleLength;
	uint32_t length, padded;

	if (isSame(words, pageLength))
		return storeWord(engine, page, *words, kZramSame);
	/* a block is worth having when it saves at least a granule */
	length = zramLZ4Encode(&engine->table, words, pageLength, (uint8_t *)engine->block, pageLength - granuleLength);
	if (((length ? length : pageLength) > engine->threshold) && !(mode & kZramKeep))
		return kZramIncompressible;
	if (length == 0)
		return storeChain(engine, page, words, pageLength, kZramRaw);
	padded = zramGranulesFor(engine, length) << engine->geometry.granuleShift;
	memset((uint8_t *)engine->block + length, 0, padded - length);
	return storeChain(engine, page, engine->block, length, kZramCompressed);
}

/* A page on flash, which the caller has read into staging. */
static int loadStaged(zramEngine *engine, uint32_t page, uint32_t *words)
{
	const zramSlot *slot = zramSlotOfPage(engine, page, zramEntryOf(engine, page));
	uint32_t pageLength = engine->geometry.pageLength;

	if (!slot || !sumMatches(engine, page, zramEntryOf(engine, page), NULL, 0))
		return kZramCorrupt;
	if (engine->staged != page)
		return kZramOnFlash;
	if (zramChecksum((const uint8_t *)engine->staging, pageLength) != slot->sum)
		return kZramRot;
	if (words != engine->staging)
		memcpy(words, engine->staging, pageLength);
	zramCount(&zramHeaderOf(engine)->slotReads);
	return kZramOK;
}

int zramLoadPage(zramEngine *engine, uint32_t page, uint32_t *words)
{
	const zramEntry *entry = zramEntryOf(engine, page);
	uint32_t have = zramEntryGranules(engine, entry), length = zramEntryLength(entry);
	uint32_t pageLength = engine->geometry.pageLength, state = zramEntryState(entry);
	uint32_t *stored = (state == kZramRaw) ? words : engine->block;

	if (have == kZramBadEntry)
		return kZramCorrupt;
	if (state == kZramOffloaded)
		return loadStaged(engine, page, words);
	if (have == 0) {
		if (!sumMatches(engine, page, entry, NULL, 0))
			return kZramCorrupt;
		fill(words, entry->word0, pageLength);
		return kZramOK;
	}
	if (zramChainGather(engine, entry->word0, stored, have) || !sumMatches(engine, page, entry, stored, length))
		return kZramCorrupt;
	if ((state == kZramCompressed) && !zramLZ4Decode((const uint8_t *)stored, length, words, pageLength))
		return kZramCorrupt;
	return kZramOK;
}

static void touch(zramEngine *engine, uint32_t page)
{
	zramEntry *entry = zramEntryOf(engine, page);

	if (entry->word1 & kZramAgeMask)
		entry->word1 &= ~kZramAgeMask;
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

static int writePart(
	zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length, uint32_t mode)
{
	uint32_t pageLength = engine->geometry.pageLength;
	int code = kZramOK;

	if ((length == pageLength) && isAligned(bytes)) {
		code = zramStorePage(engine, page, (const uint32_t *)(const void *)bytes, mode);
		if (code == kZramIncompressible)
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

static int trimPart(zramEngine *engine, uint32_t page, uint32_t start, uint32_t length, uint32_t mode)
{
	int code;

	if (length == engine->geometry.pageLength) {
		zramCount(&zramHeaderOf(engine)->trims);
		return storeWord(engine, page, 0, kZramEmpty);
	}
	code = zramLoadPage(engine, page, engine->staging);
	if (code)
		return code;
	memset((uint8_t *)engine->staging + start, 0, length);
	if ((engine->staging[0] == 0) && isSame(engine->staging, engine->geometry.pageLength))
		return storeWord(engine, page, 0, kZramEmpty);
	return zramStorePage(engine, page, engine->staging, mode);
}

/* --- ranges of bytes -------------------------------------------------------------------------------------------- */

int zramStop(zramEngine *engine, uint32_t page, int code, zramCounter *failures)
{
	engine->stopped = page;
	if (code == kZramFull)
		engine->pressure = 0; /* this answer says it */
	if ((code == kZramFull) || (code == kZramCorrupt) || (code == kZramRot))
		zramCount(failures);
	return code;
}

/* What every range operation begins with. */
static void begin(zramEngine *engine, uint32_t mode)
{
	engine->done = 0;
	engine->staged = (mode & kZramStaged) ? engine->stopped : kZramNoPage;
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
		if (mode & kZramOnePage)
			return zramStop(engine, page, kZramPage, NULL);
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
		if (mode & kZramOnePage)
			return zramStop(engine, page, kZramPage, NULL);
	}
	return succeed(engine);
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
		if (mode & kZramOnePage)
			return zramStop(engine, page, kZramPage, NULL);
	}
	return succeed(engine);
}

/* --- all pages -------------------------------------------------------------------------------------------------- */

void zramMarkIdle(zramEngine *engine)
{
	zramEntry *entry = zramEntryOf(engine, 0), *end = entry + engine->geometry.pageCount;

	for (; entry < end; entry++)
		if (zramEntryState(entry) && ((entry->word1 & kZramAgeMask) != kZramAgeMask))
			entry->word1 += 1u << kZramAgeShift;
}

uint32_t zramNextPage(const zramEngine *engine, uint32_t page, uint32_t end)
{
	while ((page < end) && (zramEntryState(zramEntryOf(engine, page)) == kZramEmpty))
		page++;
	return page;
}

/* --- kernels ---------------------------------------------------------------------------------------------------- */

static int andBytes(uint8_t *into, const uint8_t *from, uint32_t length)
{
	uint8_t cleared = 0;

	for (uint32_t i = 0; i < length; i++) {
		cleared |= (uint8_t)(into[i] & ~from[i]);
		into[i] &= from[i];
	}
	return cleared != 0;
}

/* Words where both can be aligned at once, as pieces of a page at the same place of two buffers are. */
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
