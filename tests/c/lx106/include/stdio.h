/*
	Of the C library, what the harnesses take: see ../library.c. Formats have %s, %.Ns, %d, %u, %x with a width and zeros,
	%llu and %llx, and nothing else.
*/
#ifndef LX106_STDIO_H
#define LX106_STDIO_H

#include <stdarg.h>
#include <stddef.h>

typedef struct File FILE;
extern FILE *const stdin, *const stdout, *const stderr;

FILE *fopen(const char *path, const char *mode); /* "rb" */
size_t fread(void *into, size_t length, size_t count, FILE *file);
size_t fwrite(const void *from, size_t length, size_t count, FILE *file);
int fclose(FILE *file);
int fflush(FILE *file);
int puts(const char *text);
int putchar(int character);
int printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
int fprintf(FILE *file, const char *format, ...) __attribute__((format(printf, 2, 3)));
int snprintf(char *into, size_t room, const char *format, ...) __attribute__((format(printf, 3, 4)));
int vsnprintf(char *into, size_t room, const char *format, va_list arguments);

#endif
