/*
 * The portable engine: what a block of the dense codec is made of, for the encoder and the decoder. DESIGN.md describes
 * it in words ("Dense").
 */

/**
 * The first code's symbols are literals and lengths, the second code's are distances. Both share one list of code
 * lengths.
 */
export const LITERALS = 256;
export const FIRST_SYMBOLS = 284;
export const SECOND_SYMBOLS = 25;
export const SYMBOLS = FIRST_SYMBOLS + SECOND_SYMBOLS;
/** Lengths with a symbol of their own; then four symbols a power of two. */
export const LENGTHS_DIRECT = 8;
/** Distances with a symbol of their own; then two symbols a power of two. */
export const DISTANCES_DIRECT = 4;
/** The second code's symbol for the last distance again. */
export const REPEAT = 24;

export const COPY_MIN = 3;
export const COPY_MAX = 258;
/** Bits of a code. */
export const CODE_MAX = 12;
/** The last distance before there was any. */
export const FIRST_DISTANCE = 1;
/** The first code length is coded relative to this. */
export const FIRST_CODE_LENGTH = 8;
/** Runs of symbols without a code are shorter than 2 << this. */
export const RUN_MAX_LOG2 = 8;
