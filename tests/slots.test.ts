/* The slot table: its invariant broken on purpose, and damage that is either harmless or detected. */
// needs: js
// firmware: --slots 12416 --chunk 210000

import { test } from "uvu";
import type { ZramError, ZramOptions } from "zram";
import { SLOT_COUNT, SLOTS_OFFSET } from "zram/engine/header";
import { SLOT_USED } from "zram/engine/interface";
import { holds, PAGE, PAGES, pageOf } from "./support/device.ts";
import { fails } from "./support/expect.ts";
import { makeBed } from "./support/offload.ts";

const IS_NODE = "versions" in globalThis.process;

/** Changes an element of an array. */
function flip(array: Uint8Array | Uint32Array, index: number, bits = 1) {
	array[index] = (array[index] as number) ^ bits;
}

/** A device with pages 0 to 5 on flash and 6 to 9 in memory, and its slot table's words. */
function makeOffloaded(options: Partial<ZramOptions> = {}) {
	const arena = new ArrayBuffer(32 * 1024);
	const zram = makeBed({ blocks: 12 }).boot({ byteLength: PAGES * PAGE, arena, ...options });
	for (let page = 0; page < 10; page++) zram.write(pageOf(page < 6 ? "raw" : "compressed", page), page * PAGE);
	const words = new Uint32Array(arena, 0, 64);
	const slots = new Uint32Array(arena, words[SLOTS_OFFSET], 4 * (words[SLOT_COUNT] as number));
	return { zram, arena, words, slots };
}

test("check: invariant 12, slot", () => {
	const used = (slots: Uint32Array) => slots.findIndex((word, i) => (i & 3) === 2 && word === SLOT_USED) - 2;
	const breaks: [number, (broken: ReturnType<typeof makeOffloaded>) => void][] = [
		[12, ({ slots }) => flip(slots, used(slots) + 1)],
		[12, ({ slots }) => (slots[used(slots) + 1] = PAGES)],
		[12, ({ slots }) => (slots[used(slots) + 2] = 1)],
		[12, ({ slots }) => (slots[2] = SLOT_USED)],
		[12, ({ slots }) => (slots[slots.length - 2] = 8)],
		[12, ({ slots }) => (slots[slots.length - 3] = 1)],
		[7, ({ words }) => flip(words, 23)],
		[1, ({ words }) => flip(words, 36)],
		[1, ({ words }) => flip(words, 37)],
	];
	for (const [invariant, work] of breaks) {
		const broken = makeOffloaded();
		broken.zram.check();
		work(broken);
		const { message } = fails(() => broken.zram.check(), "ECORRUPT");
		if (!message.startsWith(`ECORRUPT: invariant ${invariant}, `)) throw new Error(`not ${invariant}: ${message}`);
	}
});

test("damage: flips bits of the slot table (in Node each): right bytes or a documented error, and no call hangs", () => {
	for (const integrity of [false, true]) {
		const bits = 12 * 16 * 8;
		for (let bit = 0; bit < bits; bit += integrity || !IS_NODE ? 7 : 1) {
			const { zram, slots } = makeOffloaded({ integrity });
			flip(new Uint8Array(slots.buffer, slots.byteOffset, slots.byteLength), bit >> 3, 1 << (bit & 7));
			const attempt = (work: () => void) => {
				try {
					work();
				} catch (error) {
					const { code } = error as ZramError;
					// without erases pages stay in memory, which then is full
					if (code !== "ECORRUPT" && code !== "EIO" && code !== "ENOSPC") throw new Error(`bit ${bit}: ${error}`);
				}
			};
			for (let page = 0; page < 10; page++)
				attempt(() => holds(zram, page * PAGE, pageOf(page < 6 ? "raw" : "compressed", page)));
			for (let i = 0; i < 12; i++) attempt(() => zram.write(pageOf("raw", 50 + i), (i % 8) * PAGE));
			attempt(() => zram.maintain(1000));
			zram.reset();
			zram.write(pageOf("raw", 1), 0);
			holds(zram, 0, pageOf("raw", 1));
		}
	}
});

test.run();
