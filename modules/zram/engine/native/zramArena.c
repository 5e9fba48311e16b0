/*
 * The arena: granules, and chains of them. See zramInternal.h.
 *
 *        entry                links                       granules
 *   +-------------+      +----+----+----+----+       +-----+-----+-----+-----+
 *   | first = 2   |----->|    |    |  0 |    |       |     |     | abc |     |
 *   | length 130  |      +----+----+----+----+       +-----+-----+-----+-----+
 *   +-------------+         ^         |                 ^
 *                           +---------+  ... 0, then the next, until kZramEnd
 *
 * Free granules: those in the chain at header.freeHead, of which there are frontier - usedGranules, then all from
 * header.frontier up. Freed chains go to the front of the free chain as they are, so taking granules from it is mostly
 * a matter of finding the place where to cut.
 */

#include "zramInternal.h"

#include <string.h>

#define kLineShift 6 /* log2 of kZramGranuleMin */

/* Two links. */
typedef uint32_t ZRAM_MAY_ALIAS Pair;

/*
 * Follows `count` (>= 1) granules from `first`, all of which are below `limit`. Returns the last and what its link says in
 * `next`, or kZramEnd. Not inlined, and so with `links` at hand: a compiler that sees the engine adds it up again for each
 * granule.
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

/* Links each granule from `first` to `last` - 1 to the next one, two at a time where that is one word. Returns `last`. */
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

/* The chain from `first` to `last` was verified. */
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

/* A chain of `count` granules, which all are below `limit`: its last one, or kZramEnd if it is none. */
static uint32_t lastOf(const uint16_t *links, uint32_t limit, uint32_t first, uint32_t count)
{
	uint32_t next, last = walk(links, limit, first, count, &next);

	return ((last != kZramEnd) && (next == kZramEnd)) ? last : kZramEnd;
}

/*
 * Joins the chain at `first` (`have` granules, the last one `last`) and the `count` (>= 1) first ones of the free chain,
 * and ends it there. Returns its last granule and the rest of the free chain in `rest`. A granule that is free twice, or
 * free and in this chain, shows when the longer chain ends too early: then all links are as before, and it is kZramEnd.
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
 * Free granules come from the free chain, then from the frontier. Links from there up are only written once nothing can
 * fail any more: whether they are in use cannot be seen.
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

/* The chain is to have as many granules as it has. */
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

/*
 * Copies 64 bytes; loads go before stores to keep slow memory streaming. A desk's compiler knows wider words.
 */
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

/* What a copy needs, at hand: see walk(). */
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

/* With a constant `shift` there is no loop over a granule's lines. */
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
