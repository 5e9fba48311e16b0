/* What the arena holds, by kind of data: a table like zramctl's, and a small picture. */

import Zram, { type ZramOptions } from "zram";
import type { BufferStore } from "./store.ts";
import { colored } from "./terminal.ts";

/** Lengths are in bytes. */
interface Usage {
	name: string;
	buffers: number;
	size: number;
	compressed: number;
	/** Rounded up to whole granules. */
	used: number;
	/** Pages filled with one word. */
	same: number;
	/** Pages that hardly compress. */
	huge: number;
}

/** How a kind of data is drawn: a letter and an ANSI background colour. */
interface Ink {
	letter: string;
	color: number;
}

const METADATA: Ink = { letter: "#", color: 47 };
const FREE: Ink = { letter: ".", color: 0 };
const COLORS = [45, 105, 43, 42, 46, 44, 41];

const ROW = 64;
const ROWS = 16;

function inkOf(name: string, kind: number): Ink {
	return { letter: name.charAt(0).toUpperCase(), color: COLORS[kind % COLORS.length] as number };
}

export class ArenaUsage {
	readonly kinds: Usage[];
	readonly total: Usage;
	readonly metadata: number;
	readonly free: number;

	#inks: Ink[];
	/** Bytes of the arena in a square of the picture. */
	#square: number;
	/** How each square of the picture is drawn. */
	#squares: Ink[] = [];

	constructor(store: BufferStore, options: ZramOptions, names: string[]) {
		const { metadata, granuleLength, arenaLength } = Zram.layout(options);
		this.#square = arenaLength / (ROW * ROWS);
		this.#inks = names.map(inkOf);
		this.kinds = names.map((name) => ({ name, buffers: 0, size: 0, compressed: 0, used: 0, same: 0, huge: 0 }));
		this.metadata = metadata;
		const kindOf = this.#countBuffers(store);

		let position = metadata;
		this.#draw(METADATA, position);
		for (const { page, state, storedLength, huge } of store.zram.pages()) {
			const kind = kindOf[page] as number;
			const usage = this.kinds[kind] as Usage;
			const used = Math.ceil(storedLength / granuleLength) * granuleLength;
			usage.compressed += storedLength;
			usage.used += used;
			if (state === "same") usage.same++;
			if (huge) usage.huge++;
			position += used;
			this.#draw(this.#inks[kind] as Ink, position);
		}
		this.free = arenaLength - position;
		this.#draw(FREE, arenaLength);
		this.total = this.#sum();
	}

	/** Where the device's statistics disagree with its pages. */
	differences({ zram }: BufferStore): string[] {
		const { memUsed, comprDataSize, samePages, hugePages } = zram.status();
		const { used, compressed, same, huge } = this.total;
		const pairs = { memUsed: [used, memUsed], comprDataSize: [compressed, comprDataSize] };
		const all = { ...pairs, samePages: [same, samePages], hugePages: [huge, hugePages] };
		return Object.entries(all)
			.filter(([, [counted, said]]) => counted !== said)
			.map(([name, [counted, said]]) => `${name} is ${said}, but the pages come to ${counted}`);
	}

	table(): string[] {
		const bytes = ({ size, compressed, used }: Usage) => [toKB(size), toKB(compressed), toKB(used)];
		const numbers = (usage: Usage) => [`${usage.buffers}`, ...bytes(usage), toRatio(usage)];
		const all = (usage: Usage) => [...numbers(usage), `${usage.same}`, `${usage.huge}`];
		return [
			row("", "KIND", ["BUFFERS", "SIZE", "COMPRESSED", "USED", "RATIO", "SAME", "HUGE"]),
			...this.kinds.map((usage, kind) => legend(this.#inks[kind] as Ink, usage.name, all(usage))),
			legend(METADATA, "metadata", ["", "", "", toKB(this.metadata)]),
			row("", "total", all(this.total)),
			legend(FREE, "free", ["", "", "", toKB(this.free)]),
		];
	}

	/** The arena in squares of equal size, data ordered by its address on the device. */
	picture(): string[] {
		const rows = Array.from({ length: ROWS }, (_, i) => {
			const squares = this.#squares.slice(i * ROW, (i + 1) * ROW);
			return `  ${squares.map(({ letter, color }) => colored(letter, color)).join("")}`;
		});
		return [...rows, `  each letter is ${toKB(this.#square)}, in the order of addresses`];
	}

	/** The kind of each page that belongs to a buffer. */
	#countBuffers({ zram, entries }: BufferStore): Uint8Array {
		const kindOf = new Uint8Array(zram.byteLength / zram.pageLength);
		for (const { kind, byteOffset, byteLength } of entries) {
			const usage = this.kinds[kind] as Usage;
			usage.buffers++;
			usage.size += byteLength;
			kindOf.fill(kind, byteOffset / zram.pageLength, Math.ceil((byteOffset + byteLength) / zram.pageLength));
		}
		return kindOf;
	}

	/** Fills the squares whose middle lies before byte `end` of the arena. */
	#draw(ink: Ink, end: number) {
		while ((this.#squares.length + 0.5) * this.#square < end) this.#squares.push(ink);
	}

	#sum(): Usage {
		const total = { name: "total", buffers: 0, size: 0, compressed: 0, used: this.metadata, same: 0, huge: 0 };
		for (const usage of this.kinds)
			for (const key of ["buffers", "size", "compressed", "used", "same", "huge"] as const) total[key] += usage[key];
		return total;
	}
}

/** Formats a number of bytes. */
export function toMB(bytes: number): string {
	return `${(bytes / 1024 / 1024).toFixed(2)} MB`;
}

function toKB(bytes: number): string {
	return `${Math.round(bytes / 1024)} KB`;
}

function toRatio({ size, used }: Usage): string {
	return used ? (size / used).toFixed(2) : "-";
}

const WIDTHS = [9, 10, 12, 10, 8, 7, 7];

/** The padding is spelled out: XS reads past the end of its own default one, which sanitizers report. */
function row(mark: string, name: string, values: string[]): string {
	const columns = values.map((value, i) => value.padStart(WIDTHS[i] as number, " "));
	return `  ${mark || " "} ${name.padEnd(9, " ")}${columns.join("")}`;
}

function legend(ink: Ink, name: string, values: string[]): string {
	return row(colored(ink.letter, ink.color), name, values);
}
