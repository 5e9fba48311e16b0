/*
	The command-line host: an XS machine that runs a bundle, and what the host's files share.

	main.c      one thread a machine; the worst exit code counts
	parse.c     parses a bundle from a file; writes its bytecode for other hosts

	The emulated microcontrollers (hosts/emulated) share the rest:

	options.c   the command line
	machine.c   a machine's life: create it, run the bundle, report errors, delete it
	platform.c  what XS asks of its platform: modules, natives, abort
	natives.c   what bundles can call (host.ts)
*/
#ifndef ZRAM_XS_HOST_H
#define ZRAM_XS_HOST_H

#include "xsAll.h"

typedef struct {
	const char *bundle; /* path of the ES module to run */
	int argumentCount;  /* arguments after the bundle on the command line */
	char **arguments;
	txCreation creation;   /* sizes of heap and stack */
	const char *compileTo; /* write bytecode there instead of running the bundle; NULL to run it */
	bool release;          /* compile without line numbers */
	bool hidesPsram;       /* firmware: behave like a board without PSRAM */
	int index;             /* the machine's number, from 0 */
	int exitCode;
	bool ended;       /* by exit() or an abort: nothing more runs in this machine */
	bool settled;     /* the main module has been evaluated, or has thrown */
	txScript *script; /* while the bundle is being loaded, to bind its natives */
	txS1 *symbols;    /* the script's names */
} Host;

/* A function or a destructor. tools/build-host.ts generates the table from the C sources. */
typedef struct {
	const char *name;
	txCallback function;
	txDestructor destructor;
} Native;

extern const Native hostNatives[];
extern const int hostNativeCount;

/* The host of a machine. */
Host *hostOf(txMachine *the);

/*
	What precedes a bundle's bytecode. Its names follow, then its natives, then the code. The code refers to names by
	the numbers that they get in a machine which already has `nameCount` names when it loads the bundle.
*/
typedef struct {
	uint32_t magic;
	uint32_t nameCount;
	uint32_t symbolsSize;
	uint32_t hostsSize;
	uint32_t codeSize;
} BytecodeHeader;

/* "XSB2" or "XSB4", by the bytes of a name's number in the code, which depend on the size of a slot. */
#define BYTECODE_MAGIC (0x00425358u | (('0' + (uint32_t)sizeof(txID)) << 24))

/* Parses the command line. Ends the program for --help and for invalid options. */
void hostParseOptions(int argc, char *argv[], Host *host, int *machines);

/* Ends the program with a message and exit code 2. */
void hostFailOptions(const char *message, const char *detail) __attribute__((noreturn));

/* Loads the bundle's code and sets `symbols`. Throws if that fails. */
txScript *hostLoadScript(txMachine *the);

/* Runs a machine from creation to deletion, and sets host->exitCode. */
void hostRun(Host *host);

/* Flushes stdout, reports on stderr why the machine fails, and sets its exit code. */
void hostFail(Host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Likewise for the pending exception, with its stack. */
void hostFailWithException(txMachine *the, const char *what);

/* Ends the machine from any depth. Destructors still run; JavaScript does not. */
void hostExit(txMachine *the, int exitCode) __attribute__((noreturn));

#endif
