/*
	The dashboard's work on many bytes: making the buffers to store, and turning a region's state into a picture.

	A region is the device's own memory and may be damaged, so nothing in it is used as an index before it is checked.
*/
#include "xsmc.h"
#include "xs.h"

#include "zramEngine.h"

#include <string.h>

enum {
	kFree,
	kLZ4,
	kColumns,
	kDense,
	kRaw,
	kMetadata,
	kStates
};

static uint8_t *bytesOf(xsMachine *the, xsSlot *slot, xsUnsignedValue least)
{
	void *data;
	xsUnsignedValue length;
	xsmcGetBufferWritable(*slot, &data, &length);
	if (length < least)
		xsRangeError("buffer: must have at least %d bytes", (int)least);
	return data;
}

static xsUnsignedValue lengthOf(xsMachine *the, xsSlot *slot)
{
	void *data;
	xsUnsignedValue length;
	xsmcGetBufferReadable(*slot, &data, &length);
	return length;
}

/* --- Buffers ---------------------------------------------------------------------------------------------------- */

enum {
	kFrame,
	kLog,
	kSamples,
	kPhoto,
	kBlank
};

static uint32_t nextRandom(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state >> 8;
}

/* A display of 160 pixels a line, RGB565: a sky with a gradient, grainy hills, flat boxes for text. */
static uint8_t frameByte(uint32_t index, uint32_t seed, uint32_t *state)
{
	uint32_t x = (index / 2) % 160, y = (index / 2) / 160, hill = 50 + ((x * 7 + seed * 13) % 97) / 4;
	uint32_t grain = (index & 1) ? 0 : nextRandom(state) & 3;
	uint32_t color = ((y / 3 + seed) & 31) << 11 | ((y / 2) & 63) << 5 | 0x1F;
	if (y > hill)
		color = (0x2A40 + (seed & 7) * 0x0821) ^ grain;
	if (((x / 40 + y / 16 + seed) % 7) == 0)
		color = (y & 8) ? 0xFFFF : 0x10A2;
	return (uint8_t)((index & 1) ? color >> 8 : color);
}

/* Lines of JSON, as an app logs them; only the digits differ from line to line. */
static uint8_t logByte(uint32_t index, uint32_t *state)
{
	static const char line[] = "{\"t\":17#######,\"id\":\"#a#f##c#\",\"celsius\":2#.##,\"humidity\":##,\"lux\":###}\n";
	char at = line[index % (sizeof(line) - 1)];
	return (uint8_t)((at == '#') ? '0' + nextRandom(state) % 10 : (uint32_t)at);
}

/* 16 bits a sample: a tone with a period of 48 samples that gets louder, and a click now and then. */
static uint8_t sampleByte(uint32_t index, uint32_t seed, uint32_t *state)
{
	uint32_t sample = index / 2, phase = sample % 48, loud = 1 + ((sample / 384 + seed) & 7);
	uint32_t value = 0x8000 + loud * ((phase < 24) ? phase * 83 : (48 - phase) * 83);
	if (nextRandom(state) % 40 == 0)
		value ^= 0x40;
	return (uint8_t)((index & 1) ? value >> 8 : value);
}

static uint8_t makeByte(uint32_t kind, uint32_t index, uint32_t seed, uint32_t *state)
{
	switch (kind) {
	case kFrame:
		return frameByte(index, seed, state);
	case kLog:
		return logByte(index, state);
	case kSamples:
		return sampleByte(index, seed, state);
	case kPhoto:
		return (uint8_t)nextRandom(state);
	default:
		return (uint8_t)seed;
	}
}

/* make(buffer, kind, seed) */
void xs_picture_make(xsMachine *the)
{
	uint32_t kind = (uint32_t)xsmcToInteger(xsArg(1)), seed = (uint32_t)xsmcToInteger(xsArg(2)), state = seed | 1;
	uint32_t length = lengthOf(the, &xsArg(0));
	uint8_t *bytes = bytesOf(the, &xsArg(0), 0);
	for (uint32_t i = 0; i < length; i++)
		bytes[i] = makeByte(kind, i, seed, &state);
}

/* isMade(buffer, kind, seed) */
void xs_picture_isMade(xsMachine *the)
{
	uint32_t kind = (uint32_t)xsmcToInteger(xsArg(1)), seed = (uint32_t)xsmcToInteger(xsArg(2)), state = seed | 1;
	uint32_t length = lengthOf(the, &xsArg(0)), i = 0;
	const uint8_t *bytes = bytesOf(the, &xsArg(0), 0);
	while (i < length && bytes[i] == makeByte(kind, i, seed, &state))
		i++;
	xsmcSetBoolean(xsResult, i == length);
}

/* copy(to, toStart, from, fromStart, length), and(…) likewise */
static void combine(xsMachine *the, int and)
{
	uint32_t toStart = (uint32_t)xsmcToInteger(xsArg(1)), fromStart = (uint32_t)xsmcToInteger(xsArg(3));
	uint32_t length = (uint32_t)xsmcToInteger(xsArg(4));
	uint8_t *to = bytesOf(the, &xsArg(0), toStart + length) + toStart;
	const uint8_t *from = bytesOf(the, &xsArg(2), fromStart + length) + fromStart;
	if (!and)
		memmove(to, from, length);
	else
		for (uint32_t i = 0; i < length; i++)
			to[i] &= from[i];
}

void xs_picture_copy(xsMachine *the)
{
	combine(the, 0);
}

void xs_picture_and(xsMachine *the)
{
	combine(the, 1);
}

/* --- The state of a region -------------------------------------------------------------------------------------- */

/* The header, or NULL if its geometry does not fit into `length` bytes. */
static const zramHeader *headerOf(const uint8_t *region, uint32_t length)
{
	const zramHeader *header = (const zramHeader *)(const void *)region;
	if ((length < sizeof(zramHeader)) || (header->magic != kZramMagic) || (header->regionLength != length))
		return NULL;
	uint64_t table = (uint64_t)header->tableOffset + (uint64_t)header->pageCount * sizeof(zramEntry);
	uint64_t slots = (uint64_t)header->slotsOffset + (uint64_t)header->slotCount * sizeof(zramSlot);
	uint64_t links = (uint64_t)header->linksOffset + (uint64_t)header->granuleCount * sizeof(uint16_t);
	uint64_t granules = (uint64_t)header->granulesOffset + (uint64_t)header->granuleCount * header->granuleLength;
	int fits = table <= length && slots <= length && links <= length && granules <= length;
	return (fits && header->granuleCount <= kZramGranulesMax && header->granuleLength >= kZramGranuleMin) ? header
																										  : NULL;
}

typedef struct {
	const zramHeader *header;
	uint16_t (*counts)[kStates]; /* granules in a cell, by state */
	uint32_t cells;
} Picture;

static void countGranule(const Picture *picture, uint32_t granule, int state)
{
	const zramHeader *header = picture->header;
	uint64_t position = (uint64_t)header->granulesOffset + (uint64_t)granule * header->granuleLength;
	picture->counts[position * picture->cells / header->regionLength][state]++;
}

static void countPage(const Picture *picture, const uint8_t *region, const zramEntry *entry)
{
	const zramHeader *header = picture->header;
	const uint16_t *links = (const uint16_t *)(const void *)(region + header->linksOffset);
	uint32_t state = zramEntryState(entry), stored = zramEntryLength(entry), granule = entry->word0;
	static const uint8_t looks[] = { kLZ4, kColumns, kDense };
	uint32_t codec = zramEntryCodec(entry);
	int look = (state == kZramStateRaw) ? kRaw : looks[(codec < sizeof(looks)) ? codec : 1];
	if ((state != kZramStateCompressed) && (state != kZramStateRaw))
		return;
	for (uint32_t done = 0; done < stored && granule < header->granuleCount; done += header->granuleLength) {
		countGranule(picture, granule, look);
		granule = links[granule];
	}
}

/* The state of most of a cell. Granules that were not counted are free. */
static uint8_t cellState(const Picture *picture, uint32_t cell)
{
	const zramHeader *header = picture->header;
	const uint16_t *counts = picture->counts[cell];
	uint64_t start = (uint64_t)cell * header->regionLength / picture->cells;
	if (start < header->granulesOffset)
		return kMetadata;
	uint32_t whole = header->regionLength / picture->cells / header->granuleLength;
	uint32_t used = 0;
	uint8_t most = kLZ4;
	for (uint8_t state = kLZ4; state <= kRaw; state++) {
		used += counts[state];
		most = (counts[state] > counts[most]) ? state : most;
	}
	return (2 * used < whole || used == 0) ? kFree : most;
}

/*
	cells(region, picture, columns, rows): `picture` has a byte a cell, two bytes a row for the first and the last changed
	column (first > last if there is none), then, 2-aligned, the counts.
*/
void xs_picture_cells(xsMachine *the)
{
	uint32_t columns = (uint32_t)xsmcToInteger(xsArg(2)), rows = (uint32_t)xsmcToInteger(xsArg(3));
	uint32_t cells = columns * rows, countsOffset = (cells + 2 * rows + 1) & ~1u;
	uint32_t length = lengthOf(the, &xsArg(0));
	uint8_t *picture = bytesOf(the, &xsArg(1), countsOffset + cells * kStates * (uint32_t)sizeof(uint16_t));
	const uint8_t *region = bytesOf(the, &xsArg(0), 0);
	Picture made = { headerOf(region, length), (void *)(picture + countsOffset), cells };
	int changed = 0;

	memset(made.counts, 0, cells * sizeof(*made.counts));
	if (made.header) {
		const zramEntry *entries = (const zramEntry *)(const void *)(region + made.header->tableOffset);
		for (uint32_t page = 0; page < made.header->pageCount; page++)
			countPage(&made, region, entries + page);
	}
	for (uint32_t row = 0; row < rows; row++) {
		uint8_t *span = picture + cells + 2 * row;
		span[0] = 255;
		span[1] = 0;
		for (uint32_t column = 0; column < columns; column++) {
			uint8_t *cell = picture + row * columns + column;
			uint8_t state = made.header ? cellState(&made, row * columns + column) : kFree;
			if (*cell == state)
				continue;
			*cell = state;
			if (span[0] == 255)
				span[0] = (uint8_t)column;
			span[1] = (uint8_t)column;
			changed++;
		}
	}
	xsmcSetInteger(xsResult, changed);
}

/* figures(region, into): an int32 each, in the order of picture.ts; all 0 if it is not a device's region. */
void xs_picture_figures(xsMachine *the)
{
	uint32_t length = lengthOf(the, &xsArg(0));
	int32_t *into = (int32_t *)(void *)bytesOf(the, &xsArg(1), 12 * sizeof(int32_t));
	const uint8_t *region = bytesOf(the, &xsArg(0), 0);
	const zramHeader *header = headerOf(region, length);
	memset(into, 0, 12 * sizeof(int32_t));
	if (!header)
		return;
	uint32_t metadata = header->regionLength - header->granuleCount * header->granuleLength;
	into[0] = (int32_t)header->payload;
	into[1] = (int32_t)(metadata + header->usedGranules * header->granuleLength);
	into[2] = (int32_t)(metadata + header->usedGranulesMax * header->granuleLength);
	into[3] = (int32_t)header->codecs[0].pages;
	into[4] = (int32_t)header->rawPages;
	into[5] = (int32_t)header->samePages;
	into[6] = (int32_t)header->offloadedPages;
	into[7] = (int32_t)((header->reads.low + header->writes.low + header->trims.low) & 0x3FFFFFFF);
	into[8] = (int32_t)header->slotCount;
	into[9] = (int32_t)(header->slotErases.low & 0x3FFFFFFF);
	into[10] = (int32_t)header->codecs[1].pages;
	into[11] = (int32_t)header->codecs[2].pages;
}

/* How worn a block is: 0 if it is new, and 1 more for each power of ten, up to 5. */
enum {
	kWearMost = 5,
	kWearNone, /* there is no block */
	kWearRetired
};

static uint8_t wearOf(const zramSlot *slot)
{
	uint8_t level = 0;
	if (slot->state == kZramSlotRetired)
		return kWearRetired;
	for (uint32_t erases = slot->erases; erases && level < kWearMost; erases /= 10)
		level++;
	return level;
}

/* The most worn of some slots, which share a cell. */
static uint8_t wearOfCell(const zramSlot *slots, uint32_t count)
{
	uint8_t most = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint8_t level = wearOf(slots + i);
		if (level > most)
			most = level;
	}
	return most;
}

/* wear(region, into): a byte a cell, which stands for as many slots as it takes to show all. Returns how many have changed. */
void xs_picture_wear(xsMachine *the)
{
	uint32_t length = lengthOf(the, &xsArg(0)), cells = lengthOf(the, &xsArg(1)), changed = 0;
	uint8_t *into = bytesOf(the, &xsArg(1), 0);
	const uint8_t *region = bytesOf(the, &xsArg(0), 0);
	const zramHeader *header = headerOf(region, length);
	uint32_t count = header ? header->slotCount : 0, each = cells ? (count + cells - 1) / cells : 0;
	const zramSlot *slots = header ? (const zramSlot *)(const void *)(region + header->slotsOffset) : NULL;
	for (uint32_t i = 0; i < cells; i++) {
		uint32_t first = i * each, here = (first < count) ? count - first : 0;
		uint8_t level = here ? wearOfCell(slots + first, (here < each) ? here : each) : kWearNone;
		changed += into[i] != level;
		into[i] = level;
	}
	xsmcSetInteger(xsResult, (xsIntegerValue)changed);
}
