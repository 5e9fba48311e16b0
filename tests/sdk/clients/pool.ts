/* A pool for the suites of the SDK's classes, and both ways: out of it through a view, and back into it. */

import Timer from "timer";
import * as assert from "uvu/assert";
import Zram from "zram";
import type { ByteBuffer } from "zram/engine/interface";
import SwapPool from "zram/swap";

const MB = 1024 * 1024;

const zram = new Zram({ byteLength: 4 * MB, arena: { byteLength: MB } });

/** Slots are longer than most values: what a client gets must end where the value does. */
export const pool = new SwapPool({ devices: [zram], resident: { slots: 4, byteLength: 160_000 } });

/** A buffer's bytes in an ArrayBuffer of their own: host buffers have neither byteLength nor slice. */
export function bytesOf(buffer: ByteBuffer): Uint8Array {
	if (typeof buffer !== "object") throw new TypeError(`not a buffer: ${buffer}`);
	const view = ArrayBuffer.isView(buffer)
		? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
		: new Uint8Array(buffer as ArrayBuffer);
	return Uint8Array.from(view);
}

/** Bytes that differ everywhere, so that a shift or a wrong end shows. */
export function made(byteLength: number, seed = 1): Uint8Array<ArrayBuffer> {
	const bytes = new Uint8Array(byteLength);
	for (let i = 0, state = seed; i < byteLength; i++) {
		state = (Math.imul(state, 1664525) + 1013904223) | 0;
		bytes[i] = state >>> 24;
	}
	return bytes;
}

/** Calls `use` with the value as the pool shows it. */
export function held<T>(value: ByteBuffer, use: (view: Uint8Array<ArrayBuffer>) => T): T {
	pool.write("held", value);
	try {
		return use(pool.acquire("held", "r") as Uint8Array<ArrayBuffer>);
	} finally {
		pool.release("held");
		pool.delete("held");
	}
}

/** The same while `use` waits. */
export async function heldLong<T>(value: ByteBuffer, use: (view: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
	pool.write("held long", value);
	try {
		return await use(pool.acquire("held long", "r") as Uint8Array<ArrayBuffer>);
	} finally {
		pool.release("held long");
		pool.delete("held long");
	}
}

/** Rejects if it isn't resolved within ten seconds. */
export function soon<T>(start: (resolve: (value: T) => void, reject: (error: Error) => void) => void): Promise<T> {
	return new Promise((resolve, reject) => {
		Timer.set(() => reject(new Error("nothing in ten seconds")), 10_000);
		start(resolve, reject);
	});
}

export function assertBytes(actual: ByteBuffer, expected: ByteBuffer, message?: string) {
	const [a, b] = [bytesOf(actual), bytesOf(expected)];
	assert.is(a.length, b.length, message);
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) assert.is(a[i], b[i], `${message ?? ""} at ${i}`);
}

/** Expects a client's buffer, of any kind, to be stored whole and to come back both ways. */
export function assertStored(buffer: ByteBuffer) {
	const expected = bytesOf(buffer);
	pool.write("stored", buffer);
	assert.is(pool.byteLength("stored"), expected.length);
	assertBytes(pool.read("stored") as ArrayBuffer, expected);
	assertBytes(pool.acquire("stored", "r"), expected);
	pool.release("stored");
	pool.delete("stored");
}
