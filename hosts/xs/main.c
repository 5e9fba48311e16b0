/*
	xs-host: runs an ES module bundle on the XS engine, like firmware but on the command line.
*/
#include "host.h"

#include <errno.h>
#include <getopt.h>

/* XS runs native code, JSON and its garbage collector on the C stack; sanitizers need several times the space. */
#define C_STACK_BYTES (32u << 20)

static const char usage[] =
	"usage: xs-host [options] bundle.mjs [arguments ...]\n"
	"\n"
	"Runs an ES module bundle on XS. The exit code is the bundle's: 0, what it gives to exit(n), or 1 for an uncaught\n"
	"exception, an unhandled rejection, a stack overflow or a full heap.\n"
	"\n"
	"  --machines N   run the bundle in N threads at once, each in its own machine; the worst exit code counts (1)\n"
	"  --slots N      slots the heap starts with (32768)\n"
	"  --chunk BYTES  bytes the chunk heap starts with (1048576)\n"
	"  --fixed        the heap does not grow, as on a microcontroller\n"
	"  --stack N      slots of the stack (8192)\n"
	"  --release      no line numbers in stacks, and none in the code that runs, as in release firmware\n"
	"  --help         this text\n";

enum {
	optionMachines = 1,
	optionSlots,
	optionChunk,
	optionFixed,
	optionStack,
	optionRelease,
	optionHelp
};

static const struct option options[] = {
	{ "machines", required_argument, NULL, optionMachines },
	{ "slots", required_argument, NULL, optionSlots },
	{ "chunk", required_argument, NULL, optionChunk },
	{ "fixed", no_argument, NULL, optionFixed },
	{ "stack", required_argument, NULL, optionStack },
	{ "release", no_argument, NULL, optionRelease },
	{ "help", no_argument, NULL, optionHelp },
	{ NULL, 0, NULL, 0 },
};

static void fail(const char *message, const char *detail)
{
	fprintf(stderr, "xs-host: %s: %s\n", message, detail);
	exit(2);
}

static int positiveInteger(const char *text, int maximum)
{
	char *end;
	errno = 0;
	long value = strtol(text, &end, 10);
	if (errno || *end || (end == text) || (value < 1) || (value > maximum))
		fail("not a positive number, or too large", text);
	return (int)value;
}

static int parseOptions(int argc, char *argv[], Host *host, int *machines)
{
	int option;
	/* "+": what follows the bundle is the bundle's. */
	while ((option = getopt_long(argc, argv, "+", options, NULL)) >= 0) {
		switch (option) {
		case optionMachines:
			*machines = positiveInteger(optarg, 64);
			break;
		case optionSlots:
			host->creation.initialHeapCount = positiveInteger(optarg, 1 << 26);
			break;
		case optionChunk:
			host->creation.initialChunkSize = positiveInteger(optarg, 1 << 30);
			break;
		case optionStack:
			host->creation.stackCount = positiveInteger(optarg, 1 << 24);
			break;
		case optionFixed:
			host->creation.incrementalHeapCount = 0;
			host->creation.incrementalChunkSize = 0;
			break;
		case optionRelease:
			host->release = true;
			break;
		case optionHelp:
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind >= argc) {
		fputs(usage, stderr);
		exit(2);
	}
	return optind;
}

static void *runThread(void *data)
{
	hostRun(data);
	return NULL;
}

/* Also a single machine has a thread: its C stack has the same size everywhere. */
static pthread_t startThread(Host *host)
{
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, C_STACK_BYTES);
	int error = pthread_create(&thread, &attributes, runThread, host);
	if (error)
		fail("cannot start a thread", strerror(error));
	pthread_attr_destroy(&attributes);
	return thread;
}

static int runMachines(const Host *template, int count)
{
	Host *hosts = calloc((size_t)count, sizeof(Host));
	pthread_t *threads = calloc((size_t)count, sizeof(pthread_t));
	int worst = 0;
	if (!hosts || !threads)
		fail("out of memory", "too many machines");
	for (int i = 0; i < count; i++) {
		hosts[i] = *template;
		hosts[i].index = i;
		threads[i] = startThread(&hosts[i]);
	}
	for (int i = 0; i < count; i++) {
		pthread_join(threads[i], NULL);
		if (worst < hosts[i].exitCode)
			worst = hosts[i].exitCode;
	}
	free(threads);
	free(hosts);
	return worst;
}

int main(int argc, char *argv[])
{
	Host host = {
		.creation = {
			.initialChunkSize = 1 << 20,
			.incrementalChunkSize = 256 << 10,
			.initialHeapCount = 32768,
			.incrementalHeapCount = 8192,
			.stackCount = 8192,
			.initialKeyCount = 4096,
			.incrementalKeyCount = 1024,
			.nameModulo = 1993,
			.symbolModulo = 127,
			.parserBufferSize = 256 << 10,
			.parserTableModulo = 1993,
		},
	};
	int machines = 1;
	int first = parseOptions(argc, argv, &host, &machines);
	host.bundle = argv[first];
	host.arguments = argv + first + 1;
	host.argumentCount = argc - first - 1;
	return runMachines(&host, machines);
}
