/* zram/http: on the loopback, the SDK's server sends what a pool and a history hold, and its client gets it. */

import Listener from "embedded:io/socket/listener";
import HTTPClient from "embedded:network/http/client";
import HTTPServer from "embedded:network/http/server";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import History from "zram/history";
import Stored from "zram/http";
import SwapPool from "zram/swap";
import { assertBytes, made, pool, soon } from "./pool.ts";

const LENGTH = 60_000;

const test = suite("http");

const routes = new Map<string, object>();
const server = new HTTPServer({
	io: Listener,
	port: 0,
	onConnect(connection: { accept(options: object): void }) {
		connection.accept({
			onRequest(this: { route: object }, { path }: { path: string }) {
				this.route = routes.get(path) as object;
			},
		});
	},
});

test.after(() => server.close());

interface Answer {
	status: number;
	headers: Map<string, string>;
	body: Uint8Array;
	isWhole: boolean;
}

/** What a client gets. `onPiece` is called for each piece. */
function get(path: string, onPiece?: (received: number) => void): Promise<Answer> {
	const { http } = (globalThis as unknown as { device: { network: { http: object } } }).device.network;
	const pieces: number[] = [];
	const answer = { status: 0, headers: new Map<string, string>() };
	return soon((resolve) => {
		const client = new HTTPClient({ ...http, host: "127.0.0.1", port: server.port });
		client.request({
			path,
			onHeaders(status: number, headers: Map<string, string>) {
				Object.assign(answer, { status, headers });
			},
			onReadable(this: { read(count: number): ArrayBuffer }, count: number) {
				pieces.push(...new Uint8Array(this.read(count)));
				onPiece?.(pieces.length);
			},
			onDone(error: unknown) {
				client.close();
				resolve({ ...answer, body: Uint8Array.from(pieces), isWhole: !error });
			},
		});
	});
}

test("a value, with and without a head", async () => {
	const bytes = made(LENGTH, 11);
	const head = made(44, 12);
	pool.write("take", bytes);
	routes.set("/take", { ...Stored, pool, key: "take", contentType: "audio/wav", head });
	const { status, headers, body, isWhole } = await get("/take");
	assert.equal([status, isWhole], [200, true]);
	assert.is(headers.get("content-type"), "audio/wav");
	assert.is(headers.get("content-length"), `${LENGTH + 44}`);
	assertBytes(body.subarray(0, 44), head);
	assertBytes(body.subarray(44), bytes);
	pool.delete("take");
});

test("a missing value, and an empty one", async () => {
	routes.set("/none", { ...Stored, pool, key: "none" });
	assert.is((await get("/none")).status, 404);
	pool.create("none", 0);
	const { status, body, isWhole } = await get("/none");
	assert.equal([status, body.length, isWhole], [200, 0, true]);
	pool.delete("none");
});

test("histories: records, and a log", async () => {
	const room = new SwapPool({ arena: 32768 });
	const records = new History({ pool: room, key: "room", fields: { time: "uint32", level: "int16", flags: "uint8" } });
	for (let i = 0; i < 3000; i++) records.append({ time: 60 * i, level: i % 77, flags: i & 255 });
	const log = new History({ pool: room, key: "log" });
	for (let i = 0; i < 200; i++) log.append(ArrayBuffer.fromString(`line ${i}\n`));
	for (const history of [records, log]) {
		routes.set("/history", { ...Stored, history });
		const { body, isWhole } = await get("/history");
		assert.ok(isWhole);
		assertBytes(body, history.read(history.end, history.start));
	}
	room.close();
});

test("a value that vanishes: the client notices that it didn't get all, and the route is told", async () => {
	pool.write("gone", made(LENGTH, 13));
	let told: unknown;
	routes.set("/gone", {
		...Stored,
		pool,
		key: "gone",
		onError(error: unknown) {
			told = error;
		},
	});
	const { status, body, isWhole } = await get("/gone", () => pool.delete("gone"));
	assert.equal([status, isWhole], [200, false]);
	assert.ok(body.length > 0 && body.length < LENGTH);
	assertBytes(body, made(LENGTH, 13).subarray(0, body.length));
	assert.match(String(told), /became shorter/);
});

test("two clients at once each get their own pieces", async () => {
	const bytes = made(LENGTH, 14);
	pool.write("both", bytes);
	routes.set("/both", { ...Stored, pool, key: "both" });
	for (const { body } of await Promise.all([get("/both"), get("/both")])) assertBytes(body, bytes);
	pool.delete("both");
});

test.run();
