/*
 * Compresses pages with other codecs, for the table of sizes. It is a program of its own because it needs libraries
 * that only the desk's machine has. bench/peers.ts defines HAS_… for those that are there.
 *
 *   peers                               the codecs' versions
 *   peers FILE [CHANNELS BITS RATE]
 *
 * FILE has pages of 4096 bytes. Prints a line of JSON with the bytes that all pages take with each codec. Pages are
 * compressed one by one, and one that grows counts with its own length. The numbers say that the pages are sound:
 * little-endian, 8 bits unsigned, 16 signed, or 24 signed in the upper bits of 32.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAS_LZ4
#include <lz4.h>
#include <lz4hc.h>
#endif
#ifdef HAS_LZO
#include <lzo/lzo1x.h>
#endif
#ifdef HAS_ZLIB
#include <zlib.h>
#endif
#ifdef HAS_ZSTD
#include <zstd.h>
#endif
#ifdef HAS_FLAC
#include <FLAC/stream_encoder.h>
#endif

enum {
	kPage = 4096,
	kRoom = 4 * kPage
};

typedef struct {
	uint32_t channels;
	uint32_t bits;
	uint32_t rate;
} Sound;

/* Returns the bytes that a page takes, or 0 if it cannot be compressed. */
typedef size_t (*Codec)(const uint8_t *page);

static Sound sound;

#if defined(HAS_LZ4) || defined(HAS_LZO) || defined(HAS_ZLIB) || defined(HAS_ZSTD)
static uint8_t room[kRoom];
#endif

#ifdef HAS_LZ4
static size_t lz4(const uint8_t *page)
{
	return (size_t)LZ4_compress_default((const char *)page, (char *)room, kPage, kRoom);
}

static size_t lz4HC(const uint8_t *page)
{
	return (size_t)LZ4_compress_HC((const char *)page, (char *)room, kPage, kRoom, LZ4HC_CLEVEL_MAX);
}
#endif

#ifdef HAS_LZO
static _Alignas(16) uint8_t work[LZO1X_999_MEM_COMPRESS];

static size_t lzo(const uint8_t *page)
{
	lzo_uint length = kRoom;

	return lzo1x_1_compress(page, kPage, room, &length, work) == LZO_E_OK ? length : 0;
}

static size_t lzo999(const uint8_t *page)
{
	lzo_uint length = kRoom;

	return lzo1x_999_compress(page, kPage, room, &length, work) == LZO_E_OK ? length : 0;
}
#endif

#ifdef HAS_ZLIB
/* Without zlib's header and checksum. */
static size_t deflate4K(const uint8_t *page)
{
	z_stream stream = { .next_in = (uint8_t *)page, .avail_in = kPage, .next_out = room, .avail_out = kRoom };
	size_t length;

	if (deflateInit2(&stream, 9, Z_DEFLATED, -12, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		return 0;
	length = deflate(&stream, Z_FINISH) == Z_STREAM_END ? stream.total_out : 0;
	deflateEnd(&stream);
	return length;
}
#endif

#ifdef HAS_ZSTD
static size_t zstd(const uint8_t *page, int level)
{
	size_t length = ZSTD_compress(room, kRoom, page, kPage, level);

	return ZSTD_isError(length) ? 0 : length;
}

static size_t zstd3(const uint8_t *page)
{
	return zstd(page, 3);
}

static size_t zstd19(const uint8_t *page)
{
	return zstd(page, 19);
}
#endif

#ifdef HAS_FLAC
/* Counts frames only: the header of a stream comes with `samples` 0. */
static FLAC__StreamEncoderWriteStatus count(const FLAC__StreamEncoder *encoder, const FLAC__byte *bytes, size_t length,
	uint32_t samples, uint32_t frame, void *sum)
{
	(void)encoder;
	(void)bytes;
	(void)frame;
	if (samples)
		*(size_t *)sum += length;
	return FLAC__STREAM_ENCODER_WRITE_STATUS_OK;
}

static FLAC__int32 sampleAt(const uint8_t *page, uint32_t i, uint32_t bits)
{
	if (bits == 8)
		return page[i] - 128;
	if (bits == 16)
		return (int16_t)(page[2 * i] | (page[2 * i + 1] << 8));
	return (int32_t)((uint32_t)page[4 * i + 1] << 8 | (uint32_t)page[4 * i + 2] << 16 | (uint32_t)page[4 * i + 3] << 24)
		>> 8;
}

/* A page is one frame. */
static size_t flac(const uint8_t *page)
{
	static FLAC__int32 samples[kPage];
	uint32_t total = kPage / (sound.bits == 8 ? 1 : sound.bits == 16 ? 2 : 4);
	FLAC__StreamEncoder *encoder = FLAC__stream_encoder_new();
	size_t length = 0;

	for (uint32_t i = 0; i < total; i++)
		samples[i] = sampleAt(page, i, sound.bits);
	FLAC__stream_encoder_set_channels(encoder, sound.channels);
	FLAC__stream_encoder_set_bits_per_sample(encoder, sound.bits);
	FLAC__stream_encoder_set_sample_rate(encoder, sound.rate);
	FLAC__stream_encoder_set_compression_level(encoder, 8);
	FLAC__stream_encoder_set_blocksize(encoder, total / sound.channels);
	if (FLAC__stream_encoder_init_stream(encoder, count, NULL, NULL, NULL, &length)
			!= FLAC__STREAM_ENCODER_INIT_STATUS_OK
		|| !FLAC__stream_encoder_process_interleaved(encoder, samples, total / sound.channels)
		|| !FLAC__stream_encoder_finish(encoder))
		length = 0;
	FLAC__stream_encoder_delete(encoder);
	return length;
}
#endif

static const struct {
	const char *name;
	Codec codec;
	int needsSound;
} codecs[] = {
#ifdef HAS_LZ4
	{ "lz4", lz4, 0 },
	{ "lz4hc", lz4HC, 0 },
#endif
#ifdef HAS_LZO
	{ "lzo", lzo, 0 },
	{ "lzo999", lzo999, 0 },
#endif
#ifdef HAS_ZLIB
	{ "deflate", deflate4K, 0 },
#endif
#ifdef HAS_ZSTD
	{ "zstd3", zstd3, 0 },
	{ "zstd19", zstd19, 0 },
#endif
#ifdef HAS_FLAC
	{ "flac", flac, 1 },
#endif
	{ NULL, NULL, 0 },
};

static void printVersions(void)
{
	const char *const versions[][2] = {
#ifdef HAS_LZ4
		{ "LZ4", LZ4_VERSION_STRING },
#endif
#ifdef HAS_LZO
		{ "LZO", LZO_VERSION_STRING },
#endif
#ifdef HAS_ZLIB
		{ "zlib", ZLIB_VERSION },
#endif
#ifdef HAS_ZSTD
		{ "zstd", ZSTD_VERSION_STRING },
#endif
#ifdef HAS_FLAC
		{ "FLAC", FLAC__VERSION_STRING },
#endif
		{ NULL, NULL },
	};
	const char *separator = "{";

	for (size_t i = 0; versions[i][0]; i++, separator = ",")
		printf("%s\"%s\":\"%s\"", separator, versions[i][0], versions[i][1]);
	puts(*separator == '{' ? "{}" : "}");
}

int main(int argc, char **argv)
{
	size_t sums[sizeof(codecs) / sizeof(codecs[0])] = { 0 };
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	uint8_t page[kPage];
	const char *separator = "{";

	if (argc == 1) {
		printVersions();
		return 0;
	}
	if (!file) {
		fprintf(stderr, "peers: cannot read %s\n", argv[1]);
		return 2;
	}
	if (argc == 5)
		sound = (Sound){ (uint32_t)atoi(argv[2]), (uint32_t)atoi(argv[3]), (uint32_t)atoi(argv[4]) };
	while (fread(page, kPage, 1, file) == 1)
		for (size_t i = 0; codecs[i].name; i++)
			if (sound.channels || !codecs[i].needsSound) {
				size_t length = codecs[i].codec(page);
				sums[i] += length && length < kPage ? length : kPage;
			}
	fclose(file);
	for (size_t i = 0; codecs[i].name; i++)
		if (sound.channels || !codecs[i].needsSound) {
			printf("%s\"%s\":%zu", separator, codecs[i].name, sums[i]);
			separator = ",";
		}
	puts(*separator == '{' ? "{}" : "}");
	return 0;
}
