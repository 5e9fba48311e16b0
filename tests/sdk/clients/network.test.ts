/* The network, on the loopback: sending a pool's bytes, and receiving into a pool. */

import WebSocket from "WebSocket";
import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import HTTPClient from "embedded:network/http/client";
import HTTPServer from "embedded:network/http/server";
import WebPage from "embedded:network/http/server/options/webpage";
import WebSocketHandshake from "embedded:network/http/server/options/websocket";
import fetch from "fetch";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { ByteBuffer } from "zram/engine/interface";
import { assertBytes, assertStored, heldLong, made, pool, soon } from "./pool.ts";

const LENGTH = 60_000;

const test = suite("network");

/** Receives what a client sends into the pool as it arrives, until there are `length` bytes. */
function received(key: string, length: number, send: (port: number) => void): Promise<void> {
	return soon((resolve) => {
		pool.create(key, length);
		let offset = 0;
		const listener = new Listener({
			port: 0,
			onReadable() {
				const from = this.read();
				new TCP({
					from,
					onReadable(count: number) {
						const piece: ArrayBuffer = this.read(count);
						pool.write(key, piece, offset);
						offset += piece.byteLength;
						if (offset < length) return;
						this.close();
						listener.close();
						resolve();
					},
				});
			},
		});
		send(listener.port);
	});
}

for (const kind of ["view", "buffer"] as const)
	test(`TCP: sends a ${kind}; what it reads goes into a pool`, async () => {
		const bytes = made(LENGTH);
		await heldLong(bytes, (view) =>
			received("tcp", LENGTH, (port) => {
				let offset = 0;
				new TCP({
					address: "127.0.0.1",
					port,
					onWritable(count: number) {
						const length = Math.min(count, LENGTH - offset);
						if (length === 0) return;
						this.write(
							kind === "view" ? view.subarray(offset, offset + length) : view.buffer.slice(offset, offset + length),
						);
						offset += length;
					},
				});
			}),
		);
		assertBytes(pool.read("tcp") as ArrayBuffer, bytes);
		pool.delete("tcp");
	});

type Connection = {
	route: object;
	respond(response: object): void;
	read(count: number): ArrayBuffer;
	write(buffer?: ByteBuffer): number;
	detach(): object;
};
type Response = { headers: Map<string, unknown>; status: number };

const routes = new Map<string, object>();
const server = new HTTPServer({
	io: Listener,
	port: 0,
	onConnect(connection: { accept(options: object): void }) {
		connection.accept({
			onRequest(this: Connection, { path }: { path: string }) {
				this.route = routes.get(path) as object;
			},
		});
	},
});
const address = `http://127.0.0.1:${server.port}`;

test.after(() => server.close());

/** The body fetch gets. */
function fetched(path: string, options?: object): Promise<ArrayBuffer> {
	return soon((resolve, reject) =>
		fetch(`${address}${path}`, options)
			.then((response: { arrayBuffer(): Promise<ArrayBuffer> }) => response.arrayBuffer())
			.then(resolve, reject),
	);
}

for (const kind of ["view", "buffer"] as const)
	test(`HTTP server: a page from a ${kind}; a body that was fetched goes into a pool`, async () => {
		const bytes = made(LENGTH, 3);
		pool.write("page", bytes);
		const view = pool.acquire("page", "r");
		const data = kind === "view" ? view : new DataView(view.buffer);
		routes.set("/page", { ...WebPage, data, contentType: "application/octet-stream" });
		const body = await fetched("/page");
		pool.release("page");
		assertBytes(body, bytes);
		assertStored(body);
		pool.delete("page");
	});

/** A route that takes a body and answers without one. */
function taking(onReadable: (this: Connection, count: number) => void) {
	return {
		onReadable,
		onResponse(this: Connection, response: Response) {
			response.headers.set("content-length", 0);
			this.respond(response);
		},
	};
}

/** A route that answers with a pool's value, piece by piece, without a slot. */
function pieces(key: string) {
	let offset = 0;
	return {
		onResponse(this: Connection, response: Response) {
			response.headers.set("content-length", pool.byteLength(key));
			this.respond(response);
		},
		onWritable(this: Connection, count: number) {
			const piece = new Uint8Array(Math.min(count, (pool.byteLength(key) as number) - offset));
			pool.read(key, piece, offset);
			offset += piece.length;
			this.write(piece);
		},
	};
}

/** Makes a request with the client itself. */
function request(options: object): Promise<void> {
	const { http } = (globalThis as unknown as { device: { network: { http: object } } }).device.network;
	return soon((resolve, reject) => {
		const client = new HTTPClient({ ...http, host: "127.0.0.1", port: server.port, onError: reject });
		client.request({
			...options,
			onDone(error: unknown) {
				client.close();
				if (error) reject(error as Error);
				else resolve();
			},
		});
	});
}

test("HTTP server: sends pieces that the pool reads; HTTP client: reads into a view", async () => {
	const bytes = made(LENGTH, 4);
	pool.write("sent", bytes);
	routes.set("/pieces", pieces("sent"));
	pool.create("body", LENGTH);
	const view = pool.acquire("body");
	let offset = 0;
	await request({
		path: "/pieces",
		onReadable(this: { read(into: Uint8Array): unknown }, count: number) {
			this.read(view.subarray(offset, offset + count));
			offset += count;
		},
	});
	pool.release("body");
	assert.is(offset, LENGTH);
	assertBytes(pool.read("body") as ArrayBuffer, bytes);
	pool.delete("body");
	pool.delete("sent");
});

test("HTTP client: posts a view; HTTP server: the body goes into a pool as it arrives", async () => {
	const bytes = made(LENGTH, 5);
	pool.create("posted", LENGTH);
	let received = 0;
	routes.set(
		"/post",
		taking(function (count) {
			const piece = this.read(count);
			pool.write("posted", piece, received);
			received += piece.byteLength;
		}),
	);
	await heldLong(bytes, (view) => {
		let offset = 0;
		return request({
			path: "/post",
			method: "POST",
			headers: new Map([["content-length", `${LENGTH}`]]),
			onWritable(this: { write(piece: Uint8Array): void }, count: number) {
				const piece = view.subarray(offset, Math.min(offset + count, LENGTH));
				offset += piece.length;
				this.write(piece);
			},
		});
	});
	assertBytes(pool.read("posted") as ArrayBuffer, bytes);
	pool.delete("posted");
});

test("fetch: posts what pool.read() returns", async () => {
	const bytes = made(5000, 6);
	let body = new ArrayBuffer(0);
	routes.set(
		"/fetched",
		taking(function (count) {
			body = (body as unknown as { concat(piece: ArrayBuffer): ArrayBuffer }).concat(this.read(count));
		}),
	);
	pool.write("fetched", bytes);
	await fetched("/fetched", { method: "POST", body: pool.read("fetched") });
	pool.delete("fetched");
	assertBytes(body, bytes);
});

test("WebSocket: sends a view; its buffer as text; a message goes into a pool", async () => {
	const bytes = made(5000, 7);
	const answer = made(3000, 8);
	pool.write("question", bytes);
	pool.write("answer", answer);
	routes.set("/socket", {
		...WebSocketHandshake,
		onDone(this: Connection) {
			const socket = new WebSocket({ attach: this.detach() });
			socket.onmessage = ({ data }: { data: ArrayBuffer | string }) => {
				if (typeof data === "string") return socket.send(data);
				pool.write("message", data);
				socket.send(pool.acquire("answer", "r"));
				pool.release("answer");
			};
		},
	});
	const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket`);
	const view = pool.acquire("question", "r");
	let text = "";
	const reply = await soon<ArrayBuffer>((resolve, reject) => {
		socket.onopen = () => socket.send(view.buffer); // isn't an ArrayBuffer, so it is sent as text
		socket.onmessage = ({ data }: { data: ArrayBuffer | string }) => {
			if (typeof data !== "string") return resolve(data);
			text = data;
			socket.send(view);
		};
		socket.onerror = () => reject(new Error("WebSocket"));
	});
	pool.release("question");
	socket.close();
	assert.is(text, "[object Object]");
	assertBytes(pool.read("message") as ArrayBuffer, bytes);
	assertBytes(reply, answer);
	assertStored(reply);
	for (const key of ["message", "answer", "question"]) pool.delete(key);
});

test.run();
