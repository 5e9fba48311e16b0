/* A digest of what a harness has seen (FNV-1a over bytes), equal on every machine whatever its word size. */
#ifndef ZRAM_DIGEST_H
#define ZRAM_DIGEST_H

#include <stddef.h>
#include <stdint.h>

static inline uint32_t digestBytes(uint32_t digest, const void *bytes, size_t length)
{
	const uint8_t *next = bytes;
	for (; length; length--)
		digest = (digest ^ *next++) * 16777619u;
	return digest;
}

static inline uint32_t digestWord(uint32_t digest, uint32_t word)
{
	for (uint32_t i = 0; i < 4; i++, word >>= 8)
		digest = (digest ^ (word & 255)) * 16777619u;
	return digest;
}

#endif
