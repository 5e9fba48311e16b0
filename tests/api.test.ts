/* Everything public has a docstring, for editors and the reference; the typings and docs/api are generated from them. */
// needs: node

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { root } from "../tools/paths.ts";
import { publicTypes, specifiers, typingsFile } from "../tools/public-types.ts";

const types = await publicTypes();

/** Lines of the typings that lack a docstring: declarations, their members, the values of a union. */
function undocumented(typings: string): string[] {
	const lines = typings.replaceAll(/\tglobal \{[\s\S]*?\n\t\}\n/g, "").split("\n");
	const needsNone =
		/^\s*(\/?\*|\}|#private;|set |import |export (type )?\{|export default \w+;|const \w+_base: |declare module |global )/;
	const isCode = (line: string) => line !== "" && !needsNone.test(line);
	const isSecondValue = (line: string) => /^\s+\| ".*" \| "/.test(line); // the compiler prints it next to the first
	return lines.filter((line, i) => isCode(line) && (isSecondValue(line) || !lines[i - 1]?.endsWith("*/")));
}

test("everything public has a docstring: options, members, every overload, error codes", () => {
	for (const name of specifiers) assert.ok(types.includes(`declare module "${name}" {\n`), name);
	assert.equal(undocumented(types), []);
});

test("a missing docstring is noticed", () => {
	const declaration =
		"/** It. */\nexport interface A {\n    /** a\n     * b */\n    a: 1;\n    b: {\n        c: 2;\n    };\n}\n";
	assert.equal(undocumented(declaration), ["    b: {", "        c: 2;"]);
	const union = '/** It. */\nexport type A = \n/** a */\n"a"\n/** b */\n | "b" | "c";\n';
	assert.equal(undocumented(union), [' | "b" | "c";']);
});

test("the typings and docs/api, generated together, are up to date", () => {
	assert.is(readFileSync(join(root, typingsFile), "utf8"), types, "run npm run api");
});

test.run();
