#pragma once

#include "chip.h"

static inline unsigned get_core_num(void)
{
	return 0;
}

void multicore_launch_core1_raw(void (*entry)(void), uint32_t *stack, uint32_t vectors);
bool multicore_lockout_victim_is_initialized(unsigned core);
bool multicore_lockout_start_timeout_us(uint64_t timeout);
void multicore_lockout_end_blocking(void);
