/*
 * A cache in 32 KB of RAM for JSON bodies whose lengths are not known in advance. A body is appended as it arrives, under
 * a temporary key, and moved to its path when it is complete. It is read in pieces, an item at a time, since a whole one
 * would not fit in a microcontroller's heap. When room is needed, the least recently used body goes.
 */

import Listener from "embedded:io/socket/listener";
import TCP from "embedded:io/socket/tcp";
import HTTPClient, { type ClientOptions } from "embedded:network/http/client";
import { ZramError } from "zram";
import SwapPool from "zram/swap";

const KB = 1024;
const PIECE = 512;

const cache = new SwapPool({ arena: 32 * KB, evict: "lru" });

/** Makes sure that the cache has what is at `path`. False if it could not be downloaded or kept. */
function get(path: string): Promise<boolean> {
	return cache.has(path) ? Promise.resolve(true) : download(path);
}

function download(path: string): Promise<boolean> {
	const part = `${path} …`;
	let received = 0;
	cache.delete(part);
	return new Promise((resolve) => {
		const client = new HTTPClient({ ...network, host: "127.0.0.1", port: listener.port, onError: () => end(false) });
		const end = (isWhole: boolean) => {
			client.close();
			if (isWhole) cache.move(part, path);
			else cache.delete(part);
			resolve(isWhole);
		};
		client.request({
			path,
			onReadable(count) {
				received += count;
				if (!append(part, this.read(count) as ArrayBuffer, received)) end(false);
			},
			onDone: (error) => end(!error),
		});
	});
}

/** False if there is no room, or if the pieces before have been evicted. */
function append(part: string, piece: ArrayBuffer, received: number): boolean {
	try {
		return cache.append(part, piece) === received;
	} catch (error) {
		if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error;
		return false;
	}
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING = 0x7b;
const CLOSING = 0x7d;

/** The objects in a JSON array, one after the other. Only one of them and a piece of the text are in memory. */
function* itemsOf<Item>(path: string): Generator<Item> {
	let item: number[] = [];
	let depth = 0;
	let isText = false;
	let isEscaped = false;
	let offset = 0;
	for (;;) {
		const piece = cache.read(path, PIECE, offset);
		if (!piece?.byteLength) return;
		offset += piece.byteLength;
		for (const byte of new Uint8Array(piece)) {
			if (byte === QUOTE && !isEscaped) isText = !isText;
			if (byte === OPENING && !isText) depth++;
			if (depth) item.push(byte);
			isEscaped = isText && byte === BACKSLASH && !isEscaped;
			if (byte !== CLOSING || isText || --depth) continue;
			yield JSON.parse(String.fromArrayBuffer(Uint8Array.from(item).buffer));
			item = [];
		}
	}
}

/* Stands in for a service: a month's weather at a place, hour by hour. */

interface Hour {
	time: string;
	temperature: number;
	wind: number;
	text: string;
}

const HOURS = 31 * 24;

function hourAt(place: string, hour: number): Hour {
	const day = 1 + Math.floor(hour / 24);
	const wave = Math.sin(((hour % 24) - 9) / 3.8) * 6 + Math.sin(hour / 50 + place.charCodeAt(1)) * 4;
	return {
		time: `2026-07-${`${day}`.padStart(2, "0")}T${`${hour % 24}`.padStart(2, "0")}:00Z`,
		temperature: Math.round((18 + wave) * 10) / 10,
		wind: ((hour * 7919) % 97) / 10,
		text: wave > 4 ? 'clear, {"uv":7}' : wave > -2 ? "cloudy" : 'rain \\ "showers"',
	};
}

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** A response in chunks: each states its length, but nothing states the total. */
function* answer(place: string): Generator<string, undefined> {
	yield "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
	for (let hour = 0; hour < HOURS; hour++) yield chunk(`${hour ? "," : "["}${JSON.stringify(hourAt(place, hour))}`);
	yield `${chunk("]")}0\r\n\r\n`;
}

const listener = new Listener({
	port: 0,
	onReadable() {
		let texts: Generator<string, undefined> | undefined;
		let next: string | undefined;
		let room = 0;
		const send = (socket: TCP) => {
			let text = "";
			for (; next && text.length + next.length <= room; next = texts?.next().value) text += next;
			room -= text.length;
			if (text) socket.write(ArrayBuffer.fromString(text));
		};
		new TCP({
			from: this.read() as TCP,
			onReadable(count) {
				const [, path = ""] = String.fromArrayBuffer(this.read(count) as ArrayBuffer).split(" ");
				texts = answer(path);
				next = texts.next().value;
				send(this);
			},
			onWritable(count) {
				room = count;
				send(this);
			},
			onError() {
				this.close();
			},
		});
	},
});

const { http: network } = (device as unknown as { network: { http: ClientOptions } }).network;

async function show(path: string) {
	const isHit = cache.has(path);
	if (!(await get(path))) return trace(`${path}: not downloaded, or no room for it\n`);
	let count = 0;
	let warmest = { temperature: -Infinity, time: "" };
	for (const hour of itemsOf<Hour>(path)) {
		count++;
		if (hour.temperature > warmest.temperature) warmest = hour;
	}
	trace(`${path}${isHit ? " (hit)" : ""}: ${Math.round((cache.byteLength(path) ?? 0) / KB)} KB, ${count} hours, `);
	trace(`warmest at ${warmest.time}: ${warmest.temperature} degrees\n`);
}

for (const path of ["/lisbon", "/oslo", "/lisbon", "/rome", "/lisbon", "/oslo"]) await show(path);
const { keys, byteLength, evictions } = cache.status();
trace(`${keys} bodies, ${Math.round(byteLength / KB)} KB, in 32 KB; ${evictions} evicted\n`);
