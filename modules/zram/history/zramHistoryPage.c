/*
 * A history's page as XS sees it; the contract is in interface.ts. Uses only what the xs.h of XS 13 and 17 both have.
 *
 * All of it lies in a memory that the caller gives and that does not move: page, record, then what is known of them. Names
 * of fields are identifiers, which the caller's object of names keeps alive.
 *
 * Whoever reads a record's property or sets one may run code of the app's, which may close the page: so the page is fetched
 * anew for each field.
 */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "xsmc.h"

#define kPacked (-1)
#define kOverwritten (-2)

#define kHeadLength 64
#define kFieldLength 16

enum {
	kUint8,
	kInt8,
	kUint16,
	kInt16,
	kUint32,
	kInt32,
	kFloat32,
	kTypeCount
};

/* What a type holds: integers of XS, and numbers, of which the fraction goes. */
typedef struct {
	uint32_t size;
	int32_t least;
	int32_t most;
	double below; /* and nothing in between */
	double above;
} Type;

static const Type gTypes[kTypeCount] = {
	[kUint8] = { 1, 0, UINT8_MAX, -1, 256 },
	[kInt8] = { 1, INT8_MIN, INT8_MAX, -129, 128 },
	[kUint16] = { 2, 0, UINT16_MAX, -1, 65536 },
	[kInt16] = { 2, INT16_MIN, INT16_MAX, -32769, 32768 },
	[kUint32] = { 4, 0, INT32_MAX, -1, 4294967296.0 },
	[kInt32] = { 4, INT32_MIN, INT32_MAX, -2147483649.0, 2147483648.0 },
	[kFloat32] = { .size = 4 },
};

typedef struct {
	int32_t id;
	uint32_t index; /* if the name is one: then `id` is 0 */
	uint32_t offset;
	uint32_t type;
} Field;

typedef struct {
	uint8_t *bytes; /* the page; the record follows */
	int64_t first;
	uint32_t count;
	uint32_t recordLength;
	uint32_t pageLength;
	uint32_t fieldCount;
	uint32_t isRead; /* by at(): the memory must not go now */
	uint32_t packs;  /* how often a record was packed, modulo 2^32 */
} Head;

_Static_assert(sizeof(Head) <= kHeadLength, "interface.ts says how long a head is");
_Static_assert(sizeof(Field) == kFieldLength, "interface.ts says how long a field is");
_Static_assert(sizeof(xsIdentifier) <= sizeof(int32_t), "identifiers fit");

/* What it points to is the memory's. */
void xs_zram_history_page_destructor(void *data)
{
	(void)data;
}

/* NULL if the page is closed. Throws if it is none. */
static Head *headOf(xsMachine *the, xsSlot *slot)
{
	return xsmcGetHostDataValidate(*slot, xs_zram_history_page_destructor);
}

static Field *fieldsOf(Head *head)
{
	return (Field *)(void *)((uint8_t *)head + kHeadLength);
}

static Field toField(xsMachine *the, xsSlot *key, uint32_t offset, uint8_t type)
{
	Field field = { 0, 0, offset, type };

	if (xsmcTypeOf(*key) == xsStringType)
		field.id = xsToID(*key);
	else
		field.index = (uint32_t)xsmcToNumber(*key);
	return field;
}

/* attach(page, memory, pageLength, recordLength, keys, codes) */
void xs_zram_history_page(xsMachine *the)
{
	uint32_t pageLength = (uint32_t)xsmcToInteger(xsArg(2));
	uint32_t recordLength = (uint32_t)xsmcToInteger(xsArg(3));
	uint32_t start = (pageLength + recordLength + pageLength % recordLength + 7) & ~7u;
	uint32_t offset = 0;
	void *memory, *codes;
	xsUnsignedValue memoryLength, count;
	Head *head;

	xsmcGetBufferWritable(xsArg(1), &memory, &memoryLength);
	xsmcGetBufferReadable(xsArg(5), &codes, &count);
	if (((uintptr_t)memory & 7) || (memoryLength < start + kHeadLength + kFieldLength * count))
		xsUnknownError("history: memory");
	head = (Head *)(void *)((uint8_t *)memory + start);
	*head = (Head){ .bytes = memory, .recordLength = recordLength, .pageLength = pageLength, .fieldCount = count };
	for (uint32_t i = 0; i < count; i++) {
		xsmcGetIndex(xsResult, xsArg(4), i);
		xsmcGetBufferReadable(xsArg(5), &codes, &count); /* an allocation may have moved it */
		fieldsOf(head)[i] = toField(the, &xsResult, offset, ((uint8_t *)codes)[i]);
		offset += gTypes[fieldsOf(head)[i].type].size;
	}
	xsmcSetUndefined(xsResult);
	headOf(the, &xsArg(0));
	xsmcSetHostData(xsArg(0), head);
}

/* closePage() */
void xs_zram_history_page_close(xsMachine *the)
{
	Head *head = headOf(the, &xsThis);

	xsmcSetBoolean(xsResult, !head || !head->isRead);
	xsmcSetHostData(xsThis, NULL);
}

static void setNumber(xsMachine *the, xsSlot *slot, int64_t value)
{
	if ((value >= INT32_MIN) && (value <= INT32_MAX))
		xsmcSetInteger(*slot, (xsIntegerValue)value);
	else
		xsmcSetNumber(*slot, (double)value);
}

void xs_zram_history_page_get_first(xsMachine *the)
{
	Head *head = headOf(the, &xsThis);

	setNumber(the, &xsResult, head ? head->first : 0);
}

void xs_zram_history_page_get_count(xsMachine *the)
{
	Head *head = headOf(the, &xsThis);

	xsmcSetInteger(xsResult, head ? (xsIntegerValue)head->count : 0);
}

/* show(first, count) */
void xs_zram_history_page_show(xsMachine *the)
{
	int64_t first = (int64_t)xsmcToNumber(xsArg(0));
	uint32_t count = (uint32_t)xsmcToInteger(xsArg(1));
	Head *head = headOf(the, &xsThis);

	if (!head)
		return;
	head->first = first;
	head->count = (count <= head->pageLength / head->recordLength) ? count : 0;
}

#define kElsewhere UINT32_MAX
#define kNumberMax 9007199254740992.0

/* Where on the page a record is; kElsewhere if it is not there, or `slot` no integer. */
static uint32_t toPlace(xsMachine *the, xsSlot *slot, const Head *head)
{
	uint32_t count = (head && head->fieldCount) ? head->count : 0;
	int kind = xsmcTypeOf(*slot);
	int64_t place = -1;

	if (!count)
		return kElsewhere;
	if (kind == xsIntegerType)
		place = xsmcToInteger(*slot) - head->first;
	else if (kind == xsNumberType) {
		double value = xsmcToNumber(*slot);
		if ((value >= 0) && (value < kNumberMax) && (value == (double)(int64_t)value))
			place = (int64_t)value - head->first;
	}
	return ((place >= 0) && (place < count)) ? (uint32_t)place : kElsewhere;
}

/* Bytes lie anywhere, and processors may want words at multiples of their length. */
static inline uint32_t word(const uint8_t *p, uint32_t size)
{
	uint32_t value = p[0];

	if (size > 1)
		value |= (uint32_t)p[1] << 8;
	if (size > 2)
		value |= (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	return value;
}

/* Of the types that XS's integers hold. */
static inline int32_t toInteger(const uint8_t *p, uint32_t type)
{
	if (type == kInt16)
		return (int16_t)word(p, 2);
	if (type == kUint16)
		return (int32_t)word(p, 2);
	if (type == kInt8)
		return (int8_t)p[0];
	return (type == kUint8) ? p[0] : (int32_t)word(p, 4);
}

static void setWord(uint8_t *p, uint32_t size, uint32_t value)
{
	for (; size; size--, value >>= 8)
		*p++ = (uint8_t)value;
}

static float toFloat(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* The same NaN whatever the processor makes of it. */
static uint32_t toBits(float value)
{
	uint32_t bits = 0x7fc00000;

	if (!isnan(value))
		memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* A field of the record at `p`, as XS's own reading of a DataView would have it: integers are integers. */
static inline void getField(xsMachine *the, xsSlot *into, const uint8_t *p, uint32_t type)
{
	if (type == kUint32)
		setNumber(the, into, word(p, 4));
	else if (type == kFloat32)
		xsmcSetNumber(*into, (double)toFloat(word(p, 4)));
	else
		xsmcSetInteger(*into, toInteger(p, type));
}

/* Returns 0 if it does not fit; its fraction may go, or a float's last bits. */
static int setField(xsMachine *the, xsSlot *slot, uint8_t *p, uint32_t code)
{
	const Type *type = &gTypes[code];
	int kind = xsmcTypeOf(*slot);
	double number;

	if ((kind == xsIntegerType) && (code != kFloat32)) {
		int32_t value = xsmcToInteger(*slot);
		if ((value < type->least) || (value > type->most))
			return 0;
		setWord(p, type->size, (uint32_t)value);
		return 1;
	}
	if ((kind != xsIntegerType) && (kind != xsNumberType))
		return 0;
	number = xsmcToNumber(*slot);
	if (code == kFloat32) {
		float value = (float)number;
		if (isfinite(number) && !isfinite(value))
			return 0;
		setWord(p, sizeof(value), toBits(value));
		return 1;
	}
	if (!((number > type->below) && (number < type->above)))
		return 0;
	setWord(p, type->size, (number < 0) ? (uint32_t)(int32_t)number : (uint32_t)number);
	return 1;
}

/*
 * The fields of the record at `place` become properties of `object`. As xsmcSet does it, but with one look whether the stack
 * has room, and the value made where it is wanted: that is a third of what a field costs.
 */
static void unpack(xsMachine *the, Head *head, uint32_t place, const xsSlot *object)
{
	xsSlot *base = the->stack;
	const uint8_t *record = head->bytes + place * head->recordLength;
	const Field *field = fieldsOf(head), *end = field + head->fieldCount;

	xsOverflow(-2);
	for (; field < end; field++) {
		getField(the, &base[-1], record + field->offset, field->type);
		base[-2] = *object;
		the->stack = base - 2;
		if (field->id)
			fxSetID(the, (xsIdentifier)field->id);
		else
			fxSetIndex(the, field->index);
		the->stack = base;
	}
}

/*
 * at(index, into): `into` is left out, or undefined, for a new object. What is not so simple is loadRecord's to bring or to
 * refuse. Setters are the app's code, which may close the page: the memory stays meanwhile.
 */
void xs_zram_history_page_at(xsMachine *the)
{
	xsSlot *index = &xsArg(0);
	Head *head = headOf(the, &xsThis);
	uint32_t place = toPlace(the, index, head);
	int kind = (xsmcArgc > 1) ? xsmcTypeOf(xsArg(1)) : xsUndefinedType;
	uint32_t isRead;

	if (kind == xsUndefinedType)
		xsmcSetNewObject(xsResult);
	else
		xsResult = xsArg(1);
	if ((place == kElsewhere) || ((kind != xsReferenceType) && (kind != xsUndefinedType))) {
		xsmcCall_noResult(xsThis, xsID("loadRecord"), index, &xsResult, NULL);
		head = headOf(the, &xsThis);
		place = toPlace(the, index, head);
	}
	if (place == kElsewhere)
		return;
	isRead = head->isRead;
	head->isRead = 1;
	unpack(the, head, place, &xsResult);
	head->isRead = isRead;
}

/* pack(record) */
void xs_zram_history_page_pack(xsMachine *the)
{
	Head *head = headOf(the, &xsThis);
	uint32_t count = head ? head->fieldCount : 0;
	uint32_t turn = head ? ++head->packs : 0;
	uint32_t i = 0;

	if (xsmcTypeOf(xsArg(0)) != xsReferenceType)
		count = 0;
	for (; i < count; i++) {
		const Field *field = &fieldsOf(head)[i];
		if (field->id)
			xsmcGet(xsResult, xsArg(0), (xsIdentifier)field->id);
		else
			xsmcGetIndex(xsResult, xsArg(0), field->index);
		head = headOf(the, &xsThis);
		if (!head) {
			i = 0;
			break;
		}
		field = &fieldsOf(head)[i];
		if (!setField(the, &xsResult, head->bytes + head->pageLength + field->offset, field->type))
			break;
	}
	if (count && (i == count))
		xsmcSetInteger(xsResult, (head->packs == turn) ? kPacked : kOverwritten);
	else
		xsmcSetInteger(xsResult, (xsIntegerValue)i);
}

/* The first field of the record at `place`. */
static double firstField(Head *head, uint32_t place)
{
	const uint8_t *p = head->bytes + place * head->recordLength;
	uint32_t type = fieldsOf(head)->type;

	if (type == kUint32)
		return word(p, 4);
	return (type == kFloat32) ? (double)toFloat(word(p, 4)) : toInteger(p, type);
}

/* search(value) */
void xs_zram_history_page_search(xsMachine *the)
{
	double value = xsmcToNumber(xsArg(0));
	Head *head = headOf(the, &xsThis);
	uint32_t low = 0, high = (head && head->fieldCount) ? head->count : 0;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (firstField(head, middle) < value)
			low = middle + 1;
		else
			high = middle;
	}
	xsmcSetInteger(xsResult, (xsIntegerValue)low);
}

/* value(place) */
void xs_zram_history_page_value(xsMachine *the)
{
	uint32_t place = (uint32_t)xsmcToInteger(xsArg(0));
	Head *head = headOf(the, &xsThis);

	if (head && head->fieldCount && (place < head->count))
		getField(the, &xsResult, head->bytes + place * head->recordLength, fieldsOf(head)->type);
}
