/*
 * The codec as a filter, so that other implementations can be held against it (tests/lz4js.test.ts).
 *
 *   lz4-tool encode PAGELENGTH < pages > blocks
 *   lz4-tool decode PAGELENGTH < blocks > pages
 *
 * Blocks are records: a uint32 length, little-endian, then so many bytes; length 0 stands for a page that saves less
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

int main(int argc, char **argv)
{
	uint32_t pageLength = (argc == 3) ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;

	zramLZ4Init(&table);
	if ((pageLength < kZramLZ4PageLengthMin) || (pageLength > kZramLZ4PageLengthMax))
		return 2;
	return strcmp(argv[1], "encode") ? decodeBlocks(pageLength) : encodePages(pageLength);
}
