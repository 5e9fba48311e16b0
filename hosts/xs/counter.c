/*
	Instructions are counted where that is exact: see hosts/emulated.
*/
#include "xsmc.h"

void xs_host_instructions(xsMachine *the)
{
	xsmcSetUndefined(xsResult);
}
