/**
 * DESIGN.md's table of allocators: how full an arena gets with the pages of a trace before the first is refused, and
 * how many stores are refused while it is kept 93 % full.
 *
 *   tsx tools/allocators.ts
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REFUSED, STORED_CODEC, WRITE } from "zram/trace/format";
import { Random } from "../tests/support/random.ts";
import { type Allocator, type Contender, NONE } from "../zramctl/replay/allocator.ts";
import { CONTENDERS } from "../zramctl/replay/contenders.ts";
import { TraceFile } from "../zramctl/replay/trace.ts";
import { table } from "../zramctl/view.ts";
import { root } from "./paths.ts";
import { runAsProgram } from "./process.ts";

/** The trace whose pages are stored. */
const TRACE = "tests/traces/demo.zrt";
const ARENA = 1024 * 1024;
const FULL = 0.93;
const STORES = 100_000;

function lengthsIn(path: string): number[] {
	const lengths: number[] = [];
	new TraceFile(readFileSync(join(root, path))).forEach(({ operation, argument }) => {
		const length = argument % STORED_CODEC;
		if ((operation === WRITE || operation === REFUSED) && length) lengths.push(length);
	});
	return lengths;
}

interface Stored {
	handle: number;
	size: number;
}

/** Stores objects in order, over and over, until the first is refused. Those of no bytes take nothing. */
export function fill(allocator: Allocator, lengths: number[]): { stored: number; payload: number } {
	for (let [stored, payload] = [0, 0]; ; stored++) {
		const size = lengths[stored % lengths.length] as number;
		if (size && allocator.malloc(size) === NONE) return { stored, payload };
		payload += size;
	}
}

/** The share of stores refused: time and again an object goes, and others come until 93 % is full or one is refused. */
function churn({ make }: Contender, lengths: number[]): number {
	const random = new Random(1);
	const allocator = make(ARENA);
	const objects: Stored[] = [];
	let [payload, refused, tried] = [0, 0, 0];
	const takeOne = () => {
		const at = random.below(objects.length);
		const gone = objects[at] as Stored;
		objects[at] = objects.at(-1) as Stored;
		objects.pop();
		allocator.free(gone.handle);
		payload -= gone.size;
	};
	while (tried < STORES) {
		if (objects.length) takeOne();
		for (;;) {
			const size = lengths[random.below(lengths.length)] as number;
			if (payload + size > FULL * ARENA) break;
			tried++;
			const handle = allocator.malloc(size);
			if (handle === NONE) {
				refused++;
				break;
			}
			objects.push({ handle, size });
			payload += size;
		}
	}
	return refused / tried;
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The table's rows as in DESIGN.md, except for their names. */
export function allocatorTable(): { key: string; filled: string; refused: string }[] {
	const lengths = lengthsIn(TRACE);
	return Object.entries(CONTENDERS)
		.filter(([key]) => key !== "ideal")
		.map(([key, contender]) => ({
			key,
			filled: percent(fill(contender.make(ARENA), lengths).payload / ARENA),
			refused: percent(churn(contender, lengths)),
		}));
}

runAsProgram(import.meta.url, () => {
	console.log(table(allocatorTable().map(({ key, filled, refused }) => [key, filled, refused])).join("\n"));
});
