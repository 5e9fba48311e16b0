/*
 * How many slots of XS's stack calls take, for the bench's table and for the suite that says what is enough.
 */

import { markStack, stackUsed } from "host";
import Zram, { type ZramOptions } from "zram";
import ZramFlash from "zram/flash";
import SwapPool from "zram/swap";
import { pageOf } from "./device.ts";

export interface Call {
	/** Its name in the table. */
	name: string;
	/** Slots the deepest of many such calls took, arguments included. */
	slots: number;
}

const PAGE = 4096;
const PAGES = 32;
const ARENA = 16 * PAGE;
const FRAME = 2 * PAGE + 100;

/** A minimal driver in JavaScript. One in C takes less. */
class PlainFlash {
	readonly #bytes = new Uint8Array(PAGES * PAGE).fill(255);

	open() {
		return this;
	}
	status() {
		return { size: PAGES * PAGE, blockLength: PAGE, blocks: PAGES };
	}
	read(buffer: Uint8Array, byteOffset: number) {
		buffer.set(this.#bytes.subarray(byteOffset, byteOffset + buffer.length));
		return buffer.length;
	}
	write(buffer: Uint8Array, byteOffset: number) {
		this.#bytes.set(buffer, byteOffset);
	}
	eraseBlock(start: number, end: number) {
		this.#bytes.fill(255, start * PAGE, end * PAGE);
	}
	close() {}
}

/** If there is a flash, lowers the limit to room for this many pages, so that incompressible ones go there. */
function tighten(zram: Zram, { backing }: Partial<ZramOptions>, pages: number) {
	if (backing) zram.limit = zram.status().memUsed + pages * PAGE;
}

/** Slots `work` takes, whether it succeeds or fails. */
function slotsOf(work: () => unknown): number {
	const before = markStack();
	try {
		work();
	} catch {
		// failing calls are among the deepest
	}
	return stackUsed() - before;
}

/** The slots of a function without arguments that calls nothing. */
const OWN = slotsOf(() => {});

class Calls {
	readonly #group: string;
	readonly #slots: Map<string, number>;

	constructor(group: string, slots: Map<string, number>) {
		this.#group = group;
		this.#slots = slots;
	}
	/** Notes what a call took, if it is the most for this name. */
	at(name: string, call: () => unknown) {
		const key = `${this.#group}: ${name}`;
		this.#slots.set(key, Math.max(slotsOf(call) - OWN, this.#slots.get(key) ?? 0));
	}
}

/** Pages of all kinds, more than there is room for. */
function useDevice(calls: Calls, more: Partial<ZramOptions>) {
	const into = new Uint8Array(PAGE);
	let zram!: Zram;
	calls.at("open", () => (zram = new Zram({ byteLength: PAGES * PAGE, arena: { byteLength: ARENA }, ...more })));
	tighten(zram, more, 1);
	for (let i = 0; i < 4 * PAGES; i++) {
		const page = pageOf(i % 3 ? "raw" : "compressed", i);
		const start = (i % (PAGES - 1)) * PAGE;
		calls.at("write", () => zram.write(page, start));
		calls.at("write", () => zram.write(page, start + 50));
		calls.at("read", () => zram.read(into, start));
		calls.at("read", () => zram.read(100, start));
		calls.at("trim", () => zram.trim(start + (i & 1), PAGE));
		calls.at("maintain", () => zram.maintain(1000));
	}
	if (more.backing) calls.at("writeback", () => zram.writeback({ type: "huge" }));
	calls.at("status", () => zram.status());
	calls.at("pages, check, reset, close", () => Array.from(zram.pages()));
	calls.at("pages, check, reset, close", () => zram.check());
	calls.at("pages, check, reset, close", () => zram.reset());
	calls.at("pages, check, reset, close", () => zram.close());
}

/** Values of all kinds, more than there is room for. */
function usePool(calls: Calls, more: Partial<ZramOptions>) {
	const zram = new Zram({ byteLength: PAGES * PAGE, arena: { byteLength: ARENA }, ...more });
	tighten(zram, more, 2);
	const into = new Uint8Array(PAGE);
	let pool!: SwapPool;
	calls.at(
		"open",
		() => (pool = new SwapPool({ devices: [zram], evict: "lru", resident: { slots: 2, byteLength: FRAME } })),
	);
	for (let i = 0; i < 4 * PAGES; i++) {
		const value = pageOf(i % 3 ? "raw" : "compressed", i, FRAME);
		const key = i % 7;
		calls.at("write, create", () => pool.write(key, value));
		calls.at("write, create", () => pool.write(key, into, 5));
		calls.at("write, create", () => pool.write(value.byteLength, value, { replace: true, priority: 1 }));
		calls.at("write, create", () => pool.create("name", FRAME));
		calls.at("append, resize, move", () => pool.append("log", into));
		calls.at("append, resize, move", () => pool.resize("log", (i * 999) % FRAME));
		if (i % 9 === 4) calls.at("append, resize, move", () => pool.move("log", "old"));
		calls.at("read", () => pool.read(key));
		calls.at("read", () => pool.read(key, into, 7));
		calls.at("acquire", () => pool.acquire(key).set(into));
		calls.at("release", () => pool.release(key));
		calls.at("own", () => pool.own(value).close());
		if (i % 9 === 0) calls.at("delete, status, close", () => pool.delete(key));
	}
	calls.at("delete, status, close", () => Array.from(pool));
	calls.at("delete, status, close", () => pool.status());
	calls.at("delete, status, close", () => pool.close());
	zram.close();
}

function useFlash(calls: Calls) {
	const device = new Zram({ byteLength: PAGES * PAGE, arena: { byteLength: ARENA } });
	const into = new Uint8Array(PAGE);
	let io!: ZramFlash;
	calls.at("open", () => (io = new ZramFlash({ device, partitions: { log: PAGES } })));
	calls.at("open", () => io.open({ path: "log", mode: "r+" }));
	const flash = io.open({ path: "log", mode: "r+" });
	for (let i = 0; i < PAGES; i++) {
		const bytes = pageOf(i & 1 ? "raw" : "compressed", i);
		calls.at("read, write, eraseBlock", () => flash.write(bytes, i * PAGE));
		calls.at("read, write, eraseBlock", () => flash.write(into, i * PAGE + 10));
		calls.at("read, write, eraseBlock", () => flash.read(into, i * PAGE));
		calls.at("read, write, eraseBlock", () => flash.eraseBlock(i));
	}
	calls.at("read, write, eraseBlock", () => flash.read(100, 0));
	device.close();
}

/** What each call takes. */
export function measureStack(): Call[] {
	const slots = new Map<string, number>();
	const io = new PlainFlash();
	let now = 0;
	const backing = { io, path: "zram", ticks: () => (now += 1000) };
	useDevice(new Calls("Zram", slots), {});
	// blank the first time, ours later
	for (let boot = 0; boot < 3; boot++) useDevice(new Calls("Zram with a flash", slots), { backing });
	usePool(new Calls("SwapPool", slots), {});
	usePool(new Calls("SwapPool with a flash", slots), { backing });
	useFlash(new Calls("ZramFlash", slots));
	return Array.from(slots, ([name, count]) => ({ name, slots: count }));
}
