/* Keeps the flash's content in a file on the desktop, so that its wear and its budget outlive the simulator. */

import { File } from "file";
import config from "mc/config";
import type { Storage } from "../../../modules/nor/chip.ts";

export class FileStorage implements Storage {
	#file: File;

	/** name: of a file in the SDK's folder for files. It is created if need be. */
	constructor(name: string) {
		this.#file = new File(`${config.file.root}${name}`, true);
	}

	read(position: number, into: Uint8Array): boolean {
		if (this.#file.length < position + into.length) return false;
		this.#file.position = position;
		into.set(new Uint8Array(this.#file.read(ArrayBuffer, into.length)));
		return true;
	}

	write(position: number, from: Uint8Array): void {
		this.#file.position = position;
		this.#file.write(from.slice().buffer);
	}
}
