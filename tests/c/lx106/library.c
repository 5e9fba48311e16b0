/*
	A C library for the harnesses on QEMU's simulator of an Xtensa lx106, for which Debian has a compiler and no library:
	as much of one as they take, and no more.
*/
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the simulator ---- */

enum {
	simExit = 1,
	simRead = 3,
	simWrite = 4,
	simOpen = 5,
	simClose = 6,
	simArgumentCount = 1000,
	simArgumentsLength = 1001,
	simArguments = 1002,
};

static int32_t simcall(int32_t number, uintptr_t a, uintptr_t b, uintptr_t c)
{
	register int32_t a2 __asm__("a2") = number;
	register uintptr_t a3 __asm__("a3") = a;
	register uintptr_t a4 __asm__("a4") = b;
	register uintptr_t a5 __asm__("a5") = c;
	__asm__ volatile("simcall" : "+r"(a2), "+r"(a3) : "r"(a4), "r"(a5) : "memory");
	return a2;
}

void exit(int exitCode)
{
	for (;;)
		simcall(simExit, (uintptr_t)exitCode, 0, 0);
}

void abort(void)
{
	exit(134);
}

int main(int argc, char **argv);
void libraryStart(void);

void libraryStart(void)
{
	char **argv = malloc((size_t)simcall(simArgumentsLength, 0, 0, 0));
	simcall(simArguments, (uintptr_t)argv, 0, 0);
	exit(main(simcall(simArgumentCount, 0, 0, 0), argv));
}

/* ---- memory ---- */

/* Volatile: the compiler would make calls of these very functions of the loops. */
void *memcpy(void *to, const void *from, size_t length)
{
	volatile uint8_t *out = to;
	const uint8_t *in = from;
	while (length--)
		*out++ = *in++;
	return to;
}

void *memmove(void *to, const void *from, size_t length)
{
	volatile uint8_t *out = to;
	const uint8_t *in = from;
	if ((uintptr_t)to <= (uintptr_t)from)
		return memcpy(to, from, length);
	while (length--)
		out[length] = in[length];
	return to;
}

void *memset(void *to, int byte, size_t length)
{
	volatile uint8_t *out = to;
	while (length--)
		*out++ = (uint8_t)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
	const uint8_t *x = a, *y = b;
	for (; length; length--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

/* Blocks have powers of two of bytes; those of one size that are free are in a list. */
typedef union Block Block;
union Block {
	struct {
		uint32_t size; /* as a power of two, this included */
		Block *next;
	} head;
	uint8_t alignment[16];
};

extern uint8_t __heap_start[], __heap_end[];

static Block *freeBlocks[32];
static uint8_t *frontier = __heap_start;

void *malloc(size_t length)
{
	uint32_t size = 5;
	Block *block;
	while (((size_t)1 << size) - sizeof(Block) < length)
		size++;
	block = freeBlocks[size];
	if (block)
		freeBlocks[size] = block->head.next;
	else {
		if ((size_t)(__heap_end - frontier) < (size_t)1 << size)
			return NULL;
		block = (Block *)(void *)frontier;
		frontier += (size_t)1 << size;
	}
	block->head.size = size;
	return block + 1;
}

void free(void *memory)
{
	Block *block = (Block *)memory - 1;
	if (!memory)
		return;
	block->head.next = freeBlocks[block->head.size];
	freeBlocks[block->head.size] = block;
}

void *calloc(size_t count, size_t length)
{
	void *memory = malloc(count * length);
	return memory ? memset(memory, 0, count * length) : NULL;
}

void *realloc(void *memory, size_t length)
{
	size_t room = memory ? ((size_t)1 << ((Block *)memory - 1)->head.size) - sizeof(Block) : 0;
	void *larger;
	if (length <= room)
		return memory;
	larger = malloc(length);
	if (larger) {
		memcpy(larger, memory, room);
		free(memory);
	}
	return larger;
}

/* ---- text ---- */

size_t strlen(const char *text)
{
	const char *end = text;
	while (*end)
		end++;
	return (size_t)(end - text);
}

int strcmp(const char *a, const char *b)
{
	for (; *a && *a == *b; a++, b++)
		;
	return (uint8_t)*a - (uint8_t)*b;
}

int strncmp(const char *a, const char *b, size_t length)
{
	for (; length && *a && *a == *b; a++, b++, length--)
		;
	return length ? (uint8_t)*a - (uint8_t)*b : 0;
}

char *strrchr(const char *text, int character)
{
	const char *found = NULL;
	for (; *text; text++)
		if (*text == character)
			found = text;
	return (char *)(uintptr_t)found;
}

static uint32_t digitOf(char character)
{
	return (uint32_t)(character <= '9' ? character - '0' : (character | 32) - 'a' + 10);
}

unsigned long long strtoull(const char *text, char **end, int base)
{
	unsigned long long value = 0;
	(void)end, (void)base;
	if (text[0] == '0' && text[1] == 'x')
		for (text += 2; *text; text++)
			value = value * 16 + digitOf(*text);
	else
		for (; *text; text++)
			value = value * 10 + digitOf(*text);
	return value;
}

unsigned long strtoul(const char *text, char **end, int base)
{
	return (unsigned long)strtoull(text, end, base);
}

/* ---- output ---- */

typedef struct {
	char *out;
	size_t room; /* with the zero at the end */
	size_t length;
} Writer;

static void put(Writer *writer, char character)
{
	if (writer->length + 1 < writer->room)
		writer->out[writer->length] = character;
	writer->length++;
}

static void putText(Writer *writer, const char *text, size_t most)
{
	for (; *text && most; text++, most--)
		put(writer, *text);
}

static void putNumber(Writer *writer, unsigned long long value, uint32_t base, uint32_t width, char padding)
{
	char digits[20];
	uint32_t count = 0;
	do {
		digits[count++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (; width > count; width--)
		put(writer, padding);
	while (count)
		put(writer, digits[--count]);
}

static uint32_t takeNumber(const char **format)
{
	uint32_t value = 0;
	for (; **format >= '0' && **format <= '9'; ++*format)
		value = value * 10 + digitOf(**format);
	return value;
}

int vsnprintf(char *into, size_t room, const char *format, va_list arguments)
{
	Writer writer = { into, room, 0 };
	for (; *format; format++) {
		uint32_t width, most = UINT32_MAX, longs = 0;
		unsigned long long value;
		char padding;
		if (*format != '%') {
			put(&writer, *format);
			continue;
		}
		padding = *++format == '0' ? '0' : ' ';
		width = takeNumber(&format);
		if (*format == '.') {
			format++;
			most = takeNumber(&format);
		}
		for (; *format == 'l'; format++)
			longs++;
		if (*format == 's') {
			putText(&writer, va_arg(arguments, const char *), most);
			continue;
		}
		if (*format != 'd' && *format != 'u' && *format != 'x')
			abort();
		value = longs == 2 ? va_arg(arguments, unsigned long long) : va_arg(arguments, unsigned);
		if (*format == 'd' && longs < 2 && (int32_t)value < 0) {
			put(&writer, '-');
			value = -(uint32_t)value;
		}
		putNumber(&writer, value, *format == 'x' ? 16 : 10, width, padding);
	}
	if (room)
		into[writer.length < room ? writer.length : room - 1] = 0;
	return (int)writer.length;
}

int snprintf(char *into, size_t room, const char *format, ...)
{
	va_list arguments;
	int length;
	va_start(arguments, format);
	length = vsnprintf(into, room, format, arguments);
	va_end(arguments);
	return length;
}

struct File {
	int32_t handle;
};

static FILE console[] = { { 0 }, { 1 }, { 2 } };
FILE *const stdin = &console[0], *const stdout = &console[1], *const stderr = &console[2];

/* A line at a time. */
static int print(FILE *file, const char *format, va_list arguments)
{
	char line[400];
	int length = vsnprintf(line, sizeof(line), format, arguments);
	if (length >= (int)sizeof(line))
		abort();
	simcall(simWrite, (uintptr_t)file->handle, (uintptr_t)line, (uintptr_t)length);
	return length;
}

int printf(const char *format, ...)
{
	va_list arguments;
	int length;
	va_start(arguments, format);
	length = print(stdout, format, arguments);
	va_end(arguments);
	return length;
}

int fprintf(FILE *file, const char *format, ...)
{
	va_list arguments;
	int length;
	va_start(arguments, format);
	length = print(file, format, arguments);
	va_end(arguments);
	return length;
}

/* The compiler makes these of plain calls of printf(). */
int puts(const char *text)
{
	return printf("%s\n", text);
}

int putchar(int character)
{
	return (int)fwrite(&character, 1, 1, stdout);
}

FILE *fopen(const char *path, const char *mode)
{
	FILE *file = malloc(sizeof(FILE));
	(void)mode;
	file->handle = simcall(simOpen, (uintptr_t)path, 0, 0);
	if (file->handle >= 0)
		return file;
	free(file);
	return NULL;
}

size_t fread(void *into, size_t length, size_t count, FILE *file)
{
	size_t done = 0, bytes = length * count;
	while (done < bytes) {
		int32_t more = simcall(simRead, (uintptr_t)file->handle, (uintptr_t)into + done, bytes - done);
		if (more <= 0)
			break;
		done += (size_t)more;
	}
	return done / length;
}

size_t fwrite(const void *from, size_t length, size_t count, FILE *file)
{
	simcall(simWrite, (uintptr_t)file->handle, (uintptr_t)from, length * count);
	return count;
}

int fclose(FILE *file)
{
	simcall(simClose, (uintptr_t)file->handle, 0, 0);
	free(file);
	return 0;
}

int fflush(FILE *file)
{
	(void)file;
	return 0;
}
