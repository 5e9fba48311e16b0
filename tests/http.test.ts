/*
 * The route, against a stand-in for the SDK's connection that takes as many bytes as it likes: the length and every byte,
 * in pieces of any size; values that vanish, shrink, are dropped or damaged on the way. tests/sdk runs the real server,
 * and curl.
 */
// needs: js

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import type { ByteBuffer } from "zram/engine/interface";
import History from "zram/history";
import Stored, { type StoredConnection, type StoredResponse, type StoredRoute } from "zram/http";
import SwapPool from "zram/swap";
import { pageOf } from "./support/device.ts";
import { refuses } from "./support/expect.ts";
import { SEED, scaled } from "./support/host.ts";
import { Random } from "./support/random.ts";

const PAGE = 512;
const deviceOf = (options: object = {}) =>
	new Zram({ byteLength: 64 * PAGE, pageLength: PAGE, arena: 8192, ...options });
const poolOf = () => new SwapPool({ devices: [deviceOf()] });

/** Treats a response as the server's connection does. `room` is what the socket takes at a time. */
class Connection implements StoredConnection {
	readonly route: StoredRoute & typeof Stored;
	response: StoredResponse | undefined;
	isClosed = false;
	errors: unknown[] = [];
	/** Not an array, which grows by copying itself: with sanitizers each copy would stay until a collection. */
	#bytes = new Uint8Array(0);
	#received = 0;
	#left = 0;
	#room = 0;

	constructor(route: StoredRoute) {
		this.route = { ...Stored, ...route, onError: (error) => this.errors.push(error) };
		this.route.onResponse.call(this, { status: 200, headers: new Map() });
	}

	get length(): number {
		return this.response?.headers.get("content-length") as number;
	}

	get received(): Uint8Array {
		return this.#bytes.subarray(0, this.#received);
	}

	get isDone(): boolean {
		return this.#left === 0;
	}

	respond(response: StoredResponse) {
		assert.is(this.response, undefined);
		this.response = response;
		this.#left = this.length;
		this.#bytes = new Uint8Array(this.#left || 0);
	}

	write(bytes: ByteBuffer): number {
		const { byteLength } = bytes as Uint8Array;
		assert.ok(byteLength > 0 && byteLength <= this.#room && byteLength <= this.#left, "would block");
		const view = ArrayBuffer.isView(bytes) ? bytes : new Uint8Array(bytes as ArrayBuffer);
		this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset, byteLength), this.#received);
		this.#received += byteLength;
		this.#room -= byteLength;
		this.#left -= byteLength;
		return this.isDone ? 0 : this.#room;
	}

	close() {
		this.isClosed = true;
	}

	/** The socket has room for this many bytes. */
	takes(room: number) {
		this.#room = room;
		if (!this.isDone && !this.isClosed) this.route.onWritable.call(this, Math.min(room, this.#left));
	}

	/** Sends all of it, `room` bytes at a time. */
	all(room: number | (() => number)): Uint8Array {
		while (!this.isDone && !this.isClosed) this.takes(typeof room === "number" ? room : room());
		return this.received;
	}
}

function join(head: Uint8Array, body: Uint8Array): Uint8Array {
	const both = new Uint8Array(head.length + body.length);
	both.set(head);
	both.set(body, head.length);
	return both;
}

function assertCut(connection: Connection, message: RegExp) {
	assert.ok(connection.isClosed);
	assert.is(connection.errors.length, 1);
	assert.match(String(connection.errors[0]), message);
}

test("a value: status, type, length, and every byte", () => {
	const pool = poolOf();
	const bytes = pageOf("compressed", 1, 3 * PAGE + 100);
	pool.write("value", bytes);
	for (const room of [1, 7, 100, PAGE, 1 << 20]) {
		const connection = new Connection({ pool, key: "value" });
		assert.is(connection.response?.status, 200);
		assert.is(connection.response?.headers.get("content-type"), "application/octet-stream");
		assert.is(connection.length, bytes.length);
		assert.equal(connection.all(room), bytes);
		assert.not.ok(connection.isClosed, "that is the server's");
	}
	pool.close();
});

test("a long value is sent in pieces, even if the socket could take it at once", () => {
	const pool = new SwapPool({ arena: 65536 });
	const bytes = pageOf("compressed", 2, 20_000);
	pool.write("value", bytes);
	const connection = new Connection({ pool, key: "value" });
	const lengths: number[] = [];
	const write = connection.write.bind(connection);
	connection.write = (piece) => {
		lengths.push((piece as Uint8Array).byteLength);
		return write(piece);
	};
	connection.takes(20_000);
	assert.equal(lengths, [4096, 4096, 4096, 4096, 3616]);
	assert.equal(connection.received, bytes);
	pool.close();
});

test("head: comes first, in any kind of buffer; a getter is called once, and only if there is a value", () => {
	const pool = poolOf();
	const bytes = pageOf("raw", 3, 700);
	pool.write(7, bytes);
	const wide = new Uint16Array([0x201, 0x403, 0x605]).subarray(1);
	const heads = [wide, new Uint8Array(wide.buffer, 2, 4), new DataView(wide.buffer, 2), wide.buffer.slice(2)];
	for (const head of heads as ByteBuffer[])
		for (const room of [1, 3, 5, 1000]) {
			const connection = new Connection({ pool, key: 7, head, contentType: "audio/wav" });
			assert.is(connection.length, 704);
			assert.is(connection.response?.headers.get("content-type"), "audio/wav");
			assert.equal(connection.all(room), join(new Uint8Array([3, 4, 5, 6]), bytes));
		}
	let calls = 0;
	const route = Object.defineProperty({ pool, key: 7 }, "head", {
		enumerable: true,
		get: () => {
			calls++;
			return new Uint8Array([pool.byteLength(7) as number & 255]);
		},
	}) as StoredRoute;
	const connection = { ...Stored, stored: undefined, route, respond() {}, write: () => 0, close() {} };
	connection.onResponse.call(connection, { status: 200, headers: new Map() });
	assert.is(calls, 1);
	pool.delete(7);
	connection.onResponse.call(connection, { status: 200, headers: new Map() });
	assert.is(calls, 1);
	refuses(() => new Connection({ history: new History({ pool, key: 1 }), head: 1 as never }), TypeError, /^head: /);
	pool.close();
});

test("no value: 404; an empty value with a head: the head; without: nothing", () => {
	const pool = poolOf();
	const missing = new Connection({ pool, key: "value", head: new Uint8Array(3) });
	assert.is(missing.response?.status, 404);
	assert.is(missing.length, 0);
	pool.create("value", 0);
	const empty = new Connection({ pool, key: "value" });
	assert.is(empty.response?.status, 200);
	assert.is(empty.length, 0);
	assert.equal(new Connection({ pool, key: "value", head: new Uint8Array([1, 2]) }).all(1), new Uint8Array([1, 2]));
	pool.close();
});

test("a route with neither pool nor history is refused; a closed one is 500", () => {
	const pool = poolOf();
	for (const route of [{}, { pool }, { key: 1 }] as StoredRoute[])
		refuses(() => new Connection(route), TypeError, /^route: must have a pool and a key, or a history$/);
	const history = new History({ pool, key: "log" });
	pool.close();
	for (const route of [{ pool, key: 1 }, { history }]) {
		const connection = new Connection(route);
		assert.is(connection.response?.status, 500);
		assert.is(connection.length, 0);
	}
});

/** A value of 1,500 bytes, of which 600 are sent. */
function begun(options: object = {}): { connection: Connection; pool: SwapPool } {
	const pool = new SwapPool({ devices: [deviceOf()], ...options });
	pool.write("value", pageOf("compressed", 4, 1500));
	const connection = new Connection({ pool, key: "value" });
	connection.takes(600);
	assert.is(connection.received.length, 600);
	return { connection, pool };
}

test("a deleted value closes the connection", () => {
	const { connection, pool } = begun();
	pool.delete("value");
	connection.takes(100);
	assertCut(connection, /became shorter/);
	assert.is(connection.received.length, 600);
	pool.close();
});

test("an evicted value closes the connection", () => {
	const { connection, pool } = begun({ evict: "lru" });
	for (let key = 0; pool.has("value"); key++) pool.write(key, pageOf("raw", key, PAGE));
	connection.takes(100);
	assertCut(connection, /became shorter/);
	pool.close();
});

test("a value that is cut closes the connection where it now ends; so does closing the pool", () => {
	const { connection, pool } = begun();
	pool.resize("value", 650);
	connection.takes(50);
	assert.is(connection.received.length, 650);
	connection.takes(1);
	assertCut(connection, /became shorter/);

	const other = begun();
	other.pool.resize("value", 500);
	other.connection.takes(1);
	assertCut(other.connection, /offset/);

	const third = begun();
	third.pool.close();
	third.connection.takes(1);
	assertCut(third.connection, /ECLOSED/);
	pool.close();
	other.pool.close();
});

test("bytes appended during sending go to the next client", () => {
	const { connection, pool } = begun();
	pool.append("value", new Uint8Array(400));
	assert.equal(connection.all(333), pageOf("compressed", 4, 1500));
	assert.is(new Connection({ pool, key: "value" }).length, 1900);
	pool.close();
});

test("a damaged page closes the connection", () => {
	const arena = new ArrayBuffer(8192);
	const pool = new SwapPool({ devices: [deviceOf({ arena, integrity: true })] });
	pool.write("value", pageOf("raw", 5, 3 * PAGE));
	const bytes = new Uint8Array(arena);
	const place = bytes.findIndex((_, i) =>
		pageOf("raw", 5, 3 * PAGE)
			.subarray(PAGE, PAGE + 16)
			.every((b, j) => bytes[i + j] === b),
	);
	assert.ok(place > 0);
	const connection = new Connection({ pool, key: "value" });
	connection.takes(PAGE);
	bytes[place] = (bytes[place] as number) ^ 1;
	connection.takes(PAGE);
	assertCut(connection, /ECORRUPT/);
	assert.is(connection.received.length, PAGE);
	pool.close();
});

const FIELDS = { time: "uint32", level: "int16", flags: "uint8" } as const;
const RECORD = 7;

test("a history: sent whole, as read returns it, in pieces of any length", () => {
	const pool = poolOf();
	const history = new History({ pool, key: "room", fields: FIELDS });
	assert.is(new Connection({ history }).length, 0);
	for (let i = 0; i < 300; i++) history.append({ time: i * 60, level: i - 100, flags: i & 255 });
	const bytes = new Uint8Array(history.read(history.end, history.start));
	for (const room of [1, 5, RECORD, 100, 1 << 20]) {
		const connection = new Connection({ history, head: new Uint8Array([9]) });
		assert.is(connection.length, 300 * RECORD + 1);
		assert.equal(connection.all(room), join(new Uint8Array([9]), bytes));
	}
	pool.close();
});

test("a log: bytes that arrive meanwhile go to the next client", () => {
	const pool = poolOf();
	const history = new History({ pool, key: "log" });
	history.append(pageOf("compressed", 6, 800));
	const connection = new Connection({ history, contentType: "text/plain" });
	connection.takes(300);
	history.append(new Uint8Array(100));
	assert.equal(connection.all(300), pageOf("compressed", 6, 800));
	pool.close();
});

test("a history that drops what is still to be sent closes the connection; it may drop what was sent", () => {
	const pool = poolOf();
	const history = new History({ pool, key: "log" });
	for (let i = 0; history.start === 0; i++) history.append(pageOf("raw", i, PAGE));
	const ahead = new Connection({ history });
	const behind = new Connection({ history });
	const before = new Uint8Array(history.read(history.end, history.start));
	ahead.takes(PAGE);
	behind.takes(10);
	const { start } = history;
	for (let i = 0; history.start === start; i++) history.append(pageOf("raw", i, PAGE));
	assert.is(history.start, start + PAGE);
	assert.equal(ahead.all(1000), before);
	assert.is(ahead.errors.length, 0);
	behind.takes(10);
	assertCut(behind, /index: /);

	const cleared = new Connection({ history });
	cleared.takes(10);
	history.clear();
	history.append(pageOf("raw", 1, PAGE));
	cleared.takes(10);
	assertCut(cleared, /index: /);
	pool.close();
});

test("random values, heads, and room", () => {
	const random = new Random(SEED);
	const pool = new SwapPool({ arena: 32768 });
	for (let i = 0; i < scaled(200); i++) {
		const bytes = pageOf("compressed", i, random.below(5 * PAGE));
		const head = pageOf("raw", i, random.below(60));
		pool.write(i & 3, bytes);
		const connection = new Connection({ pool, key: i & 3, head });
		const most = 1 + random.below(2 * PAGE);
		assert.equal(
			connection.all(() => 1 + random.below(most)),
			join(head, bytes),
		);
	}
	pool.close();
});

test.run();
