/**
 * Keeps the content of an emulated flash (modules/nor) in a file, on the command-line host.
 *
 * @module
 */

import { readAt, writeAt } from "host";
import type { Storage } from "../../modules/nor/chip.ts";

/** Storage in the file at `path`, which is created by the first write. */
export class FileStorage implements Storage {
	readonly #path: string;

	constructor(path: string) {
		this.#path = path;
	}

	read(position: number, into: Uint8Array): boolean {
		return readAt(this.#path, position, into);
	}

	write(position: number, from: Uint8Array): void {
		writeAt(this.#path, position, from);
	}
}
