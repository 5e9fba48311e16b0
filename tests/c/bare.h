/*
 * Included before everything else: pretends to be a compiler without GNU C, such as Windows's. Using GNU keywords or builtins
 * is an error.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#undef __GNUC__
#undef _Static_assert /* C11's, which this is older than */
#pragma GCC poison __attribute__ __attribute __asm__ __asm __typeof__ __extension__ __inline__ __alignof__
#pragma GCC poison __builtin_ctz __builtin_ctzll __builtin_clz __builtin_clzll __builtin_expect __builtin_memcpy
#pragma GCC poison __builtin_unreachable __builtin_assume_aligned __builtin_bswap32 __builtin_popcount
