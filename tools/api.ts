/**
 * `npm run api`: the API reference in docs/api, from the docstrings; a warning is a failure. typedoc comes from npm for
 * this run alone: it wants another TypeScript than the repository's. The reference ends with a hash of the declarations
 * that it was made of, by which `npm test` sees whether it is up to date, without typedoc.
 *
 * @module
 */

import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./paths.ts";
import { run } from "./process.ts";
import { entries, hashOf, publicTypes } from "./public-types.ts";

const TOOLS = [
	"typedoc@0.28.20",
	"typedoc-plugin-markdown@4.14.1",
	"typedoc-plugin-rename-defaults@0.7.3",
	"typescript@6.0.2",
];

const packages = TOOLS.flatMap((tool) => ["--package", tool]);
const options = [
	"--tsconfig tsconfig.package.json --plugin typedoc-plugin-markdown --plugin typedoc-plugin-rename-defaults",
	"--out docs/api --name xs-zram --readme none --excludePrivate --excludeInternal --disableSources",
	"--hideBreadcrumbs --hidePageHeader --useHTMLAnchors --outputFileStrategy modules --skipErrorChecking --treatWarningsAsErrors",
	"--intentionallyNotExported HostBuffer", // a global of XS
].flatMap((line) => line.split(" "));
const result = await run("npm", ["exec", "--yes", ...packages, "--", "typedoc", ...options, ...entries], {
	cwd: root,
	env: { npm_config_omit: "" },
	echo: true,
});
if (result.exitCode === 0) {
	const index = join("docs/api", "README.md");
	appendFileSync(join(root, index), `\n<!-- made of declarations ${hashOf(await publicTypes())} -->\n`);
	console.log(index);
}
process.exitCode = result.exitCode;
