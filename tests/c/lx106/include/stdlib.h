/* Of the C library, what the harnesses take: see ../library.c. */
#ifndef LX106_STDLIB_H
#define LX106_STDLIB_H

#include <stddef.h>

#define EXIT_SUCCESS 0
#define EXIT_FAILURE 1

void *malloc(size_t length);
void *calloc(size_t count, size_t length);
void *realloc(void *memory, size_t length);
void free(void *memory);
/* Decimal or, with 0x in front, hexadecimal; nothing is refused. */
unsigned long strtoul(const char *text, char **end, int base);
unsigned long long strtoull(const char *text, char **end, int base);
int abs(int number);
void exit(int exitCode) __attribute__((noreturn));
void abort(void) __attribute__((noreturn));

#endif
