/*
 * What a pool or a history holds, as a route of the Moddable SDK's HTTP server. It knows of the server what the server's
 * own WebPage knows: a connection has `route`, `respond`, `write`, and `close`, and keeps what a response needs.
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
	/** Whose value is sent. */
	pool?: SwapPool;
	/** The value. If there is none when somebody asks, the answer is 404. */
	key?: Key;
	/** Sent from the oldest record, or byte, to the newest one that there is when somebody asks. */
	history?: StoredHistory;
	/** Default: "application/octet-stream". */
	contentType?: string;
	/** Bytes in front, such as the header of a WAV file. A getter is called once for each answer, when there is a value. */
	head?: ByteBuffer;
	/** Told why a connection was closed before all was sent, as the server tells of a socket that fails. */
	onError?(error: unknown): void;
}

/** What is needed of a `History`, which is a module that not every app includes. */
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
	/** 200, unless it is changed. */
	status: number;
	/** By their names in lower case. */
	headers: Map<string, string | number>;
}

/** What is needed of the server's connection. */
export interface StoredConnection {
	/** What was found for the path. */
	readonly route: StoredRoute;
	/** Begins the answer. */
	respond(response: StoredResponse): void;
	/** Takes bytes, as many as fit; says how many more do. */
	write(bytes: ByteBuffer): number;
	/** Ends it, whatever was sent. */
	close(): void;
	/** What is being sent: of {@link Stored} alone. */
	stored?: unknown;
}

/** Bytes in front, then those of a source. */
interface Sending {
	head: Uint8Array;
	source: Source;
	/** How many bytes of both have gone. */
	sent: number;
}

/** What is there when it is asked for, and stays there or cannot be read any more. */
interface Source {
	byteLength: number;
	/** `count` bytes from `offset` on, no more than there are; fewer, or none, if they have gone. */
	read(count: number, offset: number): ByteBuffer | undefined;
}

/** Bytes that are read at once: sockets of computers take a megabyte, more than a microcontroller's heap has. */
const PIECE = 4096;

const NOTHING = new Uint8Array(0);

function bytesOf(pool: SwapPool, key: Key): Source | undefined {
	const byteLength = pool.byteLength(key);
	if (byteLength === undefined) return undefined;
	return { byteLength, read: (count, offset) => pool.read(key, count, offset) };
}

/** Numbers are never used again, so what was dropped cannot be mistaken for anything else: reading it throws. */
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

/** What is to be sent, or the status that says why not. */
function begin(route: StoredRoute): Sending | number {
	try {
		const source = sourceOf(route);
		return source ? { head: headOf(route), source, sent: 0 } : 404;
	} catch (error) {
		if (error instanceof ZramError) return 500; // closed, or damaged
		throw error; // the route is wrong
	}
}

/** The next bytes, at most `count`, which are fewer than are left. */
function next({ head, source, sent }: Sending, count: number): ByteBuffer {
	if (sent < head.length) return head.subarray(sent, sent + count);
	const length = Math.min(count, PIECE);
	const piece = source.read(length, sent - head.length);
	if (piece?.byteLength !== length) throw new Error("the value became shorter or was dropped while it was sent");
	return piece;
}

/**
 * What a route for the Moddable SDK's HTTP server is made of, as of the server's own `WebPage`:
 *
 *     router.set("/take.wav", { ...Stored, pool, key: "take", contentType: "audio/wav" });
 *     router.set("/log", { ...Stored, history, contentType: "text/plain" });
 *
 * The answer has what is there when somebody asks, `content-length` says how much that is, and it is read in pieces of at
 * most 4 KB, as the socket takes them: nothing is held, and what comes in meanwhile is for the next one who asks.
 *
 * If it cannot be sent to the end, the connection is closed, so that the client sees that it has not got all, and the
 * route's `onError` is told: a value was deleted, evicted, or cut; a history has dropped what was to be sent; a page is
 * damaged. A value that is written meanwhile, and does not become shorter, is sent half old and half new: give the new one
 * a key of its own.
 *
 * No such value: 404. A closed pool or history, or one whose first page is damaged: 500.
 */
const Stored = Object.freeze({
	/** The server calls it when there is a request. Throws a TypeError if the route has not what it needs. */
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

	/** The server calls it when the socket takes `count` bytes, of which there are as many left. */
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
