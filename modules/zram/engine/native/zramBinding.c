/*
 * Binds the engine to XS: checks the receiver and the arguments, fetches pointers, calls zramEngine.c. binding.ts calls
 * it; interface.ts is the contract. Uses only what the xs.h of XS 13 and 17 both have.
 *
 * Methods return codes, which zram.ts turns into errors. Only misuse by zram's own modules throws: a receiver that
 * is not an engine, a region or scratch that the constructor cannot use, bytes that checksum() cannot reach, a value
 * that is not a buffer where a result goes.
 *
 * An engine's whole memory is its scratch, a HostBuffer from the caller: a zramBinding, then the zramEngine. There is
 * no other state, so machines in different threads know nothing of each other.
 *
 * The collector moves ArrayBuffers. So arguments are converted first and pointers fetched last, and nothing that could
 * allocate is called while they are held.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "zramBinding.h"

/* The record at the start of the scratch. */
typedef struct {
	xsSlot region;
	xsSlot scratch;
	uint64_t byteLength; /* the device's length */
	uint32_t mode;       /* the plan's, added to every call's */
	uint32_t busy;       /* held: by hold(), or while a buffer is fetched */
} zramBinding;

#define kPageMinShift 9 /* log2 of kZramPageMin */
#define kBindingLength ((sizeof(zramBinding) + 7) & ~(size_t)7)

/* Rarely called. */
ZRAM_COLD void xs_zram_engine_plan(xsMachine *the);
ZRAM_COLD void xs_zram_engine_codecName(xsMachine *the);
ZRAM_COLD void xs_zram_engine_bufferLength(xsMachine *the);
ZRAM_COLD void xs_zram_engine(xsMachine *the);
ZRAM_COLD void xs_zram_engine_nextPage(xsMachine *the);
ZRAM_COLD void xs_zram_engine_header(xsMachine *the);
ZRAM_COLD void xs_zram_engine_setLimit(xsMachine *the);
ZRAM_COLD void xs_zram_engine_reset(xsMachine *the);
ZRAM_COLD void xs_zram_engine_resetPeak(xsMachine *the);
ZRAM_COLD void xs_zram_engine_markIdle(xsMachine *the);
ZRAM_COLD void xs_zram_engine_check(xsMachine *the);
ZRAM_COLD void xs_zram_engine_trim(xsMachine *the);
ZRAM_COLD void xs_zram_engine_close(xsMachine *the);
ZRAM_COLD void xs_zram_engine_get_packed(xsMachine *the);

/* The arguments of a range operation, checked and converted. */
typedef struct {
	zramEngine *engine;
	uint8_t *bytes;
	uint32_t length;
	uint32_t request; /* bytes of the whole request; `length` are left of it */
	uint32_t page;
	uint32_t start;
	uint32_t mode;
} zramCall;

static zramEngine *engineOf(zramBinding *binding)
{
	return (zramEngine *)(void *)((uint8_t *)binding + kBindingLength);
}

static void markBinding(xsMachine *the, void *data, xsMarkRoot markRoot)
{
	zramBinding *binding = data;

	if (binding) {
		(*markRoot)(the, &binding->region);
		(*markRoot)(the, &binding->scratch);
	}
}

/* Nothing to free: the record lies in the scratch, a buffer with an owner of its own. */
void xs_zram_engine_destructor(void *data)
{
	(void)data;
}

static const xsHostHooks gHooks = {
	.destructor = xs_zram_engine_destructor,
	.marker = markBinding,
};

/* The receiver's record, or NULL if the engine is closed. Throws if the receiver is not an engine. */
static zramBinding *bindingOf(xsMachine *the)
{
	return xsmcGetHostDataValidate(xsThis, (void *)&gHooks);
}

/* Converts a position or length, an integer from 0 to `limit`. Returns 0 if it is anything else. */
static int toPosition(xsMachine *the, xsSlot *slot, uint64_t limit, uint64_t *position)
{
	int type = xsmcTypeOf(*slot);

	if (type == xsIntegerType) {
		int32_t value = xsmcToInteger(*slot);
		*position = (uint64_t)value;
		return (value >= 0) && (*position <= limit);
	}
	if (type == xsNumberType) {
		double value = xsmcToNumber(*slot);
		if (!((value >= 0) && (value <= (double)limit)))
			return 0;
		*position = (uint64_t)value;
		return (double)*position == value;
	}
	return 0;
}

/* Fetches the region for a call. Returns kZramOK or kZramErrorArena; throws if XS cannot reach the region any more. */
static int fetchRegion(xsMachine *the, zramBinding *binding)
{
	zramEngine *engine = engineOf(binding);
	void *data;
	xsUnsignedValue size;

	xsmcGetBufferWritable(binding->region, &data, &size);
	if (!data || (size != engine->geometry.regionLength) || ((uintptr_t)data & 3))
		return kZramErrorArena;
	engine->region = data;
	return kZramOK;
}

/*
 * Fetches `buffer`, if one is given, and then the region. In this order, since fetching the buffer may move the region:
 * older XS calls a getter of some host objects. That getter might also close the device, so the device is held
 * meanwhile. XS throws for a value that is not a buffer; the try turns that into a code. Returns kZramOK,
 * kZramErrorBuffer or kZramErrorArena.
 */
static int fetchPointers(
	xsMachine *the, zramBinding *binding, xsSlot *buffer, uint8_t **bytes, uint32_t *length, int writable)
{
	volatile int failure = kZramErrorBuffer;
	void *data = NULL;
	xsUnsignedValue size = 0;

	/* zram.ts passes on the number of read(byteLength, byteOffset): that needs no exception */
	if (buffer && (xsmcTypeOf(*buffer) != xsReferenceType))
		return kZramErrorBuffer;
	binding->busy = 1;
	xsTry
	{
		if (buffer && writable)
			xsmcGetBufferWritable(*buffer, &data, &size);
		else if (buffer)
			xsmcGetBufferReadable(*buffer, &data, &size);
		if (data || !size) {
			failure = kZramErrorArena;
			failure = fetchRegion(the, binding);
		}
		if (buffer) {
			*bytes = data;
			*length = size;
		}
	}
	xsCatch
	{
	}
	binding->busy = 0;
	return failure;
}

int zramEnter(xsMachine *the, zramEngine **engine)
{
	zramBinding *binding = bindingOf(the);

	if (!binding)
		return kZramErrorClosed;
	*engine = engineOf(binding);
	return binding->busy ? kZramErrorBusy : fetchPointers(the, binding, NULL, NULL, NULL, 0);
}

/*
 * Divides in two steps, so that no 64-bit shift by a variable is needed. A region has entries for fewer.
 */
static void locate(zramCall *call, uint64_t position)
{
	call->page = (uint32_t)(position / kZramPageMin) >> (call->engine->geometry.pageShift - kPageMinShift);
	call->start = (uint32_t)position & (call->engine->geometry.pageLength - 1);
}

/* An optional argument; 0 if it is missing or undefined. */
static uint32_t toOption(xsMachine *the, int index)
{
	if ((xsmcArgc <= index) || (xsmcTypeOf(xsArg(index)) == xsUndefinedType))
		return 0;
	return (uint32_t)xsmcToInteger(xsArg(index));
}

/*
 * Narrows the call to the part of the buffer that arguments 2 and 3, `start` and `length`, describe, if they are given.
 * Returns 0 if that is not within the buffer, or if only one of them is given.
 */
static int toPart(xsMachine *the, zramCall *call)
{
	uint64_t start, length;

	if (xsmcTypeOf(xsArg(2)) == xsUndefinedType)
		return xsmcTypeOf(xsArg(3)) == xsUndefinedType;
	if (!toPosition(the, &xsArg(2), call->length, &start) || !toPosition(the, &xsArg(3), call->length - start, &length))
		return 0;
	call->bytes += start;
	call->length = (uint32_t)length;
	return 1;
}

/*
 * Converts the arguments (buffer, byteOffset, start, length, done, mode) of read, write and append. Afterwards the call
 * describes what is left of the request after its first `done` bytes. Returns kZramOK or an error.
 */
static int enterTransfer(xsMachine *the, zramCall *call, int writable)
{
	zramBinding *binding = bindingOf(the);
	uint64_t position, limit;
	uint32_t done = 0, mode = 0;
	const uint8_t *region;
	int count = xsmcArgc, within, code;

	if (!binding)
		return kZramErrorClosed;
	if (binding->busy)
		return kZramErrorBusy;
	if (count > 4) {
		done = toOption(the, 4);
		mode = toOption(the, 5);
	}
	call->engine = engineOf(binding);
	limit = binding->byteLength;
	within = toPosition(the, &xsArg(1), limit, &position);
	code = fetchPointers(the, binding, &xsArg(0), &call->bytes, &call->length, writable);
	if (code)
		return code;
	if (!within || ((count > 3) && !toPart(the, call)) || (call->length > limit - position) || (done > call->length))
		return kZramErrorOffset;
	region = call->engine->region;
	if (call->length && (call->bytes < region + call->engine->geometry.regionLength)
		&& (region < call->bytes + call->length))
		return kZramErrorOverlap;
	call->mode = binding->mode | mode;
	call->request = call->length;
	call->bytes += done;
	call->length -= done;
	locate(call, position + done);
	return kZramOK;
}

/* A copy of a plan's words: the buffer itself may move. */
static zramPlanWords fetchPlan(xsMachine *the, xsSlot *slot)
{
	zramPlanWords plan = { 0 };
	void *data;
	xsUnsignedValue size;

	xsmcGetBufferReadable(*slot, &data, &size);
	if (data)
		memcpy(&plan, data, (size < sizeof(plan)) ? size : sizeof(plan));
	return plan;
}

static int planGeometry(zramGeometry *geometry, const zramPlanWords *plan, uint32_t regionLength)
{
	return zramPlan(geometry, regionLength, plan->pageCount, plan->pageLength, plan->flags, plan->slotCount);
}

static zramCounter toCounter(uint64_t value)
{
	return (zramCounter){ (uint32_t)value, (uint32_t)(value >> 32) };
}

/* plan(plan): returns what zramPlan does */
void xs_zram_engine_plan(xsMachine *the)
{
	zramPlanWords plan = fetchPlan(the, &xsArg(0));
	zramGeometry geometry = { 0 };
	int fits = planGeometry(&geometry, &plan, plan.arenaLength);
	void *into;
	xsUnsignedValue size;

	plan.granuleLength = geometry.granuleLength;
	plan.granuleCount = geometry.granuleCount;
	plan.metadataLength = fits ? zramMetadataLength(&geometry) : 0;
	plan.scratchLength = (uint32_t)kBindingLength + zramScratchLength(plan.pageLength);
	plan.arenaMin = toCounter(zramRegionMin(plan.pageCount, plan.pageLength, plan.flags, plan.slotCount));
	plan.arenaMax = toCounter(zramRegionMax(plan.pageCount, plan.pageLength, plan.flags, plan.slotCount));
	xsmcGetBufferWritable(xsArg(0), &into, &size);
	if (size >= sizeof(plan))
		memcpy(into, &plan, sizeof(plan));
	xsmcSetInteger(xsResult, fits);
}

/* codecName(id) */
void xs_zram_engine_codecName(xsMachine *the)
{
	const zramCodec *codec = zramCodecOf((uint32_t)xsmcToInteger(xsArg(0)));

	if (codec)
		xsmcSetString(xsResult, (char *)codec->name);
}

/* bufferLength(value, alignment, writable): the buffer's length, or -1 */
void xs_zram_engine_bufferLength(xsMachine *the)
{
	uintptr_t alignment = (uintptr_t)xsmcToInteger(xsArg(1));
	int writable = (xsmcArgc > 2) && xsmcTest(xsArg(2));
	void *data;
	xsUnsignedValue size;

	xsmcSetInteger(xsResult, -1);
	xsTry
	{
		if (writable)
			xsmcGetBufferWritable(xsArg(0), &data, &size);
		else
			xsmcGetBufferReadable(xsArg(0), &data, &size);
		if (data && !((uintptr_t)data & (alignment - 1)))
			xsmcSetInteger(xsResult, (xsIntegerValue)size);
	}
	xsCatch
	{
	}
}

/* Two pieces of buffers. */
typedef struct {
	uint8_t *to; /* in the first buffer */
	const uint8_t *from;
	uint32_t length;
} zramPair;

/*
 * Converts the arguments (to, toStart, from, fromStart, length) of equal, and, and copy. It fetches the first buffer
 * twice, since fetching the second may move it. Returns kZramOK, kZramErrorBuffer or kZramErrorOffset.
 */
static ZRAM_COLD int enterPair(xsMachine *the, zramPair *pair, int writable)
{
	volatile int code = kZramErrorBuffer;
	uint64_t toStart, fromStart, length;
	void *to, *from;
	xsUnsignedValue toLength, fromLength;

	xsTry
	{
		for (int pass = 0; pass < 2; pass++) {
			if (pass)
				xsmcGetBufferReadable(xsArg(2), &from, &fromLength);
			if (writable)
				xsmcGetBufferWritable(xsArg(0), &to, &toLength);
			else
				xsmcGetBufferReadable(xsArg(0), &to, &toLength);
		}
		code = kZramErrorOffset;
		if ((to || !toLength) && (from || !fromLength) && toPosition(the, &xsArg(1), toLength, &toStart)
			&& toPosition(the, &xsArg(3), fromLength, &fromStart)
			&& toPosition(the, &xsArg(4), toLength - toStart, &length) && (length <= fromLength - fromStart)) {
			pair->to = (uint8_t *)to + toStart;
			pair->from = (uint8_t *)from + fromStart;
			pair->length = (uint32_t)length;
			code = kZramOK;
		}
	}
	xsCatch
	{
	}
	return code;
}

/* equal(a, aStart, b, bStart, length): 1 or 0 */
void xs_zram_engine_equal(xsMachine *the)
{
	zramPair pair;
	int code = enterPair(the, &pair, 0);

	xsmcSetInteger(xsResult, code ? code : !memcmp(pair.to, pair.from, pair.length));
}

/* and(into, intoStart, from, fromStart, length): 1 if `into` has changed, 0 if not */
void xs_zram_engine_and(xsMachine *the)
{
	zramPair pair;
	int code = enterPair(the, &pair, 1);

	xsmcSetInteger(xsResult, code ? code : zramAnd(pair.to, pair.from, pair.length));
}

/* copy(into, intoStart, from, fromStart, length): 0 */
void xs_zram_engine_copy(xsMachine *the)
{
	zramPair pair;
	int code = enterPair(the, &pair, 1);

	if (!code)
		memmove(pair.to, pair.from, pair.length);
	xsmcSetInteger(xsResult, code);
}

/* constructor(region, scratch, plan) */
void xs_zram_engine(xsMachine *the)
{
	zramPlanWords plan = fetchPlan(the, &xsArg(2));
	zramGeometry geometry;
	zramBinding *binding;
	void *region, *scratch;
	xsUnsignedValue regionLength, scratchLength;

	xsSetHostHooks(xsThis, &gHooks);
	if (xsmcGetBufferWritable(xsArg(1), &scratch, &scratchLength) != xsBufferNonrelocatable)
		xsTypeError("scratch: not a HostBuffer");
	xsmcGetBufferWritable(xsArg(0), &region, &regionLength);
	if (!region || ((uintptr_t)region & 3) || !planGeometry(&geometry, &plan, regionLength) || !scratch
		|| (scratchLength < kBindingLength + zramScratchLength(plan.pageLength)))
		xsRangeError("region or scratch: too small");

	binding = scratch;
	binding->region = xsArg(0);
	binding->scratch = xsArg(1);
	binding->byteLength = (uint64_t)plan.pageCount * plan.pageLength;
	binding->mode = plan.mode;
	binding->busy = 0;
	engineOf(binding)->region = region;
	zramStart(engineOf(binding), &geometry, plan.threshold, plan.codecs);
	xsmcSetHostData(xsThis, binding);
}

/* close(): with kZramFlagWipe, zeroes region and scratch. They remain the caller's. */
void xs_zram_engine_close(xsMachine *the)
{
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	if (code == kZramOK)
		zramClose(engine);
	if (code != kZramErrorBusy)
		xsmcSetHostData(xsThis, NULL);
	xsmcSetInteger(xsResult, code);
}

void xs_zram_engine_read(xsMachine *the)
{
	zramCall call;
	int code = enterTransfer(the, &call, 1);

	if (!code)
		code = zramRead(call.engine, call.page, call.start, call.bytes, call.length, call.mode);
	xsmcSetInteger(xsResult, code ? code : (xsIntegerValue)call.request);
}

void xs_zram_engine_write(xsMachine *the)
{
	zramCall call;
	int code = enterTransfer(the, &call, 0);

	if (!code)
		code = zramWrite(call.engine, call.page, call.start, call.bytes, call.length, call.mode);
	xsmcSetInteger(xsResult, code);
}

/* append(buffer, byteOffset) */
void xs_zram_engine_append(xsMachine *the)
{
	zramCall call;
	int code = enterTransfer(the, &call, 0);

	if (!code && !(call.mode & kZramModeOnePage))
		code = (int)zramAppend(call.engine, call.page, call.start, call.bytes, call.length);
	xsmcSetInteger(xsResult, code);
}

/* trim(byteOffset, byteLength, done, mode) */
void xs_zram_engine_trim(xsMachine *the)
{
	uint64_t position, length = 0, done = 0, limit;
	uint32_t mode;
	zramCall call;
	int code = zramEnter(the, &call.engine);

	if (!code) {
		mode = bindingOf(the)->mode | toOption(the, 3);
		limit = bindingOf(the)->byteLength;
		code = kZramErrorOffset;
		if (toPosition(the, &xsArg(0), limit, &position) && toPosition(the, &xsArg(1), limit - position, &length)
			&& ((xsmcArgc < 3) || (xsmcTypeOf(xsArg(2)) == xsUndefinedType)
				|| toPosition(the, &xsArg(2), length, &done))) {
			locate(&call, position + done);
			code = zramTrim(call.engine, call.page, call.start, length - done, mode);
		}
	}
	xsmcSetInteger(xsResult, code);
}

/* done: bytes that the last range operation finished */
void xs_zram_engine_get_done(xsMachine *the)
{
	zramBinding *binding = bindingOf(the);

	xsmcSetNumber(xsResult, binding ? (double)engineOf(binding)->done : 0);
}

/* stopped: page at which the last operation stopped */
void xs_zram_engine_get_stopped(xsMachine *the)
{
	zramBinding *binding = bindingOf(the);

	xsmcSetInteger(xsResult, binding ? (xsIntegerValue)engineOf(binding)->stopped : 0);
}

/* packed: how the last page was packed */
void xs_zram_engine_get_packed(xsMachine *the)
{
	zramBinding *binding = bindingOf(the);

	xsmcSetInteger(xsResult, binding ? (xsIntegerValue)engineOf(binding)->packed : 0);
}

/* hold(busy): while busy, every call returns kZramErrorBusy */
void xs_zram_engine_hold(xsMachine *the)
{
	zramBinding *binding = bindingOf(the);

	if (binding)
		binding->busy = xsmcTest(xsArg(0));
}

/* header(into): copies the region's header */
void xs_zram_engine_header(xsMachine *the)
{
	zramEngine *engine;
	int code = zramEnter(the, &engine);
	void *into;
	xsUnsignedValue size;

	if (!code) {
		xsmcGetBufferWritable(xsArg(0), &into, &size);
		memcpy(into, engine->region, (size < sizeof(zramHeader)) ? size : sizeof(zramHeader));
	}
	xsmcSetInteger(xsResult, code);
}

/* nextPage(page, end, into): the next page that is not empty, whose entry is copied; `end` if there is none */
void xs_zram_engine_nextPage(xsMachine *the)
{
	uint32_t page = (uint32_t)xsmcToInteger(xsArg(0)), end = (uint32_t)xsmcToInteger(xsArg(1));
	zramEngine *engine;
	int code = zramEnter(the, &engine);
	void *into;
	xsUnsignedValue size;

	if (!code) {
		if (end > engine->geometry.pageCount)
			end = engine->geometry.pageCount;
		page = zramNextPage(engine, page, end);
		xsmcGetBufferWritable(xsArg(2), &into, &size);
		if ((page < end) && (size >= sizeof(zramEntry)))
			memcpy(into, engine->region + engine->geometry.tableOffset + page * sizeof(zramEntry), sizeof(zramEntry));
		code = (int)page;
	}
	xsmcSetInteger(xsResult, code);
}

void xs_zram_engine_setLimit(xsMachine *the)
{
	uint32_t limit = (uint32_t)xsmcToInteger(xsArg(0));
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	xsmcSetInteger(xsResult, code ? code : zramSetLimit(engine, limit));
}

static void callEngine(xsMachine *the, void (*work)(zramEngine *engine))
{
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	if (!code)
		work(engine);
	xsmcSetInteger(xsResult, code);
}

void xs_zram_engine_reset(xsMachine *the)
{
	callEngine(the, zramReset);
}

void xs_zram_engine_resetPeak(xsMachine *the)
{
	callEngine(the, zramResetPeak);
}

/* markIdle(steps) */
void xs_zram_engine_markIdle(xsMachine *the)
{
	uint32_t steps = xsmcArgc ? toOption(the, 0) : 1;
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	if (!code)
		zramMarkIdle(engine, steps);
	xsmcSetInteger(xsResult, code);
}

/* check(): 0, the number of a broken invariant, or a negative code */
void xs_zram_engine_check(xsMachine *the)
{
	zramEngine *engine;
	int code = zramEnter(the, &engine);

	xsmcSetInteger(xsResult, code ? code : zramCheck(engine));
}
