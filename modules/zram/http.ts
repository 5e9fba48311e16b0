/*
 * The contents of a pool or a history as a route of the Moddable SDK's HTTP server. It knows as much of the server as
 * the server's own WebPage does: a connection has `route`, `respond`, `write`, and `close`, and keeps what a response
 * needs.
 */

import { toBytes } from "zram/buffer";
import Engine from "zram/engine";
import type { ByteBuffer } from "zram/engine/interface";
import { ZramError } from "zram/error";
import type SwapPool from "zram/swap";
import type { Key } from "zram/swap";
import { bufferOf, byteOffsetOf } from "zram/view";

/** What a route has besides {@link Stored}: `pool` and `key`, or `history`. */
export interface StoredRoute {
	/** The pool whose value is sent. */
	pool?: SwapPool;
	/** The value's key. If there is no such value when a client asks, the answer is 404. */
	key?: Key;
	/** Sent from the oldest record (or byte) to the newest that exists when a client asks. */
	history?: StoredHistory;
	/** Default: "application/octet-stream". */
	contentType?: string;
	/**
	 * Bytes to send first, such as the header of a WAV file. A getter is called once for each answer, if there is a
	 * value.
	 */
	head?: ByteBuffer;
	/**
	 * Called with the reason if a connection was closed before everything was sent, as the server does for a socket that
	 * fails.
	 */
	onError?(error: unknown): void;
}

/** What this needs of a `History`, a module that not every app includes. */
export interface StoredHistory {
	/** Whole records, or bytes, from number `index` on. */
	read(count: number, index: number): ArrayBuffer;
	/** The number of the oldest one. */
	readonly start: number;
	/** The number of the next one. */
	readonly end: number;
}

/** The server's answer. */
export interface StoredResponse {
	/** 200 unless it is changed. */
	status: number;
	/** Headers by name, in lower case. */
	headers: Map<string, string | number>;
}

/** What this needs of the server's connection. */
export interface StoredConnection {
	/** The route found for the path. */
	readonly route: StoredRoute;
	/** Begins the answer. */
	respond(response: StoredResponse): void;
	/** Takes as many of the bytes as fit, and returns how many more do. */
	write(bytes: ByteBuffer): number;
	/** Ends the connection, whatever was sent. */
	close(): void;
	/** What is being sent: only {@link Stored} uses it. */
	stored?: unknown;
}

/** Leading bytes, then those of a source. */
interface Sending {
	head: Uint8Array;
	source: Source;
	/** How many bytes of both have been sent. */
	sent: number;
}

/** The bytes that exist when a client asks. They stay, or can no longer be read. */
interface Source {
	byteLength: number;
	/** `count` bytes from `offset` on, which must exist; fewer, or none, if they are gone. */
	read(count: number, offset: number): ByteBuffer | undefined;
}

/** Bytes read at once: a computer's sockets take a megabyte, more than a microcontroller's heap has. */
const PIECE = 4096;

const NOTHING = new Uint8Array(0);

function bytesOf(pool: SwapPool, key: Key): Source | undefined {
	const byteLength = pool.byteLength(key);
	if (byteLength === undefined) return undefined;
	return { byteLength, read: (count, offset) => pool.read(key, count, offset) };
}

/** Numbers are never reused, so dropped records cannot be mistaken for others: reading them throws. */
function recordsOf(history: StoredHistory): Source {
	const { start, end } = history;
	const recordLength = history.read(1, start).byteLength; // 0 if there is none
	return {
		byteLength: (end - start) * recordLength,
		read(count, offset) {
			const before = offset % recordLength;
			const records = history.read(
				Math.ceil((before + count) / recordLength),
				start + (offset - before) / recordLength,
			);
			return new Uint8Array(records, before, count);
		},
	};
}

function sourceOf({ pool, key, history }: StoredRoute): Source | undefined {
	if (history) return recordsOf(history);
	if (pool && key !== undefined) return bytesOf(pool, key);
	throw new TypeError("route: must have a pool and a key, or a history");
}

function headOf({ head }: StoredRoute): Uint8Array {
	if (head === undefined) return NOTHING;
	const length = Engine.bufferLength(head, 1);
	if (length < 0) return toBytes("head", head);
	if (ArrayBuffer.isView(head)) return new Uint8Array(bufferOf(head), byteOffsetOf(head), length);
	return new Uint8Array(head as ArrayBuffer, 0, length);
}

/** What is to be sent, or the status that says why nothing can be. */
function begin(route: StoredRoute): Sending | number {
	try {
		const source = sourceOf(route);
		return source ? { head: headOf(route), source, sent: 0 } : 404;
	} catch (error) {
		if (error instanceof ZramError) return 500; // closed, or damaged
		throw error; // the route is wrong
	}
}

/** The next bytes, at most `count`, which is no more than are left. */
function next({ head, source, sent }: Sending, count: number): ByteBuffer {
	if (sent < head.length) return head.subarray(sent, sent + count);
	const length = Math.min(count, PIECE);
	const piece = source.read(length, sent - head.length);
	if (piece?.byteLength !== length) throw new Error("the value became shorter or was dropped while it was sent");
	return piece;
}

/**
 * A route for the Moddable SDK's HTTP server, to be spread like the server's own `WebPage`:
 *
 *     router.set("/take.wav", { ...Stored, pool, key: "take", contentType: "audio/wav" });
 *     router.set("/log", { ...Stored, history, contentType: "text/plain" });
 *
 * The answer is what exists when the client asks; `content-length` gives its length. It is read in pieces of at most 4
 * KB as the socket takes them: nothing is held, and data that arrives meanwhile is left to the next request.
 *
 * If it cannot be sent to the end, the connection is closed, so that the client notices, and the route's `onError` is
 * called: a value was deleted, evicted, or cut; a history has dropped what was still to be sent; a page is damaged. A
 * value that is overwritten meanwhile, without getting shorter, is sent half old and half new: store the new one under
 * a key of its own.
 *
 * No such value: 404. A closed pool or history, or one whose first page is damaged: 500.
 */
const Stored = Object.freeze({
	/** Called by the server for a request. Throws a TypeError if the route lacks what it needs. */
	onResponse(this: StoredConnection, response: StoredResponse): void {
		const { route } = this;
		const sending = begin(route);
		if (typeof sending === "number") {
			response.status = sending;
			response.headers.set("content-length", 0);
		} else {
			this.stored = sending;
			response.headers.set("content-length", sending.head.length + sending.source.byteLength);
			response.headers.set("content-type", route.contentType ?? "application/octet-stream");
		}
		this.respond(response);
	},

	/** Called by the server when the socket takes `count` bytes; no more than that are left to send. */
	onWritable(this: StoredConnection, count: number): void {
		const sending = this.stored as Sending;
		const { route } = this;
		try {
			while (count > 0) {
				const piece = next(sending, count);
				const { byteLength } = piece;
				sending.sent += byteLength;
				count = Math.min(count - byteLength, this.write(piece));
			}
		} catch (error) {
			this.close();
			route.onError?.call(this, error);
		}
	},
});

/** To be spread into a route. */
export default Stored;
