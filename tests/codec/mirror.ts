/* zramMirror.c in TypeScript. */

import type { Codec } from "zram/engine/portable/pack";

export const MIRROR: Codec = Object.freeze({
	name: "mirror",
	tried: 52,
	saves: 26,
	makeCoder: (workspace: Uint8Array) => ({
		encode(page: Uint8Array, block: Uint8Array, capacity: number) {
			const half = page.length / 2;
			const turned = workspace.subarray(0, page.length);
			turned.set(page);
			turned.reverse();
			block.set(turned.subarray(0, half));
			return half <= capacity && turned.every((byte, i) => byte === page[i]) ? half : 0;
		},
		decode(block: Uint8Array, length: number, page: Uint8Array) {
			if (length !== page.length / 2) return false;
			page.set(block.subarray(0, length));
			page.set(block.slice(0, length).reverse(), length);
			return true;
		},
	}),
});
