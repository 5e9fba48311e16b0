/**
 * What the package exports, as the compiler declares it: what an editor shows, and what the API reference is made of.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { buildFolder, root, sourceOfModule } from "./paths.ts";
import { run } from "./process.ts";

/** The modules that apps import. */
export const entries = ["zram", "swap", "history", "http", "flash", "memory", "trace", "status"].map(
	(name) => `modules/zram/${name}.ts`,
);

const folder = join(buildFolder, "types");
const readJSON = (path: string) => JSON.parse(readFileSync(join(root, path), "utf8"));

/** The source that a specifier in a source stands for. */
function sourceOf(specifier: string, from: string): string {
	if (specifier.startsWith(".")) return resolve(root, dirname(from), specifier).slice(root.length + 1);
	const source = sourceOfModule(specifier) ?? readJSON("package.json").imports[specifier]?.default.slice(2);
	if (!source) throw new Error(`${from}: what is ${specifier}?`);
	return source;
}

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?(\*\/|$)/g, "").trim();
const count = (text: string, character: string) => text.split(character).length;

/** The statements of a module's top level, each with its docstring. */
function statementsOf(source: string): string[] {
	const statements: string[] = [];
	let statement = "";
	for (const line of readFileSync(join(folder, source.replace(/\.ts$/, ".d.ts")), "utf8").split("\n")) {
		statement += `${line}\n`;
		const code = withoutComments(statement);
		if (!/[;}]$/.test(code) || count(code, "{") !== count(code, "}")) continue;
		statements.push(statement);
		statement = "";
	}
	return statements;
}

const nameIn = (statement: string) =>
	/^(?:export |declare |default )+(?:class|interface|type|const|function) (\w+)/.exec(withoutComments(statement))?.[1];

/** What a module exports, that of other modules included. */
function exportsOf(source: string): string[] {
	const statements = statementsOf(source);
	return statements.flatMap((statement) => {
		const code = withoutComments(statement);
		const [, list, specifier] = /^export (?:type )?\{(.*)\}(?: from "(.*)")?;$/.exec(code) ?? [];
		if (list === undefined) return code.startsWith("export ") ? [statement] : [];
		const names = list.split(",").map((each) => each.replace(/^ *(?:type )?(\w*).*$/, "$1"));
		const others = specifier ? statementsOf(sourceOf(specifier, source)) : statements;
		return others.filter((other) => names.includes(nameIn(other) ?? " "));
	});
}

/** Compiles the declarations, and returns those that apps can see, in the order of the modules. */
export async function publicTypes(): Promise<string[]> {
	const parameters = ["-p", join(root, "tsconfig.package.json"), "--emitDeclarationOnly", "--outDir", folder];
	const result = await run(join(root, "node_modules/.bin/tsc"), parameters);
	if (result.exitCode !== 0) throw new Error(`tsc failed:\n${result.output}`);
	return [...entries, "hosts/host-memory.ts"].flatMap(exportsOf);
}

/** By which the reference knows whether it is up to date. */
export function hashOf(types: string[]): string {
	return createHash("sha256").update(types.join("\n")).digest("hex").slice(0, 16);
}
