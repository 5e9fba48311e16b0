#include "xs.h"
#include "xsmc.h"

#include <stdint.h>

#if SFE_ALLOC
#include "hardware/regs/addressmap.h"
#include "sparkfun_pico/sfe_pico.h"

#define MB (1024u * 1024u)

/* What the SDK's allocator has besides SRAM; its own headers are missing from that, so rounded up to a chip's size. */
static uint32_t psramLength(void)
{
	extern uint32_t __heap_start, __heap_end;
	size_t sram = (size_t)((uint8_t *)&__heap_end - (uint8_t *)&__heap_start);
	size_t all = sfe_mem_size();
	return (all > sram) ? (uint32_t)((all - sram + MB - 1) & ~(size_t)(MB - 1)) : 0;
}
#else
static uint32_t psramLength(void)
{
	return 0;
}
#endif

/* Bytes of PSRAM that the SDK's start has found, 0 without. */
void xs_zram_board_psram(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)psramLength());
}
