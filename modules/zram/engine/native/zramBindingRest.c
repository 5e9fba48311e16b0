/*
 * Binds what has to do with pages that rest, zramRest.c, to XS. Each function is the method of that name in
 * interface.ts. See zramBinding.c.
 */

#include <stdbool.h>

#include "zramBinding.h"

/* The host implements these; hosts/zramMemory.h is their contract. */
bool zramMemoryHasExternal(void);
void *zramMemoryAllocate(size_t byteLength, bool external);
void zramMemoryFree(void *data);

void xs_zram_engine_nextResting(xsMachine *the)
{
	zramEngine *engine;
	int code = zramEnter(the, &engine);
	uint32_t page;

	if (!code) {
		page = zramNextResting(engine);
		code = (page == kZramNoPage) ? kZramStopNothing : (int)page;
	}
	xsmcSetInteger(xsResult, code);
}

/* repack(page): borrows the encoder's memory from the host, external if there is any */
void xs_zram_engine_repack(xsMachine *the)
{
	uint32_t page = (uint32_t)xsmcToInteger(xsArg(0)), length;
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	length = code ? 0 : zramRepackLength(engine);
	if (length) {
		void *workspace = zramMemoryAllocate(length, zramMemoryHasExternal());

		code = workspace ? zramRepack(engine, page, workspace) : kZramErrorMemory;
		if (workspace)
			zramMemoryFree(workspace);
	}
	xsmcSetInteger(xsResult, code);
}
