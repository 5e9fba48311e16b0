/*
 * Fuzz target: the decoder of dense takes any bytes. The first byte chooses the page's length, the rest is the block. What
 * decodes, and the block's bytes as if they were a page, must survive being encoded and decoded again.
 */

#include <stdlib.h>
#include <string.h>

#include "zramDense.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void encodeAgain(const uint32_t *page, uint32_t pageLength)
{
	uint8_t *block = malloc(pageLength + kZramDenseMargin);
	uint32_t *again = malloc(pageLength), *workspace = malloc(kZramDenseEncodeLength), length;

	length = zramDenseEncode(workspace, page, pageLength, block, pageLength);
	if (length && (!zramDenseDecode(workspace, block, length, again, pageLength) || memcmp(page, again, pageLength)))
		abort();
	free(workspace);
	free(again);
	free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t pageLength, length;
	uint32_t *page, *workspace;
	uint8_t *block;

	if ((size < 1) || (size > 3 * 4096))
		return 0;
	pageLength = 512u << (data[0] & 3);
	length = (uint32_t)size - 1;
	/* exactly as much memory as may be touched */
	page = malloc(pageLength);
	workspace = malloc(kZramDenseDecodeLength);
	block = malloc(length + kZramDenseMargin);
	memcpy(block, data + 1, length);
	memset(block + length, 0xA5, kZramDenseMargin);
	if (zramDenseDecode(workspace, block, length, page, pageLength))
		encodeAgain(page, pageLength);
	for (uint32_t i = 0; length && (i < pageLength); i++)
		((uint8_t *)page)[i] = block[i % length];
	encodeAgain(page, pageLength);
	free(workspace);
	free(block);
	free(page);
	return 0;
}
