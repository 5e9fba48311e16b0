/*
	Runs a TypeScript tool on a fresh clone: `node tools/run.mjs tools/x.ts [arguments ...]`

	Checks whether Node is new enough, installs the packages of package-lock.json if need be, and continues with tsx. It is
	plain JavaScript without packages, as there may be none yet.
*/

import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const LEAST_NODE = 20;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Ends the program with a message. */
function fail(message) {
	console.error(message);
	process.exit(1);
}

/** The packages in a lock file, by folder. */
function packages(lock) {
	const { "": _project, ...listed } = JSON.parse(readFileSync(join(root, lock), "utf8")).packages;
	return listed;
}

/**
 * Compares with npm's record of what it has installed. Optional packages may be for another system; peers are left out
 * (.npmrc), but may be there.
 */
function isInstalled() {
	const record = "node_modules/.package-lock.json";
	if (!existsSync(join(root, record))) return false;
	const wanted = packages("package-lock.json");
	const installed = packages(record);
	const same = (path) =>
		installed[path]?.version === wanted[path]?.version && installed[path]?.integrity === wanted[path]?.integrity;
	const needed = Object.keys(wanted).filter((path) => !wanted[path].optional && !wanted[path].peer);
	return [...needed, ...Object.keys(installed)].every((path) => same(path) && existsSync(join(root, path)));
}

/** No package needs its install script. npm's warnings do not matter, only its exit code. */
function install() {
	console.error("installing packages: npm ci");
	const result = spawnSync("npm", ["ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"], {
		cwd: root,
		encoding: "utf8",
		shell: process.platform === "win32", // npm is a script there
	});
	if (result.error) fail(`cannot run npm, which comes with Node: ${result.error.message}`);
	if (result.status !== 0) fail(`${result.stdout}${result.stderr}npm ci failed`);
}

if (Number.parseInt(process.versions.node, 10) < LEAST_NODE)
	fail(`You need Node ${LEAST_NODE} or later; this is ${process.versions.node}: https://nodejs.org/en/download`);

const [tool, ...parameters] = process.argv.slice(2);
if (!tool) fail("usage: node tools/run.mjs tools/x.ts [arguments ...]");
if (!isInstalled()) install();

const { status, signal, error } = spawnSync(
	process.execPath,
	["--import", "tsx", resolve(root, tool), ...parameters],
	// tsx is found from here, and paths are relative to it
	{ cwd: root, stdio: "inherit" },
);
if (error) fail(error.message);
process.exitCode = status ?? 128 + constants.signals[signal];
