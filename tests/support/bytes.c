/*
 * What the suites do with many bytes, in C: a loop over bytes in XS costs a thousand times as much. See bytes.ts.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "xsmc.h"

/* Fetches `length` bytes from `start` of the buffer in argument `index`. Throws if they are not in it. */
static uint8_t *bytesOf(xsMachine *the, xsSlot *buffer, uint32_t start, uint32_t length)
{
	void *data;
	xsUnsignedValue size;

	xsmcGetBufferWritable(*buffer, &data, &size);
	if ((start > size) || (length > size - start))
		xsRangeError("bytes: out of range");
	return (uint8_t *)data + start;
}

/* equal(a, aStart, b, bStart, length) */
void xs_test_equal(xsMachine *the)
{
	uint32_t aStart = (uint32_t)xsmcToInteger(xsArg(1)), bStart = (uint32_t)xsmcToInteger(xsArg(3));
	uint32_t length = (uint32_t)xsmcToInteger(xsArg(4));
	const uint8_t *a = bytesOf(the, &xsArg(0), aStart, length), *b = bytesOf(the, &xsArg(2), bStart, length);

	xsmcSetBoolean(xsResult, memcmp(a, b, length) == 0);
}

/* copy(to, toStart, from, fromStart, length) */
void xs_test_copy(xsMachine *the)
{
	uint32_t toStart = (uint32_t)xsmcToInteger(xsArg(1)), fromStart = (uint32_t)xsmcToInteger(xsArg(3));
	uint32_t length = (uint32_t)xsmcToInteger(xsArg(4));
	uint8_t *to = bytesOf(the, &xsArg(0), toStart, length);

	memmove(to, bytesOf(the, &xsArg(2), fromStart, length), length);
}

/* erase(buffer, start, length) */
void xs_test_erase(xsMachine *the)
{
	uint32_t start = (uint32_t)xsmcToInteger(xsArg(1)), length = (uint32_t)xsmcToInteger(xsArg(2));

	memset(bytesOf(the, &xsArg(0), start, length), 0, length);
}

static uint32_t nextRandom(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state >> 8;
}

/* The value that byte `index` is of. `held`: the one of the byte before. */
static uint32_t makeValue(uint32_t index, uint32_t size, uint32_t seed, uint32_t *state, uint32_t held)
{
	uint32_t columns = 1 + seed / 16 % 9, number = index / size;

	if (index % size)
		return held;
	return number / columns * (1 + number % columns * 5) + nextRandom(state) % (1u << seed % 8) + seed / 256;
}

/* Records: bytes, or 16 bits in either order. */
static uint8_t makeRecord(uint32_t index, uint32_t seed, uint32_t *state, uint32_t *held)
{
	uint32_t shape = seed / 8 % 3, size = shape ? 2 : 1;

	*held = makeValue(index, size, seed, state, *held);
	return (uint8_t)((shape && (index % 2 == shape % 2)) ? *held >> 8 : *held);
}

static uint8_t makeByte(uint32_t kind, uint32_t index, uint32_t seed, uint32_t *state, uint32_t *held)
{
	static const char text[] = "the quick brown fox jumps over a lazy dog; ";

	switch (kind) {
	case 0:
		return 0;
	case 1:
		return (uint8_t)(seed >> ((index & 3) * 8));
	case 2:
		return (uint8_t)nextRandom(state);
	case 3:
		return (uint8_t)text[(index * 7 + nextRandom(state) % 3) % 43];
	case 5:
		return makeRecord(index, seed, state, held);
	default:
		return (nextRandom(state) % 256 < (seed & 255)) ? (uint8_t)nextRandom(state) : (uint8_t)(seed + index / 16);
	}
}

/* fill(buffer, start, length, kind, seed) */
void xs_test_fill(xsMachine *the)
{
	uint32_t start = (uint32_t)xsmcToInteger(xsArg(1)), length = (uint32_t)xsmcToInteger(xsArg(2));
	uint32_t kind = (uint32_t)xsmcToInteger(xsArg(3)), seed = (uint32_t)xsmcToInteger(xsArg(4)), state = seed | 1;
	uint32_t held = 0;
	uint8_t *bytes = bytesOf(the, &xsArg(0), start, length);

	for (uint32_t i = 0; i < length; i++)
		bytes[i] = makeByte(kind, i, seed, &state, &held);
}

static uint32_t roll(uint32_t sum, uint32_t value)
{
	sum = (sum ^ value) * 0x01000193u;
	return sum ^ (sum >> 15);
}

/* digest(seed, buffer, start, length): the bytes as little-endian words, then those that are left */
void xs_test_digest(xsMachine *the)
{
	uint32_t sum = (uint32_t)xsmcToInteger(xsArg(0)), start = (uint32_t)xsmcToInteger(xsArg(2));
	uint32_t length = (uint32_t)xsmcToInteger(xsArg(3)), word;
	const uint8_t *bytes = bytesOf(the, &xsArg(1), start, length), *end = bytes + length;

	for (; end - bytes >= 4; bytes += 4) {
		memcpy(&word, bytes, 4);
		sum = roll(sum, word);
	}
	while (bytes < end)
		sum = roll(sum, *bytes++);
	xsmcSetInteger(xsResult, (xsIntegerValue)sum);
}

/* protect(buffer): a host buffer that can be written no more */
void xs_test_protect(xsMachine *the)
{
	xsmcPetrifyHostBuffer(xsArg(0));
	xsResult = xsArg(0);
}

static const uint8_t *keptBytes;

/* keep(buffer): keeps the address, as native code of others does. The caller keeps the buffer. */
void xs_test_keep(xsMachine *the)
{
	void *data;
	xsUnsignedValue size;

	xsmcGetBufferReadable(xsArg(0), &data, &size);
	keptBytes = data;
}

/* kept(length, byte): how many bytes from there on are this one */
void xs_test_kept(xsMachine *the)
{
	xsIntegerValue length = xsmcToInteger(xsArg(0)), byte = xsmcToInteger(xsArg(1)), count = 0;

	while ((count < length) && (keptBytes[count] == byte))
		count++;
	xsmcSetInteger(xsResult, count);
}
