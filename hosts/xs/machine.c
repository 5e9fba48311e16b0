/*
	A machine's life: create it, run the bundle until no promise job is left, report what went wrong, delete it.
*/
#include "xsAll.h"

#include "host.h"

Host *hostOf(txMachine *the)
{
	return the->context;
}

void hostFail(Host *host, const char *format, ...)
{
	va_list arguments;
	fflush(stdout);
	flockfile(stderr);
	fputs("xs-host: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	funlockfile(stderr);
	host->exitCode = 1;
}

/* Replaces the value on top of the stack by what is worth printing: an error's stack, else the value as a string. */
static void describe(txMachine *the)
{
	if (mxIsReference(the->stack)) {
		mxDub();
		mxGetID(mxID(_stack));
		if (mxIsStringPrimitive(the->stack))
			return;
		mxPop();
	}
	fxToString(the, the->stack);
}

void hostFailWithException(txMachine *the, const char *what)
{
	txSlot *stack = the->stack;
	mxPush(mxException);
	mxException = mxUndefined;
	mxTry(the)
	{
		describe(the);
		hostFail(hostOf(the), "%s: %s", what, the->stack->value.string);
	}
	mxCatch(the)
	{
		hostFail(hostOf(the), "%s (which cannot be converted to a string)", what);
	}
	the->stack = stack;
}

void hostExit(txMachine *the, int exitCode)
{
	hostOf(the)->exitCode = exitCode;
	hostOf(the)->ended = true;
	fxExitToHost(the);
}

static void mainFulfilled(txMachine *the)
{
	hostOf(the)->settled = true;
}

static void mainRejected(txMachine *the)
{
	hostOf(the)->settled = true;
	mxException = *mxArgv(0);
	hostFailWithException(the, "uncaught exception");
}

/* The SDK's global trace(). XS has its own, but mxNoConsole silences that, along with XS's reports of exceptions. */
static void trace(txMachine *the)
{
	for (int i = 0; i < mxArgc; i++)
		fputs(fxToString(the, mxArgv(i)), stdout);
}

static void defineTrace(txMachine *the)
{
	fxNewHostFunction(the, trace, 1, mxID(_trace), XS_NO_ID);
	mxPush(mxGlobal);
	mxSetID(mxID(_trace));
	mxPop();
}

static void importMain(txMachine *the)
{
	txSlot *realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
	mxPushStringC((txString)hostOf(the)->bundle);
#if XS_MAJOR_VERSION > 13
	mxPushUndefined(); /* import's options */
#endif
	fxRunImport(the, realm, XS_NO_ID);
	mxDub();
	mxGetID(mxID(_then));
	mxCall();
	fxNewHostFunction(the, mainFulfilled, 1, XS_NO_ID, XS_NO_ID);
	fxNewHostFunction(the, mainRejected, 1, XS_NO_ID, XS_NO_ID);
	mxRunCount(2);
	mxPop();
}

static bool hasJobs(txMachine *the)
{
	return mxPendingJobs.value.reference->next != NULL;
}

/* fxEndJob() runs the callbacks of finalization registries, which may queue more jobs. */
static void runJobs(txMachine *the)
{
	fxEndJob(the);
	while (hasJobs(the)) {
		fxRunPromiseJobs(the);
		fxEndJob(the);
	}
	fxCheckUnhandledRejections(the, 1);
}

static void runBundle(txMachine *the)
{
	fxBeginHost(the);
	defineTrace(the);
	importMain(the);
	runJobs(the);
	fxEndHost(the);
	if (!hostOf(the)->settled)
		hostFail(hostOf(the), "the main module waits for a promise that nothing can resolve any more");
}

/* XS counts its machines in an unguarded variable, so only one thread at a time may create or delete one. */
static pthread_mutex_t creation = PTHREAD_MUTEX_INITIALIZER;

static txMachine *createMachine(Host *host)
{
	pthread_mutex_lock(&creation);
	txMachine *the = fxCreateMachine(&host->creation, "xs-host", host, XS_NO_ID);
	pthread_mutex_unlock(&creation);
	return the;
}

static void deleteMachine(txMachine *the)
{
	pthread_mutex_lock(&creation);
	fxDeleteMachine(the);
	pthread_mutex_unlock(&creation);
}

void hostRun(Host *host)
{
	txMachine *the = createMachine(host);
	if (!the) {
		hostFail(host, "the heap is too small for XS itself: more --slots or --chunk, please");
		return;
	}
	mxTry(the)
	{
		runBundle(the);
	}
	mxCatch(the)
	{
		/* exit() and aborts get here too, but have reported already. */
		if (!host->ended)
			hostFailWithException(the, "uncaught exception");
	}
	deleteMachine(the);
}
