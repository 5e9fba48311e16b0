/*
 * Dense: a codec for pages that rest. It packs tighter than the others but takes its time, so no write tries it;
 * zramRest.c calls the encoder, zramPack.c the decoder.
 *
 * A block holds literals and copies of earlier bytes, in two Huffman codes of its own. DESIGN.md specifies blocks and
 * encoder well enough to rewrite them. No XS, no allocation, no state. Little-endian machines only; all loads and
 * stores are aligned.
 *
 *   zramDenseEncode.c  the encoder
 *   zramDenseDecode.c  the decoder
 */

#ifndef ZRAM_DENSE_H
#define ZRAM_DENSE_H

#include <stdint.h>

/* Bytes that must exist after a block: the encoder may write them, the decoder may read them, but ignores them. */
#define kZramDenseMargin 16

/*
 * Bytes of the workspace, 4-aligned, that the caller lends for one call. Their content before and after does not
 * matter.
 */
#define kZramDenseEncodeLength 24576
#define kZramDenseDecodeLength 2560

/*
 * Encodes the `pageLength` bytes (512, 1024, 2048 or 4096) at `page` to `block` (4-aligned, with room for `capacity` +
 * kZramDenseMargin bytes). `workspace` has kZramDenseEncodeLength bytes.
 *
 * Returns the length of the block, an even number from 2 to `capacity`. Returns 0 if it would be longer; then the
 * content of `block` is undefined. The block depends on the page alone.
 *
 * On rv32 it takes some 2,000,000 instructions.
 */
uint32_t zramDenseEncode(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);

/*
 * Decodes the `length` bytes at `block` (2-aligned, followed by kZramDenseMargin readable bytes) to `page`. `workspace`
 * has kZramDenseDecodeLength bytes. The bytes may be anything: it never writes outside page[0 ... pageLength) nor reads
 * outside block[0 ... length + margin).
 *
 * Returns 1 if the block holds exactly a page. Otherwise returns 0, and the content of `page` is undefined. The verdict
 * and a decoded page depend on the `length` bytes alone.
 */
int zramDenseDecode(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);

#endif
