/*
 * LZ4 for one page of memory.
 *
 * The blocks are standard LZ4 blocks: reference LZ4 decodes what zramLZ4Encode makes, and zramLZ4Decode decodes every
 * block of reference LZ4 (fast or HC) that holds exactly one page. There is no XS in here, no allocation, and no state
 * besides the table. Little-endian machines only; no misaligned word is ever loaded or stored.
 *
 * Cost and size are measured in DESIGN.md, which also specifies the encoder well enough to write it again.
 */
#ifndef ZRAM_LZ4_H
#define ZRAM_LZ4_H

#include <stdint.h>

/* Lengths of a page, in bytes: a power of two between these. */
#define kZramLZ4PageLengthMin 512
#define kZramLZ4PageLengthMax 4096

/* Entries of the encoder's table, a power of two. Part of the encoder's specification: another number, other blocks. */
#define kZramLZ4TableEntries 2048

/* Bytes that must exist behind a block: the encoder may write them, the decoder may read (and then ignores) them. */
#define kZramLZ4Margin 40

/*
 * The encoder's memory of one page: where the sequence of four bytes with this hash was last seen. The generation in
 * the high bits of an entry tells the page it belongs to, so the table need not be cleared for each.
 */
typedef struct {
	uint16_t entries[kZramLZ4TableEntries];
	uint32_t generation;
} zramLZ4Table;

/* Makes `table` ready for its first zramLZ4Encode. */
void zramLZ4Init(zramLZ4Table *table);

/*
 * Encodes the `pageLength` bytes at `page` to `block` (4-aligned, with room for `capacity` + kZramLZ4Margin bytes).
 * `capacity` is at most `pageLength`.
 *
 * Returns the length of the block, from 1 to `capacity`, or 0 if it is longer than `capacity`; what is then in `block`
 * is undefined. The block depends on the page alone: not on `capacity`, nor on what the table was used for before.
 */
uint32_t zramLZ4Encode(
	zramLZ4Table *table, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);

/*
 * Decodes the `length` bytes at `block` (4-aligned, followed by kZramLZ4Margin readable bytes) to `page`. Any bytes may
 * be given: it never writes outside of page[0 ... pageLength) nor reads outside of block[0 ... length + margin).
 *
 * Returns 1 if the block holds exactly `pageLength` bytes, else 0; what is then in `page` is undefined. The verdict and
 * a decoded page depend on the `length` bytes alone, not on the margin nor on what was in `page` before.
 */
int zramLZ4Decode(const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);

#endif
