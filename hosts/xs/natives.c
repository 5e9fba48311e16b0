/*
	What bundles can call: the C side of host.ts, which documents each function.
*/
#include "xsAll.h"
#include "xs.h"
#include "xsmc.h"

#include "host.h"

#include <errno.h>

void xs_host_print(xsMachine *the)
{
	xsStringValue text = xsmcToString(xsArg(0));
	flockfile(stdout);
	fputs(text, stdout);
	fputc('\n', stdout);
	funlockfile(stdout);
}

void xs_host_write(xsMachine *the)
{
	fputs(xsmcToString(xsArg(0)), stdout);
	fflush(stdout);
}

void xs_host_writeError(xsMachine *the)
{
	fflush(stdout);
	fputs(xsmcToString(xsArg(0)), stderr);
}

/*
	XS allocates while the file is open. If the heap is full, that ends the machine and leaks a descriptor, which does
	not matter then.
*/
void xs_host_readFile(xsMachine *the)
{
	char path[4096];
	xsmcToStringBuffer(xsArg(0), path, sizeof(path));
	FILE *file = fopen(path, "rb");
	if (!file)
		xsUnknownError("%s: %s", path, strerror(errno));
	fseek(file, 0, SEEK_END);
	long length = ftell(file);
	rewind(file);
	if ((length < 0) || (length > INT32_MAX)) {
		fclose(file);
		xsRangeError("%s: not a file that can be read at once", path);
	}
	xsmcSetArrayBuffer(xsResult, NULL, (xsIntegerValue)length);
	size_t count = fread(xsmcToArrayBuffer(xsResult), 1, (size_t)length, file);
	fclose(file);
	if (count != (size_t)length)
		xsUnknownError("%s: read error", path);
}

/* Allocates nothing while the file is open. */
void xs_host_readAt(xsMachine *the)
{
	char path[4096];
	void *into;
	xsUnsignedValue length;
	xsmcToStringBuffer(xsArg(0), path, sizeof(path));
	long position = (long)xsmcToNumber(xsArg(1));
	xsmcGetBufferWritable(xsArg(2), &into, &length);
	FILE *file = fopen(path, "rb");
	int whole = file && !fseek(file, position, SEEK_SET) && (fread(into, 1, length, file) == length);
	if (file)
		fclose(file);
	xsmcSetBoolean(xsResult, whole);
}

void xs_host_writeAt(xsMachine *the)
{
	char path[4096];
	void *from;
	xsUnsignedValue length;
	xsmcToStringBuffer(xsArg(0), path, sizeof(path));
	long position = (long)xsmcToNumber(xsArg(1));
	xsmcGetBufferReadable(xsArg(2), &from, &length);
	FILE *file = fopen(path, "r+b");
	if (!file)
		file = fopen(path, "w+b");
	if (!file)
		xsUnknownError("%s: %s", path, strerror(errno));
	int written = !fseek(file, position, SEEK_SET) && (fwrite(from, 1, length, file) == length);
	if (fclose(file) || !written)
		xsUnknownError("%s: write error", path);
}

void xs_host_exit(xsMachine *the)
{
	hostExit(the, xsmcToInteger(xsArg(0)) & 255);
}

void xs_host_arguments(xsMachine *the)
{
	Host *host = hostOf(the);
	xsmcVars(1);
	xsmcSetNewArray(xsResult, 0);
	for (int i = 0; i < host->argumentCount; i++) {
		xsmcSetString(xsVar(0), host->arguments[i]);
		xsmcSetIndex(xsResult, i, xsVar(0));
	}
}

void xs_host_machineIndex(xsMachine *the)
{
	xsmcSetInteger(xsResult, hostOf(the)->index);
}

void xs_host_collect(xsMachine *the)
{
	fxCollectGarbage(the);
}

/* Reads all numbers first, so that none of them counts what this function does. */
void xs_host_heapStats(xsMachine *the)
{
	xsIntegerValue values[] = { the->currentHeapCount, the->currentChunksSize, the->garbageCollectionCount };
	for (int i = 0; i < 3; i++) {
		xsmcSetInteger(xsResult, values[i]);
		xsmcSetIndex(xsArg(0), i, xsResult);
	}
	xsmcSetUndefined(xsResult);
}

/* Fills unused slots of the stack. */
#define UNUSED 0xA5

/* Marks the unused stack. This call's own slots begin with `this`; the caller's come after them. */
void xs_host_markStack(xsMachine *the)
{
	memset(the->stackBottom, UNUSED, (size_t)(the->stack - the->stackBottom) * sizeof(txSlot));
	xsmcSetInteger(xsResult, (xsIntegerValue)(the->stackTop - (mxThis + 1)));
}

/* Whether a slot has not been used since xs_host_markStack(). */
static bool isUnused(const txSlot *slot)
{
	const uint8_t *bytes = (const uint8_t *)slot;
	for (size_t i = 0; i < sizeof(txSlot); i++)
		if (bytes[i] != UNUSED)
			return false;
	return true;
}

void xs_host_stackUsed(xsMachine *the)
{
	const txSlot *slot = the->stackBottom;
	while ((slot < the->stack) && isUnused(slot))
		slot++;
	xsmcSetInteger(xsResult, (xsIntegerValue)(the->stackTop - slot));
}

void xs_host_isTTY(xsMachine *the)
{
	xsmcSetBoolean(xsResult, isatty(STDOUT_FILENO));
}

/* The CRC-32 of zlib and PNG, computed four bits at a time. */
static uint32_t crc32(const uint8_t *bytes, size_t length)
{
	static const uint32_t table[16] = {
		0x00000000,
		0x1DB71064,
		0x3B6E20C8,
		0x26D930AC,
		0x76DC4190,
		0x6B6B51F4,
		0x4DB26158,
		0x5005713C,
		0xEDB88320,
		0xF00F9344,
		0xD6D6A3E8,
		0xCB61B38C,
		0x9B64C2B0,
		0x86D3D2D4,
		0xA00AE278,
		0xBDBDF21C,
	};
	uint32_t crc = ~0u;
	while (length--) {
		crc ^= *bytes++;
		crc = table[crc & 15] ^ (crc >> 4);
		crc = table[crc & 15] ^ (crc >> 4);
	}
	return ~crc;
}

void xs_host_crc32(xsMachine *the)
{
	void *data;
	xsUnsignedValue size;
	xsIntegerValue start = xsmcToInteger(xsArg(1));
	xsIntegerValue length = xsmcToInteger(xsArg(2));
	xsmcGetBufferReadable(xsArg(0), &data, &size);
	if ((start < 0) || (length < 0) || ((xsUnsignedValue)start > size) || ((xsUnsignedValue)length > size - start))
		xsRangeError("crc32: [%d, +%d) is not within %u bytes", (int)start, (int)length, (unsigned)size);
	xsmcSetNumber(xsResult, crc32((uint8_t *)data + start, (size_t)length));
}
