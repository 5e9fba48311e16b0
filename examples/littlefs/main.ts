/*
 * A file system in compressed RAM: littlefs on a flash that is a Zram. Writes a tree of files that is larger than the
 * arena, mounts it anew, reads all back and compares.
 */

import { load, paths } from "files";
import LittleFS from "littlefs";
import Zram from "zram";
import ZramFlash from "zram/flash";

const KB = 1024;
const ARENA = 512 * KB;

const zram = new Zram({ byteLength: 4096 * KB, arena: { byteLength: ARENA } });
const io = new ZramFlash({ device: zram, partitions: { files: 4096 / 4 } });

let bytes = 0;
const files = new LittleFS(io.open({ path: "files" }), true);
for (const path of paths()) {
	const content = load(path);
	files.write(path, content);
	bytes += content.byteLength;
}
files.close();

let wrong = 0;
const again = new LittleFS(io.open({ path: "files", mode: "r" }));
for (const path of paths()) if (!isSame(again.read(path), load(path))) wrong++;

const { memUsed } = zram.status();
trace(`${paths().length} files, ${toKB(bytes)}, in ${again.blocksUsed} blocks of 4 KB\n`);
trace(`take ${toKB(memUsed)} of the arena's ${toKB(ARENA)}; ${wrong} wrong\n`);
again.close();

function isSame(a: ArrayBuffer, b: ArrayBuffer): boolean {
	const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
	return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

function toKB(byteLength: number): string {
	return `${Math.round(byteLength / KB)} KB`;
}
