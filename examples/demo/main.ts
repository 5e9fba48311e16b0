/*
 * An app that keeps more in 2 MB of RAM than fits: screens, photos, a recording, readings, text, scripts, JPEG. It stores
 * buffers until the first is refused, swaps them in and out, and compares every byte. Then it prints the result and how it
 * came about. The argument is the folder with the input. The exit code is 1 if anything does not come back as it went in.
 * With `--status SECONDS` it goes on swapping for that long and prints a status line a second.
 */

import { exit, print, programArguments, readFile, write } from "host";
import type Zram from "zram";
import type { ZramOptions } from "zram";
import { ticks } from "zram/memory";
import { formatStatus } from "zram/status";
import { BufferStore, type Entry } from "./store.ts";
import { Progress } from "./terminal.ts";
import { ArenaUsage, toMB } from "./usage.ts";

const MB = 1024 * 1024;
const ARENA = 2 * MB;

/** On a board, external memory is PSRAM. The device's address space is eight times its arena. */
const OPTIONS: ZramOptions = { byteLength: 8 * ARENA, arena: { byteLength: ARENA, memory: "external" } };

/** About how often each buffer is used. */
const TURNS = 4;
/** Bytes changed in place at a time. */
const CHANGE = 400;

/** A kind of data: its files, each of which is a buffer. */
class Kind {
	readonly name: string;
	readonly longest: number;
	/** Bytes that have been stored. */
	stored = 0;
	#files: string[];
	#next = 0;

	constructor({ name, longest, files }: { name: string; longest: number; files: string[] }) {
		this.name = name;
		this.longest = longest;
		this.#files = files;
	}
	/** The next file; after the last comes the first again. */
	next(): ArrayBuffer {
		return readFile(this.#files[this.#next++ % this.#files.length] as string);
	}
}

/** Pseudorandom numbers, the same every time. */
class Dice {
	#state = 1;

	below(limit: number): number {
		this.#state = (Math.imul(this.#state, 1664525) + 1013904223) | 0;
		return (this.#state >>> 8) % limit;
	}
}

/** Stores buffers, always of the kind with the fewest bytes so far, until one does not fit. Returns the line to print. */
function fill(store: BufferStore, kinds: Kind[]): string {
	const progress = new Progress("fill");
	for (;;) {
		const kind = kinds.reduce((least, other) => (other.stored < least.stored ? other : least));
		const bytes = kind.next();
		if (!store.add(kinds.indexOf(kind), bytes, kind.longest)) break;
		kind.stored += bytes.byteLength;
		progress.at(store.zram.status().memUsed / ARENA);
	}
	return progress.end(`${toMB(store.byteLength)} in ${store.entries.length} buffers, then the arena is full`);
}

/** Prints a status line a second for so many seconds; none for 0 seconds. */
class StatusLines {
	#seconds: number;
	#said = 0;
	#started = ticks();

	constructor(seconds: number) {
		this.#seconds = seconds;
	}

	get isOver(): boolean {
		return this.#said >= this.#seconds;
	}

	/** Prints a line if one is due. */
	say(zram: Zram) {
		const ms = (ticks() - this.#started) | 0;
		if (this.isOver || ms < this.#said * 1000) return;
		this.#said++;
		write(`${formatStatus("demo", zram, ms)}\n`); // at once, even into a pipe
	}
}

/** Uses buffers in random order: most are read, some changed in place, some replaced by others of their kind. */
function swap(store: BufferStore, kinds: Kind[], status: StatusLines): string {
	const progress = new Progress("swap");
	const dice = new Dice();
	const { entries } = store;
	const turns = TURNS * entries.length;
	const refusedBefore = store.refused;
	const done = { read: 0, changed: 0, replaced: 0 };
	for (let turn = 0; turn < turns || !status.isOver; turn++) {
		const entry = entries[dice.below(entries.length)] as Entry;
		const what = dice.below(100);
		if (what < 60) {
			store.load(entry);
			done.read++;
		} else if (what < 80) {
			const length = Math.min(CHANGE, entry.byteLength);
			store.modify(entry, dice.below(entry.byteLength - length + 1), length);
			done.changed++;
		} else {
			store.replace(entry, (kinds[entry.kind] as Kind).next());
			done.replaced++;
		}
		progress.at(Math.min(turn / turns, 1));
		status.say(store.zram);
	}
	const { read, changed, replaced } = done;
	return progress.end(
		`${read} read, ${changed} changed, ${replaced} replaced, ${store.refused - refusedBefore} refused`,
	);
}

/** Reads every buffer once more, and checks every structure in the arena. */
function verify(store: BufferStore): string {
	const progress = new Progress("verify");
	const { entries } = store;
	entries.forEach((entry, i) => {
		store.load(entry);
		progress.at(i / entries.length);
	});
	store.zram.check();
	const { length } = store.differences;
	return progress.end(
		`${toMB(store.byteLength)} compared, ${length === 0 ? "every byte is right" : `DIFFERENCES: ${length}`}`,
	);
}

interface Outcome {
	byteLength: number;
	buffers: number;
	failed: boolean;
	/** The report, for people. */
	lines: string[];
}

/** Fills an arena with these kinds of data, uses it, and reports how that went. */
function tryOut(kinds: Kind[], seconds = 0): Outcome {
	const longest = Math.max(...kinds.map((kind) => kind.longest));
	const store = new BufferStore(OPTIONS, longest);
	const phases = [fill(store, kinds), swap(store, kinds, new StatusLines(seconds)), verify(store)];
	const names = kinds.map(({ name }) => name);
	const usage = new ArenaUsage(store, OPTIONS, names);
	const differences = [...store.differences, ...usage.differences(store)];
	const picture = kinds.length > 1 ? [...usage.picture(), ""] : [];
	const complaints = differences.map((difference) => `  DIFFERENCE: ${difference}`);
	store.zram.close();
	return {
		byteLength: store.byteLength,
		buffers: store.entries.length,
		failed: differences.length > 0 || store.entries.length === 0,
		lines: [...phases, "", ...usage.table(), "", ...picture, ...complaints],
	};
}

function main(folder: string, parameters: string[]): number {
	const seconds = parameters.includes("--status") ? Number(parameters[parameters.indexOf("--status") + 1]) : 0;
	if (!(seconds >= 0)) throw new RangeError("--status: must be followed by a number of seconds");
	const { kinds } = JSON.parse(String.fromArrayBuffer(readFile(`${folder}/index.json`)));
	const open = (description: (typeof kinds)[number]) => new Kind(description);
	const mixture = tryOut(kinds.map(open), seconds);
	const [first] = kinds;
	const alone = tryOut([open(first)]);
	const failed = mixture.failed || alone.failed;
	const size = `${ARENA / MB} MB of RAM`;
	const raw = Math.floor(ARENA / first.longest);
	print(`
${size} held ${toMB(mixture.byteLength)} of an app's buffers, ${failed ? "AND NOT ALL CAME BACK RIGHT" : "and every byte came back"}.
The same ${ARENA / MB} MB hold ${alone.buffers} ${first.name} instead of ${raw}.

${size} for equal parts of ${kinds.length} kinds of data, on Moddable's XS engine

${mixture.lines.join("\n")}
${size} for ${first.name} alone

${alone.lines.join("\n")}`);
	return failed ? 1 : 0;
}

const [folder, ...parameters] = programArguments();
exit(main(folder as string, parameters));
