/* Everything public has a docstring, for editors and the reference, and docs/api is generated from them. */
// needs: node

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../tools/paths.ts";
import { hashOf, publicTypes } from "../tools/public-types.ts";

const types = await publicTypes();

/** Lines of a declaration that lack a docstring: the declaration itself, its members, the values of a union. */
function undocumented(declaration: string): string[] {
	const lines = declaration.split("\n");
	const isCode = (line: string) => line !== "" && !/^\s*(\/?\*|\}|#private;|set )/.test(line);
	const isSecondValue = (line: string) => /^ \| ".*" \| "/.test(line); // the compiler prints it next to the first
	return lines.filter((line, i) => isCode(line) && (isSecondValue(line) || !lines[i - 1]?.endsWith("*/")));
}

test("everything public has a docstring: options, members, every overload, error codes", () => {
	assert.ok(types.length > 30);
	assert.equal(types.flatMap(undocumented), []);
});

test("a missing docstring is noticed", () => {
	const declaration =
		"/** It. */\nexport interface A {\n    /** a\n     * b */\n    a: 1;\n    b: {\n        c: 2;\n    };\n}\n";
	assert.equal(undocumented(declaration), ["    b: {", "        c: 2;"]);
	const union = '/** It. */\nexport type A = \n/** a */\n"a"\n/** b */\n | "b" | "c";\n';
	assert.equal(undocumented(union), [' | "b" | "c";']);
});

test("docs/api is up to date", () => {
	const reference = readFileSync(join(root, "docs/api/README.md"), "utf8");
	assert.ok(reference.includes(hashOf(types)), "run npm run api");
});

test.run();
