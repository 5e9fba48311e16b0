/*
 * What a page costs from JavaScript, and compared with its peers. The command is bench/cost.ts; the bench asks for more
 * parts.
 */

import { collect, heapStats } from "host";
import Zram from "zram";
import { Memory } from "zram/memory";
import { type Codecs, columnsPages, rest } from "./device.ts";
import { type Measure, Meter } from "./meter.ts";
import {
	blockLength,
	copyPages,
	engineRead,
	engineStart,
	engineWrite,
	lz4Decode,
	lz4Encode,
	packedLength,
	packerLength,
	packPages,
	packStart,
	unpackPages,
} from "./natives.ts";
import { Failure, Pages, type Parameters, Progress, runProgram, wrongByte } from "./program.ts";

/**
 * Groups of measures. `lz4` is `api` with that codec alone. The command shows `api`, `codecs`, `peers`, and `dense` on
 * request.
 */
export type Part = "api" | "lz4" | "parts" | "integrity" | "codecs" | "peers" | "dense";

export interface CostParameters extends Parameters {
	parts: Part[];
	/** The codecs that may be used, except in the part `lz4`. Default: all. */
	codecs?: Codecs;
	/** How often everything is measured: once, if it is counted exactly. */
	rounds: number;
}

export interface CostResult {
	measures: Measure[];
	/** Bytes that all pages take, with ours and with the reference. */
	stored: number;
	lz4Stored: number;
	/** Pages that the columns codec holds. */
	columns: number;
	/** Slots and bytes of chunks allocated on the XS heap by writing, reading and trimming all pages once more. */
	allocated: [number, number];
}

const PAGE = 4096;
/** Bytes of a small request, and its place in the page. */
const PIECE = 64;
const PIECE_OFFSET = 1000;

interface DeviceOptions {
	codecs?: Codecs;
	integrity?: boolean;
}

class Cost {
	readonly #pages: Pages;
	readonly #meter = new Meter();
	readonly #page = new Uint8Array(PAGE);
	readonly #arena: Memory;
	readonly #arenaLength: number;
	readonly #size: number;
	readonly #codecs: Codecs | undefined;
	stored = 0;
	columns = 0;
	lz4Stored = 0;

	constructor(pages: Pages, codecs?: Codecs) {
		this.#pages = pages;
		this.#codecs = codecs;
		this.#size = pages.count * PAGE;
		const most = Zram.layout({ byteLength: this.#size, integrity: true, arena: { byteLength: 1 } }).minimum;
		this.#arenaLength = most + this.#size + pages.count * (PAGE / 64) * 2;
		this.#arena = new Memory(this.#arenaLength, "external");
	}

	get measures(): Measure[] {
		return this.#meter.measures;
	}

	/** Public calls with whole pages. `suffix` marks the measures of a device made with `options`. */
	api(suffix: string, options?: DeviceOptions) {
		const pages = this.#pages;
		const { count } = pages;
		const page = this.#page;
		const meter = this.#meter;
		const zram = this.#open(options);
		meter.loop(`arguments${suffix}`, count, (i) => {
			zram;
			pages.view(i);
			i * PAGE;
		});
		meter.loop(`write${suffix}`, count, (i) => zram.write(pages.view(i), i * PAGE), `arguments${suffix}`);
		if (suffix === "") {
			this.stored = zram.status().comprDataSize;
			this.columns = columnsPages(zram);
		}
		this.#verify(zram, 0);
		meter.loop(`arguments read${suffix}`, count, (i) => {
			zram;
			page;
			i * PAGE;
		});
		meter.loop(`read${suffix}`, count, (i) => zram.read(page, i * PAGE), `arguments read${suffix}`);
		meter.loop(`arguments rewrite${suffix}`, count, (i) => {
			zram;
			pages.view((i + 1) % count);
			i * PAGE;
		});
		meter.loop(
			`rewrite${suffix}`,
			count,
			(i) => zram.write(pages.view((i + 1) % count), i * PAGE),
			`arguments rewrite${suffix}`,
		);
		this.#verify(zram, 1);
		meter.loop(`arguments trim${suffix}`, count, (i) => {
			zram;
			i * PAGE;
			PAGE;
		});
		meter.loop(`trim${suffix}`, count, (i) => zram.trim(i * PAGE, PAGE), `arguments trim${suffix}`);
		zram.close();
	}

	/** What the calls allocate with all codecs. heapStats() itself allocates nothing. */
	allocated(): [number, number] {
		const pages = this.#pages;
		const page = this.#page;
		const zram = new Zram({ byteLength: this.#size, arena: this.#arena as unknown as ArrayBuffer });
		const before = new Int32Array(3);
		const after = new Int32Array(3);
		collect();
		heapStats(before);
		for (let i = 0; i < pages.count; i++) {
			zram.write(pages.view(i), i * PAGE);
			zram.read(page, i * PAGE);
			zram.trim(i * PAGE, PAGE);
		}
		heapStats(after);
		zram.close();
		return [(after[0] as number) - (before[0] as number), (after[1] as number) - (before[1] as number)];
	}

	/** Public calls with PIECE bytes of a page. */
	parts() {
		const pages = this.#pages;
		const { count } = pages;
		const piece = new Uint8Array(PIECE);
		const meter = this.#meter;
		const zram = this.#open();
		for (let i = 0; i < count; i++) zram.write(pages.view(i), i * PAGE);
		meter.loop("arguments part", count, (i) => {
			zram;
			piece;
			i * PAGE + PIECE_OFFSET;
		});
		meter.loop("readPart", count, (i) => zram.read(piece, i * PAGE + PIECE_OFFSET), "arguments part");
		meter.loop("writePart", count, (i) => zram.write(piece, i * PAGE + PIECE_OFFSET), "arguments part");
		zram.close();
	}

	/** All pages rest and are repacked; then the dense ones are read. */
	dense() {
		const { count } = this.#pages;
		const page = this.#page;
		const meter = this.#meter;
		const zram = this.#open();
		for (let i = 0; i < count; i++) zram.write(this.#pages.view(i), i * PAGE);
		meter.once("pack", count, () => rest(zram));
		const dense = [...zram.pages()].filter(({ codec }) => codec === "dense").map(({ page: number }) => number * PAGE);
		meter.loop("arguments dense", dense.length, (i) => {
			zram;
			page;
			dense[i] as number;
		});
		meter.loop("denseRead", dense.length, (i) => zram.read(page, dense[i] as number), "arguments dense");
		this.#verify(zram, 0);
		zram.close();
	}

	/** The engine, the reference and a copy, from C. */
	peers() {
		const { memory, count } = this.#pages;
		const meter = this.#meter;
		meter.once("call", count, () => {});
		meter.once("copy", count, () => copyPages(memory, count, this.#page), "call");
		this.#engine();
		this.#reference();
	}

	/** The codecs from C, without a device: choosing and encoding, then decoding. */
	codecs() {
		const { memory, count } = this.#pages;
		const packer = new Memory(packerLength(), "internal");
		const packed = new Memory(count * packedLength(), "external");
		const meter = this.#meter;
		let right = 0;
		packStart(packer, this.#codecNames);
		meter.once("call codecs", count, () => {});
		meter.once("encode", count, () => packPages(packer, memory, count, packed), "call codecs");
		meter.once("decode", count, () => (right = unpackPages(packer, packed, count, this.#page)), "call codecs");
		if (right !== count) throw new Failure(1, "a codec does not give its page back");
		packed.close();
		packer.close();
	}

	#engine() {
		const { memory, count } = this.#pages;
		const { scratch: length } = Zram.layout({ byteLength: this.#size, arena: { byteLength: this.#arenaLength } });
		const scratch = new Memory(length, "internal");
		engineStart(scratch, this.#arena, count, this.#codecNames);
		let done = 0;
		this.#meter.once("engineWrite", count, () => (done += engineWrite(scratch, memory, count)), "call");
		this.#meter.once("engineRead", count, () => (done += engineRead(scratch, count, this.#page)), "call");
		if (done !== 2 * count || !this.#pages.isAt(count - 1, this.#page)) throw wrongByte(count - 1);
		scratch.close();
	}

	#reference() {
		const { memory, count } = this.#pages;
		const blocks = new Memory(count * blockLength(), "external");
		const lengths = new Int32Array(count);
		const meter = this.#meter;
		let right = 0;
		meter.once("lz4Write", count, () => lz4Encode(memory, count, blocks, lengths.buffer), "call");
		meter.once("lz4Read", count, () => (right = lz4Decode(blocks, lengths.buffer, count, this.#page)), "call");
		if (right !== count || !this.#pages.isAt(count - 1, this.#page))
			throw new Failure(1, "reference LZ4 does not give the pages back");
		this.lz4Stored = 0;
		for (const length of lengths) this.lz4Stored += Math.min(length, PAGE);
		blocks.close();
	}

	#open(options: DeviceOptions = {}): Zram {
		const codecs = this.#codecs && { codecs: this.#codecs };
		const arena = this.#arena as unknown as ArrayBuffer;
		return new Zram({ byteLength: this.#size, arena, ...codecs, ...options });
	}

	/** The codecs as the natives take them. */
	get #codecNames(): string {
		return this.#codecs?.join(",") ?? "";
	}

	/** Page i of the device must hold page i + shift. */
	#verify(zram: Zram, shift: number) {
		for (let i = 0; i < this.#pages.count; i++) {
			zram.read(this.#page, i * PAGE);
			if (!this.#pages.isAt((i + shift) % this.#pages.count, this.#page)) throw wrongByte(i);
		}
	}
}

runProgram(({ pages: file, parts, codecs, rounds, show }: CostParameters): CostResult => {
	const cost = new Cost(new Pages(file), codecs);
	const progress = new Progress("cost", rounds * parts.length, show);
	const run: Record<Part, () => void> = {
		api: () => cost.api(""),
		lz4: () => cost.api(" lz4", { codecs: ["lz4"] }),
		integrity: () => cost.api(" integrity", { integrity: true }),
		parts: () => cost.parts(),
		codecs: () => cost.codecs(),
		peers: () => cost.peers(),
		dense: () => cost.dense(),
	};
	for (let round = 0; round < rounds; round++)
		parts.forEach((part, i) => {
			progress.at(round * parts.length + i);
			run[part]();
		});
	progress.end();
	const { measures, stored, columns, lz4Stored } = cost;
	return { measures, stored, columns, lz4Stored, allocated: cost.allocated() };
});
