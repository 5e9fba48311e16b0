/*
 * The layout of a region: decides how long a granule is and where each part begins, and writes the header.
 * zramBinding.c plans with it before it starts an engine; zramEngine.h is the contract, with the diagram.
 */

#include "zramInternal.h"

#include <string.h>

static uint32_t log2of(uint32_t powerOfTwo)
{
	uint32_t shift = 0;

	while ((1u << shift) < powerOfTwo)
		shift++;
	return shift;
}

static uint32_t alignUp(uint32_t value, uint32_t alignment)
{
	return (value + alignment - 1) & ~(alignment - 1);
}

static uint64_t slotsOffset(uint32_t pageCount, uint32_t flags)
{
	return sizeof(zramHeader) + (uint64_t)pageCount * (sizeof(zramEntry) + ((flags & kZramFlagIntegrity) ? 4 : 0));
}

static uint64_t linksOffset(uint32_t pageCount, uint32_t flags, uint32_t slotCount)
{
	return slotsOffset(pageCount, flags) + (uint64_t)slotCount * sizeof(zramSlot);
}

uint64_t zramRegionMin(uint32_t pageCount, uint32_t pageLength, uint32_t flags, uint32_t slotCount)
{
	uint64_t metadata = linksOffset(pageCount, flags, slotCount) + 2 * (pageLength / kZramGranuleMin);

	return ((metadata + kZramGranuleMin - 1) & ~(uint64_t)(kZramGranuleMin - 1)) + pageLength;
}

uint64_t zramRegionMax(uint32_t pageCount, uint32_t pageLength, uint32_t flags, uint32_t slotCount)
{
	uint64_t most = linksOffset(pageCount, flags, slotCount) + (kZramGranulesMax + 1) * (pageLength / 2 + 2) - 1;

	return (most < INT32_MAX) ? most : INT32_MAX;
}

int zramPlan(zramGeometry *geometry, uint32_t regionLength, uint32_t pageCount, uint32_t pageLength, uint32_t flags,
	uint32_t slotCount)
{
	uint32_t links = (uint32_t)linksOffset(pageCount, flags, slotCount), space = regionLength - links;
	uint32_t granuleLength = kZramGranuleMin, granules;

	if ((regionLength < zramRegionMin(pageCount, pageLength, flags, slotCount))
		|| (regionLength > zramRegionMax(pageCount, pageLength, flags, slotCount)))
		return 0;
	while (space / (granuleLength + 2) > kZramGranulesMax)
		granuleLength <<= 1;
	granules = space / (granuleLength + 2);
	while ((uint64_t)alignUp(links + 2 * granules, kZramGranuleMin) + granules * granuleLength > regionLength)
		granules--;

	geometry->flags = flags;
	geometry->regionLength = regionLength;
	geometry->pageLength = pageLength;
	geometry->pageShift = log2of(pageLength);
	geometry->pageCount = pageCount;
	geometry->granuleLength = granuleLength;
	geometry->granuleShift = log2of(granuleLength);
	geometry->granuleCount = granules;
	geometry->slotCount = slotCount;
	geometry->tableOffset = sizeof(zramHeader);
	geometry->sumsOffset = (flags & kZramFlagIntegrity) ? geometry->tableOffset + pageCount * sizeof(zramEntry) : 0;
	geometry->slotsOffset = slotCount ? (uint32_t)slotsOffset(pageCount, flags) : 0;
	geometry->linksOffset = links;
	geometry->granulesOffset = alignUp(links + 2 * granules, kZramGranuleMin);
	return 1;
}

void zramWriteHeader(zramEngine *engine)
{
	const zramGeometry *geometry = &engine->geometry;
	zramHeader *header = zramHeaderOf(engine);

	memset(header, 0, sizeof(zramHeader));
	header->magic = kZramMagic;
	header->version = kZramVersion;
	header->flags = geometry->flags;
	header->regionLength = geometry->regionLength;
	header->pageLength = geometry->pageLength;
	header->pageCount = geometry->pageCount;
	header->granuleLength = geometry->granuleLength;
	header->granuleCount = geometry->granuleCount;
	header->tableOffset = geometry->tableOffset;
	header->sumsOffset = geometry->sumsOffset;
	header->linksOffset = geometry->linksOffset;
	header->granulesOffset = geometry->granulesOffset;
	header->slotCount = geometry->slotCount;
	header->slotsOffset = geometry->slotsOffset;
	header->threshold = engine->threshold;
	header->limit = engine->limit;
	header->freeHead = kZramEnd;
}
