/*
 * A pool next to a Map of byte arrays, on devices that fail on demand. After every exception each buffer reads as before or
 * as it was to be, or as documented for a write into one; the pool's figures add up, and free pages are empty.
 */

import { ZramError, type ZramOptions } from "zram";
import SwapPool, { type Key, type OwnedBuffer, type SwapOptions } from "zram/swap";
import { equal, fill, KINDS } from "./bytes.ts";
import { Fault, FaultyZram, faultyFlash } from "./faults.ts";
import { makeBed } from "./offload.ts";
import { Random } from "./random.ts";

/** Page length of all devices here: small, so buffers of several pages are quick to compare. */
export const PAGE = 512;

export interface FaultyPoolOptions {
	devices: Omit<ZramOptions, "pageLength">[];
	/** Blocks of a flash below the first device. */
	flash?: number;
	/** onOperation of all devices may throw; they then work page by page. */
	operations?: boolean;
	pool?: Partial<SwapOptions>;
}

interface Held {
	view: Uint8Array;
	bytes: Uint8Array;
	writable: boolean;
}

interface Owned {
	handle: OwnedBuffer;
	bytes: Uint8Array;
}

export class FaultyPool {
	readonly fault = new Fault();
	readonly random: Random;
	readonly values = new Map<Key, Uint8Array>();
	readonly held = new Map<Key, Held>();
	readonly owned: Owned[] = [];
	readonly #devices: FaultyZram[];
	readonly #pool: SwapPool;
	readonly #pageCount: number;
	readonly #keyCount: number;
	#evictions = 0;

	constructor({ devices, flash, operations, pool }: FaultyPoolOptions, seed: number) {
		this.random = new Random(seed);
		const { fault } = this;
		const common = {
			pageLength: PAGE,
			...(operations && { onOperation: () => fault.strike("operation") }),
		};
		const bed = flash ? makeBed({ seed, blocks: flash, blockLength: PAGE }) : undefined;
		const backing = bed && { io: faultyFlash(bed.io, fault), path: "zram", ticks: bed.clock.ticks };
		this.#devices = devices.map(
			(options, i) => new FaultyZram({ ...common, ...options, ...(i === 0 && backing && { backing }) }, fault),
		);
		this.#pageCount = this.#devices.reduce((sum, { byteLength }) => sum + byteLength / PAGE, 0);
		this.#keyCount = pool?.keys ?? 24;
		this.#pool = new SwapPool({
			keys: this.#keyCount,
			resident: { slots: 3, byteLength: 12 * PAGE },
			...pool,
			devices: this.#devices,
		});
	}

	/** Runs it with the armed fault, then disarms. Returns what it threw. */
	#attempt(work: () => void): { error: unknown } | undefined {
		try {
			work();
			return undefined;
		} catch (error) {
			if (!isExpected(error)) throw error;
			return { error };
		} finally {
			this.fault.disarm();
		}
	}

	#bytes(length: number): Uint8Array {
		const bytes = new Uint8Array(length);
		fill(bytes, 0, length, this.random.below(KINDS), this.random.next());
		return bytes;
	}

	/** `zeros`: through create(). */
	write(key: Key, length: number, { replace = false, zeros = false } = {}) {
		if (this.held.has(key)) return;
		const old = this.values.get(key);
		const fresh = zeros ? new Uint8Array(length) : this.#bytes(length);
		const failure = this.#attempt(() =>
			zeros ? this.#pool.create(key, length, { replace }) : this.#pool.write(key, fresh, { replace }),
		);
		this.#dropEvicted(key);
		const read = this.#pool.read(key);
		if (isSame(read, fresh)) this.values.set(key, fresh);
		else if (!failure) throw new Error(`wrong bytes of ${key} after a write`);
		else if (replace && !read) this.values.delete(key);
		else if (!isSame(read, old)) throw new Error(`${key} is neither old nor new: ${failure.error}`);
	}

	writePart(key: Key, offset: number, length: number) {
		const old = this.values.get(key);
		if (!old || this.held.has(key)) return;
		const part = this.#bytes(length);
		const failure = this.#attempt(() => this.#pool.write(key, part, offset));
		this.#dropEvicted(key);
		this.values.set(key, progressed(this.#pool.read(key), old, part, offset, failure));
	}

	append(key: Key, length: number) {
		if (this.held.has(key)) return;
		const old = this.values.get(key);
		const part = this.#bytes(length);
		const fresh = joined(old ?? new Uint8Array(0), part);
		let result = -1;
		const failure = this.#attempt(() => {
			result = this.#pool.append(key, part);
		});
		if (!failure && result !== fresh.length) throw new Error(`append says ${result}, not ${fresh.length}`);
		this.#settle(key, old, fresh, failure);
	}

	resize(key: Key, length: number) {
		const old = this.values.get(key);
		if (!old || this.held.has(key)) return;
		const fresh = joined(old.subarray(0, length), new Uint8Array(Math.max(length - old.length, 0)));
		const failure = this.#attempt(() => this.#pool.resize(key, length));
		this.#settle(key, old, fresh, failure);
	}

	move(from: Key, to: Key) {
		const value = this.values.get(from);
		if (!value || this.held.has(from) || this.held.has(to)) return;
		const failure = this.#attempt(() => this.#pool.move(from, to));
		if (failure && this.#pool.has(from)) return;
		if (from !== to) this.values.delete(from);
		this.values.set(to, value);
	}

	/** Expects a value as it was or as it was to be; if nothing was thrown, the latter. */
	#settle(key: Key, old: Uint8Array | undefined, fresh: Uint8Array, failure: { error: unknown } | undefined) {
		this.#dropEvicted(key);
		const read = this.#pool.read(key);
		if (isSame(read, fresh)) this.values.set(key, fresh);
		else if (!failure) throw new Error(`wrong bytes of ${key}`);
		else if (!isSame(read, old)) throw new Error(`${key} is neither old nor new: ${failure.error}`);
	}

	read(key: Key, isPart = false) {
		const value = this.values.get(key);
		const into = new Uint8Array(isPart ? this.random.below(4 * PAGE) : 0);
		const offset = value && isPart ? this.random.below(value.length + 1) : 0;
		let read: ArrayBuffer | number | undefined;
		const failure = this.#attempt(() => {
			read = isPart ? this.#pool.read(key, into, offset) : this.#pool.read(key);
		});
		if (failure) return;
		if (!isPart && !isSame(read as ArrayBuffer | undefined, value)) throw new Error(`wrong bytes of ${key}`);
		if (isPart && value && !equal(into, 0, value, offset, read as number)) throw new Error(`wrong bytes of ${key}`);
	}

	delete(key: Key) {
		if (this.held.has(key)) return;
		const failure = this.#attempt(() => this.#pool.delete(key));
		if (!failure || !this.#pool.has(key)) this.values.delete(key);
	}

	/** Acquires, and changes some bytes if allowed. */
	acquire(key: Key, writable: boolean) {
		const value = this.values.get(key);
		if (!value || value.length > 12 * PAGE || this.held.has(key) || this.held.size === 3) return;
		let view: Uint8Array | undefined;
		this.#attempt(() => {
			view = this.#pool.acquire(key, writable ? "r+" : "r");
		});
		if (!view) return;
		if (!isSame(view, value)) throw new Error(`wrong bytes of ${key} acquired`);
		for (let i = this.random.below(3); writable && view.length && i > 0; i--) {
			const start = this.random.below(view.length);
			fill(view, start, Math.min(view.length - start, this.random.below(3 * PAGE)), this.random.below(KINDS), i);
		}
		this.held.set(key, { view, bytes: view.slice(), writable });
	}

	release(key: Key, discard = false) {
		const held = this.held.get(key);
		if (!held) return;
		const old = this.values.get(key) as Uint8Array;
		if (!isSame(held.view, held.bytes)) throw new Error(`the view of ${key} has changed`);
		const failure = this.#attempt(() => this.#pool.release(key, discard));
		this.#dropEvicted(key);
		const read = this.#pool.read(key);
		if (held.writable && !discard) this.values.set(key, progressed(read, old, held.bytes, 0, failure));
		else if (!isSame(read, old)) throw new Error(`${key} has changed`);
		if (!failure) this.held.delete(key);
	}

	own(length: number, zeros = false) {
		const bytes = zeros ? new Uint8Array(length) : this.#bytes(length);
		this.#attempt(() => this.owned.push({ handle: this.#pool.own(zeros ? length : bytes), bytes }));
		this.#dropEvicted(undefined);
	}

	writeOwned(index: number) {
		const owned = this.owned[index];
		if (!owned) return;
		const offset = this.random.below(owned.bytes.length + 1);
		const part = this.#bytes(this.random.below(owned.bytes.length - offset + 1));
		const failure = this.#attempt(() => owned.handle.write(part, offset));
		this.#dropEvicted(undefined);
		owned.bytes = progressed(owned.handle.read(), owned.bytes, part, offset, failure);
	}

	closeOwned(index: number) {
		const owned = this.owned[index];
		if (!owned) return;
		const failure = this.#attempt(() => owned.handle.close());
		const read = readOpen(owned.handle);
		if (read && !failure) throw new Error("a handle is open although it was closed");
		if (read && !isSame(read, owned.bytes)) throw new Error("a handle reads what is not its own");
		if (!read) this.owned.splice(index, 1);
	}

	/** Makes a value longer, or shorter, or another one. */
	grow(key: Key, length: number) {
		const { random } = this;
		if (random.once(5)) this.move(key, random.below(10));
		else if (random.once(4)) this.resize(key, length);
		else this.append(key, random.once(3) ? length : random.below(PAGE));
	}

	/** Does one of all these, with or without a fault somewhere in it. */
	step() {
		const { random } = this;
		const key = random.below(10);
		const length = random.below(random.once(6) ? 24 * PAGE : 6 * PAGE);
		const what = random.below(100);
		if (random.once(5)) this.grow(key, length);
		else if (what < 25)
			this.write(key, random.once(4) ? length - (length % PAGE) : length, { replace: random.once(4) });
		else if (what < 30) this.write(key, length, { replace: random.once(4), zeros: true });
		else if (what < 45) {
			const offset = random.below((this.values.get(key)?.length ?? 0) + 1);
			this.writePart(key, offset, random.below((this.values.get(key)?.length ?? 0) - offset + 1));
		} else if (what < 50) this.read(key, random.once(2));
		else if (what < 58) this.delete(key);
		else if (what < 70) this.acquire(key, !random.once(4));
		else if (what < 88) this.release([...this.held.keys()][random.below(3)] ?? key, random.once(5));
		else if (what < 92) this.own(length, random.once(3));
		else if (what < 96) this.writeOwned(random.below(3));
		else this.closeOwned(random.below(3));
	}

	/** Expects every byte to be right and the figures to add up. */
	check() {
		const { keys, owned, byteLength, pagesUsed, pagesFree, pagesLost, slotsHeld, evictions } = this.#pool.status();
		const all = [...this.values.values(), ...this.owned.map(({ bytes }) => bytes)];
		const sum = (of: (bytes: Uint8Array) => number) => all.reduce((total, bytes) => total + of(bytes), 0);
		const expected = {
			keys: this.values.size,
			owned: this.owned.length,
			byteLength: sum(({ length }) => length),
			pagesUsed: sum(({ length }) => Math.ceil(length / PAGE)),
			pagesFree: this.#pageCount - pagesUsed - pagesLost,
			slotsHeld: this.held.size,
			evictions: this.#evictions,
		};
		const found = { keys, owned, byteLength, pagesUsed, pagesFree, slotsHeld, evictions };
		for (const [name, value] of Object.entries(expected))
			if (found[name as "keys"] !== value) throw new Error(`${name} is ${found[name as "keys"]}, not ${value}`);
		for (const [key, bytes] of this.values)
			if (!isSame(this.#pool.read(key), bytes)) throw new Error(`wrong bytes of ${key}`);
		for (const { handle, bytes } of this.owned)
			if (!isSame(handle.read(), bytes)) throw new Error("wrong bytes, owned");
		for (const { view, bytes } of this.held.values()) if (!isSame(view, bytes)) throw new Error("a view has changed");
		for (const zram of this.#devices) zram.check();
	}

	/** Expects all free pages to be usable and empty, and only buffers to be stored. Does nothing if no key is left. */
	checkFree() {
		const { pagesFree, keys, owned } = this.#pool.status();
		if (keys + owned === this.#keyCount) return;
		this.#pool.create("free", pagesFree * PAGE);
		if (!isSame(this.#pool.read("free"), new Uint8Array(pagesFree * PAGE)))
			throw new Error("a new buffer is not zeros");
		this.#pool.delete("free");
		const { pagesUsed, pagesLost } = this.#pool.status();
		const stored = this.#devices.reduce((total, zram) => total + zram.status().pagesStored, 0);
		if (stored > pagesUsed + pagesLost)
			throw new Error(`${stored} pages are stored, ${pagesUsed} used, ${pagesLost} lost`);
	}

	/** Expects nothing to be left in the end. */
	finish() {
		this.check();
		this.checkFree();
		for (const key of [...this.held.keys()]) this.release(key, true);
		for (let i = this.owned.length - 1; i >= 0; i--) this.closeOwned(i);
		for (const key of [...this.values.keys()]) this.delete(key);
		this.check();
		this.checkFree();
		this.#pool.close();
		for (const zram of this.#devices) {
			if (zram.status().pagesStored) throw new Error("something is left on a device");
			zram.close();
		}
	}

	/** Expects as many missing buffers as evictions; the one an operation is about never goes. */
	#dropEvicted(current: Key | undefined) {
		const { evictions } = this.#pool.status();
		let gone = 0;
		for (const key of [...this.values.keys()]) {
			if (key === current || this.#pool.has(key)) continue;
			if (this.held.has(key)) throw new Error(`${key} was evicted while it was held`);
			this.values.delete(key);
			gone++;
		}
		if (gone !== evictions - this.#evictions) throw new Error(`${gone} buffers have gone, evicted: ${evictions}`);
		this.#evictions = evictions;
	}
}

/** An injected failure, or a pool's lack of room. */
function isExpected(error: unknown): boolean {
	return error instanceof ZramError || (error instanceof Error && error.message.startsWith("injected"));
}

/** What a handle reads. Undefined if it is closed. */
function readOpen(handle: OwnedBuffer): ArrayBuffer | undefined {
	try {
		return handle.read();
	} catch (error) {
		if ((error as Error).message !== "the buffer is closed: own a new one") throw error;
		return undefined;
	}
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
	const bytes = new Uint8Array(a.length + b.length);
	bytes.set(a);
	bytes.set(b, a.length);
	return bytes;
}

function isSame(read: ArrayBuffer | Uint8Array | undefined, bytes: Uint8Array | undefined): boolean {
	if (!read || !bytes) return read === bytes;
	return read.byteLength === bytes.length && equal(read, 0, bytes, 0, bytes.length);
}

/**
 * What a write of `part` over `old` at `offset` left, if that is as documented: all of it; as far as `bytesWritten` says;
 * or, if something else was thrown, up to some page.
 */
function progressed(
	read: ArrayBuffer | undefined,
	old: Uint8Array,
	part: Uint8Array,
	offset: number,
	failure: { error: unknown } | undefined,
): Uint8Array {
	const value = old.slice();
	const put = (count: number) => value.set(part.subarray(0, count), offset);
	if (!failure || failure.error instanceof ZramError) {
		const done = failure ? ((failure.error as ZramError).bytesWritten ?? 0) : part.length;
		put(done);
		if (isSame(read, value)) return value;
		throw new Error(`wrong bytes after a write of ${done} of ${part.length} bytes at ${offset}: ${failure?.error}`);
	}
	for (let end = 0; ; end = Math.min(part.length, end + PAGE - ((offset + end) % PAGE))) {
		put(end);
		if (isSame(read, value)) return value;
		if (end === part.length) throw new Error(`neither old nor new, page by page: ${failure.error}`);
	}
}
