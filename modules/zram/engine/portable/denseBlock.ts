/* The portable engine: what a block of the dense codec is made of. DESIGN.md has it in words ("Dense"). */

/** Symbols of the first code: 256 literals and lengths. Of the second: distances. Their lengths follow each other. */
export const LITERALS = 256;
export const FIRST_SYMBOLS = 284;
export const SECOND_SYMBOLS = 25;
export const SYMBOLS = FIRST_SYMBOLS + SECOND_SYMBOLS;
/** Lengths with a symbol each; then four a power of two. */
export const LENGTHS_DIRECT = 8;
/** Distances with a symbol each; then two a power of two. */
export const DISTANCES_DIRECT = 4;
/** The same distance again, among those of the second code. */
export const REPEAT = 24;

export const COPY_MIN = 3;
export const COPY_MAX = 258;
/** Bits of a code. */
export const CODE_MAX = 12;
/** What is repeated when there was no distance yet. */
export const FIRST_DISTANCE = 1;
/** What the first code's length is told relative to. */
export const FIRST_CODE_LENGTH = 8;
/** Runs of symbols without a code are shorter than 2 to the power of one more than this. */
export const RUN_MAX_LOG2 = 8;
