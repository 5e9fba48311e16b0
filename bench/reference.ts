/**
 * Reference LZ4, from the sources that the npm package `lz4` ships.
 *
 * @module
 */

import { join } from "node:path";
import type { Addition } from "../tools/build-host.ts";
import { unpackPackage } from "../tools/npm.ts";
import { root } from "../tools/paths.ts";

/** LZ4 1.9.2. */
const lz4 = {
	name: "lz4",
	version: "0.6.5",
	integrity: "sha512-KSZcJU49QZOlJSItaeIU3p8WoAvkTmD9fJqeahQXNu1iQ/kR0/mQLdbrK8JY9MY8f6AhJoMrihp1nu1xDbscSQ==",
};

/** The bench's own C code and the reference, to add to a host. LZ4_MEMORY_USAGE=12 is a table of 4 KB, like ours. */
export async function addition(): Promise<Addition> {
	const folder = join(await unpackPackage(lz4), "deps/lz4/lib");
	return {
		name: "bench",
		sources: [join(root, "bench/native/bench.c")],
		others: [join(folder, "lz4.c")],
		flags: ["-DLZ4_MEMORY_USAGE=12", "-isystem", folder, `-I${join(root, "modules/zram/engine/native")}`],
	};
}
