/*
 * For the engine's own files: where things are in the region, and what the files have for each other. What a caller may
 * use is in zramEngine.h.
 */

#ifndef ZRAM_INTERNAL_H
#define ZRAM_INTERNAL_H

#include "zramEngine.h"

static inline zramHeader *zramHeaderOf(const zramEngine *engine)
{
	return (zramHeader *)(void *)engine->region;
}

static inline uint16_t *zramLinksOf(const zramEngine *engine)
{
	return (uint16_t *)(void *)(engine->region + engine->geometry.linksOffset);
}

static inline uint32_t *zramGranuleOf(const zramEngine *engine, uint32_t granule)
{
	return (uint32_t *)(void *)(engine->region + engine->geometry.granulesOffset
		+ (granule << engine->geometry.granuleShift));
}

static inline zramEntry *zramEntryOf(const zramEngine *engine, uint32_t page)
{
	return (zramEntry *)(void *)(engine->region + engine->geometry.tableOffset) + page;
}

static inline uint32_t *zramSumOf(const zramEngine *engine, uint32_t page)
{
	return (uint32_t *)(void *)(engine->region + engine->geometry.sumsOffset) + page;
}

static inline zramSlot *zramSlotOf(const zramEngine *engine, uint32_t slot)
{
	return (zramSlot *)(void *)(engine->region + engine->geometry.slotsOffset) + slot;
}

static inline void zramCount(zramCounter *counter)
{
	if (++counter->low == 0)
		counter->high++;
}

/* Granules that `length` bytes take. */
static inline uint32_t zramGranulesFor(const zramEngine *engine, uint32_t length)
{
	return (length + engine->geometry.granuleLength - 1) >> engine->geometry.granuleShift;
}

/*
 * --- zramArena.c ------------------------------------------------------------------------------------------------
 *
 * A chain is named by its first granule (kZramEnd for no granules) and by its length, which the page's entry knows.
 * Nothing in there loops longer than a chain's length, whatever the links say.
 */

/*
 * Makes the chain at `first` with `have` granules one of `need` granules: cuts it, or adds free granules to its end.
 * The caller has seen that there is room. Everything that it is going to change is verified first: on kZramErrorCorrupt
 * nothing has changed.
 */
int zramChainResize(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need);

/*
 * Writes `length` bytes over those of a chain with `have` granules from byte `start` on, all of which it has. kZramOK, or
 * kZramErrorCorrupt and nothing has changed.
 */
int zramChainPatch(
	const zramEngine *engine, uint32_t first, uint32_t have, uint32_t start, const uint8_t *bytes, uint32_t length);

/* Copies `length` bytes (whole granules: the tail of `words` is the caller's to clear) to a chain just resized. */
void zramChainScatter(const zramEngine *engine, uint32_t first, const uint32_t *words, uint32_t length);

/*
 * Copies a chain of `count` granules to `words`. Returns kZramOK, or kZramErrorCorrupt when the chain is shorter, longer, or
 * leads out of the arena.
 */
int zramChainGather(const zramEngine *engine, uint32_t first, uint32_t *words, uint32_t count);

/* --- zramLayout.c ----------------------------------------------------------------------------------------------- */

/* The header of a region without pages. */
ZRAM_COLD void zramWriteHeader(zramEngine *engine);

/* --- zramPlace.c ------------------------------------------------------------------------------------------------ */

#define kZramBadEntry UINT32_MAX

/* Granules that the page of `entry` has, or kZramBadEntry if no operation can have written this entry. */
uint32_t zramEntryGranules(const zramEngine *engine, const zramEntry *entry);

/* Gives the page these stored bytes. kZramOK; or kZramErrorFull or kZramErrorCorrupt, and then it has what it had. */
int zramPlace(zramEngine *engine, uint32_t page, const zramPacked *packed);

/* Whether the page's bytes lie in the region as they are, and have no checksum: then they can be written over. */
int zramIsPatchable(const zramEngine *engine, uint32_t page);

/* Writes over some of them. kZramOK, or kZramErrorCorrupt and nothing has changed. */
int zramPatch(const zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length);

/* Likewise, a chain of granules, and nobody has written the page: nothing is counted, and it is as good as new. */
int zramPlaceChain(zramEngine *engine, uint32_t page, const zramPacked *packed);

/* Frees what the page's entry has and gives it this one, without granules. kZramOK or kZramErrorCorrupt. */
int zramStoreWord(zramEngine *engine, uint32_t page, const zramEntry *fresh);

/* Likewise, and the page has other bytes now. */
int zramOverwriteWord(zramEngine *engine, uint32_t page, const zramEntry *fresh);

/*
 * The page's stored bytes: to engine->block, or if they are the page as it is, to `words`. kZramOK or kZramErrorCorrupt;
 * changes nothing in the region. A page on flash is kZramStopOnFlash, unless it is staged; then kZramErrorRot is possible.
 */
int zramFetch(zramEngine *engine, uint32_t page, uint32_t *words, zramPacked *packed);

/* What an operation that went well answers. */
int zramSucceed(zramEngine *engine);

/* --- zramSum.c --------------------------------------------------------------------------------------------------- */

/* The checksum that kZramFlagIntegrity keeps: over page number, entry without its age and mark, and stored bytes as whole words. */
uint32_t zramPageSum(uint32_t page, const zramEntry *entry, const uint32_t *words, uint32_t length);

/* --- zramEngine.c ----------------------------------------------------------------------------------------------- */

/* The page's bytes to `words`, which is not engine->block. As zramFetch, which has them where they are. */
int zramLoadPage(zramEngine *engine, uint32_t page, uint32_t *words);

/* Stores `words` as the page: packs and places them. kZramStopHuge and kZramStopFull are possible unless mode has kZramModeKeep. */
int zramStorePage(zramEngine *engine, uint32_t page, const uint32_t *words, uint32_t mode);

/* Ends an operation at a page; counts failures. */
int zramStop(zramEngine *engine, uint32_t page, int code, zramCounter *failures);

/* --- zramLate.c -------------------------------------------------------------------------------------------------- */

/*
 * A huge page, which would be stored in so many bytes, has to wait: it would take of the reserve, or its slot seems to have
 * the same bytes already.
 */
int zramWaits(const zramEngine *engine, uint32_t page, const uint32_t *words, uint32_t length);

/* A page was overwritten or trimmed that had this entry: if it was huge, that was how old such pages get. */
void zramNoteLife(zramEngine *engine, const zramEntry *old);

/* --- zramSlots.c ------------------------------------------------------------------------------------------------ */

/* The slot of an offloaded page's entry, or NULL if it is not that page's. */
zramSlot *zramSlotOfPage(const zramEngine *engine, uint32_t page, const zramEntry *entry);

/* The page has left its slot. */
void zramFreeSlot(zramSlot *slot);

#endif
