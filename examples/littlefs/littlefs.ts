/*
 * littlefs on any ECMA-419 Flash: littlefs.c has the file system, this file lends it the flash.
 */

import type { Flash } from "zram/flash";
import { Memory } from "zram/memory";

type Transfer = (block: number) => number;

/** What littlefs calls an input or output error, and a lack of room. */
const IO = -5;
const NO_SPACE = -28;

class Volume extends Native("xs_littlefs_destructor") {
	constructor(block: Memory, blockCount: number, load: Transfer, store: Transfer, erase: Transfer) {
		super();
		native("xs_littlefs").call(this, block, blockCount, load, store, erase);
	}
	format(): void {
		native("xs_littlefs_format").call(this);
	}
	mount(): void {
		native("xs_littlefs_mount").call(this);
	}
	makeFolder(path: string): void {
		native("xs_littlefs_makeFolder").call(this, path);
	}
	write(path: string, buffer: ArrayBuffer): void {
		native("xs_littlefs_write").call(this, path, buffer);
	}
	lengthOf(path: string): number {
		return native("xs_littlefs_lengthOf").call(this, path);
	}
	read(path: string, buffer: ArrayBuffer): void {
		native("xs_littlefs_read").call(this, path, buffer);
	}
	get blocksUsed(): number {
		return native("xs_littlefs_get_blocksUsed").call(this);
	}
	close(): void {
		native("xs_littlefs_close").call(this);
	}
}

/** Does it and answers 0, or what littlefs calls the error. */
function attempt(transfer: () => void): number {
	try {
		transfer();
		return 0;
	} catch (error) {
		return (error as { code?: string }).code === "ENOSPC" ? NO_SPACE : IO;
	}
}

/** A file system. Errors are Errors with the number that littlefs gives them. */
export default class LittleFS {
	#volume: Volume;

	/** Mounts what is on `flash`. @param format makes a new, empty file system first */
	constructor(flash: Flash, format = false) {
		const { blockLength, blocks } = flash.status();
		const block = new Memory(blockLength, "internal");
		const bytes = new Uint8Array(block as unknown as ArrayBuffer);
		this.#volume = new Volume(
			block,
			blocks,
			(index) => attempt(() => flash.read(bytes, index * blockLength)),
			(index) => attempt(() => flash.write(bytes, index * blockLength)),
			(index) => attempt(() => flash.eraseBlock(index)),
		);
		if (format) this.#volume.format();
		this.#volume.mount();
	}

	/** Blocks of the flash in use. */
	get blocksUsed(): number {
		return this.#volume.blocksUsed;
	}

	/** Writes a file, and makes the folders that it is in. */
	write(path: string, content: ArrayBuffer): void {
		for (let i = path.indexOf("/"); i >= 0; i = path.indexOf("/", i + 1)) this.#volume.makeFolder(path.slice(0, i));
		this.#volume.write(path, content);
	}

	read(path: string): ArrayBuffer {
		const content = new ArrayBuffer(this.#volume.lengthOf(path));
		this.#volume.read(path, content);
		return content;
	}

	close(): void {
		this.#volume.close();
	}
}
