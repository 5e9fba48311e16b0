/*
	rv32imac on QEMU's machine "virt": memory protection, and what a trap means. start.S has the instruction counter.
*/
#include "../board.h"

#define WRITE_CSR(name, value) __asm__ volatile(".option arch, +zicsr\n\tcsrw " #name ", %0" : : "r"(value))

/*
	Physical memory protection. Only a locked entry also binds machine mode, which is the only mode in use here. The
	last entry forbids whatever no other one allows.
*/
enum {
	pmpRead = 0x01,
	pmpWrite = 0x02,
	pmpExecute = 0x04,
	pmpUpTo = 0x08,    /* from the previous entry's address */
	pmpAligned = 0x18, /* a power of two, aligned to its size; the address encodes both */
	pmpLocked = 0x80,

	pmpFlash = pmpLocked | pmpAligned | pmpRead | pmpExecute,
	pmpRAM = pmpLocked | pmpAligned | pmpRead | pmpWrite,
	pmpPSRAM = pmpLocked | pmpUpTo | pmpRead | pmpWrite,
	pmpRest = pmpLocked | pmpAligned,
};

static uint32_t alignedRange(const uint8_t *start, const uint8_t *end)
{
	return (uint32_t)start >> 2 | (((uint32_t)(end - start) >> 3) - 1);
}

void trap(void);

void chipStart(void)
{
	WRITE_CSR(mtvec, trap);
	WRITE_CSR(pmpaddr0, alignedRange(__flash_start, __bundle_end));
	WRITE_CSR(pmpaddr1, alignedRange(__ram_start, __ram_end));
	WRITE_CSR(pmpaddr2, (uint32_t)__psram_start >> 2);
	WRITE_CSR(pmpaddr3, (uint32_t)__psram_end >> 2);
	WRITE_CSR(pmpaddr4, UINT32_MAX);
	WRITE_CSR(pmpcfg0, (uint32_t)pmpPSRAM << 24 | pmpRAM << 8 | pmpFlash);
	WRITE_CSR(pmpcfg1, pmpRest);
}

void chipTrap(uint32_t cause, uint32_t address, uint32_t pc, uint32_t ra) __attribute__((noreturn));

void chipTrap(uint32_t cause, uint32_t address, uint32_t pc, uint32_t ra)
{
	static const char *const names[] = {
		"jump to a misaligned address",
		"jump out of the flash",
		"illegal instruction",
		"breakpoint",
		"misaligned load",
		"load",
		"misaligned store",
		"store",
	};
	const char *what = (cause < sizeof(names) / sizeof(names[0])) ? names[cause] : "unexpected trap";
	boardTrap(cause, what, address, pc, ra);
}
