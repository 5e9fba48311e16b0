/*
 * Packing: decides which codec a page is compressed with, if any. See zramPack.h.
 *
 * It looks in this order: is the page one word all over? Then each codec that may be used, if what the ones before it
 * leave makes it worth trying. If none helps, the page is stored raw.
 */

#include "zramPack.h"

#include "zramEntry.h"

#include <string.h>

#define ZRAM_CODEC(id, codec) extern const zramCodec codec;
#include "zramCodecs.h"
#undef ZRAM_CODEC

static const zramCodec *const codecs[kZramCodecIds] = {
#define ZRAM_CODEC(id, codec) [id] = &codec,
#include "zramCodecs.h"
#undef ZRAM_CODEC
};

void zramStartPacker(zramPacker *packer, uint32_t pageLength, uint32_t granuleLength, uint32_t allowed)
{
	packer->pageLength = pageLength;
	packer->granuleLength = granuleLength;
	packer->codecs = 0;
	packer->prepared = kZramCodecIds;
	for (uint32_t id = 0; id < kZramCodecIds; id++)
		if (codecs[id])
			packer->codecs |= allowed & (1u << id);
}

const zramCodec *zramCodecOf(uint32_t id)
{
	return (id < kZramCodecIds) ? codecs[id] : NULL;
}

void *zramBorrowWorkspace(zramPacker *packer)
{
	packer->prepared = kZramCodecIds;
	return packer->workspace;
}

/* --- in --------------------------------------------------------------------------------------------------------- */

int zramIsSame(const uint32_t *words, uint32_t length)
{
	const uint32_t *end = words + (length >> 2);
	uint32_t first = *words;

	while (++words < end)
		if (*words != first)
			return 0;
	return 1;
}

static uint32_t encode(zramPacker *packer, uint32_t id, const uint32_t *page, uint32_t *block, uint32_t capacity)
{
	const zramCodec *codec = codecs[id];

	if (!codec->leavesWorkspace) {
		if ((packer->prepared != id) && codec->prepare)
			codec->prepare(packer->workspace);
		packer->prepared = id;
	}
	return codec->encode(packer->workspace, page, packer->pageLength, (uint8_t *)block, capacity);
}

/* The longest block that a codec may make of a page that takes `length` bytes so far; 0 if it is not worth trying. */
static uint32_t capacityFor(const zramPacker *packer, const zramCodec *codec, uint32_t length)
{
	uint32_t least = length * codec->saves >> 8;

	if (least < packer->granuleLength)
		least = packer->granuleLength;
	return ((length << 8 >= packer->pageLength * codec->tried) && (length > least)) ? length - least : 0;
}

void zramPack(zramPacker *packer, const uint32_t *page, uint32_t *block, zramPacked *packed)
{
	uint32_t pageLength = packer->pageLength, granuleLength = packer->granuleLength;
	uint32_t last = 0, room = 0, set = packer->codecs;

	*packed = (zramPacked){ kZramStateRaw, 0, pageLength, page };
	if (zramIsSame(page, pageLength)) {
		packed->state = kZramStateSame;
		packed->length = 0;
		return;
	}
	for (uint32_t id = 0; set; id++, set >>= 1) {
		uint32_t capacity = (set & 1) ? capacityFor(packer, codecs[id], packed->length) : 0;
		uint32_t length = capacity ? encode(packer, id, page, block, capacity) : kZramDeclined;

		if (length == kZramDeclined)
			continue;
		last = id;
		if (length) {
			*packed = (zramPacked){ kZramStateCompressed, id, length, block };
			room = capacity;
		}
	}
	if (packed->state == kZramStateRaw)
		return;
	if (last != packed->codec) /* a codec tried later has lost, but has overwritten the block */
		encode(packer, packed->codec, page, block, room);
	memset((uint8_t *)block + packed->length, 0, -packed->length & (granuleLength - 1));
}

/* --- out -------------------------------------------------------------------------------------------------------- */

static void fill(uint32_t *words, uint32_t word, uint32_t length)
{
	for (const uint32_t *end = words + (length >> 2); words < end; words += 4)
		words[0] = words[1] = words[2] = words[3] = word;
}

int zramUnpack(zramPacker *packer, const zramPacked *packed, uint32_t *page)
{
	const zramCodec *codec;

	if (packed->state == kZramStateCompressed) {
		codec = codecs[packed->codec];
		if (!codec)
			return 0;
		if (codec->decodesInWorkspace)
			packer->prepared = kZramCodecIds;
		return codec->decode(
			packer->workspace, (const uint8_t *)packed->words, packed->length, page, packer->pageLength);
	}
	if (packed->state == kZramStateSame)
		fill(page, *packed->words, packer->pageLength);
	return 1;
}
