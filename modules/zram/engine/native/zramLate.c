/*
 * Late offload: decides which huge pages have to wait, and which page leaves the region for flash to make room.
 * Every store asks the former, the policy in modules/zram/late.ts the latter; zramInternal.h and zramEngine.h are the
 * contract.
 *
 *   region   |  compressible pages, and huge ones while there is room                  | reserve |
 *                                              |                                          2 %, not for huge pages
 *                                              | the huge page that has rested longest
 *                                              v
 *   flash    |  huge pages                                                            |
 *
 * A page that is soon overwritten should not wear the flash. So a huge page makes room for a new one only if it has
 * rested for at least twice the mean life of huge pages; else the new one goes to flash itself, being no more likely to
 * be overwritten soon.
 */

#include "zramInternal.h"

#include <stddef.h>

/* Huge pages leave 1 / kReserve of the room to the others. */
#define kReserve 50

/* zramHeader.hugeLife counts 1 / kLifeUnit of an age step, and is a running mean of about kLives lives. */
#define kLifeUnit 256
#define kLives 16

static uint32_t reserveOf(const zramEngine *engine)
{
	return engine->limitGranules / kReserve;
}

static uint32_t ageOf(const zramEntry *entry)
{
	return (entry->word1 & kZramEntryAgeMask) >> kZramEntryAgeShift;
}

static int isHuge(const zramEngine *engine, const zramEntry *entry)
{
	uint32_t state = zramEntryState(entry);

	return ((state == kZramStateRaw) || (state == kZramStateCompressed))
		&& (zramEntryLength(entry) > engine->threshold);
}

/* Whether the page's slot already holds these bytes, going by their checksum. */
static int isOnFlash(const zramEngine *engine, uint32_t page, const zramEntry *entry, const uint32_t *words)
{
	const zramSlot *slot = (zramEntryState(entry) == kZramStateOffloaded) ? zramSlotOfPage(engine, page, entry) : NULL;

	return slot && (slot->sum == zramChecksum((const uint8_t *)words, engine->geometry.pageLength));
}

int zramWaits(const zramEngine *engine, uint32_t page, const uint32_t *words, uint32_t length)
{
	const zramEntry *entry = zramEntryOf(engine, page);
	uint32_t have = zramEntryGranules(engine, entry), need = zramGranulesFor(engine, length);

	if (isOnFlash(engine, page, entry, words))
		return 1;
	return (have != kZramBadEntry) && (need > have)
		&& ((uint64_t)zramHeaderOf(engine)->usedGranules + (need - have) + reserveOf(engine) > engine->limitGranules);
}

void zramNoteLife(zramEngine *engine, const zramEntry *old)
{
	zramHeader *header = zramHeaderOf(engine);

	if (isHuge(engine, old) || (zramEntryState(old) == kZramStateOffloaded))
		header->hugeLife += (uint32_t)((int32_t)(ageOf(old) * kLifeUnit - header->hugeLife) / kLives);
}

/* Whether a page has rested for twice the mean life of huge pages, or has the greatest age there is. */
static int hasOutlived(const zramEngine *engine, const zramEntry *entry)
{
	uint32_t age = ageOf(entry);

	return (age == kZramEntryAgeMax) || (age * (kLifeUnit / 2) >= zramHeaderOf(engine)->hugeLife);
}

uint32_t zramVictim(zramEngine *engine, uint32_t page, int forHuge)
{
	uint32_t count = engine->geometry.pageCount, victim = kZramNoPage, next = engine->victim;

	if ((page < count) && (zramHeaderOf(engine)->usedGranules > engine->limitGranules))
		return kZramNoPage;
	for (uint32_t left = count; left; left--) {
		const zramEntry *entry;

		next = (next + 1 < count) ? next + 1 : 0;
		entry = zramEntryOf(engine, next);
		if ((next != page) && isHuge(engine, entry)
			&& ((victim == kZramNoPage) || (ageOf(entry) > ageOf(zramEntryOf(engine, victim)))))
			victim = next;
	}
	if ((victim == kZramNoPage) || (forHuge && !hasOutlived(engine, zramEntryOf(engine, victim))))
		return kZramNoPage;
	return engine->victim = victim;
}

int zramReserve(const zramEngine *engine)
{
	uint32_t used = zramHeaderOf(engine)->usedGranules, limit = engine->limitGranules, reserve = reserveOf(engine);

	if (used > limit)
		return kZramReserveLow;
	if (limit - used >= reserve)
		return kZramReserveFull;
	return (limit - used <= reserve / 2) ? kZramReserveLow : kZramReserveUsed;
}
