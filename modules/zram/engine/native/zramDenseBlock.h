/* For the dense codec's own files: what a block is made of. DESIGN.md has it in words. */

#ifndef ZRAM_DENSE_BLOCK_H
#define ZRAM_DENSE_BLOCK_H

#include <stdint.h>

#include "zramCompiler.h"

typedef uint16_t ZRAM_MAY_ALIAS Half;

/* Symbols: of the first code literals and lengths, of the second distances. Lengths of their codes follow each other. */
enum {
	kLiterals = 256,
	kLengthsDirect = 8, /* lengths with a symbol each, from kCopyMin on; then four a power of two */
	kFirstSymbols = 284,
	kRepeat = 24,         /* the same distance again */
	kDistancesDirect = 4, /* distances with a symbol each, from 1 on; then two a power of two */
	kSecondSymbols = 25,
	kSymbols = kFirstSymbols + kSecondSymbols
};

enum {
	kCopyMin = 3,
	kCopyMax = 258,
	kCodeMax = 12,        /* bits of a code */
	kFirstDistance = 1,   /* what is repeated when there was none yet */
	kFirstCodeLength = 8, /* what the first code's length is told relative to */
	kRunMaxLog2 = 8       /* runs of symbols without a code are shorter than 2 << this */
};

#endif
