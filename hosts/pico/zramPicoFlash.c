/*
	The chip's own flash, as far as neither the firmware nor the SDK uses it: MODDEF_ZRAM_FLASH_SIZE bytes in front of the
	SDK's file storage, which ends where the linker has put preferences. Below it lie the firmware and a mod.

	While the chip erases or programs, nothing can be fetched from it, nor from PSRAM, which shares its bus. So interrupts
	are off, and the other core must be kept away: by pico_flash, if the firmware links it (and then core 1 must have called
	flash_safe_execute_core_init). The SDK links none, and starts no other core.
*/
#include "xs.h"
#include "xsmc.h"
#include "xsHost.h"

#include "hardware/flash.h"
#include "hardware/sync.h"
#include "pico/flash.h"

#ifndef MODDEF_ZRAM_FLASH_SIZE
#define MODDEF_ZRAM_FLASH_SIZE (1024 * 1024)
#endif
#ifndef MODDEF_FILE_LFS_PARTITION_SIZE
#define MODDEF_FILE_LFS_PARTITION_SIZE 65536
#endif

#define TIMEOUT_MS 1000
#define ARCHIVE 0x58535F41u /* "XS_A", with which a mod begins behind its length */

#pragma weak flash_safe_execute

/* One erase or program; `from` lies in SRAM. */
typedef struct {
	uint32_t offset;
	const uint8_t *from;
} Work;

static void eraseSector(void *argument)
{
	const Work *work = argument;
	flash_range_erase(work->offset, FLASH_SECTOR_SIZE);
}

static void programPage(void *argument)
{
	const Work *work = argument;
	flash_range_program(work->offset, work->from, FLASH_PAGE_SIZE);
}

static bool alone(void (*function)(void *), Work *work)
{
	if (flash_safe_execute)
		return flash_safe_execute(function, work, TIMEOUT_MS) == PICO_OK;
	uint32_t interrupts = save_and_disable_interrupts();
	function(work);
	restore_interrupts(interrupts);
	return true;
}

/* First byte of the range, from the start of the flash; 0 if it is not free. */
static uint32_t rangeStart(void)
{
	uintptr_t end = kModulesEnd - MODDEF_FILE_LFS_PARTITION_SIZE;
	uintptr_t start = (end - MODDEF_ZRAM_FLASH_SIZE) & ~(uintptr_t)(FLASH_SECTOR_SIZE - 1);
	uintptr_t used = kModulesStart;
#if MODDEF_XS_MODS
	if (c_read32be((void *)(used + 4)) == ARCHIVE)
		used += c_read32be((void *)used);
#endif
	return (start >= used) && (start < end) ? (uint32_t)(start - kFlashStart) : 0;
}

/* Bytes of the range, 0 if the firmware leaves no room for it. */
void xs_zram_pico_flash_size(xsMachine *the)
{
	xsmcSetInteger(xsResult, rangeStart() ? MODDEF_ZRAM_FLASH_SIZE & ~(FLASH_SECTOR_SIZE - 1) : 0);
}

/* (into, start, length, position): the range was looked at. */
void xs_zram_pico_flash_read(xsMachine *the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1));
	xsIntegerValue length = xsmcToInteger(xsArg(2));
	xsIntegerValue position = xsmcToInteger(xsArg(3));
	void *into;
	xsUnsignedValue intoLength;
	xsmcGetBufferWritable(xsArg(0), &into, &intoLength);
	c_memcpy((uint8_t *)into + start, (const uint8_t *)kFlashStart + rangeStart() + position, length);
}

/* (from, start, length, position): the range was looked at. Page by page by way of the stack, which is SRAM. */
void xs_zram_pico_flash_program(xsMachine *the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1));
	xsIntegerValue length = xsmcToInteger(xsArg(2));
	uint32_t offset = rangeStart() + (uint32_t)xsmcToInteger(xsArg(3));
	void *from;
	xsUnsignedValue fromLength;
	xsmcGetBufferReadable(xsArg(0), &from, &fromLength);
	uint8_t page[FLASH_PAGE_SIZE];
	while (length > 0) {
		uint32_t within = offset % FLASH_PAGE_SIZE;
		xsIntegerValue part = FLASH_PAGE_SIZE - (xsIntegerValue)within;
		if (part > length)
			part = length;
		c_memset(page, 0xff, sizeof(page)); /* ones leave a bit as it is */
		c_memcpy(page + within, (const uint8_t *)from + start, part);
		Work work = { .offset = offset - within, .from = page };
		if (!alone(programPage, &work))
			xsUnknownError("write failed: the other core did not stop");
		offset += part;
		start += part;
		length -= part;
	}
}

/* (block): it was looked at. */
void xs_zram_pico_flash_erase(xsMachine *the)
{
	Work work = { .offset = rangeStart() + (uint32_t)xsmcToInteger(xsArg(0)) * FLASH_SECTOR_SIZE, .from = NULL };
	if (!alone(eraseSector, &work))
		xsUnknownError("erase failed: the other core did not stop");
}
