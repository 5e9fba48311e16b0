/*
	Parses a bundle's file, to run it or to write its bytecode for a host without a parser.
*/
#include "xsAll.h"
#include "xsScript.h"

#include "host.h"

#include <errno.h>

#define MESSAGE_LENGTH 256

/* Thread-local, since a parser has no room for a pointer of ours. */
static _Thread_local char syntaxError[MESSAGE_LENGTH];

/* A function of XS that is in none of its headers. */
extern void fxRemapIDs(txMachine *the, txByte *code, txSize size, txID *ids);

static void rememberSyntaxError(void *console, txString path, txInteger line, txString format, c_va_list arguments)
{
	(void)console;
	int length = snprintf(syntaxError, MESSAGE_LENGTH, "%s:%d: ", path ? path : "?", (int)line);
	if (length < MESSAGE_LENGTH)
		vsnprintf(syntaxError + length, (size_t)(MESSAGE_LENGTH - length), format, arguments);
}

/* mxCFlag makes the parser accept `f(a) @ "xs_f"`; mxDebugFlag puts line numbers into stacks. */
static txScript *parseBundle(txMachine *the, FILE *file, const char *path)
{
	txParser parser;
	txParserJump jump;
	txScript *volatile script = NULL;
	txString sourceMap = NULL;
	txUnsigned flags = mxCFlag | (hostOf(the)->release ? 0 : mxDebugFlag);
	syntaxError[0] = 0;
	fxInitializeParser(&parser, the, the->parserBufferSize, the->parserTableModulo);
	parser.firstJump = &jump;
	parser.reportError = rememberSyntaxError;
	if (c_setjmp(jump.jmp_buf) == 0) {
		parser.path = fxNewParserSymbol(&parser, (txString)path);
		fxParserTree(&parser, file, (txGetter)fgetc, flags, &sourceMap);
		fxParserHoist(&parser);
		fxParserBind(&parser);
		script = fxParserCode(&parser);
	}
	fxTerminateParser(&parser);
	if (script && syntaxError[0]) {
		/* For a syntax error, XS makes a script that throws it, but does not say where it is. */
		fxDeleteScript(script);
		return NULL;
	}
	return script;
}

/* Maps an instruction that copies a function or string to the heap to the one that leaves it in the code. */
static txU1 inPlace(txU1 code)
{
	switch (code) {
	case XS_CODE_CODE_1:
		return XS_CODE_CODE_ARCHIVE_1;
	case XS_CODE_CODE_2:
		return XS_CODE_CODE_ARCHIVE_2;
	case XS_CODE_CODE_4:
		return XS_CODE_CODE_ARCHIVE_4;
	case XS_CODE_STRING_1:
		return XS_CODE_STRING_ARCHIVE_1;
	case XS_CODE_STRING_2:
		return XS_CODE_STRING_ARCHIVE_2;
	case XS_CODE_STRING_4:
		return XS_CODE_STRING_ARCHIVE_4;
	default:
		return code;
	}
}

/* Length of the instruction at `p`: fixed, with a name's number, or with the number of bytes that it says itself. */
static txSize sizeOf(const txU1 *p)
{
	txSize size = gxCodeSizes[*p];
	switch (size) {
	case 0:
		return 1 + (txSize)sizeof(txID);
	case -1:
		return 2 + p[1];
	case -2:
		return 3 + (p[1] | p[2] << 8);
	case -4:
		return 5 + (txSize)(p[1] | p[2] << 8 | p[3] << 16 | (uint32_t)p[4] << 24);
	default:
		return size;
	}
}

/* Leaves functions and strings in the code, which will lie in flash. */
static void leaveInPlace(txScript *script)
{
	txU1 *p = (txU1 *)script->codeBuffer;
	const txU1 *end = p + script->codeSize;
	while (p < end) {
		*p = inPlace(*p);
		p += sizeOf(p);
	}
}

/* Gives the script's names the numbers that they get in every machine that interns the same names in the same order. */
static void linkScript(txMachine *the, txScript *script)
{
	txS1 *p = script->symbolsBuffer;
	txID count;
	mxDecodeID(p, count);
	txID *ids = calloc((size_t)count, sizeof(txID));
	if (!ids)
		fxAbort(the, XS_NOT_ENOUGH_MEMORY_EXIT);
	for (txID i = 1; i < count; i++) {
		ids[i] = fxNewNameC(the, (txString)p);
		p += strlen((char *)p) + 1;
	}
	fxRemapIDs(the, script->codeBuffer, script->codeSize, ids);
	free(ids);
}

static void writeScript(txMachine *the, txScript *script, const char *path)
{
	BytecodeHeader header = {
		.magic = BYTECODE_MAGIC,
		.nameCount = (uint32_t)the->keyIndex,
		.symbolsSize = (uint32_t)script->symbolsSize,
		.hostsSize = (uint32_t)script->hostsSize,
		.codeSize = (uint32_t)script->codeSize,
	};
	FILE *file = fopen(path, "wb");
	if (!file)
		fxThrowMessage(the, NULL, 0, XS_UNKNOWN_ERROR, "%s: %s", path, strerror(errno));
	linkScript(the, script);
	leaveInPlace(script);
	fwrite(&header, sizeof(header), 1, file);
	fwrite(script->symbolsBuffer, 1, header.symbolsSize, file);
	fwrite(script->hostsBuffer, 1, header.hostsSize, file);
	fwrite(script->codeBuffer, 1, header.codeSize, file);
	bool failed = ferror(file);
	if (fclose(file) || failed)
		fxThrowMessage(the, NULL, 0, XS_UNKNOWN_ERROR, "%s: write error", path);
}

txScript *hostLoadScript(txMachine *the)
{
	Host *host = hostOf(the);
	FILE *file = fopen(host->bundle, "rb");
	if (!file)
		fxThrowMessage(the, NULL, 0, XS_REFERENCE_ERROR, "%s: %s", host->bundle, strerror(errno));
	txScript *script = parseBundle(the, file, host->bundle);
	fclose(file);
	if (!script)
		fxThrowMessage(the, NULL, 0, XS_SYNTAX_ERROR, "%s", syntaxError);
	if (host->compileTo) {
		writeScript(the, script, host->compileTo);
		hostExit(the, 0);
	}
	host->symbols = script->symbolsBuffer;
	return script;
}
