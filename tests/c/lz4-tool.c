/*
 * The codec as a filter, so that other implementations can be held against it (tests/lz4js.test.ts).
 *
 *   lz4-tool encode PAGELENGTH < pages > blocks
 *   lz4-tool decode PAGELENGTH < blocks > pages
 *   lz4-tool judge COUNT < hostile > digests     (tests/blocks.test.ts)
 *
 * `judge` takes any bytes for blocks, with a page length of its own each: records of two uint32, page length and length,
 * and so many bytes. For every COUNT of them, and for the rest, it says how many decode, and a digest of verdicts and pages.
 * Block and page have exactly the memory that they may touch, so that AddressSanitizer sees a byte too far.
 *
 * In the others, blocks are records: a uint32 length, little-endian, then so many bytes; length 0 stands for a page that saves less
 * than 64 bytes, or for a block that does not decode. Exit code 2 if the input ends within a page or record.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zramLZ4.h"

static uint32_t page[kZramLZ4PageLengthMax / 4];
static uint32_t block[(kZramLZ4PageLengthMax + kZramLZ4Margin) / 4];
static zramLZ4Table table;

static int encodePages(uint32_t pageLength)
{
	size_t count;

	while ((count = fread(page, 1, pageLength, stdin)) == pageLength) {
		uint32_t length = zramLZ4Encode(&table, page, pageLength, (uint8_t *)block, pageLength - 64);
		fwrite(&length, sizeof(length), 1, stdout);
		fwrite(block, 1, length, stdout);
	}
	return count ? 2 : 0;
}

static int decodeBlocks(uint32_t pageLength)
{
	uint32_t length;

	while (fread(&length, sizeof(length), 1, stdin) == 1) {
		if ((length > pageLength) || (fread(block, 1, length, stdin) != length))
			return 2;
		if (!length || !zramLZ4Decode((uint8_t *)block, length, page, pageLength))
			memset(page, 0, pageLength);
		fwrite(page, 1, pageLength, stdout);
	}
	return 0;
}

static uint32_t roll(uint32_t sum, uint32_t value)
{
	sum = (sum ^ value) * 0x01000193u;
	return sum ^ (sum >> 15);
}

/* The digest, with one block more. Returns 0 if its bytes are not all there. */
static int judgeBlock(uint32_t pageLength, uint32_t length, uint32_t *accepted, uint32_t *digest)
{
	uint32_t *decoded = malloc(pageLength);
	uint8_t *bytes = malloc(length + kZramLZ4Margin);
	int isWhole = decoded && bytes && (fread(bytes, 1, length, stdin) == length);

	if (isWhole) {
		int verdict;
		memset(bytes + length, 0xA5, kZramLZ4Margin);
		verdict = zramLZ4Decode(bytes, length, decoded, pageLength);
		*accepted += (uint32_t)verdict;
		*digest = roll(*digest, (uint32_t)verdict);
		for (uint32_t i = 0; verdict && (i < pageLength / 4); i++)
			*digest = roll(*digest, decoded[i]);
	}
	free(decoded);
	free(bytes);
	return isWhole;
}

static int judgeBlocks(uint32_t count)
{
	uint32_t lengths[2], accepted = 0, digest = 0, blocks = 0;

	while (fread(lengths, sizeof(lengths), 1, stdin) == 1) {
		if (!judgeBlock(lengths[0], lengths[1], &accepted, &digest))
			return 2;
		if (++blocks % count == 0)
			printf("%u %d\n", (unsigned)accepted, (int)digest);
	}
	printf("%u %d\n", (unsigned)accepted, (int)digest);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t pageLength = (argc == 3) ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;

	zramLZ4Init(&table);
	if (pageLength && !strcmp(argv[1], "judge"))
		return judgeBlocks(pageLength);
	if ((pageLength < kZramLZ4PageLengthMin) || (pageLength > kZramLZ4PageLengthMax))
		return 2;
	return strcmp(argv[1], "encode") ? decodeBlocks(pageLength) : encodePages(pageLength);
}
