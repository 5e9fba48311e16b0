#pragma once

#include "chip.h"

uint64_t time_us_64(void);
