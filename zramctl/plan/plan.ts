/**
 * How many of an app's buffers an arena would hold, and what that costs. The engine packs each page three times: with
 * LZ4 alone, with all codecs, and at rest. As a write succeeds exactly when its granules are free, the lengths then say
 * what fits into an arena of any size. This file uses neither Node nor a browser.
 *
 * trace.ts does the same for traces, which have stored lengths and an order.
 *
 * @module
 */

import Zram, { type CodecName, type PageState } from "zram";
import { measuredKinds } from "./measured.ts";

/** A kind of page: lengths are bytes, costs instructions from the call in JavaScript, both per page of 4 KB. */
export interface MeasuredKind {
	name: string;
	/** Mean stored length. */
	stored: number;
	/** Share of the pages that columns holds. */
	columns: number;
	write: number;
	read: number;
	/** With LZ4 alone. */
	lz4Write: number;
}

export const PAGE = 4096;
/** Arenas that can be planned: 32 KB to 8 MB. */
export const ARENA_LEAST = 32 * 1024;
export const ARENA_MOST = 8 * 1024 * 1024;

/** Arenas that are planned by default, in bytes. */
export const ARENAS: readonly number[] = Array.from({ length: 9 }, (_, i) => ARENA_LEAST << i);

/** What a buffer holds, as far as the measured costs depend on it. */
export type Format = "rgb565" | "pcm8" | "pcm16" | "pcm24" | "bytes";

/** How a page is kept. */
export type Look = "same" | "lz4" | "columns" | "dense" | "raw";
export const LOOKS: readonly Look[] = ["same", "lz4", "columns", "dense", "raw"];

/** What a page takes, in bytes. */
export interface PackedPage {
	/** As it is written, with all codecs. */
	stored: number;
	look: Look;
	/** As it is written, with LZ4 alone. */
	lz4: number;
	/** After `maintain` has found it resting. */
	resting: number;
	restingLook: Look;
	/** It takes more than the threshold when it is written: incompressible. */
	huge: boolean;
}

/** What a buffer's pages take. */
export interface Packed {
	byteLength: number;
	pages: PackedPage[];
}

/** Pages packed at a time. */
const BATCH = 32;
const FOREVER = 0x7fffffff;

const lookOf = ({ state, codec }: PageState): Look =>
	state === "compressed" ? (codec as Look) : state === "same" ? "same" : "raw";

/** Packs buffers. Holds two devices: close it. */
export class Packer {
	readonly #all = new Zram({ arena: 4 * BATCH * PAGE, byteLength: BATCH * PAGE });
	readonly #lz4 = new Zram({ arena: 4 * BATCH * PAGE, byteLength: BATCH * PAGE, codecs: ["lz4"] });

	/** What the pages of `bytes` take: BATCH pages at a time, so that you can show progress. */
	*pack(bytes: Uint8Array): Generator<PackedPage[]> {
		for (let at = 0; at < bytes.length; at += BATCH * PAGE) yield this.#batch(bytes.subarray(at, at + BATCH * PAGE));
	}

	#batch(bytes: Uint8Array): PackedPage[] {
		const lz4 = this.#write(this.#lz4, bytes);
		const stored = this.#write(this.#all, bytes);
		this.#all.markIdle();
		this.#all.maintain(FOREVER);
		const resting = [...this.#all.pages()];
		return stored.map((page, i) => ({
			stored: page.storedLength,
			look: lookOf(page),
			lz4: (lz4[i] as PageState).storedLength,
			resting: (resting[i] as PageState).storedLength,
			restingLook: lookOf(resting[i] as PageState),
			huge: page.huge,
		}));
	}

	#write(zram: Zram, bytes: Uint8Array): PageState[] {
		zram.reset();
		zram.write(bytes, 0);
		return [...zram.pages()];
	}

	close(): void {
		this.#all.close();
		this.#lz4.close();
	}
}

/** Packs a whole buffer at once. */
export function pack(packer: Packer, bytes: Uint8Array): Packed {
	return { byteLength: bytes.length, pages: [...packer.pack(bytes)].flat() };
}

/** How many buffers fit, in order, until the first that does not. */
export interface Fit {
	count: number;
	/** Their bytes. */
	byteLength: number;
	pages: number;
	/** Bytes of the granules they use. */
	used: number;
	/** The device's address space ran out, not memory. */
	isAddressed: boolean;
}

/** What an arena would hold. All lengths are bytes. */
export interface Plan {
	arena: number;
	/** Metadata in the arena. */
	metadata: number;
	/** Room for data in the arena. */
	data: number;
	granuleLength: number;
	/** Internal memory besides the arena. */
	scratch: number;
	/** The device's logical size. */
	address: number;
	/** How many fit uncompressed, in arena and scratch together. */
	raw: number;
	/** With LZ4 alone, as they are written. */
	lz4: Fit;
	/** With all codecs, as they are written. */
	written: Fit;
	/** If each buffer rests before the next one comes. */
	rested: Fit;
}

interface Room {
	granules: number;
	granuleLength: number;
	pages: number;
}

/** `resting`: what a page takes when later ones come. */
function fit(
	buffers: Packed[],
	{ granules, granuleLength, pages: most }: Room,
	written: (page: PackedPage) => number,
	resting = written,
): Fit {
	const granulesOf = (pages: PackedPage[], length: (page: PackedPage) => number) =>
		pages.reduce((sum, page) => sum + Math.ceil(length(page) / granuleLength), 0);
	const result: Fit = { count: 0, byteLength: 0, pages: 0, used: 0, isAddressed: false };
	let used = 0;
	for (const { byteLength, pages } of buffers) {
		result.isAddressed = result.pages + pages.length > most;
		if (result.isAddressed || used + granulesOf(pages, written) > granules) break;
		used += granulesOf(pages, resting);
		result.count++;
		result.byteLength += byteLength;
		result.pages += pages.length;
	}
	return { ...result, used: used * granuleLength };
}

/** How many fit uncompressed, until the first that does not. */
function countRaw(buffers: Packed[], room: number): number {
	let left = room;
	const end = buffers.findIndex(({ byteLength }) => {
		left -= byteLength;
		return left < 0;
	});
	return end < 0 ? buffers.length : end;
}

/**
 * The plan for an arena of ARENA_LEAST to ARENA_MOST bytes. The device is eight times as large, unless `address` is
 * given.
 */
export function planFor(buffers: Packed[], arena: number, address?: number): Plan {
	const options = address === undefined ? { arena } : { arena, byteLength: address };
	const { metadata, data, granuleLength, scratch, pageCount } = Zram.layout(options);
	const room = { granules: data / granuleLength, granuleLength, pages: pageCount };
	const resting = ({ stored, resting }: PackedPage) => Math.min(stored, resting);
	return {
		arena,
		metadata,
		data,
		granuleLength,
		scratch,
		address: pageCount * PAGE,
		raw: countRaw(buffers, arena + scratch),
		lz4: fit(buffers, room, ({ lz4 }) => lz4),
		written: fit(buffers, room, ({ stored }) => stored),
		rested: fit(buffers, room, ({ stored }) => stored, resting),
	};
}

/** Pages and bytes of some buffers. */
export interface Use {
	buffers: number;
	byteLength: number;
	pages: number;
	/** Stored bytes: as written with all codecs, with LZ4 alone, and at rest. */
	stored: number;
	lz4: number;
	resting: number;
	/** Pages that are incompressible when written. */
	huge: number;
	/** Pages by how they are kept, written and at rest. */
	looks: Record<Look, number>;
	restingLooks: Record<Look, number>;
}

const noLooks = () => Object.fromEntries(LOOKS.map((look) => [look, 0])) as Record<Look, number>;

export function useOf(buffers: Packed[]): Use {
	const use = { buffers: buffers.length, byteLength: 0, pages: 0, stored: 0, lz4: 0, resting: 0, huge: 0 };
	const [looks, restingLooks] = [noLooks(), noLooks()];
	for (const { byteLength, pages } of buffers) {
		use.byteLength += byteLength;
		use.pages += pages.length;
		for (const page of pages) {
			use.stored += page.stored;
			use.lz4 += page.lz4;
			use.resting += page.resting;
			use.huge += page.huge ? 1 : 0;
			looks[page.look]++;
			restingLooks[page.restingLook]++;
		}
	}
	return { ...use, looks, restingLooks };
}

/** Instructions to swap a buffer out, and in again. */
export interface Cost {
	write: number;
	read: number;
}

/** Kinds where only LZ4 was at work: trying columns costs more. */
const lz4Kinds = measuredKinds.filter(
	({ name, columns, write, lz4Write }) => columns === 0 && write < 1.3 * lz4Write && name !== "same-filled",
);
const columnsKinds = measuredKinds.filter(({ columns }) => columns > 0.85);
/** The measured kinds that stand for pages in columns, by what a buffer holds. */
const COLUMNS_OF: Record<Format, string[]> = {
	rgb565: ["photo", "photo-be"],
	pcm8: ["telephone"],
	pcm16: ["speech", "singing", "stereo", "announcement", "pcm"],
	pcm24: ["i2s"],
	bytes: ["speech", "singing", "sensor", "imu", "eeg", "ecg-be"],
};

const named = (name: string) => measuredKinds.find((kind) => kind.name === name) as MeasuredKind;

function nearest(kinds: MeasuredKind[], stored: number): MeasuredKind {
	const distance = (kind: MeasuredKind) => Math.abs(kind.stored - stored);
	return kinds.reduce((best, kind) => (distance(kind) < distance(best) ? kind : best));
}

function measuredFor({ look, stored }: PackedPage, format: Format): MeasuredKind {
	if (look === "same") return named("same-filled");
	if (look === "raw") return named("random");
	if (look === "lz4") return nearest(lz4Kinds, stored);
	return nearest(
		columnsKinds.filter(({ name }) => COLUMNS_OF[format].includes(name)),
		stored,
	);
}

/**
 * What writing and reading a whole buffer costs: each page is charged what the bench measured for pages kept the same
 * way at about the same length, on rv32 with memory that never makes it wait. A board takes longer.
 */
export function costOf({ pages }: Packed, format: Format): Cost {
	const kinds = pages.map((page) => measuredFor(page, format));
	const sum = (key: "write" | "read") => kinds.reduce((total, kind) => total + kind[key], 0);
	return { write: sum("write"), read: sum("read") };
}

/** Milliseconds at 160 MHz and one instruction a cycle: the least it can be. */
export function milliseconds(instructions: number): number {
	return instructions / 160_000;
}

/** The constructor to write in an app, with only what differs from the defaults. `codecs`: those to use, if not all. */
export function constructorOf(plan: Pick<Plan, "arena">, address?: number, codecs?: CodecName[]): string {
	const [megabytes, kilobytes] = [plan.arena / 1024 ** 2, plan.arena / 1024];
	const whole = Number.isInteger(megabytes) ? `${megabytes} * 1024 * 1024` : `${kilobytes} * 1024`;
	const arena = Number.isInteger(kilobytes) ? whole.replace(/^1 \* /, "") : `${plan.arena}`;
	const options = [`arena: ${arena}`];
	if (address !== undefined) options.push(`byteLength: ${address / 1024} * 1024`);
	if (codecs) options.push(`codecs: ${JSON.stringify(codecs)}`);
	return `new Zram({ ${options.join(", ")} })`;
}

/** The logical size that a device needs for these buffers, if eight times the arena is not enough. */
export function addressFor(buffers: Packed[], arena: number): number | undefined {
	const pages = buffers.reduce((sum, buffer) => sum + buffer.pages.length, 0);
	return planFor(buffers, arena).written.isAddressed || planFor(buffers, arena).rested.isAddressed
		? pages * PAGE
		: undefined;
}
