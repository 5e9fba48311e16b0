/*
	Memory of the ESP32 family: "external" is PSRAM, whether malloc also has it (SPIRAM_USE_MALLOC) or not
	(SPIRAM_USE_CAPS_ALLOC); "internal" is memory that stays accessible while flash is programmed with the cache off.
*/
#include "../zramMemory.h"

#include "esp_heap_caps.h"
#include "esp_timer.h"

/* Also false if sdkconfig does not turn PSRAM on. */
bool zramMemoryHasExternal(void)
{
	return heap_caps_get_total_size(MALLOC_CAP_SPIRAM) > 0;
}

void *zramMemoryAllocate(size_t byteLength, bool external)
{
	const uint32_t kind = external ? MALLOC_CAP_SPIRAM : MALLOC_CAP_INTERNAL;
	return heap_caps_aligned_alloc(ZRAM_MEMORY_ALIGNMENT, byteLength, kind | MALLOC_CAP_8BIT);
}

void zramMemoryFree(void *data)
{
	heap_caps_free(data);
}

uint32_t zramMemoryTicks(void)
{
	return (uint32_t)(esp_timer_get_time() / 1000);
}
