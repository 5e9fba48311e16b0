/* 32-bit checksums: of pages for kZramFlagIntegrity (zramPlace.c), and of bytes for slots. */

#include "zramInternal.h"

#include <string.h>

#define kPageStart 0x7A72616Du  /* any number that is not a page's number, so that no empty page's sum is 0 */
#define kBytesStart 0x7A736C74u /* any number other than kPageStart */
#define kMultiplier 0x9E3779B1u

/* Each step is a bijection of the word, and one of the sum so far, so it never misses a change within one word. */
static inline uint32_t mix(uint32_t sum, uint32_t word)
{
	sum = (sum ^ word) * kMultiplier;
	return sum ^ (sum >> 15);
}

uint32_t zramPageSum(uint32_t page, const zramEntry *entry, const uint32_t *words, uint32_t length)
{
	uint32_t sum =
		mix(mix(mix(kPageStart, page), entry->word0), entry->word1 & ~(kZramEntryAgeMask | kZramEntryTriedMask));

	/* counted down, not up to a pointer: `words` is NULL if there are none */
	for (uint32_t count = (length + 3) >> 2; count; count--)
		sum = mix(sum, *words++);
	return sum;
}

uint32_t zramChecksum(const uint8_t *bytes, uint32_t length)
{
	uint32_t sum = kBytesStart, word;
	const uint8_t *end = bytes + (length & ~3u);

	if (((uintptr_t)bytes & 3) == 0)
		for (; bytes < end; bytes += 4)
			sum = mix(sum, *(const uint32_t *)(const void *)bytes);
	for (; bytes < end; bytes += 4) {
		memcpy(&word, bytes, 4);
		sum = mix(sum, word);
	}
	word = 0;
	memcpy(&word, bytes, length & 3);
	return (length & 3) ? mix(sum, word) : sum;
}
