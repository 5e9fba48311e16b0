/*
	The firmware's main program: runs the bundle that follows it in flash, which is precompiled bytecode, in place.
*/
#include "xsAll.h"
#include "xs.h"
#include "xsmc.h"

#include "board.h"
#include "host.h"

/* XS keeps this much of the C stack free for natives and the C library. */
#define STACK_RESERVE 4096

/* What tools/run-firmware.ts puts before the bytecode: the command line, with a zero after each argument. */
typedef struct {
	uint32_t argumentCount;
	uint32_t argumentsSize; /* bytes; a multiple of 4 */
	char arguments[];
} Boot;

#define MOST_ARGUMENTS 64

static const Boot *boot(void)
{
	return (const Boot *)(const void *)__bundle_start;
}

/* The linker replaces XS's own function with this one: that knows no limit on this platform. */
char *__wrap_fxCStackLimit(void)
{
	return (char *)__stack_start + STACK_RESERVE;
}

/* There is no parser on the board: eval and the like throw a SyntaxError. */
txScript *fxParseScript(txMachine *the, void *stream, txGetter getter, txUnsigned flags)
{
	(void)the;
	(void)stream;
	(void)getter;
	(void)flags;
	return NULL;
}

/*
	Interns names in the same order as the compiling machine, so they get the numbers that the code has. They stay in
	flash.
*/
static void internNames(txMachine *the, txS1 *p)
{
	txID count;
	mxDecodeID(p, count);
	while (--count) {
		fxNewNameX(the, (txString)p);
		p += strlen((char *)p) + 1;
	}
}

txScript *hostLoadScript(txMachine *the)
{
	static txScript script;
	const uint8_t *start = (const uint8_t *)boot()->arguments + boot()->argumentsSize;
	const BytecodeHeader *header = (const BytecodeHeader *)(const void *)start;
	if ((header->magic != BYTECODE_MAGIC) || (header->nameCount != (uint32_t)the->keyIndex))
		fxThrowMessage(the, NULL, 0, XS_SYNTAX_ERROR, "the bundle in flash is not for this firmware: %u names, not %u",
			(unsigned)header->nameCount, (unsigned)the->keyIndex);
	txS1 *symbols = (txS1 *)(uintptr_t)(header + 1);
	txS1 *hosts = symbols + header->symbolsSize;
	internNames(the, symbols);
	hostOf(the)->symbols = symbols;
	/* XS runs a script without symbols in place, and never frees it. */
	script = (txScript){
		.hostsBuffer = header->hostsSize ? hosts : NULL,
		.hostsSize = (txSize)header->hostsSize,
		.codeBuffer = hosts + header->hostsSize,
		.codeSize = (txSize)header->codeSize,
	};
	return &script;
}

void xs_host_instructions(xsMachine *the)
{
	xsmcSetNumber(xsResult, (xsNumberValue)chipInstructions());
}

static int splitArguments(char *argv[])
{
	int argc = (int)boot()->argumentCount;
	const char *p = boot()->arguments;
	if (argc > MOST_ARGUMENTS)
		hostFailOptions("too many arguments", p);
	for (int i = 0; i < argc; i++) {
		argv[i] = (char *)(uintptr_t)p;
		p += strlen(p) + 1;
	}
	argv[argc] = NULL;
	return argc;
}

/* All sizes are fixed. README.md says where the 512 KB go. */
int main(void)
{
	char *argv[MOST_ARGUMENTS + 1];
	Host host = {
		.creation = {
			.initialChunkSize = 196 << 10,
			.initialHeapCount = 12800,
			.stackCount = 2048,
			.initialKeyCount = 2048,
			.nameModulo = 521,
			.symbolModulo = 31,
		},
	};
	int machines = 1;
	hostParseOptions(splitArguments(argv), argv, &host, &machines);
	if (machines > 1)
		hostFailOptions("one machine at a time here", "--machines");
	if (host.hidesPsram)
		boardHidePsram();
	hostRun(&host);
	return host.exitCode;
}
