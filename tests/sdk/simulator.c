/*
	Suites in the SDK's simulator: its machine is its own, and here is what hosts/xs/natives.c wants of a host. The end of
	the suites is the end of the simulator, whose exit code then is theirs.
*/
#include "xsAll.h"

#include "host.h"

Host *hostOf(txMachine *the)
{
	static Host host = { .bundle = "suites" };
	(void)the;
	return &host;
}

void hostExit(txMachine *the, int exitCode)
{
	(void)the;
	fflush(stdout);
	_exit(exitCode);
}
