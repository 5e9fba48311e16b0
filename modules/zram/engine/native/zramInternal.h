/*
 * What the engine's files share with each other: where things are in the region, and the functions that one file has
 * for the others, file by file. What callers may use is in zramEngine.h.
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
 * Granules, and chains of them. A chain is identified by its first granule (kZramEnd if it has none) and its length,
 * which the page's entry knows. No loop runs longer than a chain's length, whatever the links say.
 */

/*
 * Gives the chain at `first`, which has `have` granules, `need` granules: cuts it, or adds free granules to its end.
 * The caller has checked that there is room. It verifies everything before it changes anything, so on kZramErrorCorrupt
 * nothing has changed.
 */
int zramChainResize(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need);

/*
 * Overwrites `length` bytes of a chain of `have` granules, from byte `start` on; all of them lie within the chain.
 * Returns kZramOK, or kZramErrorCorrupt with nothing changed.
 */
int zramChainPatch(
	const zramEngine *engine, uint32_t first, uint32_t have, uint32_t start, const uint8_t *bytes, uint32_t length);

/*
 * Copies `length` bytes, rounded up to whole granules, to a chain that was just resized. The caller has zeroed the
 * rest of the last granule in `words`.
 */
void zramChainScatter(const zramEngine *engine, uint32_t first, const uint32_t *words, uint32_t length);

/*
 * Copies a chain of `count` granules to `words`. Returns kZramOK, or kZramErrorCorrupt if the chain is shorter or
 * longer, or leads out of the arena.
 */
int zramChainGather(const zramEngine *engine, uint32_t first, uint32_t *words, uint32_t count);

/* --- zramLayout.c ----------------------------------------------------------------------------------------------- */

/* Writes the header of a region without pages. */
ZRAM_COLD void zramWriteHeader(zramEngine *engine);

/* --- zramPlace.c ------------------------------------------------------------------------------------------------ */

#define kZramBadEntry UINT32_MAX

/* How many granules a page with this entry has, or kZramBadEntry if no operation can have written the entry. */
uint32_t zramEntryGranules(const zramEngine *engine, const zramEntry *entry);

/*
 * Replaces what the page stores. Returns kZramOK; or kZramErrorFull or kZramErrorCorrupt, and the page keeps what it
 * had.
 */
int zramPlace(zramEngine *engine, uint32_t page, const zramPacked *packed);

/* Whether parts of the page can be overwritten in place: it is stored uncompressed, and has no checksum. */
int zramIsPatchable(const zramEngine *engine, uint32_t page);

/* Overwrites a part of a patchable page. Returns kZramOK, or kZramErrorCorrupt with nothing changed. */
int zramPatch(const zramEngine *engine, uint32_t page, uint32_t start, const uint8_t *bytes, uint32_t length);

/*
 * Like zramPlace, for stored bytes in a chain, when nobody has written the page: it counts nothing. The new entry has
 * age 0 and no mark.
 */
int zramPlaceChain(zramEngine *engine, uint32_t page, const zramPacked *packed);

/*
 * Frees what the page takes and gives it this entry, which has no granules. Returns kZramOK, or kZramErrorCorrupt with
 * nothing changed.
 */
int zramStoreWord(zramEngine *engine, uint32_t page, const zramEntry *fresh);

/* Like zramStoreWord, for a page that was overwritten or trimmed: its age counts as a life (zramNoteLife). */
int zramOverwriteWord(zramEngine *engine, uint32_t page, const zramEntry *fresh);

/*
 * Copies the page's stored bytes to engine->block, or to `words` if they are the page itself; `packed` says what they
 * are. Returns kZramOK or kZramErrorCorrupt. For a page on flash that is not in staging it returns kZramStopOnFlash;
 * for one in staging, kZramErrorRot is possible. Changes nothing in the region but counters.
 */
int zramFetch(zramEngine *engine, uint32_t page, uint32_t *words, zramPacked *packed);

/* Ends an operation that went well: kZramOK, or kZramPressure if that is due. */
int zramSucceed(zramEngine *engine);

/* --- zramSum.c --------------------------------------------------------------------------------------------------- */

/*
 * The checksum that kZramFlagIntegrity keeps: of the page's number, its entry without age and mark, and its stored
 * bytes rounded up to whole words.
 */
uint32_t zramPageSum(uint32_t page, const zramEntry *entry, const uint32_t *words, uint32_t length);

/* --- zramEngine.c ----------------------------------------------------------------------------------------------- */

/* Loads a page into `words`, which is not engine->block. Returns what zramFetch does. */
int zramLoadPage(zramEngine *engine, uint32_t page, uint32_t *words);

/*
 * Packs `words` and places them as the page. Returns what zramPlace does; unless mode has kZramModeKeep, kZramStopHuge
 * or kZramStopFull instead of kZramErrorFull, and kZramStopHuge if the page waits (zramWaits).
 */
int zramStorePage(zramEngine *engine, uint32_t page, const uint32_t *words, uint32_t mode);

/* Ends an operation at a page that it could not finish: remembers the page, counts failures, returns `code`. */
int zramStop(zramEngine *engine, uint32_t page, int code, zramCounter *failures);

/* --- zramLate.c -------------------------------------------------------------------------------------------------- */

/*
 * Whether a huge page of `length` stored bytes has to wait: it would use up some of the reserve, or its slot already
 * seems to hold the same bytes (the checksums are equal).
 */
int zramWaits(const zramEngine *engine, uint32_t page, const uint32_t *words, uint32_t length);

/* A page with this entry was overwritten or trimmed. If it was huge, its age goes into the mean (header.hugeLife). */
void zramNoteLife(zramEngine *engine, const zramEntry *old);

/* --- zramSlots.c ------------------------------------------------------------------------------------------------ */

/* The slot that an offloaded page's entry names, or NULL if the slot does not belong to the page. */
zramSlot *zramSlotOfPage(const zramEngine *engine, uint32_t page, const zramEntry *entry);

/* Frees the slot of a page that has left it; does nothing if it has no page. */
void zramFreeSlot(zramSlot *slot);

#endif
