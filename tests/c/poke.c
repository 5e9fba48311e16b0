/*
 * Natives for tests/firmware.test.ts that do what no program should: touch any address, recurse too deep.
 */

#include <stdint.h>

#include "board.h"
#include "xsmc.h"

static volatile uint8_t *addressOf(xsMachine *the, xsSlot *slot)
{
	return (volatile uint8_t *)(uintptr_t)(uint32_t)xsmcToNumber(*slot);
}

/* store(address, byte) */
void xs_poke_store(xsMachine *the)
{
	*addressOf(the, &xsArg(0)) = (uint8_t)xsmcToInteger(xsArg(1));
}

/* load(address) */
void xs_poke_load(xsMachine *the)
{
	xsmcSetInteger(xsResult, *addressOf(the, &xsArg(0)));
}

/* jump(address) */
void xs_poke_jump(xsMachine *the)
{
	((void (*)(void))(uintptr_t)addressOf(the, &xsArg(0)))();
}

static int deeper(int depth)
{
	volatile char frame[200];
	frame[0] = (char)depth;
	return depth ? deeper(depth - 1) + frame[0] : 0;
}

/* recurse(depth): in C, where XS doesn't look */
void xs_poke_recurse(xsMachine *the)
{
	xsmcSetInteger(xsResult, deeper(xsmcToInteger(xsArg(0))));
}

/* count(turns): what the processor counts in a loop of two instructions per turn */
void xs_poke_count(xsMachine *the)
{
	int turns = xsmcToInteger(xsArg(0));
	uint64_t before = chipInstructions();
#if defined(__riscv)
	__asm__ volatile("1: addi %0, %0, -1\n\tbnez %0, 1b" : "+r"(turns));
#else
	__asm__ volatile("1: subs %0, %0, #1\n\tbne 1b" : "+r"(turns) : : "cc");
#endif
	xsmcSetInteger(xsResult, (int)(chipInstructions() - before));
}
