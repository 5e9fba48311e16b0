/*
 * The codecs: a row each, its id and its zramCodec. Whoever includes this says what a row is; ../portable/codecs.ts has
 * the same rows.
 */

#include "zramOptions.h"

ZRAM_CODEC(0, zramLZ4Codec)
#if ZRAM_COLUMNS
ZRAM_CODEC(1, zramColumnsCodec)
#endif
#if ZRAM_DENSE
ZRAM_CODEC(2, zramDenseCodec)
#endif
