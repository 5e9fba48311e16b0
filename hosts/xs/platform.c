/*
	What XS asks of its platform, whichever that is: which modules exist, what `@ "name"` refers to, what to do when it
	cannot go on.
*/
#include "xsAll.h"

#include "host.h"

void fxCreateMachinePlatform(txMachine *the)
{
	(void)the;
}

void fxDeleteMachinePlatform(txMachine *the)
{
	(void)the;
}

/* Nothing to do: machine.c runs promise jobs until none is left. */
void fxQueuePromiseJobs(txMachine *the)
{
	(void)the;
}

static const char *abortReason(int status)
{
	switch (status) {
	case XS_STACK_OVERFLOW_EXIT:
		return "stack overflow (recursion too deep; --stack gives more)";
	case XS_NO_MORE_KEYS_EXIT:
		return "out of memory: too many property names";
	default:
		return "XS gave up";
	}
}

/* XS calls this when it cannot go on, and for unhandled rejections. It returns only for the latter. */
void fxAbort(txMachine *the, int status)
{
	if (status == XS_UNHANDLED_REJECTION_EXIT) {
		hostFailWithException(the, "unhandled rejection");
		return;
	}
	if (status == XS_UNHANDLED_EXCEPTION_EXIT)
		hostFailWithException(the, "uncaught exception");
	else if (status == XS_NOT_ENOUGH_MEMORY_EXIT)
		hostFail(hostOf(the),
			"out of memory: the XS heap is full, with %d of %d slots and %d of %d bytes of chunks in use (--slots and "
			"--chunk "
			"give more; without --fixed it grows)",
			(int)the->currentHeapCount, (int)the->maximumHeapCount, (int)the->currentChunksSize,
			(int)the->maximumChunksSize);
	else
		hostFail(hostOf(the), "%s", abortReason(status));
	hostExit(the, hostOf(the)->exitCode);
}

/* A bundle is one module and imports nothing. */
txID fxFindModule(txMachine *the, txSlot *realm, txID moduleID, txSlot *slot)
{
	(void)realm;
	if ((moduleID == XS_NO_ID) && !strcmp(fxToString(the, slot), hostOf(the)->bundle))
		return fxNewNameC(the, (txString)hostOf(the)->bundle);
	return XS_NO_ID;
}

static const Native *findNative(const char *name)
{
	for (int i = 0; i < hostNativeCount; i++)
		if (!strcmp(hostNatives[i].name, name))
			return &hostNatives[i];
	return NULL;
}

/* Finds a name by its number in the script. The script's symbols are its names, one after the other. */
static txID nameOf(txMachine *the, txID symbol)
{
	txS1 *p = hostOf(the)->symbols;
	txID count;
	mxDecodeID(p, count);
	if ((symbol == XS_NO_ID) || (symbol >= count))
		return XS_NO_ID;
	while (--symbol)
		p += strlen((char *)p) + 1;
	return fxNewNameC(the, (txString)p);
}

static void pushNative(txMachine *the, const char *name, int parameterCount, txID symbol)
{
	const Native *native = findNative(name);
	bool isDestructor = parameterCount < 0;
	if (!native || (isDestructor ? !native->destructor : !native->function))
		fxThrowMessage(the, NULL, 0, XS_REFERENCE_ERROR, "%s \"%s\" is unknown to this host",
			isDestructor ? "Native" : "native", name);
	if (isDestructor)
		fxNewHostObject(the, native->destructor);
	else
		fxNewHostFunction(the, native->function, parameterCount, nameOf(the, symbol), XS_NO_ID);
}

/*
	XS runs this before the module, which takes its natives from the array by number. For each native, the script lists
	the number of its parameters (-1 for a destructor), its name's number, and its C name.
*/
static void bindNatives(txMachine *the)
{
	txS1 *p = hostOf(the)->script->hostsBuffer;
	txID count;
	mxDecodeID(p, count);
	fxNewArray(the, 0);
	txSlot *array = the->stack;
	for (txID i = 0; i < count; i++) {
		int parameterCount = *p++;
		txID symbol;
		mxDecodeID(p, symbol);
		pushNative(the, (char *)p, parameterCount, symbol);
		mxPushSlot(array);
		mxSetIndex(i);
		mxPop();
		p += strlen((char *)p) + 1;
	}
	mxPullSlot(mxResult);
}

void fxLoadModule(txMachine *the, txSlot *module, txID moduleID)
{
	Host *host = hostOf(the);
	host->script = hostLoadScript(the);
	if (host->script->hostsBuffer)
		host->script->callback = bindNatives;
	fxResolveModule(the, module, moduleID, host->script, NULL, NULL);
	host->script = NULL;
}
