/**
 * Measured by `npm run bench` on an emulated rv32imac, for `zram plan` and the page. Generated: do not edit.
 *
 * @module
 */

import type { MeasuredKind } from "./plan.ts";

export const measuredKinds: readonly MeasuredKind[] = [
	{ name: "bitmap", stored: 659, columns: 0.37, write: 123955, read: 53752, lz4Write: 30683 },
	{ name: "photo", stored: 1766, columns: 0.99, write: 301301, read: 190428, lz4Write: 60560 },
	{ name: "photo-be", stored: 1378, columns: 0.88, write: 294023, read: 171365, lz4Write: 52754 },
	{ name: "rgb888", stored: 1451, columns: 0.93, write: 209697, read: 97744, lz4Write: 46548 },
	{ name: "grey", stored: 2037, columns: 0.9, write: 219024, read: 93417, lz4Write: 53951 },
	{ name: "camera", stored: 2452, columns: 0.98, write: 203473, read: 113618, lz4Write: 44342 },
	{ name: "pcm", stored: 1775, columns: 1, write: 140631, read: 76065, lz4Write: 27226 },
	{ name: "telephone", stored: 1991, columns: 1, write: 202282, read: 104098, lz4Write: 39292 },
	{ name: "speech", stored: 2626, columns: 0.96, write: 131809, read: 77307, lz4Write: 12258 },
	{ name: "singing", stored: 2352, columns: 1, write: 130895, read: 78159, lz4Write: 12142 },
	{ name: "stereo", stored: 2087, columns: 1, write: 133526, read: 76616, lz4Write: 15279 },
	{ name: "announcement", stored: 1860, columns: 0.92, write: 130879, read: 74824, lz4Write: 24289 },
	{ name: "i2s", stored: 2242, columns: 1, write: 138777, read: 69994, lz4Write: 11829 },
	{ name: "sensor", stored: 388, columns: 1, write: 151980, read: 44281, lz4Write: 63779 },
	{ name: "imu", stored: 1373, columns: 1, write: 150885, read: 71601, lz4Write: 30775 },
	{ name: "imu-be", stored: 2189, columns: 0, write: 239912, read: 20625, lz4Write: 55935 },
	{ name: "eeg", stored: 2869, columns: 1, write: 129565, read: 80834, lz4Write: 11785 },
	{ name: "ecg-be", stored: 1216, columns: 1, write: 178820, read: 83260, lz4Write: 70827 },
	{ name: "cbor", stored: 924, columns: 0, write: 45467, read: 17490, lz4Write: 36371 },
	{ name: "text", stored: 2622, columns: 0, write: 61261, read: 23555, lz4Write: 60516 },
	{ name: "json", stored: 1071, columns: 0, write: 34839, read: 16444, lz4Write: 34430 },
	{ name: "script", stored: 2013, columns: 0, write: 51774, read: 23329, lz4Write: 51170 },
	{ name: "log", stored: 1717, columns: 0, write: 45559, read: 18696, lz4Write: 44951 },
	{ name: "code", stored: 2695, columns: 0, write: 75819, read: 23459, lz4Write: 60186 },
	{ name: "random", stored: 4096, columns: 0, write: 25178, read: 5071, lz4Write: 11771 },
	{ name: "same-filled", stored: 0, columns: 0, write: 6697, read: 4003, lz4Write: 6697 },
	{ name: "jpeg", stored: 4089, columns: 0, write: 27012, read: 5133, lz4Write: 12366 },
];

/** Bytes of flash: native code with all codecs but without offload, and the bytecode that the footprint counts. */
export const measuredCode = { native: 32576, bytecode: 54411 } as const;
