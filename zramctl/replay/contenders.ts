/**
 * The allocators to try traces and loads with.
 *
 * @module
 */

import type { Contender } from "./allocator.ts";
import { Granules } from "./allocators/granules.ts";
import { Ideal } from "./allocators/ideal.ts";
import { Tlsf } from "./allocators/tlsf.ts";
import { XvMalloc } from "./allocators/xvmalloc.ts";
import { Zsmalloc } from "./allocators/zsmalloc.ts";

/** By name on the command line. */
export const CONTENDERS: Readonly<Record<string, Contender>> = {
	granules: { name: "granules", make: (arena) => new Granules(arena) },
	xvmalloc: { name: "xvMalloc", make: (arena) => new XvMalloc(arena) },
	tlsf: { name: "TLSF", make: (arena) => new Tlsf(arena) },
	"zsmalloc-6.1": { name: "zsmalloc, Linux 6.1", make: (arena) => new Zsmalloc(arena, 4) },
	"zsmalloc-7.3": { name: "zsmalloc, Linux 7.3", make: (arena) => new Zsmalloc(arena, 8) },
	ideal: { name: "ideal", make: (arena) => new Ideal(arena) },
};
