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

#define kElsewhere 0
#define kNoObject (-1)

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

void xs_zram_history_page_close(xsMachine *the)
{
	headOf(the, &xsThis);
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

/* An index of a record as a place on the page; `count` or more if it is not there, or no integer. */
static uint32_t toPlace(xsMachine *the, xsSlot *slot, const Head *head)
{
	int64_t place;

	if (xsmcTypeOf(*slot) == xsIntegerType)
		place = xsmcToInteger(*slot) - head->first;
	else if (xsmcTypeOf(*slot) == xsNumberType) {
		double value = xsmcToNumber(*slot) - (double)head->first;
		if (!((value >= 0) && (value < head->count)) || (value != (uint32_t)value))
			return head->count;
		place = (int64_t)value;
	}
	else
		return head->count;
	return ((place >= 0) && (place < head->count)) ? (uint32_t)place : head->count;
}

/* Bytes lie anywhere, and processors may want words at multiples of their length. */
static uint32_t word(const uint8_t *p, uint32_t size)
{
	uint32_t value = p[0];

	if (size > 1)
		value |= (uint32_t)p[1] << 8;
	if (size > 2)
		value |= (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	return value;
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
static void getField(xsMachine *the, xsSlot *into, const uint8_t *p, uint32_t type)
{
	uint32_t bits = word(p, gTypes[type].size);

	switch (type) {
	case kInt8:
		xsmcSetInteger(*into, (int8_t)bits);
		break;
	case kInt16:
		xsmcSetInteger(*into, (int16_t)bits);
		break;
	case kUint32:
		setNumber(the, into, bits);
		break;
	case kFloat32:
		xsmcSetNumber(*into, (double)toFloat(bits));
		break;
	default:
		xsmcSetInteger(*into, (int32_t)bits);
		break;
	}
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

/* unpack(index, into) */
void xs_zram_history_page_unpack(xsMachine *the)
{
	Head *head = headOf(the, &xsThis);
	uint32_t place = head ? toPlace(the, &xsArg(0), head) : 0;
	uint32_t start, count;

	if (!head || (place >= head->count) || !head->fieldCount) {
		xsmcSetInteger(xsResult, kElsewhere);
		return;
	}
	if (xsmcTypeOf(xsArg(1)) != xsReferenceType) {
		xsmcSetInteger(xsResult, kNoObject);
		return;
	}
	start = place * head->recordLength;
	count = head->fieldCount;
	for (uint32_t i = 0; head && (i < count); i++) {
		const Field *field = &fieldsOf(head)[i];
		getField(the, &xsResult, head->bytes + start + field->offset, field->type);
		if (field->id)
			xsmcSet(xsArg(1), (xsIdentifier)field->id, xsResult);
		else
			xsmcSetIndex(xsArg(1), field->index, xsResult);
		head = headOf(the, &xsThis);
	}
	xsmcSetInteger(xsResult, 1);
}

/* pack(record) */
void xs_zram_history_page_pack(xsMachine *the)
{
	Head *head = headOf(the, &xsThis);
	uint32_t count = head ? head->fieldCount : 0;
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
	xsmcSetInteger(xsResult, (count && (i == count)) ? -1 : (xsIntegerValue)i);
}

/* The first field of the record at `place`. */
static double firstField(Head *head, uint32_t place)
{
	uint32_t type = fieldsOf(head)->type;
	uint32_t bits = word(head->bytes + place * head->recordLength, gTypes[type].size);

	switch (type) {
	case kInt8:
		return (int8_t)bits;
	case kInt16:
		return (int16_t)bits;
	case kInt32:
		return (int32_t)bits;
	case kFloat32:
		return (double)toFloat(bits);
	default:
		return bits;
	}
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
