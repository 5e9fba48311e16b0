/*
	The board: starts the C program, reports traps, and has console and clock by semihosting. start.S and chip.c call
	it, and the C library does.
*/
#include "board.h"

#include <picotls.h>
#include <semihost.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define TRAP_EXIT_CODE 3

/* No C function has a larger frame: a stack that overflows traps at most this far below RAM. */
#define LARGEST_FRAME 65536u

/* Says in words where an address lies. Flash, RAM and PSRAM come in this order. */
static const char *placeName(uint32_t address)
{
	const uint32_t ram = (uint32_t)__ram_start;
	if (address < 4096)
		return "a null pointer";
	if (address < (uint32_t)__flash_start)
		return "below the flash";
	if ((address >= ram - LARGEST_FRAME) && (address < ram))
		return "just below RAM and the C stack";
	if (address < (uint32_t)__bundle_end)
		return "flash";
	if (address < ram)
		return "past the end of flash";
	if (address < (uint32_t)__ram_end)
		return "RAM";
	if (address < (uint32_t)__psram_start)
		return "past the end of RAM";
	if (address < (uint32_t)__psram_end)
		return "PSRAM";
	return "past the end of PSRAM";
}

void boardTrap(uint32_t cause, const char *what, uint32_t address, uint32_t pc, uint32_t ra)
{
	static bool trapped;
	if (!trapped) {
		trapped = true;
		fflush(stdout);
		fprintf(stderr, "trap %u: %s at 0x%08x (%s), pc 0x%08x, ra 0x%08x\n", (unsigned)cause, what, (unsigned)address,
			placeName(address), (unsigned)pc, (unsigned)ra);
	}
	sys_semihost_exit_extended(TRAP_EXIT_CODE);
}

void boardExit(int exitCode)
{
	fflush(stdout);
	fflush(stderr);
	sys_semihost_exit_extended((uintptr_t)exitCode);
}

/* From sections.ld: initialized data in RAM and its image in flash, zeroed data, and thread-local data. */
extern uint8_t __data_start[], __data_source[], __data_end[], __bss_start[], __bss_end[], __tls_base[];

int main(void);

void boardStart(void)
{
	memcpy(__data_start, __data_source, (size_t)(__data_end - __data_start));
	memset(__bss_start, 0, (size_t)(__bss_end - __bss_start));
	_set_tls(__tls_base);
	chipStart();
	boardExit(main());
}

/* The C library ends the program here too. */
void _exit(int exitCode)
{
	boardExit(exitCode);
}

/* The day is always the same: 2026-01-01. */
int gettimeofday(struct timeval *now, void *zone)
{
	(void)zone;
	uint64_t microseconds = chipInstructions() / (BOARD_HERTZ / 1000000u);
	now->tv_sec = 1767225600 + (time_t)(microseconds / 1000000u);
	now->tv_usec = (suseconds_t)(microseconds % 1000000u);
	return 0;
}

/* QEMU's standard output may be a terminal, but whoever starts QEMU decides about colours and progress bars. */
int isatty(int file)
{
	(void)file;
	return 0;
}

/* A stream that is written line by line, since each call of QEMU's costs more than thousands of instructions. */
typedef struct {
	FILE file; /* comes first: its address is the stream's */
	int mode;  /* to open ":tt" with */
	int handle;
	bool isOpen;
	size_t count;
	char bytes[160];
} Console;

static int flushConsole(FILE *file)
{
	Console *console = (Console *)(void *)file;
	if (!console->isOpen) {
		console->handle = sys_semihost_open(":tt", console->mode);
		console->isOpen = true;
	}
	if (console->count)
		sys_semihost_write(console->handle, console->bytes, console->count);
	console->count = 0;
	return 0;
}

static int putConsole(char byte, FILE *file)
{
	Console *console = (Console *)(void *)file;
	console->bytes[console->count++] = byte;
	if ((byte == '\n') || (console->count == sizeof(console->bytes)))
		flushConsole(file);
	return 0;
}

static int getConsole(FILE *file)
{
	(void)file;
	return _FDEV_EOF;
}

static FILE input = FDEV_SETUP_STREAM(NULL, getConsole, NULL, _FDEV_SETUP_READ);
static Console output = {
	.file = FDEV_SETUP_STREAM(putConsole, NULL, flushConsole, _FDEV_SETUP_WRITE),
	.mode = SH_OPEN_W,
};
static Console errors = {
	.file = FDEV_SETUP_STREAM(putConsole, NULL, flushConsole, _FDEV_SETUP_WRITE),
	.mode = SH_OPEN_A,
};

FILE *const stdin = &input;
FILE *const stdout = &output.file;
FILE *const stderr = &errors.file;
