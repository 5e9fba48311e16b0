/*
 * Codecs as filters, to compare other implementations with them (tests/lz4js.test.ts, tests/blocks.test.ts).
 *
 *   codec-tool encode PAGELENGTH < pages > blocks       LZ4
 *   codec-tool decode PAGELENGTH < blocks > pages       LZ4
 *   codec-tool judge COUNT CODEC < hostile > digests    any, by its id
 *   codec-tool pack COUNT CODECS < pages > digests      those of a set
 *
 * `judge` takes any bytes as blocks, each with its own page length: records of two uint32, page length and length, then that
 * many bytes. After every COUNT of them, and at the end, it prints how many decoded, and a digest of verdicts and pages.
 * Block and page get exactly the memory they may touch, so AddressSanitizer sees a byte too far. `pack` takes pages the
 * same way, each with its length twice, and prints how many it compressed, and a digest of the results.
 *
 * For `encode` and `decode`, blocks are records: a uint32 length, little-endian, then that many bytes. Length 0 stands for a
 * page that saves less than 64 bytes, or for a block that doesn't decode. Exit code 2 if the input ends inside a page or
 * record.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zramEntry.h"
#include "zramLZ4.h"
#include "zramPack.h"

static uint32_t page[kZramLZ4PageLengthMax / 4];
static uint32_t block[(kZramLZ4PageLengthMax + kZramBlockMargin) / 4];
static zramLZ4Table table;
static zramPacker packer;

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

/* Adds a block to the digest. Returns 0 if bytes of it are missing. */
static int judgeBlock(uint32_t codec, uint32_t pageLength, uint32_t length, uint32_t *accepted, uint32_t *digest)
{
	uint32_t *decoded = malloc(pageLength);
	uint8_t *bytes = malloc(length + kZramBlockMargin);
	int isWhole = decoded && bytes && (fread(bytes, 1, length, stdin) == length);

	if (isWhole) {
		zramPacked packed = { kZramStateCompressed, codec, length, (uint32_t *)(void *)bytes };
		int verdict;
		zramStartPacker(&packer, pageLength, 64, kZramCodecsAll);
		memset(bytes + length, 0xA5, kZramBlockMargin);
		verdict = zramUnpack(&packer, &packed, decoded);
		*accepted += (uint32_t)verdict;
		*digest = roll(*digest, (uint32_t)verdict);
		for (uint32_t i = 0; verdict && (i < pageLength / 4); i++)
			*digest = roll(*digest, decoded[i]);
	}
	free(decoded);
	free(bytes);
	return isWhole;
}

static int judgeBlocks(uint32_t count, uint32_t codec)
{
	uint32_t lengths[2], accepted = 0, digest = 0, blocks = 0;

	while (fread(lengths, sizeof(lengths), 1, stdin) == 1) {
		if (!judgeBlock(codec, lengths[0], lengths[1], &accepted, &digest))
			return 2;
		if (++blocks % count == 0)
			printf("%u %d\n", (unsigned)accepted, (int)digest);
	}
	printf("%u %d\n", (unsigned)accepted, (int)digest);
	return 0;
}

/* Packs a page and adds it to the digest. Returns 0 if bytes of it are missing. */
static int packPage(uint32_t codecs, uint32_t pageLength, uint32_t *compressed, uint32_t *digest)
{
	zramPacked packed;
	const uint8_t *bytes;

	if (fread(page, 1, pageLength, stdin) != pageLength)
		return 0;
	zramStartPacker(&packer, pageLength, 64, codecs);
	zramPack(&packer, page, block, &packed);
	*compressed += packed.state == kZramStateCompressed;
	*digest = roll(*digest, packed.state);
	*digest = roll(*digest, packed.codec);
	*digest = roll(*digest, packed.length);
	bytes = (const uint8_t *)packed.words;
	for (uint32_t i = 0; i < packed.length; i++)
		*digest = roll(*digest, bytes[i]);
	return 1;
}

static int packPages(uint32_t count, uint32_t codecs)
{
	uint32_t lengths[2], compressed = 0, digest = 0, pages = 0;

	while (fread(lengths, sizeof(lengths), 1, stdin) == 1) {
		if ((lengths[0] > sizeof(page)) || !packPage(codecs, lengths[0], &compressed, &digest))
			return 2;
		if (++pages % count == 0)
			printf("%u %d\n", (unsigned)compressed, (int)digest);
	}
	printf("%u %d\n", (unsigned)compressed, (int)digest);
	return 0;
}

int main(int argc, char **argv)
{
	uint32_t number = (argc > 2) ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;

	zramLZ4Init(&table);
	if ((argc == 4) && number && !strcmp(argv[1], "judge"))
		return judgeBlocks(number, (uint32_t)strtoul(argv[3], NULL, 10));
	if ((argc == 4) && number && !strcmp(argv[1], "pack"))
		return packPages(number, (uint32_t)strtoul(argv[3], NULL, 10));
	if ((argc != 3) || (number < kZramLZ4PageLengthMin) || (number > kZramLZ4PageLengthMax))
		return 2;
	return strcmp(argv[1], "encode") ? decodeBlocks(number) : encodePages(number);
}
