/**
 * Measured by `npm run bench` on an emulated rv32imac, for `zram plan` and the page. Generated: do not edit.
 *
 * @module
 */

import type { MeasuredKind } from "./plan.ts";

export const measuredKinds: readonly MeasuredKind[] = [
	{ name: "bitmap", stored: 659, columns: 0.37, write: 124209, read: 53027, lz4Write: 31017 },
	{ name: "photo", stored: 1766, columns: 0.99, write: 300467, read: 184039, lz4Write: 59727 },
	{ name: "photo-be", stored: 1378, columns: 0.88, write: 293776, read: 166067, lz4Write: 52518 },
	{ name: "rgb888", stored: 1451, columns: 0.93, write: 208026, read: 97742, lz4Write: 44889 },
	{ name: "grey", stored: 2037, columns: 0.9, write: 216135, read: 93418, lz4Write: 51088 },
	{ name: "camera", stored: 2452, columns: 0.98, write: 202730, read: 113619, lz4Write: 43595 },
	{ name: "pcm", stored: 1775, columns: 1, write: 139305, read: 72409, lz4Write: 25901 },
	{ name: "telephone", stored: 1991, columns: 1, write: 202760, read: 104102, lz4Write: 39765 },
	{ name: "speech", stored: 2626, columns: 0.96, write: 130706, read: 73732, lz4Write: 11157 },
	{ name: "singing", stored: 2352, columns: 1, write: 129491, read: 74520, lz4Write: 10740 },
	{ name: "stereo", stored: 2087, columns: 1, write: 132438, read: 73032, lz4Write: 14190 },
	{ name: "announcement", stored: 1860, columns: 0.92, write: 130639, read: 71451, lz4Write: 24052 },
	{ name: "i2s", stored: 2242, columns: 1, write: 138447, read: 66427, lz4Write: 11500 },
	{ name: "sensor", stored: 388, columns: 1, write: 148238, read: 40763, lz4Write: 60037 },
	{ name: "imu", stored: 1373, columns: 1, write: 148987, read: 68612, lz4Write: 28878 },
	{ name: "imu-be", stored: 2189, columns: 0, write: 237143, read: 20625, lz4Write: 54527 },
	{ name: "eeg", stored: 2869, columns: 1, write: 128375, read: 77273, lz4Write: 10597 },
	{ name: "ecg-be", stored: 1216, columns: 1, write: 176602, read: 79636, lz4Write: 68617 },
	{ name: "cbor", stored: 924, columns: 0, write: 44503, read: 17490, lz4Write: 35407 },
	{ name: "text", stored: 2623, columns: 0, write: 59893, read: 23551, lz4Write: 59149 },
	{ name: "json", stored: 1071, columns: 0, write: 34471, read: 16444, lz4Write: 34062 },
	{ name: "script", stored: 2013, columns: 0, write: 50934, read: 23329, lz4Write: 50330 },
	{ name: "log", stored: 1722, columns: 0, write: 44616, read: 18659, lz4Write: 44008 },
	{ name: "code", stored: 2695, columns: 0, write: 74132, read: 23459, lz4Write: 58499 },
	{ name: "random", stored: 4096, columns: 0, write: 23977, read: 5071, lz4Write: 10569 },
	{ name: "same-filled", stored: 0, columns: 0, write: 6697, read: 4003, lz4Write: 6697 },
	{ name: "jpeg", stored: 4089, columns: 0, write: 25720, read: 5133, lz4Write: 11074 },
];

/** Bytes of flash: native code with all codecs but without offload, and the bytecode that the footprint counts. */
export const measuredCode = { native: 32620, bytecode: 55431 } as const;
