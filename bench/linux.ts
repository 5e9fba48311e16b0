/**
 * Linux zram, the peer, as it was measured in November 2026: Debian's kernels in QEMU, an 8 MB mixture of what firmware
 * swaps (RGB565 frames, photos, PCM, JSON, JavaScript and its bytecode, fonts, sensor logs, JPEG, an XS heap), pages of
 * 4 KB stored before the first write error under `mem_limit`. The mixture is not the bench's: its files cannot all be
 * had from npm. It is of the same kinds, and the last row tells how this design does on it.
 *
 * @module
 */

export interface LinuxRow {
	name: string;
	/** Pages, for 1, 2 and 4 MB. */
	pages: [number, number, number];
	/** For the chart's legend; none if it is not shown there. */
	inChart: boolean;
}

export const linux: LinuxRow[] = [
	{ name: "Linux 6.1 zram, zstd", pages: [337, 906, 2208], inChart: true },
	{ name: "Linux 6.1 zram, lz4", pages: [303, 736, 1689], inChart: true },
	{ name: "Linux 7.3 zram, lz4", pages: [125, 324, 1135], inChart: true },
	{ name: "computed: 64-byte granules, LZ4, on the same mixture as Linux", pages: [488, 942, 1950], inChart: false },
];

/** Payload by arena when zsmalloc, Linux zram's allocator, refuses the first page of that mixture in 1 MB. */
export const zsmallocUtilisation = "30-62 %";
