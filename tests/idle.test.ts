/* maintain() on a microcontroller ends in time and copes without memory. Needs an exact clock, and memory that runs out. */
// needs: xs
// firmware: --slots 11264 --chunk 120000

import { instructions } from "host";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import { Memory } from "zram/memory";
import { equal, fill, TEXT } from "./support/bytes.ts";

const KB = 1024;
const PAGE = 4096;
const PAGES = 40;
/** Instructions per millisecond at 160 MHz, one per cycle. The host's clock counts them, too. */
const MILLISECOND = 160_000;

const isEmulated = instructions() !== undefined;

function textPage(seed: number): Uint8Array {
	const page = new Uint8Array(PAGE);
	fill(page, 0, PAGE, TEXT, seed);
	return page;
}

/** A device full of pages at rest. */
function makeResting(): Zram {
	const zram = new Zram({ arena: 256 * KB, byteLength: 2 * PAGES * PAGE });
	for (let page = 0; page < PAGES; page++) zram.write(textPage(page), page * PAGE);
	zram.markIdle();
	return zram;
}

function holdsAll(zram: Zram) {
	const read = new Uint8Array(PAGE);
	for (let page = 0; page < PAGES; page++) {
		zram.read(read, page * PAGE);
		assert.ok(equal(read, 0, textPage(page), 0, PAGE), `page ${page}`);
	}
}

const name = "maintain(20) ends within 20 ms of the processor, and packs all that rests in the end";
if (!isEmulated) console.log(`skip ${name}: this host has no exact clock`);
else
	test(name, () => {
		const zram = makeResting();
		let calls = 0;
		let longest = 0;
		for (let isDone = false; !isDone; calls++) {
			const before = instructions() as number;
			isDone = zram.maintain(20);
			longest = Math.max(longest, ((instructions() as number) - before) / MILLISECOND);
			assert.ok(calls < 10 * PAGES, "no end");
		}
		assert.ok(longest <= 20, `${longest} ms`);
		const { pagesRepacked, codecs } = zram.status();
		assert.ok(pagesRepacked === PAGES && codecs.dense?.pages === PAGES, `${pagesRepacked} packed`);
		assert.ok(calls > PAGES / 3, `${calls} calls`);
		holdsAll(zram);
		zram.close();
	});

const without = "without memory for the encoder nothing is packed, and status says how often";
if (!isEmulated) console.log(`skip ${without}: this host has no end of memory`);
else
	test(without, () => {
		const zram = makeResting();
		const taken: Memory[] = [];
		for (let length = 4 * KB * KB; length >= KB; )
			try {
				taken.push(new Memory(length, "external"));
			} catch {
				length /= 2;
			}
		const before = zram.status();
		assert.is(zram.maintain(1000), false);
		assert.is(zram.maintain(1000), false);
		assert.equal(zram.status(), { ...before, failedRepacks: 2 });
		zram.check();
		for (const each of taken) each.close();
		assert.is(zram.maintain(100_000), true);
		assert.is(zram.status().pagesRepacked, PAGES);
		holdsAll(zram);
		zram.close();
	});

test("a device that nobody touches is done at once", () => {
	const zram = makeResting();
	while (!zram.maintain(1000));
	assert.is(zram.maintain(0), true);
	holdsAll(zram);
	zram.close();
});

test.run();
