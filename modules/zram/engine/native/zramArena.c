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
#if defined(__GNUC__)
typedef uint32_t __attribute__((may_alias)) Pair;
#else
typedef uint32_t Pair;
#endif

/* Not inlined, and so with `links` at hand: a compiler that sees the engine adds it up again for each granule. */
static __attribute__((noinline)) uint32_t walk(
	const uint16_t *links, uint32_t granules, uint32_t first, uint32_t count, uint32_t *next)
{
	uint32_t last;

	do {
		last = first;
		if (last >= granules)
			return kZramEnd;
		first = links[last];
	} while (--count);
	*next = first;
	return last;
}

uint32_t zramChainWalk(const zramEngine *engine, uint32_t first, uint32_t count, uint32_t *next)
{
	return walk(zramLinksOf(engine), engine->geometry.granuleCount, first, count, next);
}

/* What takeGranules has changed, for giveBack. */
typedef struct {
	uint32_t freeHead;
	uint32_t frontier;
	uint32_t usedGranules;
	uint32_t cut; /* the last granule that came from the free chain, or kZramEnd */
} zramTaken;

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

/* Makes `count` free granules a chain, as far as the header can be believed. Returns its first, or kZramEnd. */
static uint32_t takeGranules(zramEngine *engine, uint32_t count, zramTaken *taken)
{
	zramHeader *header = zramHeaderOf(engine);
	uint16_t *links = zramLinksOf(engine);
	uint32_t frontier = header->frontier, chained = frontier - header->usedGranules;
	uint32_t first = frontier, last = kZramEnd, rest = header->freeHead;

	if ((header->usedGranules > frontier) || (frontier > engine->geometry.granuleCount))
		return kZramEnd;
	if (chained > count)
		chained = count;
	if (count - chained > engine->geometry.granuleCount - frontier)
		return kZramEnd;
	if (chained) {
		first = rest;
		last = zramChainWalk(engine, first, chained, &rest);
		if (last == kZramEnd)
			return kZramEnd;
	}

	*taken = (zramTaken){ header->freeHead, frontier, header->usedGranules, last };
	header->usedGranules += count;
	header->freeHead = rest;
	header->frontier = frontier + count - chained;
	if (count > chained) {
		if (chained)
			links[last] = (uint16_t)frontier;
		last = linkUp(links, frontier, header->frontier - 1);
	}
	links[last] = kZramEnd;
	return first;
}

static void giveBack(zramEngine *engine, const zramTaken *taken)
{
	zramHeader *header = zramHeaderOf(engine);

	if (taken->cut != kZramEnd)
		zramLinksOf(engine)[taken->cut] = (uint16_t)header->freeHead;
	header->freeHead = taken->freeHead;
	header->frontier = taken->frontier;
	header->usedGranules = taken->usedGranules;
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

	if (engine->geometry.flags & kZramWipe)
		wipeGranules(engine, first, count);
	zramLinksOf(engine)[last] = (uint16_t)header->freeHead;
	header->freeHead = first;
	header->usedGranules -= count;
}

static int shrinkChain(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	uint32_t kept = kZramEnd, rest = *first, last, end;

	if (have - need > zramHeaderOf(engine)->usedGranules)
		return kZramCorrupt;
	if (need) {
		kept = zramChainWalk(engine, rest, need, &rest);
		if (kept == kZramEnd)
			return kZramCorrupt;
	}
	last = zramChainWalk(engine, rest, have - need, &end);
	if ((last == kZramEnd) || (end != kZramEnd))
		return kZramCorrupt;

	if (need)
		zramLinksOf(engine)[kept] = kZramEnd;
	else
		*first = kZramEnd;
	freeGranules(engine, rest, last, have - need);
	return kZramOK;
}

/* A granule that is free twice, or free and in this chain, shows when the longer chain ends too early. */
static int growChain(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	uint32_t last = kZramEnd, end = kZramEnd, more;
	zramTaken taken;

	if (have)
		last = zramChainWalk(engine, *first, have, &end);
	if ((have && (last == kZramEnd)) || (end != kZramEnd))
		return kZramCorrupt;
	if (need == have)
		return kZramOK;
	more = takeGranules(engine, need - have, &taken);
	if (more == kZramEnd)
		return kZramCorrupt;
	if (have)
		zramLinksOf(engine)[last] = (uint16_t)more;
	else if (taken.cut == kZramEnd) {
		*first = more; /* all of them were never used: there was nothing to believe */
		return kZramOK;
	}
	if ((zramChainWalk(engine, have ? *first : more, need, &end) == kZramEnd) || (end != kZramEnd)) {
		if (have)
			zramLinksOf(engine)[last] = kZramEnd;
		giveBack(engine, &taken);
		return kZramCorrupt;
	}
	if (!have)
		*first = more;
	return kZramOK;
}

int zramChainResize(zramEngine *engine, uint32_t *first, uint32_t have, uint32_t need)
{
	return (need < have) ? shrinkChain(engine, first, have, need) : growChain(engine, first, have, need);
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

static inline zramGranules granulesOf(const zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;

	return (zramGranules){ (uint8_t *)zramGranuleOf(engine, 0), zramLinksOf(engine), geometry->granuleCount,
		geometry->granuleShift };
}

/* With a constant `shift` there is no loop over a granule's lines. */
static inline __attribute__((always_inline)) void scatter(
	zramGranules all, uint32_t shift, uint32_t first, const uint32_t *words, uint32_t count)
{
	for (const uint32_t *end = words + (count << shift >> 2); words != end; words += 1u << shift >> 2) {
		copyGranule((uint32_t *)(void *)(all.granules + (first << shift)), words, 1u << shift);
		first = all.links[first];
	}
}

static inline __attribute__((always_inline)) int gather(
	zramGranules all, uint32_t shift, uint32_t first, uint32_t *words, uint32_t count)
{
	for (const uint32_t *end = words + (count << shift >> 2); words != end; words += 1u << shift >> 2) {
		if (first >= all.count)
			return kZramCorrupt;
		copyGranule(words, (const uint32_t *)(const void *)(all.granules + (first << shift)), 1u << shift);
		first = all.links[first];
	}
	return (first == kZramEnd) ? kZramOK : kZramCorrupt;
}

static __attribute__((noinline)) void scatterAll(
	const zramGranules *all, uint32_t first, const uint32_t *words, uint32_t count)
{
	if (all->shift == kLineShift)
		scatter(*all, kLineShift, first, words, count);
	else
		scatter(*all, all->shift, first, words, count);
}

static __attribute__((noinline)) int gatherAll(const zramGranules *all, uint32_t first, uint32_t *words, uint32_t count)
{
	if (all->shift == kLineShift)
		return gather(*all, kLineShift, first, words, count);
	return gather(*all, all->shift, first, words, count);
}

void zramChainScatter(const zramEngine *engine, uint32_t first, const uint32_t *words, uint32_t length)
{
	zramGranules all = granulesOf(engine);

	scatterAll(&all, first, words, zramGranulesFor(engine, length));
}

int zramChainGather(const zramEngine *engine, uint32_t first, uint32_t *words, uint32_t count)
{
	zramGranules all = granulesOf(engine);

	return gatherAll(&all, first, words, count);
}
