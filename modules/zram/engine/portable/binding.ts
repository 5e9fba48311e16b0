/*
 * The portable engine, in TypeScript alone: for mods, which carry no native code, for Node, and to be read. After the
 * same operations its region equals the native engine's, byte for byte. interface.ts is the contract.
 *
 * This file checks callers' arguments. The others, each the counterpart of a C file:
 *
 *   engine.ts   splits ranges of bytes into pages
 *   pack.ts     compresses a page with one of codecs.ts: lz4.ts, columns.ts, dense.ts
 *   place.ts    keeps the packed page: page table, checksums, statistics (sum.ts)
 *   arena.ts    granules, and chains of them
 *   slots.ts    which page is in which slot of the flash; offload/offload.ts chooses the slot
 *   late.ts     which page leaves for flash
 *   rest.ts     which page is packed again
 *   layout.ts   where things are in the region
 *   check.ts    walks everything
 *
 * Where the native engine reads or writes a caller's buffer in place, this one goes through a page of its scratch. If a
 * buffer is not a byte array, it keeps a view of it, and so the buffer itself, until another buffer comes or close().
 */

import {
	type ByteBuffer,
	type Engine,
	type EngineConstructor,
	ERROR_ARENA,
	ERROR_BUFFER,
	ERROR_BUSY,
	ERROR_CLOSED,
	ERROR_OFFSET,
	ERROR_OVERLAP,
	MODE_ONE_PAGE,
	PLAN_ARENA_LENGTH,
	PLAN_ARENA_MAX,
	PLAN_ARENA_MIN,
	PLAN_CODECS,
	PLAN_FLAGS,
	PLAN_GRANULE_COUNT,
	PLAN_GRANULE_LENGTH,
	PLAN_METADATA,
	PLAN_MODE,
	PLAN_PAGE_COUNT,
	PLAN_PAGE_LENGTH,
	PLAN_SCRATCH,
	PLAN_SLOT_COUNT,
	PLAN_THRESHOLD,
} from "zram/engine/interface";
import { Arena } from "zram/engine/portable/arena";
import { type Bytes, bytesOf, copyBytes, isWritable, LastView } from "zram/engine/portable/bytes";
import { Checker } from "zram/engine/portable/check";
import { CODECS } from "zram/engine/portable/codecs";
import { EngineCore } from "zram/engine/portable/engine";
import { type Layout, metadataLength, planLayout, regionLeast, regionMost } from "zram/engine/portable/layout";
import { Packer } from "zram/engine/portable/pack";
import { Rest } from "zram/engine/portable/rest";
import { checksum } from "zram/engine/portable/sum";
import { bufferOf, byteLengthOf, byteOffsetOf } from "zram/view";

/** Whether `value` is an integer from 0 to `most`. */
function isPosition(value: unknown, most: number): value is number {
	return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** Whether `length` bytes from `start` are within `bytes`. */
function isPiece(bytes: Bytes, start: unknown, length: unknown): boolean {
	const most = byteLengthOf(bytes);
	return isPosition(start, most) && isPosition(length, most - start);
}

/** The layout of a region of `regionLength` bytes, or undefined if there is none. */
function layoutOf(plan: Uint32Array, regionLength: number): Layout | undefined {
	const word = (index: number) => plan[index] as number;
	const slotCount = word(PLAN_SLOT_COUNT);
	return planLayout(regionLength, word(PLAN_PAGE_COUNT), word(PLAN_PAGE_LENGTH), word(PLAN_FLAGS), slotCount);
}

/** Sets two words of a plan, low word first. */
function setLength(plan: Uint32Array, index: number, length: number) {
	plan[index] = length;
	plan[index + 1] = Math.floor(length / 2 ** 32);
}

export class PortableEngine implements Engine {
	#core: EngineCore;
	#checker: Checker;
	#rest: Rest;
	#views = new LastView();
	#mode: number;
	#busy = false;
	#closed = false;
	#words: Uint32Array | undefined;
	/** The buffer of the request, and the part of it that is meant. */
	#bytes: Bytes | undefined;
	#start = 0;
	#length = 0;

	static plan(plan: ArrayBuffer): number {
		const words = new Uint32Array(plan);
		const word = (index: number) => words[index] as number;
		const [pageCount, pageLength] = [word(PLAN_PAGE_COUNT), word(PLAN_PAGE_LENGTH)];
		const [flags, slotCount] = [word(PLAN_FLAGS), word(PLAN_SLOT_COUNT)];
		const layout = layoutOf(words, word(PLAN_ARENA_LENGTH));
		words[PLAN_GRANULE_LENGTH] = layout?.granuleLength ?? 0;
		words[PLAN_GRANULE_COUNT] = layout?.granuleCount ?? 0;
		words[PLAN_METADATA] = layout ? metadataLength(layout) : 0;
		words[PLAN_SCRATCH] = Packer.length(pageLength);
		setLength(words, PLAN_ARENA_MIN, regionLeast(pageCount, pageLength, flags, slotCount));
		setLength(words, PLAN_ARENA_MAX, regionMost(pageCount, pageLength, flags, slotCount));
		return layout ? 1 : 0;
	}

	static codecName(id: number): string | undefined {
		return CODECS[id]?.name;
	}

	static bufferLength(value: unknown, alignment: number, writable = false): number {
		const bytes = bytesOf(value);
		if (!bytes || byteOffsetOf(bytes) % alignment || (writable && !isWritable(bytes))) return -1;
		return byteLengthOf(bytes);
	}

	static checksum(buffer: ByteBuffer, start: number, length: number): number {
		const bytes = bytesOf(buffer);
		if (!bytes) throw new TypeError("checksum: no buffer");
		if (!isPiece(bytes, start, length)) throw new RangeError("checksum: not within the buffer");
		return checksum(bytes, start, length);
	}

	static equal(a: ByteBuffer, aStart: number, b: ByteBuffer, bStart: number, length: number): number {
		const aBytes = bytesOf(a);
		const bBytes = bytesOf(b);
		if (!aBytes || !bBytes) return ERROR_BUFFER;
		if (!isPiece(aBytes, aStart, length) || !isPiece(bBytes, bStart, length)) return ERROR_OFFSET;
		for (let i = 0; i < length; i++)
			if (((aBytes[aStart + i] as number) ^ (bBytes[bStart + i] as number)) & 0xff) return 0;
		return 1;
	}

	static and(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number {
		const to = bytesOf(into);
		const mask = bytesOf(from);
		if (!to || !mask) return ERROR_BUFFER;
		if (!isPiece(to, intoStart, length) || !isPiece(mask, fromStart, length)) return ERROR_OFFSET;
		let cleared = 0;
		for (let i = 0; i < length; i++) {
			const old = to[intoStart + i] as number;
			const bits = mask[fromStart + i] as number;
			cleared |= old & ~bits & 0xff;
			to[intoStart + i] = old & bits;
		}
		return cleared ? 1 : 0;
	}

	static copy(into: ByteBuffer, intoStart: number, from: ByteBuffer, fromStart: number, length: number): number {
		const to = bytesOf(into);
		const bytes = bytesOf(from);
		if (!to || !bytes) return ERROR_BUFFER;
		if (!isPiece(to, intoStart, length) || !isPiece(bytes, fromStart, length)) return ERROR_OFFSET;
		copyBytes(to, intoStart, bytes, fromStart, length);
		return 0;
	}

	constructor(region: ByteBuffer, scratch: ByteBuffer, plan: ArrayBuffer) {
		const words = new Uint32Array(plan);
		const [regionBytes, scratchBytes] = [bytesOf(region), bytesOf(scratch)];
		const layout = regionBytes && layoutOf(words, byteLengthOf(regionBytes));
		if (!layout || !scratchBytes || byteLengthOf(scratchBytes) < Packer.length(layout.pageLength))
			throw new RangeError("region or scratch: too small");
		const arena = new Arena(bufferOf(regionBytes), byteOffsetOf(regionBytes), layout);
		const [threshold, codecs] = [words[PLAN_THRESHOLD] as number, words[PLAN_CODECS] as number];
		this.#core = new EngineCore(arena, bufferOf(scratchBytes), byteOffsetOf(scratchBytes), threshold, codecs);
		this.#checker = new Checker(this.#core);
		this.#rest = new Rest(this.#core);
		this.#mode = words[PLAN_MODE] as number;
	}

	get done(): number {
		return this.#closed ? 0 : this.#core.done;
	}

	get stopped(): number {
		return this.#closed ? 0 : this.#core.stopped;
	}

	get packed(): number {
		return this.#closed ? 0 : this.#core.packed;
	}

	/** For tools that stand in for the codecs, such as a replayed trace. */
	get core(): EngineCore {
		return this.#core;
	}

	read(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done = 0, mode = 0): number {
		const code =
			this.#enterTransfer(buffer, true, byteOffset, start, length, done) ||
			this.#core.read(byteOffset + done, this.#request, this.#start + done, this.#length - done, this.#mode | mode);
		return this.#leave(code) || this.#length;
	}

	write(buffer: ByteBuffer, byteOffset: number, start?: number, length?: number, done = 0, mode = 0): number {
		const code =
			this.#enterTransfer(buffer, false, byteOffset, start, length, done) ||
			this.#core.write(byteOffset + done, this.#request, this.#start + done, this.#length - done, this.#mode | mode);
		return this.#leave(code);
	}

	append(buffer: ByteBuffer, byteOffset: number): number {
		const code = this.#enterTransfer(buffer, false, byteOffset, undefined, undefined, 0);
		const isSimple = code === 0 && !(this.#mode & MODE_ONE_PAGE);
		return this.#leave(isSimple ? this.#core.append(byteOffset, this.#request, this.#start, this.#length) : code);
	}

	trim(byteOffset: number, byteLength: number, done = 0, mode = 0): number {
		const code = this.#enter();
		if (code) return code;
		const most = this.#byteLength;
		if (!isPosition(byteOffset, most) || !isPosition(byteLength, most - byteOffset) || done > byteLength)
			return ERROR_OFFSET;
		return this.#core.trim(byteOffset + done, byteLength - done, this.#mode | mode);
	}

	header(into: ArrayBuffer): number {
		const code = this.#enter();
		if (code) return code;
		this.#wordsOf(into).set(this.#core.place.arena.header);
		return 0;
	}

	nextPage(page: number, end: number, into: ArrayBuffer): number {
		const code = this.#enter();
		if (code) return code;
		const { table, layout } = this.#core.place.arena;
		const last = Math.min(end, layout.pageCount);
		while (page < last && this.#core.place.stateOf(page) === 0) page++;
		if (page < last) {
			const entry = this.#wordsOf(into);
			entry[0] = table[2 * page] as number;
			entry[1] = table[2 * page + 1] as number;
		}
		return page;
	}

	stage(page: number): number {
		return this.#enter() || this.#core.stage(page);
	}

	victim(page: number, forHuge: boolean): number {
		return this.#enter() || this.#core.place.late.victim(page, forHuge);
	}

	reserve(): number {
		return this.#enter() || this.#core.place.late.reserve();
	}

	offload(page: number, slot: number, mode: number, sum: number): number {
		return this.#enter() || this.#core.offload(page, slot, mode, sum);
	}

	slot(slot: number, into: ArrayBuffer): number {
		return this.#enter() || this.#core.place.slots.copy(slot, this.#wordsOf(into));
	}

	setSlot(slot: number, state: number, erases: number, sum: number): number {
		return this.#enter() || this.#core.place.slots.set(slot, state, erases, sum);
	}

	survey(except: number, into: ArrayBuffer): number {
		const code = this.#enter();
		if (code === 0) this.#core.place.slots.survey(except, this.#wordsOf(into));
		return code;
	}

	saveWear(slot: number, count: number, base: number, logBase: number, into: ByteBuffer): number {
		const code = this.#enter();
		const bytes = bytesOf(into);
		if (code === 0 && bytes) this.#core.place.slots.save(slot, count, base, logBase, bytes);
		return bytes ? code : ERROR_BUFFER;
	}

	loadWear(slot: number, count: number, base: number, logBase: number, from: ByteBuffer): number {
		const code = this.#enter();
		const bytes = bytesOf(from);
		if (code === 0 && bytes) this.#core.place.slots.load(slot, count, base, logBase, bytes);
		return bytes ? code : ERROR_BUFFER;
	}

	setLimit(limit: number): number {
		return this.#enter() || this.#core.place.setLimit(limit);
	}

	reset(): number {
		const code = this.#enter();
		if (code === 0) this.#core.reset();
		return code;
	}

	resetPeak(): number {
		const code = this.#enter();
		if (code === 0) this.#core.place.resetPeak();
		return code;
	}

	markIdle(steps: number): number {
		const code = this.#enter();
		if (code === 0) this.#core.place.markIdle(steps);
		return code;
	}

	nextResting(): number {
		return this.#enter() || this.#rest.next();
	}

	repack(page: number): number {
		return this.#enter() || this.#rest.repack(page);
	}

	check(): number {
		return this.#enter() || this.#checker.check();
	}

	hold(busy: boolean): void {
		this.#busy = busy;
	}

	close(): number {
		const code = this.#enter();
		if (code === 0) this.#core.wipe();
		if (code !== ERROR_BUSY) this.#closed = true;
		this.#views.clear();
		return code;
	}

	/** The words of a buffer that takes a result. It keeps the view for the next call, so as not to allocate. */
	#wordsOf(into: ArrayBuffer): Uint32Array {
		if (this.#words?.buffer !== into) this.#words = new Uint32Array(into);
		return this.#words as Uint32Array;
	}

	/** The device's length. */
	get #byteLength(): number {
		const { pageCount, pageLength } = this.#core.place.arena.layout;
		return pageCount * pageLength;
	}

	/** Begins every operation. Returns 0 or an error. */
	#enter(): number {
		if (this.#closed) return ERROR_CLOSED;
		if (this.#busy) return ERROR_BUSY;
		const { bytes, layout } = this.#core.place.arena;
		return bytes.length === layout.regionLength ? 0 : ERROR_ARENA;
	}

	/** Begins an operation that has a buffer. The part of it that is meant is then in #bytes, #start and #length. */
	#enterTransfer(
		buffer: ByteBuffer,
		writable: boolean,
		byteOffset: number,
		start?: number,
		length?: number,
		done = 0,
	): number {
		const code = this.#enter();
		if (code === ERROR_CLOSED || code === ERROR_BUSY) return code;
		const bytes = this.#views.bytesOf(buffer);
		if (!bytes || (writable && !isWritable(bytes))) return ERROR_BUFFER;
		if (code) return code;
		const whole = start === undefined && length === undefined;
		if (!whole && !isPiece(bytes, start, length)) return ERROR_OFFSET;
		this.#bytes = bytes;
		this.#start = whole ? 0 : (start as number);
		this.#length = whole ? byteLengthOf(bytes) : (length as number);
		if (!isPosition(byteOffset, this.#byteLength - this.#length) || done > this.#length) return ERROR_OFFSET;
		return this.#overlaps() ? ERROR_OVERLAP : 0;
	}

	get #request(): Bytes {
		return this.#bytes as Bytes;
	}

	/** Ends such an operation: drops the buffer. */
	#leave(code: number): number {
		this.#bytes = undefined;
		return code;
	}

	#overlaps(): boolean {
		const region = this.#core.place.arena.bytes;
		const bytes = this.#bytes as Bytes;
		if (this.#length === 0 || bufferOf(bytes) !== region.buffer) return false;
		const first = byteOffsetOf(bytes) + this.#start;
		return first < region.byteOffset + region.length && region.byteOffset < first + this.#length;
	}
}

const engine: EngineConstructor = PortableEngine;
export default engine;
