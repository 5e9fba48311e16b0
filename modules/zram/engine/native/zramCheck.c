/*
 * zramCheck: walks a region and reports the first invariant that does not hold, in this order. Tests, fuzzers and
 * Zram.check() call it; zramInterface.h has the numbers.
 *
 *    1  Geometry    the header's geometry is the engine's own                                        checkGeometry
 *    6  Used        no more granules are in use than lie below the frontier, which is in the arena   checkChains
 *    2  Entry       every entry is well-formed                                                       checkPages
 *    3  Chain       a page's chain has the granules its length needs, all below the frontier         checkPages
 *    4  Shared      no granule is in two chains, the free chain included                             checkChain
 *    5  Free        the free chain holds every granule below the frontier that no page uses          checkChains
 *    6  Used        usedGranules counts the granules of all pages, and is at most usedGranulesMax    checkStatistics
 *    7  Statistics  payload and page counts are those of the table; the limit is the engine's own    checkStatistics
 *   12  Slot        offloaded pages and used slots belong to each other, one to one                  checkSlots
 *    8  Tail        the unused end of a page's last granule is zero                                  checkContent
 *    9  Sum         with kZramFlagIntegrity, every page's checksum is right, also an empty page's    checkContent
 *   10  Block       every block decodes to a page                                                    checkContent
 *   11  Wiped       with kZramFlagWipe, the granules of the free chain are zero                      checkWiped
 *
 * To find granules that two chains share, it needs a bit for each granule and borrows the encoders' workspace. That has
 * 32,768 bits; larger arenas are walked twice, a window of granules at a time.
 */

#include "zramInternal.h"

#include <string.h>

#define kBitWords 1024u /* words of the workspace that hold bits */
#define kWindow (32 * kBitWords)

_Static_assert(4 * kBitWords <= kZramWorkspaceLength, "a window's bits lie in the workspace");

/* What the header's statistics should be. */
typedef struct {
	uint32_t used;
	uint32_t payload;
	uint32_t same;
	uint32_t compressed;
	uint32_t raw;
	uint32_t huge;
	uint32_t offloaded;
	zramCodecUse codecs[kZramCodecsCounted];
} zramTally;

static int broken(zramEngine *engine, int invariant, uint32_t where)
{
	engine->stopped = where;
	return invariant;
}

static int checkGeometry(const zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;
	const zramHeader *header = zramHeaderOf(engine);

	return (header->magic == kZramMagic) && (header->version == kZramVersion) && (header->flags == geometry->flags)
		&& (header->regionLength == geometry->regionLength) && (header->pageLength == geometry->pageLength)
		&& (header->pageCount == geometry->pageCount) && (header->granuleLength == geometry->granuleLength)
		&& (header->granuleCount == geometry->granuleCount) && (header->tableOffset == geometry->tableOffset)
		&& (header->sumsOffset == geometry->sumsOffset) && (header->linksOffset == geometry->linksOffset)
		&& (header->granulesOffset == geometry->granulesOffset) && (header->slotCount == geometry->slotCount)
		&& (header->slotsOffset == geometry->slotsOffset) && (header->threshold == engine->threshold);
}

/* Marks a granule if it is in the window. Returns 0 if it was marked before. */
static int mark(zramEngine *engine, uint32_t granule, uint32_t window)
{
	uint32_t bit = granule - window;
	uint32_t *bits = &engine->packer.workspace[(bit >> 5) & (kBitWords - 1)], mask = 1u << (bit & 31);

	if ((granule < window) || (bit >= kWindow))
		return 1;
	if (*bits & mask)
		return 0;
	*bits |= mask;
	return 1;
}

/*
 * Checks that the chain at `first` has `count` granules, each below the frontier and in no other chain. Returns 0, or
 * the broken invariant.
 */
static int checkChain(zramEngine *engine, uint32_t first, uint32_t count, uint32_t window, int invariant)
{
	const zramHeader *header = zramHeaderOf(engine);

	for (; count; count--) {
		if ((first >= header->frontier) || (first >= engine->geometry.granuleCount))
			return invariant;
		if (!mark(engine, first, window))
			return kZramInvariantShared;
		first = zramLinksOf(engine)[first];
	}
	return (first == kZramEnd) ? 0 : invariant;
}

static int isZero(const uint8_t *bytes, uint32_t length)
{
	while (length--)
		if (*bytes++)
			return 0;
	return 1;
}

/* Checks the content of a page whose chain has been checked. Returns 0, or the broken invariant. */
static int checkContent(zramEngine *engine, uint32_t page)
{
	const zramEntry *entry = zramEntryOf(engine, page);
	uint32_t granules = zramEntryGranules(engine, entry), length = zramEntryLength(entry);
	uint32_t stored = granules << engine->geometry.granuleShift;

	if (granules) {
		zramChainGather(engine, entry->word0, engine->block, granules);
		if (!isZero((uint8_t *)engine->block + length, stored - length))
			return kZramInvariantTail;
	}
	else
		length = 0;
	if (engine->geometry.sumsOffset && (*zramSumOf(engine, page) != zramPageSum(page, entry, engine->block, length)))
		return kZramInvariantSum;
	if (zramEntryState(entry) == kZramStateOffloaded)
		return 0;
	return zramLoadPage(engine, page, engine->staging) ? kZramInvariantBlock : 0;
}

static void addPage(const zramEngine *engine, const zramEntry *entry, zramTally *sums)
{
	uint32_t granules = zramEntryGranules(engine, entry), length = zramEntryLength(entry);

	sums->same += (zramEntryState(entry) == kZramStateSame);
	sums->compressed += (zramEntryState(entry) == kZramStateCompressed);
	sums->raw += (zramEntryState(entry) == kZramStateRaw);
	sums->offloaded += (zramEntryState(entry) == kZramStateOffloaded);
	if (granules) {
		sums->used += granules;
		sums->payload += length;
		sums->huge += (length > engine->threshold);
	}
	if ((zramEntryState(entry) == kZramStateCompressed) && (zramEntryCodec(entry) < kZramCodecsCounted)) {
		sums->codecs[zramEntryCodec(entry)].pages++;
		sums->codecs[zramEntryCodec(entry)].payload += length;
	}
}

/* Checks every page's entry, and its chain as far as it is in the window. */
static int checkPages(zramEngine *engine, uint32_t window, zramTally *sums)
{
	for (uint32_t page = 0; page < engine->geometry.pageCount; page++) {
		const zramEntry *entry = zramEntryOf(engine, page);
		uint32_t granules = zramEntryGranules(engine, entry);
		int invariant;

		if (granules == kZramBadEntry)
			return broken(engine, kZramInvariantEntry, page);
		invariant = granules ? checkChain(engine, entry->word0, granules, window, kZramInvariantChain) : 0;
		if (invariant)
			return broken(engine, invariant, page);
		addPage(engine, entry, sums);
	}
	return 0;
}

static int checkWiped(zramEngine *engine)
{
	const zramHeader *header = zramHeaderOf(engine);
	uint32_t granule = header->freeHead;

	for (uint32_t count = header->frontier - header->usedGranules; count; count--) {
		if (!isZero((uint8_t *)zramGranuleOf(engine, granule), engine->geometry.granuleLength))
			return broken(engine, kZramInvariantWiped, granule);
		granule = zramLinksOf(engine)[granule];
	}
	return 0;
}

static int checkStatistics(zramEngine *engine, const zramTally *sums)
{
	const zramHeader *header = zramHeaderOf(engine);

	if ((header->usedGranules != sums->used) || (header->usedGranulesMax < sums->used))
		return broken(engine, kZramInvariantUsed, 0);
	if ((header->payload != sums->payload) || (header->samePages != sums->same) || (header->rawPages != sums->raw)
		|| (header->compressedPages != sums->compressed) || (header->hugePages != sums->huge)
		|| (header->offloadedPages != sums->offloaded) || (header->limit != engine->limit)
		|| memcmp(header->codecs, sums->codecs, sizeof(sums->codecs)))
		return broken(engine, kZramInvariantStatistics, 0);
	return 0;
}

/*
 * Checks the pages' chains and the free chain, a window at a time; then the statistics, which each window sums up anew.
 */
static int checkChains(zramEngine *engine)
{
	const zramHeader *header = zramHeaderOf(engine);
	uint32_t window = 0;
	zramTally sums;
	int invariant;

	if ((header->frontier > engine->geometry.granuleCount) || (header->usedGranules > header->frontier))
		return broken(engine, kZramInvariantUsed, 0);
	do {
		memset(zramBorrowWorkspace(&engine->packer), 0, 4 * kBitWords);
		memset(&sums, 0, sizeof(sums));
		invariant = checkPages(engine, window, &sums);
		if (invariant)
			return invariant;
		invariant =
			checkChain(engine, header->freeHead, header->frontier - header->usedGranules, window, kZramInvariantFree);
		if (invariant)
			return broken(engine, invariant, header->freeHead);
		window += kWindow;
	} while (window < engine->geometry.granuleCount);
	return checkStatistics(engine, &sums);
}

/* Checks that each used slot has its page. As there are as many as offloaded pages, each of those has its own slot. */
static int checkSlots(zramEngine *engine)
{
	uint32_t owned = 0;

	for (uint32_t i = 0; i < engine->geometry.slotCount; i++) {
		const zramSlot *slot = zramSlotOf(engine, i);
		const zramEntry *entry;

		if ((slot->state != kZramSlotUsed) && (slot->state != kZramSlotRotten)) {
			if (slot->page || (slot->state > kZramSlotLog))
				return broken(engine, kZramInvariantSlot, i);
			continue;
		}
		owned++;
		if (slot->page >= engine->geometry.pageCount)
			return broken(engine, kZramInvariantSlot, i);
		entry = zramEntryOf(engine, slot->page);
		if ((zramEntryState(entry) != kZramStateOffloaded) || (entry->word0 != i))
			return broken(engine, kZramInvariantSlot, i);
	}
	return (owned == zramHeaderOf(engine)->offloadedPages) ? 0 : broken(engine, kZramInvariantSlot, 0);
}

int zramCheck(zramEngine *engine)
{
	int invariant;

	if (!checkGeometry(engine))
		return broken(engine, kZramInvariantGeometry, 0);
	invariant = checkChains(engine);
	if (!invariant)
		invariant = checkSlots(engine);
	for (uint32_t page = 0; !invariant && (page < engine->geometry.pageCount); page++) {
		invariant = checkContent(engine, page);
		engine->stopped = invariant ? page : engine->stopped;
	}
	if (!invariant && (engine->geometry.flags & kZramFlagWipe))
		invariant = checkWiped(engine);
	return invariant;
}
