/*
 * An app whose own code uses next to nothing of the language. What the module needs must still be there after the SDK's
 * linker has stripped everything that no name in the app asks for. Suites use too much to show that.
 */

import Zram from "zram";
import ZramFlash from "zram/flash";
import SwapPool from "zram/swap";

const zram = new Zram({ byteLength: 1 << 20, arena: { byteLength: 1 << 18 } });
const numbers = Uint16Array.of(1, 2, 3);
const back = new Uint16Array(3);

zram.write(numbers, 0);
zram.read(back, 0);
trace(`device: ${back.join()}\n`);
for (const none of ["text", {}, undefined])
	try {
		zram.write(none as never, 0);
	} catch (error) {
		trace(`${(error as Error).name}\n`);
	}
zram.reset();

const io = new ZramFlash({ device: zram, partitions: { all: 16 } }).open({ path: "all" });
io.write(numbers, 0);
io.read(back, 0);
trace(`flash: ${back.join()}\n`);
io.close();
zram.reset();

const pool = new SwapPool({ devices: [zram], evict: "lru", resident: { slots: 1, byteLength: 64 } });
pool.write("numbers", numbers);
pool.read("numbers", back);
pool.acquire("numbers")[0] = 7;
pool.release("numbers");
trace(`pool: ${back.join()}, ${new Uint16Array(pool.read("numbers") as ArrayBuffer).join()}\n`);
pool.close();
