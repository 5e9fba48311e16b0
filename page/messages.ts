/* What the page and its workers tell each other. */

import type { AppBuffer } from "../zramctl/plan/files.ts";
import type { Screen } from "../zramctl/plan/picture.ts";
import type { PackedPage } from "../zramctl/plan/plan.ts";

/** To a worker: a file to read and pack. */
export interface Job {
	/** The file's place in the order in which files are stored. */
	index: number;
	/** Answers of an earlier round are ignored. */
	round: number;
	file: File;
	screen: Screen;
}

/** A file as the page knows it: without its bytes. */
export interface PackedFile extends Omit<AppBuffer, "bytes" | "records"> {
	byteLength: number;
	pages: PackedPage[];
	/** For a table, the same as records. */
	records?: { what: string; byteLength: number; pages: PackedPage[] };
}

/** From a worker. */
export type Answer = { index: number; round: number } & (
	| { type: "progress"; share: number }
	| { type: "complaint"; problem: string }
	| { type: "packed"; packed: PackedFile }
	| { type: "failed"; problem: string }
);
