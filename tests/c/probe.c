/* Compiled to find out what this machine's compiler can do. */
#include <stdlib.h>
#ifdef ZRAM_WITH_LIBLZ4
#include <lz4.h>
#include <lz4hc.h>
int main(void)
{
	return LZ4_versionNumber() ? EXIT_SUCCESS : EXIT_FAILURE;
}
#else
int main(void)
{
	return EXIT_SUCCESS;
}
#endif
