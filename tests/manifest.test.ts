/* What firmware includes. The SDK's tools don't complain about a pattern that matches no TypeScript, or a missing module. */
// needs: node

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../tools/paths.ts";

interface Manifest {
	include?: string[];
	modules?: Record<string, string | string[]>;
	preload?: string[];
}

const read = (path: string): Manifest => JSON.parse(readFileSync(join(root, path), "utf8"));

/** Modules by specifier, with their files without extension, of a manifest and all it includes. */
function modulesOf(path: string): [string, string][] {
	const { include = [], modules = {} } = read(path);
	const at = (name: string) => relative(root, resolve(root, dirname(path), name));
	const own = Object.entries(modules).flatMap(([name, files]) => [files].flat().map((file) => [name, at(file)]));
	return [...(own as [string, string][]), ...include.flatMap((each) => modulesOf(at(each)))];
}

for (const path of readdirSync(root).filter((name) => name.startsWith("manifest")))
	test(`${path}: every file exists, and no file has two names`, () => {
		const files = modulesOf(path).map(([, file]) => file);
		for (const file of files)
			assert.ok(
				[".ts", ".c"].some((end) => existsSync(join(root, file + end))),
				file,
			);
		assert.equal([...new Set(files)].sort(), [...files].sort());
	});

test("the native engine's manifest lists every C file in its folder", () => {
	const folder = "modules/zram/engine/native";
	const inManifest = new Set(modulesOf(`${folder}/manifest.json`).map(([, file]) => `${file}.c`));
	const files = readdirSync(join(root, folder)).filter((name) => name.endsWith(".c"));
	assert.ok(files.length >= 8);
	for (const name of files) assert.ok(inManifest.has(`${folder}/${name}`), name);
});

/** Names of the TypeScript modules of a manifest and all it includes. */
const typescriptOf = (path: string) =>
	modulesOf(path)
		.filter(([, file]) => existsSync(join(root, `${file}.ts`)))
		.map(([name]) => name);

test("manifest.json preloads every module by name", () => {
	const names = [...typescriptOf("manifest.json"), "zram/memory"];
	assert.equal([...(read("manifest.json").preload ?? [])].sort(), names.sort());
});

test("manifest-history.json preloads what it adds by name", () => {
	const core = typescriptOf("manifest.json");
	const names = typescriptOf("manifest-history.json").filter((name) => !core.includes(name));
	assert.equal([...(read("manifest-history.json").preload ?? [])].sort(), names.sort());
});

test.run();
