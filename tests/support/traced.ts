/* Recorded devices: what is done to them, and where their traces go. */

import type Zram from "zram";
import { fill, NOISE, TEXT } from "./bytes.ts";
import type { Random } from "./random.ts";

/** A sink that keeps what it gets. */
export class Kept {
	readonly blocks: Uint8Array[] = [];
	write(buffer: ArrayBuffer) {
		this.blocks.push(new Uint8Array(buffer));
	}
	get bytes(): Uint8Array {
		const bytes = new Uint8Array(this.blocks.reduce((sum, block) => sum + block.length, 0));
		let at = 0;
		for (const block of this.blocks) {
			bytes.set(block, at);
			at += block.length;
		}
		return bytes;
	}
}

export const contents = [
	(bytes: Uint8Array) => bytes.fill(0),
	(bytes: Uint8Array) => bytes.fill(7),
	(bytes: Uint8Array, seed: number) => fill(bytes, 0, bytes.length, NOISE, seed),
	(bytes: Uint8Array, seed: number) => fill(bytes, 0, bytes.length, TEXT, seed),
	(bytes: Uint8Array, seed: number) => fill(bytes, bytes.length >> 1, bytes.length >> 1, NOISE, seed),
];

/** Does something random to a device, which may refuse it for lack of room. */
export function work(zram: Zram, random: Random, count: number) {
	const { pageLength, byteLength } = zram;
	const most = zram.status().memLimit;
	const buffer = new Uint8Array(3 * pageLength);
	for (let i = 0; i < count; i++) {
		const whole = random.below(4) > 0;
		const length = whole ? pageLength * (1 + random.below(3)) : 1 + random.below(buffer.length);
		const start = random.below(byteLength - length);
		const offset = whole ? start - (start % pageLength) : start;
		const kind = random.below(100);
		try {
			if (kind < 25) zram.read(buffer, offset, 0, length);
			else if (kind < 80) {
				const piece = buffer.subarray(0, length);
				contents[random.below(contents.length)]?.(piece, i);
				zram.write(piece, offset);
			} else if (kind < 94) zram.trim(offset, length);
			else if (kind < 96) zram.markIdle();
			else if (kind < 97) zram.limit = Math.floor(most * (0.8 + 0.2 * (random.below(11) / 10)));
			else if (kind < 98) zram.maintain(1000);
			else if (random.below(60) === 0) zram.reset();
		} catch (error) {
			if ((error as { code?: string }).code !== "ENOSPC") throw error;
		}
	}
}
