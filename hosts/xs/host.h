/*
	One XS machine that runs a bundle, and what the parts of its host share.

	main.c      one thread a machine, the worst exit code
	parse.c     the bundle from a file; its bytecode for other hosts

	and what the emulated microcontrollers (hosts/emulated) have in common with this host:

	options.c   the command line
	machine.c   one machine's life: create, run the bundle, report errors, delete
	platform.c  what XS asks of its platform: modules, natives, abort
	natives.c   what bundles can call (host.ts)
*/
#ifndef ZRAM_XS_HOST_H
#define ZRAM_XS_HOST_H

#include "xsAll.h"

typedef struct {
	const char *bundle; /* path of the ES module to run */
	int argumentCount;  /* what follows the bundle on the command line */
	char **arguments;
	txCreation creation;   /* sizes of heap and stack */
	const char *compileTo; /* write bytecode there instead of running the bundle; NULL to run it */
	bool release;          /* code without line numbers */
	bool hidesPsram;       /* firmware: as on a board without it */
	int index;             /* of this machine, from 0 */
	int exitCode;
	bool ended;       /* by exit() or an abort: nothing more runs in this machine */
	bool settled;     /* the main module has been evaluated, or has thrown */
	txScript *script; /* while the bundle is being loaded: whose natives are bound */
	txS1 *symbols;    /* and its names */
} Host;

/* An entry is a function or a destructor; the table is generated from the C sources by tools/build-host.ts. */
typedef struct {
	const char *name;
	txCallback function;
	txDestructor destructor;
} Native;

extern const Native hostNatives[];
extern const int hostNativeCount;

/* The host that a machine has. */
Host *hostOf(txMachine *the);

/*
	What precedes a bundle's bytecode: its names, its natives, then the code, in which names have the numbers that they
	get when the bundle is loaded into a machine that has `nameCount` names already.
*/
typedef struct {
	uint32_t magic;
	uint32_t nameCount;
	uint32_t symbolsSize;
	uint32_t hostsSize;
	uint32_t codeSize;
} BytecodeHeader;

/* "XSB2" or "XSB4": names in the code have so many bytes, which depends on the size of a slot. */
#define BYTECODE_MAGIC (0x00425358u | (('0' + (uint32_t)sizeof(txID)) << 24))

/* Sets what the command line says, or ends the program: `--help`, wrong options. */
void hostParseOptions(int argc, char *argv[], Host *host, int *machines);

/* Ends the program with a message and exit code 2. */
void hostFailOptions(const char *message, const char *detail) __attribute__((noreturn));

/* The bundle's code; sets `symbols`. Throws if there is none. */
txScript *hostLoadScript(txMachine *the);

/* Runs one machine from creation to deletion; the result is in host->exitCode. */
void hostRun(Host *host);

/* Says on stderr why the machine fails, once stdout is flushed, and sets its exit code. */
void hostFail(Host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for the exception that XS holds, with its stack. */
void hostFailWithException(txMachine *the, const char *what);

/* Ends the machine from any depth; destructors run, no JavaScript does. */
void hostExit(txMachine *the, int exitCode) __attribute__((noreturn));

#endif
