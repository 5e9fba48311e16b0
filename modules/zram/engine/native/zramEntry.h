/*
 * A page's entry in the page table, bit by bit. entry.ts says the same in TypeScript, and a test compares them.
 *
 *   word 0   first granule, the word that fills the page, or a slot
 *   word 1   31      26 25     18 17                6 5   3 2   0
 *            | zero    | age     | stored length - 1 |codec|state|
 */

#ifndef ZRAM_ENTRY_H
#define ZRAM_ENTRY_H

#include <stdint.h>

typedef struct {
	uint32_t word0;
	uint32_t word1;
} zramEntry;

_Static_assert(sizeof(zramEntry) == 8, "an entry has two words, without padding");

/* States of a page */
enum {
	kZramEmpty = 0,      /* reads as zeros; the whole entry is zero */
	kZramSame = 1,       /* one 32-bit word all over; word 0 of the entry is that word */
	kZramCompressed = 2, /* a codec's block; word 0 is its first granule */
	kZramRaw = 3,        /* the page as it is; word 0 is its first granule */
	kZramOffloaded = 4,  /* the page as it is, on flash; word 0 is its slot */
};

#define kZramStateMask 7u
#define kZramCodecShift 3
#define kZramCodecMask (7u << kZramCodecShift) /* of a compressed page, else 0 */
#define kZramLengthShift 6
#define kZramLengthMask (0xFFFu << kZramLengthShift)
#define kZramAgeShift 18
#define kZramAgeMask (0xFFu << kZramAgeShift)
#define kZramAgeMax 255
#define kZramReservedMask 0xFC000000u

static inline uint32_t zramEntryState(const zramEntry *entry)
{
	return entry->word1 & kZramStateMask;
}

static inline uint32_t zramEntryCodec(const zramEntry *entry)
{
	return (entry->word1 & kZramCodecMask) >> kZramCodecShift;
}

/* Stored bytes, if the page has any; else 1. */
static inline uint32_t zramEntryLength(const zramEntry *entry)
{
	return ((entry->word1 & kZramLengthMask) >> kZramLengthShift) + 1;
}

#endif
