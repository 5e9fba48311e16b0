/*
 * Fuzz target: a whole region, half of the time with slots on a flash. The input is a program of operations on a small
 * device, and of damage to its region. No call may crash, hang, or touch a byte outside of region and buffer
 * (AddressSanitizer sees it), or answer what it never answers. Until the first damage, and again after a reset (which does
 * not heal slots), what is read must be right, and check() content.
 */

#include <stdlib.h>
#include <string.h>

#include "zramEngine.h"

#define kPages 8
#define kSlots 12
#define kSteps 400 /* a longer program shows nothing more */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
	const uint8_t *data;
	size_t size;
} Input;

typedef struct {
	zramEngine *engine;
	uint32_t regionLength;
	uint32_t pageLength;
	uint32_t slots;    /* 0 or kSlots */
	uint8_t *expected; /* kPages pages */
	uint8_t *flash;    /* kSlots pages */
	int isDamaged;
	int areSlotsDamaged;
} Device;

static uint32_t nextByte(Input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->data++;
}

static uint32_t nextShort(Input *input)
{
	uint32_t low = nextByte(input);

	return low | nextByte(input) << 8;
}

static uint32_t nextWord(Input *input)
{
	uint32_t low = nextShort(input);

	return low | nextShort(input) << 16;
}

/* Bytes of some kind: one value, noise, or the input's own. */
static void fillBytes(uint8_t *bytes, uint32_t length, Input *input)
{
	uint32_t kind = nextByte(input), state = nextShort(input) | 1;

	for (uint32_t i = 0; i < length; i++) {
		state ^= state << 13, state ^= state >> 17, state ^= state << 5;
		bytes[i] = (uint8_t)((kind & 3) == 0 ? kind
				: (kind & 3) == 1            ? state >> 8
				: (kind & 3) == 2            ? i >> 3
											 : nextByte(input));
	}
}

static int isDone(const Device *device, int code)
{
	if ((code == kZramOK) || (code == kZramPressure))
		return 1;
	if ((code == kZramErrorFull) || (code == kZramStopHuge) || (code == kZramStopFull))
		return 0;
	if (device->isDamaged && ((code == kZramErrorCorrupt) || (code == kZramErrorRot)))
		return 0;
	abort();
}

enum {
	kRead,
	kWrite,
	kTrim
};

static int callOnce(Device *device, int operation, uint32_t offset, uint8_t *bytes, uint32_t length, uint32_t mode)
{
	uint32_t page = offset / device->pageLength, start = offset % device->pageLength;

	switch (operation) {
	case kRead:
		return zramRead(device->engine, page, start, bytes, length, mode);
	case kWrite:
		return zramWrite(device->engine, page, start, bytes, length, mode);
	default:
		return zramTrim(device->engine, page, start, length, mode);
	}
}

/* Brings the page at which the engine has stopped from flash to staging, as a caller does. */
static void bring(Device *device)
{
	const zramEngine *engine = device->engine;
	uint32_t *entry = (uint32_t *)(void *)(engine->region + engine->geometry.tableOffset) + 2 * (size_t)engine->stopped;

	if (*entry >= device->slots)
		abort();
	memcpy(engine->staging, device->flash + *entry * device->pageLength, device->pageLength);
}

/* A request to its end, pages on flash included. Returns the bytes that are done. */
static uint32_t call(Device *device, int operation, uint32_t offset, uint8_t *bytes, uint32_t length, uint32_t mode)
{
	uint32_t done = 0;

	for (uint32_t staged = 0;; staged = kZramModeStaged) {
		int code = callOnce(device, operation, offset + done, bytes + done, length - done, mode | staged);
		if (code == kZramStopOnFlash) {
			done += (uint32_t)device->engine->done;
			bring(device);
		}
		else
			return isDone(device, code) ? length : done + (uint32_t)device->engine->done;
	}
}

static void transfer(Device *device, Input *input, int isWrite)
{
	uint32_t page = nextByte(input) % kPages, start = nextShort(input) % device->pageLength;
	uint32_t length = nextShort(input) % (2 * device->pageLength) + 1, skew = nextByte(input) & 3;
	uint32_t room = (kPages - page) * device->pageLength - start;
	uint8_t *buffer, *bytes, *expected = device->expected + page * device->pageLength + start;

	if (length > room)
		length = room;
	buffer = malloc(length + skew);
	bytes = buffer + skew;
	if (isWrite) {
		uint32_t mode = nextByte(input) & kZramModeKeep;
		fillBytes(bytes, length, input);
		memcpy(expected, bytes, call(device, kWrite, page * device->pageLength + start, bytes, length, mode));
	}
	else {
		uint32_t done = call(device, kRead, page * device->pageLength + start, bytes, length, 0);
		if (!device->isDamaged && ((done < length) || memcmp(bytes, expected, length)))
			abort();
	}
	free(buffer);
}

static void trim(Device *device, Input *input)
{
	uint32_t page = nextByte(input) % kPages, start = nextShort(input) % device->pageLength;
	uint32_t room = (kPages - page) * device->pageLength - start, length = nextShort(input) % (room + 1);

	length = call(device, kTrim, page * device->pageLength + start, device->expected, length, kZramModeKeep);
	memset(device->expected + page * device->pageLength + start, 0, length);
}

/* A byte anywhere, a link, or a word of header or table takes any value. */
static void damage(Device *device, Input *input)
{
	uint32_t kind = nextByte(input), place = nextShort(input);
	uint8_t *region = device->engine->region;

	device->isDamaged = 1;
	if (kind & 1)
		region[place % device->regionLength] = (uint8_t)nextByte(input);
	else if (kind & 2) {
		uint16_t *links = (uint16_t *)(void *)(region + device->engine->geometry.linksOffset);
		links[place % device->engine->geometry.granuleCount] = (uint16_t)nextShort(input);
	}
	else
		((uint32_t *)(void *)region)[place % (device->engine->geometry.linksOffset / 4)] = nextWord(input);
	device->areSlotsDamaged = (device->slots != 0);
}

/* Makes a slot ready, if it has no page, and brings a page there, or only asks around. */
static void useSlots(Device *device, Input *input)
{
	zramEngine *engine = device->engine;
	uint32_t page = nextByte(input) % kPages, slot = nextByte(input) % (kSlots + 1), kind = nextByte(input);
	uint8_t units[2 * kSlots];
	zramSurvey survey;
	int code;

	if (kind & 1) {
		zramSetSlot(engine, slot, nextByte(input) & 15, nextWord(input), kind);
		zramSurveySlots(engine, nextByte(input) % (kSlots + 1), &survey);
		zramSaveWear(engine, slot, nextByte(input) & 15, survey.least, survey.logLeast, units);
		if (kind & 2)
			zramLoadWear(engine, slot, nextByte(input) & 15, survey.least, survey.logLeast, units);
		return;
	}
	code = zramStage(engine, page);
	if (code == kZramStopOnFlash)
		bring(device);
	else if (!isDone(device, code))
		return;
	if (zramSetSlot(engine, slot, kZramSlotErased, nextByte(input), 0) != kZramOK)
		return;
	memcpy(device->flash + slot * device->pageLength, engine->staging, device->pageLength);
	code = zramOffload(engine, page, slot, (kind & 4) ? kZramModeWritten : 0,
		zramChecksum((const uint8_t *)engine->staging, device->pageLength));
	if ((code != kZramOK) && !device->isDamaged)
		abort();
}

static void reset(Device *device)
{
	zramReset(device->engine);
	device->isDamaged = device->areSlotsDamaged;
	memset(device->expected, 0, kPages * device->pageLength);
	if (zramCheck(device->engine) && !device->isDamaged)
		abort();
}

static void step(Device *device, Input *input)
{
	switch (nextByte(input) % 16) {
	case 0:
	case 1:
	case 2:
	case 3:
	case 4:
		transfer(device, input, 1);
		break;
	case 5:
	case 6:
	case 7:
		transfer(device, input, 0);
		break;
	case 8:
	case 9:
		trim(device, input);
		break;
	case 10:
		useSlots(device, input);
		break;
	case 11:
	case 12:
		damage(device, input);
		break;
	case 13:
		zramMarkIdle(device->engine, 1);
		zramResetPeak(device->engine);
		if (zramNextPage(device->engine, nextByte(input) % kPages, kPages) > kPages)
			abort();
		break;
	case 14:
		zramSetLimit(device->engine, nextWord(input) % (device->regionLength + 1));
		if (zramCheck(device->engine) && !device->isDamaged)
			abort();
		break;
	default:
		if ((nextByte(input) & 3) == 0)
			reset(device);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Input input = { data, size };
	uint32_t shape = nextByte(&input), flags = shape & (kZramFlagIntegrity | kZramFlagWipe);
	Device device = { .pageLength = 512u << (shape >> 2 & 1) };
	zramGeometry geometry;
	uint8_t *region;

	device.slots = (shape & 8) ? kSlots : 0;
	device.regionLength =
		(uint32_t)zramRegionMin(kPages, device.pageLength, flags, device.slots) + 16 * nextByte(&input);
	if (!zramPlan(&geometry, device.regionLength, kPages, device.pageLength, flags, device.slots))
		abort();
	region = malloc(device.regionLength);
	memset(region, 0xA5, device.regionLength);
	device.expected = calloc(kPages, device.pageLength);
	device.flash = calloc(kSlots, device.pageLength);
	device.engine = malloc(zramScratchLength(device.pageLength));
	device.engine->region = region;
	zramStart(device.engine, &geometry, device.pageLength / 8 * 7, kZramCodecsAll);

	for (uint32_t i = 0; (i < kSteps) && input.size; i++)
		step(&device, &input);
	if (!device.isDamaged && zramCheck(device.engine))
		abort();
	zramClose(device.engine);

	free(device.engine);
	free(device.flash);
	free(device.expected);
	free(region);
	return 0;
}
