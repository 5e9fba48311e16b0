/*
 * Dense: a codec for pages that rest. It packs tighter than the others, takes its time over it, and is never used while
 * somebody waits for a write.
 *
 * A page is literals and copies of what is in front of them, in two Huffman codes of its own. DESIGN.md specifies blocks
 * and encoder well enough to write them again. There is no XS in here, no allocation, and no state. Little-endian machines
 * only; no word and no half of one is loaded or stored where it is misaligned.
 *
 *   zramDenseEncode.c  the encoder
 *   zramDenseDecode.c  the decoder
 */

#ifndef ZRAM_DENSE_H
#define ZRAM_DENSE_H

#include <stdint.h>

/* Bytes that must exist behind a block: the encoder may write them, the decoder may read (and then ignores) them. */
#define kZramDenseMargin 16

/* Bytes of memory, 4-aligned, that are lent for one call. What is in there before and after does not matter. */
#define kZramDenseEncodeLength 24576
#define kZramDenseDecodeLength 2560

/*
 * Encodes the `pageLength` bytes (512, 1024, 2048 or 4096) at `page` to `block` (4-aligned, with room for `capacity` +
 * kZramDenseMargin bytes), with kZramDenseEncodeLength bytes at `workspace`.
 *
 * Returns the length of the block, an even number from 2 to `capacity`; or 0 if it is longer, and what is then in `block`
 * is undefined. The block depends on the page alone.
 *
 * On rv32 some 2,000,000 instructions.
 */
uint32_t zramDenseEncode(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);

/*
 * Decodes the `length` bytes at `block` (2-aligned, followed by kZramDenseMargin readable bytes) to `page`, with
 * kZramDenseDecodeLength bytes at `workspace`. Any bytes may be given: it never writes outside of page[0 ... pageLength) nor
 * reads outside of block[0 ... length + margin).
 *
 * Returns 1 if the block holds exactly a page, else 0; what is then in `page` is undefined. The verdict and a decoded
 * page depend on the `length` bytes alone.
 */
int zramDenseDecode(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);

#endif
