/*
 * The SDK's own tests of a Flash, each as a uvu test. They take the flash from `device.flash`. tools/sdk-flash-tests.ts
 * brings their files, and the globals they use.
 */

import "./flash-globals.ts";
import { Chip } from "nor/chip";
import { flashStorage } from "nor/flash";
import { tests } from "sdk-flash-tests";
import { suite } from "uvu";
import Zram from "zram";
import ZramFlash from "zram/flash";

const BLOCKS = 8;
const PATH = "xs_test";

const zram = new Zram({ byteLength: 12 * 4096, arena: { byteLength: 64 * 1024 } });

/** What each copy of a test file gets. */
const flashes: Record<string, object> = {
	"zram/flash": new ZramFlash({ device: zram, partitions: { [PATH]: BLOCKS, other: 4 } }),
	"NOR flash emulator": flashStorage({ [PATH]: new Chip({ blocks: BLOCKS }), other: new Chip({ blocks: 4 }) }),
};

for (const [name, files] of Object.entries(tests)) {
	const test = suite(name);
	for (const [file, load] of Object.entries(files))
		test(file, async () => {
			Object.assign(globalThis, { device: { flash: flashes[name] } });
			await load();
		});
	test.run();
}
