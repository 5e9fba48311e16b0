/* A pool next to a Map of byte arrays: random operations on both, which must agree. */

import Zram, { ZramError, type ZramOptions } from "zram";
import SwapPool, { type Key, type OwnedBuffer, type SwapOptions } from "zram/swap";
import type { ChipOptions } from "../../modules/nor/chip.ts";
import { copy, equal, fill, KINDS } from "./bytes.ts";
import { type Bed, makeBed } from "./offload.ts";
import { Random } from "./random.ts";

/** How many operations to do between checks of the devices. */
const CHECK_EVERY = 200;

export interface SwapModelOptions {
	devices: ZramOptions[];
	pool: Omit<SwapOptions, "devices">;
	/** Length of the longest value in bytes. */
	longest: number;
	/** How many different keys. */
	keys: number;
	/** One more device, on a flash whose power is cut now and then. Chances of failures, 0 to 1. */
	flash?: Partial<ChipOptions> & {
		failingPrograms?: number;
		failingErases?: number;
		/** What the device is, if not as the bed's. */
		device?: Partial<ZramOptions>;
	};
}

interface Value {
	bytes: Uint8Array;
	priority: number;
}

/** An acquired value: its view, and what the value must be if it is released now. */
interface Held {
	view: Uint8Array;
	bytes: Uint8Array;
	writable: boolean;
}

export class SwapModel {
	readonly random: Random;
	readonly #options: SwapModelOptions;
	#devices: Zram[] = [];
	#arenaLengths: number[] = [];
	#pool!: SwapPool;
	/** In order of use, most recent last. */
	#values = new Map<Key, Value>();
	#held = new Map<Key, Held>();
	#owned: { handle: OwnedBuffer; bytes: Uint8Array }[] = [];
	#work: Uint8Array;
	#evictions = 0;
	#operations = 0;
	readonly #bed: Bed | undefined;
	/** How many operations found no room. */
	refused = 0;
	evicted = 0;
	/** How often the power was cut. */
	cuts = 0;
	/** How many pages went to flash. */
	offloaded = 0;

	constructor(options: SwapModelOptions, seed: number) {
		this.#options = options;
		this.random = new Random(seed);
		this.#work = new Uint8Array(options.longest);
		if (options.flash) {
			const { failingPrograms = 0, failingErases = 0, device, ...chip } = options.flash;
			this.#bed = makeBed({ seed, ...chip }, device);
			Object.assign(this.#bed.chip, { failingPrograms, failingErases });
		}
		this.#open();
	}

	/** Does one random operation. Throws an Error that says what differs. */
	step() {
		if (!this.#bed) this.#operate();
		else this.#operateOnFlash(this.#bed);
		if (++this.#operations % CHECK_EVERY === 0) this.#check();
	}

	/** If the power goes during an operation, whatever that answers, a reboot follows, and everything is gone. */
	#operateOnFlash({ chip, clock }: Bed) {
		const when = (["before", "torn", "after"] as const)[this.random.below(3)] as "torn";
		if (this.random.once(100)) chip.cutPower(chip.operations + this.random.below(30), when);
		clock.now += this.random.below(100_000);
		try {
			this.#operate();
		} catch (error) {
			if (chip.powered) throw error;
		}
		if (chip.powered) return;
		this.cuts++;
		chip.restorePower();
		this.#open();
	}

	#operate() {
		const what = this.random.below(1000);
		const key = this.#key();
		if (this.random.once(5)) this.#grow(key);
		else if (what < 260) this.#write(key);
		else if (what < 400) this.#writePart(key);
		else if (what < 560) this.#read(key);
		else if (what < 640) this.#delete(key);
		else if (what < 800) this.#acquire(key);
		else if (what < 930) this.#release();
		else if (what < 950) this.#own();
		else if (what < 975) this.#useOwned();
		else if (what < 995) this.#compareKeys();
		else if (what < 998) this.#setLimit();
		else this.#reopen();
	}

	/** Expects everything to be right, and nothing to be left in the end. */
	finish() {
		this.#check();
		for (const key of [...this.#held.keys()]) this.#pool.release(key, true);
		this.#held.clear();
		for (const [key, { bytes }] of this.#values) this.#same(this.#pool.read(key), bytes, `${key}`);
		for (const { handle, bytes } of this.#owned) {
			this.#same(handle.read(), bytes, "owned");
			handle.close();
		}
		for (const key of [...this.#pool]) this.#pool.delete(key);
		const { keys, owned, pagesUsed, pagesLost, slotsShown } = this.#pool.status();
		if (keys || owned || pagesUsed || pagesLost || slotsShown) throw new Error("something is left in the pool");
		this.#devices.forEach((zram, i) => {
			zram.check();
			const options = this.#options.devices[i];
			const { memUsed, pagesStored } = zram.status();
			if (pagesStored || (options && memUsed !== Zram.layout(options).metadata))
				throw new Error("something is left on a device");
		});
		this.#close();
	}

	/** Keys, among them strings and integers that look alike and must not be confused. */
	#key(): Key {
		const number = this.random.below(this.#options.keys);
		return this.random.once(2) ? number : `${number}`;
	}

	/** A length from 0 to the longest, mostly short, often whole pages. */
	#length(): number {
		const { random } = this;
		const { longest } = this.#options;
		const most = random.once(8) ? longest : Math.min(longest, 20_000);
		const length = random.below(most + 1);
		if (random.once(20)) return 0;
		return random.once(3) ? length - (length % 4096) : length;
	}

	/** Random bytes, in memory that the next call reuses. */
	#bytes(length: number): Uint8Array {
		const bytes = this.#work.subarray(0, length);
		fill(bytes, 0, length, this.random.below(KINDS), this.random.next());
		return bytes;
	}

	/** Does it. Returns the error if it is ENOSPC or `expected`, undefined if all went well, and throws any other. */
	#attempt(operation: () => void, expected?: string): ZramError | undefined {
		try {
			operation();
		} catch (error) {
			if (!(error instanceof ZramError) || (error.code !== "ENOSPC" && error.code !== expected)) throw error;
			if (error.code === "ENOSPC") this.refused++;
			return error;
		}
		return undefined;
	}

	#used(key: Key) {
		const value = this.#values.get(key);
		if (!value) return;
		this.#values.delete(key);
		this.#values.set(key, value);
	}

	#write(key: Key) {
		const { random } = this;
		const old = this.#values.get(key);
		const priority = random.once(3) ? random.below(3) : undefined;
		const replace = random.once(5);
		const isCreated = random.once(8);
		const length = this.#length();
		const bytes = isCreated ? new Uint8Array(length) : this.#bytes(length);
		const isHopeless = this.#isHopeless(length, old, replace);
		const error = this.#attempt(() => {
			if (isCreated) this.#pool.create(key, length, { priority, replace });
			else this.#pool.write(key, bytes, { priority, replace });
		}, "EBUSY");
		if (this.#held.has(key)) {
			if (error?.code !== "EBUSY") throw new Error(`${key} is held, but was written`);
			return;
		}
		if (error?.code === "EBUSY") throw error;
		if (isHopeless) this.#expectRefused(error);
		this.#dropEvicted(key);
		if (!error) {
			this.#values.set(key, { bytes: bytes.slice(), priority: priority ?? old?.priority ?? 0 });
			this.#used(key);
		} else if (replace && !isHopeless) this.#values.delete(key);
		if (this.#pool.has(key) !== this.#values.has(key)) throw new Error(`${key} should ${error ? "not " : ""}be there`);
	}

	#grow(key: Key) {
		if (this.random.once(6)) this.#move(key, this.#key());
		else if (this.random.once(4)) this.#resize(key);
		else this.#append(key);
	}

	/** Appends mostly small pieces, several in turn, the way values grow. */
	#append(key: Key) {
		const { random } = this;
		for (let i = random.below(6); i >= 0; i--) {
			const old = this.#values.get(key);
			const room = this.#options.longest - (old?.bytes.length ?? 0);
			const bytes = this.#bytes(Math.min(random.once(4) ? this.#length() : random.below(700), room));
			let length: number | undefined;
			const error = this.#attempt(() => {
				length = this.#pool.append(key, bytes);
			}, "EBUSY");
			if (this.#held.has(key)) return this.#expectBusy(error);
			if (error?.code === "EBUSY") throw error;
			this.#dropEvicted(key);
			const after = new Uint8Array((old?.bytes.length ?? 0) + bytes.length);
			after.set(old?.bytes ?? []);
			after.set(bytes, after.length - bytes.length);
			if (!error) this.#values.set(key, { bytes: after, priority: old?.priority ?? 0 });
			if (!error && length !== after.length) throw new Error(`append says ${length}, not ${after.length}`);
			if (!error) this.#used(key);
			else if (old) this.#same(this.#pool.read(key), old.bytes, `${key} after a refusal`);
			if (error && old) this.#used(key);
		}
	}

	#resize(key: Key) {
		const value = this.#values.get(key);
		if (!value) return;
		const length = this.random.once(2) ? this.#length() : this.random.below(value.bytes.length + 1);
		const error = this.#attempt(() => this.#pool.resize(key, length), "EBUSY");
		if (this.#held.has(key)) return this.#expectBusy(error);
		if (error?.code === "EBUSY") throw error;
		this.#dropEvicted(key);
		const { bytes } = value;
		if (!error) {
			value.bytes = new Uint8Array(length);
			value.bytes.set(bytes.subarray(0, length));
		}
		this.#same(this.#pool.read(key), value.bytes, `${key} resized`);
		this.#used(key);
	}

	#move(from: Key, to: Key) {
		const value = this.#values.get(from);
		let done = false;
		const error = this.#attempt(() => {
			done = this.#pool.move(from, to);
		}, "EBUSY");
		if (value && from !== to && (this.#held.has(from) || this.#held.has(to))) return this.#expectBusy(error);
		if (error) throw error;
		if (done !== Boolean(value)) throw new Error(`move said ${done} of ${from}`);
		if (!value || from === to) return;
		this.#values.delete(from);
		this.#values.delete(to);
		this.#values.set(to, value);
	}

	#expectBusy(error: ZramError | undefined) {
		if (error?.code !== "EBUSY") throw new Error("held, but changed");
	}

	#writePart(key: Key) {
		const value = this.#values.get(key);
		if (!value || this.#held.has(key)) return;
		const length = this.random.below(Math.min(value.bytes.length, 10_000) + 1);
		const offset = this.random.below(value.bytes.length - length + 1);
		const bytes = this.#bytes(length);
		const error = this.#attempt(() => this.#pool.write(key, bytes, offset));
		this.#dropEvicted(key);
		copy(value.bytes, offset, bytes, 0, error ? (error.bytesWritten as number) : length);
		if (error) this.#same(this.#pool.read(key), value.bytes, `${key} after a refusal`);
		this.#used(key);
	}

	#read(key: Key) {
		const value = this.#values.get(key);
		if (this.#pool.byteLength(key) !== value?.bytes.length) throw new Error(`${key} has another length`);
		if (this.random.once(3)) {
			const read = this.#pool.read(key);
			if (value) this.#same(read, value.bytes, `${key}`);
			else if (read) throw new Error(`${key} should not be there`);
		} else if (this.random.once(2)) {
			const offset = value ? this.random.below(value.bytes.length + 1) : 0;
			const count = this.random.below(5000);
			const read = this.#pool.read(key, count, offset);
			if (value) this.#same(read, value.bytes.subarray(offset, offset + count), `${key}, a part`);
			else if (read) throw new Error(`${key} should not be there`);
		} else {
			const offset = value ? this.random.below(value.bytes.length + 1) : 0;
			const into = this.#work.subarray(0, this.random.below(this.#work.length + 1));
			const count = this.#pool.read(key, into, offset);
			const expected = value && Math.min(into.length, value.bytes.length - offset);
			if (count !== expected) throw new Error(`${count} bytes of ${key} read, not ${expected}`);
			if (value && !equal(into, 0, value.bytes, offset, count as number)) throw new Error(`wrong bytes of ${key}`);
		}
		this.#used(key);
	}

	#delete(key: Key) {
		let done = false;
		const error = this.#attempt(() => {
			done = this.#pool.delete(key);
		}, "EBUSY");
		if (Boolean(error) !== this.#held.has(key)) throw new Error(`${key} is held, but was deleted`);
		if (!error && done !== this.#values.delete(key)) throw new Error(`delete said ${done} of ${key}`);
	}

	/** Acquires, and changes part of the view or nothing. */
	#acquire(key: Key) {
		const { random } = this;
		const value = this.#values.get(key);
		const slots = this.#options.pool.resident;
		if (!value || !slots || value.bytes.length > slots.byteLength || this.#held.has(key)) return;
		const writable = random.once(2);
		let view: Uint8Array | undefined;
		const error = this.#attempt(() => {
			view = this.#pool.acquire(key, writable ? "r+" : "r");
		}, "EBUSY");
		if (Boolean(error) !== (this.#held.size === slots.slots)) throw new Error(`${this.#held.size} are held: ${error}`);
		if (!view) return;
		this.#used(key);
		this.#same(view, value.bytes, `${key} acquired`);
		const bytes = value.bytes.slice();
		if (writable && bytes.length && random.once(2)) {
			const length = 1 + random.below(Math.min(bytes.length, 5000));
			const start = random.below(bytes.length - length + 1);
			fill(view, start, length, random.below(KINDS), random.next());
			copy(bytes, start, view, start, length);
		}
		this.#held.set(key, { view, bytes, writable });
	}

	#release() {
		if (this.#held.size === 0) return;
		const key = [...this.#held.keys()][this.random.below(this.#held.size)] as Key;
		const { view, bytes, writable } = this.#held.get(key) as Held;
		const value = this.#values.get(key) as Value;
		this.#same(view, bytes, `${key} held`);
		const discard = this.random.once(4);
		const error = this.#attempt(() => this.#pool.release(key, discard));
		this.#dropEvicted(key);
		if (error) this.#pool.release(key, true);
		this.#held.delete(key);
		if (error) value.bytes = new Uint8Array(this.#pool.read(key) as ArrayBuffer);
		else if (writable && !discard) value.bytes = bytes;
		else this.#same(this.#pool.read(key), value.bytes, `${key} released`);
		if (error || !writable || discard) this.#used(key);
	}

	#own() {
		const bytes = this.#bytes(this.#length()).slice();
		const isHopeless = this.#isHopeless(bytes.length, undefined, false);
		const error = this.#attempt(() => this.#owned.push({ handle: this.#pool.own(bytes), bytes }));
		if (isHopeless) this.#expectRefused(error);
		this.#dropEvicted(undefined);
	}

	#pagesOf(length: number): number {
		return Math.ceil(length / (this.#devices[0] as Zram).pageLength);
	}

	/** Whether a value can't fit even if everything evictable goes. Then nothing goes, not even the `old` value. */
	#isHopeless(length: number, old: Value | undefined, replace: boolean): boolean {
		const isEvicted = this.#options.pool.evict === "lru";
		let pages = this.#devices.reduce((sum, zram) => sum + this.#pagesOf(zram.byteLength), 0);
		for (const [key, value] of this.#values)
			if (value === old ? !replace : this.#held.has(key) || !isEvicted) pages -= this.#pagesOf(value.bytes.length);
		for (const { bytes } of this.#owned) pages -= this.#pagesOf(bytes.length);
		return this.#pagesOf(length) > pages;
	}

	#expectRefused(error: ZramError | undefined) {
		if (error?.code !== "ENOSPC") throw new Error("stored, though there are not so many pages");
		if (this.#pool.status().evictions !== this.#evictions) throw new Error("evicted for what could not fit");
	}

	#useOwned() {
		const { random } = this;
		if (this.#owned.length === 0) return;
		const index = random.below(this.#owned.length);
		const { handle, bytes } = this.#owned[index] as { handle: OwnedBuffer; bytes: Uint8Array };
		if (random.once(3)) {
			this.#same(handle.read(), bytes, "owned");
			handle.close();
			this.#owned.splice(index, 1);
		} else if (bytes.length) {
			const length = 1 + random.below(Math.min(bytes.length, 5000));
			const offset = random.below(bytes.length - length + 1);
			const fresh = this.#bytes(length);
			const error = this.#attempt(() => handle.write(fresh, offset));
			this.#dropEvicted(undefined);
			copy(bytes, offset, fresh, 0, error ? (error.bytesWritten as number) : length);
		}
	}

	/** Expects the right buffers to be evicted: by priority, then by use, and never held ones. */
	#dropEvicted(current: Key | undefined) {
		const { evictions } = this.#pool.status();
		for (; this.#evictions < evictions; this.#evictions++) {
			let victim: Key | undefined;
			for (const [key, { priority }] of this.#values) {
				if (key === current || this.#held.has(key)) continue;
				if (victim === undefined || priority < (this.#values.get(victim) as Value).priority) victim = key;
			}
			if (victim === undefined) throw new Error("evicted, but there is nothing to evict");
			if (this.#pool.has(victim)) throw new Error(`${victim} should have been evicted`);
			this.#values.delete(victim);
			this.evicted++;
		}
	}

	#compareKeys() {
		const keys = new Set(this.#pool);
		const same = keys.size === this.#values.size && [...this.#values.keys()].every((key) => keys.has(key));
		if (!same) throw new Error(`keys: ${[...keys]}, expected: ${[...this.#values.keys()]}`);
	}

	#setLimit() {
		const index = this.random.below(this.#devices.length);
		const zram = this.#devices[index] as Zram;
		const arenaLength = this.#arenaLengths[index] as number;
		zram.limit = this.random.once(2) ? arenaLength : this.random.below(arenaLength + 1);
	}

	#check() {
		this.#compareKeys();
		for (const zram of this.#devices) zram.check();
		const { pageLength } = this.#devices[0] as Zram;
		const values = [...this.#values.values(), ...this.#owned];
		const pages = values.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / pageLength), 0);
		const { pagesUsed, owned, slotsHeld, byteLength } = this.#pool.status();
		const sum = values.reduce((total, { bytes }) => total + bytes.length, 0);
		if (byteLength !== sum) throw new Error(`${byteLength} bytes, not ${sum}`);
		if (pagesUsed !== pages) throw new Error(`${pagesUsed} pages are used, not ${pages}`);
		if (owned !== this.#owned.length || slotsHeld !== this.#held.size) throw new Error("owned or held: wrong count");
	}

	#open() {
		this.offloaded += this.#devices.reduce((sum, zram) => sum + this.#bdWritesOf(zram), 0);
		this.#devices = this.#options.devices.map((options) => new Zram(options));
		if (this.#bed) this.#devices.push(this.#bed.boot());
		this.#arenaLengths = this.#devices.map(({ limit }) => limit);
		this.#pool = new SwapPool({ ...this.#options.pool, devices: this.#devices });
		this.#values.clear();
		this.#held.clear();
		this.#owned = [];
		this.#evictions = 0;
	}

	#bdWritesOf(zram: Zram): number {
		try {
			return zram.status().bdWrites;
		} catch {
			return 0; // it is closed
		}
	}

	#close() {
		this.#pool.close();
		for (const zram of this.#devices) zram.close();
	}

	#reopen() {
		const views = [...this.#held.values()];
		this.#close();
		for (const { view, bytes } of views)
			if (bytes.length && view.length) throw new Error("a view has bytes although the pool is closed");
		this.#open();
	}

	#same(read: ArrayBuffer | Uint8Array | undefined, bytes: Uint8Array, what: string) {
		if (read?.byteLength !== bytes.length) throw new Error(`${read?.byteLength} bytes of ${what}, not ${bytes.length}`);
		if (!equal(read, 0, bytes, 0, bytes.length)) throw new Error(`wrong bytes of ${what}`);
	}
}
