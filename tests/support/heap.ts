/* What work costs on the XS heap, exactly: heapStats() allocates nothing. */

import { collect, heapStats } from "host";

const before = new Int32Array(3);
const after = new Int32Array(3);

function differences(count: number): number[] {
	return Array.from({ length: count }, (_, i) => (after[i] as number) - (before[i] as number));
}

/** Slots, chunk bytes and collections that `work` takes, after it has run once to warm up. */
export function allocated(work: () => void): number[] {
	work();
	collect();
	heapStats(before);
	work();
	heapStats(after);
	return differences(3);
}

/** Where a collection came by itself meanwhile, XS 17 leaves some of what it finds in one to the next. */
function collectAll() {
	collect();
	collect();
}

/** Slots and chunk bytes that are still there after `work`, and collections. */
export function kept(work: () => void): number[] {
	work();
	collectAll();
	heapStats(before);
	work();
	collectAll();
	heapStats(after);
	return differences(2);
}
