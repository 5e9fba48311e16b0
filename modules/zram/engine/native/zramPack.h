/*
 * Packing: a page becomes a few bytes, and a page again. Knows codecs, and nothing of regions: where the bytes go is
 * decided elsewhere (zramPlace.c).
 *
 * A codec is a zramCodec in a file of its own, and a row in zramCodecs.h, where its id is. Ids are for good: entries hold
 * them.
 */

#ifndef ZRAM_PACK_H
#define ZRAM_PACK_H

#include <stdint.h>

#include "zramCompiler.h"

#define kZramCodecIds 8    /* an entry has three bits for it */
#define kZramCodecsAll 255 /* the set of all of them */

/* Memory that is lent to encoders and decoders one after the other, in bytes: a page, or LZ4's table, and a word. */
#define kZramWorkspaceLength 4100

/* Bytes that exist behind a block: encoders may write them, decoders may read them, and ignore what they are. */
#define kZramBlockMargin 64

/* What `tried` is of a codec that zramPack never tries. */
#define kZramNeverTried 257

/* What `encode` returns for a page that does not look worth it, before anything is written to the block. */
#define kZramDeclined UINT32_MAX

/* A page as it is stored. */
typedef struct {
	uint32_t state;        /* kZramStateSame, kZramStateCompressed or kZramStateRaw */
	uint32_t codec;        /* of a compressed one, else 0 */
	uint32_t length;       /* bytes; 0 for a same-filled page, whose first word is all there is */
	const uint32_t *words; /* where they are, with zeros behind them up to a whole granule */
} zramPacked;

typedef struct {
	const char *name; /* as options and dumps have it */
	/*
	 * It is tried if what came before it, in the order of ids, leaves at least `tried` 256ths of a page; it is kept if
	 * it saves `saves` 256ths of that, and a granule.
	 */
	uint16_t tried;
	uint16_t saves;
	/* Whether `encode` leaves the workspace as it is: then what another codec has there is still good. */
	uint16_t leavesWorkspace;
	/* Whether `decode` needs the workspace, and does not leave it as it is. */
	uint16_t decodesInWorkspace;
	/* Makes kZramWorkspaceLength bytes ready for `encode`, when another codec has had them. May be NULL. */
	void (*prepare)(void *workspace);
	/* Bytes of workspace that `encode` needs, if they are more than the packer lends. */
	uint32_t encodesIn;
	/*
	 * Encodes `pageLength` bytes to `block` (4-aligned, `capacity` + kZramBlockMargin bytes; `capacity` <= `pageLength`).
	 * Returns the length of the block; or 0 if it is longer than `capacity`; or kZramDeclined. The block depends on the
	 * page alone, and whether there is one on `capacity` too.
	 */
	uint32_t (*encode)(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);
	/*
	 * Decodes any `length` bytes to exactly `pageLength` bytes: returns 1, or 0 if they are no block of such a page.
	 * Neither writes outside of the page nor reads outside of the block and its margin, whatever the bytes are.
	 */
	int (*decode)(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);
} zramCodec;

typedef struct {
	uint32_t pageLength;
	uint32_t granuleLength; /* the least that a block must save, and what it is filled up to a multiple of */
	uint32_t codecs;        /* those that may be used: a set of bits 1 << id */
	uint32_t prepared;      /* the codec for which the workspace is ready, or kZramCodecIds */
	uint32_t workspace[kZramWorkspaceLength / 4];
} zramPacker;

/* Codecs of `codecs` that this build lacks are left out. */
void zramStartPacker(zramPacker *packer, uint32_t pageLength, uint32_t granuleLength, uint32_t codecs);

/* Packs `page`. `block` has room for a page and kZramBlockMargin bytes; `packed->words` is `page` or `block`. */
void zramPack(zramPacker *packer, const uint32_t *page, uint32_t *block, zramPacked *packed);

/*
 * The page that was packed, to `page`, which is not `packed->words` unless it is raw. Returns 1, or 0 if the bytes are no
 * block of their codec, or this build has no such codec.
 */
int zramUnpack(zramPacker *packer, const zramPacked *packed, uint32_t *page);

/* The codec of this id, or NULL if this build has none. */
const zramCodec *zramCodecOf(uint32_t id);

/* The workspace, for whatever it may be needed until the next zramPack. */
void *zramBorrowWorkspace(zramPacker *packer);

/* Whether all words of a page are like its first. */
int zramIsSame(const uint32_t *words, uint32_t length);

#endif
