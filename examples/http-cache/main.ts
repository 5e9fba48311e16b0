/*
 * A cache of HTTP bodies by URL in 128 KB of RAM. When room is needed, what was not asked for the longest goes; the start
 * page goes last.
 */

import Zram, { ZramError } from "zram";
import SwapPool from "zram/swap";

const KB = 1024;
const LARGEST = 32 * KB; // a body that is larger is not worth all the others that would have to go

const zram = new Zram({ byteLength: 1024 * KB, arena: { byteLength: 128 * KB } });
const cache = new SwapPool({ devices: [zram], evict: "lru" });
let hits = 0;

function get(url: string): ArrayBuffer {
	const cached = cache.read(url);
	if (cached) {
		hits++;
		return cached;
	}
	const body = download(url);
	if (body.byteLength <= LARGEST) keep(url, body);
	return body;
}

function keep(url: string, body: ArrayBuffer) {
	try {
		cache.write(url, body, { priority: url === "/" ? 1 : 0 });
	} catch (error) {
		if (!(error instanceof ZramError) || error.code !== "ENOSPC") throw error; // else it is just not cached
	}
}

/** Stands for the network: pages of 2 to 14 KB, and a large video. */
function download(url: string): ArrayBuffer {
	if (url === "/video") return new ArrayBuffer(300 * KB);
	const count = 20 + ((url.length * 37 + url.charCodeAt(url.length - 1) * 13) % 150);
	let text = `<html><body><h1>${url}</h1><ul>`;
	for (let i = 0; i < count; i++) text += `<li><a href="${url}/${i}">Item ${i}</a>, ${(i * 7919) % 1000} views`;
	return ArrayBuffer.fromString(`${text}</ul></body></html>`);
}

function browse(gets: number) {
	hits = 0;
	for (let i = 0; i < gets; i++) {
		const page = i & 1 ? (i * 31) % 211 : i % 6; // every other request is for one of six pages
		get(i % 50 === 0 ? "/" : `/page/${page}`);
	}
	get("/video");
	const { keys, byteLength, evictions } = cache.status();
	trace(`${hits} of ${gets + 1} from the cache: ${keys} bodies, ${Math.round(byteLength / KB)} KB, `);
	trace(`in ${zram.limit / KB} KB; ${evictions} have gone\n`);
}

browse(400);
zram.limit = 64 * KB; // the memory is needed elsewhere: the cache loses nothing at once, and shrinks as it is used
browse(400);
