/* What recording takes on the XS heap: nothing. */
// needs: xs
// firmware: --slots 12288 --chunk 100000

import { test } from "uvu";
import * as assert from "uvu/assert";
import Zram from "zram";
import Trace from "zram/trace";
import { allocated } from "./support/heap.ts";

const PAGE = 4096;

test("read, write and trim of a device that is recorded allocate nothing, ends of blocks included", () => {
	const zram = new Zram({ arena: 40 * 1024, byteLength: 64 * PAGE });
	const trace = new Trace({ zram, byteLength: 2048 });
	const page = new Uint8Array(PAGE);
	const work = () => {
		for (let i = 0; i < 3000; i++) {
			page[0] = i;
			zram.write(page, (i % 4) * PAGE);
			zram.read(page, (i % 60) * PAGE);
			if (i % 5 === 0) zram.trim((i % 64) * PAGE, PAGE);
		}
	};
	assert.equal(allocated(work), [0, 0, 0]);
	assert.is(trace.isWrapped, true);
	trace.close();
	zram.close();
});

test.run();
