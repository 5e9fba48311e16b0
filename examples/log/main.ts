/*
 * A log on a web page: the most recent lines, as many as 24 KB of RAM hold. When something happens in the field, nobody is
 * there to read a serial port.
 */

import Listener from "embedded:io/socket/listener";
import HTTPServer, { type HTTPConnectionHandlers } from "embedded:network/http/server";
import Timer from "timer";
import History from "zram/history";
import Stored, { type StoredRoute } from "zram/http";
import SwapPool from "zram/swap";

const pool = new SwapPool({ arena: 24 * 1024 });
const log = new History({ pool, key: "log" });

function info(text: string, time = Date.now()) {
	log.append(ArrayBuffer.fromString(`${new Date(time).toISOString()} ${text}\n`));
}

/** Fetches the log twice a second, and skips an incomplete first line: what is dropped is whole pages, not lines. */
const PAGE = `<!doctype html>
<meta charset="utf-8">
<title>Log</title>
<pre></pre>
<script>
	setInterval(async () => {
		const text = await (await fetch("/log")).text();
		document.querySelector("pre").textContent = text.slice(text.search(/^\\d{4}-/m)).trim().split("\\n").reverse().join("\\n");
	}, 500);
</script>
`;

type Route = HTTPConnectionHandlers & StoredRoute;

pool.write("page", ArrayBuffer.fromString(PAGE));

const page: Route = { ...Stored, pool, key: "page", contentType: "text/html" };
const lines: Route = { ...Stored, history: log, contentType: "text/plain" };

const server = new HTTPServer({
	io: Listener,
	port: 0,
	onConnect(connection) {
		connection.accept({
			onRequest({ path }) {
				this.route = path === "/log" ? lines : page;
			},
		});
	},
});

/* Stands in for an app that logs a line each minute and has run for a week. */
const MINUTES = 7 * 24 * 60;
const start = Date.now() - MINUTES * 60_000;

for (let minute = 0; minute < MINUTES; minute++) {
	const heap = 31_000 + ((minute * 7919) % 900);
	const signal = -55 - ((minute * 31) % 9);
	info(`minute ${minute}: heap ${heap}, wifi ${signal} dBm`, start + minute * 60_000 + ((minute * 7907) % 1000));
}

const kept = `${Math.round((log.end - log.start) / 1024)} of ${Math.round(log.end / 1024)} KB`;
trace(`serving the last ${kept} at http://localhost:${server.port}/\n`);
Timer.repeat(() => info("still here"), 1000);
