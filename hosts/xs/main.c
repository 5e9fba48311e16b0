/*
	xs-host: runs an ES module bundle on the XS engine, as firmware does, but on the command line.
*/
#include "host.h"

/* XS runs native code, JSON and its garbage collector on the C stack, and sanitizers multiply what they take. */
#define C_STACK_BYTES (32u << 20)

static void *runThread(void *data)
{
	hostRun(data);
	return NULL;
}

/* Even a single machine gets a thread, so that its C stack has the same size everywhere. */
static pthread_t startThread(Host *host)
{
	pthread_t thread;
	pthread_attr_t attributes;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, C_STACK_BYTES);
	int error = pthread_create(&thread, &attributes, runThread, host);
	if (error)
		hostFailOptions("cannot start a thread", strerror(error));
	pthread_attr_destroy(&attributes);
	return thread;
}

static int runMachines(const Host *template, int count)
{
	Host *hosts = calloc((size_t)count, sizeof(Host));
	pthread_t *threads = calloc((size_t)count, sizeof(pthread_t));
	int worst = 0;
	if (!hosts || !threads)
		hostFailOptions("out of memory", "too many machines");
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
	hostParseOptions(argc, argv, &host, &machines);
	if (host.hidesPsram)
		hostFailOptions("only firmware has PSRAM", "--no-psram");
	return runMachines(&host, machines);
}
