/* A chip's content in a file, for Node: like a dump, so that tools can read it. */

import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import type { Storage } from "./chip.ts";

/** Storage in the file at `path`, which is created if it does not exist. */
export class FileStorage implements Storage {
	readonly #file: number;

	constructor(path: string) {
		try {
			this.#file = openSync(path, "r+");
		} catch {
			this.#file = openSync(path, "w+");
		}
	}

	read(position: number, into: Uint8Array): boolean {
		if (fstatSync(this.#file).size < position + into.length) return false;
		return readSync(this.#file, into, 0, into.length, position) === into.length;
	}

	write(position: number, from: Uint8Array): void {
		writeSync(this.#file, from, 0, from.length, position);
	}

	close(): void {
		closeSync(this.#file);
	}
}
