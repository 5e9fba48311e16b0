/* A history takes nothing on the XS heap, except what its documentation says is new. */
// needs: xs
// firmware: --slots 16384 --chunk 120000

import { test } from "uvu";
import * as assert from "uvu/assert";
import History from "zram/history";
import SwapPool from "zram/swap";
import { allocated } from "./support/heap.ts";

const NOTHING = [0, 0, 0];
const CALLS = 3000;
const FIELDS = { time: "uint32", temperature: "int16", humidity: "uint16", load: "float32", flags: "int8" } as const;

test("append, at into your object, and find allocate nothing, even when pages fill up or are dropped", () => {
	const pool = new SwapPool({ arena: 24 * 1024 });
	const history = new History({ pool, key: "room", fields: FIELDS });
	const row = { time: 0, temperature: -5, humidity: 7, load: 0.5, flags: -1 };
	let count = 0;
	const append = () => {
		for (let i = 0; i < CALLS; i++) {
			row.time = count++;
			row.humidity = (count * 40503) & 0xffff;
			row.load = (count * 40503) & 0xffffff;
			history.append(row);
		}
	};
	while (history.start === 0) append();
	assert.equal(allocated(append), NOTHING);
	const work = () => {
		for (let i = history.start; i < history.end; i++) history.at(i, row);
		for (let i = history.start; i < history.end; i += 100) history.find(i);
	};
	assert.equal(allocated(work), NOTHING);
	pool.close();
});

test("a log: appending the same buffer allocates nothing", () => {
	const pool = new SwapPool({ arena: 24 * 1024 });
	const log = new History({ pool, key: "log" });
	const line = new Uint8Array(61);
	const append = () => {
		for (let i = 0; i < CALLS; i++) {
			for (let k = 0; k < 30; k++) line[k * 2] = (i * 40503 + k * k * 7919) >> 8;
			log.append(line);
		}
	};
	while (log.start === 0) append();
	assert.equal(allocated(append), NOTHING);
	pool.close();
});

test.run();
