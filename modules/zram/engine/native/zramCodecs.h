/*
 * The codecs, a row for each: its id and its zramCodec. zramPack.c, which includes this, defines what a row expands to.
 * ../portable/codecs.ts has the same rows.
 */

#include "zramOptions.h"

ZRAM_CODEC(0, zramLZ4Codec)
#if ZRAM_COLUMNS
ZRAM_CODEC(1, zramColumnsCodec)
#endif
#if ZRAM_DENSE
ZRAM_CODEC(2, zramDenseCodec)
#endif
