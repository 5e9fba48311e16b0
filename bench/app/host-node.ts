/* What the programs fill and churn need from their host, in Node: the same as host-xs.ts gets from C. */

import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { parseEntry } from "zram/region";
import type { Buffer } from "./natives.ts";

export function print(text: string): void {
	writeSync(1, `${text}\n`);
}

export function writeError(text: string): void {
	writeSync(2, text);
}

export function programArguments(): string[] {
	return process.argv.slice(2);
}

export function exit(code: number): never {
	process.exit(code);
}

function bytesOf(buffer: Buffer): Uint8Array {
	return buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer as unknown as ArrayBuffer);
}

export function load(path: string, into: Buffer, length: number): boolean {
	const file = openSync(path, "r");
	try {
		return readSync(file, bytesOf(into), 0, length, 0) === length;
	} finally {
		closeSync(file);
	}
}

export function mismatch(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): number {
	const [left, right] = [bytesOf(a), bytesOf(b)];
	for (let i = 0; i < length; i++) if (left[aStart + i] !== right[bStart + i]) return i;
	return length;
}

const TABLE = 256;
const ENTRY = 8;
const WITHOUT_AGE = ~(0xff << 18);

/** Table and links of a region. */
class Arena {
	readonly entries: Uint32Array;
	readonly links: Uint16Array;

	constructor(bytes: Uint8Array, pageCount: number, linksStart: number, granuleCount: number) {
		this.entries = new Uint32Array(bytes.buffer, bytes.byteOffset + TABLE, (pageCount * ENTRY) / 4);
		this.links = new Uint16Array(bytes.buffer, bytes.byteOffset + linksStart, granuleCount);
	}
	storedLength(page: number): number {
		return parseEntry(new DataView(this.entries.buffer, this.entries.byteOffset), page * ENTRY, page, 0).storedLength;
	}
	/** Whether a granule is in a page's chain. */
	has(page: number, granule: number): boolean {
		if (this.storedLength(page) === 0) return false;
		let next = this.entries[2 * page] as number;
		for (let steps = this.links.length; steps && next < this.links.length && next !== granule; steps--)
			next = this.links[next] as number;
		return next === granule;
	}
}

function movedEntries(now: Arena, before: Arena, page: number): number {
	let moved = 0;
	for (let other = 0; other < now.entries.length / 2; other++) {
		const differing = (word: number) =>
			(now.entries[2 * other + word] as number) ^ (before.entries[2 * other + word] as number);
		if (other !== page && (differing(0) || differing(1) & WITHOUT_AGE)) moved += before.storedLength(other);
	}
	return moved;
}

function movedGranules(now: Arena, before: Arena, page: number): number {
	const isOfAnother = (granule: number) => {
		if (now.has(page, granule) || before.has(page, granule)) return false;
		for (let other = 0; other < before.entries.length / 2; other++) if (before.has(other, granule)) return true;
		return false;
	};
	let moved = 0;
	for (let granule = 0; granule < now.links.length; granule++)
		if (now.links[granule] !== before.links[granule] && isOfAnother(granule)) moved++;
	return moved;
}

export function moved(
	region: Buffer,
	before: Buffer,
	pageCount: number,
	linksStart: number,
	granuleCount: number,
	granuleLength: number,
	page: number,
): number {
	const length = linksStart + 2 * granuleCount;
	const [now, old] = [bytesOf(region).subarray(0, length), bytesOf(before)];
	const arenas = [now, old].map((bytes) => new Arena(bytes, pageCount, linksStart, granuleCount)) as [Arena, Arena];
	const sum = movedEntries(...arenas, page) + granuleLength * movedGranules(...arenas, page);
	old.set(now);
	return sum;
}
