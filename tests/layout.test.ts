/*
 * Every number that C and TypeScript share is the same in both: offsets, lengths, states, codes, flags, modes; and of each
 * codec its id and what it must save. c/layout-tool.c prints C's.
 */
// needs: compiler

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import * as entry from "zram/engine/entry";
import * as header from "zram/engine/header";
import * as shared from "zram/engine/interface";
import { CODECS } from "zram/engine/portable/codecs";
import * as survey from "zram/engine/survey";
import { compileTool, cVariants, engineFolder } from "../tools/c-tests.ts";
import { buildFolder } from "../tools/paths.ts";
import { run } from "../tools/process.ts";

test("C and TypeScript have the same numbers", async () => {
	const folder = join(buildFolder, "layout");
	mkdirSync(folder, { recursive: true });
	const tool = await compileTool("layout-tool", cVariants[0] as (typeof cVariants)[0], engineFolder, folder);
	const { stdout } = await run(tool, []);
	const native = Object.fromEntries(
		stdout
			.trim()
			.split("\n")
			.map((line) => line.split(" ")),
	);
	const portable: Record<string, string> = {};
	for (const module of [entry, header, shared, survey])
		for (const [name, value] of Object.entries(module)) if (typeof value === "number") portable[name] = `${value}`;
	for (const [id, { name, tried, saves }] of Object.entries(CODECS))
		Object.assign(portable, { [`${name}.id`]: `${id}`, [`${name}.tried`]: `${tried}`, [`${name}.saves`]: `${saves}` });
	assert.equal(portable, native);
	assert.ok(Object.keys(native).length > 90);
});

test.run();
