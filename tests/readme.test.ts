/* Every ts block of README.md and docs/ is a complete program: it compiles as it stands, runs on XS, and prints what it says. */
// needs: compiler

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildFolder, root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";
import { runOnXS } from "../tools/run-xs.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");

/** Pages with examples, and what these print, in their order. */
const OUTPUTS: Record<string, RegExp[]> = {
	"README.md": [/^153600 bytes are back\n$/],
	"docs/pools.md": [/^\{"zoom":3\}\nmap: 153600 bytes\nsettings: 10 bytes\n$/],
	"docs/history.md": [/^10000 of 10000 records, the last at 599940\nstarted\n$/],
	"docs/options.md": [/^\d+ bytes in \d+ of 2097152$/m],
	"docs/errors.md": [/^\d+ bytes fit$/m],
	"docs/flash.md": [/^\d+ pages on flash$/m, /^$/],
};
const examples = Object.keys(OUTPUTS).flatMap((page) =>
	[...readFileSync(join(root, page), "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text]) => text as string),
);

test("the examples run", async () => {
	const outputs = Object.values(OUTPUTS).flat();
	assert.is(examples.length, outputs.length);
	for (const [i, contents] of examples.entries()) {
		const { exitCode, output } = await runOnXS("xs64", { contents }, [], { progress: false });
		assert.is(exitCode, 0, output);
		assert.match(output, outputs[i] as RegExp);
	}
});

test("the examples pass the type check", async () => {
	const folder = join(buildFolder, "readme");
	mkdirSync(folder, { recursive: true });
	for (const [i, text] of examples.entries()) writeFileSync(join(folder, `example-${i}.ts`), text);
	const options = { extends: "../../tsconfig.json", include: ["*.ts", "../../hosts/xs/xs.d.ts"] };
	writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(options));
	const { exitCode, output } = await run(join(root, "node_modules/.bin/tsc"), ["-p", folder], { cwd: folder });
	assert.is(exitCode, 0, output);
});

/** README.md and docs/: what users read. That its links and commands exist is the suite links'. */
const pages = [
	readme,
	...readdirSync(join(root, "docs"))
		.filter((name) => name.endsWith(".md"))
		.map((name) => readFileSync(join(root, "docs", name), "utf8")),
].join("\n");

test("the README is short, and leads to every page", () => {
	assert.ok(readme.split(/\s+/).length <= 2000, "more than 2,000 words");
	for (const name of readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md")))
		assert.ok(readme.includes(`(docs/${name}`), `the README does not lead to docs/${name}`);
});

test("versions that the pages name are the package's, and no command is left unexplained", () => {
	const { version, scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const versions = [...pages.matchAll(/"tag": "v([\d.]+)"|zram-([\d.]+)\.tgz/g)].map(([, tag, file]) => tag ?? file);
	assert.ok(versions.length > 3);
	for (const each of versions) assert.is(each, version);
	for (const name of Object.keys(scripts)) {
		const named = new RegExp(`npm (run (-s )?)?${name}(?![\\w:-])`);
		assert.ok(named.test(pages), `no page names npm run ${name}`);
	}
});

test.run();
