/**
 * `npm run api`: the API reference in docs/api and the typings in typings/zram.d.ts, both made from the docstrings. A
 * warning is a failure. typedoc is fetched from npm for this run only, as it needs a different TypeScript from ours.
 * `npm test` compares the typings with the sources, so it notices when someone has forgotten to run this.
 *
 * @module
 */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, sourceOfModule } from "./paths.ts";
import { run } from "./process.ts";
import { publicTypes, specifiers, typingsFile } from "./public-types.ts";

const TOOLS = [
	"typedoc@0.28.20",
	"typedoc-plugin-markdown@4.14.1",
	"typedoc-plugin-rename-defaults@0.7.3",
	"typescript@6.0.2",
];

const packages = TOOLS.flatMap((tool) => ["--package", tool]);
const options = [
	"--tsconfig tsconfig.package.json --plugin typedoc-plugin-markdown --plugin typedoc-plugin-rename-defaults",
	"--out docs/api --name xs-zram --readme none --excludePrivate --excludeInternal --excludeExternals --disableSources",
	"--hideBreadcrumbs --hidePageHeader --useHTMLAnchors --outputFileStrategy modules --skipErrorChecking --treatWarningsAsErrors",
	"--intentionallyNotExported HostBuffer", // a global of XS
].flatMap((line) => line.split(" "));
const entries = specifiers.map((name) => sourceOfModule(name) as string);
const result = await run("npm", ["exec", "--yes", ...packages, "--", "typedoc", ...options, ...entries], {
	cwd: root,
	env: { npm_config_omit: "" },
	echo: true,
});
if (result.exitCode === 0) writeFileSync(join(root, typingsFile), await publicTypes());
process.exitCode = result.exitCode;
