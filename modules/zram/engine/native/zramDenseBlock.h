/* What a block of the dense codec is made of, for the encoder and the decoder. DESIGN.md describes it in words. */

#ifndef ZRAM_DENSE_BLOCK_H
#define ZRAM_DENSE_BLOCK_H

#include <stdint.h>

#include "zramCompiler.h"

typedef uint16_t ZRAM_MAY_ALIAS Half;

/*
 * The first code's symbols are literals and lengths, the second code's are distances. Both share one list of code
 * lengths.
 */
enum {
	kLiterals = 256,
	kLengthsDirect = 8, /* lengths with a symbol of their own, from kCopyMin on; then four symbols a power of two */
	kFirstSymbols = 284,
	kRepeat = 24,         /* the last distance again */
	kDistancesDirect = 4, /* distances with a symbol of their own, from 1 on; then two symbols a power of two */
	kSecondSymbols = 25,
	kSymbols = kFirstSymbols + kSecondSymbols
};

enum {
	kCopyMin = 3,
	kCopyMax = 258,
	kCodeMax = 12,        /* bits of a code */
	kFirstDistance = 1,   /* the last distance before there was any */
	kFirstCodeLength = 8, /* the first code length is coded relative to this */
	kRunMaxLog2 = 8       /* runs of symbols without a code are shorter than 2 << this */
};

#endif
