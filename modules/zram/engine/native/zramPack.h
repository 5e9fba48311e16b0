/*
 * Packing: turns a page into a few bytes, and back. zramEngine.c calls it. It knows codecs, and nothing about regions:
 * zramPlace.c decides where the bytes go.
 *
 * A codec is a zramCodec in a file of its own, and a row with its id in zramCodecs.h. Never change an id: entries hold
 * them.
 */

#ifndef ZRAM_PACK_H
#define ZRAM_PACK_H

#include <stdint.h>

#include "zramCompiler.h"

#define kZramCodecIds 8    /* an entry has three bits for an id */
#define kZramCodecsAll 255 /* the set of all ids */

/* Bytes of the workspace that encoders and decoders share, one at a time: a page or LZ4's table, and a word. */
#define kZramWorkspaceLength 4100

/* Bytes that exist after a block: encoders may write them; decoders may read them, but ignore their values. */
#define kZramBlockMargin 64

/* `tried` of a codec that zramPack never tries. */
#define kZramNeverTried 257

/* `encode` returns this for a page that does not look worth encoding; it has written nothing then. */
#define kZramDeclined UINT32_MAX

/* A page in its stored form. */
typedef struct {
	uint32_t state;        /* kZramStateSame, kZramStateCompressed or kZramStateRaw */
	uint32_t codec;        /* 0 unless it is compressed */
	uint32_t length;       /* stored bytes; 0 for a same-filled page, whose first word is all there is */
	const uint32_t *words; /* the stored bytes, followed by zeros up to a whole granule */
} zramPacked;

typedef struct {
	const char *name; /* in options and dumps */
	/*
	 * Codecs are tried in the order of their ids. This one is tried if those before it leave at least `tried` 256ths of
	 * a page; its block is kept if it saves `saves` 256ths of what they leave, and at least a granule.
	 */
	uint16_t tried;
	uint16_t saves;
	/* Whether `encode` does not touch the workspace: then what another codec has prepared there stays good. */
	uint16_t leavesWorkspace;
	/* Whether `decode` writes to the workspace. */
	uint16_t decodesInWorkspace;
	/* Prepares the kZramWorkspaceLength bytes for `encode` after another codec has used them. May be NULL. */
	void (*prepare)(void *workspace);
	/* Bytes of workspace that `encode` needs if the packer's are not enough. */
	uint32_t encodesIn;
	/*
	 * Encodes `pageLength` bytes to `block` (4-aligned, `capacity` + kZramBlockMargin bytes; `capacity` <=
	 * `pageLength`). Returns the length of the block, 0 if it would be longer than `capacity`, or kZramDeclined. The
	 * block depends on the page alone; whether there is one also depends on `capacity`.
	 */
	uint32_t (*encode)(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity);
	/*
	 * Decodes `length` bytes of any content to exactly `pageLength` bytes. Returns 1, or 0 if they are not a block of
	 * such a page. Whatever the bytes are, it never writes outside the page nor reads outside the block and its margin.
	 */
	int (*decode)(void *workspace, const uint8_t *block, uint32_t length, uint32_t *page, uint32_t pageLength);
} zramCodec;

typedef struct {
	uint32_t pageLength;
	uint32_t granuleLength; /* a block must save at least this, and is zero-filled to a multiple of it */
	uint32_t codecs;        /* the codecs that may be used, as a set of bits 1 << id */
	uint32_t prepared;      /* the codec that the workspace is prepared for, or kZramCodecIds */
	uint32_t workspace[kZramWorkspaceLength / 4];
} zramPacker;

/* Codecs of `codecs` that the build lacks are ignored. */
void zramStartPacker(zramPacker *packer, uint32_t pageLength, uint32_t granuleLength, uint32_t codecs);

/* Packs `page`. `block` has room for a page and kZramBlockMargin bytes. `packed->words` is then `page` or `block`. */
void zramPack(zramPacker *packer, const uint32_t *page, uint32_t *block, zramPacked *packed);

/*
 * Unpacks to `page`, which is not `packed->words` unless the page is raw. Returns 1, or 0 if the bytes are not a block
 * of their codec, or the build has no such codec.
 */
int zramUnpack(zramPacker *packer, const zramPacked *packed, uint32_t *page);

/* The codec with this id, or NULL if the build has none. */
const zramCodec *zramCodecOf(uint32_t id);

/* The workspace, for any use until the next zramPack or zramUnpack. */
void *zramBorrowWorkspace(zramPacker *packer);

/* Whether all words of the `length` bytes equal the first. */
int zramIsSame(const uint32_t *words, uint32_t length);

#endif
