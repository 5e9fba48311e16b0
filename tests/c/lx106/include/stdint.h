/* The compiler's own, which otherwise asks for a C library's. */
#include <stdint-gcc.h>
