/*
 * Slots: which page is where on flash, and how worn each slot is. zramBindingSlots.c calls it for
 * modules/zram/offload/offload.ts, which chooses a page's slot by zramSurveySlots(); zramEngine.h is the contract.
 *
 *        entry                     slot                                  flash
 *   +---------------+      +---------------------+      +-----------+-----------+-----------+
 *   | slot = 1      |----->| page 7, used, sum   |      |  slot 0   |  slot 1   |  slot 2   | ...
 *   | offloaded     |<-----| erases              |      +-----------+-----------+-----------+
 *   +---------------+      +---------------------+        erased      the page
 *
 * A slot is what the flash erases at once. Its states, and what leads from one to the next:
 *
 *                   announce            erase            program
 *   unknown, free ────────────► suspect ─────► erased ─────────────► used ───► rotten
 *        ▲                                                            │          │
 *        └────────────────────────────────────────────────────────────┴──────────┘  overwritten, trimmed, moved
 *   anything but used and rotten ──► retired
 */

#include "zramInternal.h"

#include <string.h>

static int isOwned(uint32_t state)
{
	return (state == kZramSlotUsed) || (state == kZramSlotRotten);
}

zramSlot *zramSlotOfPage(const zramEngine *engine, uint32_t page, const zramEntry *entry)
{
	zramSlot *slot;

	if (entry->word0 >= engine->geometry.slotCount)
		return NULL;
	slot = zramSlotOf(engine, entry->word0);
	return (isOwned(slot->state) && (slot->page == page)) ? slot : NULL;
}

/* A rotten slot becomes unknown: what it holds is anybody's guess. */
void zramFreeSlot(zramSlot *slot)
{
	if (!isOwned(slot->state))
		return;
	slot->state = (slot->state == kZramSlotUsed) ? kZramSlotFree : kZramSlotUnknown;
	slot->page = slot->sum = 0;
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

int zramStage(zramEngine *engine, uint32_t page)
{
	engine->stopped = page;
	engine->staged = kZramNoPage;
	return (page < engine->geometry.pageCount) ? zramLoadPage(engine, page, engine->staging) : kZramErrorCorrupt;
}

static void countStored(zramHeader *header, uint32_t mode)
{
	if (mode & kZramModeWritten)
		zramCount(&header->writes);
	if (mode & (kZramModeWritten | kZramModeTrimmed))
		zramCount(&header->hugePagesSince);
}

int zramOffload(zramEngine *engine, uint32_t page, uint32_t slot, uint32_t mode, uint32_t sum)
{
	zramHeader *header = zramHeaderOf(engine);
	uint32_t changed = mode & (kZramModeWritten | kZramModeTrimmed);
	zramEntry fresh = { slot, kZramStateOffloaded }, was;
	zramEntry *entry;
	zramSlot *old, *place;

	if ((page >= engine->geometry.pageCount) || (slot >= engine->geometry.slotCount))
		return kZramErrorCorrupt;
	entry = zramEntryOf(engine, page);
	was = *entry;
	place = zramSlotOf(engine, slot);
	old = (zramEntryState(entry) == kZramStateOffloaded) ? zramSlotOfPage(engine, page, entry) : NULL;
	if (!changed)
		fresh.word1 |= entry->word1 & kZramEntryAgeMask;
	if (old != place) {
		if ((place->state != kZramSlotErased) || zramStoreWord(engine, page, &fresh))
			return kZramErrorCorrupt;
		*place = (zramSlot){ place->erases, page, kZramSlotUsed, sum };
		zramCount((old && !changed) ? &header->slotMoves : &header->slotWrites);
	}
	else
		entry->word1 = fresh.word1;
	if (changed)
		zramNoteLife(engine, &was);
	countStored(header, mode);
	return kZramOK;
}

/* --- slots ------------------------------------------------------------------------------------------------------ */

static int mayBecome(const zramSlot *slot, uint32_t state)
{
	if (isOwned(slot->state))
		return state == kZramSlotRotten;
	return (state <= kZramSlotLog) && !isOwned(state);
}

int zramSetSlot(zramEngine *engine, uint32_t slot, uint32_t state, uint32_t erases, uint32_t sum)
{
	zramSlot *place = zramSlotOf(engine, slot);

	if ((slot >= engine->geometry.slotCount) || !mayBecome(place, state))
		return kZramErrorCorrupt;
	if ((state == kZramSlotErased) && (place->state == kZramSlotSuspect))
		zramCount(&zramHeaderOf(engine)->slotErases);
	place->state = state;
	if (state == kZramSlotRotten)
		return kZramOK;
	place->erases = erases;
	place->sum = sum;
	return kZramOK;
}

/* --- wear ------------------------------------------------------------------------------------------------------- */

static void measureLog(zramSurvey *survey, const zramSlot *slot)
{
	if (slot->erases < survey->logLeast)
		survey->logLeast = slot->erases;
	if (slot->erases > survey->logMost)
		survey->logMost = slot->erases;
}

static void measureSlot(zramSurvey *survey, const zramSlot *slot)
{
	if (slot->erases < survey->least)
		survey->least = slot->erases;
	if (slot->erases > survey->most)
		survey->most = slot->erases;
	survey->sumLow += slot->erases;
	survey->sumHigh += (survey->sumLow < slot->erases);
	survey->slots++;
	survey->used += (uint32_t)isOwned(slot->state);
	survey->erased += (slot->state == kZramSlotErased);
}

static void compare(zramLeastWorn *best, uint32_t slot, uint32_t erases)
{
	if ((best->slot == kZramNoPage) || (erases < best->erases))
		*best = (zramLeastWorn){ slot, erases };
}

static void chooseSlot(zramSurvey *survey, uint32_t slot, const zramSlot *place)
{
	if (place->state == kZramSlotUsed)
		compare(&survey->leastUsed, slot, place->erases);
	else if (place->state == kZramSlotErased)
		compare(&survey->leastErased, slot, place->erases);
	else if (place->state <= kZramSlotSuspect)
		compare(&survey->leastDirty, slot, place->erases);
	if (place->state == kZramSlotUnknown)
		compare(&survey->leastUnknown, slot, place->erases);
}

void zramSurveySlots(const zramEngine *engine, uint32_t except, zramSurvey *survey)
{
	const zramLeastWorn none = { kZramNoPage, 0 };

	*survey = (zramSurvey){ .least = UINT32_MAX, .logLeast = UINT32_MAX };
	survey->leastUsed = survey->leastErased = survey->leastDirty = survey->leastUnknown = none;
	for (uint32_t i = 0; i < engine->geometry.slotCount; i++) {
		const zramSlot *slot = zramSlotOf(engine, i);

		if (slot->state == kZramSlotRetired)
			survey->retired++;
		else if (slot->state == kZramSlotLog)
			measureLog(survey, slot);
		else {
			measureSlot(survey, slot);
			if (i != except)
				chooseSlot(survey, i, slot);
		}
	}
	if (survey->least == UINT32_MAX)
		survey->least = 0;
	if (survey->logLeast == UINT32_MAX)
		survey->logLeast = 0;
}

#define kRetired 0xFFFFu
#define kSuspect 0x8000u /* a flag; the bits below count erases */

/* How many of `count` slots from `slot` on exist. */
static uint32_t slotsFrom(const zramEngine *engine, uint32_t slot, uint32_t count)
{
	uint32_t slots = engine->geometry.slotCount;

	return (slot >= slots) ? 0 : (count < slots - slot) ? count : slots - slot;
}

void zramSaveWear(
	const zramEngine *engine, uint32_t slot, uint32_t count, uint32_t base, uint32_t logBase, uint8_t *into)
{
	for (count = slotsFrom(engine, slot, count); count; count--, slot++, into += 2) {
		const zramSlot *place = zramSlotOf(engine, slot);
		uint32_t above = place->erases - ((place->state == kZramSlotLog) ? logBase : base);

		if (above >= kSuspect - 1)
			above = kSuspect - 2;
		if (place->state == kZramSlotSuspect)
			above |= kSuspect;
		if (place->state == kZramSlotRetired)
			above = kRetired;
		into[0] = (uint8_t)above;
		into[1] = (uint8_t)(above >> 8);
	}
}

static void loadSlot(zramSlot *place, uint32_t above, uint32_t base, uint32_t logBase)
{
	if (place->state == kZramSlotLog)
		place->erases = above + logBase;
	else if (above == kRetired)
		*place = (zramSlot){ .state = kZramSlotRetired };
	else {
		place->state = (above & kSuspect) ? kZramSlotSuspect : kZramSlotUnknown;
		place->erases = (above & ~kSuspect) + base;
		place->sum = 0;
	}
}

void zramLoadWear(
	zramEngine *engine, uint32_t slot, uint32_t count, uint32_t base, uint32_t logBase, const uint8_t *from)
{
	for (count = slotsFrom(engine, slot, count); count; count--, slot++, from += 2)
		if (!isOwned(zramSlotOf(engine, slot)->state))
			loadSlot(zramSlotOf(engine, slot), from[0] | ((uint32_t)from[1] << 8), base, logBase);
}
