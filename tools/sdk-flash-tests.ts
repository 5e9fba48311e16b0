/**
 * Brings the SDK's own tests of a Flash (tests/modules/io/flash) into a bundle, as the module "sdk-flash-tests": a copy
 * for each flash, so that each run has its own modules.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, PluginBuild } from "esbuild";
import { sdkFolder } from "./sdk.ts";

/** Where the tests get their flash: `device.flash`, if there is one. One of them imports it in the wrong case. */
const FIXTURE = "flash-FIXTURE.js";
const isFixture = /^\.\/flash-fixture\.js$/i;

const NAMESPACE = "sdk-flash-tests";

/** The module's text: for every flash and every file a function that imports it. */
function listOf(names: string[], files: string[]): string {
	const group = (index: number) => files.map((file) => `"${file}": () => import("${NAMESPACE}:${index}/${file}")`);
	const groups = names.map((name, index) => `${JSON.stringify(name)}: { ${group(index).join(", ")} }`);
	return `export const tests = { ${groups.join(", ")} };`;
}

/** The copies: each is a module "index/file". */
function bringFiles(build: PluginBuild, folder: string) {
	const filter = new RegExp(`^${NAMESPACE}:\\d+/`);
	build.onResolve({ filter }, ({ path }) => ({ path: path.slice(NAMESPACE.length + 1), namespace: NAMESPACE }));
	build.onResolve({ filter: isFixture, namespace: NAMESPACE }, ({ importer }) => ({
		path: `${importer.slice(0, importer.indexOf("/"))}/${FIXTURE}`,
		namespace: NAMESPACE,
	}));
	build.onLoad({ filter: /^\d+\//, namespace: NAMESPACE }, ({ path }) => ({
		contents: readFileSync(join(folder, path.slice(path.indexOf("/") + 1)), "utf8"),
	}));
}

/** @param names of the flashes, as in tests/sdk/flash.ts */
export function sdkFlashTests(names: string[]): Plugin {
	const folder = join(sdkFolder(), "tests/modules/io/flash");
	const files = readdirSync(folder).filter((file) => file !== FIXTURE);
	return {
		name: NAMESPACE,
		setup(build) {
			build.onResolve({ filter: /^sdk-flash-tests$/ }, () => ({ path: "list", namespace: NAMESPACE }));
			build.onLoad({ filter: /^list$/, namespace: NAMESPACE }, () => ({ contents: listOf(names, files.sort()) }));
			bringFiles(build, folder);
			// the host has no flash of its own
			build.onResolve({ filter: /^embedded:storage\/flash$/ }, () => ({ path: "none", namespace: NAMESPACE }));
			build.onLoad({ filter: /^none$/, namespace: NAMESPACE }, () => ({ contents: "export default undefined;" }));
		},
	};
}
