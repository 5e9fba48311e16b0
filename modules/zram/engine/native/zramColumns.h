/*
 * Columns: a codec for samples, pixels and records, which LZ4 takes for noise.
 *
 * A page is rows of equal length. Each of their columns is predicted from the row or the two rows above, and what is
 * left is coded bit by bit, groups of 16 with a parameter of their own. DESIGN.md specifies blocks and encoder well
 * enough to write them again. There is no XS in here, no allocation, and no state. Little-endian machines only; no word
 * and no half of one is loaded or stored where it is misaligned.
 *
 *   zramColumns.c        the encoder
 *   zramColumnsKind.c    what the encoder takes a page for
 *   zramColumnsDecode.c  the decoder
 */

#ifndef ZRAM_COLUMNS_H
#define ZRAM_COLUMNS_H

#include <stdint.h>

/* Bytes that must exist behind a block: the encoder may write them, the decoder may read (and then ignores) them. */
#define kZramColumnsMargin 64

/*
 * Encodes the `pageLength` bytes (512, 1024, 2048 or 4096) at `page` to `block` (4-aligned, with room for `capacity` +
 * kZramColumnsMargin bytes). It finds out by itself what the page holds.
 *
 * Returns the length of the block, an even number from 2 to `capacity`; or 0 if it is longer, or is likely to be when its
 * first column is written, and what is then in `block` is undefined; or kZramDeclined (zramPack.h) if by what a few
 * samples of the page tell it is likely to be longer, and nothing is written. The block depends on the page alone;
 * whether there is one depends on `capacity` too.
 *
 * On rv32 500 instructions for text, some 15,000 for other pages that are not worth it, else 80,000 to 250,000.
 */
uint32_t zramColumnsEncode(const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);

/*
 * Decodes the `length` bytes at `block` (2-aligned, followed by kZramColumnsMargin readable bytes) to `page`. Any bytes
 * may be given: it never writes outside of page[0 ... pageLength) nor reads outside of block[0 ... length + margin).
 *
 * Returns 1 if the block holds exactly a page, else 0; what is then in `page` is undefined. The verdict and a decoded
 * page depend on the `length` bytes alone.
 */
int zramColumnsDecode(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);

#endif
