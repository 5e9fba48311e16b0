/**
 * Linux zram, measured in November 2026 with Debian's kernels in QEMU: pages of 4 KB stored before the first write
 * error under `mem_limit`, from an 8 MB mixture of what firmware swaps (RGB565 frames, photos, PCM, JSON, JavaScript
 * and its bytecode, fonts, sensor logs, JPEG, an XS heap). The mixture is not the bench's, as not all of its files are
 * on npm, but its kinds are the same, and the last row says how this design does with it. zsmalloc.ts computes how
 * Linux's allocator does with the bench's own mixture.
 *
 * @module
 */

export interface LinuxRow {
	name: string;
	/** Pages in 1, 2 and 4 MB. */
	pages: [number, number, number];
}

export const linux: LinuxRow[] = [
	{ name: "measured: Linux 6.1 zram, zstd", pages: [337, 906, 2208] },
	{ name: "measured: Linux 6.1 zram, lz4", pages: [303, 736, 1689] },
	{ name: "measured: Linux 7.3 zram, lz4", pages: [125, 324, 1135] },
	{ name: "computed: 64-byte granules, LZ4, on that mixture", pages: [488, 942, 1950] },
];
