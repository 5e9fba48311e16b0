/*
 * Compiler extensions that the engine uses beyond C11, for every file of it. A compiler without them builds the same
 * engine, perhaps a slower one.
 */

#ifndef ZRAM_COMPILER_H
#define ZRAM_COMPILER_H

#if defined(__GNUC__)
#define ZRAM_COLD __attribute__((cold)) /* rarely runs: compile for size */
#define ZRAM_NOINLINE __attribute__((noinline))
#define ZRAM_INLINE static inline __attribute__((always_inline))
#define ZRAM_MAY_ALIAS __attribute__((may_alias))
#elif defined(_MSC_VER)
#define ZRAM_COLD
#define ZRAM_NOINLINE __declspec(noinline)
#define ZRAM_INLINE static __forceinline
#define ZRAM_MAY_ALIAS /* MSVC never optimises on strict aliasing */
#else
#define ZRAM_COLD
#define ZRAM_NOINLINE
#define ZRAM_INLINE static inline
#define ZRAM_MAY_ALIAS
#endif

/* Windows builds use compilers that predate C11. */
#if (!defined(__STDC_VERSION__) || (__STDC_VERSION__ < 201112L)) && !defined(_Static_assert)
#define _Static_assert(condition, text) extern char zramAssertion[(condition) ? 1 : -1]
#endif

/* Regions are little-endian, and the engine reads their words without swapping bytes. */
#if defined(__BYTE_ORDER__) && defined(__ORDER_LITTLE_ENDIAN__)
#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "zram: little-endian machines only"
#endif
#elif !defined(_WIN32)
#error "zram: a compiler that does not say which byte order it compiles for"
#endif

#endif
