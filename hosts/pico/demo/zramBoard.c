/*
	What the demo asks of an RP2350 board: board.ts calls these functions.
*/
#include "xs.h"
#include "xsmc.h"

#include <stdint.h>

#if SFE_ALLOC
#include "hardware/regs/addressmap.h"
#include "sparkfun_pico/sfe_pico.h"

#define MB (1024u * 1024u)

/*
	What the SDK's allocator has besides SRAM, rounded up to a chip's size, since its total leaves out its own headers.
*/
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

/* Bytes of PSRAM that the SDK found at boot; 0 if there is none. */
void xs_zram_board_psram(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)psramLength());
}
