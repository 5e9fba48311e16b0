/* The README's example is complete: it compiles as it stands, runs on XS, and prints what it says. */
// needs: compiler

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildFolder, root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";
import { runOnXS } from "../tools/run-xs.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const example = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] as string;

test("the example runs", async () => {
	const { exitCode, output } = await runOnXS("xs64", { contents: example }, [], { progress: false });
	assert.is(exitCode, 0, output);
	assert.match(output, /^\d+ bytes in \d+ of 2097152$/m);
});

test("the example passes the type check", async () => {
	const folder = join(buildFolder, "readme");
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "main.ts"), example);
	const options = { extends: "../../tsconfig.json", include: ["main.ts", "../../hosts/xs/xs.d.ts"] };
	writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
	const { exitCode, output } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder });
	assert.is(exitCode, 0, output);
});

test("the files that the README names exist", () => {
	const links = [...readme.matchAll(/\]\(([\w./-]+)\)/g)].map(([, path]) => path as string);
	assert.ok(links.length > 8);
	for (const path of links) assert.ok(readFileSync(join(root, path)).length > 0, path);
});

test.run();
