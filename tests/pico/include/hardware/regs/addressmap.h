#pragma once

#include "chip.h"
