/*
	The part of the chip's own flash that neither the firmware nor the SDK uses: MODDEF_ZRAM_FLASH_SIZE bytes in front
	of the SDK's file storage, which ends where the linker has put preferences. Below it lie the firmware and a mod.
	pico-flash.ts calls these functions.

	While the chip erases or programs, nothing can be fetched from it, nor from PSRAM, which shares its bus. So
	interrupts are off, and the other core waits in SRAM: pico_multicore's lockout makes it, if the firmware links that.
	The SDK does not link it, and starts no other core. flash_range_erase and flash_range_program (pico-sdk 2.1 and
	newer) write back PSRAM's cache before, and set up its half of the bus again afterwards.
*/
#include "xs.h"
#include "xsmc.h"
#include "xsHost.h"

#include "hardware/flash.h"
#include "hardware/sync.h"
#include "pico/multicore.h"

#ifndef MODDEF_ZRAM_FLASH_SIZE
#define MODDEF_ZRAM_FLASH_SIZE (1024 * 1024)
#endif
#ifndef MODDEF_FILE_LFS_PARTITION_SIZE
#define MODDEF_FILE_LFS_PARTITION_SIZE 65536
#endif

#define RANGE_LENGTH ((uint32_t)MODDEF_ZRAM_FLASH_SIZE & ~(FLASH_SECTOR_SIZE - 1u))
#define TIMEOUT_US 1000000
#define ARCHIVE 0x58535F41u /* "XS_A", which follows the length at the start of a mod */

#pragma weak multicore_launch_core1_raw
#pragma weak multicore_lockout_victim_is_initialized
#pragma weak multicore_lockout_start_timeout_us
#pragma weak multicore_lockout_end_blocking

/* An erase; or a program if there is a `from`, which lies in SRAM. */
typedef struct {
	uint32_t offset;
	const uint8_t *from;
} Work;

/* Stops the other core. Returns NULL if it waits or never runs, else what is wrong. */
static const char *stopOtherCore(void)
{
	if (!multicore_launch_core1_raw)
		return NULL;
	if (!multicore_lockout_victim_is_initialized(get_core_num() ^ 1u))
		return "the other core has not called multicore_lockout_victim_init()";
	return multicore_lockout_start_timeout_us(TIMEOUT_US) ? NULL : "the other core did not stop within a second";
}

/* Erases or programs while nothing else runs. Throws if the other core cannot be stopped. */
static void doAlone(xsMachine *the, const Work *work)
{
	const char *problem = stopOtherCore();
	if (problem)
		xsUnknownError("%s", problem);
	uint32_t interrupts = save_and_disable_interrupts();
	if (work->from)
		flash_range_program(work->offset, work->from, FLASH_PAGE_SIZE);
	else
		flash_range_erase(work->offset, FLASH_SECTOR_SIZE);
	restore_interrupts(interrupts);
	if (multicore_launch_core1_raw)
		multicore_lockout_end_blocking();
}

/* Offset of the range's first byte in the flash; 0 if the range is not free. */
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

/*
	Converts a position in the range to an offset in the flash. Checks the range each time: a mod may arrive while the
	app runs.
*/
static uint32_t placeOf(xsMachine *the, xsIntegerValue position, xsIntegerValue length)
{
	uint32_t start = rangeStart();
	if (!start)
		xsUnknownError("a mod now occupies the flash of partition zram: remove the mod, or make flash_size smaller");
	if ((position < 0) || (length < 0) || ((uint32_t)position + (uint32_t)length > RANGE_LENGTH))
		xsRangeError("byteOffset: [%d, +%d) is not within the partition's %d bytes", (int)position, (int)length,
			(int)RANGE_LENGTH);
	return start + (uint32_t)position;
}

/* size(): bytes of the range; 0 if the firmware or a mod leaves no room for it */
void xs_zram_pico_flash_size(xsMachine *the)
{
	xsmcSetInteger(xsResult, rangeStart() ? (xsIntegerValue)RANGE_LENGTH : 0);
}

/* read(into, start, length, position): the caller has checked the part of the buffer */
void xs_zram_pico_flash_read(xsMachine *the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1));
	xsIntegerValue length = xsmcToInteger(xsArg(2));
	uint32_t place = placeOf(the, xsmcToInteger(xsArg(3)), length);
	void *into;
	xsUnsignedValue intoLength;
	xsmcGetBufferWritable(xsArg(0), &into, &intoLength);
	c_memcpy((uint8_t *)into + start, (const uint8_t *)kFlashStart + place, length);
}

/*
	program(from, start, length, position): the caller has checked the part of the buffer. Goes page by page through the
	stack, which is SRAM.
*/
void xs_zram_pico_flash_program(xsMachine *the)
{
	xsIntegerValue start = xsmcToInteger(xsArg(1));
	xsIntegerValue length = xsmcToInteger(xsArg(2));
	uint32_t place = placeOf(the, xsmcToInteger(xsArg(3)), length);
	void *from;
	xsUnsignedValue fromLength;
	xsmcGetBufferReadable(xsArg(0), &from, &fromLength);
	uint8_t page[FLASH_PAGE_SIZE];
	while (length > 0) {
		uint32_t within = place % FLASH_PAGE_SIZE;
		xsIntegerValue part = FLASH_PAGE_SIZE - (xsIntegerValue)within;
		if (part > length)
			part = length;
		c_memset(page, 0xff, sizeof(page)); /* programming a 1 leaves the bit unchanged */
		c_memcpy(page + within, (const uint8_t *)from + start, part);
		Work work = { .offset = place - within, .from = page };
		doAlone(the, &work);
		place += (uint32_t)part;
		start += part;
		length -= part;
	}
}

/* erase(block) */
void xs_zram_pico_flash_erase(xsMachine *the)
{
	xsIntegerValue block = xsmcToInteger(xsArg(0));
	if ((block < 0) || ((uint32_t)block >= RANGE_LENGTH / FLASH_SECTOR_SIZE))
		xsRangeError("block: %d is not from 0 to %d", (int)block, (int)(RANGE_LENGTH / FLASH_SECTOR_SIZE) - 1);
	Work work = { .offset = placeOf(the, block * (xsIntegerValue)FLASH_SECTOR_SIZE, 0), .from = NULL };
	doAlone(the, &work);
}
