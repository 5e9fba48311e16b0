/*
	An RP2350, as far as hosts/pico asks pico-sdk for it: flash and PSRAM behind one window, a heap over SRAM and, with
	SFE_ALLOC, over PSRAM too, interrupts, and with PICO_MULTICORE another core. What must not be on the real one is counted
	as a fault.
*/
#include "xs.h"
#include "xsmc.h"

#include "../../hosts/zramMemory.h"
#include "chip.h"
#include "hardware/flash.h"
#include "hardware/sync.h"
#include "hardware/timer.h"
#include "pico/multicore.h"

#include <string.h>

_Alignas(4096) uint8_t picoWindow[0x2000000];
uint32_t picoImage;

static bool interruptsOff;
static bool otherCanStop, otherWillStop, otherStopped;
static int faults, operations;

/* ---- flash ---- */

static uint8_t before(uint32_t offset)
{
	return (uint8_t)(offset * 2654435761u >> 24);
}

static bool isPsram(const void *data)
{
	uintptr_t start = XIP_BASE + kPicoPsramStart;
	return (uintptr_t)data >= start && (uintptr_t)data < start + kPicoPsramLength;
}

/* An operation in which the chip cannot be read by anybody. */
static void busy(uint32_t offset, size_t count, uint32_t unit)
{
	operations++;
	if (!interruptsOff || offset % unit || count % unit || offset + count > kPicoFlashLength)
		faults++;
#ifdef PICO_MULTICORE
	if (!otherStopped)
		faults++;
#endif
}

void flash_range_erase(uint32_t offset, size_t count)
{
	busy(offset, count, FLASH_SECTOR_SIZE);
	memset(picoWindow + offset, 0xFF, count);
}

void flash_range_program(uint32_t offset, const uint8_t *data, size_t count)
{
	busy(offset, count, FLASH_PAGE_SIZE);
	if (isPsram(data))
		faults++;
	for (size_t i = 0; i < count; i++)
		picoWindow[offset + i] &= data[i];
}

uint32_t save_and_disable_interrupts(void)
{
	uint32_t was = interruptsOff;
	interruptsOff = true;
	return was;
}

void restore_interrupts(uint32_t status)
{
	interruptsOff = status;
}

uint64_t time_us_64(void)
{
	return 0;
}

/* ---- the other core ---- */

#ifdef PICO_MULTICORE
void multicore_launch_core1_raw(void (*entry)(void), uint32_t *stack, uint32_t vectors)
{
	(void)entry;
	(void)stack;
	(void)vectors;
}

bool multicore_lockout_victim_is_initialized(unsigned core)
{
	return otherCanStop && core == 1;
}

bool multicore_lockout_start_timeout_us(uint64_t timeout)
{
	if (!otherCanStop || interruptsOff || timeout == 0)
		faults++;
	otherStopped = otherWillStop;
	return otherStopped;
}

void multicore_lockout_end_blocking(void)
{
	if (!otherStopped || interruptsOff)
		faults++;
	otherStopped = false;
}
#endif

/* ---- one heap over both memories: the first block that is large enough, SRAM first ---- */

typedef struct {
	uint32_t length; /* header included */
	uint32_t used;
} Header;

static _Alignas(64) Header sram[kPicoSramLength / sizeof(Header)];

static void *takeFrom(uint8_t *pool, uint32_t poolLength, uint32_t length)
{
	for (uint32_t at = 0; at < poolLength;) {
		Header *header = (Header *)(void *)(pool + at);
		while (!header->used && at + header->length < poolLength) {
			Header *next = (Header *)(void *)(pool + at + header->length);
			if (next->used)
				break;
			header->length += next->length;
		}
		if (!header->used && header->length >= length) {
			uint32_t rest = header->length - length;
			if (rest)
				*(Header *)(void *)(pool + at + length) = (Header){ rest, 0 };
			*header = (Header){ length, 1 };
			return header + 1;
		}
		at += header->length;
	}
	return NULL;
}

/* malloc and free of hosts/pico/zramPico.c: the compiler is told so. */
void *picoMalloc(size_t byteLength)
{
	uint32_t length = ((uint32_t)byteLength + 15u) & ~7u;
	void *data = takeFrom((uint8_t *)sram, kPicoSramLength, length);
#if SFE_ALLOC
	if (!data)
		data = takeFrom(picoWindow + kPicoPsramStart, kPicoPsramLength, length);
#endif
	return data;
}

void picoFree(void *data)
{
	((Header *)data - 1)->used = 0;
}

static uint32_t usedIn(const uint8_t *pool, uint32_t poolLength)
{
	uint32_t used = 0;
	for (uint32_t at = 0; at < poolLength;) {
		const Header *header = (const Header *)(const void *)(pool + at);
		if (header->used)
			used += header->length;
		at += header->length;
	}
	return used;
}

/* ---- what the suite calls ---- */

/* (image): a new chip, with a firmware of so many bytes; what lies in the flash can be told from what was written. */
void xs_pico_reset(xsMachine *the)
{
	picoImage = (uint32_t)xsmcToInteger(xsArg(0));
	for (uint32_t i = 0; i < kPicoFlashLength; i++)
		picoWindow[i] = before(i);
	sram[0] = (Header){ kPicoSramLength, 0 };
	*(Header *)(void *)(picoWindow + kPicoPsramStart) = (Header){ kPicoPsramLength, 0 };
	interruptsOff = otherStopped = false;
	faults = operations = 0;
}

/* (length): a mod behind the firmware. */
void xs_pico_mod(xsMachine *the)
{
	uint32_t header[2] = { __builtin_bswap32((uint32_t)xsmcToInteger(xsArg(0))), __builtin_bswap32(0x58535F41u) };
	memcpy(picoWindow + picoImage, header, sizeof(header));
}

/* (start, end): whether all of the flash but these bytes is as it was. */
void xs_pico_isUntouched(xsMachine *the)
{
	uint32_t start = (uint32_t)xsmcToInteger(xsArg(0)), end = (uint32_t)xsmcToInteger(xsArg(1)), i = 0;
	while (i < kPicoFlashLength && ((i >= start && i < end) || picoWindow[i] == before(i)))
		i++;
	xsmcSetBoolean(xsResult, i == kPicoFlashLength);
}

void xs_pico_faults(xsMachine *the)
{
	xsmcSetInteger(xsResult, faults + interruptsOff + otherStopped);
}

void xs_pico_operations(xsMachine *the)
{
	xsmcSetInteger(xsResult, operations);
}

/* (can, will): the other core has said that it can be stopped; it stops. */
void xs_pico_other(xsMachine *the)
{
	otherCanStop = xsmcTest(xsArg(0));
	otherWillStop = xsmcTest(xsArg(1));
}

static void *regions[64];
static int regionCount;

void xs_pico_hasExternal(xsMachine *the)
{
	xsmcSetBoolean(xsResult, zramMemoryHasExternal());
}

/* (byteLength, external): where the region lies, "" for nowhere. */
void xs_pico_allocate(xsMachine *the)
{
	uint32_t byteLength = (uint32_t)xsmcToInteger(xsArg(0));
	void *data = zramMemoryAllocate(byteLength, xsmcTest(xsArg(1)));
	if (!data || regionCount == 64) {
		xsmcSetString(xsResult, "");
		return;
	}
	memset(data, 0xA5, byteLength);
	regions[regionCount++] = data;
	bool aligned = (uintptr_t)data % ZRAM_MEMORY_ALIGNMENT == 0;
	xsmcSetString(xsResult, !aligned ? "misaligned" : isPsram(data) ? "PSRAM" : "SRAM");
}

/* Gives back every region. Returns the bytes that are still taken from the heap. */
void xs_pico_freeAll(xsMachine *the)
{
	while (regionCount)
		zramMemoryFree(regions[--regionCount]);
	uint32_t used = usedIn((const uint8_t *)sram, kPicoSramLength);
	xsmcSetInteger(xsResult, (xsIntegerValue)(used + usedIn(picoWindow + kPicoPsramStart, kPicoPsramLength)));
}
