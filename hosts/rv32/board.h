/*
	The emulated microcontroller: rv32imac on QEMU's machine "virt", with 2 MB of flash, 512 KB of RAM and 8 MB of PSRAM.

	start.S     reset, protection of memory, traps, the counter
	board.c     trap reports, console, clock
	zramBoard.c memory for zram/memory
	main.c      the bundle in flash, and the machine that runs it
	rv32.ld     where everything lies

	The rest of its host is that of the command line: see ../xs/host.h.
*/
#ifndef ZRAM_RV32_BOARD_H
#define ZRAM_RV32_BOARD_H

#include <stdint.h>

/* As if it were an ESP32-C6 that executes one instruction in each cycle. Time is counted in instructions. */
#define BOARD_HERTZ 160000000u

/* The ends of memory, from rv32.ld. */
extern uint8_t __flash_start[], __bundle_start[], __bundle_end[], __ram_start[], __ram_end[], __psram_start[],
	__psram_end[], __stack_start[];

/* Says on stderr which access to what has failed, and ends with exit code 3. */
void boardTrap(uint32_t cause, uint32_t address, uint32_t pc, uint32_t ra) __attribute__((noreturn));

/* Ends QEMU with this exit code. */
void boardExit(int exitCode) __attribute__((noreturn));

/* Instructions that the processor has executed. */
uint64_t boardInstructions(void);

#endif
