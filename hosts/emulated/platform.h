/*
	What XS needs to know about the machine it runs on: bare metal, 32 bits, one thread, no parser, no unaligned access.

	XS's own headers include this file, whose name `-DXSPLATFORM` gives.
*/
#ifndef ZRAM_EMULATED_PLATFORM_H
#define ZRAM_EMULATED_PLATFORM_H

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define mxUnalignedAccess 0

/* XS's own defaults. What is not listed is ours: abort, promise queue, finding, loading and parsing modules. */
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultChunkAllocation 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultSlotAllocation 1

/* Fields that XS's Atomics need in a machine. */
#define mxMachinePlatform  \
	void *waiterCondition; \
	void *waiterData;      \
	void *waiterLink;

/* With one thread there is nothing to lock. */
typedef int pthread_mutex_t;
#define PTHREAD_MUTEX_INITIALIZER 0
#define pthread_mutex_lock(mutex) ((void)(mutex))
#define pthread_mutex_unlock(mutex) ((void)(mutex))
#define flockfile(file) ((void)(file))
#define funlockfile(file) ((void)(file))

#endif
