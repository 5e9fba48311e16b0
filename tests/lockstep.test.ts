/* Both engines side by side in one machine: the same operations give the same results and the same regions. */
// needs: xs
// firmware: --slots 14336 --chunk 150000

import { test } from "uvu";
import NativeEngine from "zram/engine/native";
import PortableEngine from "zram/engine/portable";
import { equal } from "./support/bytes.ts";
import { SEED, scaled } from "./support/host.ts";
import { holding } from "./support/room.ts";
import { SHAPES, Trace } from "./support/trace.ts";

for (const [index, shape] of SHAPES.entries())
	holding(8 * shape.pageLength, 2 * shape.arenaLength)(`lockstep: ${shape.name}`, () => {
		const seed = SEED + index;
		const native = new Trace(NativeEngine, shape, seed);
		const portable = new Trace(PortableEngine, shape, seed);
		const operations = Math.ceil(Math.max(scaled(5000), 1000) * shape.share);
		for (let i = 0; i < operations; i++) {
			native.step();
			portable.step();
			if (native.digest !== portable.digest) throw new Error(`seed ${seed}: they differ after operation ${i}`);
		}
		const [a, b] = [native.region, portable.region] as unknown as [HostBuffer, HostBuffer];
		if (!equal(a, 0, b, 0, shape.arenaLength)) throw new Error(`seed ${seed}: the regions differ`);
		native.close();
		portable.close();
	});

test.run();
