/*
	Cortex-M33 on QEMU's machine "mps2-an505": memory protection, what a trap means, and the instruction counter.
*/
#include "../board.h"

#include <stdbool.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* The processor's registers for faults and memory protection. */
#define SHCSR REGISTER(0xE000ED24u)
#define CFSR REGISTER(0xE000ED28u)
#define MMFAR REGISTER(0xE000ED34u)
#define BFAR REGISTER(0xE000ED38u)
#define MPU_CTRL REGISTER(0xE000ED94u)
#define MPU_RNR REGISTER(0xE000ED98u)
#define MPU_RBAR REGISTER(0xE000ED9Cu)
#define MPU_RLAR REGISTER(0xE000EDA0u)
#define MPU_MAIR0 REGISTER(0xE000EDC0u)

/*
	The machine's counter: PSCNTR counts down from PRESCALE to 0 over and over, and COUNTER goes up each time. QEMU
	cannot divide by 2^32, so the lower one has 31 bits.
*/
#define FPGAIO 0x50302000u
#define COUNTER REGISTER(FPGAIO + 0x18)
#define PRESCALE REGISTER(FPGAIO + 0x1C)
#define PSCNTR REGISTER(FPGAIO + 0x20)
#define LOWER_BITS 31
#define LOWER_MAX ((1u << LOWER_BITS) - 1)

enum {
	faultsHaveHandlers = 15 << 16, /* memory, bus, usage and security faults, which otherwise become hard faults */
	mpuEnabled = 1,
	mpuInFaults = 2,
	readWrite = 0 << 1,
	readOnly = 2 << 1,
	neverExecuted = 1,
	normalMemory = 0 << 1,
	device = 1 << 1,
	regionEnabled = 1,
	attributes = 0x0044, /* of the two kinds above: 0x44 is memory without a cache, 0x00 a device */
};

static void allow(uint32_t region, uint32_t start, uint32_t end, uint32_t access, uint32_t kind)
{
	MPU_RNR = region;
	MPU_RBAR = start | access;
	MPU_RLAR = ((end - 1) & ~31u) | kind | regionEnabled;
}

/* Whatever no region allows is forbidden. */
static void protectMemory(void)
{
	MPU_MAIR0 = attributes;
	allow(0, (uint32_t)__flash_start, (uint32_t)__bundle_end, readOnly, normalMemory);
	allow(1, (uint32_t)__ram_start, (uint32_t)__ram_end, readWrite | neverExecuted, normalMemory);
	allow(2, (uint32_t)__psram_start, (uint32_t)__psram_end, readWrite | neverExecuted, normalMemory);
	allow(3, FPGAIO, FPGAIO + 0x1000, readWrite | neverExecuted, device);
	MPU_CTRL = mpuEnabled | mpuInFaults;
	__asm__ volatile("dsb\n\tisb");
}

void chipStart(void)
{
	PRESCALE = LOWER_MAX;
	SHCSR |= faultsHaveHandlers;
	protectMemory();
}

/* The upper register may change while the lower one is read: then read again. */
uint64_t chipInstructions(void)
{
	for (;;) {
		uint32_t high = COUNTER;
		uint32_t low = LOWER_MAX - PSCNTR;
		if (COUNTER == high)
			return (uint64_t)high << LOWER_BITS | low;
	}
}

/* Bits of CFSR, by fault. */
enum {
	instructionAccess = 1 << 0,
	dataAccess = 1 << 1,
	frameNotStored = 1 << 4,
	memoryAddressIsValid = 1 << 7,
	instructionBus = 1 << 8,
	frameNotStoredOnBus = 1 << 12,
	busAddressIsValid = 1 << 15,
	undefinedInstruction = 1 << 16,
	invalidState = 1 << 17,
	frameBelowLimit = 1 << 20,
	misaligned = 1 << 24,
	dividedByZero = 1 << 25,
};

static const char *causeName(uint32_t fault)
{
	static const struct {
		uint32_t bits;
		const char *name;
	} names[] = {
		{ instructionAccess | instructionBus, "jump out of the flash" },
		{ undefinedInstruction | invalidState, "illegal instruction" },
		{ misaligned, "misaligned access" },
		{ dividedByZero, "division by zero" },
		{ memoryAddressIsValid | busAddressIsValid, "load or store" },
		{ frameNotStored | frameNotStoredOnBus | frameBelowLimit, "no stack for a trap" },
	};
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (fault & names[i].bits)
			return names[i].name;
	return "unexpected trap";
}

/* What the processor pushes on the program's stack. */
typedef struct {
	uint32_t r0, r1, r2, r3, r12, lr, pc, psr;
} Frame;

void chipTrap(uint32_t exception, const Frame *frame) __attribute__((noreturn));

void chipTrap(uint32_t exception, const Frame *frame)
{
	static const Frame unknown;
	uint32_t fault = CFSR;
	if (fault & (frameNotStored | frameNotStoredOnBus | frameBelowLimit))
		frame = &unknown;
	uint32_t address = (fault & memoryAddressIsValid) ? MMFAR : (fault & busAddressIsValid) ? BFAR : frame->pc;
	boardTrap(exception, causeName(fault), address, frame->pc, frame->lr);
}
