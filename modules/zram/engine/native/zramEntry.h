/*
 * A page's entry in the page table, bit by bit. entry.ts is the same in TypeScript; tests/layout.test.ts compares the
 * two.
 *
 *   word 0   first granule, the word that fills the page, or a slot
 *   word 1   31   27 26     25     18 17                6 5   3 2   0
 *            | zero | tried | age     | stored length - 1 |codec|state|
 */

#ifndef ZRAM_ENTRY_H
#define ZRAM_ENTRY_H

#include <stdint.h>

#include "zramCompiler.h"

typedef struct {
	uint32_t word0;
	uint32_t word1;
} zramEntry;

_Static_assert(sizeof(zramEntry) == 8, "an entry has two words, without padding");

/* States of a page */
enum {
	kZramStateEmpty = 0,      /* reads as zeros; the whole entry is zero */
	kZramStateSame = 1,       /* one 32-bit word all over; word 0 of the entry is that word */
	kZramStateCompressed = 2, /* a codec's block; word 0 is its first granule */
	kZramStateRaw = 3,        /* the page itself, not compressed; word 0 is its first granule */
	kZramStateOffloaded = 4,  /* the page itself, on flash; word 0 is its slot */
};

#define kZramEntryStateMask 7u
#define kZramEntryCodecShift 3
#define kZramEntryCodecMask (7u << kZramEntryCodecShift) /* 0 unless the page is compressed */
#define kZramEntryLengthShift 6
#define kZramEntryLengthMask (0xFFFu << kZramEntryLengthShift)
#define kZramEntryAgeShift 18
#define kZramEntryAgeMask (0xFFu << kZramEntryAgeShift)
#define kZramEntryAgeMax 255
#define kZramEntryTriedMask (1u << 26) /* repacking has not made it smaller; only pages with stored bytes have it */
#define kZramEntryReservedMask 0xF8000000u

static inline uint32_t zramEntryState(const zramEntry *entry)
{
	return entry->word1 & kZramEntryStateMask;
}

static inline uint32_t zramEntryCodec(const zramEntry *entry)
{
	return (entry->word1 & kZramEntryCodecMask) >> kZramEntryCodecShift;
}

/* The length in bytes of what the page stores; 1 if it stores nothing. */
static inline uint32_t zramEntryLength(const zramEntry *entry)
{
	return ((entry->word1 & kZramEntryLengthMask) >> kZramEntryLengthShift) + 1;
}

#endif
