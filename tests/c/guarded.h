/* A codec between guards: its blocks and pages, next to bytes it may not touch. Include after pages.h and digest.h. */

#ifndef TEST_GUARDED_H
#define TEST_GUARDED_H

#include "zramPack.h"

enum {
	kGuard = 64, /* bytes watched on either side of an output */
	kGuardByte = 0xA5,
	kBlockLengthMax = 2 * kPageLengthMax
};

/* The encoder as tests call it, which supplies the workspace. The block has `margin` bytes behind its capacity. */
typedef uint32_t Encoder(const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);
typedef int Decoder(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);

static uint32_t digest;
static uint32_t blockArea[(kBlockLengthMax + kZramBlockMargin + 2 * kGuard) / 4];
static uint32_t pageArea[(kPageLengthMax + 2 * kGuard) / 4];
static uint8_t *const block = (uint8_t *)blockArea + kGuard;
static uint32_t *const decoded = pageArea + kGuard / 4;

static int isGuard(const uint8_t *bytes, uint32_t length)
{
	while (length--)
		if (*bytes++ != kGuardByte)
			return 0;
	return 1;
}

/*
 * Encodes to `block`, from an allocation of the page's length, so that AddressSanitizer sees reads beyond it. Returns 1 if
 * the contract was kept. Of a length kZramDeclined only the length enters the digest.
 */
static int encodeGuarded(Encoder *encoder, uint32_t margin, const Page *page, uint32_t capacity, uint32_t *length)
{
	uint32_t *copy = malloc(page->length);
	memcpy(copy, page->words, page->length);
	memset(blockArea, kGuardByte, sizeof(blockArea));
	*length = encoder(copy, page->length, block, capacity);
	free(copy);
	if (*length == kZramDeclined)
		CHECK(isGuard(block, capacity), "%s: declined, but wrote to the block", page->name);
	else
		CHECK(*length <= capacity, "%s: length %u exceeds capacity %u", page->name, (unsigned)*length,
			(unsigned)capacity);
	CHECK(isGuard((uint8_t *)blockArea, kGuard), "%s: wrote before the block", page->name);
	CHECK(isGuard(block + capacity + margin, kGuard), "%s: wrote behind the margin", page->name);
	digest = digestBytes(digestWord(digest, *length), block, (*length == kZramDeclined) ? 0 : *length);
	return 1;
}

/*
 * Decodes a copy of `bytes` that ends, margin included, where an allocation ends, so that AddressSanitizer sees reads
 * beyond it. Returns 1 if the contract was kept.
 */
static int decodeGuarded(Decoder *decoder, uint32_t margin, uint8_t marginByte, const uint8_t *bytes, uint32_t length,
	uint32_t pageLength, int *verdict)
{
	uint8_t *copy = malloc(length + margin);
	uint8_t *output = (uint8_t *)decoded;
	memcpy(copy, bytes, length);
	memset(copy + length, marginByte, margin);
	memset(pageArea, kGuardByte, sizeof(pageArea));
	*verdict = decoder(copy, length, decoded, pageLength);
	free(copy);
	CHECK(*verdict == 0 || *verdict == 1, "verdict %d", *verdict);
	CHECK(isGuard(output - kGuard, kGuard), "wrote before the page");
	CHECK(isGuard(output + pageLength, kGuard), "wrote behind the page");
	digest = digestBytes(digestWord(digest, (uint32_t)*verdict), output, *verdict ? pageLength : 0);
	return 1;
}

#endif
