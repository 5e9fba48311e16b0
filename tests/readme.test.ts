/* The examples of README, docs/history.md and docs/device.md are complete: they compile as they stand, run on XS, and print what they say. */
// needs: compiler

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildFolder, root } from "../tools/paths.ts";
import { run } from "../tools/process.ts";
import { runOnXS } from "../tools/run-xs.ts";

const readme = readFileSync(join(root, "README.md"), "utf8");
const history = readFileSync(join(root, "docs/history.md"), "utf8");
const device = readFileSync(join(root, "docs/device.md"), "utf8");
const examples = [...`${readme}${history}${device}`.matchAll(/```ts\n([\s\S]*?)```/g)].map(
	([, text]) => text as string,
);

/** What the examples print, in their order. */
const OUTPUTS = [
	/^the last 3\d days; on the last one at most 23(\.\d+)? degrees$/m,
	/^\{"zoom":3\}\nmap: 153600 bytes\nsettings: 10 bytes\n$/,
	/^$/,
	/^\d+ pages on flash$/m,
	/^10000 of 10000 records, the last at 599940\nstarted\n$/,
	/^\d+ bytes in \d+ of 2097152$/m,
];

test("the examples run", async () => {
	assert.is(examples.length, OUTPUTS.length);
	for (const [i, contents] of examples.entries()) {
		const { exitCode, output } = await runOnXS("xs64", { contents }, [], { progress: false });
		assert.is(exitCode, 0, output);
		assert.match(output, OUTPUTS[i] as RegExp);
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

test("the files that the README names exist", () => {
	const links = [...readme.matchAll(/\]\(([\w./-]+)\)/g)].map(([, path]) => path as string);
	assert.ok(links.length > 8);
	for (const path of links) assert.ok(existsSync(join(root, path)), path);
});

test("the versions that the README names are the package's, and its commands are there", () => {
	const { version, scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	const versions = [...readme.matchAll(/"tag": "v([\d.]+)"|zram-([\d.]+)\.tgz/g)].map(([, tag, file]) => tag ?? file);
	assert.ok(versions.length > 3);
	for (const each of versions) assert.is(each, version);
	const commands = [...readme.matchAll(/npm (?:run (?:-s )?([a-z][\w:-]*)|(start|test)\b)/g)].map(
		([, run, short]) => (run ?? short) as string,
	);
	for (const name of commands) assert.ok(name in scripts, `npm run ${name}`);
	for (const name of Object.keys(scripts))
		assert.ok(commands.includes(name), `the README does not name npm run ${name}`);
});

test.run();
