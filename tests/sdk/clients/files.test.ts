/* Files: ECMA-419's, and the module `file`'s. */

import files from "embedded:storage/files";
import { File } from "file";
import config from "mc/config";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { assertBytes, assertStored, held, made, pool } from "./pool.ts";

const PATH = "zram-clients.bin";
const LENGTH = 10_000;

const test = suite("files");

test.after(() => files.delete(PATH));

/** A file of this test's, open. */
function withFile<T>(
	use: (file: { read: (...parameters: unknown[]) => ArrayBuffer; write: (...parameters: unknown[]) => void }) => T,
): T {
	const file = files.openFile({ path: PATH, mode: "w+" });
	try {
		return use(file);
	} finally {
		file.close();
	}
}

test("File: writes a view or its buffer; what it reads goes into a pool", () => {
	const bytes = made(LENGTH);
	withFile((file) => {
		held(bytes, (view) => {
			file.write(view, 0);
			file.write(view.buffer, LENGTH);
		});
		assertBytes(file.read(LENGTH, 0), bytes, "view");
		assertBytes(file.read(LENGTH, LENGTH), bytes, "buffer");
		assertStored(file.read(LENGTH, 0));
	});
});

test("File: reads into a view", () => {
	const bytes = made(LENGTH, 2);
	withFile((file) => {
		file.write(bytes, 0);
		pool.create("read", LENGTH);
		file.read(pool.acquire("read"), 0);
		pool.release("read");
	});
	assertBytes(pool.read("read") as ArrayBuffer, bytes);
	pool.delete("read");
});

test("module file: writes what pool.read() returns; a view is refused; what it reads goes into a pool", () => {
	const bytes = made(LENGTH, 3);
	const file = new File(`${config.file.root}${PATH}`, true);
	held(bytes, (view) => assert.throws(() => file.write(view as unknown as ArrayBuffer), /ArrayBuffer/));
	pool.write("written", bytes);
	file.position = 0;
	file.write(pool.read("written") as ArrayBuffer);
	file.position = 0;
	const read = file.read(ArrayBuffer, LENGTH);
	assertBytes(read, bytes);
	assertStored(read);
	pool.delete("written");
});

test.run();
