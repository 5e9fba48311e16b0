/*
 * The arena: which granules a page gets, and how chains of granules grow, shrink and are copied. zramPlace.c calls it;
 * zramInternal.h is the contract.
 *
 *   entry              links                            granules
 *   +--------------+     0     1     2     3              0        1        2        3
 *   | first  = 2   |  +-----+-----+-----+-----+      +--------+--------+--------+--------+
 *   | length = 130 |  | end |     |  3  |  0  |      | 128,   |        | 0...63 | 64...  |
 *   +--------------+  +-----+-----+-----+-----+      | 129    |        |        |    127 |
 *                     2 -> 3 -> 0 -> kZramEnd        +--------+--------+--------+--------+
 *
 * Free granules are those in the chain at header.freeHead, frontier - usedGranules of them, and all from
 * header.frontier up. A freed chain goes to the front of the free chain as it is, so taking granules from there is
 * mostly a matter of finding where to cut.
 */

#include "zramInternal.h"

#include <string.h>

#define kLineShift 6 /* log2 of kZramGranuleMin */

/* Two links. */
typedef uint32_t ZRAM_MAY_ALIAS Pair;

/*
 * Follows `count` (>= 1) granules from `first`. Returns the last one, and its link in `next`; or kZramEnd if one of
 * them is not below `limit`. Not inlined, so that `links` stays in a register: a compiler that sees the engine
 * recomputes it for each granule.
 */
static ZRAM_NOINLINE uint32_t walk(
	const uint16_t *links, uint32_t limit, uint32_t first, uint32_t count, uint32_t *next)
{
	uint32_t last;

	do {
		last = first;
		if (last >= limit)
			return kZramEnd;
		first = links[last];
	} while (--count);
	*next = first;
	return last;
}

/* Links each granule from `first` to `last` - 1 to the next one, two links a word where aligned. Returns `last`. */
static uint32_t linkUp(uint16_t *links, uint32_t first, uint32_t last)
{
	Pair *pair, *end = (Pair *)(void *)(links + (last & ~1u));
	uint32_t next;

	if ((first & 1) && (first < last)) {
		links[first] = (uint16_t)(first + 1);
		first++;
	}
	next = (first + 2) << 16 | (first + 1);
	for (pair = (Pair *)(void *)(links + first); pair < end; next += 0x20002)
		*pair++ = next;
	if ((last & 1) && (first < last))
		links[last - 1] = (uint16_t)last;
	return last;
}

static void wipeGranules(zramEngine *engine, uint32_t first, uint32_t count)
{
	for (; count; count--, first = zramLinksOf(engine)[first])
		memset(zramGranuleOf(engine, first), 0, engine->geometry.granuleLength);
}

/* Frees the chain from `first` to `last`, which the caller has verified. */
static void freeGranules(zramEngine *engine, uint32_t first, uint32_t last, uint32_t count)
{
	zramHeader *header = zramHeaderOf(engine);

	if (engine->geometry.flags & kZramFlagWipe)
		wipeGranules(engine, first, count);
	zramLinksOf(engine)[last] = (uint16_t)header->freeHead;
	header->freeHead = first;
	header->usedGranules -= count;
}

static int shrinkChain(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	const uint16_t *links = zramLinksOf(engine);
	uint32_t granuleCount = engine->geometry.granuleCount, kept = kZramEnd, rest = *first, last, end;

	if (have - need > zramHeaderOf(engine)->usedGranules)
		return kZramErrorCorrupt;
	if (need) {
		kept = walk(links, granuleCount, rest, need, &rest);
		if (kept == kZramEnd)
			return kZramErrorCorrupt;
	}
	last = walk(links, granuleCount, rest, have - need, &end);
	if ((last == kZramEnd) || (end != kZramEnd))
		return kZramErrorCorrupt;

	if (need)
		zramLinksOf(engine)[kept] = kZramEnd;
	else
		*first = kZramEnd;
	freeGranules(engine, rest, last, have - need);
	return kZramOK;
}

/* The last granule of a chain of `count` granules, all below `limit`; kZramEnd if there is no such chain at `first`. */
static uint32_t lastOf(const uint16_t *links, uint32_t limit, uint32_t first, uint32_t count)
{
	uint32_t next, last = walk(links, limit, first, count, &next);

	return ((last != kZramEnd) && (next == kZramEnd)) ? last : kZramEnd;
}

/*
 * Appends the first `count` (>= 1) granules of the free chain to the chain at `first`, which has `have` granules and
 * ends at `last`. Returns the new last granule, and the rest of the free chain in `rest`. If a granule is free twice,
 * or both free and in this chain, the longer chain ends too early: then it puts all links back and returns kZramEnd.
 */
static uint32_t joinFree(const zramHeader *header, uint16_t *links, uint32_t first, uint32_t have, uint32_t last,
	uint32_t count, uint32_t *rest)
{
	uint32_t cut = walk(links, header->frontier, header->freeHead, count, rest);

	if (cut == kZramEnd)
		return kZramEnd;
	links[cut] = kZramEnd;
	if (have)
		links[last] = (uint16_t)header->freeHead;
	if (lastOf(links, header->frontier, first, have + count) != kZramEnd)
		return cut;
	links[cut] = (uint16_t)*rest;
	if (have)
		links[last] = kZramEnd;
	return kZramEnd;
}

/*
 * Takes free granules from the free chain, then from the frontier. It writes links from the frontier up only when
 * nothing can fail any more: if the frontier is damaged they may be in use, and nothing would tell.
 */
static int growChain(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	zramHeader *header = zramHeaderOf(engine);
	uint16_t *links = zramLinksOf(engine);
	uint32_t frontier = header->frontier, chained = frontier - header->usedGranules, fresh = need - have;
	uint32_t rest = header->freeHead, last = kZramEnd;

	if ((header->usedGranules > frontier) || (frontier > engine->geometry.granuleCount))
		return kZramErrorCorrupt;
	if (chained > fresh)
		chained = fresh;
	fresh -= chained;
	if (fresh > engine->geometry.granuleCount - frontier)
		return kZramErrorCorrupt;
	if (have) {
		last = lastOf(links, frontier, *first, have);
		if (last == kZramEnd)
			return kZramErrorCorrupt;
	}
	else
		*first = chained ? rest : frontier;
	if (chained) {
		last = joinFree(header, links, *first, have, last, chained, &rest);
		if (last == kZramEnd)
			return kZramErrorCorrupt;
	}
	if (fresh) {
		if (last != kZramEnd)
			links[last] = (uint16_t)frontier;
		links[linkUp(links, frontier, frontier + fresh - 1)] = kZramEnd;
	}
	header->usedGranules += need - have;
	header->freeHead = rest;
	header->frontier = frontier + fresh;
	return kZramOK;
}

/* For a chain that keeps its length: verifies it. */
static int checkChain(const zramEngine *engine, uint32_t first, uint32_t have)
{
	return (lastOf(zramLinksOf(engine), engine->geometry.granuleCount, first, have) == kZramEnd) ? kZramErrorCorrupt
																								 : kZramOK;
}

int zramChainResize(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	if (need < have)
		return shrinkChain(engine, first, have, need);
	return (need > have) ? growChain(engine, first, have, need) : checkChain(engine, *first, have);
}

/* Copies 64 bytes. Loads go before stores, to keep slow memory streaming; a 64-bit compiler knows better ways. */
static inline void copyLine(uint32_t *to, const uint32_t *from)
{
#if UINTPTR_MAX > UINT32_MAX
	memcpy(to, from, 64);
#else
	uint32_t a = from[0], b = from[1], c = from[2], d = from[3];
	uint32_t e = from[4], f = from[5], g = from[6], h = from[7];
	to[0] = a, to[1] = b, to[2] = c, to[3] = d;
	to[4] = e, to[5] = f, to[6] = g, to[7] = h;
	a = from[8], b = from[9], c = from[10], d = from[11];
	e = from[12], f = from[13], g = from[14], h = from[15];
	to[8] = a, to[9] = b, to[10] = c, to[11] = d;
	to[12] = e, to[13] = f, to[14] = g, to[15] = h;
#endif
}

static inline void copyGranule(uint32_t *to, const uint32_t *from, uint32_t length)
{
	const uint32_t *end = from + (length >> 2);

	do {
		copyLine(to, from);
		from += 16;
		to += 16;
	} while (from < end);
}

/* What a copy needs, gathered so that it stays in registers: see walk(). */
typedef struct {
	uint8_t *granules;
	const uint16_t *links;
	uint32_t count;
	uint32_t shift;
} zramGranules;

static inline zramGranules viewGranules(const zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;

	return (zramGranules){ (uint8_t *)zramGranuleOf(engine, 0), zramLinksOf(engine), geometry->granuleCount,
		geometry->granuleShift };
}

/* A constant `shift` of kLineShift leaves no loop over a granule's lines. */
ZRAM_INLINE void scatter(zramGranules all, uint32_t shift, uint32_t first, const uint32_t *words, uint32_t count)
{
	for (const uint32_t *end = words + (count << shift >> 2); words != end; words += 1u << shift >> 2) {
		copyGranule((uint32_t *)(void *)(all.granules + (first << shift)), words, 1u << shift);
		first = all.links[first];
	}
}

ZRAM_INLINE int gather(zramGranules all, uint32_t shift, uint32_t first, uint32_t *words, uint32_t count)
{
	for (const uint32_t *end = words + (count << shift >> 2); words != end; words += 1u << shift >> 2) {
		if (first >= all.count)
			return kZramErrorCorrupt;
		copyGranule(words, (const uint32_t *)(const void *)(all.granules + (first << shift)), 1u << shift);
		first = all.links[first];
	}
	return (first == kZramEnd) ? kZramOK : kZramErrorCorrupt;
}

static ZRAM_NOINLINE void scatterAll(const zramGranules *all, uint32_t first, const uint32_t *words, uint32_t count)
{
	if (all->shift == kLineShift)
		scatter(*all, kLineShift, first, words, count);
	else
		scatter(*all, all->shift, first, words, count);
}

static ZRAM_NOINLINE int gatherAll(const zramGranules *all, uint32_t first, uint32_t *words, uint32_t count)
{
	if (all->shift == kLineShift)
		return gather(*all, kLineShift, first, words, count);
	return gather(*all, all->shift, first, words, count);
}

int zramChainPatch(
	const zramEngine *engine, uint32_t first, uint32_t have, uint32_t start, const uint8_t *bytes, uint32_t length)
{
	const uint16_t *links = zramLinksOf(engine);
	uint32_t granuleLength = engine->geometry.granuleLength;

	if (checkChain(engine, first, have))
		return kZramErrorCorrupt;
	for (; start >= granuleLength; start -= granuleLength)
		first = links[first];
	for (; length; start = 0) {
		uint32_t part = granuleLength - start;
		if (part > length)
			part = length;
		memcpy((uint8_t *)zramGranuleOf(engine, first) + start, bytes, part);
		bytes += part;
		length -= part;
		first = links[first];
	}
	return kZramOK;
}

void zramChainScatter(const zramEngine *engine, uint32_t first, const uint32_t *words, uint32_t length)
{
	zramGranules all = viewGranules(engine);

	scatterAll(&all, first, words, zramGranulesFor(engine, length));
}

int zramChainGather(const zramEngine *engine, uint32_t first, uint32_t *words, uint32_t count)
{
	zramGranules all = viewGranules(engine);

	return gatherAll(&all, first, words, count);
}
