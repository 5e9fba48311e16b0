/*
 * littlefs on any ECMA-419 Flash: littlefs.c holds the file system, and this file gives it access to the flash.
 */

import type { ByteBuffer } from "zram/engine/interface";
import type { Flash } from "zram/flash";
import { Memory } from "zram/memory";

/** littlefs's error codes for input and output, and for a full file system. */
const IO = -5;
const NO_SPACE = -28;

/** Functions that littlefs.c calls. They do not throw, but return 0 or a littlefs error code. */
type Transfer = (block: number) => number;
type Erase = (first: number, end: number) => number;

class Volume extends Native("xs_littlefs_destructor") {
	constructor(block: Memory, blockCount: number, load: Transfer, store: Transfer, erase: Erase) {
		super();
		native("xs_littlefs").call(this, block, blockCount, load, store, erase);
	}
	format(): void {
		native("xs_littlefs_format").call(this);
	}
	mount(): void {
		native("xs_littlefs_mount").call(this);
	}
	makeFolder(path: string): number {
		return native("xs_littlefs_makeFolder").call(this, path);
	}
	write(path: string, buffer: ByteBuffer): number {
		return native("xs_littlefs_write").call(this, path, buffer);
	}
	remove(path: string): number {
		return native("xs_littlefs_remove").call(this, path);
	}
	trim(): number {
		return native("xs_littlefs_trim").call(this);
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

/** Returns 0, or the littlefs code for what `transfer` throws. */
function attempt(transfer: () => void): number {
	try {
		transfer();
		return 0;
	} catch (error) {
		return (error as { code?: string }).code === "ENOSPC" ? NO_SPACE : IO;
	}
}

function check(error: number, what: string) {
	if (error) throw new Error(`littlefs: error ${error}: ${what}`);
}

/** A file system. Methods throw Errors that quote littlefs's error code, -28 for no room. */
export default class LittleFS {
	#volume: Volume;

	/** Mounts the file system on `flash`. @param format Makes a new, empty one first. */
	constructor(flash: Flash, format = false) {
		const { blockLength, blocks } = flash.status();
		const block = new Memory(blockLength, "internal");
		const bytes = new Uint8Array(block as unknown as ArrayBuffer);
		this.#volume = new Volume(
			block,
			blocks,
			(index) => attempt(() => flash.read(bytes, index * blockLength)),
			(index) => attempt(() => flash.write(bytes, index * blockLength)),
			(first, end) => attempt(() => flash.eraseBlock(first, end)),
		);
		if (format) this.#volume.format();
		this.#volume.mount();
	}

	/** Blocks of the flash that hold files and folders. */
	get blocksUsed(): number {
		return this.#volume.blocksUsed;
	}

	/** Writes a file and makes the folders that it is in. If there is no room, an old file of that name stays. */
	write(path: string, content: ByteBuffer): void {
		for (let i = path.indexOf("/"); i >= 0; i = path.indexOf("/", i + 1)) this.#makeFolder(path.slice(0, i));
		this.#withRoom(path, () => this.#volume.write(path, content));
	}

	#makeFolder(path: string) {
		this.#withRoom(path, () => this.#volume.makeFolder(path));
	}

	/**
	 * Removes a file or an empty folder. This rewrites the block of the folder that holds it. If the device is full to
	 * the last page, that may find no room either; then remove something from another folder first, or raise the
	 * device's `limit`.
	 */
	remove(path: string): void {
		this.#withRoom(path, () => this.#volume.remove(path));
	}

	/**
	 * Frees the memory of blocks that are no longer in use. littlefs reuses the blocks of removed and replaced files
	 * last, and until then their bytes take room. Call this if your app wants the room for other things; an operation
	 * that finds no room calls it anyway.
	 */
	trim(): void {
		check(this.#volume.trim(), "trim");
	}

	/** Calls `work`, which returns a littlefs code; if there was no room, trims and calls it once more. */
	#withRoom(path: string, work: () => number) {
		let error = work();
		if (error === NO_SPACE) {
			this.trim();
			error = work();
		}
		check(error, path);
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
