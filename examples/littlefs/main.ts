/*
 * A file system in compressed RAM: littlefs on a flash that is a Zram. Writes a tree of files that is larger than the
 * arena, mounts it again, reads everything back and compares. Then it does what apps do all day: it rewrites one file over
 * and over.
 */

import { load, paths } from "files";
import LittleFS from "littlefs";
import Zram from "zram";
import ZramFlash from "zram/flash";

const KB = 1024;
const ARENA = 512 * KB;
const REWRITES = 2000;

const zram = new Zram({ byteLength: 4096 * KB, arena: { byteLength: ARENA } });
const io = new ZramFlash({ device: zram, partitions: { files: 4096 / 4 } });

let bytes = 0;
let files = new LittleFS(io.open({ path: "files" }), true);
for (const path of paths()) {
	const content = load(path);
	files.write(path, content);
	bytes += content.byteLength;
}
files.close();

let wrong = 0;
files = new LittleFS(io.open({ path: "files" }));
for (const path of paths()) if (!isSame(files.read(path), load(path))) wrong++;
trace(`${paths().length} files, ${toKB(bytes)}, in ${files.blocksUsed} blocks of 4 KB\n`);
trace(`take ${used()} of the arena's ${toKB(ARENA)}; ${wrong} wrong\n`);

// littlefs goes through all of its blocks before it reuses one; trim(), which the file system calls when it finds no room,
// frees the memory of old ones
const state = stateFile();
for (let count = 1; count <= REWRITES; count++) {
	new DataView(state).setUint32(0, count);
	files.write("state.json", state);
}
if (!isSame(files.read("state.json"), state)) wrong++;
const before = used();
files.trim(); // an app that wants the memory for something else need not wait
trace(`state.json written ${REWRITES} times, ${toKB(state.byteLength)}: ${wrong} wrong\n`);
trace(`trim: from ${before} to ${used()}\n`);
files.close();

/** 48 KB of an app's state. */
function stateFile(): ArrayBuffer {
	let text = "    ";
	for (let i = 0; text.length < 48 * KB; i++) text += `{"id":${i},"on":${i % 3 > 0},"level":${(i * 7919) % 101}},\n`;
	return ArrayBuffer.fromString(text.slice(0, 48 * KB));
}

function isSame(a: ArrayBuffer, b: ArrayBuffer): boolean {
	const [left, right] = [new Uint8Array(a), new Uint8Array(b)];
	return left.length === right.length && left.every((byte, i) => byte === right[i]);
}

function used(): string {
	return toKB(zram.status().memUsed);
}

function toKB(byteLength: number): string {
	return `${Math.round(byteLength / KB)} KB`;
}
