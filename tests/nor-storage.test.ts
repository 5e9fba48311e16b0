/* An emulated flash in a file, on the command-line host. */
// needs: xs

import { test } from "uvu";
import * as assert from "uvu/assert";
import { FileStorage } from "../hosts/xs/storage.ts";
import { Chip } from "../modules/nor/chip.ts";
import { flashStorage } from "../modules/nor/nor-flash.ts";
import { fill, NOISE } from "./support/bytes.ts";
import { AtOnce } from "./support/offload.ts";

test("storage: an emulated flash in a file outlives its chip; a device on it keeps its wear and no page", () => {
	const path = "build/host-test.flash";
	const storage = new FileStorage(path);
	assert.is(new FileStorage("no/such/file").read(0, new Uint8Array(1)), false);
	assert.throws(() => new FileStorage("no/such/file").write(0, new Uint8Array(1)), /no\/such\/file: No such file/);
	storage.write(0, new Uint8Array(16 * 4096 + 16 * 4).fill(0xff, 0, 16 * 4096));
	const page = new Uint8Array(4096);
	fill(page, 0, 4096, NOISE, 1);
	for (let life = 0; life < 2; life++) {
		const chip = new Chip({ blocks: 16, storage: new FileStorage(path) });
		const backing = { io: flashStorage({ zram: chip }), path: "zram" };
		const zram = new AtOnce({ byteLength: 16 * 4096, arena: new ArrayBuffer(32 * 1024), backing });
		assert.is(zram.status().pagesStored, 0);
		for (let i = 0; i < 60; i++) {
			page[0] = i;
			zram.write(page, (i % 8) * 4096);
		}
		assert.is(zram.status().bdCount, 8);
		const { wearMost } = zram.status().backing as { wearMost: number };
		assert.ok(wearMost > (life ? 6 : 2) && Math.max(...chip.erases) > (life ? 6 : 2), `${wearMost}`);
	}
});

test.run();
