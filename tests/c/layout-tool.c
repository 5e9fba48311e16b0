/*
 * Prints the numbers that C and TypeScript share, one per line, under their TypeScript names (tests/layout.test.ts).
 */

#include <stddef.h>
#include <stdio.h>

#include "zramEngine.h"
#include "zramPack.h"

#define ZRAM_CODEC(id, codec) extern const zramCodec codec;
#include "zramCodecs.h"
#undef ZRAM_CODEC

#define SAY(name, value) printf("%s %lld\n", #name, (long long)(value))
#define SAY_WORD(name, struct, member) SAY(name, offsetof(struct, member) / 4)

static void sayEntry(void)
{
	SAY(ENTRY_LENGTH, sizeof(zramEntry));
	SAY(STATE_EMPTY, kZramStateEmpty);
	SAY(STATE_SAME, kZramStateSame);
	SAY(STATE_COMPRESSED, kZramStateCompressed);
	SAY(STATE_RAW, kZramStateRaw);
	SAY(STATE_OFFLOADED, kZramStateOffloaded);
	SAY(ENTRY_STATE_MASK, kZramEntryStateMask);
	SAY(ENTRY_CODEC_SHIFT, kZramEntryCodecShift);
	SAY(ENTRY_CODEC_MASK, kZramEntryCodecMask);
	SAY(ENTRY_LENGTH_SHIFT, kZramEntryLengthShift);
	SAY(ENTRY_LENGTH_MASK, kZramEntryLengthMask);
	SAY(ENTRY_AGE_SHIFT, kZramEntryAgeShift);
	SAY(ENTRY_AGE_MASK, kZramEntryAgeMask);
	SAY(ENTRY_TRIED_MASK, kZramEntryTriedMask);
	SAY(ENTRY_RESERVED_MASK, kZramEntryReservedMask);
}

static void sayHeader(void)
{
	SAY(HEADER_LENGTH, sizeof(zramHeader));
	SAY(REGION_MAGIC, kZramMagic);
	SAY(REGION_VERSION, kZramVersion);
	SAY_WORD(MAGIC, zramHeader, magic);
	SAY_WORD(VERSION, zramHeader, version);
	SAY_WORD(FLAGS, zramHeader, flags);
	SAY_WORD(REGION_LENGTH, zramHeader, regionLength);
	SAY_WORD(PAGE_LENGTH, zramHeader, pageLength);
	SAY_WORD(PAGE_COUNT, zramHeader, pageCount);
	SAY_WORD(GRANULE_LENGTH, zramHeader, granuleLength);
	SAY_WORD(GRANULE_COUNT, zramHeader, granuleCount);
	SAY_WORD(TABLE_OFFSET, zramHeader, tableOffset);
	SAY_WORD(SUMS_OFFSET, zramHeader, sumsOffset);
	SAY_WORD(LINKS_OFFSET, zramHeader, linksOffset);
	SAY_WORD(GRANULES_OFFSET, zramHeader, granulesOffset);
	SAY_WORD(THRESHOLD, zramHeader, threshold);
	SAY_WORD(LIMIT, zramHeader, limit);
	SAY_WORD(FREE_HEAD, zramHeader, freeHead);
	SAY_WORD(FRONTIER, zramHeader, frontier);
	SAY_WORD(USED_GRANULES, zramHeader, usedGranules);
	SAY_WORD(USED_GRANULES_MAX, zramHeader, usedGranulesMax);
	SAY_WORD(PAYLOAD, zramHeader, payload);
	SAY_WORD(SAME_PAGES, zramHeader, samePages);
	SAY_WORD(COMPRESSED_PAGES, zramHeader, compressedPages);
	SAY_WORD(RAW_PAGES, zramHeader, rawPages);
	SAY_WORD(HUGE_PAGES, zramHeader, hugePages);
	SAY_WORD(OFFLOADED_PAGES, zramHeader, offloadedPages);
	SAY_WORD(READS, zramHeader, reads);
	SAY_WORD(WRITES, zramHeader, writes);
	SAY_WORD(TRIMS, zramHeader, trims);
	SAY_WORD(FAILED_READS, zramHeader, failedReads);
	SAY_WORD(FAILED_WRITES, zramHeader, failedWrites);
	SAY_WORD(HUGE_PAGES_SINCE, zramHeader, hugePagesSince);
	SAY_WORD(SLOT_COUNT, zramHeader, slotCount);
	SAY_WORD(SLOTS_OFFSET, zramHeader, slotsOffset);
	SAY_WORD(SLOT_READS, zramHeader, slotReads);
	SAY_WORD(SLOT_WRITES, zramHeader, slotWrites);
	SAY_WORD(SLOT_MOVES, zramHeader, slotMoves);
	SAY_WORD(SLOT_ERASES, zramHeader, slotErases);
	SAY_WORD(CODEC_COUNTS, zramHeader, codecs);
	SAY(CODECS_COUNTED, kZramCodecsCounted);
	SAY_WORD(HUGE_LIFE, zramHeader, hugeLife);
}

static void sayCodes(void)
{
	SAY(PRESSURE, kZramPressure);
	SAY(STOP_PAGE, kZramStopPage);
	SAY(STOP_HUGE, kZramStopHuge);
	SAY(ERROR_FULL, kZramErrorFull);
	SAY(ERROR_CORRUPT, kZramErrorCorrupt);
	SAY(STOP_ON_FLASH, kZramStopOnFlash);
	SAY(ERROR_ROT, kZramErrorRot);
	SAY(STOP_NOTHING, kZramStopNothing);
	SAY(ERROR_MEMORY, kZramErrorMemory);
	SAY(STOP_FULL, kZramStopFull);
	SAY(ERROR_CLOSED, kZramErrorClosed);
	SAY(ERROR_BUSY, kZramErrorBusy);
	SAY(ERROR_ARENA, kZramErrorArena);
	SAY(ERROR_BUFFER, kZramErrorBuffer);
	SAY(ERROR_OFFSET, kZramErrorOffset);
	SAY(ERROR_OVERLAP, kZramErrorOverlap);
	SAY(FLAG_INTEGRITY, kZramFlagIntegrity);
	SAY(FLAG_WIPE, kZramFlagWipe);
	SAY(MODE_KEEP, kZramModeKeep);
	SAY(MODE_ONE_PAGE, kZramModeOnePage);
	SAY(MODE_STAGED, kZramModeStaged);
	SAY(MODE_WRITTEN, kZramModeWritten);
	SAY(MODE_TRIMMED, kZramModeTrimmed);
	SAY(MODE_UNPACKED, kZramModeUnpacked);
	SAY(RESERVE_FULL, kZramReserveFull);
	SAY(RESERVE_USED, kZramReserveUsed);
	SAY(RESERVE_LOW, kZramReserveLow);
	SAY(CODECS_ALL, kZramCodecsAll);
}

static void sayInvariants(void)
{
	SAY(INVARIANT_GEOMETRY, kZramInvariantGeometry);
	SAY(INVARIANT_ENTRY, kZramInvariantEntry);
	SAY(INVARIANT_CHAIN, kZramInvariantChain);
	SAY(INVARIANT_SHARED, kZramInvariantShared);
	SAY(INVARIANT_FREE, kZramInvariantFree);
	SAY(INVARIANT_USED, kZramInvariantUsed);
	SAY(INVARIANT_STATISTICS, kZramInvariantStatistics);
	SAY(INVARIANT_TAIL, kZramInvariantTail);
	SAY(INVARIANT_SUM, kZramInvariantSum);
	SAY(INVARIANT_BLOCK, kZramInvariantBlock);
	SAY(INVARIANT_WIPED, kZramInvariantWiped);
	SAY(INVARIANT_SLOT, kZramInvariantSlot);
}

static void sayPlan(void)
{
	SAY_WORD(PLAN_ARENA_LENGTH, zramPlanWords, arenaLength);
	SAY_WORD(PLAN_PAGE_COUNT, zramPlanWords, pageCount);
	SAY_WORD(PLAN_PAGE_LENGTH, zramPlanWords, pageLength);
	SAY_WORD(PLAN_SLOT_COUNT, zramPlanWords, slotCount);
	SAY_WORD(PLAN_FLAGS, zramPlanWords, flags);
	SAY_WORD(PLAN_THRESHOLD, zramPlanWords, threshold);
	SAY_WORD(PLAN_MODE, zramPlanWords, mode);
	SAY_WORD(PLAN_CODECS, zramPlanWords, codecs);
	SAY_WORD(PLAN_GRANULE_LENGTH, zramPlanWords, granuleLength);
	SAY_WORD(PLAN_GRANULE_COUNT, zramPlanWords, granuleCount);
	SAY_WORD(PLAN_METADATA, zramPlanWords, metadataLength);
	SAY_WORD(PLAN_SCRATCH, zramPlanWords, scratchLength);
	SAY_WORD(PLAN_ARENA_MIN, zramPlanWords, arenaMin);
	SAY_WORD(PLAN_ARENA_MAX, zramPlanWords, arenaMax);
	SAY(PLAN_WORDS, sizeof(zramPlanWords) / 4);
}

static void saySlots(void)
{
	SAY(SLOT_UNKNOWN, kZramSlotUnknown);
	SAY(SLOT_FREE, kZramSlotFree);
	SAY(SLOT_SUSPECT, kZramSlotSuspect);
	SAY(SLOT_ERASED, kZramSlotErased);
	SAY(SLOT_USED, kZramSlotUsed);
	SAY(SLOT_ROTTEN, kZramSlotRotten);
	SAY(SLOT_RETIRED, kZramSlotRetired);
	SAY(SLOT_LOG, kZramSlotLog);
	SAY(SLOT_LENGTH, sizeof(zramSlot));
}

static void saySurvey(void)
{
	SAY_WORD(LEAST, zramSurvey, least);
	SAY_WORD(MOST, zramSurvey, most);
	SAY_WORD(SUM_LOW, zramSurvey, sumLow);
	SAY_WORD(SUM_HIGH, zramSurvey, sumHigh);
	SAY_WORD(SLOTS, zramSurvey, slots);
	SAY_WORD(USED_SLOTS, zramSurvey, used);
	SAY_WORD(ERASED_SLOTS, zramSurvey, erased);
	SAY_WORD(RETIRED_SLOTS, zramSurvey, retired);
	SAY_WORD(LOG_LEAST, zramSurvey, logLeast);
	SAY_WORD(LOG_MOST, zramSurvey, logMost);
	SAY_WORD(LEAST_USED, zramSurvey, leastUsed);
	SAY_WORD(LEAST_ERASED, zramSurvey, leastErased);
	SAY_WORD(LEAST_DIRTY, zramSurvey, leastDirty);
	SAY_WORD(LEAST_UNKNOWN, zramSurvey, leastUnknown);
	SAY(SURVEY_WORDS, sizeof(zramSurvey) / 4);
	SAY(NO_SLOT, kZramNoPage);
}

static void sayCodec(unsigned id, const zramCodec *codec)
{
	printf("%s.id %u\n", codec->name, id);
	printf("%s.tried %u\n", codec->name, (unsigned)codec->tried);
	printf("%s.saves %u\n", codec->name, (unsigned)codec->saves);
}

static void sayCodecs(void)
{
#define ZRAM_CODEC(id, codec) sayCodec(id, &codec);
#include "zramCodecs.h"
#undef ZRAM_CODEC
}

int main(void)
{
	sayEntry();
	sayHeader();
	sayCodes();
	sayInvariants();
	sayPlan();
	saySlots();
	saySurvey();
	sayCodecs();
	return 0;
}
