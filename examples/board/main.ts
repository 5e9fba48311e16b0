/*
 * For a board without a display: keeps four kinds of pages in a device, reads them back and compares every word. Prints
 * a status line a second, which `npx zram` shows on a desktop. Each turn is short, so that XS can feed the watchdog in
 * between.
 */

import { flash, psram } from "board";
import { openDevice } from "board/device";
import Timer from "timer";
import { type default as Zram, ZramError } from "zram";
import { ticks } from "zram/memory";
import { formatStatus } from "zram/status";

const PAGE = 4096;
const KB = 1024;
const MB = 1024 * KB;
const NAME = "demo";

/** Opens a device in a quarter of the PSRAM, at most 2 MB, or in 48 KB of internal memory if there is no PSRAM. */
function open(): Zram {
	const available = psram();
	const quarter = (available >> 2) & -PAGE;
	const arena = available
		? ({ byteLength: Math.min(quarter, 2 * MB), memory: "external" } as const)
		: ({ byteLength: 48 * KB, memory: "internal" } as const);
	return openDevice({ byteLength: 4 * arena.byteLength, arena }, flash()).zram;
}

const KINDS = 4;
const LINE = '{"temperature":21.4,"humidity":48,"pressure":1013}\n';
const line = new Uint8Array(ArrayBuffer.fromString(LINE));

/** Fills in what page number `page` holds after so many writes. Always the same, so that it can be compared. */
function fill(words: Uint32Array, page: number, writes: number) {
	let seed = Math.imul(page + 1, 0x9e3779b1) ^ Math.imul(writes, 0x85ebca6b);
	switch (page % KINDS) {
		case 0: // one repeated word
			words.fill(seed);
			break;
		case 1: {
			// a log of measurements
			const bytes = new Uint8Array(words.buffer);
			words.fill(0);
			for (let at = 0; at + line.length <= PAGE; at += line.length) bytes.set(line, at);
			words[0] = seed;
			break;
		}
		case 2: // a drawing: runs of one colour
			for (let at = 0; at < words.length; at += 64) words.fill(Math.imul(seed, at + 1), at, at + 64);
			break;
		default: // compressed already
			for (let at = 0; at < words.length; at++) {
				seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
				words[at] = seed;
			}
	}
}

function main() {
	const zram = open();
	const { backing } = zram.status();
	const partition = backing ? `partition zram with ${backing.slots} pages` : "no partition zram";
	trace(`zram: PSRAM ${psram() >> 10} KB, ${partition}, arena ${zram.limit / KB} KB\n`);

	const pages = zram.byteLength / PAGE;
	/** How often each page was written; 0 if it is not stored. */
	const writes = new Uint16Array(pages);
	const words = new Uint32Array(PAGE / 4);
	const expected = new Uint32Array(PAGE / 4);
	const buffer = words.buffer;
	const started = ticks();
	let next = 0;
	let turn = 0;

	function verify(page: number) {
		const count = writes[page] as number;
		if (count === 0) return;
		zram.read(buffer, page * PAGE);
		fill(expected, page, count);
		for (let at = 0; at < expected.length; at++)
			if (words[at] !== expected[at]) throw new Error(`page ${page} came back wrong at word ${at}`);
	}

	function write(page: number) {
		const count = ((writes[page] as number) + 1) & 0xffff || 1;
		fill(words, page, count);
		try {
			zram.write(buffer, page * PAGE);
			writes[page] = count;
		} catch (error) {
			if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
			const oldest = (page + (pages >> 1)) % pages; // make room: drop the page written longest ago
			zram.trim(oldest * PAGE, PAGE);
			writes[oldest] = 0;
		}
	}

	Timer.repeat(() => {
		write(next);
		verify((next * 7 + 3) % pages);
		next = (next + 1) % pages;
		if (++turn % 8 === 0) zram.maintain(50);
	}, 25);
	Timer.repeat(() => trace(`${formatStatus(NAME, zram, (ticks() - started) >>> 0)}\n`), 1000);
}

main();
