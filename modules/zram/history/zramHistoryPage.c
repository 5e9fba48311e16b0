/*
 * A history's page for XS: turns the records on it into objects, and objects into records. page-native.ts calls it;
 * interface.ts is the contract. Uses only what the xs.h of XS 13 and 17 both have.
 *
 * Everything lies in one piece of memory that the caller provides and that does not move:
 *
 *   | page | record on its way in | zeros after a page's last record | Head | a Field for each field |
 *
 * Fields' names are identifiers, which the caller's object of names keeps alive.
 *
 * Getting or setting a property of a record may run the app's code, which may close the page. So the page is fetched
 * again for each field, or held while its records are read.
 */

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "xsmc.h"

/* What pack() returns instead of the field that does not fit */
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

/* Which values a type holds. */
typedef struct {
	uint32_t size;
	int32_t least; /* of XS's integers */
	int32_t most;
	double below; /* numbers must lie between these two; their fraction is cut off */
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
	int32_t id;     /* the name's; 0 if the name is an index */
	uint32_t index; /* the name, if it is an index */
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
	uint32_t isRead; /* by at(): the memory must not be freed now */
	uint32_t packs;  /* how many times a record was packed, modulo 2^32 */
} Head;

_Static_assert(sizeof(Head) <= kHeadLength, "interface.ts says how long a head is");
_Static_assert(sizeof(Field) == kFieldLength, "interface.ts says how long a field is");
_Static_assert(sizeof(xsIdentifier) <= sizeof(int32_t), "identifiers fit");

/* Nothing to free: the Head lies in the caller's memory. */
void xs_zram_history_page_destructor(void *data)
{
	(void)data;
}

/* The page's Head, or NULL if it is closed. Throws if the value is not a page. */
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
		xsUnknownError("memory: misaligned, or too small for the page and its fields");
	head = (Head *)(void *)((uint8_t *)memory + start);
	*head = (Head){ .bytes = memory, .recordLength = recordLength, .pageLength = pageLength, .fieldCount = count };
	for (uint32_t i = 0; i < count; i++) {
		xsmcGetIndex(xsResult, xsArg(4), i);
		xsmcGetBufferReadable(xsArg(5), &codes, &count); /* again: an allocation may have moved it */
		fieldsOf(head)[i] = toField(the, &xsResult, offset, ((uint8_t *)codes)[i]);
		offset += gTypes[fieldsOf(head)[i].type].size;
	}
	xsmcSetUndefined(xsResult);
	headOf(the, &xsArg(0));
	xsmcSetHostData(xsArg(0), head);
}

/* closePage(): false if the memory must stay for now */
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

/* showPage(first, count) */
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

/* Where on the page the record with index `slot` is; kElsewhere if it is not there, or if `slot` is not an integer. */
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

/* Reads a word byte by byte: fields lie anywhere, and some processors only load aligned words. */
static inline uint32_t word(const uint8_t *p, uint32_t size)
{
	uint32_t value = p[0];

	if (size > 1)
		value |= (uint32_t)p[1] << 8;
	if (size > 2)
		value |= (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	return value;
}

/* Reads a field of a type whose values are all integers of XS. */
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

/* Every NaN gets the same bits, whatever the processor makes of it. */
static uint32_t toBits(float value)
{
	uint32_t bits = 0x7fc00000;

	if (!isnan(value))
		memcpy(&bits, &value, sizeof(bits));
	return bits;
}

/* Converts the field at `p` to the number that XS's DataView would return: integers stay XS's integers. */
static inline void getField(xsMachine *the, xsSlot *into, const uint8_t *p, uint32_t type)
{
	if (type == kUint32)
		setNumber(the, into, word(p, 4));
	else if (type == kFloat32)
		xsmcSetNumber(*into, (double)toFloat(word(p, 4)));
	else
		xsmcSetInteger(*into, toInteger(p, type));
}

/*
 * Writes a value to the field at `p`. Returns 0 if it does not fit; a lost fraction, or a float's last bits, do not
 * count.
 */
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
 * Makes the fields of the record at `place` properties of `object`. It does what xsmcSet() does, but checks the stack
 * once and makes each value where it is needed, which saves a third of a field's cost.
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
	}
	the->stack = base;
}

/*
 * at(index, into): without `into`, or if it is undefined, it makes a new object. If the record is not on the page, or
 * an argument is not what it should be, loadRecord() loads the page or throws. Setters run the app's code, which may
 * close the page, so the memory is held meanwhile.
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

/* packRecord(record): kPacked, kOverwritten, or the field whose value does not fit */
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

/* searchPage(value): how many records have a first field below `value` */
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

/* pageValue(place): the first field of the record there */
void xs_zram_history_page_value(xsMachine *the)
{
	uint32_t place = (uint32_t)xsmcToInteger(xsArg(0));
	Head *head = headOf(the, &xsThis);

	if (head && head->fieldCount && (place < head->count))
		getField(the, &xsResult, head->bytes + place * head->recordLength, fieldsOf(head)->type);
}
