/*
	Arithmetic that Debian's libgcc for this compiler lacks, under the names the compiler calls, and abs(). On the chip it
	is in ROM.
*/
#include <stdint.h>
#include <stdlib.h>

uint32_t __udivsi3(uint32_t a, uint32_t b);
uint32_t __umodsi3(uint32_t a, uint32_t b);
int32_t __divsi3(int32_t a, int32_t b);
uint64_t __umulsidi3(uint32_t a, uint32_t b);
uint64_t __muldi3(uint64_t a, uint64_t b);

/* The quotient; what remains is left in `*a`. */
static uint32_t divide(uint32_t *a, uint32_t b)
{
	uint32_t quotient = 0, bit = 1;
	if (!b)
		abort();
	for (; b < *a && !(b >> 31); b <<= 1)
		bit <<= 1;
	for (; bit; bit >>= 1, b >>= 1)
		if (*a >= b) {
			*a -= b;
			quotient |= bit;
		}
	return quotient;
}

uint32_t __udivsi3(uint32_t a, uint32_t b)
{
	return divide(&a, b);
}

uint32_t __umodsi3(uint32_t a, uint32_t b)
{
	divide(&a, b);
	return a;
}

int32_t __divsi3(int32_t a, int32_t b)
{
	uint32_t magnitude = a < 0 ? -(uint32_t)a : (uint32_t)a;
	uint32_t quotient = divide(&magnitude, b < 0 ? -(uint32_t)b : (uint32_t)b);
	return (int32_t)((a ^ b) < 0 ? -quotient : quotient);
}

static uint64_t doubleWord(uint32_t high, uint32_t low)
{
	union {
		uint32_t words[2];
		uint64_t value;
	} both = { { low, high } };
	return both.value;
}

uint64_t __umulsidi3(uint32_t a, uint32_t b)
{
	uint32_t aLow = a & 0xFFFF, aHigh = a >> 16, bLow = b & 0xFFFF, bHigh = b >> 16;
	uint32_t low = aLow * bLow, middle = aHigh * bLow + (low >> 16), other = aLow * bHigh + (middle & 0xFFFF);
	return doubleWord(aHigh * bHigh + (middle >> 16) + (other >> 16), (other << 16) | (low & 0xFFFF));
}

uint64_t __muldi3(uint64_t a, uint64_t b)
{
	uint64_t product = __umulsidi3((uint32_t)a, (uint32_t)b);
	uint32_t high = (uint32_t)(a >> 32) * (uint32_t)b + (uint32_t)a * (uint32_t)(b >> 32);
	return doubleWord((uint32_t)(product >> 32) + high, (uint32_t)product);
}

uint64_t __udivmoddi4(uint64_t a, uint64_t b, uint64_t *remainder); /* which libgcc has */
uint64_t __udivdi3(uint64_t a, uint64_t b);
uint64_t __umoddi3(uint64_t a, uint64_t b);

uint64_t __udivdi3(uint64_t a, uint64_t b)
{
	return __udivmoddi4(a, b, NULL);
}

uint64_t __umoddi3(uint64_t a, uint64_t b)
{
	uint64_t remainder;
	__udivmoddi4(a, b, &remainder);
	return remainder;
}

int abs(int number)
{
	return number < 0 ? -number : number;
}
