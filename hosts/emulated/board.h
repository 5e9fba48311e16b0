/*
	The emulated microcontrollers: 2 MB of flash, 512 KB of RAM and 8 MB of PSRAM, on QEMU machines. Two chips share
	everything but what their processors do differently.

	rv32/, m33/  start.S   reset, and where traps enter
	             chip.c    memory protection, what a trap means, the instruction counter
	             memory.ld where memory is
	board.c      start of the C program, trap reports, console, clock
	zramBoard.c  memory for zram/memory
	main.c       the bundle in flash, and the XS machine that runs it
	sections.ld  what goes into which memory

	The rest is shared with the command-line host: see ../xs/host.h.
*/
#ifndef ZRAM_BOARD_H
#define ZRAM_BOARD_H

#include <stdint.h>

/* Time is counted in instructions, as if the chips executed one in each cycle of 160 MHz. */
#define BOARD_HERTZ 160000000u

/* Where each memory starts and ends, from sections.ld. */
extern uint8_t __flash_start[], __bundle_start[], __bundle_end[], __ram_start[], __ram_end[], __psram_start[],
	__psram_end[], __stack_start[];

/* start.S jumps here with a stack, but nothing else that C needs. */
void boardStart(void) __attribute__((noreturn));

/*
	Reports on stderr what the processor trapped on and where, and ends with exit code 3.

	cause    the chip's own number for it
	what     the same in words
	address  what it tried to reach; the instruction's own address if there is none
	pc, ra   the instruction's address, and its function's return address
*/
void boardTrap(uint32_t cause, const char *what, uint32_t address, uint32_t pc, uint32_t ra) __attribute__((noreturn));

/* Makes zram/memory find no PSRAM from now on, as on a board without it. */
void boardHidePsram(void);

/* Ends QEMU with this exit code. */
void boardExit(int exitCode) __attribute__((noreturn));

/* Protects memory, so that each part can only be used as intended; has traps reported; starts the counter. */
void chipStart(void);

/* Instructions executed since reset, or since chipStart() if that starts the counter. */
uint64_t chipInstructions(void);

#endif
