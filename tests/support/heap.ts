/* Exactly what work costs on the XS heap. heapStats() itself allocates nothing. */

import { collect, heapStats } from "host";

const before = new Int32Array(3);
const after = new Int32Array(3);

function differences(count: number): number[] {
	return Array.from({ length: count }, (_, i) => (after[i] as number) - (before[i] as number));
}

/** Slots, chunk bytes and collections that `work` takes, once it has run to warm up. */
export function allocated(work: () => void): number[] {
	work();
	collect();
	heapStats(before);
	work();
	heapStats(after);
	return differences(3);
}

/** If a collection happens meanwhile, XS 17 leaves some of its garbage to the next. */
function collectAll() {
	collect();
	collect();
}

/** Slots and chunk bytes that remain after `work`, and collections. */
export function kept(work: () => void): number[] {
	work();
	collectAll();
	heapStats(before);
	work();
	collectAll();
	heapStats(after);
	return differences(2);
}
