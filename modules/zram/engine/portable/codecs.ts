/*
 * The portable engine: the codecs, a row for each, by id. pack.ts uses them. ../native/zramCodecs.h has the same rows.
 */

import { COLUMNS } from "zram/engine/portable/columns";
import { DENSE } from "zram/engine/portable/dense";
import { LZ4 } from "zram/engine/portable/lz4";
import type { Codec } from "zram/engine/portable/pack";

export const CODECS: Readonly<Record<number, Codec>> = Object.freeze({
	0: LZ4,
	1: COLUMNS,
	2: DENSE,
});
