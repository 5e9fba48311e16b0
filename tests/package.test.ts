/*
 * A release. The npm package: what publint says about it, that it works once installed, and that no module is in
 * it twice. The tree for a tag: complete, and nothing to compile. The typings: they compile, and declare what exists.
 */
// needs: node

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { build } from "esbuild";
import { publint } from "publint";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { makeFolders, pack, packageFolder, releaseFolder } from "../tools/package.ts";
import { buildFolder, filesIn, root } from "../tools/paths.ts";
import { pictureFolder } from "../tools/pictures.ts";
import { run } from "../tools/process.ts";
import { typingsFile } from "../tools/public-types.ts";
import { makeRepository } from "../tools/sdk-release.ts";

await makeFolders();
const tarball = await pack();
const packageJSON = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
const specifiers = Object.keys(packageJSON.exports)
	.filter((key) => key !== "./package.json")
	.map((key) => `zram${key.slice(1)}`);

/** A project that has installed the package from its tarball. */
const app = join(buildFolder, "package-app");
rmSync(app, { recursive: true, force: true });
mkdirSync(join(app, "node_modules/zram"), { recursive: true });
await run("tar", ["-xzf", tarball, "-C", join(app, "node_modules/zram"), "--strip-components=1"]);
writeFileSync(join(app, "package.json"), '{ "type": "module" }\n');

const bin = (name: string) => join(root, "node_modules/.bin", name);

/** Compiles a file of the project, strict, and the package's own types with it. */
function compile(file: string, module: string, resolution: string) {
	const options = ["--ignoreConfig", "--strict", "--target", "es2022", "--lib", "es2024,dom", "--types", ""];
	return run(bin("tsc"), [...options, "--module", module, "--moduleResolution", resolution, join(app, file)]);
}

test("publint has nothing to say", async () => {
	const { messages } = await publint({ pkgDir: packageFolder, strict: true });
	assert.equal(messages, []);
});

test("whole, and nothing else: every file that package.json names, no source, no test", () => {
	const named: string[] = [];
	JSON.stringify(packageJSON, (_, value) => {
		if (typeof value === "string" && value.startsWith("./")) named.push(value);
		return value;
	});
	for (const path of named) assert.ok(existsSync(join(app, "node_modules/zram", path)), path);
	assert.not.ok(JSON.stringify(packageJSON).includes("*"));
	const files = filesIn(join(app, "node_modules/zram"), "").map((path) => relative(app, path));
	assert.equal(
		files.filter((path) => (path.endsWith(".ts") && !path.endsWith(".d.ts")) || /test/.test(path)),
		[],
	);
});

test("the README names no file that is not there, and shows no picture", () => {
	const readme = readFileSync(join(app, "node_modules/zram/README.md"), "utf8");
	const links = [...readme.matchAll(/\]\(([^)]*)\)/g)].map(([, target]) => target as string);
	for (const target of links) {
		const [file] = target.split("#") as [string];
		assert.ok(/^https:/.test(target) || existsSync(join(packageFolder, file)), target);
	}
	assert.ok(links.length > 1);
	assert.not.match(readme, /!\[/);
});

test("the same specifiers as the manifest's, for the same files", () => {
	const files: Record<string, string> = {};
	for (const manifest of [
		"modules/zram/manifest.json",
		"modules/zram/history/manifest.json",
		"manifest-http.json",
		"manifest-trace.json",
	]) {
		const { modules } = JSON.parse(readFileSync(join(root, manifest), "utf8"));
		for (const [name, file] of Object.entries<string>(modules)) files[name] = join(dirname(manifest), file);
	}
	const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
	for (const [key, path] of Object.entries<string>(exports)) {
		if (key === "./package.json" || key === "./memory") continue; // memory is the host's
		assert.is(`${files[`zram${key.slice(1)}`]}.ts`, join(path), key);
	}
});

test("no module is loaded twice: inside of the package each is known by its path alone", () => {
	for (const file of filesIn(join(packageFolder, "dist"), ".js", ".d.ts")) {
		const text = readFileSync(file, "utf8");
		for (const [, name = ""] of text.matchAll(/^(?:import|export) (?:[^"]* from )?"([^"]+)"/gm)) {
			if (name.startsWith("node:") || name in packageJSON.imports) continue;
			assert.match(name, /^\.\.?\//, `${file}: ${name}`);
			assert.ok(existsSync(join(dirname(file), name)), `${file}: ${name}`);
		}
	}
});

test("no module is loaded twice: manifest.json names no JavaScript, as package.json does", () => {
	for (const path of filesIn(packageFolder, "manifest.json")) {
		const { modules = {} } = JSON.parse(readFileSync(path, "utf8"));
		for (const source of Object.values(modules).flat() as string[]) {
			const file = join(dirname(path), source);
			assert.ok(existsSync(`${file}.c`), file);
			assert.not.ok(
				[".js", ".ts", ".mjs", ".d.ts"].some((end) => existsSync(file + end)),
				file,
			);
		}
	}
});

const PROGRAM = `
import Zram, { ZramError } from "zram";
import SwapPool from "zram/swap";
import ZramFlash from "zram/flash";
import { Memory, ticks } from "zram/memory";
import { formatStatus, parseStatus } from "zram/status";

const zram: Zram = new Zram({ byteLength: 1 << 20, arena: { byteLength: 1 << 18 }, integrity: true });
const pool = new SwapPool({ devices: [zram] });
pool.write("a", new Uint8Array(10000).fill(7));
const read: ArrayBuffer | undefined = pool.read("a");
const said = parseStatus(formatStatus("app", zram, ticks()));
let code = "";
try {
	pool.write("b", crypto.getRandomValues(new Uint8Array(65536)).buffer, { priority: 1 });
	for (let i = 0; ; i++) pool.write(i, crypto.getRandomValues(new Uint8Array(65536)));
} catch (error) {
	if (error instanceof ZramError) code = error.code;
}
const memory = new Memory(64, "internal");
console.log(read?.byteLength, said?.status.pagesStored, code, memory.byteLength, typeof ZramFlash);
`;

test("types: an app compiles under strict without skipLibCheck, with Node's way to find modules and bundlers'", async () => {
	writeFileSync(join(app, "main.ts"), PROGRAM);
	const all = specifiers.map((name, i) => `export * as module${i} from "${name}";\n`);
	writeFileSync(join(app, "all.ts"), all.join(""));
	for (const [module, resolution] of [
		["nodenext", "nodenext"],
		["esnext", "bundler"],
	] as const) {
		for (const file of ["main.ts", "all.ts"]) {
			const result = await compile(file, module, resolution);
			assert.is(result.exitCode, 0, result.output);
		}
	}
});

test("Node: what was installed works, and is loaded once", async () => {
	const result = await run(process.execPath, [join(app, "main.js")], { cwd: app });
	assert.is(result.output, "10000 3 ENOSPC 64 function\n");
});

test("types: an option that is wrong is seen", async () => {
	writeFileSync(
		join(app, "wrong.ts"),
		'import Zram from "zram";\nnew Zram({ byteLength: "1", arena: { byteLength: 1 } });\n',
	);
	const result = await compile("wrong.ts", "nodenext", "nodenext");
	assert.match(result.output, /wrong\.ts\(2,12\): error TS2322/);
});

test("Moddable's condition brings the native engine, each file once, `native` as it was written", async () => {
	const contents = specifiers.map((name, i) => `export * as module${i} from "${name}";`).join("\n");
	const result = await build({
		stdin: { contents, resolveDir: app },
		bundle: true,
		conditions: ["moddable", "import"],
		format: "esm",
		metafile: true,
		tsconfigRaw: "{}", // not the repository's, whose paths are the sources
		write: false,
	});
	const files = Object.keys(result.metafile.inputs).filter((path) => path !== "<stdin>");
	const ends = files.map((path) => path.slice(path.indexOf("/dist/")));
	assert.ok(ends.includes("/dist/modules/zram/engine/native/binding.js"));
	assert.not.ok(ends.some((path) => path.includes("/portable/") || path.includes("/js/")));
	assert.is(new Set(ends).size, ends.length);
	const engine = readFileSync(join(packageFolder, "dist/modules/zram/engine/native/binding.js"), "utf8");
	assert.ok(engine.includes('native("xs_zram_engine_read").call(this, buffer, byteOffset, start, length, done, mode)'));
});

/** Manifests of the release, and which files of theirs are modules: those without an end, as the SDK finds them. */
const manifests = filesIn(releaseFolder, ".json")
	.filter((path) => /manifest[\w-]*\.json$/.test(path))
	.map((path) => ({
		path,
		modules: Object.entries<string | string[]>(JSON.parse(readFileSync(path, "utf8")).modules ?? {}).map(
			([specifier, sources]) => [specifier, [sources].flat().filter((source) => !source.startsWith("$"))] as const,
		),
	}));

test("a tag's tree: the manifests are the repository's, and every module of theirs is compiled, with its types", () => {
	const seen = new Set<string>();
	for (const { path, modules } of manifests) {
		const source = join(root, relative(releaseFolder, path));
		assert.is(readFileSync(path, "utf8"), readFileSync(source, "utf8"));
		for (const file of modules.flatMap(([, files]) => files)) {
			const ends = [".c", ".js", ".d.ts", ".ts"].filter((end) => existsSync(join(dirname(path), file + end)));
			const isNative = existsSync(`${join(dirname(source), file)}.c`);
			assert.equal(ends, isNative ? [".c"] : [".js", ".d.ts"], `${path}: ${file}`);
			for (const end of ends) seen.add(join(dirname(path), file + end));
		}
	}
	const others = filesIn(releaseFolder, ".ts", ".js", ".c").filter((path) => !seen.has(path));
	assert.equal(others, [join(releaseFolder, typingsFile)]);
	const atRoot = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("manifest"));
	assert.equal(atRoot(releaseFolder), atRoot(root));
});

test("a tag's tree: what a module imports is in a manifest, the SDK's, or beside it", () => {
	const specifiers = new Set(manifests.flatMap(({ modules }) => modules.map(([specifier]) => specifier)));
	for (const file of filesIn(releaseFolder, ".js"))
		for (const [, name = ""] of readFileSync(file, "utf8").matchAll(/^(?:import|export) (?:[^"]* from )?"([^"]+)"/gm))
			assert.ok(specifiers.has(name), `${file}: ${name}`);
});

test("a tag: a commit of the tree, whose parent is the source", async () => {
	const repository = join(buildFolder, "package-repository");
	const tag = await makeRepository(repository);
	const git = async (...parameters: string[]) => (await run("git", parameters, { cwd: repository })).output.trim();
	assert.is(tag, `v${packageJSON.version}`);
	assert.is(await git("log", "--format=%s", tag), `zram ${packageJSON.version}, compiled\nsource`);
	const files = filesIn(releaseFolder, "");
	assert.equal(
		(await git("ls-tree", "-r", "--name-only", tag)).split("\n").sort(),
		files.map((path) => relative(releaseFolder, path)).sort(),
	);
	assert.is(await git("status", "--porcelain"), "", "nothing is checked out or staged");
});

test("typings: an app compiles under strict with nothing but them, in the repository and in a tag's tree", async () => {
	const folder = join(buildFolder, "package-typings");
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "package.json"), "{}"); // else this is the package "zram", which finds itself
	writeFileSync(join(folder, "main.ts"), PROGRAM);
	for (const place of [root, releaseFolder]) {
		const types = [join(place, "typings")];
		const compilerOptions = { strict: true, noEmit: true, target: "es2022", lib: ["es2024", "dom"], types };
		writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["main.ts"] }));
		const { stdout } = await run(bin("tsc"), ["-p", folder, "--listFilesOnly"]);
		const isOurs = (path: string) => path.startsWith(root) && !/node_modules|main\.ts$/.test(path);
		assert.equal(stdout.split("\n").filter(isOurs), [join(place, "typings/zram.d.ts")]);
		assert.is((await run(bin("tsc"), ["-p", folder])).output, "");
	}
});

test("npx zram is there", async () => {
	const [name, path] = Object.entries<string>(packageJSON.bin)[0] as [string, string];
	assert.is(name, "zram");
	const result = await run(process.execPath, [join(app, "node_modules/zram", path), "--version"], { cwd: app });
	assert.is(result.output, `${packageJSON.version}\n`);
	const picture = join(pictureFolder, "photo1.png");
	const plan = await run(process.execPath, [join(app, "node_modules/zram", path), "plan", picture], { cwd: app });
	assert.match(plan.output, /^pictures +1 /m, "it brings its decoders");
});

test.run();
