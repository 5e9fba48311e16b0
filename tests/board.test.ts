/* Boards' apps open a device on the partition "zram" if they can, and one without flash otherwise. */
// needs: js

import { openDevice } from "board/device";
import { Chip } from "nor/chip";
import { flashStorage } from "nor/flash";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { FlashIO, ZramOptions } from "zram";

const PAGE = 4096;
const OPTIONS: ZramOptions = { byteLength: 64 * PAGE, arena: { byteLength: 64 * 1024 } };

/** Incompressible, so it goes to flash. */
const noise = Uint8Array.from({ length: PAGE }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);

const test = suite("board");

const lines: string[] = [];
const { trace } = globalThis;

test.before.each(() => {
	lines.length = 0;
	globalThis.trace = (...parts: unknown[]) => void lines.push(parts.join(""));
});
test.after.each(() => {
	globalThis.trace = trace;
});

/** Opens a device and checks that it works, whatever it was opened on. */
function open(io: FlashIO | undefined) {
	const { zram, options } = openDevice(OPTIONS, io);
	zram.write(noise, 0);
	assert.equal(new Uint8Array(zram.read(PAGE, 0)), noise);
	const slots = zram.status().backing?.slots;
	zram.close();
	assert.is(slots !== undefined, options.backing !== undefined);
	return slots;
}

test("uses an erased partition, and one it has used before", () => {
	const io = flashStorage({ zram: new Chip({ blocks: 32 }) });
	const slots = open(io);
	assert.ok(slots);
	assert.is(open(io), slots);
	assert.equal(lines, []);
});

test("no flash, or no partition of that name: goes without, and asks nothing of you", () => {
	assert.is(open(undefined), undefined);
	assert.is(open(flashStorage({ files: new Chip({ blocks: 32 }) })), undefined);
	assert.equal(lines, []);
});

test("a partition with foreign data: goes without, every time, and says why and what to do", () => {
	const io = flashStorage({ zram: new Chip({ blocks: 32 }) });
	const partition = io.open({ path: "zram" });
	for (let block = 0; block < 32; block++) partition.write(noise, block * PAGE);
	for (let start = 0; start < 2; start++) {
		lines.length = 0;
		assert.is(open(io), undefined);
		assert.match(lines.join(""), /going on without flash: .+\n.*erase it, or open it once with format: true\n/);
	}
	assert.equal(new Uint8Array(partition.read(PAGE, 31 * PAGE)), noise, "nothing was touched");
	partition.close();
});

test("a driver that throws while opening the partition: goes without", () => {
	const storage = flashStorage({ zram: new Chip({ blocks: 32 }) });
	const io: FlashIO = {
		open(options) {
			const flash = storage.open(options);
			return Object.assign(Object.create(flash), {
				status: () => flash.status(),
				close: () => flash.close(),
				read() {
					throw new Error("broken");
				},
			});
		},
	};
	assert.is(open(io), undefined);
	assert.match(lines.join(""), "going on without flash");
});

test.run();
