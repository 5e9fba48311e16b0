/**
 * Linux zram, the peer, as it was measured in November 2026: Debian's kernels in QEMU, an 8 MB mixture of what firmware
 * swaps (RGB565 frames, photos, PCM, JSON, JavaScript and its bytecode, fonts, sensor logs, JPEG, an XS heap), pages of
 * 4 KB stored before the first write error under `mem_limit`. The mixture is not the bench's: its files cannot all be
 * had from npm. It is of the same kinds, and the last row tells how this design does on it. What Linux's allocator does
 * with the bench's own mixture is computed in zsmalloc.ts.
 *
 * @module
 */

export interface LinuxRow {
	name: string;
	/** Pages, for 1, 2 and 4 MB. */
	pages: [number, number, number];
}

export const linux: LinuxRow[] = [
	{ name: "measured: Linux 6.1 zram, zstd", pages: [337, 906, 2208] },
	{ name: "measured: Linux 6.1 zram, lz4", pages: [303, 736, 1689] },
	{ name: "measured: Linux 7.3 zram, lz4", pages: [125, 324, 1135] },
	{ name: "computed: 64-byte granules, LZ4, on that mixture", pages: [488, 942, 1950] },
];
