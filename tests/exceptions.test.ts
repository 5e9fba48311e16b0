/* Nothing is thrown inside a call that succeeds: a debugger that breaks on exceptions would stop there. */
// needs: node

import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import SwapPool from "zram/swap";
import { PAGE, pageOf } from "./support/device.ts";
import { thrown } from "./support/expect.ts";
import { detach } from "./support/host.ts";
import { makeBed } from "./support/offload.ts";

/** A debugger for the main thread that stops at every exception, caught or not, counts it, and continues. */
const DEBUGGER = `
	const { parentPort } = require("node:worker_threads");
	const { Session } = require("node:inspector");
	const session = new Session();
	let count = 0;
	session.connectToMainThread();
	session.on("Debugger.paused", () => {
		count++;
		session.post("Debugger.resume");
	});
	session.post("Debugger.enable");
	session.post("Debugger.setPauseOnExceptions", { state: "all" });
	parentPort.on("message", () => {
		parentPort.postMessage(count);
		count = 0;
	});
	parentPort.postMessage("ready");
`;

const worker = new Worker(DEBUGGER, { eval: true });
worker.unref();
await once(worker, "message");

/** How many exceptions `work` throws, caught or not. */
async function exceptions(work: () => void): Promise<number> {
	worker.postMessage("count"); // from 0
	await once(worker, "message");
	work();
	worker.postMessage("count");
	const [count] = await once(worker, "message");
	return count;
}

const noise = (seed: number) => pageOf("raw", seed, 8000);
const makeZram = (arena = 64 * 1024) => new Zram({ byteLength: 64 * PAGE, arena: { byteLength: arena } });

test("the debugger counts exceptions that are caught", async () => {
	const zram = makeZram();
	const count = await exceptions(() => {
		for (let i = 0; i < 5; i++) thrown(() => zram.write(noise(1), -1));
	});
	assert.is(count, 5);
});

test("a pool that evicts: every kind of write", async () => {
	const pool = new SwapPool({ devices: [makeZram()], evict: "lru", keys: 8 });
	const count = await exceptions(() => {
		for (let i = 0; i < 30; i++) pool.write(i, noise(i));
		for (let i = 0; i < 30; i++) pool.write(29, noise(i), { replace: true });
		pool.create("zeros", 20 * PAGE);
		for (let i = 0; i < 20; i++) pool.write("zeros", noise(i).subarray(0, 3000), i * 4000);
		for (let i = 0; i < 9; i++) pool.own(noise(i)).close();
		for (const key of [...pool]) pool.delete(key);
	});
	assert.ok(pool.status().evictions > 30);
	assert.is(count, 0);
});

test("two devices, one of them full: moving pages; acquire and release", async () => {
	const devices = [makeZram(20 * 1024), makeZram()] as const;
	const pool = new SwapPool({ devices, resident: { slots: 1, byteLength: 3 * PAGE } });
	const count = await exceptions(() => {
		pool.create("a", 3 * PAGE);
		pool.write("full", pageOf("raw", 1, 15 * PAGE));
		for (let i = 0; i < 4; i++) {
			pool.acquire("a").set(noise(i), 100);
			pool.release("a");
			pool.acquire("a");
			pool.release("a", true);
		}
	});
	assert.is(count, 0);
	assert.is(devices[0].status().pagesStored, 2, "they have moved");
});

test("a page that is damaged, or rots on flash, while its buffer is acquired", async () => {
	const { chip, boot } = makeBed();
	const pool = new SwapPool({ devices: [boot()], resident: { slots: 1, byteLength: 2 * PAGE } });
	pool.write("a", noise(1));
	const view = pool.acquire("a");
	chip.rot(10_000);
	view[0] ^= 1;
	assert.is(await exceptions(() => pool.release("a")), 0);
});

test("close: on devices that are closed, or whose arena is detached", async () => {
	const arena = new ArrayBuffer(64 * 1024);
	const devices = [new Zram({ byteLength: 64 * PAGE, arena }), makeZram(), makeZram()];
	const pool = new SwapPool({ devices });
	pool.write("a", noise(1));
	detach(arena);
	devices[1]?.close();
	assert.is(await exceptions(() => pool.close()), 0);
});

test.run();
