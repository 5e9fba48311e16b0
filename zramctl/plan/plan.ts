/**
 * What arenas would hold of an app's buffers, and what that costs. The engine itself packs each page once, with LZ4 alone,
 * with all codecs, and as it is when it rests; since a write succeeds exactly when its granules are free, what fits into an
 * arena of any size then follows from the lengths. Knows neither Node nor a browser.
 *
 * Traces, which have stored lengths and an order, are trace.ts's.
 *
 * @module
 */

import Zram, { type CodecName, type PageState } from "zram";
import { measuredKinds } from "./measured.ts";

/** Pages of a kind: lengths are bytes a page of 4 KB, costs instructions a page, from the call in JavaScript. */
export interface MeasuredKind {
	name: string;
	/** Mean of what is stored. */
	stored: number;
	/** Share of the pages that columns holds. */
	columns: number;
	write: number;
	read: number;
	/** With LZ4 alone. */
	lz4Write: number;
}

export const PAGE = 4096;
/** Of the plan: 32 KB to 8 MB. */
export const ARENA_LEAST = 32 * 1024;
export const ARENA_MOST = 8 * 1024 * 1024;

/** What plans are made for when nobody asks for others, bytes. */
export const ARENAS: readonly number[] = Array.from({ length: 9 }, (_, i) => ARENA_LEAST << i);

/** What a buffer holds, as far as it matters to what bench has measured. */
export type Format = "rgb565" | "pcm8" | "pcm16" | "pcm24" | "bytes";

/** What a page is kept as. */
export type Look = "same" | "lz4" | "columns" | "dense" | "raw";
export const LOOKS: readonly Look[] = ["same", "lz4", "columns", "dense", "raw"];

/** A page by what it takes, bytes. */
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

/** A buffer by what its pages take. */
export interface Packed {
	byteLength: number;
	pages: PackedPage[];
}

/** Pages that go through the engine at a time. */
const BATCH = 32;
const FOREVER = 0x7fffffff;

const lookOf = ({ state, codec }: PageState): Look =>
	state === "compressed" ? (codec as Look) : state === "same" ? "same" : "raw";

/** Packs buffers. Holds two devices: close it. */
export class Packer {
	readonly #all = new Zram({ arena: 4 * BATCH * PAGE, byteLength: BATCH * PAGE });
	readonly #lz4 = new Zram({ arena: 4 * BATCH * PAGE, byteLength: BATCH * PAGE, codecs: ["lz4"] });

	/** What the pages of `bytes` take: BATCH pages of them at a time, so that there is progress to be shown. */
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

/** How many buffers fit, in their order, until the first that does not. */
export interface Fit {
	count: number;
	/** Bytes of them. */
	byteLength: number;
	pages: number;
	/** Bytes of granules. */
	used: number;
	/** The device's address space ended it, not memory. */
	isAddressed: boolean;
}

/** What an arena would hold, all lengths in bytes. */
export interface Plan {
	arena: number;
	/** Metadata in the arena. */
	metadata: number;
	/** For data in the arena. */
	data: number;
	granuleLength: number;
	/** Internal memory besides. */
	scratch: number;
	/** Of the device: its logical size. */
	address: number;
	/** As they are, in arena and scratch together. */
	raw: number;
	/** With LZ4 alone, as they are written. */
	lz4: Fit;
	/** With all codecs, as they are written. */
	written: Fit;
	/** Where each buffer rests before the next one comes. */
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

/** How many fit one after the other, until the first that does not. */
function countRaw(buffers: Packed[], room: number): number {
	let left = room;
	const end = buffers.findIndex(({ byteLength }) => {
		left -= byteLength;
		return left < 0;
	});
	return end < 0 ? buffers.length : end;
}

/** The plan for one arena, of ARENA_LEAST to ARENA_MOST bytes. Its device is eight times as large, unless `address` says else. */
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
	/** Bytes that are stored: written with all codecs, with LZ4 alone, and when they rest. */
	stored: number;
	lz4: number;
	resting: number;
	/** Incompressible pages: when they are written. */
	huge: number;
	/** Pages by what they are kept as, written and resting. */
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

/** Instructions of one swap: out, and in again. */
export interface Cost {
	write: number;
	read: number;
}

/** Kinds on whose pages nothing but LZ4 has done anything: trying columns costs more. */
const lz4Kinds = measuredKinds.filter(
	({ name, columns, write, lz4Write }) => columns === 0 && write < 1.3 * lz4Write && name !== "same-filled",
);
const columnsKinds = measuredKinds.filter(({ columns }) => columns > 0.85);
/** The kinds that columns are measured with, by what a buffer holds. */
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
 * What writing and reading all of a buffer costs: each page as much as those that bench has measured that are kept alike,
 * and take about as much. On rv32, in memory without waiting: a board takes longer.
 */
export function costOf({ pages }: Packed, format: Format): Cost {
	const kinds = pages.map((page) => measuredFor(page, format));
	const sum = (key: "write" | "read") => kinds.reduce((total, kind) => total + kind[key], 0);
	return { write: sum("write"), read: sum("read") };
}

/** Milliseconds at 160 MHz and one instruction a cycle: at least that. */
export function milliseconds(instructions: number): number {
	return instructions / 160_000;
}

/** What to write in an app: only what differs from the defaults. `codecs`: those that it shall use, if not all. */
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
