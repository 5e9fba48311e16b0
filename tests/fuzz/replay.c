/* Runs a fuzz target on files, without a fuzzer: `replay FILE…`. It ends at the first that fails, as the target ends it. */

#include <stdio.h>
#include <stdlib.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes;
	size_t size;

	if (!file || fseek(file, 0, SEEK_END))
		return 0;
	size = (size_t)ftell(file);
	rewind(file);
	bytes = malloc(size ? size : 1);
	if (fread(bytes, 1, size, file) != size)
		return 0;
	fclose(file);
	printf("%s\n", path);
	fflush(stdout);
	LLVMFuzzerTestOneInput(bytes, size);
	free(bytes);
	return 1;
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (!replay(argv[i])) {
			fprintf(stderr, "cannot read %s\n", argv[i]);
			return 2;
		}
	return 0;
}
