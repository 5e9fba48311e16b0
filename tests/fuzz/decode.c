/*
 * Fuzz target: the decoder takes any bytes. The first byte chooses the page's length, the rest is the block. What decodes
 * must survive being encoded and decoded again.
 */

#include <stdlib.h>
#include <string.h>

#include "zramLZ4.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encodeAgain(const uint32_t *page, uint32_t pageLength)
{
	zramLZ4Table *table = malloc(sizeof(zramLZ4Table));
	uint8_t *block = malloc(pageLength + kZramLZ4Margin);
	uint32_t *again = malloc(pageLength), length;

	zramLZ4Init(table);
	length = zramLZ4Encode(table, page, pageLength, block, pageLength);
	if (length && (!zramLZ4Decode(block, length, again, pageLength) || memcmp(page, again, pageLength)))
		abort();
	free(again);
	free(block);
	free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t pageLength, length;
	uint32_t *page;
	uint8_t *block;

	if ((size < 1) || (size > 3 * kZramLZ4PageLengthMax))
		return 0;
	pageLength = 512u << (data[0] & 3);
	length = (uint32_t)size - 1;
	/* exactly as much memory as may be touched */
	page = malloc(pageLength);
	block = malloc(length + kZramLZ4Margin);
	memcpy(block, data + 1, length);
	memset(block + length, 0xA5, kZramLZ4Margin);
	if (zramLZ4Decode(block, length, page, pageLength))
		encodeAgain(page, pageLength);
	free(block);
	free(page);
	return 0;
}
