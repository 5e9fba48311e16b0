/*
 * Fuzz target: the decoder of columns takes any bytes. The first byte chooses the page's length, the rest is the block. What
 * decodes, and the block's bytes as if they were a page, must survive being encoded and decoded again.
 */

#include <stdlib.h>
#include <string.h>

#include "zramColumns.h"
#include "zramPack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encodeAgain(const uint32_t *page, uint32_t pageLength)
{
	uint8_t *block = malloc(pageLength + kZramColumnsMargin);
	uint32_t *again = malloc(pageLength), length;

	length = zramColumnsEncode(page, pageLength, block, pageLength);
	if (length && length != kZramDeclined
		&& (!zramColumnsDecode(block, length, again, pageLength) || memcmp(page, again, pageLength)))
		abort();
	free(again);
	free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t pageLength, length;
	uint32_t *page;
	uint8_t *block;

	if ((size < 1) || (size > 3 * 4096))
		return 0;
	pageLength = 512u << (data[0] & 3);
	length = (uint32_t)size - 1;
	/* exactly as much memory as may be touched */
	page = malloc(pageLength);
	block = malloc(length + kZramColumnsMargin);
	memcpy(block, data + 1, length);
	memset(block + length, 0xA5, kZramColumnsMargin);
	if (zramColumnsDecode(block, length, page, pageLength))
		encodeAgain(page, pageLength);
	for (uint32_t i = 0; length && (i < pageLength); i++)
		((uint8_t *)page)[i] = block[i % length];
	encodeAgain(page, pageLength);
	free(block);
	free(page);
	return 0;
}
