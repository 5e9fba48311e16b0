/**
 * Makes typings/zram.d.ts: what apps see of the modules they import, as the SDK's own typings have it (`declare module
 * "zram" { … }`), for editors that do not know where the modules are.
 *
 * @module
 */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildFolder, root, sourceOfModule } from "./paths.ts";
import { run } from "./process.ts";

/** The modules that apps import. */
export const specifiers = ["zram", "swap", "history", "http", "flash", "memory", "trace", "status"].map((name) =>
	name === "zram" ? name : `zram/${name}`,
);

/** Where the typings are kept. */
export const typingsFile = "typings/zram.d.ts";

/** A declaration: its text with the docstring, and its code without. */
interface Statement {
	text: string;
	code: string;
	/** undefined for imports, exports of others, and the like. */
	name: string | undefined;
}

const folder = join(buildFolder, "types");

/** Modules whose implementation the host chooses: the native one. */
const natives: Record<string, string> = {
	"zram/memory": "hosts/host-memory.ts",
	"zram/history/page": "modules/zram/history/page-native.ts",
};

const withoutComments = (text: string) => text.replaceAll(/\/\*[\s\S]*?(\*\/|$)/g, "").trim();
const count = (text: string, character: string) => text.split(character).length;
const DECLARATION = /^(?:export |declare |default |abstract )*(?:class|interface|type|const|function) (\w+)/;

/** The statements of a module's top level. */
function statementsOf(specifier: string): Statement[] {
	const source = natives[specifier] ?? sourceOfModule(specifier);
	if (!source) throw new Error(`What is ${specifier}?`);
	const statements: Statement[] = [];
	let text = "";
	for (const line of readFileSync(join(folder, source.replace(/\.ts$/, ".d.ts")), "utf8").split("\n")) {
		text += `${line}\n`;
		const code = withoutComments(text);
		if (!/[;}]$/.test(code) || count(code, "{") !== count(code, "}")) continue;
		statements.push({ text, code, name: DECLARATION.exec(code)?.[1] });
		text = "";
	}
	return statements;
}

/** A module, with the part of it that is needed: of those that apps import all exports, of others what these use. */
class Module {
	readonly specifier: string;
	readonly statements: Statement[];
	readonly needed = new Set<Statement>();

	constructor(specifier: string) {
		this.specifier = specifier;
		this.statements = statementsOf(specifier);
	}
	/** Adds what is called `name` here ("default" is a name, too), and everything that its declaration mentions. */
	need(name: string, modules: Modules): void {
		for (const statement of this.statements) {
			if (this.needed.has(statement) || !this.#defines(statement, name)) continue;
			this.needed.add(statement);
			const [, list, specifier] = LIST.exec(statement.code) ?? [];
			if (specifier) {
				for (const [other] of namesIn(list ?? "")) modules.get(specifier).need(other, modules);
			} else for (const word of statement.code.match(/\w+/g) ?? []) this.need(word, modules);
		}
	}
	/** Adds everything that the module exports. */
	needExports(modules: Modules): void {
		for (const { code, name } of this.statements)
			if (name && code.startsWith("export ")) this.need(name, modules);
			else for (const [, known] of namesIn(/^export .*\{(.*)\}/.exec(code)?.[1] ?? "")) this.need(known, modules);
	}
	#defines({ code, name: own }: Statement, name: string): boolean {
		if (own === name || (name === "default" && code.startsWith("export default "))) return true;
		if (code.startsWith("declare global ")) return code.includes(`interface ${name} `);
		return namesIn(LIST.exec(code)?.[1] ?? "").some(([, known]) => known === name);
	}
	/** Its `declare module`. */
	get text(): string {
		const text = this.statements.flatMap((each) => (this.needed.has(each) ? each.text : [])).join("");
		const ambient = text.replaceAll(/^(export )?declare /gm, "$1").replaceAll(/^(?=.)/gm, "    ");
		return `declare module "${this.specifier}" {\n${ambient}}\n`.replaceAll("    ", "\t");
	}
}

/** `import { … } from "…"`, `import X from "…"`, `export { … } from "…"`. */
const LIST = /^(?:import|export) (?:type )?(\{.*\}|\w+)(?:,.*)? from "(.*)";$/;

/**
 * Names that are imported or exported, and their new names: "{ A, B as C }" is [["A", "A"], ["B", "C"]], "X"
 * [["default", "X"]].
 */
function namesIn(list: string): [string, string][] {
	if (/^\w+$/.test(list)) return [["default", list]];
	return [...list.matchAll(/(?:type )?(\w+)(?: as (\w+))?/g)].map(([, name = "", as]) => [name, as ?? name]);
}

class Modules extends Map<string, Module> {
	override get(specifier: string): Module {
		const module = super.get(specifier) ?? new Module(specifier);
		this.set(specifier, module);
		return module;
	}
}

/** Compiles the declarations, and returns the text of the typings. */
export async function publicTypes(): Promise<string> {
	const options = ["--emitDeclarationOnly", "--stripInternal", "--outDir", folder];
	const project = join(root, "tsconfig.package.json");
	await run(join(root, "node_modules/.bin/tsc"), ["-p", project, ...options], { check: true });
	const modules = new Modules();
	for (const specifier of specifiers) modules.get(specifier).needExports(modules);
	return [...modules.values()].map(({ text }) => text).join("\n");
}
