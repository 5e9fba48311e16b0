/*
 * Slots: which page is where on flash, and how worn the flash is. See zramEngine.h.
 *
 *        entry                     slot                                  flash
 *   +---------------+      +---------------------+      +-----------+-----------+-----------+
 *   | slot = 1      |----->| page 7, used, sum   |      |  slot 0   |  slot 1   |  slot 2   | ...
 *   | offloaded     |<-----| erases              |      +-----------+-----------+-----------+
 *   +---------------+      +---------------------+        erased      the page
 *
 * A slot's state, and who changes it:
 *
 *                  commit            erase             program
 *   unknown, free ────────► committed ────► erased ───────────────► used ──► rotten
 *        ▲                                                             │        │
 *        └─────────────────────────────────────────────────────────────┴────────┘  overwritten, trimmed, moved
 *   anything but used and rotten ──► retired
 */

#include "zramInternal.h"

#include <string.h>

#define kChecksumStart 0x7A736C74u /* any number but that of the pages' sums */

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

/* What a rotten one holds is anybody's guess. */
void zramFreeSlot(zramSlot *slot)
{
	if (!isOwned(slot->state))
		return;
	slot->state = (slot->state == kZramSlotUsed) ? kZramSlotFree : kZramSlotUnknown;
	slot->page = 0;
}

uint32_t zramChecksum(const uint8_t *bytes, uint32_t length)
{
	uint32_t sum = kChecksumStart, word;
	const uint8_t *end = bytes + (length & ~3u);

	if (((uintptr_t)bytes & 3) == 0)
		for (; bytes < end; bytes += 4)
			sum = zramMix(sum, *(const uint32_t *)(const void *)bytes);
	for (; bytes < end; bytes += 4) {
		memcpy(&word, bytes, 4);
		sum = zramMix(sum, word);
	}
	word = 0;
	memcpy(&word, bytes, length & 3);
	return (length & 3) ? zramMix(sum, word) : sum;
}

/* --- pages ------------------------------------------------------------------------------------------------------ */

int zramStage(zramEngine *engine, uint32_t page)
{
	engine->stopped = page;
	engine->staged = kZramNoPage;
	return (page < engine->geometry.pageCount) ? zramLoadPage(engine, page, engine->staging) : kZramErrorCorrupt;
}

int zramKeep(zramEngine *engine, uint32_t mode)
{
	zramHeader *header = zramHeaderOf(engine);
	int code = zramStorePage(engine, engine->stopped, engine->staging, kZramModeKeep);

	if (code)
		return zramStop(engine, engine->stopped, code, &header->failedWrites);
	if (mode & kZramModeWritten)
		zramCount(&header->writes);
	return kZramOK;
}

static void countStored(zramHeader *header, uint32_t mode)
{
	if (mode & kZramModeWritten)
		zramCount(&header->writes);
	if (mode & (kZramModeWritten | kZramModeTrimmed))
		zramCount(&header->hugePagesSince);
}

int zramOffload(zramEngine *engine, uint32_t page, uint32_t slot, uint32_t mode)
{
	zramHeader *header = zramHeaderOf(engine);
	uint32_t changed = mode & (kZramModeWritten | kZramModeTrimmed), sum;
	zramEntry fresh = { slot, kZramStateOffloaded };
	zramEntry *entry;
	zramSlot *old;

	if ((page >= engine->geometry.pageCount) || (slot >= engine->geometry.slotCount))
		return kZramErrorCorrupt;
	entry = zramEntryOf(engine, page);
	old = (zramEntryState(entry) == kZramStateOffloaded) ? zramSlotOfPage(engine, page, entry) : NULL;
	if (!changed)
		fresh.word1 |= entry->word1 & kZramEntryAgeMask;
	if (old != zramSlotOf(engine, slot)) {
		/* a page that moves need not be in staging */
		sum =
			(old && !changed) ? old->sum : zramChecksum((const uint8_t *)engine->staging, engine->geometry.pageLength);
		if ((zramSlotOf(engine, slot)->state != kZramSlotErased) || zramStoreWord(engine, page, &fresh))
			return kZramErrorCorrupt;
		*zramSlotOf(engine, slot) = (zramSlot){ zramSlotOf(engine, slot)->erases, page, kZramSlotUsed, sum };
		zramCount((old && !changed) ? &header->slotMoves : &header->slotWrites);
	}
	else
		entry->word1 = fresh.word1;
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

int zramMarkSlots(zramEngine *engine, uint32_t slot, uint32_t count, uint32_t state, int32_t erases, uint32_t sum)
{
	zramSlot *first = zramSlotOf(engine, slot), *end = first + count;

	if ((slot >= engine->geometry.slotCount) || (count > engine->geometry.slotCount - slot))
		return kZramErrorCorrupt;
	for (const zramSlot *each = first; each < end; each++)
		if (!mayBecome(each, state))
			return kZramErrorCorrupt;
	if ((state == kZramSlotErased) && (first->state == kZramSlotCommitted))
		zramCount(&zramHeaderOf(engine)->slotErases);
	for (; first < end; first++) {
		if ((state == kZramSlotFree) && (first->state != kZramSlotFree) && (first->state != kZramSlotCommitted))
			first->sum = sum;
		first->state = state;
		first->erases += (uint32_t)erases;
	}
	return kZramOK;
}

/* The states of a unit's slots, as a set. */
static uint32_t statesOf(const zramSlot *slot, uint32_t group)
{
	uint32_t states = 0;

	for (; group; group--, slot++)
		states |= 1u << (slot->state & 31);
	return states;
}

uint32_t zramLeastWorn(const zramEngine *engine, uint32_t all, uint32_t any, uint32_t below, uint32_t group)
{
	uint32_t best = kZramNoPage;

	for (uint32_t slot = 0; slot + group <= engine->geometry.slotCount; slot += group) {
		const zramSlot *unit = zramSlotOf(engine, slot);
		uint32_t states = (unit->erases < below) ? statesOf(unit, group) : 0;

		if (!(states & any) || (states & ~all))
			continue;
		below = unit->erases;
		best = slot;
	}
	while ((best != kZramNoPage) && !((1u << (zramSlotOf(engine, best)->state & 31)) & any))
		best++;
	return best;
}

/* --- wear ------------------------------------------------------------------------------------------------------- */

static void measureLog(const zramSlot *slot, zramWear *wear)
{
	if (slot->erases < wear->logLeast)
		wear->logLeast = slot->erases;
	if (slot->erases > wear->logMost)
		wear->logMost = slot->erases;
}

static void measureSlot(const zramSlot *slot, zramWear *wear)
{
	if (slot->erases < wear->least)
		wear->least = slot->erases;
	if (slot->erases > wear->most)
		wear->most = slot->erases;
	wear->sumLow += slot->erases;
	wear->sumHigh += (wear->sumLow < slot->erases);
	wear->slots++;
	wear->used += (uint32_t)isOwned(slot->state);
	wear->erased += (slot->state == kZramSlotErased);
}

void zramMeasureWear(const zramEngine *engine, zramWear *wear)
{
	*wear = (zramWear){ .least = UINT32_MAX, .logLeast = UINT32_MAX };
	for (uint32_t i = 0; i < engine->geometry.slotCount; i++) {
		const zramSlot *slot = zramSlotOf(engine, i);

		if (slot->state == kZramSlotRetired)
			wear->retired++;
		else if (slot->state == kZramSlotLog)
			measureLog(slot, wear);
		else
			measureSlot(slot, wear);
	}
	if (wear->least == UINT32_MAX)
		wear->least = 0;
	if (wear->logLeast == UINT32_MAX)
		wear->logLeast = 0;
}

#define kRetired 0xFFFFu

static uint32_t unitsFrom(const zramEngine *engine, uint32_t unit, uint32_t count, uint32_t group)
{
	uint32_t units = engine->geometry.slotCount / group;

	return (unit >= units) ? 0 : (count < units - unit) ? count : units - unit;
}

void zramSaveWear(const zramEngine *engine, uint32_t unit, uint32_t count, uint32_t group, uint32_t base,
	uint32_t logBase, uint8_t *into)
{
	for (count = unitsFrom(engine, unit, count, group); count; count--, unit++, into += 2) {
		const zramSlot *slot = zramSlotOf(engine, unit * group);
		uint32_t above = slot->erases - ((slot->state == kZramSlotLog) ? logBase : base);

		if (above >= kRetired)
			above = kRetired - 1;
		if (slot->state == kZramSlotRetired)
			above = kRetired;
		into[0] = (uint8_t)above;
		into[1] = (uint8_t)(above >> 8);
	}
}

void zramLoadWear(zramEngine *engine, uint32_t unit, uint32_t count, uint32_t group, uint32_t base, uint32_t logBase,
	const uint8_t *from)
{
	for (count = unitsFrom(engine, unit, count, group); count; count--, unit++, from += 2) {
		uint32_t above = from[0] | ((uint32_t)from[1] << 8);

		for (uint32_t i = 0; i < group; i++) {
			zramSlot *slot = zramSlotOf(engine, unit * group + i);
			slot->erases = above + ((slot->state == kZramSlotLog) ? logBase : base);
			if (above != kRetired)
				continue;
			slot->erases = 0;
			slot->state = kZramSlotRetired;
		}
	}
}
