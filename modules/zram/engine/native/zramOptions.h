/*
 * What a build may leave out. The Moddable SDK hands on a manifest's `"defines": { "zram": { "columns": 0 } }`; other
 * builds define ZRAM_COLUMNS, ZRAM_DENSE themselves.
 */

#ifndef ZRAM_OPTIONS_H
#define ZRAM_OPTIONS_H

#if defined(__has_include)
#if __has_include("mc.defines.h")
#include "mc.defines.h"
#endif
#endif

/* The codec columns, 11 KB of code. Without it pages that it would pack take more room; the option `codecs` knows. */
#ifndef ZRAM_COLUMNS
#ifdef MODDEF_ZRAM_COLUMNS
#define ZRAM_COLUMNS MODDEF_ZRAM_COLUMNS
#else
#define ZRAM_COLUMNS 1
#endif
#endif

/* The codec dense, 6 KB of code. Without it pages stay as they were written. */
#ifndef ZRAM_DENSE
#ifdef MODDEF_ZRAM_DENSE
#define ZRAM_DENSE MODDEF_ZRAM_DENSE
#else
#define ZRAM_DENSE 1
#endif
#endif

#endif
