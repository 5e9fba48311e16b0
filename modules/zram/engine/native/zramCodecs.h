/*
 * The codecs: a row each, its id and its zramCodec. Whoever includes this says what a row is; ../portable/codecs.ts has
 * the same rows.
 *
 * ZRAM_COLUMNS=0 builds without columns, which saves 11 KB of code.
 */

#ifndef ZRAM_COLUMNS
#define ZRAM_COLUMNS 1
#endif

ZRAM_CODEC(0, zramLZ4Codec)
#if ZRAM_COLUMNS
ZRAM_CODEC(1, zramColumnsCodec)
#endif
