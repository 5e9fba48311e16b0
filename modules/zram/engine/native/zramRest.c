/*
 * Pages that rest: those that nobody has read or written for an age step or more are packed again, once, with a codec that
 * takes too long for a write. See zramEngine.h.
 */

#include "zramInternal.h"

#include <string.h>

/* Granules of a page that rests, or 0. With one nothing can be gained. */
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
	uint32_t codec = zramDensestCodec(&engine->packer), next = kZramNoPage, most = 0;
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
	uint32_t codec = zramDensestCodec(&engine->packer);

	return (codec == kZramCodecIds) ? 0 : zramWorkspaceFor(codec);
}

/* A page that rests: 1 if it has become smaller. */
static int repack(zramEngine *engine, uint32_t page, uint32_t codec, uint32_t capacity, void *workspace)
{
	zramPacked packed;

	return !zramStage(engine, page)
		&& zramPackWith(&engine->packer, codec, workspace, engine->staging, engine->block, capacity, &packed)
		&& !zramReplace(engine, page, &packed);
}

int zramRepack(zramEngine *engine, uint32_t page, void *workspace)
{
	uint32_t codec = zramDensestCodec(&engine->packer), granules;
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
		memset(workspace, 0, zramWorkspaceFor(codec));
	zramSucceed(engine);
	return isSmaller;
}
