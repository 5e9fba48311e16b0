/*
	What the demo asks of an ESP32 board: board.ts calls these functions.
*/
#include "xs.h"
#include "xsmc.h"

#include "esp_heap_caps.h"
#include "esp_system.h"

/* Bytes of PSRAM that were found at boot; 0 if there is none. */
void xs_zram_board_psram(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)heap_caps_get_total_size(MALLOC_CAP_SPIRAM));
}

/* Restarts the board; does not return. */
void xs_zram_board_reset(xsMachine *the)
{
	(void)the;
	esp_restart();
}
