/**
 * `npm run pack`: the package that is published, in build/zram-VERSION.tgz. It is made in build/package from what the
 * repository has:
 *
 * - modules, as JavaScript and their types in dist/; "zram/…" inside of them becomes a relative path, so that a module
 *   has one name only, whoever asks for it
 * - package.json, whose `exports`, `imports`, and `bin` name sources in the repository and compiled files here
 * - manifest.json, for mcpack: the C sources alone, as package.json says where JavaScript is
 * - README.md, without pictures and links of what stays in the repository
 *
 * @module
 */

import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "esbuild";
import { buildFolder, root, sourceOfModule } from "./paths.ts";
import { run, runAsProgram } from "./process.ts";

/** Where it is made. */
export const packageFolder = join(buildFolder, "package");

const readJSON = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

function write(path: string, value: object) {
	mkdirSync(dirname(join(packageFolder, path)), { recursive: true });
	writeFileSync(join(packageFolder, path), `${JSON.stringify(value, null, "\t")}\n`);
}

function copy(path: string) {
	mkdirSync(dirname(join(packageFolder, path)), { recursive: true });
	copyFileSync(join(root, path), join(packageFolder, path));
}

/** The files below a folder whose names end like this. */
export function filesIn(folder: string, ...ends: string[]): string[] {
	const names = readdirSync(folder, { encoding: "utf8", recursive: true });
	return names.filter((name) => ends.some((end) => name.endsWith(end))).map((name) => join(folder, name));
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

/** Copies a manifest and those that it includes, with the C sources among their modules, which come along. */
function copyManifest(path: string) {
	const manifest: Manifest = readJSON(path);
	const modules: Record<string, string[]> = {};
	for (const [name, sources] of Object.entries(manifest.modules ?? {})) {
		const natives = [sources].flat().filter((source) => copyNatives(join(dirname(path), source)));
		if (natives.length) modules[name] = natives;
	}
	write(path, { ...manifest, modules });
	const platforms = Object.values(manifest.platforms ?? {});
	const included = [...(manifest.include ?? []), ...platforms.flatMap(({ include }) => include ?? [])];
	for (const each of new Set(included)) copyManifest(join(dirname(path), each));
}

/** Copies the C files that a source without an end stands for, and the headers beside them. False if there are none. */
function copyNatives(source: string): boolean {
	if (!existsSync(join(root, `${source}.c`))) return false;
	copy(`${source}.c`);
	for (const name of readdirSync(join(root, dirname(source))))
		if (name.endsWith(".h")) copy(join(dirname(source), name));
	return true;
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
		// tsc leaves these as they are in declarations
		writeFileSync(file, text.replaceAll(/^((?:import|export) .*from "\.[^"]*)\.ts"/gm, '$1.js"'));
	}
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

/** Links to files that stay behind become text, and pictures go: the package is read where it is installed, too. */
function writeReadme() {
	const text = readFileSync(join(root, "README.md"), "utf8");
	const without = text
		.replaceAll(/^!\[[^\]]*\]\([\w./-]+\)\n\n?/gm, "")
		.replaceAll(/\[([^\]]*)\]\(([\w./-]+)(?:#[\w-]+)?\)/g, (link, name, path) =>
			existsSync(join(packageFolder, path)) ? link : name,
		);
	writeFileSync(join(packageFolder, "README.md"), without);
}

/** Makes the package's folder anew. */
export async function makePackage(): Promise<void> {
	rmSync(packageFolder, { recursive: true, force: true });
	const project = resolve(root, "tsconfig.package.json");
	const result = await run(join(root, "node_modules/.bin/tsc"), [
		"-p",
		project,
		"--outDir",
		join(packageFolder, "dist"),
	]);
	if (result.exitCode !== 0) throw new Error(`tsc failed:\n${result.output}`);
	// nobody imports a command
	for (const path of filesIn(join(packageFolder, "dist/zramctl"), ".d.ts")) rmSync(path);
	nameModules();
	await bundleDecoders();
	copyManifest("manifest.json");
	const manifest: Manifest = JSON.parse(readFileSync(join(packageFolder, "manifest.json"), "utf8"));
	const history = "modules/zram/history/manifest-native.json"; // what an app does not import costs nothing
	copyManifest(history);
	write("manifest.json", {
		...manifest,
		include: [...(manifest.include ?? []), `./${history}`],
		preload: ["zram", "zram/*"],
	});
	write("package.json", packageJSON());
	for (const name of ["CHANGELOG.md", "LICENSE", "hosts/esp32/manifest-flash.json"]) copy(name);
	writeReadme();
}

/** Packs the package's folder into build/. Returns the tarball's path. */
export async function pack(): Promise<string> {
	await makePackage();
	const parameters = ["pack", packageFolder, "--pack-destination", buildFolder, "--json"];
	const result = await run("npm", parameters, { cwd: packageFolder });
	if (result.exitCode !== 0) throw new Error(`npm pack failed:\n${result.output}`);
	const [{ filename }] = JSON.parse(result.stdout);
	return join(buildFolder, filename);
}

runAsProgram(import.meta.url, async () => console.log(relative(root, await pack())));
