/**
 * Traces: a record of what is done to a device, to be replayed elsewhere with other memory, other options, or another
 * allocator (`npx zram replay`). A trace has page numbers and stored lengths, never what is in the pages.
 *
 * A recorder replaces the methods of one device's engine while it runs. So it sees everything that is done, by the app, a
 * pool, a history, or a flash; and a device that is not recorded pays nothing.
 *
 * @module
 */

import Zram, { type WritebackRequest } from "zram";
import { Deferred } from "zram/deferred";
import Engine from "zram/engine";
import { codecOf, ENTRY_LENGTH, lengthOf, STATE_OFFLOADED, STATE_SAME, stateOf } from "zram/engine/entry";
import { FLAGS, HEADER_LENGTH, SLOT_COUNT } from "zram/engine/header";
import {
	type ByteBuffer,
	type Engine as EngineInstance,
	ERROR_CLOSED,
	ERROR_FULL,
	MODE_TRIMMED,
	MODE_UNPACKED,
	MODE_WRITTEN,
	STOP_HUGE,
} from "zram/engine/interface";
import { check, refuseInteger, refuseNames, ZramError } from "zram/error";
import { ticks as hostTicks, Memory } from "zram/memory";
import {
	BLOCK_LENGTH,
	BLOCK_MAGIC,
	CALL,
	CALL_AGE,
	CALL_CLOSE,
	CALL_LIMIT,
	CALL_MAINTAIN,
	CALL_RESET,
	CALL_RESET_PEAK,
	CALL_WRITEBACK,
	END,
	FORMAT,
	HEAD_LENGTH,
	HELD,
	KIND_HEADER,
	KIND_RECORDS,
	OFFLOAD,
	OPERATIONS,
	READ,
	REFUSED,
	REPACK,
	STORED_CODEC,
	TIME,
	TRIM,
	UNPACKED,
	WRITE,
	WRITE_FLASH,
} from "zram/trace/format";

/** Where a trace goes: a file, a socket, {@link traceLines}. */
export interface TraceSink {
	/** Takes the next block of the trace, at most 512 bytes. The trace is all blocks, one after the other. */
	write(buffer: ArrayBuffer): unknown;
}

/** What is recorded, and where the trace is kept. */
export interface TraceOptions {
	/** The device. Pools, histories, and flashes on it are recorded with it. */
	zram: Zram;
	/**
	 * Memory for the latest operations, in bytes, from PSRAM if there is any: 1,024 to 2^31 - 64. An operation takes
	 * about four bytes. When the memory is full, the oldest operations go.
	 */
	byteLength: number;
	/**
	 * Receives the trace block by block, each after the call that has filled it. It must not use the device. What it
	 * throws becomes an unhandled rejection. Default: none; {@link Trace.save} writes what is in memory.
	 */
	sink?: TraceSink;
	/** A millisecond counter to use instead of the host's, for simulations. May wrap at 2^32. */
	ticks?: () => number;
}

const TRACE_NAMES: Record<keyof TraceOptions, true> = Object.freeze({
	zram: true,
	byteLength: true,
	sink: true,
	ticks: true,
});
const LENGTH_LEAST = 2 * BLOCK_LENGTH;
const LENGTH_MOST = 0x7fffffc0;
/** Most bytes that a record takes, together with the time before it. */
const RECORD_MOST = 24;

/** The engine's methods that a recorder replaces. */
const METHODS = Object.freeze([
	"read",
	"write",
	"append",
	"trim",
	"offload",
	"repack",
	"setLimit",
	"reset",
	"resetPeak",
	"markIdle",
	"close",
] as const satisfies (keyof EngineInstance)[]);

type Method = (typeof METHODS)[number];

/**
 * An engine that is being recorded: it keeps its own methods under these names. They could be kept elsewhere and called with
 * `call`, but then XS allocates an object for a native function, each time.
 */
type Recorded = EngineInstance & { [Name in Method as `plain${Capitalize<Name>}`]: EngineInstance[Name] };

function plainName(name: Method): string {
	return `plain${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function checkSink(name: string, sink: unknown) {
	if (typeof (sink as TraceSink | undefined)?.write !== "function")
		throw new TypeError(`${name}: must have a method write()`);
}

/**
 * Records what is done to a device, until {@link close}.
 *
 * While it records, writing a page costs some 30,000 more instructions on a microcontroller, and reading one 17,000;
 * nothing is allocated. Operations that fail because a page is damaged are not recorded.
 */
export default class Trace {
	readonly #zram: Zram;
	readonly #engine: EngineInstance;
	readonly #pageLength: number;
	/** Words of the header, except for the last one, which says where a ring begins. */
	readonly #header: string;
	readonly #memory: Memory;
	readonly #bytes: Uint8Array;
	/** Blocks that fit into the memory. */
	readonly #room: number;
	readonly #sink: TraceSink | undefined;
	readonly #drained: Deferred | undefined;
	readonly #entry = new Uint32Array(ENTRY_LENGTH / 4);
	/** Number of the block being written, where it begins, and where the next byte goes. */
	#block = 0;
	#start = 0;
	#at = 0;
	/** Where its first record begins. */
	#first = 0;
	/** The first block that the sink has not received yet. */
	#unsent = 0;
	#hasSentHeader = false;
	/** The page that the next record is relative to. */
	#page = 0;
	#ticks: number;
	readonly #clock: () => number;
	/** Milliseconds since the recording began. */
	#time = 0;
	/** How the page at which the engine has stopped would have been stored. */
	#stored = 0;
	#closed = false;

	/**
	 * Allocates the memory and starts recording. If the device has pages already, the trace says so; a replay is exact
	 * only if it was empty.
	 *
	 * @throws TypeError, RangeError naming the option and its range; ZramError `EBUSY` if the device is being recorded
	 * already, `ECLOSED` if it is closed; Error if the host does not have that much memory
	 */
	constructor(options: TraceOptions) {
		if (typeof options !== "object" || options === null) throw new TypeError("options: must be an object");
		check(refuseNames("", options, TRACE_NAMES));
		const { zram, byteLength, sink, ticks = hostTicks } = options;
		if (!(zram instanceof Zram)) throw new TypeError("zram: must be a Zram");
		check(refuseInteger("byteLength", byteLength, LENGTH_LEAST, LENGTH_MOST));
		if (sink !== undefined) checkSink("sink", sink);
		if (typeof ticks !== "function") throw new TypeError("ticks: must be a function");
		zram.expectReady();
		const { engine, layout } = zram.insides;
		if (Object.hasOwn(engine, "read"))
			throw new ZramError("EBUSY", "the device is recorded already: close that trace first");

		this.#zram = zram;
		this.#engine = engine;
		this.#pageLength = layout.pageLength;
		this.#clock = ticks;
		this.#ticks = ticks();
		this.#header = headerOf(zram);
		this.#room = Math.floor(byteLength / BLOCK_LENGTH);
		this.#memory = new Memory(this.#room * BLOCK_LENGTH);
		this.#bytes = new Uint8Array(this.#memory as unknown as ArrayBuffer);
		this.#sink = sink;
		if (sink) this.#drained = new Deferred(() => this.#closed || this.#drain());
		this.#open();
		this.#noteHeld(layout.pageCount);
		this.#listen();
		this.#listenToCalls();
	}

	/** Memory of the trace in bytes. */
	get byteLength(): number {
		return this.#room * BLOCK_LENGTH;
	}

	/** Whether the oldest operations are gone, because not all of them fit. */
	get isWrapped(): boolean {
		return this.#block >= this.#room;
	}

	/**
	 * Writes what is in memory as a complete trace that begins with a description of the device. Recording continues.
	 *
	 * @throws TypeError if `sink` is not a sink; whatever the sink throws
	 */
	save(sink: TraceSink): void {
		checkSink("sink", sink);
		this.#expectOpen();
		this.#turnOver();
		const first = Math.max(this.#block - this.#room + 1, 0);
		const end = this.#block; // the sink may do something to the device
		sink.write(this.#makeHeader(first));
		for (let block = Math.max(first, this.#block - this.#room + 1); block < end; block++) sink.write(this.#copy(block));
	}

	/** Gives the sink whatever it has not received yet, now. */
	flush(): void {
		this.#expectOpen();
		this.#turnOver();
		this.#drain();
	}

	/** Stops recording, gives the sink the rest, and frees the memory. Closing twice is fine. */
	close(): void {
		if (this.#closed) return;
		const engine = this.#engine as unknown as Record<string, unknown>;
		for (const name of METHODS) {
			delete engine[name];
			delete engine[plainName(name)];
		}
		delete (this.#zram as Partial<Zram>).maintain;
		delete (this.#zram as Partial<Zram>).writeback;
		try {
			this.flush();
		} finally {
			this.#closed = true;
			this.#memory.close();
		}
	}

	#expectOpen() {
		if (this.#closed) throw new ZramError("ECLOSED", "the trace is closed: make a new one");
	}

	// --- blocks

	/** Begins a block: its number, the time, and the page that its first record is relative to. */
	#open() {
		this.#start = (this.#block % this.#room) * BLOCK_LENGTH;
		this.#at = this.#start + HEAD_LENGTH;
		this.#put(this.#block);
		this.#put(this.#time);
		this.#put(this.#page);
		this.#first = this.#at;
	}

	/** Ends the block, if it has any records, and begins the next one. */
	#turnOver() {
		if (this.#at === this.#first) return;
		seal(this.#bytes, this.#start, this.#at - this.#start, KIND_RECORDS);
		this.#block++;
		this.#open();
		this.#drained?.fire();
	}

	/** A copy of a block that is still in memory. */
	#copy(block: number): ArrayBuffer {
		const start = (block % this.#room) * BLOCK_LENGTH;
		const length = (this.#bytes[start + 2] as number) + 256 * (this.#bytes[start + 3] as number);
		return this.#memory.slice(start, start + HEAD_LENGTH + length);
	}

	/** Sends finished blocks. Blocks that are gone by now are noticed by their missing numbers. */
	#drain() {
		const sink = this.#sink;
		if (!sink) return;
		if (!this.#hasSentHeader) {
			this.#hasSentHeader = true;
			sink.write(this.#makeHeader(0));
		}
		while (this.#unsent < this.#block) {
			const block = Math.max(this.#unsent, this.#block - this.#room + 1);
			this.#unsent = block + 1;
			sink.write(this.#copy(block));
		}
	}

	/** The header of a trace whose first block has this number. */
	#makeHeader(first: number): ArrayBuffer {
		const text = `${this.#header} first=${first}`;
		const bytes = new Uint8Array(HEAD_LENGTH + text.length);
		for (let i = 0; i < text.length; i++) bytes[HEAD_LENGTH + i] = text.charCodeAt(i);
		seal(bytes, 0, bytes.length, KIND_HEADER);
		return bytes.buffer;
	}

	// --- records

	/** Writes a number in groups of seven bits, the lowest first; bit 7 is set in all but the last. */
	#put(value: number) {
		const bytes = this.#bytes;
		let at = this.#at;
		for (; value > 127; value = (value / 128) >>> 0) bytes[at++] = (value & 127) | 128;
		bytes[at++] = value;
		this.#at = at;
	}

	/** Makes room for a record, and writes the time before it. */
	#begin() {
		if (this.#at + RECORD_MOST > this.#start + BLOCK_LENGTH) this.#turnOver();
		const now = this.#clock();
		const passed = (now - this.#ticks) | 0;
		this.#ticks = now;
		if (passed <= 0) return; // the clock may have been set back
		this.#time += passed;
		this.#put(passed * OPERATIONS + TIME);
	}

	#record(operation: number, page: number, argument = -1) {
		this.#begin();
		const distance = page - this.#page;
		this.#page = page;
		this.#put((distance < 0 ? -2 * distance - 1 : 2 * distance) * OPERATIONS + operation);
		if (argument >= 0) this.#put(argument);
	}

	#recordCall(call: number, argument = 0) {
		this.#begin();
		this.#put(call * OPERATIONS + CALL);
		this.#put(argument);
	}

	/** A page's second word, or 0 if it is empty. */
	#wordOf(page: number): number {
		const entry = this.#entry;
		return this.#engine.nextPage(page, page + 1, entry.buffer) === page ? (entry[1] as number) : 0;
	}

	#noteHeld(pageCount: number) {
		const { engine } = this.#zram.insides;
		for (let page = 0; ; page++) {
			page = engine.nextPage(page, pageCount, this.#entry.buffer);
			if (page < 0 || page >= pageCount) return;
			const word = this.#entry[1] as number;
			const isOnFlash = stateOf(word) === STATE_OFFLOADED;
			this.#record(HELD, page, isOnFlash ? this.#pageLength : storedOf(word));
			if (isOnFlash) this.#record(OFFLOAD, page);
		}
	}

	/** Records a page that was just written, or trimmed in part. */
	#noteWrite(page: number, operation: number) {
		const word = this.#wordOf(page);
		if (word === 0) this.#record(TRIM, page, 1);
		else if (operation === UNPACKED) this.#record(UNPACKED, page);
		else this.#record(operation, page, storedOf(word));
	}

	/** Records the pages that the engine's last request has finished, from byte `from` on. */
	#noteRange(operation: number, from: number) {
		const { done } = this.#engine;
		const end = Math.floor((from + done - 1) / this.#pageLength);
		for (let page = Math.floor(from / this.#pageLength); page <= end; page++)
			if (operation === READ) this.#record(READ, page);
			else this.#noteWrite(page, operation);
	}

	#noteTrim(from: number) {
		const pageLength = this.#pageLength;
		const end = from + this.#engine.done;
		const first = Math.ceil(from / pageLength);
		const last = Math.floor(end / pageLength);
		if (first > last) return void this.#noteWrite(last, WRITE);
		if (first * pageLength > from) this.#noteWrite(first - 1, WRITE);
		if (last > first) this.#record(TRIM, first, last - first);
		if (last * pageLength < end) this.#noteWrite(last, WRITE);
	}

	/** Remembers why a request has stopped in front of a page, if that matters. */
	#noteStop(result: number, mode: number) {
		const engine = this.#engine;
		const stored = mode & MODE_UNPACKED ? this.#pageLength : engine.packed;
		if (result === STOP_HUGE) this.#stored = stored;
		else if (result === ERROR_FULL) this.#record(REFUSED, engine.stopped, stored);
	}

	// --- listening

	#listen() {
		const engine = this.#engine as Recorded;
		for (const name of METHODS) shadow(engine, plainName(name), engine[name]);

		const noteCall = (result: number, call: number, argument?: number) => {
			if (result > ERROR_CLOSED) this.#recordCall(call, argument);
			return result;
		};
		const methods: Pick<EngineInstance, Method> = {
			read: (buffer: ByteBuffer, byteOffset, start, length, done = 0, mode = 0) => {
				const result = engine.plainRead(buffer, byteOffset, start, length, done, mode);
				if (result > ERROR_CLOSED && engine.done) this.#noteRange(READ, byteOffset + done);
				return result;
			},
			write: (buffer: ByteBuffer, byteOffset, start, length, done = 0, mode = 0) => {
				const result = engine.plainWrite(buffer, byteOffset, start, length, done, mode);
				if (result <= ERROR_CLOSED) return result;
				if (engine.done) this.#noteRange(mode & MODE_UNPACKED ? UNPACKED : WRITE, byteOffset + done);
				if (result < 0) this.#noteStop(result, mode);
				return result;
			},
			append: (buffer, byteOffset) => {
				const result = engine.plainAppend(buffer, byteOffset);
				if (result > 0) this.#record(UNPACKED, Math.floor(byteOffset / this.#pageLength));
				return result;
			},
			trim: (byteOffset, byteLength, done = 0, mode = 0) => {
				const result = engine.plainTrim(byteOffset, byteLength, done, mode);
				if (result <= ERROR_CLOSED) return result;
				if (engine.done) this.#noteTrim(byteOffset + done);
				if (result < 0) this.#noteStop(result, mode);
				return result;
			},
			offload: (page, slot, mode, sum) => {
				const wasOnFlash = stateOf(this.#wordOf(page)) === STATE_OFFLOADED;
				const result = engine.plainOffload(page, slot, mode, sum);
				if (result) return result;
				if (mode & (MODE_WRITTEN | MODE_TRIMMED)) this.#record(WRITE_FLASH, page, this.#stored);
				else if (!wasOnFlash) this.#record(OFFLOAD, page);
				return result;
			},
			repack: (page) => {
				const result = engine.plainRepack(page);
				if (result > 0) this.#record(REPACK, page, storedOf(this.#wordOf(page)));
				return result;
			},
			setLimit: (limit) => noteCall(engine.plainSetLimit(limit), CALL_LIMIT, limit),
			reset: () => noteCall(engine.plainReset(), CALL_RESET),
			resetPeak: () => noteCall(engine.plainResetPeak(), CALL_RESET_PEAK),
			markIdle: (steps) => noteCall(engine.plainMarkIdle(steps), CALL_AGE, steps),
			close: () => noteCall(engine.plainClose(), CALL_CLOSE),
		};
		for (const name of METHODS) shadow(engine, name, methods[name]);
	}

	/** What the device decides during a call is recorded anyway; this records when it was asked. */
	#listenToCalls() {
		const zram = this.#zram;
		const { maintain, writeback } = zram;
		shadow(zram, "maintain", (milliseconds: number) => {
			if (Number.isInteger(milliseconds) && milliseconds >= 0) this.#recordCall(CALL_MAINTAIN, milliseconds);
			return maintain.call(zram, milliseconds);
		});
		shadow(zram, "writeback", (request: WritebackRequest) => {
			this.#recordCall(CALL_WRITEBACK);
			return writeback.call(zram, request);
		});
	}
}

/**
 * Gives an object a method of its own, until it is deleted. Assigning it would throw where modules are preloaded, as that
 * makes the prototype's methods read-only; defining it does not.
 */
function shadow(target: object, name: string, value: unknown) {
	Object.defineProperty(target, name, { value, configurable: true, enumerable: true });
}

/** Turns bytes `start` to `start + length` - 1 into a block, its head included. */
function seal(bytes: Uint8Array, start: number, length: number, kind: number) {
	const payload = length - HEAD_LENGTH;
	const sum = Engine.checksum(bytes, start + HEAD_LENGTH, payload);
	bytes[start] = BLOCK_MAGIC;
	bytes[start + 1] = kind;
	bytes[start + 2] = payload;
	bytes[start + 3] = payload >> 8;
	for (let i = 0; i < 4; i++) bytes[start + 4 + i] = sum >>> (8 * i);
}

/** How a page with this second word is stored. */
function storedOf(word: number): number {
	return stateOf(word) === STATE_SAME ? 0 : codecOf(word) * STORED_CODEC + lengthOf(word);
}

/** Describes the device in words: options and geometry. */
function headerOf(zram: Zram): string {
	const { engine, layout, threshold } = zram.insides;
	const { pageLength, pageCount, arenaLength, granuleLength, metadata, codecs } = layout;
	const header = new ArrayBuffer(HEADER_LENGTH);
	engine.header(header);
	const [flags, slots] = [FLAGS, SLOT_COUNT].map((word) => new Uint32Array(header)[word]);
	const numbers = { pageLength, pageCount, arenaLength, granuleLength, metadata, threshold, flags, limit: zram.limit };
	const words = Object.entries({ ...numbers, slots }).map(([key, value]) => `${key}=${value}`);
	return [FORMAT, ...words, `codecs=${codecs.join(",")}`].join(" ");
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Bytes in base64. */
function toText(bytes: Uint8Array): string {
	const letters: string[] = [];
	for (let i = 0; i < bytes.length; i += 3) {
		const bits = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
		for (let shift = 18; shift >= 0; shift -= 6) letters.push(LETTERS[(bits >> shift) & 63] as string);
	}
	const over = (3 - (bytes.length % 3)) % 3;
	for (let i = 1; i <= over; i++) letters[letters.length - i] = "=";
	return letters.join("");
}

/**
 * A sink that turns a trace into lines of text for a serial console or a log; `npx zram record` turns them back into a
 * trace. Each line has at most 760 characters, and other lines may come in between.
 *
 * @param name letters, digits, "_", and "-": tells devices that share a console apart
 * @param print receives each line, without an end of line: `console.log`, or `trace` with one added
 * @throws RangeError for any other name, TypeError if `print` is not a function
 */
export function traceLines(name: string, print: (line: string) => void): TraceSink {
	if (!/^[A-Za-z0-9_-]+$/.test(name))
		throw new RangeError(`name: "${name}" must consist of letters, digits, "_" and "-"`);
	if (typeof print !== "function") throw new TypeError("print: must be a function");
	return { write: (buffer) => print(`${FORMAT} ${name} ${toText(new Uint8Array(buffer))} ${END}`) };
}
