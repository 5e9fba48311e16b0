/*
 * What a history costs and how far back it reaches: appends records from a file, in order, in a pool that has room for
 * some of them.
 */

import Zram, { type ZramOptions } from "zram";
import History, { type Fields, type Row } from "zram/history";
import SwapPool from "zram/swap";
import { mismatch } from "#bench/host";
import type { Codecs } from "./device.ts";
import { type Measure, Meter } from "./meter.ts";
import { Failure, Pages, type Parameters, runProgram } from "./program.ts";

export interface HistoryParameters extends Parameters {
	/** Fields of the records in the file; none if it has the bytes of a log. */
	fields?: Fields;
	/** Bytes of a record, and how many there are. */
	recordLength: number;
	count: number;
	/** Bytes of the arena, or of all memory that device, pool and history may take. */
	arena?: number;
	memory?: number;
	/** Bytes of the device, as a multiple of its arena's. */
	times: number;
	/** Bytes of a page. */
	pageLength: number;
	codecs?: Codecs;
	/** Measure what calls cost, instead of how far back it reaches. */
	costs: boolean;
}

export interface HistoryResult {
	measures: Measure[];
	/** Records (of a log: bytes) left at the end. */
	held: number;
	arena: number;
	/** Bytes of memory besides the arena: of device and pool, and of the history. */
	scratch: number;
	historyScratch: number;
}

const FINDS = 100;
/** As many values as there may be, which the pool's tables are made for. */
const KEYS = 8;

type Records = History<Fields>;

/** The records of the file, as an object that is one after the other. */
class Source {
	readonly row: Row<Fields> = {};
	readonly #view: DataView;
	readonly #fields: [string, string][];
	readonly #recordLength: number;

	constructor({ memory }: Pages, fields: Fields, recordLength: number) {
		this.#view = new DataView(memory as unknown as ArrayBuffer);
		this.#fields = Object.entries(fields);
		this.#recordLength = recordLength;
		for (const [name] of this.#fields) this.row[name] = 0;
	}
	/** Makes `row` the record `index`: its fields are of uint32 and int16 alone. */
	read(index: number) {
		let at = index * this.#recordLength;
		for (let i = 0; i < this.#fields.length; i++) {
			const [name, type] = this.#fields[i] as [string, string];
			this.row[name] = type === "uint32" ? this.#view.getUint32(at, true) : this.#view.getInt16(at, true);
			at += type === "uint32" ? 4 : 2;
		}
	}
}

function isRight(history: Records, source: Source, index: number): boolean {
	const found = history.at(index);
	source.read(index);
	return Object.entries(source.row).every(([name, value]) => found[name] === value);
}

/** As an app goes through a history. */
function readAll(history: Records, row: Row<Fields>) {
	const { end } = history;
	for (let i = history.start; i < end; i++) history.at(i, row);
}

/** Records one by one, all in order, and looked for all over. */
function measureCosts(meter: Meter, history: Records, pages: Pages, parameters: HistoryParameters) {
	const { fields = {}, recordLength, count } = parameters;
	const [first = ""] = Object.keys(fields);
	const source = new Source(pages, fields, recordLength);
	const { row } = source;
	meter.loop("loop append", count, (i) => source.read(i));
	const append = (i: number) => {
		source.read(i);
		history.append(row);
	};
	meter.loop("append", count, append, "loop append");
	const { start, end } = history;
	meter.once("loop at", end - start, () => {
		for (let i = start; i < end; i++);
	});
	meter.once("at", end - start, () => readAll(history, row), "loop at");
	meter.loop("loop find", FINDS, (i) => void i);
	const index = (i: number) => start + ((i * 40_503) % (end - start));
	const times = Array.from({ length: FINDS }, (_, i) => history.at(index(i))[first] as number);
	meter.loop("find", FINDS, (i) => history.find(times[i] as number), "loop find");
	for (let i = 0; i < FINDS; i++) {
		const found = history.find(times[i] as number);
		if (!isRight(history, source, index(i)) || history.at(found)[first] !== times[i])
			throw new Failure(1, `record ${index(i)} came back wrong`);
	}
}

/** A page of records at once; what is there in the end is right. */
function fill(history: Records, { memory }: Pages, { recordLength, count, pageLength }: HistoryParameters) {
	const atOnce = Math.floor(pageLength / recordLength);
	for (let i = 0; i < count; i += atOnce) {
		const length = Math.min(atOnce, count - i) * recordLength;
		history.append(new Uint8Array(memory as unknown as ArrayBuffer, i * recordLength, length));
	}
	const { start, end } = history;
	const block = new Uint8Array(atOnce * recordLength);
	for (let i = start; i < end; ) {
		const length = history.read(block, i);
		if (mismatch(memory, i * recordLength, block, 0, length) !== length)
			throw new Failure(1, `record ${i} came back wrong`);
		i += length / recordLength;
	}
}

const scratchOf = (options: ZramOptions, devices: Zram[]) => {
	const { tables, scratch } = SwapPool.layout({ devices, keys: KEYS });
	return Zram.layout(options).scratch + tables + scratch;
};

/** A pool, and in bytes what it costs besides the arena. */
function makePool({ arena, memory = 0, times, pageLength, codecs, fields }: HistoryParameters) {
	const optionsFor = (byteLength: number) => ({
		arena: { byteLength },
		byteLength: Math.ceil((times * byteLength) / pageLength) * pageLength,
		pageLength,
		...(codecs && { codecs }),
	});
	let options = optionsFor(arena ?? memory);
	if (arena === undefined) {
		const device = new Zram(options);
		const pool = new SwapPool({ devices: [device], keys: KEYS });
		const others = scratchOf(options, [device]) + History.layout(pool, fields).scratch;
		options = optionsFor((memory - others) & ~63);
		device.close();
	}
	const devices = [new Zram(options)];
	const pool = new SwapPool({ devices, keys: KEYS });
	return { pool, scratch: scratchOf(options, devices), arena: options.arena.byteLength };
}

runProgram((parameters: HistoryParameters): HistoryResult => {
	const pages = new Pages(parameters.pages);
	const { fields, costs } = parameters;
	const { pool, scratch, arena } = makePool(parameters);
	const history = new History<Fields>({ pool, key: "history", ...(fields && { fields }) });
	const meter = new Meter();
	if (costs) measureCosts(meter, history, pages, parameters);
	else fill(history, pages, parameters);
	const historyScratch = History.layout(pool, fields).scratch;
	return { measures: meter.measures, held: history.end - history.start, arena, scratch, historyScratch };
});
