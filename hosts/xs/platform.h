/*
	What XS needs to know about the machine it runs on: POSIX, little-endian, threads.

	XS's own headers include this file, whose name `-DXSPLATFORM` gives.
*/
#ifndef ZRAM_XS_PLATFORM_H
#define ZRAM_XS_PLATFORM_H

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
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

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the region's layout is little-endian, and so is every host"
#endif

#undef mxLinux
#undef mxMacOSX
#if defined(__APPLE__)
#define mxLinux 0
#define mxMacOSX 1
#else
#define mxLinux 1
#define mxMacOSX 0
#endif

#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1

/* XS's own defaults. What is not listed is in platform.c: abort, promise queue, finding and loading modules. */
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultChunkAllocation 1
#define mxUseDefaultDebug 1 /* no debugger, but with mxDebug stacks have line numbers */
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1
#define mxUseDefaultSlotAllocation 1

/* 64-bit slots have room for 32-bit property keys. 32-bit slots, as on microcontrollers, do not. */
#if INTPTR_MAX == INT64_MAX
#define mx32bitID 1
#endif

/* Fields that XS's Atomics need in a machine. */
#define mxMachinePlatform  \
	void *waiterCondition; \
	void *waiterData;      \
	void *waiterLink;

#endif
