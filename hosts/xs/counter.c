/*
	The command-line host does not count instructions, since no count would be exact: hosts/emulated does.
*/
#include "xsmc.h"

void xs_host_instructions(xsMachine *the)
{
	xsmcSetUndefined(xsResult);
}
