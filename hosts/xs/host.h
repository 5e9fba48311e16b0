/*
	One XS machine of the command-line host, and what the parts of the host share.

	main.c      options, one thread a machine, the worst exit code
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
	txCreation creation; /* sizes of heap and stack */
	bool release;        /* code without line numbers */
	int index;           /* of this machine, from 0 */
	int exitCode;
	bool ended;       /* by exit() or an abort: nothing more runs in this machine */
	bool settled;     /* the main module has been evaluated, or has thrown */
	txScript *script; /* while the bundle is being loaded: whose natives are bound */
} Host;

/* An entry is a function or a destructor; the table is generated from the C sources by tools/build-host.ts. */
typedef struct {
	const char *name;
	txCallback function;
	txDestructor destructor;
} Native;

extern const Native hostNatives[];
extern const int hostNativeCount;

#define hostOf(the) ((Host *)(the)->context)

/* Runs one machine from creation to deletion; the result is in host->exitCode. */
void hostRun(Host *host);

/* Says on stderr why the machine fails, once stdout is flushed, and sets its exit code. */
void hostFail(Host *host, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same for the exception that XS holds, with its stack. */
void hostFailWithException(txMachine *the, const char *what);

/* Ends the machine from any depth; destructors run, no JavaScript does. */
void hostExit(txMachine *the, int exitCode) __attribute__((noreturn));

#endif
