/*
	The command line of the command-line host and of the firmware.
*/
#include "host.h"

#include <errno.h>
#include <getopt.h>

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
	"  --compile FILE write the bundle's bytecode to FILE instead of running it\n"
	"  --release      no line numbers in stacks, and none in the code that runs, as in release firmware\n"
	"  --no-psram     firmware: as on a board without PSRAM\n"
	"  --help         this text\n";

enum {
	optionMachines = 1,
	optionSlots,
	optionChunk,
	optionCompile,
	optionFixed,
	optionStack,
	optionRelease,
	optionNoPsram,
	optionHelp
};

static const struct option options[] = {
	{ "machines", required_argument, NULL, optionMachines },
	{ "slots", required_argument, NULL, optionSlots },
	{ "chunk", required_argument, NULL, optionChunk },
	{ "compile", required_argument, NULL, optionCompile },
	{ "fixed", no_argument, NULL, optionFixed },
	{ "stack", required_argument, NULL, optionStack },
	{ "release", no_argument, NULL, optionRelease },
	{ "no-psram", no_argument, NULL, optionNoPsram },
	{ "help", no_argument, NULL, optionHelp },
	{ NULL, 0, NULL, 0 },
};

void hostFailOptions(const char *message, const char *detail)
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
		hostFailOptions("not a positive number, or too large", text);
	return (int)value;
}

void hostParseOptions(int argc, char *argv[], Host *host, int *machines)
{
	int option;
	/* "+" stops at the bundle: the arguments after it are the bundle's. */
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
		case optionNoPsram:
			host->hidesPsram = true;
			break;
		case optionStack:
			host->creation.stackCount = positiveInteger(optarg, 1 << 24);
			break;
		case optionCompile:
			host->compileTo = optarg;
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
	host->bundle = argv[optind];
	host->arguments = argv + optind + 1;
	host->argumentCount = argc - optind - 1;
}
