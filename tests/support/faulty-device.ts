/* A device that returns one wrong bit, for programs that must notice. */

import type { ImportKind, Plugin } from "esbuild";
import { root } from "../../tools/paths.ts";

/** Replaces "zram" by a device whose read number `bad` has one wrong bit. */
export function faultyDevice(bad: number): Plugin {
	const contents = `
		import Zram from "real-zram";
		export * from "real-zram";
		let reads = 0;
		export default class extends Zram {
			read(buffer, byteOffset) {
				const result = super.read(buffer, byteOffset);
				if (++reads === ${bad}) buffer[buffer.length >> 1] ^= 0x10;
				return result;
			}
		}`;
	return {
		name: "faulty-device",
		setup(build) {
			const real = (options: { kind: ImportKind; resolveDir: string }) =>
				build.resolve("zram", { ...options, pluginData: "real" });
			build.onResolve({ filter: /^real-zram$/ }, ({ kind, resolveDir }) => real({ kind, resolveDir }));
			build.onResolve({ filter: /^zram$/ }, ({ pluginData }) =>
				pluginData === "real" ? undefined : { path: "zram", namespace: "faulty" },
			);
			build.onLoad({ filter: /.*/, namespace: "faulty" }, () => ({ contents, resolveDir: root }));
		},
	};
}
