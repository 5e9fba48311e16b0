/*
	Suites as a command-line program of the Moddable SDK (`mcconfig -p x-cli-…`): one machine, cloned from what the SDK's
	linker has prepared, so that preloaded modules are in read-only memory as in firmware.
*/
#include "xsAll.h"

#include "host.h"

extern txPreparation *xsPreparationAndCreation(txCreation **creation);

/* XS calls this when it cannot go on, and for rejections nobody handled: only from these does it return. */
void fxAbort(txMachine *the, int status)
{
	if (status == XS_UNHANDLED_REJECTION_EXIT) {
		hostFailWithException(the, "unhandled rejection");
		return;
	}
	if (status == XS_UNHANDLED_EXCEPTION_EXIT)
		hostFailWithException(the, "uncaught exception");
	else
		hostFail(hostOf(the), "XS gave up, with status %d", status);
	hostExit(the, hostOf(the)->exitCode);
}

/* What fxCloneMachine() takes from a machine: all of it is in the preparation. */
static void initializeRoot(txMachine *root, txPreparation *preparation, const txCreation *creation)
{
	root->preparation = preparation;
	root->keyArray = preparation->keys;
	root->keyIndex = (txID)preparation->keyCount;
	root->keyCount = root->keyIndex + (txID)creation->initialKeyCount;
	root->nameModulo = preparation->nameModulo;
	root->nameTable = preparation->names;
	root->symbolModulo = preparation->symbolModulo;
	root->symbolTable = preparation->symbols;
	root->stack = root->stackBottom = &preparation->stack[0];
	root->stackTop = &preparation->stack[preparation->stackCount];
	root->firstHeap = &preparation->heap[0];
	root->freeHeap = &preparation->heap[preparation->heapCount - 1];
	root->aliasCount = (txID)preparation->aliasCount;
}

int main(int argc, char *argv[])
{
	static txMachine root;
	txCreation *creation;
	Host host = { .bundle = "main", .argumentCount = argc - 1, .arguments = argv + 1, .root = &root };
	txPreparation *preparation = xsPreparationAndCreation(&creation);
	initializeRoot(&root, preparation, creation);
	host.creation = *creation;
	hostRun(&host);
	return host.exitCode;
}
