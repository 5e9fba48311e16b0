/**
 * `npm run pack`: what a release consists of. `tsc` compiles the sources to build/compiled; from that are made
 *
 * - build/zram-VERSION.tgz, for `mcpack` and Node (its folder is build/package): JavaScript and types in dist/, where
 *   "zram/…" has become a relative path, so that a module has one name whoever imports it; package.json with `exports`,
 *   `imports` and `bin` of the compiled files; manifest.json, which for mcpack lists C sources only, since package.json
 *   says where the JavaScript is.
 * - build/release, for `mcconfig`: the manifests that apps include, as they are here, with each TypeScript module
 *   replaced by its .js and .d.ts. Building it takes no TypeScript compiler.
 *
 * Both carry README.md without the pictures and links that only the repository has.
 *
 * `npm run pack -- --tag` also has `attw` check the package's types (fetched from npm, as it is large), commits
 * build/release as a child of HEAD that is on no branch, and tags it vVERSION. That tag is what apps include by git;
 * its parent is the source that it was compiled from. To release a version:
 *
 *     npm run pack -- --tag
 *     git push origin main vVERSION
 *     npm publish build/zram-VERSION.tgz
 *
 * @module
 */

import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { buildFolder, filesIn, root, sourceOfModule } from "./paths.ts";
import { type RunOptions, run, runAsProgram } from "./process.ts";

/** What npm gets. */
export const packageFolder = join(buildFolder, "package");
/** What a tag gets. */
export const releaseFolder = join(buildFolder, "release");
const compiledFolder = join(buildFolder, "compiled");

const readJSON = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

function write(path: string, value: object) {
	mkdirSync(dirname(join(packageFolder, path)), { recursive: true });
	writeFileSync(join(packageFolder, path), `${JSON.stringify(value, null, "\t")}\n`);
}

/** Copies a file or folder to the same place in another folder; `from` is the repository or what was compiled of it. */
const copy = (path: string, to: string, from = root) => cpSync(join(from, path), join(to, path), { recursive: true });

/** Runs git, and returns what it prints. */
async function git(parameters: string[], options: RunOptions): Promise<string> {
	return (await run("git", parameters, { ...options, check: true })).stdout.trim();
}

/** "./modules/zram/zram.ts" as it is called once compiled. */
const compiled = (path: string, end = "js") => path.replace(/^\.\/(.+)\.ts$/, `./dist/$1.${end}`);

/** Every path in the values of an object, however deep, compiled. */
function withCompiled<T>(value: T): T {
	if (typeof value === "string") return compiled(value) as T;
	const entries = Object.entries(value as object).map(([key, each]) => [key, withCompiled(each)]);
	return Object.fromEntries(entries) as T;
}

function packageJSON() {
	const { private: _private, devDependencies, scripts, exports, imports, bin, ...rest } = readJSON("package.json");
	const types = (path: string) =>
		path.endsWith(".ts") ? { types: compiled(path, "d.ts"), default: compiled(path) } : path;
	const isOurs = ([name]: [string, unknown]) => !/^#(bench|tests)\//.test(name);
	return {
		...rest,
		files: ["dist", "modules", "hosts", "manifest.json", "CHANGELOG.md"],
		sideEffects: false,
		exports: Object.fromEntries(Object.entries<string>(exports).map(([key, path]) => [key, types(path)])),
		imports: withCompiled(Object.fromEntries(Object.entries(imports).filter(isOurs))),
		bin: withCompiled(bin),
	};
}

interface Manifest {
	include?: string[];
	modules?: Record<string, string | string[]>;
	preload?: string[];
	platforms?: Record<string, { include?: string[] }>;
}

/** A manifest and those that it includes, on any platform, with their paths. Files of the SDK are not ours to bring. */
function manifestsFrom(path: string): [string, Manifest][] {
	const manifest: Manifest = readJSON(path);
	const { include = [], platforms = {} } = manifest;
	const included = [...include, ...Object.values(platforms).flatMap((platform) => platform.include ?? [])];
	const ours = included.filter((each) => !each.startsWith("$")).map((each) => join(dirname(path), each));
	return [[path, manifest], ...[...new Set(ours)].flatMap(manifestsFrom)];
}

/** Copies the C file that a manifest's source stands for, and the headers beside it. False if there is none. */
function copyNatives(source: string, to: string): boolean {
	if (!existsSync(join(root, `${source}.c`))) return false;
	copy(`${source}.c`, to);
	for (const name of readdirSync(join(root, dirname(source))))
		if (name.endsWith(".h")) copy(join(dirname(source), name), to);
	return true;
}

/** The package's manifests have C sources alone. */
function copyToPackage(manifestPath: string) {
	for (const [path, manifest] of manifestsFrom(manifestPath)) {
		const modules: Record<string, string[]> = {};
		for (const [name, sources] of Object.entries(manifest.modules ?? {})) {
			const natives = [sources].flat().filter((source) => copyNatives(join(dirname(path), source), packageFolder));
			if (natives.length) modules[name] = natives;
		}
		write(path, { ...manifest, modules });
	}
}

/** A release's manifests are the repository's, and their modules have the same places, compiled. */
function copyToRelease(manifestPath: string) {
	for (const [path, { modules = {} }] of manifestsFrom(manifestPath)) {
		copy(path, releaseFolder);
		for (const each of Object.values(modules).flat()) {
			const source = join(dirname(path), each);
			if (each.startsWith("$") || copyNatives(source, releaseFolder)) continue;
			for (const end of [".js", ".d.ts"]) copy(source + end, releaseFolder, compiledFolder);
		}
	}
}

/** Compiled modules find each other by relative paths, and what the host chooses by `imports`. */
function nameModules() {
	for (const file of filesIn(join(packageFolder, "dist"), ".js", ".d.ts")) {
		const text = readFileSync(file, "utf8").replaceAll(
			/(\bfrom |\bimport\(|^import )"(zram[\w/-]*)"/gm,
			(_, before, name) => {
				const source = sourceOfModule(name);
				if (!source)
					throw new Error(`${relative(packageFolder, file)} imports ${name}, which tsconfig.json does not know`);
				const path = relative(dirname(file), join(packageFolder, compiled(`./${source}`)));
				return `${before}"${path.startsWith(".") ? path : `./${path}`}"`;
			},
		);
		writeFileSync(file, text);
		nameCompiled(file);
	}
}

/** tsc leaves the names of sources in relative imports of declarations. */
function nameCompiled(file: string) {
	const text = readFileSync(file, "utf8");
	writeFileSync(file, text.replaceAll(/^((?:import|export) .*from "\.[^"]*)\.ts"/gm, '$1.js"'));
}

/** Packages whose code is in the decoders of `zram plan`, which the package takes along: it depends on none. */
const DECODERS = ["fast-png", "fflate", "iobuffer", "jpeg-js"];

/** The decoders of pictures as one file, and beside it the licenses of what is in it. */
async function bundleDecoders() {
	const folder = join(packageFolder, "dist/zramctl/plan");
	await build({
		entryPoints: [join(root, "zramctl/plan/decode.ts")],
		outfile: join(folder, "decode.js"),
		allowOverwrite: true,
		bundle: true,
		format: "esm",
		legalComments: "none",
		logLevel: "silent",
		platform: "browser", // pure computing, without anything of Node
		target: "node20",
	});
	const licenses = DECODERS.map((name) => {
		const file = readdirSync(join(root, "node_modules", name)).find((each) => /^licen[sc]e/i.test(each));
		if (!file) throw new Error(`${name} has no license file`);
		return `decode.js has code of ${name}:\n\n${readFileSync(join(root, "node_modules", name, file), "utf8").trim()}\n`;
	});
	writeFileSync(join(folder, "decode.LICENSES"), licenses.join("\n\n"));
}

/** Links to files that stay behind become text, and pictures go: it is read where it is installed, too. */
function writeReadme(folder: string) {
	const text = readFileSync(join(root, "README.md"), "utf8");
	const without = text
		.replaceAll(/^!\[[^\]]*\]\([\w./-]+\)\n\n?/gm, "")
		.replaceAll(/\[([^\]]*)\]\(([\w./-]+)(?:#[\w-]+)?\)/g, (link, name, path) =>
			existsSync(join(folder, path)) ? link : name,
		);
	writeFileSync(join(folder, "README.md"), without);
}

async function makePackage() {
	const dist = join(packageFolder, "dist");
	rmSync(packageFolder, { recursive: true, force: true });
	cpSync(compiledFolder, dist, { recursive: true });
	rmSync(join(dist, "hosts/pico"), { recursive: true }); // by path and git only
	for (const path of filesIn(join(dist, "zramctl"), ".d.ts")) rmSync(path); // nobody imports a command
	nameModules();
	await bundleDecoders();
	copyToPackage("manifest.json");
	const manifest: Manifest = JSON.parse(readFileSync(join(packageFolder, "manifest.json"), "utf8"));
	const history = "modules/zram/history/manifest-native.json"; // what an app does not import costs nothing
	copyToPackage(history);
	write("manifest.json", {
		...manifest,
		include: [...(manifest.include ?? []), `./${history}`],
		preload: ["zram", "zram/*"],
	});
	write("package.json", packageJSON());
	for (const name of ["CHANGELOG.md", "LICENSE", "hosts/esp32/manifest-flash.json"]) copy(name, packageFolder);
	writeReadme(packageFolder);
}

/** The manifests, besides those at the root, that an app may include by path or git. */
const MANIFESTS = ["hosts/esp32/manifest-flash.json", "hosts/pico/manifest-flash.json", "modules/nor/manifest.json"];

function makeRelease() {
	rmSync(releaseFolder, { recursive: true, force: true });
	const atRoot = readdirSync(root).filter((name) => /^manifest.*\.json$/.test(name));
	for (const path of [...atRoot, ...MANIFESTS]) copyToRelease(path);
	for (const path of filesIn(releaseFolder, ".d.ts")) nameCompiled(path);
	for (const name of ["CHANGELOG.md", "LICENSE", "typings"]) copy(name, releaseFolder);
	writeReadme(releaseFolder);
}

/** Compiles, and makes build/package and build/release anew. */
export async function makeFolders(): Promise<void> {
	rmSync(compiledFolder, { recursive: true, force: true });
	const project = join(root, "tsconfig.package.json");
	await run(join(root, "node_modules/.bin/tsc"), ["-p", project, "--outDir", compiledFolder], { check: true });
	await makePackage();
	makeRelease();
}

/** Packs build/package. Returns the tarball's path. */
export async function pack(): Promise<string> {
	const parameters = ["pack", packageFolder, "--pack-destination", buildFolder, "--json"];
	const { stdout } = await run("npm", parameters, { cwd: packageFolder, check: true });
	return join(buildFolder, JSON.parse(stdout)[0].filename);
}

/**
 * Commits build/release to the repository whose git folder this is, as a child of HEAD, and tags it. Returns the tag.
 */
export async function tagRelease(gitFolder: string): Promise<string> {
	const { version } = readJSON("package.json");
	const env = { GIT_DIR: gitFolder, GIT_WORK_TREE: releaseFolder, GIT_INDEX_FILE: join(buildFolder, "release-index") };
	const options = { cwd: releaseFolder, env };
	rmSync(env.GIT_INDEX_FILE, { force: true });
	await git(["add", "--all", "--force", "."], options);
	const tree = await git(["write-tree"], options);
	const commit = await git(["commit-tree", tree, "-p", "HEAD", "-m", `zram ${version}, compiled`], options);
	await git(["tag", `v${version}`, commit], options);
	return `v${version}`;
}

const ATTW = "@arethetypeswrong/cli@0.18.5";

runAsProgram(import.meta.url, async (args) => {
	const { tag } = parseArgs({ args, options: { tag: { type: "boolean" } } }).values;
	if (tag && (await git(["status", "--porcelain"], { cwd: root })))
		throw new Error("Commit your changes first: the tag's parent is the source that it was compiled from.");
	await makeFolders();
	const tarball = await pack();
	console.log(relative(root, tarball));
	console.log(relative(root, releaseFolder));
	if (!tag) return;
	const attw = ["exec", "--yes", "--package", ATTW, "--", "attw", tarball, "--profile", "esm-only"];
	await run("npm", attw, { check: true });
	console.log(await tagRelease(await git(["rev-parse", "--absolute-git-dir"], { cwd: root })));
});
