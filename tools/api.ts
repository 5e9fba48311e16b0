/**
 * `npm run api`: the API reference in docs/api, from the docstrings. typedoc comes from npm for this run alone: it wants
 * another TypeScript than the repository's.
 *
 * @module
 */

import { join } from "node:path";
import { root } from "./paths.ts";
import { run } from "./process.ts";

const TOOLS = [
	"typedoc@0.28.20",
	"typedoc-plugin-markdown@4.14.1",
	"typedoc-plugin-rename-defaults@0.7.3",
	"typescript@6.0.2",
];
const ENTRIES = ["zram", "swap", "flash", "memory", "status"].map((name) => `modules/zram/${name}.ts`);

const packages = TOOLS.flatMap((tool) => ["--package", tool]);
const options = [
	...[
		"--tsconfig",
		"tsconfig.json",
		"--plugin",
		"typedoc-plugin-markdown",
		"--plugin",
		"typedoc-plugin-rename-defaults",
		"--out",
		"docs/api",
	],
	...["--name", "xs-zram", "--readme", "none", "--excludePrivate", "--excludeInternal", "--disableSources"],
	...["--hideBreadcrumbs", "--hidePageHeader", "--outputFileStrategy", "modules", "--skipErrorChecking"],
];
const result = await run("npm", ["exec", "--yes", ...packages, "--", "typedoc", ...options, ...ENTRIES], {
	cwd: root,
	env: { npm_config_omit: "" },
	echo: true,
});
if (result.exitCode === 0) console.log(join("docs/api", "README.md"));
process.exitCode = result.exitCode;
