/* What the editor explains, and the reference: everything public has a docstring, and docs/api was made of these. */
// needs: node

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../tools/paths.ts";
import { hashOf, publicTypes } from "../tools/public-types.ts";

const types = await publicTypes();

/** The lines of declarations that have no docstring: the declaration itself, its members, the values of a union. */
function undocumented(declaration: string): string[] {
	const lines = declaration.split("\n");
	const isCode = (line: string) => line !== "" && !/^\s*(\/?\*|\}|#private;|set )/.test(line);
	const isSecondValue = (line: string) => /^ \| ".*" \| "/.test(line); // the compiler puts it beside the one before
	return lines.filter((line, i) => isCode(line) && (isSecondValue(line) || !lines[i - 1]?.endsWith("*/")));
}

test("everything public has a docstring: options, members, every overload, error codes", () => {
	assert.ok(types.length > 30);
	assert.equal(types.flatMap(undocumented), []);
});

test("a docstring that is missing is seen", () => {
	const declaration =
		"/** It. */\nexport interface A {\n    /** a\n     * b */\n    a: 1;\n    b: {\n        c: 2;\n    };\n}\n";
	assert.equal(undocumented(declaration), ["    b: {", "        c: 2;"]);
	const union = '/** It. */\nexport type A = \n/** a */\n"a"\n/** b */\n | "b" | "c";\n';
	assert.equal(undocumented(union), [' | "b" | "c";']);
});

test("docs/api is up to date", () => {
	const reference = readFileSync(join(root, "docs/api/README.md"), "utf8");
	assert.ok(reference.includes(hashOf(types)), "npm run api makes it anew");
});

test.run();
