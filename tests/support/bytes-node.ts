/* For bytes.ts: operations on many bytes in JavaScript, with the same results as bytes.c. */

import type { ByteBuffer } from "zram/engine/interface";

function bytesOf(buffer: ByteBuffer, start: number, length: number): Uint8Array {
	const bytes = ArrayBuffer.isView(buffer)
		? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
		: new Uint8Array(buffer as ArrayBuffer);
	if (start > bytes.length || length > bytes.length - start) throw new RangeError("bytes: out of range");
	return bytes.subarray(start, start + length);
}

export function equal(a: ByteBuffer, aStart: number, b: ByteBuffer, bStart: number, length: number): boolean {
	return Buffer.compare(bytesOf(a, aStart, length), bytesOf(b, bStart, length)) === 0;
}

export function copy(to: ByteBuffer, toStart: number, from: ByteBuffer, fromStart: number, length: number): void {
	bytesOf(to, toStart, length).set(bytesOf(from, fromStart, length));
}

export function erase(buffer: ByteBuffer, start: number, length: number): void {
	bytesOf(buffer, start, length).fill(0);
}

const LETTERS = new TextEncoder().encode("the quick brown fox jumps over a lazy dog; ");

export function fill(buffer: ByteBuffer, start: number, length: number, kind: number, seed: number): void {
	const bytes = bytesOf(buffer, start, length);
	let state = seed | 1;
	const next = () => {
		state ^= state << 13;
		state ^= state >>> 17;
		state ^= state << 5;
		return state >>> 8;
	};
	const columns = 1 + (Math.floor((seed >>> 0) / 16) % 9);
	const shape = Math.floor((seed >>> 0) / 8) % 3;
	let held = 0;
	const makeRecord = (i: number) => {
		const number = shape ? i >> 1 : i;
		const trend = Math.floor(number / columns) * (1 + (number % columns) * 5);
		if (!shape || i % 2 === 0) held = trend + (next() % (1 << ((seed >>> 0) % 8))) + Math.floor((seed >>> 0) / 256);
		return shape && i % 2 === shape % 2 ? held >>> 8 : held;
	};
	const makers = [
		() => 0,
		(i: number) => seed >>> ((i & 3) * 8),
		next,
		(i: number) => LETTERS[(i * 7 + (next() % 3)) % 43] as number,
		(i: number) => (next() % 256 < (seed & 255) ? next() : seed + Math.floor(i / 16)),
		makeRecord,
	];
	const make = makers[kind] as (i: number) => number;
	for (let i = 0; i < length; i++) bytes[i] = make(i);
}

export function digest(seed: number, buffer: ByteBuffer, start: number, length: number): number {
	let bytes = bytesOf(buffer, start, length);
	if (bytes.byteOffset % 4) bytes = bytes.slice();
	const words = new Uint32Array(bytes.buffer, bytes.byteOffset, length >> 2);
	let sum = seed;
	const roll = (value: number) => {
		sum = Math.imul(sum ^ value, 0x01000193);
		sum ^= sum >>> 15;
	};
	for (const word of words) roll(word);
	for (const byte of bytes.subarray(4 * words.length)) roll(byte);
	return sum;
}

export function protect(_buffer: object): undefined {
	return undefined;
}
