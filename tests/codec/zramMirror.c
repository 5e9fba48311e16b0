/*
 * A pretend codec, for tests/codec.test.ts: a page that reads the same backwards is stored as its first half. mirror.ts is
 * its other half.
 */

#include "zramPack.h"

#include <string.h>

static void turn(uint8_t *to, const uint8_t *from, uint32_t length)
{
	for (uint32_t i = 0; i < length; i++)
		to[i] = from[length - 1 - i];
}

/* Nothing is to be made ready; but having this says that the workspace is used. */
static void prepare(void *workspace)
{
	(void)workspace;
}

/* It writes to workspace and block, also when it fails: neither may matter to the other codecs. */
static uint32_t encode(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	turn(workspace, (const uint8_t *)page, pageLength);
	memcpy(block, workspace, pageLength / 2);
	return ((pageLength / 2 <= capacity) && !memcmp(workspace, page, pageLength)) ? pageLength / 2 : 0;
}

static int decode(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	(void)workspace;
	if (length != pageLength / 2)
		return 0;
	memcpy(page, block, length);
	turn((uint8_t *)page + length, block, length);
	return 1;
}

const zramCodec zramMirrorCodec = {
	.name = "mirror",
	.tried = 52,
	.saves = 26,
	.prepare = prepare,
	.encode = encode,
	.decode = decode,
};
