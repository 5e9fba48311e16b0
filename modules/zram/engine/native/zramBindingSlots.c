/*
 * Binds what has to do with flash, zramSlots.c and zramLate.c, to XS. Each function is the method of that name in
 * interface.ts. See zramBinding.c.
 */

#include <string.h>

#include "zramBinding.h"

static uint32_t toUint32(xsMachine *the, int index)
{
	return (uint32_t)xsmcToNumber(xsArg(index));
}

/* checksum(buffer, start, length): throws if there are no such bytes, since any number it returns may be a checksum */
void xs_zram_engine_checksum(xsMachine *the)
{
	uint32_t start = toUint32(the, 1), length = toUint32(the, 2);
	void *data;
	xsUnsignedValue size;

	xsmcGetBufferReadable(xsArg(0), &data, &size);
	if ((start > size) || (length > size - start))
		xsRangeError("checksum: not within the buffer");
	xsmcSetNumber(xsResult, zramChecksum((uint8_t *)data + start, length));
}

void xs_zram_engine_stage(xsMachine *the)
{
	uint32_t page = toUint32(the, 0);
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	xsmcSetInteger(xsResult, code ? code : zramStage(engine, page));
}

/* victim(page, forHuge) */
void xs_zram_engine_victim(xsMachine *the)
{
	uint32_t page = toUint32(the, 0), victim;
	int forHuge = xsmcToBoolean(xsArg(1));
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	if (!code) {
		victim = zramVictim(engine, page, forHuge);
		code = (victim == kZramNoPage) ? kZramStopNothing : (int)victim;
	}
	xsmcSetInteger(xsResult, code);
}

void xs_zram_engine_reserve(xsMachine *the)
{
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	xsmcSetInteger(xsResult, code ? code : zramReserve(engine));
}

void xs_zram_engine_offload(xsMachine *the)
{
	uint32_t page = toUint32(the, 0), slot = toUint32(the, 1), mode = toUint32(the, 2), sum = toUint32(the, 3);
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	xsmcSetInteger(xsResult, code ? code : zramOffload(engine, page, slot, mode, sum));
}

void xs_zram_engine_slot(xsMachine *the)
{
	uint32_t slot = toUint32(the, 0);
	zramEngine *engine;
	int code = zramEnter(the, &engine);
	void *into;
	xsUnsignedValue size;

	if (!code) {
		xsmcGetBufferWritable(xsArg(1), &into, &size);
		code = kZramErrorOffset;
		if ((slot < engine->geometry.slotCount) && (size >= sizeof(zramSlot))) {
			memcpy(into, engine->region + engine->geometry.slotsOffset + slot * sizeof(zramSlot), sizeof(zramSlot));
			code = kZramOK;
		}
	}
	xsmcSetInteger(xsResult, code);
}

void xs_zram_engine_setSlot(xsMachine *the)
{
	uint32_t slot = toUint32(the, 0), state = toUint32(the, 1), erases = toUint32(the, 2), sum = toUint32(the, 3);
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	xsmcSetInteger(xsResult, code ? code : zramSetSlot(engine, slot, state, erases, sum));
}

/* survey(except, into) */
void xs_zram_engine_survey(xsMachine *the)
{
	uint32_t except = toUint32(the, 0);
	zramEngine *engine;
	int code = zramEnter(the, &engine);
	zramSurvey survey;
	void *into;
	xsUnsignedValue size;

	if (!code) {
		zramSurveySlots(engine, except, &survey);
		xsmcGetBufferWritable(xsArg(1), &into, &size);
		memcpy(into, &survey, (size < sizeof(survey)) ? size : sizeof(survey));
	}
	xsmcSetInteger(xsResult, code);
}

/* Begins saveWear and loadWear(slot, count, base, logBase, bytes). kZramErrorOffset if `bytes` is too short. */
static int enterWear(xsMachine *the, zramEngine **engine, uint8_t **bytes)
{
	uint32_t count = toUint32(the, 1);
	int code = zramEnter(the, engine);
	void *data;
	xsUnsignedValue size;

	if (code)
		return code;
	xsmcGetBufferWritable(xsArg(4), &data, &size);
	*bytes = data;
	return (count > size / 2) ? kZramErrorOffset : kZramOK;
}

void xs_zram_engine_saveWear(xsMachine *the)
{
	zramEngine *engine;
	uint8_t *bytes;
	int code = enterWear(the, &engine, &bytes);

	if (!code)
		zramSaveWear(engine, toUint32(the, 0), toUint32(the, 1), toUint32(the, 2), toUint32(the, 3), bytes);
	xsmcSetInteger(xsResult, code);
}

void xs_zram_engine_loadWear(xsMachine *the)
{
	zramEngine *engine;
	uint8_t *bytes;
	int code = enterWear(the, &engine, &bytes);

	if (!code)
		zramLoadWear(engine, toUint32(the, 0), toUint32(the, 1), toUint32(the, 2), toUint32(the, 3), bytes);
	xsmcSetInteger(xsResult, code);
}
