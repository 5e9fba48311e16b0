/*
 * Columns: a codec for samples, pixels and records, which look like noise to LZ4. zramPack.c calls it, and decides
 * when.
 *
 * It treats a page as rows of equal length, and predicts each column from the row or the two rows above. The residuals
 * are Rice-coded, in groups of 16 with a parameter each. DESIGN.md specifies blocks and encoder well enough to rewrite
 * them. No XS, no allocation, no state. Little-endian machines only; all loads and stores are aligned.
 *
 *   zramColumns.c        the encoder
 *   zramColumnsKind.c    finds out what a page holds, for the encoder
 *   zramColumnsDecode.c  the decoder
 */

#ifndef ZRAM_COLUMNS_H
#define ZRAM_COLUMNS_H

#include <stdint.h>

/* Bytes that must exist after a block: the encoder may write them, the decoder may read them, but ignores them. */
#define kZramColumnsMargin 64

/*
 * Encodes the `pageLength` bytes (512, 1024, 2048 or 4096) at `page` to `block` (4-aligned, with room for `capacity` +
 * kZramColumnsMargin bytes). It finds out by itself what the page holds.
 *
 * Returns the length of the block, an even number from 2 to `capacity`. Returns 0 if it would be longer, or looks like
 * it once its first column is written; then the content of `block` is undefined. Returns kZramDeclined (zramPack.h) if
 * a few samples of the page suggest that it would be longer; then nothing is written. The block depends on the page
 * alone; whether there is one also depends on `capacity`.
 *
 * On rv32 it takes 500 instructions for text, some 15,000 for other pages that are not worth it, else 80,000 to
 * 250,000.
 */
uint32_t zramColumnsEncode(const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);

/*
 * Decodes the `length` bytes at `block` (2-aligned, followed by kZramColumnsMargin readable bytes) to `page`. The bytes
 * may be anything: it never writes outside page[0 ... pageLength) nor reads outside block[0 ... length + margin).
 *
 * Returns 1 if the block holds exactly a page. Otherwise returns 0, and the content of `page` is undefined. The verdict
 * and a decoded page depend on the `length` bytes alone.
 */
int zramColumnsDecode(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);

#endif
