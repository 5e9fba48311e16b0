/*
 * The native engine as a filter, to compare other engines with it (tests/codec.test.ts).
 *
 *   engine-tool ARENALENGTH PAGECOUNT PAGELENGTH FLAGS CODECS < commands > answers
 *
 * Commands, whose numbers are uint32, little-endian:
 *
 *   w PAGE bytes       writes a page; the answer is the code
 *   r PAGE             the code, and the page's bytes
 *   s OFFSET WORD      sets a word of the region; no answer
 *   c                  what zramCheck says
 *   d                  the region
 *
 * Exit code 2 if the input ends inside a command or isn't one.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "zramEngine.h"

static zramEngine *engine;
static uint8_t *page;

static void answer(int code)
{
	int32_t value = code;

	fwrite(&value, sizeof(value), 1, stdout);
}

static int readWord(uint32_t *word)
{
	return fread(word, sizeof(*word), 1, stdin) == 1;
}

static int writes(void)
{
	uint32_t number, length = engine->geometry.pageLength;

	if (!readWord(&number) || (fread(page, 1, length, stdin) != length))
		return 0;
	answer(zramWrite(engine, number, 0, page, length, kZramModeKeep));
	return 1;
}

static int reads(void)
{
	uint32_t number, length = engine->geometry.pageLength;

	if (!readWord(&number))
		return 0;
	memset(page, 0, length);
	answer(zramRead(engine, number, 0, page, length, 0));
	fwrite(page, 1, length, stdout);
	return 1;
}

static int sets(void)
{
	uint32_t offset, word;

	if (!readWord(&offset) || !readWord(&word))
		return 0;
	memcpy(engine->region + offset, &word, sizeof(word));
	return 1;
}

static int obeys(int command)
{
	switch (command) {
	case 'w':
		return writes();
	case 'r':
		return reads();
	case 's':
		return sets();
	case 'c':
		answer(zramCheck(engine));
		return 1;
	case 'd':
		fwrite(engine->region, 1, engine->geometry.regionLength, stdout);
		return 1;
	default:
		return 0;
	}
}

int main(int argc, char **argv)
{
	uint32_t numbers[5];
	zramGeometry geometry;
	int command;

	if (argc != 6)
		return 2;
	for (int i = 0; i < 5; i++)
		numbers[i] = (uint32_t)strtoul(argv[i + 1], NULL, 0);
	if (!zramPlan(&geometry, numbers[0], numbers[1], numbers[2], numbers[3], 0))
		return 2;
	page = malloc(geometry.pageLength);
	engine = malloc(zramScratchLength(geometry.pageLength));
	engine->region = malloc(geometry.regionLength);
	memset(engine->region, 0, geometry.regionLength);
	zramStart(engine, &geometry, geometry.pageLength / 8 * 7, numbers[4]);
	while ((command = getchar()) != EOF)
		if (!obeys(command))
			return 2;
	free(engine->region);
	free(engine);
	free(page);
	return 0;
}
