/*
 * Pages that rest: decides which page is packed again, and packs it. A page that nobody has read or written for an age
 * step or more is packed once with a codec that takes too long for a write. maintain() in zram.ts calls it;
 * zramEngine.h is the contract.
 */

#include "zramInternal.h"

#include <string.h>

/* The densest of the codecs that may be used but that zramPack never tries; kZramCodecIds if there is none. */
static uint32_t densestCodec(const zramPacker *packer)
{
	for (uint32_t id = kZramCodecIds; id--;)
		if ((packer->codecs >> id & 1) && (zramCodecOf(id)->tried == kZramNeverTried))
			return id;
	return kZramCodecIds;
}

/* How many granules a page that rests has; 0 if it does not rest. One that has a single granule has nothing to gain. */
static uint32_t restingGranules(const zramEngine *engine, const zramEntry *entry, uint32_t codec)
{
	uint32_t state = zramEntryState(entry), granules;

	if (!(entry->word1 & kZramEntryAgeMask) || (entry->word1 & kZramEntryTriedMask)
		|| ((state != kZramStateCompressed) && (state != kZramStateRaw))
		|| ((state == kZramStateCompressed) && (zramEntryCodec(entry) == codec)))
		return 0;
	granules = zramEntryGranules(engine, entry);
	return ((granules == kZramBadEntry) || (granules < 2)) ? 0 : granules;
}

uint32_t zramNextResting(const zramEngine *engine)
{
	uint32_t codec = densestCodec(&engine->packer), next = kZramNoPage, most = 0;
	const zramEntry *entry = zramEntryOf(engine, 0);

	if (codec == kZramCodecIds)
		return kZramNoPage;
	for (uint32_t page = 0; page < engine->geometry.pageCount; page++, entry++)
		if ((zramEntryLength(entry) > most) && restingGranules(engine, entry, codec)) {
			most = zramEntryLength(entry);
			next = page;
		}
	return next;
}

uint32_t zramRepackLength(const zramEngine *engine)
{
	uint32_t codec = densestCodec(&engine->packer);

	return (codec == kZramCodecIds) ? 0 : zramCodecOf(codec)->encodesIn;
}

/* Packs staging into at most `capacity` bytes, a multiple of the granule's length. Returns 0 if that is not enough. */
static int pack(zramEngine *engine, uint32_t id, void *workspace, uint32_t capacity, zramPacked *packed)
{
	uint32_t length = zramCodecOf(id)->encode(
		workspace, engine->staging, engine->geometry.pageLength, (uint8_t *)engine->block, capacity);

	*packed = (zramPacked){ kZramStateCompressed, id, length, engine->block };
	memset((uint8_t *)engine->block + length, 0, -length & (engine->geometry.granuleLength - 1));
	return length != 0;
}

/* Packs a page that rests; its age stays. Returns 1 if it has become smaller. */
static int repack(zramEngine *engine, uint32_t page, uint32_t codec, uint32_t capacity, void *workspace)
{
	uint32_t age = zramEntryOf(engine, page)->word1 & kZramEntryAgeMask;
	zramPacked packed;

	if (zramStage(engine, page) || !pack(engine, codec, workspace, capacity, &packed)
		|| zramPlaceChain(engine, page, &packed))
		return 0;
	zramEntryOf(engine, page)->word1 |= age;
	return 1;
}

int zramRepack(zramEngine *engine, uint32_t page, void *workspace)
{
	uint32_t codec = densestCodec(&engine->packer), granules;
	int isSmaller;

	if ((codec == kZramCodecIds) || (page >= engine->geometry.pageCount))
		return 0;
	granules = restingGranules(engine, zramEntryOf(engine, page), codec);
	if (!granules)
		return 0;
	isSmaller = repack(engine, page, codec, (granules - 1) << engine->geometry.granuleShift, workspace);
	if (!isSmaller)
		zramEntryOf(engine, page)->word1 |= kZramEntryTriedMask;
	if (engine->geometry.flags & kZramFlagWipe)
		memset(workspace, 0, zramCodecOf(codec)->encodesIn);
	zramSucceed(engine);
	return isSmaller;
}
