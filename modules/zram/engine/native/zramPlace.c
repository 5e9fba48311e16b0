/*
 * Placing: decides whether a page's stored bytes fit and which granules they take, and keeps the page table, the
 * checksums and the statistics. zramEngine.c, zramSlots.c and zramRest.c call it; zramInternal.h is the contract. It
 * knows no codec: it is given bytes, and whose they are.
 */

#include "zramInternal.h"

#include <string.h>

/* --- room ----------------------------------------------------------------------------------------------------- */

/* Pressure is reported once when 1/16 of the room or less is left, then not again until more than 1/8 has been free. */
static void notePressure(zramEngine *engine)
{
	uint32_t limit = engine->limitGranules, used = zramHeaderOf(engine)->usedGranules;
	uint32_t left = (limit > used) ? limit - used : 0;

	if (left >= (limit >> 3) + 1)
		engine->pressed = 0;
	else if (!engine->pressed && (left <= limit >> 4))
		engine->pressed = engine->pressure = 1;
}

int zramSucceed(zramEngine *engine)
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
	return zramSucceed(engine);
}

void zramResetPeak(zramEngine *engine)
{
	zramHeaderOf(engine)->usedGranulesMax = zramHeaderOf(engine)->usedGranules;
}

/* Resizes a chain if the limit allows it; else kZramErrorFull. */
static int resize(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	zramHeader *header = zramHeaderOf(engine);
	int code;

	if ((need > have) && ((uint64_t)header->usedGranules + (need - have) > engine->limitGranules))
		return kZramErrorFull;
	code = zramChainResize(engine, first, have, need);
	if (code)
		return code;
	if (header->usedGranulesMax < header->usedGranules)
		header->usedGranulesMax = header->usedGranules;
	notePressure(engine);
	return kZramOK;
}

/* --- entries -------------------------------------------------------------------------------------------------- */

/* Adds a page to the statistics (sign 1) or takes it out (sign UINT32_MAX, which is -1). */
static void tally(zramEngine *engine, const zramEntry *entry, uint32_t sign)
{
	zramHeader *header = zramHeaderOf(engine);
	uint32_t state = zramEntryState(entry), length = zramEntryLength(entry);

	if (state == kZramStateEmpty)
		return;
	if (state == kZramStateSame) {
		header->samePages += sign;
		return;
	}
	if (state == kZramStateOffloaded) {
		header->offloadedPages += sign;
		return;
	}
	if (state == kZramStateCompressed) {
		header->compressedPages += sign;
		if (zramEntryCodec(entry) < kZramCodecsCounted) {
			zramCodecUse *use = &header->codecs[zramEntryCodec(entry)];
			use->pages += sign;
			use->payload += sign * length;
		}
	}
	else
		header->rawPages += sign;
	header->payload += sign * length;
	if (length > engine->threshold)
		header->hugePages += sign;
}

static int sumMatches(
	const zramEngine *engine, uint32_t page, const zramEntry *entry, const uint32_t *words, uint32_t length)
{
	return !engine->geometry.sumsOffset || (*zramSumOf(engine, page) == zramPageSum(page, entry, words, length));
}

/* Writes the page's new entry, after its chain. `words` are its stored bytes. Frees the slot that it had. */
static void setEntry(zramEngine *engine, uint32_t page, const zramEntry *fresh, const uint32_t *words, uint32_t length)
{
	zramEntry *entry = zramEntryOf(engine, page);

	if (zramEntryState(entry) == kZramStateOffloaded)
		zramFreeSlot(zramSlotOf(engine, entry->word0));
	tally(engine, entry, UINT32_MAX);
	tally(engine, fresh, 1);
	*entry = *fresh;
	if (engine->geometry.sumsOffset)
		*zramSumOf(engine, page) = zramPageSum(page, fresh, words, length);
}

uint32_t zramEntryGranules(const zramEngine *engine, const zramEntry *entry)
{
	const zramGeometry *geometry = &engine->geometry;
	uint32_t state = zramEntryState(entry), length = zramEntryLength(entry);

	if (entry->word1 & kZramEntryReservedMask)
		return kZramBadEntry;
	if (state == kZramStateCompressed)
		return (length <= geometry->pageLength - geometry->granuleLength) ? zramGranulesFor(engine, length)
																		  : kZramBadEntry;
	if (entry->word1 & kZramEntryCodecMask)
		return kZramBadEntry;
	if (state == kZramStateRaw)
		return (length == geometry->pageLength) ? zramGranulesFor(engine, length) : kZramBadEntry;
	if (entry->word1 & kZramEntryTriedMask)
		return kZramBadEntry;
	if (state == kZramStateSame)
		return (length == 1) ? 0 : kZramBadEntry;
	if (state == kZramStateOffloaded)
		return ((length == 1) && (entry->word0 < geometry->slotCount)) ? 0 : kZramBadEntry;
	return (entry->word0 | entry->word1) ? kZramBadEntry : 0;
}

/* --- in --------------------------------------------------------------------------------------------------------- */

/* Like zramEntryGranules, but also kZramBadEntry if the page is on flash and its slot belongs to another page. */
static uint32_t ownGranules(const zramEngine *engine, uint32_t page)
{
	const zramEntry *entry = zramEntryOf(engine, page);
	uint32_t granules = zramEntryGranules(engine, entry);

	if ((granules == 0) && (zramEntryState(entry) == kZramStateOffloaded) && !zramSlotOfPage(engine, page, entry))
		return kZramBadEntry;
	return granules;
}

int zramStoreWord(zramEngine *engine, uint32_t page, const zramEntry *fresh)
{
	uint32_t have = ownGranules(engine, page), first = zramEntryOf(engine, page)->word0;

	if (have) {
		if ((have == kZramBadEntry) || zramChainResize(engine, &first, have, 0))
			return kZramErrorCorrupt;
		notePressure(engine);
	}
	setEntry(engine, page, fresh, NULL, 0);
	return kZramOK;
}

int zramPlaceChain(zramEngine *engine, uint32_t page, const zramPacked *packed)
{
	zramEntry *entry = zramEntryOf(engine, page);
	uint32_t have = ownGranules(engine, page), length = packed->length, need = zramGranulesFor(engine, length);
	zramEntry fresh = { have ? entry->word0 : kZramEnd,
		packed->state | (packed->codec << kZramEntryCodecShift) | ((length - 1) << kZramEntryLengthShift) };
	int code;

	if (have == kZramBadEntry)
		return kZramErrorCorrupt;
	code = resize(engine, &fresh.word0, have, need);
	if (code)
		return code;
	zramChainScatter(engine, fresh.word0, packed->words, length);
	setEntry(engine, page, &fresh, packed->words, length);
	return kZramOK;
}

int zramIsPatchable(const zramEngine *engine, uint32_t page)
{
	const zramEntry *entry = zramEntryOf(engine, page);

	return (zramEntryState(entry) == kZramStateRaw) && (zramEntryGranules(engine, entry) != kZramBadEntry)
		&& !engine->geometry.sumsOffset;
}

int zramPatch(const zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length)
{
	uint32_t have = zramGranulesFor(engine, engine->geometry.pageLength);

	return zramChainPatch(engine, zramEntryOf(engine, page)->word0, have, start, bytes, length);
}

int zramOverwriteWord(zramEngine *engine, uint32_t page, const zramEntry *fresh)
{
	const zramEntry old = *zramEntryOf(engine, page);
	int code = zramStoreWord(engine, page, fresh);

	if (!code)
		zramNoteLife(engine, &old);
	return code;
}

int zramPlace(zramEngine *engine, uint32_t page, const zramPacked *packed)
{
	const zramEntry old = *zramEntryOf(engine, page);
	zramEntry fresh;
	int code;

	if (!packed->length) {
		fresh = (zramEntry){ *packed->words, packed->state };
		return zramOverwriteWord(engine, page, &fresh);
	}
	code = zramPlaceChain(engine, page, packed);
	if (code)
		return code;
	zramNoteLife(engine, &old);
	if (packed->length > engine->threshold)
		zramCount(&zramHeaderOf(engine)->hugePagesSince);
	return kZramOK;
}

/* --- out -------------------------------------------------------------------------------------------------------- */

/* Copies a page on flash from staging to `words`, if the caller has read its slot there. */
static ZRAM_NOINLINE ZRAM_COLD int fetchStaged(zramEngine *engine, uint32_t page, uint32_t *words)
{
	const zramSlot *slot = zramSlotOfPage(engine, page, zramEntryOf(engine, page));
	uint32_t pageLength = engine->geometry.pageLength;

	if (!slot || !sumMatches(engine, page, zramEntryOf(engine, page), NULL, 0))
		return kZramErrorCorrupt;
	if (engine->staged != page)
		return kZramStopOnFlash;
	if (zramChecksum((const uint8_t *)engine->staging, pageLength) != slot->sum)
		return kZramErrorRot;
	if (words != engine->staging)
		memcpy(words, engine->staging, pageLength);
	zramCount(&zramHeaderOf(engine)->slotReads);
	return kZramOK;
}

int zramFetch(zramEngine *engine, uint32_t page, uint32_t *words, zramPacked *packed)
{
	const zramEntry *entry = zramEntryOf(engine, page);
	uint32_t have = zramEntryGranules(engine, entry), length = zramEntryLength(entry), state = zramEntryState(entry);

	if (have == kZramBadEntry)
		return kZramErrorCorrupt;
	if (have == 0) {
		*packed = (zramPacked){ (state == kZramStateOffloaded) ? kZramStateRaw : kZramStateSame, 0, 0, &entry->word0 };
		if (state == kZramStateOffloaded)
			return fetchStaged(engine, page, words);
		return sumMatches(engine, page, entry, NULL, 0) ? kZramOK : kZramErrorCorrupt;
	}
	if (state == kZramStateCompressed)
		words = engine->block;
	*packed = (zramPacked){ state, zramEntryCodec(entry), length, words };
	if (zramChainGather(engine, entry->word0, words, have) || !sumMatches(engine, page, entry, words, length))
		return kZramErrorCorrupt;
	return kZramOK;
}

/* --- all pages -------------------------------------------------------------------------------------------------- */

void zramMarkIdle(zramEngine *engine, uint32_t steps)
{
	zramEntry *entry = zramEntryOf(engine, 0), *end = entry + engine->geometry.pageCount;

	for (; entry < end; entry++)
		if (zramEntryState(entry)) {
			uint32_t left = kZramEntryAgeMax - ((entry->word1 & kZramEntryAgeMask) >> kZramEntryAgeShift);
			entry->word1 += ((steps < left) ? steps : left) << kZramEntryAgeShift;
		}
}

uint32_t zramNextPage(const zramEngine *engine, uint32_t page, uint32_t end)
{
	while ((page < end) && (zramEntryState(zramEntryOf(engine, page)) == kZramStateEmpty))
		page++;
	return page;
}
