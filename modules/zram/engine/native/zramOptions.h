/*
 * Codecs that a build may leave out. With the Moddable SDK, set `"defines": { "zram": { "columns": 0 } }` in a
 * manifest; other builds define ZRAM_COLUMNS and ZRAM_DENSE themselves. zramCodecs.h is where they take effect.
 */

#ifndef ZRAM_OPTIONS_H
#define ZRAM_OPTIONS_H

#if defined(__has_include)
#if __has_include("mc.defines.h")
#include "mc.defines.h"
#endif
#endif

/*
 * The codec columns, 9 KB of code on rv32. Without it, pages that it would pack take more room; the option `codecs`
 * rejects it.
 */
#ifndef ZRAM_COLUMNS
#ifdef MODDEF_ZRAM_COLUMNS
#define ZRAM_COLUMNS MODDEF_ZRAM_COLUMNS
#else
#define ZRAM_COLUMNS 1
#endif
#endif

/* The codec dense, 6 KB of code on rv32. Without it, pages that rest stay packed as they were written. */
#ifndef ZRAM_DENSE
#ifdef MODDEF_ZRAM_DENSE
#define ZRAM_DENSE MODDEF_ZRAM_DENSE
#else
#define ZRAM_DENSE 1
#endif
#endif

#endif
