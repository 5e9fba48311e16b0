/*
 * History against an array: records and bytes, on pools with and without room, shared with other values; each device call
 * fails in turn; damaged pages.
 */
// needs: js
// firmware: --slots 16384 --chunk 120000

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram, { type ZramOptions } from "zram";
import History, { type Fields, type Row } from "zram/history";
import SwapPool, { type SwapOptions } from "zram/swap";
import { pageOf } from "./support/device.ts";
import { fails, refuses } from "./support/expect.ts";
import { FAULTS, Fault, FaultyZram } from "./support/faults.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const PAGE = 512;
const FIELDS = { time: "uint32", temperature: "int16", humidity: "uint16", load: "float32", flags: "uint8" } as const;
const LENGTH = 13;
const PER_PAGE = Math.floor(PAGE / LENGTH);
type Reading = Row<typeof FIELDS>;

const device = (arena: number, options: Partial<ZramOptions> = {}) =>
	new Zram({ byteLength: 64 * PAGE, pageLength: PAGE, arena: { byteLength: arena }, ...options });
const poolOf = (arena: number, options: Partial<SwapOptions> = {}) =>
	new SwapPool({ devices: [device(arena)], ...options });

function reading(i: number, random?: Random): Reading {
	const noise = random?.below(0x8000) ?? 0;
	return { time: 60 * i, temperature: (noise % 500) - 250, humidity: noise, load: noise / 4, flags: i & 255 };
}

function packed(readings: Reading[]): Uint8Array {
	const view = new DataView(new ArrayBuffer(LENGTH * readings.length));
	readings.forEach(({ time, temperature, humidity, load, flags }, i) => {
		view.setUint32(LENGTH * i, time, true);
		view.setInt16(LENGTH * i + 4, temperature, true);
		view.setUint16(LENGTH * i + 6, humidity, true);
		view.setFloat32(LENGTH * i + 8, load, true);
		view.setUint8(LENGTH * i + 12, flags);
	});
	return new Uint8Array(view.buffer);
}

/** Counts the pages a pool's histories read. */
function countReads({ values }: SwapPool): { count: number } {
	const reads = { count: 0 };
	const { readPage } = values;
	const value = (...parameters: Parameters<typeof readPage>) => {
		reads.count++;
		readPage.apply(values, parameters);
	};
	Object.defineProperty(values, "readPage", { value }); // the prototype's is read-only if modules are preloaded
	return reads;
}

/** A history, and all of its records, which stay here whatever the history drops. */
class Model {
	readonly history: History<typeof FIELDS>;
	/** By number. Not an array: it would be sparse, and XS's collector can read garbage behind a sparse array's elements. */
	readonly records = new Map<number, Reading>();

	constructor(pool: SwapPool, key = "room") {
		this.history = new History({ pool, key, fields: FIELDS });
	}

	append(record: Reading) {
		const number = this.history.append(record);
		this.records.set(number, record);
		assert.is(this.history.end, number + 1);
	}

	/** Everything the history still holds is right. */
	check() {
		const { history, records } = this;
		const row = {} as Reading;
		for (let i = history.start; i < history.end; i++) {
			const record = records.get(i);
			if (record) assert.equal(history.at(i, row), record, `${i}`);
		}
	}

	checkBlocks(random: Random) {
		const { history, records } = this;
		const { start, end } = history;
		const index = start + random.below(end - start + 1);
		const count = random.below(3 * PER_PAGE);
		const expected = packed(
			Array.from({ length: Math.min(count, end - index) }, (_, i) => records.get(index + i) as Reading),
		);
		assert.equal(new Uint8Array(history.read(count, index)), expected);
		const into = new Uint8Array(count * LENGTH + 5);
		const length = history.read(into, index);
		assert.equal(into.subarray(0, Math.min(length, expected.length)), expected);
		const time = 60 * index - random.below(60);
		assert.is(history.find(time), Math.max(start, Math.ceil(time / 60)));
	}
}

test("records: numbers, blocks, find; the key belongs to the history", () => {
	const pool = poolOf(16384);
	const { history } = new Model(pool);
	assert.equal([history.start, history.end, history.find(0)], [0, 0, 0]);
	assert.equal([history.read(9, 0).byteLength, history.read(new Uint8Array(40), 0)], [0, 0]);
	for (let i = 0; i < 100; i++) assert.is(history.append(reading(i)), i);
	assert.equal(history.at(99), reading(99));
	assert.equal([history.find(-1), history.find(60), history.find(61), history.find(1e9)], [0, 1, 2, 100]);
	assert.is(history.append(packed([reading(100), reading(101)])), 100);
	assert.equal(history.at(101), reading(101));
	assert.is(history.append(new DataView(packed(Array.from({ length: 99 }, (_, i) => reading(102 + i))).buffer)), 102);
	for (let i = 0; i < history.end; i++) assert.equal(history.at(i), reading(i));
	history.clear();
	assert.equal([history.start, history.end, pool.status().pagesUsed], [201, 201, 0]);
	assert.is(history.append(reading(201)), 201);
	assert.equal(history.at(201), reading(201));
	pool.close();
	fails(() => history.at(201), "ECLOSED");
	fails(() => history.append(reading(0)), "ECLOSED");
	fails(() => history.read(1, 201), "ECLOSED");
	fails(() => history.clear(), "ECLOSED");
});

test("a log: bytes of any length, across pages; drops the oldest page, never throws ENOSPC", () => {
	const pool = poolOf(4096);
	const log = new History({ pool, key: 7 });
	let all = new Uint8Array(0);
	const random = new Random(5);
	for (let i = 0; i < Math.max(scaled(300), 150); i++) {
		const line = pageOf("raw", i, 1 + random.below(i % 20 === 0 ? 3 * PAGE : 90));
		const joined = new Uint8Array(all.length + line.length);
		joined.set(all);
		joined.set(line, all.length);
		assert.is(log.append(line), all.length);
		all = joined;
		assert.is(log.end, all.length);
		assert.equal(new Uint8Array(log.read(1e6, log.start)), all.subarray(log.start));
		const index = log.start + random.below(log.end - log.start);
		assert.equal(new Uint8Array(log.read(70, index)), all.subarray(index, index + 70));
	}
	assert.ok(log.start > 0);
	refuses(() => log.at(log.start), TypeError, "at: a log of bytes has no records: read() its bytes");
	refuses(() => log.find(1), TypeError, "find: a log of bytes has no records: read() its bytes");
	pool.close();
});

for (const evict of ["never", "lru"] as const)
	test(`model: full, with other values around, evict ${evict}`, () => {
		const random = new Random(SEED);
		const pool = poolOf(9000, { evict, keys: 8 });
		const model = new Model(pool);
		for (let i = 0; i < Math.max(scaled(6000), 1000); i++) {
			model.append(reading(i, random));
			if (random.once(40)) model.checkBlocks(random);
			if (random.once(200)) model.check();
			if (random.once(50))
				try {
					pool.write(random.below(4), pageOf("raw", i, random.below(1500)));
				} catch {
					pool.delete(random.below(4));
				}
			if (random.once(1500)) model.history.clear();
		}
		assert.ok(model.history.start > 0);
		assert.ok(model.history.end - model.history.start > PER_PAGE);
		model.check();
		pool.close();
	});

test("dropped records are gone, even those read last", () => {
	const pool = poolOf(4096);
	const { history } = new Model(pool);
	const append = () => history.append(reading(history.end, new Random(history.end)));
	while (history.start === 0) append();
	for (let turn = 0; turn < 5; turn++) {
		const { start } = history;
		history.at(start);
		while (history.start === start) append();
		for (const index of [start, history.start - 1])
			refuses(
				() => history.at(index),
				RangeError,
				`index: ${index} is not an integer from ${history.start} to ${history.end - 1}`,
			);
	}
	pool.close();
});

test("the value belongs to the history: others can read it, but not change, delete or acquire it", () => {
	const pool = poolOf(16384, { resident: { slots: 1, byteLength: PAGE } });
	const { history } = new Model(pool);
	history.append(reading(0));
	assert.equal(new Uint8Array(pool.read("room") as ArrayBuffer), packed([reading(0)]));
	pool.write("other", new Uint8Array(9));
	for (const work of [
		() => pool.write("room", new Uint8Array(1)),
		() => pool.write("room", new Uint8Array(1), 0),
		() => pool.append("room", new Uint8Array(1)),
		() => pool.resize("room", 0),
		() => pool.move("room", "x"),
		() => pool.move("other", "room"),
		() => pool.delete("room"),
		() => pool.acquire("room"),
	])
		fails(work, "EBUSY");
	assert.equal(history.at(0), reading(0));
	refuses(
		() => new History({ pool, key: "room" }),
		RangeError,
		"key: there is a buffer room already: delete it or choose another key",
	);
	history.close();
	history.close();
	assert.is(pool.byteLength("room"), undefined);
	fails(() => history.append(reading(0)), "ECLOSED");
	fails(() => history.at(0), "ECLOSED");
	new History({ pool, key: "room" }).append(new Uint8Array(3));
	pool.close();
});

test("nothing left to drop: others are evicted if allowed; otherwise ENOSPC, and nothing has changed", () => {
	const filled = (evict: "lru" | "never") => {
		const pool = poolOf(4096, { evict });
		const { history } = new Model(pool);
		for (let i = 0; !pool.has("last"); i++)
			try {
				pool.write(i, pageOf("raw", i, PAGE));
				if (evict === "lru" && !pool.has(0)) pool.create("last", 0);
			} catch {
				pool.create("last", 0);
			}
		return history;
	};
	const never = filled("never");
	fails(() => never.append(packed(Array.from({ length: PER_PAGE }, (_, i) => reading(i, new Random(i))))), "ENOSPC");
	assert.equal([never.start, never.end], [0, 0]);
	const lru = filled("lru");
	for (let i = 0; i < 10 * PER_PAGE; i++) assert.is(lru.append(reading(i, new Random(i))), i);
	assert.equal(lru.at(lru.end - 1), reading(lru.end - 1, new Random(lru.end - 1)));
});

test("arguments: errors name what is wrong, and nothing changes", () => {
	const pool = poolOf(16384);
	const history = new History({ pool, key: "room", fields: FIELDS });
	history.append(reading(0));
	const bad = (options: object) => () => new History(options as never);
	refuses(bad(undefined as never), TypeError, /^options: /);
	refuses(bad({ pool, key: "x", columns: 1 }), TypeError, /^columns: is not an option/);
	refuses(bad({ pool: {}, key: "x" }), TypeError, "pool: must be a SwapPool");
	refuses(bad({ pool, key: 1.5 }), TypeError, /^key: /);
	refuses(bad({ pool, key: "x", fields: {} }), TypeError, /^fields: /);
	refuses(() => History.layout({} as never), TypeError, "pool: must be a SwapPool");
	refuses(() => History.layout(pool, { a: "int64" as never }), TypeError, /^fields\.a: /);
	assert.equal(History.layout(pool, FIELDS), { scratch: 536 + 64 + 5 * 16, recordLength: LENGTH, perPage: PER_PAGE });
	assert.equal(History.layout(pool), { scratch: 520 + 64, recordLength: 1, perPage: PAGE });
	refuses(bad({ pool, key: "x", fields: 1 }), TypeError, /^fields: /);
	refuses(
		bad({ pool, key: "x", fields: { a: "float64" } }),
		TypeError,
		/^fields\.a: is not a type; the types are uint8, /,
	);
	const wide = Object.fromEntries(Array.from({ length: PAGE / 4 + 1 }, (_, i) => [`f${i}`, "int32"]));
	refuses(
		bad({ pool, key: "x", fields: wide }),
		RangeError,
		"fields: a record of 516 bytes does not fit in a page of 512",
	);
	assert.is(pool.has("x"), false);
	const append = (change: object) => () => history.append({ ...reading(1), ...change } as Reading);
	refuses(append({ temperature: 32768 }), RangeError, "record.temperature: 32768 is not a number from -32768 to 32767");
	refuses(append({ humidity: -1 }), RangeError, /^record\.humidity: -1 /);
	refuses(append({ time: "1" }), TypeError, "record.time: must be a number");
	refuses(append({ flags: undefined }), TypeError, "record.flags: must be a number");
	refuses(append({ flags: Number.NaN }), RangeError, /^record\.flags: NaN /);
	refuses(append({ load: 1e39 }), RangeError, /^record\.load: 1e\+39 /);
	for (const none of [undefined, null, 1, "text"])
		refuses(() => history.append(none as never), TypeError, /^record: must be an object or a buffer/);
	refuses(
		() => history.append(new Uint8Array(LENGTH + 1)),
		RangeError,
		"record.byteLength: 14 is not a multiple of 13, a record's",
	);
	const empty = new History({ pool, key: "empty", fields: FIELDS });
	refuses(() => empty.at(0), RangeError, "index: 0 is out of range: the range is empty");
	empty.close();
	for (const index of [-1, 1, 0.5, Number.NaN]) refuses(() => history.at(index), RangeError, /^index: /);
	refuses(() => history.at("0" as never), TypeError, /^index: /);
	refuses(() => history.read(1, 2), RangeError, "index: 2 is not an integer from 0 to 1");
	refuses(() => history.read(-1, 0), RangeError, /^count: /);
	refuses(() => history.read({} as never, 0), TypeError, /^into: /);
	refuses(() => history.find(Number.NaN), TypeError, "value: must be a number");
	assert.equal([history.start, history.end], [0, 1]);
	const odd = { ...reading(1), time: 60.9, load: Number.POSITIVE_INFINITY };
	history.append(odd);
	assert.equal(history.at(1), { ...odd, time: 60 });
	pool.close();
});

test("at: into may be any kind of object; its setters and getters are called", () => {
	const pool = poolOf(16384);
	const { history } = new Model(pool);
	for (let i = 0; i < 3; i++) history.append(reading(i));
	for (const none of [null, 1, "text", true, Symbol.iterator])
		refuses(() => history.at(1, none as never), TypeError, "into: must be an object");
	for (const index of [-1, 3]) refuses(() => history.at(index, 1 as never), RangeError, /^index: /);
	assert.throws(() => history.at(1, Object.freeze(reading(0))), /./);
	const plain = Object.create(null);
	assert.is(history.at(1, plain), plain);
	assert.equal({ ...plain }, reading(1));
	let load = 0;
	const accessor = {
		...reading(0),
		get load() {
			return load;
		},
		set load(value) {
			load = value;
		},
	};
	assert.is(history.at(2, accessor), accessor);
	assert.equal([load, accessor.flags, accessor.time], [reading(2).load, 2, 120]);
	const read: string[] = [];
	const get = (target: Reading, name: string | symbol) => {
		read.push(String(name));
		return Reflect.get(target, name);
	};
	const proxy = new Proxy(reading(3), { get });
	assert.is(history.append(proxy), 3);
	assert.equal(read, Object.keys(FIELDS));
	assert.equal(history.at(3), reading(3));
	pool.close();
});

test("closed by the caller's setter or getter: nothing more is read or written", () => {
	for (const closes of ["history", "pool"] as const) {
		const pool = poolOf(16384);
		const { history } = new Model(pool);
		history.append(reading(1));
		const close = () => (closes === "pool" ? pool : history).close();
		const set = {
			...reading(0),
			get temperature() {
				return 0;
			},
			set temperature(_value) {
				close();
			},
		};
		history.at(0, set);
		assert.is(set.time, 60);
		fails(() => history.at(0), "ECLOSED");
		const other = poolOf(16384);
		const second = new Model(other).history;
		const get = {
			...reading(0),
			get humidity() {
				(closes === "pool" ? other : second).close();
				return 1;
			},
		};
		fails(() => second.append(get), "ECLOSED");
		pool.close();
		other.close();
	}
});

test("a getter that appends: its record stays, the outer one is refused", () => {
	const pool = poolOf(16384);
	const { history } = new Model(pool);
	const record = {
		...reading(1),
		get humidity() {
			history.append(reading(0));
			return 1;
		},
	};
	fails(() => history.append(record), "EBUSY");
	assert.equal([history.end, history.at(0)], [1, reading(0)]);
	assert.is(history.append(reading(1)), 1);
	assert.equal(history.at(1), reading(1));
	pool.close();
});

test("field names that are integers, or names of a history's own members", () => {
	const pool = poolOf(16384);
	const fields = { append: "int8", "7": "uint16", start: "uint32", "01": "int16", "4294967295": "uint8" } as const;
	const history = new History({ pool, key: "x", fields });
	const record = { append: -1, "7": 65535, start: 2 ** 32 - 1, "01": -3, "4294967295": 9 };
	history.append(record);
	assert.equal(history.at(0), record);
	const into = Array.from({ length: 9 }, () => 0) as never as typeof record;
	assert.is(history.at(0, into)["7"], 65535);
	assert.equal([into.start, into["01"], (into as never as number[]).length], [2 ** 32 - 1, -3, 9]);
	assert.equal([...new Uint8Array(history.read(1, 0)).subarray(0, 2)], [255, 255]);
	pool.close();
});

test("find: gaps, equal values, distant values; decodes few pages", () => {
	const random = new Random(SEED);
	for (let turn = 0; turn < 9; turn++) {
		const pool = poolOf(48_000);
		const fields = { at: turn & 1 ? "uint32" : "float32", noise: "int8" } as const;
		const history = new History({ pool, key: "x", fields });
		const values: number[] = [];
		for (let i = 0, at = 0; i < 3000; i++) {
			if (turn === 8) at = Math.fround(at * 1.02 + 1);
			else at += turn < 2 ? 60 : random.once(200) ? random.below(100_000) : random.below(turn < 5 ? 4 : 9);
			values.push(at);
			history.append({ at, noise: random.below(100) });
		}
		const reads = countReads(pool);
		const { start, end } = history;
		const pages = Math.ceil((end - start) / Math.floor(PAGE / 5));
		for (let i = 0; i < 300; i++) {
			const value = random.once(9)
				? random.next()
				: (values[start + random.below(end - start)] as number) + random.below(3) - 1;
			const expected = values.findIndex((each, index) => index >= start && each >= value);
			const before = reads.count;
			assert.is(history.find(value), expected < 0 ? end : expected, `${turn}: ${value}`);
			assert.ok(reads.count - before <= 2 * Math.log2(pages) + 2, `${turn}: ${reads.count - before} of ${pages}`);
		}
		assert.ok(pages > 10 && (turn > 1 || reads.count / 300 < 2.2), `${turn}: ${reads.count} of ${pages}`);
		for (const far of [Number.NEGATIVE_INFINITY, -1, 0]) assert.is(history.find(far), start);
		assert.is(history.find(Number.POSITIVE_INFINITY), end);
		pool.close();
	}
});

test("types: the limits of each, there and back", () => {
	const pool = poolOf(16384);
	const fields = {
		...({ a: "uint8", b: "int8", c: "uint16", d: "int16" } as const),
		...({ e: "uint32", f: "int32", g: "float32" } as const),
	};
	const history = new History<Fields>({ pool, key: "x", fields });
	const ends = [
		{ a: 255, b: 127, c: 65535, d: 32767, e: 4294967295, f: 2147483647, g: Math.fround(3.4e38) },
		{ a: 0, b: -128, c: 0, d: -32768, e: 0, f: -2147483648, g: -0.5 },
	];
	for (const record of ends) history.append(record);
	assert.equal([history.at(0), history.at(1)], ends);
	pool.close();
});

test("each device call fails in turn: records stay, or go with their whole page, and appending carries on", () => {
	for (const kind of FAULTS.filter((each) => each !== "driver" && each !== "operation"))
		for (const arena of [4096, 24_000])
			for (let countdown = 1; ; countdown++) {
				const fault = new Fault();
				const zram = new FaultyZram({ byteLength: 64 * PAGE, pageLength: PAGE, arena: { byteLength: arena } }, fault);
				const pool = new SwapPool({ devices: [zram] });
				const model = new Model(pool);
				const random = new Random(countdown);
				let i = 0;
				const append = () => model.append(reading(i++, random));
				while (model.history.end < 6 * PER_PAGE - 2) append();
				fault.arm(kind, countdown);
				for (let k = 0; k < 5; k++)
					try {
						append();
						if (k === 2) model.history.read(2 * PER_PAGE, model.history.start);
						if (k === 3) model.history.find(60 * i - 500);
					} catch {}
				const { fired } = fault;
				fault.disarm();
				model.check();
				for (let k = 0; k < 2 * PER_PAGE; k++) append();
				model.check();
				assert.is(model.history.at(model.history.end - 1).time, 60 * (i - 1));
				model.history.close();
				assert.is(pool.status().pagesUsed, 0);
				zram.check();
				pool.close();
				if (!fired) break;
			}
});

/** Flips bits wherever `bytes` occur in the arena. */
function damage(arena: ArrayBuffer, bytes: Uint8Array) {
	const all = new Uint8Array(arena);
	let found = 0;
	for (let i = 0; i < all.length; i++)
		if (all[i] === bytes[0] && bytes.every((byte, k) => all[i + k] === byte)) {
			all[i] = (all[i] as number) ^ 255;
			found++;
		}
	assert.ok(found > 0);
}

test("a damaged page costs only its own records: others can be read, found and appended to", () => {
	const arena = new ArrayBuffer(24_000);
	const zram = new Zram({ byteLength: 64 * PAGE, pageLength: PAGE, arena, integrity: true });
	const pool = new SwapPool({ devices: [zram] });
	const log = new History({ pool, key: "log", fields: { time: "uint32", noise: "uint32" } });
	const noise = new Random(3);
	const perPage = PAGE / 8;
	const all = Array.from({ length: 5 * perPage + 9 }, (_, i) => ({
		time: 10 * i,
		noise: noise.next() * 256 + noise.below(256),
	}));
	for (const record of all) log.append(record);
	damage(arena, new Uint8Array(log.read(1, 5 * perPage + 3)).slice(4));
	const number = log.append({ time: 10 * all.length, noise: 0 });
	assert.is(number, 6 * perPage);
	assert.is(log.at(number).time, 10 * all.length);
	for (let i = 0; i < 5 * perPage; i++) assert.equal(log.at(i), all[i]);
	for (let i = 5 * perPage; i < 6 * perPage; i++) fails(() => log.at(i), "ECORRUPT");
	fails(() => log.read(9, 5 * perPage - 2), "ECORRUPT");
	assert.is(log.find(10 * all.length), number);
	assert.is(log.find(10 * (5 * perPage + 2)), number);
	assert.is(log.find(10 * 77), 77);
	for (let i = 0; i < 10 * perPage; i++) log.append({ time: 10 * (all.length + 1 + i), noise: i });
	assert.is(log.find(10 * (all.length + 5)), number + 5);
	pool.close();
});

test.run();
