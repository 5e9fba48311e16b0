#include "xs.h"
#include "xsmc.h"

#include "esp_heap_caps.h"
#include "esp_system.h"

/* Bytes of PSRAM that were found and mapped at the start, 0 without. */
void xs_zram_board_psram(xsMachine *the)
{
	xsmcSetInteger(xsResult, (xsIntegerValue)heap_caps_get_total_size(MALLOC_CAP_SPIRAM));
}

/* Does not return. */
void xs_zram_board_reset(xsMachine *the)
{
	(void)the;
	esp_restart();
}
