/*
	The emulated microcontrollers: 2 MB of flash, 512 KB of RAM and 8 MB of PSRAM on machines of QEMU. Two chips share all
	of this but what a processor does in its own way.

	rv32/, m33/  start.S   reset, the entry of traps
	             chip.c    protection of memory, what a trap means, the counter
	             memory.ld where memory is
	board.c      start of the C program, trap reports, console, clock
	zramBoard.c  memory for zram/memory
	main.c       the bundle in flash, and the machine that runs it
	sections.ld  what lies in which memory

	The rest of their host is that of the command line: see ../xs/host.h.
*/
#ifndef ZRAM_BOARD_H
#define ZRAM_BOARD_H

#include <stdint.h>

/* As if they executed one instruction in each cycle of 160 MHz. Time is counted in instructions. */
#define BOARD_HERTZ 160000000u

/* The ends of memory, from sections.ld. */
extern uint8_t __flash_start[], __bundle_start[], __bundle_end[], __ram_start[], __ram_end[], __psram_start[],
	__psram_end[], __stack_start[];

/* start.S comes here with a stack, and nothing else that C needs. */
void boardStart(void) __attribute__((noreturn));

/*
	Says on stderr what the processor has trapped on and where, and ends with exit code 3.

	cause    the chip's own number for it
	what     the same in words
	address  that was to be reached; that of the instruction if there is none
	pc, ra   of the instruction, and where its function returns to
*/
void boardTrap(uint32_t cause, const char *what, uint32_t address, uint32_t pc, uint32_t ra) __attribute__((noreturn));

/* From now on zram/memory finds no PSRAM, as on a board without it. */
void boardHidePsram(void);

/* Ends QEMU with this exit code. */
void boardExit(int exitCode) __attribute__((noreturn));

/* The chip's part: lets each memory be used as it is meant and nothing else, has traps reported, starts the counter. */
void chipStart(void);

/* Instructions that the processor has executed since its reset, or its start of the counter. */
uint64_t chipInstructions(void);

#endif
