/* An emulated flash in a file, on Node: a dump that tools can read and that outlives the chip. */
// needs: node

import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Chip } from "../modules/nor/chip.ts";
import { FileStorage } from "../modules/nor/file.ts";
import { flashStorage } from "../modules/nor/nor-flash.ts";
import { buildFolder } from "../tools/paths.ts";

test("file: content, then each block's erase count", () => {
	const path = join(buildFolder, "nor-file-test.flash");
	mkdirSync(buildFolder, { recursive: true });
	rmSync(path, { force: true });
	const open = () => {
		const storage = new FileStorage(path);
		return { storage, flash: flashStorage({ zram: new Chip({ blocks: 4, storage }) }).open({ path: "zram" }) };
	};
	const first = open();
	first.flash.eraseBlock(2);
	first.flash.write(Uint8Array.of(1, 2, 3), 4096 + 5);
	first.storage.close();
	const dump = readFileSync(path);
	assert.is(dump.length, 4 * 4096 + 4 * 4);
	assert.equal([...dump.subarray(4096 + 4, 4096 + 9)], [255, 1, 2, 3, 255]);
	assert.is(dump.readUInt32LE(4 * 4096 + 2 * 4), 1);
	const second = open();
	assert.equal([...new Uint8Array(second.flash.read(5, 4096 + 4))], [255, 1, 2, 3, 255]);
	second.storage.close();
});

test.run();
