/* For tools/sdk-curl.ts: serves what curl asks for, and says where. */

import Listener from "embedded:io/socket/listener";
import HTTPServer, { type HTTPConnectionHandlers } from "embedded:network/http/server";
import History from "zram/history";
import Stored, { type StoredRoute } from "zram/http";
import SwapPool from "zram/swap";

type Route = HTTPConnectionHandlers & StoredRoute;

const LENGTH = 300_000;

const pool = new SwapPool({ arena: 8 * 1024 * 1024 });
const log = new History({ pool, key: "log" });
const records = new History({ pool, key: "records", fields: { time: "uint32", level: "int16", flags: "uint8" } });

for (let i = 0; i < 2000; i++) {
	log.append(ArrayBuffer.fromString(`line ${i}\n`));
	records.append({ time: i, level: i, flags: i & 255 });
}

function fill() {
	const bytes = new Uint8Array(LENGTH);
	for (let i = 0; i < LENGTH; i++) bytes[i] = (i * 7919) >> 8;
	pool.write("value", bytes);
}

const routes = new Map<string, Route>([
	["/value", { ...Stored, pool, key: "value", contentType: "audio/wav", head: ArrayBuffer.fromString("head") }],
	["/missing", { ...Stored, pool, key: "missing" }],
	["/log", { ...Stored, history: log, contentType: "text/plain" }],
	["/records", { ...Stored, history: records }],
	[
		"/vanishes",
		{
			...Stored,
			pool,
			key: "value",
			onWritable(count) {
				Stored.onWritable.call(this, count);
				pool.delete("value");
			},
			onError() {
				trace("told\n");
			},
		},
	],
]);

fill();
const server = new HTTPServer({
	io: Listener,
	port: 0,
	onConnect(connection) {
		connection.accept({
			onRequest({ path }) {
				this.route = routes.get(path) ?? (routes.get("/missing") as Route);
			},
		});
	},
});
trace(`listens on ${server.port}\n`);
